"""The estimates that wait for somebody: submitted ones for an approver, returned ones for who is in charge."""

from dataclasses import dataclass

from sqlmodel import Session, and_, col, exists, func, or_, select

from calendars.money.sums import Sums
from models.accounts import User
from models.estimates import Estimate, EstimateLine
from models.events import Event
from models.vocabulary import EstimateState
from service.actions import account_makers, crud, permissions
from service.actions.context import ActionContext
from service.actions.ledger import estimate_steps, rights


@dataclass(frozen=True, slots=True)
class WaitingEstimate:
    """A submitted estimate: its event, what it asks for, who submitted it, whether the acting account may answer."""

    event: Event
    estimate: Estimate
    planned: Sums
    submitted_by: str
    may_answer: bool


def waiting_estimates(session: Session, act: ActionContext, limit: int) -> tuple[list[WaitingEstimate], int]:
    """The submitted estimates the session may read, by first day of their events, and how many there are; a fixed
    number of queries."""
    waiting = (
        select(Event)
        .join(Estimate, col(Estimate.event_id) == col(Event.id))
        .where(
            col(Estimate.state) == EstimateState.SUBMITTED, permissions.visible(session), rights.money_readable(session)
        )
    )
    found, total = crud.page_of(session, waiting, crud.EVENT_ORDER, 0, limit)
    ids = [event.id for event in found]
    estimates = {
        one.event_id: one for one in session.exec(select(Estimate).where(col(Estimate.event_id).in_(ids))).all()
    }
    planned: dict[str, list[EstimateLine]] = {}
    for line in session.exec(select(EstimateLine).where(col(EstimateLine.event_id).in_(ids))).all():
        planned.setdefault(line.event_id, []).append(line)
    accounts = crud.by_id(session, User, {one.submitted_by for one in estimates.values() if one.submitted_by})
    tied = account_makers.tied_to(session, act.now, [act.account.id])[act.account.id]
    return [
        WaitingEstimate(
            event,
            estimate := estimates[event.id],
            Sums.of((line.currency, line.planned) for line in planned.get(event.id, ())),
            accounts[estimate.submitted_by].name if estimate.submitted_by in accounts else "",
            estimate_steps.refusal(session, act, estimate, tied) is None,
        )
        for event in found
    ], total


@dataclass(frozen=True, slots=True)
class ReturnedEstimate:
    """An estimate that an approver returned, and why."""

    event: Event
    reason: str


def returned_estimates(session: Session, act: ActionContext, limit: int) -> tuple[list[ReturnedEstimate], int]:
    """The returned estimates that the acting account submitted or whose event it is in charge of, by first day, and
    how many there are; a fixed number of queries.

    One that was submitted again is no longer among them, nor an approved one whose plan was lowered again.
    """
    raised = exists().where(
        col(EstimateLine.event_id) == col(Estimate.event_id),
        col(EstimateLine.planned) > func.coalesce(col(EstimateLine.approved), 0),
    )
    returned = (
        select(Event)
        .join(Estimate, col(Estimate.event_id) == col(Event.id))
        .where(
            col(Estimate.returned_reason).is_not(None),
            or_(
                col(Estimate.state) == EstimateState.DRAFT,
                and_(col(Estimate.state) == EstimateState.APPROVED, raised),
            ),
            or_(col(Event.in_charge_id) == act.account.id, col(Estimate.submitted_by) == act.account.id),
            permissions.visible(session),
            rights.money_readable(session),
        )
    )
    found, total = crud.page_of(session, returned, crud.EVENT_ORDER, 0, limit)
    reasons = dict(
        session.exec(
            select(Estimate.event_id, Estimate.returned_reason).where(
                col(Estimate.event_id).in_([event.id for event in found])
            )
        ).all()
    )
    return [ReturnedEstimate(event, reasons[event.id] or "") for event in found], total
