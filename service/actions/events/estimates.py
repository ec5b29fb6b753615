"""What is done with the estimate of an event, with all that follows for the event.

Its budget is what the estimate plans, it may no longer be what was confirmed, and from the approval on it has the tasks
to settle and to report.

Reading is in :mod:`service.actions.ledger.estimates`. Each of these finds the event as
:func:`service.actions.ledger.estimates.find_event` with ``to_change``, and answers the estimate as it is then.
"""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from models.estimates import Estimate, Payment
from models.events import Event
from service.actions import permissions
from service.actions.context import ActionContext
from service.actions.effects import changes
from service.actions.events import settlement_tasks
from service.actions.ledger import estimate_steps, estimates, payments
from service.actions.ledger.estimate_reading import view_of
from service.actions.ledger.estimate_values import EstimateView, PaymentView, WantedEstimate
from service.actions.ledger.payments import WantedPayment

Check = Callable[[EstimateView], None]
"""Refuses what the caller did not read: called with the estimate as it is, once it is locked."""


def replace_estimate(
    session: Session, act: ActionContext, event: Event, wanted: WantedEstimate, check: Check | None = None
) -> EstimateView:
    """Replace what is entered of an event's estimate, or make it; its budget follows.

    Raises:
        Forbidden: another organisation is in charge of the event.
        Conflict: it is settled.
        Invalid: ``errors`` name the fields.
    """
    _locked(session, act, event, check)
    estimates.replace_estimate(session, act, event, wanted)
    changes.estimate_changed(session, act, event)
    return view_of(session, act, event)


def submit(session: Session, act: ActionContext, event: Event, check: Check | None = None) -> EstimateView:
    """Ask for the approval of an estimate (:func:`service.actions.ledger.estimate_steps.submit`)."""
    estimate_steps.submit(session, act, event, _locked(session, act, event, check))
    return view_of(session, act, event)


def approve(session: Session, act: ActionContext, event: Event, check: Check | None = None) -> EstimateView:
    """Approve an estimate (:func:`service.actions.ledger.estimate_steps.approve`); the event gets its tasks to settle
    and to report."""
    estimate_steps.approve(session, act, event, _locked(session, act, event, check))
    settlement_tasks.make_tasks(session, act, event)
    return view_of(session, act, event)


def give_back(
    session: Session, act: ActionContext, event: Event, reason: str, check: Check | None = None
) -> EstimateView:
    """Return an estimate (:func:`service.actions.ledger.estimate_steps.give_back`)."""
    estimate_steps.give_back(session, act, event, _locked(session, act, event, check), reason)
    return view_of(session, act, event)


def settle(session: Session, act: ActionContext, event: Event, check: Check | None = None) -> EstimateView:
    """Settle an estimate (:func:`service.actions.ledger.estimate_steps.settle`); the task to do so is done."""
    estimate_steps.settle(session, act, event, _locked(session, act, event, check))
    settlement_tasks.settled(session, act, event, is_done=True)
    return view_of(session, act, event)


def reverse(
    session: Session, act: ActionContext, event: Event, reason: str, check: Check | None = None
) -> EstimateView:
    """Take a settlement back (:func:`service.actions.ledger.estimate_steps.reverse`); the estimate follows its visit
    again, and the task to settle is open again."""
    estimate_steps.reverse(session, act, event, _locked(session, act, event, check), reason)
    changes.visit_changed(session, act, event)
    settlement_tasks.settled(session, act, event, is_done=False)
    return view_of(session, act, event)


def add_payment(session: Session, act: ActionContext, event: Event, wanted: WantedPayment) -> PaymentView:
    """Enter a payment (:func:`service.actions.ledger.payments.add_payment`)."""
    return payments.add_payment(session, act, event, _locked(session, act, event), wanted)


def set_voucher(
    session: Session, act: ActionContext, event: Event, payment: Payment, values: Mapping[str, str | None]
) -> PaymentView:
    """Enter or correct a payment's voucher (:func:`service.actions.ledger.payments.set_voucher`)."""
    return payments.set_voucher(session, act, event, _locked(session, act, event), payment, values)


def delete_payment(session: Session, act: ActionContext, event: Event, payment: Payment) -> None:
    """Take a payment out (:func:`service.actions.ledger.payments.delete_payment`)."""
    payments.delete_payment(session, act, event, _locked(session, act, event), payment)


def _locked(session: Session, act: ActionContext, event: Event, check: Check | None = None) -> Estimate | None:
    permissions.check_change(session, event)
    estimate = estimates.lock(session, event)
    if check is not None:
        check(view_of(session, act, event))
    return estimate
