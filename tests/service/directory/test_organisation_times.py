"""Organisations over time: parent, first and last day, successor; localities that are parts of others."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.database import Database
from models.queries.organisation_lines import OrganisationFacts, OrganisationLines
from models.vocabulary import LocalityLevel, Role
from tests import factories
from tests.service.conftest import Caller

pytestmark = pytest.mark.both_databases("columns with constraints of their own")

Make = Callable[..., Caller]
JUNE, JULY = "2025-06-30", "2025-07-01"


def body(database: Database, **values: Any) -> str:
    with database.transaction() as session:
        return factories.make_organisation(session, **values).id


def refused(answer: Any, status: int) -> set[str]:
    assert answer.status_code == status, answer.text
    return set(answer.json["errors"])


def test_it_keeps_its_days_parent_and_successor(admin: Caller, database: Database) -> None:
    old, new, above = body(database), body(database), body(database)
    wanted = {"parent_id": above, "starts_on": "1997-01-01", "ends_on": JUNE, "successor_id": new}
    changed = admin.patch(f"/organisations/{old}", wanted)
    assert changed.status_code == 200, changed.text
    found = admin.get(f"/organisations/{old}").json
    assert {name: found[name] for name in wanted} == wanted
    assert admin.get(f"/organisations/{new}").json["ends_on"] is None


def test_several_share_a_successor_and_one_may_end_without(admin: Caller, database: Database) -> None:
    new = body(database)
    for _ in range(3):
        answer = admin.patch(f"/organisations/{body(database)}", {"ends_on": JUNE, "successor_id": new})
        assert answer.status_code == 200, answer.text
    assert admin.patch(f"/organisations/{body(database)}", {"ends_on": JUNE}).status_code == 200


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"successor_id": "NEW"}, "ends_on"),
        ({"starts_on": JULY, "ends_on": JUNE}, "ends_on"),
        ({"successor_id": "OWN", "ends_on": JUNE}, "successor_id"),
        ({"successor_id": "AFTER", "ends_on": JUNE}, "successor_id"),
        ({"successor_id": "nobody", "ends_on": JUNE}, "successor_id"),
        ({"parent_id": "OWN"}, "parent_id"),
        ({"parent_id": "BELOW"}, "parent_id"),
        ({"parent_id": "nobody"}, "parent_id"),
        ({"ends_on": "30/6/2025"}, "ends_on"),
    ],
)
def test_what_can_not_be_is_refused_with_its_field(
    admin: Caller, database: Database, values: dict[str, str], field: str
) -> None:
    own, new = body(database), body(database)
    ids = {
        "OWN": own,
        "NEW": new,
        "AFTER": body(database, ends_on=date(2025, 6, 30), successor_id=own),
        "BELOW": body(database, parent_id=own),
    }
    answer = admin.patch(f"/organisations/{own}", {name: ids.get(one, one) for name, one in values.items()})
    assert refused(answer, 422) == {field}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(
    ("values", "least"),
    [({"ends_on": JUNE, "successor_id": "NEW"}, Role.ADMIN), ({"ends_on": JUNE}, Role.APPROVER),
     ({"starts_on": JUNE}, Role.APPROVER), ({"parent_id": "NEW"}, Role.APPROVER)],
)  # fmt: skip
def test_who_decides_of_it(caller: Make, database: Database, role: Role, values: dict[str, str], least: Role) -> None:
    """Not an organisation's own officers: its successor reads what it was in charge of."""
    own, new = body(database), body(database)
    given = {name: new if one == "NEW" else one for name, one in values.items()}
    who = caller(role, organisation_id=own)
    assert (who.patch(f"/organisations/{own}", given).status_code == 200) is role.suffices_for(least)
    made = who.post("/organisations", {"name": {"vi": "Trung tâm mới"}, "locality": "hai-duong"} | given)
    assert (made.status_code == 201) is role.suffices_for(least)


def test_from_one_line_to_another_only_the_operator(admin: Caller, database: Database) -> None:
    own, abroad = body(database), body(database, locality="vientiane-province")
    answer = admin.patch(f"/organisations/{own}", {"ends_on": JUNE, "successor_id": abroad})
    assert (answer.status_code, answer.json["code"], list(answer.json["errors"])) == (
        403, "operator_only", ["successor_id"],
    )  # fmt: skip
    with database.transaction() as session:
        factories.make_locality(session, "hai-phong")
    city = body(database, locality="hai-phong")
    wanted = {"ends_on": JUNE, "successor_id": city}
    assert admin.patch(f"/organisations/{own}", wanted).status_code == 403  # not one line yet
    succession = {"successor": "hai-phong", "succeeded_on": JULY}
    assert admin.patch("/localities/hai-duong", succession).status_code == 200
    assert admin.patch(f"/organisations/{own}", wanted).status_code == 200


@pytest.mark.parametrize("level", list(LocalityLevel))
def test_localities_of_every_level_are_parts_of_others(admin: Caller, level: LocalityLevel) -> None:
    place = {
        "code": "nam-sach", "name": {"vi": "Nam Sách"}, "country": "VN", "level": level.value,
        "timezone": "Asia/Ho_Chi_Minh", "parent": "hai-duong",
    }  # fmt: skip
    made = admin.made("/localities", place)
    assert (made["level"], made["parent"]) == (level.value, "hai-duong")


@pytest.mark.parametrize("parent", ["nam-sach", "an-phu", "laos", "nowhere"])
def test_a_locality_is_no_part_of_itself_nor_of_another_country(admin: Caller, database: Database, parent: str) -> None:
    with database.transaction() as session:
        factories.make_locality(session, "nam-sach")
        factories.make_locality(session, "an-phu", parent="nam-sach")
        factories.make_locality(session, "laos")
    assert refused(admin.patch("/localities/nam-sach", {"parent": parent}), 422) == {"parent"}


# The line itself

DAY = date(2025, 6, 30)
FACTS = st.integers(2, 7).flatmap(
    lambda count: st.lists(st.tuples(st.integers(0, count), st.integers(-3, 3)), min_size=count, max_size=count)
)


@given(FACTS)
def test_a_line_is_whole_and_its_names_follow_the_day(facts: list[tuple[int, int]]) -> None:
    """Each one is followed by a later one or by none, as circles are refused."""
    known = {}
    for number, (jump, offset) in enumerate(facts):
        after = number + jump
        successor = f"{after}" if jump and after < len(facts) else None
        ends_on = DAY + timedelta(days=offset)
        known[f"{number}"] = OrganisationFacts(f"{number}", {"vi": f"{number}"}, ends_on, successor)
    lines = OrganisationLines(known.values())
    for key, one in known.items():
        line = lines.line(key)
        assert key in line
        assert all(lines.line(other) == line for other in line)
        assert lines.predecessors(key) <= line - {key}
        if one.successor_id is not None:
            assert key in lines.predecessors(one.successor_id)
            assert lines.carrier(key, one.ends_on or DAY) == key
            assert lines.carrier(key, (one.ends_on or DAY) + timedelta(days=1)) != key
        assert lines.carrier(key, date.min) == key
        assert lines.carrier(key, date.max) in line


@pytest.mark.parametrize(("day", "names"), [(date(2025, 6, 30), ["a", "b", "c"]), (date(2025, 7, 1), ["c", "c", "c"])])
def test_two_bodies_become_one(day: date, names: list[str]) -> None:
    lines = OrganisationLines(
        [
            OrganisationFacts("a", {"vi": "a"}, DAY, "c"),
            OrganisationFacts("b", {"vi": "b"}, DAY, "c"),
            OrganisationFacts("c", {"vi": "c"}, None, None),
        ]
    )
    assert [lines.name(one, {"vi": one}, day)["vi"] for one in "abc"] == names
    assert lines.line("a") == {"a", "b", "c"}
    assert [lines.predecessors(one) for one in "ca"] == [{"a", "b"}, frozenset()]
    assert lines.name("d", {"vi": "d"}, day) == {"vi": "d"}
