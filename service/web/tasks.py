"""Things to do, for all events: what is overdue first, then the next thirty days."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask import redirect, request, url_for
from markupsafe import Markup
from sqlmodel import col, select
from werkzeug.wrappers import Response

from calendars.tasks import NEVER_LATE, counted
from models.events import Event
from models.i18n import _
from models.parts import Task
from models.places import Organisation, Person
from service.actions import events, rows, task_lists, tasks
from service.web.forms import attempt
from service.web.gate import page
from service.web.view import View, ids

DAYS_AHEAD = 30
SHOWN = 100
"""Of what is overdue, and of what is coming."""

Value = Markup | str


@dataclass(frozen=True, slots=True)
class Line:
    """A task with its event's columns, how its due day is counted, how late it is, and who is responsible."""

    task: Task
    event: task_lists.Row
    counted: str
    late: str
    responsible: Sequence[Value]


@page()
def things_to_do(view: View) -> Response:
    """What is overdue, how late it is; what falls due today and in the days to come."""
    refusal = attempt(view, lambda: _finish(view)) if request.method == "POST" else None
    if request.method == "POST" and refusal is None:
        return redirect(url_for("pages.tasks", done="yes"), 303)
    today = view.act.today
    late = _read(view, {"overdue": True})
    coming = _read(view, {"done": False, "from_": today, "to": today + timedelta(days=DAYS_AHEAD)})
    lines = _lines(view, [*late[:SHOWN], *coming[:SHOWN]])
    ahead = lines[len(late[:SHOWN]) :]
    return view.page(
        "tasks.html",
        refusal.status if refusal else 200,
        late=lines[: len(late[:SHOWN])],
        days=[(day, list(listed)) for day, listed in groupby(ahead, key=lambda line: line.task.due_day)],
        has_more_late=len(late) > SHOWN,
        has_more=len(coming) > SHOWN,
        ahead=DAYS_AHEAD,
        refusal=refusal,
        done=bool(request.args.get("done")),
    )


def _finish(view: View) -> None:
    """Mark a task as done."""
    task = rows.find(view.session, Task, request.form.get("task", ""))
    event = events.find_event(view.session, task.event_id)
    tasks.change_task(view.session, view.act, event, task, {"done": True})


def _read(view: View, query: Mapping[str, Any]) -> Sequence[task_lists.Row]:
    """The tasks a query means, one more than is shown; none of drafts and events that are called off."""
    statement = task_lists.tasks_where(view.session, view.act, query).where(col(Event.status).not_in(NEVER_LATE))
    return view.session.execute(statement.order_by(*task_lists.TASK_ORDER).limit(SHOWN + 1)).all()


def _lines(view: View, found: Sequence[task_lists.Row]) -> list[Line]:
    """The lines of a page; two queries, however many they are."""
    organisations = _by_id(view, Organisation, ids(*(row.Task.organisation_id for row in found)))
    people = _by_id(view, Person, ids(*(row.Task.person_id for row in found)))
    return [
        Line(
            row.Task,
            row,
            how_counted(view, row.Task),
            _how_late(view, row.Task.due_day),
            responsible(view, row.Task, organisations, people),
        )
        for row in found
    ]


def _by_id(view: View, model: type[Any], wanted: set[str]) -> dict[str, Any]:
    return {row.id: row for row in view.session.exec(select(model).where(col(model.id).in_(wanted))).all()}


def _how_late(view: View, due: date) -> str:
    days = (view.act.today - due).days
    if days <= 0:
        return ""
    return view.say(_("1 day late")) if days == 1 else view.say(_("{count} days late"), count=days)


def how_counted(view: View, task: Task) -> str:
    """How a task's due day is counted, in words; empty for one that has a day of its own, or none."""
    told = counted(task)
    return view.say(told) if told else ""


def responsible(
    view: View, task: Task, organisations: Mapping[str, Organisation], people: Mapping[str, Person]
) -> list[Value]:
    """The person and the organisation a task is for, as far as they are known."""
    found: list[Value] = []
    if person := people.get(task.person_id or ""):
        found.append(person.name)
    if organisation := organisations.get(task.organisation_id or ""):
        found.append(view.text(organisation.name))
    return found
