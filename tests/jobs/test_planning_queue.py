"""Planning over many events in batches: what comes out is what planning at once makes, whatever happens in between."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event as sa_event
from sqlalchemy import text
from sqlmodel import Session, col, select

from calendars.reminders import due_times
from models.accounts import User
from models.database import Database
from models.event_parts import Task
from models.events import Event
from models.feeds import CalendarChange
from models.holidays import OfficeHoliday
from models.reminders import Reminder, ReminderRule
from models.vocabulary import EventStatus, HolidayCategory, ReminderAnchor, ReminderState, Role, Visibility
from models.workers import PlanningJob
from service.actions.accounts.accounts import change_user, create_user
from service.actions.context import ActionContext
from service.actions.effects.changes import days_off_changed, person_changed
from service.actions.effects.planning_queue import PlanningQueue
from service.actions.reminders import planning_jobs, reminder_planning
from service.actions.reminders.reminder_planning import plan_event, plan_readers, plan_rule
from service.actions.reminders.reminder_rules import delete_rule
from tests.factories import (
    NOW,
    OFFICE,
    make_event,
    make_member,
    make_organisation,
    make_person,
    make_rule,
    make_task,
    make_user,
)
from tests.jobs.conftest import all_reminders
from tests.jobs.test_crash import ROOT, wait_for

pytestmark = pytest.mark.both_databases("locks, upserts and statements for many rows differ")

PENDING, SKIPPED = ReminderState.PENDING, ReminderState.SKIPPED


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five events are many here."""
    monkeypatch.setattr(planning_jobs, "AT_ONCE", 4)
    monkeypatch.setattr(planning_jobs, "BATCH", 5)
    monkeypatch.setattr(reminder_planning, "_SKIPPED_AT_ONCE", 4)


@pytest.fixture
def act() -> ActionContext:
    return ActionContext(user=None, now=NOW, office=OFFICE)


Planner = Callable[..., int]


@pytest.fixture
def work(database: Database) -> Planner:
    """Plan until nothing waits, or so many batches; how many there were."""
    queue = PlanningQueue(OFFICE)

    def run(most: int = 1000, at: Any = NOW) -> int:
        done = 0
        while done < most:
            with database.transaction() as session:
                if not queue.is_waiting(session) or not queue.plan_batch(session, at):
                    break
            done += 1
        return done

    return run


def many_events(session: Session, count: int = 13, **values: Any) -> list[Event]:
    """One a day from 2 December 2026."""
    days = (date(2026, 12, 2) + timedelta(days=number) for number in range(count))
    return [make_event(session, first_day=day, last_day=day, **values) for day in days]


def kept(database: Database) -> set[tuple[Any, ...]]:
    """What matters of all reminders."""
    with database.transaction(write=False) as session:
        return {
            (row.event_id, row.rule_key, row.task_key, row.recipient, row.due_at, row.state, row.reason)
            for row in all_reminders(session)
        }


def jobs(database: Database) -> list[PlanningJob]:
    with database.transaction(write=False) as session:
        return list(session.exec(select(PlanningJob)))


def at_once(database: Database, act: ActionContext) -> set[tuple[Any, ...]]:
    """What planning every event in its own transaction makes of the present rules; nothing of it is kept."""
    with database.transaction() as session:
        for event in session.exec(select(Event).order_by(col(Event.id))):
            plan_event(session, act, event)
        made = {
            (row.event_id, row.rule_key, row.task_key, row.recipient, row.due_at, row.state, row.reason)
            for row in all_reminders(session)
        }
        session.rollback()
        return made


def test_a_rule_over_many_events_is_left_to_the_worker(database: Database, act: ActionContext, work: Planner) -> None:
    with database.transaction() as session:
        many_events(session)
        rule = make_rule(session, audience=["email:a@example.org", "role:officer"])
        make_user(session)
        plan_rule(session, act, rule)
        assert all_reminders(session) == []
        assert planning_jobs.remaining(session) == 13
        assert planning_jobs.remaining_of_rule(session, rule.id) == 13
    expected = at_once(database, act)
    assert len(expected) == 26
    assert work(1) == 1
    with database.transaction(write=False) as session:
        assert planning_jobs.remaining_of_rule(session, rule.id) == 8
        days = {session.get_one(Event, row.event_id).first_day for row in all_reminders(session)}  # type: ignore[arg-type]
        assert days == {date(2026, 12, day) for day in range(2, 7)}, "the nearest come first"
    work()
    assert kept(database) == expected
    assert jobs(database) == []


def test_a_few_events_are_planned_in_the_transaction_of_the_change(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        many_events(session, 4)
        plan_rule(session, act, make_rule(session))
        assert len(all_reminders(session)) == 4
    assert jobs(database) == []


def test_what_was_due_while_it_waited_is_sent_and_not_skipped(
    database: Database, act: ActionContext, work: Planner
) -> None:
    with database.transaction() as session:
        many_events(session)
        # The first is due on 1 December at 00:00, an hour after the change.
        rule = make_rule(session)
        before = ActionContext(None, NOW.replace(month=11, day=30, hour=16), OFFICE)
        plan_rule(session, before, rule)
    work(at=NOW.replace(month=11, day=30, hour=18))
    assert {row[5] for row in kept(database)} == {PENDING}


def test_an_account_that_no_word_reaches_leaves_nothing_to_plan(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        many_events(session)
        make_rule(session, audience=["owner", "members", "role:officer", "organisation", "email:x@example.org"])
        viewer = {"name": "V", "role": Role.VIEWER, "organisation_id": make_organisation(session).id}
        create_user(session, act, {"email": "v@example.org", **viewer})
    assert jobs(database) == []
    assert kept(database) == set()


def test_an_account_is_planned_for_the_events_it_may_be_told_of(
    database: Database, act: ActionContext, work: Planner
) -> None:
    with database.transaction() as session:
        own, other = make_organisation(session), make_organisation(session)
        many_events(session, 7, organisation_id=own.id)
        many_events(session, 7, organisation_id=other.id)
        many_events(session, 7, organisation_id=other.id, visibility=Visibility.PUBLIC)
        make_rule(session, audience=["role:officer"])
        officer = {"name": "O", "role": Role.OFFICER, "organisation_id": own.id}
        user = create_user(session, act, {"email": "o@example.org", **officer})
        assert planning_jobs.remaining(session) == 14
    expected = at_once(database, act)
    work()
    assert kept(database) == expected
    assert len(expected) == 14
    with database.transaction() as session:
        change_user(session, act, session.get_one(User, user.id), {"role": Role.VIEWER})
    work()
    assert {row[5:] for row in kept(database)} == {(SKIPPED, due_times.NOT_ADDRESSED)}


def test_a_rule_switched_off_or_deleted_while_it_waits_tells_nobody(
    database: Database, act: ActionContext, work: Planner
) -> None:
    with database.transaction() as session:
        many_events(session)
        off, gone = make_rule(session), make_rule(session)
        for rule in (off, gone):
            plan_rule(session, act, rule)
    assert work(3) == 3
    with database.transaction() as session:
        rule = session.get_one(ReminderRule, off.id)
        rule.active = False
        plan_rule(session, act, rule)
        rule = session.get_one(ReminderRule, gone.id)
        session.delete(rule)
        plan_rule(session, act, rule)
    work()
    reasons = {row[1]: set[Any]() for row in kept(database)}
    for row in kept(database):
        reasons[row[1]].add(row[5:])
    assert reasons == {
        off.id: {(SKIPPED, due_times.RULE_OFF)},
        gone.id: {(SKIPPED, due_times.RULE_DELETED)},
    }


def test_a_rule_changed_while_it_waits_begins_anew(database: Database, act: ActionContext, work: Planner) -> None:
    with database.transaction() as session:
        many_events(session)
        rule = make_rule(session)
        plan_rule(session, act, rule)
    work(2)
    with database.transaction() as session:
        rule = session.get_one(ReminderRule, rule.id)
        rule.offset = "-P2D"
        plan_rule(session, act, rule)
        assert planning_jobs.remaining(session) == 13
    work()
    pending = {row for row in kept(database) if row[5] is PENDING}
    assert len(pending) == 13
    assert {row for row in at_once(database, act) if row[5] is PENDING} == pending


def test_an_event_moved_or_made_while_a_rule_waits_is_planned_once_and_right(
    database: Database, act: ActionContext, work: Planner
) -> None:
    with database.transaction() as session:
        events = many_events(session)
        rule = make_rule(session)
        plan_rule(session, act, rule)
    work(1)
    with database.transaction() as session:
        for event, days in ((session.get_one(Event, events[0].id), 30), (session.get_one(Event, events[12].id), -11)):
            for name in ("first_day", "last_day", "arrives_on", "departs_on"):
                setattr(event, name, getattr(event, name) + timedelta(days=days))
            plan_event(session, act, event)
        plan_event(session, act, make_event(session, first_day=date(2026, 12, 3)))
    work()
    pending = {row for row in kept(database) if row[5] is PENDING}
    assert len(pending) == 14
    assert {row for row in at_once(database, act) if row[5] is PENDING} == pending


def test_a_day_off_moves_the_due_days_of_many_tasks_in_batches(
    database: Database, act: ActionContext, work: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        events = many_events(session)
        tasks = [make_task(session, event, due_offset="-P3D", working_days=True) for event in events]
        tasks += [make_task(session, event, due_offset="-P3D") for event in events]
        make_rule(session, anchor=ReminderAnchor.TASK_DUE, offset="P0D")
        make_rule(session, offset="-P2D", working_days=True)
        make_rule(session)
        for event in events:
            plan_event(session, act, event)
        session.flush()
        session.add(OfficeHoliday(**holiday(date(2026, 12, 7))))
        session.flush()
        days_off_changed(session, act)
        assert [job.counts_days for job in session.exec(select(PlanningJob))] == [True]
        notes = len(session.exec(select(CalendarChange)).all())
    work()
    with database.transaction() as session:
        due = {task.id: task.due_day for task in session.exec(select(Task))}
        assert len(session.exec(select(CalendarChange)).all()) > notes
    with database.transaction() as session:
        monkeypatch.setattr(planning_jobs, "AT_ONCE", 500)
        days_off_changed(session, act)  # now all at once: nothing is left to change
    with database.transaction(write=False) as session:
        assert {task.id: task.due_day for task in session.exec(select(Task))} == due
        assert due[tasks[5].id] < date(2026, 12, 4)  # type: ignore[operator]
    pending = {row for row in kept(database) if row[5] is PENDING}
    assert {row for row in at_once(database, act) if row[5] is PENDING} == pending


def holiday(day: date) -> dict[str, Any]:
    return {
        "first_day": day,
        "country": "VN",
        "name": {"vi": "Nghỉ bù"},
        "category": HolidayCategory.PUBLIC,
        "source": "test",
    }


def test_a_person_in_many_events_is_planned_in_batches(database: Database, act: ActionContext, work: Planner) -> None:
    with database.transaction() as session:
        guest = make_organisation(session)
        make_user(session, organisation_id=guest.id)
        person = make_person(session, organisation_id=guest.id)
        make_rule(session, audience=["role:officer"])
        for event in many_events(session, organisation_id=make_organisation(session).id):
            make_member(session, event, person)
        session.flush()
        person.organisation_id = None
        session.flush()
        person_changed(session, act, person, None, {"organisation_id"})
        assert planning_jobs.remaining(session) == 13
    expected = at_once(database, act)
    assert len(expected) == 13
    assert work() >= 3
    assert kept(database) == expected


def test_two_changes_at_once_leave_nothing_out(database: Database, act: ActionContext, work: Planner) -> None:
    """A rule and an account, made in transactions that do not see each other."""
    with database.transaction() as session:
        many_events(session)
    together = threading.Barrier(2, timeout=20)

    def make(what: Callable[[Session], None]) -> None:
        with database.transaction() as session:
            if not database.is_sqlite:
                session.execute(text("SELECT 1"))
                together.wait()
            what(session)

    def rule(session: Session) -> None:
        plan_rule(session, act, make_rule(session, audience=["role:officer"]))

    def account(session: Session) -> None:
        user = make_user(session, email="o@example.org")
        plan_readers(session, act, [user.email])

    threads = [threading.Thread(target=make, args=(what,)) for what in (rule, account)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    work()
    assert len(kept(database)) == 13
    assert kept(database) == at_once(database, act)


@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize("waits", [True, False], ids=["waits", "control"])
def test_an_event_made_at_the_moment_of_the_change_gets_the_rule(
    database: Database, act: ActionContext, work: Planner, monkeypatch: pytest.MonkeyPatch, waits: bool
) -> None:
    """It was planned before the rule was there, and is committed after the batches were read, unless they wait."""
    with database.transaction() as session:
        many_events(session)
        ids = [event.id for event in many_events(session, 1)]
    if not waits:
        monkeypatch.setattr(reminder_planning, "others_planning", lambda session: frozenset())
        monkeypatch.setattr(reminder_planning, "lock_for_batch", lambda session, ids: None)
    planned, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with database.transaction() as session:
            plan_event(session, act, session.get_one(Event, ids[0]))  # takes the lock
            plan_event(session, act, make_event(session, first_day=date(2026, 12, 3)))
            planned.set()
            assert go_on.wait(20)

    thread = threading.Thread(target=slow)
    thread.start()
    assert planned.wait(20)
    with database.transaction() as session:
        plan_rule(session, act, make_rule(session))
    before = work()
    go_on.set()
    thread.join(20)
    work()
    assert (len(kept(database)) == 15) is waits
    assert (before == 0) is waits


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_rule_is_deleted_while_an_event_is_planned_by_it(database: Database, act: ActionContext) -> None:
    """Neither waits for the other in a circle, nor refers to what is gone."""
    with database.transaction() as session:
        rule_id = make_rule(session).id
        event_id = make_event(session).id
    planning, deleting = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def plan() -> None:
        try:
            with database.transaction() as session:
                plan_event(session, act, session.get_one(Event, event_id))
                planning.set()
                assert deleting.wait(20)
                time.sleep(0.5)
                plan_event(session, act, make_event(session))
        except BaseException as problem:
            failed.append(problem)

    thread = threading.Thread(target=plan)
    thread.start()
    assert planning.wait(20)
    deleting.set()
    with database.transaction() as session:
        delete_rule(session, act, session.get_one(ReminderRule, rule_id))
    thread.join(20)
    assert failed == []
    assert {row[5:] for row in kept(database)} == {(SKIPPED, due_times.RULE_DELETED)}


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_an_event_that_is_locked_holds_up_the_batch_and_not_the_others(
    database: Database, act: ActionContext, work: Planner
) -> None:
    with database.transaction() as session:
        events = many_events(session)
        plan_rule(session, act, make_rule(session))
    with database.transaction() as holder:
        holder.execute(text("SELECT id FROM event WHERE id = :id FOR UPDATE"), {"id": events[2].id})
        began = time.monotonic()
        assert work() == 0
        assert time.monotonic() - began < 2
    work()
    assert len(kept(database)) == 13


@pytest.mark.timeout(180)
def test_a_planner_killed_again_and_again_leaves_nothing_out_and_nothing_double(
    database: Database, database_url: str, act: ActionContext, tmp_path: Path
) -> None:
    with database.transaction() as session:
        many_events(session, 60)
        rule = make_rule(session, audience=["email:a@example.org", "email:b@example.org"])
        plan_rule(session, act, rule)
    expected = at_once(database, act)
    file, killed = tmp_path / "batches", 0
    while True:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.jobs.planning_process", database_url, str(file)], cwd=ROOT
        )
        before = len(lines(file))
        wait_for(lambda before=before: len(lines(file)) > before, 40)  # type: ignore[misc]
        if killed < 4:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
            process.wait()
            continue
        wait_for(lambda: "idle" in lines(file), 40)
        process.kill()
        process.wait()
        break
    assert jobs(database) == []
    assert kept(database) == expected
    assert len(expected) == 120


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


def test_cancelled_events_are_left_alone(database: Database, act: ActionContext, work: Planner) -> None:
    with database.transaction() as session:
        many_events(session)
        many_events(session, 3, status=EventStatus.CANCELLED)
        plan_rule(session, act, make_rule(session))
    work()
    assert len(kept(database)) == 13


def test_rows_are_inserted_hundreds_at_a_time(database: Database, act: ActionContext) -> None:
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        if statement.startswith("INSERT INTO reminder "):
            seen.append(statement)

    with database.transaction() as session:
        many_events(session, 3)
        rule = make_rule(session, audience=[f"email:r{number}@example.org" for number in range(90)])
        sa_event.listen(database.engine, "before_cursor_execute", note)
        plan_rule(session, act, rule)
        sa_event.remove(database.engine, "before_cursor_execute", note)
        assert len(all_reminders(session)) == 270
    assert len(seen) == 1


def test_only_future_reminders_of_an_address_are_touched(database: Database, act: ActionContext, work: Planner) -> None:
    with database.transaction() as session:
        make_rule(session, audience=["email:a@example.org", "email:b@example.org"])
        for event in many_events(session):
            plan_event(session, act, event)
        before = len(all_reminders(session))
        plan_readers(session, act, ["a@example.org"])
    work()
    with database.transaction(write=False) as session:
        assert len(all_reminders(session)) == before
        assert {row.state for row in session.exec(select(Reminder))} == {PENDING}
