"""The access log of feeds: which kinds of calendar programs read a feed, when last, and the ETag they got."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from models.feeds import Feed, FeedReader
from models.vocabulary import FeedClient


@dataclass(frozen=True, slots=True)
class FeedAccess:
    """One access of a calendar program to a feed; ``tag`` is the ETag it got, without quotes."""

    feed_id: str
    client: FeedClient
    at: datetime
    tag: str


def note_visits(session: Session, visits: Sequence[FeedAccess]) -> None:
    """Store these accesses, the last one of each kind of program. A feed deleted meanwhile is ignored."""
    existing = set(session.scalars(select(col(Feed.id)).where(col(Feed.id).in_({one.feed_id for one in visits}))))
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insert = dialect.insert(FeedReader)
    statement = insert.on_conflict_do_update(
        index_elements=["feed_id", "client"],
        set_={"last_at": insert.excluded.last_at, "etag": insert.excluded.etag},
        where=col(FeedReader.last_at) <= insert.excluded.last_at,
    )
    for one in sorted(visits, key=lambda visit: (visit.feed_id, visit.client, visit.at)):
        if one.feed_id in existing:
            values = {
                "feed_id": one.feed_id,
                "client": one.client,
                "first_at": one.at,
                "last_at": one.at,
                "etag": one.tag,
            }
            session.execute(statement, values)
