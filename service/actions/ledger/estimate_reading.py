"""Reading an estimate with all that is answered of it; a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlmodel import Session, col, select

from calendars.estimates.comparison import Comparison, Terms, compare
from calendars.estimates.inputs import VisitFigures, inputs_from_json, inputs_to_json
from calendars.estimates.lines import LineFigures
from calendars.estimates.norms import NormFacts
from models.estimates import Estimate, EstimateApproval, EstimateLine, Payment
from models.events import Event
from models.vocabulary import Currency, GuestClass, NormItem, NormUnit, WhoPays
from service.actions.context import ActionContext
from service.actions.ledger import estimate_warnings
from service.actions.ledger.estimate_lines import OVERRIDES, computed_lines, figures_of, is_left, lines_of
from service.actions.ledger.estimate_values import (
    ApprovalView,
    EstimateView,
    LineView,
    PaymentView,
    VisitChange,
)
from service.actions.ledger.estimate_visit import norms_for, visit_figures


def view_of(session: Session, act: ActionContext, event: Event, change: VisitChange | None = None) -> EstimateView:
    """The estimate of an event, as it stands or as it would be after a change of the visit.

    Raises:
        Invalid: the days of the change are not in order; ``errors`` name the fields.
    """
    estimate = session.get(Estimate, event.id)
    if estimate is None:
        return EstimateView(event.id, would_change=Comparison() if change else None)
    rows = lines_of(session, event.id)
    payments = payments_of(session, event.id)
    approvals = session.exec(
        select(EstimateApproval).where(EstimateApproval.event_id == event.id).order_by(col(EstimateApproval.number))
    ).all()
    norms = norms_for(session, event)
    visit = visit_figures(session, act, event)
    standing = _lines(rows, payments)
    lines, compared = standing, None
    if change:
        visit = visit_figures(session, act, event, change)
        lines = _lines_after(estimate, rows, standing, visit, norms)
        compared = compare(_planned(standing), _planned(lines))
    known = {norm.id: norm for norm in norms}
    view = EstimateView(
        event_id=event.id,
        state=estimate.state,
        guest_class=estimate.guest_class,
        class_decided_by=estimate.class_decided_by,
        who_pays=estimate.who_pays,
        inputs=None if estimate.inputs is None else inputs_to_json(inputs_from_json(estimate.inputs)),
        lines=tuple(
            LineView(one, known.get(one.norm_id or ""), frozenset(_overridden(estimate, one))) for one in lines
        ),
        payments=tuple(payments),
        approvals=tuple(_approval(one) for one in approvals),
        written_by=estimate.written_by,
        submitted_by=estimate.submitted_by,
        submitted_at=estimate.submitted_at,
        returned_reason=estimate.returned_reason,
        approved_by=estimate.approved_by,
        approved_at=estimate.approved_at,
        settled_by=estimate.settled_by,
        settled_at=estimate.settled_at,
        differs=difference(estimate, approvals[-1].content, lines) if approvals else None,
        would_change=compared,
        version=estimate.version,
    )
    return estimate_warnings.with_warnings(view, visit, norms)


def payments_of(session: Session, event_id: str) -> list[PaymentView]:
    """The payments of an event, oldest first; one query."""
    session.flush()
    statement = select(Payment).where(Payment.event_id == event_id)
    rows = session.exec(statement.order_by(col(Payment.paid_on), col(Payment.made_at), col(Payment.id))).all()
    return [payment_view(row) for row in rows]


def payment_view(row: Payment) -> PaymentView:
    """A payment as a plain value."""
    return PaymentView(
        id=row.id,
        line_id=row.line_id,
        amount=row.amount,
        currency=row.currency,
        paid_on=row.paid_on,
        voucher=row.voucher,
        file_id=row.file_id,
        approved_by=row.approved_by,
        made_by=row.made_by,
        made_at=row.made_at,
    )


def difference(estimate: Estimate, content: Mapping[str, Any], lines: Sequence[LineFigures]) -> Comparison:
    """What the plan differs in from a kept copy of what was approved."""
    return compare(
        _planned(approved_lines(content)),
        _planned(lines),
        approved_terms(content),
        Terms(estimate.guest_class, estimate.class_decided_by, estimate.who_pays),
    )


def approved_terms(content: Mapping[str, Any]) -> Terms:
    """The class of the guests, who decided it and who pays, of a kept copy."""
    guest_class = content["guest_class"]
    return Terms(
        None if guest_class is None else GuestClass(guest_class),
        content["class_decided_by"],
        WhoPays(content["who_pays"]),
    )


def approved_lines(content: Mapping[str, Any]) -> list[LineFigures]:
    """The lines of a kept copy (:attr:`models.estimates.EstimateApproval.content`) as plain values."""
    return [_line(one) for one in content["lines"]]


def _line(kept: Mapping[str, Any]) -> LineFigures:
    currency = Currency(kept["currency"])
    price, planned = kept["unit_amount"], kept["planned"]
    return LineFigures(
        id=kept["id"],
        rule=kept["rule"],
        item=NormItem(kept["item"]),
        description=kept["description"],
        people=kept["people"],
        times=_hundredths(kept["times"]),
        quantity=_hundredths(kept["quantity"]) or 0,
        unit=NormUnit(kept["unit"]),
        currency=currency,
        unit_amount=None if price is None else currency.units(price["amount"]),
        planned=0 if planned is None else currency.units(planned["amount"]),
        norm_id=kept["norm_id"],
        payer=kept["payer"],
        payer_organisation_id=kept["payer_organisation_id"],
    )


def _hundredths(written: str | None) -> int | None:
    if written is None:
        return None
    whole, _point, rest = written.partition(".")
    return int(whole) * 100 + int(rest.ljust(2, "0"))


def _lines(rows: Sequence[EstimateLine], payments: Sequence[PaymentView]) -> list[LineFigures]:
    paid = paid_by_line(payments)
    return [figures_of(row, paid.get((row.id, row.currency), 0)) for row in rows]


def paid_by_line(payments: Sequence[PaymentView]) -> dict[tuple[str, Currency], int]:
    """What was paid by line and currency: amounts of different currencies are never added."""
    paid: dict[tuple[str, Currency], int] = {}
    for one in payments:
        paid[one.line_id, one.currency] = paid.get((one.line_id, one.currency), 0) + one.amount
    return paid


def _planned(lines: Sequence[LineFigures]) -> list[LineFigures]:
    """Those of which something is planned: not what is only kept because it was approved or paid."""
    return [one for one in lines if one.quantity or one.planned]


def _lines_after(
    estimate: Estimate,
    rows: Sequence[EstimateLine],
    standing: Sequence[LineFigures],
    visit: VisitFigures,
    norms: Sequence[NormFacts],
) -> list[LineFigures]:
    """The lines as they would be stored for other figures of the visit."""
    if estimate.inputs is None or estimate.settled_at is not None:
        return list(standing)
    before = {one.rule: one for one in standing if one.rule is not None}
    found = []
    for line in computed_lines(estimate, visit, norms):
        old = before.pop(line.rule or "", None)
        found.append(line if old is None else _with_past(line, old))
    entered = {row.id for row in rows if row.rule is None and not is_left(row)}
    found += [one for one in standing if one.id in entered]
    return found


def _with_past(line: LineFigures, old: LineFigures) -> LineFigures:
    """A computed line that goes on from a stored one: what was approved and paid of it, in the currency it is in."""
    if line.currency is not old.currency and (old.approved is not None or old.paid):
        return line
    return replace(line, id=old.id, approved=old.approved, paid=old.paid)


def _overridden(estimate: Estimate, line: LineFigures) -> set[str]:
    return set(OVERRIDES) & set(estimate.overrides.get(line.rule or "", {}))


def _approval(row: EstimateApproval) -> ApprovalView:
    return ApprovalView(
        row.number,
        row.submitted_by,
        row.submitted_at,
        row.approved_by,
        row.approved_at,
        row.content["totals"]["planned"],
        row.content,
    )
