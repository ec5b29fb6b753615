"""The events that are shared with the reader's office, for its first page: what is asked, and what of it is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from models.both_sides.share import EventShare
from models.events import Event
from models.queries.event_readers import shared_to
from service.actions import office_days, permissions
from service.actions.both_sides.given_asks import AnsweredAsk, answered_asks
from service.actions.context import ActionContext

MOST = 200


@dataclass(frozen=True, slots=True)
class SharedEvent:
    """An event that another office shares with the reader's."""

    event: Event
    share: EventShare
    asks: Sequence[AnsweredAsk]

    def late(self, today: date) -> int:
        """How many answers are overdue."""
        return sum(one.is_late(today) for one in self.asks)


def shared_with_own_office(session: Session, act: ActionContext, secret: str) -> list[SharedEvent]:
    """The events to come that are shared with the reader's office: overdue answers first, then by the next day an
    answer is waited for, then by their days. The number of queries does not grow with them; none where there is no
    other office."""
    one = permissions.reader(session)
    if one is None or one.offices.alone or not one.whole_office:
        return []
    statement = (
        select(Event, EventShare)
        .where(EventShare.event_id == Event.id, shared_to(one), office_days.not_over(session, act))
        .order_by(col(Event.first_day), col(Event.id))
        .limit(MOST)
    )
    rows = session.exec(statement).all()
    asks = answered_asks(session, secret, rows)
    found = [SharedEvent(event, share, asks[event.id]) for event, share in rows]
    return sorted(found, key=lambda shared: (*_urgency(shared, act.today), shared.event.first_day, shared.event.id))


def _urgency(shared: SharedEvent, today: date) -> tuple[bool, date]:
    return not shared.late(today), min((one.ask.until for one in shared.asks if one.given is None), default=date.max)
