"""Estimates over the API: computed, entered, overridden, refused; following the visit; and the event's budget."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from models.database import Database
from models.estimates import Estimate
from models.vocabulary import Role
from tests.service.conftest import Caller
from tests.service.ledger.visits import ACT, CARS, INPUTS, PLAN, WORKED_EXAMPLE, Desk, dong, entered, line, make_desk
from tests.service.web.test_pages import count_queries

pytestmark = pytest.mark.both_databases("JSON columns, row locks, sums of bigints, cascades")


@pytest.fixture
def desk(caller: Callable[..., Caller], database: Database) -> Desk:
    return make_desk(caller, database)


def test_an_event_without_an_estimate_has_an_empty_draft_whose_tag_the_first_put_sends(desk: Desk) -> None:
    empty = desk.read()
    assert (empty["state"], empty["lines"], empty["inputs"], empty["needs_approval"]) == ("draft", [], None, False)
    assert empty["totals"] == {"planned": [], "approved": [], "paid": [], "over_norm": []}

    assert desk.officer.call("PUT", desk.path, PLAN).status_code == 428
    assert desk.officer.call("PUT", desk.path, PLAN, If_Match='"other"').status_code == 412
    tag = desk.officer.etag(desk.path)
    first = desk.officer.call("PUT", desk.path, PLAN, If_Match=tag)
    assert first.status_code == 200
    assert desk.officer.call("PUT", desk.path, PLAN, If_Match=tag).status_code == 412
    assert desk.officer.call("PUT", desk.path, PLAN, If_Match=first.headers["ETag"]).status_code == 200


def test_the_version_grows_if_only_lines_change(desk: Desk, database: Database) -> None:
    """At one instant, too."""
    versions = []
    desk.write(PLAN)
    for amount in ("12000000", "13000000", "14000000"):
        desk.write(PLAN | {"lines": [CARS | {"planned": {"amount": amount, "currency": "VND"}}]})
        with database.transaction(write=False) as session:
            versions.append(session.exec(select(Estimate.version)).one())
    assert versions == sorted(set(versions))


def test_the_worked_example_comes_to_the_dong_and_is_the_events_budget(desk: Desk) -> None:
    made = desk.write(PLAN)
    assert made["totals"]["planned"] == [dong(WORKED_EXAMPLE)]
    assert {one["rule"]: one["planned"]["amount"] for one in made["lines"]} == {
        "lodging:head": "23100000",
        "lodging:deputy": "23100000",
        "lodging:member": "115200000",
        "meals": "70000000",
        "banquet": "40000000",
        "session:1": "3200000",
        "session:2": "3200000",
        "interpreting:1": "9000000",
        "flowers": "1000000",
        "gift:head": "1800000",
    }
    lodging = line(made, "lodging:member")
    assert (lodging["people"], lodging["times"], lodging["quantity"], lodging["unit"]) == (8, "3", "24", "person_night")
    assert lodging["norm"] == {
        "amount": dong(4_800_000),
        "act": ACT,
        "article": None,
        "verified": True,
    }
    assert (lodging["approved"], lodging["paid"], lodging["over_norm"]) == (None, dong(0), None)
    assert made["warnings"] == []
    assert desk.budget() == dong(WORKED_EXAMPLE)

    with_cars = desk.write({**made, "lines": [*made["lines"], CARS]})
    assert with_cars["totals"]["planned"] == [dong(WORKED_EXAMPLE + 12_000_000)]
    assert with_cars["lines"][:-1] == made["lines"]
    assert desk.budget() == dong(WORKED_EXAMPLE + 12_000_000)


def test_an_answer_sent_back_changes_nothing(desk: Desk) -> None:
    made = desk.write({**PLAN, "lines": [CARS]})
    before = desk.officer.get(desk.path)
    again = desk.put(before.json)
    assert again.status_code == 200, again.text
    assert again.json == before.json
    assert again.headers["ETag"] == before.headers["ETag"]
    assert made == before.json


ENTERED = {"item": "other", "unit": "piece"}


@pytest.mark.parametrize(
    ("given", "quantity", "planned"),
    [
        ({"planned": dong(5)}, "1", "5"),
        ({"unit_amount": dong(5)}, "1", "5"),
        ({"quantity": "2.5", "unit_amount": dong(3)}, "2.5", "8"),  # 7.5, half a đồng is rounded up
        ({"quantity": 3, "unit_amount": dong(3)}, "3", "9"),
        ({"people": 4, "times": "1.5", "unit_amount": dong(10)}, "6", "60"),
        ({"people": 4, "times": "1.5", "quantity": "6", "unit_amount": dong(10), "planned": dong(60)}, "6", "60"),
    ],
)
def test_what_is_left_out_of_a_line_follows_from_the_rest(
    desk: Desk, given: dict[str, Any], quantity: str, planned: str
) -> None:
    made = desk.write({"lines": [ENTERED | given]})
    assert [(one["quantity"], one["planned"]["amount"]) for one in made["lines"]] == [(quantity, planned)]


def of_line(**values: Any) -> dict[str, Any]:
    return {"lines": [ENTERED | values]}


LAK = {"amount": "3", "currency": "LAK"}
AGENCY = "payer_organisation_id"

REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("state", {"state": "approved"}, "state"),
    ("class without decision", {"guest_class": "B"}, "class_decided_by"),
    ("decision without class", {"class_decided_by": "Chủ tịch"}, "guest_class"),
    ("contradiction", of_line(quantity=2, unit_amount=dong(3), planned=dong(7)), "lines.0.planned"),
    ("people × times", of_line(people=2, times=2, quantity=5, planned=dong(7)), "lines.0.quantity"),
    ("no amount", of_line(quantity=2), "lines.0.planned"),
    ("nothing of it", of_line(quantity=0, planned=dong(7)), "lines.0.quantity"),
    ("two currencies", of_line(unit_amount=dong(3), planned=LAK), "lines.0.unit_amount"),
    ("approved", of_line(planned=dong(7), approved=dong(7)), "lines.0.approved"),
    ("paid", of_line(planned=dong(7), paid=dong(7)), "lines.0.paid"),
    ("no such line", of_line(id="01ARZ3NDEKTSV4RRFFQ69G5FAV", planned=dong(7)), "lines.0.id"),
    ("no item", {"lines": [{"unit": "piece", "planned": dong(7)}]}, "lines.0.item"),
    ("no such payer", of_line(planned=dong(7), payer="atlantis"), "lines.0.payer"),
    ("no such body", of_line(planned=dong(7), payer_organisation_id="x"), f"lines.0.{AGENCY}"),
    ("no such norm", of_line(planned=dong(7), norm_id="x"), "lines.0.norm_id"),
    ("no such rule", {"inputs": {}, "lines": [{"rule": "yacht", "planned": dong(7)}]}, "lines.0.rule"),
    ("a computed quantity", {**PLAN, "lines": [{"rule": "meals", "people": 4}]}, "lines.0.people"),
    ("an unknown input", {"inputs": {"yachts": 1}}, "inputs.yachts"),
    ("a float", {"inputs": {"meal_days": 1.5}}, "inputs.meal_days"),
    ("no such agency", {"inputs": {"sessions": [{"half_days": 1, AGENCY: "x"}]}}, f"inputs.sessions.0.{AGENCY}"),
    ("too much in all", {"lines": [ENTERED | {"planned": dong(999_999_999_999_999)}] * 2}, "lines"),
]


@pytest.mark.parametrize(("body", "field"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_not_right_is_refused_by_the_field(desk: Desk, body: dict[str, Any], field: str) -> None:
    answer = desk.put(body)
    assert answer.status_code == 422, answer.text
    assert field in answer.json["errors"]
    assert desk.read()["lines"] == []


def test_entered_prices_and_payers_stay_while_the_visit_changes_and_go_when_taken_back(desk: Desk) -> None:
    lines = [
        {"rule": "lodging:member", "unit_amount": dong(5_000_000)},
        {"rule": "banquet", "planned": dong(30_000_000), "unit_amount": None, "payer": "hai-phong"},
    ]
    made = desk.write({**PLAN, "lines": lines})
    lodging, banquet = line(made, "lodging:member"), line(made, "banquet")
    assert (lodging["planned"], lodging["over_norm"]) == (dong(120_000_000), dong(4_800_000))
    assert (lodging["overridden"], lodging["norm"]["amount"]) == (["unit_amount"], dong(4_800_000))
    assert (banquet["planned"], banquet["payer"], banquet["unit_amount"]) == (dong(30_000_000), "hai-phong", None)
    assert made["totals"]["over_norm"] == [dong(4_800_000)]
    assert [(one["code"], one["items"]) for one in made["warnings"]] == [("over_norm", [lodging["id"]])]

    longer = desk.officer.patch(f"/delegations/{desk.event_id}", {"last_day": "2027-03-14"})
    assert longer.status_code == 200, longer.text
    found = desk.read()
    assert line(found, "lodging:member")["planned"] == dong(4 * 8 * 5_000_000)
    assert (line(found, "banquet")["planned"], line(found, "banquet")["payer"]) == (dong(30_000_000), "hai-phong")

    # sent back as they stand they stay; with both amounts null the formula's are back
    assert line(desk.write(found), "lodging:member")["overridden"] == ["unit_amount"]
    plain = [{"rule": "lodging:member", "unit_amount": None, "planned": None}]
    assert line(desk.write({**PLAN, "lines": plain}), "lodging:member")["planned"] == dong(4 * 8 * 4_800_000)


def test_lines_come_back_as_they_were_when_the_visit_does(desk: Desk) -> None:
    before = desk.write({**PLAN, "lines": [CARS, {"rule": "lodging:deputy", "unit_amount": dong(6_000_000)}]})
    members = desk.officer.get(f"/events/{desk.event_id}/members").json
    deputy = next(one for one in members if one["role"] == "deputy")
    path = f"/events/{desk.event_id}/members/{deputy['id']}"
    changed = desk.officer.patch(path, {"role": "member"}, "*")
    assert changed.status_code == 200, changed.text
    between = desk.read()
    assert "lodging:deputy" not in [one["rule"] for one in between["lines"]]
    assert line(between, "lodging:member")["people"] == 9
    assert desk.officer.patch(path, {"role": "deputy"}, "*").status_code == 200
    assert desk.read() == before


def test_a_preview_says_what_would_be_and_writes_nothing(desk: Desk) -> None:
    desk.approved(PLAN)
    before = desk.officer.get(desk.path)
    after = desk.officer.get(f"{desk.path}?last_day=2027-03-14").json
    assert after["totals"]["planned"] == [dong(WORKED_EXAMPLE + 53_800_000 + 20_000_000)]
    assert after["would_change"]["needs_approval"] is True
    assert {one["rule"]: (one["quantity_before"], one["quantity_after"]) for one in after["would_change"]["lines"]} == {
        "lodging:head": ("3", "4"),
        "lodging:deputy": ("3", "4"),
        "lodging:member": ("24", "32"),
        "meals": ("35", "45"),
    }
    assert after["would_change"]["totals"] == [
        {"currency": "VND", "before": dong(WORKED_EXAMPLE), "after": dong(WORKED_EXAMPLE + 73_800_000)}
    ]
    shorter = desk.officer.get(f"{desk.path}?first_day=2027-03-11").json
    assert shorter["would_change"]["needs_approval"] is False
    assert desk.officer.get(f"{desk.path}?headcount=40").json["would_change"]["lines"] == []  # the list counts
    assert desk.officer.get(f"{desk.path}?last_day=2027-03-01").status_code == 422
    assert desk.officer.get(desk.path).json == before.json
    assert desk.officer.get(desk.path).headers["ETag"] == before.headers["ETag"]


def test_a_budget_is_written_while_there_is_no_estimate_and_read_only_then(desk: Desk) -> None:
    event = f"/delegations/{desk.event_id}"
    assert desk.officer.patch(event, {"budget": dong(5)}).status_code == 200
    desk.write(PLAN)
    refused = desk.officer.patch(event, {"budget": dong(5)})
    assert refused.status_code == 422
    assert str(WORKED_EXAMPLE) in refused.json["errors"]["budget"][0]
    assert desk.officer.patch(event, {"budget": dong(WORKED_EXAMPLE)}).status_code == 200
    assert desk.officer.patch(event, {"budget": None}).status_code == 422

    dollars = ENTERED | {"planned": {"amount": "99.5", "currency": "USD"}}
    both = desk.write({**PLAN, "lines": [dollars]})
    assert both["totals"]["planned"] == [dong(WORKED_EXAMPLE), {"amount": "99.50", "currency": "USD"}]
    assert desk.budget() is None
    assert desk.officer.patch(event, {"budget": None}).status_code == 200

    desk.write({})
    assert desk.officer.patch(event, {"budget": dong(5)}).status_code == 200  # nothing entered is no estimate
    assert desk.read()["lines"] == []


def test_reading_takes_as_many_queries_for_one_line_as_for_three(desk: Desk, database: Database) -> None:
    counts = []
    for number in (1, 3):
        desk.write({**PLAN, "inputs": INPUTS, "lines": [CARS] * number})
        counts.append(count_queries(database, lambda: desk.officer.get(desk.path)))
    assert counts[0] == counts[1]


def test_only_who_is_in_charge_the_protocol_office_and_approvers_read_it(
    desk: Desk, caller: Callable[..., Caller], database: Database
) -> None:
    assert desk.read(caller(Role.APPROVER))["state"] == "draft"
    assert caller(Role.VIEWER).get(desk.path).status_code == 403
    assert len(entered(desk.write({**PLAN, "lines": [CARS]}))) == 1


def test_three_currencies_are_never_added_and_nothing_is_a_float(desk: Desk) -> None:
    amounts = [("0.01", "USD"), ("999999999999999", "LAK"), ("1", "VND"), ("99.99", "USD")]
    lines = [ENTERED | {"planned": {"amount": amount, "currency": currency}} for amount, currency in amounts]
    made = desk.write({"lines": [*lines, ENTERED | {"quantity": "0.1", "unit_amount": dong(10), "people": 3}]})
    assert made["totals"]["planned"] == [
        dong(2), {"amount": "999999999999999", "currency": "LAK"}, {"amount": "100.00", "currency": "USD"},
    ]  # fmt: skip
    assert desk.budget() is None
    assert not any(isinstance(one, float) for one in values(made))


def values(found: Any) -> list[Any]:
    """Everything in a JSON value, however deep."""
    if isinstance(found, dict):
        return [deeper for one in found.values() for deeper in values(one)]
    return [deeper for one in found for deeper in values(one)] if isinstance(found, list) else [found]
