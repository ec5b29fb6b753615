"""Planning: which rows a change of an event or a rule makes, keeps, calls off and calls back."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event as sa_event
from sqlmodel import Session, select

from calendars.reminders import due_times
from calendars.reminders.change_notices import LONGEST_WAIT, NOTICES
from models.accounts import Audit
from models.database import Database
from models.errors import Conflict
from models.events import Event
from models.places import Person
from models.reminders import Reminder, ReminderRule
from models.vocabulary import EventKind, EventStatus, ReminderAnchor, ReminderPurpose, ReminderState, Role
from service.actions.accounts.accounts import change_user, create_user
from service.actions.context import ActionContext
from service.actions.directory.directory import change_person
from service.actions.reminders import reminder_planning as actions
from service.actions.reminders.reminder_planning import announce_cancellation, plan_event, plan_rule, retry
from tests.at_once import meanwhile
from tests.factories import NOW, OFFICE, make_event, make_member, make_rule, make_task, make_user
from tests.jobs.conftest import NOTICE, all_reminders, assign

PENDING, SKIPPED, SENT = ReminderState.PENDING, ReminderState.SKIPPED, ReminderState.SENT
FAILED, SENDING = ReminderState.FAILED, ReminderState.SENDING


def states(session: Session) -> list[tuple[str, ReminderState, str | None]]:
    return [(row.recipient, row.state, row.reason) for row in all_reminders(session)]


def move(session: Session, event: Event, days: int) -> None:
    names = ("first_day", "last_day", "arrives_on", "departs_on")
    moved = {name: getattr(event, name) + timedelta(days=days) for name in names}
    assign(session, ActionContext(None, NOW, OFFICE), event, **moved)


def settle(session: Session, row: Reminder, state: ReminderState) -> None:
    row.state = state
    row.sent_at = NOW if state is SENT else None
    row.told_sequence = session.get_one(Event, row.event_id).sequence if state is SENT else None
    row.lease_until = NOW if state is SENDING else None
    session.flush()


def test_a_rule_makes_a_reminder_for_each_address(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        rule = make_rule(session, offset="-P1D", at=time(14), audience=["role:officer", "email:Desk@example.org"])
        make_user(session, email="officer@example.org")
        event = make_event(session)
        plan_event(session, act, event)
        first, second = all_reminders(session)
        assert [first.recipient, second.recipient] == ["desk@example.org", "officer@example.org"]
        for row in (first, second):
            assert row.due_at == row.next_at == datetime.fromisoformat("2026-12-01T14:00+07:00")
            assert (row.state, row.rule_id, row.rule_key, row.event_id) == (PENDING, rule.id, rule.id, event.id)
            assert (row.purpose, row.attempts, row.created_at) == (ReminderPurpose.REMINDER, 0, NOW)


def test_planning_twice_changes_nothing(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        make_rule(session, audience=["email:a@example.org", "email:b@example.org"])
        event = make_event(session)
        plan_event(session, act, event)
        before = [row.model_dump() for row in all_reminders(session)]
        plan_event(session, ActionContext(None, NOW + timedelta(hours=1), OFFICE), event)
        assert [row.model_dump() for row in all_reminders(session)] == before


def test_what_was_due_before_is_there_as_skipped_with_its_reason(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        make_rule(session, offset="-P60D")
        plan_event(session, act, make_event(session))
        assert states(session) == [("desk@example.org", SKIPPED, due_times.TOO_LATE)]


def test_a_rule_that_catches_up_sends_at_once_what_was_due_before(database: Database, act: ActionContext) -> None:
    """Ten days before arrival: the invitation of −60 days is too late, the visas of −30 days still matter."""
    with database.transaction() as session:
        make_rule(session, offset="-P60D")
        visas = make_rule(session, offset="-P30D", catch_up=True)
        event = make_event(session)
        plan_event(session, act, event)
        invitation, late = all_reminders(session)
        assert (invitation.state, invitation.reason) == (SKIPPED, due_times.TOO_LATE)
        assert (late.state, late.rule_id, late.reason) == (PENDING, visas.id, None)
        assert late.next_at < NOW
        plan_event(session, act, event)
        assert len(all_reminders(session)) == 2


@pytest.mark.both_databases("rows locked for a change")
def test_a_rule_told_to_catch_up_calls_back_what_was_too_late(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        running = make_event(session, first_day=date(2026, 11, 20), last_day=date(2026, 11, 23))
        over = make_event(session, first_day=date(2026, 11, 21), last_day=date(2026, 11, 21))
        rule = make_rule(session, offset="-P10D")
        for event in (running, over):
            plan_event(session, act, event)
        assert {row.reason for row in all_reminders(session)} == {due_times.TOO_LATE}
        rule.catch_up = True
        for event in (running, over):
            plan_event(session, act, event)
        assert {row.event_id: row.state for row in all_reminders(session)} == {running.id: PENDING, over.id: SKIPPED}


def was_told(session: Session, event: Event, recipient: str) -> None:
    """As after the mails to this reader were sent."""
    for row in all_reminders(session):
        if row.recipient == recipient and row.event_id == event.id and row.state is PENDING:
            settle(session, row, SENT)
    session.flush()


def notices(session: Session) -> list[tuple[str, str, ReminderState, str | None]]:
    return [
        (row.recipient, row.rule_key, row.state, row.reason) for row in all_reminders(session) if row.purpose in NOTICES
    ]


def later(minutes: float) -> ActionContext:
    return ActionContext(None, NOW + timedelta(minutes=minutes), OFFICE)


@pytest.mark.both_databases("rows changed in place, and inserted again over one that was taken back")
def test_whoever_was_told_of_an_event_is_told_once_that_it_moved(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        make_rule(session, audience=["email:a@example.org", "email:b@example.org"])
        event = make_event(session)
        plan_event(session, act, event)
        was_told(session, event, "a@example.org")
        plan_event(session, act, event)
        assert notices(session) == []
        move(session, event, 3)
        plan_event(session, act, event)
        assert notices(session) == [("a@example.org", "moved:1", PENDING, None)]
        (row,) = [row for row in all_reminders(session) if row.purpose is ReminderPurpose.MOVED]
        assert row.due_at == row.next_at == NOW + NOTICE
        plan_event(session, later(1), event)  # words only: nothing more to tell, and nobody waits longer for it
        assert [row.due_at for row in all_reminders(session) if row.purpose in NOTICES] == [NOW + NOTICE]
        move(session, event, 1)
        plan_event(session, later(1.5), event)
        assert notices(session) == [("a@example.org", "moved:2", PENDING, None)]
        (row,) = [row for row in all_reminders(session) if row.purpose is ReminderPurpose.MOVED]
        assert row.due_at == NOW + timedelta(minutes=1.5) + NOTICE
        move(session, event, 1)
        plan_event(session, later(9), event)
        (row,) = [row for row in all_reminders(session) if row.purpose is ReminderPurpose.MOVED]
        assert row.due_at == NOW + LONGEST_WAIT, "ten minutes after the first change at the latest"
        move(session, event, -5)
        plan_event(session, later(9.5), event)
        assert notices(session) == [("a@example.org", "moved:3", SKIPPED, due_times.AS_TOLD)]


@pytest.mark.both_databases("rows changed in place, and inserted again over one that was taken back")
@pytest.mark.parametrize("status", [EventStatus.POSTPONED, EventStatus.CANCELLED])
def test_a_change_gives_way_to_what_calls_the_event_off(
    database: Database, act: ActionContext, status: EventStatus
) -> None:
    with database.transaction() as session:
        make_rule(session)
        event = make_event(session)
        plan_event(session, act, event)
        was_told(session, event, "desk@example.org")
        move(session, event, 3)
        plan_event(session, act, event)
        assign(session, act, event, status=status)
        plan_event(session, act, event)
        if status is EventStatus.CANCELLED:
            announce_cancellation(session, act, event)
        purpose = {"postponed": "postponed", "cancelled": "cancellation"}[status]
        assert notices(session) == [("desk@example.org", f"{purpose}:2", PENDING, None)]
        assign(session, act, event, status=EventStatus.PLANNED)
        move(session, event, -3)
        plan_event(session, act, event)
        ((*_row, state, _why),) = notices(session)
        assert state is SKIPPED, "it is as it was"
        move(session, event, 1)
        plan_event(session, act, event)
        assert [one for one in notices(session) if one[2] is PENDING] == [
            ("desk@example.org", "moved:5", PENDING, None)
        ]


def test_an_event_that_is_over_is_not_told_of(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        make_rule(session, offset="P30D")
        event = make_event(session, first_day=date(2026, 11, 1), status=EventStatus.ONGOING)
        plan_event(session, act, event)
        was_told(session, event, "desk@example.org")
        assign(session, act, event, location={"vi": "Nơi khác"})
        plan_event(session, act, event)
        assert notices(session) == []


@pytest.mark.parametrize(("late", "state"), [(-2, PENDING), (0, PENDING), (15 * 60, PENDING), (15 * 60 + 1, SKIPPED)])
def test_what_is_due_about_now_still_goes_out(
    database: Database, act: ActionContext, late: int, state: ReminderState
) -> None:
    with database.transaction() as session:
        event = make_event(session, first_day=date(2026, 11, 30))
        start = datetime.fromisoformat("2026-11-30T00:00+07:00")
        make_rule(session, offset=f"-PT{int((start - NOW).total_seconds()) + late}S")
        plan_event(session, act, event)
        (row,) = all_reminders(session)
        assert (row.due_at, row.state) == (NOW - timedelta(seconds=late), state)


def test_a_moved_event_gets_its_reminders_anew_and_back_again(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        make_rule(session)
        event = make_event(session)
        plan_event(session, act, event)
        move(session, event, 7)
        plan_event(session, act, event)
        assert [(row.state, row.reason) for row in all_reminders(session)] == [
            (SKIPPED, due_times.MOVED),
            (PENDING, None),
        ]
        move(session, event, -7)
        plan_event(session, act, event)
        assert [(row.state, row.reason) for row in all_reminders(session)] == [
            (PENDING, None),
            (SKIPPED, due_times.MOVED),
        ]


@pytest.mark.parametrize("state", [SENT, FAILED, SENDING])
def test_history_is_never_touched(database: Database, act: ActionContext, state: ReminderState) -> None:
    with database.transaction() as session:
        make_rule(session)
        event = make_event(session)
        plan_event(session, act, event)
        settle(session, all_reminders(session)[0], state)
        for days in (7, -7):
            move(session, event, days)
            plan_event(session, act, event)
        first, second = [row for row in all_reminders(session) if row.purpose is ReminderPurpose.REMINDER]
        assert (first.state, second.state) == (state, SKIPPED)
        # What is being sent may tell the days in between; that is seen when the notice leaves.
        waits = {(PENDING, None)} if state is SENDING else {(SKIPPED, due_times.AS_TOLD)} if state is SENT else set()
        assert {(row.state, row.reason) for row in all_reminders(session) if row.purpose in NOTICES} == waits


@pytest.mark.parametrize("status", [EventStatus.DRAFT, EventStatus.POSTPONED, EventStatus.COMPLETED])
def test_an_event_that_falls_silent_has_its_reminders_skipped_and_called_back(
    database: Database, act: ActionContext, status: EventStatus
) -> None:
    with database.transaction() as session:
        make_rule(session)
        event = make_event(session, status=status)
        plan_event(session, act, event)
        assert all_reminders(session) == []
        event.status = EventStatus.CONFIRMED
        plan_event(session, act, event)
        event.status = status
        plan_event(session, act, event)
        assert states(session) == [("desk@example.org", SKIPPED, due_times.SILENT[status])]
        event.status = EventStatus.PLANNED
        plan_event(session, act, event)
        assert states(session) == [("desk@example.org", PENDING, None)]


@pytest.mark.both_databases("planned rows are brought in line with one statement")
def test_members_come_and_go(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        make_rule(session, audience=["members"])
        event = make_event(session)
        plan_event(session, act, event)
        assert all_reminders(session) == []
        member = make_member(session, event)
        plan_event(session, act, event)
        (row,) = all_reminders(session)
        assert row.state is PENDING
        session.delete(member)
        plan_event(session, act, event)
        assert states(session) == [(row.recipient, SKIPPED, due_times.NOT_ADDRESSED)]


def test_each_open_task_gets_its_reminder(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        make_rule(session, anchor=ReminderAnchor.TASK_DUE, offset="-P1D", at=time(8))
        event = make_event(session, first_day=date(2027, 3, 10))
        counted = make_task(session, event, due_offset="-P14D")
        fixed = make_task(session, event, due_on=date(2027, 3, 1))
        make_task(session, event, due_on=date(2027, 3, 2), done=True)
        plan_event(session, act, event)
        assert [(row.task_id, row.task_key, f"{row.due_at:%d.%m %H:%M}") for row in all_reminders(session)] == [
            (counted.id, counted.id, "23.02 01:00"),
            (fixed.id, fixed.id, "28.02 01:00"),
        ]
        fixed.done = True
        session.delete(counted)
        plan_event(session, act, event)
        assert [(row.state, row.reason) for row in all_reminders(session)] == [(SKIPPED, due_times.TASK_SETTLED)] * 2


@pytest.mark.parametrize("count", [1, 3])
def test_a_plan_takes_the_same_number_of_statements_however_much_it_plans(
    database: Database, act: ActionContext, count: int
) -> None:
    with database.transaction() as session:
        words = ["owner", "members", "organisation", "role:officer", "email:a@example.org"]
        for _ in range(count):
            make_rule(session, audience=words)
            make_rule(session, anchor=ReminderAnchor.TASK_DUE, audience=words)
        event = make_event(session)
        for _ in range(count):
            make_member(session, event)
            make_task(session, event, due_on=date(2026, 12, 1))
        asked: list[str] = []
        sa_event.listen(database.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
        plan_event(session, act, event)
        # rules, tasks, accounts, participation, members, countries, approvals, reminders; an insert; a lock
        # Of the notices: mails sent before, and notices that wait.
        assert len(asked) == (11 if database.is_sqlite else 12)
        assert len(all_reminders(session)) == count * (count + 1) + count * count, "members see no tasks of others"


@pytest.mark.parametrize(("values", "reads"), [({}, 0), ({"working_days": True}, 1), ({"kinds": ["activity"]}, 0)])
def test_the_offices_days_are_read_only_for_rules_that_count_them(
    database: Database, act: ActionContext, values: dict[str, Any], reads: int
) -> None:
    with database.transaction() as session:
        make_rule(session, **({"working_days": True} if "kinds" in values else {}) | values)
        event = make_event(session)
        asked: list[str] = []
        sa_event.listen(database.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
        plan_event(session, act, event)
        assert sum("FROM office_holiday" in one for one in asked) == reads


@pytest.mark.both_databases("many rows are planned at once")
def test_a_new_rule_plans_all_future_events_and_a_changed_one_again(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        past = make_event(session, first_day=date(2026, 11, 21))
        today = make_event(session, first_day=date(2026, 11, 22))
        later = make_event(session, first_day=date(2027, 3, 10))
        make_event(session, first_day=date(2027, 3, 10), status=EventStatus.DRAFT)
        make_event(session, first_day=date(2027, 3, 10), kind=EventKind.ACTIVITY)
        rule = make_rule(session, kinds=["delegation"], offset="PT12H")
        plan_rule(session, act, rule)
        assert [row.event_id for row in all_reminders(session)] == [today.id, later.id]
        assert past.id

        rule.offset = "-P3D"
        plan_rule(session, act, rule)
        assert [(row.event_id, row.state, row.reason) for row in all_reminders(session)] == [
            (today.id, SKIPPED, due_times.TOO_LATE),
            (today.id, SKIPPED, due_times.MOVED),
            (later.id, PENDING, None),
            (later.id, SKIPPED, due_times.MOVED),
        ]
        rule.audience = ["email:other@example.org"]
        plan_rule(session, act, rule)
        assert [row.recipient for row in all_reminders(session) if row.state is PENDING] == ["other@example.org"]
        rule.kinds = ["activity"]
        plan_rule(session, act, rule)
        (pending,) = [row for row in all_reminders(session) if row.state is PENDING]
        assert pending.event_id not in {today.id, later.id}


def test_a_rule_switched_off_and_on(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        make_event(session)
        rule, other = make_rule(session), make_rule(session, audience=["email:other@example.org"])
        for each in (rule, other):
            plan_rule(session, act, each)
        rule.active = False
        plan_rule(session, act, rule)
        assert states(session) == [
            ("desk@example.org", SKIPPED, due_times.RULE_OFF),
            ("other@example.org", PENDING, None),
        ]
        rule.active = True
        plan_rule(session, act, rule)
        assert [state for _, state, _ in states(session)] == [PENDING, PENDING]


@pytest.mark.parametrize("flushed", [False, True])
def test_a_deleted_rule_leaves_skipped_reminders(database: Database, act: ActionContext, flushed: bool) -> None:
    with database.transaction() as session:
        make_event(session)
        rule = make_rule(session)
        plan_rule(session, act, rule)
        session.delete(rule)
        if flushed:
            session.flush()
        plan_rule(session, act, rule)
        session.flush()
        (row,) = all_reminders(session)
        assert (row.state, row.reason, row.rule_id) == (SKIPPED, due_times.RULE_DELETED, None)
        assert session.exec(select(ReminderRule)).all() == []


@pytest.mark.both_databases("ON CONFLICT on what identifies a reminder")
def test_a_cancelled_event_announces_it_once_to_everyone_reminded(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        for offset in ("-P1D", "-P2D", "-P3D"):
            make_rule(session, offset=offset, audience=["email:a@example.org", "email:b@example.org"])
        make_rule(session, offset="-P60D", audience=["email:late@example.org"])
        event = make_event(session)
        plan_event(session, act, event)
        settle(session, all_reminders(session)[-1], SENT)
        event.status, event.sequence = EventStatus.CANCELLED, 4
        plan_event(session, act, event)
        announce_cancellation(session, act, event)
        rows = all_reminders(session)
        told = [row for row in rows if row.purpose is ReminderPurpose.CANCELLATION]
        assert [(row.recipient, row.state, row.due_at, row.rule_key) for row in told] == [
            ("a@example.org", PENDING, NOW + NOTICE, "cancellation:4"),
            ("b@example.org", PENDING, NOW + NOTICE, "cancellation:4"),
        ]
        assert sorted(row.state for row in rows if row not in told) == [SENT] + [SKIPPED] * 6

        announce_cancellation(session, act, event)
        event.sequence = 5
        announce_cancellation(session, act, event)
        assert len(all_reminders(session)) == len(rows)


def test_an_event_that_takes_place_after_all_calls_its_cancellation_off(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        make_rule(session)
        event = make_event(session)
        plan_event(session, act, event)
        event.status, event.sequence = EventStatus.CANCELLED, 1
        announce_cancellation(session, act, event)
        event.status, event.sequence = EventStatus.PLANNED, 2
        plan_event(session, act, event)
        assert [(row.purpose, row.state, row.reason) for row in all_reminders(session)] == [
            (ReminderPurpose.CANCELLATION, SKIPPED, due_times.TAKES_PLACE),
            (ReminderPurpose.REMINDER, PENDING, None),
        ]


def test_nobody_is_told_that_a_past_event_is_cancelled(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        make_rule(session, offset="P30D")
        event = make_event(session, first_day=date(2026, 11, 1))
        plan_event(session, act, event)
        event.status = EventStatus.CANCELLED
        announce_cancellation(session, act, event)
        assert {state for _, state, _ in states(session)} == {SKIPPED}


def test_retry_sends_a_failed_reminder_again_and_leaves_a_trail(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        make_rule(session)
        event = make_event(session)
        plan_event(session, act, event)
        (row,) = all_reminders(session)
        for state in (PENDING, SKIPPED, SENT, SENDING):
            settle(session, row, state)
            with pytest.raises(Conflict):
                retry(session, act, row)
        assert session.exec(select(Audit)).all() == []
        row.reason, row.attempts = "550 no", 20
        settle(session, row, FAILED)
        again = retry(session, act, row)
        assert (again.state, again.reason, again.attempts, again.next_at) == (PENDING, None, 0, NOW)
        (entry,) = session.exec(select(Audit)).all()
        assert (entry.action, entry.entity, entry.entity_id, entry.event_id) == (
            "retry", "reminder", row.id, event.id,
        )  # fmt: skip


def test_an_offset_that_leaves_the_calendar_makes_no_reminder(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        make_rule(session, offset="P3650D")
        make_rule(session, offset="-P1D")
        plan_event(session, act, make_event(session, first_day=date(9999, 12, 1)))
        assert len(all_reminders(session)) == 1


def rule_and_event_at_once(database: Database, act: ActionContext) -> int:
    """Make an event, and a rule while the event is not committed yet; how many reminders come of it."""

    def make_the_rule() -> None:
        with database.transaction() as session:
            plan_rule(session, act, make_rule(session))

    with meanwhile(database, make_the_rule) as start, database.transaction() as session:
        plan_event(session, act, make_event(session))
        start()
    with database.transaction(write=False) as session:
        return len(all_reminders(session))


def test_a_rule_and_an_event_made_at_the_same_moment_do_not_miss_each_other(
    database: Database, act: ActionContext
) -> None:
    assert rule_and_event_at_once(database, act) == 1


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_without_the_lock_they_miss_each_other(
    database: Database, act: ActionContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "lock_planning", lambda *arguments: None)
    assert rule_and_event_at_once(database, act) == 0


# Accounts and people that come, go and move


def addressed(session: Session) -> list[tuple[str, ReminderState]]:
    return [(row.recipient, row.state) for row in all_reminders(session)]


@pytest.mark.both_databases("audiences by role in a condition")
def test_a_new_account_gets_what_is_still_to_come(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        make_rule(session, audience=["role:officer"])
        make_rule(session, audience=["role:officer"], offset="-P60D")
        make_event(session, first_day=date(2026, 11, 1))
        event = make_event(session)
        plan_event(session, act, event)
        assert all_reminders(session) == []  # there is nobody yet
        user = create_user(session, act, {"email": "Lan@example.org", "role": Role.OFFICER})
        assert addressed(session) == [("lan@example.org", SKIPPED), ("lan@example.org", PENDING)]
        change_user(session, act, user, {"name": "Lan"})
        change_user(session, act, user, {"email": "lan.nguyen@example.org"})
        assert addressed(session) == [
            ("lan.nguyen@example.org", SKIPPED),
            ("lan@example.org", SKIPPED),
            ("lan.nguyen@example.org", PENDING),
            ("lan@example.org", SKIPPED),
        ]
        change_user(session, act, user, {"active": False})
        assert PENDING not in {state for _, state, _ in states(session)}
        change_user(session, act, user, {"active": True})
        assert [state for _, state, _ in states(session)].count(PENDING) == 1
        change_user(session, act, user, {"role": Role.VIEWER})
        assert PENDING not in {state for _, state, _ in states(session)}


@pytest.mark.both_databases("audiences by person in a condition")
def test_reminders_follow_a_person_to_a_new_address(database: Database, act: ActionContext) -> None:
    with database.transaction() as session:
        make_rule(session, audience=["members", "email:office@example.org"])
        event = make_event(session)
        member = make_member(session, event)
        person = session.get_one(Person, member.person_id)
        plan_event(session, act, event)
        before = {row.id: row.state for row in all_reminders(session) if row.recipient == "office@example.org"}
        old = person.email
        change_person(session, act, person, {"email": "new@example.org"})
        assert dict(addressed(session)) == {
            "new@example.org": PENDING, "office@example.org": PENDING, old: SKIPPED
        }  # fmt: skip
        change_person(session, act, person, {"email": None})
        assert dict(addressed(session))["new@example.org"] is SKIPPED
        after = {row.id: row.state for row in all_reminders(session) if row.recipient == "office@example.org"}
        assert after == before
