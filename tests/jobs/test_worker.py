"""What the worker sends, and what it does not, whatever happens between claim and send."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from calendars.reminders import due_times
from jobs import queue
from jobs.config import WorkerConfig
from jobs.mail import FileTransport
from jobs.queue import ClaimedReminder, SendOutcome, SendResult
from jobs.revalidation import DeliverableReminder
from jobs.sending import Batch, Sender
from jobs.worker import Worker
from models.accounts import Heartbeat
from models.database import Database
from models.events import Event
from models.i18n import translate
from models.reminders import Reminder, ReminderRule
from models.vocabulary import EventStatus, HolidayCategory, ReminderPurpose, ReminderState
from service.actions.context import ActionContext
from service.actions.reminders import reminder_planning as planning
from service.actions.reminders.reminder_planning import announce_cancellation, plan_event, plan_rule
from service.actions.scheduling.holidays import create_holiday
from tests.factories import NOW, OFFICE, make_event, make_member, make_organisation, make_rule
from tests.jobs.conftest import NOTICE, HandClock, WorkerFactory, assign, reminders
from tests.jobs.sink import Sink, SinkServer, hang

PENDING, SKIPPED, SENT = ReminderState.PENDING, ReminderState.SKIPPED, ReminderState.SENT
FAILED, SENDING = ReminderState.FAILED, ReminderState.SENDING
DUE = datetime.fromisoformat("2026-12-01T00:00+07:00")
"""When the reminders of ``planned`` are due: a day before the event of 2 December."""


def planned(database: Database, *recipients: str) -> str:
    """An event with a reminder, due at ``DUE``, to each of these; the event's id."""
    with database.transaction() as session:
        make_rule(session, audience=[f"email:{one}" for one in recipients or ("desk@example.org",)])
        event = make_event(session)
        plan_event(session, ActionContext(None, NOW, OFFICE), event)
        return event.id


def change(database: Database, event_id: str, at: datetime, **values: object) -> None:
    """Change an event as the service does: version, plan, and the cancellation where there is one."""
    with database.transaction() as session:
        event = session.get_one(Event, event_id)
        act = ActionContext(None, at, OFFICE)
        assign(session, act, event, **values)
        plan_event(session, act, event)
        if values.get("status") is EventStatus.CANCELLED:
            announce_cancellation(session, act, event)


def many(count: int) -> list[str]:
    return [f"r{number:03}@example.org" for number in range(count)]


def states(database: Database) -> Counter[ReminderState]:
    return Counter(row.state for row in reminders(database))


@contextmanager
def at_the_last_moment(worker: Worker, do: Callable[[], None]) -> Iterator[None]:
    """Do something after the batch was claimed and checked, before its first mail leaves."""
    original = worker.sender.send

    def meanwhile(batch: Batch, tally: Counter[str]) -> None:
        do()
        original(batch, tally)

    worker.sender.send = meanwhile  # type: ignore[method-assign]
    yield
    worker.sender.send = original  # type: ignore[method-assign]


# Once, and when it is due


def test_one_due_reminder_makes_one_mail(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database)
    worker = make_worker()
    clock.now = DUE - timedelta(seconds=1)
    assert not worker.tick()
    assert sink.received == []

    clock.now = DUE
    assert worker.tick() == {"sent": 1}
    assert not worker.tick()
    (mail,) = sink.received
    (row,) = reminders(database)
    assert mail.recipient == row.recipient == "desk@example.org"
    assert row.state is SENT
    assert (row.attempts, row.sent_at, row.message_id) == (1, clock.now, mail.message_id)
    assert mail.message_id == f"<reminder-{row.id}@desk.example.org>"


def test_a_late_reminder_is_sent_while_it_is_of_use_and_skipped_when_the_event_is_over(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    with database.transaction() as session:
        make_rule(session)
        for last in (date(2026, 12, 4), date(2026, 12, 3)):
            event = make_event(session, first_day=date(2026, 12, 2), last_day=last, title={"vi": f"Đến {last:%d}"})
            plan_event(session, ActionContext(None, NOW, OFFICE), event)
    clock.now = datetime.fromisoformat("2026-12-04T00:00+07:00")
    assert make_worker().tick() == {"sent": 1, "skipped": 1}
    (mail,) = sink.received
    assert "Đến 04" in mail.mail["Subject"]
    assert due_times.OVER in [row.reason for row in reminders(database)]


def test_clock_a_hundred_years_on_skips_all_and_does_not_hang(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database, *many(250))
    clock.now = NOW.replace(year=2126)
    began = time.monotonic()
    assert make_worker().tick() == {"skipped": 250}
    assert time.monotonic() - began < 20
    assert sink.received == []
    assert {row.reason for row in reminders(database)} == {due_times.OVER}


def test_clock_a_day_back_sends_nothing_twice(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database)
    clock.now = DUE
    worker = make_worker()
    worker.tick()
    for days in (-1, 1, 0):
        clock.now = DUE + timedelta(days=days)
        assert not worker.tick()
    assert len(sink.received) == 1


# Several workers


def run_together(workers: list[Worker]) -> Counter[str]:
    tallies: list[Counter[str]] = []
    barrier = threading.Barrier(len(workers))

    def work(worker: Worker) -> None:
        barrier.wait()
        tallies.append(worker.tick())

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(tallies, Counter())


class ClaimsNothing(Sender):
    """The negative control: looks at what is due without taking it."""

    looking = threading.Lock()

    def claim(self, tally: Counter[str]) -> tuple[int, Batch]:
        with self.looking:
            claimed, batch = super().claim(tally)
            with self.database.transaction() as session:
                back = {one.id: SendOutcome(SendResult.RELEASED) for one, _held in batch}
                queue.record_outcomes(session, back, self.clock(), self.owner, self.worker, ("<", ">"))
        return claimed, batch

    def _record_and_revalidate(
        self, connection: Connection, chunk: Batch, tally: Counter[str], *, is_old: bool
    ) -> Batch:
        self.unrecorded.clear()
        return chunk


class NoClaim(Worker):
    sender_type = ClaimsNothing

    def tick(self) -> Counter[str]:
        tally: Counter[str] = Counter()
        _count, batch = self.sender.claim(tally)
        self.sender.send(batch, tally)
        self.mail.close_idle()
        return tally


@pytest.mark.parametrize(("kind", "duplicates"), [(Worker, 0), (NoClaim, 200)])
def test_two_workers_send_two_hundred_reminders_once_each(
    database: Database,
    database_url: str,
    make_worker: WorkerFactory,
    clock: HandClock,
    sink: Sink,
    kind: type[Worker],
    duplicates: int,
) -> None:
    planned(database, *many(200))
    clock.now = DUE
    other = Database(database_url)
    try:
        changes = {"batch": 10} if kind is Worker else {"batch": 500}
        run_together([make_worker(kind, **changes), make_worker(kind, on=other, **changes)])
    finally:
        other.dispose()
    assert len(sink.received) == 200 + duplicates
    assert set(sink.recipients) == set(many(200))
    if kind is Worker:
        assert states(database) == {SENT: 200}


def test_a_worker_whose_lease_lapsed_sends_nothing_more(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database, *many(3))
    clock.now = DUE
    slow, quick = make_worker(), make_worker()

    def take_over() -> None:
        clock.forward(seconds=121)
        assert quick.tick() == {"sent": 3}

    with at_the_last_moment(slow, take_over):
        assert slow.tick() == {"lost": 3}
    assert sorted(sink.recipients) == many(3)


def test_a_lease_is_renewed_while_the_server_is_slow(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    """A second of lease, a server that takes two: without renewal the other worker would send it too."""
    planned(database)
    started = time.monotonic()

    def real_clock() -> datetime:
        return DUE + timedelta(seconds=time.monotonic() - started)

    sink.hook = lambda stage, who: hang(2) if stage == "BODY" else None
    workers = [make_worker(lease_seconds=0.5) for _ in range(2)]
    for worker in workers:
        worker.clock = real_clock
    first = threading.Thread(target=workers[0].tick)
    first.start()
    while first.is_alive():
        workers[1].tick()
        time.sleep(0.05)
    assert len(sink.received) == 1
    assert states(database) == {SENT: 1}


# What changes between claim and send


def test_an_event_moved_between_claim_and_send_sends_no_stale_mail(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    event_id = planned(database, "a@example.org", "b@example.org")
    clock.now = DUE
    worker = make_worker()
    later = date(2026, 12, 20)
    moved = {"first_day": later, "last_day": later, "arrives_on": later, "departs_on": later}
    with at_the_last_moment(worker, lambda: change(database, event_id, DUE, **moved)):
        assert worker.tick() == {"skipped": 2}
    assert sink.received == []
    own = [row for row in reminders(database) if row.purpose is ReminderPurpose.REMINDER]
    assert [(row.state, row.reason) for row in own] == [
        (SKIPPED, due_times.MOVED),
        (SKIPPED, due_times.MOVED),
        (PENDING, None),
        (PENDING, None),
    ]
    clock.now = DUE + NOTICE  # what was on its way might have arrived
    worker.tick()
    notices = [row.reason for row in reminders(database) if row.purpose is ReminderPurpose.MOVED]
    assert (notices, sink.received) == ([due_times.NOTHING_TOLD] * 2, [])
    clock.now = DUE + timedelta(days=18)
    assert worker.tick() == {"sent": 2}
    assert "20/12/2026" in sink.received[0].mail["Subject"]


def test_an_event_renamed_between_claim_and_send_is_sent_with_its_new_title(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    event_id = planned(database)
    clock.now = DUE
    worker = make_worker()
    with at_the_last_moment(worker, lambda: change(database, event_id, DUE, title={"vi": "Tên mới"})):
        assert worker.tick() == {"sent": 1}
    assert "Tên mới" in sink.received[0].mail["Subject"]


def day_off_at_the_last_moment(database: Database, worker: Worker, clock: HandClock) -> dict[str, int]:
    """A mail is due a working day after the event's first; that day becomes a day off before it leaves."""
    clock.now = datetime.fromisoformat("2026-12-03T00:00+07:00")
    with database.transaction() as session:
        make_rule(session, offset="P1D", working_days=True)
        plan_event(session, ActionContext(None, NOW, OFFICE), make_event(session))

    def add() -> None:
        off = {"country": "VN", "name": {"vi": "Nghỉ"}, "category": HolidayCategory.PUBLIC, "source": "office"}
        with database.transaction() as session:
            create_holiday(session, ActionContext(None, clock.now, OFFICE), off | {"first_day": date(2026, 12, 3)})

    with at_the_last_moment(worker, add):
        return dict(worker.tick())


def test_a_day_off_added_between_claim_and_send_moves_the_mail(
    database: Database, make_worker: WorkerFactory, clock: HandClock
) -> None:
    worker = make_worker()
    assert day_off_at_the_last_moment(database, worker, clock) == {"skipped": 1}
    clock.forward(days=1)
    assert worker.tick() == {"sent": 1}
    assert [(row.state, row.reason) for row in reminders(database)] == [(SKIPPED, due_times.MOVED), (SENT, None)]


@pytest.mark.both_databases("versions of rows are compared")
def test_without_the_rules_new_version_the_mail_of_the_old_day_goes_out(
    database: Database, make_worker: WorkerFactory, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "_BUMP_VERSIONS", select(1))
    assert day_off_at_the_last_moment(database, make_worker(), clock) == {"sent": 1}


class NoSecondLook(Sender):
    """The negative control: what was true when it was claimed is taken as true."""

    def _record_and_revalidate(
        self, connection: Connection, chunk: Batch, tally: Counter[str], *, is_old: bool
    ) -> Batch:
        self.record(connection, tally)
        return chunk


class NoRecheck(Worker):
    sender_type = NoSecondLook


def test_without_the_recheck_the_stale_mail_goes_out(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    event_id = planned(database)
    clock.now = DUE
    worker = make_worker(NoRecheck)
    with at_the_last_moment(worker, lambda: change(database, event_id, DUE, title={"vi": "Tên mới"})):
        worker.tick()
    assert "Tên mới" not in sink.received[0].mail["Subject"]


@pytest.mark.parametrize("claimed", [False, True])
def test_a_cancelled_event_sends_exactly_one_cancellation_to_each(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, claimed: bool
) -> None:
    event_id = planned(database, "a@example.org", "b@example.org")
    clock.now = DUE
    worker = make_worker()

    def cancel() -> None:
        change(database, event_id, DUE, status=EventStatus.CANCELLED)

    if claimed:
        with at_the_last_moment(worker, cancel):
            worker.tick()
    else:
        cancel()
    for _ in range(3):
        worker.tick()
        clock.forward(hours=1)
    assert sorted(sink.recipients) == ["a@example.org", "b@example.org"]
    cancelled = translate("Cancelled: {title} – {days}", "vi", title="", days="").split(":")[0]
    assert all(mail.mail["Subject"].startswith(cancelled) for mail in sink.received)
    assert Counter((row.purpose, row.state) for row in reminders(database)) == {
        (ReminderPurpose.REMINDER, SKIPPED): 2,
        (ReminderPurpose.CANCELLATION, SENT): 2,
    }


@pytest.mark.both_databases("foreign keys that are set to NULL")
def test_a_rule_switched_off_or_deleted_after_the_claim_sends_nothing(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    for switch_off in (True, False):
        planned(database)
        clock.now = DUE
        worker = make_worker()

        def stop(switch_off: bool = switch_off) -> None:
            with database.transaction() as session:
                for rule in session.exec(select(ReminderRule)).all():
                    if switch_off:
                        rule.active = False
                    else:
                        session.delete(rule)
                    session.flush()
                    plan_rule(session, ActionContext(None, DUE, OFFICE), rule)

        with at_the_last_moment(worker, stop):
            worker.tick()
    assert sink.received == []
    assert {row.reason for row in reminders(database)} >= {due_times.RULE_OFF, due_times.RULE_DELETED}


def test_a_member_who_left_is_not_reminded(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    with database.transaction() as session:
        make_rule(session, audience=["members"])
        event = make_event(session)
        member, _other = make_member(session, event), make_member(session, event)
        plan_event(session, ActionContext(None, NOW, OFFICE), event)
        session.delete(member)  # and nobody plans anew
    clock.now = DUE
    assert make_worker().tick() == {"sent": 1, "skipped": 1}
    assert due_times.NOT_ADDRESSED in {row.reason for row in reminders(database)}


@pytest.mark.both_databases("foreign keys that delete along")
def test_an_event_deleted_after_the_claim_sends_nothing(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    event_id = planned(database)
    clock.now = DUE
    worker = make_worker()

    def delete() -> None:
        with database.transaction() as session:
            session.delete(session.get_one(Event, event_id))

    with at_the_last_moment(worker, delete):
        assert worker.tick() == {"lost": 1}
    assert sink.received == []


# When the mail server is difficult


@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        ("RCPT", "450 busy"),
        ("DATA", "451 later"),
        ("BODY", "451 after all"),
        ("MAIL", "452 full"),
        ("MAIL", "421 closing"),
        ("EHLO", "421 no"),
        ("MAIL", "530 who are you"),
    ],
)
def test_a_temporary_refusal_is_tried_again_with_growing_pauses(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, stage: str, answer: str
) -> None:
    planned(database)
    clock.now = DUE
    worker = make_worker()
    sink.answers[stage, ""] += [answer] * 12
    pauses = []
    while len(pauses) < 4:
        assert worker.tick() == {"retry": 1}
        (row,) = reminders(database)
        assert (row.state, row.attempts) == (PENDING, len(pauses) + 1)
        assert answer[:3] in (row.reason or "") or stage == "EHLO"  # smtplib keeps that answer to itself
        pauses.append((row.next_at - clock.now).total_seconds())
        assert not worker.tick()
        clock.now = row.next_at
    assert 48 <= pauses[0] <= 72
    assert all(1.2 < after / before < 3.1 for before, after in pairwise(pauses))
    sink.answers.clear()
    assert worker.tick() == {"sent": 1}
    assert len(sink.received) == 1
    assert reminders(database)[0].reason is None


def test_after_three_days_of_refusals_a_reminder_has_failed(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    with database.transaction() as session:
        make_rule(session, offset="-P10D")
        plan_event(session, ActionContext(None, NOW, OFFICE), make_event(session, first_day=date(2027, 3, 10)))
    sink.answers["RCPT", ""] += ["450 busy"] * 200
    worker = make_worker(retry_seconds=600)
    clock.now = began = reminders(database)[0].due_at
    while (row := reminders(database)[0]).state is PENDING:
        clock.now = row.next_at
        worker.tick()
    assert row.state is FAILED
    assert "450 busy" in (row.reason or "")
    assert timedelta(days=2.4) < clock.now - began < timedelta(days=3.9)


def test_a_permanent_refusal_fails_at_once_and_delays_nobody(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    recipients = many(6)
    planned(database, *recipients)
    sink.answers["RCPT", recipients[0]] += ["550 unknown here"]
    sink.answers["BODY", recipients[1]] += ["554 spam"]
    sink.answers["RCPT", recipients[2]] += ["450 busy"]
    clock.now = DUE
    assert make_worker().tick() == {"sent": 3, "failed": 2, "retry": 1}
    assert sorted(sink.recipients) == recipients[3:]
    rows = {row.recipient: row for row in reminders(database)}
    assert (rows[recipients[0]].state, rows[recipients[0]].attempts) == (FAILED, 1)
    assert "550 unknown here" in (rows[recipients[0]].reason or "")
    assert "554 spam" in (rows[recipients[1]].reason or "")
    assert sink.connections == 1


def test_the_organisation_s_mailbox_hears_of_a_mail_that_failed(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    with database.transaction() as session:
        office = make_organisation(session, email="office@example.org")
        make_rule(session, audience=["email:wrong@example.org"])
        event = make_event(session, organisation_id=office.id)
        plan_event(session, ActionContext(None, NOW, OFFICE), event)
    sink.answers["RCPT", "wrong@example.org"] += ["550 no such user"]
    clock.now = DUE
    worker = make_worker()
    assert worker.tick() == {"failed": 1, "sent": 1}
    (notice,) = sink.received
    assert notice.recipient == "office@example.org"
    text = notice.mail.get_body(("plain",))
    assert text is not None
    failed = next(row for row in reminders(database) if row.state is FAILED)
    for told in ("wrong@example.org", "550 no such user", f"{OFFICE.public_url}/reminders/{failed.id}"):
        assert told in text.get_content()
    assert not worker.tick()


def test_no_notice_of_a_mail_that_was_sent_again_meanwhile_nor_of_a_notice(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    with database.transaction() as session:
        office = make_organisation(session, email="office@example.org")
        for number in range(2):
            make_rule(session, audience=[f"email:wrong{number}@example.org"])
        plan_event(session, ActionContext(None, NOW, OFFICE), make_event(session, organisation_id=office.id))
    for number in range(2):
        sink.answers["RCPT", f"wrong{number}@example.org"] += ["550 no such user"]
    sink.answers["RCPT", "office@example.org"] += ["450 later", "550 full"]
    clock.now = DUE
    worker = make_worker()
    tally = worker.tick()
    assert (tally["failed"], tally["retry"], sink.received) == (3, 1, [])
    assert len(reminders(database)) == 4
    with database.transaction() as session:
        for row in session.exec(select(Reminder)).all():
            if row.state is FAILED and row.purpose is ReminderPurpose.REMINDER:
                planning.retry(session, ActionContext(None, clock.now, OFFICE), row)
    clock.forward(minutes=5)
    assert worker.tick() == {"sent": 2, "skipped": 1}
    assert due_times.ARRIVED in {row.reason for row in reminders(database)}


def test_a_server_that_is_away_keeps_reminders_pending_and_gets_them_later(
    database: Database, config: WorkerConfig, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    planned(database, *many(150))
    clock.now = DUE
    server = SinkServer()
    worker = Worker(database, replace(config, mail_url=server.sink.url), clock)
    assert worker.tick() == {"retry": 2, "put_back": 98}
    assert not worker.tick()  # nothing more is even tried before the pause is over
    assert states(database) == {PENDING: 150}
    assert [record.msg for record in caplog.records].count("worker.server_away") == 1
    rows = reminders(database)
    assert Counter((row.attempts, row.waits_for_server) for row in rows) == {
        (1, True): 2,
        (0, True): 98,
        (0, False): 50,
    }
    clock.forward(minutes=2)
    assert worker.tick() == {"retry": 1}  # one mail looks whether it is back
    server.start()
    try:
        clock.forward(minutes=20)
        assert worker.tick() == {"sent": 150}
        assert sorted(server.sink.recipients) == many(150)
        assert states(database) == {SENT: 150}
    finally:
        worker.mail.close_idle()
        server.stop()


def test_a_server_that_was_away_for_hours_is_found_within_minutes_and_nothing_waits_longer(
    database: Database, config: WorkerConfig, clock: HandClock
) -> None:
    """Pauses that had grown with the server's absence don't outlast it; a mail refused for itself keeps its own."""
    planned(database, *many(20))
    clock.now = DUE
    server = SinkServer()
    worker = Worker(database, replace(config, mail_url=server.sink.url), clock)
    tries = 0
    for _minute in range(600):
        tries += worker.tick()["retry"]
        clock.forward(minutes=1)
    assert 30 < tries < 70  # growing pauses, never longer than a quarter of an hour
    assert states(database) == {PENDING: 20}
    server.start()
    try:
        server.sink.answers["RCPT", "r007@example.org"] += ["450 busy"]
        back = clock.now
        while SENT not in states(database):
            clock.forward(minutes=1)
            worker.tick()
        assert clock.now - back <= timedelta(minutes=19)
        assert states(database) == {SENT: 19, PENDING: 1}
        (late,) = [row for row in reminders(database) if row.state is PENDING]
        assert late.next_at > clock.now
        assert late.deferred_since == clock.now
    finally:
        worker.mail.close_idle()
        server.stop()


def test_a_server_that_hangs_is_given_up_after_the_timeout(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database, *many(20))
    clock.now = DUE
    worker = make_worker()
    worker.mail.timeout = 0.5  # type: ignore[attr-defined]
    sink.hook = lambda stage, who: hang(3) if stage == "RCPT" else None
    began = time.monotonic()
    assert worker.tick() == {"retry": 2, "put_back": 18}
    assert time.monotonic() - began < 3
    assert "timed out" in (reminders(database)[0].reason or "") or "timeout" in (reminders(database)[0].reason or "")


def test_a_connection_the_server_closed_meanwhile_is_no_failure(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database, *many(3))
    sink.answers["MAIL", ""] += ["", "421 idle too long"]  # the first mail passes, then the connection is closed
    clock.now = DUE
    assert make_worker().tick() == {"sent": 3}
    assert sink.connections == 2
    assert {row.attempts for row in reminders(database)} == {1}


class ClumsySender(Sender):
    """Has a bug in writing one mail."""

    def _prepare(self, one: ClaimedReminder, held: DeliverableReminder):  # type: ignore[no-untyped-def]
        if one.recipient == "r001@example.org":
            raise RuntimeError("a bug")
        return super()._prepare(one, held)


class Clumsy(Worker):
    sender_type = ClumsySender


def test_a_mail_that_can_not_be_written_tells_nothing_of_the_server(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database, *many(4))
    clock.now = DUE
    sink.answers["EHLO", ""] += ["421 no"] * 4
    worker = make_worker(Clumsy)
    assert worker.tick() == {"retry": 3, "put_back": 1}
    assert worker.sender.server.is_away
    assert Counter(row.waits_for_server for row in reminders(database)) == {True: 3, False: 1}


def test_a_mail_that_can_not_be_written_stops_no_other(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    planned(database, *many(3))
    clock.now = DUE
    assert make_worker(Clumsy).tick() == {"sent": 2, "retry": 1}
    assert "worker.mail_failed" in [record.msg for record in caplog.records]


# When the database is difficult


def test_a_result_that_can_not_be_written_is_written_by_the_next_tick(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(database)
    clock.now = DUE
    worker = make_worker()

    def broken(*arguments: object) -> int:
        raise OperationalError("UPDATE", {}, Exception("the database went away"))

    with monkeypatch.context() as patch:
        patch.setattr(queue, "record_outcomes", broken)
        with pytest.raises(OperationalError):
            worker.tick()
    assert states(database) == {SENDING: 1}
    worker.tick()
    assert states(database) == {SENT: 1}
    clock.forward(minutes=10)
    worker.tick()
    assert len(sink.received) == 1


def test_trouble_is_logged_when_it_begins_and_ends(
    database: Database, make_worker: WorkerFactory, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    worker = make_worker()

    def broken(*arguments: object) -> bool:
        raise OperationalError("SELECT", {}, Exception("the database went away"))

    with monkeypatch.context() as patch:
        patch.setattr(queue, "anything_due", broken)
        for _ in range(3):
            worker.tick_safely()
    worker.tick_safely()
    said = [record.msg for record in caplog.records if record.msg.startswith("worker.server")]
    assert said == ["worker.server_away", "worker.server_back"]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_another_process_that_holds_the_write_lock_is_waited_for(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database)
    clock.now = DUE
    locked, release = threading.Event(), threading.Event()

    def hold() -> None:
        with database.transaction() as session:
            session.connection()  # only now is the lock taken
            locked.set()
            release.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait()
    working = threading.Thread(target=make_worker().tick)
    working.start()
    time.sleep(1)
    assert sink.received == []
    release.set()
    working.join()
    holder.join()
    assert len(sink.received) == 1


# The heartbeat, running and stopping


def test_the_heartbeat_tells_when_a_worker_last_ticked(
    database: Database, make_worker: WorkerFactory, clock: HandClock
) -> None:
    worker = make_worker()
    worker.tick()
    with database.transaction(write=False) as session:
        (beat,) = session.exec(select(Heartbeat)).all()
    assert (beat.name, beat.at) == (worker.name, clock.now)
    worker._beat_at -= 60
    clock.forward(seconds=60)
    worker.tick()
    with database.transaction(write=False) as session:
        (beat,) = session.exec(select(Heartbeat)).all()
    assert beat.at == clock.now


def test_run_ticks_until_it_is_told_to_stop(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database)
    worker = make_worker(tick_seconds=0.05)
    stop = threading.Event()
    running = threading.Thread(target=worker.run, args=(stop,))
    running.start()
    time.sleep(0.3)
    assert sink.received == []
    clock.now = DUE
    wait_for(lambda: len(sink.received) == 1)
    stop.set()
    running.join(10)
    assert not running.is_alive()
    assert states(database) == {SENT: 1}
    with database.transaction(write=False) as session:
        assert session.exec(select(Heartbeat)).all() == [], "who has stopped is not taken for one at work"


def test_what_falls_due_between_two_looks_is_sent_when_it_is_due(
    database: Database, make_worker: WorkerFactory, sink: Sink
) -> None:
    """A worker that looks every ten seconds only: the instants themselves wake it."""
    spread = {f"r{number:03}@example.org": after for number, after in enumerate([0.6, 1.0, 1.1, 1.7, 2.4])}
    planned(database, *spread)
    with database.transaction() as session:
        for row in session.exec(select(Reminder)).all():
            row.next_at = DUE + timedelta(seconds=spread[row.recipient])
    worker = make_worker(tick_seconds=10)
    started = time.monotonic()
    worker.clock = lambda: DUE + timedelta(seconds=time.monotonic() - started)
    stop = threading.Event()
    running = threading.Thread(target=worker.run, args=(stop,))
    running.start()
    wait_for(lambda: len(sink.received) == len(spread))
    stop.set()
    running.join(10)
    late = {mail.recipient: mail.at - started - spread[mail.recipient] for mail in sink.received}
    assert late.keys() == spread.keys()
    assert min(late.values()) >= 0
    assert max(late.values()) < 0.8


def test_stopping_finishes_the_mail_in_hand_and_puts_the_others_back(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database, *many(5))
    clock.now = DUE
    worker = make_worker(tick_seconds=0.05)
    stop, reached = threading.Event(), threading.Event()

    def hook(stage: str, who: str):  # type: ignore[no-untyped-def]
        if stage == "BODY":
            reached.set()
            return hang(0.5)
        return None

    sink.hook = hook
    running = threading.Thread(target=worker.run, args=(stop,))
    running.start()
    reached.wait(10)
    stop.set()
    running.join(10)
    assert not running.is_alive()
    assert len(sink.received) == 1
    assert states(database) == {SENT: 1, PENDING: 4}
    assert [row.attempts for row in reminders(database) if row.state is PENDING] == [0] * 4


def wait_for(happened: Callable[[], bool], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


# Files instead of a server


@pytest.mark.both_databases("claiming and settling many rows at once")
def test_without_a_server_each_mail_is_a_file(
    database: Database, config: WorkerConfig, clock: HandClock, tmp_path: Path
) -> None:
    planned(database, *many(3))
    clock.now = DUE
    worker = Worker(database, replace(config, mail_url="file:"), clock)
    assert worker.tick() == {"sent": 3}
    files = sorted((config.var / "outbox").iterdir())
    assert [file.suffix for file in files] == [".eml"] * 3
    assert sorted(file.stem for file in files) == sorted(row.id for row in reminders(database))


def test_an_outbox_that_can_not_be_written_keeps_reminders_pending(
    database: Database, config: WorkerConfig, clock: HandClock
) -> None:
    planned(database)
    clock.now = DUE
    worker = Worker(database, replace(config, mail_url="file:"), clock)
    assert isinstance(worker.mail, FileTransport)
    config.var.mkdir()
    worker.mail.folder.write_text("in the way")
    assert worker.tick() == {"retry": 1}
    assert "outbox" in (reminders(database)[0].reason or "")
