"""Task templates, and the tasks events get of them when they enter the plan.

A changed template changes no task that is there: people may have agreed on it, changed it or begun. It holds for events
that enter the plan from then on.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from models.event_parts import Task, TaskTemplate
from service.actions import crud
from service.actions.context import ActionContext
from service.actions.events import tasks
from service.actions.reminders import reminder_planning


def create_template(session: Session, act: ActionContext, values: Mapping[str, Any]) -> TaskTemplate:
    """Make a template."""
    crud.check(_errors(session, values))
    return crud.create(session, act, TaskTemplate(**values))


def change_template(
    session: Session, act: ActionContext, template: TaskTemplate, values: Mapping[str, Any]
) -> TaskTemplate:
    """Change a template; tasks made of it stay as they are."""
    crud.check(_errors(session, values))
    crud.change(session, act, template, values)
    return template


def delete_template(session: Session, act: ActionContext, template: TaskTemplate) -> None:
    """Delete a template; tasks made of it stay, and no longer say where they come from."""
    reminder_planning.lock_planning(
        session
    )  # an event entering the plan right now has made its tasks, or sees no template
    made = update(Task).where(col(Task.template_id) == template.id).values(template_id=None)
    session.execute(made, execution_options={"synchronize_session": "fetch"})
    crud.delete(session, act, template)


def _errors(session: Session, values: Mapping[str, Any]) -> crud.Errors:
    errors = crud.missing_references(session, TaskTemplate, values)
    if "offset" in values:
        errors["offset"] = tasks.offset_errors(values["offset"])
    return errors
