"""An event's tasks: adding, changing, removing and completing them."""

from typing import Any

from flask import request
from marshmallow import ValidationError

from calendars.events.task_due_dates import task_offset
from models.event_parts import Task
from models.events import Event
from models.i18n import N_, NP_
from models.vocabulary import TaskAnchor
from service.actions import crud
from service.actions.events import tasks
from service.schemas.tasks import TaskSchema
from service.web.event.choices import Choices
from service.web.event.editor import EditRequest, OpenEditor, RemovalButton, check_version, load
from service.web.form_fields import FieldSpec, FieldType, values_of
from service.web.view import View

SPECS = (
    FieldSpec("title", FieldType.TEXTS, is_required=True),
    FieldSpec(
        "due_on", FieldType.DAY, hint=N_("A day of its own, or so many days before or after the visit; or neither.")
    ),
    FieldSpec("due_offset", FieldType.NUMBER, N_("Days from the arrival or departure")),
    FieldSpec("anchor", FieldType.CHOICE, choices="due", is_required=True),
    FieldSpec("working_days", FieldType.FLAG),
    FieldSpec(
        "organisation_id",
        FieldType.CHOICE,
        NP_("for a task", "Responsible organisation"),
        choices="organisations",
        is_more=True,
    ),
    FieldSpec("person_id", FieldType.PERSON, hint=N_("Type a name, or choose one from the list."), is_more=True),
)


def editor(asked: EditRequest) -> OpenEditor:
    """The form of a task; of a new one when there is none with the asked id."""
    view, event = asked.view, asked.event
    task = view.session.get(Task, asked.row) if asked.row else None
    if task is None or task.event_id != event.id:
        form, choices = asked.form(SPECS, {"anchor": f"-{TaskAnchor.ARRIVAL}"}, "add_task", "change_task")
        return OpenEditor(
            edit="task",
            part="tasks",
            do="add_task",
            title=view.say(N_("Add a task")),
            save=view.say(N_("Save the new task")),
            form=form,
            choices=choices,
        )
    form, choices = asked.form(SPECS, _present(task), "change_task")
    return OpenEditor(
        edit=f"task:{task.id}",
        part="tasks",
        do="change_task",
        title=view.plain(task.title),
        save=view.say(N_("Save this task")),
        form=form,
        choices=choices,
        row=task.id,
        version=str(task.version),
        removal=RemovalButton(
            "remove_task",
            view.say(N_("Delete this task")),
            view.say(N_("Delete the task “{title}”? Its reminders go with it."), title=task.title),
        ),
    )


def add(view: View, event: Event) -> None:
    """Add a task."""
    tasks.add_task(view.session, view.act, event, load(TaskSchema, _wish(view, event)))


def change(view: View, event: Event) -> None:
    """Change a task."""
    task = _task(view, event)
    check_version(task.version)
    values = load(TaskSchema, _wish(view, event, task.person_id), partial=True)
    tasks.change_task(view.session, view.act, event, task, values)


def remove(view: View, event: Event) -> None:
    """Delete a task."""
    task = _task(view, event)
    check_version(task.version)
    tasks.remove_task(view.session, view.act, event, task)


def finish(view: View, event: Event) -> None:
    """Mark a task as done, or open again."""
    task = crud.part(view.session, Task, event.id, request.form.get("task", ""))
    tasks.change_task(view.session, view.act, event, task, {"done": request.form.get("done") == "yes"})


def _task(view: View, event: Event) -> Task:
    return crud.part(view.session, Task, event.id, request.form.get("row", ""))


def _present(task: Task) -> dict[str, Any]:
    """A task as its form shows it: so many days, before or after one of two days."""
    days = task_offset(task.due_offset).days if task.due_offset is not None else None
    sign = "+" if days is not None and days > 0 else "-"
    there = task.model_dump(include={spec.name for spec in SPECS})
    return there | {"due_offset": None if days is None else abs(days), "anchor": f"{sign}{task.anchor}"}


def _wish(view: View, event: Event, present: str | None = None) -> dict[str, Any]:
    """The task the form wants, as the API takes it; ``present`` is whom it is given to now.

    Raises:
        ValidationError: the number of days is none.
    """
    wish = values_of(SPECS, request.form)
    sign, anchor = (wish.get("anchor") or "-")[:1], (wish.get("anchor") or "")[1:]
    wish["anchor"] = anchor or TaskAnchor.ARRIVAL.value
    days = wish.get("due_offset")
    if days is not None:
        if not isinstance(days, int) or not 0 <= days <= 3660:
            raise ValidationError({"due_offset": [N_("Not a whole number.")]})
        wish["due_offset"] = f"{'-' if sign == '-' and days else ''}P{days}D"
    if "person_id" in wish:
        chosen = request.form.get("person_id.choice", "")
        choices = Choices(view, event)
        wish["person_id"] = choices.identify("person_id", wish["person_id"] or "", chosen, present=present)
    return wish
