"""Put right what a clock that was ahead has left in the queue, once the clock is right.

Nothing waits for an instant that a wrong clock chose. A row written in the future (by its ``updated_at`` or
``created_at``) was written under such a clock. What was sent then stays sent.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, not_, or_, select, update
from sqlmodel import Session, col

from calendars.reminders import due_times, occasions
from calendars.reminders.change_notices import NOTICES
from jobs import queue
from models.accounts import Heartbeat
from models.database import Database
from models.reminders import Reminder
from models.vocabulary import ReminderPurpose, ReminderState

AHEAD = timedelta(seconds=5)
"""A row this far in the future was written under a clock that was ahead; the clocks of machines differ by less."""

SILENCE = timedelta(minutes=1)
"""A heartbeat this far in the future tells nothing: its worker, if it lives, makes another within seconds."""

_LONGEST_PAUSE = queue.LONGEST_PAUSE * (1 + queue.JITTER)
_JUDGED_BY_TIME = (due_times.OVER, occasions.OVER, due_times.TOO_LATE)
_TOLD_AFTER_A_CHANGE = tuple(sorted({*NOTICES, ReminderPurpose.FAILURE}))


def put_right(database: Database, now: datetime, lease_seconds: float) -> Counter[str]:
    """Bring back what waits for an instant that only a clock ahead of ``now`` can have chosen; return counts by kind.

    - ``leases``: a claim ends at the latest one lease from now, so that a living worker can still renew it;
    - ``retries``: a pause before another attempt ends now, or when the reminder is due if that lies ahead;
    - ``notices``: what follows a change (cancellations, updates, notices of failures) leaves now;
    - ``skipped``: what was skipped as too late is looked at again when it is due;
    - ``heartbeats`` of workers that are gone are deleted.

    Only reads when there is nothing to do.
    """
    repairs = _repairs(now, lease_seconds)
    with database.transaction(write=False) as session:
        wanted = [name for name, (found, _change) in repairs.items() if session.execute(found.limit(1)).first()]
    done: Counter[str] = Counter()
    if wanted:
        with database.transaction() as session:
            for name in wanted:
                done[name] = _run(session, repairs[name][1])
    return +done


def _repairs(now: datetime, lease_seconds: float) -> dict[str, tuple[Any, Any]]:
    """What finds the rows of each kind, and what puts them right."""
    state, next_at, due_at = col(Reminder.state), col(Reminder.next_at), col(Reminder.due_at)
    lease = timedelta(seconds=lease_seconds)
    is_ahead = col(Reminder.updated_at) > now + AHEAD
    is_pending = state == ReminderState.PENDING
    leases = and_(
        state == ReminderState.SENDING,
        col(Reminder.lease_until) > now + lease,
        or_(is_ahead, col(Reminder.lease_until) > now + lease + AHEAD),
    )
    is_notice = and_(col(Reminder.purpose).in_(_TOLD_AFTER_A_CHANGE), col(Reminder.created_at) > now + AHEAD)
    is_late_retry = or_(is_ahead, next_at > now + _LONGEST_PAUSE + AHEAD)
    retries = and_(is_pending, next_at > now, next_at > due_at, is_late_retry, not_(is_notice))
    notices = and_(is_pending, next_at > now, is_notice)
    skipped = and_(
        state == ReminderState.SKIPPED,
        is_ahead,
        col(Reminder.reason).in_(_JUDGED_BY_TIME),
        or_(col(Reminder.reason).in_([due_times.OVER, occasions.OVER]), due_at > now - due_times.GRACE),
    )
    when_due = case((due_at > now, due_at), else_=now)
    as_planned = case((col(Reminder.purpose).in_(_TOLD_AFTER_A_CHANGE), now), else_=due_at)
    again = {"state": ReminderState.PENDING, "reason": None, "attempts": 0, "next_at": as_planned, "updated_at": now}
    gone = col(Heartbeat.at) > now + SILENCE
    return {
        "leases": _of(leases, lease_until=now + lease, updated_at=now),
        "retries": _of(retries, next_at=when_due, deferred_since=None, updated_at=now),
        "notices": _of(notices, next_at=now, deferred_since=None, updated_at=now),
        "skipped": _of(skipped, **again),
        "heartbeats": (select(col(Heartbeat.name)).where(gone), delete(Heartbeat).where(gone)),
    }


def _of(which: ColumnElement[bool], **values: Any) -> tuple[Any, Any]:
    return select(col(Reminder.id)).where(which), update(Reminder).where(which).values(values)


def _run(session: Session, statement: Any) -> int:
    return int(session.execute(statement, execution_options={"synchronize_session": False}).rowcount)  # type: ignore[attr-defined]
