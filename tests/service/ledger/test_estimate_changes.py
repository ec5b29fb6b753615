"""Whatever of a plan is stored, changing it is a change; what was approved and isn't so any more differs."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.norms import Norm
from models.vocabulary import Currency, NormItem, Role
from tests.service.conftest import Caller
from tests.service.ledger.visits import CARS, Desk, dong, entered, make_desk

pytestmark = pytest.mark.both_databases("versions of rows, JSON copies, sums of bigints, the unique rules of lines")


@pytest.fixture
def desk(caller: Callable[..., Caller], database: Database) -> Desk:
    return make_desk(caller, database)


def norm_of(database: Database, item: NormItem) -> str:
    with database.transaction() as session:
        return session.exec(select(Norm).where(Norm.item == item)).one().id


def changes_told(database: Database) -> int:
    with database.transaction() as session:
        return len(session.exec(select(Audit).where(Audit.entity == "estimate", Audit.action == "change")).all())


HEAD: dict[str, Any] = {"guest_class": "B", "class_decided_by": "Chủ tịch", "who_pays": "host_all", "inputs": None}
DINNER: dict[str, Any] = {
    "item": "banquet", "unit": "person", "people": 2, "times": "3", "unit_amount": dong(900_000),
    "description": {"vi": "Tiệc tối"}, "payer": "hai-phong",
}  # fmt: skip
CHANGES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "class": ({"guest_class": "A"}, {"norm_id": None}),
    "who decided": ({"class_decided_by": "Phó Chủ tịch"}, {}),
    "who pays all": ({"who_pays": "guests_all"}, {}),
    "norm": ({}, {"norm_id": None}),
    "unit": ({}, {"norm_id": None, "unit": "piece"}),
    "item": ({}, {"norm_id": None, "item": "other"}),
    "people and times": ({}, {"people": 3, "times": "2"}),
    "quantity alone": ({}, {"people": None, "times": None, "quantity": "6"}),
    "price": ({}, {"unit_amount": dong(899_999)}),
    "whole alone": ({}, {"unit_amount": None, "planned": dong(5_400_000)}),
    "description": ({}, {"description": {"vi": "Xe đi Sa Pa"}}),
    "payer": ({}, {"payer": None}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_an_approver_who_changes_anything_does_not_approve_it(
    desk: Desk, database: Database, caller: Callable[..., Caller], name: str
) -> None:
    head, line = CHANGES[name]
    dinner = DINNER | {"norm_id": norm_of(database, NormItem.BANQUET)}
    made = desk.write(HEAD | {"lines": [dinner]})
    desk.done("submit")
    told, tag = changes_told(database), desk.officer.etag(desk.path)
    written = HEAD | head | {"lines": [dinner | {"id": entered(made)[0]["id"]} | line]}
    assert desk.write(written, desk.approver)["written_by"] == desk.approver.user_id
    assert changes_told(database) == told + 1
    assert desk.officer.etag(desk.path) != tag
    assert desk.step("approve").json["code"] == "four_eyes"
    assert desk.done("approve", caller(Role.APPROVER))["state"] == "approved"


# The currency of what was approved or paid

USD = {"amount": "100", "currency": "USD"}
ABROAD: dict[str, Any] = HEAD | {
    "who_pays": "guests_all",
    "inputs": {"per_diems": [{"rate": {"amount": "50", "currency": "USD"}}]},
}
KIP: dict[str, Any] = ABROAD | {"inputs": {"per_diems": [{"rate": {"amount": "50", "currency": "LAK"}}]}}


@pytest.mark.parametrize("field", ["unit_amount", "planned"])
@pytest.mark.parametrize("is_paid", [False, True])
@pytest.mark.parametrize("rule", ["meals", None])
def test_no_entry_changes_the_currency_of_an_approved_line(
    desk: Desk, rule: str | None, field: str, is_paid: bool
) -> None:
    plan = HEAD | {"inputs": {}, "lines": [DINNER]}
    (line,) = [
        one for one in desk.approved(plan)["lines"] if one["rule"] == rule and one["item"] in {"meals", "banquet"}
    ]
    if is_paid:
        assert desk.pay(line, 1).status_code == 201
    before = desk.read()
    entry = {"rule": rule} if rule else DINNER | {"id": line["id"], "unit_amount": None}
    refused = desk.put(HEAD | {"inputs": {}, "lines": [entry | {field: USD}]})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["lines.0.planned"])
    assert "VND" in refused.json["errors"]["lines.0.planned"][0]
    assert desk.read() == before


def test_what_a_formula_gives_in_another_currency_is_another_line(desk: Desk) -> None:
    (dollars,) = desk.approved(ABROAD)["lines"]
    paid = desk.pay_as(
        {"line_id": dollars["id"], "amount": {"amount": "7", "currency": "USD"}, "paid_on": "2026-11-01"}
    )
    assert paid.status_code == 201, paid.text
    approved = desk.read()
    other = desk.write(KIP)
    old = next(one for one in other["lines"] if one["id"] == dollars["id"])
    assert (old["planned"]["currency"], old["approved"], old["paid"]) == (
        "USD", dollars["approved"], {"amount": "7.00", "currency": "USD"},
    )  # fmt: skip
    (kip,) = [one for one in other["lines"] if one["id"] != dollars["id"]]
    assert (kip["rule"], kip["currency"], kip["approved"]) == ("per_diem:1", "LAK", None)
    assert [one["currency"] for one in other["totals"]["approved"]] == ["USD"]
    assert [one["currency"] for one in other["totals"]["paid"]] == ["USD"]
    assert desk.write(KIP)["lines"] == other["lines"]
    assert desk.write(ABROAD) == approved


def test_a_norm_in_another_currency_computes_another_line(desk: Desk, database: Database) -> None:
    plan = HEAD | {"inputs": {}}
    meals = next(one for one in desk.approved(plan)["lines"] if one["rule"] == "meals")
    with database.transaction() as session:
        session.get_one(Norm, meals["norm_id"]).currency = Currency.LAK
    for visit, writes in (("2027-03-14", False), ("2027-03-13", True)):
        assert desk.officer.patch(f"/delegations/{desk.event_id}", {"last_day": visit}).status_code == 200
        after = desk.write(plan) if writes else desk.read()
        old = next(one for one in after["lines"] if one["id"] == meals["id"])
        assert (old["currency"], old["approved"]) == ("VND", meals["approved"])
        assert [one["currency"] for one in after["lines"] if one["rule"] == "meals"] == ["LAK"]
        assert [one["currency"] for one in after["totals"]["approved"]] == ["VND"]


# What was approved and isn't so any more

MORE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "more people": ({}, {"people": 3}),
    "more money": ({}, {"unit_amount": dong(900_001)}),
}
NO_MEANING = ("norm", "people and times", "quantity alone", "price", "whole alone")


@pytest.mark.parametrize("name", [*CHANGES, *MORE])
def test_whatever_was_approved_and_is_not_so_any_more_is_a_difference(
    desk: Desk, database: Database, name: str
) -> None:
    head, line = (CHANGES | MORE)[name]
    dinner = DINNER | {"norm_id": norm_of(database, NormItem.BANQUET)}
    approved = desk.approved(HEAD | {"lines": [dinner]})
    (kept,) = approved["approvals"]
    assert kept["lines"] == approved["lines"]
    assert kept["class_decided_by"] == "Chủ tịch"
    own = dinner | {"id": entered(approved)[0]["id"]}
    changed = desk.write(HEAD | head | {"lines": [own | line]})
    assert changed["differs"]["lines"] or changed["differs"]["terms"]
    assert changed["approvals"] == [kept]
    is_needed = name not in NO_MEANING
    assert changed["needs_approval"] is is_needed
    desk.over()
    paid, settled = desk.pay(own, 1), desk.step("settle")
    if name in MORE:  # what was approved of the same thing can be paid
        assert paid.status_code == 201
    elif is_needed:
        assert (paid.status_code, paid.json["code"], paid.json["lines"]) == (409, "needs_approval", [own["id"]])
        assert desk.pay(own, 1, desk.approver).json["code"] == "needs_approval"
    else:
        assert (paid.status_code, settled.status_code) == (201, 200)
        desk.done("reverse", reason="sai")
    if is_needed:
        assert (settled.status_code, settled.json["code"]) == (409, "needs_approval")
    assert desk.done("submit")["state"] == "submitted"
    desk.done("approve")
    assert desk.pay(own, 1).status_code == 201
    assert desk.done("settle")["state"] == "settled"


def test_a_new_line_waits_and_the_others_do_not(desk: Desk) -> None:
    dinner, bus = entered(desk.approved(HEAD | {"lines": [DINNER, CARS]}))
    plan = HEAD | {"lines": [DINNER | {"id": dinner["id"]}, CARS]}
    changed = desk.write(plan)
    new = entered(changed)[1]
    assert [(one["kind"], one["needs_approval"]) for one in changed["differs"]["lines"]] == [
        ("added", True), ("removed", False),
    ]  # fmt: skip
    assert changed["needs_approval"] is True
    assert desk.pay(new, 1, desk.approver).json["code"] == "needs_approval"
    assert desk.pay(dinner, 1).status_code == 201
    assert desk.pay(bus, 1).status_code == 201  # approved, and taken out since


def test_a_plan_that_lost_lines_or_costs_less_needs_no_approval(desk: Desk) -> None:
    dinner, _bus = entered(desk.approved(HEAD | {"lines": [DINNER, CARS]}))
    less = desk.write(HEAD | {"lines": [DINNER | {"id": dinner["id"], "unit_amount": dong(1)}]})
    assert [(one["kind"], one["changed"], one["needs_approval"]) for one in less["differs"]["lines"]] == [
        ("changed", ["unit_amount", "planned"], False), ("removed", [], False),
    ]  # fmt: skip
    empty = desk.write(HEAD)
    assert [one["kind"] for one in empty["differs"]["lines"]] == ["removed", "removed"]
    assert (less["needs_approval"], empty["needs_approval"]) == (False, False)
    assert desk.pay(dinner, 1).status_code == 201
    desk.over()
    assert desk.done("settle")["state"] == "settled"


def test_a_line_in_another_currency_is_not_what_was_approved(desk: Desk) -> None:
    desk.approved(ABROAD)
    changed = desk.write(KIP)
    assert [(one["kind"], "currency" in one["changed"]) for one in changed["differs"]["lines"]] == [("changed", True)]
    assert changed["needs_approval"] is True
    for line in changed["lines"]:
        money = {"amount": "1", "currency": line["currency"]}
        refused = desk.pay_as({"line_id": line["id"], "amount": money, "paid_on": "2026-11-01"})
        assert (refused.status_code, refused.json["code"]) == (409, "needs_approval")
    desk.over()
    assert desk.step("settle").json["code"] == "needs_approval"
    desk.done("submit")
    assert desk.done("approve")["totals"]["approved"] == [{"amount": "2000", "currency": "LAK"}]
    assert desk.read()["differs"] == {"lines": [], "totals": [], "terms": []}


def test_taking_a_formula_away_and_entering_its_lines_is_the_same_plan(desk: Desk) -> None:
    approved = desk.approved(HEAD | {"inputs": {}})
    by_hand = [{**one, "overridden": []} for one in approved["lines"]]
    same = desk.write(HEAD | {"lines": by_hand})
    assert same["differs"] == {"lines": [], "totals": [], "terms": []}


# The norm of a line entered by hand


def fitting(**values: Any) -> dict[str, Any]:
    return {"item": "banquet", "unit": "person", "unit_amount": dong(900_000)} | values


WRONG_NORMS: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], str]] = {
    "another item": ({}, {}, {"item": "other"}, "Chiêu đãi"),
    "another unit": ({}, {}, {"unit": "piece"}, "Chiêu đãi"),
    "ended before": ({"valid_to": date(2027, 3, 9)}, {}, {}, "đến 09/3/2027"),
    "begins later": ({"valid_from": date(2027, 3, 11)}, {}, {}, "từ 11/3/2027"),
    "another class": ({}, {"guest_class": "A"}, {}, "Khách hạng B"),
    "no class": ({}, {"guest_class": None, "class_decided_by": None}, {}, "Khách hạng B"),
}


@pytest.mark.parametrize("name", WRONG_NORMS)
def test_a_line_is_measured_by_a_norm_for_it_only(desk: Desk, database: Database, name: str) -> None:
    of_norm, head, of_line, told = WRONG_NORMS[name]
    norm_id = norm_of(database, NormItem.BANQUET)
    with database.transaction() as session:
        for field, value in of_norm.items():
            setattr(session.get_one(Norm, norm_id), field, value)
    refused = desk.put(HEAD | head | {"lines": [fitting(norm_id=norm_id) | of_line]})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["lines.0.norm_id"]), refused.text
    assert told in refused.json["errors"]["lines.0.norm_id"][0]
    assert desk.read()["lines"] == []


def test_a_fitting_norm_stays_when_the_visit_moves_and_not_for_another_class(desk: Desk, database: Database) -> None:
    norm_id = norm_of(database, NormItem.BANQUET)
    made = desk.write(HEAD | {"lines": [fitting(norm_id=norm_id)]})
    with database.transaction() as session:
        session.get_one(Norm, norm_id).valid_to = date(2027, 3, 9)
    assert desk.put(made).status_code == 200
    refused = desk.put(made | {"guest_class": "A"})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["lines.0.norm_id"])
