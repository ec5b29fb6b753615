"""Claiming, leases, settling: who holds a reminder, and that nobody else settles it."""

from datetime import datetime, timedelta

import pytest

from jobs import queue
from models.database import Database
from models.reminders import Reminder
from models.vocabulary import ReminderState
from tests.factories import NOW, make_event, make_reminder
from tests.jobs.conftest import reminders

PENDING, SENDING = ReminderState.PENDING, ReminderState.SENDING
LEASE = 120.0


def fill(database: Database, *seconds: float) -> list[str]:
    """Pending reminders, due so many seconds after the tests' instant; their ids."""
    with database.transaction() as session:
        event = make_event(session)
        due = [NOW + timedelta(seconds=each) for each in seconds]
        return [
            make_reminder(session, event, due_at=at, recipient=f"r{number}@example.org").id
            for number, at in enumerate(due)
        ]


def claim(database: Database, owner: str, at: datetime = NOW, limit: int = 100) -> list[str]:
    with database.transaction() as session:
        return [one.id for one in queue.claim(session, at, owner, LEASE, limit)]


def is_due(database: Database, at: datetime) -> bool:
    with database.transaction(write=False) as session:
        return queue.anything_due(session, at)


def only(database: Database) -> Reminder:
    (row,) = reminders(database)
    return row


def test_claim_takes_what_is_due_longest_first(database: Database) -> None:
    first, second, _later = fill(database, -10, 0, 1)
    assert is_due(database, NOW)
    assert claim(database, "a", limit=1) == [first]
    assert claim(database, "b") == [second]
    assert claim(database, "b") == []
    assert not is_due(database, NOW)
    row = reminders(database)[0]
    assert (row.state, row.attempts, row.lease_owner) == (SENDING, 1, "a")
    assert row.lease_until == NOW + timedelta(seconds=LEASE)


def test_a_lapsed_lease_is_taken_over_and_the_old_owner_settles_nothing(database: Database) -> None:
    (one,) = fill(database, 0)
    lapse = NOW + timedelta(seconds=LEASE)
    claim(database, "a")
    assert claim(database, "b", lapse - timedelta(seconds=1)) == []
    assert not is_due(database, lapse - timedelta(seconds=1))
    assert is_due(database, lapse)
    assert claim(database, "b", lapse) == [one]
    with database.transaction() as session:
        assert queue.settle_sent(session, [one], "a", lapse, ("<", ">")) == 0
        assert queue.settle_failed(session, [one], "a", lapse, "no") == 0
        assert queue.settle_skipped(session, [one], "a", lapse, "no") == 0
        assert queue.settle_retry(session, {one: lapse}, "a", lapse, "no") == 0
        assert queue.put_back(session, [one], "a", lapse) == 0
        assert queue.renew(session, "a", lapse) == 0
    assert (only(database).state, only(database).lease_owner, only(database).attempts) == (SENDING, "b", 2)


def test_renewing_keeps_others_off(database: Database) -> None:
    fill(database, 0, 0)
    claim(database, "a")
    with database.transaction() as session:
        assert queue.renew(session, "a", NOW + timedelta(seconds=2 * LEASE)) == 2
    assert claim(database, "b", NOW + timedelta(seconds=LEASE)) == []
    assert len(claim(database, "b", NOW + timedelta(seconds=2 * LEASE))) == 2


def test_settling(database: Database) -> None:
    ids = fill(database, *range(-6, 0))
    claim(database, "a")
    later = NOW + timedelta(minutes=1)
    with database.transaction() as session:
        assert queue.settle_sent(session, ids[:2], "a", NOW, ("<reminder-", "@example.org>")) == 2
        assert queue.settle_failed(session, ids[2:3], "a", NOW, "550 no") == 1
        assert queue.settle_skipped(session, ids[3:4], "a", NOW, "moved") == 1
        assert queue.settle_retry(session, {ids[4]: later}, "a", NOW, "450 later") == 1
        assert queue.put_back(session, ids[5:], "a", NOW) == 1
        assert queue.settle_sent(session, [], "a", NOW, ("<", ">")) == 0
    rows = {row.id: row for row in reminders(database)}
    assert [rows[one].state.value for one in ids] == ["sent", "sent", "failed", "skipped", "pending", "pending"]
    assert [rows[one].reason for one in ids] == [None, None, "550 no", "moved", "450 later", None]
    assert rows[ids[0]].message_id == f"<reminder-{ids[0]}@example.org>"
    assert (rows[ids[0]].sent_at, rows[ids[2]].sent_at) == (NOW, None)
    assert (rows[ids[4]].next_at, rows[ids[4]].attempts) == (later, 1)
    assert (rows[ids[5]].next_at, rows[ids[5]].attempts) == (rows[ids[5]].due_at, 0)
    assert {(row.lease_owner, row.lease_until) for row in rows.values()} == {(None, None)}


def test_pauses_double_up_to_six_hours_with_jitter() -> None:
    for attempts, nominal in [(1, 60), (2, 120), (3, 240), (9, 15_360), (10, 21_600), (11, 21_600), (5000, 21_600)]:
        pauses = [queue.pause(attempts, 60).total_seconds() for _ in range(200)]
        assert nominal * 0.8 <= min(pauses) < nominal < max(pauses) <= nominal * 1.2


@pytest.mark.parametrize("first", [0.1, 1, 60, 86_400])
def test_three_days_of_attempts_are_hopeless(first: float) -> None:
    waited, attempts = timedelta(), 1
    while not queue.is_hopeless(attempts, first):
        waited += min(timedelta(seconds=first * 2.0 ** (attempts - 1)), queue.LONGEST_PAUSE)
        attempts += 1
    assert timedelta(days=3) <= waited <= timedelta(days=3) + queue.LONGEST_PAUSE
