"""Two workers that claim at one moment: a reader's tasks of a day still go to one of them, so they are one mail."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from jobs import queue
from models.database import Database
from tests.jobs.test_task_mails import LAN, MINH, MORNING, planned

pytestmark = pytest.mark.both_databases("claims of two transactions at one moment")

WAIT = 1


@contextmanager
def pausing(
    database: Database, thread: str, *, after: int, until: threading.Event, reached: threading.Event
) -> Iterator[None]:
    """Within the block the transactions of one thread stop after so many statements, until the other is done."""
    seen = 0

    def stop(*_arguments: Any) -> None:
        nonlocal seen
        if threading.current_thread().name == thread:
            seen += 1
            if seen == after:
                reached.set()
                until.wait(WAIT)

    event.listen(database.engine, "after_cursor_execute", stop)
    try:
        yield
    finally:
        event.remove(database.engine, "after_cursor_execute", stop)


def claimed_by_two(database: Database, limit: int, after: int) -> dict[str, dict[str, int]]:
    """Reader → worker → how many reminders it claimed; the first one stops after so many statements."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    reached, done = threading.Event(), threading.Event()

    def claim(name: str) -> None:
        if name == "second":
            reached.wait(WAIT)
        try:
            with database.transaction() as session:
                for one in queue.claim(session, MORNING, name, 60, limit):
                    found[one.recipient][name] = found[one.recipient].get(name, 0) + 1
        finally:
            if name == "second":
                done.set()

    with pausing(database, "first", after=after, until=done, reached=reached):
        threads = [threading.Thread(target=claim, args=(name,), name=name) for name in ("first", "second")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    return found


@pytest.mark.parametrize("limit", [1, 4])
@pytest.mark.parametrize("after", range(1, 6))
def test_a_readers_tasks_are_claimed_by_one(database: Database, limit: int, after: int) -> None:
    planned(database, audience=["role:officer"])
    found = claimed_by_two(database, limit, after)
    with database.transaction() as session:
        for one in queue.claim(session, MORNING, "third", 60, 100):
            found[one.recipient]["third"] = found[one.recipient].get("third", 0) + 1
    assert {reader: sorted(workers.values()) for reader, workers in found.items()} == {LAN: [6], MINH: [6]}


def test_without_the_readers_locks_both_get_some(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control. On SQLite one transaction claims after the other anyway."""
    monkeypatch.setattr(queue, "_readers_of_tasks", lambda _connection, _values: [LAN, MINH])
    planned(database)
    found = claimed_by_two(database, 4, after=2)
    assert sorted(found[LAN].values()) == ([6] if database.is_sqlite else [2, 4])
