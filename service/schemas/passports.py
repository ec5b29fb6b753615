"""Passports as JSON."""

import re

from marshmallow import fields, validate

from models.i18n import N_
from service.schemas.fields import DayField, TextField
from service.schemas.rows import StrictSchema

_COUNTRY = validate.Regexp(re.compile("[A-Z]{2}", re.ASCII), error=N_("Two capital letters (ISO 3166), like VN or LA."))


class PassportSchema(StrictSchema):
    """A person's passport; all but the last three characters of its number are masked."""

    person_id = fields.String(dump_only=True)
    number = TextField(required=True, validate=validate.Length(1, 40))
    country = TextField(allow_none=True, validate=_COUNTRY)
    expires_on = DayField(allow_none=True)


class RevealSchema(StrictSchema):
    """Why somebody needs the whole number; recorded in the audit trail."""

    reason = TextField(required=True, validate=validate.Length(3, 500))


class RevealedSchema(StrictSchema):
    """The whole number."""

    number = fields.String()
