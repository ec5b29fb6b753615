"""Calendar feeds people subscribe to, the kept bytes they are assembled from, and what happened to events since."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary
from sqlmodel import Field, SQLModel

from models.base import Identified, Versioned, one_of
from models.text import LocalizedText
from models.types import JsonObject, LocalizedTextType, UtcDateTime, WordType
from models.vocabulary import EventKind, EventStatus, FeedClient, Language, Visibility

_NUMBER = BigInteger().with_variant(Integer(), "sqlite")


class Feed(Identified, Versioned, table=True):
    """A subscription: which events (``filter``), what of them (the switches), in which language.

    Only its token's SHA-256 is kept. ``visits`` are the events themselves, ``programme`` the items of their published
    programmes as entries of their own, ``tasks`` what is to be done for them; ``lunar`` adds the lunar date.
    """

    __tablename__ = "feed"
    __table_args__ = (one_of("locale", Language),)

    user_id: str = Field(foreign_key="user.id", index=True, max_length=26, ondelete="CASCADE")
    name: str = Field(max_length=200)
    locale: Language = Field(default=Language.VI, sa_type=WordType(Language))
    filter: dict[str, Any] = Field(default_factory=dict, sa_type=JsonObject)
    visits: bool = Field(default=True)
    programme: bool = Field(default=True)
    tasks: bool = Field(default=False)
    lunar: bool = Field(default=False)
    alarms: bool = Field(default=False)
    past_days: int = Field(default=365, ge=0, le=36_500)
    tombstone_days: int = Field(default=30, ge=0, le=3650)
    expires_on: date | None = None
    token_hash: str = Field(max_length=64, unique=True)


class IcalFragment(SQLModel, table=True):
    """One part of an event's entries (``part``: the visit, its programme, its tasks), rendered once per language and
    kept until something it shows changes.

    ``fingerprint`` names the renderer's version and the public address: bytes made by another are made anew.
    ``digest`` is of the body, which may be empty; ``zone`` is the time zone it refers to, empty for none. An event that
    was deleted has fragments too, so there is no foreign key.
    """

    __tablename__ = "ical_fragment"
    __table_args__ = (
        # All that has to be known to join what is kept already, without touching the bodies.
        Index("ix_ical_fragment_digest", "event_id", "language", "part", "fingerprint", "digest", "zone"),
    )

    event_id: str = Field(primary_key=True, max_length=26)
    language: Language = Field(primary_key=True, sa_type=WordType(Language))
    part: str = Field(primary_key=True, max_length=20)
    fingerprint: str = Field(max_length=16)
    digest: str = Field(max_length=32)
    zone: str = Field(max_length=64)
    body: bytes = Field(sa_type=LargeBinary)
    rendered_at: datetime = Field(sa_type=UtcDateTime)


class FeedChunk(SQLModel, table=True):
    """A stretch of a feed, compressed and ready to be joined; ``digest`` is of the fragments it was made of.

    ``deflated`` is a raw deflate stream that ends on a byte and refers to nothing before it; ``crc`` and ``length`` are
    of what it unpacks to.
    """

    __tablename__ = "feed_chunk"

    feed_id: str = Field(primary_key=True, max_length=26)
    digest: str = Field(primary_key=True, max_length=32)
    crc: int = Field(sa_type=BigInteger)
    length: int
    deflated: bytes = Field(sa_type=LargeBinary)


class FeedReader(SQLModel, table=True):
    """A kind of calendar program that reads a feed, and what it read last; no address and no exact version is kept."""

    __tablename__ = "feed_reader"
    __table_args__ = (one_of("client", FeedClient),)

    feed_id: str = Field(foreign_key="feed.id", primary_key=True, max_length=26, ondelete="CASCADE")
    client: FeedClient = Field(primary_key=True, sa_type=WordType(FeedClient))
    first_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
    etag: str = Field(max_length=64)


class CalendarChange(SQLModel, table=True):
    """A note, written in the transaction that changes it, that what feeds show of an event changed.

    ``event_id`` None: of many events. ``xid`` is PostgreSQL's number of the transaction: rows become visible in another
    order than they are numbered. It stays empty on SQLite, where they do not.
    """

    __tablename__ = "calendar_change"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, sa_column=Column(_NUMBER, primary_key=True, autoincrement=True))
    event_id: str | None = Field(default=None, max_length=26)
    xid: int | None = Field(default=None, sa_type=BigInteger, index=True)
    at: datetime = Field(sa_type=UtcDateTime)


class DeletedEvent(SQLModel, table=True):
    """What feeds still show of an event that was deleted, so that its subscribers see it go.

    The columns are those of the event at its end; ``updated_at`` is when it was deleted.
    """

    __tablename__ = "deleted_event"
    __table_args__ = (
        one_of("kind", EventKind),
        one_of("status", EventStatus),
        one_of("visibility", Visibility),
    )

    id: str = Field(primary_key=True, max_length=26)
    uid: str = Field(max_length=255)
    sequence: int
    kind: EventKind = Field(sa_type=WordType(EventKind))
    status: EventStatus = Field(sa_type=WordType(EventStatus))
    visibility: Visibility = Field(sa_type=WordType(Visibility))
    title: LocalizedText = Field(sa_type=LocalizedTextType)
    location: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    host: str = Field(max_length=60)
    guest: str | None = Field(default=None, max_length=60)
    organisation_id: str | None = Field(default=None, max_length=26)
    commitment_id: str | None = Field(default=None, max_length=26)
    first_day: date
    last_day: date
    start_time: time | None = None
    end_time: time | None = None
    timezone: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime, index=True)
