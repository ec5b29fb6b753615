"""What a mail in the inbox says: an answer to an invitation, or why it is none."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class AnswerMethod(StrEnum):
    """What somebody does with an invitation: answers it, or proposes something else. Source: RFC 5546 section 1.4."""

    REPLY = "reply"
    COUNTER = "counter"
    NONE = "none"


class Unread(StrEnum):
    """Why a mail is left unread. The words are kept with the message and never change."""

    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    MALFORMED = "malformed"
    ENCRYPTED = "encrypted"
    TNEF = "tnef"
    NO_CALENDAR = "no_calendar"
    SEVERAL_CALENDARS = "several_calendars"
    NO_METHOD = "no_method"
    NOT_AN_ANSWER = "not_an_answer"
    NO_EVENT = "no_event"
    SEVERAL_EVENTS = "several_events"
    NO_UID = "no_uid"
    NO_ATTENDEE = "no_attendee"
    SEVERAL_ATTENDEES = "several_attendees"
    NO_PARTSTAT = "no_partstat"
    DELEGATED = "delegated"
    NO_DAYS = "no_days"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a mail's own headers say. ``sender`` is the plain address of From, in lower case, which proves nothing.

    ``token`` is what follows the plus sign in an address that it was sent to, in lower case. ``sent_at`` is its Date.
    """

    message_id: str = ""
    sender: str = ""
    subject: str = ""
    token: str | None = None
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """A message of the inbox: where it lies, when it arrived, and its ``key``, the same wherever it lies."""

    folder: str
    uid_validity: int
    uid: int
    received_at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to an invitation, or an automatic mail, which is none (``method`` is then ``none``).

    ``attendee`` is the plain address that answers, in lower case. ``partstat`` is a word of
    :class:`models.vocabulary.MemberAnswer`. ``days`` are the first and the last day that a COUNTER proposes, both
    included. ``dtstamp`` is when it was given (aware, UTC); None if that does not stand there. ``recurrence_id`` is the
    day of a series it is about, as it stands there.
    """

    method: AnswerMethod
    envelope: Envelope = field(default_factory=Envelope)
    uid: str = ""
    sequence: int = 0
    recurrence_id: str | None = None
    attendee: str = ""
    partstat: str | None = None
    days: tuple[date, date] | None = None
    comment: str | None = None
    dtstamp: datetime | None = None
    is_automatic: bool = False

    @property
    def token(self) -> str | None:
        """The token of the address it was sent to."""
        return self.envelope.token

    @property
    def message_id(self) -> str:
        """Its Message-ID, with the angle brackets."""
        return self.envelope.message_id

    @property
    def sender(self) -> str:
        """The plain address of From."""
        return self.envelope.sender


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A mail that is left unread; ``uid`` and ``attendee`` as far as they could be read."""

    reason: Unread
    envelope: Envelope = field(default_factory=Envelope)
    uid: str = ""
    attendee: str = ""
    comment: str | None = None

    @property
    def token(self) -> str | None:
        """The token of the address it was sent to."""
        return self.envelope.token

    @property
    def message_id(self) -> str:
        """Its Message-ID, with the angle brackets."""
        return self.envelope.message_id

    @property
    def sender(self) -> str:
        """The plain address of From."""
        return self.envelope.sender
