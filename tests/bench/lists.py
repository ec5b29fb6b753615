"""Lists as files: how long 50,000 rows take, how memory grows, and how long others wait meanwhile."""

import resource
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert
from sqlmodel import Session

from models.accounts import Audit
from models.clock import monotonic, utcnow
from models.events import Event
from models.places import Person
from models.types import new_id
from models.vocabulary import EventKind, EventStatus, Role
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.app import create_app
from service.http.list_exports import MOST_ROWS
from tests import factories
from tests.bench.measure import bench_database

_TITLE = {"vi": "Đoàn đại biểu cấp cao tỉnh Viêng Chăn", "lo": "ຄະນະຜູ້ແທນແຂວງວຽງຈັນ", "en": "Delegation"}


@dataclass(frozen=True)
class Figure:
    """A list as a file: seconds, and how many of these were computing; megabytes of the file, and by how many memory
    grew; the longest that a reader and a writer waited meanwhile."""

    what: str
    rows: int
    seconds: float
    processor: float
    megabytes: float
    grown: float
    reader: float
    writer: float


def fill(session: Session, count: int) -> str:
    """``count`` events, people and entries of the trail; the token of an administrator."""
    for code in ("hai-duong", "vientiane-province"):
        factories.make_locality(session, code)
    author = factories.make_user(session, Role.ADMIN)
    model = factories.make_event(session, title=_TITLE, kind=EventKind.DELEGATION, description=_TITLE)
    person = factories.make_person(session, name="Nguyễn Văn An", phone="0912 345 678")
    for first in range(0, count, 5_000):
        numbers = range(first, min(first + 5_000, count))
        session.execute(insert(Event), [_event(model, one) for one in numbers])
        session.execute(insert(Person), [_person(person, one) for one in numbers])
        session.execute(insert(Audit), [_entry(author.id, one) for one in numbers])
    return accounts.issue_token(session, ActionContext(None, utcnow(), factories.OFFICE), author, "bench").secret


def _event(model: Event, number: int) -> dict[str, Any]:
    day = date(2000, 1, 1) + timedelta(days=number % 9000)
    own = {"id": new_id(), "uid": f"{number}@bench", "first_day": day, "last_day": day + timedelta(days=2)}
    known = {name: getattr(model, name) for name in type(model).model_fields}
    return known | own | {"arrives_on": day, "departs_on": own["last_day"], "status": EventStatus.CANCELLED}


def _person(model: Person, number: int) -> dict[str, Any]:
    known = {name: getattr(model, name) for name in type(model).model_fields}
    return known | {"id": new_id(), "name": f"Nguyễn Văn {number}"}


def _entry(author: str, number: int) -> dict[str, Any]:
    changes = {"title": {"from": _TITLE, "to": _TITLE}, "headcount": {"from": number, "to": number + 1}}
    return {
        "at": utcnow(), "actor_id": author, "actor_name": "Lan", "action": "change", "entity": "event",
        "entity_id": new_id(), "changes": changes,
    }  # fmt: skip


def measure(folder: Path, *, postgresql: bool = False, count: int = MOST_ROWS - 2_000) -> Iterator[Figure]:
    """The trail, people and events as both kinds of files."""
    with bench_database(folder, "lists", postgresql=postgresql) as (database, settings):
        with database.transaction() as session:
            token = fill(session, count)
        app = create_app(settings)
        headers = {"Authorization": f"Bearer {token}"}
        for path in ("/audit", "/people", "/events"):
            for kind in ("csv", "xlsx"):
                yield _one(app, headers, path, kind, count)


def _one(app: Flask, headers: dict[str, str], path: str, kind: str, count: int) -> Figure:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    size, processor = 0, 0.0

    def export() -> None:
        nonlocal size, processor
        answer = app.test_client().get(f"/api/v1{path}?format={kind}&locale=vi", headers=headers)
        assert answer.status_code == 200, answer.text
        size = sum(map(len, answer.iter_encoded()))
        answer.close()
        processor = time.thread_time()

    client = app.test_client()
    running = threading.Thread(target=export)
    began = monotonic()
    running.start()
    reader = writer = 0.0

    def write() -> Any:
        body = {"name": {"vi": f"Cơ quan {new_id()}"}, "locality": "hai-duong"}
        return client.post("/api/v1/organisations", json=body, headers=headers)

    while running.is_alive():
        reader = max(reader, _timed(lambda: client.get("/api/v1/me", headers=headers)))
        writer = max(writer, _timed(write))
        time.sleep(0.05)
    taken = monotonic() - began
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return Figure(f"{path} as {kind}", count, taken, processor, size / 1e6, grown, reader, writer)


def _timed(work: Callable[[], Any]) -> float:
    began = monotonic()
    answer = work()
    assert answer.status_code < 300, answer.text
    return monotonic() - began


def table(figures: Iterator[Figure]) -> str:
    """The figures as a Markdown table."""
    heads = ("list", "rows", "seconds", "computing", "MB", "memory, MB", "a reader waited, ms", "a writer waited, ms")
    lines = [f"| {' | '.join(heads)} |", "| --- " * len(heads) + "|"]
    for one in figures:
        cells = [one.what, f"{one.rows:,}", f"{one.seconds:.1f}", f"{one.processor:.1f}", f"{one.megabytes:.1f}",
                 f"{one.grown:.0f}", f"{one.reader * 1e3:.0f}", f"{one.writer * 1e3:.0f}"]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
