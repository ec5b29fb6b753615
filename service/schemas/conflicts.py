"""Conflicts of the whole calendar as JSON."""

from marshmallow import fields

from models.vocabulary import EventKind, EventStatus, Severity
from service.schemas.events import NoticeSchema
from service.schemas.fields import Day, LocalizedText, Text, Word
from service.schemas.queries import RangeQuery
from service.schemas.rows import StrictSchema


class ConflictQuery(RangeQuery):
    """A range of days, both inclusive. Without them it is the year from today on."""

    class Meta(RangeQuery.Meta):
        exclude = ("q",)

    code = fields.List(Text())
    severity = fields.List(Word(Severity))


class ConflictEventSchema(StrictSchema):
    """An event a conflict is about."""

    id = fields.String()
    kind = Word(EventKind)
    title = LocalizedText()
    status = Word(EventStatus)
    first_day = Day()
    last_day = Day()


class ConflictSchema(NoticeSchema):
    """A conflict, told once: at the event that begins first."""

    event_id = fields.String()
    events = fields.List(fields.Nested(ConflictEventSchema))
