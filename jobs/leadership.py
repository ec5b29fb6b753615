"""Who of several workers leads: one does the timetable's fixed jobs, everybody sends.

On PostgreSQL the leader holds an advisory lock on a connection of its own. A leader whose machine is gone, or whose
cable is cut, can't give it back; the server does when it misses the connection's answers. So that there are never two,
the old one must have stopped before that, and the clocks of both sides only measure, they need not agree:

- the leader believes that it leads until ``VALID_SECONDS`` (2) after it *began* the last question the server answered;
- the server last heard of it then at the earliest. It lets go when nothing, not even its own questions from the first
  second on, has been answered for ``tcp_user_timeout`` (2.5 s): not before that, and at the latest a second later.

On SQLite, whose file only this machine's processes share, the leader holds a lock on a file beside it, which the
kernel takes back when the process ends.
"""

import contextlib
import fcntl
import logging
import os
import threading
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import NullPool, create_engine, text
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from models.clock import monotonic
from models.database import Database

VALID_SECONDS = 2.0
"""How long after asking a leader may act on the answer."""

_LOCK_KEY = 0x6C656164
_SERVER = {"tcp_keepalives_idle": 1, "tcp_keepalives_interval": 1, "tcp_keepalives_count": 3, "tcp_user_timeout": 2500}
"""When the server asks whether we are there, and lets go (seconds; the last: milliseconds, it overrules the count)."""

_CLIENT = {
    "connect_timeout": 2,
    "keepalives": 1,
    "keepalives_idle": 1,
    "keepalives_interval": 1,
    "keepalives_count": 2,
    "tcp_user_timeout": 2000,
}
"""The same for our side, so that a question nobody answers does not hang."""

_TAKE = text("SELECT pg_try_advisory_lock(:key)")
_STILL = text("SELECT 1")

log = logging.getLogger("desk.worker")


class Leadership(Protocol):
    """A candidate for leading."""

    @property
    def leads(self) -> bool:
        """Whether this process leads right now; asks nobody."""

    def look(self) -> bool:
        """Take the lead when it is free, or make sure that it is still ours; call it twice a second. Raises nothing."""

    def resign(self) -> None:
        """Give the lead back."""


def leadership(database: Database) -> Leadership:
    """A candidate for leading the workers of this database."""
    if not database.is_sqlite:
        return AdvisoryLock(database)
    name = database.url.database
    return FileLock(Path(f"{name}.leader")) if name and name != ":memory:" else SoleLeader()


class SoleLeader:
    """Nobody else can reach a database in memory."""

    leads = True

    def look(self) -> bool:
        return True

    def resign(self) -> None:
        """There is nobody to take over."""


class FileLock:
    """The lead as a lock on a file, which ends with the process that holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held: int | None = None

    @property
    def leads(self) -> bool:
        return self._held is not None

    def look(self) -> bool:
        if self._held is None:
            try:
                descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError:
                return False
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(descriptor)
            else:
                self._held = descriptor
                log.info("worker.leads")
        return self._held is not None

    def resign(self) -> None:
        if self._held is not None:
            os.close(self._held)
            self._held = None
            log.info("worker.follows")


class AdvisoryLock:
    """The lead as PostgreSQL's lock; see the module for why there are never two."""

    valid_seconds = VALID_SECONDS

    def __init__(self, database: Database) -> None:
        options = " ".join(f"-c {name}={value}" for name, value in _SERVER.items())
        arguments: dict[str, Any] = {**_CLIENT, "options": f"-c timezone=utc {options}"}
        self._engine = create_engine(
            database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=arguments
        )
        self._connection: Connection | None = None
        self._confirmed_at: float | None = None
        self._looking = threading.Lock()

    @property
    def leads(self) -> bool:
        confirmed_at = self._confirmed_at
        return confirmed_at is not None and monotonic() - confirmed_at < self.valid_seconds

    def look(self) -> bool:
        with self._looking:
            led = self._confirmed_at is not None
            try:
                self._ask()
            except SQLAlchemyError:
                self._drop()
            if led != (self._confirmed_at is not None):
                log.info("worker.leads" if self._confirmed_at is not None else "worker.follows")
        return self.leads

    def resign(self) -> None:
        with self._looking:
            led = self._confirmed_at is not None
            self._drop()
        if led:
            log.info("worker.follows")

    def _ask(self) -> None:
        if self._connection is None:
            self._connection = self._engine.connect()
        began = monotonic()
        # A session may take its lock again and again; so a leader only asks whether its session is still there.
        if self._confirmed_at is not None:
            self._connection.execute(_STILL)
            self._confirmed_at = began
        elif self._connection.execute(_TAKE, {"key": _LOCK_KEY}).scalar_one():
            self._confirmed_at = began

    def _drop(self) -> None:
        self._confirmed_at = None
        if self._connection is not None:
            with contextlib.suppress(SQLAlchemyError):
                self._connection.invalidate()
                self._connection.close()
            self._connection = None
