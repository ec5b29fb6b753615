"""For which of the two offices that share a visit a session speaks about its days, and what it may do with them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, true
from sqlmodel import Session

from calendars.proposals.steps import ONLY_PROPOSER, REASONS, ProposalStep, Refusal
from models.both_sides.proposals import Proposal
from models.errors import Conflict, Forbidden
from models.events import Event
from models.i18n import N_, message
from models.queries.proposal_readers import is_between, speaks_for, taking_part
from models.queries.shares import SharedEvents
from models.vocabulary import Role
from service.actions import permissions
from service.actions.context import ActionContext
from service.actions.effects.open_proposals import facts_of

NOT_SHARED = N_(
    "This visit is not shared with the office of the other side, so nobody there could answer. Share it first."
)
_CONFLICTS = frozenset({Refusal.NOT_OPEN, Refusal.EVENT_CLOSED})


@dataclass(frozen=True, slots=True)
class TwoSides:
    """The two offices of a shared event: ``owner`` is the event's own, ``other`` the one it is shared with, None if it
    is not shared; ``own`` is the one that the session speaks for, None: neither."""

    owner: str
    other: str | None
    own: str | None

    def opposite(self, office: str) -> str:
        """The other one of the two."""
        return self.owner if office != self.owner or self.other is None else self.other


def sides_of(session: Session, event: Event) -> TwoSides:
    """The two sides of an event as they are now; three queries at most. The service itself speaks for the owner."""
    offices = permissions.offices(session)
    owner, one = offices.of(event.organisation_id), permissions.account_rights(session)
    connection = session.connection()
    code = None if offices.alone else SharedEvents.of(connection, [event.id]).code(event.id)
    # Two offices that became one have nothing to share any more.
    other = None if code is None or offices.named(code) == owner else offices.named(code)
    if one is None:
        return TwoSides(owner, other, owner)
    takes_part = False
    if one.organisation_id is not None and not one.whole_office and one.office == other:
        takes_part = (event.id, one.organisation_id) in taking_part(connection, [event.id])
    return TwoSides(owner, other, speaks_for(one, event, code, takes_part=takes_part))


def reads_proposals(session: Session, event: Event, sides: TwoSides) -> bool:
    """Whether the session reads what was proposed for an event it may read: who speaks for a side, and whoever of the
    event's own office sees more of it than what is shared."""
    return sides.own is not None or permissions.sight(session, event) > permissions.Sight.SHARED


def read_by(session: Session, sides: TwoSides) -> ColumnElement[bool]:
    """The condition for what the session reads of an event whose proposals it reads: what the office that it reads for
    proposed or was asked, never what was proposed between others with whom the event was shared before."""
    if permissions.account_rights(session) is None:
        return true()
    return is_between(permissions.offices(session), sides.own or sides.owner)


def check_reads(session: Session, event: Event) -> TwoSides:
    """The sides of an event, if the session reads what they proposed.

    Raises:
        Forbidden: it is of neither side.
    """
    sides = sides_of(session, event)
    if not reads_proposals(session, event, sides):
        raise refused(Refusal.NOT_A_SIDE)
    return sides


def check_shared(sides: TwoSides) -> str:
    """The office of the other side.

    Raises:
        Conflict: the event is not shared with one.
    """
    if sides.other is None:
        raise Conflict(message(NOT_SHARED), code="not_shared")
    return sides.other


def check_speaks(session: Session, event: Event, sides: TwoSides) -> str:
    """The office that the session speaks for.

    Raises:
        Forbidden: it is of neither side, or not in charge of the event within its own office.
    """
    if sides.own is None and permissions.is_of_own_office(session, event.organisation_id):
        permissions.check_change(session, event)
    if sides.own is None:
        raise refused(Refusal.NOT_A_SIDE)
    return sides.own


def check_step(
    session: Session, act: ActionContext, event: Event, row: Proposal, sides: TwoSides, step: ProposalStep
) -> None:
    """Raise if the session can't take a step now.

    Raises:
        Forbidden: it is of neither side, or it is the other side's turn.
        Conflict: the proposal waits for no answer, the event is not shared any more, or its days are settled.
    """
    why = facts_of(session, row).refusal(step, sides.own, event.status, act.now)
    if why is Refusal.NOT_A_SIDE:
        check_speaks(session, event, sides)
    if why is Refusal.NOT_YOUR_TURN and step is ProposalStep.WITHDRAW:
        raise Forbidden(message(ONLY_PROPOSER), code=why.value)
    if why is not None:
        state = facts_of(session, row).state_at(act.now)
        raise refused(why, **({"state_now": state.value} if why is Refusal.NOT_OPEN else {}))
    check_shared(sides)


def refused(why: Refusal, **extra: Any) -> Conflict | Forbidden:
    """The error that says why a step can't be taken."""
    return (Conflict if why in _CONFLICTS else Forbidden)(message(REASONS[why]), code=why.value, **extra)


def possible_steps(
    session: Session, act: ActionContext, event: Event, row: Proposal, sides: TwoSides
) -> tuple[ProposalStep, ...]:
    """The steps that the session can take now; none for viewers."""
    if act.user is None or not act.user.role.suffices_for(Role.OFFICER) or sides.other is None:
        return ()
    return facts_of(session, row).possible(sides.own, event.status, act.now)
