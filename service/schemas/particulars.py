"""People's particulars as JSON."""

from marshmallow import fields, validate

from models.vocabulary import Sex
from service.schemas.fields import AssignedCountry, DayField, TextField, WordField
from service.schemas.rows import StrictSchema


class ParticularsSchema(StrictSchema):
    """What papers for a guest need besides the passport; null: not known."""

    person_id = fields.String(dump_only=True)
    sex = WordField(Sex, allow_none=True, metadata={"x-extensible-enum": [sex.value for sex in Sex]})
    born_on = DayField(allow_none=True)
    nationality = TextField(
        allow_none=True, validate=AssignedCountry(), metadata={"description": "ISO 3166-1 alpha-2, like VN or LA."}
    )
    diet = TextField(
        allow_none=True, validate=validate.Length(1, 500), metadata={"description": "What to know of meals."}
    )
    photo_id = TextField(
        allow_none=True, validate=validate.Length(1, 26), metadata={"description": "A file of this person."}
    )
