"""Check a claimed mail with a kept paper, right before it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from calendars.days.office_clock import times_of
from calendars.documents.kinds import EVENT_KINDS
from calendars.events.lifecycle import CALLED_OFF
from calendars.mails.document_mail import DocumentTopic, compose_document
from calendars.mails.event_mail import OfficeMail
from calendars.reminders import due_times
from jobs.ports import PaperToSend
from jobs.queue import ClaimedReminder
from models.accounts import User
from models.documents import KeptDocument
from models.events import Event
from models.files import File
from models.i18n import N_, Message, message
from models.office import Office
from models.queries.document_receivers import DocumentReceivers
from models.vocabulary import DocumentKind, ReminderPurpose

DELETED = N_("The paper was deleted.")
NOT_ALLOWED = N_("Papers of this visit may not go to this address (any more).")


@dataclass(frozen=True, slots=True)
class DocumentMail:
    """A mail that is still to be sent, with what goes with it."""

    mail: OfficeMail
    paper: PaperToSend


@dataclass(frozen=True, slots=True)
class DocumentChecks:
    """What decides whether papers are still to be sent; read at once for a batch."""

    office: Office
    documents: Mapping[str, KeptDocument]
    scans: Mapping[str, File]
    senders: Mapping[str, str]
    receivers: DocumentReceivers

    @classmethod
    def load(cls, session: Session, claimed: Sequence[ClaimedReminder], office: Office) -> "DocumentChecks | None":
        """Read it for these reminders; None without mails with papers."""
        mails = [one for one in claimed if one.purpose is ReminderPurpose.DOCUMENT]
        if not mails:
            return None
        documents = _by_id(session, KeptDocument, {one.document_id for one in mails})
        scans = _by_id(session, File, {one.signed_file_id for one in documents.values()})
        senders = {one.sender_id for one in mails if one.sender_id}
        accounts = _by_id(session, User, senders)
        receivers = DocumentReceivers.load(
            session, {one.recipient for one in mails}, {one.event_id for one in mails if one.event_id}, senders
        )
        names = {identity: user.name for identity, user in accounts.items()}
        return cls(office, documents, scans, names, receivers)

    def check(self, one: ClaimedReminder, event: Event) -> DocumentMail | Message:
        """The mail and its paper, or the reason to skip it."""
        document = self.documents.get(one.document_id or "")
        if document is None or document.event_id != event.id:
            return message(DELETED)
        if event.status in CALLED_OFF:
            return message(due_times.SILENT[event.status])
        vouched = one.sender_id is None or self.receivers.vouches(one.sender_id, event)
        reader = self.receivers.reader(one.recipient, event, vouched=vouched)
        if reader is None:
            return message(NOT_ALLOWED)
        scan = self.scans.get(document.signed_file_id or "")
        topic = DocumentTopic(
            paper=EVENT_KINDS[DocumentKind(document.kind)].name,
            title=event.title,
            days=times_of(event, self.office.timezone).days,
            number=document.number,
            issued_on=document.issued_on,
            sender=self.senders.get(one.sender_id or ""),
            url=self.office.event_url(event.id) if reader.account_id else None,
            is_signed=scan is not None,
            to_body=reader.is_mailbox,
        )
        paper = PaperToSend(
            kind=DocumentKind(document.kind),
            language=document.language,
            content=document.content,
            number=document.number,
            issued_on=document.issued_on,
            title=event.title,
            first_day=event.first_day,
            scan=None if scan is None else (scan.sha256, scan.name, scan.media_type),
        )
        return DocumentMail(OfficeMail(reader.language, compose_document(topic, reader.language)), paper)


def _by_id(session: Session, model: type[Any], ids: set[Any]) -> dict[str, Any]:
    wanted = {one for one in ids if one is not None}
    if not wanted:
        return {}
    return {row.id: row for row in session.execute(select(model).where(col(model.id).in_(wanted))).scalars()}
