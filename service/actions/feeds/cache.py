"""The feed cache: each process serves feeds from memory while nothing was committed, and updates them otherwise.

Readers can rely on this: a response contains what was committed before the request, and a revoked URL no longer works,
whichever process did it. So before every response from memory the database is asked whether anything was committed
(:mod:`models.change_signal`).
"""

import gzip
import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlmodel import Session

from models.change_signal import ChangeSignal
from models.clock import monotonic
from models.database import Database
from models.feeds import Feed
from service.actions import change_log
from service.actions.change_log import Position
from service.actions.context import ActionContext
from service.actions.feeds import assembler, feeds, free_busy, rendered_parts
from service.actions.feeds.assembler import Chunk, FeedAssembly
from service.actions.feeds.rendered_parts import TooManyParts, UncachedParts
from service.actions.feeds.store import PATIENCE_SECONDS, CacheWrite, keep_all, render_many, snapshot

log = logging.getLogger("desk.web")

MOST_BYTES = 96 * 1024 * 1024
"""How much memory the feeds of a process take at most; the least recently used ones are evicted."""

MANY = 400
"""If more events than this changed, the whole feed is assembled again."""

LONGEST_DAY = timedelta(hours=25)
"""No feed is good for longer: every one ends with the day, at midnight in the office's time zone."""

Finder = Callable[[Session, ActionContext], Feed]


def is_current(until: datetime, now: datetime) -> bool:
    """Whether what is good until then is good now; what lasts longer than a day was made by a clock that was ahead."""
    return until - LONGEST_DAY <= now < until


@dataclass(frozen=True)
class CachedFeed:
    """A feed's bytes as of one committed state of the database. ``tag`` is the ETag of the unpacked bytes, unquoted."""

    feed: Feed
    current_state: Hashable
    until: datetime
    tag: str
    packed: bytes
    length: int
    changed_at: datetime
    answers: dict[Any, Any] = field(default_factory=dict, compare=False)

    @cached_property
    def recorded_as(self) -> str | None:
        """The feed id for the access log; None for the public calendar, whose readers are not logged."""
        return self.feed.id if self.feed.user_id else None

    def body(self) -> bytes:
        """The unpacked calendar."""
        return gzip.decompress(self.packed)


class CacheEntry:
    """One feed in memory: what is served, and what is needed to update it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.cached: CachedFeed | None = None
        self.assembly: FeedAssembly | None = None
        self.asked_at = 0.0
        self.position: Position | None = None
        self.version: Any = None

    @property
    def size(self) -> int:
        """Approximate memory use in bytes."""
        if self.assembly is not None:
            return self.assembly.size
        return len(self.cached.packed) + 2000 if self.cached else 0


class FeedCache:
    """The feeds a process has in memory, up to ``most_bytes``.

    ``later`` is called when there is something for :meth:`keep` to store, which no request should wait for.
    """

    def __init__(
        self, database: Database, most_bytes: int = MOST_BYTES, later: Callable[[], None] = lambda: None
    ) -> None:
        self._database = database
        self._most_bytes = most_bytes
        self._later = later
        self._unwritten: deque[CacheWrite] = deque(maxlen=MANY)
        self._change_signal = ChangeSignal(database)
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, CacheEntry] = OrderedDict()
        self._sizes: dict[Hashable, int] = {}

    @property
    def size(self) -> int:
        """Approximate memory use of all feeds in bytes."""
        with self._lock:
            return sum(self._sizes.values())

    def get_if_fresh(self, key: Hashable, now: datetime) -> CachedFeed | None:
        """The feed in memory if it is up to date; otherwise None, and :meth:`read` has to be called.

        Raises:
            sqlite3.Error, sqlalchemy.exc.DBAPIError: the database does not answer.
        """
        entry = self._entries.get(key)
        cached = entry.cached if entry is not None else None
        if (
            cached is None
            or not is_current(cached.until, now)
            or cached.current_state != self._change_signal.current_state()
        ):
            return None
        with suppress(KeyError):  # it may just have been evicted
            self._entries.move_to_end(key)
        return cached

    def read(self, key: Hashable, act: ActionContext, find: Finder, *, busy: bool = False) -> CachedFeed:
        """The feed that ``find`` returns, as it is now; ``busy`` for its free/busy times instead of its entries.

        Raises:
            FeedNotFound: from ``find``.
        """
        came_at = monotonic()
        with self._lock:
            entry = self._entries.setdefault(key, CacheEntry())
        try:
            with entry.lock:
                cached, write = self._refreshed(entry, act, find, busy, came_at)
        except BaseException:
            with self._lock:
                if self._entries.get(key) is entry:
                    self._entries.pop(key, None)
                    self._sizes.pop(key, None)
            raise
        self._make_room(key, entry)
        is_stored = write is None or (
            write.assembly is not None and keep_all(self._database, [write], patience=PATIENCE_SECONDS)
        )
        if write is not None and not is_stored:
            self._unwritten.append(write)
            self._later()
        return cached

    def keep(self) -> None:
        """Persist newly rendered parts so that other processes can reuse them."""
        writes = []
        while self._unwritten:
            writes.append(self._unwritten.popleft())
        keep_all(self._database, writes)

    def _refreshed(
        self, entry: CacheEntry, act: ActionContext, find: Finder, busy: bool, came_at: float
    ) -> tuple[CachedFeed, CacheWrite | None]:
        # A request that waited for the lock gets a feed that was updated after the request came, although more may have
        # been committed meanwhile: otherwise a large, often changed feed would be rebuilt for each of them.
        if entry.cached is not None and entry.asked_at >= came_at and is_current(entry.cached.until, act.now):
            return entry.cached, None
        asked_at = monotonic()
        current_state = self._change_signal.current_state()
        if (
            entry.cached is not None
            and entry.cached.current_state == current_state
            and is_current(entry.cached.until, act.now)
        ):
            return entry.cached, None  # another request has updated it
        if busy:
            with snapshot(self._database) as session:
                entry.cached = _free_busy(session, act, find(session, act), entry, current_state)
            entry.asked_at = asked_at
            return entry.cached, None
        feed, assembly, write = _updated(self._database, act, find, entry)
        if entry.cached is None or entry.assembly is not assembly:
            answers: dict[Any, Any] = {}
        else:
            answers = entry.cached.answers
        entry.assembly, entry.asked_at = assembly, asked_at
        entry.cached = CachedFeed(
            feed,
            current_state,
            assembly.until,
            assembly.etag,
            assembly.packed,
            assembly.length,
            assembly.changed_at,
            answers,
        )
        return entry.cached, write

    def _make_room(self, key: Hashable, entry: CacheEntry) -> None:
        with self._lock:
            if self._entries.get(key) is not entry:
                return
            self._sizes[key] = entry.size
            self._entries.move_to_end(key)
            total = sum(self._sizes.values())
            while total > self._most_bytes and self._entries:
                oldest, _entry = self._entries.popitem(last=False)
                total -= self._sizes.pop(oldest, 0)


def _updated(
    database: Database, act: ActionContext, find: Finder, entry: CacheEntry
) -> tuple[Feed, FeedAssembly, CacheWrite | None]:
    """The feed and its assembly as they are in the database now; also updates the entry's position and version."""
    uncached = UncachedParts()
    while True:
        with snapshot(database) as session:
            feed = find(session, act)
            version = (feed.version, feed.updated_at, feeds.owner_reads(session, feed))
            changes = change_log.changes_since(session, entry.position)
            uncached.begin(session)
            uncached.position = changes.position
            try:
                assembly, chunks = _assembled(session, act, feed, entry, version, changes.event_ids, uncached)
            except TooManyParts as error:
                missing = error.missing
            else:
                entry.position, entry.version = changes.position, version
                new_assembly = assembly if chunks else None
                write = CacheWrite(act, feed.locale, uncached.fresh, changes.position, new_assembly, chunks)
                return feed, assembly, write if uncached.fresh or chunks else None
        render_many(database, act, feed.locale, missing, uncached)


def _assembled(
    session: Session,
    act: ActionContext,
    feed: Feed,
    entry: CacheEntry,
    version: Any,
    changed: frozenset[str] | None,
    uncached: UncachedParts,
) -> tuple[FeedAssembly, list[Chunk]]:
    before = entry.assembly
    is_valid = before is not None and version == entry.version and is_current(before.until, act.now)
    if before is not None and is_valid and changed is not None and len(changed) <= MANY:
        return (assembler.update(session, act, before, changed, uncached) if changed else before), []
    return assembler.assemble(session, act, feed, uncached)


def _free_busy(
    session: Session, act: ActionContext, feed: Feed, entry: CacheEntry, current_state: Hashable
) -> CachedFeed:
    """The free/busy times; recalculated only if something changed that feeds show."""
    version = (feed.version, feed.updated_at, feeds.owner_reads(session, feed))
    changes = change_log.changes_since(session, entry.position)
    before = entry.cached
    if (
        before is not None
        and entry.version == version
        and changes.event_ids == frozenset()
        and is_current(before.until, act.now)
    ):
        return replace(before, current_state=current_state)
    body = free_busy.free_busy(session, act, feed)
    entry.position, entry.version = changes.position, version
    return CachedFeed(
        feed=feed,
        current_state=current_state,
        until=assembler.good_until(session, act, feed),
        tag=rendered_parts.digest_of(body),
        packed=gzip.compress(body, 6, mtime=0),
        length=len(body),
        changed_at=feed.updated_at,
    )


@dataclass(frozen=True)
class RenderedFeed:
    """A feed as it is now: ``body`` unpacked, ``compressed`` its size in bytes as gzip, ``etag`` without quotes."""

    body: bytes
    compressed: int
    etag: str
    entries: int
    changed_at: datetime


def render_feed(session: Session, act: ActionContext, feed: Feed) -> RenderedFeed:
    """Assemble a feed within the caller's transaction; nothing is cached."""
    uncached, act = UncachedParts(), act.common  # what is read about a feed is what programs read
    while True:
        try:
            assembly, _fresh = assembler.assemble(session, act, feed, uncached)
        except TooManyParts as error:
            uncached.make(session, act, feed.locale, error.missing)
            continue
        body = gzip.decompress(assembly.packed)
        entries = body.count(b"\r\nBEGIN:VEVENT\r\n") + body.count(b"\r\nBEGIN:VTODO\r\n")
        return RenderedFeed(body, len(assembly.packed), assembly.etag, entries, assembly.changed_at)
