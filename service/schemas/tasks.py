"""Tasks as JSON."""

from models.parts import Task
from service.schemas.fields import Day
from service.schemas.rows import RowSchema


class TaskSchema(RowSchema):
    """What must be done for an event. ``due_on`` comes out computed when only an offset from arrival is given."""

    class Meta:
        model = Task
        dump_only = ("event_id", "done_at")

    due = Day(dump_only=True, allow_none=True, metadata={"description": "The day it is due, however it was given."})
