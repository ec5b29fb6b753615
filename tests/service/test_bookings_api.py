"""Bookings over HTTP: what fits, what doesn't and why, and how they follow their event."""

from typing import Any

import pytest

from models.database import Database
from tests.service.conftest import BATCH, Caller

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
