"""Task templates; events get their tasks from them when they enter the plan.

Changing a template changes no existing task: people may have agreed on it, changed it or begun. It applies to events
that enter the plan from then on.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from models.event_parts import Task, TaskTemplate
from models.i18n import N_, message
from models.labels import noun
from models.vocabulary import EventKind
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.events import tasks
from service.actions.reminders import reminder_planning


def create_template(session: Session, act: ActionContext, values: Mapping[str, Any]) -> TaskTemplate:
    """Create a template."""
    crud.check(_errors(session, values))
    return crud.create(session, act, TaskTemplate(**_as_words(values)))


def change_template(
    session: Session, act: ActionContext, template: TaskTemplate, values: Mapping[str, Any]
) -> TaskTemplate:
    """Change a template; tasks made from it stay as they are."""
    crud.check(_errors(session, values, template))
    crud.change(session, act, template, _as_words(values))
    return template


def delete_template(session: Session, act: ActionContext, template: TaskTemplate) -> None:
    """Delete a template; tasks made from it stay, without a reference to it."""
    # An event that enters the plan concurrently has made its tasks before, or does not see the template after.
    reminder_planning.lock_planning(session)
    unlink = update(Task).where(col(Task.template_id) == template.id).values(template_id=None)
    session.execute(unlink, execution_options={"synchronize_session": "fetch"})
    crud.delete(session, act, template)


CONDITIONS = {"activity_types": EventKind.ACTIVITY, "grades": EventKind.ANNIVERSARY}
"""Field that limits a template → the kind of event that has what it asks for."""


def _as_words(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: [str(word) for word in value] if name in CONDITIONS else value for name, value in values.items()}


def _errors(session: Session, values: Mapping[str, Any], template: TaskTemplate | None = None) -> crud.Errors:
    errors = crud.missing_references(session, TaskTemplate, values)
    for name, kind in CONDITIONS.items():
        is_given = values[name] if name in values else getattr(template, name, None)
        if is_given and values.get("kind", getattr(template, "kind", None)) is not kind:
            wrong = N_("Only events of the kind “{kind}” have this; leave it empty.")
            errors[name] = [message(wrong, kind=noun(kind.value))]
    named = None if "organisation_id" in errors else values.get("organisation_id")
    # A task of an organisation lets it read the event.
    if named is not None and not permissions.oversees(session, named):
        errors["organisation_id"] = [message(N_("It belongs to another office: name an organisation of your own."))]
    if "offset" in values:
        errors["offset"] = tasks.offset_errors(values["offset"])
    return errors
