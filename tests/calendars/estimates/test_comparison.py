"""What differs between two sets of lines: added, removed, other quantities and amounts, sums."""

from dataclasses import replace
from typing import Any

import pytest

from calendars.estimates.comparison import FIELDS, MEANING, Comparison, LineChangeKind, compare
from calendars.estimates.formulas import planned_lines
from calendars.estimates.inputs import EstimateInputs, Session
from calendars.estimates.lines import LineFigures
from models.vocabulary import Currency, GuestClass, NormItem, NormUnit, WhoPays
from tests.calendars.estimates.circular import shipped_norms, visit

CARS = LineFigures(NormItem.CAR, NormUnit.TRIP, 200, 5_000_000, id="01KCARS", unit_amount=2_500_000)
TICKETS = LineFigures(NormItem.TICKET, NormUnit.PIECE, 100, 30_000, Currency.USD, id="01KTICKETS", unit_amount=30_000)


def lines_of(members: int, nights: int = 2, guest_class: GuestClass | None = GuestClass.B) -> tuple[LineFigures, ...]:
    inputs = EstimateInputs(sessions=(Session(1, 10),))
    return planned_lines(inputs, visit(1, 0, members, nights=nights), shipped_norms(), guest_class, WhoPays.HOST_ALL)


def test_nothing() -> None:
    assert not compare(lines_of(3), lines_of(3))
    assert compare([], []) == Comparison()


def test_one_more_guest() -> None:
    found = compare([*lines_of(3), CARS], [*lines_of(4), CARS])
    assert [(one.key, one.kind, "quantity" in one.changed, "planned" in one.changed) for one in found.lines] == [
        ("lodging:member", LineChangeKind.CHANGED, True, True),
        ("meals", LineChangeKind.CHANGED, True, True),
        ("session:1", LineChangeKind.CHANGED, True, True),
    ]
    # 2 nights × 4,800,000 + 3 days × 2,000,000 + 160,000
    (change,) = found.sums
    assert (change.currency, (change.after or 0) - (change.before or 0)) == (Currency.VND, 15_760_000)


def test_added_and_removed_and_a_currency_that_comes_and_goes() -> None:
    added = compare([CARS], [CARS, TICKETS])
    assert [(one.key, one.kind, one.line) for one in added.lines] == [("01KTICKETS", LineChangeKind.ADDED, TICKETS)]
    assert [(one.currency, one.before, one.after) for one in added.sums] == [(Currency.USD, None, 30_000)]
    removed = compare([CARS, TICKETS], [CARS])
    assert [(one.kind, one.line) for one in removed.lines] == [(LineChangeKind.REMOVED, TICKETS)]
    assert [(one.currency, one.before, one.after) for one in removed.sums] == [(Currency.USD, 30_000, None)]


def test_a_price_that_becomes_known_is_a_change_though_the_quantity_stays() -> None:
    found = compare(lines_of(3, guest_class=None), lines_of(3))
    assert {(one.kind, "quantity" in one.changed, "planned" in one.changed) for one in found.lines} == {
        (LineChangeKind.CHANGED, False, True)
    }
    assert [(one.before, one.after is not None) for one in found.sums] == [(None, True)]


def test_what_was_paid_or_approved_is_no_change_of_the_plan() -> None:
    assert not compare([CARS], [replace(CARS, approved=1, paid=2)])
    assert compare([CARS], [replace(CARS, planned=5_000_001, unit_amount=None)])


OTHER: dict[str, Any] = {
    "item": NormItem.OTHER, "unit": NormUnit.PIECE, "description": {"vi": "Xe"}, "payer": "laos",
    "payer_organisation_id": "01KBODY", "currency": Currency.LAK, "people": 2, "times": 100, "quantity": 300,
    "unit_amount": 1, "norm_id": "01KNORM", "planned": 4_000_000,
}  # fmt: skip


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_of_a_line_is_a_difference_and_another_thing_needs_approval(name: str) -> None:
    found = compare([CARS], [replace(CARS, **{name: OTHER[name]})])
    assert [one.changed for one in found.lines] == [(name,)]
    assert (found.needs_approval, found.waits("01KCARS")) == (name in MEANING, name in MEANING)


def test_more_money_needs_approval_and_can_be_paid_up_to_it() -> None:
    found = compare([CARS], [replace(CARS, planned=5_000_001)])
    assert (found.needs_approval, found.waits("01KCARS")) == (True, False)
    # One line dearer and another cheaper: the sum is the same.
    both = compare([CARS, TICKETS], [replace(CARS, planned=5_000_001), replace(TICKETS, planned=29_999)])
    assert [one.needs_approval for one in both.lines] == [True, False]
