"""The tasks that an event gets from templates when it enters the plan."""

from collections.abc import Mapping

from sqlmodel import Session, col, select

from calendars.events.lifecycle import REMINDED
from calendars.events.task_due_dates import TaskDueValues, due_day
from models.errors import Invalid, InvalidValue
from models.event_parts import Task, TaskTemplate
from models.events import Event
from models.queries.event_parts import tasks_of
from models.text import fold, localized
from models.vocabulary import EventStatus, Language
from service.actions import crud
from service.actions.context import ActionContext
from service.actions.effects import task_due_days
from service.actions.locality_index import DirectionResolver


def make_tasks(session: Session, act: ActionContext, event: Event, before: EventStatus) -> None:
    """Make the tasks an event lacks when it enters the plan; ``before`` is the status it had, a draft's when it is new.

    One of each active template for its kind and direction, unless it has one of that template already, or one that
    somebody wrote under the same title. What is due already is made all the same: it still has to be done. Reminders
    are planned by the caller, afterwards.

    Raises:
        Invalid: a task can't be counted from the event's days.
    """
    if before in REMINDED or event.status not in REMINDED:
        return
    travel = task_due_days.lock_event(session, event)
    present = tasks_of(session, event.id)
    wanted = [one for one in _templates_for(session, act, event) if not _is_there(one, present)]
    datings = [TaskDueValues(None, one.offset, one.anchor, one.working_days) for one in wanted]
    office_days = task_due_days.office_days_for(session, datings)
    for template, dating in zip(wanted, datings, strict=True):
        try:
            day = due_day(dating, travel, office_days)
        except InvalidValue as problem:
            raise Invalid(task_due_days.uncountable(template.title, template.anchor, problem)) from None
        task = Task(
            event_id=event.id,
            title=template.title,
            organisation_id=template.organisation_id,
            person_id=template.person_id,
            due_offset=template.offset,
            anchor=template.anchor,
            working_days=template.working_days,
            due_day=day,
            template_id=template.id,
        )
        crud.create(session, act, task, event_id=event.id)


def _templates_for(session: Session, act: ActionContext, event: Event) -> list[TaskTemplate]:
    active = select(TaskTemplate).where(TaskTemplate.kind == event.kind, col(TaskTemplate.active))
    found = session.exec(active.order_by(col(TaskTemplate.id))).all()
    if all(template.direction is None for template in found):
        return list(found)
    direction = DirectionResolver.load(session, act).of(event)
    return [template for template in found if template.direction in {None, direction}]


def _is_there(template: TaskTemplate, present: list[Task]) -> bool:
    title = _compared(template.title)
    return any(
        task.template_id == template.id or (task.template_id is None and _compared(task.title) == title)
        for task in present
    )


def _compared(title: Mapping[str, str]) -> str:
    return fold(localized(title, Language.VI))
