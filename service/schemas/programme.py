"""A programme and its published revisions as JSON."""

from marshmallow import fields, validate

from models.parts import ProgrammeItem, ProgrammeRevision
from service.schemas.rows import RowSchema, StrictSchema


class ProgrammeItemSchema(RowSchema):
    """One line of a visit programme."""

    class Meta:
        model = ProgrammeItem
        exclude = ("event_id",)


class ProgrammeRevisionSchema(RowSchema):
    """A published state of the programme."""

    class Meta:
        model = ProgrammeRevision
        exclude = ("id", "event_id")
        dump_only = ("number", "items", "published_at", "published_by")

    items = fields.List(fields.Dict(), dump_only=True)


class ProgrammeSchema(StrictSchema):
    """The working programme, and the revisions published so far."""

    items = fields.List(fields.Nested(ProgrammeItemSchema), required=True, validate=validate.Length(max=500))
    revisions = fields.List(fields.Nested(ProgrammeRevisionSchema), dump_only=True)
