"""Several people at one estimate at the same moment: one wins, the others read why; no cent is approved twice."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.estimates import EstimateApproval
from models.event_parts import Member
from models.vocabulary import Role
from tests import factories
from tests.at_once import at_once
from tests.service.conftest import Caller
from tests.service.ledger.visits import CARS, PLAN, Desk, dong, entered, line, make_desk

pytestmark = pytest.mark.both_databases("row locks of the event and its estimate")


@pytest.fixture
def desk(caller: Callable[..., Caller], database: Database) -> Desk:
    return make_desk(caller, database)


def test_of_two_approvers_and_an_officer_one_wins_and_the_others_read_why(
    desk: Desk, caller: Callable[..., Caller], database: Database
) -> None:
    other = caller(Role.APPROVER)
    desk.write({"lines": [CARS]})
    desk.done("submit")
    tag = desk.officer.etag(desk.path)
    dearer = {"lines": [{**CARS, "planned": dong(99_000_000)}]}
    answers = at_once(
        [
            lambda: desk.approver.post(f"{desk.path}/approve", If_Match=tag),
            lambda: other.post(f"{desk.path}/approve", If_Match=tag),
            lambda: desk.officer.call("PUT", desk.path, dearer, If_Match=tag),
        ]
    )
    assert sorted(one.status_code for one in answers) == [200, 412, 412], [one.text for one in answers]
    assert all(one.json["code"] for one in answers if one.status_code == 412)
    found = desk.read()
    is_approved = 200 in {answers[0].status_code, answers[1].status_code}
    assert found["state"] == ("approved" if is_approved else "submitted")
    assert found["totals"]["approved"] == ([dong(12_000_000)] if is_approved else [])
    with database.transaction(write=False) as session:
        assert len(session.exec(select(EstimateApproval)).all()) == is_approved
        steps = session.exec(select(Audit.action).where(Audit.entity == "estimate")).all()
    assert steps.count("approve") == is_approved


def test_without_a_tag_the_second_approver_reads_that_it_is_approved(
    desk: Desk, caller: Callable[..., Caller], database: Database
) -> None:
    others = [caller(Role.APPROVER) for _number in range(3)]
    desk.write({"lines": [CARS]})
    desk.done("submit")
    answers = at_once([lambda one=one: desk.step("approve", one) for one in others])
    assert sorted(one.status_code for one in answers) == [200, 409, 409]
    late = [one.json for one in answers if one.status_code == 409]
    assert {(one["code"], one["state_now"], tuple(one["possible"])) for one in late} == {
        ("impossible_step", "approved", ("submit", "settle"))
    }
    with database.transaction(write=False) as session:
        assert [one.number for one in session.exec(select(EstimateApproval)).all()] == [1]


def test_two_payments_at_once_do_not_exceed_what_was_approved(desk: Desk, caller: Callable[..., Caller]) -> None:
    (cars,) = entered(desk.approved({"lines": [CARS]}))
    answers = at_once([lambda: desk.pay(cars, 5_000_000) for _number in range(4)])
    assert sorted(one.status_code for one in answers) == [201, 201, 403, 403]
    assert {one.json["code"] for one in answers if one.status_code == 403} == {"above_approved"}
    assert desk.read()["totals"]["paid"] == [dong(10_000_000)]


def test_guests_who_are_added_at_once_are_all_counted(desk: Desk, database: Database) -> None:
    desk.write(PLAN)
    with database.transaction() as session:
        people = [factories.make_person(session).id for _number in range(4)]
    path = f"/events/{desk.event_id}/members"
    bodies: list[dict[str, Any]] = [{"person_id": one, "side": "guest"} for one in people]
    answers = at_once([lambda body=body: desk.officer.post(path, body) for body in bodies])
    assert [one.status_code for one in answers] == [201] * 4, [one.text for one in answers]
    with database.transaction(write=False) as session:
        assert len(session.exec(select(Member).where(Member.event_id == desk.event_id)).all()) == 14
    assert line(desk.read(), "meals")["people"] == 14
