"""The tasks of an event, and when they are due.

``due_day`` is kept beside what it is reckoned from, so that lists and reminders need not reckon. Whatever it depends on
writes it anew in the same transaction: the task itself, the travel days of its event, the office's days off. A moved
due day has no audit row of its own: the task says what it said before, "14 days before the arrival".
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from calendars.days.working_days import WorkingDays
from calendars.events.task_due_dates import TaskDue, TaskDueValues, TravelDays, due_day, task_offset
from calendars.reminders import due_times
from models.errors import Conflict, Invalid, InvalidValue, NotFound
from models.event_parts import Task
from models.events import Event
from models.holidays import office_holidays
from models.i18n import Message, _, message
from models.labels import noun
from models.vocabulary import TaskAnchor
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.reminders import reminder_planning

_TRAVEL = {"arrives_on", "departs_on"}
_DATING = ("due_on", "due_offset", "anchor", "working_days")
_UNCOUNTABLE = _("The task “{task}” can't be counted from these days: {problem}")
_TASK: Table = Task.__table__  # type: ignore[attr-defined]
_UPDATE = update(_TASK).where(_TASK.c.id == bindparam("task")).values(due_day=bindparam("day"))


def tasks_of(session: Session, event_id: str) -> list[Task]:
    """An event's tasks in the order they were made."""
    return list(session.exec(select_rows(Task).where(Task.event_id == event_id).order_by(col(Task.id))).all())


def add_task(session: Session, act: ActionContext, event: Event, values: Mapping[str, Any]) -> Task:
    """Add what somebody must do for an event."""
    permissions.check_change(session, event)
    travel = hold_still(session, event)
    crud.check(_errors(session, None, values))
    task = Task(event_id=event.id, **_with_done(act, None, values))
    task.due_day = _day_of(session, task, travel)
    crud.create(session, act, task, event_id=event.id)
    reminder_planning.plan_event(session, act, event)
    return task


def change_task(session: Session, act: ActionContext, event: Event, task: Task, values: Mapping[str, Any]) -> Task:
    """Change a task, or mark it done; the organisation it is for may do that too.

    Raises:
        Forbidden: another organisation is in charge of the event.
    """
    if not permissions.is_for(session, task.organisation_id) or set(values) - {"done"}:
        permissions.check_change(session, event)
    travel = hold_still(session, event)
    crud.check(_errors(session, task, values))
    values = _with_done(act, task, values)
    wanted = TaskDueValues(**{name: values.get(name, getattr(task, name)) for name in _DATING})
    values["due_day"] = _day_of(session, wanted, travel)
    if crud.change(session, act, task, values, event_id=event.id):
        reminder_planning.plan_event(session, act, event)
    return task


def remove_task(session: Session, act: ActionContext, event: Event, task: Task) -> None:
    """Delete a task."""
    permissions.check_change(session, event)
    hold_still(session, event)
    crud.delete(session, act, task, event_id=event.id)
    reminder_planning.plan_event(session, act, event)


def update_due_days(session: Session, event: Event, changed: Iterable[str]) -> None:
    """Reckon an event's tasks anew after some of its fields were changed; a fixed number of queries.

    Reminders are planned by the caller, afterwards.

    Raises:
        Invalid: from these days a task can't be counted.
    """
    if not _TRAVEL.intersection(changed):
        return
    travel = hold_still(session, event)
    counted = [task for task in tasks_of(session, event.id) if task.due_offset is not None]
    office_days = office_days_for(session, counted)
    moved: dict[str, date | None] = {}
    for task in counted:
        try:
            day = due_day(task, travel, office_days)
        except InvalidValue as problem:
            raise Invalid(uncountable(task.title, task.anchor, problem)) from None
        if day != task.due_day:
            moved[task.id] = day
    _move(session, moved)


def follow_days_off(session: Session) -> None:
    """Reckon the open tasks that count working days anew after the office's days off were changed.

    What is done keeps the day it was due on until somebody changes it. The caller plans reminders afterwards.

    Raises:
        Conflict: a task could no longer be counted.
    """
    session.flush()
    reminder_planning.lock_planning(session)  # a task being made right now is seen, or sees these days itself
    columns = (_TASK.c[name] for name in ("id", "title", "due_day", *_DATING))
    counting = select(*columns, col(Event.arrives_on), col(Event.departs_on)).where(
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
            day = due_day(row, TravelDays(row.arrives_on, row.departs_on), office_days)
        except InvalidValue as problem:
            raise Conflict(
                message(_UNCOUNTABLE, task=row.title, problem=problem.detail), code="task_uncountable"
            ) from None
        if day != row.due_day:
            moved[row.id] = day
    _move(session, moved)


def hold_still(session: Session, event: Event) -> TravelDays:
    """An event's travel days, which nobody changes until this transaction is over; nor the office's days off.

    Asked before anything of a task is written: who moves the event has its row first and its tasks then.

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


def office_days_for(session: Session, tasks: Iterable[TaskDue]) -> WorkingDays:
    """The office's working days, read only if one of these tasks counts them."""
    counts = any(task.working_days and task.due_offset is not None for task in tasks)
    return due_times.office_days(office_holidays(session) if counts else ())


def uncountable(title: Mapping[str, str], anchor: TaskAnchor, problem: InvalidValue) -> crud.Errors:
    """That a task can't be counted, at the day of the event it is counted from."""
    field = "first_day" if anchor is TaskAnchor.ARRIVAL else "last_day"
    return {field: [message(_UNCOUNTABLE, task=title, problem=problem.detail)]}


def offset_errors(text: str) -> list[Message]:
    """What is wrong with a task's offset."""
    try:
        task_offset(text)
    except InvalidValue as problem:
        return [problem.detail]
    return []


def _day_of(session: Session, task: TaskDue, travel: TravelDays) -> date | None:
    """The day a task is due.

    Raises:
        Invalid: its offset leads out of the calendar.
    """
    try:
        return due_day(task, travel, office_days_for(session, [task]))
    except InvalidValue as problem:
        raise Invalid({"due_offset": [problem.detail]}) from None


def _move(session: Session, moved: Mapping[str, date | None]) -> None:
    """Write new due days, into tasks already read as well. Versions stay: nobody's own change is lost by it."""
    if not moved:
        return
    session.connection().execute(_UPDATE, [{"task": identity, "day": day} for identity, day in moved.items()])
    for identity, day in moved.items():
        if (task := session.identity_map.get(identity_key(Task, identity))) is not None:
            set_committed_value(task, "due_day", day)


def _with_done(act: ActionContext, task: Task | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """``done_at`` follows ``done``; giving a fixed day takes the offset away, and the other way round."""
    values = dict(values)
    if "done" in values and values["done"] != (task.done if task else False):
        values["done_at"] = act.now if values["done"] else None
    if task is not None:
        for given, other in (("due_on", "due_offset"), ("due_offset", "due_on")):
            if values.get(given) is not None and other not in values:
                values[other] = None
    return values


def _errors(session: Session, task: Task | None, values: Mapping[str, Any]) -> crud.Errors:
    errors = crud.missing_references(session, Task, values)
    if values.get("due_offset") is not None:
        errors["due_offset"] = offset_errors(values["due_offset"])
        if values.get("due_on") is not None:
            errors["due_offset"] = [message(_("Give either a day or an offset from arrival, not both."))]
    return errors
