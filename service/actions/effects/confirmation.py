"""The second pair of eyes: what was confirmed, who changed what since, who may confirm, who is told and asked.

The only module that decides whether an event is still what was confirmed. It is called for every change of an event
(:mod:`service.actions.events.events`) and of its members (:func:`service.actions.effects.changes.event_parts_changed`).
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, update
from sqlalchemy.orm import attributes
from sqlmodel import Session, col, select

from calendars.events.confirmation import (
    CONFIRMED_FIELDS,
    HEAD_NAMES,
    IN_ORDER,
    PART_FIELDS,
    Difference,
    Values,
    differences,
    named_in,
)
from calendars.reminders import due_times
from models.accounts import User
from models.errors import Forbidden
from models.event_parts import Member
from models.events import Event, Performance, TrainingPhase
from models.i18n import N_, message
from models.places import Locality, Organisation, Person
from models.reminders import Reminder
from models.text import LocalizedText
from models.vocabulary import (
    Currency,
    EventKind,
    EventStatus,
    Language,
    MemberRole,
    ReminderPurpose,
    ReminderState,
    Role,
)
from service.actions import permissions
from service.actions.account_makers import LATELY, tied_to
from service.actions.audit import plain
from service.actions.context import ActionContext

TOLD_AFTER = timedelta(minutes=2)
"""How long after the first change approvers are told: several changes are told at once, an undone one to nobody."""

STANDING = frozenset({EventStatus.CONFIRMED, EventStatus.ONGOING, EventStatus.COMPLETED})
"""The statuses in which an event has been confirmed."""

_COLUMNS = frozenset(CONFIRMED_FIELDS) - {"head"} | {"head_id"}
_PARTS: Mapping[EventKind, tuple[str, type[Any]]] = {
    EventKind.TRAINING_BATCH: ("phases", TrainingPhase),
    EventKind.ART_TROUPE_VISIT: ("performances", Performance),
}
_UNSENT = (ReminderState.PENDING, ReminderState.SENDING)

APPROVER_NEEDED = N_("Confirming needs an approver.")
MADE_IT = N_("Confirming needs a second person: an approver other than the one who made the event.")
CHANGED_IT = N_(
    "Confirming needs a second person: an approver other than whoever last changed what is to be confirmed. Part of it"
    " is your change."
)
SAME_HANDS = N_(
    "Confirming needs a second person. Less than {days} days ago this account was made, or its access changed, by"
    " whoever made this event or changed part of it, or made or changed theirs."
)


# What was confirmed, and what differs


def heads_of(session: Session, event: Event) -> frozenset[str]:
    """The people who are members of an event as a head: one or none of each side."""
    session.flush()
    heads = select(Member.person_id).where(Member.event_id == event.id, Member.role == MemberRole.HEAD)
    return frozenset(session.exec(heads).all())


def heads_of_all(session: Session, event_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """As :func:`heads_of` for several events, by id; one query."""
    heads = select(Member.event_id, Member.person_id).where(
        col(Member.event_id).in_(event_ids), Member.role == MemberRole.HEAD
    )
    found: dict[str, set[str]] = {event_id: set() for event_id in event_ids}
    for event_id, person_id in session.exec(heads).all() if event_ids else ():
        found[event_id].add(person_id)
    return {event_id: frozenset(people) for event_id, people in found.items()}


def values_of(
    session: Session,
    event: Event,
    heads: frozenset[str] | None = None,
    over: Mapping[str, Any] | None = None,
    known: Mapping[str, Person] | None = None,
) -> dict[str, Any]:
    """The values of an event that are confirmed, as plain JSON; ``over`` are values that it is about to get.

    ``heads`` as in :func:`heads_of`, read if they are not given; ``known`` are people that are not read again.
    """
    over = over or {}
    members = heads_of(session, event) if heads is None else heads
    head_id = over.get("head_id", event.head_id)
    found: dict[str, Any] = {IN_ORDER: True}
    for name in CONFIRMED_FIELDS:
        if name == "head":
            found[name] = list(dict.fromkeys([*([head_id] if head_id else ()), *sorted(members)]))
        elif name in PART_FIELDS:
            found[name] = _parts(session, event, name, over)
        elif name == "budget" and over.get(name):
            currency = Currency(over[name]["currency"])  # as it will be read back
            found[name] = currency.money(currency.units(over[name]["amount"]))
        else:
            found[name] = plain(over[name] if name in over else getattr(event, name))
    people = [(known or {}).get(identity) or session.get(Person, identity) for identity in found["head"]]
    found[HEAD_NAMES] = [person.name for person in people if person is not None]
    return found


def _parts(session: Session, event: Event, name: str, over: Mapping[str, Any]) -> list[dict[str, Any]]:
    own, model = _PARTS.get(event.kind, ("", None))
    if name != own or model is None:
        return []
    if name not in event.__dict__:
        rows = session.exec(select(model).where(model.event_id == event.id).order_by(col(model.position))).all()
        attributes.set_committed_value(event, name, list(rows))
    rows = over[name] if name in over else getattr(event, name)
    return [{column: plain(getattr(row, column)) for column in PART_FIELDS[name]} for row in rows]


def differing(
    session: Session, event: Event, heads: frozenset[str] | None = None, known: Mapping[str, Person] | None = None
) -> dict[str, Difference] | None:
    """What differs from what was confirmed; None if that is not known, although it changed since.

    ``heads`` and ``known`` as in :func:`values_of`.
    """
    if not event.changed_since_confirmed:
        return {}
    if event.confirmed_values is None:
        return None
    return differences(event.confirmed_values, values_of(session, event, heads, known=known))


def after_change(session: Session, act: ActionContext, event: Event, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a change of an event's columns and parts makes of its confirmation, as further values for it."""
    if not _COLUMNS & values.keys():
        return {}
    heads = heads_of(session, event)
    return _outcome(act, event, values_of(session, event, heads), values_of(session, event, heads, values))


def head_changed(session: Session, act: ActionContext, event: Event, before: frozenset[str]) -> None:
    """Take note of another head among the members; ``before`` is :func:`heads_of` before the change.

    A calendar entry that now shows another status gets a new time of change.
    """
    after = heads_of(session, event)
    if after == before:
        return
    was_changed = event.changed_since_confirmed
    found = _outcome(act, event, values_of(session, event, before), values_of(session, event, after))
    for name, value in found.items():
        setattr(event, name, value)
    if event.changed_since_confirmed != was_changed:
        event.updated_at = act.now
    session.flush()


def head_renamed(session: Session, act: ActionContext, person: Person) -> list[Event]:
    """Take note of another name of a person in the confirmed events to come or running that they head; the events whose
    confirmation it concerns.

    Past events keep the name of their day to themselves: a corrected spelling asks nobody about them.
    """
    heads = select(Member.event_id).where(Member.person_id == person.id, Member.role == MemberRole.HEAD)
    statement = select(Event).where(
        col(Event.status).in_([EventStatus.CONFIRMED, EventStatus.ONGOING]),
        col(Event.confirmed_values).is_not(None),
        or_(col(Event.head_id) == person.id, col(Event.id).in_(heads)),
    )
    concerned = []
    for event in session.exec(statement.order_by(col(Event.id))).all():
        confirmed, values = event.confirmed_values, values_of(session, event)
        if confirmed is None or HEAD_NAMES not in confirmed:
            continue  # confirmed before names were kept: nobody can tell
        differ = differences(confirmed, values)
        corrections = {name: one for name, one in event.corrections.items() if name in differ}
        if "head" in differ:
            corrections["head"] = {"by": act.user.id if act.user else None, "at": act.now.isoformat()}
        if corrections == event.corrections and bool(differ) is event.changed_since_confirmed:
            continue
        event.corrections, event.changed_since_confirmed = corrections, bool(differ)
        event.changed_at = (event.changed_at or act.now) if differ else None
        event.updated_at = act.now
        concerned.append(event)
    session.flush()
    return concerned


def _outcome(act: ActionContext, event: Event, before: Values, after: Values) -> dict[str, Any]:
    changed = differences(before, after)
    if not changed:
        return {}
    by_whom = {"by": act.user.id if act.user else None, "at": act.now.isoformat()}
    corrections = event.corrections | dict.fromkeys(changed, by_whom)
    if event.confirmed_at is None:
        if act.user is None:  # what the service itself changed is nobody's, and needs no entry yet
            corrections = {name: one for name, one in event.corrections.items() if name not in changed}
        return {} if corrections == event.corrections else {"corrections": corrections}
    found: dict[str, Any] = {}
    confirmed = event.confirmed_values
    if confirmed is None and not event.changed_since_confirmed:
        # Confirmed before values were kept, and unchanged until now: what it was is what was confirmed.
        confirmed = found["confirmed_values"] = dict(before)
    is_changed = True
    if confirmed is not None:
        differ = differences(confirmed, after)
        corrections = {name: one for name, one in corrections.items() if name in differ}
        is_changed = bool(differ)
    found |= {"changed_since_confirmed": is_changed, "corrections": corrections}
    return found | {"changed_at": (event.changed_at or act.now) if is_changed else None}


def after_step(session: Session, act: ActionContext, event: Event, to: EventStatus) -> dict[str, Any]:
    """What a step to a status makes of an event's confirmation, as further values for it.

    An event that has begun, or is taken back to the days before it, stays confirmed as it was; what was asked is taken
    back.
    """
    asked = {"asked_by": None, "asked_at": None}
    if to is EventStatus.CONFIRMED and event.status not in STANDING:
        return asked | confirmed_now(session, act, event)
    if to in STANDING:
        return asked
    lost = ("confirmed_by", "confirmed_at", "confirmed_values", "changed_at")
    return asked | dict.fromkeys(lost) | {"changed_since_confirmed": False}


def confirmed_now(session: Session, act: ActionContext, event: Event) -> dict[str, Any]:
    """The values of an event that is confirmed as it is."""
    return {
        "confirmed_by": act.user.id if act.user else None,
        "confirmed_at": act.now,
        "confirmed_values": values_of(session, event),
        "changed_since_confirmed": False,
        "changed_at": None,
        "corrections": {},
        "asked_by": None,
        "asked_at": None,
    }


# What undoing a change needs (:mod:`service.actions.undo`)


def kept_of(event: Event) -> dict[str, Any]:
    """Who changed what that nobody has confirmed, before a change of an event or of its people."""
    return {"corrections": dict(event.corrections)}


def kept_with_status(session: Session, event: Event) -> dict[str, Any]:
    """As :func:`kept_of`, before a step: also what was confirmed, as which values it is left, and from when it was
    postponed."""
    return kept_of(event) | {
        "confirmed_values": event.confirmed_values,
        "changed_at": plain(event.changed_at),
        "postponed_from": plain(event.postponed_from),
        "values": values_of(session, event),
    }


def own_corrections(event: Event, by: str, instants: Collection[str]) -> list[str]:
    """The fields whose last change, which nobody has confirmed, an account made at one of these instants."""
    return [name for name, one in event.corrections.items() if one.get("by") == by and one.get("at") in instants]


def restore_corrections(session: Session, event: Event, names: Collection[str], kept: Mapping[str, Any]) -> None:
    """Let these fields, which are again as they were, be whose change they were before; what nobody had changed then is
    nobody's change now."""
    before, found = kept.get("corrections", {}), dict(event.corrections)
    for name in names:
        if event.confirmed_at is not None and name not in found:
            continue  # it is again as it was confirmed
        if name in before:
            found[name] = before[name]
        elif event.confirmed_at is None:
            found.pop(name, None)
    event.corrections = found
    session.flush()


# Who may confirm


def refusal(event: Event, user: User, tied: Collection[str]) -> Forbidden | None:
    """Why an account may not confirm an event, nor accept its changes; None if it may.

    Whoever made it or last changed any one of the values that nobody has confirmed is not a second pair of eyes; nor is
    an account that one of them made lately, or that made theirs (``tied``: :func:`tied_to` the account): both may be in
    one hand. ``fields`` among the error's members are the values that the account changed.
    """
    if not user.role.suffices_for(Role.APPROVER):
        return Forbidden(message(APPROVER_NEEDED), code="approver_required")
    if event.created_by == user.id:
        return Forbidden(message(MADE_IT), code="four_eyes")
    if own := [name for name in CONFIRMED_FIELDS if event.corrections.get(name, {}).get("by") == user.id]:
        return Forbidden(message(CHANGED_IT), code="four_eyes", fields=own)
    authors = {event.created_by, *(event.corrections.get(name, {}).get("by") for name in CONFIRMED_FIELDS)}
    if authors & set(tied):
        return Forbidden(message(SAME_HANDS, days=LATELY.days), code="four_eyes")
    return None


def refusal_of(session: Session, now: datetime, event: Event, user: User) -> Forbidden | None:
    """As :func:`refusal`, with a query of the accounts tied to it, if nothing else is in the way."""
    return refusal(event, user, ()) or refusal(event, user, tied_to(session, now, [user.id])[user.id])


def check_four_eyes(session: Session, act: ActionContext, event: Event) -> None:
    """Raise if the acting account may not confirm an event; the service itself may.

    Raises:
        Forbidden: it is no approver, made the event, last changed what is to be confirmed, or lately made or was
            made by somebody who did.
    """
    if act.user is not None and (why := refusal_of(session, act.now, event, act.user)) is not None:
        raise why


def who_may_confirm(session: Session, now: datetime, event: Event, *, but: User | None = None) -> list[User]:
    """The active accounts in charge of an event that may confirm it, by name: approvers, or administrators if none is
    left.

    ``but``: leave out this one.
    """
    statement = select(User).where(col(User.active), col(User.role).in_([Role.APPROVER, Role.ADMIN]))
    others = [
        user
        for user in session.exec(statement.order_by(col(User.sort_key), col(User.id))).all()
        if user != but and refusal(event, user, ()) is None
    ]
    tied = tied_to(session, now, [user.id for user in others])
    able = [
        user for user in others if refusal(event, user, tied[user.id]) is None and _is_in_charge(session, user, event)
    ]
    return [user for user in able if user.role is Role.APPROVER] or able


def _is_in_charge(session: Session, user: User, event: Event) -> bool:
    with permissions.reading_as(session, user):
        return permissions.may_change(session, event)


def last_change_at(event: Event) -> datetime | None:
    """When any of the values that nobody has confirmed was last changed."""
    return max((datetime.fromisoformat(str(one["at"])) for one in event.corrections.values()), default=None)


# Whom it is told


def tell_approvers(session: Session, act: ActionContext, event: Event) -> None:
    """Plan the mails about an event that is no longer what was confirmed, or take back those that are not needed.

    Each approver who may accept the changes gets one mail a round: from the first change until the event is confirmed
    anew or is again what was confirmed. Rounds that began before values were kept are told with the next change.
    """
    if not event.changed_since_confirmed or event.changed_at is None:
        take_back(session, act, event, ReminderPurpose.CHANGED)
        return
    _plan_mails(session, act, event, ReminderPurpose.CHANGED, event.changed_at, act.now + TOLD_AFTER)


def tell_who_was_asked(session: Session, act: ActionContext, event: Event) -> None:
    """Plan the mails that ask for the confirmation of an event."""
    if event.asked_at is not None:
        _plan_mails(session, act, event, ReminderPurpose.ASKED, event.asked_at, act.now)


def take_back(session: Session, act: ActionContext, event: Event, purpose: ReminderPurpose) -> None:
    """Skip the mails of a kind that have not left; the reason is what is right now."""
    why = due_times.AS_CONFIRMED if purpose is ReminderPurpose.CHANGED else due_times.NOT_ASKED
    pending = (
        col(Reminder.event_id) == event.id,
        col(Reminder.purpose) == purpose,
        col(Reminder.rule_key).startswith(f"{purpose}:"),  # not the answer to whoever asked
        col(Reminder.state) == ReminderState.PENDING,
    )
    values = {"state": ReminderState.SKIPPED, "reason": str(why), "updated_at": act.now}
    session.execute(update(Reminder).where(*pending).values(values), execution_options={"synchronize_session": False})


def _plan_mails(
    session: Session, act: ActionContext, event: Event, purpose: ReminderPurpose, round_at: datetime, due_at: datetime
) -> None:
    session.flush()
    key = f"{purpose}:{round_at.isoformat()}"
    known = set(
        session.exec(select(Reminder.recipient).where(Reminder.event_id == event.id, Reminder.rule_key == key)).all()
    )
    for user in who_may_confirm(session, act.now, event, but=act.user):
        if user.email not in known:
            session.add(
                Reminder(
                    purpose=purpose,
                    rule_key=key,
                    event_id=event.id,
                    recipient=user.email,
                    locale=Language(user.locale),
                    due_at=due_at,
                    next_at=due_at,
                    created_at=act.now,
                    updated_at=act.now,
                )
            )
    session.flush()


# Names


def names_in(session: Session, *values: Values) -> dict[str, LocalizedText | str]:
    """The names of the people, organisations and localities in some of these values, by id or code."""
    people, organisations, places = (set().union(*one) for one in zip(*map(named_in, values), strict=True))
    found: dict[str, LocalizedText | str] = {}
    wanted: Sequence[tuple[type[Any], Any, set[str]]] = (
        (Person, Person.id, people),
        (Organisation, Organisation.id, organisations),
        (Locality, Locality.code, places),
    )
    for model, key, ids in wanted:
        if ids:
            rows = session.exec(select(model).where(col(key).in_(ids))).all()
            found |= {str(getattr(row, key.key)): row.name for row in rows}
    return found


def accounts_in(session: Session, event: Event) -> dict[str, str]:
    """The names of the accounts that confirmed an event, changed it since or asked for its confirmation, by id."""
    ids = {event.confirmed_by, event.asked_by, *(one.get("by") for one in event.corrections.values())} - {None}
    rows = session.exec(select(User).where(col(User.id).in_(ids))).all() if ids else ()
    return {user.id: user.name for user in rows}
