"""Tasks of all events: overdue ones first, then the next thirty days; or any, by filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.events.task_due_dates import is_overdue
from models.errors import NotFound
from models.event_parts import Task
from models.i18n import N_
from models.places import Organisation, Person
from models.vocabulary import EventStatus, Role, SavedPage
from service.actions import crud
from service.actions.directory.directory_queries import organisations_with_tasks
from service.actions.events import events, task_queries, tasks
from service.schemas.tasks import TaskQuery
from service.web.forms import FormRefusal, attempt
from service.web.list_columns import chosen, table_of
from service.web.page_decorator import page
from service.web.query_params import filters, page_number, pages_for
from service.web.task_facts import Value, how_counted, may_finish, responsible
from service.web.view import View, ids

DAYS_AHEAD = 30
SHOWN = 50
"""Maximum of overdue and of coming tasks, and per page of a list."""


class TaskSelection(StrEnum):
    """The tasks in a list."""

    OPEN = "open"
    OVERDUE = "overdue"
    DONE = "done"
    ALL = "all"


_NAMES: Mapping[TaskSelection, str] = {
    TaskSelection.OPEN: N_("Open tasks"),
    TaskSelection.OVERDUE: N_("Overdue tasks"),
    TaskSelection.DONE: N_("Tasks that are done"),
    TaskSelection.ALL: N_("All tasks"),
}
_MEANING: Mapping[TaskSelection, dict[str, bool]] = {
    TaskSelection.OPEN: {"done": False},
    TaskSelection.OVERDUE: {"overdue": True},
    TaskSelection.DONE: {"done": True},
    TaskSelection.ALL: {},
}


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task with its event's columns, how its due day is computed, how late it is, and who is responsible."""

    task: Task
    event: task_queries.Row
    counted: str
    late: str
    responsible: Sequence[Value]
    may_finish: bool


@dataclass(frozen=True, slots=True)
class TaskListQuery:
    """Parsed query parameters: ``asked`` as written, ``query`` as :func:`task_queries.tasks_where` takes it."""

    asked: Mapping[str, str]
    which: TaskSelection
    query: Mapping[str, Any]
    number: int
    problems: Mapping[str, list[str]]

    @property
    def is_list(self) -> bool:
        """Whether one list is requested; else overdue and coming tasks."""
        return any(self.asked.values())

    @property
    def here(self) -> Mapping[str, str]:
        """The parameters of this page's own address."""
        return {"page": str(self.number)} if self.number > 1 else {}

    def url(self, **changed: Any) -> str:
        """The same page with some parameters changed; empty ones are omitted."""
        values = {**self.asked, "page": None} | changed
        return url_for("pages.tasks", **{name: value for name, value in values.items() if value})


def _read_params(view: View) -> TaskListQuery:
    """Parse the filters. An invalid one is reported, and the others apply."""
    asked = {name: request.args.get(name, "").strip() for name in ("q", "organisation_id", "from", "to", "which")}
    problems: dict[str, list[str]] = {}
    if asked["which"] not in {"", *TaskSelection}:
        problems["which"] = [view.say(N_("This filter has no such choice; it is left out."))]
        asked["which"] = ""
    which = TaskSelection(asked["which"] or TaskSelection.OPEN)
    given = {name: value for name, value in asked.items() if value and name != "which"}
    query, wrong = filters(view, TaskQuery, given)
    return TaskListQuery(asked, which, query | _MEANING[which], page_number(), problems | wrong)


@page()
def things_to_do(view: View) -> Response:
    """Overdue tasks, how late they are, and tasks due soon; with filters one list, paged."""
    params = _read_params(view)
    refusal = attempt(view, lambda: _finish(view)) if request.method == "POST" else None
    if request.method == "POST" and refusal is None:
        step = "reopened" if request.form.get("do") == "reopen" else "done"
        return redirect(params.url(**params.here, **{step: request.form.get("task", "")}), 303)
    return _list(view, params, refusal) if params.is_list else _soon(view, params, refusal)


def _soon(view: View, params: TaskListQuery, refusal: FormRefusal | None) -> Response:
    """Overdue tasks, and those due today and in the coming days."""
    today = view.act.today
    last = today + timedelta(days=DAYS_AHEAD)
    late = task_queries.first_tasks(view.session, view.act, _MEANING[TaskSelection.OVERDUE], SHOWN + 1)
    ahead_query = {"done": False, "from_": today, "to": last}
    coming = task_queries.first_tasks(view.session, view.act, ahead_query, SHOWN + 1)
    lines = _lines(view, [*late[:SHOWN], *coming[:SHOWN]])
    ahead = lines[len(late[:SHOWN]) :]
    return _page(
        view,
        params,
        refusal,
        ticked_ids=[line.task.id for line in lines],
        late=lines[: len(late[:SHOWN])],
        days=_by_day(ahead),
        more_late=params.url(which=TaskSelection.OVERDUE) if len(late) > SHOWN else "",
        more=params.url(which=TaskSelection.OPEN, **{"from": today, "to": last}) if len(coming) > SHOWN else "",
    )


def _list(view: View, params: TaskListQuery, refusal: FormRefusal | None) -> Response:
    """One list of tasks, by due day: done ones latest first."""
    rows, total = task_queries.page_of_tasks(
        view.session,
        view.act,
        params.query,
        (params.number - 1) * SHOWN,
        SHOWN,
        takes_place=params.which in (TaskSelection.OPEN, TaskSelection.OVERDUE),
        latest_first=params.which is TaskSelection.DONE,
    )
    lines = _lines(view, rows)
    return _page(
        view,
        params,
        refusal,
        table=table_of(view, chosen(view, SavedPage.TASKS), lines),
        ticked_ids=[line.task.id for line in lines],
        days=_by_day(lines),
        total=total,
        pages=pages_for(total, SHOWN),
    )


def _page(view: View, params: TaskListQuery, refusal: FormRefusal | None, **values: Any) -> Response:
    return view.page(
        "lists/tasks.html",
        refusal.status if refusal else 200,
        params=params,
        refusal=refusal,
        changed=None if refusal else _changed(view),
        ahead=DAYS_AHEAD,
        soon=view.act.today + timedelta(days=DAYS_AHEAD),
        names=_NAMES,
        organisations=organisations_with_tasks(view.session),
        several=view.may(Role.OFFICER) and bool(request.args.get("several")),
        own=view.act.account.organisation_id,
        **values,
    )


def _finish(view: View) -> None:
    """Mark a task as done, or reopen it."""
    task = crud.find(view.session, Task, request.form.get("task", ""))
    event = events.find_event(view.session, task.event_id)
    tasks.change_task(view.session, view.act, event, task, {"done": request.form.get("do") != "reopen"})


def _changed(view: View) -> Task | None:
    """The task that was just marked, given by the redirect; in its current state."""
    task = view.session.get(Task, request.args.get("done") or request.args.get("reopened") or "")
    if task is None:
        return None
    try:
        events.find_event(view.session, task.event_id)
    except NotFound:  # also if the reader may not see it
        return None
    return task


def _by_day(lines: Sequence[TaskLine]) -> list[tuple[date | None, list[TaskLine]]]:
    return [(day, list(listed)) for day, listed in groupby(lines, key=lambda line: line.task.due_day)]


def _lines(view: View, rows: Sequence[task_queries.Row]) -> list[TaskLine]:
    """The lines of a page; two queries, regardless of their number."""
    organisations = crud.by_id(view.session, Organisation, ids(*(row.Task.organisation_id for row in rows)))
    people = crud.by_id(view.session, Person, ids(*(row.Task.person_id for row in rows)))
    return [
        TaskLine(
            row.Task,
            row,
            how_counted(view, row.Task),
            _how_late(view, row.Task, row.status),
            responsible(view, row.Task, row.first_day, organisations, people),
            may_finish(view, row, row.Task),
        )
        for row in rows
    ]


def _how_late(view: View, task: Task, status: EventStatus) -> str:
    """How many days a task is late; empty if it is not."""
    if task.due_day is None or not is_overdue(task.due_day, task.done, status, view.act.today):
        return ""
    days = (view.act.today - task.due_day).days
    return view.say(N_("1 day late")) if days == 1 else view.say(N_("{count} days late"), count=days)
