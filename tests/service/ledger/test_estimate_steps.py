"""The steps of an estimate: four eyes, copies that never change, payments with vouchers, settlement, reversal."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit, User
from models.database import Database
from models.estimates import EstimateApproval
from models.events import Event
from models.vocabulary import EventStatus, Role
from service.actions.account_makers import LATELY
from service.actions.accounts import accounts as account_actions
from service.actions.context import ActionContext
from tests.service.conftest import Caller, Clock
from tests.service.files import samples
from tests.service.files.samples import sent
from tests.service.ledger.visits import CARS, PLAN, WORKED_EXAMPLE, Desk, dong, entered, line, make_desk

pytestmark = pytest.mark.both_databases("row locks, JSON copies, sums of bigints")

SMALL: dict[str, Any] = {"lines": [CARS, {**CARS, "description": {"vi": "Vé thăm quan"}, "planned": dong(3_000_000)}]}


@pytest.fixture
def desk(caller: Callable[..., Caller], database: Database) -> Desk:
    return make_desk(caller, database)


STEPS = ("submit", "approve", "return", "settle", "reverse")
POSSIBLE = {
    "draft": {"submit"},
    "submitted": {"approve", "return"},
    "approved": {"submit", "settle"},
    "settled": {"reverse"},
}


def reach(desk: Desk, state: str) -> None:
    desk.write(SMALL)
    desk.over()
    for step in ("submit", "approve", "settle")[: list(POSSIBLE).index(state)]:
        desk.done(step)


@pytest.mark.parametrize("state", POSSIBLE)
def test_impossible_steps_are_refused_with_the_possible_ones(desk: Desk, state: str) -> None:
    reach(desk, state)
    for step in set(STEPS) - POSSIBLE[state]:
        refused = desk.step(step, **({"reason": "vì"} if step in {"return", "reverse"} else {}))
        assert (refused.status_code, refused.json["code"]) == (409, "impossible_step")
        assert (set(refused.json["possible"]), refused.json["state_now"]) == (POSSIBLE[state], state)
    assert desk.read()["state"] == state
    assert set(desk.read()["steps"]) == POSSIBLE[state]


def test_nothing_empty_unpriced_or_already_approved_is_submitted(desk: Desk) -> None:
    assert desk.step("submit").json["code"] == "impossible_step"  # nobody has written one
    desk.write({"guest_class": "B", "class_decided_by": "Chủ tịch"})
    assert desk.step("submit").json["code"] == "empty_estimate"
    made = desk.write({"inputs": {}})  # without a class there is no norm, so no price
    unpriced = desk.step("submit")
    assert (unpriced.status_code, unpriced.json["code"]) == (409, "lines_without_price")
    assert unpriced.json["lines"] == [one["id"] for one in made["lines"]]
    assert all(one["planned"] is None for one in made["lines"])
    assert made["totals"]["planned"] == []
    assert "no_class" in [one["code"] for one in made["warnings"]]
    desk.approved(SMALL)
    assert desk.step("submit").json["code"] == "nothing_to_approve"


def test_who_submitted_or_last_wrote_it_does_not_approve_it(desk: Desk, caller: Callable[..., Caller]) -> None:
    other = caller(Role.APPROVER)
    desk.write(SMALL, desk.approver)
    desk.done("submit")
    refused = desk.step("approve")
    assert (refused.status_code, refused.json["code"]) == (403, "four_eyes")
    assert desk.step("approve", desk.officer).status_code == 403
    assert desk.done("return", other, reason="Thiếu báo giá")["returned_reason"] == "Thiếu báo giá"
    assert desk.read()["state"] == "draft"
    assert desk.step("return", other).status_code == 422  # a reason is needed, in any state

    desk.done("submit", desk.approver)
    assert desk.step("approve").json["code"] == "four_eyes"
    approved = desk.done("approve", other)
    assert (approved["state"], approved["returned_reason"]) == ("approved", None)
    assert [(one["number"], one["submitted_by"], one["approved_by"]) for one in approved["approvals"]] == [
        (1, desk.approver.user_id, other.user_id)
    ]


def test_who_changed_the_plan_by_changing_the_visit_does_not_approve_it(
    desk: Desk, caller: Callable[..., Caller]
) -> None:
    desk.write(PLAN)
    desk.done("submit")
    assert desk.approver.patch(f"/delegations/{desk.event_id}", {"last_day": "2027-03-20"}).status_code == 200
    assert desk.step("approve").json["code"] == "four_eyes"
    assert desk.done("approve", caller(Role.APPROVER))["state"] == "approved"


LATELY_MADE = {"email": "second@example.org", "name": "Hai", "password": "a long pass phrase of mine"}


def made_by(admin: Caller, app: Any, role: str) -> Caller:
    """An account that an administrator made, and signs in to as its owner would."""
    made = admin.made("/users", LATELY_MADE | {"role": role})
    return signed_in_again(app, admin, made["id"])


def signed_in_again(app: Any, who: Caller, user_id: str) -> Caller:
    desk_app = app.extensions["desk"]
    with desk_app.database.transaction() as session:
        user = session.get_one(User, user_id)
        user.must_change_password = False
        act = ActionContext(None, desk_app.clock(), desk_app.settings.office)
        return Caller(who.client, user_id, account_actions.issue_token(session, act, user, "t").secret)


def test_an_account_lately_made_by_the_writer_is_no_second_person(
    desk: Desk, caller: Callable[..., Caller], app: Any
) -> None:
    admin = caller(Role.ADMIN)
    second = made_by(admin, app, "approver")
    desk.write(SMALL, admin)
    desk.done("submit")
    refused = desk.step("approve", second)
    assert (refused.status_code, refused.json["code"]) == (403, "four_eyes")
    assert desk.done("approve")["state"] == "approved"


@pytest.mark.parametrize("done_by_second", ["write", "submit"])
def test_who_lately_made_the_account_of_the_writer_is_no_second_person(
    desk: Desk, caller: Callable[..., Caller], app: Any, clock: Clock, done_by_second: str
) -> None:
    """An administrator knows the password of an account they made; a month later they are two people again."""
    admin = caller(Role.ADMIN)
    second = made_by(admin, app, "officer")
    desk.write(SMALL, second if done_by_second == "write" else desk.officer)
    desk.done("submit", second if done_by_second == "submit" else desk.officer)
    refused = desk.step("approve", admin)
    assert (refused.status_code, refused.json["code"]) == (403, "four_eyes")
    clock.move(days=LATELY.days + 1)
    assert desk.done("approve", signed_in_again(app, admin, admin.user_id))["state"] == "approved"


def test_what_was_approved_does_not_move_and_a_higher_plan_wants_approval_anew(desk: Desk, database: Database) -> None:
    approved = desk.approved({**PLAN, "lines": [CARS]})
    whole = WORKED_EXAMPLE + 12_000_000
    assert approved["totals"]["approved"] == [dong(whole)]
    assert approved["differs"] == {"lines": [], "totals": [], "terms": []}
    assert approved["needs_approval"] is False
    with database.transaction() as session:
        kept = session.exec(select(EstimateApproval)).one().content

    assert desk.officer.patch(f"/delegations/{desk.event_id}", {"last_day": "2027-03-12"}).status_code == 200
    lower = desk.read()
    assert lower["needs_approval"] is False
    assert lower["totals"]["approved"] == [dong(whole)]
    assert {one["rule"] for one in lower["differs"]["lines"]} == {
        "lodging:head", "lodging:deputy", "lodging:member", "meals",
    }  # fmt: skip
    assert desk.officer.patch(f"/delegations/{desk.event_id}", {"last_day": "2027-03-14"}).status_code == 200
    higher = desk.read()
    assert (higher["needs_approval"], higher["state"]) == (True, "approved")

    assert desk.done("submit")["state"] == "submitted"
    returned = desk.done("return", reason="Giữ 4 ngày")
    assert (returned["state"], returned["totals"]["approved"]) == ("approved", [dong(whole)])
    desk.done("submit")
    again = desk.done("approve")
    assert [one["planned"] for one in again["approvals"]] == [[dong(whole)], [dong(whole + 73_800_000)]]
    assert again["differs"] == {"lines": [], "totals": [], "terms": []}
    with database.transaction() as session:
        rows = session.exec(select(EstimateApproval).order_by(EstimateApproval.number)).all()  # type: ignore[arg-type]
        assert rows[0].content == kept
        assert len(rows) == 2


def test_a_line_with_payments_stays_with_nothing_planned(desk: Desk) -> None:
    approved = desk.approved(SMALL)
    cars, tickets = entered(approved)
    assert desk.pay(cars, 1_000_000).status_code == 201
    left = desk.write({"lines": [tickets]})
    kept = next(one for one in left["lines"] if one["id"] == cars["id"])
    assert (kept["planned"], kept["quantity"], kept["approved"], kept["paid"]) == (
        dong(0), "0", dong(12_000_000), dong(1_000_000),
    )  # fmt: skip
    assert left["totals"]["planned"] == [dong(3_000_000)]
    assert [(one["kind"], one["line_id"]) for one in left["differs"]["lines"]] == [("removed", cars["id"])]
    assert desk.put(left).json["lines"] == left["lines"]
    back = desk.write({"lines": [{**cars, "paid": kept["paid"]}, tickets]})
    assert [one["id"] for one in back["lines"]] == [cars["id"], tickets["id"]]
    assert back["differs"] == {"lines": [], "totals": [], "terms": []}


def test_payments_are_for_approved_estimates_in_the_lines_currency_with_a_file_of_the_event(
    desk: Desk, caller: Callable[..., Caller]
) -> None:
    made = desk.write(SMALL)
    refused = desk.pay(entered(made)[0], 1)
    assert (refused.status_code, refused.json["code"], refused.json["possible"]) == (409, "not_approved", ["submit"])
    desk.done("submit")
    assert desk.pay(entered(made)[0], 1).json["code"] == "not_approved"
    desk.done("approve")
    cars = entered(desk.read())[0]
    for values, field in (
        ({"line_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}, "line_id"),
        ({"amount": {"amount": "5", "currency": "LAK"}}, "amount"),
        ({"amount": dong(0)}, "amount"),
        ({"paid_on": "2199-01-01"}, "paid_on"),
        ({"file_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}, "file_id"),
    ):
        right = {"line_id": cars["id"], "amount": dong(1), "paid_on": "2026-11-01"}
        wrong = desk.pay_as(right | values)
        assert (wrong.status_code, list(wrong.json["errors"])) == (422, [field]), wrong.text
    file = sent(desk.officer, f"/events/{desk.event_id}/files", samples.TEXT, "hoa-don.txt")
    paid = desk.officer.post(
        f"/events/{desk.event_id}/payments",
        {"line_id": cars["id"], "amount": dong(5_000_000), "paid_on": "2026-11-01", "voucher": "PC-7"},
        Idempotency_Key="once",
    )
    assert paid.status_code == 201, paid.text
    again = desk.officer.post(
        f"/events/{desk.event_id}/payments",
        {"line_id": cars["id"], "amount": dong(5_000_000), "paid_on": "2026-11-01", "voucher": "PC-7"},
        Idempotency_Key="once",
    )
    assert again.json == paid.json
    assert desk.pay(cars, 1, file_id=file["id"]).json["file_id"] == file["id"]
    found = desk.read()
    assert found["payments"][0]["id"] == paid.json["id"]
    assert desk.officer.delete(f"/payments/{paid.json['id']}").status_code == 204
    assert paid.json["id"] not in [one["id"] for one in desk.read()["payments"]]
    assert desk.officer.get(f"/payments/{paid.json['id']}").status_code == 404


def test_what_is_paid_above_the_approved_amount_names_an_approver(desk: Desk) -> None:
    cars, _tickets = entered(desk.approved(SMALL))
    assert desk.pay(cars, 12_000_000).json["approved_by"] is None
    refused = desk.pay(cars, 1)
    assert (refused.status_code, refused.json["code"]) == (403, "above_approved")
    assert refused.json["room"] == dong(0)
    above = desk.pay(cars, 1, desk.approver)
    assert (above.status_code, above.json["approved_by"]) == (201, desk.approver.user_id)
    over = [one for one in desk.read()["warnings"] if one["code"] == "over_approved"]
    assert [one["items"] for one in over] == [[cars["id"]]]


def test_who_last_wrote_the_plan_does_not_approve_payments_above_it(desk: Desk, caller: Callable[..., Caller]) -> None:
    other = caller(Role.APPROVER)
    desk.write(SMALL, desk.approver)
    desk.done("submit")
    cars, tickets = entered(desk.done("approve", other))
    assert desk.pay(cars, 12_000_001, desk.approver).json["code"] == "above_approved"
    # within its line, yet above what is left of all lines in the currency
    assert desk.pay(cars, 14_000_000, other).json["approved_by"] == other.user_id
    refused = desk.pay(tickets, 2_000_000)
    assert (refused.json["code"], refused.json["room"]) == ("above_approved", dong(1_000_000))
    assert desk.pay(tickets, 1_000_000).status_code == 201


def test_nothing_is_settled_without_a_voucher_and_only_a_named_reversal_opens_it(
    desk: Desk, database: Database
) -> None:
    cars, tickets = entered(desk.approved(SMALL))
    desk.over()
    bare = desk.pay(cars, 13_000_000, desk.approver, voucher=None)
    refused = desk.step("settle")
    assert (refused.status_code, refused.json["code"]) == (409, "voucher_missing")
    assert refused.json["payments"] == [bare.json["id"]]
    path = f"/payments/{bare.json['id']}"
    assert desk.officer.patch(path, {"voucher": ""}).status_code == 422
    assert desk.officer.patch(path, {"amount": dong(1)}).status_code == 422
    refused = desk.officer.patch(path, {"file_id": "x"})
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["file_id"])
    read = desk.officer.etag(path)
    proven = desk.officer.patch(path, {"voucher": "PC-09"})
    assert (proven.status_code, proven.json) == (200, {**bare.json, "voucher": "PC-09"})
    assert desk.officer.call("PATCH", path, {"voucher": "PC-10"}, If_Match=read).status_code == 412
    with database.transaction() as session:
        row = session.exec(select(Audit).where(Audit.entity == "payment", Audit.action == "change")).one()
        assert row.changes == {"voucher": {"from": None, "to": "PC-09"}}
    settled = desk.done("settle")
    assert (settled["state"], settled["settled_by"]) == ("settled", desk.officer.user_id)
    assert [(one["code"], one["items"]) for one in settled["warnings"]] == [("over_approved", [cars["id"]])]

    assert desk.put({"lines": []}).json["code"] == "settled"
    assert desk.pay(tickets, 1).json["code"] == "not_approved"
    payment = desk.read()["payments"][0]["id"]
    assert desk.officer.delete(f"/payments/{payment}").json["code"] == "not_approved"
    assert desk.officer.patch(path, {"voucher": "PC-11"}).json["code"] == "settled"
    assert desk.step("reverse", desk.officer, reason="sai").status_code == 403
    assert desk.step("reverse").status_code == 422
    assert desk.read() == settled
    back = desk.done("reverse", reason="Nhầm hóa đơn")
    assert (back["state"], back["settled_at"]) == ("approved", None)
    with database.transaction() as session:
        row = session.exec(select(Audit).where(Audit.entity == "estimate", Audit.action == "reverse")).one()
        assert (row.actor_id, row.reason) == (desk.approver.user_id, "Nhầm hóa đơn")


@pytest.mark.parametrize(
    ("status", "days_left", "code"),
    [
        (EventStatus.PLANNED, 1, "too_early"),
        (EventStatus.CONFIRMED, 100, "too_early"),
        (EventStatus.CONFIRMED, 0, None),
        (EventStatus.POSTPONED, 1, "too_early"),
        (EventStatus.CANCELLED, 100, None),
        (EventStatus.DRAFT, 100, "draft_event"),
        (EventStatus.DRAFT, -1, "draft_event"),
    ],
)
def test_nothing_is_settled_before_the_last_day_nor_of_a_draft(
    desk: Desk, database: Database, clock: Clock, status: EventStatus, days_left: int, code: str | None
) -> None:
    desk.approved(SMALL)
    last = clock.now.date() + timedelta(days=days_left)
    with database.transaction() as session:
        event = session.get_one(Event, desk.event_id)
        event.first_day, event.last_day = last - timedelta(days=3), last
        event.arrives_on, event.departs_on = event.first_day, event.last_day
        event.status = status
    answer = desk.step("settle")
    assert (answer.status_code, answer.json.get("code")) == ((409, code) if code else (200, None)), answer.text
    assert answer.json.get("day") == (last.isoformat() if code == "too_early" else None)
    assert desk.read()["state"] == ("approved" if code else "settled")


def test_a_settled_estimate_does_not_follow_its_visit_until_it_is_reversed(desk: Desk) -> None:
    desk.approved(PLAN)
    desk.over()
    settled = desk.done("settle")
    assert desk.officer.patch(f"/delegations/{desk.event_id}", {"last_day": "2026-10-31"}).status_code == 200
    assert desk.read() == settled
    assert desk.budget() == dong(WORKED_EXAMPLE)
    back = desk.done("reverse", reason="Đoàn ở thêm")
    assert line(back, "lodging:head")["quantity"] == "4"
    assert back["needs_approval"] is True
    assert desk.budget() == dong(WORKED_EXAMPLE + 73_800_000)


def test_an_approved_estimate_brings_the_tasks_to_settle_and_to_report_once(desk: Desk) -> None:
    tasks = f"/events/{desk.event_id}/tasks"
    assert desk.officer.post(tasks, {"title": {"vi": "Báo cáo kết quả"}, "due_on": "2027-03-20"}).status_code == 201
    desk.approved(SMALL)
    listed = desk.officer.get(tasks).json
    assert [(one["title"]["vi"], one["due"], one["done"]) for one in listed] == [
        ("Báo cáo kết quả", "2027-03-20", False),
        ("Quyết toán kinh phí", "2027-03-28", False),
    ]
    desk.write({"lines": [CARS]})
    desk.done("submit")
    desk.done("approve")
    assert len(desk.officer.get(tasks).json) == 2
    assert desk.officer.patch(f"/delegations/{desk.event_id}", {"last_day": "2027-03-14"}).status_code == 200
    assert desk.officer.get(tasks).json[1]["due"] == "2027-03-29"
    desk.over()
    desk.done("settle")
    assert [one["done"] for one in desk.officer.get(tasks).json] == [False, True]
    desk.done("reverse", reason="sai")
    assert [one["done"] for one in desk.officer.get(tasks).json] == [False, False]
