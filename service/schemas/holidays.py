"""The office's holidays, all holidays of both countries, and lunar days as JSON."""

import re

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from models.holidays import OfficeHoliday
from models.i18n import N_
from models.vocabulary import HolidayCalendar, HolidayCategory
from service.schemas.fields import DayField, FlagField, ListField, LocalizedTextField, NumberField, TextField, WordField
from service.schemas.queries import QuerySchema, RangeQuery, SearchQuery
from service.schemas.rows import RowSchema, StrictSchema

COUNTRY = validate.Regexp(re.compile("[A-Z]{2}", re.ASCII), error=N_("Two capital letters (ISO 3166), like VN or LA."))


class RecurrenceSchema(StrictSchema):
    """A day that recurs every year in the solar or the Vietnamese lunar calendar."""

    calendar = WordField(HolidayCalendar, required=True)
    month = NumberField(required=True, validate=validate.Range(1, 12))
    day = NumberField(required=True, validate=validate.Range(1, 31))


class OfficeHolidaySchema(RowSchema):
    """An entry of the office that overrides the computed calendar: on ``first_day``, or every year (``recurs``)."""

    class Meta:
        model = OfficeHoliday
        exclude = ("recurs_calendar", "recurs_month", "recurs_day")

    country = TextField(required=True, validate=COUNTRY)
    recurs = fields.Nested(RecurrenceSchema, allow_none=True)


class HolidaySchema(Schema):
    """One day; ``id`` is that of the office's entry, null for a computed day."""

    date = DayField(attribute="day")
    country = fields.String()
    locality = fields.String(allow_none=True)
    name = LocalizedTextField()
    category = WordField(HolidayCategory)
    source = fields.String()
    provisional = FlagField(metadata={"description": "A guess until the day is announced."})
    id = fields.String(allow_none=True)


class LunarSchema(Schema):
    """A day in both calendars; ``year``, ``month`` and ``day`` are the lunar ones."""

    date = DayField()
    year = NumberField()
    month = NumberField()
    day = NumberField()
    leap = FlagField()
    name = LocalizedTextField()


class HolidayQuery(RangeQuery):
    """Defaults: this year, and the countries the office works with."""

    class Meta(RangeQuery.Meta):
        exclude = ("q",)

    country = ListField(TextField(validate=COUNTRY), validate=validate.Length(max=10))
    category = ListField(WordField(HolidayCategory))


class OfficeHolidayQuery(SearchQuery):
    country = TextField(validate=COUNTRY)
    category = WordField(HolidayCategory)


class LunarQuery(QuerySchema):
    """A day, or a lunar day with ``leap`` if its month is a leap month; today when neither is given."""

    date = DayField()
    lunar = TextField(
        validate=validate.Length(max=60),
        metadata={"description": "Lunar year, month and day, YYYY-MM-DD.", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    )
    leap = fields.Boolean()

    @validates_schema
    def one_of_both(self, data: dict[str, object], **kwargs: object) -> None:
        """Require either a date or a lunar day; ``leap`` belongs to the latter."""
        if "date" in data and "lunar" in data:
            raise ValidationError({"lunar": [N_("Give either a date or a lunar day.")]})
        if "leap" in data and "lunar" not in data:
            raise ValidationError({"leap": [N_("This belongs to a lunar day; give one.")]})
