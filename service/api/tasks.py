"""/tasks, and /events/{}/tasks: tasks of all events and of one."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from calendars.events.task_due_dates import is_overdue
from models.event_parts import Task
from models.events import Event
from models.vocabulary import EventStatus, Role
from service.actions.events import events, task_queries, tasks
from service.api.resource import ApiBlueprint, ApiView, act, operation, page, requires, session, sliced
from service.schemas.queries import QuerySchema
from service.schemas.tasks import ListedTaskSchema, TaskQuery, TaskSchema

blp = ApiBlueprint("tasks", __name__, description="What must be done for events")


def _task(task: Task, status: EventStatus) -> dict[str, Any]:
    return task.model_dump() | {"overdue": is_overdue(task.due_day, task.done, status, act().today)}


def _with_event(row: task_queries.Row) -> dict[str, Any]:
    return _task(row.Task, row.status) | {"event": {name: getattr(row, name) for name in task_queries.EVENT_COLUMNS}}


@blp.route("/tasks")
class AllTasksView(ApiView):
    @requires(Role.VIEWER)
    @operation("listTasks")
    @blp.arguments(TaskQuery, location="query")
    @blp.many(ListedTaskSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List the tasks of all events by due day; those without one come last"""
        statement = task_queries.tasks_where(session(), act(), query)
        return [_with_event(row) for row in page(pagination_parameters, statement, *task_queries.TASK_ORDER)]


@blp.route("/events/<event_id>/tasks")
class TasksView(ApiView):
    @requires(Role.VIEWER)
    @operation("listEventTasks")
    @blp.arguments(QuerySchema, location="query")
    @blp.many(TaskSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, event_id: str) -> Any:
        """List an event's tasks"""
        event = events.find_event(session(), event_id)
        rows = task_queries.tasks_of_event(session(), event)
        return sliced([_task(task, event.status) for task in rows], pagination_parameters)

    @requires(Role.OFFICER)
    @operation("createTask")
    @blp.arguments(TaskSchema)
    @blp.created(TaskSchema)
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Add a task, due on a day or relative to the arrival or the departure"""
        event = events.find_event(session(), event_id)
        return _task(tasks.add_task(session(), act(), event, values), event.status)


@blp.route("/events/<event_id>/tasks/<task_id>")
class TaskView(ApiView):
    @requires(Role.OFFICER)
    @operation("changeTask")
    @blp.arguments(TaskSchema(partial=True))
    @blp.one(TaskSchema)
    def patch(self, values: dict[str, Any], event_id: str, task_id: str) -> Any:
        """Change a task, or mark it done"""
        event, task = _find_for_change(event_id, task_id)
        return _task(tasks.change_task(session(), act(), event, task, values), event.status)

    @requires(Role.OFFICER)
    @operation("deleteTask")
    @blp.gone()
    def delete(self, event_id: str, task_id: str) -> None:
        """Delete a task"""
        event, task = _find_for_change(event_id, task_id)
        tasks.remove_task(session(), act(), event, task)


def _find_for_change(event_id: str, task_id: str) -> tuple[Event, Task]:
    """A task and its event, after checking If-Match."""
    event = events.find_event(session(), event_id)
    task = task_queries.find_task(session(), event, task_id)
    blp.check_etag(_task(task, event.status), TaskSchema)
    return event, task
