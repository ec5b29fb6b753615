"""Connections to PostgreSQL: few and shared, put up with a restart, and right behind a pooler such as pgbouncer.

A server has a fixed number of connections for all processes. So each process opens at most its share of them, closes
those that are idle for some seconds, and waits a little where the server has none left or is just being restarted.

Behind a pooler in transaction mode every transaction may run in another session of the server. Then nothing may be kept
in a session: no prepared statements, no settings, no locks. A pooler is recognised by the number of the server's
process: the one it gives a client is made up.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry, Pool

from models.clock import monotonic

MOST_CONNECTIONS = 13
"""What a process opens at most for its transactions: one for each thread of a web process that may need one."""

FEWEST_CONNECTIONS = 2
SHARES = 8
"""A process opens at most this fraction of the server's connections, but :data:`FEWEST_CONNECTIONS` in any case."""

IDLE_SECONDS = 5.0
"""After this long an idle connection is closed: another process may need it."""

WAIT_SECONDS = 10.0
"""How long a transaction waits for a connection when the process has used up its share."""

RECONNECT_SECONDS = 4.0
"""How long a transaction waits for a server that takes no connection (restarting, none left) but did so lately."""

LATELY_SECONDS = 20.0

_RETRY_SECONDS = 0.1

TIMEOUTS: Mapping[str, Any] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""This side closes a connection the server has not responded on for ten seconds."""

SETTINGS: Mapping[str, str] = {
    # Our conditions on what an account may read look dear to PostgreSQL, which then compiles queries of a few
    # milliseconds for seconds.
    "jit": "off",
}
"""Settings every transaction runs with."""

_SESSION: Mapping[str, str] = {
    "timezone": "UTC",
    # The server, too: locks of a machine that is gone are released after ten seconds.
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
"""Settings of a connection of our own; a pooler has its own for the server, and keeps the time zone itself."""

_ASK = (
    "SELECT pg_backend_pid(), current_setting('max_connections')::int"
    " - current_setting('superuser_reserved_connections')::int"
)
_POOLED = "desk_pooled"


class NoneLeft(Exception):
    """All connections of this process were in use for too long."""


@dataclass(slots=True)
class Share:
    """What a process knows about its server: how many connections it may open, and when one was opened last."""

    limit: int = FEWEST_CONNECTIONS
    opened_at: float | None = None

    def learn(self, usable: int) -> None:
        """The server has so many connections for all of us."""
        self.limit = max(FEWEST_CONNECTIONS, min(MOST_CONNECTIONS, usable // SHARES))
        self.opened_at = monotonic()

    @property
    def was_there_lately(self) -> bool:
        """Whether it is worth waiting for the server."""
        return self.opened_at is not None and monotonic() - self.opened_at < LATELY_SECONDS


class SharingPool(Pool):
    """A pool that opens no more connections than its share, uses the latest first and closes those that are idle.

    A thread that holds a connection already gets another one in any case: it could wait for itself.
    """

    def __init__(self, creator: Any, share: Share | None = None, **options: Any) -> None:
        super().__init__(creator, **options)
        self.share = share or Share()
        self._free: list[tuple[ConnectionPoolEntry, float]] = []  # the latest last
        self._held: dict[int, int] = {}  # record → thread
        self._open = 0
        self._changed = threading.Condition()
        self._closer: threading.Thread | None = None

    def _do_get(self) -> ConnectionPoolEntry:
        me, began = threading.get_ident(), monotonic()
        while True:
            record = self._take_free_or_slot(me, began)
            if record is None:
                record = self._opened(began)
            elif not self._is_alive(record):
                self._discard(record)
                continue
            with self._changed:
                self._held[id(record)] = me
            return record

    def _take_free_or_slot(self, me: int, began: float) -> ConnectionPoolEntry | None:
        """A free connection, or None and the right to open one.

        Raises:
            OperationalError: of :class:`NoneLeft`, as neither came in time.
        """
        with self._changed:
            while True:
                if self._free:
                    return self._free.pop()[0]
                if self._open < self.share.limit or me in self._held.values():
                    self._open += 1
                    return None
                left = began + WAIT_SECONDS - monotonic()
                if left <= 0:
                    raise OperationalError("(connect)", None, NoneLeft(f"all {self._open} were in use"))
                self._changed.wait(left)

    def _opened(self, began: float) -> ConnectionPoolEntry:
        """A new connection; one that was returned meanwhile where the server gives none."""
        try:
            while True:
                try:
                    return self._create_connection()
                except self._dialect.loaded_dbapi.OperationalError:  # type: ignore[union-attr]
                    if not self.share.was_there_lately or monotonic() - began > RECONNECT_SECONDS:
                        raise
                with self._changed:
                    if not self._free:
                        self._changed.wait(_RETRY_SECONDS)
                    record = self._free.pop()[0] if self._free else None
                if record is not None and self._is_alive(record):
                    with self._changed:
                        self._open -= 1  # the slot of the one that was to be opened
                        self._changed.notify()
                    return record
                if record is not None:
                    self._discard(record)
        except BaseException:
            with self._changed:
                self._open -= 1
                self._changed.notify()
            raise

    def _is_alive(self, record: ConnectionPoolEntry) -> bool:
        connection: Any = record.dbapi_connection
        return connection is not None and bool(self._dialect._do_ping_w_event(connection))

    def _invalidate(self, connection: Any, exception: BaseException | None = None, _checkin: bool = True) -> None:
        """A connection was found dead: the idle ones have died with it. SQLAlchemy would compare instants of the wall
        clock, by which after a step back every new connection is an old one."""
        self.dispose()
        if _checkin and getattr(connection, "is_valid", False):
            connection.invalidate(exception)

    def _discard(self, record: ConnectionPoolEntry) -> None:
        record.close()
        with self._changed:
            self._open -= 1
            self._changed.notify()

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        with self._changed:
            self._held.pop(id(record), None)
        if record.dbapi_connection is None or self._open > self.share.limit:
            self._discard(record)
            return
        with self._changed:
            self._free.append((record, monotonic()))
            self._changed.notify()
            if self._closer is None:
                self._closer = threading.Thread(target=self._close_idle, name="connections", daemon=True)
                self._closer.start()

    def _close_idle(self) -> None:
        """Close what has been idle for long enough, and end when nothing is left."""
        while True:
            with self._changed:
                if not self._free:
                    self._closer = None
                    return
                wait = self._free[0][1] + IDLE_SECONDS - monotonic()
                idle = self._free.pop(0)[0] if wait <= 0 else None
            if idle is not None:
                self._discard(idle)
            else:
                _pause.wait(min(wait, 1.0))

    def recreate(self) -> "SharingPool":
        """An empty pool like this one."""
        return SharingPool(
            self._creator,
            self.share,
            recycle=self._recycle,
            echo=self.echo,
            logging_name=self._orig_logging_name,
            reset_on_return=self._reset_on_return,
            _dispatch=self.dispatch,
            dialect=self._dialect,
        )

    def dispose(self) -> None:
        """Close every idle connection."""
        while True:
            with self._changed:
                if not self._free:
                    return
                record = self._free.pop()[0]
            self._discard(record)

    def status(self) -> str:
        """For people."""
        return f"{self._open} open, {len(self._free)} of them idle, at most {self.share.limit}"


_pause = threading.Event()
"""Never set."""


def prepare(engine: Engine, lock_seconds: Callable[[], float]) -> None:
    """Let every connection of this engine be set up when it is opened, and know whether there is a pooler.

    No statement waits longer for a lock than ``lock_seconds``.
    """
    share = engine.pool.share if isinstance(engine.pool, SharingPool) else None

    def settings() -> dict[str, str]:
        return {**SETTINGS, "lock_timeout": str(int(lock_seconds() * 1000))}

    def set_up(connection: Any, record: Any) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(_ASK, prepare=False)
                process, usable = cursor.fetchone()
                record.info[_POOLED] = pooled = _is_behind_pooler(connection, process)
                if pooled:
                    connection.prepare_threshold = None
                else:
                    cursor.execute(_settings({**_SESSION, **settings()}, is_local=False), prepare=False)
            connection.commit()
        except BaseException:
            connection.close()
            raise
        if share is not None:
            share.learn(usable)

    def begin(connection: Connection) -> None:
        if is_pooled(connection) and not connection.connection.driver_connection.autocommit:  # type: ignore[union-attr]
            connection.exec_driver_sql(_settings(settings(), is_local=True))

    event.listen(engine, "connect", set_up)
    event.listen(engine, "begin", begin)


def _is_behind_pooler(connection: Any, process: int) -> bool:
    """Whether the number that a client was given is not that of the server's process."""
    return bool(process != connection.info.backend_pid)


def is_pooled(connection: Connection) -> bool:
    """Whether a pooler may give each transaction of this connection another session of the server."""
    return bool(connection.info.get(_POOLED))


def _settings(settings: Mapping[str, str], *, is_local: bool) -> str:
    calls = (f"set_config('{name}', '{value}', {str(is_local).lower()})" for name, value in settings.items())
    return f"SELECT {', '.join(calls)}"
