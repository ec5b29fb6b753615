"""Days laid out: whole weeks, rows in which nothing lies over another, and counts that lose nothing."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.days import calendar_grid
from calendars.days.calendar_grid import NAME_PARTS, WIDTH, GridSpan
from calendars.days.spans import Days

MONDAY = date(2026, 11, 23)
WEEK = calendar_grid.week_of(MONDAY)


def stretches(around: date, most: int = 60) -> st.SearchStrategy[list[GridSpan]]:
    """Stretches of up to five weeks that begin within forty days of a day, each with an id of its own."""
    days = st.tuples(st.integers(-40, 40), st.integers(0, 35))
    return st.lists(days, max_size=most).map(
        lambda found: [
            GridSpan(str(number), around + timedelta(days=first), around + timedelta(days=first + length))
            for number, (first, length) in enumerate(found)
        ]
    )


@pytest.mark.parametrize(
    ("day", "first", "last", "weeks"),
    [
        (date(2026, 11, 23), date(2026, 10, 26), date(2026, 12, 6), 6),
        (date(2027, 2, 1), date(2027, 2, 1), date(2027, 2, 28), 4),  # four weeks and not a day more
        (date(2028, 2, 29), date(2028, 1, 31), date(2028, 3, 5), 5),
    ],
)
def test_weeks_of_a_month_are_whole_and_begin_on_monday(day: date, first: date, last: date, weeks: int) -> None:
    found = calendar_grid.weeks_of(day)
    assert (found[0].first, found[-1].last, len(found)) == (first, last, weeks)
    assert all(week.first.weekday() == 0 and len(week) == 7 for week in found)


def test_a_week_cuts_what_lasts_longer_and_says_so() -> None:
    whole = GridSpan("long", MONDAY - timedelta(days=3), MONDAY + timedelta(days=9))
    short = GridSpan("short", MONDAY + timedelta(days=2), MONDAY + timedelta(days=3))
    beside = GridSpan("beside", MONDAY + timedelta(days=4), MONDAY + timedelta(days=4))
    outside = GridSpan("outside", MONDAY - timedelta(days=9), MONDAY - timedelta(days=1))
    week = calendar_grid.lay_week(WEEK, [beside, short, outside, whole], 4)
    (long,), below = week.rows
    assert (long.id, long.column, long.span, long.begins, long.ends) == ("long", 0, 7, False, False)
    assert [(one.id, one.column, one.span, one.begins, one.ends) for one in below] == [
        ("short", 2, 2, True, True),
        ("beside", 4, 1, True, True),
    ]
    assert [one.id if one else None for one in week.cells(below)] == [None, None, "short", "beside", None, None]
    assert week.more == (0,) * 7


@given(stretches(MONDAY), st.integers(0, 5))
def test_a_week_lays_nothing_over_another_and_loses_nothing(found: list[GridSpan], most: int) -> None:
    week = calendar_grid.lay_week(WEEK, found, most)
    assert len(week.rows) <= most
    shown: Counter[int] = Counter()
    for row in week.rows:
        taken = [column for piece in row for column in range(piece.column, piece.column + piece.span)]
        assert len(taken) == len(set(taken))
        assert set(taken) <= set(range(7))
        assert sum(piece.span if piece else 1 for piece in week.cells(row)) == 7
        shown.update(taken)
    for column, day in enumerate(WEEK):
        assert shown[column] + week.more[column] == sum(one.first <= day <= one.last for one in found)


@given(stretches(date(2026, 11, 15)))
def test_every_visit_of_a_month_stands_in_its_weeks(found: list[GridSpan]) -> None:
    weeks = [calendar_grid.lay_week(week, found, len(found)) for week in calendar_grid.weeks_of(date(2026, 11, 15))]
    month = Days(date(2026, 10, 26), date(2026, 12, 6))
    shown = {piece.id for week in weeks for row in week.rows for piece in row}
    assert shown == {one.id for one in found if month.overlaps(Days(one.first, one.last))}


@given(stretches(date(2026, 12, 20)), st.integers(0, 8), st.integers(0, 60))
def test_a_lane_of_the_year_lays_nothing_over_another_and_loses_nothing(
    found: list[GridSpan], most_rows: int, most_marks: int
) -> None:
    lane = calendar_grid.lay_year(2026, found, most_rows=most_rows, most_marks=most_marks)
    touching = [one for one in found if one.first.year <= 2026 <= one.last.year]
    assert lane.total == len(touching) == len(lane.marks) + sum(lane.more)
    assert lane.rows <= most_rows
    assert len(lane.marks) <= most_marks
    for row in range(lane.rows):
        taken = [part for one in lane.marks if one.row == row for part in range(one.left, one.left + one.room)]
        assert len(taken) == len(set(taken))
        assert set(taken) <= set(range(WIDTH))
    for one in lane.marks:
        assert one.left <= one.start
        assert one.start + one.span <= one.left + one.room
        assert one.room in ({one.span, one.span + NAME_PARTS} if lane.is_named else {one.span})


def test_names_stand_in_long_bars_after_short_ones_and_before_them_at_the_end_of_the_year() -> None:
    found = [
        GridSpan("course", date(2026, 9, 1), date(2027, 8, 31)),
        GridSpan("visit", date(2026, 3, 10), date(2026, 3, 12)),
        GridSpan("party", date(2026, 12, 20), date(2026, 12, 20)),
    ]
    lane = calendar_grid.lay_year(2026, found, most_rows=9, most_marks=99)
    assert {one.id: one.side for one in lane.marks} == {"visit": "after", "course": "in", "party": "before"}
    (course,) = (one for one in lane.marks if one.id == "course")
    assert (course.start, course.span) == (80, 40)


def test_a_full_lane_has_bars_close_together_and_counts_the_others_where_they_begin() -> None:
    found = [GridSpan(str(number), date(2026, 5, 4), date(2026, 5, 6)) for number in range(30)]
    found.append(GridSpan("older", date(2025, 5, 4), date(2026, 1, 6)))
    lane = calendar_grid.lay_year(2026, found, most_rows=9, most_marks=24)
    assert not lane.is_named
    assert lane.more == (0, 0, 0, 0, 28, 0, 0, 0, 0, 0, 0, 0)


@pytest.mark.parametrize(("day", "part"), [((1, 1), 0), ((1, 3), 0), ((1, 4), 1), ((1, 31), 9), ((12, 31), 119)])
def test_parts_of_a_year_keep_to_its_months(day: tuple[int, int], part: int) -> None:
    assert calendar_grid.part_of_year(date(2028, *day)) == part


def test_lanes_that_are_too_many_come_together() -> None:
    found = [GridSpan(name, MONDAY, MONDAY) for name in ("a1", "a2", "a3", "b1", "b2", "c1", "d1")]
    fullest, others = calendar_grid.in_lanes(found, lambda one: one.id[0], 2)
    assert [(key, [one.id for one in those]) for key, those in fullest] == [
        ("a", ["a1", "a2", "a3"]),
        ("b", ["b1", "b2"]),
    ]
    assert [one.id for one in others] == ["c1", "d1"]
