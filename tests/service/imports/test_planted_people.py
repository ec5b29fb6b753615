"""People, names and addresses that others entered beforehand: a list means none of them unless it says so."""

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from models.accounts import User
from models.database import Database
from models.places import Person
from models.vocabulary import Role
from service.actions import permissions
from service.actions.imports import member_lists
from service.actions.imports.name_matching import OrganisationIndex
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


def test_an_address_others_wrote_gets_no_mail(sides: dict[str, Caller]) -> None:
    sides["b"].made("/people", {"name": "Hoàng Ma", "email": "spy@evil.example"})
    event = visit(sides["a"])
    assert refused(take(sides["a"], event, "name\nHoàng Ma\n"), "email")
    assert take(sides["a"], event, "name,email\nHoàng Ma,spy@evil.example\n").status_code == 200, "now it was said"


def test_who_another_office_entered_without_a_body_is_its_own(sides: dict[str, Caller]) -> None:
    sides["v"].made("/people", {"name": "Hoàng Ma", "email": "spy@evil.example"})
    assert refused(take(sides["a"], visit(sides["a"]), "name\nHoàng Ma\n"), "organisation")


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


def test_a_namesake_in_another_offices_body_without_accounts_opens_nothing(sides: dict[str, Caller]) -> None:
    """Its administrator gives that body its first account whenever they like."""
    ours, theirs = sides["a"], sides["v"]
    helper = theirs.made("/organisations", {"name": {"vi": "Tổ giúp việc"}, "locality": OTHER})["id"]
    theirs.made("/people", {"name": "Lê Thị Đào", "organisation_id": helper})
    event = visit(ours)
    assert refused(take(ours, event, "name\nLê Thị Đào\n"), "organisation")
    named = take(ours, event, "name,organisation\nLê Thị Đào,Tổ giúp việc (Vientiane-Province)\n")
    assert named.status_code == 200, named.text


@pytest.mark.parametrize("place", ["Vientiane-Province", OTHER])
def test_another_offices_body_is_meant_with_its_locality_only(
    sides: dict[str, Caller], database: Database, place: str
) -> None:
    """Its name alone may have been planted, to read whatever visit a list with this name is taken into."""
    ours, theirs = sides["a"], sides["v"]
    helper = {"name": {"vi": "Ban Tổ chức tỉnh"}, "locality": OTHER}
    planted = theirs.made("/organisations", helper)["id"]
    event = visit(ours)
    answer = take(ours, event, "name,organisation\nPhạm Kín,Ban Tổ chức tỉnh\n")
    assert refused(answer, "organisation")
    assert "Ban Tổ chức tỉnh (" in answer.text, "it says how it would be meant"
    theirs.made("/people", {"name": "Phạm Kín", "organisation_id": planted})
    assert take(ours, event, f"name,organisation\nPhạm Kín,Ban tổ chức tỉnh ({place})\n").status_code == 200
    with database.transaction(write=False) as session:
        permissions.reads_as(session, session.get_one(User, ours.user_id))
        found = OrganisationIndex.load(session)
        assert found.find(found.label(planted, "vi")) == planted, "as a list is exported it is read again"
        assert found.label(planted, "vi").startswith("Ban Tổ chức tỉnh (")


def test_a_locality_called_like_ones_own_names_nothing(sides: dict[str, Caller]) -> None:
    ours, theirs = sides["a"], sides["v"]
    own = ours.get("/localities/hai-duong").json["name"]
    assert sides["admin of v"].patch(f"/localities/{OTHER}", {"name": own}).status_code == 200
    theirs.made("/organisations", {"name": {"vi": "Ban Tổ chức"}, "locality": OTHER})
    row = f"name,organisation\nPhạm Kín,Ban Tổ chức ({own['vi']})\n"
    assert refused(take(ours, visit(ours), row), "organisation")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMIN])
def test_people_are_put_into_bodies_of_ones_own_office_only(
    sides: dict[str, Caller], caller: Callable[..., Caller], database: Database, role: Role
) -> None:
    """Into those without accounts as well: the other office would take them for its own."""
    with database.transaction() as session:
        bare = factories.make_organisation(session).id
    theirs = caller(role, organisation_id=body(sides["v"]))
    person = {"name": "Lê Thị Đào", "organisation_id": bare, "email": "spy@evil.example"}
    answer = theirs.post("/people", person)
    assert (answer.status_code, list(answer.json["errors"])) == (403, ["organisation_id"])
    assert theirs.post("/people", person | {"organisation_id": None}).status_code == 201
    assert sides["b"].post("/people", person).status_code == 201, "of its own office"


MAILED = {"name": {"vi": "Nhắc"}, "anchor": "arrival", "offset": "-P1D", "audience": ["members", "assignee"]}


@pytest.mark.parametrize("way", ["member", "task"])
@pytest.mark.parametrize("whose", ["nobody's", "a body without accounts"])
def test_an_address_of_another_offices_hand_gets_no_mail(
    sides: dict[str, Caller], database: Database, caller: Callable[..., Caller], way: str, whose: str
) -> None:
    """Also where the person was chosen by their id; written anew by who is in charge it does."""
    ours, theirs = sides["a"], sides["v"]
    with database.transaction() as session:
        bare = factories.make_organisation(session).id
    planted = theirs.made("/people", {"name": "Hoàng Ma", "email": "spy@evil.example"})["id"]
    known = ours.made("/people", {"name": "Bounmy", "email": "bounmy@guest.example", "organisation_id": bare})["id"]
    own = theirs.made("/people", {"name": "Khách", "email": "khach@v.example", "organisation_id": body(theirs)})["id"]
    if whose != "nobody's":  # as an older version let them
        with database.transaction() as session:
            session.get_one(Person, planted).organisation_id = bare
    caller(Role.ADMIN).made("/reminder-rules", MAILED)
    event = visit(ours)
    for person in (planted, known, own):
        if way == "member":
            ours.made(f"/events/{event}/members", {"person_id": person})
        else:
            ours.made(f"/events/{event}/tasks", {"title": {"vi": "Việc"}, "person_id": person})
    assert ours.post(f"/events/{event}/transitions", {"to": "planned"}).status_code == 200

    def mailed() -> set[str]:
        return {one["recipient"] for one in ours.get(f"/events/{event}/reminders").json if one["state"] == "pending"}

    assert {"bounmy@guest.example", "khach@v.example"} <= mailed()
    assert "spy@evil.example" not in mailed()
    root, written = caller(Role.ADMIN), {"email": "spy2@evil.example"}
    if whose == "nobody's":  # theirs who entered them
        assert root.patch(f"/people/{planted}", written).status_code == 403
        assert theirs.patch(f"/people/{planted}", written).status_code == 200
        assert "spy2@evil.example" not in mailed()
        return
    assert root.patch(f"/people/{planted}", written).status_code == 200
    assert "spy2@evil.example" in mailed(), "the office in charge has written it"


def test_who_moves_to_another_office_later_brings_no_address_along(
    sides: dict[str, Caller], database: Database, caller: Callable[..., Caller]
) -> None:
    """What counts is the body they stood for when they were added, as for who may read."""
    ours, theirs = sides["a"], sides["v"]
    planted = theirs.made("/people", {"name": "Hoàng Ma", "email": "spy@evil.example"})["id"]
    caller(Role.ADMIN).made("/reminder-rules", MAILED)
    event = visit(ours)
    ours.made(f"/events/{event}/members", {"person_id": planted})
    with database.transaction() as session:
        bare = factories.make_organisation(session, locality=OTHER).id
        session.get_one(Person, planted).organisation_id = bare
    assert ours.post(f"/events/{event}/transitions", {"to": "planned"}).status_code == 200
    assert "spy@evil.example" not in ours.get(f"/events/{event}/reminders").text
