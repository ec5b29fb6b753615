"""Openings: which windows are free, which rule refuses the others, which are best, and what is said of them."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.days.holidays import Holiday
from calendars.days.spans import Days
from calendars.days.working_days import WorkingDays
from calendars.events.host_days import HostedVisit, busy_days
from calendars.openings.day_index import DaySet
from calendars.openings.search import (
    BusyDays,
    DayIndex,
    FestivalDay,
    Opening,
    OpeningQuery,
    OpeningSearchResult,
    nearest,
    openings,
)
from models.vocabulary import HolidayCategory

MONDAY = date(2027, 3, 1)
TODAY = date(2026, 11, 22)
NAME = {"vi": "Ngày lễ", "lo": "ວັນພັກ", "en": "Holiday"}


class Week(WorkingDays):
    """Monday to Friday without some days."""

    def __init__(self, off: Collection[date] = ()) -> None:
        super().__init__(())
        self.off = off

    def is_working(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.off


def day(number: int) -> date:
    """A day counted from Monday 1 March 2027, number 0."""
    return MONDAY + timedelta(days=number)


def days(first: int, last: int) -> Days:
    return Days(day(first), day(last))


def stay(first: int, last: int, name: str = "visit") -> HostedVisit:
    return HostedVisit(name, {"en": name}, days(first, last))


def holiday(number: int) -> Holiday:
    return Holiday(day(number), "LA", NAME, HolidayCategory.PUBLIC, "test", False, None, None)


def board(
    within: Days, off: Iterable[int] = (), stays: Iterable[HostedVisit] = (), busy: Iterable[BusyDays] = ()
) -> DayIndex:
    held = {day(number): [holiday(number)] for number in off}
    return DayIndex(within, held, Week(held), stays, busy)


def wish(length: int, first: int, last: int, **values: object) -> OpeningQuery:
    return replace(OpeningQuery(length, days(first, last), earliest=TODAY), **values)


def first_days(found: OpeningSearchResult) -> list[int]:
    return sorted((opening.days.first - MONDAY).days for opening in found.openings)


# The boundary table: a window of three days, one thing that stands on day 10.


@pytest.mark.parametrize("what", ["holiday", "visit", "person", "resource"])
def test_a_day_forbids_the_windows_that_hold_it(what: str) -> None:
    place = board(
        days(0, 30),
        off=[10] if what == "holiday" else [],
        stays=[stay(10, 10)] if what == "visit" else [],
        busy=[BusyDays(days(10, 10), f"{what}_busy", "x", NAME)] if what in {"person", "resource"} else [],  # type: ignore[arg-type]
    )
    found = openings(place, wish(3, 0, 30))
    assert first_days(found) == [*range(8), *range(11, 29)]
    code = {"holiday": "public_holiday", "visit": "host_overlap"}.get(what, f"{what}_busy")
    assert found.refused == {code: 3}


@pytest.mark.parametrize("what", ["holiday", "visit", "person"])
def test_of_a_long_window_only_the_ends_matter_but_for_people(what: str) -> None:
    place = board(
        days(0, 100),
        off=[50] if what == "holiday" else [],
        stays=[stay(50, 50)] if what == "visit" else [],
        busy=[BusyDays(days(50, 50), "person_busy", "x", NAME)] if what == "person" else [],
    )
    found = openings(place, wish(32, 0, 100))
    free = [
        first
        for first in range(70)
        if (not first <= 50 <= first + 31 if what == "person" else 50 not in (first, first + 31))
    ]
    assert first_days(found) == free
    # One day shorter every day of it counts.
    assert first_days(openings(place, wish(31, 0, 100))) == [
        first for first in range(71) if not first <= 50 <= first + 30
    ]


def test_a_long_visit_only_forbids_its_ends() -> None:
    found = openings(board(days(0, 60), stays=[stay(10, 50)]), wish(3, 0, 60))
    assert found.refused == {"host_overlap": 6}
    assert first_days(found) == [*range(8), *range(11, 48), *range(51, 59)]


def test_a_short_window_needs_a_working_day() -> None:
    found = openings(board(days(0, 13)), wish(2, 0, 13))
    assert found.refused == {"no_working_day": 2}
    assert not {5, 12} & set(first_days(found))


def test_windows_begin_with_enough_notice() -> None:
    found = openings(board(days(0, 30)), wish(3, 0, 30, earliest=day(20)))
    assert first_days(found) == [*range(20, 29)]
    assert found.refused == {"short_notice": 20}


def test_a_window_lies_in_the_range_or_may_end_after_it() -> None:
    place = board(days(0, 60))
    assert first_days(openings(place, wish(5, 10, 20))) == [*range(10, 17)]
    assert first_days(openings(place, wish(5, 10, 20, may_end_after=True))) == [*range(10, 21)]
    # The board's own end is never passed: what stands behind it is not known.
    assert first_days(openings(board(days(0, 22)), wish(5, 10, 20, may_end_after=True))) == [*range(10, 19)]


@pytest.mark.parametrize(("length", "within"), [(40, (0, 30)), (31, (0, 29)), (3, (40, 60)), (3, (-60, -40))])
def test_no_window_fits(length: int, within: tuple[int, int]) -> None:
    place, asked = board(days(0, 30)), wish(length, *within)
    assert openings(place, asked) == OpeningSearchResult([], {})
    assert nearest(place, asked, day(3)) is None


def test_a_window_has_a_day() -> None:
    with pytest.raises(ValueError, match="one day or more"):
        wish(0, 0, 10)


# Containing


@pytest.mark.parametrize(
    ("span", "length", "expected"),
    [
        ((10, 10), 3, [8, 9, 10]),
        ((10, 12), 3, [10]),
        ((10, 11), 3, [9, 10]),
        ((10, 14), 3, [10, 11, 12]),  # longer than the window: it lies inside
        ((0, 0), 3, [0]),
        ((30, 30), 3, [28]),
        ((-3, 1), 3, []),
        ((-5, 1), 3, []),
        ((-5, 2), 3, [0]),
        ((29, 40), 3, []),
        ((28, 40), 3, [28]),
        ((40, 41), 3, []),
    ],
)
def test_a_window_contains_a_span_or_lies_in_it(span: tuple[int, int], length: int, expected: list[int]) -> None:
    found = openings(board(days(0, 30), off=[10, 11]), wish(length, 0, 30, containing=(days(*span),)))
    assert first_days(found) == expected
    assert found.refused.get("not_containing", 0) == 29 - len(expected)
    assert "public_holiday" not in found.refused


def test_several_spans_all_apply_and_of_a_festival_one_time() -> None:
    place = board(days(0, 60))
    both = wish(5, 0, 60, containing=(days(10, 10), days(12, 12)))
    assert first_days(openings(place, both)) == [8, 9, 10]
    festival = (FestivalDay(days(10, 12), {"en": "Festival"}), FestivalDay(days(40, 42), {"en": "Festival"}))
    assert first_days(openings(place, wish(3, 0, 60, one_of=(festival,)))) == [10, 40]
    assert first_days(openings(place, wish(3, 0, 60, one_of=(festival, ())))) == []


def test_other_visits_still_count_where_holidays_are_welcome() -> None:
    place = board(days(0, 30), off=[10], stays=[stay(9, 9)])
    found = openings(place, wish(3, 0, 30, containing=(days(10, 10),)))
    assert first_days(found) == [10]
    assert {reason.code for reason in found.openings[0].reasons} >= {"contains", "holidays_inside"}


# Against brute force


def brute_force(
    asked: OpeningQuery, within: Days, off: set[int], stays: list[HostedVisit], busy: list[BusyDays]
) -> tuple[set[int], Counter[str]]:
    """The same rules day by day, window by window."""
    free: set[int] = set()
    refused: Counter[str] = Counter()
    for start in asked.within:
        window_last = start + timedelta(days=asked.days - 1)
        if start not in within or window_last not in within:
            continue
        if not asked.may_end_after and window_last not in asked.within:
            continue
        window = Days(start, window_last)
        ends = [one for end in busy_days(window) for one in end]
        broken = set()
        if start < asked.earliest:
            broken.add("short_notice")
        if asked.requirements:
            if not all(any(occasion.is_met_by(window) for occasion in group) for group in asked.requirements):
                broken.add("not_containing")
        else:
            if any((one - MONDAY).days in off for one in ends):
                broken.add("public_holiday")
            if all(one.weekday() > 4 or (one - MONDAY).days in off for one in window):
                broken.add("no_working_day")
        if any(one in taken for one in ends for visit in stays for taken in visit.received()):
            broken.add("host_overlap")
        broken |= {one.code for one in busy if one.days.overlaps(window)}
        refused.update(broken)
        if not broken:
            free.add((start - MONDAY).days)
    return free, refused


spans = st.tuples(st.integers(-20, 140), st.integers(0, 50)).map(lambda pair: days(pair[0], pair[0] + pair[1]))
visits = st.lists(spans, max_size=6).map(lambda found: [HostedVisit(str(n), NAME, one) for n, one in enumerate(found)])
taken = st.lists(
    st.builds(BusyDays, spans, st.sampled_from(["person_busy", "resource_busy"]), st.just("x"), st.just(NAME)),
    max_size=3,
)
wishes = st.builds(
    OpeningQuery,
    days=st.integers(1, 50),
    within=spans,
    earliest=st.integers(-30, 60).map(day),
    containing=st.lists(spans, max_size=2).map(tuple),
    may_end_after=st.booleans(),
    one_of=st.lists(st.lists(spans.map(FestivalDay), max_size=2).map(tuple), max_size=1).map(tuple),
)
BOARD = days(-10, 120)


@given(asked=wishes, off=st.sets(st.integers(-20, 140), max_size=12), stays=visits, busy=taken)
def test_openings_are_exactly_the_windows_that_break_no_rule(
    asked: OpeningQuery, off: set[int], stays: list[HostedVisit], busy: list[BusyDays]
) -> None:
    place = board(BOARD, off, stays, busy)
    found = openings(place, asked)
    free, refused = brute_force(asked, BOARD, off, stays, busy)
    assert set(first_days(found)) == free
    assert found.refused == refused
    assert all(len(opening.days) == asked.days and opening.days.first in asked.within for opening in found.openings)
    order = [(-opening.score, opening.days.first) for opening in found.openings]
    assert order == sorted(order)
    assert all(0 <= opening.score <= 100 and opening.reasons for opening in found.openings)
    # The nearest of them, the earlier of two.
    for number in (-30, 0, 17, 90):
        close = nearest(place, asked, day(number))
        assert (close and (close.days.first - MONDAY).days) == min(
            free, key=lambda first: (abs(first - number), first), default=None
        )
        assert close is None or close in found.openings


@given(asked=wishes, off=st.sets(st.integers(-20, 140), max_size=12), stays=visits, more=visits)
def test_a_visit_received_later_stands_like_one_known_before(
    asked: OpeningQuery, off: set[int], stays: list[HostedVisit], more: list[HostedVisit]
) -> None:
    grown = board(BOARD, off, stays)
    openings(grown, asked)
    for visit in more:
        grown.add_visit(visit)
    assert openings(grown, asked) == openings(board(BOARD, off, stays + more), asked)


@given(asked=wishes, off=st.sets(st.integers(-20, 140), max_size=12), stays=visits)
def test_a_visit_put_on_an_opening_is_never_in_the_way_of_the_next(
    asked: OpeningQuery, off: set[int], stays: list[HostedVisit]
) -> None:
    place = board(BOARD, off, stays)
    placed: list[HostedVisit] = []
    for number in range(4):
        found = openings(place, asked).openings
        if not found:
            break
        new = HostedVisit(f"new {number}", NAME, found[0].days)
        assert not any(new.overlaps(other) for other in [*stays, *placed])
        placed.append(new)
        place.add_visit(new)


@given(size=st.integers(1, 40), data=st.data())
def test_marks_count_and_find_like_a_scan(size: int, data: st.DataObject) -> None:
    marked = data.draw(st.sets(st.integers(0, size - 1)))
    marks = DaySet(size, marked)
    for number in range(size):
        assert (number in marks) is (number in marked)
        assert marks.last_until(number) == max((one for one in marked if one <= number), default=None)
        assert marks.first_from(number) == min((one for one in marked if one >= number), default=None)
        clear = min((abs(one - number) - 1 for one in marked), default=size)
        assert marks.clear_around(number) == max(clear, 0)
        assert marks.count(0, number) == len([one for one in marked if one <= number])


# Which is best


def best(found: OpeningSearchResult) -> Opening:
    return found.openings[0]


def test_a_week_from_monday_to_friday_is_best() -> None:
    found = openings(board(days(-60, 200)), wish(5, 0, 20))
    assert [(one.days.first - MONDAY).days for one in found.openings][:3] == [0, 7, 14]
    assert best(found).score == 100
    assert {reason.code for reason in best(found).reasons} >= {"begins_monday", "no_weekend", "ends_working_day"}
    assert found.openings[3].days.first.weekday() == 1


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (dict(), dict(off=[12])),  # noqa: C408
        (dict(off=[16]), dict(off=[12])),  # noqa: C408 - two clear days to the holiday against none
        (dict(off=[-4]), dict(off=[-3])),  # noqa: C408 - a Friday off makes a long week-end, up to the Sunday before
        (dict(), dict(stays=[stay(14, 20)])),  # noqa: C408
        (dict(stays=[stay(18, 24)]), dict(stays=[stay(14, 20)])),  # noqa: C408
    ],
)
def test_distance_is_better(better: dict[str, list[int]], worse: dict[str, list[int]]) -> None:
    asked = wish(12, 0, 11)
    scores = [best(openings(board(days(-60, 90), **standing), asked)).score for standing in (better, worse)]  # type: ignore[arg-type]
    assert scores[0] > scores[1]


def test_more_time_to_prepare_is_better_up_to_two_months() -> None:
    scores = [
        best(openings(board(days(-60, 90)), wish(5, 0, 4, earliest=day(-3), asked_on=day(-before)))).score
        for before in (17, 40, 60, 90)
    ]
    assert scores[0] < scores[1] < scores[2] == scores[3]


# What is said


def told(found: OpeningSearchResult, language: str = "en") -> dict[str, str]:
    return {reason.code: reason.detail.to(language) for reason in best(found).reasons}


def test_reasons_name_the_neighbourhood() -> None:
    place = board(days(-60, 90), off=[-20, 40], stays=[stay(-9, -5), stay(30, 35)])
    assert told(openings(place, wish(12, 0, 11))) == {
        "begins_monday": "Begins on a Monday.",
        "holiday_free": "No public holiday on any of its days. The last one before: Holiday (9 February 2027). "
        "The next one after: Holiday (10 April 2027).",
        "host_free": "No other visit to receive between 24 February 2027 and 31 March 2027.",
        "weekend_inside": "Week-end days inside: 2.",
        "ends_working_day": "Ends on a working day.",
        "notice": "Days left to prepare: 113.",
    }


def test_notice_counts_from_the_day_of_asking() -> None:
    asked = wish(5, 0, 4, asked_on=day(-30))
    assert told(openings(board(days(-60, 90)), asked))["notice"] == "Days left to prepare: 30."
    # By default it is the day that makes the office's usual notice of 14 days.
    asked = wish(5, 0, 4, earliest=day(-6))
    assert told(openings(board(days(-60, 90)), asked))["notice"] == "Days left to prepare: 20."


def test_reasons_of_a_window_with_nothing_around_it() -> None:
    found = told(openings(board(days(-60, 90)), wish(6, 0, 5)))
    assert found["host_free"] == "No other visit is near."
    assert found["holiday_free"] == "No public holiday on any of its days."
    assert found["ends_free_day"] == "Ends on a day on which nobody works."


def test_reasons_of_a_long_window_speak_of_its_ends() -> None:
    found = told(openings(board(days(-60, 200), off=[50], stays=[stay(60, 70)]), wish(90, 0, 89)))
    assert found["holiday_free"] == "No public holiday on its first and last day."
    assert found["host_free"] == "No other visit has to be received on its first and last day."
    assert found["holidays_inside"] == "Public holidays on its days: 1."


@pytest.mark.parametrize(
    ("length", "sentence"),
    [(3, "Falls within: Festival (11–21 March 2027)."), (12, "Contains: Festival (11–21 March 2027).")],
)
def test_reasons_name_what_is_contained(length: int, sentence: str) -> None:
    festival = (FestivalDay(days(10, 20), {"en": "Festival"}),)
    assert told(openings(board(days(-60, 90)), wish(length, 0, 60, one_of=(festival,))))["contains"] == sentence
    plain = openings(board(days(-60, 90)), wish(3, 0, 30, containing=(days(10, 10),)))
    assert told(plain)["contains"] == "Contains: 11 March 2027."


def test_weekdays_speak_the_readers_language() -> None:
    found = openings(board(days(-60, 90)), wish(5, 0, 4))
    assert "Thứ Hai" in told(found, "vi")["begins_monday"]
    assert "ວັນຈັນ" in told(found, "lo")["begins_monday"]
