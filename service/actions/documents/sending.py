"""Kept papers sent by mail: through the queue, to each receiver once for what the paper is at the time.

Who may get one is the rule of :mod:`models.queries.document_receivers`; the worker asks it again before the mail
leaves. Sent anew is only what has changed: a number, a day, a signed scan.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from calendars.events.lifecycle import CALLED_OFF
from calendars.mails.document_mail import MOST_BYTES
from models.accounts import User
from models.documents import KeptDocument
from models.errors import Conflict, Forbidden, TooLarge
from models.events import Event
from models.files import File
from models.i18n import N_, message
from models.places import Organisation, Person
from models.queries.audience import is_address
from models.queries.document_receivers import DocumentReceivers
from models.reminders import Reminder
from models.text import LocalizedText
from models.vocabulary import ReminderPurpose, ReminderState
from service.actions import crud, permissions
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.documents import access

CALLED_OFF_EVENT = N_("This event does not take place on its days: no papers of it are sent.")
SCAN_TOO_LARGE = N_("The signed scan is larger than a mail may be ({megabytes} MB): scan it in grey at 200 dpi.")
NOT_MAILED = N_("Papers of money are not mailed: download this one and hand it over as your office does.")
NOBODY = N_("There is no person, organisation or account “{identity}”.")
NOT_ALLOWED = N_(
    "A paper may go to accounts that may read the visit, to people of the visit and to organisations that take part in"
    " it; only an approver or the protocol office can send it elsewhere."
)
NOT_TO = N_("“{name}” is none of these.")


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody a paper is sent to: whose id was given, what they are called, and their address, None: none is known
    that the sender may use."""

    id: str
    name: LocalizedText | str
    address: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of sending a paper: to whom it goes, who has it already, of whom no address is known."""

    sent: Sequence[Receiver]
    already: Sequence[Receiver]
    without_address: Sequence[Receiver]


def send(session: Session, act: ActionContext, event: Event, row: KeptDocument, to: Sequence[str]) -> Sent:
    """Send a kept paper to people, organisations and accounts, by their ids.

    Raises:
        Forbidden: others are in charge of the event; or an address is not the sender's to write to
            (``address_not_allowed``), and nothing is sent.
        Invalid: somebody is not there.
        Conflict: the event is called off; or it is a paper of money (``not_mailed``): who gets a mail may be on the
            other side.
        TooLarge: the signed scan is too large for a mail.
    """
    permissions.check_change(session, event)
    if row.kind in access.KEPT_FOR_MONEY:
        raise Conflict(message(NOT_MAILED), code="not_mailed")
    if event.status in CALLED_OFF:
        raise Conflict(message(CALLED_OFF_EVENT), code="called_off")
    scan = session.get(File, row.signed_file_id) if row.signed_file_id else None
    if scan is not None and scan.size > MOST_BYTES:
        raise TooLarge(message(SCAN_TOO_LARGE, megabytes=f"{MOST_BYTES / 1_000_000:g}"))
    found = _receivers(session, to)
    reachable = [one for one in found if one.address is not None]
    directory = DocumentReceivers.load(session, {str(one.address) for one in reachable}, [event.id])
    vouched = permissions.oversees(session, event.organisation_id)
    readers = {one.id: directory.reader(str(one.address), event, vouched=vouched) for one in reachable}
    if refused := [one for one in reachable if readers[one.id] is None]:
        errors = {f"to.{to.index(one.id)}": [message(NOT_TO, name=one.name)] for one in refused}
        raise Forbidden(message(NOT_ALLOWED), code="address_not_allowed", errors=errors)
    key = f"{ReminderPurpose.DOCUMENT}:{row.id}:{_state(row, scan)}"
    has_it = _on_their_way(session, event, key)
    sent, already = [], []
    for one in reachable:
        reader = readers[one.id]
        if reader is None or reader.address in has_it:
            already.append(one)
            continue
        has_it.add(reader.address)
        sent.append(one)
        session.add(
            Reminder(
                purpose=ReminderPurpose.DOCUMENT,
                rule_key=key,
                event_id=event.id,
                document_id=row.id,
                sender_id=act.user.id if act.user else None,
                recipient=reader.address,
                locale=reader.language,
                due_at=act.now,
                next_at=act.now,
                created_at=act.now,
                updated_at=act.now,
            )
        )
    if sent:
        row.was_issued = True
    crud.flush(session)
    if sent:
        told = {"to": {"from": None, "to": [one.id for one in sent]}, "kind": {"from": None, "to": row.kind}}
        record(session, act, "send", "document", row.id, told, event_id=event.id)
    return Sent(sent, already, [one for one in found if one.address is None])


def _receivers(session: Session, to: Sequence[str]) -> list[Receiver]:
    """Those with these ids in their order, each once.

    Raises:
        Invalid: some are not there.
    """
    ids = list(dict.fromkeys(to))
    known: dict[str, Receiver] = {}
    accounts = select(User).where(col(User.id).in_(ids), col(User.active), permissions.own_accounts(session))
    for user in session.exec(accounts):
        known[user.id] = Receiver(user.id, user.name, user.email)
    for person in crud.by_id(session, Person, ids).values():
        known[person.id] = Receiver(person.id, person.name, _address(session, person.kept_by, person.email))
    for body in crud.by_id(session, Organisation, ids).values():
        known[body.id] = Receiver(body.id, body.name, _address(session, body.id, body.email))
    crud.check(
        {f"to.{place}": [message(NOBODY, identity=one[:60])] for place, one in enumerate(to) if one not in known}
    )
    return [known[one] for one in ids]


def _address(session: Session, organisation_id: str | None, address: str | None) -> str | None:
    """An address in lower case, if the reader may read it and it is one."""
    written = (address or "").strip().lower()
    if not is_address(written) or not permissions.reads_address_of(session, organisation_id):
        return None
    return written


def _state(row: KeptDocument, scan: File | None) -> str:
    """Names what the paper is at the time: with another number, day or scan it may be sent again."""
    what: Iterable[Any] = (row.number, row.issued_on, scan.sha256 if scan else None)
    return hashlib.sha256(repr(tuple(map(str, what))).encode()).hexdigest()[:12]


def _on_their_way(session: Session, event: Event, key: str) -> set[str]:
    """The addresses that have this state of the paper, or to which it is on its way."""
    rows = select(Reminder.recipient).where(
        Reminder.event_id == event.id,
        Reminder.rule_key == key,
        col(Reminder.state).in_([ReminderState.PENDING, ReminderState.SENDING, ReminderState.SENT]),
    )
    return set(session.exec(rows).all())
