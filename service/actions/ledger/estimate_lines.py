"""The lines of an estimate in the store.

There are computed ones with what was entered in their place, entered ones, and those that are kept because something
of them was approved or paid.

A line that its formula gives no more, or that was taken out, stays with nothing planned if something was approved or
paid for it; otherwise it goes. The id of a computed line follows from its event and rule, so that a line that comes
back is the same line.

A line of which anything was approved or paid never changes its currency: what its formula gives in another one is
another line, and the first stays with nothing planned.
"""

from base64 import b32encode
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from sqlmodel import Session, col, select

from calendars.estimates.formulas import planned_lines
from calendars.estimates.inputs import VisitFigures, inputs_from_json
from calendars.estimates.lines import LineFigures, planned_sums, product
from calendars.estimates.norms import NormFacts
from models.errors import Invalid
from models.estimates import Estimate, EstimateLine, Payment
from models.i18n import N_, message
from models.types import new_id
from models.vocabulary import Currency
from service.actions.ledger.estimate_values import MOST_AMOUNT, MOST_LINES

OVERRIDES = ("unit_amount", "planned", "description", "payer", "payer_organisation_id")
"""What can be entered in place of what a formula gives."""

FIGURES = (
    "rule",
    "item",
    "description",
    "people",
    "times",
    "quantity",
    "unit",
    "unit_amount",
    "norm_id",
    "norm_limit",
    "currency",
    "planned",
    "payer",
    "payer_organisation_id",
)
"""The columns of a line that its plan consists of."""

MOST_LIMIT = 100 * MOST_AMOUNT
"""A norm that allows more allows all that can be planned; a larger number would not fit into its column."""

TOO_MUCH = N_("The plan would come to {amount} or more, which is too much to be right.")
TOO_MANY = N_("An estimate has at most {most} lines.")


def lines_of(session: Session, event_id: str) -> list[EstimateLine]:
    """The rows of an estimate's lines in their order; one query."""
    session.flush()
    statement = select(EstimateLine).where(EstimateLine.event_id == event_id)
    return list(session.exec(statement.order_by(col(EstimateLine.position), col(EstimateLine.id))).all())


def computed_lines(estimate: Estimate, visit: VisitFigures, norms: Sequence[NormFacts]) -> list[LineFigures]:
    """The lines that the formulas give for a visit, with what was entered in their place; none without inputs."""
    if estimate.inputs is None:
        return []
    inputs = inputs_from_json(estimate.inputs)
    found = planned_lines(inputs, visit, norms, estimate.guest_class, estimate.who_pays)
    return [
        replace(overridden(line, estimate.overrides.get(line.rule or "", {})), id=line_id(estimate.event_id, line.rule))
        for line in found
    ]


def overridden(line: LineFigures, entered: Mapping[str, Any]) -> LineFigures:
    """A computed line with what was entered in place of what its formula gives (values of :data:`OVERRIDES`).

    An entered price is multiplied by the quantity, an entered whole is the whole. What is in another currency than the
    norm is not measured by it.
    """
    changed: dict[str, Any] = {
        name: entered[name] for name in ("description", "payer", "payer_organisation_id") if name in entered
    }
    if (price := entered.get("unit_amount")) is not None:
        currency = Currency(price["currency"])
        units = currency.units(price["amount"])
        changed |= {"unit_amount": units, "currency": currency, "planned": product(line.quantity, units)}
    elif (whole := entered.get("planned")) is not None:
        currency = Currency(whole["currency"])
        changed |= {"unit_amount": None, "currency": currency, "planned": currency.units(whole["amount"])}
    if changed.get("currency", line.currency) is not line.currency:
        changed["norm_limit"] = None
    return replace(line, **changed)


def line_id(event_id: str, rule: str | None, currency: Currency | None = None) -> str:
    """The id of the line that a rule computes for an event; with a currency, of the one that is computed in it while
    the first stays in another."""
    told = f"{event_id}:{rule}" if currency is None else f"{event_id}:{rule}:{currency.value}"
    return b32encode(sha256(told.encode()).digest()).decode()[:26]


def check_bounds(lines: Collection[LineFigures], at: str) -> None:
    """Refuse more lines, or larger sums, than an estimate may have.

    Raises:
        Invalid: there are; ``errors`` name the field ``at``.
    """
    if len(lines) > MOST_LINES:
        raise Invalid({at: [message(TOO_MANY, most=MOST_LINES)]})
    for currency, amount in planned_sums(lines):
        most = MOST_AMOUNT * 10**currency.decimals
        if amount >= most:
            raise Invalid({at: [message(TOO_MUCH, amount=f"{currency.money(most)['amount']} {currency.value}")]})


def figures_of(row: EstimateLine, paid: int = 0) -> LineFigures:
    """A stored line as a plain value."""
    return LineFigures(id=row.id, approved=row.approved, paid=paid, **{name: getattr(row, name) for name in FIGURES})


def store_lines(
    session: Session, estimate: Estimate, computed: Iterable[LineFigures], entered: Iterable[LineFigures] | None = None
) -> bool:
    """Write the lines of an estimate; whether any of them changed.

    ``entered``: those entered by hand, ones with the id of a stored line change that line; None: as they stand.
    """
    rows = {row.id: row for row in lines_of(session, estimate.event_id)}
    standing = [(row.id, _plan(row), row.position) for row in rows.values()]
    if entered is None:
        entered = [figures_of(row) for row in rows.values() if row.rule is None and not is_left(row)]
    paid_for = set(session.exec(select(Payment.line_id).where(Payment.event_id == estimate.event_id)).all())
    kept = _computed_rows(session, estimate, list(computed), rows, paid_for)
    for figures in entered:
        row = rows.get(figures.id or "")
        if row is None or not _takes(row, figures.currency, paid_for):
            row = EstimateLine(id=new_id(), event_id=estimate.event_id, item=figures.item, unit=figures.unit)
        kept.append(_filled(row, figures))
    session.add_all(kept)
    kept_ids = {row.id for row in kept}
    for row in [one for one in rows.values() if one.id not in kept_ids]:
        if row.approved is None and row.id not in paid_for:
            session.delete(row)
            continue
        row.people, row.times, row.quantity, row.planned, row.norm_limit = None, None, 0, 0, None
        kept.append(row)
    for position, row in enumerate(kept):
        row.position = position
    session.flush()
    return standing != [(row.id, _plan(row), row.position) for row in kept]


def _computed_rows(
    session: Session,
    estimate: Estimate,
    computed: Sequence[LineFigures],
    rows: Mapping[str, EstimateLine],
    paid_for: Collection[str],
) -> list[EstimateLine]:
    """The rows of computed lines, filled: of each rule the one that can be in its currency, else a new one. A row that
    had the rule and is in another currency is left without it."""
    by_rule = {row.rule: row for row in rows.values() if row.rule is not None}
    found: list[EstimateLine] = []
    for figures in computed:
        own, in_currency = (line_id(estimate.event_id, figures.rule, one) for one in (None, figures.currency))
        had = by_rule.get(figures.rule) if figures.rule is not None else None
        known = [one for one in (had, rows.get(own), rows.get(in_currency)) if one is not None]
        fitting = [
            one
            for one in known
            if _takes(one, figures.currency, paid_for)
            and (one.rule == figures.rule or (one.rule is None and is_left(one)))
        ]
        # What was approved or paid in this currency goes on before what is free to take it on.
        row = next((one for one in fitting if _is_bound(one, paid_for)), fitting[0] if fitting else None)
        if had is not None and had is not row:
            had.rule = None
            session.flush()  # the rule is free before another row has it
        if row is None:
            free = next((one for one in (own, in_currency) if one not in rows), None)
            row = EstimateLine(id=free or new_id(), event_id=estimate.event_id, item=figures.item, unit=figures.unit)
        found.append(_filled(row, figures))
    return found


def _is_bound(row: EstimateLine, paid_for: Collection[str]) -> bool:
    """Whether anything of a line was approved or paid."""
    return row.approved is not None or row.id in paid_for


def _takes(row: EstimateLine, currency: Currency, paid_for: Collection[str]) -> bool:
    """Whether a line can be in a currency: one of which anything was approved or paid never changes it."""
    return row.currency is currency or not _is_bound(row, paid_for)


def is_left(row: EstimateLine) -> bool:
    """Whether a line is only kept because something of it was approved or paid."""
    return row.quantity == 0 and row.planned == 0


def _filled(row: EstimateLine, figures: LineFigures) -> EstimateLine:
    for name in FIGURES:
        value = getattr(figures, name)
        if name == "norm_limit" and value is not None:
            value = min(value, MOST_LIMIT)
        if getattr(row, name) != value:
            setattr(row, name, value)
    return row


def _plan(row: EstimateLine) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in FIGURES)
