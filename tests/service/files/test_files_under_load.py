"""Uploads to real processes: many at once, killed in the midst, on a full disk, too large, to slow readers."""

import contextlib
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from models.database import Database
from models.file_store import FileStore
from models.files import File
from models.vocabulary import Role
from service.backup import stored_files
from tests import factories
from tests.service.files import samples
from tests.service.runtime.processes import Service, below

pytestmark = [
    pytest.mark.xdist_group("serving"),
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux", reason="processes die with their parents on Linux only"),
    pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True),
]

LARGE = 24_000_000


@dataclass
class Office:
    """A running service, an event with files, and somebody who uploads them."""

    service: Service
    event_id: str
    token: str

    @property
    def path(self) -> str:
        return f"/api/v1/events/{self.event_id}/files"

    @property
    def store(self) -> FileStore:
        folder = self.service.environment.get("DESK_FILES_URL", "").removeprefix("file:")
        return FileStore(Path(folder or self.service.folder / "var" / "files"))

    def body(self, content: bytes, name: str = "a.txt") -> tuple[bytes, dict[str, str]]:
        edge = "edge-of-the-parts"
        said = "".join(
            f'--{edge}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{text}\r\n'
            for field, text in {"title": "Biên bản", "kind": "other"}.items()
        ).encode()
        head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": f"multipart/form-data; boundary={edge}"}
        return said + head + content + f"\r\n--{edge}--\r\n".encode(), headers

    def upload(self, content: bytes, name: str = "a.txt") -> tuple[int, Any]:
        body, headers = self.body(content, name)
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=200)) as line:
            line.request("POST", self.path, body, headers)
            answer = line.getresponse()
            return answer.status, json.loads(answer.read())

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.service.port, timeout=60)) as line:
            line.request("GET", path, headers={"Authorization": f"Bearer {self.token}", **headers})
            answer = line.getresponse()
            return answer.status, answer.read()

    def whole(self, database: Database) -> list[str]:
        """The digests of all files, after looking that each has its bytes, and nothing else was left behind."""
        with database.transaction(write=False) as session:
            assert [*stored_files.lost(session, self.store, whole=True)] == []
            return sorted(session.exec(select(File.sha256)).all())

    def left(self) -> list[Path]:
        """What lies in the store and in the folder for what is on its way, besides contents."""
        folders = [self.store.folder / "incoming", self.service.folder / "var" / "incoming"]
        return [path for folder in folders if folder.exists() for path in folder.iterdir()]


def started(service: Service, database: Database) -> Office:
    with database.transaction() as session:
        factories.make_locality(session, "hai-duong")
        event_id = factories.make_event(session).id
        factories.make_user(session, Role.OFFICER, email="can-bo@example.org")
    token = service.desk("token", "create", "--email", "can-bo@example.org", "--name", "x")
    service.start()
    return Office(service, event_id, token)


@pytest.fixture
def office(tmp_path: Path, database: Database, database_url: str) -> Iterator[Office]:
    service = Service(tmp_path, database_url, DESK_WEB_WORKERS="1")
    try:
        yield started(service, database)
    finally:
        service.stop()


def memory_of(pids: list[int]) -> int:
    """The largest amount of memory, in kB, that one of these processes has had."""
    found = []
    for pid in pids:
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            found += [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return max(found)


def test_twenty_at_once_are_all_kept_and_never_in_memory(office: Office, database: Database) -> None:
    office.upload(samples.TEXT)  # everything is loaded by then
    before = memory_of(below(office.service.pid))
    contents = [f"{number:03}\n".encode() * (LARGE // 4) for number in range(19)]
    contents.append(samples.picture(size=(1200, 900)))
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(office.upload, contents))
    assert [status for status, _told in answers] == [201] * 20, [told for status, told in answers if status != 201]
    digests = [hashlib.sha256(one).hexdigest() for one in contents[:-1]]
    assert [told["sha256"] for _status, told in answers[:-1]] == digests
    assert len(office.whole(database)) == 21
    assert office.left() == []
    grown = memory_of(below(office.service.pid)) - before
    assert grown < 120_000, f"{grown} kB for 20 files of {LARGE} bytes"


def test_a_download_is_whole_and_holds_no_memory(office: Office) -> None:
    content = os.urandom(3000).hex().encode() * 4000
    status, made = office.upload(content)
    assert status == 201
    path = f"/api/v1/files/{made['id']}/content"
    assert office.get(path) == (200, content)
    assert office.get(path, Range="bytes=5-11") == (206, content[5:12])
    assert office.get(path, Range=f"bytes={len(content) - 3}-") == (206, content[-3:])
    assert office.get(path, **{"If-None-Match": f'"{made["sha256"]}"'}) == (304, b"")
    before = memory_of(below(office.service.pid))
    lines = []
    for _reader in range(10):  # who asks, and reads nothing
        line = socket.create_connection(("127.0.0.1", office.service.port))
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {office.token}\r\n\r\n".encode())
        lines.append(line)
    time.sleep(1)
    assert office.get("/healthz")[0] == 200
    assert memory_of(below(office.service.pid)) - before < 60_000
    for line in lines:
        line.close()


@pytest.mark.parametrize("chunked", [False, True])
def test_who_sends_too_much_is_told_so(office: Office, database: Database, chunked: bool) -> None:
    """The connection is not reset under their hands: the answer is there to be read."""
    body, headers = office.body(b"a" * 26_000_000)
    pieces = (body[at : at + 500_000] for at in range(0, len(body), 500_000))
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", office.service.port, timeout=100)) as line:
        line.request("POST", office.path, pieces if chunked else body, headers, encode_chunked=chunked)
        answer = line.getresponse()
        told = json.loads(answer.read())
    assert (answer.status, told["code"]) == (413, "too_large")
    assert "25 MB" in told["detail"]
    assert office.whole(database) == []
    assert office.left() == []


def test_who_is_killed_in_the_midst_leaves_no_half_file(office: Office, database: Database) -> None:
    """At whatever moment: while bytes arrive, while they are looked into, stored, or noted."""
    assert office.upload(samples.TEXT)[0] == 201
    for pause in (0.0, 0.05, 0.15, 0.3, 0.5, 0.8):
        answers: list[tuple[int, Any]] = []

        def send(number: int, answers: list[tuple[int, Any]] = answers) -> None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                answers.append(office.upload(f"{number}".encode() * LARGE))

        threads = [threading.Thread(target=send, args=(number,)) for number in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(pause)
        for pid in office.service.children("web"):
            for child in [*below(pid), pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
        for thread in threads:
            thread.join()
        known = office.whole(database)
        assert {told["sha256"] for status, told in answers if status == 201} <= set(known)
        for path in office.store.folder.glob("??/*"):
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name
        deadline = time.monotonic() + 60
        while office.service.get("/healthz") != 200 and time.monotonic() < deadline:
            time.sleep(0.2)
    assert office.upload(b"sau do")[0] == 201


def _mounted(folder: Path) -> bool:
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    return subprocess.run(mount, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("full", ["store", "on its way"])
def test_a_full_disk_is_told_and_nothing_is_half_there(
    tmp_path: Path, database: Database, database_url: str, full: str
) -> None:
    disk = tmp_path / "disk" if full == "store" else tmp_path / "var" / "incoming"
    if os.geteuid() != 0 or not _mounted(disk):
        pytest.skip("a full disk is made with tmpfs, which needs root")
    settings = {"DESK_FILES_URL": f"file:{disk / 'files'}"} if full == "store" else {}
    service = Service(tmp_path, database_url, **settings)
    try:
        office = started(service, database)
        assert office.upload(samples.TEXT)[0] == 201
        status, told = office.upload(b"a" * 12_000_000)
        assert (status, told["code"]) == (507, "no_space"), told
        assert len(office.whole(database)) == 1
        assert office.left() == []
        status, _told = office.upload(b"b" * 100_000)
        assert status == 201, "there is room for smaller ones"
        assert len(office.whole(database)) == 2
    finally:
        service.stop()
        subprocess.run(["umount", str(disk)], check=False)
