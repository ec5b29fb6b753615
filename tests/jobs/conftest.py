"""A mail server, a clock that is set by hand, and workers that send to the one by the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from jobs.config import WorkerConfig
from jobs.worker import Worker
from models.database import Database
from models.events import Event
from models.reminders import Reminder
from service.actions.context import ActionContext
from service.actions.reminders.change_notices import EventVersionBefore, keep_version
from tests.factories import OFFICE
from tests.jobs.sink import Sink


@dataclass
class HandClock:
    """Stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def clock(now: datetime) -> HandClock:
    return HandClock(now)


@pytest.fixture
def act(now: datetime) -> ActionContext:
    """The service itself, acting at the tests' instant."""
    return ActionContext(user=None, now=now, office=OFFICE)


@pytest.fixture
def config(sink: Sink, tmp_path: Path) -> WorkerConfig:
    return WorkerConfig(
        mail_url=sink.url, mail_from="Văn phòng lễ tân <desk@example.org>", var=tmp_path / "var", office=OFFICE
    )


WorkerFactory = Callable[..., Worker]


@pytest.fixture
def make_worker(database: Database, config: WorkerConfig, clock: HandClock) -> Iterator[WorkerFactory]:
    """A worker on the test's database and clock; keyword arguments change its configuration."""
    made: list[Worker] = []

    def make(kind: type[Worker] = Worker, on: Database | None = None, **changes: Any) -> Worker:
        made.append(kind(on or database, replace(config, **changes), clock))
        return made[-1]

    yield make
    for worker in made:
        worker.mail.close_idle()  # unrecorded outcomes stay: tests check them
        worker.leadership.resign()


NOTICE = timedelta(seconds=OFFICE.notice_seconds)
"""How long after a change the notices of it leave."""


def assign(session: Session, act: ActionContext, event: Event, reason: str | None = None, **values: Any) -> None:
    """Change an event's values as the service does: SEQUENCE rises, the values before and after are kept."""
    before = EventVersionBefore.of(event)
    for name, value in values.items():
        setattr(event, name, value)
    event.sequence += 1
    keep_version(session, act, event, before, reason)


def reminders(database: Database) -> list[Reminder]:
    """All reminders, by due instant and recipient."""
    with database.transaction(write=False) as session:
        return all_reminders(session)


def all_reminders(session: Session) -> list[Reminder]:
    session.expire_all()
    return list(session.exec(select(Reminder).order_by(Reminder.due_at, Reminder.recipient)))  # type: ignore[arg-type]
