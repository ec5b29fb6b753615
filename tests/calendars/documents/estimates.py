"""Estimates as plain facts: the worked example with cars, tickets in dollars, a dearer banquet; approved and paid."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from calendars.documents.facts import DocumentFacts, EstimateFacts, EstimateLineFacts, PaymentFacts
from calendars.estimates.formulas import planned_lines
from calendars.estimates.inputs import EstimateInputs, Interpreting, Session
from calendars.estimates.lines import LineFigures
from models.vocabulary import Currency, EstimateState, GuestClass, NormItem, NormUnit, WhoPays
from tests.calendars.documents.visits import incoming_delegation
from tests.calendars.estimates.circular import shipped_norms, visit

NORMS = {norm.id: norm for norm in shipped_norms()}
DECIDED_BY = "Chủ tịch UBND thành phố, Công văn số 12/UBND-NgV"
CARS = LineFigures(
    NormItem.CAR, NormUnit.TRIP, 300, 10_500_000, id="01KCARS", people=None, times=300, unit_amount=3_500_000,
    description={"vi": "Xe 29 chỗ", "lo": "ລົດ 29 ບ່ອນນັ່ງ", "en": "Bus with 29 seats"},
)  # fmt: skip
TICKETS = LineFigures(
    NormItem.TICKET, NormUnit.PIECE, 200, 2_469_50, Currency.USD, id="01KTICKETS", unit_amount=1_234_75
)
LOUNGE = LineFigures(NormItem.LOUNGE, NormUnit.TOTAL, 100, 0, id="01KLOUNGE", norm_id="lounge-b")


def worked_lines() -> tuple[LineFigures, ...]:
    """The worked example of article 7 to 12: 289.6 million đồng."""
    inputs = EstimateInputs(
        banquet_hosts=10,
        sessions=(Session(1, 10), Session(1, 10)),
        interpreting=(Interpreting(1200),),
        flowers=1,
        gifts_heads=1,
    )
    return planned_lines(inputs, visit(1, 1, 8), tuple(NORMS.values()), GuestClass.B, WhoPays.HOST_ALL)


def dearer(lines: Sequence[LineFigures]) -> tuple[LineFigures, ...]:
    """The same with a banquet at 2,100,000 đồng each: 2 million above the norm."""
    return tuple(
        replace(one, unit_amount=2_100_000, planned=42_000_000) if one.rule == "banquet" else one for one in lines
    )


def estimate_of(
    lines: Sequence[LineFigures], payments: Mapping[str, Sequence[PaymentFacts]] | None = None
) -> EstimateFacts:
    """An estimate of class B with these lines; ``payments`` by the key of a line."""
    paid = payments or {}
    return EstimateFacts(
        state=EstimateState.DRAFT,
        lines=[
            EstimateLineFacts(
                replace(one, paid=sum(payment.amount for payment in paid.get(one.key, ()))),
                NORMS.get(one.norm_id or ""),
                payments=tuple(paid.get(one.key, ())),
            )
            for one in lines
        ],
        guest_class=GuestClass.B,
        class_decided_by=DECIDED_BY,
    )


def with_estimate(estimate: EstimateFacts | None) -> DocumentFacts:
    """An incoming delegation of June 2026 with this estimate."""
    facts = incoming_delegation()
    days = {"first_day": date(2026, 6, 15), "last_day": date(2026, 6, 18)}
    moved = replace(facts.visit, **days, arrives_on=days["first_day"], departs_on=days["last_day"])
    return replace(facts, visit=moved, estimate=estimate, today=date(2026, 6, 1))


def planned_example() -> DocumentFacts:
    """A draft: the worked example with a dearer banquet, cars, tickets in dollars, and a lounge without a price."""
    return with_estimate(estimate_of([*dearer(worked_lines()), CARS, TICKETS, LOUNGE]))


def paid_example() -> DocumentFacts:
    """Approved as planned, then paid: the banquet dearer than approved, a line that nobody approved, and settled."""
    lines = [replace(one, approved=one.planned) for one in worked_lines()]
    payments = {
        "meals": [PaymentFacts(40_000_000, date(2026, 6, 18), "HĐ 0012"), PaymentFacts(29_000_000, date(2026, 6, 20))],
        "banquet": [PaymentFacts(41_500_000, date(2026, 6, 16), "HĐ 0034")],
        "01KTICKETS": [PaymentFacts(2_469_50, date(2026, 6, 10), "VN-77")],
    }
    estimate = estimate_of([*lines, TICKETS], payments)
    settled = replace(
        estimate,
        state=EstimateState.SETTLED,
        approved_by="Nguyễn Văn An",
        approved_on=date(2026, 6, 2),
        settled_on=date(2026, 7, 1),
    )
    return with_estimate(settled)
