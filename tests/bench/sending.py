"""Reminders: planning, what one costs, mails to a server on this machine, and how late they are."""

import gc
import logging
import os
import smtplib
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import delete, update
from sqlmodel import col, select

from jobs.config import WorkerConfig
from jobs.mail import Transport
from jobs.worker import Worker
from models.clock import utcnow
from models.database import Database
from models.events import Event
from models.reminders import Reminder, ReminderAttempt
from models.vocabulary import EventStatus, ReminderState, Role
from service.actions.context import ActionContext
from service.actions.reminders import planning_jobs, reminder_planning
from service.settings import Settings
from tests import factories
from tests.bench.measure import ROUNDS, Result, bench_database, fire, pair, seconds
from tests.paths import ROOT

TITLE = {
    "vi": "Đợt bồi dưỡng nghiệp vụ tổ chức xây dựng Đảng cho cán bộ tỉnh Viêng Chăn",
    "lo": "ຊຸດຝຶກອົບຮົມວຽກງານຈັດຕັ້ງກໍ່ສ້າງພັກ",
    "en": "Training batch in party building for cadres of Vientiane Province",
}
DAY = date(2027, 3, 10)
EVENTS = 100
SINK = """
import sys
from tests.jobs.sink import SinkServer

class Forgets(list):
    def append(self, one):
        self.times.append(one.at) if hasattr(one, "at") else None

server = SinkServer()
server.sink.received, server.sink.tried = Forgets(), Forgets()
server.sink.received.times = server.sink.tried.times = []
server.start()
print(server.sink.port, flush=True)
for line in sys.stdin:
    print(*server.sink.received.times, flush=True)
    server.sink.received.times.clear()
"""


class Nowhere(Transport):
    """A mail server that takes everything at once, and everything again: what is left is our own work."""

    at_once = 250

    def send(self, name: str, recipient: str, content: bytes) -> None:
        """Take it."""

    def rest(self) -> None:
        """Nothing to close."""


def measure(folder: Path) -> list[Result]:
    """All of it."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    return [
        planning_an_event(folder),
        planning_in_bulk(folder, 100_000),
        due_at_once(folder, 10_000, 500),
        mails(folder, 10_000),
        lateness(folder, 1000, 60.0),
    ]


def planned(database: Database, settings: Settings, count: int) -> datetime:
    """So many reminders of a hundred events; when all of them are due."""
    with database.transaction() as session:
        user = factories.make_user(session, Role.OFFICER)
        for _number in range(EVENTS):
            factories.make_event(session, title=TITLE, first_day=DAY, last_day=DAY, status=EventStatus.PLANNED)
        audience = [f"email:reader{number}@example.org" for number in range(count // EVENTS)]
        rule = factories.make_rule(session, audience=audience)
        reminder_planning.plan_rule(session, ActionContext(user, utcnow(), settings.office), rule)
        due_at = session.exec(select(Reminder.due_at)).first()
    return due_at or utcnow()


def again(database: Database) -> None:
    """As if nothing had been sent yet."""
    with database.transaction() as session:
        session.execute(delete(ReminderAttempt))
        session.execute(update(Reminder).values(state=ReminderState.PENDING, next_at=Reminder.due_at, sent_at=None))


def config(settings: Settings, mail_url: str = "file:") -> WorkerConfig:
    return WorkerConfig(
        mail_url=mail_url, mail_from="Desk <desk@example.org>", var=settings.var, office=settings.office
    )


def planning_an_event(folder: Path) -> Result:
    """What ten rules add to making an event, against one APScheduler job each."""
    with bench_database(folder, "planning") as (database, settings):
        with database.transaction() as session:
            user = factories.make_user(session, Role.OFFICER)
            for number in range(1000):
                day = date(2026, 12, 1) + timedelta(days=number)
                factories.make_event(session, title=TITLE, first_day=day, last_day=day)
            event_id = factories.make_event(session, title=TITLE, first_day=DAY, last_day=DAY).id
            for days in range(10):
                factories.make_rule(session, offset=f"-P{days + 5}D")
            act = ActionContext(user, utcnow(), settings.office)

        def ours() -> None:
            with database.transaction() as session:
                session.execute(delete(Reminder).where(col(Reminder.event_id) == event_id))
                reminder_planning.plan_event(session, act, session.get_one(Event, event_id))

        scheduler = _peer(folder / "planning-peer.db")
        scheduler.start(paused=True)

        def theirs() -> None:
            for number in range(10):
                scheduler.add_job(fire, "date", run_date=datetime(2099, 1, 1, tzinfo=UTC), args=[number])

        mine, other = pair(ours, theirs, 1, 1)
        scheduler.shutdown()
    return Result("an event's ten reminders planned", mine, "APScheduler's job store", other, "< 5 ms", mine < 0.005)


def planning_in_bulk(folder: Path, count: int) -> Result:
    """A new rule for as many events as are planned at once, against one APScheduler job each."""
    with bench_database(folder, "bulk") as (database, settings):
        with database.transaction() as session:
            user = factories.make_user(session, Role.OFFICER)
            for _number in range(planning_jobs.AT_ONCE):
                factories.make_event(session, title=TITLE, first_day=DAY, last_day=DAY)
            readers = count // planning_jobs.AT_ONCE
            audience = [f"email:reader{number}@example.org" for number in range(readers)]
            rule_id = factories.make_rule(session, audience=audience).id
        act = ActionContext(user, utcnow(), settings.office)
        scheduler = _peer(folder / "bulk-peer.db")
        scheduler.start(paused=True)
        mine, theirs = [], []
        for _round in range(3):
            with database.transaction() as session:
                session.execute(delete(Reminder))
            with database.transaction() as session:
                rule = session.get_one(factories.ReminderRule, rule_id)
                mine.append(seconds(lambda: reminder_planning.plan_rule(session, act, rule)))  # noqa: B023 - called at once
            began = time.monotonic()
            for number in range(300):
                scheduler.add_job(fire, "date", run_date=datetime(2099, 1, 1, tzinfo=UTC), args=[number])
            theirs.append((time.monotonic() - began) / 300)
        scheduler.shutdown()
    each, peer = statistics.median(mine) / count, statistics.median(theirs)
    return Result(
        f"{count:,} reminders planned in bulk, each", each, "APScheduler's job store", peer, "≥ 30 ×", peer / each >= 30
    )


def due_at_once(folder: Path, count: int, jobs: int) -> Result:
    """Claim, recheck, letter, settle and history of due reminders against one APScheduler job each."""
    with bench_database(folder, "due") as (database, settings):
        now = planned(database, settings, count) + timedelta(minutes=1)
        worker = Worker(database, config(settings), clock=lambda: now, mail=Nowhere())

        def ours() -> None:
            if worker.tick()["sent"] != count:
                raise RuntimeError("not every reminder was sent")

        def theirs() -> None:
            scheduler = _peer(folder / "peer.db")
            store = scheduler._jobstores["default"]
            scheduler.start(paused=True)
            for number in range(jobs):
                scheduler.add_job(fire, "date", run_date=utcnow(), misfire_grace_time=None, args=[number])
            scheduler.resume()
            while store.get_next_run_time() is not None:
                pass
            scheduler.shutdown(wait=True)

        mine, peer = [], []
        for number in range(ROUNDS + 1):
            again(database)
            gc.collect()
            sides = [(ours, mine, count), (theirs, peer, jobs)]
            for work, times, items in sides if number % 2 else reversed(sides):
                took = seconds(work) / items
                if number:
                    times.append(took)
    each, other = statistics.median(mine), statistics.median(peer)
    return Result(
        f"{count:,} reminders due at once: claim, recheck, letter, settle, history, each", each,
        "one APScheduler job each", other, "≥ 50 ×", other / each >= 50,
    )  # fmt: skip


class Kept(Transport):
    """Hands over and keeps what it handed over, for the bare loop."""

    at_once = 1

    def __init__(self, inner: Transport) -> None:
        self.inner = inner
        self.mails: list[tuple[str, bytes]] = []

    def send(self, name: str, recipient: str, content: bytes) -> None:
        self.mails.append((recipient, content))
        self.inner.send(name, recipient, content)

    def rest(self) -> None:
        self.inner.rest()


def mails(folder: Path, count: int) -> Result:
    """All bookkeeping included, against the same mails sent by smtplib's bare loop over one connection."""
    with sink() as server, bench_database(folder, "mails") as (database, settings):
        now = planned(database, settings, count) + timedelta(minutes=1)
        worker = Worker(database, config(settings, server.url), clock=lambda: now)
        plain, kept = worker.sender.mail, Kept(worker.sender.mail)
        mine, bare, memory = [], [], []
        for number in range(3):
            again(database)
            worker.sender.mail = plain if number else kept
            took = seconds(lambda: worker.tick())
            worker.sender.mail = plain
            gc.collect()
            memory.append(resident())
            if number:
                mine.append(took)
                bare.append(seconds(lambda: server.bare(kept.mails)))
        worker.mail.rest()
    each, limit = statistics.median(mine) / count, statistics.median(bare) / count
    grown = (memory[-1] - memory[0]) / 1024**2
    return Result(
        f"{count:,} mails to a local server", each, "smtplib's bare loop (limit)", limit,
        "≥ 0.5 ×", limit / each >= 0.5,
        f"; {1 / each:.0f} mails/s, {grown:.0f} MB more memory after {2 * count:,} more",
    )  # fmt: skip


def resident() -> int:
    """Bytes of memory this process has."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def lateness(folder: Path, count: int, within: float) -> Result:
    """From the instant a reminder is due to the server's yes, for many spread over a minute; the 99th percentile."""
    with sink() as server, bench_database(folder, "late") as (database, settings):
        due_at = planned(database, settings, count)
        begin = time.monotonic() + 2
        with database.transaction() as session:
            rows = session.exec(select(Reminder)).all()
            for number, row in enumerate(rows):
                row.next_at = due_at + timedelta(seconds=number * within / count)
        worker = Worker(
            database, config(settings, server.url), clock=lambda: due_at + timedelta(seconds=time.monotonic() - begin)
        )
        stop = threading.Event()
        running = threading.Thread(target=worker.run, args=(stop,))
        running.start()
        stop.wait(within + 5)
        stop.set()
        running.join()
        late = sorted(at - begin - number * within / count for number, at in enumerate(server.times()))
    if len(late) != count:
        raise RuntimeError(f"{len(late)} of {count} mails arrived")
    p99 = late[int(count * 0.99)]
    return Result(
        f"lateness of {count:,} reminders spread over {within:.0f} s, 99th percentile", p99, "wanted", 1.0, "≤ 1 s",
        p99 <= 1, f"; median {late[count // 2] * 1000:.0f} ms, worst {late[-1] * 1000:.0f} ms",
    )  # fmt: skip


class SinkProcess:
    """A mail server in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.port = int(self._answer())

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def bare(self, mails: list[tuple[str, bytes]]) -> None:
        """Send these mails and do nothing else."""
        with smtplib.SMTP("127.0.0.1", self.port) as connection:
            for recipient, content in mails:
                connection.sendmail("desk@example.org", [recipient], content)

    def times(self) -> list[float]:
        """When the mails since the last question were accepted (``time.monotonic()``), in their order."""
        assert self.process.stdin is not None
        print("times", file=self.process.stdin, flush=True)
        return [float(at) for at in self._answer().split()]

    def _answer(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


@contextmanager
def sink() -> Iterator[SinkProcess]:
    """A mail server that forgets what it accepts."""
    process = subprocess.Popen(
        [sys.executable, "-c", SINK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    with process:
        yield SinkProcess(process)
        assert process.stdin is not None
        process.stdin.close()


def _peer(path: Path) -> BackgroundScheduler:
    store = SQLAlchemyJobStore(url=f"sqlite:///{path}")
    return BackgroundScheduler(jobstores={"default": store}, timezone=UTC)
