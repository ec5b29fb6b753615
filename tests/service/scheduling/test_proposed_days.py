"""Free time that is proposed as a way out lies on working days; who asks for a week-end gets one."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from calendars.days.holidays import HolidayIndex
from tests.service.conftest import BATCH, Caller

DAYS_OFF = HolidayIndex().off(("VN", "LA"), date(2027, 1, 1), date(2027, 12, 31))
ROOM = {"name": {"vi": "Phòng họp"}, "type": "room", "locality": "hai-duong"}


def is_worked(day: date) -> bool:
    return day.weekday() < 5 and day not in DAYS_OFF


def span(first: str, last: str) -> list[date]:
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def free(caller: Caller, first: str, length: int) -> list[date]:
    """The days proposed to a visit that another one is in the way of."""
    last = (date.fromisoformat(first) + timedelta(days=length - 1)).isoformat()
    wish = BATCH | {"first_day": first, "last_day": last}
    caller.made("/training-batches", wish)
    event = caller.made("/delegations", wish | {"level": "working"})
    found = caller.get(f"/events/{event['id']}", Accept_Language="en").json["conflicts"]
    (advice,) = {one["advice"] for one in found if one["code"] == "host_overlap"}
    begin, _to, end = advice.removeprefix("Free: ").removesuffix(".").partition(" to ")
    days = [datetime.strptime(one, "%d %B %Y").date() for one in (begin, end or begin)]
    return span(*(day.isoformat() for day in days))


@pytest.mark.parametrize(
    ("first", "length"),
    [
        ("2027-05-07", 1),  # a Friday
        ("2027-05-06", 2),
        ("2027-05-05", 3),
        ("2027-04-28", 2),  # before 30 April, 1 May and a week-end
        ("2027-05-10", 5),
        ("2027-05-10", 12),
        ("2027-06-07", 19),
    ],
)
def test_no_proposal_begins_or_ends_where_nobody_works(officer: Caller, first: str, length: int) -> None:
    found = free(officer, first, length)
    assert len(found) == length
    assert is_worked(found[0])
    assert is_worked(found[-1])
    assert length > 5 or all(map(is_worked, found))


def test_what_lies_on_a_week_end_gets_the_nearest_days_whatever_they_are(officer: Caller) -> None:
    found = free(officer, "2027-05-15", 9)  # from a Saturday to a Sunday
    assert (found[0], found[-1]) == (date(2027, 5, 6), date(2027, 5, 14))
    found = free(officer, "2027-06-18", 4)  # from a Friday to a Monday
    assert [day.weekday() for day in found] == [0, 1, 2, 3]


def proposed(caller: Caller, start: str, end: str) -> list[tuple[str, str]]:
    """What is proposed instead of times that are taken."""
    room = caller.made("/resources", ROOM)
    event: Any = caller.made("/activities", BATCH | {"guest": None})
    wish = {"resource_id": room["id"], "event_id": event["id"], "from": start, "to": end}
    caller.made("/bookings", wish)
    answer = caller.post("/bookings", wish)
    assert answer.status_code == 409
    return [(one["from"], one["to"]) for one in answer.json["suggestions"][0]["free"]]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2027-05-07", "2027-05-07"),
        ("2027-05-06", "2027-05-07"),
        ("2027-04-29", "2027-04-29"),  # 30 April, 1 May, a Sunday and a day in lieu follow
        ("2027-05-07T14:00", "2027-05-07T16:00"),
    ],
)
def test_rooms_are_proposed_on_working_days_only(officer: Caller, start: str, end: str) -> None:
    found = proposed(officer, start, end)
    assert len(found) == 3
    assert all(is_worked(day) for one, other in found for day in span(one[:10], other[:10]))


def test_a_room_for_a_saturday_is_proposed_on_any_day(officer: Caller) -> None:
    found = proposed(officer, "2027-05-08", "2027-05-08")
    assert {one for one, _other in found} == {"2027-05-09", "2027-05-07", "2027-05-10"}
