"""The people of an event as JSON."""

from marshmallow import fields

from models.parts import Member
from service.schemas.fields import Number
from service.schemas.rows import RowSchema, StrictSchema


class MemberPersonSchema(StrictSchema):
    """Who a member is, for the printed list."""

    id = fields.String()
    name = fields.String()
    position = fields.Dict(allow_none=True)
    precedence = Number()
    organisation_id = fields.String(allow_none=True)


class MemberSchema(RowSchema):
    """A person in a visit and what they are in it."""

    class Meta:
        model = Member
        dump_only = ("event_id",)

    person = fields.Nested(MemberPersonSchema, dump_only=True)
