"""Leader election among workers: one runs the fixed jobs of the schedule, all of them send.

On PostgreSQL the leader holds an advisory lock on a connection of its own. A leader whose machine or network fails
can't release it; the server does so when the connection stops answering. To ensure that there are never two leaders,
the old one must stop before that. The clocks of both sides only measure durations and need not agree:

- the leader considers itself leader until ``VALID_SECONDS`` (2) after it *started* the last query the server answered;
- that is the earliest time at which the server last heard from it. The server closes the connection when nothing,
  including its own probes from the first second on, has been acknowledged for ``tcp_user_timeout`` (2.5 s): not before
  that, and at most a second later.

On SQLite, whose file is only shared by processes of this machine, the leader holds a lock on a file beside it, which
the kernel releases when the process ends.
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
"""How long after the start of a query a leader may act on its answer."""

_LOCK_KEY = 0x6C656164
_SERVER = {"tcp_keepalives_idle": 1, "tcp_keepalives_interval": 1, "tcp_keepalives_count": 3, "tcp_user_timeout": 2500}
"""When the server probes the connection and closes it (seconds; the last one: milliseconds, overrides the count)."""

_CLIENT = {
    "connect_timeout": 2,
    "keepalives": 1,
    "keepalives_idle": 1,
    "keepalives_interval": 1,
    "keepalives_count": 2,
    "tcp_user_timeout": 2000,
}
"""The same for the client side, so that an unanswered query does not hang."""

_TAKE = text("SELECT pg_try_advisory_lock(:key)")
_STILL = text("SELECT 1")

log = logging.getLogger("desk.worker")


class Leadership(Protocol):
    """A candidate in the leader election."""

    @property
    def leads(self) -> bool:
        """Whether this process is the leader right now; does no I/O."""

    def poll(self) -> bool:
        """Become leader if there is none, or confirm the leadership; call it twice a second. Raises nothing."""

    def resign(self) -> None:
        """Give up the leadership."""


def leadership(database: Database) -> Leadership:
    """A candidate for the leadership of the workers of this database."""
    if not database.is_sqlite:
        return AdvisoryLock(database)
    name = database.url.database
    return FileLock(Path(f"{name}.leader")) if name and name != ":memory:" else SoleLeader()


class SoleLeader:
    """An in-memory database is not reachable from other processes."""

    leads = True

    def poll(self) -> bool:
        return True

    def resign(self) -> None:
        """Nobody can take over."""


class FileLock:
    """Leadership as a lock on a file, which ends with the process that holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held: int | None = None

    @property
    def leads(self) -> bool:
        return self._held is not None

    def poll(self) -> bool:
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
    """Leadership as a PostgreSQL advisory lock; the module docstring explains why there are never two leaders."""

    valid_seconds = VALID_SECONDS

    def __init__(self, database: Database) -> None:
        options = " ".join(f"-c {name}={value}" for name, value in _SERVER.items())
        arguments: dict[str, Any] = {**_CLIENT, "options": f"-c timezone=utc {options}"}
        self._engine = create_engine(
            database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=arguments
        )
        self._connection: Connection | None = None
        self._confirmed_at: float | None = None
        self._lock = threading.Lock()

    @property
    def leads(self) -> bool:
        confirmed_at = self._confirmed_at
        return confirmed_at is not None and monotonic() - confirmed_at < self.valid_seconds

    def poll(self) -> bool:
        with self._lock:
            led = self._confirmed_at is not None
            try:
                self._query()
            except SQLAlchemyError:
                self._drop()
            if led != (self._confirmed_at is not None):
                log.info("worker.leads" if self._confirmed_at is not None else "worker.follows")
        return self.leads

    def resign(self) -> None:
        with self._lock:
            led = self._confirmed_at is not None
            self._drop()
        if led:
            log.info("worker.follows")

    def _query(self) -> None:
        if self._connection is None:
            self._connection = self._engine.connect()
        began = monotonic()
        # A session can acquire its own lock repeatedly; so a leader only checks that its session is still alive.
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
