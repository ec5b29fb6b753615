"""The tasks of an event, and when they are due.

``due_day`` is stored next to what it is calculated from, so that lists and reminders need not calculate it. It is
updated in the same transaction as what it depends on: the task itself, the travel days of its event, the office's days
off. A moved due day has no audit row of its own: the task still says "14 days before the arrival".
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from calendars.events.task_due_dates import TaskDue, TaskDueValues, TravelDays, due_day, task_offset
from models.errors import Invalid, InvalidValue
from models.event_parts import Task
from models.events import Event
from models.i18n import N_, Message, message
from service.actions import crud, permissions
from service.actions.audit import plain
from service.actions.context import ActionContext
from service.actions.effects import changes
from service.actions.effects.task_due_days import DATING, lock_event, office_days_for
from service.actions.known_days import check_has_days


def add_task(session: Session, act: ActionContext, event: Event, values: Mapping[str, Any]) -> Task:
    """Add a task to an event."""
    permissions.check_change(session, event)
    check_has_days(event, "due_on" if values.get("due_on") else "due_offset")
    travel = lock_event(session, event)
    crud.check(_errors(session, None, values))
    task = Task(event_id=event.id, **_with_done(act, None, values))
    task.due_day = _day_of(session, event, task, travel)
    crud.create(session, act, task, event_id=event.id)
    changes.event_parts_changed(session, act, event)
    return task


def change_task(session: Session, act: ActionContext, event: Event, task: Task, values: Mapping[str, Any]) -> Task:
    """Change a task, or mark it done; the organisation it is assigned to may mark it done too.

    Raises:
        Forbidden: another organisation is in charge of the event.
    """
    if not permissions.is_for(session, task.organisation_id) or set(values) - {"done"}:
        permissions.check_change(session, event)
    travel = lock_event(session, event)
    crud.check(_errors(session, task, values))
    values = _with_done(act, task, values)
    due_values = TaskDueValues(**{name: values.get(name, getattr(task, name)) for name in DATING})
    values["due_day"] = _day_of(session, event, due_values, travel)
    if crud.change(session, act, task, values, event_id=event.id):
        changes.event_parts_changed(session, act, event)
    return task


def remove_task(session: Session, act: ActionContext, event: Event, task: Task) -> None:
    """Delete a task."""
    permissions.check_change(session, event)
    lock_event(session, event)
    kept = {"person_organisation_id": task.person_organisation_id, "created_at": plain(task.created_at)}
    crud.delete(session, act, task, event_id=event.id, kept=kept)
    changes.event_parts_changed(session, act, event)


def offset_errors(text: str) -> list[Message]:
    """The errors of a task's offset."""
    try:
        task_offset(text)
    except InvalidValue as problem:
        return [problem.detail]
    return []


def _day_of(session: Session, event: Event, task: TaskDue, travel: TravelDays) -> date | None:
    """The day a task is due.

    Raises:
        Invalid: its offset leads to a day outside the calendar.
    """
    try:
        return due_day(task, travel, office_days_for(session, [task]).of(event.organisation_id))
    except InvalidValue as problem:
        raise Invalid({"due_offset": [problem.detail]}) from None


def _with_done(act: ActionContext, task: Task | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with ``done_at`` set from ``done``; a fixed day clears the offset, and the other way round."""
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
            errors["due_offset"] = [message(N_("Give either a day or an offset from arrival, not both."))]
    return errors
