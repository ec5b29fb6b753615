"""/events/{}/tasks: what must be done for an event."""

from typing import Any

from flask_smorest.pagination import PaginationParameters

from calendars.reminding import TaskDays, task_due_on
from models.events import Event
from models.parts import Task
from models.vocabulary import Role
from service.actions import events, rows, tasks
from service.api.resource import Blueprint, Resource, act, requires, session, sliced
from service.schemas.queries import QuerySchema
from service.schemas.tasks import TaskSchema

blp = Blueprint("tasks", __name__, description="What must be done for an event")


def _task(event: Event, task: Task) -> dict[str, Any]:
    return task.model_dump() | {"due": task_due_on(TaskDays.of(task), event.arrives_on)}


@blp.route("/events/<event_id>/tasks")
class Tasks(Resource):
    @requires(Role.VIEWER)
    @blp.arguments(QuerySchema, location="query")
    @blp.many(TaskSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, event_id: str) -> Any:
        """What must be done for an event"""
        event = events.find_event(session(), event_id)
        return sliced([_task(event, task) for task in tasks.tasks_of(session(), event_id)], pagination_parameters)

    @requires(Role.OFFICER)
    @blp.arguments(TaskSchema)
    @blp.created(TaskSchema)
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Add a task, due on a day or counted from the arrival"""
        event = events.find_event(session(), event_id)
        return _task(event, tasks.add_task(session(), act(), event, values))


@blp.route("/events/<event_id>/tasks/<task_id>")
class OneTask(Resource):
    @requires(Role.OFFICER)
    @blp.arguments(TaskSchema(partial=True))
    @blp.one(TaskSchema)
    def patch(self, values: dict[str, Any], event_id: str, task_id: str) -> Any:
        """Change a task, or mark it done"""
        event = events.find_event(session(), event_id)
        task = rows.part(session(), Task, event_id, task_id)
        blp.check_etag(_task(event, task), TaskSchema)
        return _task(event, tasks.change_task(session(), act(), event, task, values))

    @requires(Role.OFFICER)
    @blp.gone()
    def delete(self, event_id: str, task_id: str) -> None:
        """Delete a task"""
        event = events.find_event(session(), event_id)
        task = rows.part(session(), Task, event_id, task_id)
        blp.check_etag(_task(event, task), TaskSchema)
        tasks.remove_task(session(), act(), event, task)
