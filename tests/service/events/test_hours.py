"""Hours over the API: other zones, midnight and after, the order of a day, days of travel."""

from typing import Any

import pytest

from tests.service.conftest import BATCH, Caller

NEW_YORK = "America/New_York"
ACTIVITY = {name: BATCH[name] for name in ("title", "host", "guest")} | {"activity_type": "meeting"}


def make(caller: Caller, day: str = "2027-03-10", **values: Any) -> dict[str, Any]:
    answer = caller.post("/activities", ACTIVITY | {"first_day": day, "last_day": day} | values)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def on(caller: Caller, first: str, last: str | None = None) -> list[str]:
    """The events on these days, in the order of the list."""
    return [one["id"] for one in caller.get(f"/events?from={first}&to={last or first}").json]


@pytest.mark.both_databases("the condition of a day's events")
def test_an_evening_in_new_york_is_on_the_next_morning_here(officer: Caller) -> None:
    party = make(officer, "2027-07-05", start_time="20:00", end_time="22:00", timezone=NEW_YORK)["id"]
    early = make(officer, "2027-07-05", start_time="01:00", end_time="02:00", timezone="Pacific/Kiritimati")["id"]
    over = make(officer, "2027-07-05", start_time="08:00", end_time="15:00", timezone=NEW_YORK)["id"]
    days = make(officer, "2027-07-05", timezone=NEW_YORK)["id"]
    assert sorted(on(officer, "2027-07-04")) == [early]
    assert sorted(on(officer, "2027-07-05")) == sorted([over, days])
    assert sorted(on(officer, "2027-07-06")) == sorted([party, over])
    assert on(officer, "2027-07-07") == []
    assert sorted(on(officer, "2027-07-04", "2027-07-06")) == sorted([party, early, over, days])


@pytest.mark.both_databases("the order of a day's events")
def test_a_days_events_are_in_the_order_of_their_hours_however_they_were_typed(officer: Caller) -> None:
    typed = ["14:00", "08:00", None, "11:00"]
    made = {start: make(officer, start_time=start)["id"] for start in typed}
    assert on(officer, "2027-03-10") == [made[start] for start in (None, "08:00", "11:00", "14:00")]


@pytest.mark.both_databases("the condition of a day's events")
@pytest.mark.parametrize(
    ("sent", "answered", "days"),
    [
        ({"start_time": "20:00", "end_time": "24:00"}, ("2027-03-10", "00:00"), [10]),
        ({"start_time": "20:00", "end_time": "00:00"}, ("2027-03-10", "00:00"), [10]),
        ({"start_time": "20:00", "end_time": "00:00", "last_day": "2027-03-11"}, ("2027-03-11", "00:00"), [10]),
        ({"start_time": "22:00", "end_time": "02:00"}, ("2027-03-10", "02:00"), [10, 11]),
        ({"start_time": "09:00", "end_time": "24:00", "last_day": "2027-03-11"}, ("2027-03-12", "00:00"), [10, 11]),
        ({"end_time": "24:00"}, ("2027-03-10", "00:00"), [10]),
    ],
)
def test_midnight_and_after_it(
    officer: Caller, sent: dict[str, str], answered: tuple[str, str], days: list[int]
) -> None:
    made = make(officer, **sent)
    assert (made["last_day"], made["end_time"]) == answered
    assert [day for day in range(9, 14) if on(officer, f"2027-03-{day:02}")] == days


def test_24_00_said_twice_is_the_same_midnight(officer: Caller) -> None:
    made = make(officer, start_time="09:00", end_time="17:00", last_day="2027-03-11")
    for _twice in range(2):
        path = f"/events/{made['id']}"
        changed = officer.patch(path.replace("events", "activities"), {"end_time": "24:00"})
        assert (changed.status_code, changed.json["last_day"], changed.json["end_time"]) == (200, "2027-03-12", "00:00")
        assert changed.json["departs_on"] == "2027-03-11"


def test_what_ends_at_midnight_clashes_with_nothing_on_the_next_day(officer: Caller) -> None:
    person = officer.post("/people", {"name": "Somphone", "organisation_id": None}).json
    evening = make(officer, start_time="20:00", end_time="00:00", last_day="2027-03-11")
    morning = make(officer, "2027-03-11")
    for event in (evening, morning):
        added = officer.post(f"/events/{event['id']}/members", {"person_id": person["id"], "role": "member"})
        assert added.status_code == 201, added.text
    for event in (evening, morning):
        codes = [one["code"] for one in officer.get(f"/events/{event['id']}").json["conflicts"]]
        assert not {"person_double_committed", "host_overlap"} & set(codes), codes


@pytest.mark.both_databases("bookings over midnight")
def test_a_booking_takes_the_hours_of_an_event_over_midnight(officer: Caller) -> None:
    hall = officer.post(
        "/resources", {"name": {"vi": "Hội trường"}, "type": "room", "locality": "hai-duong", "capacity": 1}
    ).json
    ball, breakfast = make(officer, start_time="22:00", end_time="02:00"), make(officer, "2027-03-11")
    booked = officer.post("/bookings", {"resource_id": hall["id"], "event_id": ball["id"]})
    assert (booked.json["from"], booked.json["to"]) == ("2027-03-10T22:00", "2027-03-11T02:00"), booked.text
    wish = {"resource_id": hall["id"], "event_id": breakfast["id"]}
    late = officer.post("/bookings", wish | {"from": "2027-03-11T01:00", "to": "2027-03-11T03:00"})
    assert late.status_code == 409
    after = officer.post("/bookings", wish | {"from": "2027-03-11T02:00", "to": "2027-03-11T24:00"})
    assert (after.status_code, after.json["to"]) == (201, "2027-03-12T00:00")


def test_an_event_in_the_hour_that_clocks_skip_can_be_booked_for(officer: Caller) -> None:
    hall = officer.post(
        "/resources", {"name": {"vi": "Hội trường"}, "type": "room", "locality": "hai-duong", "capacity": 1}
    ).json
    night = make(officer, "2027-03-14", start_time="02:30", end_time="03:00", timezone=NEW_YORK)
    booked = officer.post("/bookings", {"resource_id": hall["id"], "event_id": night["id"]})
    assert booked.status_code == 201, booked.text
    other = officer.post(
        "/bookings",
        {"resource_id": hall["id"], "event_id": make(officer, "2027-03-14")["id"]}
        | {"from": "2027-03-14T14:30", "to": "2027-03-14T15:00"},
    )
    assert other.status_code == 409, "03:30 to 04:00 there is 14:30 to 15:00 here"


@pytest.mark.both_databases("items over midnight")
def test_items_lie_on_the_days_of_travel_and_over_midnight(officer: Caller) -> None:
    visit = make(officer, arrives_on="2027-03-09", departs_on="2027-03-11")
    items = [
        {"day": "2027-03-09", "start_time": "19:00", "title": {"vi": "Đón đoàn"}},
        {"day": "2027-03-10", "start_time": "22:00", "end_time": "02:00", "title": {"vi": "Dạ hội"}},
        {"day": "2027-03-11", "start_time": "20:00", "end_time": "24:00", "title": {"vi": "Tiễn đoàn"}},
    ]
    path = f"/events/{visit['id']}/programme"
    put = officer.call("PUT", path, {"items": items}, If_Match=officer.etag(path))
    assert put.status_code == 200, put.text
    assert [item["end_time"] for item in put.json["items"]] == [None, "02:00", "00:00"]
    assert put.json["warnings"] == []
    early = {"items": [items[0] | {"day": "2027-03-08"}]}
    outside = officer.call("PUT", path, early, If_Match=officer.etag(path))
    assert outside.status_code == 422
    assert "từ 09/3/2027 đến 11/3/2027" in outside.text
