"""Localities, organisations and people as JSON."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from calendars.people.terms import DEFAULT_PRECEDENCE
from models.i18n import N_
from models.places import Locality, Organisation, Person, Position
from service.schemas.fields import (
    MAX_TITLE,
    CapitalsField,
    DayField,
    ListField,
    LocalizedTextField,
    NumberField,
    TextField,
)
from service.schemas.rows import RowSchema, StrictSchema


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


class PositionSchema(StrictSchema):
    """A term of office: what somebody is, where, and from when to when; both days are inclusive, null: not known."""

    class Meta(StrictSchema.Meta):
        model = Position

    organisation_id = TextField(load_default=None, allow_none=True, validate=validate.Length(1, 26))
    title = LocalizedTextField(load_default=None, allow_none=True, max_length=MAX_TITLE)
    precedence = NumberField(load_default=DEFAULT_PRECEDENCE, validate=validate.Range(1, 100_000))
    starts_on = DayField(load_default=None, allow_none=True)
    ends_on = DayField(load_default=None, allow_none=True)

    @validates_schema
    def _in_order(self, values: Mapping[str, Any], **kwargs: Any) -> None:
        first, last = values["starts_on"], values["ends_on"]
        if first is not None and last is not None and last < first:
            raise ValidationError(N_("The last day can't be before the first."), "ends_on")


class PersonSchema(RowSchema):
    """A person who hosts, travels or interprets; precedence 1 is the highest. `organisation_id`, `position` and
    `precedence` are those of today: of the positions that hold, that of the highest precedence."""

    class Meta:
        model = Person
        exclude = ("former_organisation_id",)

    name_lo = TextField(
        allow_none=True,
        validate=[
            validate.Length(1, 200),
            validate.Regexp(re.compile(".*[\u0e80-\u0eff]", re.DOTALL), error=N_("Write this name in Lao script.")),
        ],
        metadata={"description": "In Lao script."},
    )
    name_latin = CapitalsField(
        allow_none=True,
        validate=validate.Length(1, 200),
        metadata={"description": "As in the passport, in Latin capitals."},
    )
    honorific = LocalizedTextField(
        allow_none=True,
        max_length=MAX_TITLE,
        plain_allowed=True,
        metadata={"description": "How the person is addressed, before the name."},
    )
    positions = ListField(
        fields.Nested(PositionSchema),
        validate=validate.Length(max=50),
        metadata={"description": "The terms of office, by their first days."},
    )


class PersonChangeSchema(PersonSchema):
    """The editable fields of a person, and from when what they are is to hold."""

    as_of = DayField(
        load_only=True,
        allow_none=True,
        metadata={
            "description": "The day on which another position begins; that of today ends on the day before. Without it"
            " the position of today is corrected."
        },
    )
