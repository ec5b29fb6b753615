"""Reminder rules, their previews, and reminders as JSON."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate
from sqlmodel import Session

from models.reminders import Reminder, ReminderRule
from models.vocabulary import AboutType, AttemptOutcome, EventKind, Grade, Language, ReminderState
from service.actions import crud
from service.actions.reminders import preview, reminder_rules
from service.schemas.fields import (
    MAX_TITLE,
    DayField,
    InstantField,
    ListField,
    LocalizedTextField,
    OneOrManyField,
    TextField,
    WordField,
)
from service.schemas.rows import RowSchema, StrictSchema


class ReminderRuleSchema(RowSchema):
    """A rule that generates reminders. No kinds means every kind; no ``at`` means exactly the offset.

    Its anchor says of what: of events and their tasks, or of observances, anniversaries and ends of agreements.
    ``grades``: of observances and anniversaries only such years.

    ``organisation_id`` is whose rule it is, by default its author's; null: the office's own.
    """

    class Meta:
        model = ReminderRule
        exclude = ("addresses_approved_at", "addresses_approved_by")

    name = LocalizedTextField(required=True, max_length=MAX_TITLE, plain_allowed=True)
    kinds = OneOrManyField(WordField(EventKind), validate=validate.Length(max=5))
    grades = OneOrManyField(WordField(Grade), validate=validate.Length(max=3))
    audience = OneOrManyField(
        TextField(validate=validate.Length(1, 300)), required=True, validate=validate.Length(1, 50)
    )

    def other_errors(self, session: Session, values: Mapping[str, Any]) -> crud.Errors:
        """Also an invalid offset or audience."""
        return super().other_errors(session, values) | reminder_rules.wrong_with(values)


class ReminderRulePreviewSchema(ReminderRuleSchema):
    """A rule to preview: for which event (by default those to come), and the language of the mails."""

    event_id = TextField(load_only=True, load_default=None, allow_none=True)
    locale = WordField(Language, load_only=True, load_default=None, allow_none=True)

    def other_errors(self, session: Session, values: Mapping[str, Any]) -> crud.Errors:
        """Also an event that does not exist."""
        return super().other_errors(session, values) | preview.event_errors(session, values.get("event_id"))


class ReaderSchema(StrictSchema):
    """A recipient of a reminder, and the language used for them."""

    address = fields.String()
    locale = WordField(Language)


class AboutSchema(StrictSchema):
    """What a reminder is about."""

    type = WordField(AboutType)
    id = fields.String()


class PreviewedReminderSchema(StrictSchema):
    """A reminder as a rule would create it; ``due_local`` is in the time zone of the event's place, or the office's.

    ``event_id`` is null where it is about no event.
    """

    event_id = fields.String(allow_none=True)
    about = fields.Nested(AboutSchema)
    title = LocalizedTextField()
    due_at = InstantField()
    due_local = fields.String(metadata={"format": "date-time"})
    task_id = fields.String(allow_none=True)
    task_title = LocalizedTextField(allow_none=True)
    state = WordField(ReminderState)
    reason = fields.String(allow_none=True)
    recipients = ListField(fields.Nested(ReaderSchema))


class MailPreviewSchema(StrictSchema):
    """A mail in one language."""

    locale = WordField(Language)
    subject = fields.String()
    text = fields.String()
    html = fields.String()


class PreviewSchema(StrictSchema):
    """What a rule would send: ``shown`` of ``total`` reminders, and the mails of the first."""

    reminders = ListField(fields.Nested(PreviewedReminderSchema))
    total = fields.Integer()
    shown = fields.Integer()
    letters = ListField(fields.Nested(MailPreviewSchema))


class ReminderSchema(RowSchema):
    """One mail to one address: when it is due, its outcome and the reason."""

    class Meta:
        model = Reminder
        exclude = (
            "about_type",
            "about_id",
            "rule_key",
            "sender_id",
            "task_key",
            "lease_owner",
            "lease_until",
            "message_id",
            "entry_sequence",
            "waits_for_server",
            "reckoning",
            "deferred_since",
            "escalated_at",
            "updated_at",
            "created_at",
        )

    about = fields.Nested(
        AboutSchema,
        dump_only=True,
        allow_none=True,
        metadata={"description": "What it is about; null for a mail about the office as a whole."},
    )
    about_day = DayField(
        dump_only=True,
        allow_none=True,
        metadata={
            "description": "Of an observance, an anniversary or an agreement the day it is about, or the first that is"
            " possible where only the month or the year is known."
        },
    )
    rule_name = LocalizedTextField(
        dump_only=True, allow_none=True, metadata={"description": "The name of its rule; null if that was deleted."}
    )
    task_title = LocalizedTextField(
        dump_only=True, allow_none=True, metadata={"description": "The title of the task it is about, if it is."}
    )
    next_at = fields.Method("next_attempt", allow_none=True, metadata={"type": "string", "format": "date-time"})

    def next_attempt(self, reminder: Reminder) -> str | None:
        """When the next attempt is; null for a reminder that is sent, failed or skipped."""
        if reminder.state.value not in {"pending", "sending"}:
            return None
        return reminder.next_at.isoformat().replace("+00:00", "Z")


class AttemptSchema(StrictSchema):
    """One delivery attempt, and the server's response."""

    at = InstantField()
    outcome = WordField(AttemptOutcome)
    answer = fields.String(allow_none=True)
    worker = fields.String()


class ReminderDetailSchema(ReminderSchema):
    """A reminder with its last 200 attempts, oldest first, and what happens next."""

    attempts_made = ListField(fields.Nested(AttemptSchema), dump_only=True)
    attempts_made_total = fields.Integer(dump_only=True)
    next = fields.String(dump_only=True, metadata={"description": "In the reader's language."})
