"""Who reads a feed, and what the doctor finds of it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from calendars.feeds.diagnostics import FAR_PAST, FeedState, Finding, ReaderState, examine
from calendars.feeds.inspection import last_stamp, size_before, zones_missing
from models.feeds import Feed, FeedReader
from models.office import Office
from service.actions.context import ActionContext
from service.actions.feeds.cache import RenderedFeed, render_feed
from service.actions.feeds.feeds import IssuedFeed
from service.actions.tokens import new_token


@dataclass(frozen=True, slots=True)
class FeedReport:
    """A feed as it is now: sizes in bytes, ``etag`` of the unpacked calendar, the gravest finding first.

    ``last_changed_at`` is when the feed itself or anything it shows was last changed.
    """

    feed: Feed
    size: int
    compressed_size: int
    entries: int
    etag: str
    last_changed_at: datetime
    url_length: int
    readers: Sequence[ReaderState]
    findings: Sequence[Finding]


def examine_feed(session: Session, act: ActionContext, feed: Feed) -> FeedReport:
    """Look at one feed."""
    return _examined(act, feed, render_feed(session, act, feed), _kept(session, (feed.id,))[feed.id])


def examine_feeds(session: Session, act: ActionContext, feeds: Sequence[Feed]) -> list[FeedReport]:
    """Look at several feeds, in their order; who reads them is one query."""
    kept = _kept(session, [feed.id for feed in feeds])
    return [_examined(act, feed, render_feed(session, act, feed), kept[feed.id]) for feed in feeds]


def readers_of(session: Session, act: ActionContext, feed: Feed) -> list[ReaderState]:
    """The kinds of programs that read a feed, who read it last first."""
    return _readings(render_feed(session, act, feed), _kept(session, (feed.id,))[feed.id])


def _kept(session: Session, feed_ids: Collection[str]) -> Mapping[str, list[FeedReader]]:
    found: Mapping[str, list[FeedReader]] = defaultdict(list)
    for row in session.exec(select(FeedReader).where(col(FeedReader.feed_id).in_(feed_ids))):
        found[row.feed_id].append(row)
    return found


def _readings(whole: RenderedFeed, kept: Sequence[FeedReader]) -> list[ReaderState]:
    latest_first = sorted(kept, key=lambda row: (row.last_at, row.client), reverse=True)
    return [ReaderState(row.client, row.first_at, row.last_at, row.etag == whole.etag) for row in latest_first]


def _examined(act: ActionContext, feed: Feed, whole: RenderedFeed, kept: Sequence[FeedReader]) -> FeedReport:
    readers = _readings(whole, kept)
    changed_at = max(filter(None, [feed.updated_at, last_stamp(whole.body)]))
    condition = FeedState(
        size=len(whole.body),
        compressed_size=whole.compressed,
        entries=whole.entries,
        address_length=address_length(feed, act.office),
        public_url=act.office.public_url,
        alarms=feed.alarms,
        past_days=feed.past_days,
        far_past_size=size_before(whole.body, act.today - FAR_PAST),
        expires_on=feed.expires_on,
        zones_missing=zones_missing(whole.body),
        readers=readers,
        last_changed_at=changed_at,
        today=act.today,
        now=act.now,
    )
    return FeedReport(
        feed=feed,
        size=condition.size,
        compressed_size=condition.compressed_size,
        entries=condition.entries,
        etag=whole.etag,
        last_changed_at=changed_at,
        url_length=condition.address_length,
        readers=readers,
        findings=examine(condition),
    )


def address_length(feed: Feed, office: Office) -> int:
    """How many characters the feed's address has. The address itself is not kept, but all secrets are of one length."""
    return len(IssuedFeed(feed, new_token()).url(office))
