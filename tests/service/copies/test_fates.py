"""Every column of an event and of its parts is decided for copies, and the decisions hold."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Table
from sqlmodel import Session, SQLModel, select

from models.base import metadata
from models.database import Database
from models.event_parts import Member, ProgrammeItem, Task
from models.events import Event, Performance, TrainingPhase
from models.resources import Booking
from models.vocabulary import Language, Role
from service.actions.copies.fates import FATES, NEVER_COPIED, Fate, copied_columns
from tests.service.conftest import Caller
from tests.service.copies.visits import AGAIN, FIRST, Copying, make_visit

PARTS: tuple[type[SQLModel], ...] = (Member, ProgrammeItem, Task, Booking, Performance, TrainingPhase)


def owned(tables: dict[str, Table]) -> set[str]:
    """The event's table and those whose rows belong to an event, or to such a row."""
    found, grown = {"event"}, True
    while grown:
        before = len(found)
        for name, table in tables.items():
            for key in table.foreign_keys:
                is_its = key.column.table.name in found and (key.ondelete == "CASCADE" or key.parent.name == "event_id")
                if is_its and key.parent.name != "counters_id":
                    found.add(name)
        grown = len(found) > before
    return found


def test_every_table_and_every_column_is_decided() -> None:
    tables = dict(metadata.tables)
    assert set(FATES) | NEVER_COPIED == owned(tables)
    assert not set(FATES) & NEVER_COPIED
    for name, fates in FATES.items():
        assert set(fates) == set(tables[name].columns.keys()), name


def test_a_column_that_nobody_decided_would_be_seen() -> None:
    assert "dress_code" not in FATES["event"]
    assert "audit" not in owned(dict(metadata.tables))


@pytest.fixture
def visit(caller: Callable[..., Caller], database: Database) -> Copying:
    return make_visit(caller(Role.OFFICER, locale=Language.EN), database)


@pytest.mark.both_databases("rows of every part of a copy")
def test_the_decisions_hold_for_every_row(visit: Copying, database: Database) -> None:
    """What is copied is equal, what moves lies as many days later, what is never copied is as in a new row."""
    with database.transaction() as session:
        _mark(session, visit.event["id"])
    made = visit.copy()["id"]
    with database.transaction(write=False) as session:
        before, after = session.get_one(Event, visit.event["id"]), session.get_one(Event, made)
        _check("event", before, after)
        for part in PARTS:
            rows = [_rows(session, part, event_id) for event_id in (visit.event["id"], made)]
            assert len(rows[0]) == len(rows[1]), part
            for one, other in zip(*rows, strict=True):
                _check(str(part.__tablename__), one, other)


def _mark(session: Session, event_id: str) -> None:
    """Give everything that must not come along a value that a new row has not."""
    event = session.get_one(Event, event_id)
    event.results, event.headcount_actual, event.sequence = "Kết quả", 11, 7
    event.confirmed_values, event.changed_since_confirmed = {"title": "x"}, True
    event.corrections = {"title": {"by": None, "at": None}}
    event.confirmed_by = event.asked_by = event.created_by
    event.confirmed_at = event.changed_at = event.asked_at = event.created_at
    event.postponed_from = event.first_day
    for member in session.exec(select(Member).where(Member.event_id == event_id)):
        member.came, member.answered_at = True, event.created_at
        member.arrival = member.departure = {"by": "QV312"}
    for task in session.exec(select(Task).where(Task.event_id == event_id)):
        task.done, task.done_at = True, event.created_at
    for booking in session.exec(select(Booking).where(Booking.event_id == event_id)):
        booking.note = "Phòng tiệc"


def _rows(session: Session, part: Any, event_id: str) -> list[Any]:
    found = session.exec(select(part).where(part.event_id == event_id)).all()
    names = copied_columns(str(part.__tablename__))
    return sorted(found, key=lambda row: [str(getattr(row, name)) for name in names])


MOVED = timedelta(days=364)
IDENTITY = {"id", "uid", "event_id", "created_at", "updated_at", "version"}


def _check(table: str, before: Any, after: Any) -> None:
    assert str(MOVED) == "364 days, 0:00:00", (FIRST, AGAIN)
    fresh = {name: field.get_default(call_default_factory=True) for name, field in type(after).model_fields.items()}
    for name, fate in FATES[table].items():
        old, new = getattr(before, name), getattr(after, name)
        if fate is Fate.COPIED:
            assert new == old, (table, name)
        elif fate is Fate.MOVED and hasattr(old, "toordinal"):
            assert new - old == MOVED, (table, name)
        elif fate is Fate.MOVED:
            assert new == old, (table, name)  # hours of the same day
        elif fate is Fate.NEVER and name not in IDENTITY and "text" not in name:
            assert new == fresh[name], (table, name)
            if table in {"event", "member", "task"} and name not in {"status", "known_to", "answer", "due_on"}:
                assert old != fresh[name], (table, name, "the test marks it")
        elif name in {"id", "uid"}:
            assert new != old


def test_what_is_copied_is_listed_in_the_order_of_the_table() -> None:
    assert copied_columns("member") == ["person_id", "role", "rank", "side"]
