"""The steps of a proposal of days: which may follow, who takes it, and until when.

One side of a shared visit proposes days, the other one answers: it accepts them, declines them, or counters with
others, which is a proposal of its own. Only who proposed withdraws. Nobody need act for a proposal to expire: it is so
from :func:`expires_at` on, whether or not anybody has written it down.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from calendars.days.spans import MIDNIGHT, days_after, wall_time
from calendars.proposals.notices import NOT_AGREED_ON
from models.i18n import N_, NP_
from models.vocabulary import EventStatus, ProposalState


class ProposalStep(StrEnum):
    """What can be done with a proposal."""

    ACCEPT = "accept"
    DECLINE = "decline"
    COUNTER = "counter"
    WITHDRAW = "withdraw"


OUTCOMES: Mapping[ProposalStep, ProposalState] = {
    ProposalStep.ACCEPT: ProposalState.ACCEPTED,
    ProposalStep.DECLINE: ProposalState.DECLINED,
    ProposalStep.COUNTER: ProposalState.COUNTERED,
    ProposalStep.WITHDRAW: ProposalState.WITHDRAWN,
}
"""What a step makes of an open proposal. No step follows any other state."""

ANSWERS = frozenset({ProposalStep.ACCEPT, ProposalStep.DECLINE, ProposalStep.COUNTER})
"""The steps of the side that was asked; the other ones are of who proposed."""

NEGOTIABLE = frozenset({EventStatus.DRAFT, EventStatus.PLANNED, EventStatus.CONFIRMED, EventStatus.POSTPONED})
"""Events whose days can still be agreed on. A postponed one is planned again with the days that are accepted."""

NEEDS_NEGOTIABLE = frozenset({ProposalStep.ACCEPT, ProposalStep.COUNTER})
"""The steps that lead to other days; declining and withdrawing clear the table of any event."""

STATE_NAMES: Mapping[ProposalState, str] = {
    ProposalState.OPEN: NP_("of proposed days", "Waits for an answer"),
    ProposalState.ACCEPTED: NP_("of proposed days", "Accepted"),
    ProposalState.DECLINED: NP_("of proposed days", "Declined"),
    ProposalState.COUNTERED: NP_("of proposed days", "Other days proposed"),
    ProposalState.WITHDRAWN: NP_("of proposed days", "Withdrawn"),
    ProposalState.EXPIRED: NP_("of proposed days", "Expired without an answer"),
}


class Refusal(StrEnum):
    """Why a step can't be taken, as the stable code of the error."""

    NOT_A_SIDE = "not_a_side"
    NOT_YOUR_TURN = "not_your_turn"
    NOT_OPEN = "not_open"
    EVENT_CLOSED = "event_closed"


REASONS: Mapping[Refusal, str] = {
    Refusal.NOT_A_SIDE: N_("Only the two offices that share this visit agree on its days."),
    Refusal.NOT_YOUR_TURN: N_("Whoever proposes days can't answer for the other side: only the other side answers."),
    Refusal.NOT_OPEN: N_("This proposal waits for no answer any more."),
    Refusal.EVENT_CLOSED: NOT_AGREED_ON,
}
ONLY_PROPOSER = N_("Only who proposed these days can withdraw them. Decline them instead, or propose others.")


@dataclass(frozen=True, slots=True)
class ProposalFacts:
    """What decides about a proposal: its state as stored, the two offices, and until when it stands."""

    state: ProposalState
    office: str
    to_office: str
    expires_at: datetime

    def state_at(self, now: datetime) -> ProposalState:
        """Its state at an instant: an open one expires by itself."""
        return ProposalState.EXPIRED if self.state is ProposalState.OPEN and now >= self.expires_at else self.state

    def refusal(self, step: ProposalStep, office: str | None, status: EventStatus, now: datetime) -> Refusal | None:
        """Why an office (None: of neither side) can't take a step now; None if it can.

        Whose turn it is comes first: who may not answer isn't told what became of it.
        """
        if office not in (self.office, self.to_office):
            return Refusal.NOT_A_SIDE
        if office != (self.to_office if step in ANSWERS else self.office):
            return Refusal.NOT_YOUR_TURN
        if self.state_at(now) is not ProposalState.OPEN:
            return Refusal.NOT_OPEN
        if step in NEEDS_NEGOTIABLE and status not in NEGOTIABLE:
            return Refusal.EVENT_CLOSED
        return None

    def possible(self, office: str | None, status: EventStatus, now: datetime) -> tuple[ProposalStep, ...]:
        """The steps that an office can take now."""
        return tuple(step for step in ProposalStep if self.refusal(step, office, status, now) is None)


def expires_at(first_day: date, answer_by: date | None, zone: str) -> datetime:
    """The instant from which a proposal is expired, by the clock of the office that is asked: the end of the last day
    for the answer, and without one the beginning of the first day proposed. ValueError outside the calendar."""
    return wall_time(days_after(answer_by, 1) if answer_by is not None else first_day, MIDNIGHT, zone)
