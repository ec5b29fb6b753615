"""Workers killed with SIGKILL at every stage of a mail: nothing is lost, and what comes twice is recognisable."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from models.database import Database
from models.vocabulary import ReminderState
from service.actions.context import ActionContext
from service.actions.reminders.reminder_planning import plan_event
from tests.factories import NOW, OFFICE, make_event, make_rule
from tests.jobs.conftest import reminders
from tests.jobs.sink import Sink, hang
from tests.paths import ROOT

DUE = datetime.fromisoformat("2026-12-01T00:00+07:00")
MAILS, KILLS = 12, 2
MANY_MAILS, MANY_KILLS = 60, 8
STAGES = ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "BODY", "ACCEPTED")
ONCE_A_PROCESS = {"CONNECT", "EHLO"}


class Workers:
    """Starts worker processes one after the other, and kills the present one when told."""

    def __init__(self, *arguments: str) -> None:
        self.arguments = arguments
        self.process: subprocess.Popen[bytes] | None = None
        self.started = 0

    def start(self, at: datetime) -> None:
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.jobs.worker_process",
                *self.arguments[:3],
                at.isoformat(),
                *self.arguments[3:],
            ],
            cwd=ROOT,
        )
        self.started += 1

    def kill(self) -> None:
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)

    def wait(self) -> None:
        assert self.process is not None
        self.process.wait(30)

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(30)


def plan(database: Database, mails: int = MAILS) -> None:
    with database.transaction() as session:
        make_rule(session, audience=[f"email:r{number:02}@example.org" for number in range(mails)])
        plan_event(session, ActionContext(None, NOW, OFFICE), make_event(session))


def everything_settled(database: Database) -> bool:
    open_states = {ReminderState.PENDING, ReminderState.SENDING}
    return not any(row.state in open_states for row in reminders(database))


def wait_for(happened: Callable[[], bool], seconds: float = 40) -> None:
    until = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def kill_at(stage: str, workers: Workers, database: Database, sink: Sink, kills: int = KILLS) -> None:
    """Kill a worker each time it has reached this stage of its third mail, then let one finish."""
    seen = Counter[int]()

    def hook(reached: str, who: str):  # type: ignore[no-untyped-def]
        if reached == stage and workers.started <= kills:
            seen[workers.started] += 1
            if seen[workers.started] == (1 if stage in ONCE_A_PROCESS else 3):
                workers.kill()
                return hang(0.2)  # no answer before the process is gone
        return None

    sink.hook = hook
    for number in range(kills + 1):
        workers.start(DUE + timedelta(seconds=10 * number))
        if number < kills:
            workers.wait()
    wait_for(lambda: everything_settled(database))
    assert workers.stop() == 0


def check_kills(database: Database, sink: Sink, stage: str, mails: int, kills: int) -> None:
    """Nothing lost; twice only what the server had taken without the worker knowing, and that recognisably."""
    assert {row.state for row in reminders(database)} == {ReminderState.SENT}
    received = Counter(sink.recipients)
    assert len(received) == mails
    twice = [mail for mail, count in received.items() if count > 1]
    assert len(sink.received) - mails <= (kills if stage == "ACCEPTED" else 0)
    for recipient in twice:
        assert len({mail.message_id for mail in sink.received if mail.recipient == recipient}) == 1
    if stage == "ACCEPTED":
        assert twice, "the kill came after all that it should have come before: this test shows nothing"


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("stage", "database_kind"),
    [*((stage, "sqlite") for stage in STAGES), ("BODY", "postgresql"), ("ACCEPTED", "postgresql")],
    indirect=["database_kind"],
)
def test_a_killed_worker_loses_no_mail(
    database: Database, database_url: str, sink: Sink, tmp_path: Path, stage: str
) -> None:
    plan(database)
    kill_at(stage, Workers(database_url, sink.url, str(tmp_path)), database, sink)
    check_kills(database, sink, stage, MAILS, KILLS)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.parametrize("stage", STAGES)
def test_a_worker_killed_again_and_again_loses_no_mail(
    database: Database, database_url: str, sink: Sink, tmp_path: Path, stage: str
) -> None:
    plan(database, MANY_MAILS)
    kill_at(stage, Workers(database_url, sink.url, str(tmp_path)), database, sink, MANY_KILLS)
    check_kills(database, sink, stage, MANY_MAILS, MANY_KILLS)
    print(f"\n{stage}: {MANY_KILLS} kills, {MANY_MAILS} mails, {len(sink.received) - MANY_MAILS} twice")


@pytest.mark.timeout(180)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_marking_before_sending_loses_mails(database: Database, database_url: str, sink: Sink, tmp_path: Path) -> None:
    plan(database)
    kill_at("BODY", Workers(database_url, sink.url, str(tmp_path), "marks-first"), database, sink)
    assert {row.state for row in reminders(database)} == {ReminderState.SENT}
    assert len(set(sink.recipients)) == MAILS - KILLS


@pytest.mark.timeout(180)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_worker_killed_and_one_running_together_lose_nothing(
    database: Database, database_url: str, sink: Sink, tmp_path: Path
) -> None:
    """What the one held is taken over by the other, once its lease is over, without a restart."""
    plan(database)
    first, second = (Workers(database_url, sink.url, str(tmp_path)) for _ in range(2))
    sink.hook = lambda stage, who: (
        first.kill() if stage == "DATA" and first.started and len(sink.received) == 2 else None
    )
    first.start(DUE)
    first.wait()
    sink.hook = None
    second.start(DUE)
    wait_for(lambda: everything_settled(database))
    assert second.stop() == 0
    assert Counter(sink.recipients) == {f"r{number:02}@example.org": 1 for number in range(MAILS)}
