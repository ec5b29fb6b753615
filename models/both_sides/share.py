"""Which visits are shared with the office of the other side, what is asked of it, and who of it looked."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from models.base import Versioned
from models.types import JsonList, UtcDateTime

LONGEST_NOTE = 2000


class EventShare(Versioned, table=True):
    """An event that its office shares with the office of the other side, one row an event.

    ``office`` is the code of that office when the event was shared; what it means now, :mod:`models.queries.shares`
    says. ``asks`` is what is asked of it: objects with ``what`` (a word of :class:`models.vocabulary.Asked`) and
    ``until`` (a day), each ``what`` once. ``note`` is for the other side to read. ``acknowledged_at`` is when whoever
    shared it acknowledged the law on personal data, None where nobody had to.
    """

    __tablename__ = "event_share"

    event_id: str = Field(foreign_key="event.id", primary_key=True, max_length=26, ondelete="CASCADE")
    office: str = Field(foreign_key="locality.code", index=True, max_length=60)
    asks: list[dict[str, Any]] = Field(default_factory=list, sa_type=JsonList)
    note: str | None = Field(default=None, max_length=LONGEST_NOTE)
    shared_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    shared_at: datetime = Field(sa_type=UtcDateTime)
    acknowledged_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ShareOpening(SQLModel, table=True):
    """That an account of the other side opened a shared event: when first and when last.

    ``office`` is the account's. It stays when the event is shared no more: what was read was read.
    """

    __tablename__ = "share_opening"

    event_id: str = Field(foreign_key="event.id", primary_key=True, max_length=26, ondelete="CASCADE")
    user_id: str = Field(foreign_key="user.id", primary_key=True, max_length=26, ondelete="CASCADE")
    office: str = Field(foreign_key="locality.code", max_length=60)
    first_opened_at: datetime = Field(sa_type=UtcDateTime)
    last_opened_at: datetime = Field(sa_type=UtcDateTime)
