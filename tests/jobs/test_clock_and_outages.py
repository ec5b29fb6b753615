"""Clocks that jump, hours of absence, locks held by others, events that move under the sender's hands."""

import math
import subprocess
import sys
import threading
import time
import tracemalloc
from collections import Counter
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path

import pytest

from calendars.days.formatting import format_days
from calendars.reminders import due_times
from jobs.worker import Worker
from models.database import Database
from models.vocabulary import EventStatus, ReminderPurpose, ReminderState
from service.actions.context import ActionContext
from service.actions.reminders.reminder_planning import plan_event
from tests.factories import NOW, OFFICE, make_event, make_rule
from tests.jobs.conftest import HandClock, WorkerFactory, reminders
from tests.jobs.sink import Received, Sink, hang
from tests.jobs.test_crash import DUE, Workers, everything_settled, plan, wait_for
from tests.jobs.test_worker import NoRecheck, change, many

PENDING, SKIPPED, SENT = ReminderState.PENDING, ReminderState.SKIPPED, ReminderState.SENT


# Down for an hour


def test_after_an_hour_s_absence_what_is_of_use_is_sent_once_and_the_rest_says_why(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    """Sixty visits whose reminders fall due minute by minute; ten are over when the worker is back."""
    act = ActionContext(None, NOW, OFFICE)
    with database.transaction() as session:
        make_rule(session, offset="-PT1H")
        for number in range(60):
            end = clock_time(10, 50) if number < 10 else None
            hours = {"start_time": clock_time(10, number), "end_time": end}
            event = make_event(session, first_day=date(2026, 12, 2), **hours)
            plan_event(session, act, event)
    assert {row.state for row in reminders(database)} == {PENDING}
    clock.now = datetime.fromisoformat("2026-12-02T10:59:30+07:00")
    worker = make_worker()
    assert worker.tick() == {"sent": 50, "skipped": 10}  # at the first look, so within two
    assert not worker.tick()
    assert len(sink.received) == 50
    assert {row.reason for row in reminders(database) if row.state is SKIPPED} == {due_times.OVER}


# The clock


def test_a_clock_that_jumps_sends_nothing_twice_and_fills_no_memory(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    plan(database, 20)
    worker = make_worker()
    jumps = (timedelta(days=1), timedelta(days=-1), timedelta(0), timedelta(days=30), timedelta(days=-3650))
    clock.now = DUE
    assert worker.tick() == {"sent": 20}
    tracemalloc.start()
    try:
        sizes = []
        for number in range(120):
            clock.now = DUE + jumps[number % len(jumps)]
            assert not worker.tick()
            if number % 40 == 39:
                sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert sizes[-1] - sizes[0] < 300_000
    assert len(sink.received) == 20


def test_a_server_that_was_away_when_the_clock_was_set_back_is_still_tried(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    plan(database, 5)
    clock.now = DUE + timedelta(hours=30)
    worker = make_worker()
    sink.answers["EHLO", ""] += ["421 no"] * 2
    assert worker.tick() == {"retry": 2, "put_back": 3}
    clock.now = DUE + timedelta(hours=6)
    assert worker.tick()["sent"] >= 3  # not in a day, when the clock is where it was
    clock.now = DUE + timedelta(hours=31)
    worker.tick()
    assert sorted(sink.recipients) == [f"r{number:02}@example.org" for number in range(5)]


# The write lock of SQLite in other hands

HOLDER = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
connection.execute("ROLLBACK")
"""


def hold_and_send(database_url: str, database: Database, sink: Sink, folder: Path, seconds: float) -> float:
    plan(database)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, database_url.removeprefix("sqlite:///"), str(seconds)], stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        began = time.monotonic()
        workers = Workers(database_url, sink.url, str(folder))
        workers.start(DUE)
        wait_for(lambda: everything_settled(database), seconds + 40)
        waited = time.monotonic() - began
        assert workers.process is not None
        assert workers.process.poll() is None  # still alive
        assert workers.stop() == 0
    assert Counter(sink.recipients) == {f"r{number:02}@example.org": 1 for number in range(12)}
    return waited


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_another_process_that_holds_the_write_lock_loses_nothing(
    database_url: str, database: Database, sink: Sink, tmp_path: Path
) -> None:
    assert hold_and_send(database_url, database, sink, tmp_path, 3) >= 2


@pytest.mark.soak
@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("seconds", [15, 40])
def test_another_process_that_holds_the_write_lock_for_long_loses_nothing(
    database_url: str, database: Database, sink: Sink, tmp_path: Path, seconds: float
) -> None:
    print(f"\nheld {seconds} s, all sent after {hold_and_send(database_url, database, sink, tmp_path, seconds):.1f} s")


# Events that move while their mails are on the way


DAYS = [(date(2026, 12, day), date(2026, 12, day + 2)) for day in (3, 4, 5)]
"""Whichever of these an event has, its reminder of ten days before is due by 26 November, and not yet when it moves."""


def stale_mails(database: Database, worker: Worker, clock: HandClock, sink: Sink) -> list[str]:
    """Move an event again and again while its mails leave; those that told days it had not had for a while."""
    with database.transaction() as session:
        make_rule(session, offset="-P10D", audience=[f"email:{one}" for one in many(40)])
        event = make_event(session, first_day=DAYS[0][0], last_day=DAYS[0][1])
        plan_event(session, ActionContext(None, NOW, OFFICE), event)
        event_id = event.id
    clock.now = NOW + timedelta(days=4)
    sink.hook = lambda stage, who: hang(0.03) if stage == "BODY" else None
    had: list[tuple[str, float, float]] = []
    done = threading.Event()

    def keep_moving() -> None:
        current, since = 0, time.monotonic()
        # Every move has its notices, which are due by the worker's clock: without an end they would never be all sent.
        while not done.wait(0.4) and len(sink.received) < 45:
            current = (current + 1) % len(DAYS)
            first, last = DAYS[current]
            new = {"first_day": first, "last_day": last, "arrives_on": first, "departs_on": last}
            began = time.monotonic()
            change(database, event_id, NOW, **new)
            had.append((format_days(*DAYS[current - 1], "vi"), since, time.monotonic()))
            since = began
        had.append((format_days(*DAYS[current], "vi"), since, math.inf))

    mover = threading.Thread(target=keep_moving)
    mover.start()
    try:
        while len(sink.received) < 45:
            worker.tick()
    finally:
        done.set()
        mover.join()

    def is_stale(mail: Received) -> bool:
        # What is in the server's hands already can be overtaken; 0.3 s is long for that, and short for a batch.
        return not any(text in mail.mail["Subject"] and since <= mail.at <= until + 0.3 for text, since, until in had)

    return [str(mail.mail["Subject"]) for mail in sink.received if is_stale(mail)]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_no_mail_tells_days_that_an_event_does_not_have_any_more(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    assert stale_mails(database, make_worker(), clock, sink) == []


@pytest.mark.soak
@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_no_mail_tells_days_of_before_on_postgresql_either(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    assert stale_mails(database, make_worker(), clock, sink) == []


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_without_the_second_look_mails_tell_days_of_before(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    assert stale_mails(database, make_worker(NoRecheck), clock, sink) != []


def test_an_event_that_is_moved_and_cancelled_in_turn_sends_one_cancellation(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    with database.transaction() as session:
        make_rule(session, audience=[f"email:{one}" for one in many(3)])
        event = make_event(session)
        plan_event(session, ActionContext(None, NOW, OFFICE), event)
        event_id = event.id
    worker = make_worker()
    clock.now = DUE
    for number in range(6):
        change(database, event_id, clock.now, status=EventStatus.CANCELLED)
        change(database, event_id, clock.now, status=EventStatus.PLANNED)
        first = date(2026, 12, 2) + timedelta(days=number)
        change(database, event_id, clock.now, first_day=first, last_day=first, arrives_on=first, departs_on=first)
    change(database, event_id, clock.now, status=EventStatus.CANCELLED)
    for _ in range(3):
        worker.tick()
        clock.forward(minutes=30)
    sent = [row for row in reminders(database) if row.state is SENT]
    assert Counter(row.purpose for row in sent) == {ReminderPurpose.CANCELLATION: 3}
    assert sorted(sink.recipients) == many(3)
