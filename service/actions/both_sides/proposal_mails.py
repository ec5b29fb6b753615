"""Planning the mails about proposed days: who is asked, reminded and told, and what is taken back when it is settled.

The rows are in the queue of reminders, about the proposal (:class:`models.vocabulary.AboutType`). What each has to say,
and whether to this reader, is decided again when it leaves (:mod:`jobs.proposal_checks`).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select
from sqlmodel import Session

from calendars.proposals.notices import ProposalNotice, planned_notices
from models.both_sides.proposals import Proposal
from models.events import Event
from models.queries.proposal_readers import ProposalReaders
from models.reminders import Reminder
from models.vocabulary import AboutType, ReminderState
from service.actions import permissions
from service.actions.context import ActionContext
from service.actions.effects.open_proposals import about, says_while_open
from service.actions.reminders import planned_rows

_TABLE: Table = Reminder.__table__  # type: ignore[attr-defined]


def plan(session: Session, act: ActionContext, event: Event, row: Proposal, zone: str) -> None:
    """Plan the mails that a new proposal needs as long as nobody answers; ``zone`` is that of the office asked."""
    notices = planned_notices(
        office=row.from_office,
        to_office=row.to_office,
        made_at=row.made_at,
        answer_by=row.answer_by,
        expires_at=row.expires_at,
        zone=zone,
    )
    session.flush()
    readers = ProposalReaders.load(session, permissions.offices(session), [event.id])
    rows = [
        new
        for one in notices
        for new in _rows(act, event, row, readers, one.notice, one.due_at, to_proposer=one.office == row.from_office)
    ]
    planned_rows.insert(session, rows)


def tell(session: Session, act: ActionContext, event: Event, row: Proposal, notice: ProposalNotice) -> None:
    """Plan the mails that tell of a step now: to who was asked that it was withdrawn, else to who proposed."""
    session.flush()
    readers = ProposalReaders.load(session, permissions.offices(session), [event.id])
    to_proposer = notice is not ProposalNotice.WITHDRAWN
    rows = list(_rows(act, event, row, readers, notice, act.now, to_proposer=to_proposer))
    planned_rows.insert(session, rows)


def has_told(session: Session, row: Proposal) -> bool:
    """Whether somebody was asked for an answer by mail, or may have been."""
    sent = _TABLE.c.state.in_((ReminderState.SENT, ReminderState.SENDING))
    asked = select(_TABLE.c.id).where(*about(row), says_while_open(), sent)
    return session.connection().execute(asked.limit(1)).first() is not None


def _rows(
    act: ActionContext,
    event: Event,
    row: Proposal,
    readers: ProposalReaders,
    notice: ProposalNotice,
    due_at: datetime,
    *,
    to_proposer: bool,
) -> Iterator[dict[str, Any]]:
    office = readers.readers.offices.named(row.from_office if to_proposer else row.to_office)
    told = readers.told(event, office, also=row.made_by if to_proposer else None)
    of: dict[str, Any] = {
        "about_type": AboutType.PROPOSAL,
        "about_id": row.id,
        "about_day": row.first_day,
        "rule_id": None,
    }
    of |= {"rule_key": f"{notice.value}:{'from' if to_proposer else 'to'}", "task_key": ""}
    for recipient, language in told.items():
        yield planned_rows.new_row(recipient, language, due_at, act.now, **of)
