"""Assembling a feed from chunks of events, each compressed once, and updating the chunks that a change affects.

A chunk begins at every event whose id hashes to a multiple of 48, about one in fifty. Boundaries depend on nothing
else: an added or removed event affects one chunk, and every process splits the same feed in the same way.
"""

import zlib
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from calendars.ical.gzip_segments import Segment, deflated, gzipped, within
from calendars.ical.vcalendar import CALENDAR_END, calendar_head
from models.feeds import Feed, FeedChunk, IcalFragment
from service.actions.context import ActionContext
from service.actions.feeds import rendered_parts
from service.actions.feeds.feeds import is_public
from service.actions.feeds.rendered_parts import UncachedParts
from service.actions.feeds.selection import FeedLine, listing, next_tombstone_expiry, parts_of

EVENTS_PER_CHUNK = 48
"""On average. Larger chunks compress better, smaller ones are rebuilt faster."""

_END = deflated(CALENDAR_END)


@dataclass
class Chunk:
    """Consecutive lines and their compressed bytes; None until they are compressed."""

    lines: list[FeedLine]
    segment: Segment | None = None

    @cached_property
    def digest(self) -> str:
        """Identifies its bytes."""
        return rendered_parts.digest_of("".join([line.digest for line in self.lines]).encode())

    @cached_property
    def zones(self) -> frozenset[str]:
        """The time zones it refers to."""
        return frozenset(line.zone for line in self.lines) - {""}

    @cached_property
    def last_day(self) -> str:
        """The last day of all."""
        return max(line.last_day for line in self.lines)


@dataclass(frozen=True)
class FeedAssembly:
    """A feed's current bytes. ``packed`` is gzip, ``length`` the unpacked size, ``etag`` of the unpacked bytes, without
    quotes.

    It is valid until ``until`` unless something changes before; ``changed_at`` is the last change of the feed or any of
    its events. ``days`` is each event's first day by its id.
    """

    feed: Feed
    chunks: Sequence[Chunk]
    days: dict[str, str]
    packed: bytes
    length: int
    etag: str
    until: datetime
    changed_at: datetime

    @property
    def size(self) -> int:
        """Approximate memory use in bytes."""
        return len(self.packed) + 450 * len(self.days) + 2000


def assemble(
    session: Session, act: ActionContext, feed: Feed, uncached: UncachedParts
) -> tuple[FeedAssembly, list[Chunk]]:
    """The whole feed, from cached parts and chunks where there are any; and the chunks that had to be compressed.

    Raises:
        TooManyParts: too much has to be rendered.
    """
    lines, newest = listing(session, act, feed, uncached)
    chunks = [Chunk(cut) for cut in _cut(lines)]
    stored = {
        row.digest: Segment(row.crc, row.length, row.deflated)
        for row in session.execute(select(FeedChunk.__table__).where(col(FeedChunk.feed_id) == feed.id))  # type: ignore[attr-defined]
    }
    for chunk in chunks:
        chunk.segment = stored.get(chunk.digest)
    fresh = [chunk for chunk in chunks if chunk.segment is None]
    _compress(session, act, feed, fresh, uncached)
    changed_at = max(filter(None, [feed.updated_at, newest]))
    days = {line.event_id: line.first_day for line in lines}
    return _join(act, feed, chunks, days, changed_at, good_until(session, act, feed)), fresh


def update(
    session: Session, act: ActionContext, assembly: FeedAssembly, event_ids: Collection[str], uncached: UncachedParts
) -> FeedAssembly:
    """The feed after these events have changed; the same object if it neither showed nor shows any of them.

    Raises:
        TooManyParts: too much has to be rendered.
    """
    feed = assembly.feed
    lines, newest = listing(session, act, feed, uncached, event_ids)
    removed = {event_id: assembly.days[event_id] for event_id in event_ids if event_id in assembly.days}
    if not removed and not lines:
        return assembly
    chunks = _changed(assembly.chunks, removed, lines)
    _compress(session, act, feed, [chunk for chunk in chunks if chunk.segment is None], uncached)
    changed_at = max(filter(None, [assembly.changed_at, newest]))
    # A newly cancelled event stays for at least a day, so ``until`` can't have become earlier.
    updated = _join(act, feed, chunks, assembly.days, changed_at, assembly.until)
    # Reused, not copied: nothing is updated from the previous assembly once this one exists.
    for event_id in removed:
        del updated.days[event_id]
    updated.days.update({line.event_id: line.first_day for line in lines})
    return updated


def store_chunks(session: Session, assembly: FeedAssembly, fresh: Iterable[Chunk]) -> None:
    """Store compressed chunks for other processes that assemble this feed, and delete those of earlier states."""
    feed_id, digests = assembly.feed.id, {chunk.digest for chunk in assembly.chunks}
    stored = session.scalars(select(col(FeedChunk.digest)).where(col(FeedChunk.feed_id) == feed_id))
    for batch in rendered_parts.batches(sorted(set(stored) - digests)):
        session.execute(delete(FeedChunk).where(col(FeedChunk.feed_id) == feed_id, col(FeedChunk.digest).in_(batch)))
    values = {
        chunk.digest: {
            "feed_id": feed_id,
            "digest": chunk.digest,
            "crc": chunk.segment.crc,
            "length": chunk.segment.length,
            "deflated": bytes(chunk.segment.deflated),
        }
        for chunk in fresh
        if chunk.segment is not None
    }
    if values:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        session.execute(dialect.insert(FeedChunk).on_conflict_do_nothing(), list(values.values()))


def _starts_chunk(event_id: str) -> bool:
    return zlib.crc32(event_id.encode()) % EVENTS_PER_CHUNK == 0


def _cut(lines: Sequence[FeedLine]) -> Iterator[list[FeedLine]]:
    """Split the lines into chunks; none for no lines."""
    starts = [number for number, line in enumerate(lines) if number and _starts_chunk(line.event_id)]
    ends = [*starts, len(lines)]
    for begin, end in zip([0, *starts], ends, strict=True):
        if end > begin:
            yield list(lines[begin:end])


def _changed(chunks: Sequence[Chunk], removed: dict[str, str], added: Sequence[FeedLine]) -> list[Chunk]:
    """The chunks without the lines of removed events (id → first day) and with the added lines."""
    if not chunks:
        return [Chunk(lines) for lines in _cut(added)]
    starts = [chunk.lines[0][:2] for chunk in chunks]

    def place(first_day: str, event_id: str) -> int:
        return max(0, bisect_right(starts, (first_day, event_id)) - 1)

    touched = {place(day, event_id) for event_id, day in removed.items()}
    touched |= {place(line.first_day, line.event_id) for line in added}
    # A chunk whose first event is removed is merged into the previous one.
    for number in sorted(touched, reverse=True):
        while number and number in touched and chunks[number].lines[0].event_id in removed:
            number -= 1
            touched.add(number)
    result: list[Chunk] = []
    number = 0
    while number < len(chunks):
        if number not in touched:
            result.append(chunks[number])
            number += 1
            continue
        first = number
        while number < len(chunks) and number in touched:
            number += 1
        lines = [line for chunk in chunks[first:number] for line in chunk.lines if line.event_id not in removed]
        lines += [line for line in added if first <= place(line.first_day, line.event_id) < number]
        result += [Chunk(cut) for cut in _cut(sorted(lines))]
    return result


def _compress(
    session: Session, act: ActionContext, feed: Feed, chunks: Sequence[Chunk], uncached: UncachedParts
) -> None:
    """Compress chunks, many with one query. Parts of their events that are not cached are rendered.

    Raises:
        TooManyParts: too many are not cached.
    """
    for batch in _batched(chunks):
        lines = [line for chunk in batch for line in chunk.lines]
        keys = {line.event_id: parts_of(feed, deleted=line.deleted, shared=line.shared) for line in lines}
        bodies = _bodies(session, act, feed, list(keys))
        bodies |= {key: fragment.body for key, fragment in uncached.parts.items() if key[0] in keys}
        missing = {
            event_id: missing_parts
            for event_id, parts in keys.items()
            if (missing_parts := [part for part in parts if (event_id, part) not in bodies])
        }
        uncached.make_few(session, act, feed.locale, missing)
        bodies |= {key: fragment.body for key, fragment in uncached.parts.items() if key[0] in missing}
        for chunk in batch:
            entries = [
                # An event that was deleted from its table by hand has none.
                bodies.get((line.event_id, part), b"")
                for line in chunk.lines
                for part in keys[line.event_id]
            ]
            chunk.segment = deflated(b"".join(entries))


def _batched(chunks: Sequence[Chunk]) -> Iterator[list[Chunk]]:
    """The chunks in batches of about as many events as fit into one query."""
    batch: list[Chunk] = []
    for chunk in chunks:
        batch.append(chunk)
        if sum(len(one.lines) for one in batch) >= rendered_parts.BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _bodies(session: Session, act: ActionContext, feed: Feed, event_ids: Sequence[str]) -> dict[tuple[str, str], bytes]:
    bodies: dict[tuple[str, str], bytes] = {}
    parts = (*parts_of(feed, deleted=False), *parts_of(feed, deleted=True))
    for batch in rendered_parts.batches(event_ids):
        cached = select(col(IcalFragment.event_id), col(IcalFragment.part), col(IcalFragment.body)).where(
            col(IcalFragment.event_id).in_(batch),
            col(IcalFragment.language) == feed.locale,
            col(IcalFragment.part).in_(parts),
            col(IcalFragment.fingerprint) == rendered_parts.fingerprint(feed.locale, act.office),
        )
        bodies |= {(event_id, part): body for event_id, part, body in session.execute(cached)}
    return bodies


def _join(
    act: ActionContext,
    feed: Feed,
    chunks: Sequence[Chunk],
    days: dict[str, str],
    changed_at: datetime,
    until: datetime,
) -> FeedAssembly:
    head = _head(act, feed, chunks)
    segments = [chunk.segment for chunk in chunks if chunk.segment is not None]
    all_segments = [deflated(head), *segments, _END]
    packed = gzipped(all_segments)
    views = list(within(packed, all_segments))[1:-1]
    # Copies: another thread may be reading the same chunks to update the previous assembly.
    copies = [_copy_with(chunk, view) for chunk, view in zip(chunks, views, strict=True)]
    return FeedAssembly(
        feed=feed,
        chunks=copies,
        days=days,
        packed=packed,
        length=sum(segment.length for segment in all_segments),
        etag=rendered_parts.digest_of(head, *(chunk.digest.encode() for chunk in chunks)),
        until=until,
        changed_at=changed_at,
    )


def _copy_with(chunk: Chunk, segment: Segment) -> Chunk:
    copy = Chunk(chunk.lines, segment)
    copy.__dict__ |= {name: value for name, value in chunk.__dict__.items() if name not in {"lines", "segment"}}
    return copy


def _head(act: ActionContext, feed: Feed, chunks: Sequence[Chunk]) -> bytes:
    zones = sorted(frozenset[str]().union(*(chunk.zones for chunk in chunks)))
    first = int(chunks[0].lines[0].first_day[:4]) if chunks else feed.created_at.year
    last = max((int(chunk.last_day[:4]) for chunk in chunks), default=feed.created_at.year)
    public_url = act.office.public_url
    return calendar_head(
        name=feed.name,
        language=feed.locale,
        zones=(act.office.timezone, *zones),
        first_year=first,
        last_year=last,
        # Never the URL that contains the token: calendars are passed on as files.
        source=f"{public_url}/feeds/{feed.id}.ics"
        if is_public(feed)
        else f"{public_url}/api/v1/feeds/{feed.id}/calendar",
        url=public_url if is_public(feed) else f"{public_url}/feeds",
    )


def good_until(session: Session, act: ActionContext, feed: Feed) -> datetime:
    """When time alone may change the feed: at midnight in the office's time zone, or when a tombstone expires."""
    zone = ZoneInfo(act.office.timezone)
    midnight = datetime.combine(act.today + timedelta(days=1), time(), zone).astimezone(UTC)
    oldest = next_tombstone_expiry(session, act, feed)
    return midnight if oldest is None else min(midnight, oldest + timedelta(days=feed.tombstone_days))
