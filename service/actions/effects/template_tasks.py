"""The tasks that are created from templates when an event enters the plan."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from calendars.days.anniversaries import grade_of
from calendars.days.spans import Days
from calendars.events.host_days import whole_stay
from calendars.events.lifecycle import REMINDED
from calendars.events.task_due_dates import TaskDueValues, TravelDays, due_day
from models.errors import Invalid, InvalidValue
from models.event_parts import Task, TaskTemplate
from models.events import Event
from models.queries.event_parts import tasks_of
from models.queries.organisation_lines import OrganisationLines
from models.text import fold, localized
from models.vocabulary import EventStatus, Language
from service.actions import crud, passport_kinds, permissions
from service.actions.context import ActionContext
from service.actions.effects import task_due_days
from service.actions.locality_index import DirectionResolver, LocalityIndex


def make_tasks(
    session: Session, act: ActionContext, event: Event, before: EventStatus, stay_before: Days | None = None
) -> None:
    """Create the missing tasks of an event that enters the plan; ``before`` is its previous status (draft if new).

    Of one that was in the plan and has become longer than its ``stay_before`` (travel days counted) those of templates
    for stays of its new length.

    One task of each active template for its kind, direction, type, year, length and passports, unless it has one of
    that template already, or one that somebody wrote with the same title. Tasks that are already due are created too:
    they still have to be done. The caller plans reminders afterwards.

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
    _make(session, act, event, travel, _of_passports(session, event, templates))


def make_for_passports(session: Session, act: ActionContext, event: Event) -> bool:
    """Create the missing tasks of an event in the plan that somebody's passport asks for; whether there were any.

    To be called when its people change, or the kind of a passport becomes known; afterwards reminders are planned.
    """
    asking = select(TaskTemplate.id).where(col(TaskTemplate.active), col(TaskTemplate.passport_kinds).is_not(None))
    if event.status not in REMINDED or session.exec(asking.limit(1)).first() is None:
        return False
    travel, days = task_due_days.lock_event(session, event), len(_stay_of(event))
    existing = tasks_of(session, event.id)
    templates = [
        one
        for one in _templates_for(session, act, event)
        if one.passport_kinds is not None and (one.min_days or 1) <= days and not _has_task(one, existing)
    ]
    missing = _of_passports(session, event, templates)
    _make(session, act, event, travel, missing)
    return bool(missing)


def _of_passports(session: Session, event: Event, templates: Sequence[TaskTemplate]) -> list[TaskTemplate]:
    """Those that are for all passports, or for one that somebody of the event is known to have."""
    if all(one.passport_kinds is None for one in templates):
        return list(templates)
    known = passport_kinds.of_event(session, event)
    return [one for one in templates if one.passport_kinds is None or known & set(one.passport_kinds)]


def _make(
    session: Session, act: ActionContext, event: Event, travel: TravelDays, templates: Sequence[TaskTemplate]
) -> None:
    if not templates:
        return
    lines = OrganisationLines.load(session)
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
            organisation_id=_doer(session, lines, template.organisation_id, event),
            person_id=template.person_id,
            due_offset=template.offset,
            anchor=template.anchor,
            working_days=template.working_days,
            due_day=day,
            template_id=template.id,
        )
        crud.create(session, act, task, event_id=event.id)


def _doer(session: Session, lines: OrganisationLines, named: str | None, event: Event) -> str | None:
    """Whom a template's task is given to: the organisation it names, or what does its work on the event's first day, if
    that is of the same office."""
    if named is None:
        return None
    holder, offices = lines.holder(named, event.first_day), permissions.offices(session)
    return holder if offices.of(holder) == offices.of(named) else named


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
        if _is_meant(template, event)
        and offices.named(template.office) == office
        and (template.organisation_id is None or offices.of(template.organisation_id) == office)
    ]
    if all(template.direction is None for template in found):
        return found
    # Seen from the office whose tasks they are, whoever plans.
    own = act.office.locality if offices.alone else office
    direction = DirectionResolver(LocalityIndex.load(session), own).of(event)
    return [template for template in found if template.direction in {None, direction}]


def _is_meant(template: TaskTemplate, event: Event) -> bool:
    """Whether a template is for events of this type, or for years like its own."""
    if template.activity_types and event.activity_type not in template.activity_types:
        return False
    if not template.grades:
        return True
    return event.ordinal is not None and event.ordinal > 0 and grade_of(event.ordinal) in template.grades


def _has_task(template: TaskTemplate, existing: list[Task]) -> bool:
    title = _folded(template.title)
    return any(
        task.template_id == template.id or (task.template_id is None and _folded(task.title) == title)
        for task in existing
    )


def _folded(title: Mapping[str, str]) -> str:
    return fold(localized(title, Language.VI))
