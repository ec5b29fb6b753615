"""The form of an estimate: what stands in it is what is stored, and untouched it asks for the same."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from calendars.estimates.inputs import EstimateInputs, VisitFigures, inputs_from_json, inputs_to_json
from models.vocabulary import Currency, Direction, Language, NormItem
from service.web.estimates import form as fields
from service.web.form_fields import controls_of
from service.web.forms import FormRefusal
from tests.calendars.estimates.strategies import any_inputs, visits

VISIT = VisitFigures(Direction.INCOMING, date(2026, 12, 7), date(2026, 12, 10), heads=1, deputies=1, members=12)


def sent(
    inputs: EstimateInputs | None,
    figures: VisitFigures = VISIT,
    lines: list[fields.EnteredLine] | None = None,
    overrides: dict[str, dict[str, Any]] | None = None,
    language: Language = Language.VI,
    *,
    is_by_hand: bool = False,
    **typed: str,
) -> MultiDict[str, str]:
    """What a browser sends of the form, with something typed into it."""
    computed = [fields.ComputedLine(rule, rule, Currency.VND) for rule in overrides or {}]
    specs = fields.specs_of(figures.direction, computed)
    shown = fields.shown(inputs, figures, lines or [], overrides or {}, language, is_by_hand=is_by_hand)
    form = controls_of(specs, shown)
    for name, value in fields.of_visit(figures, language).items():
        form[fields.VISIT + name] = value
    for number, line in enumerate(lines or []):
        form[f"lines.{number}.id"] = line.id
    for line in computed:
        form[fields.CURRENCY + line.rule] = line.currency.value
    for name, value in typed.items():
        form[name.replace("__", ".")] = value
    return form


def asked(form: MultiDict[str, str], *args: Any, direction: Direction = Direction.INCOMING) -> dict[str, Any]:
    return fields.wanted(form, direction, *(args or ([], {})))


def following(inputs: EstimateInputs, figures: VisitFigures) -> EstimateInputs:
    """Inputs without what is as the visit has it: that follows it."""
    same = {
        name: None
        for name, own in {
            "heads": figures.heads,
            "deputies": figures.deputies,
            "members": figures.members,
            "nights": figures.nights,
            "meal_days": figures.days * 100,
        }.items()
        if getattr(inputs, name) == own
    }
    return replace(inputs, **same)


@given(any_inputs(), visits(), st.sampled_from(Language))
def test_an_untouched_form_asks_for_what_is_stored(
    inputs: EstimateInputs, figures: VisitFigures, language: Language
) -> None:
    """Also for what the form of the visit's direction has no field for."""
    form = sent(inputs, figures, language=language)
    body = asked(form, [], {}, inputs_to_json(inputs), direction=figures.direction)
    assert inputs_from_json(body["inputs"]) == following(inputs, figures)


def test_figures_of_the_visit_follow_it_until_they_are_changed() -> None:
    body = asked(sent(None))
    assert body["inputs"]["people"] == {"heads": None, "deputies": None, "members": None}
    assert (body["inputs"]["nights"], body["inputs"]["meal_days"]) == (None, None)
    body = asked(sent(None, members="11", meal_days="3,5"))
    assert body["inputs"]["people"] == {"heads": None, "deputies": None, "members": 11}
    assert body["inputs"]["meal_days"] == "3.5"


def test_a_figure_nobody_touched_is_no_override_after_the_visit_changed() -> None:
    """The form was made when there were 12; it says so itself, whatever the visit has by now."""
    form = sent(None)
    assert form["members"] == form["visit.members"] == "12"
    assert asked(form)["inputs"]["people"]["members"] is None


def test_nothing_computed_stays_nothing_computed() -> None:
    assert asked(sent(None, is_by_hand=True))["inputs"] is None
    assert asked(sent(None))["inputs"] is not None


CAR = fields.EnteredLine(
    "01LINE",
    {
        "id": "01LINE", "item": "car", "unit": "person_day", "quantity": "2",
        "description": {"vi": "Xe 16 chỗ", "lo": "ລົດ"}, "unit_amount": {"amount": "3500000", "currency": "VND"},
        "planned": {"amount": "7000000", "currency": "VND"}, "payer": None, "payer_organisation_id": None,
    },
)  # fmt: skip


def test_an_entered_line_keeps_what_the_form_does_not_ask() -> None:
    body = asked(sent(None, lines=[CAR]), [CAR], {})
    (line,) = body["lines"]
    assert line == {
        "id": "01LINE", "item": "car", "unit": "person_day", "quantity": "2",
        "description": {"vi": "Xe 16 chỗ", "lo": "ລົດ"}, "unit_amount": {"amount": "3500000", "currency": "VND"},
        "payer": None, "payer_organisation_id": None,
    }  # fmt: skip


def test_the_unit_of_an_entered_line_is_kept_or_chosen() -> None:
    form = sent(None, lines=[CAR])
    assert [one["unit"] for one in asked(form, [CAR], {})["lines"]] == ["person_day"]
    form["lines.0.unit"] = "trip"
    assert [one["unit"] for one in asked(form, [CAR], {})["lines"]] == ["trip"]


def test_an_entered_line_changes_closes_ranks_and_goes() -> None:
    form = sent(None, lines=[CAR])
    for name, value in {
        "lines.0.item": "", "lines.0.description": "", "lines.0.quantity": "", "lines.0.unit_amount.amount": "",
        "lines.1.item": "lounge", "lines.1.unit_amount.amount": "1.200.000", "lines.1.unit_amount.currency": "VND",
    }.items():  # fmt: skip
        form[name] = value
    (line,) = asked(form, [CAR], {})["lines"]
    assert "id" not in line, "it is another line than the one that was emptied"
    assert (line["item"], line["unit"], line["quantity"]) == ("lounge", "trip", "1")
    assert line["unit_amount"] == {"amount": "1200000", "currency": "VND"}


def test_an_empty_row_with_its_currency_is_no_row() -> None:
    form = sent(None)
    for name, value in {"lines.0.unit_amount.currency": "VND", "per_diems.0.rate.currency": "USD"}.items():
        form[name] = value
    assert asked(form)["lines"] == []


@pytest.mark.parametrize(
    ("standing", "typed", "wanted"),
    [
        ({}, {}, None),
        ({}, {"price__meals": "1.900.000"}, {"unit_amount": {"amount": "1900000", "currency": "VND"}}),
        ({"unit_amount": {"amount": "1900000", "currency": "VND"}}, {"price__meals": ""},
         {"unit_amount": None, "planned": None}),
        ({"planned": {"amount": "50000000", "currency": "VND"}}, {}, None),
        ({"payer": "hai-duong"}, {"payer__meals": ""}, {"payer": None}),
    ],
)  # fmt: skip
def test_another_price_or_payer_of_a_computed_line(
    standing: dict[str, Any], typed: dict[str, str], wanted: dict[str, Any] | None
) -> None:
    overrides = {"meals": standing}
    body = asked(sent(EstimateInputs(), overrides=overrides, **typed), [], overrides)
    assert body["lines"] == ([] if wanted is None else [{"rule": "meals", **wanted}])


def test_a_refusal_is_told_at_the_fields_of_the_form() -> None:
    body = {"lines": [{"item": "car"}, {"rule": "meals"}]}
    named = {
        "inputs.people.heads": "heads",
        "inputs.banquet.hosts": "banquet_hosts",
        "inputs.gifts.spouses": "gifts_spouses",
        "inputs.sessions.0.half_days": "sessions.0.half_days",
        "inputs.interpreting.1.booth": "interpreting.1.is_booth",
        "inputs.meal_days": "meal_days",
        "lines.0.planned": "lines.0.unit_amount",
        "lines.0.quantity": "lines.0.quantity",
        "lines.1.unit_amount.amount": "price.meals",
        "lines.1.payer": "payer.meals",
        "class_decided_by": "class_decided_by",
    }
    refusal = FormRefusal(422, "", {name: [name] for name in named})
    assert {told[0]: name for name, told in fields.in_form(refusal, body).fields.items()} == named


def test_every_item_can_be_entered_by_hand() -> None:
    assert set(fields.INVOICED) == set(NormItem)


def test_what_the_form_does_not_ask_for_stays_while_it_is_about_the_same() -> None:
    kept = {"id": "01L", "item": "banquet", "unit": "person", "quantity": "6", "people": 2, "times": "3"}
    kept |= {"norm_id": "01N"}
    row = {"item": "banquet", "quantity": "6", "description": None, "unit_amount": None, "payer": None}
    row |= {"payer_organisation_id": None, "unit": None}
    same = fields._entered(row, kept)
    assert (same["norm_id"], same["people"], same["times"]) == ("01N", 2, "3")
    more = fields._entered(row | {"quantity": "7"}, kept)
    assert (more["norm_id"], "people" in more) == ("01N", False)
    assert not {"norm_id", "people"} & fields._entered(row | {"item": "other"}, kept).keys()
