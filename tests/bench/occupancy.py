"""Whether the question "is this span free?" stays as fast with a hundred times the bookings, courses of a year among them."""

import random
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import event, insert
from sqlmodel import Session

from calendars.bookings import Times
from calendars.occupancy import length_class
from calendars.spans import Span
from models.database import Database
from models.migrate import upgrade
from models.resources import Booking, Resource
from models.types import new_id
from service.actions.occupancy import taken
from tests import cluster, factories
from tests.bench.measure import seconds, shown

SIZES = (10_000, 100_000, 1_000_000)
RESOURCES, YEARS = 20, 40
PROBES, ROUNDS = 400, 7
GROWTH = 1.5
"""The most that a hundred times the bookings may cost."""

_BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
_PLAIN = "SELECT id FROM booking WHERE resource_id = {0} AND starts_at < {1} AND ends_at > {2} AND state = 'held'"
_PLAIN_INDEX = "CREATE INDEX ix_bench_plain ON booking (resource_id, starts_at)"


@dataclass(frozen=True)
class Figure:
    """One cell: a question to a database with so many bookings."""

    what: str
    bookings: int
    seconds: float


def fill(session: Session, count: int) -> list[str]:
    """``count`` bookings in twenty halls over forty years, an hour or three days long; and in each hall a course of a
    year, one after the other, that others run beside."""
    factories.make_locality(session, "hai-duong")
    visit = factories.make_event(session).id
    halls = []
    for number in range(RESOURCES):
        hall = Resource(name={"vi": f"Hội trường {number}"}, type="room", locality="hai-duong", capacity=9)  # type: ignore[arg-type]
        session.add(hall)
        session.flush()
        halls.append(hall.id)
    each = count // RESOURCES
    for hall in halls:
        spans = [Span(_BEGIN + timedelta(days=365 * year), _BEGIN + timedelta(days=365 * (year + 1))) for year in range(YEARS)]
        step = timedelta(days=365 * YEARS) / (each - YEARS)
        for number in range(each - YEARS):
            start = (_BEGIN + step * number).replace(microsecond=0)
            spans.append(Span(start, start + (timedelta(days=3) if number % 50 == 0 else timedelta(hours=1))))
        for first in range(0, len(spans), 20_000):
            session.execute(insert(Booking), [_row(hall, visit, span) for span in spans[first : first + 20_000]])
    return halls


def _row(hall: str, visit: str, span: Span) -> dict[str, Any]:
    return {
        "id": new_id(),
        "resource_id": hall,
        "event_id": visit,
        "quantity": 1,
        "first_day": span.start.date(),
        "last_day": span.end.date(),
        "timezone": "UTC",
        "state": "held",
        "starts_at": span.start,
        "ends_at": span.end,
        "length_class": length_class(span),
        "is_exclusive": False,
        "created_at": _BEGIN,
        "updated_at": _BEGIN,
        "version": 1,
    }
