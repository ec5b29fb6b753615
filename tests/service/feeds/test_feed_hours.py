"""Hours in feeds: open ends, what is called off, performances and phases, programmes of moved visits."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Event

from tests.service.conftest import BATCH, Caller

pytestmark = pytest.mark.both_databases("performances, phases and the day a programme was published for")

VISIT = {name: BATCH[name] for name in ("title", "host", "guest")}
HERE = ZoneInfo("Asia/Ho_Chi_Minh")


def made(officer: Caller, path: str, **values: Any) -> dict[str, Any]:
    event = officer.made(path, VISIT | {"first_day": "2027-03-10", "last_day": "2027-03-12"} | values)
    answer = officer.post(f"/events/{event['id']}/transitions", {"to": "planned"})
    assert answer.status_code == 200, answer.text
    return event


def shown(officer: Caller, feed: str) -> dict[str, Event]:
    """Title → entry."""
    answer = officer.client.get(urlsplit(feed).path)
    assert answer.status_code == 200
    return {str(one["SUMMARY"]): one for one in Calendar.from_ical(answer.data).walk("VEVENT")}  # type: ignore[misc]


@pytest.fixture
def feed(officer: Caller) -> str:
    url: str = officer.made("/feeds", {"name": "Lịch", "locale": "vi", "programme": True})["url"]
    return url


def test_a_start_whose_end_nobody_knows_has_no_dtend(officer: Caller, feed: str) -> None:
    made(
        officer, "/activities", activity_type="meeting", title={"vi": "Họp"}, last_day="2027-03-10", start_time="08:00"
    )
    made(officer, "/activities", activity_type="fair", title={"vi": "Hội chợ"}, start_time="08:00")
    found = shown(officer, feed)
    assert "DTEND" not in found["Họp"]
    assert found["Hội chợ"].decoded("DTEND") == datetime(2027, 3, 13, tzinfo=HERE), "the end of its last day"


def test_what_is_called_off_blocks_no_time(officer: Caller, feed: str) -> None:
    hours = {"last_day": "2027-03-10", "start_time": "08:00", "end_time": "09:00"}
    event = made(officer, "/activities", activity_type="meeting", title={"vi": "Họp"}, **hours)
    assert shown(officer, feed)["Họp"]["TRANSP"] == "OPAQUE"
    officer.post(f"/events/{event['id']}/transitions", {"to": "cancelled", "reason": "Bận"})
    (entry,) = shown(officer, feed).values()
    assert (entry["STATUS"], entry["TRANSP"]) == ("CANCELLED", "TRANSPARENT")


def test_performances_and_phases_are_entries_of_their_own(officer: Caller, feed: str) -> None:
    evening = {"day": "2027-03-11", "time": "19:30", "venue": {"vi": "Nhà hát"}, "title": {"vi": "Đêm hữu nghị"}}
    made(officer, "/art-troupe-visits", troupe={"vi": "Đoàn"}, occasion={"vi": "Pi Mai"}, performances=[evening])
    phases = [{"title": {"vi": "Tiếng Việt"}, "first_day": "2027-03-10", "last_day": "2027-03-11"}]
    made(officer, "/training-batches", subject={"vi": "Đảng"}, title={"vi": "Lớp"}, phases=phases)
    found = shown(officer, feed)
    performance, phase = found["Biểu diễn: Đêm hữu nghị"], found["Giai đoạn: Tiếng Việt"]
    assert performance.decoded("DTSTART") == datetime(2027, 3, 11, 19, 30, tzinfo=HERE)
    assert (performance["LOCATION"], performance["TRANSP"], "DTEND" in performance) == ("Nhà hát", "OPAQUE", False)
    assert (phase.decoded("DTSTART"), phase.decoded("DTEND")) == (date(2027, 3, 10), date(2027, 3, 12))
    assert phase["TRANSP"] == "TRANSPARENT"


def test_nobody_travels_by_the_programme_of_the_old_days(officer: Caller, feed: str) -> None:
    """Moved by one day, the second day's item is on a day of the visit still; only a new programme brings it back."""
    event = made(officer, "/delegations", purpose={"vi": "Làm việc"}, level="high")
    item = {"day": "2027-03-11", "start_time": "09:00", "end_time": "11:00", "title": {"vi": "Hội đàm"}}
    path, programme = f"/delegations/{event['id']}", f"/events/{event['id']}/programme"
    officer.call("PUT", programme, {"items": [item]}, If_Match=officer.etag(programme))
    assert officer.post(f"{programme}/revisions", {}).status_code == 201
    assert "Hội đàm" in shown(officer, feed)

    def move(first: str, last: str) -> None:
        assert officer.patch(path, {"first_day": first, "last_day": last}).status_code == 200

    move("2027-03-11", "2027-03-13")
    assert "Hội đàm" not in shown(officer, feed)
    description = str(next(iter(shown(officer, feed).values()))["DESCRIPTION"])
    assert "công bố trước khi chuyến thăm đổi ngày" in description
    move("2027-03-10", "2027-03-12")
    assert "Hội đàm" in shown(officer, feed), "back on the days it was published for"
    officer.post(f"/events/{event['id']}/transitions", {"to": "postponed", "reason": "Bão"})
    assert "Hội đàm" not in shown(officer, feed)
    days = {"first_day": "2027-03-09", "last_day": "2027-03-12"}
    planned = officer.post(f"/events/{event['id']}/transitions", {"to": "planned"} | days)
    assert planned.status_code == 200, planned.text
    assert "Hội đàm" not in shown(officer, feed), "planned anew on other days that include the old one"
    officer.call("PUT", programme, {"items": [item | {"day": "2027-03-10"}]}, If_Match=officer.etag(programme))
    assert officer.post(f"{programme}/revisions", {}).status_code == 201
    assert shown(officer, feed)["Hội đàm"].decoded("DTSTART") == datetime(2027, 3, 10, 9, tzinfo=HERE)
