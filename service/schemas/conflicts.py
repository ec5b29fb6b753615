"""Conflicts of the whole calendar as JSON."""

from marshmallow import fields

from models.vocabulary import EventKind, EventStatus, Severity
from service.schemas.events import EventWarningSchema
from service.schemas.fields import DayField, ListField, LocalizedTextField, TextField, WordField
from service.schemas.queries import RangeQuery
from service.schemas.rows import StrictSchema


class ConflictQuery(RangeQuery):
    """A range of days, both inclusive; by default the year from today on."""

    class Meta(RangeQuery.Meta):
        exclude = ("q",)

    code = ListField(TextField())
    severity = ListField(WordField(Severity))


class ConflictEventSchema(StrictSchema):
    """An event involved in a conflict."""

    id = fields.String()
    kind = WordField(EventKind)
    title = LocalizedTextField()
    status = WordField(EventStatus)
    first_day = DayField()
    last_day = DayField()


class ConflictSchema(EventWarningSchema):
    """A conflict, listed once: with the event that begins first."""

    event_id = fields.String()
    events = ListField(fields.Nested(ConflictEventSchema))
