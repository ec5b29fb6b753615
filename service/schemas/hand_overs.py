"""Hand-overs of organisations as JSON."""

from marshmallow import fields, validate

from service.schemas.fields import (
    DayField,
    FlagField,
    ListField,
    LocalizedTextField,
    NumberField,
    TextField,
)
from service.schemas.queries import QuerySchema
from service.schemas.rows import StrictSchema
from service.schemas.undoable import UndoableSchema


class HandOverRequestSchema(StrictSchema):
    """To which organisation, and from which day on."""

    to = TextField(
        required=True,
        validate=validate.Length(1, 26),
        metadata={"description": "The id of the organisation that carries on the work."},
    )
    from_day = DayField(
        required=True,
        metadata={"description": "What begins then or later goes over; the day before is its last."},
    )
    dry_run = FlagField(metadata={"description": "True: only say what would be done. Default: false."})


class HandOverCountsSchema(StrictSchema):
    """How much goes over; of events that the reader may not see nothing is counted."""

    events = NumberField()
    tasks = NumberField()
    task_templates = NumberField()
    accounts = NumberField()
    people = NumberField()
    rules = NumberField()
    resources = NumberField()
    feeds = NumberField()
    phases = NumberField()


class LeftEventSchema(StrictSchema):
    """An event that spans the day and stays."""

    id = fields.String()
    title = LocalizedTextField()
    first_day = DayField()
    last_day = DayField()


class HandOverSchema(UndoableSchema):
    """What an organisation was in charge of, handed over to its successor."""

    organisation_id = fields.String()
    to = fields.String(attribute="to_id")
    from_day = DayField()
    moved = fields.Nested(HandOverCountsSchema)
    left = ListField(
        fields.Nested(LeftEventSchema),
        metadata={"description": "The events that begin before the day and are not over by then: they stay."},
    )
    dry_run = FlagField()


class HandOversQuery(QuerySchema):
    organisation_id = TextField()
