"""Reminder rules and reminders. The rows are the queue: nothing else stores what must be sent."""

from datetime import date, datetime, time
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Integer, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from models.base import Identified, Versioned, one_of
from models.text import LocalizedText
from models.types import JsonList, JsonObject, LocalizedTextType, UtcDateTime, WordType
from models.vocabulary import (
    OFFICE_PURPOSES,
    AboutType,
    AttemptOutcome,
    Channel,
    Language,
    ReminderAnchor,
    ReminderChannel,
    ReminderPurpose,
    ReminderState,
)

_OFFICES = ", ".join(f"'{purpose}'" for purpose in OFFICE_PURPOSES)


class ReminderRule(Identified, Versioned, table=True):
    """A rule that produces reminders: for which kinds, how long before or after what, at which time, to whom.

    ``office`` is its maker's, of whose events it reminds (NULL: the default office). ``catch_up``: reminders that were
    due before the event was planned are sent at once instead of being skipped. ``grades``: of observances and
    anniversaries only such years, empty for all. ``organisation_id`` is whose rule it is;
    None: the office's own. ``addresses_approved_at`` is when somebody entitled last vouched for the ``email:``
    addresses of its audience, None if nobody has; ``addresses_approved_by`` is who, None for the service itself. It
    counts as long as that account may do so (:mod:`models.queries.approved_rules`).
    """

    __tablename__ = "reminder_rule"
    __table_args__ = (
        one_of("anchor", ReminderAnchor),
        one_of("channel", Channel),
        CheckConstraint(
            "addresses_approved_by IS NULL OR addresses_approved_at IS NOT NULL", name="approved_at_an_instant"
        ),
    )

    name: LocalizedText = Field(sa_type=LocalizedTextType)
    kinds: list[str] = Field(default_factory=list, sa_type=JsonList)
    grades: list[str] = Field(default_factory=list, sa_type=JsonList)
    anchor: ReminderAnchor = Field(sa_type=WordType(ReminderAnchor))
    offset: str = Field(max_length=40)
    at: time | None = None
    working_days: bool = Field(default=False)
    audience: list[str] = Field(sa_type=JsonList)
    channel: Channel = Field(default=Channel.EMAIL, sa_type=WordType(Channel))
    active: bool = Field(default=True)
    catch_up: bool = Field(default=False)
    office: str | None = Field(default=None, max_length=60)
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", max_length=26)
    addresses_approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    addresses_approved_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)


class Reminder(Identified, table=True):
    """One mail to one address, due at one instant.

    ``rule_key`` is the rule's id (otherwise its purpose: ``cancellation:SEQUENCE``, ``weekly:2026-11-23``) and, unlike
    ``rule_id``, never NULL: with ``task_key``, ``recipient`` and ``due_at`` it makes a reminder unique by constraint.
    ``next_at`` is when the next attempt is due; it starts as ``due_at`` and grows with each failure. While ``sending``,
    ``lease_until`` is the end of the claim. ``deferred_since`` is when the mail itself was first deferred;
    ``waits_for_server`` means that the mail server was down, whose return brings it forward. ``told_sequence`` is the
    SEQUENCE of the event whose values it told (:class:`EventVersion`), of what was sent or may have been. ``sent_to``
    is the address of who stood in for the recipient and got it, None: the recipient did.
    ``entry_sequence`` is the SEQUENCE of the calendar entry sent with it, ``entry_organizer`` its ORGANIZER if that was
    not the office. A failed reminder is unseen until somebody has marked it (``seen_at``).
    ``about_type`` and ``about_id`` say what it is about if that is no event, ``about_day`` which day of it, or
    the first of the month or year that is known of it; they are no foreign key: what they name is in several tables.
    ``failed_id`` is the reminder that a failure notice is about; it is no foreign key, which would need an index on
    every row. ``reckoning`` is 1 where ``due_at`` was computed as versions before 0.4 did
    (:func:`calendars.days.offsets.former_due_at`), else None.
    ``document_id`` is the kept paper that goes with the mail and ``sender_id`` the account that had it sent, whose word
    may vouch for the address; neither is a foreign key: a paper that was deleted is not sent any more.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        one_of("state", ReminderState),
        one_of("purpose", ReminderPurpose),
        one_of("locale", Language),
        one_of("channel", ReminderChannel),
        one_of("about_type", AboutType),
        CheckConstraint(
            f"(event_id IS NULL) = (purpose IN ({_OFFICES}) OR about_id IS NOT NULL)", name="of_event_or_office"
        ),
        CheckConstraint(
            "(about_id IS NULL) = (about_type IS NULL) AND (about_id IS NULL) = (about_day IS NULL)",
            name="about_complete",
        ),
        CheckConstraint("(state = 'sending') = (lease_until IS NOT NULL)", name="lease_while_sending"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_instant"),
        UniqueConstraint("event_id", "rule_key", "task_key", "recipient", "due_at", name="uq_reminder_once"),
        Index(
            "uq_reminder_of_office_once",
            "rule_key",
            "recipient",
            "due_at",
            unique=True,
            sqlite_where=text("event_id IS NULL AND about_id IS NULL"),
            postgresql_where=text("event_id IS NULL AND about_id IS NULL"),
        ),
        Index(
            "uq_reminder_about_once",
            "about_id",
            "about_type",
            "rule_key",
            "recipient",
            "due_at",
            unique=True,
            sqlite_where=text("about_id IS NOT NULL"),
            postgresql_where=text("about_id IS NOT NULL"),
        ),
        Index("ix_reminder_queue", "state", "next_at"),
        Index("ix_reminder_recipient", "recipient"),
        Index(
            "ix_reminder_sent_to",
            "sent_to",
            sqlite_where=text("sent_to IS NOT NULL"),
            postgresql_where=text("sent_to IS NOT NULL"),
        ),
        Index(
            "ix_reminder_waiting",
            "next_at",
            sqlite_where=text("waits_for_server = 1"),
            postgresql_where=text("waits_for_server"),
        ),
    )

    purpose: ReminderPurpose = Field(default=ReminderPurpose.REMINDER, sa_type=WordType(ReminderPurpose))
    rule_id: str | None = Field(
        default=None, foreign_key="reminder_rule.id", index=True, max_length=26, ondelete="SET NULL"
    )
    rule_key: str = Field(max_length=60)
    event_id: str | None = Field(default=None, foreign_key="event.id", index=True, max_length=26, ondelete="CASCADE")
    about_type: AboutType | None = Field(default=None, sa_type=WordType(AboutType))
    about_id: str | None = Field(default=None, max_length=26)
    about_day: date | None = None
    task_id: str | None = Field(default=None, foreign_key="task.id", max_length=26, ondelete="SET NULL")
    task_key: str = Field(default="", max_length=26)
    recipient: str = Field(max_length=254)
    locale: Language = Field(default=Language.VI, sa_type=WordType(Language))
    due_at: datetime = Field(sa_type=UtcDateTime)
    next_at: datetime = Field(sa_type=UtcDateTime)
    state: ReminderState = Field(default=ReminderState.PENDING, sa_type=WordType(ReminderState))
    reason: str | None = Field(default=None, max_length=2000)
    attempts: int = Field(default=0, ge=0)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lease_owner: str | None = Field(default=None, max_length=100)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_to: str | None = Field(default=None, max_length=254)
    message_id: str | None = Field(default=None, max_length=255)
    channel: ReminderChannel = Field(default=ReminderChannel.EMAIL, sa_type=WordType(ReminderChannel))
    entry_sequence: int | None = Field(default=None, ge=0)
    entry_organizer: str | None = Field(default=None, max_length=254)
    told_sequence: int | None = Field(default=None, ge=0)
    waits_for_server: bool = Field(default=False)
    deferred_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seen_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    escalated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failed_id: str | None = Field(default=None, max_length=26)
    reckoning: int | None = None
    document_id: str | None = Field(default=None, max_length=26)
    sender_id: str | None = Field(default=None, max_length=26)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)

    @property
    def about(self) -> dict[str, str] | None:
        """What it is about, e.g. ``{"type": "event", "id": "01…"}``; None for a mail about the office as a whole."""
        if self.about_type is not None and self.about_id is not None:
            return {"type": self.about_type.value, "id": self.about_id}
        return None if self.event_id is None else {"type": AboutType.EVENT.value, "id": self.event_id}


class EventVersion(SQLModel, table=True):
    """The values of an event at one SEQUENCE, as far as mails tell them and as long as the event exists.

    Kept when they change, with those before: what readers were told is compared with what holds now. ``reason`` is what
    its author typed for the change that led to them.
    """

    __tablename__ = "event_version"

    event_id: str = Field(foreign_key="event.id", primary_key=True, max_length=26, ondelete="CASCADE")
    sequence: int = Field(primary_key=True, ge=0)
    content: dict[str, Any] = Field(sa_type=JsonObject)
    reason: str | None = Field(default=None, max_length=2000)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class ReminderAttempt(SQLModel, table=True):
    """One attempt to deliver a reminder: when, by which worker, and the other side's reply."""

    __tablename__ = "reminder_attempt"
    __table_args__ = (one_of("outcome", AttemptOutcome),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger().with_variant(Integer, "sqlite"))
    reminder_id: str = Field(foreign_key="reminder.id", index=True, max_length=26, ondelete="CASCADE")
    at: datetime = Field(sa_type=UtcDateTime)
    outcome: AttemptOutcome = Field(sa_type=WordType(AttemptOutcome))
    answer: str | None = Field(default=None, max_length=2000)
    worker: str = Field(max_length=100)


class JobRun(SQLModel, table=True):
    """The last scheduled time for which a job has run; a job's work and this row are one transaction."""

    __tablename__ = "job_run"

    name: str = Field(primary_key=True, max_length=40)
    ran_for: datetime = Field(sa_type=UtcDateTime)
    ran_at: datetime = Field(sa_type=UtcDateTime)
