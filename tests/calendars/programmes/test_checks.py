"""Programmes that can't be run as they are written, and those that can."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.days.spans import Days
from calendars.programmes.checks import MOST_NAMED, ProgrammeWarning, programme_warnings
from calendars.programmes.items import ProgrammeItemValues
from tests.calendars.days.boundaries import BOUNDARIES, ONE
from tests.calendars.programmes.test_items import DAY, item, programmes

VISIT = Days(date(2027, 3, 9), date(2027, 3, 13))


def told(*items: ProgrammeItemValues, visit: Days = VISIT, **hours: time | None) -> list[tuple[str, tuple[int, ...]]]:
    return [(one.code, one.items) for one in programme_warnings(items, visit, **hours)]


def minutes(count: int) -> str:
    return f"{count // 60:02}:{count % 60:02}"


@pytest.mark.parametrize(("name", "start", "end", "overlaps"), BOUNDARIES)
def test_boundaries_of_hours(name: str, start: int, end: int, overlaps: bool) -> None:
    one = item("Làm việc", minutes(600 + ONE[0]), minutes(600 + ONE[1]))
    other = item("Tham quan", minutes(600 + start), minutes(600 + end))
    expected = [("programme_overlap", (0, 1))] if overlaps else []
    assert told(one, other) == told(other, one) == expected
    assert told(one, item("Tham quan", minutes(600 + start), minutes(600 + end), day=11)) == []


@pytest.mark.parametrize(
    ("start", "end", "later", "overlaps"),
    [
        # against 09:00 to 11:00; ``later`` is when a third item begins
        ("08:00", None, None, False),  # ends when the other begins
        ("09:00", None, None, True),
        ("10:00", None, None, True),
        ("10:00", None, "10:30", True),
        ("11:00", None, None, False),
        ("11:00", None, "11:30", False),
        (None, None, None, False),
        (None, "10:00", None, False),
    ],
)
def test_items_without_all_their_hours(start: str | None, end: str | None, later: str | None, overlaps: bool) -> None:
    programme = [item("Làm việc", "09:00", "11:00"), item("Tham quan", start, end)]
    programme += [item("Nghỉ", later)] if later else []
    found = [places for code, places in told(*programme) if code == "programme_overlap"]
    assert ((0, 1) in found) is overlaps


def test_two_that_begin_together_are_at_the_same_time() -> None:
    both = item("Làm việc", "09:00"), item("Tham quan", "09:00")
    assert told(*both) == told(*both, item("Nghỉ", "10:00")) == [("programme_overlap", (0, 1))]


def test_an_overlap_is_told_with_hours_and_a_way_out() -> None:
    (hitch,) = programme_warnings([item("Làm việc", "08:00", "09:30"), item("Tham quan", "09:00")], VISIT)
    assert str(hitch.detail) == ("“Làm việc” (08:00–09:30) and “Tham quan” (09:00) on 10/3/2027 are at the same time.")
    assert hitch.severity == "warning"
    assert str(hitch.advice)


def test_of_very_many_overlaps_the_rest_is_counted() -> None:
    found = programme_warnings([item(str(number), "08:00", "09:00") for number in range(20)], VISIT)
    assert len(found) == MOST_NAMED + 1
    assert str(found[-1].detail) == f"Further pairs of items at the same time: {190 - MOST_NAMED}."
    assert all(len(hitch.items) == 2 for hitch in found[:-1])


@pytest.mark.parametrize(
    ("end", "start", "travel", "missing"),
    [
        ("09:00", "10:00", 59, None),
        ("09:00", "10:00", 60, None),  # just in time
        ("09:00", "10:00", 61, 1),
        ("09:00", "10:00", 120, 60),
        ("09:00", "10:00", 0, None),
        ("09:00", "10:00", None, None),
        (None, "10:00", 120, None),  # begun at 08:00, it can be left at once
        (None, "10:00", 150, 30),
    ],
)
def test_ways_need_their_time(end: str | None, start: str, travel: int | None, missing: int | None) -> None:
    programme = [item("Hội đàm", "08:00", end), item("Tham quan", start, travel_minutes=travel)]
    found = [one for one in programme_warnings(programme, VISIT) if one.code == "programme_travel"]
    assert bool(found) is (missing is not None)
    for hitch in found:
        assert hitch.items == (0, 1)
        assert hitch.detail.values["missing"] == missing
        assert f"minutes missing: {missing}." in str(hitch.detail)


def test_the_advice_names_the_hour_at_which_the_way_is_done() -> None:
    programme = [item("Hội đàm", "08:00", "09:00"), item("Tham quan", "09:30", travel_minutes=90)]
    (hitch,) = programme_warnings(programme, VISIT)
    assert str(hitch.advice) == "Begin it at 10:30 or later, or end the one before it earlier."
    late = [item("Hội đàm", "22:00", "23:00"), item("Lên tàu", "23:30", travel_minutes=90)]
    assert ":" not in str(programme_warnings(late, VISIT)[0].advice)


def test_a_way_may_lead_from_the_day_before() -> None:
    programme = [item("Chiêu đãi", "18:00", "22:00"), item("Bay", "05:00", day=11, travel_minutes=480)]
    assert told(*programme) == [("programme_travel", (0, 1))]
    assert told(programme[0], item("Bay", "06:00", day=11, travel_minutes=480)) == []


def test_a_way_leads_from_the_last_of_those_before() -> None:
    programme = [
        item("Hội đàm", "08:00", "09:00"),
        item("Nghỉ", None),
        item("Ăn trưa", "11:00", "12:00"),
        item("Tham quan", "12:30", travel_minutes=60),
    ]
    assert told(*programme) == [("programme_travel", (2, 3))]


def test_days_outside_the_visit_are_named_each_once() -> None:
    programme = [item("A", day=8), item("B", None, day=8), item("C", day=9), item("D", day=13), item("E", day=14)]
    found = programme_warnings(programme, VISIT)
    assert [(one.code, one.items) for one in found] == [("outside_visit", (0, 1)), ("outside_visit", (4,))]
    assert str(found[0].detail) == ("Items on 08/3/2027, which is no day of the visit (09/3/2027 to 13/3/2027): 2.")


@pytest.mark.parametrize(
    ("day", "start", "end", "outside"),
    [
        (9, "08:00", "09:00", True),
        (9, "08:29", None, True),
        (9, "08:30", None, False),
        (9, None, "08:30", True),
        (9, None, "08:31", False),
        (9, None, None, False),
        (10, "06:00", "23:00", False),
        (13, "16:00", "17:00", False),
        (13, "16:00", "17:01", True),
        (13, "16:59", None, False),
        (13, "17:00", None, True),
        (13, None, "18:00", True),
        (13, None, None, False),
    ],
)
def test_hours_outside_the_visit(day: int, start: str | None, end: str | None, outside: bool) -> None:
    expected = [("outside_hours", (0,))] if outside else []
    assert told(item("A", start, end, day=day), start_time=time(8, 30), end_time=time(17)) == expected
    assert told(item("A", start, end, day=day)) == []


def spoken(found: list[ProgrammeWarning], programme: list[ProgrammeItemValues]) -> list[Any]:
    """Warnings by what the items say instead of where they stand."""
    return [(one.code, str(one.detail), sorted(programme[place].key for place in one.items)) for one in found]


@given(programme=programmes, data=st.data())
def test_order_makes_no_difference(programme: list[ProgrammeItemValues], data: st.DataObject) -> None:
    other = data.draw(st.permutations(programme))
    ends = {"start_time": time(9), "end_time": time(17)}
    visit = Days(DAY, DAY.replace(day=12))
    assert spoken(programme_warnings(programme, visit, **ends), programme) == spoken(
        programme_warnings(other, visit, **ends), other
    )


@given(data=st.data())
def test_a_programme_in_sequence_has_no_warning(data: st.DataObject) -> None:
    at = datetime.combine(VISIT.first, time(6))
    programme = []
    for number in range(data.draw(st.integers(0, 12))):
        way = data.draw(st.none() | st.integers(0, 240))
        begins = at + timedelta(minutes=(way or 0) + data.draw(st.integers(1, 90)))
        if begins.date() not in VISIT or begins.hour >= 23:
            break
        length = data.draw(st.none() | st.integers(1, 59))
        ends = begins + timedelta(minutes=length or 0)
        programme.append(
            ProgrammeItemValues(
                begins.date(),
                begins.time(),
                ends.time() if length else None,
                {"vi": str(number)},
                travel_minutes=way,
            )
        )
        at = ends
    assert programme_warnings(programme, VISIT, time(6), time(23, 59)) == []
