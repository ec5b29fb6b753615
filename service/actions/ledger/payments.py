"""Payments for the lines of an approved estimate.

Within what was approved who is in charge enters them, above it an approver, who is named.

Callers lock the estimate first (:func:`service.actions.ledger.estimates.lock`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from calendars.money.formatting import money_text
from models.errors import Conflict, Forbidden, NotFound
from models.estimates import Estimate, EstimateLine, Payment
from models.events import Event
from models.files import File
from models.i18n import N_, Message, message
from models.vocabulary import EstimateState
from service.actions import crud
from service.actions.audit import changes, plain, record
from service.actions.context import ActionContext
from service.actions.ledger import estimate_steps, rights
from service.actions.ledger.estimate_lines import is_left, lines_of
from service.actions.ledger.estimate_reading import paid_by_line, payment_view, payments_of
from service.actions.ledger.estimate_values import MOST_AMOUNT, STEPS, Money, PaymentView
from service.actions.ledger.estimates import SETTLED

NOT_APPROVED = N_("Payments are entered for an approved estimate only.")
UNKNOWN_LINE = N_("This estimate has no line “{identity}”.")
LINE_CURRENCY = N_("This line is in {currency}: enter what was paid in it.")
NOTHING_PAID = N_("Must be more than 0.")
NOT_YET = N_("A payment can't be dated later than today, {day}.")
OTHER_FILE = N_("It is not a file of this event.")
TOO_MUCH = N_("That would be more than can be right.")
NEEDS_APPROVAL = N_(
    "What is planned here, or for whom and at whose expense, is no longer what was approved. Submit the estimate again,"
    " or set it back to what was approved; then it can be paid."
)
ABOVE_APPROVED = N_(
    "This is above what was approved: {room} is left. It needs an approver other than whoever last changed the plan; or"
    " submit the estimate anew."
)


@dataclass(frozen=True, slots=True)
class WantedPayment:
    """A payment as it is entered."""

    line_id: str
    amount: Money
    paid_on: date
    voucher: str | None = None
    file_id: str | None = None


def find_payment(session: Session, payment_id: str) -> Payment:
    """A payment of an event whose money the session may read.

    Raises:
        NotFound: there is none, or its event's money is not the session's to read.
    """
    row = crud.find(session, Payment, payment_id)
    try:
        rights.find_event(session, row.event_id)
    except NotFound:
        raise NotFound(crud.called(Payment), payment_id) from None
    return row


def add_payment(
    session: Session, act: ActionContext, event: Event, estimate: Estimate | None, wanted: WantedPayment
) -> PaymentView:
    """Enter a payment.

    Above what was approved of its line, or of all lines in its currency, it needs an approver who did not change the
    plan last; the payment then names them.

    Raises:
        Conflict: the estimate is not approved; or the line is not what was approved (``needs_approval``).
        Invalid: the line, currency, day or file is not right; ``errors`` name the fields.
        Forbidden: it is above what was approved; ``room`` is what is left, a money object.
    """
    estimate = _check_open(estimate)
    line = session.get(EstimateLine, wanted.line_id)
    if line is None or line.event_id != event.id:
        crud.check({"line_id": [message(UNKNOWN_LINE, identity=wanted.line_id)]})
        raise AssertionError("refused above")
    crud.check(_errors(session, act, event, line, wanted))
    if estimate_steps.difference_of(session, estimate).waits(line.id):
        raise Conflict(message(NEEDS_APPROVAL), code="needs_approval", lines=[line.id])
    payments = payments_of(session, event.id)
    room = _room(session, event, line, payments)
    by_approver = None
    if wanted.amount.amount > room:
        if not estimate_steps.is_second_person(session, act, estimate):
            left = line.currency.money(max(room, 0))
            raise Forbidden(message(ABOVE_APPROVED, room=money_text(left)), code="above_approved", room=left)
        by_approver = act.user.id if act.user else None
    paid = sum(one.amount for one in payments if one.currency is line.currency) + wanted.amount.amount
    if paid >= MOST_AMOUNT * 10**line.currency.decimals:
        crud.check({"amount": [message(TOO_MUCH)]})
    row = Payment(
        event_id=event.id,
        line_id=line.id,
        amount=wanted.amount.amount,
        currency=line.currency,
        paid_on=wanted.paid_on,
        voucher=wanted.voucher,
        file_id=wanted.file_id,
        approved_by=by_approver,
        made_by=act.user.id if act.user else None,
        made_at=act.now,
    )
    session.add(row)
    _changed(session, act, estimate)
    told = {name: {"from": None, "to": value} for name, value in _told(row, line).items() if value is not None}
    record(session, act, "create", "payment", row.id, told, event_id=event.id)
    return payment_view(row)


def set_voucher(
    session: Session,
    act: ActionContext,
    event: Event,
    estimate: Estimate | None,
    payment: Payment,
    values: Mapping[str, str | None],
) -> PaymentView:
    """Enter or correct the voucher of a payment; ``values`` are of ``voucher`` and ``file_id``, what is missing stays.

    The amount stays as it was entered, so that it needs nobody's word again: until the estimate is settled it can be
    done in any state.

    Raises:
        Conflict: the estimate is settled.
        Invalid: the file is not of this event.
    """
    if estimate is None or estimate.state is EstimateState.SETTLED:
        raise Conflict(message(SETTLED), code="settled", possible=["reverse"], state_now=EstimateState.SETTLED.value)
    if values.get("file_id") is not None:
        crud.check(_file_errors(session, event, values["file_id"]))
    before = {name: getattr(payment, name) for name in values}
    told = changes(before, values)
    if not told:
        return payment_view(payment)
    crud.assign(payment, dict(values))
    _changed(session, act, estimate)
    record(session, act, "change", "payment", payment.id, told, event_id=event.id)
    return payment_view(payment)


def delete_payment(
    session: Session, act: ActionContext, event: Event, estimate: Estimate | None, payment: Payment
) -> None:
    """Take a payment out that was entered by mistake.

    Raises:
        Conflict: the estimate is settled, or submitted anew.
    """
    estimate = _check_open(estimate)
    line = session.get_one(EstimateLine, payment.line_id)
    told = _told(payment, line)
    session.delete(payment)
    session.flush()
    if (
        is_left(line)
        and line.approved is None
        and all(one.line_id != line.id for one in payments_of(session, event.id))
    ):
        session.delete(line)
    _changed(session, act, estimate)
    gone = {name: {"from": value, "to": None} for name, value in told.items() if value is not None}
    record(session, act, "delete", "payment", payment.id, gone, event_id=event.id)


def _check_open(estimate: Estimate | None) -> Estimate:
    if estimate is None or estimate.state is not EstimateState.APPROVED:
        state = EstimateState.DRAFT if estimate is None else estimate.state
        raise Conflict(
            message(NOT_APPROVED),
            code="not_approved",
            possible=[] if estimate is None else list(STEPS[state]),
            state_now=state.value,
        )
    return estimate


def _errors(
    session: Session, act: ActionContext, event: Event, line: EstimateLine, wanted: WantedPayment
) -> dict[str, list[Message]]:
    errors: dict[str, list[Message]] = {}
    if wanted.amount.currency is not line.currency:
        errors["amount"] = [message(LINE_CURRENCY, currency=line.currency.value)]
    elif wanted.amount.amount <= 0:
        errors["amount"] = [message(NOTHING_PAID)]
    if wanted.paid_on > act.today:
        errors["paid_on"] = [message(NOT_YET, day=act.today)]
    return errors | _file_errors(session, event, wanted.file_id)


def _file_errors(session: Session, event: Event, file_id: str | None) -> dict[str, list[Message]]:
    if file_id is None:
        return {}
    file = session.get(File, file_id)
    return {} if file is not None and file.event_id == event.id else {"file_id": [message(OTHER_FILE)]}


def _room(session: Session, event: Event, line: EstimateLine, payments: list[PaymentView]) -> int:
    """What of the approved amount is left: of the line, and of all lines in its currency; less than 0 if more was
    paid."""
    approved = sum(row.approved or 0 for row in lines_of(session, event.id) if row.currency is line.currency)
    paid_in_all = sum(one.amount for one in payments if one.currency is line.currency)
    paid_for_line = paid_by_line(payments).get((line.id, line.currency), 0)
    return min((line.approved or 0) - paid_for_line, approved - paid_in_all)


def _changed(session: Session, act: ActionContext, estimate: Estimate) -> None:
    """Give the estimate a new version, so that whoever read it before does not overwrite it."""
    crud.touch(estimate, act)
    crud.flush(session)


def _told(row: Payment, line: EstimateLine) -> dict[str, object]:
    return {
        "item": line.item.value,
        "amount": row.currency.money(row.amount),
        "paid_on": plain(row.paid_on),
        "voucher": row.voucher,
        "file_id": row.file_id,
        "approved_by": row.approved_by,
    }
