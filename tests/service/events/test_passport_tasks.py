"""Which entry papers a visit needs goes by its length and by the kinds of passports of its people, as far as known."""

from collections.abc import Callable
from typing import Any

import pytest

from models.vocabulary import Role
from tests.service.conftest import Caller
from tests.service.imports.test_planted_people import OTHER, body, sides

__all__ = ["sides"]

pytestmark = pytest.mark.both_databases("who may see a passport's kind is asked in SQL")

STAY = {"host": "hai-duong", "guest": OTHER, "title": {"vi": "Đoàn"}, "first_day": "2027-03-10"}
SHORT, LONG = STAY | {"last_day": "2027-03-12"}, STAY | {"last_day": "2027-04-20"}
TEMPLATE = {"kind": "delegation", "title": {"vi": "Kiểm tra thị thực"}, "offset": "-P30D"}
NUMBER = {"number": "B1234567", "country": "LA"}


@pytest.fixture
def office(sides: dict[str, Caller], caller: Callable[..., Caller]) -> Caller:
    """Department A of the default office, which has a template for official and diplomatic passports."""
    caller(Role.ADMIN).made("/task-templates", TEMPLATE | {"passport_kinds": ["official", "diplomatic"]})
    return sides["a"]


def guest(who: Caller, kind: str | None, **values: Any) -> str:
    person: str = who.made("/people", {"name": "Somphone", **values})["id"]
    stored = who.call("PUT", f"/people/{person}/passport", NUMBER | {"kind": kind})
    assert stored.status_code == 200, stored.text
    assert stored.json["kind"] == kind  # type: ignore[index]
    return person


def tasks(who: Caller, event: str) -> list[str]:
    return [one["title"]["vi"] for one in who.get(f"/events/{event}/tasks").json]  # type: ignore[union-attr]


def visit(who: Caller, person: str | None, plan: dict[str, Any]) -> str:
    event: str = who.made("/delegations", plan)["id"]
    if person is not None:
        who.made(f"/events/{event}/members", {"person_id": person})
    assert who.post(f"/events/{event}/transitions", {"to": "planned"}).status_code == 200
    return event


@pytest.mark.parametrize(
    ("kind", "plan", "least", "expected"),
    [
        (None, SHORT, None, []),
        ("ordinary", LONG, None, []),
        ("official", SHORT, None, [TEMPLATE["title"]["vi"]]),
        ("diplomatic", SHORT, None, [TEMPLATE["title"]["vi"]]),
        ("official", SHORT, 31, []),
        ("official", LONG, 31, [TEMPLATE["title"]["vi"]]),
    ],
)
def test_by_length_and_kind(
    sides: dict[str, Caller],
    caller: Callable[..., Caller],
    kind: str | None,
    plan: dict[str, Any],
    least: int | None,
    expected: list[str],
) -> None:
    wanted = TEMPLATE | {"passport_kinds": ["official", "diplomatic"], "min_days": least}
    caller(Role.ADMIN).made("/task-templates", wanted)
    ours = sides["a"]
    person = guest(ours, kind, organisation_id=body(ours))
    assert tasks(ours, visit(ours, person, plan)) == expected


def test_a_member_who_comes_later_and_a_kind_that_is_known_later_count_too(office: Caller) -> None:
    event = visit(office, None, SHORT)
    assert tasks(office, event) == []
    office.made(f"/events/{event}/members", {"person_id": guest(office, "official", organisation_id=body(office))})
    assert len(tasks(office, event)) == 1
    known_later = guest(office, None, organisation_id=body(office))
    other = visit(office, known_later, SHORT)
    assert tasks(office, other) == []
    office.call("PUT", f"/people/{known_later}/passport", NUMBER | {"kind": "diplomatic"})
    assert len(tasks(office, other)) == 1
    assert len(tasks(office, event)) == 1, "one task, whoever needs it"


def test_no_task_tells_the_kind_of_a_passport_that_one_may_not_see(sides: dict[str, Caller], office: Caller) -> None:
    """A's hidden visit has a guest whose own office keeps the passport: A is not told its kind, by a task either."""
    theirs = sides["v"]
    person = guest(theirs, "diplomatic", organisation_id=body(theirs))
    event = visit(office, person, SHORT)
    assert office.get(f"/people/{person}/passport").status_code == 403
    assert tasks(office, event) == []
    theirs.call("PUT", f"/people/{person}/passport", NUMBER | {"kind": "official"})
    assert tasks(office, event) == []


def test_kinds_are_words_of_the_list(office: Caller, caller: Callable[..., Caller]) -> None:
    admin = caller(Role.ADMIN)
    for wrong in ([], ["service"]):
        answer: Any = admin.post("/task-templates", TEMPLATE | {"passport_kinds": wrong})
        assert answer.status_code == 422
    person = office.made("/people", {"name": "Somphone", "organisation_id": body(office)})["id"]
    answer = office.call("PUT", f"/people/{person}/passport", NUMBER | {"kind": "service"})
    assert list(answer.json["errors"]) == ["kind"]
