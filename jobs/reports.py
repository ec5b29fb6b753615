"""What the worker asks of whoever writes the office's own mails: the week's schedule, the day's digest, escalations."""

from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from calendars.mails.event_mail import OfficeMail
from models.i18n import Message
from models.vocabulary import ReminderPurpose


class Reports(Protocol):
    """Writes the office's own mails at the moment they are sent, so that they tell what is true then."""

    def write(
        self, session: Session, purpose: ReminderPurpose, recipient: str, due_at: datetime, now: datetime
    ) -> OfficeMail | Message:
        """The mail for a reader, or why they get none (any more); ``due_at`` is the timetable's instant it is for."""
