"""Passports as JSON."""

from marshmallow import fields, validate

from models.vocabulary import PassportKind
from service.schemas.fields import AssignedCountry, DayField, TextField, WordField
from service.schemas.rows import StrictSchema


class PassportSchema(StrictSchema):
    """A person's passport; all but the last three characters of its number are masked."""

    person_id = fields.String(dump_only=True)
    number = TextField(required=True, validate=validate.Length(1, 40))
    country = TextField(allow_none=True, validate=AssignedCountry())
    expires_on = DayField(allow_none=True)
    kind = WordField(PassportKind, allow_none=True, metadata={"description": "Null: not known."})


class RevealSchema(StrictSchema):
    """Why somebody needs the whole number; recorded in the audit trail."""

    reason = TextField(required=True, validate=validate.Length(3, 500))


class RevealedSchema(StrictSchema):
    """The whole number."""

    number = fields.String()
