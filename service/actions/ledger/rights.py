"""Who reads and writes the ledger: officers in charge, the protocol office's and approvers; never another office.

Viewers read no money, whichever office or body they are of (:attr:`ReadingRights.handles_money`). Of an event's money
this is narrower than of its other facts: a public event is read whole by its whole office, its estimate, payments,
gifts and learners only by who is in charge of it or carries on that body's work. What belongs to no event (a gift, a
project) is an office's by its ``office`` and a body's by its ``organisation_id``.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlmodel import Session, col, select

from models.accounts import Audit
from models.errors import Forbidden, NotFound
from models.events import Event
from models.i18n import N_, message
from models.queries import event_readers
from service.actions import crud, permissions


def handles_money(session: Session) -> bool:
    """Whether the session reads money at all: an officer's or above, or the service's own."""
    account = permissions.account_rights(session)
    return account is None or account.handles_money


def reads_all_money(session: Session) -> bool:
    """Whether no money is hidden from the session."""
    return permissions.reader(session) is None and handles_money(session)


def reads_money(session: Session, event: Any) -> bool:
    """Whether the session may read the money of an event (or of a row with its columns) that it may read."""
    account = permissions.account_rights(session)
    return account is None or account.reads_money(event)


def money_readable(session: Session) -> ColumnElement[bool]:
    """:func:`reads_money` as a condition for SELECTs from the table of events."""
    account = permissions.account_rights(session)
    return true() if account is None else event_readers.money_of(account)


OF_MONEY = frozenset({"estimate", "estimate_line", "gift", "learner", "payment"})
"""What belongs to an event and is read by fewer than the event: its rows in the audit trail are, too."""


def trail_readable(session: Session) -> ColumnElement[bool]:
    """The condition for audit rows about events the session reads whole: what was done to an event's money is told to
    who reads that."""
    if reads_all_money(session):
        return true()
    events = select(col(Event.id)).where(money_readable(session))
    return or_(col(Audit.entity).not_in(sorted(OF_MONEY)), col(Audit.event_id).in_(events))


def find_event(session: Session, event_id: str, *, to_change: bool = False) -> Event:
    """An event whose money the session may read, or change.

    Raises:
        NotFound: there is none, or the session may not read it or its money.
        Forbidden: the session may read its money and not change it.
    """
    event = crud.find(session, Event, event_id)
    if permissions.hidden(session, [event_id]) or not reads_money(session, event):
        raise NotFound(crud.called(Event), event_id)
    if to_change and not permissions.may_change(session, event):
        raise Forbidden(message(N_("Only who is in charge of this event can change its money.")), code="not_in_charge")
    return event


def entries_readable(session: Session, model: Any) -> ColumnElement[bool]:
    """The condition for rows that may belong to no event, by their ``office`` and ``organisation_id``: all of the
    session's office, or those of its own body and its predecessors; none for who does not handle money."""
    if not handles_money(session):
        return false()
    one = permissions.reader(session)
    if one is None:
        return true()
    of_office = permissions.marked_own(session, model.office)
    if one.whole_office:
        return of_office
    own = sorted({*one.predecessors, *({one.organisation_id} if one.organisation_id else ())})
    return and_(of_office, model.organisation_id.in_(own))


def changes_entry(session: Session, row: Any) -> bool:
    """Whether the session may change such a row: the whole office's accounts any, others their own body's."""
    if not handles_money(session):
        return False
    one = permissions.reader(session)
    if one is None:
        return True
    is_own = row.organisation_id is not None and row.organisation_id == one.organisation_id
    return permissions.is_marked_own(session, row.office) and (one.whole_office or is_own)
