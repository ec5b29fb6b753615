"""Work that meets other work: at the same moment, or in the midst of another transaction."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text

from models.database import Database

WAIT = 30.0
"""Seconds after which what should have ended has not."""


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all of these from the same moment, each in a thread of its own; what they gave, in order."""
    results: list[Any] = [None] * len(works)
    gate = threading.Barrier(len(works))

    def run(number: int) -> None:
        gate.wait()
        results[number] = works[number]()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@contextmanager
def meanwhile(database: Database, work: Callable[[], Any]) -> Iterator[Callable[[], None]]:
    """Start ``work`` in a thread when told to, and wait at the end of the block until it is done.

    What is given starts it, and returns once it is done or waits for a lock: never after so many milliseconds, which
    on a busy machine are over before the thread has begun. SQLite does not say who waits: there it gets half a second,
    in which a writer gets nowhere while another one is at work.
    """
    thread = threading.Thread(target=work)

    def start() -> None:
        thread.start()
        if database.is_sqlite:
            thread.join(0.5)
            return
        end = time.monotonic() + WAIT
        while thread.is_alive() and not _anybody_waits(database):
            assert time.monotonic() < end, "it neither ended nor waits for a lock"
            thread.join(0.01)

    yield start
    thread.join(WAIT)
    assert not thread.is_alive()


def _anybody_waits(database: Database) -> bool:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with database.engine.connect() as connection:
        return bool(connection.execute(text(waiting)).scalar_one())
