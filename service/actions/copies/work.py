"""The programme and the tasks that come along into a copy."""

from collections.abc import Sequence

from sqlmodel import Session, col, select

from calendars.copies.days import Shift
from calendars.events.host_days import whole_stay
from models.event_parts import ProgrammeItem, Task, TaskTemplate
from models.events import Event
from models.i18n import N_, message
from models.places import Person
from models.queries.event_parts import programme_of, tasks_of
from models.queries.organisation_lines import OrganisationLines
from models.vocabulary import CopyPart
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.copies.facts import OUTSIDE
from service.actions.copies.fates import copied_columns
from service.actions.copies.people import CopiedPeople
from service.actions.copies.values import LeftPart
from service.actions.events import programme, settlement_tasks, tasks

TEMPLATE_OFF = N_("Its template is switched off: the office gives this task no more.")
COMES_WITH_APPROVAL = N_("It comes again with the approval of the estimate.")
NOT_THEIRS = N_("{why} The task came along without them.")


def copy_programme(
    session: Session, act: ActionContext, source: Event, event: Event, shift: Shift
) -> tuple[int, list[LeftPart]]:
    """Give the copy the working programme of the event, every item as many days later; how many, and which not."""
    found = programme_of(session, source.id)
    stay = whole_stay(source.first_day, source.last_day, source.arrives_on, source.departs_on)
    coming = [one for one in found if one.day in stay]
    programme.replace_programme(session, act, event, [_item(one, shift) for one in coming])
    left = [LeftPart(CopyPart.ITEM, message(OUTSIDE), one.title, one.id) for one in found if one.day not in stay]
    return len(coming), left


def _item(row: ProgrammeItem, shift: Shift) -> dict[str, object]:
    values = {name: getattr(row, name) for name in copied_columns("programme_item") if name != "position"}
    return {**values, "day": shift.of(row.day)}


def copy_tasks(
    session: Session, act: ActionContext, source: Event, event: Event, shift: Shift, lines: OrganisationLines
) -> tuple[int, list[LeftPart]]:
    """Give the copy the tasks of the event, all of them open; how many, and which not.

    They are due as long before or after the visit as they were, and given to who does that work by then. A task of a
    template that is switched off is not given again, nor are those that an approved estimate brings.
    """
    found = tasks_of(session, source.id)
    templates = _templates(session, found)
    people, left, count = _doers(session, act, event, lines, found), [], 0
    for one in found:
        template = templates.get(one.template_id or "")
        if template is not None and not template.active:
            left.append(LeftPart(CopyPart.TASK, message(TEMPLATE_OFF), one.title, one.id))
            continue
        if one.template_id is None and settlement_tasks.is_one(one):
            left.append(LeftPart(CopyPart.TASK, message(COMES_WITH_APPROVAL), one.title, one.id))
            continue
        values = {name: getattr(one, name) for name in copied_columns("task")}
        if one.due_on is not None:
            values["due_on"] = shift.of(one.due_on)
        if one.organisation_id is not None:
            values["organisation_id"] = holder(session, lines, one.organisation_id, event)
        if template is not None:
            values["template_id"] = template.id
        if one.person_id is not None:
            why = people.why_not(crud.find(session, Person, one.person_id), one.person_organisation_id)
            if why is None:
                values["person_id"] = one.person_id
            else:
                left.append(LeftPart(CopyPart.TASK, message(NOT_THEIRS, why=why[0]), one.title, one.id, why[1]))
        tasks.add_task(session, act, event, {name: value for name, value in values.items() if value is not None})
        count += 1
    return count, left


def holder(session: Session, lines: OrganisationLines, organisation_id: str, event: Event) -> str:
    """What does the work of a body on the first day of the copy, if that is of the same office."""
    found, offices = lines.holder(organisation_id, event.first_day), permissions.offices(session)
    return found if offices.of(found) == offices.of(organisation_id) else organisation_id


def _templates(session: Session, found: Sequence[Task]) -> dict[str, TaskTemplate]:
    """The templates of these tasks that are the office's; one query."""
    wanted = {one.template_id for one in found if one.template_id is not None}
    if not wanted:
        return {}
    own = permissions.marked_own(session, col(TaskTemplate.office))
    return {one.id: one for one in session.exec(select(TaskTemplate).where(col(TaskTemplate.id).in_(wanted), own))}


def _doers(
    session: Session, act: ActionContext, event: Event, lines: OrganisationLines, found: Sequence[Task]
) -> CopiedPeople:
    """What decides whether the people whose tasks these are can have them again."""
    came_for = {one.person_id: one.person_organisation_id for one in found if one.person_id is not None}
    people = crud.by_id(session, Person, came_for) if came_for else {}
    listed = [(person, came_for[person.id]) for person in people.values()]
    return CopiedPeople.of(session, act, lines, event.first_day, listed)
