"""The events at which projects are handed over: which were held, and which of them a session may read."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from calendars.days.spans import Days
from calendars.events.lifecycle import CALLED_OFF
from models.events import Event
from models.text import LocalizedText
from models.vocabulary import ActivityType, EventStatus, KnownTo
from service.actions import permissions


@dataclass(frozen=True, slots=True)
class Handover:
    """The event at which a project is handed over."""

    id: str
    title: LocalizedText
    days: Days
    status: EventStatus
    is_handover: bool
    known_to: KnownTo = KnownTo.DAY

    @property
    def is_held(self) -> bool:
        """Whether it was held: it is a handover, and completed."""
        return self.is_handover and self.status is EventStatus.COMPLETED

    @property
    def is_coming(self) -> bool:
        """Whether it is still to be held: it is a handover, neither completed nor called off."""
        return self.is_handover and self.status not in (*CALLED_OFF, EventStatus.COMPLETED)


def is_coming() -> ColumnElement[bool]:
    """:attr:`Handover.is_coming` as a condition for SELECTs of events."""
    is_over = col(Event.status).in_((*CALLED_OFF, EventStatus.COMPLETED))
    return and_(col(Event.activity_type) == ActivityType.HANDOVER, ~is_over)


def is_held() -> ColumnElement[bool]:
    """:attr:`Handover.is_held` as a condition for SELECTs of events."""
    return and_(col(Event.activity_type) == ActivityType.HANDOVER, col(Event.status) == EventStatus.COMPLETED)


def readable_handovers(session: Session, event_ids: Collection[str | None]) -> dict[str, Handover]:
    """Those of these events that the session may read, by id; one query, none without ids."""
    ids = sorted({one for one in event_ids if one is not None})
    if not ids:
        return {}
    return {one.id: one for one in _read(session, select(*_columns()).where(col(Event.id).in_(ids)))}


def handovers_to_choose(session: Session, chosen: Collection[str], limit: int) -> list[Handover]:
    """Handovers that a project may end with: those that the session may read and nobody called off, the latest first,
    and those ``chosen`` already; one query."""
    takes_place = and_(col(Event.activity_type) == ActivityType.HANDOVER, col(Event.status).not_in(sorted(CALLED_OFF)))
    is_chosen = col(Event.id).in_(sorted(chosen))
    statement = select(*_columns()).where(or_(takes_place, is_chosen))
    order = (is_chosen.desc(), col(Event.first_day).desc(), col(Event.id))
    return _read(session, statement.order_by(*order).limit(limit))


def _columns() -> tuple[Any, ...]:
    columns: tuple[Any, ...] = (
        col(Event.id),
        col(Event.title),
        col(Event.first_day),
        col(Event.last_day),
        col(Event.status),
        col(Event.activity_type),
        col(Event.known_to),
    )
    return columns


def _read(session: Session, statement: Any) -> list[Handover]:
    return [
        Handover(
            row.id,
            row.title,
            Days(row.first_day, row.last_day),
            row.status,
            row.activity_type is ActivityType.HANDOVER,
            row.known_to,
        )
        for row in session.execute(statement.where(permissions.visible(session)))
    ]
