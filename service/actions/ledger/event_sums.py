"""What an event's estimate plans, what of it was approved, and what was paid: the sums, and what has to be done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from calendars.estimates.lines import LineFigures, approved_sums, planned_sums
from calendars.money.sums import Sums
from models.estimates import Estimate, Payment
from models.vocabulary import Currency, EstimateState
from service.actions.ledger.estimate_lines import figures_of, lines_of
from service.actions.ledger.estimate_reading import difference
from service.actions.ledger.estimate_steps import last_approval


@dataclass(frozen=True, slots=True)
class EventSums:
    """The sums of one estimate, currency by currency; a currency that is missing has none.

    ``needs_approval``: it was approved, and is not so any more. ``is_returned``: an approver returned it last.
    """

    state: EstimateState
    planned: Sums
    approved: Sums
    paid: Sums
    needs_approval: bool = False
    is_returned: bool = False


def event_sums(session: Session, event_id: str) -> EventSums | None:
    """The sums of an event's estimate; None if it has none. Four queries at the most."""
    estimate = session.get(Estimate, event_id)
    if estimate is None:
        return None
    lines = [figures_of(row) for row in lines_of(session, event_id)]
    paid: Any = session.exec(
        select(Payment.currency, func.sum(Payment.amount))
        .where(col(Payment.event_id) == event_id)
        .group_by(col(Payment.currency))
    ).all()
    return EventSums(
        estimate.state,
        planned_sums(lines),
        approved_sums(lines),
        Sums.of((Currency(currency), int(amount)) for currency, amount in paid),
        _needs_approval(session, estimate, lines),
        estimate.returned_reason is not None,
    )


def _needs_approval(session: Session, estimate: Estimate, lines: Sequence[LineFigures]) -> bool:
    if estimate.state is not EstimateState.APPROVED:
        return False
    approved = last_approval(session, estimate.event_id)
    return approved is not None and difference(estimate, approved.content, lines).needs_approval
