"""When a change can still be undone: in its time, before anybody was told of it, while all is as it left it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, SQLModel, col, select

from calendars.reminders.change_notices import TELLING
from models.accounts import Audit
from models.errors import Conflict
from models.event_parts import Member, Task
from models.events import Event
from models.i18n import N_, Message, message
from models.labels import noun
from models.queries.event_parts import programme_of
from models.reminders import Reminder
from models.resources import Booking
from models.vocabulary import ReminderState
from service.actions.audit import plain
from service.actions.context import ActionContext
from service.actions.undo.requests import RequestedChange, ThingChange

WITHIN = timedelta(days=7)
"""So long a change of which nobody was told can be undone; as long as merges and hand-overs."""

MODELS: Mapping[str, type[SQLModel]] = {"event": Event, "member": Member, "task": Task, "booking": Booking}

DERIVED: Mapping[str, frozenset[str]] = {
    "event": frozenset(
        {
            *("sequence", "ordinal", "budget_amount", "budget_currency", "changed_since_confirmed", "confirmed_by"),
            *("confirmed_at", "asked_by", "asked_at", "known_to"),
        }
    ),
    "task": frozenset({"due_day", "done_at"}),
    "member": frozenset({"answered_at", "organisation_id", "position"}),
    "booking": frozenset({"asked_by", "answered_by", "answered_at", "answer_reason"}),
    "programme": frozenset(),
}
"""Noun → the fields that follow from others: they are not compared, and follow back by themselves."""

TOO_LATE = N_("This was done more than seven days ago: it can't be undone any more. Change it back on the page.")
ALREADY_UNDONE = N_("This was undone already.")
ALREADY_TOLD = N_(
    "Those concerned have been told of this already, so it can't be undone silently. Change it back on the page of the"
    " event, or plan it again: they will be told of that too."
)
GONE = N_("This can't be undone: the {what} was deleted since.")
BACK = N_("This can't be undone: the {what} is there again.")
CHANGED_SINCE = N_(
    "This can't be undone: “{field}” was changed since by {name}. Look at what stands there now, and change it by hand."
)

_ALWAYS = datetime.max.replace(tzinfo=UTC)


def check_time(act: ActionContext, change: RequestedChange) -> None:
    """Refuse what was done too long ago.

    Raises:
        Conflict: ``too_late``.
    """
    if act.now > change.at + WITHIN:
        raise Conflict(message(TOO_LATE), code="too_late")


def undone(session: Session, act: ActionContext, request_ids: Collection[str]) -> set[str]:
    """Those of the acting account's requests that were undone; one query. Others may have named theirs alike."""
    found = select(Audit.undoes).where(col(Audit.undoes).in_(sorted(request_ids)), Audit.actor_id == act.account.id)
    return {one for one in session.exec(found.distinct()) if one is not None}


def check_not_undone(session: Session, act: ActionContext, request_id: str) -> None:
    """Refuse what was undone already.

    Raises:
        Conflict: ``already_undone``.
    """
    if undone(session, act, [request_id]):
        raise Conflict(message(ALREADY_UNDONE), code="already_undone")


def left_of(later: Sequence[Audit]) -> list[Audit]:
    """What is left of later rows of the trail, the newest first: without those that were undone, and their undoing."""
    there = {(row.actor_id, row.request_id) for row in later}
    gone: set[tuple[str | None, str]] = set()
    found = []
    for row in reversed(later):
        if row.request_id is not None and (row.actor_id, row.request_id) in gone:
            continue
        if row.undoes is not None and (row.actor_id, row.undoes) in there:
            gone.add((row.actor_id, row.undoes))
        else:
            found.append(row)
    return found


def overtaken(one: ThingChange, later: Sequence[Audit]) -> Audit | None:
    """The newest of the later rows about a thing that keeps its change from being undone, whatever its values are now.

    After a step of an event, any other: who took it has decided it anew, even back to the same status, perhaps an
    approver. After something was added, any change of it: undoing would delete what was entered into it since.
    """
    if one.noun == "event" and "status" in one.fields:
        later = [row for row in later if "status" in row.changes]
    elif one.was_there or not one.is_there:
        return None
    return next(iter(left_of(later)), None)


def telling(change: RequestedChange) -> list[str]:
    """The events of a change that readers are told of: those whose days, place, title or status, or whose people it
    changed."""
    found = {
        one.event_id
        for one in change.things
        if one.event_id is not None
        and (one.noun == "member" or (one.noun == "event" and one.fields.keys() & {"sequence", "visibility"}))
    }
    return sorted(found)


def told_since(session: Session, event_ids: Collection[str], since: datetime) -> dict[str, datetime]:
    """Event → when the last mail that tells its values left, at ``since`` or later, or that one is leaving now; one
    query, none without events."""
    if not event_ids:
        return {}
    left = select(Reminder.event_id, Reminder.state, Reminder.updated_at).where(
        col(Reminder.event_id).in_(sorted(event_ids)),
        col(Reminder.purpose).in_(sorted(TELLING)),
        or_(
            col(Reminder.state) == ReminderState.SENDING,  # whenever it was claimed: what it tells is being written
            and_(col(Reminder.state) == ReminderState.SENT, col(Reminder.updated_at) >= since),
        ),
    )
    found: dict[str, datetime] = {}
    for event_id, state, updated_at in session.exec(left):
        if event_id is not None:
            at = _ALWAYS if state is ReminderState.SENDING else updated_at
            found[event_id] = max(at, found.get(event_id, at))
    return found


def check_nobody_told(session: Session, change: RequestedChange) -> None:
    """Refuse what somebody was told of, or is being told of at this moment.

    Raises:
        Conflict: ``already_told``.
    """
    if told_since(session, telling(change), change.at):
        raise Conflict(message(ALREADY_TOLD), code="already_told")


def compared(one: ThingChange) -> dict[str, tuple[Any, Any]]:
    """The fields of a thing that are compared, and put back: those that follow from no other."""
    derived = DERIVED[one.noun] | ({"event_id"} if one.noun != "event" else set())
    return {name: values for name, values in one.fields.items() if name not in derived}


def present(session: Session, one: ThingChange) -> Any:
    """The thing as it is now: its row, of a programme its event; None if it is not there."""
    model = Event if one.noun == "programme" else MODELS[one.noun]
    return session.get(model, one.entity_id)


def value_now(session: Session, one: ThingChange, row: Any, name: str) -> Any:
    """A field of a thing as the trail writes it."""
    if one.noun == "programme":
        return plain(programme_of(session, one.entity_id))
    return plain(getattr(row, name))


def check_unchanged(session: Session, change: RequestedChange) -> None:
    """Refuse what was changed since by anybody.

    Raises:
        Conflict: ``changed_since``, with the ``field`` and who changed it, where it is not the thing itself.
    """
    for one in change.things:
        row = present(session, one)
        if one.is_there is (row is None):
            what = message(GONE if one.is_there else BACK, what=noun(one.entity))
            raise Conflict(what, code="changed_since", entity=one.entity, entity_id=one.entity_id)
        if not one.is_there:
            continue
        for name, (_before, after) in compared(one).items():
            if value_now(session, one, row, name) != after:
                written = [row for row in _later(session, change, one) if name in row.changes]
                raise _changed(one, name, written[-1] if written else None)
        if (row := overtaken(one, _later(session, change, one))) is not None:
            raise _changed(one, "status" if "status" in row.changes else next(iter(row.changes), one.entity), row)


def _later(session: Session, change: RequestedChange, one: ThingChange) -> Sequence[Audit]:
    since = select(Audit).where(
        Audit.entity == one.entity, Audit.entity_id == one.entity_id, col(Audit.id) > change.last_row
    )
    return session.exec(since.order_by(col(Audit.id))).all()


def _changed(one: ThingChange, name: str, by: Audit | None) -> Conflict:
    changed_by: Message | str = by.actor_name if by else message(N_("somebody else"))
    return Conflict(
        message(CHANGED_SINCE, field=name, name=changed_by),
        code="changed_since",
        entity=one.entity,
        entity_id=one.entity_id,
        field=name,
        changed_by=by.actor_name if by else None,
    )


def check_as_before(session: Session, change: RequestedChange) -> None:
    """Refuse to leave anything half-way: after undoing, all is as it was before the change.

    Raises:
        Conflict: ``not_exactly``, with the ``field``: something else decides it now.
    """
    session.flush()
    for one in change.things:
        row = present(session, one)
        wrong = one.was_there is (row is None) or (
            one.was_there
            and any(value_now(session, one, row, name) != before for name, (before, _after) in compared(one).items())
        )
        if wrong:
            raise Conflict(
                message(NOT_EXACTLY, what=noun(one.entity)),
                code="not_exactly",
                entity=one.entity,
                entity_id=one.entity_id,
            )


NOT_EXACTLY = N_("This can't be undone exactly: the {what} would not be as it was before. Change it by hand.")
