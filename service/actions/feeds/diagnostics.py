"""Diagnostics of a feed: who reads it, and findings about its state."""

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
    """A feed as it is now: sizes in bytes, ``etag`` of the unpacked calendar, the most severe finding first.

    ``last_changed_at`` is the last change of the feed or anything it shows.
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
    """Examine one feed."""
    return _report(act, feed, render_feed(session, act, feed), _access_log(session, (feed.id,))[feed.id])


def examine_feeds(session: Session, act: ActionContext, feeds: Sequence[Feed]) -> list[FeedReport]:
    """Examine several feeds, in their order; the access logs are read with one query."""
    accesses = _access_log(session, [feed.id for feed in feeds])
    return [_report(act, feed, render_feed(session, act, feed), accesses[feed.id]) for feed in feeds]


def readers_of(session: Session, act: ActionContext, feed: Feed) -> list[ReaderState]:
    """The kinds of programs that read a feed, the most recent first."""
    return _reader_states(render_feed(session, act, feed), _access_log(session, (feed.id,))[feed.id])


def _access_log(session: Session, feed_ids: Collection[str]) -> Mapping[str, list[FeedReader]]:
    found: Mapping[str, list[FeedReader]] = defaultdict(list)
    for row in session.exec(select(FeedReader).where(col(FeedReader.feed_id).in_(feed_ids))):
        found[row.feed_id].append(row)
    return found


def _reader_states(rendered: RenderedFeed, accesses: Sequence[FeedReader]) -> list[ReaderState]:
    latest_first = sorted(accesses, key=lambda row: (row.last_at, row.client), reverse=True)
    return [ReaderState(row.client, row.first_at, row.last_at, row.etag == rendered.etag) for row in latest_first]


def _report(act: ActionContext, feed: Feed, rendered: RenderedFeed, accesses: Sequence[FeedReader]) -> FeedReport:
    readers, act = _reader_states(rendered, accesses), act.common
    changed_at = max(filter(None, [feed.updated_at, last_stamp(rendered.body)]))
    state = FeedState(
        size=len(rendered.body),
        compressed_size=rendered.compressed,
        entries=rendered.entries,
        address_length=address_length(feed, act.office),
        public_url=act.office.public_url,
        alarms=feed.alarms,
        past_days=feed.past_days,
        far_past_size=size_before(rendered.body, act.today - FAR_PAST),
        expires_on=feed.expires_on,
        zones_missing=zones_missing(rendered.body),
        readers=readers,
        last_changed_at=changed_at,
        today=act.today,
        now=act.now,
    )
    return FeedReport(
        feed=feed,
        size=state.size,
        compressed_size=state.compressed_size,
        entries=state.entries,
        etag=rendered.etag,
        last_changed_at=changed_at,
        url_length=state.address_length,
        readers=readers,
        findings=examine(state),
    )


def address_length(feed: Feed, office: Office) -> int:
    """The length of the feed's URL in characters. The URL is not stored, but all secrets have the same length."""
    return len(IssuedFeed(feed, new_token()).url(office))
