"""Whether anything was committed since one last looked: microseconds on SQLite, one round trip on PostgreSQL."""

import contextlib
import sqlite3
import threading
from collections.abc import Hashable
from typing import Any

from models.database import BUSY_SECONDS, Database

_SNAPSHOT = "SELECT pg_current_snapshot()::text"


class ChangeSignal:
    """Tells committed states of a database apart, whichever process or connection committed.

    On SQLite it is ``PRAGMA data_version`` of a connection that never writes; on PostgreSQL the snapshot a statement
    would see now, which moves with every transaction that has written. Equal answers of one pulse mean that nothing was
    committed in between; different ones that something may have been.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._connection: Any = None
        self._ask: Any = None
        database.closes(self.close)

    def current_state(self) -> Hashable:
        """The present state. Any thread may ask.

        Raises:
            sqlite3.Error, sqlalchemy.exc.DBAPIError: the database does not answer.
        """
        with self._lock:
            if self._ask is None:
                self._ask = self._sqlite() if self._database.is_sqlite else self._postgresql()
            try:
                return self._ask()  # type: ignore[no-any-return]
            except BaseException:
                self._close()
                raise

    def close(self) -> None:
        """Let go of the connection; the next question opens another."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        connection, self._connection, self._ask = self._connection, None, None
        if connection is not None:
            with contextlib.suppress(Exception):  # it is given up, whatever it says
                connection.close()

    def _sqlite(self) -> Any:
        path = self._database.url.database or ":memory:"
        self._connection = sqlite3.connect(path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        cursor = self._connection.cursor()
        return lambda: cursor.execute("PRAGMA data_version").fetchone()[0]

    def _postgresql(self) -> Any:
        engine = self._database.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._connection = engine.connect()
        self._connection.detach()  # kept for good: the pool has its own
        driver = self._connection.connection.dbapi_connection
        cursor = driver.cursor()
        return lambda: cursor.execute(_SNAPSHOT, prepare=True).fetchone()[0]
