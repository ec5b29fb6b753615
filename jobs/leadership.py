"""Leader election among workers: one runs the fixed jobs of the schedule, all of them send.

On PostgreSQL the lead is a lease: a row with its holder, a term that grows with every new leader, and a count of signs
of life, the beats. No clock is compared with another; each side only measures durations:

- the leader adds a beat every second, and considers itself leader until ``VALID_SECONDS`` (2) after it *started* the
  last one that succeeded;
- a candidate takes over when it has seen the same term and beat for ``LEASE_SECONDS`` (3), counted from the *end* of
  the query that first showed them, in one statement that changes nothing if there was another beat meanwhile.

So whoever is stopped, cut off or paused loses the lead, and stops considering itself leader a second before anybody
else can. Who slept between looking at its clock and acting finds out by the term: what a leader changes, it changes in
a transaction that commits only while its term lasts (:meth:`Leadership.transaction`).

On SQLite, whose file is only shared by processes of this machine, the leader holds a lock on a file beside it, which
the kernel releases when the process ends. One that is stopped keeps it, and is replaced by whoever supervises it.
"""

import contextlib
import fcntl
import logging
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from models.clock import monotonic
from models.database import Database
from models.workers import Lead

VALID_SECONDS = 2.0
"""How long after the start of a beat a leader may act on it."""

LEASE_SECONDS = 3.0
"""For how long a candidate sees no sign of life of a leader before it takes over."""

BEAT_SECONDS = 0.9
"""How often a leader gives a sign of life, at the least: every one is a transaction of the database."""

LEAD = "workers"

_ACTING_SECONDS = 10
"""How long a leader's transaction may be idle in between: the server ends that of a stopped process, and its locks."""

_COMMITTING_SECONDS = 1
"""The same between the last look at the term and the commit, during which nobody can take over."""

_CLIENT = {
    "connect_timeout": 2,
    "keepalives": 1,
    "keepalives_idle": 1,
    "keepalives_interval": 1,
    "keepalives_count": 2,
    "tcp_user_timeout": 2000,
}
"""So that a question that is never answered does not hang."""

_TABLE = Lead.__table__  # type: ignore[attr-defined]
_LOOK = select(_TABLE.c.holder, _TABLE.c.term, _TABLE.c.beats).where(_TABLE.c.name == LEAD)
_MAKE = postgresql.insert(_TABLE).values(name=LEAD, term=0, beats=0).on_conflict_do_nothing()
_SIGN = {"beats": _TABLE.c.beats + 1, "renewed_at": func.clock_timestamp()}

log = logging.getLogger("desk.worker")


class NotLeading(Exception):
    """This process is not the leader, or no longer; what it wanted to change is not changed."""


class Leadership(Protocol):
    """A candidate in the leader election."""

    @property
    def leads(self) -> bool:
        """Whether this process is the leader right now; does no I/O."""

    def poll(self) -> bool:
        """Become leader if there is none, or confirm the leadership; call it twice a second. Raises nothing."""

    def resign(self) -> None:
        """Give up the leadership."""

    def transaction(self) -> AbstractContextManager[Session]:
        """A writing transaction that is committed only if this process leads until then.

        Raises:
            NotLeading: it does not; the transaction was rolled back.
        """


def leadership(database: Database, name: str = "") -> Leadership:
    """A candidate for the leadership of the workers of this database; ``name`` is what its worker is known by."""
    if not database.is_sqlite:
        return Lease(database, name)
    file = database.url.database
    return FileLock(database, Path(f"{file}.leader")) if file and file != ":memory:" else SoleLeader(database)


class SoleLeader:
    """An in-memory database is not reachable from other processes."""

    leads = True

    def __init__(self, database: Database) -> None:
        self.transaction = database.transaction

    def poll(self) -> bool:
        return True

    def resign(self) -> None:
        """Nobody can take over."""


class FileLock:
    """Leadership as a lock on a file, which ends with the process that holds it."""

    def __init__(self, database: Database, path: Path) -> None:
        self.path = path
        self._database = database
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

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Nobody else can lead while this process holds the lock, however long it sleeps."""
        if not self.leads:
            raise NotLeading
        with self._database.transaction() as session:
            yield session


class Lease:
    """Leadership as a lease in PostgreSQL; the module docstring explains why there are never two leaders."""

    valid_seconds = VALID_SECONDS
    lease_seconds = LEASE_SECONDS

    def __init__(self, database: Database, name: str = "") -> None:
        self.holder = f"{name[:100]}:{secrets.token_hex(6)}"
        self._database = database
        self._engine = database.separate_engine(**_CLIENT)
        self._connection: Connection | None = None
        self._term = 0
        self._confirmed_at: float | None = None
        self._seen: tuple[int, int] | None = None
        self._seen_at = 0.0
        self._lock = threading.Lock()

    @property
    def leads(self) -> bool:
        confirmed_at = self._confirmed_at
        return confirmed_at is not None and monotonic() - confirmed_at < self.valid_seconds

    def poll(self) -> bool:
        with self._lock:
            led = self._confirmed_at is not None
            try:
                self._ask()
            except SQLAlchemyError:
                self._drop()
            if led != (self._confirmed_at is not None):
                log.info("worker.leads" if self._confirmed_at is not None else "worker.follows")
        return self.leads

    def resign(self) -> None:
        with self._lock:
            led = self._confirmed_at is not None
            if led and self._connection is not None:
                free = update(_TABLE).where(*self._mine()).values(holder=None)
                with contextlib.suppress(SQLAlchemyError):
                    self._connection.execute(free)
            self._drop()
        if led:
            log.info("worker.follows")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """The term is looked at twice: at first, so that nothing is done in vain, and last, locking its row.

        Nobody takes over between that look and the commit, nor waits for it longer than a second: then the server ends
        the transaction of a process that does not go on.
        """
        if not self.leads:
            raise NotLeading
        is_mine = select(_TABLE.c.term).where(*self._mine())
        with self._database.transaction() as session:
            _end_if_idle(session, _ACTING_SECONDS)
            if session.execute(is_mine).first() is None:
                raise NotLeading
            yield session
            session.flush()
            _end_if_idle(session, _COMMITTING_SECONDS)
            self._check_term(session, is_mine.with_for_update(read=True))

    def _check_term(self, session: Session, is_mine: Any) -> None:
        if session.execute(is_mine).first() is None:
            raise NotLeading

    def _mine(self) -> tuple[Any, ...]:
        return _TABLE.c.name == LEAD, _TABLE.c.holder == self.holder, _TABLE.c.term == self._term

    def _ask(self) -> None:
        if self._connection is None:
            self._connection = self._engine.connect()
        began = monotonic()
        if self._confirmed_at is not None:
            if began - self._confirmed_at >= BEAT_SECONDS:
                beat = update(_TABLE).where(*self._mine()).values(_SIGN).returning(_TABLE.c.beats)
                self._confirmed_at = began if self._connection.execute(beat).first() is not None else None
            return
        row = self._connection.execute(_LOOK).first()
        if row is None:
            self._connection.execute(_MAKE)
            row = self._connection.execute(_LOOK).one()
        if row.holder is not None and not self._has_lapsed((row.term, row.beats)):
            return
        found = (_TABLE.c.name == LEAD, _TABLE.c.term == row.term, _TABLE.c.beats == row.beats)
        values = _SIGN | {"holder": self.holder, "term": _TABLE.c.term + 1}
        began = monotonic()
        taken = self._connection.execute(update(_TABLE).where(*found).values(values).returning(_TABLE.c.term)).scalar()
        if taken is not None:
            self._term, self._confirmed_at, self._seen = taken, began, None

    def _has_lapsed(self, seen: tuple[int, int]) -> bool:
        """Whether the leader has shown no sign of life for the length of the lease. To be called after the query."""
        now = monotonic()
        if seen != self._seen:
            self._seen, self._seen_at = seen, now
        return now - self._seen_at >= self.lease_seconds

    def _drop(self) -> None:
        """Forget everything: while the database was away, no leader could give a sign of life either."""
        self._confirmed_at = self._seen = None
        if self._connection is not None:
            with contextlib.suppress(SQLAlchemyError):
                self._connection.invalidate()
                self._connection.close()
            self._connection = None


def _end_if_idle(session: Session, seconds: int) -> None:
    session.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = '{seconds}s'"))
