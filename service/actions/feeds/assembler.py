"""A feed put together: stretches of events that are compressed once, and what a change does to them.

A stretch begins with every event whose id says so, about one in fifty: where it ends depends on nothing else, so an
event that comes or goes touches one stretch, and every process cuts the same feed in the same way.
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

EVENTS_A_STRETCH = 48
"""On average. Longer ones pack better, shorter ones are made anew faster."""

_END = deflated(CALENDAR_END)


@dataclass
class Chunk:
    """Consecutive lines and their bytes, compressed; None until they are made."""

    lines: list[FeedLine]
    segment: Segment | None = None

    @cached_property
    def digest(self) -> str:
        """What tells its bytes from others."""
        return rendered_parts.digest_of("".join([line.digest for line in self.lines]).encode())

    @cached_property
    def zones(self) -> frozenset[str]:
        """The zones it refers to."""
        return frozenset(line.zone for line in self.lines) - {""}

    @cached_property
    def last_day(self) -> str:
        """The last day of all."""
        return max(line.last_day for line in self.lines)


@dataclass(frozen=True)
class FeedAssembly:
    """A feed's present bytes. ``packed`` is gzip, ``length`` what it unpacks to, ``etag`` of that, without quotes.

    It is good until ``until``, unless something changes before; ``changed_at`` is when the feed or the newest of its
    events was changed. ``days`` says on which day each event begins.
    """

    feed: Feed
    stretches: Sequence[Chunk]
    days: dict[str, str]
    packed: bytes
    length: int
    etag: str
    until: datetime
    changed_at: datetime

    @property
    def size(self) -> int:
        """About how many bytes of memory it takes."""
        return len(self.packed) + 450 * len(self.days) + 2000


def assemble(
    session: Session, act: ActionContext, feed: Feed, unkept: UncachedParts
) -> tuple[FeedAssembly, list[Chunk]]:
    """The whole feed from what is kept and what is not; with it the stretches that had to be compressed anew.

    Raises:
        Incomplete: too much has to be rendered.
    """
    lines, newest = listing(session, act, feed, unkept)
    stretches = [Chunk(cut) for cut in _cut(lines)]
    kept = {
        row.digest: Segment(row.crc, row.length, row.deflated)
        for row in session.execute(select(FeedChunk.__table__).where(col(FeedChunk.feed_id) == feed.id))  # type: ignore[attr-defined]
    }
    for stretch in stretches:
        stretch.segment = kept.get(stretch.digest)
    fresh = [stretch for stretch in stretches if stretch.segment is None]
    _compress(session, act, feed, fresh, unkept)
    changed_at = max(filter(None, [feed.updated_at, newest]))
    days = {line.event_id: line.first_day for line in lines}
    return _joined(act, feed, stretches, days, changed_at, good_until(session, act, feed)), fresh


def update(
    session: Session, act: ActionContext, assembly: FeedAssembly, event_ids: Collection[str], unkept: UncachedParts
) -> FeedAssembly:
    """The feed after these events have changed; the very same when it showed none of them and shows none now.

    Raises:
        Incomplete: too much has to be rendered.
    """
    feed = assembly.feed
    lines, newest = listing(session, act, feed, unkept, event_ids)
    gone = {event_id: assembly.days[event_id] for event_id in event_ids if event_id in assembly.days}
    if not gone and not lines:
        return assembly
    stretches = _changed(assembly.stretches, gone, lines)
    _compress(session, act, feed, [stretch for stretch in stretches if stretch.segment is None], unkept)
    changed_at = max(filter(None, [assembly.changed_at, newest]))
    # What was called off just now stays for a day at least, so no end of an earlier date can have come up.
    made = _joined(act, feed, stretches, assembly.days, changed_at, assembly.until)
    # Passed on, not copied: nobody updates from the state before once this one is there.
    for event_id in gone:
        del made.days[event_id]
    made.days.update({line.event_id: line.first_day for line in lines})
    return made


def keep_stretches(session: Session, assembly: FeedAssembly, fresh: Iterable[Chunk]) -> None:
    """Keep compressed stretches for the next who assembles this feed, and forget those of earlier states."""
    feed_id, digests = assembly.feed.id, {stretch.digest for stretch in assembly.stretches}
    kept = session.scalars(select(col(FeedChunk.digest)).where(col(FeedChunk.feed_id) == feed_id))
    for batch in rendered_parts.batches(sorted(set(kept) - digests)):
        session.execute(delete(FeedChunk).where(col(FeedChunk.feed_id) == feed_id, col(FeedChunk.digest).in_(batch)))
    values = {
        stretch.digest: {
            "feed_id": feed_id,
            "digest": stretch.digest,
            "crc": stretch.segment.crc,
            "length": stretch.segment.length,
            "deflated": bytes(stretch.segment.deflated),
        }
        for stretch in fresh
        if stretch.segment is not None
    }
    if values:
        dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
        session.execute(dialect.insert(FeedChunk).on_conflict_do_nothing(), list(values.values()))


def _begins(event_id: str) -> bool:
    return zlib.crc32(event_id.encode()) % EVENTS_A_STRETCH == 0


def _cut(lines: Sequence[FeedLine]) -> Iterator[list[FeedLine]]:
    """The lines in stretches; none for no lines."""
    begins = [number for number, line in enumerate(lines) if number and _begins(line.event_id)]
    ends = [*begins, len(lines)]
    for begin, end in zip([0, *begins], ends, strict=True):
        if end > begin:
            yield list(lines[begin:end])


def _changed(stretches: Sequence[Chunk], gone: dict[str, str], come: Sequence[FeedLine]) -> list[Chunk]:
    """The stretches without the lines of events that are gone (each with its first day), and with those that came."""
    if not stretches:
        return [Chunk(lines) for lines in _cut(come)]
    starts = [stretch.lines[0][:2] for stretch in stretches]

    def place(first_day: str, event_id: str) -> int:
        return max(0, bisect_right(starts, (first_day, event_id)) - 1)

    touched = {place(day, event_id) for event_id, day in gone.items()}
    touched |= {place(line.first_day, line.event_id) for line in come}
    # What its first event no longer begins belongs to the stretch before.
    for number in sorted(touched, reverse=True):
        while number and number in touched and stretches[number].lines[0].event_id in gone:
            number -= 1
            touched.add(number)
    result: list[Chunk] = []
    number = 0
    while number < len(stretches):
        if number not in touched:
            result.append(stretches[number])
            number += 1
            continue
        first = number
        while number < len(stretches) and number in touched:
            number += 1
        lines = [line for stretch in stretches[first:number] for line in stretch.lines if line.event_id not in gone]
        lines += [line for line in come if first <= place(line.first_day, line.event_id) < number]
        result += [Chunk(cut) for cut in _cut(sorted(lines))]
    return result


def _compress(
    session: Session, act: ActionContext, feed: Feed, stretches: Sequence[Chunk], unkept: UncachedParts
) -> None:
    """Give stretches their bytes, many with one query. Parts of their events that were never kept are rendered again.

    Raises:
        Incomplete: too many were not.
    """
    for some in _together(stretches):
        lines = [line for stretch in some for line in stretch.lines]
        keys = {line.event_id: parts_of(feed, deleted=line.deleted) for line in lines}
        bodies = _bodies(session, act, feed, list(keys))
        bodies |= {key: fragment.body for key, fragment in unkept.parts.items() if key[0] in keys}
        missing = {
            event_id: lacking
            for event_id, parts in keys.items()
            if (lacking := [part for part in parts if (event_id, part) not in bodies])
        }
        unkept.make_few(session, act, feed.locale, missing)
        bodies |= {key: fragment.body for key, fragment in unkept.parts.items() if key[0] in missing}
        for stretch in some:
            entries = [
                # An event that was taken out of its table by hand has none.
                bodies.get((line.event_id, part), b"")
                for line in stretch.lines
                for part in keys[line.event_id]
            ]
            stretch.segment = deflated(b"".join(entries))


def _together(stretches: Sequence[Chunk]) -> Iterator[list[Chunk]]:
    """The stretches in portions of about as many events as fit into one query."""
    some: list[Chunk] = []
    for stretch in stretches:
        some.append(stretch)
        if sum(len(one.lines) for one in some) >= rendered_parts.BATCH:
            yield some
            some = []
    if some:
        yield some


def _bodies(session: Session, act: ActionContext, feed: Feed, event_ids: Sequence[str]) -> dict[tuple[str, str], bytes]:
    bodies: dict[tuple[str, str], bytes] = {}
    parts = (*parts_of(feed, deleted=False), *parts_of(feed, deleted=True))
    for batch in rendered_parts.batches(event_ids):
        kept = select(col(IcalFragment.event_id), col(IcalFragment.part), col(IcalFragment.body)).where(
            col(IcalFragment.event_id).in_(batch),
            col(IcalFragment.language) == feed.locale,
            col(IcalFragment.part).in_(parts),
            col(IcalFragment.fingerprint) == rendered_parts.fingerprint(feed.locale, act.office),
        )
        bodies |= {(event_id, part): body for event_id, part, body in session.execute(kept)}
    return bodies


def _joined(
    act: ActionContext,
    feed: Feed,
    stretches: Sequence[Chunk],
    days: dict[str, str],
    changed_at: datetime,
    until: datetime,
) -> FeedAssembly:
    head = _head(act, feed, stretches)
    segments = [stretch.segment for stretch in stretches if stretch.segment is not None]
    all_segments = [deflated(head), *segments, _END]
    packed = gzipped(all_segments)
    views = list(within(packed, all_segments))[1:-1]
    # Copies: a stretch may at the same time be read by whoever updates from the state before.
    shown = [_with(stretch, view) for stretch, view in zip(stretches, views, strict=True)]
    return FeedAssembly(
        feed=feed,
        stretches=shown,
        days=days,
        packed=packed,
        length=sum(segment.length for segment in all_segments),
        etag=rendered_parts.digest_of(head, *(stretch.digest.encode() for stretch in stretches)),
        until=until,
        changed_at=changed_at,
    )


def _with(stretch: Chunk, segment: Segment) -> Chunk:
    copy = Chunk(stretch.lines, segment)
    copy.__dict__ |= {name: value for name, value in stretch.__dict__.items() if name not in {"lines", "segment"}}
    return copy


def _head(act: ActionContext, feed: Feed, stretches: Sequence[Chunk]) -> bytes:
    zones = sorted(frozenset[str]().union(*(stretch.zones for stretch in stretches)))
    first = int(stretches[0].lines[0].first_day[:4]) if stretches else feed.created_at.year
    last = max((int(stretch.last_day[:4]) for stretch in stretches), default=feed.created_at.year)
    public_url = act.office.public_url
    return calendar_head(
        name=feed.name,
        language=feed.locale,
        zones=(act.office.timezone, *zones),
        first_year=first,
        last_year=last,
        # Never the address with the token in it: calendars are passed on as files.
        source=f"{public_url}/feeds/{feed.id}.ics"
        if is_public(feed)
        else f"{public_url}/api/v1/feeds/{feed.id}/calendar",
        url=public_url if is_public(feed) else f"{public_url}/feeds",
    )


def good_until(session: Session, act: ActionContext, feed: Feed) -> datetime:
    """When time alone may change the feed: at midnight in the office, or when one that was called off drops out."""
    zone = ZoneInfo(act.office.timezone)
    midnight = datetime.combine(act.today + timedelta(days=1), time(), zone).astimezone(UTC)
    farewell = next_tombstone_expiry(session, act, feed)
    return midnight if farewell is None else min(midnight, farewell + timedelta(days=feed.tombstone_days))
