"""A worker's heartbeat while it sends in bulk."""

import threading
import time
from datetime import timedelta

import pytest
from sqlmodel import select

from jobs import sending
from jobs import worker as working
from jobs.worker import Worker
from models.accounts import Heartbeat
from models.database import Database
from tests.jobs.conftest import WorkerFactory
from tests.jobs.sink import Sink, hang
from tests.jobs.test_worker import DUE, many, planned, wait_for

MAILS = 120
BEAT = 0.3


def oldest_heartbeat(database: Database, worker: Worker, sink: Sink) -> float:
    """The greatest age of the heartbeat, in seconds, while many mails leave in batches that are each soon done."""
    planned(database, *many(MAILS))
    sink.hook = lambda stage, who: hang(0.02) if stage == "BODY" else None
    started = time.monotonic()
    worker.clock = lambda: DUE + timedelta(seconds=time.monotonic() - started)
    stop, ages = threading.Event(), [0.0]
    running = threading.Thread(target=worker.run, args=(stop,))
    running.start()
    wait_for(lambda: len(sink.received) >= 2)
    while len(sink.received) < MAILS - 2:
        with database.transaction(write=False) as session:
            beat = session.exec(select(Heartbeat)).one()
        ages.append((worker.clock() - beat.at).total_seconds())
        time.sleep(0.05)
    stop.set()
    running.join(20)
    return max(ages)


@pytest.mark.timeout(60)
@pytest.mark.both_databases("the heartbeat and the mails are written by the same worker at the same time")
def test_a_worker_that_sends_in_bulk_shows_that_it_lives(
    database: Database, make_worker: WorkerFactory, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "BEAT_SECONDS", BEAT)
    monkeypatch.setattr(working, "LOOK_SECONDS", BEAT / 3)
    monkeypatch.setattr(sending, "ROUND_SECONDS", BEAT / 3)
    assert oldest_heartbeat(database, make_worker(tick_seconds=0.05, batch=10), sink) < 5 * BEAT


@pytest.mark.timeout(60)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_without_a_thread_of_its_own_the_heartbeat_grows_old(
    database: Database, make_worker: WorkerFactory, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: a renewal that waits for its turn never comes in a batch that is soon done."""
    monkeypatch.setattr(working, "BEAT_SECONDS", BEAT)
    monkeypatch.setattr(working, "LOOK_SECONDS", BEAT / 3)
    monkeypatch.setattr(sending, "ROUND_SECONDS", BEAT / 3)
    monkeypatch.setattr(Worker, "beat_safely", lambda self: None)
    assert oldest_heartbeat(database, make_worker(tick_seconds=0.05, batch=10), sink) >= 5 * BEAT
