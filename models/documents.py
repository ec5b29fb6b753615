"""Papers of visits that were kept: what stood in them when they were made."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field

from models.base import Identified, Versioned, one_of
from models.types import JsonObject, UtcDateTime, WordType
from models.vocabulary import DocumentKind


class KeptDocument(Identified, Versioned, table=True):
    """A paper of an event as it was made: ``content`` is its value (:mod:`calendars.documents.stored`) and never
    changes.

    ``language`` are the languages of its columns in their order, joined by commas. ``number`` and ``issued_on`` are as
    the clerk gave them; they fill the gaps for them in the head. ``issued_by``, ``signed_by`` and ``organisation_id``
    (the body whose letter it is, of letters to several) are what it was asked for with; None: as is usual.
    ``was_issued``: it once had a number or was sent; it stays true, and the paper is never deleted.
    ``signed_file_id`` is the scan of the signed paper, one of the event's files. ``office`` is its maker's (NULL: the
    default office).
    """

    __tablename__ = "document"
    __table_args__ = (one_of("kind", DocumentKind),)

    event_id: str = Field(foreign_key="event.id", index=True, max_length=26, ondelete="CASCADE")
    kind: DocumentKind = Field(sa_type=WordType(DocumentKind))
    language: str = Field(max_length=8)
    issued_by: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    signed_by: str | None = Field(default=None, foreign_key="person.id", index=True, max_length=26)
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    number: str | None = Field(default=None, max_length=60)
    issued_on: date | None = None
    was_issued: bool = False
    signed_file_id: str | None = Field(
        default=None, foreign_key="file.id", index=True, max_length=26, ondelete="SET NULL"
    )
    content: dict[str, Any] = Field(sa_type=JsonObject)
    made_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    made_at: datetime = Field(sa_type=UtcDateTime)
    office: str | None = Field(default=None, max_length=60)
