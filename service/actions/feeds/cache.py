"""Reading feeds: from memory while nothing was committed, brought up to date otherwise, by every process for itself.

A reader may rely on this: what was committed before it asked is in its answer, a revoked address is dead, whichever
process did it. So every answer from memory first asks the database whether anything was committed
(:mod:`models.change_signal`).
"""

import gzip
import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
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
from service.actions.feeds.store import CacheWrite, keep_all, render_many, snapshot

log = logging.getLogger("desk.web")

MOST_BYTES = 96 * 1024 * 1024
"""How much memory the feeds of a process take at most; those asked for longest ago make room."""

MANY = 400
"""When more events than this changed, the whole feed is put together anew."""

Finder = Callable[[Session, ActionContext], Feed]


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
        """The feed its readers are noted for; None for the public calendar, whose readers are nobody's business."""
        return self.feed.id if self.feed.user_id else None

    def body(self) -> bytes:
        """The calendar itself."""
        return gzip.decompress(self.packed)


class CacheEntry:
    """One feed in memory: what is served, and what is needed to bring it up to date."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.kept: CachedFeed | None = None
        self.assembly: FeedAssembly | None = None
        self.asked_at = 0.0
        self.position: Position | None = None
        self.version: Any = None

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        if self.assembly is not None:
            return self.assembly.size
        return len(self.kept.packed) + 2000 if self.kept else 0


class FeedCache:
    """The feeds a process holds ready, within bounds.

    ``later`` is called when there is something for :meth:`keep`, which no reader should have to wait for.
    """

    def __init__(
        self, database: Database, most_bytes: int = MOST_BYTES, later: Callable[[], None] = lambda: None
    ) -> None:
        self._database = database
        self._most_bytes = most_bytes
        self._later = later
        self._unwritten: deque[CacheWrite] = deque(maxlen=MANY)
        self._pulse = ChangeSignal(database)
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, CacheEntry] = OrderedDict()
        self._sizes: dict[Hashable, int] = {}

    @property
    def size(self) -> int:
        """About how many bytes all feeds in memory take."""
        with self._lock:
            return sum(self._sizes.values())

    def get_if_fresh(self, key: Hashable, now: datetime) -> CachedFeed | None:
        """What is in memory and still right; None when it has to be looked at (:meth:`read`).

        Raises:
            sqlite3.Error, sqlalchemy.exc.DBAPIError: the database does not answer.
        """
        entry = self._entries.get(key)
        kept = entry.kept if entry is not None else None
        if kept is None or now >= kept.until or kept.current_state != self._pulse.current_state():
            return None
        with suppress(KeyError):  # it may just have made room
            self._entries.move_to_end(key)
        return kept

    def read(self, key: Hashable, act: ActionContext, find: Finder, *, busy: bool = False) -> CachedFeed:
        """The feed that ``find`` finds, as it is now; ``busy`` for its free/busy times instead of its entries.

        Raises:
            NoFeed: ``find`` says so.
        """
        came_at = monotonic()
        with self._lock:
            entry = self._entries.setdefault(key, CacheEntry())
        try:
            with entry.lock:
                kept, keeping = self._refreshed(entry, act, find, busy, came_at)
        except BaseException:
            with self._lock:
                if self._entries.get(key) is entry:
                    self._entries.pop(key, None)
                    self._sizes.pop(key, None)
            raise
        self._make_room(key, entry)
        if keeping is not None and keeping.assembly is not None:
            keep_all(self._database, [keeping])
        elif keeping is not None:
            self._unwritten.append(keeping)
            self._later()
        return kept

    def keep(self) -> None:
        """Spare other processes what readers of this one have rendered."""
        keepings = []
        while self._unwritten:
            keepings.append(self._unwritten.popleft())
        keep_all(self._database, keepings)

    def _refreshed(
        self, entry: CacheEntry, act: ActionContext, find: Finder, busy: bool, came_at: float
    ) -> tuple[CachedFeed, CacheWrite | None]:
        # Whoever waited here is served by what was brought up to date after they came, though more may have been
        # committed meanwhile: or a large feed that is often changed would be made anew for each of them.
        if entry.kept is not None and entry.asked_at >= came_at and act.now < entry.kept.until:
            return entry.kept, None
        asked_at = monotonic()
        current_state = self._pulse.current_state()
        if entry.kept is not None and entry.kept.current_state == current_state and act.now < entry.kept.until:
            return entry.kept, None  # somebody else was faster
        if busy:
            with snapshot(self._database) as session:
                entry.kept = _busy(session, act, find(session, act), entry, current_state)
            entry.asked_at = asked_at
            return entry.kept, None
        feed, assembly, keeping = _brought_up(self._database, act, find, entry)
        if entry.kept is None or entry.assembly is not assembly:
            answers: dict[Any, Any] = {}
        else:
            answers = entry.kept.answers
        entry.assembly, entry.asked_at = assembly, asked_at
        entry.kept = CachedFeed(
            feed,
            current_state,
            assembly.until,
            assembly.etag,
            assembly.packed,
            assembly.length,
            assembly.changed_at,
            answers,
        )
        return entry.kept, keeping

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


def _brought_up(
    database: Database, act: ActionContext, find: Finder, entry: CacheEntry
) -> tuple[Feed, FeedAssembly, CacheWrite | None]:
    """The feed and its assembly as the database has them now; sets where the entry stands."""
    unkept = UncachedParts()
    while True:
        with snapshot(database) as session:
            feed = find(session, act)
            version = (feed.version, feed.updated_at, feeds.owner_reads(session, feed))
            news = change_log.changes_since(session, entry.position)
            unkept.begin(session)
            unkept.position = news.position
            try:
                assembly, stretches = _assembled(session, act, feed, entry, version, news.event_ids, unkept)
            except TooManyParts as lacking:
                missing = lacking.missing
            else:
                entry.position, entry.version = news.position, version
                whole = assembly if stretches else None
                keeping = CacheWrite(act, feed.locale, unkept.fresh, news.position, whole, stretches)
                return feed, assembly, keeping if unkept.fresh or stretches else None
        render_many(database, act, feed.locale, missing, unkept)


def _assembled(
    session: Session,
    act: ActionContext,
    feed: Feed,
    entry: CacheEntry,
    version: Any,
    changed: frozenset[str] | None,
    unkept: UncachedParts,
) -> tuple[FeedAssembly, list[Chunk]]:
    before = entry.assembly
    is_good = before is not None and version == entry.version and act.now < before.until
    if before is not None and is_good and changed is not None and len(changed) <= MANY:
        return (assembler.update(session, act, before, changed, unkept) if changed else before), []
    return assembler.assemble(session, act, feed, unkept)


def _busy(session: Session, act: ActionContext, feed: Feed, entry: CacheEntry, current_state: Hashable) -> CachedFeed:
    """The free/busy times; made anew only when something changed that feeds show."""
    version = (feed.version, feed.updated_at, feeds.owner_reads(session, feed))
    news = change_log.changes_since(session, entry.position)
    before = entry.kept
    if before is not None and entry.version == version and news.event_ids == frozenset() and act.now < before.until:
        return replace(before, current_state=current_state)
    body = free_busy.free_busy(session, act, feed)
    entry.position, entry.version = news.position, version
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
    """A feed as it is now: ``body`` unpacked, ``compressed`` bytes when packed, ``etag`` without quotes."""

    body: bytes
    compressed: int
    etag: str
    entries: int
    changed_at: datetime


def render_feed(session: Session, act: ActionContext, feed: Feed) -> RenderedFeed:
    """A feed put together within the caller's transaction; nothing is kept."""
    unkept = UncachedParts()
    while True:
        try:
            assembly, _fresh = assembler.assemble(session, act, feed, unkept)
        except TooManyParts as lacking:
            unkept.make(session, act, feed.locale, lacking.missing)
            continue
        body = gzip.decompress(assembly.packed)
        entries = body.count(b"\r\nBEGIN:VEVENT\r\n") + body.count(b"\r\nBEGIN:VTODO\r\n")
        return RenderedFeed(body, len(assembly.packed), assembly.etag, entries, assembly.changed_at)
