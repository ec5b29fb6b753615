"""Real processes: started, stopped, killed in the middle of writing, started again."""

import contextlib
import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.events import Event

pytestmark = [
    pytest.mark.xdist_group("serving"),
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

PATIENCE = 90.0
"""How long a process may take to start on a machine that has other things to do."""

DESK = [sys.executable, "-m", "service.cli"]


def until(condition: Callable[[], Any], what: str, within: float = PATIENCE) -> Any:
    """The condition's first true answer."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {within:g} s: {what}")


def parent_of(pid: int) -> int | None:
    """A living process's parent; None for one that is gone or only waits to be collected."""
    try:
        state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state in "ZX" else int(parent)


def below(pid: int) -> list[int]:
    """A process's children, their children, and so on."""
    parents = {int(path.name): parent_of(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdigit()}
    found, queue = [], [pid]
    while queue:
        above = queue.pop()
        children = [child for child, parent in parents.items() if parent == above]
        found += children
        queue += children
    return found


class Service:
    """`desk serve` as a process of its own."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.environment = {
            "PATH": os.environ["PATH"],
            "DESK_VAR": str(folder / "var"),
            "DESK_DATABASE_URL": database_url,
            "DESK_PORT": str(self.port),
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def desk(self, *arguments: str) -> str:
        """A command beside the service; what it prints."""
        done = subprocess.run(
            [*DESK, *arguments], env=self.environment, capture_output=True, text=True, check=False, timeout=PATIENCE
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([*DESK, "serve"], env=self.environment, stdout=log, stderr=log)
        until(lambda: self.get("/healthz") == 200, "healthz")

    def get(self, path: str) -> int | None:
        """The status of an answer; None when there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def children(self, name: str) -> list[int]:
        """The supervised processes of a kind."""
        found = []
        for pid in below(self.pid):
            with contextlib.suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
                if name.encode() in words and parent_of(pid) == self.pid:
                    found.append(pid)
        return found

    def kill_all(self) -> None:
        """SIGKILL for every process at once, as when the power goes."""
        assert self.process is not None
        for pid in [self.pid, *below(self.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill_all()


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
