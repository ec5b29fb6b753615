"""Which of one's own changes can probably still be undone: what pages offer, in a fixed number of queries.

It looks at the trail only, and promises nothing: :mod:`service.actions.undo.undo` looks at what is there.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlmodel import Session, col, func, select

from calendars.events.lifecycle import is_back
from models.accounts import Audit
from models.i18n import N_
from models.vocabulary import EventStatus
from service.actions import permissions
from service.actions.context import ActionContext
from service.actions.effects.confirmation import STANDING
from service.actions.undo.checks import WITHIN, compared, overtaken, telling, told_since, undone
from service.actions.undo.requests import MOST_ROWS, RequestedChange, ThingChange

UNDONE = N_("Undone")
TOLD = N_("Already told")
CHANGED = N_("Changed since")
FINAL = N_("Not undoable")
"""The words that stand instead of the button."""

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class UndoOffer:
    """A change of the acting account, with its rows of the trail; ``why_not`` is a word in English, None: it can be
    undone, as far as the trail tells."""

    change: RequestedChange
    rows: Sequence[Audit]
    why_not: str | None

    @property
    def can_be(self) -> bool:
        """Whether undoing is offered."""
        return self.why_not is None


def own_requests(session: Session, act: ActionContext, limit: int = MOST_SHOWN) -> list[str]:
    """The latest requests of the acting account that changed anything within the time for undoing, the newest first."""
    last = func.max(col(Audit.id))
    statement = (
        select(Audit.request_id)
        .where(col(Audit.at) >= act.now - WITHIN, Audit.actor_id == act.account.id, col(Audit.request_id).is_not(None))
        .group_by(col(Audit.request_id))
        .order_by(last.desc())
        .limit(limit)
    )
    return [one for one in session.exec(statement) if one is not None]


def offers(session: Session, act: ActionContext, request_ids: Collection[str]) -> dict[str, UndoOffer]:
    """Request → what undoing it is offered as, of those that the acting account made; five queries at most, none
    without requests."""
    if not request_ids:
        return {}
    statement = select(Audit).where(col(Audit.request_id).in_(sorted(request_ids)), Audit.actor_id == act.account.id)
    rows = session.exec(statement.order_by(col(Audit.request_id), col(Audit.id)).limit(MOST_ROWS)).all()
    found = {
        str(request_id): list(of_request) for request_id, of_request in groupby(rows, key=lambda row: row.request_id)
    }
    changes = {request_id: RequestedChange.of(request_id, of_one) for request_id, of_one in found.items()}
    live = {one.request_id: one for one in changes.values() if one.never is None and act.now <= one.at + WITHIN}
    gone = undone(session, act, live)
    events = {event_id for one in live.values() for event_id in one.event_ids}
    hidden = permissions.hidden(session, events)
    told = told_since(session, events, min(one.at for one in live.values())) if live else {}
    later = _later(session, live.values())

    def why_not(change: RequestedChange) -> str | None:
        if change.request_id not in live or hidden.intersection(change.event_ids):
            return FINAL
        if change.request_id in gone:
            return UNDONE
        if any(_is_changed(one, change, later) for one in change.things):
            return CHANGED
        if any(_is_step_of_approvers(one, change) for one in change.things):
            return FINAL
        if any(event_id in told and told[event_id] >= change.at for event_id in telling(change)):
            return TOLD
        return None

    return {name: UndoOffer(one, found[name], why_not(one)) for name, one in changes.items()}


def _is_step_of_approvers(one: ThingChange, change: RequestedChange) -> bool:
    if one.noun != "event" or "status" not in one.fields:
        return False
    was, now = (EventStatus(value) for value in one.fields["status"])
    confirms = now in STANDING and was not in STANDING and change.undoes is None
    return confirms or is_back(now, was) or is_back(was, now)


def _later(session: Session, changes: Collection[RequestedChange]) -> dict[tuple[str, str], list[Audit]]:
    """What was written of the things of some changes after the first of them, by thing."""
    things = sorted({one.entity_id for change in changes for one in change.things})
    if not things:
        return {}
    first = min(change.last_row for change in changes)
    statement = select(Audit).where(col(Audit.entity_id).in_(things), col(Audit.id) > first).order_by(col(Audit.id))
    found: dict[tuple[str, str], list[Audit]] = {}
    for row in session.exec(statement.limit(MOST_ROWS)):
        found.setdefault((row.entity, row.entity_id), []).append(row)
    return found


def _is_changed(one: ThingChange, change: RequestedChange, later: dict[tuple[str, str], list[Audit]]) -> bool:
    """Whether, by the trail, a thing is not what a change left it as."""
    is_there = one.is_there
    now: dict[str, Any] = {name: after for name, (_before, after) in compared(one).items()}
    left = dict(now)
    since = [row for row in later.get((one.entity, one.entity_id), ()) if (row.id or 0) > change.last_row]
    if overtaken(one, since) is not None:
        return True
    for row in since:
        is_there = row.action != "delete"
        now |= {name: row.changes[name].get("to") for name in now if isinstance(row.changes.get(name), dict)}
    return is_there is not one.is_there or (one.is_there and now != left)
