"""What one request changed, read from the trail: thing by thing, from what it was before to what it was left as."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from models.accounts import Audit
from models.errors import Conflict, Forbidden, NotFound
from models.i18n import N_, message
from models.labels import noun
from models.vocabulary import BookingState
from service.actions import permissions
from service.actions.context import ActionContext
from service.actions.undo.deeds import UNDECIDED, UNDOABLE, why_not

MOST_ROWS = 2000
"""Of one request that can be undone: more is an import or a hand-over."""


@dataclass(slots=True)
class ThingChange:
    """What became of one thing in one request.

    ``fields`` are each value before and after; ``was_there`` and ``is_there`` say whether the thing was there before
    and after, ``kept`` what the first row kept besides the trail, ``instants`` when it was changed.
    """

    noun: str
    entity: str
    entity_id: str
    event_id: str | None
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    was_there: bool = True
    is_there: bool = True
    kept: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    instants: set[str] = field(default_factory=set)

    def add(self, row: Audit) -> None:
        """Take in a further row of the trail, a later one than those before."""
        if not self.instants:
            self.was_there, self.kept = row.action != "create", row.kept or {}
        self.is_there = row.action != "delete"
        for name, change in row.changes.items():
            if isinstance(change, Mapping) and change.keys() == {"from", "to"}:
                self.fields[name] = (self.fields.get(name, (change["from"], None))[0], change["to"])
        self.reason = row.reason or self.reason
        self.instants.add(row.at.isoformat())

    @property
    def is_answered(self) -> bool:
        """Whether it is a booking whose keeper has approved or refused it, or has to be asked again."""
        states = self.fields.get("state", (None, None))
        return self.noun == "booking" and (states[0] == BookingState.REFUSED or states in _ANSWERS)

    @property
    def is_nothing(self) -> bool:
        """Whether it came and went within the request, or is what it was."""
        return not (self.was_there or self.is_there) or (
            self.was_there and self.is_there and all(before == after for before, after in self.fields.values())
        )


@dataclass(frozen=True, slots=True)
class RequestedChange:
    """Everything one account changed in one request. ``undoes`` is the request that it undid itself, if any."""

    request_id: str
    at: datetime
    first_row: int
    last_row: int
    things: Sequence[ThingChange]
    undoes: str | None
    never: str | None
    """Why nothing of it is ever undone, as an English sentence; None if it may be."""

    @classmethod
    def of(cls, request_id: str, rows: Sequence[Audit]) -> "RequestedChange":
        """From the rows of the trail, which are in their order and of one account."""
        things: dict[tuple[str, str], ThingChange] = {}
        never = next((why for row in rows if (why := why_not(row.action, row.entity))), None)
        if len({(row.at, row.undoes) for row in rows}) > 1:
            never = SEVERAL  # clients name their requests: what of one could pass under another's name
        if any(row.event_id is None for row in rows):
            never = never or UNDECIDED  # the other side's own people, of whose answers its office's trail tells
        for row in rows:
            named = UNDOABLE.get((row.action, row.entity))
            if named is not None:
                key = (row.entity, row.entity_id)
                one = things.setdefault(key, ThingChange(named, row.entity, row.entity_id, row.event_id))
                one.add(row)
        found = [one for one in things.values() if not one.is_nothing]
        if any(one.is_answered for one in found):
            never = never or ANSWERED
        return cls(
            request_id,
            rows[0].at,
            rows[0].id or 0,
            rows[-1].id or 0,
            found,
            rows[0].undoes,
            never or (None if found else NOTHING_LEFT),
        )

    @property
    def event_ids(self) -> list[str]:
        """The events it concerns, in the order of their ids."""
        return sorted({one.event_id for one in self.things if one.event_id is not None})


_ANSWERS = (
    (BookingState.ASKED, BookingState.HELD),
    (BookingState.ASKED, BookingState.REFUSED),
    (BookingState.HELD, BookingState.ASKED),
)
ANSWERED = N_("A keeper's answer is not undone: change the booking back on the page, and the keeper is asked again.")
NOTHING_LEFT = N_("Nothing was changed by this that could be undone.")
SEVERAL = N_("Several requests were sent under this id, so none of them can be undone; change it back on the pages.")


def read(session: Session, act: ActionContext, request_id: str) -> RequestedChange:
    """What the acting account changed in a request. What others did under the same id is no part of it.

    Raises:
        NotFound: nobody changed anything in it, or nothing that the reader sees.
        Forbidden: somebody else did.
        Conflict: it is too much to be undone.
    """
    statement = select(Audit).where(Audit.request_id == request_id).order_by(col(Audit.id)).limit(MOST_ROWS + 1)
    own = session.exec(statement.where(Audit.actor_id == act.account.id)).all()
    if not own:
        told = {row.event_id for row in session.exec(statement)} - {None}
        if not told or permissions.hidden(session, told):
            raise NotFound(noun("change"), request_id)
        raise Forbidden(
            message(N_("Only who made this change can undo it. Ask them, or change it yourself.")), code="not_yours"
        )
    if len(own) > MOST_ROWS:
        raise Conflict(
            message(N_("This changed too much at once to be undone; change it back on the pages.")), code="not_undoable"
        )
    return RequestedChange.of(request_id, own)
