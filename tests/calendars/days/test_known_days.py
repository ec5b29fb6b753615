"""Days known to the month or the year: how they are written and read, and what is certain of them."""

from calendar import monthrange
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.days.formatting import format_known
from calendars.days.known_days import (
    KnownDay,
    are_bounds,
    began_by,
    begins_within,
    in_figures,
    machine_readable,
    read_figures,
)
from calendars.days.office_clock import ShownTimes
from calendars.days.spans import Days
from models.vocabulary import KnownTo, Language

D, M, Y = KnownTo.DAY, KnownTo.MONTH, KnownTo.YEAR

TOLD = [
    # first, last, known to: vi, lo, en
    ("2008-01-01", "2008-12-31", Y, "năm 2008", "ປີ 2008", "2008"),
    ("2008-01-01", "2012-12-31", Y, "năm 2008–2012", "ປີ 2008–2012", "2008–2012"),
    ("2021-06-01", "2021-06-30", M, "tháng 6/2021", "ເດືອນ 6/2021", "June 2021"),
    ("2022-01-01", "2022-01-31", M, "tháng 01/2022", "ເດືອນ 01/2022", "January 2022"),
    ("2021-06-01", "2021-08-31", M, "tháng 6–8/2021", "ເດືອນ 6–8/2021", "June–August 2021"),
    (
        "2021-11-01", "2022-02-28", M,
        "tháng 11/2021–02/2022", "ເດືອນ 11/2021–02/2022", "November 2021 – February 2022",
    ),
    ("2024-03-07", "2024-03-07", D, "07/3/2024", "7 ມີນາ 2024", "7 March 2024"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "last", "known_to", "vi", "lo", "en"), TOLD)
def test_days_are_told_as_far_as_they_are_known(
    first: str, last: str, known_to: KnownTo, vi: str, lo: str, en: str
) -> None:
    days = Days(date.fromisoformat(first), date.fromisoformat(last))
    assert [format_known(days, known_to, language) for language in ("vi", "lo", "en")] == [vi, lo, en]


months = st.tuples(st.integers(1900, 2199), st.integers(1, 12))


@given(months, st.sampled_from([M, Y]))
def test_bounds_are_whole_months_and_years(of: tuple[int, int], known_to: KnownTo) -> None:
    year, month = of
    written = f"{year}-{month:02}" if known_to is M else f"{year}"
    first, last = (KnownDay.written(written, is_last=is_last) for is_last in (False, True))
    assert first is not None
    assert last is not None
    assert (first.known_to, last.known_to) == (known_to, known_to)
    assert len(Days(first, last)) == (
        monthrange(year, month)[1] if known_to is M else 365 + (monthrange(year, 2)[1] == 29)
    )
    days = Days(first, last)
    assert are_bounds(days, known_to)
    assert begins_within(days, known_to) == days
    assert not are_bounds(Days(first, KnownDay(last.year, last.month, last.day - 1)), known_to)


@given(months, st.integers(0, 40), st.sampled_from([M, Y]))
def test_what_a_form_shows_it_reads_again(of: tuple[int, int], more: int, known_to: KnownTo) -> None:
    year, month = of
    first = KnownDay.of(year, month if known_to is M else None, is_last=False)
    last = KnownDay.of(year + more, month if known_to is M else None, is_last=True)
    shown = in_figures(Days(first, last), known_to)
    read = [read_figures(text, is_last=is_last) for text, is_last in zip(shown, (False, True), strict=True)]
    assert read == [first, last]
    assert [one.known_to for one in read if one] == [known_to, known_to]


@given(months, st.integers(0, 30), st.sampled_from([M, Y]))
def test_no_page_ever_names_a_day_of_what_is_known_no_closer(of: tuple[int, int], more: int, known_to: KnownTo) -> None:
    year, month = of
    first = KnownDay.of(year, month if known_to is M else None, is_last=False)
    last = KnownDay.of(year + more, month if known_to is M else None, is_last=True)
    for language in Language:
        told = format_known(Days(first, last), known_to, language)
        assert str(year) in told
        assert "31" not in told.replace(str(year), "").replace(str(year + more), "")
        assert told.count("/") <= (2 if known_to is M else 0)


@pytest.mark.parametrize("text", ["2021-13", "2021-00", "0000"])
def test_months_and_years_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        KnownDay.written(text, is_last=True)
    assert read_figures(text, is_last=True) is None


@pytest.mark.parametrize(
    "text",
    ["", "21", "2021-6-1-1", "khoảng 2008", "2021/13", "20211", "2021-06-31", "32/1/2021", "June", "năm", "/2008"],
)
def test_forms_do_not_guess(text: str) -> None:
    assert read_figures(text, is_last=False) is None


@pytest.mark.parametrize(
    ("text", "day", "known_to"),
    [
        ("2008", "2008-01-01", Y), (" 6/2021 ", "2021-06-01", M), ("06.2021", "2021-06-01", M),
        ("2021-6", "2021-06-01", M),
        ("7/3/2024", "2024-03-07", D), ("07-03-2024", "2024-03-07", D), ("2024-03-07", "2024-03-07", D),
        ("năm 2008", "2008-01-01", Y), ("Năm 2008", "2008-01-01", Y), ("ປີ 2008", "2008-01-01", Y),
        ("tháng 6/2021", "2021-06-01", M), ("tháng 6 năm 2021", "2021-06-01", M), ("ngày 7/3/2024", "2024-03-07", D),
        ("ເດືອນ 6/2021", "2021-06-01", M), ("june 2021", "2021-06-01", M),
        ("7 tháng 3 năm 2024", "2024-03-07", D),
    ],
)  # fmt: skip
def test_forms_read_what_people_write(text: str, day: str, known_to: KnownTo) -> None:
    read = read_figures(text, is_last=False)
    assert read is not None
    assert (read.isoformat(), read.known_to) == (day, known_to)


@given(months, st.sampled_from([D, M, Y]), st.sampled_from(list(Language)))
def test_forms_read_what_pages_write(of: tuple[int, int], known_to: KnownTo, language: Language) -> None:
    year, month = of
    first = (
        date(year, month, 7) if known_to is D else KnownDay.of(year, month if known_to is M else None, is_last=False)
    )
    last = first if known_to is D else KnownDay.of(year, month if known_to is M else None, is_last=True)
    read = read_figures(format_known(Days(first, last), known_to, language), is_last=False)
    assert read is not None
    assert (read, read.known_to) == (first, known_to)


def test_a_visit_of_several_years_began_in_the_first_of_them() -> None:
    span = Days(date(2008, 1, 1), date(2012, 12, 31))
    assert begins_within(span, Y) == Days(date(2008, 1, 1), date(2008, 12, 31))
    assert begins_within(Days(date(2008, 3, 4), date(2008, 3, 9)), D) == Days(date(2008, 3, 4), date(2008, 3, 4))


@pytest.mark.parametrize(
    ("last", "known_to", "today", "can"),
    [
        (date(2026, 12, 31), Y, date(2026, 1, 1), True),
        (date(2027, 12, 31), Y, date(2026, 12, 31), False),
        (date(2026, 11, 30), M, date(2026, 11, 1), True),
        (date(2026, 11, 30), M, date(2026, 10, 31), False),
        (date(2026, 11, 30), D, date(2026, 11, 29), False),
        (date(2026, 11, 30), D, date(2026, 11, 30), True),
    ],
)
def test_only_what_can_be_over_is_over(last: date, known_to: KnownTo, today: date, can: bool) -> None:
    assert began_by(last, known_to, today) is can


def test_machines_read_no_day_either() -> None:
    assert [machine_readable(Days(date(2008, 1, 1), date(2008, 12, 31)), one) for one in (Y, M, D)] == [
        "2008", "2008-01", "2008-01-01",
    ]  # fmt: skip


def test_times_say_how_closely_they_are_known() -> None:
    assert ShownTimes(Days(date(2008, 1, 1), date(2008, 12, 31)), None, None, known_to=Y).has_hours is False
