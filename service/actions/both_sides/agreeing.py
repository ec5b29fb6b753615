"""Days that one side proposed are accepted by the other: the visit moves to them, as if its own office had moved it.

Whoever accepts may be of the other office, which can change the visit in no other way. Bookings, programme, tasks,
reminders and notices follow as they always do (:func:`service.actions.events.events.change_event`). If the visit can't
move, the accepting side of the other office is told nothing of what stands in the way, and the visit's own side is.
"""

from datetime import timedelta

from sqlmodel import Session

from calendars.proposals.notices import ProposalNotice
from calendars.proposals.steps import ProposalStep
from models.both_sides.proposals import LONGEST_NOTE, Proposal
from models.errors import Conflict, DomainError, Invalid
from models.events import Event
from models.i18n import N_, message
from models.vocabulary import EventStatus
from service.actions import acting, crud, permissions
from service.actions.both_sides import proposal_mails
from service.actions.both_sides.proposals import Check, begin
from service.actions.context import ActionContext
from service.actions.effects.open_proposals import close
from service.actions.events import events

NOT_POSSIBLE = N_(
    "The visit can't be moved to these days: on the side that is in charge of it something stands in the way. They have"
    " been told. Wait for them, or propose other days."
)
TOLD_AGAIN_AFTER = timedelta(hours=1)
"""Attempts in vain that follow each other are told once."""


class AcceptanceRefused(Conflict):
    """The visit could not be moved; ``reason`` says why to its own side, as an English sentence with its values."""

    def __init__(self, problem: DomainError) -> None:
        super().__init__(message(NOT_POSSIBLE), code="days_not_possible")
        self.reason = _in_words(problem)[:LONGEST_NOTE]


def accept(session: Session, act: ActionContext, row: Proposal, event: Event, check: Check) -> Proposal:
    """Accept proposed days: the event moves to them; a postponed one is planned again.

    Raises:
        Forbidden: it is the other side's turn.
        Conflict: the proposal waits for no answer, or the days of the event are settled.
        BookingClash, Invalid: the event can't be moved, said to its own side.
        AcceptanceRefused: the same, said to the other one; the caller has it kept (:func:`keep_refusal`).
    """
    sides = begin(session, act, row, event, ProposalStep.ACCEPT, check)
    try:
        with session.begin_nested():
            _move(session, act, event, row)
    except (Invalid, Conflict) as problem:
        if sides.own == sides.owner:
            raise
        raise AcceptanceRefused(problem) from problem
    if sides.own != sides.owner:
        _proposer_changed_it(session, act, event, row)
    close(session, act, row, ProposalStep.ACCEPT)
    proposal_mails.tell(session, act, event, row, ProposalNotice.ANSWERED)
    return row


def keep_refusal(session: Session, act: ActionContext, row: Proposal, refusal: AcceptanceRefused) -> None:
    """Keep that accepting failed, and tell the side in charge of the visit. To be called after what was tried is
    undone, in a transaction that is kept although the answer is an error."""
    event = session.get_one(Event, row.event_id)
    if (
        row.refused_at is not None
        and act.now < row.refused_at + TOLD_AGAIN_AFTER
        and row.refused_reason == refusal.reason
    ):
        return
    values = {"refused_at": act.now, "refused_reason": refusal.reason}
    crud.change(session, act, row, values, event_id=row.event_id, action="try_accepting")
    proposal_mails.tell(session, act, event, row, ProposalNotice.REFUSED)


def _move(session: Session, act: ActionContext, event: Event, row: Proposal) -> None:
    days = {"first_day": row.first_day, "last_day": row.last_day}
    with permissions.in_place_of_owner(session, event):
        if act.user is not None:  # by the clock and at the place of the event's own office
            act = acting.context_of_reader(session, act.user, act.now, act.common.office, act.request_id)
        if event.status is EventStatus.POSTPONED:
            events.transition(session, act, event, EventStatus.PLANNED, days=days)
        else:
            events.change_event(session, act, event, days)


def _proposer_changed_it(session: Session, act: ActionContext, event: Event, row: Proposal) -> None:
    """Of the event's own side it is the proposer who changed the days: who proposed them is no second pair of eyes when
    they are confirmed, whoever of the other office accepted them."""
    mine = {"by": act.user.id if act.user else None, "at": act.now.isoformat()}
    proposer = {**mine, "by": row.made_by}
    corrections = {name: proposer if one == mine else one for name, one in event.corrections.items()}
    if corrections != event.corrections:
        event.corrections = corrections
        crud.flush(session)


def _in_words(problem: DomainError) -> str:
    if isinstance(problem, Invalid):
        return " ".join(str(line) for lines in problem.errors.values() for line in lines)
    return str(problem.detail)
