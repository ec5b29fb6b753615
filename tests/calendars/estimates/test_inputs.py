"""Inputs as JSON: strict, each wrong value named by its path, and the same inputs back."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.estimates.inputs import MOST_ENTRIES, EstimateInputs, inputs_from_json, inputs_to_json
from models.errors import Invalid
from tests.calendars.estimates.strategies import any_inputs


@given(any_inputs())
def test_the_same_inputs_come_back(inputs: EstimateInputs) -> None:
    written = inputs_to_json(inputs)
    assert inputs_from_json(json.loads(json.dumps(written))) == inputs


def test_an_empty_object_takes_the_visits_own_figures() -> None:
    assert inputs_from_json({}) == EstimateInputs()


def test_whole_numbers_are_quantities_too() -> None:
    assert inputs_from_json({"meal_days": 3}).meal_days == inputs_from_json({"meal_days": "3.0"}).meal_days == 300


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ([], ["inputs"]),
        (None, ["inputs"]),
        ({"people": 3}, ["inputs.people"]),
        ({"people": {"heads": -1, "drivers": 1}}, ["inputs.people.heads", "inputs.people.drivers"]),
        ({"people": {"heads": 1.0}}, ["inputs.people.heads"]),
        ({"people": {"heads": True}}, ["inputs.people.heads"]),
        ({"nights": "3"}, ["inputs.nights"]),
        ({"nights": 1001}, ["inputs.nights"]),
        ({"meal_days": 3.5}, ["inputs.meal_days"]),
        ({"meal_days": "3,5"}, ["inputs.meal_days"]),
        ({"meal_days": "3.555"}, ["inputs.meal_days"]),
        ({"meal_days": "-1"}, ["inputs.meal_days"]),
        ({"meal_days": "٣"}, ["inputs.meal_days"]),
        ({"meal_days": "99999"}, ["inputs.meal_days"]),
        ({"meal_days": 10**5000}, ["inputs.meal_days"]),
        ({"meal_days": -(10**5000)}, ["inputs.meal_days"]),
        ({"breakfast": "yes"}, ["inputs.breakfast"]),
        ({"banquet": {"hosts": "ten"}}, ["inputs.banquet.hosts"]),
        ({"sessions": {}}, ["inputs.sessions"]),
        ({"sessions": "12"}, ["inputs.sessions"]),
        ({"sessions": [{}]}, ["inputs.sessions.0.half_days"]),
        ({"sessions": [{"half_days": 1}, {"half_days": 0}]}, ["inputs.sessions.1.half_days"]),
        ({"sessions": [{"half_days": 1, "payer_organisation_id": "x" * 27}]},
         ["inputs.sessions.0.payer_organisation_id"]),
        ({"sessions": [{"half_days": 1}] * (MOST_ENTRIES + 1)}, ["inputs.sessions"]),
        ({"interpreting": [{"people": 1}]}, ["inputs.interpreting.0.hours"]),
        ({"interpreting": [None]}, ["inputs.interpreting.0", "inputs.interpreting.0.hours"]),
        ({"translations": [{"pages": "1", "extra_percent": 31}]}, ["inputs.translations.0.extra_percent"]),
        ({"flowers": -1}, ["inputs.flowers"]),
        ({"gifts": {"head": 1}}, ["inputs.gifts.head"]),
        ({"per_diems": [{}]}, ["inputs.per_diems.0.rate"]),
        ({"per_diems": [{"rate": {"amount": 5, "currency": "USD"}}]}, ["inputs.per_diems.0.rate.amount"]),
        ({"per_diems": [{"rate": {"amount": "5", "currency": "EUR"}}]}, ["inputs.per_diems.0.rate.currency"]),
        ({"per_diems": [{"rate": {"amount": "5", "currency": []}}]}, ["inputs.per_diems.0.rate.currency"]),
        ({"per_diems": [{"rate": {"amount": "5.5", "currency": "VND"}}]}, ["inputs.per_diems.0.rate"]),
        ({"per_diems": [{"rate": {"amount": "1000000001", "currency": "VND"}}]}, ["inputs.per_diems.0.rate.amount"]),
        ({"per_diems": [{"rate": {"amount": "5", "currency": "USD"}, "item": "meals"}]},
         ["inputs.per_diems.0.item"]),
        ({"hotels": 1, "flowers": "a"}, ["inputs.hotels", "inputs.flowers"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(value: Any, paths: list[str]) -> None:
    with pytest.raises(Invalid) as caught:
        inputs_from_json(value)
    assert sorted(caught.value.errors) == sorted(paths)


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["5", "VND", "per_diem"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
GROUPS = {
    "people": ("heads", "deputies", "members"),
    "banquet": ("hosts",),
    "gifts": ("heads", "spouses", "members"),
}
ROWS = {
    "sessions": ("half_days", "hosts", "payer_organisation_id"),
    "interpreting": ("hours", "people", "booth", "own_staff"),
    "translations": ("pages", "into_vietnamese", "extra_percent"),
    "per_diems": ("rate", "item", "people", "times"),
}
PLAIN = ("nights", "meal_days", "breakfast", "flowers")


def any_of(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """An object with some of these names, and anything at all under each."""
    rate = st.fixed_dictionaries({"amount": ANY_JSON, "currency": ANY_JSON})
    return st.fixed_dictionaries({}, optional={name: ANY_JSON | rate if name == "rate" else ANY_JSON for name in names})


ANY_INPUTS = ANY_JSON | st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(PLAIN, ANY_JSON)
    | {name: ANY_JSON | any_of(*names) for name, names in GROUPS.items()}
    | {name: ANY_JSON | st.lists(any_of(*names), max_size=2) for name, names in ROWS.items()},
)


def refused_paths(value: Any) -> list[str]:
    """The paths under which inputs are refused; none if they are read, and then the same come back."""
    try:
        read = inputs_from_json(value)
    except Invalid as refusal:
        return list(refusal.errors)
    assert inputs_from_json(inputs_to_json(read)) == read
    return []


@given(ANY_INPUTS)
def test_any_json_is_read_or_refused_by_its_fields(value: Any) -> None:
    assert all(path.partition(".")[0] == "inputs" for path in refused_paths(value))
