"""Localities, organisations and people as JSON."""

import re

from marshmallow import fields, validate

from models.i18n import N_
from models.places import Locality, Organisation, Person
from service.schemas.fields import TextField
from service.schemas.rows import RowSchema


class LocalitySchema(RowSchema):
    """A province, city, capital or country. Its ``code`` is its id."""

    class Meta:
        model = Locality

    id = fields.String(attribute="code", dump_only=True)
    country = TextField(
        required=True,
        validate=validate.Regexp(
            re.compile("[A-Z]{2}", re.ASCII), error=N_("Two capital letters (ISO 3166), like VN or LA.")
        ),
    )


class LocalityChangeSchema(LocalitySchema):
    """The editable fields of a locality: all but its code."""

    class Meta(LocalitySchema.Meta):
        dump_only = ("code",)


class OrganisationSchema(RowSchema):
    """A department, committee, office, school or centre."""

    class Meta:
        model = Organisation


class PersonSchema(RowSchema):
    """A person who hosts, travels or interprets; precedence 1 is the highest."""

    class Meta:
        model = Person
