"""Real processes: started, stopped, killed in the middle of writing, started again."""

import contextlib
import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.events import Event
from tests.service.runtime.processes import DESK, Service, below, parent_of, post_activity, until

pytestmark = [
    pytest.mark.both_databases("what a killed process leaves is the database's own work"),
    pytest.mark.xdist_group("serving"),
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


@pytest.fixture
def service(tmp_path: Path, database_url: str) -> Iterator[Service]:
    """A service that is not started yet; whatever it started is gone after the test."""
    made = Service(tmp_path, database_url)
    yield made
    made.stop()


def gone(pids: list[int]) -> bool:
    return all(parent_of(pid) is None for pid in pids)


def test_serve_answers_and_stops(service: Service) -> None:
    service.start()
    until(lambda: service.get("/readyz") == 200, "readyz, once the worker ticks")
    assert service.get("/feeds/desk_secret-of-somebody.ics") == 404
    assert service.process is not None
    pids = below(service.pid)
    assert len(pids) >= 4, "the web, its two processes, the worker"
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(10) == 0
    assert gone(pids)
    assert service.get("/healthz") is None
    for line in service.log.splitlines():
        assert json.loads(line)["level"] == "info", line
    assert "secret-of-somebody" not in service.log


def holds_the_application(pid: int) -> bool:
    """Whether a process has loaded the compiled parts of what the tables are made with."""
    return "sqlalchemy" in Path(f"/proc/{pid}/maps").read_text()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_processes_that_only_watch_others_hold_no_application(service: Service) -> None:
    service.start()
    (web,) = service.children("web")
    assert not holds_the_application(service.pid)
    assert not holds_the_application(web)
    assert all(holds_the_application(answering) for answering in until(lambda: below(web), "web processes"))


def test_the_command_line_imports_neither_tables_nor_web() -> None:
    dear = ("alembic", "babel", "flask", "icalendar", "marshmallow", "sqlalchemy", "sqlmodel")
    script = (
        f"import sys, service.cli, service.runtime.supervisor; print(*[name for name in {dear} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


NEEDED_LATER = (
    "alembic", "apprise", "apscheduler", "authlib", "cryptography", "dateutil", "holidays", "icalendar", "jobs",
    "python_calamine", "requests", "seed",
)  # fmt: skip
"""What a web process imports when a request needs it, if ever."""

LOADED = f"""
import gc, os, sys
{{before}}
from service.runtime.supervisor import _load_app
_load_app(os.getppid())
print("dear", *[name for name in {NEEDED_LATER} if name in sys.modules])
from sqlmodel import SQLModel
print("built", *[table.__name__ for table in SQLModel._sa_registry._class_registry.values()
                 if getattr(table, "__pydantic_complete__", False)])
print("collects", gc.isenabled(), gc.get_freeze_count() > 100_000)
"""


def told_by(script: str, folder: Path) -> dict[str, list[str]]:
    """What a process of its own prints: the first word of each line, and the others."""
    environment = os.environ | {"DESK_VAR": str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment, timeout=120
    )
    return {first: others for first, *others in map(str.split, done.stdout.splitlines())}


def test_a_web_process_starts_with_what_every_request_needs(tmp_path: Path) -> None:
    told = told_by(LOADED.format(before=""), tmp_path)
    assert told == {"dear": [], "built": [], "collects": ["True", "True"]}


def test_what_is_imported_or_built_too_early_is_seen(tmp_path: Path) -> None:
    names = [name for name in NEEDED_LATER if find_spec(name) is not None]
    assert {"holidays", "icalendar", "cryptography"} <= {*names}
    early = f"import {', '.join(names)}\nfrom models.places import Person\nPerson.model_rebuild()"
    told = told_by(LOADED.format(before=early), tmp_path)
    assert told == {"dear": names, "built": ["Person"], "collects": ["True", "True"]}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_ctrl_c_stops_it_too(service: Service) -> None:
    service.start()
    assert service.process is not None
    pids = below(service.pid)
    service.process.send_signal(signal.SIGINT)
    assert service.process.wait(10) == 0
    assert gone(pids)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_killed_supervisor_leaves_nobody(service: Service) -> None:
    service.start()
    until(lambda: service.children("worker"), "a worker")
    pids = below(service.pid)
    assert len(pids) >= 4
    os.kill(service.pid, signal.SIGKILL)
    assert service.process is not None
    service.process.wait()
    until(lambda: gone(pids), "all children gone", 5)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_supervisor_killed_at_once_leaves_nobody(service: Service) -> None:
    with (service.folder / "log").open("ab") as log:
        service.process = subprocess.Popen([*DESK, "serve"], env=service.environment, stdout=log, stderr=log)
    pids = until(lambda: below(service.pid), "children that are still starting")
    os.kill(service.pid, signal.SIGKILL)
    service.process.wait()
    until(lambda: gone(pids), "all children gone", 30)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_child_that_dies_is_started_again(service: Service) -> None:
    service.start()
    (worker,) = until(lambda: service.children("worker"), "a worker")
    (web,) = service.children("web")
    os.kill(worker, signal.SIGKILL)
    until(lambda: service.children("worker") not in ([], [worker]), "another worker")
    os.kill(web, signal.SIGKILL)
    until(lambda: service.children("web") not in ([], [web]), "another web")
    until(lambda: service.get("/healthz") == 200, "healthz")
    (web,) = service.children("web")
    for answering in below(web):
        os.kill(answering, signal.SIGKILL)
    until(lambda: service.get("/healthz") == 200, "healthz after the web's own processes died")
    deaths = [json.loads(line) for line in service.log.splitlines() if "child_died" in line]
    assert {death["child"] for death in deaths} == {"worker", "web"}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_a_second_service_on_the_port_is_refused(service: Service) -> None:
    service.start()
    second = subprocess.run([*DESK, "serve"], env=service.environment, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "DESK_PORT" in second.stderr
    assert service.get("/healthz") == 200


def write_until_it_dies(port: int, token: str, writer: int, acknowledged: list[str]) -> None:
    """POST one event after the other; note every one that was answered with 201."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        _write(connection, token, writer, acknowledged)


def _write(connection: http.client.HTTPConnection, token: str, writer: int, acknowledged: list[str]) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    for number in range(10_000):
        body = {
            "title": {"vi": f"Cuộc họp {writer}-{number}", "en": f"Meeting {writer}-{number}"},
            "activity_type": "meeting",
            "host": "hai-duong",
            "guest": "vientiane-province",
            "first_day": "2027-03-10",
            "last_day": "2027-03-11",
        }
        try:
            connection.request("POST", "/api/v1/activities", json.dumps(body), headers)
            answer = connection.getresponse()
            made = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return
        assert answer.status == 201, made
        acknowledged.append(made["id"])


def test_nothing_acknowledged_is_lost_and_nothing_is_half_there(service: Service, database_url: str) -> None:
    service.desk("user", "create", "--email", "lan@example.org", "--role", "officer", "--organisation", "Sở Ngoại vụ")
    token = service.desk("token", "create", "--email", "lan@example.org", "--name", "test")
    acknowledged: list[str] = []
    for _round in range(2):
        service.start()
        before = len(acknowledged)
        writers = [
            threading.Thread(target=write_until_it_dies, args=(service.port, token, writer, acknowledged))
            for writer in range(6)
        ]
        for writer in writers:
            writer.start()
        until(lambda before=before: len(acknowledged) >= before + 40, "some writes")
        service.kill_all()
        for writer in writers:
            writer.join(60)
            assert not writer.is_alive()
    service.start()
    assert service.get("/readyz") in {200, 503}
    if database_url.startswith("sqlite"):
        connection = sqlite3.connect(database_url.removeprefix("sqlite:///"))
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        connection.close()
    database = Database(database_url)
    with database.transaction(write=False) as session:
        kept = set(session.exec(select(Event.id)))
        trail = session.exec(select(Audit.entity_id).where(Audit.entity == "event", Audit.action == "create")).all()
    database.dispose()
    assert len(acknowledged) >= 80
    assert set(acknowledged) <= kept
    assert sorted(trail) == sorted(kept)
    assert len(kept) <= len(acknowledged) + 2 * 6, "at most what was under way came on top"


def test_keyed_wishes_that_were_cut_off_are_made_once(service: Service, database_url: str) -> None:
    """Killed amid twenty keyed POSTs: whoever repeats theirs has one thing, and the first answer if there was one."""
    service.desk("user", "create", "--email", "lan@example.org", "--role", "officer", "--organisation", "Sở Ngoại vụ")
    token = service.desk("token", "create", "--email", "lan@example.org", "--name", "test")
    service.start()
    first: dict[int, tuple[int, Any] | None] = {}

    def ask(number: int) -> None:
        first[number] = post_activity(service.port, token, number)

    wishes = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for wish in wishes:
        wish.start()
    until(lambda: len(first) >= 3, "some answers", within=60)
    service.kill_all()
    for wish in wishes:
        wish.join(60)
    service.start()
    again = {number: post_activity(service.port, token, number) for number in range(20)}
    assert all(answer is not None and answer[0] == 201 for answer in again.values()), again
    assert all(answer is None or answer == again[number] for number, answer in first.items())
    database = Database(database_url)
    with database.transaction(write=False) as session:
        titles = sorted(title["vi"] for title in session.exec(select(Event.title)))
    database.dispose()
    assert titles == sorted(f"Cuộc họp {number}" for number in range(20))
