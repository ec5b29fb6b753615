"""What can be done to several tasks at once, by the rules of one task's change."""

from enum import StrEnum
from typing import Any

from sqlmodel import Session

from calendars.days.spans import days_after
from models.errors import Conflict, Invalid
from models.event_parts import Task
from models.i18n import N_, message
from service.actions import crud
from service.actions.bulk.changes import BulkStep, RowDifference
from service.actions.bulk.event_steps import shift_of
from service.actions.context import ActionContext
from service.actions.events import events, tasks


class TaskStep(StrEnum):
    """A change of several tasks."""

    DONE = "done"
    RESPONSIBLE = "responsible"
    SHIFT = "shift"


def task_step(session: Session, act: ActionContext, what: TaskStep, value: str) -> BulkStep[Task]:
    """The change with its value: nothing, a body's id, a number of days.

    Raises:
        Invalid: under ``value``, if it is none of these.
    """
    match what:
        case TaskStep.DONE:
            return _step(session, act, lambda task: ("done", True))
        case TaskStep.SHIFT:
            days = shift_of(value)
            return _step(session, act, lambda task: ("due_on", _shifted(task, days)))
        case _:
            if not value:
                raise Invalid({"value": [message(N_("Choose what is to be changed to what."))]})
            return _step(session, act, lambda task: ("organisation_id", value))


def _step(session: Session, act: ActionContext, wanted: Any) -> BulkStep[Task]:
    def do(task: Task) -> RowDifference:
        name, value = wanted(task)
        before = getattr(task, name)
        tasks.change_task(session, act, events.find_event(session, task.event_id), task, {name: value})
        return RowDifference(before, value)

    return BulkStep(lambda opened, identity: crud.find_of_event(opened, Task, identity), do)


def _shifted(task: Task, days: int) -> Any:
    if task.due_on is None:
        raise Conflict(
            message(N_("Its day is counted from the days of its event; change that on the page of the event.")),
            code="counted_day",
        )
    return days_after(task.due_on, days)
