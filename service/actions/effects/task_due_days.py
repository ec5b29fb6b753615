"""The stored due days of tasks, updated when the travel days of their event or the office's days off change.

``due_day`` is stored next to what it is calculated from, so that lists and reminders need not calculate it. A moved due
day has no audit row of its own: the task still says what it said, "14 days before the arrival".
"""

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session, col

from calendars.events.task_due_dates import TaskDue, TravelDays, due_day
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
    columns = (_TASK.c[name] for name in ("id", "title", "due_day", *DATING))
    counting = select(
        *columns, col(Event.arrives_on), col(Event.departs_on), col(Event.organisation_id).label("host")
    ).where(
        col(Task.event_id) == col(Event.id),
        col(Task.working_days),
        col(Task.due_offset).is_not(None),
        col(Task.done).is_(False),
    )
    found = session.execute(counting).all()
    office_days = office_days_for(session, found)
    moved: dict[str, date | None] = {}
    for row in found:
        try:
            day = due_day(row, TravelDays(row.arrives_on, row.departs_on), office_days.of(row.host))
        except InvalidValue as problem:
            raise Conflict(
                message(_UNCOUNTABLE, task=row.title, problem=problem.detail), code="task_uncountable"
            ) from None
        if day != row.due_day:
            moved[row.id] = day
    _move(session, moved)


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
