"""Links with which somebody without an account fills in what the office asks for, and what they handed in."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, LargeBinary
from sqlmodel import Field, SQLModel

from models.base import Identified, Versioned, one_of
from models.types import JsonList, UtcDateTime, WordType
from models.vocabulary import Language, SubmissionState


class EventLink(Identified, table=True):
    """A link to fill in a visit's list, travel or days; of its token only the SHA-256 is kept.

    ``may`` are words of :class:`models.vocabulary.LinkSubject`. ``recipient`` is whom it was made for, as the office
    calls them. ``expires_on`` is the last day on which it opens; what else ends it: :mod:`models.queries.live_links`.
    ``language`` is the one its page and the text to pass on are in at first. ``seen_on`` is the last day somebody saved
    with it.
    """

    __tablename__ = "event_link"
    __table_args__ = (one_of("language", Language),)

    event_id: str = Field(foreign_key="event.id", index=True, max_length=26, ondelete="CASCADE")
    token_hash: str = Field(max_length=64, unique=True)
    may: list[str] = Field(sa_type=JsonList)
    recipient: str = Field(max_length=200)
    language: Language = Field(sa_type=WordType(Language))
    expires_on: date
    made_by: str | None = Field(default=None, foreign_key="user.id", index=True, max_length=26)
    made_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_reason: str | None = Field(default=None, max_length=500)
    office: str | None = Field(default=None, max_length=60)


class LinkDraft(SQLModel, table=True):
    """What had been typed with a link after one save, sealed; the newest version counts, the few before it tell what
    two people changed at the same time (:mod:`calendars.links.merging`)."""

    __tablename__ = "link_draft"
    __table_args__ = (CheckConstraint("version >= 1", name="version_from_one"),)

    link_id: str = Field(foreign_key="event_link.id", primary_key=True, max_length=26, ondelete="CASCADE")
    version: int = Field(primary_key=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    saved_at: datetime = Field(sa_type=UtcDateTime)


class Submission(Identified, Versioned, table=True):
    """What was handed in with a link, sealed as it was typed; ``form_token`` makes a form count once.

    ``is_late``: something from this link had been accepted before. ``taken`` are the paths that were accepted. The
    contents are forgotten with the passports of those who travel: ``sealed`` is then empty.
    """

    __tablename__ = "submission"
    __table_args__ = (one_of("state", SubmissionState),)

    link_id: str = Field(foreign_key="event_link.id", index=True, max_length=26, ondelete="CASCADE")
    event_id: str = Field(foreign_key="event.id", index=True, max_length=26, ondelete="CASCADE")
    state: SubmissionState = Field(default=SubmissionState.SUBMITTED, sa_type=WordType(SubmissionState), index=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    form_token: str = Field(max_length=64, unique=True)
    submitted_at: datetime = Field(sa_type=UtcDateTime)
    is_late: bool = Field(default=False)
    decided_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    taken: list[str] = Field(default_factory=list, sa_type=JsonList)
    reason: str | None = Field(default=None, max_length=2000)


class SubmissionFile(Identified, table=True):
    """A photo that came with a link, written anew without what a camera hides in it; its bytes are in the store."""

    __tablename__ = "submission_file"
    __table_args__ = (CheckConstraint("size >= 0", name="size_not_negative"),)

    link_id: str = Field(foreign_key="event_link.id", index=True, max_length=26, ondelete="CASCADE")
    sha256: str = Field(foreign_key="stored_content.sha256", index=True, max_length=64)
    media_type: str = Field(max_length=100)
    size: int
    uploaded_at: datetime = Field(sa_type=UtcDateTime)
