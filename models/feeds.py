"""Calendar feeds people subscribe to, and the kept bytes they are assembled from."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import LargeBinary
from sqlmodel import Field, SQLModel

from models.base import Identified, Versioned, one_of
from models.types import JsonObject, UtcDateTime, WordType
from models.vocabulary import Language


class Feed(Identified, Versioned, table=True):
    """A subscription: what it shows (``filter``), in which language; only its token's SHA-256 is kept."""

    __tablename__ = "feed"
    __table_args__ = (one_of("locale", Language),)

    user_id: str = Field(foreign_key="user.id", index=True, max_length=26, ondelete="CASCADE")
    name: str = Field(max_length=200)
    locale: Language = Field(default=Language.VI, sa_type=WordType(Language))
    filter: dict[str, Any] = Field(default_factory=dict, sa_type=JsonObject)
    alarms: bool = Field(default=False)
    past_days: int = Field(default=365, ge=0, le=36_500)
    tombstone_days: int = Field(default=30, ge=0, le=3650)
    expires_on: date | None = None
    token_hash: str = Field(max_length=64, unique=True)


class IcalFragment(SQLModel, table=True):
    """An event's VEVENT, rendered once per language and kept until the event changes.

    ``fingerprint`` names the renderer's version and the public address: bytes made by another are made anew.
    """

    __tablename__ = "ical_fragment"

    event_id: str = Field(foreign_key="event.id", primary_key=True, max_length=26, ondelete="CASCADE")
    language: Language = Field(primary_key=True, sa_type=WordType(Language))
    alarm: bool = Field(primary_key=True)
    fingerprint: str = Field(max_length=64)
    body: bytes = Field(sa_type=LargeBinary)
    rendered_at: datetime = Field(sa_type=UtcDateTime)
