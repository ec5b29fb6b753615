"""People, names and addresses that others entered beforehand: a list means none of them unless it says so."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from models.database import Database
from models.vocabulary import Role
from service.actions.imports import member_lists
from tests import factories
from tests.service.conftest import Caller
from tests.service.imports.test_member_import import take

pytestmark = pytest.mark.both_databases("who wrote an address is asked of the audit trail")

OTHER = "vientiane-province"
PLAN = {
    "title": {"vi": "Đoàn kín"}, "host": "hai-duong", "guest": OTHER,
    "first_day": "2027-09-14", "last_day": "2027-09-15",
}  # fmt: skip


@pytest.fixture
def sides(caller: Callable[..., Caller], database: Database) -> dict[str, Caller]:
    """Officers of two departments, of another office, and of the office's protocol office; the ids of their bodies."""
    with database.transaction() as session:
        bodies = {
            name: factories.make_organisation(session, name={"vi": title}, locality=place).id
            for name, title, place in (
                ("a", "Sở Y tế tỉnh Hải Dương", "hai-duong"),
                ("b", "Sở Văn hoá tỉnh Hải Dương", "hai-duong"),
                ("v", "Văn phòng tỉnh Viêng Chăn", OTHER),
            )
        }
    callers = {name: caller(Role.OFFICER, organisation_id=identity) for name, identity in bodies.items()}
    callers["admin of v"] = caller(Role.ADMIN, organisation_id=bodies["v"])
    for name, identity in bodies.items():
        callers[name].headers["X-Body"] = identity
    return callers


def body(who: Caller) -> str:
    return who.headers["X-Body"]


def visit(who: Caller) -> str:
    identity: str = who.made("/delegations", PLAN)["id"]
    return identity


def reads(who: Caller, event_id: str) -> bool:
    return who.get(f"/events/{event_id}").status_code == 200


def refused(answer: TestResponse, column: str) -> bool:
    assert answer.json is not None, answer.text
    return answer.status_code == 422 and list(answer.json["errors"]) == [f"rows.2.{column}"]


@pytest.mark.parametrize("planter", ["b", "v"])
@pytest.mark.parametrize("row", ["{name},,", "{name},bithu@hd.example,Sở Y tế tỉnh Hải Dương"])
def test_a_namesake_of_others_opens_nothing(sides: dict[str, Caller], planter: str, row: str) -> None:
    spy, ours = sides[planter], sides["a"]
    person = {"name": "Lê Thị Đào", "organisation_id": body(spy), "email": "bithu@hd.example"}
    spy.made("/people", person)
    event = visit(ours)
    assert refused(take(ours, event, f"name,email,organisation\n{row.format(name='Le Thi Dao')}\n"), "organisation")
    assert not reads(spy, event)


def test_naming_their_organisation_means_them(sides: dict[str, Caller]) -> None:
    ours = sides["a"]
    sides["b"].made("/people", {"name": "Lê Thị Đào", "organisation_id": body(sides["b"])})
    event = visit(ours)
    taken = take(ours, event, "name,organisation\nLê Thị Đào,Sở Văn hoá tỉnh Hải Dương\n")
    assert taken.status_code == 200, taken.text
    assert reads(sides["b"], event), "who is in charge has said so"


@pytest.mark.parametrize("planter", ["b", "v"])
def test_an_address_others_wrote_gets_no_mail(sides: dict[str, Caller], planter: str) -> None:
    sides[planter].made("/people", {"name": "Hoàng Ma", "email": "spy@evil.example"})
    event = visit(sides["a"])
    assert refused(take(sides["a"], event, "name\nHoàng Ma\n"), "email")
    assert take(sides["a"], event, "name,email\nHoàng Ma,spy@evil.example\n").status_code == 200, "now it was said"


def test_an_address_of_ones_own_is_known_again(sides: dict[str, Caller]) -> None:
    sides["a"].made("/people", {"name": "Bounmy", "email": "bounmy@guest.example"})
    assert take(sides["a"], visit(sides["a"]), "name\nBounmy\n").json["added"] == 1


def test_without_the_check_they_would_read_it(sides: dict[str, Caller], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(member_lists, "doubts", lambda *_row: {})
    sides["b"].made("/people", {"name": "Lê Thị Đào", "organisation_id": body(sides["b"])})
    event = visit(sides["a"])
    assert take(sides["a"], event, "name\nLê Thị Đào\n").status_code == 200
    assert reads(sides["b"], event)


def test_what_another_office_calls_its_bodies_does_not_count(sides: dict[str, Caller]) -> None:
    ours, theirs = sides["a"], sides["v"]
    helper = {"name": {"vi": "Tổ giúp việc"}, "locality": OTHER, "aliases": ["Sở Y tế", "Sở Y tế tỉnh Hải Dương"]}
    theirs.made("/organisations", helper)
    event = visit(ours)
    assert refused(take(ours, event, "name,organisation\nPhạm Kín,Sở Y tế\n"), "organisation")
    taken = take(ours, event, "name,organisation\nPhạm Kín,Sở Y tế tỉnh Hải Dương\n").json
    person = ours.get(f"/people/{taken['rows'][0]['person_id']}").json
    assert person["organisation_id"] == body(ours)


def test_days_of_another_offices_hidden_visit_are_not_busy(sides: dict[str, Caller]) -> None:
    ours = sides["a"]
    leader = ours.made("/people", {"name": "Bí thư", "organisation_id": body(ours)})["id"]
    event = visit(ours)
    ours.made(f"/events/{event}/members", {"person_id": leader})
    assert ours.post(f"/events/{event}/transitions", {"to": "planned"}).status_code == 200

    for name in ("b", "v"):
        who = sides[name]
        query = f"days=1&from=2027-09-14&to=2027-09-14&host={OTHER}&person={leader}"
        answer = who.get(f"/openings?{query}")
        assert answer.status_code == 200
        busy = "person_busy" in answer.text
        assert busy is (name == "b"), "within the office busy is told, beyond it nothing"


def test_another_offices_administrator_changes_no_locality(sides: dict[str, Caller]) -> None:
    answer = sides["admin of v"].patch("/localities/hai-duong", {"timezone": "America/New_York"})
    assert answer.status_code == 403
    assert sides["admin of v"].patch(f"/localities/{OTHER}", {"aliases": ["VC"]}).status_code == 200


def test_nobody_puts_another_office_in_charge(sides: dict[str, Caller]) -> None:
    answer = sides["v"].post("/delegations", PLAN | {"organisation_id": body(sides["a"])})
    assert (answer.status_code, list(answer.json["errors"])) == (403, ["organisation_id"])
