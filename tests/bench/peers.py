"""Whom feeds are measured against: nginx with the bytes as a file, Radicale with the events; and wrk, which asks."""

import http.client
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.paths import ROOT
from tests.service.runtime.processes import until

CONNECTIONS = 8
CLIENTS = ROOT / ".venv-clients" / "bin"
"""Programs of others, in an environment of their own."""

_SCRIPT = Path(__file__).parent / "load.lua"
_NGINX = """
daemon off;
{user}
worker_processes {workers};
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  default_type "text/calendar; charset=utf-8";
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  open_file_cache max=100;
  gzip_static on;
  server {{ listen 127.0.0.1:{port}; root {folder}/files; }}
}}
"""
_RADICALE = """
[server]
hosts = 127.0.0.1:{port}
[auth]
type = none
[rights]
type = from_file
file = {folder}/rights
[storage]
filesystem_folder = {folder}/store
[logging]
level = error
"""
_RIGHTS = "[all]\nuser: .*\ncollection: .*\npermissions: RrWw\n"


@dataclass(frozen=True)
class Answer:
    """What came back. Header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def etag(self) -> str:
        return self.headers["etag"]


@dataclass(frozen=True)
class Load:
    """Answers of one measurement; ``changed`` are the 200 among conditional requests."""

    seconds: float
    answers: int
    changed: int

    @property
    def each(self) -> float:
        """Seconds per answer; at least so many when none came."""
        return self.seconds / max(self.answers, 1)


def fetch(url: str, **headers: str) -> Answer:
    """GET over a connection of its own; header names are written with underscores. A first reading may take minutes."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=900)
    try:
        connection.request("GET", parts.path, headers={name.replace("_", "-"): one for name, one in headers.items()})
        answer = connection.getresponse()
        return Answer(answer.status, {name.lower(): one for name, one in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def wrk(url: str, seconds: int, *, gzip: bool = True, tag: str | None = None) -> Load:
    """As many GETs as come back on eight connections; with ``tag`` they are conditional, and follow what changes.

    Raises:
        RuntimeError: an answer was neither 200 nor, where it may be, 304; or one did not come.
    """
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "60s", "-s", str(_SCRIPT)]
    command += ["-H", f"Accept-Encoding: {'gzip' if gzip else 'identity'}", url]
    done = subprocess.run([*command, *(["--", tag] if tag else [])], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    strange = told["answers"] - told["unchanged"] - told["changed"] if tag else 0
    if told["failed"] or strange:
        raise RuntimeError(f"wrk: {told}")
    return Load(told["microseconds"] / 1e6, told["answers"], told["changed"])


def missing() -> list[str]:
    """What can't be measured on this machine, and what would help; a sentence each."""
    found = []
    if not shutil.which("wrk"):
        found.append("wrk is not on this machine, so nothing was asked of feeds over HTTP (apt-get install wrk)")
    if not _nginx():
        found.append("nginx is not on this machine, so the rows against it are left out (apt-get install nginx-light)")
    if not (CLIENTS / "radicale").exists():
        found.append("Radicale is not installed, so the rows against it are left out (make clients)")
    return found


def _nginx() -> str | None:
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _running(command: list[str], port: int, log: Path) -> Iterator[None]:
    """A program that listens, until the end."""
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=output) as process:
        try:
            until(lambda: _listens(port) or process.poll() is not None, f"{command[0]} listens")
            if process.poll() is not None:
                raise RuntimeError(log.read_text())
            yield
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


@contextmanager
def nginx(folder: Path, workers: int) -> Iterator[tuple[Path, str] | None]:
    """The folder nginx serves, with ``name.gz`` beside ``name``, and its address; None where there is no nginx."""
    program = _nginx()
    if program is None:
        yield None
        return
    files = folder / "files"
    files.mkdir(parents=True)
    port = _free_port()
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_NGINX.format(folder=folder, port=port, workers=workers, user=user))
    command = [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    with _running(command, port, folder / "log"):
        yield files, f"http://127.0.0.1:{port}"


@contextmanager
def radicale(folder: Path, collections: Mapping[str, list[bytes]]) -> Iterator[str | None]:
    """The address of Radicale with these collections (each a list of calendars with one entry) of a user "desk".

    None where there is no Radicale.
    """
    program = CLIENTS / "radicale"
    if not program.exists():
        yield None
        return
    for name, items in collections.items():
        place = folder / "store" / "collection-root" / "desk" / name
        place.mkdir(parents=True)
        (place / ".Radicale.props").write_text(json.dumps({"tag": "VCALENDAR"}))
        for number, item in enumerate(items):
            (place / f"{number}.ics").write_bytes(item)
    port = _free_port()
    (folder / "rights").write_text(_RIGHTS)
    (folder / "config").write_text(_RADICALE.format(folder=folder, port=port))
    with _running([str(program), "--config", str(folder / "config")], port, folder / "log"):
        yield f"http://127.0.0.1:{port}/desk"
