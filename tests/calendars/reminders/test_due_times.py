"""Which reminders a rule wants, when they are due, until when they are of use, and why one no longer holds."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from calendars.days.offsets import Offset
from calendars.reminders import due_times
from calendars.reminders.due_times import (
    EventDays,
    RuleFacts,
    TaskDays,
    due_reminders,
    skip_reason,
    too_late,
    useful_until,
)
from models.vocabulary import EventKind, EventStatus, ReminderAnchor

EVENT = EventDays(
    id="event",
    kind=EventKind.DELEGATION,
    status=EventStatus.PLANNED,
    first_day=date(2027, 3, 10),
    last_day=date(2027, 3, 12),
    start_time=None,
    end_time=None,
    timezone="Asia/Ho_Chi_Minh",
    arrives_on=date(2027, 3, 9),
    departs_on=date(2027, 3, 13),
)
TIMED = replace(EVENT, start_time=time(8, 30), end_time=time(17))
OFFICE_DAYS = due_times.office_days([])
RULE = RuleFacts(id="rule", anchor=ReminderAnchor.START, offset=Offset())


def local(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """An hour of March 2027 in Hải Dương, seven hours ahead of UTC."""
    return datetime(2027, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


def dues(rule: RuleFacts, event: EventDays) -> list[datetime]:
    return [due.due_at for due in due_reminders(rule, event, OFFICE_DAYS)]


@pytest.mark.parametrize(
    ("anchor", "event", "expected"),
    [
        (ReminderAnchor.ARRIVAL, EVENT, local(9)),
        (ReminderAnchor.ARRIVAL, TIMED, local(9)),
        (ReminderAnchor.ARRIVAL, replace(TIMED, arrives_on=date(2027, 3, 10)), local(10)),
        (ReminderAnchor.START, EVENT, local(10)),
        (ReminderAnchor.START, TIMED, local(10, 8, 30)),
        (ReminderAnchor.END, EVENT, local(12)),
        (ReminderAnchor.END, TIMED, local(12, 17)),
    ],
)
def test_wanted_counts_from_the_anchor(anchor: ReminderAnchor, event: EventDays, expected: datetime) -> None:
    assert dues(replace(RULE, anchor=anchor), event) == [expected]


@pytest.mark.parametrize(
    ("offset", "at", "working_days", "expected"),
    [
        ("-P1D", None, False, local(9, 8, 30)),
        ("-PT2H", None, False, local(10, 6, 30)),
        ("P3D", time(9), False, local(13, 9)),
        ("-P1D", time(14), False, local(9, 14)),
        ("-P3D", time(8), True, local(4, 8)),  # 10 March 2027 is a Wednesday and 8 March a holiday in Laos
    ],
)
def test_wanted_goes_by_offset_hour_and_working_days(
    offset: str, at: time | None, working_days: bool, expected: datetime
) -> None:
    event = replace(TIMED, last_day=TIMED.first_day)
    assert dues(replace(RULE, offset=Offset.parse(offset), at=at, working_days=working_days), event) == [expected]


@pytest.mark.parametrize("status", EventStatus)
def test_only_planned_confirmed_and_ongoing_events_are_reminded_of(status: EventStatus) -> None:
    reminded = {EventStatus.PLANNED, EventStatus.CONFIRMED, EventStatus.ONGOING}
    assert bool(dues(RULE, replace(EVENT, status=status))) == (status in reminded)


def test_a_rule_without_kinds_is_for_all_and_one_with_kinds_for_those() -> None:
    for kind in EventKind:
        assert dues(RULE, replace(EVENT, kind=kind))
        only = replace(RULE, kinds=frozenset({"activity", "anniversary"}))
        assert bool(dues(only, replace(EVENT, kind=kind))) == (kind in {EventKind.ACTIVITY, EventKind.ANNIVERSARY})


def test_an_inactive_rule_wants_nothing() -> None:
    assert dues(replace(RULE, active=False), EVENT) == []


def test_each_open_task_with_a_due_day_is_reminded_of() -> None:
    tasks = (
        TaskDays("open", date(2027, 3, 1), done=False),
        TaskDays("done", date(2027, 3, 1), done=True),
        TaskDays("whenever", None, done=False),
    )
    rule = replace(RULE, anchor=ReminderAnchor.TASK_DUE, at=time(8))
    found = {due.task_id: due.due_at for due in due_reminders(rule, replace(EVENT, tasks=tasks), None)}
    assert found == {"open": local(1, 8)}


def test_too_late_begins_a_quarter_of_an_hour_after_the_due_instant() -> None:
    assert not too_late(local(10, 8), local(10, 7))
    assert not too_late(local(10, 8), local(10, 8, 15))
    assert too_late(local(10, 8), local(10, 8, 15) + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("event", "due", "until"),
    [
        (EVENT, local(1), local(13)),
        (EVENT, local(12, 9), local(13)),
        (TIMED, local(10, 8), local(12, 17)),
        (TIMED, local(12, 17), local(15, 17)),
        (EVENT, local(20), local(23)),
    ],
)
def test_useful_until_the_event_is_over_or_three_days_after_a_later_due(
    event: EventDays, due: datetime, until: datetime
) -> None:
    assert useful_until(event, due) == until


def test_an_event_on_the_last_day_of_the_calendar_is_over_some_time() -> None:
    assert replace(EVENT, last_day=date.max).over_at.year == 9999


OPEN = TaskDays("task", date(2027, 3, 5), done=False)
OF_TASK = replace(RULE, anchor=ReminderAnchor.TASK_DUE)


@pytest.mark.parametrize(
    ("rule", "event", "task_id", "due", "reason"),
    [
        (RULE, EVENT, None, local(10), None),
        (OF_TASK, replace(EVENT, tasks=(OPEN,)), "task", local(5), None),
        (None, EVENT, None, local(10), due_times.RULE_DELETED),
        (replace(RULE, active=False), EVENT, None, local(10), due_times.RULE_OFF),
        (replace(RULE, kinds=frozenset({"activity"})), EVENT, None, local(10), due_times.OTHER_KIND),
        (RULE, replace(EVENT, first_day=date(2027, 3, 11)), None, local(10), due_times.MOVED),
        (OF_TASK, replace(EVENT, tasks=(replace(OPEN, done=True),)), "task", local(5), due_times.TASK_SETTLED),
        (OF_TASK, EVENT, "task", local(5), due_times.TASK_SETTLED),
        (OF_TASK, replace(EVENT, tasks=(replace(OPEN, due_day=date(2027, 3, 6)),)), "task", local(5), due_times.MOVED),
        (RULE, replace(EVENT, status=EventStatus.DRAFT), None, local(10), "The event is a draft."),
        (RULE, replace(EVENT, status=EventStatus.POSTPONED), None, local(10), "The event is postponed."),
        (None, replace(EVENT, status=EventStatus.CANCELLED), None, local(10), "The event is cancelled."),
        (RULE, replace(EVENT, status=EventStatus.COMPLETED), None, local(10), "The event is completed."),
    ],
)
def test_no_longer_says_why(
    rule: RuleFacts | None, event: EventDays, task_id: str | None, due: datetime, reason: str | None
) -> None:
    found = skip_reason(rule, event, task_id, due, OFFICE_DAYS)
    assert (found.text if found else None) == reason


def test_a_rule_with_a_broken_offset_can_not_be_read() -> None:
    class Row:
        id, kinds, anchor, offset, at = "rule", (), ReminderAnchor.START, "tomorrow", None
        working_days, active = False, True

    with pytest.raises(ValueError, match="tomorrow"):
        RuleFacts.of(Row())
