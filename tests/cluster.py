"""A throw-away PostgreSQL for one test session, shared by all its pytest workers.

The session holds a lock file for as long as it lives. The first test that needs PostgreSQL starts a keeper
(``python -m tests.cluster DIRECTORY``): it makes and runs the cluster, waits for that lock to come free, however the
session ends, then kills the cluster and removes everything. PostgreSQL in turn dies with its keeper.
"""

import contextlib
import ctypes
import fcntl
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from filelock import FileLock

from tests.paths import ROOT

SUPERUSER = "desk"
START_WITHIN = 60.0
STOP_WITHIN = 5.0
ROOM_IN_MEMORY = 2 * 1024**3
# What plans and answers queries has stock settings, as in an office, or no figure of ours would be true. What differs:
SETTINGS = {
    # Nothing here is worth keeping: what a crash would lose is never waited for, and logged as little as possible.
    "checkpoint_timeout": "1h",
    "fsync": "off",
    "full_page_writes": "off",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    # A database lives for one test, a second or so: the daemon would look through hundreds of them in vain, and one
    # it is connected to can't be copied. What measures plans runs ANALYZE itself.
    "autovacuum": "off",
    # One server for all of pytest's workers, each with pools of its own.
    "max_connections": "200",
    "listen_addresses": "127.0.0.1",
    # The same whatever machine runs the tests.
    "timezone": "UTC",
}

# Kept so that none is collected, with a warning, while its process runs on.
_keepers: list[subprocess.Popen[bytes]] = []


class ClusterFailed(Exception):
    """PostgreSQL is there but would not start; the text holds what it logged."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster: where it listens and who keeps it."""

    sockets: str
    port: int
    keeper: int

    def url(self, name: str = "postgres") -> str:
        """SQLAlchemy's address of one database."""
        return f"postgresql+psycopg://{SUPERUSER}@127.0.0.1:{self.port}/{name}"

    def connect(self, name: str = "postgres") -> psycopg.Connection[Any]:
        """A plain connection in autocommit, as creating databases needs, over the socket."""
        return psycopg.connect(host=self.sockets, port=self.port, user=SUPERUSER, dbname=name, autocommit=True)

    def create(self, name: str, template: str = "template0") -> str:
        """Make a database, a copy of ``template`` (to which nobody may be connected), and answer its address."""
        with self.connect() as connection:
            # Copying files takes half the time of logging pages; before version 15 it was the only way.
            how = " STRATEGY FILE_COPY" if connection.info.server_version >= 150000 else ""
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{how}'.encode())
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a database with whoever is still connected to it."""
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def binaries() -> Path | None:
    """The directory of ``initdb`` and ``postgres``, the newest when there are several; None when there is none."""
    found = []
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        found.append(Path(answer.stdout.strip() or "."))
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    found += sorted(versions, key=lambda path: float(path.parent.name), reverse=True)
    return next((path for path in found if (path / "initdb").exists() and (path / "postgres").exists()), None)


def _room() -> str | None:
    """Where to put the cluster: in memory when there is plenty, as every test copies a database of some 8 MB."""
    memory = Path("/dev/shm")
    with contextlib.suppress(OSError):
        if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= ROOM_IN_MEMORY:
            return str(memory)
    # Root's own temporary directory may be closed to the user PostgreSQL must run as.
    return "/tmp" if os.geteuid() == 0 else None


@contextlib.contextmanager
def session() -> Iterator[Path]:
    """The directory of this session's cluster, not yet started; gone, with the cluster, when the block is left."""
    directory = Path(tempfile.mkdtemp(prefix="desk-pg-", dir=_room()))
    directory.chmod(0o755)
    with (directory / "session").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield directory
    # A keeper removes everything itself; what a killed or failed one, or none, has left is removed here.
    until = time.monotonic() + STOP_WITHIN
    while (directory / "ready").exists() and time.monotonic() < until:
        time.sleep(0.02)
    if not (directory / "keeper").exists() or (directory / "failed").exists() or (directory / "ready").exists():
        shutil.rmtree(directory, ignore_errors=True)


def cluster(directory: Path, listen: str = "") -> Cluster:
    """The session's running cluster, started by whoever comes first.

    ``listen`` are more addresses to listen on, comma between them; whoever comes from their networks (/24) is let in.
    Raises :class:`ClusterFailed` with PostgreSQL's log.
    """
    ready, log = directory / "ready", directory / "log"
    with FileLock(directory / "starting"):
        if not (directory / "keeper").exists():
            with log.open("w") as output:
                keeper = subprocess.Popen(
                    [sys.executable, "-m", "tests.cluster", str(directory), listen],
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            (directory / "keeper").write_text(str(keeper.pid))
            _keepers.append(keeper)
    until = time.monotonic() + START_WITHIN
    while not ready.exists():
        if (directory / "failed").exists() or time.monotonic() > until:
            raise ClusterFailed(f"PostgreSQL did not start:\n{log.read_text()}")
        time.sleep(0.02)
    return Cluster(**json.loads(ready.read_text()))


def unprivileged() -> dict[str, Any]:
    """Arguments of subprocess that leave root behind, which PostgreSQL refuses; none for anybody else."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    account = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _die_with_keeper() -> None:
    """In PostgreSQL's process, before it starts: ask Linux for SIGQUIT when the keeper dies (elsewhere: nothing)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def free_port() -> int:
    """A port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(server: subprocess.Popen[bytes], candidate: Cluster) -> bool:
    """Whether the server takes connections before it gives up."""
    while server.poll() is None:
        with contextlib.suppress(psycopg.OperationalError), candidate.connect():
            return True
        time.sleep(0.02)
    return False


def _start(directory: Path, listen: str) -> tuple[subprocess.Popen[bytes], Cluster]:
    programs = binaries()
    if programs is None:
        raise ClusterFailed("no initdb on this machine")
    data, run_as = directory / "data", unprivileged()
    data.mkdir(mode=0o700)
    sockets = directory / "s"
    sockets.mkdir()
    if run_as:
        os.chown(data, run_as["user"], run_as["group"])
        os.chown(sockets, run_as["user"], run_as["group"])
    locale = "C.UTF-8" if sys.platform == "linux" else "C"
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": locale, "TZ": "UTC"}
    subprocess.run(
        [
            programs / "initdb", f"--pgdata={data}", f"--username={SUPERUSER}", "--auth=trust", "--encoding=UTF8",
            f"--locale={locale}", "--no-sync", "--no-instructions",
        ],
        check=True, env=environment, cwd=directory, stdin=subprocess.DEVNULL, **run_as,
    )  # fmt: skip
    with (data / "pg_hba.conf").open("a") as rules:
        rules.writelines(f"host all all {address}/24 trust\n" for address in filter(None, listen.split(",")))
    for _attempt in range(5):  # somebody else may take the free port first
        found = Cluster(str(sockets), free_port(), os.getpid())
        settings = SETTINGS | {"port": str(found.port), "unix_socket_directories": str(sockets)}
        settings["listen_addresses"] = ",".join(filter(None, [settings["listen_addresses"], listen]))
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, *(f"--{name}={value}" for name, value in settings.items())],
            env=environment, cwd=directory, stdin=subprocess.DEVNULL, preexec_fn=_die_with_keeper, **run_as,
        )  # fmt: skip
        if _answers(server, found):
            return server, found
    raise ClusterFailed("PostgreSQL ended at once")


def keep(directory: Path, listen: str = "") -> None:
    """Run the cluster until the session's lock comes free, then leave nothing of it."""
    server = None
    try:
        try:
            server, found = _start(directory, listen)
        except Exception:
            (directory / "failed").touch()
            raise
        unfinished = directory / "ready.part"
        unfinished.write_text(json.dumps(asdict(found)))
        unfinished.rename(directory / "ready")
        with (directory / "session").open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
    finally:
        if server is not None:
            server.send_signal(signal.SIGQUIT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(10)
            if server.poll() is None:
                server.kill()
                server.wait()
            shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    keep(Path(sys.argv[1]), *sys.argv[2:])
