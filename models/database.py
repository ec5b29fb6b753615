"""The engine and the only way to open a transaction, on SQLite and PostgreSQL."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlmodel import Session

from models import tables  # noqa: F401 - every mapper is configured before the first session
from models.queries.offices import LOCALITY

BUSY_SECONDS = 30
"""How long a SQLite writer waits for another one before it fails."""

_TIMEOUTS: Mapping[str, Any] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    # The server, too: locks of a machine that is gone are released.
    "options": "-c timezone=utc -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3"
    " -c tcp_user_timeout=10000",
}
"""For PostgreSQL: both sides close a connection the other has not responded on for ten seconds."""


class Database:
    """One database: its engine and its transactions.

    On SQLite every connection uses WAL mode with ``synchronous=FULL`` and foreign keys on; a writing transaction takes
    the write lock at once (BEGIN IMMEDIATE), so that two writers queue instead of failing midway.
    """

    def __init__(self, url: str, *, pool_size: int = 5, locality: str | None = None) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {}
        if self.is_sqlite:
            if self.url.database and self.url.database != ":memory:":
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            options["connect_args"] = {"timeout": BUSY_SECONDS, "check_same_thread": False}
        else:
            # A connection that died while idle is replaced before use; a dead server is detected within seconds.
            options |= {"pool_pre_ping": True, "pool_size": pool_size, "max_overflow": 10}
            options["connect_args"] = _TIMEOUTS
        self.engine: Engine = create_engine(self.url, **options)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _set_pragmas)
            event.listen(self.engine, "begin", _begin)
        else:
            event.listen(self.engine, "connect", _switch_jit_off)
        self._writers = threading.Lock()
        self._closing: list[Callable[[], None]] = []
        self._writing = self.engine.execution_options(desk_begin="IMMEDIATE") if self.is_sqlite else self.engine
        self.works_for(locality)

    def works_for(self, locality: str | None) -> None:
        """Tell every connection from now on ``DESK_LOCALITY``, which decides what belongs to the default office."""
        for engine in {self.engine, self._writing}:
            engine.update_execution_options(**{LOCALITY: locality})

    @contextmanager
    def transaction(self, write: bool = True) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises.

        ``write=False`` means read-only; on SQLite it then never waits for a writer.
        """
        engine = self._writing if write else self.engine
        with self._serialised(write), Session(engine, expire_on_commit=False) as session:
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def _serialised(self, write: bool) -> Iterator[None]:
        """Serialise SQLite's writers within this process.

        Waiting SQLite writers sleep and retry at growing intervals: under load some would starve. A lock wakes them in
        turn; only writers of other processes are left to SQLite.
        """
        if not (write and self.is_sqlite):
            yield
            return
        # A longer wait is left to SQLite, which then reports that the database is locked.
        is_held = self._writers.acquire(timeout=BUSY_SECONDS)
        try:
            yield
        finally:
            if is_held:
                self._writers.release()

    def closes(self, close: Callable[[], None]) -> None:
        """Register a callback that closes something along with the pooled connections."""
        self._closing.append(close)

    def dispose(self) -> None:
        """Close every pooled connection and call everything registered with :meth:`closes`; all can be opened again."""
        for close in self._closing:
            close()
        self.engine.dispose()


def _set_pragmas(connection: Any, record: Any) -> None:
    # pysqlite's own transaction handling breaks savepoints: it is disabled and `_begin` issues BEGIN.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # 8 MB of pages per connection instead of 2: the upper pages of every index stay cached, even with a million
    # bookings.
    cursor.execute("PRAGMA cache_size=-8000")
    cursor.close()


def _switch_jit_off(connection: Any, record: Any) -> None:
    # Our conditions on what an account may read look dear to PostgreSQL, which then compiles queries of a few
    # milliseconds for seconds. A statement and not a start-up option: poolers refuse those.
    connection.execute("SET jit = off")
    connection.commit()


def _begin(connection: Connection) -> None:
    kind = connection.get_execution_options().get("desk_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")
