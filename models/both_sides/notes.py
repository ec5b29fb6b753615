"""Notes on events, of one side or of both, and whom they mention."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from models.base import Identified, one_of
from models.types import UtcDateTime, WordType
from models.vocabulary import NoteSource, NoteVisibility

NOTE_LENGTH = 4000
"""Of a note, in characters."""


class EventNote(Identified, table=True):
    """What somebody noted on an event. A note is never changed; what was written is struck out at most.

    ``office`` is its author's (NULL: the default office); with ``visibility`` ``own`` only that office reads it, with
    ``shared`` also the office ``shared_with``, the other one of those two that share the event
    (:mod:`models.queries.note_readers`). What came by mail
    (``source``) has no author but a ``sender``; the days that a mail proposes are ``first_day`` to ``last_day``.
    """

    __tablename__ = "event_note"
    __table_args__ = (
        one_of("visibility", NoteVisibility),
        one_of("source", NoteSource),
        CheckConstraint("(visibility = 'shared') = (shared_with IS NOT NULL)", name="shared_with_an_office"),
        CheckConstraint("(source = 'person') = (author_id IS NOT NULL)", name="author_or_mail"),
        CheckConstraint("source = 'mail' OR sender IS NULL", name="sender_of_mail"),
        CheckConstraint("(first_day IS NULL) = (last_day IS NULL)", name="both_days"),
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint("struck_by IS NULL OR struck_at IS NOT NULL", name="struck_at_an_instant"),
        Index("ix_event_note_event", "event_id", "created_at"),
    )

    event_id: str = Field(foreign_key="event.id", max_length=26, ondelete="CASCADE")
    text: str = Field(max_length=NOTE_LENGTH)
    visibility: NoteVisibility = Field(default=NoteVisibility.OWN, sa_type=WordType(NoteVisibility))
    office: str | None = Field(default=None, max_length=60)
    shared_with: str | None = Field(default=None, max_length=60)
    author_id: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    source: NoteSource = Field(default=NoteSource.PERSON, sa_type=WordType(NoteSource))
    sender: str | None = Field(default=None, max_length=254)
    first_day: date | None = None
    last_day: date | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    struck_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    struck_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)


class NoteMention(SQLModel, table=True):
    """An account that a note mentions; ``read_at`` is when it said that it has read it."""

    __tablename__ = "note_mention"
    __table_args__ = (
        Index(
            "ix_note_mention_unread",
            "user_id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    note_id: str = Field(foreign_key="event_note.id", primary_key=True, max_length=26, ondelete="CASCADE")
    user_id: str = Field(foreign_key="user.id", primary_key=True, max_length=26)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
