"""/events/{}/estimate and its steps, /events/{}/payments, /payments/{}."""

from collections.abc import Mapping
from typing import Any

from flask import request

from models.events import Event
from models.vocabulary import Role
from service.actions.events import estimates as event_estimates
from service.actions.ledger import estimates, payments
from service.actions.ledger.estimate_reading import payment_view
from service.actions.ledger.estimate_values import EstimateView, Money, VisitChange, WantedEstimate, WantedLine
from service.actions.ledger.payments import WantedPayment
from service.api.resource import ApiBlueprint, ApiView, act, operation, requires, session
from service.http.error_responses import reader_language
from service.schemas.estimates import (
    EstimateQuery,
    EstimateReasonSchema,
    EstimateSchema,
    PaymentSchema,
    VoucherSchema,
    WantedEstimateSchema,
    WantedPaymentSchema,
)

blp = ApiBlueprint(
    "estimates", __name__, description="What an event is to cost, what was approved of it, what was paid"
)


def answer(view: EstimateView) -> dict[str, Any]:
    """An estimate as the API answers it, its warnings in the reader's language."""
    language = reader_language()
    return view.as_json() | {
        "warnings": [
            {
                "code": one.code,
                "severity": one.severity.value,
                "detail": one.detail.to(language),
                "items": list(one.lines),
            }
            for one in view.warnings
        ]
    }


def wanted_estimate(values: Mapping[str, Any]) -> WantedEstimate:
    """What a body of :class:`WantedEstimateSchema` enters."""
    return WantedEstimate(
        guest_class=values["guest_class"],
        class_decided_by=values["class_decided_by"],
        who_pays=values["who_pays"],
        inputs=values["inputs"],
        lines=[_line(one) for one in values["lines"]],
        state=values.get("state"),
    )


_MONEY = frozenset({"unit_amount", "planned", "approved", "paid"})


def _line(values: Mapping[str, Any]) -> WantedLine:
    read: dict[str, Any] = {name: Money.read(value) if name in _MONEY else value for name, value in values.items()}
    return WantedLine(**read, given=frozenset(values))


def _checked(view: EstimateView) -> None:
    blp.check_etag(answer(view), EstimateSchema)


def _checked_if_sent(view: EstimateView) -> None:
    """Refuse a step from what somebody has changed since it was read, if the client says what it read."""
    if request.if_match:
        _checked(view)


def _found(event_id: str) -> Event:
    return estimates.find_event(session(), event_id, to_change=True)


@blp.route("/events/<event_id>/estimate")
class OneEstimateView(ApiView):
    @requires(Role.OFFICER)
    @operation("getEstimate")
    @blp.arguments(EstimateQuery, location="query")
    @blp.one(EstimateSchema)
    def get(self, query: dict[str, Any], event_id: str) -> Any:
        """Read an event's estimate

        An event without one has an empty draft, whose ETag the first PUT sends as If-Match. For who is in charge of the
        event, the protocol office and approvers; others find none: 404. With days or a head-count in the query the
        lines, sums and warnings are those that the estimate would have then; `would_change` says what would differ, and
        nothing is written. The ETag of such an answer is good for no PUT.
        """
        event = estimates.find_event(session(), event_id)
        change = VisitChange(**query)
        if change:
            return answer(estimates.preview_estimate(session(), act(), event, change))
        return answer(estimates.read_estimate(session(), act(), event))

    @requires(Role.OFFICER)
    @operation("replaceEstimate")
    @blp.arguments(WantedEstimateSchema)
    @blp.one(EstimateSchema)
    def put(self, values: dict[str, Any], event_id: str) -> Any:
        """Replace what is entered of an event's estimate, or make it

        `inputs` and the visit give the computed lines (those with a `rule`); lines without one are as entered, and
        those left out are gone, unless something of them was approved or paid: then they stay with nothing planned. Of
        a computed line an entered price, whole, payer or description replaces what the formula gives, and stays while
        the visit changes, until `unit_amount` and `planned` are both null. What an answer has besides may be sent back
        and is not read; `state`, `approved` and `paid` are 422 unless they are as they stand. An estimate with nothing
        in it is deleted, if nothing of it was ever approved. A settled one is 409. The event's `budget` is then what is
        planned, if that is in one currency.
        """
        event = _found(event_id)
        view = event_estimates.replace_estimate(session(), act(), event, wanted_estimate(values), _checked)
        return answer(view)


@blp.route("/events/<event_id>/estimate/submit")
class SubmittedEstimateView(ApiView):
    @requires(Role.OFFICER)
    @operation("submitEstimate")
    @blp.one(EstimateSchema)
    def post(self, event_id: str) -> Any:
        """Submit an estimate for approval

        A draft, or an approved one whose plan differs from what was approved. One without lines, or with lines of which
        nobody knows what they cost, is 409; so is a step that is not `possible`. With If-Match (optional, as for all
        steps) it is 412 if somebody has changed the estimate since it was read.
        """
        return answer(event_estimates.submit(session(), act(), _found(event_id), _checked_if_sent))


@blp.route("/events/<event_id>/estimate/approve")
class ApprovedEstimateView(ApiView):
    @requires(Role.APPROVER)
    @operation("approveEstimate")
    @blp.one(EstimateSchema)
    def post(self, event_id: str) -> Any:
        """Approve a submitted estimate

        As it is now, and a copy of it is kept that never changes. This needs an approver who neither submitted it nor
        last changed its plan: 403 `four_eyes`. The event gets the tasks to settle and to report, due fifteen days after
        its end.
        """
        return answer(event_estimates.approve(session(), act(), _found(event_id), _checked_if_sent))


@blp.route("/events/<event_id>/estimate/return")
class ReturnedEstimateView(ApiView):
    @requires(Role.APPROVER)
    @operation("returnEstimate")
    @blp.arguments(EstimateReasonSchema)
    @blp.one(EstimateSchema)
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Return a submitted estimate, and say why

        It is a draft again; one that was approved before is approved again, as it was.
        """
        event = _found(event_id)
        return answer(event_estimates.give_back(session(), act(), event, values["reason"], _checked_if_sent))


@blp.route("/events/<event_id>/estimate/settle")
class SettledEstimateView(ApiView):
    @requires(Role.OFFICER)
    @operation("settleEstimate")
    @blp.one(EstimateSchema)
    def post(self, event_id: str) -> Any:
        """Settle an approved estimate

        Every payment needs the number of its voucher: 409 `voucher_missing` with the `payments` that have none. Lines
        for which more was paid than their norm, or than was approved, are named among the warnings. A settled estimate
        changes no more, neither by hand nor with its visit.
        """
        return answer(event_estimates.settle(session(), act(), _found(event_id), _checked_if_sent))


@blp.route("/events/<event_id>/estimate/reverse")
class ReversedEstimateView(ApiView):
    @requires(Role.APPROVER)
    @operation("reverseEstimate")
    @blp.arguments(EstimateReasonSchema)
    @blp.one(EstimateSchema)
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Take the settlement of an estimate back, and say why

        It is approved again, as it was, and its plan follows the visit again.
        """
        event = _found(event_id)
        return answer(event_estimates.reverse(session(), act(), event, values["reason"], _checked_if_sent))


@blp.route("/events/<event_id>/payments")
class PaymentsView(ApiView):
    @requires(Role.OFFICER)
    @operation("createPayment")
    @blp.arguments(WantedPaymentSchema)
    @blp.created(PaymentSchema, at="/api/v1/payments")
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Enter a payment for a line of an approved estimate

        Above what was approved of the line, or of all lines in its currency, it needs an approver who did not change
        the plan last, and names them as `approved_by`; for others it is 403 `above_approved` with the `room` that is
        left. An estimate that is not approved is 409 `not_approved`.
        """
        event = _found(event_id)
        money = Money.read(values["amount"])
        wanted = WantedPayment(**{**values, "amount": money})
        return event_estimates.add_payment(session(), act(), event, wanted).as_json()


@blp.route("/payments/<payment_id>")
class OnePaymentView(ApiView):
    @requires(Role.OFFICER)
    @operation("getPayment")
    @blp.one(PaymentSchema)
    def get(self, payment_id: str) -> Any:
        """Read a payment; the estimate of its event lists all"""
        return payment_view(payments.find_payment(session(), payment_id)).as_json()

    @requires(Role.OFFICER)
    @operation("changePayment")
    @blp.arguments(VoucherSchema)
    @blp.one(PaymentSchema)
    def patch(self, values: dict[str, Any], payment_id: str) -> Any:
        """Enter or correct the voucher of a payment

        Its number and its scan, nothing else: what was paid in error is taken out and entered again. Of an estimate
        that is settled it is 409 `settled`.
        """
        payment = payments.find_payment(session(), payment_id)
        event = _found(payment.event_id)
        blp.check_etag(payment_view(payment).as_json(), PaymentSchema)
        return event_estimates.set_voucher(session(), act(), event, payment, values).as_json()

    @requires(Role.OFFICER)
    @operation("deletePayment")
    @blp.gone()
    def delete(self, payment_id: str) -> None:
        """Take out a payment that was entered by mistake

        Of an estimate that is settled, or submitted anew, it is 409.
        """
        payment = payments.find_payment(session(), payment_id)
        event = _found(payment.event_id)
        blp.check_etag(payment_view(payment).as_json(), PaymentSchema)
        event_estimates.delete_payment(session(), act(), event, payment)
