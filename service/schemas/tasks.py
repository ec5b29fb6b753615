"""Tasks and their templates as JSON."""

from marshmallow import fields, validate

from models.event_parts import Task, TaskTemplate
from models.vocabulary import ActivityType, EventKind, EventStatus, Grade, PassportKind
from service.schemas.fields import (
    DayField,
    FlagField,
    ListField,
    LocalizedTextField,
    OneOrManyField,
    TextField,
    WordField,
)
from service.schemas.queries import RangeQuery, SearchQuery
from service.schemas.rows import RowSchema, StrictSchema


class TaskSchema(RowSchema):
    """A task of an event: due on a day, or whole days or weeks counted from the arrival or departure.

    With ``working_days`` only working days of both countries count. ``template_id`` is the template it was created
    from.
    """

    class Meta:
        model = Task
        exclude: tuple[str, ...] = ("due_day", "person_organisation_id")
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
    """The event of a task."""

    id = fields.String()
    title = LocalizedTextField()
    kind = WordField(EventKind)
    status = WordField(EventStatus)
    first_day = DayField()
    last_day = DayField()


class ListedTaskSchema(TaskSchema):
    """A task in the list of all events' tasks."""

    event = fields.Nested(TaskEventSchema, dump_only=True)


class TaskTemplateSchema(RowSchema):
    """A task that events of a kind get when they enter the plan; ``offset`` has the form of a task's ``due_offset``.

    ``activity_types``: of activities only these; ``grades``: of ceremonies only those of such years; empty means all.

    Changing a template changes no existing task.
    """

    class Meta:
        model = TaskTemplate

    passport_kinds = ListField(
        WordField(PassportKind),
        allow_none=True,
        validate=validate.Length(1, len(PassportKind)),
        metadata={
            "description": "Only if somebody of the event has a passport of one of these kinds, as far as whoever plans"
            " it may see that; null: for all."
        },
    )
    activity_types = OneOrManyField(WordField(ActivityType), validate=validate.Length(max=20))
    grades = OneOrManyField(WordField(Grade), validate=validate.Length(max=3))


class TaskQuery(RangeQuery):
    """Filters of the tasks of all events; ``from`` and ``to`` are due days."""

    overdue = fields.Boolean()
    done = fields.Boolean()
    event_id = TextField()
    organisation_id = TextField(
        metadata={"description": "Responsible: it, those whose work it carries on, or those that carry on its work."}
    )
    person_id = TextField()


class TaskTemplateQuery(SearchQuery):
    kind = WordField(EventKind)
