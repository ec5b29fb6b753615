"""Notices of permanently failed mails, sent to another address of the organisation in charge of the event."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, or_, select
from sqlmodel import Session, col

from jobs.enqueue import add, new_row
from models.accounts import User
from models.events import Event
from models.places import Locality, Organisation
from models.queries.audience import is_address
from models.reminders import Reminder
from models.vocabulary import Language, ReminderPurpose, ReminderState, Role

_REPORTED_TO = (Role.APPROVER, Role.ADMIN)


def notify_failures(work: Session | Connection, failed_ids: Collection[str], now: datetime) -> int:
    """Queue a notice for each of these reminders that failed and is about an event; return the number of new rows.

    It goes to the mailbox of the organisation in charge; if that is missing, or is the address that failed, to the
    organisation's active accounts; if there are none, to approvers and administrators. It never goes to the address
    that failed, and there is no notice about a notice. A failure is reported once however often this is called; a mail
    that was sent again and failed again is reported again. Two queries regardless of the number of reminders.
    """
    connection = work if isinstance(work, Connection) else work.connection()
    failed = connection.execute(_failed(failed_ids)).all() if failed_ids else []
    if not failed:
        return 0
    accounts = _accounts(connection, failed)
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
        for address, locale in _recipients(one, accounts).items()
    ]
    return add(connection, rows)


def _failed(ids: Collection[str]) -> Any:
    """The failed reminders about events, each with the organisation in charge, its mailbox and its country."""
    return (
        select(
            *(col(column) for column in (Reminder.id, Reminder.recipient, Reminder.event_id, Reminder.updated_at)),
            col(Event.organisation_id),
            col(Organisation.email),
            col(Locality.country),
        )
        .select_from(Reminder)
        .join(Event, col(Event.id) == col(Reminder.event_id))
        .outerjoin(Organisation, col(Organisation.id) == col(Event.organisation_id))
        .outerjoin(Locality, col(Locality.code) == col(Organisation.locality))
        .where(
            col(Reminder.id).in_(ids),
            col(Reminder.state) == ReminderState.FAILED,
            col(Reminder.purpose) != ReminderPurpose.FAILURE,
        )
        .order_by(col(Reminder.id))
    )


Accounts = Mapping[str | None, Mapping[str, Language]]
"""Organisation (None: all approvers and administrators) → address → language of its active accounts."""


def _accounts(connection: Connection, failed: Collection[Row[Any]]) -> Accounts:
    organisations = {one.organisation_id for one in failed if one.organisation_id}
    found: dict[str | None, dict[str, Language]] = defaultdict(dict)
    columns = (col(User.email), col(User.locale), col(User.organisation_id), col(User.role))
    concerned = or_(col(User.organisation_id).in_(organisations), col(User.role).in_(_REPORTED_TO))
    for user in connection.execute(select(*columns).where(col(User.active), concerned).order_by(col(User.email))):
        if user.organisation_id in organisations:
            found[user.organisation_id][user.email] = user.locale
        if user.role in _REPORTED_TO:
            found[None][user.email] = user.locale
    return found


def _recipients(failed: Row[Any], accounts: Accounts) -> dict[str, Language]:
    """The recipients of the notice of a failure, with their languages."""
    wrong = failed.recipient.lower()
    mailbox = (failed.email or "").strip().lower()
    if mailbox != wrong and is_address(mailbox):
        language = Language.LO if failed.country == "LA" else Language.VI
        return {mailbox: language}
    for whose in (failed.organisation_id, None):
        others = {address: locale for address, locale in accounts.get(whose, {}).items() if address != wrong}
        if others:
            return others
    return {}
