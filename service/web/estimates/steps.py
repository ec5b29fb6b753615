"""Which step of an estimate is next, who takes it, and why others are not possible."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.errors import Forbidden
from models.estimates import Estimate
from models.events import Event
from models.i18n import N_
from models.vocabulary import EstimateState, Role
from service.actions.ledger import estimate_steps
from service.actions.ledger.estimate_values import EstimateView
from service.web.view import View


@dataclass(frozen=True, slots=True)
class Steps:
    """What the reader can do now: ``next`` says what comes next, ``closed`` what can't be done and why."""

    next: str
    closed: Sequence[str]
    may_write: bool = False
    may_submit: bool = False
    may_approve: bool = False
    may_return: bool = False
    may_pay: bool = False
    may_settle: bool = False
    may_reverse: bool = False


def steps_of(view: View, event: Event, estimate: EstimateView) -> Steps:
    """The steps of the reader."""
    say, may_change = view.say, view.may_change(event)
    match estimate.state:
        case EstimateState.DRAFT if not estimate.lines:
            later = [say(_PAY_LATER), say(_SETTLE_LATER)]
            return Steps(say(_FILL_IN if may_change else _NOT_YET), later, may_write=may_change)
        case EstimateState.DRAFT:
            unpriced = any(not line.figures.is_priced for line in estimate.lines)
            later = [say(_APPROVE_LATER), say(_PAY_LATER), say(_SETTLE_LATER)]
            told = _NOT_YET if not may_change else _PRICE_FIRST if unpriced else _SUBMIT
            return Steps(say(told), later, may_write=may_change, may_submit=may_change and not unpriced)
        case EstimateState.SUBMITTED:
            return _submitted(view, event, estimate)
        case EstimateState.APPROVED if estimate.needs_approval:
            told = _SUBMIT_AGAIN if may_change else _NOT_YET
            writes = {"may_write": may_change, "may_submit": may_change, "may_pay": may_change}
            return Steps(say(told), [say(_SETTLE_UNAPPROVED)], **writes)
        case EstimateState.APPROVED:
            return _approved(view, event, estimate, may_change=may_change)
        case _:
            may_reverse = may_change and view.may(Role.APPROVER)
            return Steps(say(_SETTLED_APPROVER if may_reverse else _SETTLED), [], may_reverse=may_reverse)


def _submitted(view: View, event: Event, estimate: EstimateView) -> Steps:
    may_change, is_approver = view.may_change(event), view.may(Role.APPROVER)
    refusal = _why_not(view, event) if is_approver else None
    may_approve = may_change and is_approver and refusal is None
    told = _ANSWER if may_approve else _WAITS
    closed = [*([view.say(refusal.detail)] if refusal is not None else []), view.say(_PAY_LATER)]
    return Steps(
        view.say(told),
        closed,
        may_write=may_change,
        may_approve=may_approve,
        may_return=may_change and is_approver,
    )


def _why_not(view: View, event: Event) -> Forbidden | None:
    """Why an approver may not approve it."""
    row = view.session.get(Estimate, event.id)
    return None if row is None else estimate_steps.refusal(view.session, view.act, row)


def _approved(view: View, event: Event, estimate: EstimateView, *, may_change: bool) -> Steps:
    """Differences that only make the plan cheaper can be submitted too, and need not be."""
    is_paid, unproven = bool(estimate.payments), any(not one.voucher for one in estimate.payments)
    if not may_change:
        return Steps(view.say(_READ), [])
    early = estimate_steps.not_yet_settled(view.act, event)
    closed = [view.say(early.detail)] if early is not None else []
    closed += [view.say(_SETTLE_UNPROVEN)] if unproven else []
    return Steps(
        view.say(_PAY_OR_SETTLE if is_paid else _PAY),
        closed,
        may_write=True,
        may_submit=bool(estimate.differs),
        may_pay=True,
        may_settle=not closed,
    )


_FILL_IN = N_("Fill in the form below, reckon, look the lines over, and save.")
_SUBMIT = N_("Look the lines over, then submit the estimate for approval.")
_PRICE_FIRST = N_("Enter what the lines without a price cost, or take them out; then it can be submitted.")
_SUBMIT_AGAIN = N_("The plan is no longer what was approved. Submit it again for approval, or set it back.")
_ANSWER = N_("Look over what is asked, then approve it, or return it with a reason.")
_WAITS = N_("It waits for an approver.")
_PAY = N_("Enter each payment with its voucher. When all is paid, settle it.")
_PAY_OR_SETTLE = N_("Enter what is still to be paid; when all is paid, settle it.")
_SETTLED = N_("It is settled and can’t be changed. Only an approver can open it again, with a reason.")
_SETTLED_APPROVER = N_("It is settled. If something is wrong, open it again with a reason.")
_NOT_YET = N_("Whoever is in charge of this visit is still drawing it up.")
_READ = N_("It is approved. Payments are entered by whoever is in charge of this visit.")

_APPROVE_LATER = N_("It can be approved once it is submitted.")
_PAY_LATER = N_("Payments can be entered once it is approved.")
_SETTLE_LATER = N_("It can be settled once it is approved and paid.")
_SETTLE_UNPROVEN = N_("It can be settled once every payment has its voucher.")
_SETTLE_UNAPPROVED = N_("It can be settled once the plan is approved again.")
