"""Proposals that wait for an answer: of the reader's side, or of the other one."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select as core_select
from sqlmodel import Session, col

from calendars.proposals.steps import NEGOTIABLE
from models.both_sides.proposals import Proposal
from models.events import Event
from models.queries.proposal_readers import is_between, speaks_for, taking_part
from models.queries.shares import SharedEvents, office_line
from models.vocabulary import ProposalState
from service.actions import permissions
from service.actions.context import ActionContext


@dataclass(frozen=True, slots=True)
class WaitingProposal:
    """An open proposal, its event, the other office, and whether the reader's side is to answer."""

    row: Proposal
    event: Event
    other: str
    is_ours: bool


def waiting_proposals(session: Session, act: ActionContext, limit: int) -> Sequence[WaitingProposal]:
    """The open proposals of events for which the session speaks, those it is to answer first, then by when they expire;
    at most ``limit``. Three queries, and none where there is only one office."""
    one = permissions.account_rights(session)
    if one is None or one.offices.alone:
        return ()
    codes = sorted(office_line(one.offices, one.office))
    statement = (
        core_select(Proposal, Event)
        .join(Event, col(Event.id) == col(Proposal.event_id))
        .where(
            col(Proposal.state) == ProposalState.OPEN,
            col(Proposal.expires_at) > act.now,
            is_between(one.offices, one.office),
            col(Event.status).in_(sorted(NEGOTIABLE)),
            permissions.visible(session),
        )
        .order_by(col(Proposal.to_office).in_(codes).desc(), col(Proposal.expires_at), col(Proposal.id))
        .limit(limit)
    )
    found = [(row[0], row[1]) for row in session.execute(statement)]
    if not found:
        return ()
    connection, ids = session.connection(), [event.id for _row, event in found]
    shared, parts = SharedEvents.of(connection, ids), taking_part(connection, ids)
    waiting = []
    for row, event in found:
        takes_part = (event.id, one.organisation_id) in parts
        if speaks_for(one, event, shared.code(event.id), takes_part=takes_part) is None:
            continue
        is_ours = one.offices.named(row.to_office) == one.office
        waiting.append(
            WaitingProposal(row, event, one.offices.named(row.from_office if is_ours else row.to_office), is_ours)
        )
    return waiting
