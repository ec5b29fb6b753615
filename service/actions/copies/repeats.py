"""Which visit can be repeated for a commitment that is outstanding: the last one that it was carried out with."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, select

from models.events import Event
from models.queries.dated import is_dated
from models.vocabulary import EventStatus
from service.actions import permissions

_TOOK_PLACE = (EventStatus.CONFIRMED, EventStatus.ONGOING, EventStatus.COMPLETED)


@dataclass(frozen=True, slots=True)
class Repeatable:
    """A visit that can be copied for what is outstanding; days inclusive."""

    event: Event

    @property
    def id(self) -> str:
        return self.event.id

    @property
    def year(self) -> int:
        return self.event.first_day.year

    @property
    def people(self) -> int | None:
        """How many came, or were to come; None: not known."""
        return self.event.headcount_actual if self.event.headcount_actual is not None else self.event.headcount


def last_visits(session: Session, commitment_ids: Collection[str]) -> Mapping[str, Repeatable]:
    """Commitment → the last visit linked to it that took place or is confirmed, of those that the session may copy; one
    query however many there are. Those without a day can't be copied."""
    if not commitment_ids:
        return {}
    there: tuple[Any, ...] = (
        col(Event.commitment_id).in_(sorted(commitment_ids)),
        col(Event.status).in_(_TOOK_PLACE),
        is_dated(),
        permissions.visible(session),
        permissions.overseen(session),
    )
    last = (
        select(Event.commitment_id, func.max(Event.first_day).label("first_day"))
        .where(*there)
        .group_by(col(Event.commitment_id))
        .subquery()
    )
    statement = (
        select(Event)
        .join(last, (last.c.commitment_id == Event.commitment_id) & (last.c.first_day == Event.first_day))
        .where(*there)
        .order_by(col(Event.id))
    )
    return {str(one.commitment_id): Repeatable(one) for one in session.exec(statement)}
