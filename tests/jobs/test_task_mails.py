"""Tasks that are due on one day for one reader come in one mail, each recorded as its own reminder."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from jobs import queue
from jobs.worker import Worker
from models.database import Database
from models.events import Event
from models.vocabulary import Language, ReminderAnchor, ReminderPurpose, ReminderState, Role
from service.actions.context import ActionContext
from service.actions.reminders.reminder_planning import plan_event, retry
from tests.factories import NOW, OFFICE, make_event, make_member, make_person, make_rule, make_task, make_user
from tests.jobs.conftest import HandClock, WorkerFactory, reminders
from tests.jobs.sink import Received, Sink

LAN, MINH = "lan@example.org", "minh@example.org"
MORNING = datetime.fromisoformat("2026-12-01T08:00+07:00")
TITLES = ("Book the hall", "Send the invitation", "Order the cars")


def planned(database: Database, *titles: str, **rule: Any) -> None:
    """Two visits of LAN's, each with these tasks due on 1 December; a rule reminds of them that morning."""
    with database.transaction() as session:
        values = {"anchor": ReminderAnchor.TASK_DUE, "offset": "PT0S", "at": MORNING.time(), "audience": ["owner"]}
        make_rule(session, name={"vi": "Nhiệm vụ đến hạn", "en": "Tasks due"}, **values | rule)
        lan = make_user(session, Role.OFFICER, email=LAN, locale=Language.EN)
        make_user(session, Role.OFFICER, email=MINH, locale=Language.EN)
        for number in (1, 2):
            title = {"vi": f"Đoàn {number}", "en": f"Visit {number}"}
            event = make_event(session, title=title, created_by=lan.id, first_day=date(2026, 12, 20))
            for task in titles or TITLES:
                make_task(session, event, title={"vi": task, "en": task}, due_on=date(2026, 12, 1))
            plan_event(session, ActionContext(None, NOW, OFFICE), event)


def text(mail: Received) -> str:
    body = mail.mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.both_databases("claims by recipient")
def test_the_tasks_of_a_morning_come_in_one_mail(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database)
    clock.now = MORNING
    assert make_worker().tick() == {"sent": 6}
    (mail,) = sink.received
    assert mail.mail["Subject"] == "Book the hall and 5 more tasks – due on 1 December 2026"
    lines = text(mail).splitlines()
    assert lines[0] == "Your tasks: 6"
    assert [line for line in lines if line.startswith("- ")] == 2 * [
        f"- {one} – due on 1 December 2026" for one in TITLES
    ]
    assert [line for line in lines if line.startswith("Visit ")] == [
        f"Visit {one} – 20 December 2026" for one in (1, 2)
    ]
    rows = reminders(database)
    assert {(row.state, row.recipient, row.told_sequence) for row in rows} == {(ReminderState.SENT, LAN, 0)}
    assert {row.message_id for row in rows} == {mail.message_id}
    assert mail.message_id == f"<reminder-{min(row.id for row in rows)}@desk.example.org>"


@pytest.mark.both_databases("claims by recipient")
def test_each_reader_gets_their_own_and_a_small_batch_splits_nothing(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database, audience=["role:officer"])
    clock.now = MORNING
    assert make_worker(batch=1).tick() == {"sent": 12}
    assert sorted(sink.recipients) == [LAN, MINH]


def test_without_claiming_along_a_small_batch_sends_several(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    monkeypatch.setattr(queue, "TASKS_ALONG", 0)
    planned(database)
    clock.now = MORNING
    assert make_worker(batch=1).tick() == {"sent": 6}
    assert len(sink.received) > 1


def test_another_day_another_rule_of_events_is_a_mail_of_its_own(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database, "Book the hall")
    with database.transaction() as session:
        make_rule(
            session,
            name={"vi": "Lịch", "en": "Prepare the papers"},
            audience=["owner"],
            offset="-P19D",
            at=MORNING.time(),
        )
        other = make_event(session, title={"vi": "Ba", "en": "Three"}, first_day=date(2026, 12, 20), created_by=None)
        make_member(session, other, make_person(session))
        for event in session.exec(select(Event)).all():
            plan_event(session, ActionContext(None, NOW, OFFICE), event)
    clock.now = MORNING
    assert make_worker().tick() == {"sent": 4}
    subjects = sorted(str(mail.mail["Subject"]) for mail in sink.received)
    assert subjects == [
        "Book the hall and 1 more tasks – due on 1 December 2026",
        "Prepare the papers – Visit 1 – 20 December 2026",
        "Prepare the papers – Visit 2 – 20 December 2026",
    ]
    (rule_mail, *_others) = [mail for mail in sink.received if "Prepare" in str(mail.mail["Subject"])]
    assert text(rule_mail).startswith("Prepare the papers\n")


def test_what_is_overdue_is_called_so_with_its_day(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    with database.transaction() as session:
        make_rule(session, anchor=ReminderAnchor.TASK_DUE, offset="PT0S", audience=["owner"], catch_up=True)
        lan = make_user(session, Role.OFFICER, email=LAN, locale=Language.EN)
        event = make_event(session, title={"vi": "Đoàn", "en": "Visit"}, created_by=lan.id)
        make_task(session, event, title={"vi": "x", "en": "Send the invitation"}, due_on=date(2026, 9, 8))
        plan_event(session, ActionContext(None, NOW, OFFICE), event)
    assert make_worker().tick() == {"sent": 1}
    (mail,) = sink.received
    assert mail.mail["Subject"] == "Send the invitation – Visit – overdue, was due on 8 September 2026"
    assert text(mail).splitlines()[0] == "Send the invitation – overdue, was due on 8 September 2026"
    for word in ("soon", "coming", "falls due"):
        assert word not in text(mail)


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.both_databases("outcomes are recorded in one transaction")
@pytest.mark.parametrize("sent_first", [True, False])
def test_a_worker_that_dies_with_the_mail_in_hand_sends_it_once_more_with_the_same_id(
    database: Database,
    make_worker: WorkerFactory,
    clock: HandClock,
    sink: Sink,
    monkeypatch: pytest.MonkeyPatch,
    sent_first: bool,
) -> None:
    planned(database)
    clock.now = MORNING
    worker: Worker = make_worker()
    send = worker.mail.send

    def dying(*arguments: Any) -> None:
        if sent_first:
            send(*arguments)
        raise Killed

    monkeypatch.setattr(worker.mail, "send", dying)
    with pytest.raises(Killed):
        worker.tick()
    worker.sender.unrecorded.clear()
    assert {row.state for row in reminders(database)} == {ReminderState.SENDING}
    clock.forward(seconds=worker.config.lease_seconds + 1)
    assert make_worker().tick() == {"sent": 6}
    assert len(sink.received) == (2 if sent_first else 1)
    assert len({mail.message_id for mail in sink.received}) == 1
    clock.forward(days=1)
    assert not make_worker().tick()


def test_a_failure_of_such_a_mail_is_told_once_for_each_event(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database)
    with database.transaction() as session:
        make_user(session, Role.ADMIN, email="admin@example.org", locale=Language.EN)
    clock.now = MORNING
    sink.answers["RCPT", LAN] = ["550 nobody here"]
    worker = make_worker()
    tally = worker.tick()
    assert tally["failed"] == 6
    rows = reminders(database)
    failed = [row for row in rows if row.state is ReminderState.FAILED]
    notices = [row for row in rows if row.purpose is ReminderPurpose.FAILURE]
    assert (len(failed), len({row.failed_id for row in notices})) == (6, 2)
    with database.transaction() as session:
        for row in failed:
            retry(session, ActionContext(None, clock.now, OFFICE), session.get_one(type(row), row.id))
    sink.received.clear()
    clock.now += timedelta(minutes=1)
    worker.tick()
    assert sink.recipients.count(LAN) == 1
