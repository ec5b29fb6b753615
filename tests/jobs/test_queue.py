"""Claiming, leases, settling: who holds a reminder, and that nobody else settles it."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from jobs import queue
from jobs.queue import SendOutcome, SendResult
from models.database import Database
from models.reminders import Reminder, ReminderAttempt
from models.vocabulary import ReminderState
from tests.factories import NOW, make_event, make_reminder
from tests.jobs.conftest import reminders

pytestmark = pytest.mark.both_databases("rows are claimed by other statements and locks")

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
        for end in SendResult:
            outcome = SendOutcome(end, "no", again_at=lapse)
            assert queue.record_outcomes(session, {one: outcome}, lapse, "a", "a", ("<", ">")).total() == 0
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
        outcomes = {
            ids[0]: SendOutcome(SendResult.SENT, answer=""),
            ids[1]: SendOutcome(SendResult.SENT, answer="", entry_sequence=3),
            ids[2]: SendOutcome(SendResult.FAILED, "550 no", answer="550 no"),
            ids[3]: SendOutcome(SendResult.SKIPPED, "moved"),
            ids[4]: SendOutcome(SendResult.RETRY, "450 later", answer="450 later", again_at=later),
            ids[5]: SendOutcome(SendResult.RELEASED),
        }
        around = ("<reminder-", "@example.org>")
        assert queue.record_outcomes(session, outcomes, NOW, "a", "host:1", around) == {
            SendResult.SENT: 2, SendResult.FAILED: 1, SendResult.SKIPPED: 1, SendResult.RETRY: 1, SendResult.RELEASED: 1
        }  # fmt: skip
        assert queue.record_outcomes(session, {}, NOW, "a", "host:1", around) == {}
    rows = {row.id: row for row in reminders(database)}
    assert [rows[one].state.value for one in ids] == ["sent", "sent", "failed", "skipped", "pending", "pending"]
    assert [rows[one].reason for one in ids] == [None, None, "550 no", "moved", "450 later", None]
    assert rows[ids[0]].message_id == f"<reminder-{ids[0]}@example.org>"
    assert (rows[ids[0]].sent_at, rows[ids[2]].sent_at) == (NOW, None)
    assert (rows[ids[4]].next_at, rows[ids[4]].attempts) == (later, 1)
    assert (rows[ids[5]].next_at, rows[ids[5]].attempts) == (rows[ids[5]].due_at, 0)
    assert [rows[one].entry_sequence for one in ids] == [None, 3, None, None, None, None]
    assert [rows[one].deferred_since for one in ids] == [None, None, None, None, NOW, None]
    assert {(row.lease_owner, row.lease_until) for row in rows.values()} == {(None, None)}
    with database.transaction(write=False) as session:
        attempts = session.exec(select(ReminderAttempt).order_by(ReminderAttempt.id)).all()  # type: ignore[arg-type]
    assert [(one.reminder_id, one.outcome.value, one.answer, one.worker) for one in attempts] == [
        (ids[0], "sent", "", "host:1"),
        (ids[1], "sent", "", "host:1"),
        (ids[2], "refused", "550 no", "host:1"),
        (ids[4], "deferred", "450 later", "host:1"),
    ]


def test_what_waits_for_the_server_is_brought_forward(database: Database) -> None:
    ids = fill(database, -2, -1, 0)
    claim(database, "a")
    later = NOW + timedelta(minutes=10)
    with database.transaction() as session:
        away = SendOutcome(SendResult.RETRY, "away", answer="away", again_at=later, waits_for_server=True)
        outcomes = {
            ids[0]: away,
            ids[1]: SendOutcome(SendResult.RETRY, "450", answer="450", again_at=later),
            ids[2]: SendOutcome(SendResult.RELEASED, "away", waits_for_server=True),
        }
        queue.record_outcomes(session, outcomes, NOW, "a", "a", ("<", ">"))
        assert queue.next_due(session) == NOW
        assert queue.release(session, NOW) == 1
    rows = {row.id: row for row in reminders(database)}
    assert [rows[one].next_at for one in ids] == [NOW, later, NOW]
    assert [rows[one].deferred_since for one in ids] == [None, NOW, None]
    assert [rows[one].attempts for one in ids] == [1, 1, 0]
    assert rows[ids[2]].reason == "away"


def test_pauses_double_up_to_six_hours_with_jitter() -> None:
    for failing, nominal in [
        (None, 60),
        (60, 120),
        (180, 240),
        (15_300, 15_360),
        (30_660, 21_600),
        (1e9, 21_600),
        (-5, 60),
    ]:
        since = None if failing is None else NOW - timedelta(seconds=failing)
        pauses = [queue.pause(since, NOW, 60).total_seconds() for _ in range(200)]
        assert nominal * 0.8 <= min(pauses) < nominal < max(pauses) <= nominal * 1.2


def test_three_days_of_refusals_are_hopeless() -> None:
    assert not queue.is_hopeless(None, NOW)
    assert not queue.is_hopeless(NOW - timedelta(days=3) + timedelta(seconds=1), NOW)
    assert queue.is_hopeless(NOW - timedelta(days=3), NOW)
