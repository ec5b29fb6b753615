"""How long others wait while a change is planned over 100,000 events: ``python -m tests.bench.planning [EVENTS]``.

On a throw-away PostgreSQL with stock settings, with a real leading worker. Four officers move visits of their own all
the while, each at once after the last; what they wait is compared with what they wait when nothing else goes on.
"""

import contextlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, text
from sqlmodel import Session, select

from jobs.config import WorkerConfig
from jobs.worker import Worker
from models.clock import monotonic, utcnow
from models.database import Database
from models.event_parts import Task
from models.events import Event
from models.migrate import upgrade
from models.places import Organisation
from models.reminders import ReminderRule
from models.types import new_id
from models.vocabulary import EventKind, EventStatus, HolidayCategory, ReminderAnchor, Role, Visibility
from models.workers import PlanningJob
from service.actions.accounts.accounts import create_user
from service.actions.context import ActionContext
from service.actions.effects.planning_queue import PlanningQueue
from service.actions.events.events import change_event, find_event
from service.actions.reminders import planning_jobs
from service.actions.reminders.reminder_rules import create_rule, delete_rule
from service.actions.scheduling.holidays import create_holiday
from tests import factories
from tests.own_server import own_server
from tests.paths import ROOT

EVENTS = 100_000
WRITERS = 4
MOVED = 25
WATCHED = 25.0
"""Seconds for which the planning of a change is watched."""

LIMIT = 0.5
"""Seconds that one in a hundred of the others' changes may take at most."""


def fill(database: Database, events: int) -> list[str]:
    """Visits over three years, a fifth public, each with an office's task, of twenty departments with an officer each;
    eight rules. The ids of those that are moved meanwhile."""
    with database.transaction() as session:
        for code in ("hai-duong", "vientiane-province"):
            factories.make_locality(session, code)
        offices = [factories.make_organisation(session).id for _ in range(20)]
        users = [factories.make_user(session, organisation_id=office).id for office in offices]
        today = utcnow().date()
        rows, tasks = [], []
        for number in range(events):
            day = today + timedelta(days=10 + number % 1000)
            rows.append(
                {
                    "id": new_id(), "uid": f"{number}@bench", "kind": EventKind.DELEGATION, "host": "hai-duong",
                    "title": {"vi": f"Đoàn {number}"}, "guest": "vientiane-province", "status": EventStatus.PLANNED,
                    "first_day": day, "last_day": day + timedelta(days=2), "arrives_on": day,
                    "departs_on": day + timedelta(days=2), "organisation_id": offices[number % 20],
                    "created_by": users[number % 20], "search_text": f"doan {number}",
                    "visibility": Visibility.PUBLIC if number % 5 == 0 else Visibility.INTERNAL,
                }
            )  # fmt: skip
            tasks.append(
                {
                    "id": new_id(), "event_id": rows[-1]["id"], "title": {"vi": "Việc"}, "due_offset": "-P5D",
                    "working_days": True, "due_day": day - timedelta(days=7), "search_text": "viec",
                }
            )  # fmt: skip
        for table, values in ((Event, rows), (Task, tasks)):
            for first in range(0, events, 2000):
                made = [defaulted(table, one) for one in values[first : first + 2000]]
                session.connection().execute(insert(table), made)
        for number in range(5):
            factories.make_rule(session, offset=f"-P{number + 1}D", audience=["owner", "members"])
        factories.make_rule(session, anchor=ReminderAnchor.TASK_DUE, offset="P0D", audience=["owner"])
        factories.make_rule(session, offset="-P3D", working_days=True, audience=["organisation"])
        factories.make_rule(session, audience=["role:approver"])
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("ANALYZE"))
    return [row["id"] for row in rows[: events // 2 : max(1, events // (2 * WRITERS * MOVED))]]


def defaulted(table: Any, values: dict[str, Any]) -> dict[str, Any]:
    """With the values a row has by itself."""
    return {k: v for k, v in table(**values).model_dump().items() if k in table.__table__.c}


class Officers:
    """Four who move visits, and what each of their changes took, in seconds."""

    def __init__(self, database: Database, ids: list[str]) -> None:
        self.database, self.took = database, list[tuple[float, float]]()
        self._stop = threading.Event()
        own = [ids[number::WRITERS] for number in range(WRITERS)]
        self._threads = [threading.Thread(target=self._move, args=(one,), daemon=True) for one in own]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _move(self, ids: list[str]) -> None:
        number = 0
        while not self._stop.is_set():
            began = monotonic()
            with self.database.transaction() as session:
                act = ActionContext(None, utcnow(), factories.OFFICE)
                event = find_event(session, ids[number % len(ids)])
                days = 1 if number // len(ids) % 2 == 0 else -1
                names = ("first_day", "last_day", "arrives_on", "departs_on")
                change_event(session, act, event, {n: getattr(event, n) + timedelta(days=days) for n in names})
            self.took.append((began, monotonic() - began))
            number += 1
            self._stop.wait(0.02)

    def between(self, first: float, last: float) -> list[float]:
        """What the changes took that were under way in between, in order of length."""
        return sorted(took for began, took in self.took if began <= last and began + took >= first)


def worker(url: str) -> None:
    """A worker as a process of its own; it leads and plans."""
    config = WorkerConfig(mail_url="file:", mail_from="d@example.org", var=Path("/tmp"), office=factories.OFFICE)
    Worker(Database(url), config, utcnow, planning=PlanningQueue(factories.OFFICE)).run(threading.Event())


@contextlib.contextmanager
def working(url: str) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.planning", "worker", url], cwd=ROOT)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def changes(database: Database) -> dict[str, Callable[[Session, ActionContext], Any]]:
    """What is done, one after the other."""
    with database.transaction(write=False) as session:
        office = session.exec(select(Organisation.id).order_by(Organisation.id)).first()

    def account(role: Role, organisation: str | None) -> Callable[[Session, ActionContext], Any]:
        values = {"email": f"{new_id()}@example.org", "name": "N", "role": role, "organisation_id": organisation}
        return lambda session, act: create_user(session, act, values)

    rule = {"name": {"vi": "Mới"}, "anchor": ReminderAnchor.START, "offset": "-P1D", "audience": ["owner"]}
    holiday = {
        "country": "VN", "name": {"vi": "Nghỉ bù"}, "category": HolidayCategory.PUBLIC, "source": "bench",
        "first_day": utcnow().date() + timedelta(days=90), "days": 2,
    }  # fmt: skip

    def newest(session: Session) -> ReminderRule:
        return session.exec(select(ReminderRule).order_by(ReminderRule.id.desc())).first()  # type: ignore[attr-defined, return-value]

    return {
        "a viewer whom nothing reaches": account(Role.VIEWER, None),
        "an officer of a department": account(Role.OFFICER, office),
        "an approver, told of everything": account(Role.APPROVER, None),
        "a rule": lambda session, act: create_rule(session, act, rule),
        "a day off": lambda session, act: create_holiday(session, act, holiday),
        "that rule deleted": lambda session, act: delete_rule(session, act, newest(session)),
    }


def waiting(database: Database) -> int:
    """How many events are still to be planned."""
    with database.transaction(write=False) as session:
        return planning_jobs.remaining(session)


def percentile(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def main(events: int) -> bool:
    """Measure and print; whether all of it is within the limit."""
    with own_server(autovacuum="on") as server:
        url = server.create("planning")
        upgrade(url)
        database = Database(url)
        ids = fill(database, events)
        officers, good = Officers(database, ids), True
        with working(url):
            officers.start()
            time.sleep(15)
            quiet = officers.between(0, monotonic())
            print(f"{events:,} events; others' changes when nothing else goes on: {len(quiet)},"
                  f" p50 {percentile(quiet, 0.5):.3f} s, p99 {percentile(quiet, 0.99):.3f} s")  # fmt: skip
            for name, change in changes(database).items():
                began = monotonic()
                with database.transaction() as session:
                    change(session, ActionContext(None, utcnow(), factories.OFFICE))
                took, queued, left = monotonic() - began, waiting(database), 1
                while left and monotonic() - began < WATCHED:
                    time.sleep(0.2)
                    left = waiting(database)
                planned = monotonic() - began
                time.sleep(1)
                others = officers.between(began, monotonic())
                p99 = percentile(others, 0.99)
                good = good and p99 <= LIMIT
                with database.transaction() as session:  # the next change is measured alone
                    session.execute(delete(PlanningJob))
                print(f"{name}: answered after {took:.2f} s; of {queued:,} events {queued - left:,} planned after"
                      f" {planned:.1f} s;"
                      f" others' {len(others)} changes p50 {percentile(others, 0.5):.3f} s, p99 {p99:.3f} s,"
                      f" longest {percentile(others, 1.0):.3f} s", flush=True)  # fmt: skip
            officers.stop()
        database.dispose()
    return good


if __name__ == "__main__":
    if sys.argv[1:2] == ["worker"]:
        worker(sys.argv[2])
    else:
        sys.exit(0 if main(int(sys.argv[1]) if sys.argv[1:] else EVENTS) else 1)
