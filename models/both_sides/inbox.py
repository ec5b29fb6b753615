"""The inbox of answers by mail: how far its folder is read, and what became of each message."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from models.base import Identified, one_of
from models.types import UtcDateTime, WordType
from models.vocabulary import InboxOutcome, MemberAnswer


class InboxFolder(SQLModel, table=True):
    """A folder of a mailbox that answers arrive in, and how far it is read.

    ``name`` is ``user@host/FOLDER``. Messages up to ``last_uid`` are handled, as long as the folder's UIDVALIDITY is
    ``uid_validity``. ``failing_since`` is when it could first not be read, ``failure`` what the server said last; both
    None: it was read at ``read_at``. Source: RFC 9051 section 2.3.1.1.
    """

    __tablename__ = "inbox_folder"
    __table_args__ = (CheckConstraint("(failing_since IS NULL) = (failure IS NULL)", name="failure_since"),)

    name: str = Field(primary_key=True, max_length=400)
    uid_validity: int = Field(default=0, sa_type=BigInteger)
    last_uid: int = Field(default=0, sa_type=BigInteger)
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failure: str | None = Field(default=None, max_length=500)


class InboxMessage(Identified, table=True):
    """A message of the inbox and what became of it; never its text.

    ``key`` is a hash of its Message-ID and content: the same message is handled once, wherever it is moved and however
    often the folder is numbered anew. ``reason`` says why it was not applied: a word of
    :class:`calendars.replies.values.Unread` or of :class:`models.vocabulary.AnswerReason`. ``event_id`` and
    ``member_id`` are whose answer it is or claims to be. ``answered_at`` is when it was given, as far as can be known:
    with ``sequence`` and ``key`` it orders the answers of a member, of which the last one counts. ``to_mark``: it is to
    be marked as seen in the mailbox. ``settled_by`` is the account that applied it by hand, or set it aside.
    """

    __tablename__ = "inbox_message"
    __table_args__ = (
        one_of("outcome", InboxOutcome),
        one_of("partstat", MemberAnswer),
        CheckConstraint("(first_day IS NULL) = (last_day IS NULL)", name="both_days"),
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint("(outcome = 'applied') = (applied_at IS NOT NULL)", name="applied_at_an_instant"),
        CheckConstraint("(settled_by IS NULL) = (settled_at IS NULL)", name="settled_at_an_instant"),
        Index(
            "ix_inbox_message_to_mark",
            "folder",
            sqlite_where=text("to_mark"),
            postgresql_where=text("to_mark"),
        ),
    )

    key: str = Field(max_length=64, unique=True)
    folder: str = Field(max_length=400)
    uid_validity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    message_id: str = Field(default="", max_length=300)
    sender: str = Field(default="", max_length=254)
    subject: str = Field(default="", max_length=300)
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)
    handled_at: datetime = Field(sa_type=UtcDateTime)
    outcome: InboxOutcome = Field(sa_type=WordType(InboxOutcome))
    reason: str | None = Field(default=None, max_length=40)
    event_id: str | None = Field(default=None, foreign_key="event.id", index=True, max_length=26, ondelete="SET NULL")
    member_id: str | None = Field(default=None, foreign_key="member.id", index=True, max_length=26, ondelete="SET NULL")
    attendee: str = Field(default="", max_length=254)
    partstat: MemberAnswer | None = Field(default=None, sa_type=WordType(MemberAnswer))
    sequence: int = Field(default=0)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    first_day: date | None = None
    last_day: date | None = None
    comment: str | None = Field(default=None, max_length=2000)
    applied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    to_mark: bool = Field(default=False)
