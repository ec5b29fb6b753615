"""Imports of calendar files as JSON."""

from marshmallow import fields, validate

from models.vocabulary import EventKind
from service.actions.imports.calendar_files import KINDS, RESULTS
from service.schemas.fields import FlagField, ListField, NumberField, TextField, WordField
from service.schemas.queries import QuerySchema
from service.schemas.rows import StrictSchema


class CalendarImportQuery(QuerySchema):
    """Defaults for entries that do not specify these values."""

    dry_run = fields.Boolean(metadata={"description": "true: only say what would be done. Default: false."})
    kind = WordField(
        EventKind,
        metadata={
            "enum": [kind.value for kind in KINDS],
            "description": "Of entries whose category names none. Default: activity.",
        },
    )
    host = TextField(
        validate=validate.Length(1, 60), metadata={"description": "A locality. Default: the office's own."}
    )
    guest = TextField(validate=validate.Length(1, 60), metadata={"description": "A locality. Default: none."})


class ImportedComponentSchema(StrictSchema):
    """The outcome of one component of a file, or of one occurrence of a series."""

    number = NumberField(
        metadata={"description": "Its place in the file, time zones not counted; occurrences share one."}
    )
    component = fields.String(metadata={"example": "VEVENT"})
    uid = fields.String(metadata={"description": "The event's own; of a later occurrence with its beginning in it."})
    recurrence_id = fields.String(
        metadata={
            "always_present": False,
            "description": "Only of occurrences: the day or instant it begins.",
        }
    )
    title = fields.String()
    result = fields.String(metadata={"enum": list(RESULTS)})
    event_id = fields.String(allow_none=True, metadata={"description": "In a dry run null for a new event."})
    reasons = ListField(fields.String(), metadata={"description": "Why, and what had to be assumed."})


class CalendarImportSchema(StrictSchema):
    """The result of importing a calendar file, or of a dry run."""

    dry_run = FlagField()
    created = NumberField()
    changed = NumberField()
    unchanged = NumberField()
    refused = NumberField()
    ignored = NumberField()
    components = ListField(fields.Nested(ImportedComponentSchema))
