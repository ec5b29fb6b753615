"""The event that is copied: who may copy it, and how much of it there is to take along.

A copy shows its maker all that it takes along, and lets the maker's organisation read it from then on. So an event is
copied only by who sees all of it (:attr:`service.actions.permissions.Sight.WHOLE`): not from another office's share,
nor by a department that only takes part. Its estimate is taken by who reads its money. What is entered by copying gives
no right that entering it by hand would not give.
"""

from collections.abc import Mapping

from sqlmodel import Session, col, func, select

from models.errors import Forbidden
from models.estimates import Estimate
from models.event_parts import Member, ProgrammeItem, Task
from models.events import Event
from models.i18n import N_, message
from models.queries.dated import has_days
from models.resources import Booking
from models.vocabulary import CopyTake
from service.actions import permissions
from service.actions.events import events
from service.actions.known_days import check_has_days
from service.actions.ledger import rights
from service.actions.permissions import Sight

SEEN_IN_PART = N_("You see only a part of this event. Who sees all of it can copy it.")
MONEY_UNREAD = N_("The estimate of this event is not yours to read: copy the event without it.")

_COUNTED = {
    CopyTake.MEMBERS: Member,
    CopyTake.PROGRAMME: ProgrammeItem,
    CopyTake.TASKS: Task,
    CopyTake.BOOKINGS: Booking,
}


def find_source(session: Session, event_id: str, take: frozenset[CopyTake] = frozenset()) -> Event:
    """The event to copy, with its phases and performances.

    Raises:
        NotFound: there is none, or the session may not read it.
        Forbidden: the session sees only a part of it, or may not read the money that is asked for.
        Invalid: its day is not known: what is copied lies on days.
    """
    event = events.find_event(session, event_id)
    if permissions.sight(session, event) is not Sight.WHOLE:
        raise Forbidden(message(SEEN_IN_PART), code="not_in_charge")
    check_has_days(event, "first_day")
    if CopyTake.ESTIMATE in take and not rights.reads_money(session, event):
        what = message(MONEY_UNREAD)
        raise Forbidden(what, code="not_in_charge", errors={"take": [what]})
    return event


def may_copy(session: Session, event: Event) -> bool:
    """Whether the session may copy an event that it may read; its role decides whether it makes events at all."""
    return permissions.sight(session, event) is Sight.WHOLE and has_days(event)


def counts(session: Session, event: Event) -> Mapping[CopyTake, int]:
    """How much there is to take along of each; of the estimate 1 if there is one that the session may read."""
    found = {
        take: int(session.exec(select(func.count()).where(col(table.event_id) == event.id)).one())  # type: ignore[attr-defined]
        for take, table in _COUNTED.items()
    }
    found[CopyTake.ESTIMATE] = 0
    if rights.reads_money(session, event):
        has_inputs = select(func.count()).where(Estimate.event_id == event.id, col(Estimate.inputs).is_not(None))
        found[CopyTake.ESTIMATE] = int(session.exec(has_inputs).one())
    return found
