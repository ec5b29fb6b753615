"""Dates as each language writes them."""

from datetime import UTC, date, datetime, time

import pytest

from calendars.days.formatting import format_day, format_days, format_hours, format_instant, format_weekday


@pytest.mark.parametrize(
    ("last", "vietnamese", "lao", "english"),
    [
        (date(2027, 3, 10), "10/3/2027", "10 ມີນາ 2027", "10 March 2027"),
        (date(2027, 3, 21), "10–21/3/2027", "10–21 ມີນາ 2027", "10–21 March 2027"),
        (date(2027, 4, 2), "10/3–02/4/2027", "10 ມີນາ – 2 ເມສາ 2027", "10 March – 2 April 2027"),
        (date(2028, 3, 21), "10/3/2027–21/3/2028", "10 ມີນາ 2027 – 21 ມີນາ 2028", "10 March 2027 – 21 March 2028"),
    ],
)
def test_format_days(last: date, vietnamese: str, lao: str, english: str) -> None:
    written = [format_days(date(2027, 3, 10), last, language) for language in ("vi", "lo", "en")]
    assert written == [vietnamese, lao, english]


def test_format_day_in_an_unknown_language_is_english() -> None:
    assert format_day(date(2027, 3, 1), "fr") == "1 March 2027"


@pytest.mark.parametrize(
    ("start", "end", "written"),
    [
        (time(8), time(9, 30), "08:00–09:30"),
        (time(8), None, "08:00"),
        (None, time(9, 30), "–09:30"),
        (time(0), time(0), "00:00–00:00"),
        (None, None, ""),
    ],
)
def test_format_hours_as_far_as_they_are_known(start: time | None, end: time | None, written: str) -> None:
    assert format_hours(start, end) == written


@pytest.mark.parametrize(
    ("zone", "language", "written"),
    [
        ("Asia/Ho_Chi_Minh", "vi", "00:05 ngày 01/01/2027"),
        ("Asia/Vientiane", "lo", "00:05, 1 ມັງກອນ 2027"),
        ("Asia/Vientiane", "en", "00:05, 1 January 2027"),
        ("America/New_York", "en", "12:05, 31 December 2026"),
    ],
)
def test_format_instant_shows_the_zones_clocks(zone: str, language: str, written: str) -> None:
    assert format_instant(datetime(2026, 12, 31, 17, 5, 59, tzinfo=UTC), zone, language) == written


def test_format_instant_refuses_a_naive_one() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        format_instant(datetime(2026, 12, 31, 17, 5), "Asia/Vientiane", "vi")


@pytest.mark.parametrize(("language", "name"), [("vi", "Thứ Hai"), ("lo", "ວັນຈັນ"), ("en", "Monday"), ("xx", "Monday")])
def test_weekdays_are_written_as_headings(language: str, name: str) -> None:
    assert format_weekday(date(2026, 11, 23), language) == name
