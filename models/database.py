"""The engine and the only way to open a transaction, on SQLite and PostgreSQL."""

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, StaticPool, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from models import (
    postgresql,
    tables,  # noqa: F401 - every mapper is configured before the first session
)
from models.clock import monotonic
from models.database_file import DatabaseFile, FileReplaced, Identity, path_of
from models.queries.offices import LOCALITY
from models.waiting import WAIT_SECONDS, waiting_since

BUSY_SECONDS = 30
"""How long SQLite waits for another connection where ``WAIT_SECONDS`` does not apply: opening, recovering."""

POLL_SECONDS = 0.002
"""Between two attempts of a SQLite writer while another process writes. SQLite's own pauses grow to a tenth of a
second, in which writers of a busy process would pass by again and again."""

_open = threading.local()


def in_transaction() -> bool:
    """Whether this thread is inside a transaction of any database."""
    return getattr(_open, "count", 0) > 0


def is_busy(problem: DBAPIError) -> bool:
    """Whether a statement failed only because others held what it waited for. Told by the error's code."""
    error = problem.orig
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return getattr(error, "sqlstate", None) == "55P03"  # lock_not_available


def is_replaced(problem: DBAPIError) -> bool:
    """Whether the file of a SQLite database is not (any more) the one that this process has opened."""
    return isinstance(problem.orig, FileReplaced)


class Database:
    """One database: its engine and its transactions.

    On SQLite every connection uses WAL mode with ``synchronous=FULL`` and foreign keys on; a writing transaction takes
    the write lock at once (BEGIN IMMEDIATE), so that two writers queue instead of failing midway.
    """

    def __init__(self, url: str, *, identity: Identity | None = None, locality: str | None = None) -> None:
        """``identity`` names the only SQLite file to open; without, it is the first one found at the path.
        ``locality`` is that of :meth:`works_for`.
        """
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        options: dict[str, Any] = {}
        path = path_of(url)
        self.file = DatabaseFile(path, identity) if path is not None else None
        if self.is_sqlite:
            connect_args = {"timeout": BUSY_SECONDS, "check_same_thread": False}
            options["connect_args"] = connect_args
            if self.file is not None:
                file = self.file
                options["creator"] = lambda: file.connect(**connect_args)
        else:
            options |= {"poolclass": postgresql.SharingPool, "connect_args": postgresql.TIMEOUTS}
        self.engine: Engine = create_engine(self.url, **options)
        if self.is_sqlite:
            event.listen(self.engine, "connect", _set_pragmas)
            event.listen(self.engine, "begin", self._check_file)
            event.listen(self.engine, "begin", _begin)
            event.listen(self.engine, "commit", self._check_file)
        else:
            postgresql.prepare(self.engine, _lock_seconds)
        self._turns = _Turns()
        self._copies = threading.Lock()
        self._closing: list[Callable[[], None]] = []
        self._writing = self.engine.execution_options(desk_begin="IMMEDIATE") if self.is_sqlite else self.engine
        self.works_for(locality)

    def works_for(self, locality: str | None) -> None:
        """Tell every connection from now on ``DESK_LOCALITY``, which decides what belongs to the default office."""
        for engine in {self.engine, self._writing}:
            engine.update_execution_options(**{LOCALITY: locality})

    @contextmanager
    def transaction(
        self, write: bool = True, *, patience: float | None = None, one_state: bool = False
    ) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises.

        ``write=False`` means read-only; on SQLite it then never waits for a writer. ``patience``: a SQLite writer waits
        no longer than so many seconds, by default :data:`models.waiting.WAIT_SECONDS`. ``one_state``: all that is read
        is the database as it was when the first of it was read; on SQLite it always is.

        Raises:
            OperationalError: its turn did not come in time (:func:`is_busy`), or the database does not answer.
        """
        engine = self._writing if write else self.engine
        with self._turn(write, patience), Session(engine, expire_on_commit=False) as session, _counted():
            try:
                if one_state and not self.is_sqlite:
                    session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                yield session
                session.commit()
                # Replaced while it was committed? Then nobody may be told that it is kept.
                self._check_file()
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def trial(self) -> Iterator[Session]:
        """A transaction of which nothing is kept and for which no writer waits: it may write as it likes.

        On SQLite it works on a private copy, in a file without a name that SQLite keeps in memory while it is small (a
        copy takes 0.2 s for 100 MB); one at a time in a process. On PostgreSQL it is rolled back.

        Raises:
            OperationalError: as :meth:`transaction`.
        """
        if not self.is_sqlite:
            with Session(self.engine, expire_on_commit=False) as session, _counted():
                try:
                    yield session
                finally:
                    session.rollback()
            return
        if not self._copies.acquire(timeout=_left(None)):
            raise _no_turn()
        try:
            engine = self._copied()
            try:
                with Session(engine, expire_on_commit=False) as session, _counted():
                    try:
                        yield session
                    finally:
                        session.rollback()
            finally:
                engine.dispose()
        finally:
            self._copies.release()

    def _copied(self) -> Engine:
        """An engine with one connection, to a private copy of the database as it is now."""
        copy = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        try:
            with self.engine.connect() as connection:
                original: Any = connection.connection.driver_connection
                original.backup(copy)
            for pragma in ("journal_mode=MEMORY", "synchronous=OFF", "foreign_keys=ON", "cache_size=-8000"):
                copy.execute(f"PRAGMA {pragma}")
        except BaseException:
            copy.close()
            raise
        engine = create_engine("sqlite://", creator=lambda: copy, poolclass=StaticPool)
        event.listen(engine, "begin", _begin)
        return engine

    @contextmanager
    def _turn(self, write: bool, patience: float | None) -> Iterator[None]:
        """Line up SQLite's writers of this process, first come, first served.

        Writers of other processes are met when the transaction begins (:func:`_begin_writing`).
        """
        if not (write and self.is_sqlite):
            yield
            return
        until = monotonic() + _left(patience)
        if not self._turns.take(until - monotonic()):
            raise _no_turn()
        waiting_since.set(None)  # a request's next transaction waits anew, whatever it has worked on meanwhile
        before = getattr(_open, "until", None)
        _open.until = until
        try:
            yield
        finally:
            _open.until = before
            self._turns.give_back()

    def separate_engine(self, **connect_args: Any) -> Engine:
        """An engine for single statements on PostgreSQL, each committed at once; it keeps no connection of its own."""
        arguments = {**postgresql.TIMEOUTS, **connect_args}
        engine = create_engine(self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=arguments)
        postgresql.prepare(engine, _lock_seconds)
        return engine

    def _check_file(self, _connection: object = None) -> None:
        """Check that the database's file is where it was.

        Raises:
            OperationalError: it is not (:func:`is_replaced`).
        """
        if self.file is not None:
            try:
                self.file.check()
            except FileReplaced as problem:
                raise OperationalError(None, None, problem) from None

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


class _Turns:
    """A lock that is given to those who wait for it in the order in which they came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Lock] = deque()

    def take(self, timeout: float) -> bool:
        """Wait for the turn; whether it came in time."""
        with self._lock:
            if not self._is_taken:
                self._is_taken = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=max(timeout, 0.0)):
            return True
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return True  # it came at this very moment

    def give_back(self) -> None:
        """Give the turn to whoever has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._is_taken = False


@contextmanager
def _counted() -> Iterator[None]:
    """Count this transaction for :func:`in_transaction`."""
    _open.count = getattr(_open, "count", 0) + 1
    try:
        yield
    finally:
        _open.count -= 1


def _left(patience: float | None) -> float:
    """Seconds of patience left for the present request."""
    patience = min(WAIT_SECONDS if patience is None else patience, BUSY_SECONDS)
    since = waiting_since.get()
    return patience if since is None else max(0.0, min(patience, since + WAIT_SECONDS - monotonic()))


def _no_turn() -> OperationalError:
    """The error of a writer whose turn did not come: the same as SQLite's own."""
    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorcode = sqlite3.SQLITE_BUSY
    return OperationalError("BEGIN IMMEDIATE", None, error)


def _lock_seconds() -> float:
    """How long a statement on PostgreSQL waits for a lock; asked when a connection is opened."""
    return WAIT_SECONDS


def _begin(connection: Connection) -> None:
    kind = connection.get_execution_options().get("desk_begin", "DEFERRED")
    if kind == "IMMEDIATE":
        _begin_writing(connection)
    else:
        connection.exec_driver_sql(f"BEGIN {kind}")


def _begin_writing(connection: Connection) -> None:
    """BEGIN IMMEDIATE, tried again and again while another process writes, until the writer's patience ends."""
    until: float | None = getattr(_open, "until", None)
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA busy_timeout=0")
    try:
        while until is not None and monotonic() < until:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    break
                time.sleep(POLL_SECONDS)
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # once more, for SQLAlchemy's own error
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
