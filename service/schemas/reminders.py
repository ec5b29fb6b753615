"""Reminder rules and reminders as JSON."""

from marshmallow import fields, validate

from models.reminders import Reminder, ReminderRule
from models.vocabulary import EventKind
from service.schemas.fields import MAX_TITLE, LocalizedText, OneOrMany, Text, Word
from service.schemas.rows import RowSchema


class ReminderRuleSchema(RowSchema):
    """What makes reminders. No kinds means every kind; no ``at`` means exactly the offset."""

    class Meta:
        model = ReminderRule

    name = LocalizedText(required=True, max_length=MAX_TITLE, plain_allowed=True)
    kinds = OneOrMany(Word(EventKind), validate=validate.Length(max=5))
    audience = OneOrMany(Text(validate=validate.Length(1, 300)), required=True, validate=validate.Length(1, 50))


class ReminderSchema(RowSchema):
    """One mail to one address: when it is due, what became of it and why."""

    class Meta:
        model = Reminder
        exclude = (
            "rule_key",
            "task_key",
            "lease_owner",
            "lease_until",
            "message_id",
            "entry_sequence",
            "waits_for_server",
            "deferred_since",
            "escalated_at",
            "updated_at",
            "created_at",
        )

    next_at = fields.Method("next_attempt", allow_none=True)

    def next_attempt(self, reminder: Reminder) -> str | None:
        """When it is tried next; nothing for one that is sent, failed or skipped."""
        if reminder.state.value not in {"pending", "sending"}:
            return None
        return reminder.next_at.isoformat().replace("+00:00", "Z")
