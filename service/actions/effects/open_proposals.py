"""The open proposal of an event and its end: it stands only between the two offices that share the event now.

Whatever changes that takes it back (:func:`end_if_apart`): nobody could answer it, or somebody else could.
"""

from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from calendars.proposals.notices import SETTLED, WHILE_OPEN
from calendars.proposals.steps import OUTCOMES, ProposalFacts, ProposalStep
from models.both_sides.proposals import Proposal
from models.both_sides.share import EventShare
from models.events import Event
from models.reminders import Reminder
from models.vocabulary import AboutType, ProposalState
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.reminders import planned_rows


def open_of(session: Session, event: Event) -> Proposal | None:
    """The proposal that is stored as open, expired or not."""
    return session.exec(select(Proposal).where(Proposal.event_id == event.id, col(Proposal.state) == "open")).first()


def facts_of(session: Session, row: Proposal) -> ProposalFacts:
    """What decides about a proposal, its offices as they are called now."""
    offices = permissions.offices(session)
    return ProposalFacts(row.state, offices.named(row.from_office), offices.named(row.to_office), row.expires_at)


def end_if_apart(session: Session, act: ActionContext, event: Event) -> bool:
    """Take back what is open between others than the two offices that share the event now; whether there was such."""
    if (row := open_of(session, event)) is None:
        return False
    offices, share = permissions.offices(session), session.get(EventShare, event.id)
    facts = facts_of(session, row)
    if share is not None:
        present = {offices.of(event.organisation_id), offices.named(share.office)}
        if present == {facts.office, facts.to_office} and len(present) > 1:
            return False
    if facts.state_at(act.now) is ProposalState.OPEN:
        close(session, act, row, ProposalStep.WITHDRAW)
    else:
        settle_expired(session, act, row)
    return True


def close(session: Session, act: ActionContext, row: Proposal, step: ProposalStep, note: str | None = None) -> None:
    """Write down what became of an open proposal, and take back the mails that wait for its answer."""
    values = {
        "state": OUTCOMES[step],
        "answered_at": act.now,
        "answered_by": act.user.id if act.user else None,
        "answer_note": note,
    }
    crud.change(session, act, row, values, event_id=row.event_id, action=step.value)
    session.flush()
    planned_rows.skip_where(session, SETTLED, act.now, *about(row), says_while_open())


def settle_expired(session: Session, act: ActionContext, row: Proposal) -> None:
    """Write down that a proposal has expired; its last mails stay planned."""
    values = {"state": ProposalState.EXPIRED, "answered_at": row.expires_at}
    crud.change(session, act, row, values, event_id=row.event_id, action="expire")


def about(row: Proposal) -> tuple[Any, Any]:
    """The conditions for mails about a proposal."""
    return col(Reminder.about_id) == row.id, col(Reminder.about_type) == AboutType.PROPOSAL


def says_while_open() -> Any:
    """The condition for mails that wait for an answer with it."""
    return or_(*(col(Reminder.rule_key).startswith(f"{notice}:") for notice in sorted(WHILE_OPEN)))
