"""Detect whether anything was committed since the last check: microseconds on SQLite, one round trip on PostgreSQL."""

import contextlib
import sqlite3
import threading
from collections.abc import Hashable
from typing import Any

from models.database import BUSY_SECONDS, Database

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
        self._query: Any = None
        database.closes(self.close)

    def current_state(self) -> Hashable:
        """The current state. Thread-safe.

        Raises:
            sqlite3.Error, sqlalchemy.exc.DBAPIError: the database is unavailable.
        """
        with self._lock:
            if self._query is None:
                self._query = self._sqlite() if self._database.is_sqlite else self._postgresql()
            try:
                return self._query()  # type: ignore[no-any-return]
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

    def _sqlite(self) -> Any:
        options: Any = {"timeout": BUSY_SECONDS, "isolation_level": None, "check_same_thread": False}
        file = self._database.file
        self._connection = file.connect(**options) if file is not None else sqlite3.connect(":memory:", **options)
        cursor = self._connection.cursor()

        def data_version() -> Any:
            if file is not None:
                file.check()
            return cursor.execute("PRAGMA data_version").fetchone()[0]

        return data_version

    def _postgresql(self) -> Any:
        engine = self._database.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection = engine.connect()
        self._connection.detach()  # permanent: the pool has its own connections
        driver = self._connection.connection.dbapi_connection
        cursor = driver.cursor()
        return lambda: cursor.execute(_SNAPSHOT, prepare=True).fetchone()[0]
