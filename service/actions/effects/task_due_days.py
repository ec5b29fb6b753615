"""The stored due days of tasks, updated when the travel days of their event or the office's days off change.

``due_day`` is stored next to what it is calculated from, so that lists and reminders need not calculate it. A moved due
day has no audit row of its own: the task still says what it said, "14 days before the arrival".
"""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session, col

from calendars.events.task_due_dates import TaskDue, TaskDueValues, TravelDays, due_day
from calendars.reminders.due_times import OfficeDays
from models.errors import Conflict, Invalid, InvalidValue, NotFound
from models.event_parts import Task
from models.events import Event
from models.i18n import N_, message
from models.labels import noun
from models.queries.event_parts import tasks_of
from models.queries.office_rows import OfficeHolidays
from models.vocabulary import TaskAnchor
from service.actions import crud, permissions
from service.actions.reminders import reminder_planning

_TRAVEL = {"arrives_on", "departs_on"}
DATING = ("due_on", "due_offset", "anchor", "working_days")
_UNCOUNTABLE = N_("The task “{task}” can't be counted from these days: {problem}")
_TASK: Table = Task.__table__  # type: ignore[attr-defined]
_COUNTING_TASKS = select(
    *(_TASK.c[name] for name in ("id", "event_id", "title", "due_day", *DATING)),
    col(Event.arrives_on),
    col(Event.departs_on),
    col(Event.organisation_id).label("in_charge"),
).where(
    col(Task.event_id) == col(Event.id),
    col(Task.working_days),
    col(Task.due_offset).is_not(None),
    col(Task.done).is_(False),
)
_UPDATE = update(_TASK).where(_TASK.c.id == bindparam("task")).values(due_day=bindparam("day"))


def update_due_days(session: Session, event: Event, changed: Iterable[str]) -> None:
    """Recalculate an event's due days after some of its fields have changed; a fixed number of queries.

    The caller plans reminders afterwards.

    Raises:
        Invalid: a task can't be counted from these days.
    """
    if not _TRAVEL.intersection(changed):
        return
    travel = lock_event(session, event)
    counted = [task for task in tasks_of(session, event.id) if task.due_offset is not None]
    office_days = office_days_for(session, counted).of(event.organisation_id)
    moved: dict[str, date | None] = {}
    for task in counted:
        try:
            day = due_day(task, travel, office_days)
        except InvalidValue as problem:
            raise Invalid(uncountable(task.title, task.anchor, problem)) from None
        if day != task.due_day:
            moved[task.id] = day
    _move(session, moved)


def update_for_days_off(session: Session) -> None:
    """Recalculate the due days of open tasks that count working days after the office's days off have changed.

    Tasks that are done keep their due day until somebody changes them. The caller plans reminders afterwards.

    Raises:
        Conflict: a task could no longer be counted.
    """
    session.flush()
    # A task created concurrently is either seen here, or is created after and sees the new days.
    reminder_planning.lock_planning(session)
    found = session.execute(_COUNTING_TASKS).all()
    office_days = office_days_for(session, found)
    moved: dict[str, date | None] = {}
    for row in found:
        day = _counted(row, office_days)
        if day != row.due_day:
            moved[row.id] = day
    _move(session, moved)


def count_counting(session: Session) -> int:
    """How many open tasks count working days."""
    return int(session.execute(select(func.count()).select_from(_COUNTING_TASKS.subquery())).scalar_one())


def check_for_days_off(session: Session) -> None:
    """Check that the tasks that count working days can still be counted, by the earliest and the latest day of each
    offset: whatever lies between can be counted if these can.

    Raises:
        Conflict: one could not.
    """
    session.flush()
    extremes = _COUNTING_TASKS.with_only_columns(
        col(Task.due_offset),
        col(Task.anchor),
        func.min(col(Event.arrives_on)),
        func.max(col(Event.arrives_on)),
        func.min(col(Event.departs_on)),
        func.max(col(Event.departs_on)),
        func.min(col(Task.id)),
        col(Event.organisation_id),
    ).group_by(col(Task.due_offset), col(Task.anchor), col(Event.organisation_id))
    found = session.execute(extremes).all()
    tasks = [TaskDueValues(None, offset, anchor, working_days=True) for offset, anchor, *_rest in found]
    office_days = office_days_for(session, tasks)
    for task, row in zip(tasks, found, strict=True):
        for arrives_on, departs_on in ((row[2], row[4]), (row[3], row[5])):
            try:
                due_day(task, TravelDays(arrives_on, departs_on), office_days.of(row[7]))
            except InvalidValue as problem:
                example = session.execute(select(col(Task.title)).where(col(Task.id) == row[6])).scalar_one()
                why = message(_UNCOUNTABLE, task=example, problem=problem.detail)
                raise Conflict(why, code="task_uncountable") from None


def update_events(session: Session, event_ids: Collection[str]) -> list[str]:
    """As :func:`update_for_days_off` for the tasks of some events, which the caller has locked; returns the events with
    a due day that moved. A task that can't be counted keeps its day."""
    found = session.execute(_COUNTING_TASKS.where(col(Task.event_id).in_(event_ids))).all()
    office_days = office_days_for(session, found)
    moved: dict[str, date | None] = {}
    events: dict[str, None] = {}
    for row in found:
        with suppress(Conflict):
            day = _counted(row, office_days)
            if day != row.due_day:
                moved[row.id] = day
                events[row.event_id] = None
    _move(session, moved)
    return list(events)


def _counted(row: Any, office_days: OfficeDays) -> date | None:
    travel = TravelDays(row.arrives_on, row.departs_on)
    try:
        return due_day(row, travel, office_days.of(row.in_charge))
    except InvalidValue as problem:
        raise Conflict(message(_UNCOUNTABLE, task=row.title, problem=problem.detail), code="task_uncountable") from None


def lock_event(session: Session, event: Event) -> TravelDays:
    """Lock an event's travel days and the office's days off until this transaction ends, and return the former.

    To be called before a task is written: whoever moves the event locks its row first and then its tasks.

    Raises:
        NotFound: the event has been deleted meanwhile.
    """
    session.flush()
    reminder_planning.lock_planning(session, event.id)
    days = select(col(Event.arrives_on), col(Event.departs_on)).where(col(Event.id) == event.id)
    travel = session.execute(days).first()
    if travel is None:
        raise NotFound(noun("event"), event.id)
    return TravelDays(travel.arrives_on, travel.departs_on)


def office_days_for(session: Session, tasks: Iterable[TaskDue]) -> OfficeDays:
    """The working days of each office, its own read only if one of these tasks counts them."""
    counts = any(task.working_days and task.due_offset is not None for task in tasks)
    offices = permissions.offices(session)
    return OfficeDays(OfficeHolidays.load(session, offices) if counts else OfficeHolidays(offices, []))


def uncountable(title: Mapping[str, str], anchor: TaskAnchor, problem: InvalidValue) -> crud.Errors:
    """The error that a task can't be counted, under the event's day it is counted from."""
    field = "first_day" if anchor is TaskAnchor.ARRIVAL else "last_day"
    return {field: [message(_UNCOUNTABLE, task=title, problem=problem.detail)]}


def _move(session: Session, moved: Mapping[str, date | None]) -> None:
    """Write new due days, also into loaded tasks. Versions stay the same, so nobody's own change is rejected."""
    if not moved:
        return
    session.connection().execute(_UPDATE, [{"task": identity, "day": day} for identity, day in moved.items()])
    for identity, day in moved.items():
        if (task := session.identity_map.get(identity_key(Task, identity))) is not None:
            set_committed_value(task, "due_day", day)
