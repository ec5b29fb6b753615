"""The wall clock is moved under a worker: it is noticed and told, and nothing waits for an instant of a wrong clock."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from calendars.reminders import due_times
from jobs import clock_repairs
from jobs.config import WorkerConfig
from jobs.worker import Worker
from models.accounts import Heartbeat
from models.clock import STEP_SECONDS, ClockWatch
from models.database import Database
from models.reminders import Reminder
from models.vocabulary import ReminderPurpose, ReminderState
from tests.factories import NOW, make_event, make_reminder
from tests.jobs.conftest import HandClock, reminders
from tests.jobs.sink import Sink
from tests.jobs.test_crash import DUE, plan

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PENDING, SENDING, SKIPPED = ReminderState.PENDING, ReminderState.SENDING, ReminderState.SKIPPED
FAILED, SENT = ReminderState.FAILED, ReminderState.SENT
STEPS = [timedelta(seconds=40), 7 * HOUR, 10 * DAY]
"""How far the clock was ahead."""


class Time:
    """A wall clock that can be moved, and the time that passes."""

    def __init__(self, wall: HandClock) -> None:
        self.wall, self.passed = wall, 1000.0

    def go_on(self, seconds: float) -> None:
        self.passed += seconds
        self.wall.forward(seconds=seconds)

    def watch(self) -> ClockWatch:
        return ClockWatch(self.wall, lambda: self.passed)


@pytest.fixture
def time(clock: HandClock) -> Time:
    return Time(clock)


@pytest.fixture
def worker(database: Database, config: WorkerConfig, clock: HandClock, time: Time) -> Iterator[Worker]:
    """A worker that is asked by hand, and sees when the clock was moved."""
    made = Worker(database, config, clock, watch=time.watch())
    yield made
    made.mail.close_idle()
    made.leadership.resign()


# To notice


def test_a_clock_that_goes_right_or_is_slewed_is_not_moved(time: Time) -> None:
    watch = time.watch()
    for _second in range(100):
        time.go_on(1)
        time.wall.forward(seconds=0.5)  # a thousand times what NTP slews by
        assert watch.look() is None
    assert watch.steady_seconds() == 100
    assert watch.recent(3600) is None


@pytest.mark.parametrize("seconds", [STEP_SECONDS, -40.0, 7 * 3600.0, -864_000.0])
def test_a_step_is_noticed_once(time: Time, seconds: float) -> None:
    watch = time.watch()
    time.go_on(5000)
    assert watch.look() is None
    time.go_on(1)
    time.wall.forward(seconds=seconds)
    step = watch.look()
    assert step is not None
    assert (step.at, round(step.seconds, 3)) == (time.wall.now, seconds)
    assert watch.look() is None
    assert watch.steady_seconds() == 0
    time.go_on(3599)
    assert watch.recent(3600) is step
    time.go_on(1)
    assert watch.recent(3600) is None
    assert watch.steady_seconds() == 3600


@pytest.mark.both_databases("the heartbeat is written by a statement of each database's own")
def test_the_heartbeat_tells_that_the_clock_was_moved(database: Database, worker: Worker, time: Time) -> None:
    def beat() -> Heartbeat:
        worker.tick()
        with database.transaction(write=False) as session:
            return session.exec(select(Heartbeat)).one()

    assert (beat().clock_stepped_at, beat().clock_step_seconds) == (None, None)
    time.wall.forward(hours=7)
    assert (beat().at, beat().clock_stepped_at, beat().clock_step_seconds) == (time.wall.now, time.wall.now, 25_200)
    time.wall.forward(hours=-7)
    assert (beat().at, beat().clock_stepped_at, beat().clock_step_seconds) == (time.wall.now, time.wall.now, -25_200)
    time.go_on(3601)
    assert (beat().clock_stepped_at, beat().clock_step_seconds) == (None, None)


# To put right


def stored(database: Database, **values: Any) -> str:
    """A reminder of an event in three weeks; its id."""
    with database.transaction() as session:
        event = make_event(session, first_day=(NOW + 21 * DAY).date())
        row = make_reminder(session, event, **{"created_at": NOW, "updated_at": NOW, "due_at": NOW - HOUR} | values)
        return row.id


def repaired(database: Database, one: str, now: datetime = NOW) -> tuple[dict[str, int], Reminder]:
    done = clock_repairs.put_right(database, now, 120)
    with database.transaction(write=False) as session:
        return dict(done), session.get_one(Reminder, one)


@pytest.mark.both_databases("instants are compared")
@pytest.mark.parametrize("ahead", STEPS)
def test_a_lease_of_a_clock_ahead_ends_a_lease_from_now(database: Database, ahead: timedelta) -> None:
    then = NOW + ahead
    one = stored(
        database, state=SENDING, lease_owner="dead", lease_until=then + timedelta(seconds=120), updated_at=then
    )
    done, row = repaired(database, one)
    assert done == {"leases": 1}
    assert row.lease_until == NOW + timedelta(seconds=120)
    assert repaired(database, one)[0] == {}


@pytest.mark.parametrize("ahead", STEPS)
def test_a_pause_of_a_clock_ahead_is_over(database: Database, ahead: timedelta) -> None:
    then = NOW + ahead
    values = {"updated_at": then, "next_at": then + HOUR, "deferred_since": then, "attempts": 1}
    past = stored(database, **values)
    done, row = repaired(database, past)
    assert done == {"retries": 1}
    assert (row.next_at, row.deferred_since) == (NOW, None)
    if ahead > HOUR:
        ahead_too = stored(database, **values, due_at=NOW + HOUR)
        assert repaired(database, ahead_too)[1].next_at == NOW + HOUR, "it was tried early, and is due in an hour"


@pytest.mark.parametrize("purpose", [ReminderPurpose.CANCELLATION, ReminderPurpose.UPDATE])
def test_what_follows_a_change_does_not_wait_for_the_instant_of_the_wrong_clock(
    database: Database, purpose: ReminderPurpose
) -> None:
    then = NOW + 10 * DAY
    one = stored(database, purpose=purpose, created_at=then, updated_at=then, due_at=then, next_at=then + HOUR)
    done, row = repaired(database, one)
    assert (done, row.next_at) == ({"notices": 1}, NOW)


@pytest.mark.parametrize("reason", [due_times.OVER, due_times.TOO_LATE])
def test_what_was_too_late_for_a_clock_ahead_is_looked_at_again(database: Database, reason: str) -> None:
    then = NOW + 10 * DAY
    one = stored(database, state=SKIPPED, reason=reason, updated_at=then, due_at=NOW + HOUR)
    done, row = repaired(database, one)
    assert done == {"skipped": 1}
    assert (row.state, row.reason, row.next_at) == (PENDING, None, NOW + HOUR)


@pytest.mark.parametrize(
    "values",
    [
        {"due_at": NOW + 90 * DAY},
        {"next_at": NOW + 6 * HOUR, "deferred_since": NOW - DAY, "attempts": 9},
        {"state": SENDING, "lease_owner": "alive", "lease_until": NOW + timedelta(seconds=120)},
        {"state": SKIPPED, "reason": due_times.OVER},
        {"state": SKIPPED, "reason": due_times.RESTORED, "updated_at": NOW + 10 * DAY},
        {"state": SKIPPED, "reason": due_times.TOO_LATE, "updated_at": NOW + 10 * DAY},  # and is: due an hour ago
        {"state": SENT, "sent_at": NOW + 10 * DAY, "updated_at": NOW + 10 * DAY},
        {"state": FAILED, "reason": "550", "updated_at": NOW + 10 * DAY},
        {"purpose": ReminderPurpose.UPDATE, "due_at": NOW + timedelta(minutes=10)},
    ],
    ids=["far", "pause", "lease", "over", "restored", "late", "sent", "failed", "update"],
)
def test_what_is_right_is_left_alone(database: Database, values: dict[str, Any]) -> None:
    one = stored(database, **values)
    with database.transaction(write=False) as session:
        before = session.get_one(Reminder, one).model_dump()
    done, row = repaired(database, one)
    assert (done, row.model_dump()) == ({}, before)


def test_heartbeats_of_the_wrong_clock_are_deleted(database: Database) -> None:
    with database.transaction() as session:
        session.add_all(Heartbeat(name=f"in {ahead}", at=NOW + ahead) for ahead in (timedelta(seconds=50), *STEPS[1:]))
    assert clock_repairs.put_right(database, NOW, 120) == {"heartbeats": 2}


# As a whole


def sent_early(worker: Worker, time: Time, sink: Sink, ahead: timedelta) -> None:
    """Everything that falls due while the clock is ahead leaves once, and not again when the clock is back."""
    time.wall.now = DUE - HOUR
    worker.watch.look()
    assert not worker.tick()
    time.wall.forward(seconds=ahead.total_seconds())
    assert worker.tick() == {"sent": 12}
    time.wall.forward(seconds=-ahead.total_seconds())
    assert not worker.tick()
    time.go_on(7200)
    assert not worker.tick()
    assert len(sink.received) == 12


@pytest.mark.parametrize("ahead", [2 * HOUR, 30 * HOUR])
def test_what_a_clock_ahead_makes_due_leaves_once(
    database: Database, worker: Worker, time: Time, sink: Sink, ahead: timedelta
) -> None:
    plan(database)
    sent_early(worker, time, sink, ahead)


def skipped_early(worker: Worker, time: Time, database: Database) -> Counter[str]:
    """What leaves when it is due, after a clock ten days ahead found that its event was over."""
    plan(database)
    time.wall.now = DUE - HOUR
    worker.watch.look()
    time.wall.forward(days=10)
    assert worker.tick() == {"skipped": 12}
    time.wall.forward(days=-10)
    assert not worker.tick()
    time.go_on(3600)
    return worker.tick()


def test_what_a_clock_ahead_made_too_late_leaves_when_it_is_due(
    database: Database, worker: Worker, time: Time, sink: Sink
) -> None:
    assert skipped_early(worker, time, database) == {"sent": 12}
    assert {row.state for row in reminders(database)} == {SENT}


def test_without_the_repair_it_is_lost(
    database: Database, worker: Worker, time: Time, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the test above."""
    monkeypatch.setattr(clock_repairs, "put_right", lambda *_arguments: Counter())
    assert skipped_early(worker, time, database) == Counter()


def test_a_clock_ahead_gives_no_mail_up(database: Database, worker: Worker, time: Time, sink: Sink) -> None:
    """Three days of trying are three days: what was deferred an hour ago is not given up because the clock jumps."""
    plan(database, 1)
    time.wall.now = DUE
    worker.watch.look()
    sink.answers["RCPT", ""] += ["450 later"] * 3
    assert worker.tick() == {"retry": 1}
    time.go_on(7200)
    assert worker.tick() == {"retry": 1}
    time.wall.forward(hours=20)
    with database.transaction() as session:
        session.exec(select(Reminder)).one().deferred_since = DUE - 4 * DAY
    assert worker.tick() == {"retry": 1}, "not failed"
    time.go_on(3600 * 8)
    sink.answers["RCPT", ""] += ["450 later"]
    assert worker.tick() == {"failed": 1}, "the clock has been steady for long: three days are over"


def test_a_server_that_was_tried_under_a_clock_ahead_is_tried_again(
    database: Database, worker: Worker, time: Time, sink: Sink
) -> None:
    """Away since before the step, tried in vain while the clock was ahead: the next try isn't at that clock's time."""
    plan(database, 5)
    time.wall.now = DUE
    worker.watch.look()
    sink.answers["EHLO", ""] += ["421 no"] * 3
    assert worker.tick() == {"retry": 2, "put_back": 3}
    time.wall.forward(hours=7)
    assert worker.tick() == {"retry": 1}
    time.wall.forward(hours=-7)
    assert worker.tick() == {"sent": 5}


def test_a_server_can_not_be_away_since_the_future(worker: Worker, time: Time) -> None:
    server = worker.sender.server
    server.failed(time.wall.now + DAY, "no")
    server.failed(time.wall.now + DAY, "no")
    time.wall.forward(days=1)
    worker.look_at_clock()
    time.wall.forward(days=-1)
    worker.look_at_clock()
    assert server.away_since == time.wall.now
