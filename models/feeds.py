"""Calendar feeds, the cached bytes they are assembled from, and the log of changes to events."""

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
    """A subscription: which events (``filter``), which entries (the switches), in which language.

    Only its token's SHA-256 is stored. ``visits`` are the events themselves, ``programme`` the items of their published
    programmes as separate entries, ``tasks`` their tasks; ``lunar`` adds the lunar date.
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
    """One part of an event's entries (``part``: the visit, its programme, its tasks), rendered once per language.

    It is cached until something it shows changes. ``fingerprint`` identifies the renderer's version and the public
    address: bytes with another fingerprint are rendered again. ``digest`` is that of the body, which may be empty;
    ``zone`` is the time zone it refers to, empty for none. Deleted events have fragments too, so there is no foreign
    key.
    """

    __tablename__ = "ical_fragment"
    __table_args__ = (
        # Everything needed to join cached fragments, without reading their bodies.
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
    """A chunk of a feed, compressed and ready to be joined; ``digest`` is that of its fragments.

    ``deflated`` is a raw deflate stream that ends on a byte boundary and refers to nothing before it; ``crc`` and
    ``length`` are those of the uncompressed data.
    """

    __tablename__ = "feed_chunk"

    feed_id: str = Field(primary_key=True, max_length=26)
    digest: str = Field(primary_key=True, max_length=32)
    crc: int = Field(sa_type=BigInteger)
    length: int
    deflated: bytes = Field(sa_type=LargeBinary)


class FeedReader(SQLModel, table=True):
    """A kind of calendar program that reads a feed, and what it last read; no address or exact version is stored."""

    __tablename__ = "feed_reader"
    __table_args__ = (one_of("client", FeedClient),)

    feed_id: str = Field(foreign_key="feed.id", primary_key=True, max_length=26, ondelete="CASCADE")
    client: FeedClient = Field(primary_key=True, sa_type=WordType(FeedClient))
    first_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime)
    etag: str = Field(max_length=64)


class CalendarChange(SQLModel, table=True):
    """A record, written in the same transaction, that the content feeds show of an event changed.

    ``event_id`` None: many events. ``xid`` is PostgreSQL's transaction id: rows become visible in a different order
    than they are numbered. It is empty on SQLite, where the order is the same.
    """

    __tablename__ = "calendar_change"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, sa_column=Column(_NUMBER, primary_key=True, autoincrement=True))
    event_id: str | None = Field(default=None, max_length=26)
    xid: int | None = Field(default=None, sa_type=BigInteger, index=True)
    at: datetime = Field(sa_type=UtcDateTime)


class DeletedEvent(SQLModel, table=True):
    """What feeds still show of a deleted event, so that subscribers see it disappear.

    The columns are those of the event when it was deleted, at ``updated_at``.
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
