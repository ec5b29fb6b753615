"""Sixty files of other programs, read as written down by hand, and as a second program reads them."""

import warnings
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest

from calendars.ical_import.entries import ImportedEvent
from calendars.ical_import.reader import ImportContext, read_calendar
from models.vocabulary import Language
from tests.calendars.ical_import.vendor_cases import CASES, Case
from tests.paths import TESTS

OFFICE = ZoneInfo("Asia/Ho_Chi_Minh")
TODAY = date(2026, 11, 30)
READER = ImportContext(Language.VI, OFFICE.key, datetime(2026, 11, 30, 3, tzinfo=UTC), TODAY)
FILES = TESTS / "data" / "ics" / "cases"


def written(begins: datetime | date, ends: datetime | date | None, title: str) -> str:
    """An entry as the cases have it; ``ends`` of days is inclusive."""
    if not isinstance(begins, datetime):
        return f"{begins} – {ends} {title}"
    begins = begins.astimezone(OFFICE)
    until = f"–{ends.astimezone(OFFICE):%H:%M}" if isinstance(ends, datetime) else ""
    return f"{begins:%Y-%m-%d %H:%M}{until} {title}"


def read(content: bytes) -> list[str]:
    found = read_calendar(content, READER).found
    events = [one for one in found if isinstance(one, ImportedEvent) and not one.is_cancelled]
    return sorted(map(_of_ours, events))


def _of_ours(one: ImportedEvent) -> str:
    hours = one.hours
    if hours.start_time is None:
        return written(hours.first_day, hours.last_day, one.title)
    zone = ZoneInfo(hours.zone or OFFICE.key)
    begins = datetime.combine(hours.first_day, hours.start_time, zone)
    ends = datetime.combine(hours.last_day, hours.end_time, zone) if hours.end_time else None
    return written(begins, ends, one.title)


def second_opinion(content: str) -> Iterator[str]:
    """What recurring-ical-events reads in the same years; whole days however a file writes them."""
    import recurring_ical_events

    with warnings.catch_warnings():  # of zones whose names it guesses
        warnings.simplefilter("ignore")
        calendar = icalendar.Calendar.from_ical(content)
    span = (TODAY - timedelta(days=365), TODAY + timedelta(days=730))
    for event in recurring_ical_events.of(calendar).between(*span):
        yield _of_theirs(event)


def _of_theirs(event: Any) -> str:
    begins, ends, title = event.start, event.end, str(event["SUMMARY"])
    if not isinstance(begins, datetime):
        return written(begins, max(begins, ends - timedelta(days=1)), title)
    begins, ends = (at if at.tzinfo else at.replace(tzinfo=OFFICE) for at in (begins, ends))
    midnights = [at.astimezone(OFFICE) for at in (begins, ends)]
    if all((at.hour, at.minute) == (0, 0) for at in midnights):
        return written(midnights[0].date(), midnights[1].date() - timedelta(days=1), title)
    return written(begins, ends, title)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_file_is_read_as_its_program_means_it(case: Case) -> None:
    assert read(case.text.encode()) == sorted(case.expected)


@pytest.mark.parametrize("case", [one for one in CASES if not one.alone], ids=lambda case: case.name)
def test_another_program_reads_the_same(case: Case) -> None:
    assert sorted(second_opinion(case.text)) == sorted(case.expected)


@pytest.mark.parametrize("case", [one for one in CASES if one.alone], ids=lambda case: case.name)
def test_another_program_does_read_it_otherwise(case: Case) -> None:
    """Or the case would not stand alone."""
    try:
        found = sorted(second_opinion(case.text))
    except Exception:
        return  # it may fail in any way
    assert found != sorted(case.expected)


def test_cases_are_of_many_programs() -> None:
    assert len(CASES) >= 60
    assert len({case.program.split()[0] for case in CASES}) >= 12
    assert len({case.name for case in CASES}) == len(CASES)
    assert sum(not case.alone for case in CASES) >= 40


WEEKLY = [f"2027-01-{day} 08:00–09:00 Giao ban" for day in ("04", "11", "18")]
WHOLE_FILES = {
    "01a-series-first": WEEKLY,
    "01b-series-moved-an-hour": [one.replace("08:00–09:00", "09:00–10:00") for one in WEEKLY],
    "02a-series-first": WEEKLY,
    "02b-one-day-taken-out": [WEEKLY[0], WEEKLY[2]],
    "03-counter-to-our-invitation": [],
    "03-reply-to-our-invitation": [],
    "04-one-chopped-letter": [
        "2027-03-10 – 2027-03-10 Đoàn đại biểu tỉnh Viêng Chăn", "2027-03-11 – 2027-03-11 ກອງປະຊຸມ",
    ],
    "05-cancelled-occurrence-without-title": [WEEKLY[0], WEEKLY[2]],
    "07-this-and-future": [
        WEEKLY[0], WEEKLY[1], "2027-01-18 14:00–15:00 Giao ban (giờ mới)", "2027-01-25 14:00–15:00 Giao ban (giờ mới)",
    ],
    "08-two-versions-of-a-series": [
        f"2027-01-{day} 10:00–11:00 Giao ban (mới, 10 giờ)" for day in ("04", "11", "18")
    ],
    "09-floating-exdate": [f"2027-01-{day} 17:00–18:00 Họp với Berlin" for day in ("08", "22")],
    "10-floating-recurrence-id": [
        "2027-01-08 17:00–18:00 Họp với Berlin", "2027-01-15 21:00–22:00 Dời giờ",
        "2027-01-22 17:00–18:00 Họp với Berlin",
    ],
    "11-value-date-with-midnight": ["2027-08-22 – 2027-08-22 Ngày nghỉ (chỉ 22/8)"],
    "14a-older-export": ["2027-04-01 – 2027-04-01 Tên cũ"],
    "14b-newer-export": ["2027-04-02 – 2027-04-02 Tên mới"],
    "16-empty-exdate-and-rrule": ["2027-01-01 – 2027-01-01 Tết Dương lịch", "2027-01-04 – 2027-01-04 B"],
}  # fmt: skip


@pytest.mark.parametrize("path", sorted(FILES.glob("*.ics")), ids=lambda path: path.stem)
def test_whole_files(path: Any) -> None:
    assert read(path.read_bytes()) == WHOLE_FILES[path.stem]
