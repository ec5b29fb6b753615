"""Clashes of an event with days off, other visits and its people's other events."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.conflicts.commitment_checks import EventWarning, commitment_warnings, short_notice
from calendars.conflicts.schedule_checks import (
    MOST_NAMED,
    PersonAssignment,
    holiday_warnings,
    host_warnings,
    is_holiday_event,
    person_warnings,
)
from calendars.days.holidays import Holiday, HolidayIndex
from calendars.days.spans import Days
from calendars.events.host_days import HostedVisit
from calendars.openings.search import DayIndex, OpeningQuery, openings
from models.vocabulary import ActivityType, EventKind, HolidayCategory, Severity
from tests.calendars.conflicts.test_commitment_checks import PROMISE, VISIT
from tests.calendars.days.boundaries import BOUNDARIES, ONE

DAY = date(2027, 3, 1)
PI_MAI = {"vi": "Bun Pi May", "lo": "ປີໃໝ່ລາວ", "en": "Lao New Year"}


def days(first: int, last: int) -> Days:
    return Days(DAY + timedelta(days=first), DAY + timedelta(days=last))


def off(*found: tuple[str, str, str]) -> dict[date, list[Holiday]]:
    """Holidays by day: ISO day, country, English name."""
    held: dict[date, list[Holiday]] = {}
    for iso, country, name in found:
        day = date.fromisoformat(iso)
        held.setdefault(day, []).append(
            Holiday(day, country, {"en": name}, HolidayCategory.PUBLIC, "test", False, None, None)
        )
    return held


APRIL = off(
    ("2027-04-14", "LA", "Lao New Year"),
    ("2027-04-15", "LA", "Lao New Year"),
    ("2027-04-16", "LA", "Lao New Year"),
    ("2027-04-16", "VN", "Hung Kings' Day"),
    ("2027-04-19", "LA", "Lao New Year"),
    ("2027-04-30", "VN", "Reunification Day"),
)


def span(first: str, last: str) -> Days:
    return Days(date.fromisoformat(first), date.fromisoformat(last))


# Days off


def test_one_warning_a_holiday_and_country_naming_its_days() -> None:
    found = holiday_warnings(span("2027-04-10", "2027-04-20"), APRIL)
    assert [(one.code, one.with_, str(one.detail)) for one in found] == [
        ("public_holiday", "LA-2027-04-14",
         "Public holiday in Laos: Lao New Year, 14–16 April 2027, 19 April 2027."),
        ("public_holiday", "VN-2027-04-16", "Public holiday in Vietnam: Hung Kings' Day, 16 April 2027."),
    ]  # fmt: skip
    assert {one.severity for one in found} == {Severity.WARNING}
    assert {str(one.advice) for one in found} == {"Ask for openings, and move it to other days."}


def test_a_free_window_is_named() -> None:
    (found,) = holiday_warnings(span("2027-04-30", "2027-04-30"), APRIL, span("2027-05-03", "2027-05-03"))
    assert str(found.advice) == "Free: 3 May 2027 to 3 May 2027."


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        ("2027-04-01", "2027-04-13", 0),
        ("2027-04-01", "2027-04-14", 1),
        ("2027-04-30", "2027-05-02", 1),
        ("2027-05-01", "2027-05-02", 0),
        ("2027-04-01", "2027-05-01", 3),  # 31 days: all count
        ("2027-04-01", "2027-05-02", 0),  # 32 days: only the ends
        ("2027-04-16", "2027-10-31", 2),
        ("2026-10-01", "2027-04-30", 1),
        ("2027-04-14", "2027-05-16", 1),
    ],
)
def test_days_off_count_on_every_day_of_a_short_event_and_the_ends_of_a_long_one(
    first: str, last: str, found: int
) -> None:
    assert len(holiday_warnings(span(first, last), APRIL)) == found


def test_countries_are_named_in_the_readers_language() -> None:
    (found,) = holiday_warnings(span("2027-04-14", "2027-04-14"), APRIL)
    assert "Lào" in found.detail.to("vi")
    assert "ລາວ" in found.detail.to("lo")


@pytest.mark.parametrize(
    ("kind", "activity_type", "comes"),
    [
        (EventKind.DELEGATION, None, False),
        (EventKind.TRAINING_BATCH, None, False),
        (EventKind.ART_TROUPE_VISIT, None, True),
        (EventKind.ANNIVERSARY, None, True),
        (EventKind.ACTIVITY, ActivityType.CEREMONY, True),
        (EventKind.ACTIVITY, ActivityType.MEETING, False),
        (EventKind.ACTIVITY, None, False),
    ],
)
def test_troupes_and_ceremonies_come_for_the_day(
    kind: EventKind, activity_type: ActivityType | None, comes: bool
) -> None:
    assert is_holiday_event(kind, activity_type) is comes


# Hosts


def stay(first: int, last: int, name: str = "a") -> HostedVisit:
    return HostedVisit(name, {"vi": f"Đoàn {name}", "en": f"Visit {name}"}, days(first, last))


@pytest.mark.parametrize(("place", "start", "end", "overlaps"), BOUNDARIES)
def test_a_host_receives_one_visit_at_a_time(place: str, start: int, end: int, overlaps: bool) -> None:
    found = host_warnings(stay(ONE[0], ONE[1] - 1), [stay(start, end - 1, "b")])
    assert [one.code for one in found] == (["host_overlap"] if overlaps else []), place


def test_the_other_visit_is_named_and_a_visit_never_clashes_with_itself() -> None:
    (found,) = host_warnings(stay(9, 20), [stay(9, 20), stay(15, 18, "b"), stay(21, 30, "c")])
    assert (found.with_, str(found.detail)) == ("b", "The host also receives “Visit b”, 16–19 March 2027.")
    assert str(found.advice) == "Ask for openings, and move one of the visits."
    (found,) = host_warnings(stay(9, 20), [stay(15, 18, "b")], days(28, 39))
    assert str(found.advice) == "Free: 29 March 2027 to 9 April 2027."


def test_a_course_runs_beside_everything_else() -> None:
    course = stay(0, 364, "course")
    assert host_warnings(stay(9, 20), [course]) == []
    assert [one.with_ for one in host_warnings(stay(-3, 2), [course])] == ["course"]
    assert [one.with_ for one in host_warnings(course, [stay(9, 20), stay(360, 370, "b")])] == ["b"]


def test_of_many_visits_the_first_are_named_and_the_rest_counted() -> None:
    others = [stay(number, number, f"{number:02}") for number in range(MOST_NAMED + 3)]
    found = host_warnings(stay(0, 30), others)
    assert [one.with_ for one in found] == [*(f"{number:02}" for number in range(MOST_NAMED)), None]
    assert str(found[-1].detail) == "Further visits the host receives on these days: 3."


# People

MEETING = PersonAssignment(
    "p1", "Bà Lan", "e1", {"en": "Meeting"}, DAY, DAY, DAY, DAY, time(8), time(10), "Asia/Ho_Chi_Minh"
)


def other(first: int = 0, last: int = 0, start: str | None = None, end: str | None = None) -> PersonAssignment:
    at = days(first, last)
    hours = [time.fromisoformat(hour) if hour else None for hour in (start, end)]
    return replace(
        MEETING, event_id="e2", title={"en": "Other"}, first_day=at.first, last_day=at.last, arrives_on=at.first,
        departs_on=at.last, start_time=hours[0], end_time=hours[1],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("second", "clash"),
    [
        (other(), True),
        (other(1, 1), False),
        (other(-1, -1), False),
        (other(-1, 0), True),
        (other(0, 5), True),
        (other(0, 0, "10:00", "11:00"), False),  # touching
        (other(0, 0, "09:59", "11:00"), True),
        (other(0, 0, "06:00", "08:00"), False),
        (other(0, 0, "06:00", "08:01"), True),
        (other(0, 0, "14:00", None), True),  # when it ends is not known
        (other(0, 0, None, "07:00"), True),  # nor when it begins
        (other(-1, 0, "08:00", "07:00"), False),  # over before the meeting
        (other(-1, 0, "08:00", "09:00"), True),
        (replace(other(1, 1, "08:00", "10:00"), arrives_on=DAY), True),  # travelling on the day of the meeting
        (replace(other(-1, -1, "08:00", "10:00"), departs_on=DAY), True),
        (replace(other(0, 0, "10:00", "11:00"), timezone="Asia/Bangkok"), False),
        (replace(other(0, 0, "10:00", "11:00"), timezone="Asia/Tokyo"), True),  # 08:00 to 09:00 here
    ],
)
def test_nobody_is_in_two_places(second: PersonAssignment, clash: bool) -> None:
    assert MEETING.clashes_with(second) is second.clashes_with(MEETING) is clash


def test_a_person_clash_names_the_person_and_the_other_event() -> None:
    around = {"p1": [MEETING, other(-1, 1)], "p2": [replace(MEETING, person_id="p2")]}
    (found,) = person_warnings([MEETING, replace(MEETING, person_id="p2")], around)
    assert (found.code, found.with_) == ("person_double_committed", "e2")
    assert str(found.detail) == "Bà Lan is also in “Other”, 28 February – 2 March 2027."
    assert str(found.advice) == "Choose somebody else, or move one of the two events."


def test_head_and_member_of_the_same_event_is_one_engagement() -> None:
    assert len(person_warnings([MEETING, MEETING], {"p1": [MEETING, MEETING, other(), other()]})) == 1
    assert person_warnings([MEETING], {"p1": [MEETING, MEETING]}) == []


# The rule that ties both together


COUNTRIES = ("LA", "VN")


@given(
    length=st.sampled_from([1, 3, 12, 31, 32, 90]),
    stays=st.lists(
        st.tuples(st.integers(0, 200), st.integers(0, 45)).map(
            lambda pair: stay(pair[0], pair[0] + pair[1], str(pair))
        ),
        max_size=5,
    ),
)
def test_an_event_on_an_opening_has_no_clash_and_one_on_a_refused_day_has(
    length: int, stays: list[HostedVisit]
) -> None:
    almanac, within = HolidayIndex(), days(0, 200)
    held = almanac.off(COUNTRIES, within.first, within.last)
    board = DayIndex(within, held, almanac.working_days(COUNTRIES), stays, [])
    free = {one.days.first for one in openings(board, OpeningQuery(length, within, DAY)).openings}
    for number in range(0, len(within) - length + 1, 3):
        window = days(number, number + length - 1)
        clashes: list[EventWarning] = holiday_warnings(window, held) + host_warnings(
            HostedVisit("new", {}, window), stays
        )
        nobody_works = length <= 31 and not any(almanac.working_days(COUNTRIES).is_working(day) for day in window)
        assert (window.first in free) is not (bool(clashes) or nobody_works)


# The other warnings


def test_warnings_about_the_commitment_say_the_way_out_too() -> None:
    late = replace(VISIT, headcount=30, days=Days(date(2028, 12, 30), date(2029, 2, 1)))
    found = [*commitment_warnings(late, PROMISE), short_notice(late, date(2028, 12, 20))]
    assert [str(notice.advice) for notice in found if notice] == [
        "Change the number of people, or the commitment if another number was agreed.",
        "Change the days, or the commitment if another length was agreed.",
        "It counts all the same, as it begins within the agreement; settle who pays after its end.",
        "Move it to 3 January 2029 or later, or make sure that letters, visas and lodging can still be had in time.",
    ]
    (outside,) = commitment_warnings(replace(VISIT, days=Days(date(2029, 3, 5), date(2029, 3, 16))), PROMISE)
    assert str(outside.advice) == (
        "Move it into the agreement's period, or link it to the agreement that holds on its days."
    )
