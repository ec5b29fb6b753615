"""Bookings over HTTP: what fits, what doesn't and why, and how they follow their event."""

from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from models.database import Database
from tests.service.conftest import BATCH, Caller, Clock
from tests.service.web.test_pages import count_queries

pytestmark = pytest.mark.both_databases("an exclusion constraint and row locks against one writer at a time")

HALL = {"name": {"vi": "Hội trường A", "en": "Hall A"}, "type": "room", "locality": "hai-duong", "seats": 60}


@pytest.fixture
def hall(officer: Caller) -> Any:
    return officer.made("/resources", HALL)


def batch(caller: Caller, **values: Any) -> Any:
    return caller.made("/training-batches", BATCH | values)


def book(
    caller: Caller, resource: Any, event: Any, start: str | None = None, end: str | None = None, **more: Any
) -> Any:
    body = {"resource_id": resource["id"], "event_id": event["id"], **more}
    if start is not None:
        body |= {"from": start, "to": end}
    return caller.post("/bookings", body)


def test_booking_is_shown_as_it_was_asked_for(officer: Caller, hall: Any) -> None:
    event = batch(officer)
    made = book(officer, hall, event, "2027-03-10T08:00", "2027-03-10T11:30", note="Bàn chữ U")
    assert made.status_code == 201, made.text
    assert made.json["from"] == "2027-03-10T08:00"
    assert made.json["to"] == "2027-03-10T11:30"
    assert (made.json["state"], made.json["quantity"], made.json["timezone"]) == ("held", 1, "Asia/Ho_Chi_Minh")
    assert made.json["resource_name"] == HALL["name"]
    assert made.json["event_title"] == BATCH["title"]
    assert made.headers["Location"] == f"/api/v1/bookings/{made.json['id']}"
    assert officer.get(f"/bookings/{made.json['id']}").json == made.json
    assert officer.get(f"/events/{event['id']}/bookings").json == [made.json]
    assert officer.get(f"/bookings?resource_id={hall['id']}&from=2027-03-10&to=2027-03-10").json == [made.json]
    assert officer.get("/bookings?from=2027-03-11").json == []


def test_clash_names_who_has_it_and_what_is_free(officer: Caller, hall: Any) -> None:
    first = batch(officer)
    second = batch(officer, title={"vi": "Đoàn nghệ thuật"})
    other = officer.made("/resources", HALL | {"name": {"vi": "Hội trường B"}, "seats": 80})
    officer.made("/resources", HALL | {"name": {"vi": "Phòng nhỏ"}, "seats": 10})
    book(officer, hall, first, "2027-03-10T08:00", "2027-03-10T10:00")
    answer = book(officer, hall, second, "2027-03-10T09:00", "2027-03-10T11:00")
    assert answer.status_code == 409
    assert answer.mimetype == "application/problem+json"
    assert answer.json["code"] == "booking_clash"
    (conflict,) = answer.json["conflicts"]
    assert conflict["event_id"] == first["id"]
    assert (conflict["from"], conflict["to"]) == ("2027-03-10T08:00", "2027-03-10T10:00")
    assert conflict["title"] == BATCH["title"]
    (suggestion,) = answer.json["suggestions"]
    assert suggestion["free"][0] == {"from": "2027-03-10T10:00", "to": "2027-03-10T12:00"}
    assert len(suggestion["free"]) == 3
    assert [one["resource_id"] for one in suggestion["equivalent"]] == [other["id"]]
    assert officer.get("/bookings").json[0]["event_id"] == first["id"]
    for offered in suggestion["free"]:
        assert book(officer, hall, second, offered["from"], offered["to"]).status_code in {201, 409}
    assert book(officer, other, second, "2027-03-10T09:00", "2027-03-10T11:00").status_code == 201


def test_hours_touch_without_overlapping_and_days_are_inclusive(officer: Caller, hall: Any) -> None:
    event = batch(officer)
    assert book(officer, hall, event, "2027-03-10T08:00", "2027-03-10T10:00").status_code == 201
    assert book(officer, hall, event, "2027-03-10T10:00", "2027-03-10T12:00").status_code == 201
    assert book(officer, hall, event, "2027-03-11", "2027-03-12").status_code == 201
    assert book(officer, hall, event, "2027-03-12T23:00", "2027-03-13T01:00").status_code == 409
    assert book(officer, hall, event, "2027-03-13T00:00", "2027-03-13T01:00").status_code == 201
    assert book(officer, hall, event, "2027-03-10T12:00", "2027-03-11T00:00").status_code == 201


def test_buffers_keep_bookings_apart(officer: Caller) -> None:
    event = batch(officer)
    hall = officer.made("/resources", HALL | {"buffer_before": 15, "buffer_after": 30})
    assert book(officer, hall, event, "2027-03-10T08:00", "2027-03-10T10:00").status_code == 201
    assert book(officer, hall, event, "2027-03-10T10:30", "2027-03-10T11:00").status_code == 409
    assert book(officer, hall, event, "2027-03-10T10:45", "2027-03-10T11:00").status_code == 201


def test_without_times_the_event_itself_is_booked(officer: Caller, hall: Any) -> None:
    event = batch(officer, arrives_on="2027-03-09", departs_on="2027-03-22")
    house = officer.made("/resources", {"name": "Nhà khách", "type": "lodging", "locality": "hai-duong", "capacity": 9})
    meeting = officer.made(
        "/activities",
        BATCH | {"first_day": "2027-05-05", "last_day": "2027-05-05", "start_time": "14:00", "end_time": "16:30"},
    )
    found = [book(officer, *pair).json for pair in ((hall, event), (house, event), (hall, meeting))]
    assert [(one["from"], one["to"]) for one in found] == [
        ("2027-03-10", "2027-03-21"),
        ("2027-03-09", "2027-03-22"),
        ("2027-05-05T14:00", "2027-05-05T16:30"),
    ]
    assert house["name"] == {"vi": "Nhà khách"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"resource_id": "none"}, "resource_id"),
        ({"event_id": "none"}, "event_id"),
        ({"resource_id": None}, "resource_id"),
        ({"event_id": None}, "event_id"),
        ({"quantity": 2}, "quantity"),
        ({"quantity": 0}, "quantity"),
        ({"from": "2027-03-10", "to": "2027-03-09"}, "to"),
        ({"from": "2027-03-10T10:00", "to": "2027-03-10T10:00"}, "to"),
        ({"from": "2027-03-10T10:00", "to": "2027-03-10T09:00"}, "to"),
        ({"from": "2027-03-10", "to": "2027-03-10T09:00"}, "to"),
        ({"from": "2027-03-10T08:00:00Z", "to": "2027-03-10T09:00:00Z"}, "from"),
        ({"from": "10/3/2027", "to": "2027-03-11"}, "from"),
        ({"from": "2027-02-30", "to": "2027-03-11"}, "from"),
        ({"to": None}, "to"),
        ({"from": None, "to": "2027-03-10"}, "from"),
        ({"to": "2037-06-01"}, "to"),
        ({"from": "9999-03-10", "to": "9999-03-10"}, "from"),
        ({"state": "released"}, "state"),
        ({"state": "gone"}, "state"),
        ({"fisrt": 1}, "fisrt"),
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_bad_wishes_name_their_field(officer: Caller, hall: Any, change: dict[str, Any], field: str) -> None:
    event = batch(officer)
    body = {"resource_id": hall["id"], "event_id": event["id"], "from": "2027-03-10", "to": "2027-03-11"} | change
    answer = officer.post("/bookings", {name: value for name, value in body.items() if value is not None})
    assert (answer.status_code, field in answer.json["errors"]) == (422, True), answer.text
    several = {"bookings": [{name: value for name, value in body.items() if value is not None}]}
    answer = officer.post("/bookings", several)
    assert answer.status_code == 422
    assert f"bookings.0.{field}" in answer.json["errors"], answer.text
    assert officer.get("/bookings").json == []


def test_several_resources_all_or_nothing(officer: Caller, hall: Any) -> None:
    event, other = batch(officer), batch(officer)
    car = officer.made("/resources", {"name": "Xe 16 chỗ", "type": "vehicle", "locality": "hai-duong", "seats": 15})
    book(officer, car, other, "2027-03-10", "2027-03-10")
    wish = {
        "event_id": event["id"],
        "from": "2027-03-10",
        "to": "2027-03-11",
        "bookings": [{"resource_id": hall["id"]}, {"resource_id": car["id"]}],
    }
    answer = officer.post("/bookings", wish)
    assert answer.status_code == 409
    assert [one["resource_id"] for one in answer.json["conflicts"]] == [car["id"]]
    assert officer.get(f"/events/{event['id']}/bookings").json == []
    wish["bookings"][1] |= {"from": "2027-03-11", "to": "2027-03-11"}
    answer = officer.post("/bookings", wish)
    assert answer.status_code == 201, answer.text
    assert [(one["resource_id"], one["from"]) for one in answer.json["bookings"]] == [
        (hall["id"], "2027-03-10"),
        (car["id"], "2027-03-11"),
    ]
    twice = wish | {"from": "2027-03-20", "to": "2027-03-20", "bookings": [{"resource_id": hall["id"]}] * 2}
    answer = officer.post("/bookings", twice)
    assert answer.status_code == 409
    assert {one["event_id"] for one in answer.json["conflicts"]} == {event["id"]}


def test_cancelled_event_gives_back_and_takes_again(officer: Caller, approver: Caller, hall: Any) -> None:
    event, other = batch(officer), batch(officer)
    made = book(officer, hall, event, "2027-03-10", "2027-03-11").json
    officer.post(f"/events/{event['id']}/transitions", {"to": "cancelled", "reason": "bão"})
    assert officer.get(f"/bookings/{made['id']}").json["state"] == "released"
    assert book(officer, hall, event, "2027-03-15", "2027-03-15").json["code"] == "event_called_off"
    taken = book(officer, hall, other, "2027-03-11", "2027-03-12").json
    answer = officer.post(f"/events/{event['id']}/transitions", {"to": "planned"})
    assert answer.status_code == 409, answer.text
    assert [one["event_id"] for one in answer.json["conflicts"]] == [other["id"]]
    assert officer.get(f"/events/{event['id']}").json["status"] == "cancelled"
    assert officer.delete(f"/bookings/{taken['id']}").status_code == 204
    assert officer.post(f"/events/{event['id']}/transitions", {"to": "planned"}).status_code == 200
    assert officer.get(f"/bookings/{made['id']}").json["state"] == "held"
    trail = [
        (entry["action"], entry["changes"].get("state"))
        for entry in officer.get(f"/events/{event['id']}/history").json
        if entry["entity"] == "booking"
    ]
    assert trail == [
        ("create", {"from": None, "to": "held"}),
        ("change", {"from": "held", "to": "released"}),
        ("change", {"from": "released", "to": "held"}),
    ]


def test_move_with_three_bookings_of_which_one_cannot_moves_nothing(officer: Caller, hall: Any) -> None:
    """The must-show: nothing moves, the answer says which can't, and offers days on which all three can."""
    event = batch(officer, last_day="2027-03-12")
    other = officer.made("/activities", BATCH | {"guest": None, "activity_type": "meeting"})
    car = officer.made("/resources", {"name": "Xe 29 chỗ", "type": "vehicle", "locality": "hai-duong", "seats": 28})
    voice = officer.made(
        "/resources",
        {"name": "Phiên dịch Lào", "type": "interpreter", "locality": "hai-duong", "languages": ["vi", "lo"]},
    )
    mine = [
        book(officer, hall, event, "2027-03-10T08:00", "2027-03-10T11:00").json,
        book(officer, car, event).json,
        book(officer, voice, event, "2027-03-11", "2027-03-11").json,
    ]
    in_the_way = book(officer, voice, other, "2027-03-16", "2027-03-16").json
    path = f"/training-batches/{event['id']}"
    before = [officer.get(f"/bookings/{one['id']}").json for one in mine]
    history = officer.get(f"/events/{event['id']}/history").json
    answer = officer.patch(path, {"first_day": "2027-03-15", "last_day": "2027-03-17"})
    assert answer.status_code == 409, answer.text
    (conflict,) = answer.json["conflicts"]
    assert conflict["booking_id"] == in_the_way["id"]
    assert conflict["resource_id"] == voice["id"]
    assert conflict["wanted"] == {"booking_id": mine[2]["id"], "from": "2027-03-16", "to": "2027-03-16"}
    assert officer.get(path).json["first_day"] == "2027-03-10"
    assert [officer.get(f"/bookings/{one['id']}").json for one in mine] == before
    assert officer.get(f"/events/{event['id']}/history").json == history
    openings = answer.json["openings"]
    assert len(openings) == 3
    assert {"first_day": "2027-03-16", "last_day": "2027-03-18"} in openings
    for days in openings:
        assert officer.patch(path, days).status_code == 200, days
    now = {one["resource_id"]: (one["from"], one["to"]) for one in officer.get(f"/events/{event['id']}/bookings").json}
    first = openings[-1]["first_day"]
    assert now[hall["id"]] == (f"{first}T08:00", f"{first}T11:00")
    assert now[car["id"]] == (openings[-1]["first_day"], openings[-1]["last_day"])


def test_two_approvers_want_the_same_hall(officer: Caller, approver: Caller, hall: Any) -> None:
    events = [batch(officer), batch(officer, title={"vi": "Đoàn thanh niên"})]
    for event in events:
        assert book(officer, hall, event, state="requested").json["state"] == "requested"
        assert officer.post(f"/events/{event['id']}/transitions", {"to": "planned"}).status_code == 200
    assert officer.get("/conflicts?code=resource_taken").json == [], "nobody has it yet"
    first, second = (approver.post(f"/events/{event['id']}/transitions", {"to": "confirmed"}) for event in events)
    assert first.status_code == 200, first.text
    assert first.json["confirmed_by"] == approver.user_id
    assert second.status_code == 409
    assert second.json["conflicts"][0]["event_id"] == events[0]["id"]
    assert officer.get(f"/events/{events[1]['id']}").json["status"] == "planned"
    assert officer.get(f"/events/{events[1]['id']}/bookings").json[0]["state"] == "requested"
    (conflict,) = officer.get("/conflicts?code=resource_taken&from=2027-03-01&to=2027-03-31").json
    assert (conflict["event_id"], conflict["with"]) == (events[1]["id"], events[0]["id"])


def test_a_wish_for_a_confirmed_event_stays_a_wish(officer: Caller, approver: Caller, hall: Any) -> None:
    event = batch(officer)
    officer.post(f"/events/{event['id']}/transitions", {"to": "planned"})
    approver.post(f"/events/{event['id']}/transitions", {"to": "confirmed"})
    made = book(officer, hall, event, state="requested").json
    officer.patch(f"/training-batches/{event['id']}", {"headcount": 13})
    officer.patch(f"/training-batches/{event['id']}", {"last_day": "2027-03-22"})
    shown = officer.get(f"/bookings/{made['id']}").json
    assert (shown["state"], shown["to"]) == ("requested", "2027-03-22")
    assert officer.patch(f"/bookings/{made['id']}", {"state": "held"}).json["state"] == "held"


def test_booking_changes_resource_and_hours(officer: Caller, hall: Any) -> None:
    event, other = batch(officer), batch(officer)
    small = officer.made("/resources", HALL | {"name": {"vi": "Phòng B"}})
    made = book(officer, hall, event, "2027-03-10T08:00", "2027-03-10T10:00").json
    path = f"/bookings/{made['id']}"
    book(officer, small, other, "2027-03-10T09:00", "2027-03-10T10:00")
    assert officer.patch(path, {"resource_id": small["id"]}).status_code == 409
    assert officer.patch(path, {"to": "2027-03-10T09:00", "resource_id": small["id"]}).status_code == 200
    assert officer.get(path).json["from"] == "2027-03-10T08:00"
    assert officer.patch(path, {"event_id": other["id"]}).status_code == 422
    assert officer.patch(path, {"from": "2027-03-10", "to": "2027-03-10"}).status_code == 409
    assert officer.patch(path, {"from": "2027-03-09", "to": "2027-03-09"}).json["from"] == "2027-03-09"
    assert book(officer, hall, other, "2027-03-10T08:00", "2027-03-10T10:00").status_code == 201


def test_smaller_capacity_and_longer_buffers_must_leave_room(officer: Caller) -> None:
    event = batch(officer)
    house = officer.made("/resources", {"name": "Nhà khách", "type": "lodging", "locality": "hai-duong", "capacity": 3})
    path = f"/resources/{house['id']}"
    for _number in range(2):
        assert book(officer, house, event, "2027-03-10", "2027-03-12").status_code == 201
    assert book(officer, house, event, "2027-03-10", "2027-03-12", quantity=2).status_code == 409
    assert officer.patch(path, {"capacity": 2}).status_code == 200
    refused = officer.patch(path, {"capacity": 1})
    assert (refused.status_code, len(refused.json["conflicts"])) == (409, 2)
    assert officer.get(path).json["capacity"] == 2
    hall = officer.made("/resources", HALL)
    book(officer, hall, event, "2027-03-10T08:00", "2027-03-10T10:00")
    book(officer, hall, event, "2027-03-10T10:15", "2027-03-10T11:00")
    path = f"/resources/{hall['id']}"
    assert officer.patch(path, {"buffer_after": 30}).status_code == 409
    assert officer.patch(path, {"buffer_after": 15}).status_code == 200
    assert book(officer, hall, event, "2027-03-10T11:00", "2027-03-10T12:00").status_code == 409
    assert book(officer, hall, event, "2027-03-10T11:15", "2027-03-10T12:00").status_code == 201


def test_more_than_a_resource_has_left_does_not_come_back(officer: Caller) -> None:
    """Released, then the capacity became smaller: nothing is in the way, and still it does not fit."""
    event = batch(officer)
    house = officer.made("/resources", {"name": "Nhà khách", "type": "lodging", "locality": "hai-duong", "capacity": 5})
    book(officer, house, event, quantity=5)
    officer.post(f"/events/{event['id']}/transitions", {"to": "cancelled", "reason": "hoãn"})
    assert officer.patch(f"/resources/{house['id']}", {"capacity": 3}).status_code == 200
    answer = officer.post(f"/events/{event['id']}/transitions", {"to": "planned"})
    assert (answer.status_code, answer.json["conflicts"][0]["code"]) == (409, "resource_too_small")


def test_resource_out_of_service_takes_no_new_bookings(officer: Caller, hall: Any) -> None:
    event = batch(officer)
    book(officer, hall, event, "2027-03-10", "2027-03-10")
    assert officer.patch(f"/resources/{hall['id']}", {"active": False}).status_code == 200
    answer = book(officer, hall, event, "2027-03-11", "2027-03-11")
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["resource_id"])
    codes = {one["code"] for one in officer.get(f"/events/{event['id']}").json["conflicts"]}
    assert "resource_out_of_service" in codes
    assert [one["id"] for one in officer.get("/resources?active=false").json] == [hall["id"]]


def test_resources_are_found(officer: Caller, admin: Caller, hall: Any) -> None:
    voice = officer.made(
        "/resources",
        {"name": "Phiên dịch", "type": "interpreter", "locality": "hai-phong", "languages": ["vi", "lo"]},
    )
    for query, found in (
        ("type=interpreter", [voice["id"]]),
        ("language=lo&language=vi", [voice["id"]]),
        ("language=en", []),
        ("seats=60", [hall["id"]]),
        ("seats=61", []),
        ("q=hoi truong", [hall["id"]]),
        ("locality=hai-duong", [hall["id"], voice["id"]]),
    ):
        listed = officer.get(f"/resources?{query}").json
        assert sorted(one["id"] for one in listed) == sorted(found) or query.startswith("locality"), query
    book(officer, hall, batch(officer))
    assert admin.delete(f"/resources/{hall['id']}").json["code"] == "in_use"
    assert officer.delete(f"/resources/{voice['id']}").status_code == 403
    assert admin.delete(f"/resources/{voice['id']}").status_code == 204


def test_an_interpreter_is_a_person_who_can_not_be_twice(officer: Caller) -> None:
    person = officer.made("/people", {"name": "Nguyễn Thị Hoa", "languages": ["vi", "lo"]})
    voice = officer.made(
        "/resources",
        {"name": "Hoa", "type": "interpreter", "locality": "hai-duong", "languages": ["vi"], "person_id": person["id"]},
    )
    assert officer.post("/resources", voice_of(person)).status_code == 422
    assert officer.post("/resources", HALL | {"person_id": person["id"]}).status_code == 422
    event, other = batch(officer), batch(officer, title={"vi": "Đoàn ra"}, host="vientiane-province", guest="hai-duong")
    officer.made(f"/events/{other['id']}/members", {"person_id": person["id"], "role": "interpreter"})
    book(officer, voice, event, "2027-03-12T08:00", "2027-03-12T10:00")
    for one, another in ((event, other), (other, event)):
        found = [
            notice
            for notice in officer.get(f"/events/{one['id']}").json["conflicts"]
            if notice["code"] == "person_double_committed"
        ]
        assert [notice["with"] for notice in found] == [another["id"]]
    (told,) = officer.get("/conflicts?code=person_double_committed&from=2027-03-01&to=2027-03-31").json
    assert {entry["id"] for entry in told["events"]} == {event["id"], other["id"]}


def voice_of(person: Any) -> dict[str, Any]:
    return {"name": "Hoa", "type": "interpreter", "locality": "hai-duong", "person_id": person["id"]}


def test_what_is_booked_is_weighed_against_the_people(officer: Caller) -> None:
    event = batch(officer, headcount=12)
    car = officer.made("/resources", {"name": "Xe 7 chỗ", "type": "vehicle", "locality": "hai-duong", "seats": 6})
    book(officer, car, event)

    def codes() -> list[str]:
        return [one["code"] for one in officer.get(f"/events/{event['id']}").json["conflicts"]]

    assert "too_few_seats" in codes()
    second = officer.made(
        "/resources", {"name": "Xe 7 chỗ nữa", "type": "vehicle", "locality": "hai-duong", "seats": 6}
    )
    book(officer, second, event)
    assert "too_few_seats" not in codes()
    book(officer, second, event, "2027-04-10", "2027-04-11")
    assert "booking_outside_visit" in codes()


def test_openings_keep_to_days_on_which_the_resources_are_free(officer: Caller, hall: Any) -> None:
    event = batch(officer, first_day="2027-06-07", last_day="2027-06-08")
    book(officer, hall, event, "2027-06-08T08:00", "2027-06-08T10:00")
    query = "/openings?days=1&from=2027-06-07&to=2027-06-11&host=vientiane-province"
    everywhere = {one["first_day"] for one in officer.get(query).json["openings"]}
    with_hall = officer.get(f"{query}&resource={hall['id']}").json
    assert everywhere - {one["first_day"] for one in with_hall["openings"]} == {"2027-06-08"}
    assert with_hall["refused"]["resource_busy"] == 1
    crowded = officer.get(f"{query}&resource={hall['id']}&headcount=61").json
    assert (crowded["openings"], crowded["refused"]["too_few_seats"]) == ([], 5)
    assert officer.get(f"{query}&resource=none").json["errors"].keys() == {"resource"}


@pytest.mark.both_databases("who made a confirmed event is looked up")
def test_changing_what_was_confirmed_is_told_until_it_is_confirmed_again(officer: Caller, approver: Caller) -> None:
    event = batch(officer)
    path, steps = f"/training-batches/{event['id']}", f"/events/{event['id']}/transitions"
    for caller, to in ((officer, "planned"), (approver, "confirmed")):
        assert caller.post(steps, {"to": to}).status_code == 200

    def told() -> bool:
        return any(one["code"] == "changed_since_confirmed" for one in officer.get(path).json["conflicts"])

    officer.patch(path, {"description": {"vi": "Lớp khác"}})
    assert not told()
    approver.patch(path, {"last_day": "2027-03-20"})
    assert told(), "nobody confirms by a change of their own"
    officer.patch(path, {"last_day": "2027-03-19"})
    assert told()
    officer.post(steps, {"to": "planned"})
    assert not told()
    assert approver.post(steps, {"to": "confirmed"}).json["confirmed_by"] == approver.user_id
    assert not told()


def test_completed_event_keeps_what_was_booked(officer: Caller, approver: Caller, hall: Any, clock: Clock) -> None:
    event = batch(officer)
    made = book(officer, hall, event).json
    clock.now = datetime(2027, 3, 21, 5, tzinfo=UTC)
    for caller, to in ((officer, "planned"), (approver, "confirmed"), (officer, "ongoing"), (officer, "completed")):
        assert caller.post(f"/events/{event['id']}/transitions", {"to": to}).status_code == 200
    assert (
        officer.patch(f"/bookings/{made['id']}", {"quantity": 1, "to": "2027-03-20"}).json["code"] == "event_completed"
    )
    assert officer.patch(f"/bookings/{made['id']}", {"note": "đã trả phòng"}).status_code == 200
    assert book(officer, hall, event, "2027-05-01", "2027-05-01").json["code"] == "event_completed"


def test_list_takes_as_many_queries_for_three_as_for_one(officer: Caller, database: Database, hall: Any) -> None:
    event = batch(officer)
    book(officer, hall, event, "2027-03-10", "2027-03-10")
    paths = ("/bookings", f"/events/{event['id']}/bookings", f"/events/{event['id']}")
    one = [count_queries(database, partial(officer.get, path)) for path in paths]
    for day in (11, 12):
        book(officer, hall, event, f"2027-03-{day}", f"2027-03-{day}")
    assert [count_queries(database, partial(officer.get, path)) for path in paths] == one
    assert len(officer.get("/bookings").json) == 3
