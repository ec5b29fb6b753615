"""The steps of an estimate: submitted, approved by somebody else or returned, settled, reversed.

draft → submitted → approved → settled. What is returned goes back to where it came from: a draft, or approved as it was
approved before. An approved one is submitted anew when its plan differs. What is approved is a copy that never changes;
only payments within it need nobody's further word.

Callers lock the estimate first (:func:`service.actions.ledger.estimates.lock`): of two steps at once the second finds
the state that the first left.
"""

from collections.abc import Collection
from typing import Any

from sqlmodel import Session, col, func, select

from calendars.estimates.comparison import Comparison
from models.accounts import User
from models.errors import Conflict, Forbidden
from models.estimates import Estimate, EstimateApproval, Payment
from models.events import Event
from models.i18n import N_, NP_, message
from models.places import Organisation
from models.vocabulary import EstimateState, EventStatus, Role
from service.actions import account_makers, crud
from service.actions.audit import changes, plain, record
from service.actions.context import ActionContext
from service.actions.ledger.estimate_lines import figures_of, is_left, lines_of
from service.actions.ledger.estimate_reading import difference, view_of
from service.actions.ledger.estimate_values import STEPS

IMPOSSIBLE = N_("An estimate that is {state} can't be changed like this. Possible now: {possible}.")
NONE_YET = N_("Nobody has written this estimate yet.")
EMPTY = N_("There is nothing in this estimate to be approved: enter lines, or what they are computed from.")
UNPRICED = N_("For some lines nobody has entered what they cost. Enter it, or take them out.")
NOTHING_NEW = N_("The plan is as it was approved: there is nothing to be approved anew.")
APPROVER_NEEDED = N_("This needs an approver.")
SUBMITTED_IT = N_("Approving needs a second person: an approver other than the one who submitted the estimate.")
WROTE_IT = N_(
    "Approving needs a second person: an approver other than whoever last changed the plan, be it in the estimate or by"
    " changing the visit."
)
SAME_HANDS = N_(
    "Approving needs a second person. Less than {days} days ago this account was made, or its access changed, by"
    " whoever submitted this estimate or last changed its plan, or made or changed theirs."
)
UNAPPROVED = N_(
    "The plan is no longer what was approved. Submit it again for approval, or set it back to what was approved; then"
    " it can be settled."
)
NOT_OVER = N_("Its last day is {day}: before that day nothing of it is settled.")
OF_DRAFT = N_("The visit is still a draft: plan it first. Nothing of a draft is settled.")
WITHOUT_VOUCHER = N_("Nothing is settled without a voucher: enter its number for each payment that has none.")

_WORDS = {
    "submit": NP_("a step of an estimate", "submit"),
    "approve": NP_("a step of an estimate", "approve"),
    "return": NP_("a step of an estimate", "return"),
    "settle": NP_("a step of an estimate", "settle"),
    "reverse": NP_("a step of an estimate", "reverse"),
}
_STATES = {
    EstimateState.DRAFT: NP_("an estimate is", "a draft"),
    EstimateState.SUBMITTED: NP_("an estimate is", "submitted"),
    EstimateState.APPROVED: NP_("an estimate is", "approved"),
    EstimateState.SETTLED: NP_("an estimate is", "settled"),
}


def check_step(estimate: Estimate | None, step: str) -> Estimate:
    """The estimate, if a step is possible in its state.

    Raises:
        Conflict: it is not; ``possible`` are the steps that are, ``state_now`` is the state.
    """
    if estimate is None:
        raise Conflict(message(NONE_YET), code="impossible_step", possible=[], state_now=EstimateState.DRAFT.value)
    possible = STEPS[estimate.state]
    if step not in possible:
        raise Conflict(
            message(
                IMPOSSIBLE,
                state=message(_STATES[estimate.state]),
                possible=tuple(message(_WORDS[one]) for one in possible),
            ),
            code="impossible_step",
            possible=list(possible),
            state_now=estimate.state.value,
        )
    return estimate


def submit(session: Session, act: ActionContext, event: Event, estimate: Estimate | None) -> Estimate:
    """Ask for the approval of an estimate.

    Raises:
        Conflict: it is not a draft nor approved, it has no lines or lines without a price, or its plan is as approved.
    """
    estimate = check_step(estimate, "submit")
    lines = [figures_of(row) for row in lines_of(session, event.id) if not is_left(row)]
    approved = last_approval(session, event.id)
    if not lines and approved is None:
        raise Conflict(message(EMPTY), code="empty_estimate")
    if unpriced := [line.id for line in lines if not line.is_priced and line.planned == 0]:
        raise Conflict(message(UNPRICED), code="lines_without_price", lines=unpriced)
    if approved is not None and not difference(estimate, approved.content, lines):
        raise Conflict(message(NOTHING_NEW), code="nothing_to_approve")
    values = {
        "state": EstimateState.SUBMITTED,
        "submitted_by": act.user.id if act.user else None,
        "submitted_at": act.now,
        "returned_reason": None,
    }
    _step(session, act, estimate, "submit", values)
    return estimate


def refusal(
    session: Session, act: ActionContext, estimate: Estimate, tied: frozenset[str] | None = None
) -> Forbidden | None:
    """Why the acting account may not approve an estimate, whatever its state; None if it may. The service itself may.
    ``tied`` are the accounts tied to it (:func:`account_makers.tied_to`), where they were read for several estimates.

    Neither who submitted it nor who last changed the plan is a second pair of eyes, nor an account that one of them
    made lately, or that made theirs.
    """
    user = act.user
    if user is None:
        return None
    if not user.role.suffices_for(Role.APPROVER):
        return Forbidden(message(APPROVER_NEEDED), code="approver_required")
    if estimate.submitted_by == user.id:
        return Forbidden(message(SUBMITTED_IT), code="four_eyes")
    return _second_person(session, act, user, {estimate.submitted_by, estimate.written_by}, estimate.written_by, tied)


def _second_person(
    session: Session,
    act: ActionContext,
    user: User,
    authors: Collection[str | None],
    writer: str | None,
    tied: frozenset[str] | None = None,
) -> Forbidden | None:
    if writer == user.id:
        return Forbidden(message(WROTE_IT), code="four_eyes")
    if tied is None:
        tied = account_makers.tied_to(session, act.now, [user.id])[user.id]
    if tied & set(authors):
        return Forbidden(message(SAME_HANDS, days=account_makers.LATELY.days), code="four_eyes")
    return None


def is_second_person(session: Session, act: ActionContext, estimate: Estimate) -> bool:
    """Whether the acting account is an approver other than who last changed the plan, and not tied to them."""
    user = act.user
    if user is None:
        return True
    if not user.role.suffices_for(Role.APPROVER):
        return False
    return _second_person(session, act, user, {estimate.written_by}, estimate.written_by) is None


def approve(session: Session, act: ActionContext, event: Event, estimate: Estimate | None) -> Estimate:
    """Approve an estimate as it is now, and keep a copy of that.

    Raises:
        Conflict: it was not submitted.
        Forbidden: the account is no approver, submitted it, last changed its plan, or lately made the account of who
            did, or was made by them.
    """
    estimate = check_step(estimate, "approve")
    if (why := refusal(session, act, estimate)) is not None:
        raise why
    paid_for = set(session.exec(select(Payment.line_id).where(Payment.event_id == event.id)).all())
    rows = lines_of(session, event.id)
    bodies = crud.by_id(
        session, Organisation, {row.payer_organisation_id for row in rows if row.payer_organisation_id is not None}
    )
    for row in rows:
        if is_left(row) and row.id not in paid_for:
            session.delete(row)
        else:
            row.approved = row.planned
            body = bodies.get(row.payer_organisation_id or "")
            row.approved_payer = row.payer or (None if body is None else body.locality) or event.funded_by
    session.flush()
    asked = (estimate.submitted_by, estimate.submitted_at)
    values = {
        "state": EstimateState.APPROVED,
        "approved_by": act.user.id if act.user else None,
        "approved_at": act.now,
        "returned_reason": None,
    }
    number = 1 + (session.exec(_numbers(event.id)).one() or 0)
    view = view_of(session, act, event)
    content = plain(view.as_json())
    session.add(
        EstimateApproval(
            event_id=event.id,
            number=number,
            submitted_by=asked[0],
            submitted_at=asked[1],
            approved_by=act.user.id if act.user else None,
            approved_at=act.now,
            content=_kept(content),
        )
    )
    told = {"planned": {"from": None, "to": view.planned.as_money()}}
    _step(session, act, estimate, "approve", values, also=told)
    return estimate


def _kept(content: dict[str, Any]) -> dict[str, Any]:
    """What is kept of an estimate: what was asked for, without the past of the asking."""
    names = ("event_id", "guest_class", "class_decided_by", "who_pays", "inputs", "lines", "totals")
    return {name: content[name] for name in names}


def give_back(session: Session, act: ActionContext, event: Event, estimate: Estimate | None, reason: str) -> Estimate:
    """Return a submitted estimate, with a reason: it is a draft again, or approved as it was approved before.

    Raises:
        Conflict: it was not submitted.
        Forbidden: the account is no approver.
    """
    estimate = check_step(estimate, "return")
    _check_approver(act)
    state = EstimateState.DRAFT if last_approval(session, event.id) is None else EstimateState.APPROVED
    _step(session, act, estimate, "return", {"state": state, "returned_reason": reason}, reason=reason)
    return estimate


def settle(session: Session, act: ActionContext, event: Event, estimate: Estimate | None) -> Estimate:
    """Settle an approved estimate: nothing of it is changed any more.

    Raises:
        Conflict: it is not approved, its event is a draft or not over (``day`` is its last one), its plan needs
            approval anew, or a payment has no voucher; ``lines`` and ``payments`` are the ids.
    """
    estimate = check_step(estimate, "settle")
    if (early := not_yet_settled(act, event)) is not None:
        raise early
    differs = difference_of(session, estimate)
    if differs.needs_approval:
        waiting = [one.line.id for one in differs.lines if one.needs_approval]
        raise Conflict(message(UNAPPROVED), code="needs_approval", lines=waiting)
    without = select(Payment.id).where(Payment.event_id == event.id, col(Payment.voucher).is_(None))
    if missing := session.exec(without.order_by(col(Payment.id))).all():
        raise Conflict(message(WITHOUT_VOUCHER), code="voucher_missing", payments=list(missing))
    values = {
        "state": EstimateState.SETTLED,
        "settled_by": act.user.id if act.user else None,
        "settled_at": act.now,
    }
    paid = view_of(session, act, event).paid.as_money()
    _step(session, act, estimate, "settle", values, also={"paid": {"from": None, "to": paid}})
    return estimate


def not_yet_settled(act: ActionContext, event: Event) -> Conflict | None:
    """Why nothing of an event can be settled yet, whatever the state of its estimate; None if it can.

    What a cancelled one did cost is settled on any day: it has no last day to be waited for.
    """
    if event.status is EventStatus.DRAFT:
        return Conflict(message(OF_DRAFT), code="draft_event")
    if event.status is not EventStatus.CANCELLED and event.last_day > act.today:
        return Conflict(message(NOT_OVER, day=event.last_day), code="too_early", day=event.last_day.isoformat())
    return None


def reverse(session: Session, act: ActionContext, event: Event, estimate: Estimate | None, reason: str) -> Estimate:
    """Take back the settlement of an estimate, with a reason: it is approved again. The caller has it follow its visit.

    Raises:
        Conflict: it is not settled.
        Forbidden: the account is no approver.
    """
    estimate = check_step(estimate, "reverse")
    _check_approver(act)
    values = {"state": EstimateState.APPROVED, "settled_by": None, "settled_at": None}
    _step(session, act, estimate, "reverse", values, reason=reason)
    return estimate


def last_approval(session: Session, event_id: str) -> EstimateApproval | None:
    """The last approval of an event's estimate; None if nothing of it was approved yet."""
    statement = select(EstimateApproval).where(EstimateApproval.event_id == event_id)
    return session.exec(statement.order_by(col(EstimateApproval.number).desc()).limit(1)).first()


def difference_of(session: Session, estimate: Estimate) -> Comparison:
    """What the plan of an approved estimate differs in from what was approved last."""
    approved = last_approval(session, estimate.event_id)
    if approved is None:
        return Comparison()
    return difference(estimate, approved.content, [figures_of(row) for row in lines_of(session, estimate.event_id)])


def _numbers(event_id: str) -> Any:
    return select(func.max(EstimateApproval.number)).where(EstimateApproval.event_id == event_id)


def _check_approver(act: ActionContext) -> None:
    if act.user is not None and not act.user.role.suffices_for(Role.APPROVER):
        raise Forbidden(message(APPROVER_NEEDED), code="approver_required")


def _step(
    session: Session,
    act: ActionContext,
    estimate: Estimate,
    action: str,
    values: dict[str, Any],
    *,
    reason: str | None = None,
    also: dict[str, Any] | None = None,
) -> None:
    """Write a step and its row of the trail."""
    state = estimate.state
    crud.assign(estimate, values)
    crud.touch(estimate, act)
    crud.flush(session)
    told = changes({"state": plain(state)}, {"state": plain(estimate.state)}) | (also or {})
    record(session, act, action, "estimate", estimate.event_id, told, event_id=estimate.event_id, reason=reason)
