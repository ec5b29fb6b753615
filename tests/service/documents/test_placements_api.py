"""Placements over the API: who is in which car, room and seat; what is refused, dropped and warned of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.placements import Placement
from models.vocabulary import EventStatus, MemberRole, Role, Side, Visibility
from tests import factories
from tests.service.conftest import Caller
from tests.service.web.test_pages import count_queries

pytestmark = pytest.mark.both_databases("JSON columns, row locks, cascades")

HEADS = (
    ("Bounkham", MemberRole.HEAD, Side.GUEST),
    ("Somphone", MemberRole.DEPUTY, Side.GUEST),
    ("Khamla", MemberRole.MEMBER, Side.GUEST),
    ("Noy", MemberRole.INTERPRETER, Side.GUEST),
    ("Nguyễn Văn An", MemberRole.HEAD, Side.HOST),
    ("Lê Thị Bình", MemberRole.MEMBER, Side.HOST),
)


@dataclass
class Visit:
    """A visit from 10 to 12 March 2027 with six people, two cars, a guest house, and a programme."""

    id: str
    members: dict[str, str]
    persons: dict[str, str] = field(default_factory=dict)
    car: str = ""
    bus: str = ""
    house: str = ""
    hall: str = ""
    items: list[str] = field(default_factory=list)

    @property
    def path(self) -> str:
        return f"/events/{self.id}/placements"

    def ids(self, *names: str) -> list[str]:
        return [self.members[name] for name in names]


def make_visit(caller: Caller, database: Database, **values: Any) -> Visit:
    with database.transaction() as session:
        event = factories.make_event(session, first_day=date(2027, 3, 10), last_day=date(2027, 3, 12), **values)
        members, persons = {}, {}
        for number, (name, role, side) in enumerate(HEADS):
            person = factories.make_person(session, name=name, precedence=number + 1)
            members[name] = factories.make_member(session, event, person, role=role, side=side).id
            persons[name] = person.id
        visit = Visit(event.id, members, persons)
    for name, kind, seats, capacity in (
        ("car", "vehicle", 4, 1),
        ("bus", "vehicle", 16, 1),
        ("house", "lodging", 2, 10),
        ("hall", "room", 60, 1),
    ):
        body = {"name": {"vi": f"{name} số 1"}, "type": kind, "locality": "hai-duong", "seats": seats}
        resource = caller.made("/resources", body | {"capacity": capacity})
        quantity = {"quantity": 4} if kind == "lodging" else {}
        booked = caller.made("/bookings", {"resource_id": resource["id"], "event_id": visit.id, **quantity})
        setattr(visit, name, booked["id"])
    talks = {"day": "2027-03-10", "start_time": "08:00", "title": {"vi": "Hội đàm", "lo": "ພົບປະ"}}
    dinner = {"day": "2027-03-10", "start_time": "18:00", "title": {"vi": "Chiêu đãi", "lo": "ງານລ້ຽງ"}}
    programme = caller.call("PUT", f"/events/{visit.id}/programme", {"items": [talks, dinner]}, If_Match="*")
    visit.items = [item["id"] for item in programme.json["items"]]
    return visit


@pytest.fixture
def visit(officer: Caller, database: Database) -> Visit:
    return make_visit(officer, database)


def put(caller: Caller, visit: Visit, etag: str | None = None, **placed: Any) -> Any:
    return caller.call("PUT", visit.path, placed, If_Match=etag or caller.etag(visit.path))


def saved(caller: Caller, visit: Visit, **placed: Any) -> Any:
    answer = put(caller, visit, **placed)
    assert answer.status_code == 200, answer.text
    return answer.json


def codes(told: Any) -> list[str]:
    return [one["code"] for one in told["warnings"]]


def everything(visit: Visit) -> dict[str, Any]:
    """Everybody in a car, the guests in rooms, and at both items tables."""
    return {
        "vehicles": {
            visit.car: visit.ids("Bounkham", "Noy", "Nguyễn Văn An"),
            visit.bus: visit.ids("Somphone", "Khamla", "Lê Thị Bình"),
        },
        "rooms": {visit.house: [visit.ids("Bounkham"), visit.ids("Somphone", "Khamla"), visit.ids("Noy")]},
        "tables": [
            {
                "for": visit.items[0],
                "name": "1",
                "form": "long",
                "seats": [*visit.ids("Lê Thị Bình", "Nguyễn Văn An"), None, *visit.ids("Somphone", "Bounkham", "Noy")],
            },
            {"for": visit.items[1], "name": "A", "form": "round", "seats": visit.ids("Bounkham", "Nguyễn Văn An")},
        ],
    }


def test_what_is_put_is_read_again(officer: Caller, visit: Visit, database: Database) -> None:
    assert officer.get(visit.path).json == {"vehicles": {}, "rooms": {}, "tables": [], "warnings": []}
    told = saved(officer, visit, **everything(visit))
    assert {name: told[name] for name in ("vehicles", "rooms", "tables")} == everything(visit)
    assert officer.get(visit.path).json == told
    assert [(one["code"], one["severity"], one["at"]) for one in told["warnings"]] == [
        ("forgotten", "info", "tables.0"),
        ("forgotten", "info", "tables.1"),
    ]
    assert told["warnings"][0]["people"] == visit.ids("Khamla")
    with database.transaction(write=False) as session:
        (row,) = session.exec(select(Audit).where(Audit.entity == "placement")).all()
    assert (row.action, row.event_id, set(row.changes)) == ("change", visit.id, {"vehicles", "rooms", "tables"})
    assert row.changes["vehicles"] == {"from": {}, "to": everything(visit)["vehicles"]}
    # A table without a form is long; saving the same changes nothing.
    plain = everything(visit)
    del plain["tables"][0]["form"]
    assert saved(officer, visit, **plain) == told
    with database.transaction(write=False) as session:
        assert len(session.exec(select(Audit).where(Audit.entity == "placement")).all()) == 1


def test_emptied_placements_leave_nothing(officer: Caller, visit: Visit, database: Database) -> None:
    saved(officer, visit, **everything(visit))
    assert saved(officer, visit) == {"vehicles": {}, "rooms": {}, "tables": [], "warnings": []}
    with database.transaction(write=False) as session:
        assert session.exec(select(Placement)).all() == []


def test_lost_updates_fail(officer: Caller, visit: Visit) -> None:
    tag = officer.etag(visit.path)
    body = {"vehicles": {visit.car: visit.ids("Bounkham")}}
    assert officer.call("PUT", visit.path, body).status_code == 428
    assert put(officer, visit, tag, **body).status_code == 200
    assert put(officer, visit, tag, vehicles={}).status_code == 412
    assert put(officer, visit, f"W/{officer.etag(visit.path)}", vehicles={}).status_code == 412
    # The same tag in every language; warnings make no change stale.
    tags = {officer.get(visit.path, Accept_Language=language).headers["ETag"] for language in ("vi", "lo", "en")}
    assert len(tags) == 1
    assert officer.get(visit.path, If_None_Match=tags.pop()).status_code == 304


WRONG: dict[str, tuple[Callable[[Visit], dict[str, Any]], set[str]]] = {
    "a booking of another event": (lambda v: {"vehicles": {"unknown": v.ids("Noy")}}, {"vehicles.unknown"}),
    "lodging as a vehicle": (lambda v: {"vehicles": {v.house: v.ids("Noy")}}, {"vehicles.{house}"}),
    "a hall as lodging": (lambda v: {"rooms": {v.hall: [v.ids("Noy")]}}, {"rooms.{hall}"}),
    "a vehicle as lodging": (lambda v: {"rooms": {v.car: []}}, {"rooms.{car}"}),
    "a stranger in a car": (lambda v: {"vehicles": {v.car: [*v.ids("Noy"), "stranger"]}}, {"vehicles.{car}.1"}),
    "a stranger in a room": (lambda v: {"rooms": {v.house: [[], ["stranger"]]}}, {"rooms.{house}.1.0"}),
    "twice in a car": (lambda v: {"vehicles": {v.car: v.ids("Noy", "Noy")}}, {"vehicles.{car}.1"}),
    "twice in a room": (lambda v: {"rooms": {v.house: [v.ids("Noy", "Khamla", "Noy")]}}, {"rooms.{house}.0.2"}),
    "twice at a table": (
        lambda v: {"tables": [{"for": v.items[0], "name": "1", "seats": [None, *v.ids("Noy", "Noy")]}]},
        {"tables.0.seats.2"},
    ),
    "a stranger's seat": (lambda v: {"tables": [{"for": None, "name": "1", "seats": ["x"]}]}, {"tables.0.seats.0"}),
    "an item of another programme": (
        lambda v: {"tables": [{"for": "elsewhere", "name": "1", "seats": []}]},
        {"tables.0.for"},
    ),
    "several at once": (
        lambda v: {"vehicles": {"a": [], v.car: ["x", "y"]}, "tables": [{"for": "z", "name": "1", "seats": []}]},
        {"vehicles.a", "vehicles.{car}.0", "vehicles.{car}.1", "tables.0.for"},
    ),
    "a table without a name": (lambda v: {"tables": [{"for": None, "seats": []}]}, {"tables.0.name"}),
    "a form nobody knows": (
        lambda v: {"tables": [{"for": None, "name": "1", "form": "square", "seats": []}]},
        {"tables.0.form"},
    ),
    "other shapes": (lambda v: {"vehicles": [], "rooms": {v.house: [7]}}, {"vehicles", "rooms.{house}.0"}),
    "warnings": (lambda v: {"warnings": []}, {"warnings"}),
    "too many seats": (
        lambda v: {"tables": [{"for": None, "name": "1", "seats": [None] * 201}]},
        {"tables.0.seats"},
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_refusals_name_the_field(officer: Caller, visit: Visit, wrong: str) -> None:
    make, fields = WRONG[wrong]
    answer = put(officer, visit, **make(visit))
    assert answer.status_code == 422, answer.text
    names = {"car": visit.car, "house": visit.house, "hall": visit.hall}
    assert set(answer.json["errors"]) == {one.format(**names) for one in fields}
    assert all(texts and all(texts) for texts in answer.json["errors"].values())
    assert officer.get(visit.path).json["vehicles"] == {}


def test_members_of_other_events_are_refused(officer: Caller, visit: Visit, database: Database) -> None:
    other = make_visit(officer, database)
    answer = put(officer, visit, vehicles={other.car: [], visit.car: other.ids("Noy")})
    assert set(answer.json["errors"]) == {f"vehicles.{other.car}", f"vehicles.{visit.car}.0"}


def test_what_does_not_fit_is_warned_of(officer: Caller, visit: Visit) -> None:
    everybody = [visit.members[name] for name, _role, _side in HEADS]
    told = saved(
        officer,
        visit,
        vehicles={visit.car: everybody[:5], visit.bus: everybody[:1]},
        rooms={visit.house: [everybody[:3], everybody[:1], everybody[1:2], everybody[2:3], everybody[4:5]]},
        tables=[
            {"for": visit.items[0], "name": "1", "seats": everybody},
            {"for": visit.items[0], "name": "2", "seats": everybody[:1]},
        ],
    )
    assert [(one["code"], one["at"]) for one in told["warnings"]] == [
        ("too_few_seats", f"vehicles.{visit.car}"),
        ("two_cars", f"vehicles.{visit.bus}"),
        ("too_few_rooms", f"rooms.{visit.house}"),
        ("too_few_beds", f"rooms.{visit.house}.0"),
        ("two_rooms", f"rooms.{visit.house}"),
        ("forgotten", f"rooms.{visit.house}"),
        ("two_seats", "tables.1"),
    ]
    assert told["warnings"][1]["people"] == visit.ids("Bounkham")
    assert told["warnings"][5]["people"] == visit.ids("Noy")
    assert all(one["detail"] and one["advice"] for one in told["warnings"])
    lao = officer.get(visit.path, Accept_Language="lo").json["warnings"]
    assert [one["detail"] for one in lao] != [one["detail"] for one in told["warnings"]]


def test_guests_without_a_car_are_named(officer: Caller, visit: Visit) -> None:
    told = saved(officer, visit, vehicles={visit.car: visit.ids("Bounkham", "Nguyễn Văn An")})
    (warning,) = told["warnings"]
    assert (warning["code"], warning["people"]) == ("forgotten", visit.ids("Somphone", "Khamla", "Noy"))
    assert "Somphone" in warning["detail"]


# What is not there any more


def test_who_leaves_the_list_leaves_the_placements(officer: Caller, visit: Visit) -> None:
    saved(officer, visit, **everything(visit))
    officer.delete(f"/events/{visit.id}/members/{visit.members['Noy']}", "*")
    told = officer.get(visit.path).json
    assert told["vehicles"][visit.car] == visit.ids("Bounkham", "Nguyễn Văn An")
    assert told["rooms"][visit.house] == [visit.ids("Bounkham"), visit.ids("Somphone", "Khamla")]
    assert told["tables"][0]["seats"] == [*visit.ids("Lê Thị Bình", "Nguyễn Văn An"), None,
                                          *visit.ids("Somphone", "Bounkham"), None]  # fmt: skip
    assert told["warnings"][0]["code"] == "member_gone"
    assert "Noy" in told["warnings"][0]["detail"]
    # Saved as it is shown, nothing is left to say.
    body = {name: told[name] for name in ("vehicles", "rooms", "tables")}
    assert "member_gone" not in codes(saved(officer, visit, **body))


def test_who_is_added_again_sits_nowhere(officer: Caller, visit: Visit) -> None:
    saved(officer, visit, **everything(visit))
    officer.delete(f"/events/{visit.id}/members/{visit.members['Noy']}", "*")
    officer.made(f"/events/{visit.id}/members", {"person_id": visit.persons["Noy"], "role": "interpreter"})
    told = officer.get(visit.path).json
    assert sum(map(len, told["vehicles"].values())) == 5
    assert "forgotten" in codes(told)


def test_given_back_bookings_are_left_out_and_come_back(officer: Caller, visit: Visit) -> None:
    before = saved(officer, visit, **everything(visit))
    officer.delete(f"/bookings/{visit.bus}")
    told = officer.get(visit.path).json
    assert set(told["vehicles"]) == {visit.car}
    assert told["warnings"][0]["code"] == "booking_gone"
    assert "Somphone" in told["warnings"][0]["detail"]
    step = f"/events/{visit.id}/transitions"
    assert officer.post(step, {"to": "postponed", "reason": "Mưa lũ"}).status_code == 200
    postponed = officer.get(visit.path).json
    assert (postponed["vehicles"], postponed["rooms"]) == ({}, {})
    assert codes(postponed)[:3] == ["booking_gone"] * 3
    assert "car số 1" in postponed["warnings"][0]["detail"]
    refused = put(officer, visit, vehicles={visit.car: []})
    assert set(refused.json["errors"]) == {f"vehicles.{visit.car}"}
    days = {"first_day": "2027-04-10", "last_day": "2027-04-12"}
    assert officer.post(step, {"to": "planned", **days}).status_code == 200
    again = officer.get(visit.path).json
    assert again["vehicles"] == {visit.car: before["vehicles"][visit.car]}
    assert again["rooms"] == before["rooms"]


def test_tables_go_with_their_item(officer: Caller, visit: Visit) -> None:
    saved(officer, visit, **everything(visit))
    programme = f"/events/{visit.id}/programme"
    kept = officer.get(programme).json["items"][1:]
    kept[0]["start_time"] = "18:30"
    assert officer.call("PUT", programme, {"items": kept}, If_Match=officer.etag(programme)).status_code == 200
    told = officer.get(visit.path).json
    assert [table["for"] for table in told["tables"]] == [visit.items[1]]
    assert told["warnings"][0]["code"] == "item_gone"
    assert "Bounkham" in told["warnings"][0]["detail"]


def test_placements_end_with_their_event(officer: Caller, database: Database) -> None:
    visit = make_visit(officer, database, status=EventStatus.DRAFT)
    saved(officer, visit, **everything(visit))
    assert officer.delete(f"/delegations/{visit.id}").status_code == 204
    with database.transaction(write=False) as session:
        assert session.exec(select(Placement)).all() == []
    assert officer.get(visit.path).status_code == 404


# Proposals


def test_a_proposal_is_saved_by_nobody(officer: Caller, visit: Visit, database: Database) -> None:
    told = officer.post(f"{visit.path}/proposal", {})
    assert told.status_code == 200, told.text
    assert told.headers["Cache-Control"] == "no-store"
    assert told.json["vehicles"] == {
        visit.car: visit.ids("Bounkham", "Noy", "Nguyễn Văn An"),
        visit.bus: visit.ids("Somphone", "Khamla", "Lê Thị Bình"),
    }
    assert told.json["rooms"] == {visit.house: [visit.ids(one) for one in ("Bounkham", "Somphone", "Khamla", "Noy")]}
    session_table, banquet = told.json["tables"]
    assert (session_table["for"], session_table["form"]) == (visit.items[0], "long")
    assert (banquet["for"], banquet["form"]) == (visit.items[1], "round")
    assert officer.post(f"{visit.path}/proposal").json == told.json, "the same, whoever asks again"
    with database.transaction(write=False) as session:
        assert session.exec(select(Placement)).all() == []
        assert session.exec(select(Audit).where(Audit.entity == "placement")).all() == []
    body = {name: told.json[name] for name in ("vehicles", "rooms", "tables")}
    assert saved(officer, visit, **body)["tables"] == told.json["tables"]


def test_tables_are_proposed_as_asked_for(officer: Caller, visit: Visit) -> None:
    wanted = [{"for": visit.items[0], "form": "banquet", "size": 4}]
    told = officer.post(f"{visit.path}/proposal", {"tables": wanted}).json
    assert [(one["for"], one["name"], len(one["seats"])) for one in told["tables"]] == [
        (visit.items[0], "1", 3),
        (visit.items[0], "2", 3),
    ]
    assert officer.post(f"{visit.path}/proposal", {"tables": []}).json["tables"] == []
    for bad, where in (
        ({"for": "nowhere", "form": "session"}, "tables.0.for"),
        ({"for": visit.items[0], "form": "picnic"}, "tables.0.form"),
        ({"for": visit.items[0], "form": "banquet", "size": 1}, "tables.0.size"),
        ({"form": "session"}, "tables.0.for"),
    ):
        refused = officer.post(f"{visit.path}/proposal", {"tables": [bad]})
        assert set(refused.json["errors"]) == {where}


def test_rooms_are_shared_only_where_sex_is_the_readers_to_know(
    officer: Caller, caller: Callable[..., Caller], database: Database
) -> None:
    with database.transaction() as session:
        host = factories.make_organisation(session).id
        theirs = factories.make_organisation(session).id
    theirs_too = caller(Role.OFFICER, organisation_id=theirs)
    visit = make_visit(officer, database, organisation_id=host)
    with database.transaction() as session:
        for one in visit.persons.values():
            person = session.get_one(factories.Person, one)
            person.organisation_id = theirs
    for name, sex in (("Bounkham", "male"), ("Somphone", "male"), ("Khamla", "male"), ("Noy", "female")):
        path = f"/people/{visit.persons[name]}/particulars"
        assert theirs_too.call("PUT", path, {"sex": sex}).status_code == 200
    booked = officer.get(f"/bookings/{visit.house}").json
    assert officer.patch(f"/bookings/{visit.house}", {"quantity": 3}).status_code == 200, booked
    told = officer.post(f"{visit.path}/proposal", {}).json
    assert told["rooms"][visit.house] == [
        visit.ids("Bounkham"),
        visit.ids("Somphone", "Khamla"),
        visit.ids("Noy"),
    ]
    # Whom the host's own officer puts on the list is not opened by that.
    stranger = caller(Role.OFFICER, organisation_id=host)
    for name in ("Khamla", "Noy"):
        stranger.delete(f"/events/{visit.id}/members/{visit.members[name]}", "*")
        body = {"person_id": visit.persons[name], "side": "guest"}
        visit.members[name] = stranger.made(f"/events/{visit.id}/members", body)["id"]
    told = stranger.post(f"{visit.path}/proposal", {}).json
    assert told["rooms"][visit.house] == [visit.ids(one) for one in ("Bounkham", "Somphone", "Khamla")]
    assert [one["code"] for one in told["warnings"] if one["at"].startswith("rooms")] == ["forgotten", "sex_unknown"]


# Rights


def test_who_reads_and_who_changes(
    officer: Caller, viewer: Caller, caller: Callable[..., Caller], database: Database
) -> None:
    with database.transaction() as session:
        host = factories.make_organisation(session).id
        other = factories.make_organisation(session).id
        lao = factories.make_organisation(session, locality="vientiane-province").id
    guests, department = caller(Role.OFFICER, organisation_id=lao), caller(Role.OFFICER, organisation_id=other)
    internal = make_visit(officer, database, organisation_id=host, visibility=Visibility.INTERNAL)
    public = make_visit(officer, database, organisation_id=host, visibility=Visibility.PUBLIC)
    for visit in (internal, public):
        saved(officer, visit, **everything(visit))
    assert viewer.get(public.path).status_code == 200
    assert put(viewer, public, "*").status_code == 403
    assert department.get(public.path).json["rooms"] == everything(public)["rooms"]
    assert department.get(internal.path).status_code == 404
    assert guests.get(f"/events/{public.id}").status_code == 200
    for visit, status in ((public, 403), (internal, 404)):
        assert put(department, visit, "*", vehicles={}).status_code == status
        assert department.post(f"{visit.path}/proposal", {}).status_code == status
        # In which room somebody sleeps is not theirs to know: to them there is nothing.
        assert guests.get(visit.path).status_code == 404
        assert put(guests, visit, "*", vehicles={}).status_code == 404
        assert guests.post(f"{visit.path}/proposal", {}).status_code == 404
    with database.transaction() as session:
        factories.make_task(session, session.get_one(factories.Event, internal.id), organisation_id=other)
    assert department.get(internal.path).status_code == 200, "who takes part for the office sees it"
    assert put(department, internal, "*", vehicles={}).status_code == 403


def test_event_without_a_day_has_none(officer: Caller, database: Database) -> None:
    path = "/delegations"
    body = {
        "title": {"vi": "Đoàn năm 2008"},
        "host": "hai-duong",
        "guest": "vientiane-province",
        "first_day": "2008",
        "last_day": "2008",
        "status": "completed",
    }
    made = officer.made(path, body)
    told = officer.get(f"/events/{made['id']}/placements")
    assert told.json["vehicles"] == {}
    refused = officer.call(
        "PUT",
        f"/events/{made['id']}/placements",
        {"tables": [{"for": None, "name": "1", "seats": []}]},
        If_Match=told.headers["ETag"],
    )
    assert refused.status_code == 422


# Measures


@pytest.mark.parametrize("copies", [1, 3])
def test_reading_takes_a_fixed_number_of_queries(
    officer: Caller, visit: Visit, database: Database, copies: int
) -> None:
    with database.transaction() as session:
        event = session.get_one(factories.Event, visit.id)
        for _ in range(copies):
            factories.make_member(session, event, side=Side.GUEST)
    told = officer.post(f"{visit.path}/proposal", {}).json
    body = {name: told[name] for name in ("vehicles", "rooms", "tables")}
    saved(officer, visit, **body)
    assert count_queries(database, lambda: officer.get(visit.path)) <= 12


HOSTILE = (
    "=HYPERLINK(1)",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}",
    "#set page(width: 1pt)",
    "\u202egnp.exe",
    "A" * 60,
)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text(officer: Caller, visit: Visit, name: str) -> None:
    table = {"for": visit.items[0], "name": name, "form": "long", "seats": []}
    told = saved(officer, visit, tables=[table])
    assert told["tables"][0]["name"].replace("\u202e", "") == name.replace("\u202e", "")


# Two entries of a person become one


def test_who_stays_of_two_entries_has_the_places_of_the_other(approver: Caller, database: Database) -> None:
    visit = make_visit(approver, database)
    with database.transaction() as session:
        double = factories.make_person(session, name="Khamla (2)")
        event = session.get_one(factories.Event, visit.id)
        visit.members["double"] = factories.make_member(session, event, double, side=Side.GUEST).id
        double_id = double.id
    saved(
        approver, visit, vehicles={visit.bus: visit.ids("double", "Somphone")},
        rooms={visit.house: [visit.ids("double"), visit.ids("Khamla", "Noy")]},
    )  # fmt: skip
    merged = approver.post(f"/people/{double_id}/merge", {"into": visit.persons["Khamla"]})
    assert merged.status_code in (200, 201), merged.text
    told = approver.get(visit.path).json
    assert told["vehicles"] == {visit.bus: visit.ids("Khamla", "Somphone")}
    assert told["rooms"] == {visit.house: [[], visit.ids("Khamla", "Noy")]}
    undone = approver.post(f"/merges/{merged.json['id']}/undo")
    assert undone.status_code in (200, 204), undone.text
    again = approver.get(visit.path).json
    assert again["vehicles"] == {visit.bus: visit.ids("double", "Somphone")}
    assert again["rooms"] == {visit.house: [visit.ids("double"), visit.ids("Khamla", "Noy")]}


def test_placements_changed_after_a_merge_stay_when_it_is_undone(approver: Caller, database: Database) -> None:
    visit = make_visit(approver, database)
    with database.transaction() as session:
        double = factories.make_person(session, name="Khamla (2)")
        event = session.get_one(factories.Event, visit.id)
        visit.members["double"] = factories.make_member(session, event, double, side=Side.GUEST).id
        double_id = double.id
    saved(approver, visit, vehicles={visit.bus: visit.ids("double")})
    merged = approver.post(f"/people/{double_id}/merge", {"into": visit.persons["Khamla"]})
    saved(approver, visit, vehicles={visit.car: visit.ids("Khamla")})
    assert approver.post(f"/merges/{merged.json['id']}/undo").status_code in (200, 204)
    assert approver.get(visit.path).json["vehicles"] == {visit.car: visit.ids("Khamla")}


# Papers of it


def cells(content: bytes) -> set[str]:
    sheet = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0)
    return {str(cell) for row in sheet.to_python() for cell in row}


def test_papers_hold_who_was_placed_for_who_may_read_it(
    officer: Caller, caller: Callable[..., Caller], database: Database
) -> None:
    with database.transaction() as session:
        host = factories.make_organisation(session).id
        lao = factories.make_organisation(session, locality="vientiane-province").id
    visit = make_visit(officer, database, organisation_id=host, visibility=Visibility.PUBLIC)
    saved(officer, visit, **everything(visit))
    guests = caller(Role.OFFICER, organisation_id=lao)
    listed = {one["kind"] for one in officer.get(f"/events/{visit.id}/documents").json["kinds"]}
    assert {"vehicles", "rooms", "seating"} <= listed
    for kind, name in (("vehicles", "Khamla"), ("rooms", "Khamla"), ("seating", "Somphone")):
        path = f"/events/{visit.id}/documents/{kind}.xlsx?language=vi"
        answer = officer.get(path)
        assert answer.status_code == 200, answer.text
        told = cells(answer.data)
        assert name in told, (kind, told)
        theirs = guests.get(path)
        assert theirs.status_code == 404, "to the other side the visit has no such paper"
        assert name not in theirs.text
