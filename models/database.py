"""The engine and the only way to open a transaction, on SQLite and PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.engine import make_url
from sqlmodel import Session

from models import (
    postgresql,
    tables,  # noqa: F401 - every mapper is configured before the first session
)

BUSY_SECONDS = 30
"""How long a SQLite writer waits for another one before it fails."""


class Database:
    """One database: its engine and its transactions.

    On SQLite every connection uses WAL mode with ``synchronous=FULL`` and foreign keys on; a writing transaction takes
    the write lock at once (BEGIN IMMEDIATE), so that two writers queue instead of failing midway.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {}
        if self.is_sqlite:
            if self.url.database and self.url.database != ":memory:":
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            options["connect_args"] = {"timeout": BUSY_SECONDS, "check_same_thread": False}
        else:
            options |= {"poolclass": postgresql.SharingPool, "connect_args": postgresql.TIMEOUTS}
        self.engine: Engine = create_engine(self.url, **options)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _set_pragmas)
            event.listen(self.engine, "begin", _begin)
        else:
            postgresql.prepare(self.engine)
        self._writers = threading.Lock()
        self._closing: list[Callable[[], None]] = []
        self._writing = self.engine.execution_options(desk_begin="IMMEDIATE") if self.is_sqlite else self.engine

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

    def separate_engine(self, **connect_args: Any) -> Engine:
        """An engine for single statements on PostgreSQL, each committed at once; it keeps no connection of its own."""
        arguments = {**postgresql.TIMEOUTS, **connect_args}
        engine = create_engine(self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=arguments)
        postgresql.prepare(engine)
        return engine

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


def _begin(connection: Connection) -> None:
    kind = connection.get_execution_options().get("desk_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")
