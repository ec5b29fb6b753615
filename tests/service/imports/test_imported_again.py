"""The same calendar taken in again after it has changed: series that moved, days taken out, older and newer files."""

from typing import Any

import pytest
from sqlmodel import select

from models.database import Database
from models.events import Event
from models.imports import ImportedEntry
from tests.service.conftest import Caller
from tests.service.imports.test_calendar_import import calendar, entry, send, take

pytestmark = pytest.mark.both_databases("the statements that find the events of a series")

SERIES = "series@example.org"


def weekly(hour: str = "08", *lines: str, sequence: int = 0, day: str = "0104") -> bytes:
    start = f"DTSTART;TZID=Asia/Ho_Chi_Minh:2027{day}T{hour}0000"
    return calendar(
        entry(start, "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=3", f"SEQUENCE:{sequence}", *lines, uid=SERIES)
    )


def stored(database: Database) -> list[str]:
    with database.transaction(write=False) as session:
        events = session.exec(select(Event).order_by(Event.first_day, Event.start_time)).all()
        return [f"{one.first_day:%m-%d} {one.start_time:%H:%M}" for one in events if one.start_time]


def results(answer: Any) -> list[str]:
    return [one["result"] for one in answer["components"]]


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        (weekly("09", sequence=1), ["01-04 09:00", "01-11 09:00", "01-18 09:00"]),
        (weekly("08", sequence=1, day="0105"), ["01-05 08:00", "01-12 08:00", "01-19 08:00"]),
    ],
    ids=["an hour later", "a day later"],
)
def test_series_that_moved_is_not_doubled(
    officer: Caller, database: Database, again: bytes, expected: list[str]
) -> None:
    assert results(take(officer, weekly())) == ["created"] * 3
    assert results(take(officer, again)) == ["changed"] * 3
    assert stored(database) == expected
    assert results(take(officer, again)) == ["unchanged"] * 3
    assert stored(database) == expected


def test_day_taken_out_of_a_series_is_told(officer: Caller, database: Database) -> None:
    take(officer, weekly())
    answer = take(officer, weekly("08", "EXDATE;TZID=Asia/Ho_Chi_Minh:20270111T080000", sequence=1))
    assert results(answer) == ["unchanged"] * 3
    (told,) = (one for one in answer["components"] if one["reasons"])
    assert told["uid"] == f"{SERIES}/20270111T010000Z"
    assert "no longer has this day" in told["reasons"][0]
    assert stored(database) == ["01-04 08:00", "01-11 08:00", "01-18 08:00"]
    # Whoever then cancels it hears nothing more of it.
    path = f"/events/{told['event_id']}/transitions"
    assert officer.post(path, {"to": "cancelled", "reason": "Nghỉ"}).status_code == 200
    answer = take(officer, weekly("08", "EXDATE;TZID=Asia/Ho_Chi_Minh:20270111T080000", sequence=1))
    assert not [one for one in answer["components"] if one["reasons"]]


def test_occurrence_alone_says_nothing_of_the_others(officer: Caller) -> None:
    take(officer, weekly())
    alone = entry(
        "RECURRENCE-ID;TZID=Asia/Ho_Chi_Minh:20270111T080000",
        "DTSTART;TZID=Asia/Ho_Chi_Minh:20270111T150000",
        "SEQUENCE:1",
        uid=SERIES,
    )
    assert results(take(officer, calendar(alone))) == ["changed"]


OLD = entry("LAST-MODIFIED:20261101T000000Z", "DTSTART;VALUE=DATE:20270401", title="Tên cũ")
NEW = entry("LAST-MODIFIED:20261115T000000Z", "DTSTART;VALUE=DATE:20270402", title="Tên mới")


def test_event_nobody_touched_follows_the_newer_file(officer: Caller) -> None:
    """Both were exported before the first was taken in: what counts is which file is newer."""
    assert results(take(officer, calendar(OLD))) == ["created"]
    assert results(take(officer, calendar(NEW))) == ["changed"]
    answer = take(officer, calendar(OLD))
    assert results(answer) == ["unchanged"]
    assert "newer version" in answer["components"][0]["reasons"][0]


def test_event_somebody_touched_stays(officer: Caller) -> None:
    (made,) = take(officer, calendar(OLD))["components"]
    changed = officer.patch(f"/activities/{made['event_id']}", {"title": {"vi": "Của phòng"}})
    assert changed.status_code == 200, changed.text
    answer = take(officer, calendar(NEW))
    assert results(answer) == ["unchanged"]
    assert "What the desk has is newer" in answer["components"][0]["reasons"][0]
    # A version the organiser counted up is newer than anything.
    assert results(take(officer, calendar(NEW.replace("LAST-MODIFIED", "SEQUENCE:5\r\nLAST-MODIFIED")))) == ["changed"]


@pytest.mark.parametrize("method", ["REPLY", "COUNTER"])
def test_answers_to_invitations_change_nothing(officer: Caller, database: Database, method: str) -> None:
    take(officer, calendar(OLD))
    head = f"PRODID:-//Example//Calendar//EN\r\nMETHOD:{method}"
    answer = take(officer, calendar(entry("SEQUENCE:9", "DTSTART;VALUE=DATE:20271011", title="Chấp nhận"), head=head))
    assert results(answer) == ["ignored"]
    answer = take(officer, calendar(entry("DTSTART;VALUE=DATE:20271011", uid="new@example.org"), head=head))
    assert results(answer) == ["ignored"]
    with database.transaction(write=False) as session:
        (event,) = session.exec(select(Event)).all()
        assert event.title == {"en": "Tên cũ"}


def test_charset_of_the_request_counts(officer: Caller, database: Database) -> None:
    content = calendar(entry(title="Réunion à Hanoï")).decode().encode("latin-1")
    answer = send(officer, content, Content_Type="text/calendar; charset=ISO-8859-1")
    assert answer.json is not None
    (one,) = answer.json["components"]
    assert (one["title"], one["reasons"]) == ("Réunion à Hanoï", [])


def test_versions_are_kept_with_the_event_only(officer: Caller, database: Database) -> None:
    (made,) = take(officer, calendar(OLD))["components"]
    assert officer.delete(f"/activities/{made['event_id']}").status_code == 204
    with database.transaction(write=False) as session:
        assert not session.exec(select(ImportedEntry)).all()
