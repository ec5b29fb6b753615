"""What pages tell of a task: how its due day is counted, who is responsible, who may finish it."""

from collections.abc import Mapping
from datetime import date

from markupsafe import Markup

from calendars.events.task_due_dates import due_offset_text
from models.event_parts import Task
from models.events import Event
from models.places import Organisation, Person
from models.vocabulary import Role
from service.actions import permissions
from service.actions.events import task_queries
from service.web.view import View

Value = Markup | str


def may_finish(view: View, event: Event | task_queries.Row, task: Task) -> bool:
    """Whether the reader may say that a task is done: who may change its event, and the organisation it is for."""
    return view.may_change(event) or (view.may(Role.OFFICER) and permissions.is_for(view.session, task.organisation_id))


def how_counted(view: View, task: Task) -> str:
    """How a task's due day is counted, in words; empty for one that has a day of its own, or none."""
    told = due_offset_text(task)
    return view.say(told) if told else ""


def responsible(
    view: View, task: Task, day: date, organisations: Mapping[str, Organisation], people: Mapping[str, Person]
) -> list[Value]:
    """The person and the organisation a task is for, as far as they are known; ``day`` is the first of its event, by
    which the organisation is called."""
    found: list[Value] = []
    if person := people.get(task.person_id or ""):
        found.append(view.person(person))
    if organisation := organisations.get(task.organisation_id or ""):
        found.append(view.body(organisation, day))
    return found
