"""When tasks are due: from arrival or departure, in calendar or working days; how that is told; what is late."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.events.task_due_dates import TaskDueValues, TravelDays, due_day, due_offset_text, is_overdue
from calendars.reminders.due_times import office_days
from models.errors import InvalidValue
from models.vocabulary import EventStatus, TaskAnchor

ARRIVAL, DEPARTURE = TaskAnchor.ARRIVAL, TaskAnchor.DEPARTURE
OFFICE_DAYS = office_days([])
# Wednesday 10 to Friday 12 March 2027; Monday 8 March is off in Laos.
VISIT = TravelDays(date(2027, 3, 10), date(2027, 3, 12))
DATINGS = st.builds(
    TaskDueValues,
    due_on=st.none(),
    due_offset=st.integers(-400, 400).map(lambda days: f"{'-' if days < 0 else ''}P{abs(days)}D"),
    anchor=st.sampled_from(TaskAnchor),
    working_days=st.booleans(),
)
VISITS = st.builds(
    lambda first, days: TravelDays(first, first + timedelta(days=days)),
    st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    st.integers(0, 60),
)


@pytest.mark.parametrize(
    ("offset", "anchor", "working_days", "expected"),
    [
        ("-P14D", ARRIVAL, False, date(2027, 2, 24)),
        ("-P2W", ARRIVAL, False, date(2027, 2, 24)),
        ("P0D", ARRIVAL, False, date(2027, 3, 10)),
        ("P0D", DEPARTURE, False, date(2027, 3, 12)),
        ("P10D", DEPARTURE, False, date(2027, 3, 22)),
        ("-P1D", ARRIVAL, True, date(2027, 3, 9)),
        ("-P2D", ARRIVAL, True, date(2027, 3, 5)),
        ("P1D", DEPARTURE, True, date(2027, 3, 15)),
        ("-P1D", DEPARTURE, True, date(2027, 3, 11)),
    ],
)
def test_due_day_is_counted_from_its_anchor(
    offset: str, anchor: TaskAnchor, working_days: bool, expected: date
) -> None:
    assert due_day(TaskDueValues(None, offset, anchor, working_days), VISIT, OFFICE_DAYS) == expected


def test_a_day_of_its_own_stays_and_a_task_without_any_is_due_at_any_time() -> None:
    assert due_day(TaskDueValues(date(2027, 1, 2), None, DEPARTURE, True), VISIT, OFFICE_DAYS) == date(2027, 1, 2)
    assert due_day(TaskDueValues(None, None, ARRIVAL, True), VISIT, OFFICE_DAYS) is None


@pytest.mark.parametrize(
    ("offset", "working_days", "visit", "why"),
    [
        ("-P1D", False, TravelDays(date.min, date.min), "end of the calendar"),
        ("P1D", True, TravelDays(date.max, date.max), "end of the calendar"),
        ("-P3000D", True, VISIT, "more than ten years"),
        ("-PT3H", False, VISIT, "count in days or weeks"),
        ("-P1M", False, VISIT, "-P1M"),
        ("tomorrow", False, VISIT, "tomorrow"),
    ],
)
def test_what_can_not_be_counted_says_so(offset: str, working_days: bool, visit: TravelDays, why: str) -> None:
    with pytest.raises(InvalidValue, match=why):
        due_day(TaskDueValues(None, offset, ARRIVAL, working_days), visit, OFFICE_DAYS)


@given(DATINGS, VISITS)
def test_due_days_move_with_the_visit_and_stand_on_its_side(dating: TaskDueValues, visit: TravelDays) -> None:
    found = due_day(dating, visit, OFFICE_DAYS)
    assert found is not None
    anchor = visit.day_of(dating.anchor)
    before = (dating.due_offset or "").startswith("-")
    assert (found < anchor) if before else (found >= anchor)
    if dating.working_days and found != anchor:
        assert OFFICE_DAYS.is_working(found)
    if not dating.working_days:
        later = TravelDays(visit.arrives_on + timedelta(days=9), visit.departs_on + timedelta(days=9))
        assert due_day(dating, later, OFFICE_DAYS) == found + timedelta(days=9)


@pytest.mark.parametrize(
    ("offset", "anchor", "working_days", "told"),
    [
        ("-P14D", ARRIVAL, False, "14 days before the arrival"),
        ("-P2W", ARRIVAL, False, "14 days before the arrival"),
        ("-P1D", ARRIVAL, False, "1 day before the arrival"),
        ("-P1D", DEPARTURE, True, "1 working day before the departure"),
        ("P10D", DEPARTURE, True, "10 working days after the departure"),
        ("P3D", ARRIVAL, False, "3 days after the arrival"),
        ("P0D", ARRIVAL, True, "on the day of arrival"),
        ("-P0D", DEPARTURE, False, "on the day of departure"),
    ],
)
def test_counted_tells_it_in_words(offset: str, anchor: TaskAnchor, working_days: bool, told: str) -> None:
    assert str(due_offset_text(TaskDueValues(None, offset, anchor, working_days))) == told


def test_only_what_is_counted_is_told() -> None:
    assert due_offset_text(TaskDueValues(date(2027, 1, 2), None, ARRIVAL, False)) is None
    assert due_offset_text(TaskDueValues(None, None, ARRIVAL, False)) is None


@pytest.mark.parametrize("status", EventStatus)
def test_open_tasks_are_late_from_the_day_after_unless_their_event_waits(status: EventStatus) -> None:
    today = date(2026, 11, 22)
    waits = status in {EventStatus.DRAFT, EventStatus.POSTPONED, EventStatus.CANCELLED}
    assert is_overdue(date(2026, 11, 21), False, status, today) is not waits
    assert not is_overdue(today, False, status, today)
    assert not is_overdue(date(2026, 11, 21), True, status, today)
    assert not is_overdue(None, False, status, today)
