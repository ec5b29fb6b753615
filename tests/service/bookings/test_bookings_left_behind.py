"""A booking that its event left behind at the old hour is warned of, and moved along with one step."""

from collections.abc import Callable
from typing import Any

import pytest

from models.vocabulary import Language, Role
from tests.service.conftest import BATCH, Caller
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

pytestmark = pytest.mark.both_databases("an exclusion constraint, and hours in columns of their own")

MEETING = BATCH | {"first_day": "2027-05-05", "last_day": "2027-05-05", "start_time": "14:00", "end_time": "16:00"}
ROOM = {"name": {"vi": "Phòng họp", "en": "Meeting room"}, "type": "room", "locality": "hai-duong"}
NEW_YORK = {"timezone": "America/New_York"}


@pytest.fixture
def room(officer: Caller) -> Any:
    return officer.made("/resources", ROOM)


def booked(caller: Caller, room: Any, **values: Any) -> tuple[str, str]:
    """An activity with its booking for its own hours: both paths."""
    event = caller.made("/activities", MEETING | values)
    booking = caller.made("/bookings", {"resource_id": room["id"], "event_id": event["id"]})
    return f"/activities/{event['id']}", f"/bookings/{booking['id']}"


def stale(caller: Caller, event: str) -> list[str]:
    found = caller.get(event, Accept_Language="en").json["conflicts"]
    return [one["detail"] for one in found if one["code"] == "booking_hours_stale"]


def times(caller: Caller, booking: str) -> tuple[str, str]:
    found = caller.get(booking).json
    return found["from"], found["to"]


def test_another_zone_is_noticed_and_followed(officer: Caller, room: Any, signed_in: Callable[..., Browser]) -> None:
    event, booking = booked(officer, room)
    assert stale(officer, event) == []
    assert officer.patch(event, NEW_YORK).status_code == 200
    assert times(officer, booking) == ("2027-05-05T14:00", "2027-05-05T16:00")
    (told,) = stale(officer, event)
    assert told.startswith("“Meeting room” is booked by the earlier hours of the event: 05/5/2027 14:00–16:00.")
    assert told.endswith("By its hours now: 06/5/2027 01:00–03:00.")
    page = signed_in(Role.ADMIN, locale=Language.EN)
    path = event.replace("activities", "events")
    assert "Move the bookings along</button>" in page.get(path).text
    assert page.send(path, do="follow").status_code == 303
    assert times(officer, booking) == ("2027-05-06T01:00", "2027-05-06T03:00")
    assert stale(officer, event) == []
    assert "Move the bookings along</button>" not in page.get(path).text


def test_a_room_that_is_taken_then_is_named_and_nothing_moves(
    officer: Caller, room: Any, signed_in: Callable[..., Browser]
) -> None:
    event, booking = booked(officer, room)
    booked(
        officer, room, title={"en": "Night talk"}, first_day="2027-05-06", last_day="2027-05-06", start_time="02:00",
        end_time="03:00",
    )  # fmt: skip
    officer.patch(event, NEW_YORK)
    refused = signed_in(Role.ADMIN, locale=Language.EN).send(event.replace("activities", "events"), do="follow")
    assert refused.status_code == 409
    assert "“Meeting room” is not free, 06/5/2027 01:00–03:00. Nothing was changed." in refused.text
    assert "Night talk" in refused.text
    assert times(officer, booking) == ("2027-05-05T14:00", "2027-05-05T16:00")
    assert len(stale(officer, event)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"timezone": "Asia/Vientiane"},  # the same hour on another clock
        {"timezone": "America/New_York", "start_time": "03:00", "end_time": "05:00"},  # the same instants
        {"title": {"en": "Another title"}},
        {"start_time": "15:00", "end_time": "18:00"},  # a meeting's bookings move along by themselves
        {"first_day": "2027-05-06", "last_day": "2027-05-06"},
    ],
)
def test_what_leaves_no_booking_behind_warns_of_nothing(officer: Caller, room: Any, change: Any) -> None:
    event, _booking = booked(officer, room)
    assert officer.patch(event, change).status_code == 200
    assert stale(officer, event) == []


def test_hours_of_an_event_of_several_days_leave_bookings_behind(officer: Caller, room: Any) -> None:
    event, booking = booked(officer, room, last_day="2027-05-07")
    officer.patch(event, {"start_time": "09:00"})
    (told,) = stale(officer, event)
    assert told.endswith("By its hours now: 05/5/2027 09:00–07/5/2027 16:00.")
    # Set back, or moved by hand, there is nothing left to say; days move along meanwhile.
    officer.patch(event, {"first_day": "2027-05-06", "last_day": "2027-05-08"})
    assert times(officer, booking) == ("2027-05-06T14:00", "2027-05-08T16:00")
    assert len(stale(officer, event)) == 1
    officer.patch(event, {"start_time": "14:00"})
    assert stale(officer, event) == []
    officer.patch(event, {"start_time": "10:00"})
    assert len(stale(officer, event)) == 1
    assert officer.patch(booking, {"from": "2027-05-06T09:30", "to": "2027-05-08T16:00"}).status_code == 200
    assert stale(officer, event) == []


def test_a_meeting_left_behind_stays_warned_of_when_its_hours_change_again(officer: Caller, room: Any) -> None:
    event, booking = booked(officer, room)
    officer.patch(event, NEW_YORK)
    officer.patch(event, {"start_time": "13:00", "end_time": "15:00"})
    assert times(officer, booking) == ("2027-05-05T14:00", "2027-05-05T16:00")
    (told,) = stale(officer, event)
    assert told.endswith("By its hours now: 06/5/2027 00:00–02:00.")


def test_who_may_not_change_the_event_moves_nothing(
    officer: Caller, room: Any, signed_in: Callable[..., Browser]
) -> None:
    event, booking = booked(officer, room)
    officer.patch(event, NEW_YORK)
    refused = signed_in(Role.VIEWER, locale=Language.EN).send(event.replace("activities", "events"), do="follow")
    assert refused.status_code == 403
    assert times(officer, booking) == ("2027-05-05T14:00", "2027-05-05T16:00")
