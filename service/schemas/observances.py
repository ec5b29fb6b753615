"""Observances and their days as JSON."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from models.i18n import N_
from models.observances import Observance
from models.vocabulary import Festival, Grade, HolidayCalendar
from service.schemas.fields import DayField, ListField, LocalizedTextField, NumberField, TextField, WordField
from service.schemas.holidays import COUNTRY
from service.schemas.queries import RangeQuery, SearchQuery
from service.schemas.rows import RowSchema, StrictSchema

_SOMETIMES = {"always_present": False}


class ObservanceRecurrenceSchema(StrictSchema):
    """When an observance comes: the day of a month in the solar or the Vietnamese lunar calendar, or a festival whose
    first day is computed each year."""

    calendar = WordField(HolidayCalendar, metadata=_SOMETIMES)
    month = NumberField(validate=validate.Range(1, 12), metadata=_SOMETIMES)
    day = NumberField(validate=validate.Range(1, 31), metadata=_SOMETIMES)
    festival = WordField(Festival, metadata=_SOMETIMES)

    @validates_schema
    def one_of_both(self, data: dict[str, Any], **kwargs: object) -> None:
        """Require either a festival, or calendar, month and day."""
        wrong = N_("Give either a festival, or a calendar with its month and day.")
        parts = ("calendar", "month", "day")
        if "festival" in data:
            if extra := [name for name in parts if name in data]:
                raise ValidationError({name: [wrong] for name in extra})
        elif missing := [name for name in parts if name not in data]:
            raise ValidationError({name: [wrong] for name in missing})


class ObservanceSchema(RowSchema):
    """A day of one country, locality or organisation that comes every year; ``greets``: greetings go out.

    ``since_year`` gives each year its ordinal and grade.
    """

    class Meta:
        model = Observance
        exclude = ("recurs_calendar", "recurs_month", "recurs_day", "festival")

    country = TextField(validate=COUNTRY, allow_none=True)
    recurs = fields.Nested(ObservanceRecurrenceSchema, required=True)


class ObservedDaySchema(Schema):
    """One day of an observance; ``ordinal`` and ``grade`` are null if it is not known since when it is kept."""

    date = DayField()
    observance_id = fields.String()
    name = LocalizedTextField()
    ordinal = NumberField(allow_none=True)
    grade = WordField(Grade, allow_none=True)


class ObservanceQuery(SearchQuery):
    """``country`` also finds those of its localities and organisations."""

    country = TextField(validate=COUNTRY)
    locality = TextField(validate=validate.Length(max=60))
    organisation_id = TextField(validate=validate.Length(max=26))
    greets = fields.Boolean()


class ObservedDaysQuery(RangeQuery):
    """Default: this year; ``country`` also means its localities and organisations."""

    class Meta(RangeQuery.Meta):
        exclude = ("q",)

    country = ListField(TextField(validate=COUNTRY), validate=validate.Length(max=10))
