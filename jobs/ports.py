"""What jobs need of the service, as one typed interface; the command line hands in what fulfils it."""

from datetime import datetime
from typing import Protocol

from sqlmodel import Session

from calendars.mails.event_mail import OfficeMail
from models.i18n import Message
from models.vocabulary import ReminderPurpose


class OfficeMails(Protocol):
    """Writes the office's own mails when they are sent: weekly schedule, daily digest, escalations, to approvers."""

    def write(
        self, session: Session, purpose: ReminderPurpose, recipient: str, due_at: datetime, now: datetime
    ) -> OfficeMail | Message:
        """The mail for a recipient, or why they get none (any more).

        ``due_at`` is the instant of the schedule it is for. The session reads as nobody in particular: the writer
        narrows it to what the recipient may read.
        """

    def write_to_approver(
        self, session: Session, purpose: ReminderPurpose, recipient: str, event_id: str
    ) -> OfficeMail | Message:
        """The mail about an event for an account that may confirm it, or why they get none (any more)."""
