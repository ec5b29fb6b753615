"""The tasks that are created from templates when an event enters the plan."""

from collections.abc import Mapping

from sqlmodel import Session, col, select

from calendars.days.spans import Days
from calendars.events.host_days import whole_stay
from calendars.events.lifecycle import REMINDED
from calendars.events.task_due_dates import TaskDueValues, due_day
from models.errors import Invalid, InvalidValue
from models.event_parts import Task, TaskTemplate
from models.events import Event
from models.queries.event_parts import tasks_of
from models.text import fold, localized
from models.vocabulary import EventStatus, Language
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.effects import task_due_days
from service.actions.locality_index import DirectionResolver


def make_tasks(
    session: Session, act: ActionContext, event: Event, before: EventStatus, stay_before: Days | None = None
) -> None:
    """Create the missing tasks of an event that enters the plan; ``before`` is its previous status (draft if new).

    Of one that was in the plan and has become longer than its ``stay_before`` (travel days counted) those of templates
    for stays of its new length.

    One task of each active template for its kind, direction and length, unless it has one of that template already, or
    one that somebody wrote with the same title. Tasks that are already due are created too: they still have to be done.
    The caller plans reminders afterwards.

    Raises:
        Invalid: a task can't be counted from the event's days.
    """
    if event.status not in REMINDED:
        return
    days = len(_stay_of(event))
    shorter = 0 if before not in REMINDED else days if stay_before is None else len(stay_before)
    if shorter >= days:
        return
    travel = task_due_days.lock_event(session, event)
    existing = tasks_of(session, event.id)
    templates = [
        one
        for one in _templates_for(session, act, event)
        if shorter < (one.min_days or 1) <= days and not _has_task(one, existing)
    ]
    if not templates:
        return
    due_values = [TaskDueValues(None, one.offset, one.anchor, one.working_days) for one in templates]
    office_days = task_due_days.office_days_for(session, due_values).of(event.organisation_id)
    for template, due in zip(templates, due_values, strict=True):
        try:
            day = due_day(due, travel, office_days)
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


def _stay_of(event: Event) -> Days:
    return whole_stay(event.first_day, event.last_day, event.arrives_on, event.departs_on)


def _templates_for(session: Session, act: ActionContext, event: Event) -> list[TaskTemplate]:
    active = select(TaskTemplate).where(TaskTemplate.kind == event.kind, col(TaskTemplate.active))
    offices = permissions.offices(session)
    office = offices.of(event.organisation_id)
    found = [
        template
        for template in session.exec(active.order_by(col(TaskTemplate.id)))
        # A task lets its organisation read the event: none of another office's making.
        if offices.named(template.office) == office
        and (template.organisation_id is None or offices.of(template.organisation_id) == office)
    ]
    if all(template.direction is None for template in found):
        return found
    direction = DirectionResolver.load(session, act).of(event)
    return [template for template in found if template.direction in {None, direction}]


def _has_task(template: TaskTemplate, existing: list[Task]) -> bool:
    title = _folded(template.title)
    return any(
        task.template_id == template.id or (task.template_id is None and _folded(task.title) == title)
        for task in existing
    )


def _folded(title: Mapping[str, str]) -> str:
    return fold(localized(title, Language.VI))
