"""Processes stopped by SIGSTOP in the midst of work: replaced; nothing of it is lost, and nothing doubled unseen."""

import os
import signal
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from jobs.enqueue import add, new_row
from models.database import Database
from models.events import Event
from models.reminders import Reminder
from models.vocabulary import EventStatus, Language, ReminderPurpose, ReminderState, Role
from tests import factories
from tests.jobs.sink import Sink, hang
from tests.service.runtime.processes import Service, below, parent_of, post_activity, until

MAILS = 12
WISHES = 40
HANDED_OVER = {"BODY", "ACCEPTED"}
"""Stages at which the server has the whole mail already, without the worker's knowing."""

REPLACED_SECONDS = 60

pytestmark = [
    pytest.mark.soak,
    pytest.mark.xdist_group("serving"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


def due_mails(database: Database) -> None:
    """Have a dozen mails leave now, each to an account of its own."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        event = factories.make_event(session, first_day=(now + timedelta(days=40)).date(), status=EventStatus.CANCELLED)
        for number in range(MAILS):
            recipient = f"r{number:02}@example.org"
            factories.make_user(session, Role.ADMIN, email=recipient)
            row = new_row(
                ReminderPurpose.CANCELLATION, f"c:{number}", recipient, Language.VI, now, now, event_id=event.id
            )
            assert add(session, [row]) == 1


@pytest.mark.parametrize("stage", ["MAIL", "DATA", "BODY", "ACCEPTED"])
def test_a_worker_stopped_in_the_midst_of_a_mail_loses_none(
    tmp_path: Path, database: Database, database_url: str, sink: Sink, stage: str
) -> None:
    """What comes twice is at most the mail that the server had taken without the worker's knowing, and recognisable."""
    due_mails(database)
    service = Service(tmp_path, database_url, DESK_MAIL_URL=sink.url, DESK_LEASE_SECONDS="4")
    stopped: list[tuple[int, float]] = []
    reached = Counter[str]()

    def hook(at: str, recipient: str) -> Any:
        reached[at] += 1
        if at == stage and reached[at] == 3 and not stopped:
            (worker,) = service.children("worker")
            os.kill(worker, signal.SIGSTOP)
            stopped.append((worker, time.monotonic()))
            return hang(0.2)
        return None

    sink.hook = hook
    service.start()
    try:
        ((worker, began),) = until(lambda: stopped, "the worker is in the midst of a mail")
        until(lambda: parent_of(worker) is None, "it is killed", REPLACED_SECONDS)
        until(lambda: len(set(sink.recipients)) == MAILS, "every mail", REPLACED_SECONDS)
        seconds = time.monotonic() - began
        until(lambda: states(database) == {ReminderState.SENT}, "every mail is known to have left", 30)
    finally:
        service.stop()
    twice = [recipient for recipient, count in Counter(sink.recipients).items() if count > 1]
    assert len(sink.received) - MAILS == len(twice) <= (stage in HANDED_OVER)
    for recipient in twice:
        assert len({mail.message_id for mail in sink.received if mail.recipient == recipient}) == 1
    print(f"\n{stage}: all mails {seconds:.1f} s after the stop")


def states(database: Database) -> set[ReminderState]:
    with database.transaction(write=False) as session:
        return set(session.exec(select(Reminder.state)))


@pytest.mark.parametrize("whole", [False, True], ids=["a web process", "the web's main process and all of its own"])
def test_requests_amid_which_the_web_is_stopped_are_made_once(
    tmp_path: Path, database: Database, database_url: str, whole: bool
) -> None:
    """Who has no answer asks again with the same key, and has one thing."""
    service = Service(tmp_path, database_url, DESK_WEB_WORKERS="2")
    service.desk("user", "create", "--email", "lan@example.org", "--role", "officer", "--organisation", "Sở Ngoại vụ")
    token = service.desk("token", "create", "--email", "lan@example.org", "--name", "test")
    service.start()
    made: dict[int, Any] = {}

    def wish(number: int) -> None:
        until_when = time.monotonic() + 3 * REPLACED_SECONDS
        while time.monotonic() < until_when:
            answer = post_activity(service.port, token, number)
            if answer is not None and answer[0] == 201:
                made[number] = answer[1]
                return
            time.sleep(0.5)

    def wishes(numbers: range) -> None:
        for number in numbers:
            wish(number)

    clients = [threading.Thread(target=wishes, args=(range(first, WISHES, 8),)) for first in range(8)]
    try:
        for client in clients:
            client.start()
        until(lambda: len(made) >= 8, "some answers")
        (web,) = service.children("web")
        stopped = [web, *below(web)] if whole else below(web)[:1]
        began = time.monotonic()
        for pid in stopped:
            os.kill(pid, signal.SIGSTOP)
        until(lambda: all(parent_of(pid) is None for pid in stopped), "they are killed", REPLACED_SECONDS)
        until(lambda: service.get("/readyz") == 200, "readyz", 20)
        seconds = time.monotonic() - began
        for client in clients:
            client.join(4 * REPLACED_SECONDS)
            assert not client.is_alive()
    finally:
        service.stop()
    assert sorted(made) == list(range(WISHES))
    with database.transaction(write=False) as session:
        kept = session.exec(select(Event.id, Event.title)).all()
    assert sorted(title["vi"] for _id, title in kept) == sorted(f"Cuộc họp {number}" for number in range(WISHES))
    assert {event_id for event_id, _title in kept} == {answer["id"] for answer in made.values()}
    print(f"\nreplaced {seconds:.1f} s after the stop")
