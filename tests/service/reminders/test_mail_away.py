"""What an officer sees of an hour without a mail server, and that it passes by itself: worker and API together."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from jobs.config import WorkerConfig
from jobs.worker import Worker
from models.accounts import User
from models.database import Database
from service.actions.context import ActionContext
from service.actions.office_mails.office_mails import OfficeMailWriter
from service.actions.reminders.reminder_planning import plan_event
from tests.factories import NOW, OFFICE, make_event, make_organisation, make_rule
from tests.jobs.sink import SinkServer
from tests.service.conftest import Caller, Clock

DUE = datetime.fromisoformat("2026-12-01T00:00+07:00")


@pytest.fixture
def server() -> Iterator[SinkServer]:
    """A mail server that is not there yet."""
    made = SinkServer()
    yield made
    if made.loop.is_running():
        made.stop()


@pytest.fixture
def worker(database: Database, clock: Clock, server: SinkServer, tmp_path: Path) -> Iterator[Worker]:
    config = WorkerConfig(server.sink.url, "Lễ tân <desk@example.org>", tmp_path, OFFICE)
    made = Worker(database, config, clock, reports=OfficeMailWriter(OFFICE, "s" * 40))
    yield made
    made.close()


def beat(worker: Worker) -> None:
    """The hour was the test's own clock's: by the machine's it is not yet time for the next heartbeat."""
    worker._beat_at -= 60
    worker.beat()


def test_an_hour_without_a_mail_server_shows_everywhere_and_heals_without_a_hand(
    database: Database, clock: Clock, server: SinkServer, worker: Worker, officer: Caller, client: FlaskClient
) -> None:
    with database.transaction() as session:
        make_rule(session, audience=[f"email:r{number}@example.org" for number in range(30)])
        event = make_event(session, organisation_id=make_organisation(session).id)
        plan_event(session, ActionContext(None, NOW, OFFICE), event)
    clock.now = DUE

    for _minute in range(60):
        worker.tick()
        clock.move(minutes=1)
    beat(worker)
    ready = client.get("/readyz")
    mail = ready.json["mail"]  # type: ignore[index]
    assert mail["away_since"] == "2026-11-30T17:00:00Z"
    assert mail["waiting"] == 30
    assert "Connection refused" in mail["answer"]
    figures = client.get("/metrics").text
    assert "desk_mail_away 1.0" in figures
    assert "desk_mail_away_seconds 3600.0" in figures
    assert "desk_mail_waiting 30.0" in figures
    listed = officer.get("/reminders?state=pending").json
    assert listed is not None
    assert len(listed) == 30
    told = [officer.get(f"/reminders/{one['id']}").json for one in listed]
    assert all("mail server" in one["next"].lower() or "thư" in one["next"] for one in told if one)
    tries = [one["attempts_made_total"] for one in told if one]
    assert 2 < sum(tries) <= 16  # growing pauses, and one mail at a time looks for it; the others only wait

    server.start()
    clock.move(minutes=20)
    assert worker.tick() == {"sent": 30}
    beat(worker)
    assert len(server.sink.received) == 30
    assert client.get("/readyz").json["mail"] == {"away_since": None, "answer": None, "waiting": 0}  # type: ignore[index]
    assert "desk_mail_away 0.0" in client.get("/metrics").text
    assert not worker.tick()


def test_the_week_is_mailed_on_monday_with_a_way_to_leave_it(
    database: Database, clock: Clock, server: SinkServer, worker: Worker, officer: Caller, client: FlaskClient
) -> None:
    server.start()
    with database.transaction() as session:
        make_event(session, title={"vi": "Đoàn Viêng Chăn"}, first_day=DUE.date() - timedelta(days=1))
    worker.leadership.poll()
    worker.work_safely()  # a new database: what lies before it is not made up
    assert not worker.tick()
    clock.now = datetime.fromisoformat("2026-11-30T07:00:30+07:00")  # a Monday
    worker.work_safely()
    worker.work_safely()
    tally = worker.tick()
    mails = {mail.recipient: mail.mail for mail in server.sink.received}
    assert tally["sent"] == len(server.sink.received) == 1
    (mail,) = mails.values()
    text = mail.get_body(("plain",))
    assert text is not None
    assert "Đoàn Viêng Chăn" in text.get_content()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    leave = mail["List-Unsubscribe"].strip("<>").removeprefix(OFFICE.public_url)
    assert leave.startswith("/unsubscribe/")
    clock.now = datetime.fromisoformat("2026-12-07T07:00:30+07:00")
    worker.work_safely()
    with database.transaction() as session:
        session.get_one(User, officer.user_id).weekly_schedule = False
    assert worker.tick() == {"skipped": 1}
