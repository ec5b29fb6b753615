"""Which events are on which days of the office's calendar, in SQL."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, true
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from calendars.days.office_clock import times_of
from calendars.days.spans import MIDNIGHT
from models.events import Event
from models.queries.dated import is_dated
from service.actions.context import ActionContext

_NEAR = 1
"""How far the day by the office's clock can be from the one that is stored: a zone is less than 24 hours away, and an
event that goes on over midnight ends a day later."""

_COLUMNS = ("id", "first_day", "last_day", "start_time", "end_time", "timezone")


def on_days(
    session: Session, office_zone: str, first: date | None, last: date | None, table: Any = Event
) -> ColumnElement[bool]:
    """The condition that an event takes a day from ``first`` to ``last`` (None: no bound) by the office's clock.
    ``table`` may be that of deleted events.

    It is what :func:`calendars.days.office_clock.shown_times` says of each event. The stored days say it of nearly all
    of them; those that end at midnight or after it, or have hours of another zone, are looked at one by one, but only
    near the bounds: one query, and none without a bound.
    """
    plain = [col(table.last_day) >= first] if first is not None else []
    plain += [col(table.first_day) <= last] if last is not None else []
    if not plain:
        return true()
    missed: list[str] = []
    wrong: list[str] = []
    for row in _uncertain(session, office_zone, first, last, table):
        days = times_of(row, office_zone).days
        is_on = (first is None or days.last >= first) and (last is None or days.first <= last)
        is_stored_on = (first is None or row.last_day >= first) and (last is None or row.first_day <= last)
        if is_on != is_stored_on:
            (missed if is_on else wrong).append(row.id)
    where = and_(*plain, col(table.id).not_in(wrong)) if wrong else and_(*plain)
    return or_(where, col(table.id).in_(missed)) if missed else where


def not_over(session: Session, act: ActionContext) -> ColumnElement[bool]:
    """The condition that an event takes today or a later day by the office's clock; one without known days is over."""
    return and_(is_dated(), on_days(session, act.office.timezone, act.today, None))


def _uncertain(session: Session, office_zone: str, first: date | None, last: date | None, table: Any) -> Iterator[Any]:
    """The events near the bounds whose stored days may not be those of the office's calendar."""
    near = []
    if first is not None:
        near.append(col(table.last_day).between(_moved(first, -_NEAR), first))
    if last is not None:
        near.append(col(table.first_day).between(last, _moved(last, _NEAR)))
    statement = core_select(*(col(getattr(table, name)) for name in _COLUMNS)).where(
        or_(*near),
        or_(
            and_(
                col(table.timezone) != office_zone,
                or_(col(table.start_time).is_not(None), col(table.end_time).is_not(None)),
            ),
            col(table.end_time) <= func.coalesce(col(table.start_time), MIDNIGHT),
            col(table.end_time) == MIDNIGHT,
        ),
    )
    yield from session.execute(statement)


def _moved(day: date, by: int) -> date:
    return date.fromordinal(min(max(day.toordinal() + by, date.min.toordinal()), date.max.toordinal()))
