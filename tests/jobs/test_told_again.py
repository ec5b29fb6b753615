"""What follows an event outlives changes of its rule, and what was late stays so, whatever the clock shows."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlmodel import Session

from calendars.reminders import due_times
from jobs.clock_repairs import put_right
from models.database import Database
from models.vocabulary import ReminderAnchor, ReminderState
from service.actions.context import ActionContext
from service.actions.reminders.preview import preview
from service.actions.reminders.reminder_planning import plan_event, plan_rule, plan_working_days
from tests.factories import NOW, OFFICE, make_event, make_rule, make_task, make_user
from tests.jobs.conftest import HandClock, WorkerFactory, all_reminders
from tests.jobs.sink import Sink

PENDING, SKIPPED, SENT = ReminderState.PENDING, ReminderState.SKIPPED, ReminderState.SENT


def at(instant: datetime) -> ActionContext:
    return ActionContext(None, instant, OFFICE)


def waiting(session: Session) -> list[tuple[str, datetime]]:
    return [(row.recipient, row.due_at) for row in all_reminders(session) if row.state is PENDING]


# What follows an event


@pytest.mark.both_databases("events to come found by a condition")
@pytest.mark.parametrize("working_days", [False, True])
def test_a_reminder_after_the_last_day_outlives_a_change_of_its_rule(database: Database, working_days: bool) -> None:
    """The report of a visit that ended two days ago is still wanted when its rule or a day off is edited."""
    with database.transaction() as session:
        rule = make_rule(
            session, anchor=ReminderAnchor.END, offset="P5D", at=time(8), working_days=working_days, audience=["owner"]
        )
        owner = make_user(session)
        event = make_event(session, first_day=date(2026, 11, 20), created_by=owner.id)
        plan_event(session, at(NOW), event)
        before = waiting(session)
        assert len(before) == 1
        rule.at = time(9)
        plan_rule(session, at(NOW), rule)
        later = [(owner.email, before[0][1] + timedelta(hours=1))]
        assert waiting(session) == later
        plan_working_days(session, at(NOW))
        assert waiting(session) == later
        shown = preview(session, at(NOW), rule, "en", locale="en")["reminders"]
        assert [one["due_at"] for one in shown] == [later[0][1]]


def test_a_task_that_is_due_after_its_visit_outlives_a_change_of_its_rule(database: Database) -> None:
    """The rule counts back from the due day, and that lies after the visit."""
    with database.transaction() as session:
        rule = make_rule(session, anchor=ReminderAnchor.TASK_DUE, offset="-P1D", at=time(8), audience=["assignee"])
        owner = make_user(session)
        event = make_event(session, first_day=date(2026, 11, 20), created_by=owner.id)
        make_task(session, event, due_on=date(2026, 11, 30))
        plan_event(session, at(NOW), event)
        assert len(waiting(session)) == 1
        rule.at = time(9)
        plan_rule(session, at(NOW), rule)
        assert waiting(session) == [(owner.email, datetime.fromisoformat("2026-11-29T09:00+07:00"))]


def test_a_new_rule_says_nothing_of_what_is_over(database: Database) -> None:
    with database.transaction() as session:
        make_event(session, first_day=date(2026, 11, 20), created_by=make_user(session).id)
        plan_rule(session, at(NOW), make_rule(session, anchor=ReminderAnchor.END, offset="PT12H", audience=["owner"]))
        assert all_reminders(session) == []


# Wrong clocks


@pytest.mark.parametrize("days", [400, -400])
def test_what_was_skipped_as_late_stays_skipped_whatever_the_clock_shows(database: Database, days: int) -> None:
    """The clock goes far off and back, and everything is planned anew each time: nothing old becomes due."""
    with database.transaction() as session:
        rule = make_rule(session, offset="-P60D", at=time(8), audience=["owner"])
        owner = make_user(session)
        event = make_event(session, first_day=date(2026, 12, 20), created_by=owner.id)
        plan_event(session, at(NOW), event)
        (late,) = all_reminders(session)
        assert (late.state, late.reason) == (SKIPPED, due_times.TOO_LATE)
        for now in (NOW + timedelta(days=days), NOW):
            plan_event(session, at(now), event)
            plan_rule(session, at(now), rule)
            assert [(row.id, row.state) for row in all_reminders(session)] == [(late.id, SKIPPED)]


def test_what_was_late_does_not_leave_when_a_clock_that_was_behind_is_right_again(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    """Behind by 400 days, all rows look as if a clock ahead had written them, and are put right; once it is right
    again, what was skipped as late is still late, and what is due leaves once."""
    with database.transaction() as session:
        for offset in ("-P60D", "-P20D"):
            make_rule(session, offset=offset, at=time(8), audience=["owner"])
        owner = make_user(session)
        for day in range(1, 7):
            plan_event(session, at(NOW), make_event(session, first_day=date(2026, 12, 20 + day), created_by=owner.id))
        assert [row.state for row in all_reminders(session)] == [SKIPPED] * 6 + [PENDING] * 6
    clock.now = NOW - timedelta(days=400)
    put_right(database, clock.now, 60)
    make_worker().tick()
    clock.now = NOW + timedelta(days=30)
    put_right(database, clock.now, 60)
    worker = make_worker()
    while worker.tick():
        pass
    with database.transaction() as session:
        found = [(row.state, row.reason) for row in all_reminders(session)]
    assert found[:6] == [(SKIPPED, due_times.TOO_LATE)] * 6
    assert len(sink.received) == sum(state is SENT for state, _reason in found[6:])
