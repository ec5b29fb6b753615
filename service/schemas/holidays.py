"""The office's holidays, all days of both worlds, and lunar days as JSON."""

import re

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from models.holidays import OfficeHoliday
from models.i18n import _
from models.vocabulary import HolidayCalendar, HolidayCategory
from service.schemas.fields import Day, Flag, LocalizedText, Number, Text, Word
from service.schemas.queries import QuerySchema, RangeQuery, SearchQuery
from service.schemas.rows import RowSchema, StrictSchema

_COUNTRY = validate.Regexp(re.compile("[A-Z]{2}", re.ASCII), error=_("Two capital letters (ISO 3166), like VN or LA."))


class RecurrenceSchema(StrictSchema):
    """A day that comes round every year, in the solar or the Vietnamese lunar calendar."""

    calendar = Word(HolidayCalendar, required=True)
    month = Number(required=True, validate=validate.Range(1, 12))
    day = Number(required=True, validate=validate.Range(1, 31))


class OfficeHolidaySchema(RowSchema):
    """An entry of the office, over the computed calendar: on ``first_day``, or every year (``recurs``)."""

    class Meta:
        model = OfficeHoliday
        exclude = ("recurs_calendar", "recurs_month", "recurs_day")

    country = Text(required=True, validate=_COUNTRY)
    recurs = fields.Nested(RecurrenceSchema, allow_none=True)


class HolidaySchema(Schema):
    """One day; ``id`` is that of the office's entry, null for a computed day."""

    date = Day(attribute="day")
    country = fields.String()
    locality = fields.String(allow_none=True)
    name = LocalizedText()
    category = Word(HolidayCategory)
    source = fields.String()
    provisional = Flag(metadata={"description": "A guess until the day is announced."})
    id = fields.String(allow_none=True)


class LunarSchema(Schema):
    """A day in both calendars; ``year``, ``month`` and ``day`` are the lunar ones."""

    date = Day()
    year = Number()
    month = Number()
    day = Number()
    leap = Flag()
    name = LocalizedText()


class HolidayQuery(RangeQuery):
    """Without days it is this year, without countries those the office works with."""

    class Meta(RangeQuery.Meta):
        exclude = ("q",)

    country = fields.List(Text(validate=_COUNTRY), validate=validate.Length(max=10))
    category = fields.List(Word(HolidayCategory))


class OfficeHolidayQuery(SearchQuery):
    country = Text(validate=_COUNTRY)
    category = Word(HolidayCategory)


class LunarQuery(QuerySchema):
    """A day, or a lunar day with ``leap`` where its month is a leap month; without either it is today."""

    date = Day()
    lunar = Text(
        validate=validate.Length(max=60),
        metadata={"description": "Lunar year, month and day, YYYY-MM-DD.", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
    )
    leap = fields.Boolean()

    @validates_schema
    def one_of_both(self, data: dict[str, object], **kwargs: object) -> None:
        """A date or a lunar day; ``leap`` belongs to the latter."""
        if "date" in data and "lunar" in data:
            raise ValidationError({"lunar": [_("Give either a date or a lunar day.")]})
        if "leap" in data and "lunar" not in data:
            raise ValidationError({"leap": [_("This belongs to a lunar day; give one.")]})
