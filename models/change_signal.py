"""Detect whether anything was committed since the last check: microseconds on SQLite, one round trip on PostgreSQL."""

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Hashable
from typing import Any

from sqlalchemy.exc import DBAPIError

from models.database import BUSY_SECONDS, Database
from models.postgresql import is_pooled

_SNAPSHOT = "SELECT pg_current_snapshot()::text"


class ChangeSignal:
    """Distinguishes committed states of a database, whichever process or connection committed.

    On SQLite it is ``PRAGMA data_version`` of a connection that never writes; on PostgreSQL the snapshot a statement
    would see now, which changes with every transaction that has written. Equal values from one instance mean that
    nothing was committed in between; different values mean that something may have been.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._connection: Any = None
        self._query: Callable[[], Hashable] | None = None
        self._opened = 0
        database.closes(self.close)

    def current_state(self) -> Hashable:
        """The current state. Thread-safe. A connection that has died is replaced once.

        Raises:
            sqlalchemy.exc.DBAPIError: the database is unavailable.
        """
        with self._lock:
            was_open = self._query is not None
            try:
                return self._ask()
            except DBAPIError:
                if not was_open:
                    raise
                return self._ask()

    def _ask(self) -> Hashable:
        """The state; connections are told apart, because the values of two of them say nothing about each other."""
        driver = self._database.engine.dialect.loaded_dbapi
        try:
            if self._query is None:
                self._query = self._sqlite() if self._database.is_sqlite else self._postgresql()
                self._opened += 1
            return self._opened, self._query()
        except driver.Error as problem:  # from the driver itself: nobody above knows its errors
            self._close()
            wrapped = DBAPIError.instance(_SNAPSHOT, None, problem, driver.Error, connection_invalidated=True)
            raise wrapped from problem
        except BaseException:
            self._close()
            raise

    def close(self) -> None:
        """Close the connection; the next call opens a new one."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        connection, self._connection, self._query = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(Exception):  # the connection is dropped anyway
                connection.close()

    def _sqlite(self) -> Callable[[], Hashable]:
        options: Any = {"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False}
        file = self._database.file
        self._connection = file.connect(**options) if file is not None else sqlite3.connect(":memory:", **options)
        cursor = self._connection.cursor()

        def data_version() -> Any:
            if file is not None:
                file.check()
            return cursor.execute("PRAGMA data_version").fetchone()[0]

        return data_version

    def _postgresql(self) -> Callable[[], Hashable]:
        engine = self._database.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection = engine.connect()
        prepare = not is_pooled(self._connection)
        self._connection.detach()  # permanent: the pool has its own connections
        driver = self._connection.connection.dbapi_connection
        cursor = driver.cursor()
        return lambda: cursor.execute(_SNAPSHOT, prepare=prepare).fetchone()[0]
