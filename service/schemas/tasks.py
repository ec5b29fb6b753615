"""Tasks and their templates as JSON."""

from marshmallow import fields

from models.event_parts import Task, TaskTemplate
from models.vocabulary import EventKind, EventStatus
from service.schemas.fields import DayField, FlagField, LocalizedTextField, TextField, WordField
from service.schemas.queries import RangeQuery, SearchQuery
from service.schemas.rows import RowSchema, StrictSchema


class TaskSchema(RowSchema):
    """What must be done for an event: due on a day, or whole days or weeks counted from the arrival or departure.

    With ``working_days`` only days both countries work count. ``template_id`` is the template it was made of.
    """

    class Meta:
        model = Task
        exclude: tuple[str, ...] = ("due_day",)
        dump_only: tuple[str, ...] = ("event_id", "done_at", "template_id")

    due = DayField(
        attribute="due_day",
        dump_only=True,
        allow_none=True,
        metadata={"description": "The day it is due, however it was given."},
    )
    overdue = FlagField(
        dump_only=True,
        metadata={"description": "Open, its day is over, and its event is neither a draft nor called off."},
    )


class TaskEventSchema(StrictSchema):
    """The event a task is for."""

    id = fields.String()
    title = LocalizedTextField()
    kind = WordField(EventKind)
    status = WordField(EventStatus)
    first_day = DayField()
    last_day = DayField()


class ListedTaskSchema(TaskSchema):
    """A task among those of all events."""

    event = fields.Nested(TaskEventSchema, dump_only=True)


class TaskTemplateSchema(RowSchema):
    """A task that events of a kind get when they enter the plan; ``offset`` as a task's ``due_offset``.

    Changing one changes no task that is there.
    """

    class Meta:
        model = TaskTemplate


class TaskQuery(RangeQuery):
    """Tasks of all events; ``from`` and ``to`` are days they are due."""

    overdue = fields.Boolean()
    done = fields.Boolean()
    event_id = TextField()
    organisation_id = TextField()
    person_id = TextField()


class TaskTemplateQuery(SearchQuery):
    kind = WordField(EventKind)
