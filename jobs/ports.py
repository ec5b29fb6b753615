"""What jobs need of the service, as typed interfaces; the command line hands in what fulfils them."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlmodel import Session

from calendars.mails.event_mail import OfficeMail
from calendars.replies.values import Answer, NotUnderstood, ReceivedMail
from models.i18n import Message
from models.text import LocalizedText
from models.vocabulary import DocumentKind, ReminderPurpose


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


@dataclass(frozen=True, slots=True)
class PaperToSend:
    """A kept paper as it is when it is sent: its value (:mod:`calendars.documents.stored`), what the clerk entered, and
    ``scan``, the SHA-256, name and media type of the signed paper if there is one."""

    kind: DocumentKind
    language: str
    content: Mapping[str, Any]
    number: str | None
    issued_on: date | None
    title: LocalizedText
    first_day: date
    scan: tuple[str, str, str] | None = None


class Attachment(Protocol):
    """A file that goes with a mail."""

    @property
    def name(self) -> str: ...
    @property
    def media_type(self) -> str: ...
    @property
    def content(self) -> bytes: ...


class Papers(Protocol):
    """Writes kept papers as the files that go with mails; outside of any transaction, as it takes its time."""

    def attachment(self, paper: PaperToSend) -> Attachment:
        """The signed scan, else the paper as .pdf.

        Raises:
            FilesAway: the store of files can't be read.
        """


class AnswersByMail(Protocol):
    """Does with a message of the inbox what follows from it."""

    def take(self, session: Session, mail: ReceivedMail, read: Answer | NotUnderstood, now: datetime) -> bool:
        """Keep what became of a message, and apply it if it proves to be an answer; in the caller's transaction.

        False: it was handled before, and nothing follows from it again.
        """


class Planning(Protocol):
    """Plans what a change means for many events, in batches (:class:`models.workers.PlanningJob`)."""

    def is_waiting(self, session: Session) -> bool:
        """Whether there is something to plan; only reads."""

    def plan_batch(self, session: Session, now: datetime) -> bool:
        """Plan the next batch in the caller's transaction; False if nothing could be done now."""

    def plan_ahead(self, session: Session, now: datetime) -> int:
        """Plan what comes round every year and has come near enough since yesterday; return how many rows are new."""


class Pulse(Protocol):
    """How a process shows whoever watches it that its loops go round."""

    def beat(self, loop: str) -> None:
        """This loop makes progress."""

    def patience(self, loop: str, seconds: float) -> AbstractContextManager[None]:
        """Within the block this loop may take so long for a single step."""


class _Unwatched:
    def beat(self, loop: str) -> None:
        """Nobody watches."""

    @contextmanager
    def patience(self, loop: str, seconds: float) -> Iterator[None]:
        yield


NO_PULSE: Pulse = _Unwatched()
"""For a process that nobody watches."""
