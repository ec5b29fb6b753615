"""Reminders that versions before 0.4 planned: what these sent is not sent again, what waits leaves when it should."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from calendars.reminders import due_times
from jobs import revalidation
from jobs.queue import ClaimedReminder
from models.database import Database
from models.events import Event
from models.i18n import Message
from models.reminders import Reminder, ReminderRule
from models.vocabulary import ReminderAnchor, ReminderState
from service.actions.context import ActionContext
from service.actions.reminders.reminder_planning import plan_event, plan_rule
from tests.factories import NOW, OFFICE, make_event, make_reminder, make_rule, make_task
from tests.jobs.conftest import all_reminders

PENDING, SKIPPED, SENT, FAILED = (
    ReminderState.PENDING, ReminderState.SKIPPED, ReminderState.SENT, ReminderState.FAILED,
)  # fmt: skip
FORMER = datetime.fromisoformat("2026-12-02T08:00+07:00")
"""When “24 hours before the arrival, at 08:00” was due before: on the day of arrival."""
NOW_DUE = datetime.fromisoformat("2026-12-01T08:00+07:00")


def kept(session: Session, state: ReminderState, reason: str | None = None, **values: Any) -> tuple[Event, Reminder]:
    """A visit that arrives on 2 December, and its reminder as version 0.3 left it."""
    rule = make_rule(session, anchor=ReminderAnchor.ARRIVAL, offset="-PT24H", at=time(8))
    event = make_event(session)
    sent_at = FORMER if state is SENT else None
    row = {"due_at": FORMER, "state": state, "reason": reason, "sent_at": sent_at, "reckoning": 1} | values
    return event, make_reminder(session, event, rule, **row)


def at(instant: datetime) -> ActionContext:
    return ActionContext(None, instant, OFFICE)


@pytest.mark.parametrize(
    ("state", "reason"),
    [(SENT, None), (FAILED, "no such mailbox"), (SKIPPED, due_times.TOO_LATE), (SKIPPED, due_times.OVER),
     (SKIPPED, due_times.RESTORED)],
)  # fmt: skip
@pytest.mark.both_databases("rows inserted by statements")
def test_what_was_dealt_with_does_not_become_due_again(
    database: Database, state: ReminderState, reason: str | None
) -> None:
    with database.transaction() as session:
        event, row = kept(session, state, reason)
        plan_event(session, at(NOW), event)
        assert [(one.id, one.state) for one in all_reminders(session)] == [(row.id, state)]
        plan_rule(session, at(NOW), session.get_one(ReminderRule, row.rule_id))
        assert [(one.id, one.state) for one in all_reminders(session)] == [(row.id, state)]


def test_without_the_mark_it_would_be_sent_a_second_time(database: Database) -> None:
    """The guard off: a row that is not known to be of the former reckoning counts as another reminder."""
    with database.transaction() as session:
        event, _row = kept(session, SENT, reckoning=None)
        plan_event(session, at(NOW), event)
        assert {(one.due_at, one.state) for one in all_reminders(session)} == {(FORMER, SENT), (NOW_DUE, PENDING)}


def test_what_waits_leaves_at_the_corrected_instant(database: Database) -> None:
    with database.transaction() as session:
        event, _row = kept(session, PENDING)
        plan_event(session, at(NOW), event)
        found = {(one.due_at, one.state, one.reason) for one in all_reminders(session)}
        assert found == {(FORMER, SKIPPED, due_times.MOVED), (NOW_DUE, PENDING, None)}


def test_what_waits_leaves_as_planned_where_the_corrected_instant_is_over(database: Database) -> None:
    """Upgraded on the evening before the arrival: late is better than never."""
    evening = NOW_DUE + timedelta(hours=10)
    with database.transaction() as session:
        event, row = kept(session, PENDING)
        plan_event(session, at(evening), event)
        assert [(one.id, one.state) for one in all_reminders(session)] == [(row.id, PENDING)]
        names = ClaimedReminder.__dataclass_fields__
        claimed = ClaimedReminder(**{name: getattr(row, name) for name in names})
        found = revalidation.revalidate(session, claimed, FORMER, OFFICE)
        assert not isinstance(found, Message), found


def test_a_visit_that_moves_is_reminded_of_anew(database: Database) -> None:
    with database.transaction() as session:
        event, _row = kept(session, SENT)
        for name in ("first_day", "last_day", "arrives_on", "departs_on"):
            setattr(event, name, getattr(event, name) + timedelta(days=30))
        plan_event(session, at(NOW), event)
        assert [one.due_at for one in all_reminders(session) if one.state is PENDING] == [NOW_DUE + timedelta(days=30)]


def test_tasks_abroad_are_due_by_the_offices_clock_and_not_twice(database: Database) -> None:
    """08:00 in Hải Dương, not in New York; what was sent at New York's 08:00 stays the only one."""
    with database.transaction() as session:
        rule = make_rule(session, anchor=ReminderAnchor.TASK_DUE, offset="-P1D", at=time(8))
        event = make_event(session, timezone="America/New_York")
        old, new = (make_task(session, event, due_on=date(2026, 12, 2)) for _number in range(2))
        by_new_york = datetime.fromisoformat("2026-12-01T08:00-05:00")
        make_reminder(
            session, event, rule, task_id=old.id, task_key=old.id, due_at=by_new_york, state=SENT, sent_at=by_new_york,
            reckoning=1,
        )  # fmt: skip
        plan_event(session, at(NOW), event)
        found = {one.task_id: (one.due_at, one.state) for one in all_reminders(session)}
        assert found == {old.id: (by_new_york, SENT), new.id: (NOW_DUE, PENDING)}
