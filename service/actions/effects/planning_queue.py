"""Work off what changes have left to be planned (:mod:`service.actions.reminders.planning_jobs`), batch by batch.

On PostgreSQL a change does not see what others have not committed yet: an event made at the same moment would miss the
rule, and the rule the event. So a batch is planned only when every transaction has ended that was planning when the
change was first seen here; whoever begins to plan later sees the change. Nobody waits for anybody in this.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Table, case, delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from models.office import Office
from models.workers import PlanningJob
from service.actions import change_log
from service.actions.context import ActionContext
from service.actions.effects import task_due_days
from service.actions.reminders import occasion_planning, planning_jobs, reminder_planning

_JOB: Table = PlanningJob.__table__  # type: ignore[attr-defined]
_LOCK_NOT_AVAILABLE = "55P03"

_WAITING = select(_JOB.c.key, _JOB.c.changed).order_by(
    # What is due soonest comes first, whichever change it belongs to.
    _JOB.c.after_day.is_not(None),
    _JOB.c.after_day,
    _JOB.c.asked_at,
    _JOB.c.key,
)


class PlanningQueue:
    """Plans batches; one of its kind at a time is enough, several do not disturb each other."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._unfinished: dict[tuple[str, int], frozenset[str]] = {}
        """A change → the transactions that were planning when it was first seen, and still are."""

    def is_waiting(self, session: Session) -> bool:
        """Whether there is something to plan; only reads."""
        return session.connection().execute(_WAITING.limit(1)).first() is not None

    def plan_batch(self, session: Session, now: datetime) -> bool:
        """Plan the next batch in the caller's transaction; False if nothing could be done now."""
        job = self._next_job(session)
        if job is None:
            return False
        act = ActionContext(None, now, self._office)
        connection = session.connection()
        rules = reminder_planning.active_rules(session)
        events = planning_jobs.next_events(connection, planning_jobs.events_of(session, job, rules), job)
        ids = [event.id for event in events]
        try:
            with session.begin_nested():
                reminder_planning.lock_for_batch(session, ids)
        except DBAPIError as problem:
            if getattr(problem.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
                raise
            return False
        if job.counts_days and (moved := task_due_days.update_events(session, ids)):
            change_log.note(session, now, moved)
        limits: dict[str, Any] = {"rules": job.rules}
        limits["recipients"] = frozenset(job.recipients) if job.recipients is not None else None
        reminder_planning.plan_batch(session, act, ids, asked_at=job.asked_at, **limits)
        self._advance(session, act, job, events)
        return True

    def plan_ahead(self, session: Session, now: datetime) -> int:
        """Plan the reminders of observances, anniversaries and agreements that have come near enough."""
        return occasion_planning.plan(session, ActionContext(None, now, self._office))

    def _next_job(self, session: Session) -> Any:
        """The first change whose batch may be planned, locked; None if there is none."""
        connection = session.connection()
        waiting = [(row.key, row.changed) for row in connection.execute(_WAITING)]
        planning = reminder_planning.others_planning(session)
        self._unfinished = {
            one: self._unfinished[one] & planning if one in self._unfinished else planning for one in waiting
        }
        for key, changed in waiting:
            if self._unfinished[key, changed]:
                continue
            chosen = select(_JOB).where(_JOB.c.key == key, _JOB.c.changed == changed)
            job = connection.execute(chosen.with_for_update(skip_locked=True)).first()
            if job is not None:
                return job
        return None

    def _advance(self, session: Session, act: ActionContext, job: Any, events: list[Any]) -> None:
        connection = session.connection()
        own = _JOB.c.key == job.key
        if len(events) < planning_jobs.BATCH:
            connection.execute(delete(_JOB).where(own))
            if job.rules is not None and not job.counts_days:
                reminder_planning.skip_the_rest(session, act, job.rules)
            return
        left = _JOB.c.remaining - len(events)
        values: dict[str, Any] = {"remaining": case((left > 0, left), else_=1)}
        if job.event_ids is not None:
            values["event_ids"] = job.event_ids[planning_jobs.BATCH :]
        else:
            values |= {"after_day": events[-1].first_day, "after_id": events[-1].id}
        connection.execute(update(_JOB).where(own).values(values))
