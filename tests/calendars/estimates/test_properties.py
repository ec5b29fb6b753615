"""What holds for every estimate: sums of lines, whole numbers, no cheaper for more people, the same after a detour."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from calendars.estimates.comparison import compare
from calendars.estimates.formulas import planned_lines, remarks
from calendars.estimates.inputs import EstimateInputs, PerDiem, VisitFigures, inputs_to_json
from calendars.estimates.lines import LineFigures, planned_sums, product
from models.vocabulary import Currency, Direction, GuestClass, WhoPays
from tests.calendars.estimates.circular import shipped_norms, visit
from tests.calendars.estimates.strategies import any_inputs, visits

NORMS = shipped_norms()
classes = st.none() | st.sampled_from(GuestClass)
payers = st.sampled_from(WhoPays)


def floats_in(value: Any) -> list[float]:
    """Every float in a value, however deep."""
    if isinstance(value, float):
        return [value]
    if is_dataclass(value) and not isinstance(value, type):
        return [found for one in fields(value) for found in floats_in(getattr(value, one.name))]
    if isinstance(value, dict):
        return [found for pair in value.items() for one in pair for found in floats_in(one)]
    if isinstance(value, list | tuple):
        return [found for one in value for found in floats_in(one)]
    return []


def test_floats_are_found() -> None:
    assert floats_in([LineFigures, replace(product_line(), people=0.5), {"a": (1, 2.0)}]) == [0.5, 2.0]  # type: ignore[arg-type]


def product_line() -> LineFigures:
    return planned_lines(EstimateInputs(), visit(), NORMS, GuestClass.B, WhoPays.HOST_ALL)[0]


@given(any_inputs(), visits(), classes, payers)
def test_sums_are_the_sums_of_lines_and_all_is_whole(
    inputs: EstimateInputs, figures: VisitFigures, guest_class: GuestClass | None, who_pays: WhoPays
) -> None:
    lines = planned_lines(inputs, figures, NORMS, guest_class, who_pays)
    for currency, amount in planned_sums(lines):
        assert amount == sum(line.planned for line in lines if line.currency is currency)
    assert not floats_in([inputs, inputs_to_json(inputs), figures, lines, planned_sums(lines).as_money()])
    for line in lines:
        assert line.quantity == (line.times if line.people is None else line.people * (line.times or 0))
        if line.unit_amount is not None:
            assert line.planned == product(line.quantity, line.unit_amount)
        assert line.over_norm is None


@given(any_inputs(), visits(), classes, payers)
def test_each_rule_is_there_once_and_each_without_a_price_is_explained(
    inputs: EstimateInputs, figures: VisitFigures, guest_class: GuestClass | None, who_pays: WhoPays
) -> None:
    lines = planned_lines(inputs, figures, NORMS, guest_class, who_pays)
    rules = [line.rule for line in lines]
    assert len(rules) == len(set(rules))
    explained = {one.rule: one.reason for one in remarks(inputs, figures, NORMS, guest_class, who_pays)}
    unpriced = {line.rule for line in lines if line.unit_amount is None}
    assert unpriced == {rule for rule, reason in explained.items() if not reason.leaves_out}
    assert not {rule for rule, reason in explained.items() if reason.leaves_out} & set(rules)


@given(any_inputs(), visits(), classes, payers, st.sampled_from(["heads", "deputies", "members"]), st.integers(1, 50))
def test_more_people_never_cost_less(
    inputs: EstimateInputs,
    figures: VisitFigures,
    guest_class: GuestClass | None,
    who_pays: WhoPays,
    role: str,
    more: int,
) -> None:
    own = replace(inputs, heads=None, deputies=None, members=None)
    crowd = replace(figures, **{role: getattr(figures, role) + more})
    few = planned_sums(planned_lines(own, figures, NORMS, guest_class, who_pays))
    many = planned_sums(planned_lines(own, crowd, NORMS, guest_class, who_pays))
    assert not few.exceeds(many)


@given(any_inputs(), visits(), visits(), classes, payers)
def test_changing_the_visit_and_back_gives_the_same_lines(
    inputs: EstimateInputs,
    figures: VisitFigures,
    others: VisitFigures,
    guest_class: GuestClass | None,
    who_pays: WhoPays,
) -> None:
    before = planned_lines(inputs, figures, NORMS, guest_class, who_pays)
    between = planned_lines(inputs, others, NORMS, guest_class, who_pays)
    after = planned_lines(inputs, figures, tuple(reversed(NORMS)), guest_class, who_pays)
    assert before == after
    assert not compare(before, after)
    there, back = compare(before, between), compare(between, before)
    assert {one.key for one in there.lines} == {one.key for one in back.lines}
    assert {(one.currency, one.before, one.after) for one in there.sums} == {
        (one.currency, one.after, one.before) for one in back.sums
    }


@given(st.lists(st.integers(0, 10**6), min_size=3, max_size=3), st.integers(1, 40), st.integers(0, 9))
def test_three_currencies_stay_three_sums(rates: list[int], travellers: int, nights: int) -> None:
    inputs = EstimateInputs(
        per_diems=tuple(PerDiem(rate, currency) for rate, currency in zip(rates, Currency, strict=True))
    )
    figures = visit(0, 0, travellers, nights=nights, direction=Direction.OUTGOING)
    sums = planned_sums(planned_lines(inputs, figures, NORMS, None, WhoPays.HOST_ALL))
    assert dict(sums) == {
        currency: rate * travellers * (nights + 1) for rate, currency in zip(rates, Currency, strict=True)
    }
    assert [money["currency"] for money in sums.as_money()] == [currency.value for currency in Currency]
