"""What merges and hand-overs have in common as JSON: who made them when, until when they can be undone, what stayed."""

from marshmallow import fields

from service.schemas.fields import InstantField, ListField, LocalizedTextField
from service.schemas.rows import StrictSchema


class NamedRowSchema(StrictSchema):
    """A row by its table, id and name; ``event_id`` is the event that it is or belongs to."""

    entity = fields.String(metadata={"description": "Its table: `event`, `task`, `member`, `user`, …"})
    id = fields.String(attribute="identity")
    name = LocalizedTextField()
    event_id = fields.String(allow_none=True)


class UndoableSchema(StrictSchema):
    """Something that was moved and can be moved back for some days."""

    id = fields.String(allow_none=True, metadata={"description": "Null in a dry run."})
    made_at = InstantField(allow_none=True)
    made_by = fields.String(allow_none=True)
    undone_at = InstantField(allow_none=True)
    undone_by = fields.String(allow_none=True)
    undo_until = InstantField(
        allow_none=True, metadata={"description": "Until then it can be undone; null: it can't be (any more)."}
    )
    stayed = ListField(
        fields.Nested(NamedRowSchema),
        metadata={"description": "Once undone: what had changed since, and so stayed as it is."},
    )
