"""The tasks of an event."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from calendars.due import Offset
from models.events import Event
from models.i18n import _, message
from models.parts import Task
from service.actions import reminders, rows
from service.actions.acting import Act


def tasks_of(session: Session, event_id: str) -> list[Task]:
    """An event's tasks in the order they were made."""
    return list(session.exec(select(Task).where(Task.event_id == event_id).order_by(col(Task.id))).all())


def add_task(session: Session, act: Act, event: Event, values: Mapping[str, Any]) -> Task:
    """Add what somebody must do for an event."""
    rows.check(_task_errors(session, None, values))
    task = Task(event_id=event.id, **_with_done(act, None, values))
    rows.create(session, act, task, event_id=event.id)
    reminders.plan_event(session, act, event)
    return task


def change_task(session: Session, act: Act, event: Event, task: Task, values: Mapping[str, Any]) -> Task:
    """Change a task, or mark it done."""
    rows.check(_task_errors(session, task, values))
    if rows.change(session, act, task, _with_done(act, task, values), event_id=event.id):
        reminders.plan_event(session, act, event)
    return task


def remove_task(session: Session, act: Act, event: Event, task: Task) -> None:
    """Delete a task."""
    rows.delete(session, act, task, event_id=event.id)
    reminders.plan_event(session, act, event)


def _with_done(act: Act, task: Task | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """``done_at`` follows ``done``; giving a fixed day takes the offset away, and the other way round."""
    values = dict(values)
    if "done" in values and values["done"] != (task.done if task else False):
        values["done_at"] = act.now if values["done"] else None
    if task is not None:
        for given, other in (("due_on", "due_offset"), ("due_offset", "due_on")):
            if values.get(given) is not None and other not in values:
                values[other] = None
    return values


def _task_errors(session: Session, task: Task | None, values: Mapping[str, Any]) -> rows.Errors:
    errors = rows.missing_references(session, Task, values)
    if values.get("due_on") is not None and values.get("due_offset") is not None:
        errors["due_offset"] = [message(_("Give either a day or an offset from arrival, not both."))]
    if values.get("due_offset") is not None:
        try:
            offset = Offset.parse(values["due_offset"])
        except ValueError as problem:
            errors["due_offset"] = [problem.args[0]]
        else:
            if offset.seconds:
                errors["due_offset"] = [message(_("A task is due on a day: count in days or weeks."))]
    return errors
