"""What undoes a change of each noun: the normal action, with the values that were there before."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, SQLModel

from calendars.events.confirmation import differences
from calendars.events.lifecycle import is_back
from models.errors import Conflict
from models.event_parts import Member, ProgrammeItem, Task
from models.events import Event, Performance, TrainingPhase
from models.i18n import N_, message
from models.participation import settle_as_before
from models.queries.event_parts import programme_of
from models.resources import Booking
from models.vocabulary import BookingState, EventStatus
from service.actions import crud
from service.actions.audit import plain
from service.actions.bookings import bookings
from service.actions.context import ActionContext
from service.actions.effects import confirmation
from service.actions.events import events, members, programme, tasks
from service.actions.undo.checks import compared
from service.actions.undo.deeds import APPROVED
from service.actions.undo.requests import RequestedChange, ThingChange
from service.actions.undo.typed import typed, typed_row

_PARTS: Mapping[str, type[SQLModel]] = {"phases": TrainingPhase, "performances": Performance}

STEP_BACK = N_(
    "That a visit has begun or is over is not undone: an approver takes it back on the event's page, as a step with a"
    " reason."
)
CONFIRMED_OTHERWISE = N_(
    "This can't be undone: what was confirmed is not what stands there now, “{field}” among it. Plan it again, and ask"
    " for a new confirmation."
)


def reverse_event(session: Session, act: ActionContext, change: RequestedChange, one: ThingChange) -> None:
    """Put an event back: its values by changing it, its status as the step before it."""
    event = events.find_event(session, one.entity_id)
    own = _own_corrections(act, event, one)
    before = {name: was for name, (was, _now) in compared(one).items()}
    values = {name: _of_event(name, was) for name, was in before.items()}
    if "status" in values:
        _reverse_step(session, act, change, event, one, values)
    elif values:
        events.change_event(session, act, event, values, reason=one.reason)
        confirmation.restore_corrections(session, event, own, one.kept)


def _own_corrections(act: ActionContext, event: Event, one: ThingChange) -> list[str]:
    """The fields that this change changed last, of those that it can have changed; the budget follows others."""
    may_be = {*one.fields, "budget"} | ({"head"} if one.noun == "member" or "head_id" in one.fields else set())
    return [name for name in confirmation.own_corrections(event, act.account.id, one.instants) if name in may_be]


def _of_event(name: str, was: Any) -> Any:
    if name not in _PARTS:
        return typed(Event, name, was)
    model = _PARTS[name]
    return [typed_row(model, {key: value for key, value in part.items() if key != "position"}) for part in was or ()]


def check_step(event: Event, was: EventStatus, now: EventStatus, *, is_undo: bool) -> None:
    """Refuse to undo steps that are an approver's.

    Raises:
        Conflict: ``not_undoable``: it confirmed the event, or said that it has begun or is over.
    """
    if is_back(now, was) or is_back(was, now):
        raise Conflict(message(STEP_BACK), code="not_undoable")
    if now in confirmation.STANDING and was not in confirmation.STANDING and not is_undo:
        raise Conflict(message(APPROVED), code="not_undoable")


def _reverse_step(
    session: Session,
    act: ActionContext,
    change: RequestedChange,
    event: Event,
    one: ThingChange,
    values: dict[str, Any],
) -> None:
    """Bring an event back to the status it had.

    One that was confirmed is so again, by whom it was, only while it is what it was when this account called it off:
    nothing but this step stood between, so the second pair of eyes has seen what stands there.
    """
    was = values["status"]
    check_step(event, was, event.status, is_undo=change.undoes is not None)
    own = _own_corrections(act, event, one)
    values["postponed_from"] = typed(Event, "postponed_from", one.kept.get("postponed_from"))
    is_confirmed_again = was in confirmation.STANDING and event.status not in confirmation.STANDING
    if is_confirmed_again:
        values |= _confirmed_before(session, event, one, values)
    elif was not in confirmation.STANDING:
        values |= confirmation.after_step(session, act, event, was)
    values |= dict.fromkeys(("asked_by", "asked_at"))
    events.restore_step(session, act, event, values, one.reason)
    if not is_confirmed_again:
        confirmation.restore_corrections(session, event, own, one.kept)


def _confirmed_before(session: Session, event: Event, one: ThingChange, values: Mapping[str, Any]) -> dict[str, Any]:
    """The confirmation that an event had, as further values for it.

    Raises:
        Conflict: ``changed_since``: it is not what it was then.
    """
    over = {name: value for name, value in values.items() if name != "status"}
    differ = differences(one.kept.get("values") or {}, confirmation.values_of(session, event, over=over))
    if differ or "values" not in one.kept:
        field = next(iter(differ), "status")
        raise Conflict(message(CONFIRMED_OTHERWISE, field=field), code="changed_since", field=field)
    told = {name: was for name, (was, _now) in one.fields.items()}
    return {
        "confirmed_by": told.get("confirmed_by"),
        "confirmed_at": typed(Event, "confirmed_at", told.get("confirmed_at")),
        "changed_since_confirmed": told.get("changed_since_confirmed", event.changed_since_confirmed),
        "confirmed_values": one.kept.get("confirmed_values"),
        "corrections": dict(one.kept.get("corrections") or {}),
        "changed_at": typed(Event, "changed_at", one.kept.get("changed_at")),
    }


def reverse_member(session: Session, act: ActionContext, change: RequestedChange, one: ThingChange) -> None:
    """Take somebody off the list again, put them back, or make them what they were."""
    event = events.find_event(session, one.event_id or "")
    own = _own_corrections(act, event, one)
    values = typed_row(Member, {name: was for name, (was, _now) in one.fields.items() if name != "event_id"})
    if not one.was_there:
        members.remove_member(session, act, event, crud.part(session, Member, event.id, one.entity_id))
    elif not one.is_there:
        settled = {name: values.pop(name, None) for name in ("organisation_id", "position")}
        member = members.add_member(session, act, event, {**values, "id": one.entity_id})
        settle_as_before(member, **settled)
        member.created_at = typed(Member, "created_at", one.kept.get("created_at")) or member.created_at
    else:
        values = {name: value for name, value in values.items() if name not in {"organisation_id", "position"}}
        member = crud.part(session, Member, event.id, one.entity_id)
        members.change_member(session, act, event, member, values)
        if "person_id" in values:
            kept = {name: one.fields[name][0] for name in ("organisation_id", "position") if name in one.fields}
            settle_as_before(member, **kept)
    crud.flush(session)
    confirmation.restore_corrections(session, event, own, one.kept)


def reverse_task(session: Session, act: ActionContext, change: RequestedChange, one: ThingChange) -> None:
    """Delete a task again, put it back, or make it what it was, done or not."""
    event = events.find_event(session, one.event_id or "")
    told = {name: was for name, (was, _now) in one.fields.items() if name not in {"event_id", "due_day"}}
    values = typed_row(Task, told)
    done_at = values.pop("done_at", None)
    if not one.was_there:
        tasks.remove_task(session, act, event, crud.part(session, Task, event.id, one.entity_id))
        return
    if one.is_there:
        task = tasks.change_task(session, act, event, crud.part(session, Task, event.id, one.entity_id), values)
    else:
        task = tasks.add_task(session, act, event, {**values, "id": one.entity_id})
        settle_as_before(task, person_organisation_id=one.kept.get("person_organisation_id"))
        task.created_at = typed(Task, "created_at", one.kept.get("created_at")) or task.created_at
    if "done_at" in one.fields:
        task.done_at = done_at
    crud.flush(session)


def reverse_booking(session: Session, act: ActionContext, change: RequestedChange, one: ThingChange) -> None:
    """Give a booking back, make it again, or book what it was; only what is still free comes back."""
    was = typed_row(Booking, {name: before for name, (before, _now) in one.fields.items()})
    if not one.was_there:
        bookings.delete_booking(session, act, bookings.find_booking(session, one.entity_id))
        return
    if not one.is_there:
        wish = {name: was.get(name) for name in ("event_id", "resource_id", "quantity", "state", "note")}
        wish |= _times(was) | {"id": one.entity_id}
        wish["state"] = _wanted(was.get("state"))
        made = bookings.make_bookings(session, act, [wish], several=False)[0]
        made.made_for, made.created_by = one.kept.get("made_for"), was.get("created_by")
        crud.flush(session)
        return
    booking = bookings.find_booking(session, one.entity_id)
    if all(plain(getattr(booking, name)) == before for name, (before, _now) in compared(one).items()):
        return  # it followed its event back
    whole = {name: getattr(booking, name) for name in ("first_day", "last_day", "start_time", "end_time")} | was
    wish = {name: was[name] for name in ("resource_id", "quantity", "note") if name in was}
    if was.get("state", booking.state) is not BookingState.RELEASED and "state" in was:
        wish["state"] = _wanted(was["state"])
    if was.keys() & {"first_day", "last_day", "start_time", "end_time"}:
        wish |= _times(whole)
    bookings.change_booking(session, act, booking, wish)


def _wanted(state: Any) -> Any:
    """The state to ask for: what waited for a keeper, or was refused, asks again."""
    return BookingState.HELD if state in (BookingState.ASKED, BookingState.REFUSED) else state


def _times(was: Mapping[str, Any]) -> dict[str, Any]:
    """The times of a booking as a request names them."""
    if was.get("start_time") is None:
        return {"from_": was["first_day"], "to": was["last_day"]}
    return {
        "from_": datetime.combine(was["first_day"], was["start_time"]),
        "to": datetime.combine(was["last_day"], was["end_time"]),
    }


def reverse_programme(session: Session, act: ActionContext, change: RequestedChange, one: ThingChange) -> None:
    """Put the working programme back as it was; what was published stays published."""
    event = events.find_event(session, one.entity_id)
    was = one.fields["items"][0] or []
    if plain(programme_of(session, event.id)) == was:
        return  # it moved back with its event
    ids = one.kept.get("ids") or [item.id for item in programme_of(session, event.id)]
    items = [typed_row(ProgrammeItem, dict(item)) for item in was]
    if len(ids) == len(items):
        items = [{**item, "id": identity} for item, identity in zip(items, ids, strict=True)]
        programme.restore(session, act, event, items)
        return
    programme.replace_programme(
        session, act, event, [{name: value for name, value in item.items() if name != "position"} for item in items]
    )


Reverser = Callable[[Session, ActionContext, RequestedChange, ThingChange], None]

REVERSERS: Mapping[str, Reverser] = {
    "event": reverse_event,
    "member": reverse_member,
    "task": reverse_task,
    "booking": reverse_booking,
    "programme": reverse_programme,
}
"""Noun → what undoes a change of it; events first, whose parts follow them back, then the latest change first."""
