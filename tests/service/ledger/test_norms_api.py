"""Norms: as sent and back, local ones not higher, no two for the same, what estimates rest on stays."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, select

from models.accounts import Audit
from models.database import Database
from models.estimates import Estimate, EstimateLine
from models.vocabulary import NormItem, NormUnit, Role
from seed.reference import add_reference
from service.actions.context import ActionContext
from tests import factories
from tests.factories import NOW, OFFICE
from tests.service.conftest import Caller

pytestmark = pytest.mark.both_databases("a table of its own, words of the act, references from lines")

MEALS: dict[str, Any] = {
    "act": "Thông tư 35/2026/TT-BTC", "article": "8", "locality": None, "valid_from": "2026-05-18", "valid_to": None,
    "guest_class": "B", "role": None, "item": "meals", "unit": "person_day",
    "amount": {"amount": "2000000", "currency": "VND"}, "verified": True,
}  # fmt: skip
LOCAL = MEALS | {
    "act": "Nghị quyết 12/2021/NQ-HĐND",
    "locality": "hai-duong",
    "article": None,
    "amount": {"amount": "1500000", "currency": "VND"},
}


@pytest.fixture
def admin(caller: Callable[..., Caller]) -> Caller:
    return caller(Role.ADMIN)


def dong(amount: int | str) -> dict[str, str]:
    return {"amount": str(amount), "currency": "VND"}


def test_a_norm_comes_back_as_sent(admin: Caller, viewer: Caller) -> None:
    made = admin.made("/norms", MEALS)
    assert {name: made[name] for name in MEALS} == MEALS
    assert set(made) - set(MEALS) == {"id", "office", "created_at", "updated_at"}
    assert made["office"] == "hai-duong"
    assert viewer.get(f"/norms/{made['id']}").json == made
    assert viewer.get("/norms").json == [made]
    invoiced = admin.made("/norms", MEALS | {"item": "lounge", "unit": "total", "amount": None, "verified": False})
    assert invoiced["amount"] is None
    dollars = admin.made("/norms", MEALS | {"item": "stipend", "unit": "person_month",
                                            "amount": {"amount": "250.50", "currency": "USD"}})  # fmt: skip
    assert dollars["amount"] == {"amount": "250.50", "currency": "USD"}


def test_only_administrators_write(admin: Caller, caller: Callable[..., Caller]) -> None:
    made = admin.made("/norms", MEALS)
    for role in (Role.VIEWER, Role.OFFICER, Role.APPROVER):
        one = caller(role)
        assert one.get("/norms").status_code == 200
        assert one.post("/norms", MEALS).status_code == 403
        assert one.patch(f"/norms/{made['id']}", {"verified": False}).status_code == 403
        assert one.delete(f"/norms/{made['id']}").status_code == 403


def test_lost_updates_fail_and_the_trail_tells(admin: Caller, database: Database) -> None:
    made = admin.made("/norms", MEALS)
    path = f"/norms/{made['id']}"
    old = admin.get(path).headers["ETag"]
    assert admin.call("PATCH", path, {"amount": dong(1_900_000)}, If_Match=old).json["amount"] == dong(1_900_000)
    assert admin.call("PATCH", path, {"amount": dong(1)}, If_Match=old).status_code == 412
    assert admin.call("DELETE", path, None, If_Match=old).status_code == 412
    assert admin.call("PATCH", path, {"amount": dong(1)}).status_code == 428
    assert admin.delete(path).status_code == 204
    with database.transaction(write=False) as session:
        found = session.exec(select(Audit).where(Audit.entity == "norm").order_by(Audit.id)).all()
    assert [one.action for one in found] == ["create", "change", "delete"]
    assert found[1].changes["amount"] == {"from": 2_000_000, "to": 1_900_000}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"unit": "person"}, "unit"),
        ({"item": "hotels"}, "item"),
        ({"guest_class": "D"}, "guest_class"),
        ({"role": "driver"}, "role"),
        ({"valid_to": "2026-05-17"}, "valid_to"),
        ({"locality": "atlantis"}, "locality"),
        ({"amount": "2000000"}, "amount"),
        ({"amount": {"amount": "1.5", "currency": "VND"}}, "amount"),
        ({"amount": {"amount": "-1", "currency": "VND"}}, "amount.amount"),
        ({"amount": 2.5}, "amount"),
        ({"act": ""}, "act"),
        ({"act": None}, "act"),
        ({"article": "x" * 41}, "article"),
        ({"currency": "VND"}, "currency"),
        ({"office": "hai-duong"}, "office"),
    ],
)
def test_a_refusal_names_the_field(admin: Caller, change: dict[str, Any], field: str) -> None:
    answer = admin.post("/norms", MEALS | change)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field]), answer.json


@pytest.mark.parametrize("missing", ["act", "valid_from", "item", "unit", "amount"])
def test_what_is_needed(admin: Caller, missing: str) -> None:
    body = {name: value for name, value in MEALS.items() if name != missing}
    assert list(admin.post("/norms", body).json["errors"]) == [missing]


def test_a_local_norm_may_only_be_lower(admin: Caller) -> None:
    national = admin.made("/norms", MEALS)
    local = admin.made("/norms", LOCAL)
    equal = admin.patch(f"/norms/{local['id']}", {"amount": dong(2_000_000)})
    assert equal.status_code == 200
    too_much = admin.patch(f"/norms/{local['id']}", {"amount": dong(2_000_001)})
    assert (too_much.status_code, list(too_much.json["errors"])) == (422, ["amount"])
    (sentence,) = too_much.json["errors"]["amount"]
    assert "2.000.000 VND" in sentence
    assert national["act"] in sentence
    invoiced = admin.patch(f"/norms/{local['id']}", {"amount": None})
    assert list(invoiced.json["errors"]) == ["amount"]
    other_currency = admin.patch(f"/norms/{local['id']}", {"amount": {"amount": "1", "currency": "USD"}})
    assert list(other_currency.json["errors"]) == ["amount"]


@pytest.mark.parametrize(
    ("national", "local", "allowed"),
    [
        # 1.6 m is above what class C gets, for which it would hold too.
        ({"guest_class": "C", "amount": dong(1_500_000)}, {"guest_class": None, "amount": dong(1_600_000)}, False),
        ({"guest_class": None}, {"amount": dong(2_100_000)}, False),
        ({"guest_class": "A"}, {"amount": dong(9_000_000)}, True),
        # One day on which both hold is enough, none is none.
        ({"valid_from": "2026-12-31"}, {"valid_to": "2026-12-31", "amount": dong(2_100_000)}, False),
        ({"valid_from": "2027-01-01"}, {"valid_to": "2026-12-31", "amount": dong(2_100_000)}, True),
        ({"valid_to": "2026-12-31"}, {"valid_from": "2027-01-01", "amount": dong(2_100_000)}, True),
    ],
)
def test_on_any_of_its_days_for_whomever_it_is(
    admin: Caller, national: dict[str, Any], local: dict[str, Any], allowed: bool
) -> None:
    admin.made("/norms", MEALS | national)
    assert admin.post("/norms", LOCAL | local).status_code == (201 if allowed else 422)


@pytest.mark.parametrize(
    ("role", "amount", "status"),
    [("member", 4_800_000, 201), ("member", 4_800_001, 422), (None, 4_800_001, 422), ("head", 7_700_000, 201)],
)
def test_a_local_norm_of_lodging_against_all_roles(admin: Caller, role: str | None, amount: int, status: int) -> None:
    lodging = MEALS | {"item": "lodging", "unit": "person_night"}
    for one, allowed in (("head", 7_700_000), ("deputy", 7_700_000), ("member", 4_800_000)):
        admin.made("/norms", lodging | {"role": one, "amount": dong(allowed)})
    body = LOCAL | {"item": "lodging", "unit": "person_night", "role": role, "amount": dong(amount)}
    assert admin.post("/norms", body).status_code == status


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, 422),
        ({"valid_from": "2027-01-01"}, 422),
        ({"valid_from": "2020-01-01", "valid_to": "2026-05-18"}, 422),
        ({"valid_from": "2020-01-01", "valid_to": "2026-05-17"}, 201),
        ({"guest_class": "A"}, 201),
        ({"guest_class": None}, 201),
        ({"role": "head"}, 201),
        ({"item": "banquet", "unit": "person"}, 201),
    ],
)
def test_no_two_of_one_level_for_the_same_on_a_day(admin: Caller, change: dict[str, Any], status: int) -> None:
    admin.made("/norms", MEALS)
    answer = admin.post("/norms", MEALS | change)
    assert answer.status_code == status, answer.json
    if status == 422:
        (sentence,) = answer.json["errors"]["valid_from"]
        assert "18/5/2026" in sentence or "18/05/2026" in sentence
        assert MEALS["act"] in sentence


def test_a_change_may_not_make_two_either(admin: Caller) -> None:
    first = admin.made("/norms", MEALS | {"valid_to": "2026-12-31"})
    second = admin.made("/norms", MEALS | {"valid_from": "2027-01-01"})
    answer = admin.patch(f"/norms/{first['id']}", {"valid_to": None})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["valid_to"])
    assert admin.patch(f"/norms/{second['id']}", {"valid_from": "2026-12-31"}).status_code == 422
    assert admin.patch(f"/norms/{second['id']}", {"verified": False}).status_code == 200


def test_the_list_is_in_an_order_and_can_be_narrowed(admin: Caller, database: Database) -> None:
    with database.transaction() as session:
        add_reference(session, ActionContext(None, NOW, OFFICE))
    admin.made("/norms", LOCAL)
    found = admin.get("/norms?page_size=500").json
    assert len(found) == 41
    assert [one["locality"] for one in found] == [None] * 40 + ["hai-duong"]
    lodging = [(one["guest_class"], one["role"]) for one in found[:9]]
    assert lodging == [
        ("A", "head"), ("A", "deputy"), ("A", "member"), ("B", "head"), ("B", "deputy"), ("B", "member"),
        ("C", "head"), ("C", "member"), ("other", None),
    ]  # fmt: skip
    assert [one["item"] for one in admin.get("/norms?item=meals&guest_class=B").json] == ["meals", "meals"]
    assert len(admin.get("/norms?locality=hai-duong").json) == 1
    assert len(admin.get("/norms?on=2026-05-17&page_size=500").json) == 0
    assert len(admin.get("/norms?on=2026-05-18&page_size=500").json) == 41
    assert len(admin.get("/norms?q=12/2021").json) == 1
    assert admin.get("/norms?q=%25").json == []
    assert admin.get("/norms?item=hotels").status_code == 422


def use(session: Session, norm_id: str, *, approved: int | None) -> str:
    """An estimate with a line by the norm; the event's id."""
    event = factories.make_event(session)
    session.add(Estimate(event_id=event.id))
    session.flush()
    session.add(
        EstimateLine(event_id=event.id, item=NormItem.MEALS, unit=NormUnit.PERSON_DAY, norm_id=norm_id, planned=1,
                     approved=approved)
    )  # fmt: skip
    return event.id


def test_what_an_approval_rests_on_stays_and_can_be_closed(admin: Caller, database: Database) -> None:
    made = admin.made("/norms", MEALS)
    path = f"/norms/{made['id']}"
    with database.transaction() as session:
        event_id = use(session, made["id"], approved=5)
    for change in (
        {"amount": dong(1)}, {"amount": None}, {"valid_from": "2026-06-01"}, {"guest_class": "A"}, {"role": "head"},
        {"item": "breakfast"}, {"locality": "hai-duong"},
    ):  # fmt: skip
        answer = admin.patch(path, change)
        assert (answer.status_code, answer.json["code"], answer.json["events"]) == (409, "in_use", [event_id]), change
    answer = admin.delete(path)
    assert (answer.status_code, answer.json["code"], answer.json["events"]) == (409, "in_use", [event_id])
    assert admin.patch(path, MEALS).status_code == 200, "the same values are no change"
    closed = admin.patch(path, {"valid_to": "2026-12-31", "verified": False, "article": "8.1"})
    assert (closed.status_code, closed.json["amount"]) == (200, MEALS["amount"])
    assert admin.made("/norms", MEALS | {"valid_from": "2027-01-01", "amount": dong(2_500_000)})


def test_under_drafts_it_may_change_but_not_go(admin: Caller, database: Database) -> None:
    made = admin.made("/norms", MEALS)
    with database.transaction() as session:
        event_id = use(session, made["id"], approved=None)
    assert admin.patch(f"/norms/{made['id']}", {"amount": dong(1)}).status_code == 200
    answer = admin.delete(f"/norms/{made['id']}")
    assert (answer.status_code, answer.json["events"]) == (409, [event_id])
