"""`desk` as processes of its own, and what they are made of."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def post_activity(port: int, token: str, number: int) -> tuple[int, Any] | None:
    """Make the activity of this number by a POST with its key; None when there was no answer."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": f"k{number}"}
    body = {
        "title": {"vi": f"Cuộc họp {number}"},
        "activity_type": "meeting",
        "host": "hai-duong",
        "first_day": "2027-03-10",
        "last_day": "2027-03-11",
    }
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        try:
            connection.request("POST", "/api/v1/activities", json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return None


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
    """`desk serve`, or another of its commands, as a process of its own."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.environment = {
            "PATH": os.environ["PATH"],
            "DESK_VAR": str(folder / "var"),
            "DESK_DATABASE_URL": database_url,
            "DESK_PORT": str(self.port),
            **settings,
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

    def start(self, command: str = "serve") -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen([*DESK, command], env=self.environment, stdout=log, stderr=log)
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
        killed = [self.pid, *below(self.pid)]
        for pid in killed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        # What is still dying, if only in a thread, keeps the port: whoever starts again at once would not get it.
        until(lambda: all(parent_of(pid) is None for pid in killed) and self._is_port_free(), "the end of the killed")

    def _is_port_free(self) -> bool:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", self.port))
                probe.listen(1)
            except OSError:
                return False
        return True

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill_all()
