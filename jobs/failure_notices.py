"""Notices of permanently failed mails, sent to another address of the organisation in charge of the event.

A notice tells an event's title, days and one of its readers. So it goes only to who may read the event, when it is
queued and again when it is sent: the mailbox of the organisation in charge, its accounts, approvers and administrators.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select
from sqlmodel import Session, col

from jobs.enqueue import add, new_row
from models.accounts import User
from models.events import Event
from models.places import Locality, Organisation
from models.queries.audience import is_address
from models.queries.event_readers import ReadingRights
from models.queries.languages import reader_language
from models.queries.offices import Offices
from models.queries.organisation_lines import OrganisationLines
from models.queries.trusted_mailboxes import trusted_mailboxes
from models.reminders import Reminder
from models.vocabulary import Language, ReminderPurpose, ReminderState, Role

_REPORTED_TO = (Role.APPROVER, Role.ADMIN)
_ACCOUNT = (User.id, User.email, User.locale, User.organisation_id, User.role, User.active, User.office)


def notify_failures(work: Session | Connection, failed_ids: Collection[str], now: datetime) -> int:
    """Queue a notice for each of these reminders that failed and is about an event; return the number of new rows.

    It goes to the mailbox of the organisation in charge; if that is missing, was written by others
    (:mod:`models.queries.trusted_mailboxes`), or is the address that failed or that of a disabled account, to the
    organisation's active accounts; if there are none, to approvers and administrators. It never goes to the address
    that failed, and there is no notice about a notice. A failure is reported once however often this is called; a mail
    that was sent again and failed again is reported again. Five queries regardless of the number of reminders.
    """
    connection = work if isinstance(work, Connection) else work.connection()
    failed = connection.execute(_failed(failed_ids)).all() if failed_ids else []
    if not failed:
        return 0
    readers = FailureReaders.load(connection, failed)
    rows = [
        new_row(
            ReminderPurpose.FAILURE,
            f"failure:{one.id}",
            address,
            locale,
            one.updated_at,  # the time of the failure, so that a second call makes the same key
            now,
            event_id=one.event_id,
            failed_id=one.id,
        )
        for one in failed
        for address, locale in readers.of(one, one.recipient).items()
    ]
    return add(connection, rows)


def _with_events(*columns: Any) -> Any:
    """A SELECT with what decides who may be told of an event's failed mails: the organisation in charge, its mailbox
    and its country, and who may read the event."""
    of_event: Sequence[Any] = (Event.id.label("event_id"), Event.organisation_id, Event.created_by, Event.visibility)  # type: ignore[attr-defined]
    return (
        select(*columns, *of_event, col(Organisation.email).label("mailbox"), col(Locality.country))
        .select_from(Event)
        .outerjoin(Organisation, col(Organisation.id) == col(Event.organisation_id))
        .outerjoin(Locality, col(Locality.code) == col(Organisation.locality))
    )


def _failed(ids: Collection[str]) -> Any:
    """The failed reminders about events, each with its event."""
    columns = (Reminder.id, Reminder.recipient, Reminder.updated_at)
    return (
        _with_events(*(col(column) for column in columns))
        .join(Reminder, col(Reminder.event_id) == col(Event.id))
        .where(
            col(Reminder.id).in_(ids),
            col(Reminder.state) == ReminderState.FAILED,
            col(Reminder.purpose) != ReminderPurpose.FAILURE,
        )
        .order_by(col(Reminder.id))
    )


@dataclass(frozen=True, slots=True)
class FailureReaders:
    """The accounts that may be told that mails about some events failed, and those that close a mailbox."""

    accounts: Mapping[str, tuple[Row[Any], ReadingRights]]
    """Address → account, disabled ones too, and what it may read."""
    trusted: frozenset[str] = frozenset()
    """The organisations in charge whose mailbox is theirs by their own word, or by that of their office."""

    @classmethod
    def load(cls, connection: Connection, events: Collection[Row[Any]]) -> "FailureReaders":
        """Read the accounts for events as :func:`_with_events` selects them; four queries, one of them for the lines of
        organisations."""
        organisations = {one.organisation_id for one in events if one.organisation_id}
        mailboxes = {mailbox for one in events if (mailbox := _mailbox(one))}
        concerned = or_(
            col(User.organisation_id).in_(organisations),
            col(User.role).in_(_REPORTED_TO),
            col(User.email).in_(mailboxes),
        )
        statement = (
            select(*(col(column) for column in _ACCOUNT), col(Organisation.protocol_office))
            .outerjoin(Organisation, col(Organisation.id) == col(User.organisation_id))
            .where(concerned)
            .order_by(col(User.email))
        )
        found: Sequence[Any] = connection.execute(statement).all()
        offices = Offices.load(connection)
        lines = OrganisationLines.load(connection)
        accounts = {
            user.email: (user, ReadingRights.of(user, user.protocol_office, offices).carrying_on(lines))
            for user in found
        }
        with_mailbox = {one.organisation_id for one in events if one.organisation_id and _mailbox(one)}
        return cls(accounts, trusted_mailboxes(connection, with_mailbox, offices))

    def of(self, event: Row[Any], failed_recipient: str) -> dict[str, Language]:
        """The recipients of the notice that a mail about an event failed, with their languages."""
        wrong = failed_recipient.lower()
        mailbox = self._open_mailbox(event)
        if mailbox and mailbox != wrong:
            return {mailbox: _language(event)}
        told = [user for user in self._readers(event) if user.email != wrong]
        own = [user for user in told if event.organisation_id and user.organisation_id == event.organisation_id]
        officials = [user for user in told if user.role in _REPORTED_TO]
        return {user.email: user.locale for user in own or officials}

    def language(self, event: Row[Any], recipient: str) -> Language | None:
        """The language of somebody who may be told now that mails about an event fail; None if they may not."""
        if recipient == self._open_mailbox(event):
            return _language(event)
        return next((user.locale for user in self._readers(event) if user.email == recipient), None)

    def _readers(self, event: Row[Any]) -> Iterable[Row[Any]]:
        """The active accounts in charge of an event: of its organisation, or reading everything of its office."""
        for user, rights in self.accounts.values():
            if user.active and rights.is_in_charge(event):
                yield user

    def _open_mailbox(self, event: Row[Any]) -> str | None:
        """The mailbox of the organisation in charge, unless others wrote it, or it is the address of a disabled account
        of its office."""
        mailbox = _mailbox(event) if event.organisation_id in self.trusted else None
        account = self.accounts.get(mailbox or "")
        if account is None or account[0].active or not account[1].is_of_office(event.organisation_id):
            return mailbox
        return None


def failure_readers(
    connection: Connection, event_ids: Collection[str]
) -> Mapping[str, tuple[Row[Any], FailureReaders]]:
    """Event → its row and who may be told now that mails about it fail; four queries, none without events."""
    if not event_ids:
        return {}
    events = connection.execute(_with_events().where(col(Event.id).in_(event_ids))).all()
    readers = FailureReaders.load(connection, events)
    return {one.event_id: (one, readers) for one in events}


def _mailbox(event: Row[Any]) -> str | None:
    """The mailbox of the organisation in charge of an event, in lower case; None if it has none."""
    mailbox = (event.mailbox or "").strip().lower()
    return mailbox if is_address(mailbox) else None


def _language(event: Row[Any]) -> Language:
    return reader_language(None, event.country)
