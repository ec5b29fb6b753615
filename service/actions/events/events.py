"""Events of every kind: created, changed, moved from status to status, deleted."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy.orm import selectinload
from sqlmodel import Session, SQLModel, col, select

from calendars.days.spans import MIDNIGHT, days_after, end_written
from calendars.events.lifecycle import CALLED_OFF, first_day_for, is_back, needs_reason
from models.errors import Conflict, Forbidden, ImpossibleTransition, NotFound
from models.events import Event, Performance, TrainingPhase
from models.feeds import DeletedEvent
from models.i18n import N_, message
from models.labels import noun
from models.queries.dated import has_days
from models.queries.organisation_lines import OrganisationLines
from models.reminders import Reminder
from models.vocabulary import EventKind, EventStatus, KnownTo, ReminderPurpose, ReminderState, Role
from service.actions import change_log, crud, event_sides, permissions
from service.actions.audit import plain
from service.actions.bookings import keeper_notices
from service.actions.context import ActionContext
from service.actions.effects import changes, confirmation, confirmation_answers
from service.actions.effects.changes import EventBefore
from service.actions.events import ceremonies, in_charge, undated
from service.actions.events.validation import event_errors
from service.actions.ledger import estimate_budgets, estimates, gifts

COMPUTED = ("budget",)
# Calendar clients treat a change as significant only when SEQUENCE rises, as it does with these (RFC 5545, 3.8.7.4).
_SIGNIFICANT = {"first_day", "last_day", "start_time", "end_time", "timezone", "location", "title", "status"}
_KEPT = (_SIGNIFICANT | {"known_to"}) - {"title"}
"""What of a completed event stays as it was."""
_PARTS: Mapping[str, type[SQLModel]] = {"phases": TrainingPhase, "performances": Performance}


def find_event(session: Session, identity: str, kind: EventKind | None = None) -> Event:
    """The event with its phases and performances.

    Raises:
        NotFound: there is none, it is of another kind, or the reader may not see it.
    """
    statement = (
        select(Event)
        .where(Event.id == identity, permissions.visible(session))
        .options(selectinload(Event.phases), selectinload(Event.performances))  # type: ignore[arg-type]
    )
    event = session.exec(statement).first()
    if event is None or (kind is not None and event.kind is not kind):
        raise NotFound(noun(kind or "event"), identity)
    event_sides.note_seen(session, event)
    return event


UID_TAKEN = N_("The desk has an entry with this UID already, and it is not yours to change.")
"""Told of a hidden event and of a deleted one alike, so that nobody learns which it is."""


def create_event(
    session: Session,
    act: ActionContext,
    kind: EventKind,
    values: Mapping[str, Any],
    *,
    status: EventStatus = EventStatus.DRAFT,
    reason: str | None = None,
    uid: str | None = None,
) -> Event:
    """Create an event: a draft, or one that is over, as history (:mod:`service.actions.events.undated`).

    ``reason`` goes into its history; ``uid`` is the one it has in the calendar it was imported from.

    Raises:
        Forbidden: it is over and not the account's to enter, or another office's organisation would be in charge.
        Invalid: its values are not valid together.
    """
    values = undated.with_known_days(None, values)
    if status is EventStatus.COMPLETED and act.user is not None:
        undated.check_may_enter(session, "status")
        crud.check(undated.ahead_errors(act, values["last_day"], values.get("known_to", KnownTo.DAY)))
    values.setdefault("arrives_on", values["first_day"])
    values.setdefault("departs_on", values["last_day"])
    found = undated.undated_errors(act, None, values, status)
    values = _with_end(None, values)
    values.setdefault("timezone", act.office.timezone)
    if values.get("organisation_id") is None and act.user:
        values["organisation_id"] = _own_body(session, act.user.organisation_id, values["first_day"])
    _check_organisation(session, values.get("organisation_id"))
    parts = {name: values.pop(name) for name in _PARTS if name in values}
    crud.check(event_errors(session, kind, None, values | parts) | found)
    if kind is EventKind.ANNIVERSARY:
        values["ordinal"] = ceremonies.ordinal(session, values)
    budget = values.pop("budget", None)
    event = Event(
        kind=kind, uid=uid or str(uuid4()), status=status, created_by=act.user.id if act.user else None, **values
    )
    if uid is not None:
        remove_tombstone(session, act, uid)
    event.phases, event.performances = [], []
    crud.assign(event, {"budget": budget} | _new_parts(event, parts))
    crud.create(session, act, event, computed=(*COMPUTED, *_PARTS), event_id=event.id, reason=reason)
    in_charge.check(session, event)
    changes.event_created(session, act, event)
    return event


def take_over(session: Session, act: ActionContext, event: Event) -> Event:
    """Put the acting account in charge of an event.

    Raises:
        Forbidden: it may not change the event.
    """
    return change_event(session, act, event, {"in_charge_id": act.account.id})


def _own_body(session: Session, organisation_id: str | None, day: date) -> str | None:
    """Who is in charge by default: the author's organisation, or what carries on its work on a day."""
    if organisation_id is None:
        return None
    carrier = OrganisationLines.load(session).carrier(organisation_id, day)
    return carrier if permissions.is_of_own_office(session, carrier) else organisation_id


def _check_organisation(session: Session, organisation_id: str | None) -> None:
    """Refuse to put another office in charge of an event.

    Raises:
        Forbidden: the organisation belongs to one; ``errors`` names the field.
    """
    one = permissions.reader(session)
    if organisation_id is None or one is None or one.is_of_office(organisation_id):
        return
    what = message(N_("This organisation belongs to another office, which makes its own events."))
    raise Forbidden(what, code="not_in_charge", errors={"organisation_id": [what]})


def change_event(
    session: Session, act: ActionContext, event: Event, values: Mapping[str, Any], *, reason: str | None = None
) -> Event:
    """Change an event; moving its days also moves bookings, and arrival and departure unless they are given.

    ``reason`` goes into its history. A ``sequence`` among the values is a lower bound for its new SEQUENCE.

    Raises:
        Forbidden: another organisation is in charge of it.
        Invalid: its values are not valid together, or whom it puts in charge may not read it.
        Conflict: a completed event keeps its days and place, unless it was entered as history.
        BookingClash: a booking does not fit on the new days; nothing is changed then.
    """
    permissions.check_change(session, event)
    if values.get("organisation_id", event.organisation_id) != event.organisation_id:
        _check_organisation(session, values["organisation_id"])
    values = undated.with_known_days(event, values)
    if event.status is EventStatus.COMPLETED and _KEPT & set(values):
        moved = {name for name in _KEPT & set(values) if getattr(event, name) != values[name]}
        if moved and undated.is_history(event):
            undated.check_may_enter(session, sorted(moved)[0])
            values = undated.without_days(session, event, values)
        elif moved:
            raise Conflict(
                message(
                    N_("A completed event keeps its days and place; only words, people and money can be corrected.")
                ),
                code="event_completed",
            )
    found = undated.undated_errors(act, event, values, event.status)
    if undated.is_history(event) and act.user is not None and "last_day" in values:
        found |= undated.ahead_errors(act, values["last_day"], values.get("known_to", event.known_to))
    values = _with_end(event, _with_travel(event, values))
    parts = {name: values.pop(name) for name in _PARTS if name in values}
    found |= estimate_budgets.budget_errors(session, event, values)
    crud.check(event_errors(session, event.kind, event, values | parts) | found)
    if event.kind is EventKind.ANNIVERSARY and ceremonies.says_which(values):
        values["ordinal"] = ceremonies.ordinal(session, values, event)
    _apply(session, act, event, values | _new_parts(event, parts), reason=reason)
    return event


def _with_end(event: Event | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with an end written as 24:00 as it is kept; it does not move the departure."""
    if values.get("end_time") is None:
        return dict(values)
    first, last = (values.get(name, getattr(event, name, None)) for name in ("first_day", "last_day"))
    if first is None or last is None:
        return dict(values)
    is_kept = event is not None and "last_day" not in values and event.end_time == MIDNIGHT
    ends, end = end_written(first, last, values["end_time"], is_kept=is_kept)
    return {**values, "end_time": end, **({"last_day": ends} if ends != last else {})}


def _with_travel(event: Event, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with arrival and departure moved by as much as the days: a day before stays a day before."""
    moved = dict(values)
    for travel, day in (("arrives_on", "first_day"), ("departs_on", "last_day")):
        if day in values and travel not in values:
            moved[travel] = days_after(getattr(event, travel), (values[day] - getattr(event, day)).days)
    return moved


def _apply(
    session: Session,
    act: ActionContext,
    event: Event,
    values: Mapping[str, Any],
    *,
    action: str = "change",
    reason: str | None = None,
) -> None:
    """Write the change with all its effects.

    SEQUENCE rises if the change is significant; the other effects are in :mod:`service.actions.effects.changes`.
    Whether the event still is what was confirmed follows from the values (:mod:`service.actions.effects.confirmation`).
    """
    estimates.check_moving_money(session, event, values)
    before, also = EventBefore.of(event), undated.known_before(event, values)
    is_step = values.get("status", event.status) is not event.status
    kept = confirmation.kept_with_status(session, event) if is_step else confirmation.kept_of(event)
    values = {**confirmation.after_change(session, act, event, values), **values}
    significant = any(name in _SIGNIFICANT and getattr(event, name) != value for name, value in values.items())
    if significant:
        values = {**values, "sequence": max(event.sequence + 1, values.get("sequence", 0))}
    if changed := crud.change(
        session,
        act,
        event,
        values,
        computed=(*COMPUTED, *_PARTS),
        event_id=event.id,
        reason=reason,
        action=action,
        also=also,
        kept=kept,
    ):
        if "in_charge_id" in changed:
            session.flush()
            in_charge.check(session, event)
        changes.event_changed(session, act, event, before, changed, reason)


def delete_event(session: Session, act: ActionContext, event: Event) -> None:
    """Delete a draft or a cancelled event; any other has to be cancelled first, so that people are notified.

    Of what was entered as history nobody was told: it can be deleted as it was entered. Only one with days is in
    calendars, and leaves a tombstone there.

    Raises:
        Forbidden: another organisation is in charge of it, or it is history and not the account's to enter.
        Conflict: it is neither, mails about its cancellation have not been sent yet, papers of it were issued, or money
            of its estimate was approved or paid.
    """
    permissions.check_change(session, event)
    estimates.check_deleting(session, event)
    if undated.is_history(event):
        undated.check_may_enter(session, "known_to" if not has_days(event) else "status")
        if has_days(event):
            keep_tombstone(session, act, event)
        gifts.outlive(session, act, event)
        crud.delete(session, act, event, event_id=event.id)
        return
    if event.status not in {EventStatus.DRAFT, EventStatus.CANCELLED}:
        raise Conflict(
            message(
                N_(
                    "Only a draft or a cancelled event can be deleted. "
                    "Cancel this one first, so that people hear of it."
                )
            ),
            code="not_deletable",
        )
    unsent = select(Reminder.id).where(
        Reminder.event_id == event.id,
        Reminder.purpose == ReminderPurpose.CANCELLATION,
        col(Reminder.state).in_([ReminderState.PENDING, ReminderState.SENDING]),
    )
    if session.exec(unsent).first():
        raise Conflict(
            message(N_("The mails that call this event off are still on their way. Delete it when they have left.")),
            code="cancellation_on_its_way",
        )
    keep_tombstone(session, act, event)
    gifts.outlive(session, act, event)
    keeper_notices.tell_of_event(session, act, event.id)
    crud.delete(session, act, event, event_id=event.id)


def keep_tombstone(session: Session, act: ActionContext, event: Event) -> None:
    """Store what feeds need to tell their subscribers that an event was deleted."""
    names = set(DeletedEvent.model_fields) - {"sequence", "updated_at"}
    values = {name: getattr(event, name) for name in names}
    session.add(DeletedEvent(**values, sequence=event.sequence + 1, updated_at=act.now))


def remove_tombstone(session: Session, act: ActionContext, uid: str) -> None:
    """Remove the tombstone with this UID: a new event takes its place in calendars.

    Raises:
        Forbidden: the deleted event was not the session's to change; its calendars go on telling that it is gone.
    """
    tombstones = session.exec(select(DeletedEvent).where(DeletedEvent.uid == uid)).all()
    if not all(permissions.may_change(session, row) for row in tombstones):
        raise Forbidden(message(UID_TAKEN), code="not_in_charge")
    for row in tombstones:
        session.delete(row)
    change_log.note(session, act.now, [row.id for row in tombstones])


def transition(
    session: Session,
    act: ActionContext,
    event: Event,
    to: EventStatus,
    reason: str | None = None,
    days: Mapping[str, date] | None = None,
) -> Event:
    """Move an event to another status.

    ``days`` (``first_day``, ``last_day``) may be given when a postponed event returns to planned.

    Raises:
        ImpossibleTransition: the status can't follow the current one.
        Conflict: it has not begun, or is not over, by the office's day; ``day`` is the day from which it can be.
        Invalid: postponing, cancelling or stepping back without a reason; returning from postponed without new days.
        Forbidden: another organisation is in charge of it; confirming needs an approver who neither made the event nor
            last changed what is to be confirmed, and whose account none of those made lately; stepping back needs an
            approver.
        BookingClash: its bookings do not fit on these days, or no longer fit.
        Conflict: another ceremony has taken its place since it was cancelled.
    """
    permissions.check_change(session, event)
    steps = undated.steps_of(event)
    if to not in steps:
        raise ImpossibleTransition(event.status.value, to.value, [step.value for step in steps])
    if is_back(event.status, to) and act.user is not None and not act.user.role.suffices_for(Role.APPROVER):
        raise Forbidden(message(N_("Taking this back needs an approver.")), code="approver_required")
    _check_day(act, event, to)
    ceremonies.check_returns(session, event)
    if needs_reason(event.status, to) and not reason:
        crud.check({"reason": [message(N_("Say why, so that everyone concerned can read it."))]})
    if to is EventStatus.CONFIRMED and not is_back(event.status, to):
        confirmation.check_four_eyes(session, act, event)
    values: dict[str, Any] = dict(days or {}) | confirmation.after_step(session, act, event, to)
    if to is EventStatus.POSTPONED:
        values["postponed_from"] = event.first_day
    if event.status is EventStatus.POSTPONED and to is EventStatus.PLANNED:
        if values.get("first_day", event.first_day) == event.postponed_from:
            crud.check(
                {"first_day": [message(N_("A postponed event returns with new days: give first_day and last_day."))]}
            )
        values["postponed_from"] = None
    elif days:
        crud.check(
            {name: [message(N_("Days come along only when a postponed event returns to planned."))] for name in days}
        )
    if days:
        values = _with_travel(event, values)
        crud.check(event_errors(session, event.kind, event, values))
    request = confirmation_answers.Request.of(event)
    _apply(session, act, event, {**values, "status": to}, action="transition", reason=reason)
    confirmation_answers.tell(session, act, event, request)
    if to is EventStatus.CANCELLED:
        changes.event_cancelled(session, act, event)
    return event


def restore_step(
    session: Session, act: ActionContext, event: Event, values: Mapping[str, Any], reason: str | None = None
) -> None:
    """Bring an event back to the status it had, with what else the step changed (``values``, ``status`` among them),
    and with all effects. Whether that may be is for the caller to know (:mod:`service.actions.undo`).

    Raises:
        Forbidden: another organisation is in charge of it.
        Invalid: its values are not valid together any more.
        Conflict: another ceremony has taken its place.
        BookingClash: its bookings no longer fit.
    """
    permissions.check_change(session, event)
    if values["status"] not in CALLED_OFF:
        ceremonies.check_returns(session, event)
    crud.check(event_errors(session, event.kind, event, values))
    request = confirmation_answers.Request.of(event)
    _apply(session, act, event, values, action="transition", reason=reason)
    confirmation_answers.tell(session, act, event, request)
    if event.status is EventStatus.CANCELLED:
        changes.event_cancelled(session, act, event)


def opens_on(event: Event, to: EventStatus) -> date | None:
    """The first day on which a step of this event can be taken; None for one that no day has to be waited for."""
    return first_day_for(
        event.status, to, arrives_on=event.arrives_on, first_day=event.first_day, last_day=event.last_day
    )


def _check_day(act: ActionContext, event: Event, to: EventStatus) -> None:
    day = opens_on(event, to)
    if day is None or day <= act.today:
        return
    if to is EventStatus.ONGOING:
        what = message(N_("It begins on {day}: before that day it can't have begun."), day=day)
    else:
        what = message(N_("Its last day is {day}: before that day it can't be completed."), day=day)
    raise Conflict(what, code="too_early", day=day.isoformat())


def _new_parts(event: Event, parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[SQLModel]]:
    """Rows for the given parts; unchanged parts are left out, so that they don't count as changed."""
    changed: dict[str, list[SQLModel]] = {}
    for name, wanted in parts.items():
        model = _PARTS[name]
        new = [model(position=position, **value) for position, value in enumerate(wanted)]
        if plain(new) != plain(getattr(event, name)):
            changed[name] = new
    return changed
