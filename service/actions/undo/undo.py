"""Undo: what an account changed in one request is put back, all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from models.errors import Conflict, NotFound
from models.events import Event
from models.i18n import N_, message
from models.labels import noun
from service.actions import permissions
from service.actions.context import ActionContext
from service.actions.undo import checks
from service.actions.undo.requests import RequestedChange, ThingChange, read
from service.actions.undo.reversers import REVERSERS

SAME_ID = N_("Undoing needs a request id of its own: send another `X-Request-Id`, or none.")


@dataclass(frozen=True, slots=True)
class UndoneChange:
    """A change that was undone: the request that it was, and which things are again as they were."""

    request_id: str
    things: Sequence[ThingChange]

    @property
    def event_ids(self) -> list[str]:
        """The events it concerned."""
        return sorted({one.event_id for one in self.things if one.event_id is not None})


def undo(session: Session, act: ActionContext, request_id: str) -> UndoneChange:
    """Undo what the acting account changed in a request, as a change of its own, which can be undone in turn.

    It does nothing that the account could not do by hand at this moment: every part goes through its normal action,
    with its rights, its effects and its refusals. Two at once wait for each other; the second finds it undone.

    Raises:
        NotFound: there is no such change, or none that the reader sees.
        Forbidden: ``not_yours``: somebody else made it; or the account may not change its things any more.
        Conflict: ``not_undoable``, ``already_undone``, ``too_late``, ``already_told``, ``changed_since``,
            ``not_exactly``; or as the actions refuse, ``booking_conflict`` among them.
    """
    change = read(session, act, request_id)
    if act.request_id == request_id:
        raise Conflict(message(SAME_ID), code="not_undoable")
    held = _lock(session, change)  # held here: what a session loaded it forgets with the last who knows it
    checks.check_not_undone(session, act, request_id)
    if change.never is not None:
        raise Conflict(message(change.never), code="not_undoable")
    for event in held:
        if any(one.event_id == event.id and one.noun != "task" for one in change.things):
            permissions.check_change(session, event)  # before anything is told of who changed it since
    checks.check_time(act, change)
    checks.check_unchanged(session, change)
    checks.check_nobody_told(session, change)
    undoing = replace(act, undoes=request_id)
    for one in _in_order(change.things):
        REVERSERS[one.noun](session, undoing, change, one)
    checks.check_as_before(session, change)
    return UndoneChange(request_id, change.things)


def _lock(session: Session, change: RequestedChange) -> list[Event]:
    """Lock and read the events of a change, so that nobody changes them, nor undoes the same, until this ends.

    Raises:
        NotFound: the reader does not see one of them, or it was deleted.
    """
    if not (wanted := change.event_ids):
        return []
    statement = (
        select(Event)
        .where(col(Event.id).in_(wanted), permissions.visible(session))
        .order_by(col(Event.id))
        .with_for_update()
        .options(selectinload(Event.phases), selectinload(Event.performances))  # type: ignore[arg-type]
        .execution_options(populate_existing=True)
    )
    found = list(session.exec(statement))
    for missing in sorted(set(wanted) - {event.id for event in found}):
        raise NotFound(noun("event"), missing)
    return found


def _in_order(things: Sequence[ThingChange]) -> list[ThingChange]:
    """Events first, as bookings and programmes follow them; then the latest change first; who was taken off a list
    leaves it before others come back to it."""
    latest_first = list(reversed(things))
    return sorted(latest_first, key=lambda one: (one.noun != "event", one.was_there))
