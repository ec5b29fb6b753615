"""Whatever the days: all of a copy lies as far from its first day as before, and copying back gives the days again."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from models.database import Database
from models.event_parts import ProgrammeItem, Task
from models.events import Event, Performance
from models.vocabulary import CopyTake, EventKind
from service.actions.context import ActionContext
from service.actions.copies.copying import copy_event
from service.actions.copies.values import CopyWish
from service.actions.events import events, programme, tasks
from tests import factories

ALL = frozenset({CopyTake.PROGRAMME, CopyTake.TASKS, CopyTake.MEMBERS})
ACT = ActionContext(None, factories.NOW, factories.OFFICE)
DAYS = st.dates(date(2026, 12, 15), date(2040, 12, 31))
LENGTHS = st.integers(0, 20)


@given(
    first=DAYS,
    again=DAYS,
    third=DAYS,
    length=LENGTHS,
    arrives=st.integers(0, 3),
    items=st.lists(st.integers(0, 20), max_size=4),
    due=st.lists(st.one_of(st.integers(-60, 30), st.sampled_from(["-P14D", "-P2W", "P3D"])), max_size=4),
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_lies_in_a_copy_keeps_its_distance(
    database: Database, first: date, again: date, third: date, length: int, arrives: int, items: Any, due: Any
) -> None:
    with database.transaction() as session:
        for code in ("hai-duong", "vientiane-province"):
            factories.make_locality(session, code)
        made = _made(session, first, length, arrives, items, due)
        before = _distances(session, made)
        copy = copy_event(session, ACT, made.id, CopyWish(again, ALL)).event
        assert (copy.first_day, copy.last_day - copy.first_day) == (again, made.last_day - made.first_day)
        assert _distances(session, copy) == before
        twice = copy_event(session, ACT, copy.id, CopyWish(third, ALL)).event
        back = copy_event(session, ACT, twice.id, CopyWish(first, ALL)).event
        assert _distances(session, twice) == before
        assert (back.first_day, back.last_day, back.title) == (made.first_day, made.last_day, made.title)


def _made(session: Session, first: date, length: int, arrives: int, items: list[int], due: list[Any]) -> Event:
    last = first + timedelta(days=length)
    values = {
        "title": {"vi": f"Đoàn nghệ thuật {first.year}"},
        "host": "hai-duong",
        "guest": "vientiane-province",
        "first_day": first,
        "last_day": last,
        "arrives_on": first - timedelta(days=arrives),
        "troupe": {"vi": "Ca múa"},
        "performances": [{"day": first + timedelta(days=min(one, length))} for one in items],
    }
    event = events.create_event(session, ACT, EventKind.ART_TROUPE_VISIT, values)
    rows = [{"day": first + timedelta(days=min(one, length)), "title": {"vi": str(one)}} for one in items]
    programme.replace_programme(session, ACT, event, rows)
    for one in due:
        when = {"due_offset": one} if isinstance(one, str) else {"due_on": first + timedelta(days=one)}
        tasks.add_task(session, ACT, event, {"title": {"vi": str(one)}, **when})
    return event


def _distances(session: Session, event: Event) -> list[Any]:
    """How many days everything of an event lies after its first day, in its order."""
    found: list[Any] = [(name, (getattr(event, name) - event.first_day).days) for name in ("arrives_on", "departs_on")]
    for table, name in ((ProgrammeItem, "day"), (Performance, "day"), (Task, "due_day")):
        rows: Any = session.exec(select(table).where(table.event_id == event.id).order_by(col(table.id))).all()  # type: ignore[attr-defined]
        found += sorted((name, (getattr(row, name) - event.first_day).days, _named(row)) for row in rows)
    return found


def _named(row: Any) -> str:
    return str(row.title)


@pytest.mark.parametrize("first", [date(2198, 1, 1)])
def test_a_copy_at_the_end_of_the_calendar(database: Database, first: date) -> None:
    with database.transaction() as session:
        for code in ("hai-duong", "vientiane-province"):
            factories.make_locality(session, code)
        made = _made(session, first, 20, 3, [1], ["-P14D"])
        copy = copy_event(session, ACT, made.id, CopyWish(date(2199, 12, 20), ALL)).event
        assert copy.last_day == date(2200, 1, 9)
