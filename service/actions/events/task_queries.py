"""Tasks of all events, and task templates, as pages and the API list them; each in a fixed number of queries."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, not_, or_, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from calendars.events.task_due_dates import NEVER_LATE
from models.errors import NotFound
from models.event_parts import Task, TaskTemplate
from models.events import Event
from models.queries.event_parts import tasks_of
from models.queries.organisation_lines import OrganisationLines
from models.text import fold
from service.actions import crud, permissions
from service.actions.context import ActionContext

EVENT_COLUMNS = ("id", "title", "kind", "status", "first_day", "last_day")
"""The columns of its event that a listed task has."""

# Databases sort NULL differently.
TASK_ORDER = (col(Task.due_day).is_(None), col(Task.due_day), col(Event.first_day), col(Task.id))

_LATEST_ORDER = (col(Task.due_day).is_(None), col(Task.due_day).desc(), col(Task.id))
_TAKES_PLACE = col(Event.status).not_in(NEVER_LATE)
TEMPLATE_ORDER = (col(TaskTemplate.kind), col(TaskTemplate.sort_key), col(TaskTemplate.id))

Row = Any
"""A task (``row.Task``) and, under their own names, the columns of its event."""


def overdue(today: date) -> ColumnElement[bool]:
    """``calendars.events.task_due_dates.is_overdue`` in SQL, on tasks joined with events; NULL without a due day."""
    return and_(col(Task.done).is_(False), col(Task.due_day) < today, col(Event.status).not_in(NEVER_LATE))


def tasks_where(session: Session, act: ActionContext, query: Mapping[str, Any]) -> Select[Any]:
    """The SELECT of the tasks that match a query string, each with its event; words are searched in both titles."""
    columns: list[Any] = [getattr(Event, name) for name in EVENT_COLUMNS]
    statement: Any = select(Task, *columns).where(
        col(Task.event_id) == col(Event.id), permissions.visible(session), permissions.seen_tasks(session)
    )
    if query.get("organisation_id"):
        line = OrganisationLines.load(session).line(query["organisation_id"])
        statement = statement.where(col(Task.organisation_id).in_(sorted(line)))
    for name in ("event_id", "person_id"):
        if query.get(name):
            statement = statement.where(getattr(Task, name) == query[name])
    if "done" in query:
        statement = statement.where(col(Task.done).is_(query["done"]))
    if "overdue" in query:
        late = overdue(act.today)
        statement = statement.where(late if query["overdue"] else not_(func.coalesce(late, false())))
    if query.get("from_"):
        statement = statement.where(col(Task.due_day) >= query["from_"])
    if query.get("to"):
        statement = statement.where(col(Task.due_day) <= query["to"])
    if query.get("q"):
        searched = (col(Task.search_text), col(Event.search_text))
        for word in fold(query["q"]).split():
            statement = statement.where(or_(*(text.contains(word, autoescape=True) for text in searched)))
    return statement  # type: ignore[no-any-return]


def tasks_of_event(session: Session, event: Event) -> list[Task]:
    """An event's tasks that the session sees, in the order of their creation."""
    sees = permissions.task_sight(session, event)
    return [task for task in tasks_of(session, event.id) if sees(task.organisation_id)]


def find_task(session: Session, event: Event, task_id: str) -> Task:
    """A task of an event that the session may read.

    Raises:
        NotFound: there is none, or the session does not see it.
    """
    task = crud.part(session, Task, event.id, task_id)
    if not permissions.sees_task(session, event, task.organisation_id):
        raise NotFound(crud.called(Task), task_id)
    return task


def first_tasks(session: Session, act: ActionContext, query: Mapping[str, Any], limit: int) -> list[Row]:
    """The first tasks that match a query string, by due day; none of draft, postponed or cancelled events."""
    statement = _with_rights(tasks_where(session, act, query)).where(_TAKES_PLACE)
    return list(session.execute(statement.order_by(*TASK_ORDER).limit(limit)))


def page_of_tasks(
    session: Session,
    act: ActionContext,
    query: Mapping[str, Any],
    first: int,
    size: int,
    *,
    takes_place: bool,
    latest_first: bool,
) -> tuple[list[Row], int]:
    """A page of the tasks a query string asks for, by due day, and how many there are.

    ``takes_place`` leaves out those of draft, postponed and cancelled events.
    """
    statement = _with_rights(tasks_where(session, act, query))
    if takes_place:
        statement = statement.where(_TAKES_PLACE)
    return crud.page_of(session, statement, _LATEST_ORDER if latest_first else TASK_ORDER, first, size)


def _with_rights(statement: Select[Any]) -> Select[Any]:
    """The same SELECT with the columns that decide who may change the event."""
    return statement.add_columns(col(Event.organisation_id), col(Event.created_by))


def templates_where(session: Session, query: Mapping[str, Any]) -> Any:
    """The SELECT of the templates of the reader's office that match a query string."""
    statement = select_rows(TaskTemplate).where(permissions.marked_own(session, col(TaskTemplate.office)))
    if query.get("kind"):
        statement = statement.where(col(TaskTemplate.kind) == query["kind"])
    return crud.matching(statement, col(TaskTemplate.search_text), query.get("q"))


def count_overdue(session: Session, today: date) -> int:
    """How many tasks are overdue; one query."""
    late = select(func.count()).where(
        col(Task.event_id) == col(Event.id),
        overdue(today),
        permissions.visible(session),
        permissions.seen_tasks(session),
    )
    return int(session.execute(late).scalar_one())
