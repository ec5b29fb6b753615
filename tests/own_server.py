"""A PostgreSQL of one test's own, with its own settings, that can be restarted under what uses it."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg

from tests import cluster


class OwnServer:
    """Listens on one port of this machine, also after a restart."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self._folder, self._data, self._run_as = folder, folder / "data", cluster.unprivileged()
        self.port = cluster.free_port()
        own = {"port": str(self.port), "unix_socket_directories": str(folder)}
        self._settings = {**cluster.SETTINGS, **settings, **own}
        programs = cluster.binaries()
        assert programs is not None
        self._programs = programs
        self._environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        self._process: subprocess.Popen[bytes] | None = None

    def make(self) -> None:
        """Make the cluster and start it."""
        self._data.mkdir(mode=0o700)
        if self._run_as:
            for folder in (self._folder, self._data):
                os.chown(folder, self._run_as["user"], self._run_as["group"])
        arguments = [f"--pgdata={self._data}", f"--username={cluster.SUPERUSER}", "--auth=trust", "--encoding=UTF8"]
        self._run("initdb", *arguments, "--no-sync", "--no-instructions")
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        settings = [f"--{name}={value}" for name, value in self._settings.items()]
        self._process = subprocess.Popen(
            [self._programs / "postgres", "-D", self._data, *settings],
            env=self._environment, cwd=self._folder, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            **self._run_as,
        )  # fmt: skip
        until = time.monotonic() + 30
        while time.monotonic() < until:
            with contextlib.suppress(psycopg.OperationalError), self.connect():
                return
            time.sleep(0.02)
        raise AssertionError("PostgreSQL did not start")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it: SIGINT ends every connection at once, as a restart by its service does."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(30)
            self._process = None

    def connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        """A plain connection in autocommit, as the superuser."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=cluster.SUPERUSER, dbname="postgres", autocommit=True
        )

    def create(self, name: str, owner: str | None = None) -> str:
        """Make a database and answer its address, for an ``owner`` who is no superuser if one is named."""
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
            if owner is not None:
                connection.execute(f'CREATE ROLE "{owner}" LOGIN; ALTER DATABASE "{name}" OWNER TO "{owner}"'.encode())
        return f"postgresql+psycopg://{owner or cluster.SUPERUSER}@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments], check=True, env=self._environment, cwd=self._folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **self._run_as,
        )  # fmt: skip


@contextlib.contextmanager
def own_server(**settings: str) -> Iterator[OwnServer]:
    """A running server, gone when the block is left."""
    folder = Path(tempfile.mkdtemp(prefix="desk-own-", dir="/tmp"))
    folder.chmod(0o755)
    server = OwnServer(folder, settings)
    try:
        server.make()
        yield server
    finally:
        server.stop(signal.SIGQUIT)
        shutil.rmtree(folder, ignore_errors=True)
