"""Reminder rules and reminders. The row is the queue: nothing else remembers what must be sent."""

from datetime import datetime, time

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from models.base import Identified, Versioned, one_of
from models.text import LocalizedText
from models.types import JsonList, LocalizedTextType, UtcDateTime, WordType
from models.vocabulary import Channel, Language, ReminderAnchor, ReminderPurpose, ReminderState


class ReminderRule(Identified, Versioned, table=True):
    """What makes reminders: for which kinds, how long before or after what, at which hour, to whom."""

    __tablename__ = "reminder_rule"
    __table_args__ = (one_of("anchor", ReminderAnchor), one_of("channel", Channel))

    name: LocalizedText = Field(sa_type=LocalizedTextType)
    kinds: list[str] = Field(default_factory=list, sa_type=JsonList)
    anchor: ReminderAnchor = Field(sa_type=WordType(ReminderAnchor))
    offset: str = Field(max_length=40)
    at: time | None = None
    working_days: bool = Field(default=False)
    audience: list[str] = Field(sa_type=JsonList)
    channel: Channel = Field(default=Channel.EMAIL, sa_type=WordType(Channel))
    active: bool = Field(default=True)


class Reminder(Identified, table=True):
    """One mail to one address, due at one instant.

    ``rule_key`` is the rule's id (for a cancellation ``cancellation:SEQUENCE``) and, unlike ``rule_id``, never NULL:
    with ``task_key``, ``recipient`` and ``due_at`` it makes a reminder unique by constraint. ``next_at`` is when the
    next attempt is due; it starts as ``due_at`` and grows with each failure. While ``sending``, ``lease_until``
    tells how long the claim holds.
    """

    __tablename__ = "reminder"
    __table_args__ = (
        one_of("state", ReminderState),
        one_of("purpose", ReminderPurpose),
        one_of("locale", Language),
        CheckConstraint("(state = 'sending') = (lease_until IS NOT NULL)", name="lease_while_sending"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_instant"),
        UniqueConstraint("event_id", "rule_key", "task_key", "recipient", "due_at", name="uq_reminder_once"),
        Index("ix_reminder_queue", "state", "next_at"),
    )

    purpose: ReminderPurpose = Field(default=ReminderPurpose.REMINDER, sa_type=WordType(ReminderPurpose))
    rule_id: str | None = Field(
        default=None, foreign_key="reminder_rule.id", index=True, max_length=26, ondelete="SET NULL"
    )
    rule_key: str = Field(max_length=60)
    event_id: str = Field(foreign_key="event.id", index=True, max_length=26, ondelete="CASCADE")
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
    message_id: str | None = Field(default=None, max_length=255)
    created_at: datetime = Field(sa_type=UtcDateTime)
    updated_at: datetime = Field(sa_type=UtcDateTime)
