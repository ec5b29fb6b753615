"""What hangs on an event: /events/{}/members, /programme, /tasks, /reminders."""

from typing import Any

from flask_smorest.pagination import PaginationParameters
from sqlmodel import col, select

from calendars.reminding import TaskDays, task_due_on
from models.events import Event, Member, Task
from models.places import Person
from models.reminders import Reminder
from models.vocabulary import Role
from service.actions import events, parts, rows
from service.api.resource import Blueprint, Resource, act, page, requires, session
from service.schemas.events import MemberSchema, ProgrammeRevisionSchema, ProgrammeSchema, TaskSchema
from service.schemas.queries import QuerySchema
from service.schemas.reminders import ReminderSchema

blp = Blueprint("parts", __name__, description="The people, programme, tasks and reminders of an event")


def _sliced(found: list[Any], paging: PaginationParameters) -> list[Any]:
    paging.item_count = len(found)
    return found[paging.first_item : paging.first_item + paging.page_size]


def _member(member: Member, person: Person) -> dict[str, Any]:
    return member.model_dump() | {"person": person}


def _member_by_id(event: Event, member_id: str) -> tuple[Member, Person]:
    member = parts.part(session(), Member, event.id, member_id)
    return member, rows.find(session(), Person, member.person_id)


@blp.route("/events/<event_id>/members")
class Members(Resource):
    @requires(Role.VIEWER)
    @blp.arguments(QuerySchema, location="query")
    @blp.many(MemberSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, event_id: str) -> Any:
        """The people of an event in order of precedence"""
        events.find_event(session(), event_id)
        return _sliced([_member(*pair) for pair in parts.members_of(session(), event_id)], pagination_parameters)

    @requires(Role.OFFICER)
    @blp.arguments(MemberSchema)
    @blp.created(MemberSchema)
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Put a person into a visit"""
        event = events.find_event(session(), event_id)
        member = parts.add_member(session(), act(), event, values)
        return _member(*_member_by_id(event, member.id))


@blp.route("/events/<event_id>/members/<member_id>")
class OneMember(Resource):
    @requires(Role.OFFICER)
    @blp.arguments(MemberSchema(partial=True))
    @blp.one(MemberSchema)
    def patch(self, values: dict[str, Any], event_id: str, member_id: str) -> Any:
        """Change what a person is in a visit"""
        event = events.find_event(session(), event_id)
        member, person = _member_by_id(event, member_id)
        blp.check_etag(_member(member, person), MemberSchema)
        parts.change_member(session(), act(), event, member, values)
        return _member(*_member_by_id(event, member_id))

    @requires(Role.OFFICER)
    @blp.gone()
    def delete(self, event_id: str, member_id: str) -> None:
        """Take a person out of a visit"""
        event = events.find_event(session(), event_id)
        member, person = _member_by_id(event, member_id)
        blp.check_etag(_member(member, person), MemberSchema)
        parts.remove_member(session(), act(), event, member)


def _programme(event_id: str) -> dict[str, Any]:
    return {"items": parts.programme_of(session(), event_id), "revisions": parts.revisions_of(session(), event_id)}


@blp.route("/events/<event_id>/programme")
class Programme(Resource):
    @requires(Role.VIEWER)
    @blp.one(ProgrammeSchema)
    def get(self, event_id: str) -> Any:
        """The working programme in running order, and the revisions published so far"""
        events.find_event(session(), event_id)
        return _programme(event_id)

    @requires(Role.OFFICER)
    @blp.arguments(ProgrammeSchema)
    @blp.one(ProgrammeSchema)
    def put(self, values: dict[str, Any], event_id: str) -> Any:
        """Put a whole new working programme in the place of the old"""
        event = events.find_event(session(), event_id)
        blp.check_etag(_programme(event_id), ProgrammeSchema)
        parts.replace_programme(session(), act(), event, values["items"])
        return _programme(event_id)


@blp.route("/events/<event_id>/programme/revisions")
class ProgrammeRevisions(Resource):
    @requires(Role.OFFICER)
    @blp.arguments(ProgrammeRevisionSchema)
    @blp.created(ProgrammeRevisionSchema)
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Publish the working programme as the next numbered revision"""
        event = events.find_event(session(), event_id)
        return parts.publish_programme(session(), act(), event, values.get("note"))


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
        return _sliced([_task(event, task) for task in parts.tasks_of(session(), event_id)], pagination_parameters)

    @requires(Role.OFFICER)
    @blp.arguments(TaskSchema)
    @blp.created(TaskSchema)
    def post(self, values: dict[str, Any], event_id: str) -> Any:
        """Add a task, due on a day or counted from the arrival"""
        event = events.find_event(session(), event_id)
        return _task(event, parts.add_task(session(), act(), event, values))


@blp.route("/events/<event_id>/tasks/<task_id>")
class OneTask(Resource):
    @requires(Role.OFFICER)
    @blp.arguments(TaskSchema(partial=True))
    @blp.one(TaskSchema)
    def patch(self, values: dict[str, Any], event_id: str, task_id: str) -> Any:
        """Change a task, or mark it done"""
        event = events.find_event(session(), event_id)
        task = parts.part(session(), Task, event_id, task_id)
        blp.check_etag(_task(event, task), TaskSchema)
        return _task(event, parts.change_task(session(), act(), event, task, values))

    @requires(Role.OFFICER)
    @blp.gone()
    def delete(self, event_id: str, task_id: str) -> None:
        """Delete a task"""
        event = events.find_event(session(), event_id)
        task = parts.part(session(), Task, event_id, task_id)
        blp.check_etag(_task(event, task), TaskSchema)
        parts.remove_task(session(), act(), event, task)


@blp.route("/events/<event_id>/reminders")
class EventReminders(Resource):
    @requires(Role.VIEWER)
    @blp.arguments(QuerySchema, location="query")
    @blp.many(ReminderSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, event_id: str) -> Any:
        """The reminders of an event: sent, coming, failed, skipped"""
        events.find_event(session(), event_id)
        return page(
            pagination_parameters,
            select(Reminder).where(Reminder.event_id == event_id),
            col(Reminder.due_at),
            col(Reminder.id),
        )
