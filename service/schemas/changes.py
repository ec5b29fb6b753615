"""What became of undoing a change as JSON."""

from marshmallow import fields

from service.schemas.fields import ListField
from service.schemas.rows import StrictSchema


class UndoneThingSchema(StrictSchema):
    """One thing that is again as it was."""

    entity = fields.String(metadata={"description": "Its table: `event`, `member`, `programme`, `task`, `booking`."})
    id = fields.String(attribute="entity_id", metadata={"description": "Of a programme that of its event."})
    event_id = fields.String(allow_none=True)


class UndoneRequestSchema(StrictSchema):
    """A change that was undone. Undoing is a change of its own: `request_id` is what undoes it in turn."""

    request_id = fields.String(metadata={"description": "That of undoing, as the trail has it."})
    undoes = fields.String(metadata={"description": "That of the change that was undone."})
    things = ListField(fields.Nested(UndoneThingSchema))
