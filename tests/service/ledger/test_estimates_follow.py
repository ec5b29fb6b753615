"""Estimates follow their visit: whatever is changed and changed back, the estimate is the same again."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.database import Database
from models.vocabulary import MemberRole, Role, Side
from tests import factories
from tests.service.conftest import Caller
from tests.service.ledger.visits import CARS, PLAN, Desk, dong, line, make_desk


@pytest.fixture
def desk(caller: Callable[..., Caller], database: Database) -> Desk:
    return make_desk(caller, database)


DAYS = st.integers(1, 28).map(lambda day: f"2027-03-{day:02}")
ROLES = st.sampled_from(["head", "deputy", "member", "interpreter"])
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("days"), st.lists(DAYS, min_size=2, max_size=2).map(sorted)),
        st.tuples(st.just("headcount"), st.one_of(st.none(), st.integers(0, 40))),
        st.tuples(st.just("role"), st.tuples(st.integers(1, 9), ROLES.filter(lambda role: role != "head"))),
        st.tuples(st.just("side"), st.tuples(st.integers(0, 9), st.sampled_from(["host", "guest"]))),
    ),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(wanted=CHANGES, approved=st.booleans())
def test_changing_the_visit_and_back_gives_the_same_estimate(
    desk: Desk, wanted: list[tuple[str, Any]], approved: bool
) -> None:
    lines = [CARS, {"rule": "lodging:deputy", "unit_amount": dong(6_000_000)}, {"rule": "meals", "payer": "hai-phong"}]
    if desk.read()["state"] == "draft":
        desk.write({**PLAN, "lines": [] if desk.read()["lines"] else lines})
        if approved:
            desk.done("submit")
            desk.done("approve")
    before, budget = desk.read(), desk.budget()
    event = f"/delegations/{desk.event_id}"
    members = [one["id"] for one in desk.officer.get(f"/events/{desk.event_id}/members").json]
    back: list[tuple[str, dict[str, Any]]] = []

    def change(path: str, body: dict[str, Any], old: dict[str, Any]) -> None:
        answer = desk.officer.call("PATCH", path, body, If_Match="*")
        if answer.status_code == 200:
            back.append((path, {name: old[name] for name in body}))
        else:
            assert answer.status_code == 422, answer.text  # two heads of one side

    for kind, value in wanted:
        if kind in {"role", "side"}:
            number, word = value
            old = {one["id"]: one for one in desk.officer.get(f"/events/{desk.event_id}/members").json}
            change(f"/events/{desk.event_id}/members/{members[number]}", {kind: word}, old[members[number]])
        elif kind == "days":
            names = ("first_day", "last_day", "arrives_on", "departs_on")
            change(event, dict(zip(names, value * 2, strict=True)), desk.officer.get(event).json)
        else:
            change(event, {kind: value}, desk.officer.get(event).json)
    for path, body in reversed(back):
        answer = desk.officer.call("PATCH", path, body, If_Match="*")
        assert answer.status_code == 200, answer.text
    assert desk.read() == before
    assert desk.budget() == budget


def test_a_merge_of_two_entries_and_its_undoing_are_followed(
    caller: Callable[..., Caller], desk: Desk, database: Database
) -> None:
    with database.transaction() as session:
        name = "Bounthavy Sisouphanthong"
        twice = [factories.make_person(session, name=name).id for _number in range(2)]
    for person in twice:
        body = {"person_id": person, "side": Side.GUEST.value, "role": MemberRole.MEMBER.value}
        assert desk.officer.post(f"/events/{desk.event_id}/members", body).status_code == 201
    before = desk.write(PLAN)
    assert line(before, "meals")["people"] == 12
    admin = caller(Role.ADMIN)
    merged = admin.post(f"/people/{twice[0]}/merge", {"into": twice[1]})
    assert merged.status_code in {200, 201}, merged.text
    assert line(desk.read(), "meals")["people"] == 11
    undone = admin.post(f"/merges/{merged.json['id']}/undo")
    assert undone.status_code == 200, undone.text
    assert {**desk.read(), "written_by": None} == {**before, "written_by": None}


def test_without_a_list_the_head_count_is_followed(caller: Callable[..., Caller], database: Database) -> None:
    desk = make_desk(caller, database)
    with database.transaction() as session:
        event_id = factories.make_event(session).id
    desk = Desk(event_id, desk.officer, desk.approver, desk.database)
    assert desk.write({**PLAN, "inputs": {}})["lines"] == []
    for count, people in ((1, 1), (14, 14), (None, None)):
        assert desk.officer.patch(f"/delegations/{event_id}", {"headcount": count}).status_code == 200
        lines = desk.read()["lines"]
        assert [one["people"] for one in lines if one["rule"] == "meals"] == ([] if people is None else [people])
    too_many = desk.officer.patch(f"/delegations/{event_id}", {"headcount": 100_000, "last_day": "2036-01-01"})
    assert (too_many.status_code, list(too_many.json["errors"])) == (422, ["departs_on"])
