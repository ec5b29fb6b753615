"""An estimate as it is read: plain values, and the same as the API answers them and approvals keep them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from calendars.estimates.comparison import Comparison, Terms
from calendars.estimates.inputs import quantity_text
from calendars.estimates.lines import LineFigures, approved_sums, planned_sums
from calendars.estimates.norms import NormFacts
from calendars.money.sums import Sums
from models.i18n import Message
from models.text import LocalizedText
from models.vocabulary import Currency, EstimateState, GuestClass, NormItem, NormUnit, Severity, WhoPays

MOST_LINES = 200
MOST_AMOUNT = 10**15
"""Every amount and every sum, counted in whole units of its currency, is less: fifteen digits, as in the API."""


@dataclass(frozen=True, slots=True)
class LineView:
    """A line, with its id, and the norm it was computed or judged by; ``overridden`` are the fields entered in place of
    what its formula gives."""

    figures: LineFigures
    norm: NormFacts | None = None
    overridden: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        return self.figures.id or ""


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """One approval: who asked and who approved (ids of accounts), when, and the sums that were approved then.

    ``content`` is the kept copy (:attr:`models.estimates.EstimateApproval.content`).
    """

    number: int
    submitted_by: str | None
    submitted_at: datetime | None
    approved_by: str | None
    approved_at: datetime
    planned: Sequence[Mapping[str, str]]
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PaymentView:
    """A payment in the smallest unit of its currency; ``approved_by``: who approved it above what was approved."""

    id: str
    line_id: str
    amount: int
    currency: Currency
    paid_on: date
    voucher: str | None
    file_id: str | None
    approved_by: str | None
    made_by: str | None
    made_at: datetime

    def as_json(self) -> dict[str, Any]:
        """As the API answers it."""
        return {
            "id": self.id,
            "line_id": self.line_id,
            "amount": self.currency.money(self.amount),
            "paid_on": self.paid_on,
            "voucher": self.voucher,
            "file_id": self.file_id,
            "approved_by": self.approved_by,
            "made_by": self.made_by,
            "made_at": self.made_at,
        }


@dataclass(frozen=True, slots=True)
class EstimateWarning:
    """What is worth a look, never blocking; ``lines`` are the ids of those it is about."""

    code: str
    severity: Severity
    detail: Message
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EstimateView:
    """The estimate of an event. One that nobody has written yet is an empty draft with ``version`` 0.

    ``inputs`` are as in the API, None: nothing is computed. ``written_by`` … ``settled_by`` are ids of accounts.
    ``differs`` is what the plan differs in from what was approved last; None: nothing was approved yet.
    ``would_change`` is what it would differ in from the plan as it stands, of a preview; None: it is none.
    """

    event_id: str
    state: EstimateState = EstimateState.DRAFT
    guest_class: GuestClass | None = None
    class_decided_by: str | None = None
    who_pays: WhoPays = WhoPays.HOST_ALL
    inputs: Mapping[str, Any] | None = None
    lines: tuple[LineView, ...] = ()
    payments: tuple[PaymentView, ...] = ()
    approvals: tuple[ApprovalView, ...] = ()
    written_by: str | None = None
    submitted_by: str | None = None
    submitted_at: datetime | None = None
    returned_reason: str | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    settled_by: str | None = None
    settled_at: datetime | None = None
    differs: Comparison | None = None
    warnings: tuple[EstimateWarning, ...] = ()
    would_change: Comparison | None = None
    version: int = 0

    @property
    def figures(self) -> tuple[LineFigures, ...]:
        return tuple(one.figures for one in self.lines)

    @property
    def planned(self) -> Sums:
        return planned_sums(self.figures)

    @property
    def approved(self) -> Sums:
        return approved_sums(self.figures)

    @property
    def paid(self) -> Sums:
        return Sums.of((one.currency, one.amount) for one in self.payments)

    @property
    def over_norm(self) -> Sums:
        """By how much lines are planned above their norms."""
        return Sums.of(
            (one.figures.currency, over) for one in self.lines if (over := one.figures.over_norm) is not None
        )

    @property
    def needs_approval(self) -> bool:
        """Whether something is planned that nobody approved: a draft with lines, or a plan that differs from what was
        approved last in more than costing less."""
        if self.state is EstimateState.SETTLED:
            return False
        return bool(self.lines) if self.differs is None else self.differs.needs_approval

    @property
    def terms(self) -> Terms:
        """The class of the guests, who decided it, and who pays."""
        return Terms(self.guest_class, self.class_decided_by, self.who_pays)

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that are possible in this state, whoever may take them."""
        return STEPS[self.state]

    def as_json(self) -> dict[str, Any]:
        """As the API answers it, without the warnings, whose words depend on the reader's language."""
        return {
            "event_id": self.event_id,
            "state": self.state.value,
            "guest_class": self.guest_class and self.guest_class.value,
            "class_decided_by": self.class_decided_by,
            "who_pays": self.who_pays.value,
            "inputs": self.inputs,
            "lines": [line_as_json(one) for one in self.lines],
            "totals": {
                "planned": self.planned.as_money(),
                "approved": self.approved.as_money(),
                "paid": self.paid.as_money(),
                "over_norm": self.over_norm.as_money(),
            },
            "needs_approval": self.needs_approval,
            "steps": list(self.steps),
            "payments": [one.as_json() for one in self.payments],
            "approvals": [
                {
                    "number": one.number,
                    "submitted_by": one.submitted_by,
                    "submitted_at": one.submitted_at,
                    "approved_by": one.approved_by,
                    "approved_at": one.approved_at,
                    "planned": list(one.planned),
                    **{name: one.content[name] for name in ("guest_class", "class_decided_by", "who_pays", "lines")},
                }
                for one in self.approvals
            ],
            "written_by": self.written_by,
            "submitted_by": self.submitted_by,
            "submitted_at": self.submitted_at,
            "returned_reason": self.returned_reason,
            "approved_by": self.approved_by,
            "approved_at": self.approved_at,
            "settled_by": self.settled_by,
            "settled_at": self.settled_at,
            "differs": None if self.differs is None else differences_as_json(self.differs),
            "would_change": None
            if self.would_change is None
            else differences_as_json(self.would_change) | {"needs_approval": self.needs_approval},
        }


STEPS: Mapping[EstimateState, tuple[str, ...]] = {
    EstimateState.DRAFT: ("submit",),
    EstimateState.SUBMITTED: ("approve", "return"),
    EstimateState.APPROVED: ("submit", "settle"),
    EstimateState.SETTLED: ("reverse",),
}
"""State → the steps that can follow; a submission that is returned goes back to where it came from."""


def line_as_json(line: LineView) -> dict[str, Any]:
    """A line as the API answers it: money objects, quantities as text."""
    one = line.figures

    def money(amount: int | None) -> dict[str, str] | None:
        return None if amount is None else one.currency.money(amount)

    return {
        "id": line.id,
        "rule": one.rule,
        "item": one.item.value,
        "description": one.description,
        "people": one.people,
        "times": None if one.times is None else quantity_text(one.times),
        "quantity": quantity_text(one.quantity),
        "unit": one.unit.value,
        "currency": one.currency.value,
        "unit_amount": money(one.unit_amount),
        "norm_id": one.norm_id,
        "norm": None
        if line.norm is None
        else {
            "amount": None if line.norm.amount is None else line.norm.currency.money(line.norm.amount),
            "act": line.norm.act,
            "article": line.norm.article,
            "verified": line.norm.verified,
        },
        "planned": money(one.planned) if one.is_priced or not one.quantity else None,
        "approved": money(one.approved),
        "paid": money(one.paid),
        "over_norm": money(one.over_norm),
        "payer": one.payer,
        "payer_organisation_id": one.payer_organisation_id,
        "overridden": sorted(line.overridden),
    }


def differences_as_json(found: Comparison) -> dict[str, Any]:
    """Differences as the API answers them: lines, sums and terms that differ; null for what is not there."""

    def money(line: LineFigures | None) -> dict[str, str] | None:
        return line.currency.money(line.planned) if line is not None and line.is_priced else None

    return {
        "lines": [
            {
                "line_id": one.line.id,
                "rule": one.line.rule,
                "item": one.line.item.value,
                "description": one.line.description,
                "kind": one.kind.value,
                "changed": list(one.changed),
                "needs_approval": one.needs_approval,
                "before": money(one.before),
                "after": money(one.after),
                "quantity_before": None if one.before is None else quantity_text(one.before.quantity),
                "quantity_after": None if one.after is None else quantity_text(one.after.quantity),
            }
            for one in found.lines
        ],
        "totals": [
            {
                "currency": one.currency.value,
                "before": None if one.before is None else one.currency.money(one.before),
                "after": None if one.after is None else one.currency.money(one.after),
            }
            for one in found.sums
        ],
        "terms": [{"field": one.name, "before": one.before, "after": one.after} for one in found.terms],
    }


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the smallest unit of its currency."""

    amount: int
    currency: Currency

    @classmethod
    def read(cls, value: Mapping[str, str] | None) -> "Money | None":
        """A money object of the API; None for none."""
        if value is None:
            return None
        currency = Currency(value["currency"])
        return cls(currency.units(value["amount"]), currency)


@dataclass(frozen=True, slots=True)
class WantedLine:
    """A line as it is entered. ``id``: of a line that stands; ``rule``: of a computed one, None: entered by hand.

    ``quantity`` and ``times`` are in hundredths. ``quantity`` None: ``people`` × ``times``, or one. Of ``unit_amount``
    and ``planned`` one may be None. Of a computed line whatever stands, or is what the formula gives, is not an entry
    of its own; anything else overrides the formula until both are None.
    """

    id: str | None = None
    rule: str | None = None
    item: NormItem | None = None
    description: LocalizedText | None = None
    people: int | None = None
    times: int | None = None
    quantity: int | None = None
    unit: NormUnit | None = None
    unit_amount: Money | None = None
    planned: Money | None = None
    norm_id: str | None = None
    payer: str | None = None
    payer_organisation_id: str | None = None
    approved: Money | None = None
    paid: Money | None = None
    given: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class WantedEstimate:
    """An estimate as it is entered, as a whole.

    ``inputs`` are as in the API: None computes nothing, ``{}`` takes all from the visit.
    """

    guest_class: GuestClass | None = None
    class_decided_by: str | None = None
    who_pays: WhoPays = WhoPays.HOST_ALL
    inputs: Mapping[str, Any] | None = None
    lines: Sequence[WantedLine] = ()
    state: EstimateState | None = None


@dataclass(frozen=True, slots=True)
class VisitChange:
    """What of a visit is to be another: for previews. None: as it stands."""

    first_day: date | None = None
    last_day: date | None = None
    arrives_on: date | None = None
    departs_on: date | None = None
    headcount: int | None = None

    def __bool__(self) -> bool:
        return any(
            one is not None for one in (self.first_day, self.last_day, self.arrives_on, self.departs_on, self.headcount)
        )
