"""Fields beyond marshmallow's own: texts, enumerations, times of day, money, instants."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from models.i18n import N_
from models.text import clean, in_order, one_line
from models.vocabulary import Currency, Language

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)

MAX_TITLE = 300
MAX_TEXT = 20_000


class TextField(fields.String):
    """A string without control characters; surrounding blanks are stripped. ``multiline`` preserves line ends."""

    def __init__(self, *, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        return clean(text) if self.multiline else one_line(text)


class LocalizedTextField(fields.Field[dict[str, str]]):
    """``{"vi": …, "lo": …, "en": …}``: vi or en is required; each is a text of limited length.

    ``plain_allowed`` also accepts a plain string, taken as Vietnamese (names of rules).
    """

    default_error_messages = {  # noqa: RUF012 - marshmallow's own way
        "shape": N_('Write a text as an object with the languages "vi", "lo", "en".'),
        "missing": N_("A text in Vietnamese (vi) or English (en) must be there."),
        "language": N_("Languages are vi, lo and en."),
        "length": N_("A text has at most {max} characters."),
    }

    def __init__(self, *, max_length: int = MAX_TEXT, plain_allowed: bool = False, **kwargs: Any) -> None:
        self.max_length = max_length
        self.plain_allowed = plain_allowed
        super().__init__(**kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:
        if self.plain_allowed and isinstance(value, str):
            value = {Language.VI.value: value}
        if not isinstance(value, Mapping) or not all(isinstance(text, str | None) for text in value.values()):
            raise self.make_error("shape")
        if set(value) - set(Language):
            raise self.make_error("language")
        tidy = clean if self.max_length > MAX_TITLE else one_line
        texts = {language: tidy(text) for language, text in value.items() if text}
        if not texts.get(Language.VI) and not texts.get(Language.EN):
            raise self.make_error("missing")
        if any(len(text) > self.max_length for text in texts.values()):
            raise self.make_error("length", max=self.max_length)
        return in_order(texts)


class WordField(fields.Enum[StrEnum]):
    """A member of an enumeration, by its value."""

    default_error_messages = {"unknown": N_("Must be one of: {choices}.")}  # noqa: RUF012

    def __init__(self, words: type[StrEnum], **kwargs: Any) -> None:
        super().__init__(words, by_value=fields.String(), **kwargs)
        self.metadata = {"enum": [word.value for word in words], "type": "string", **self.metadata}

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value.value if isinstance(value, StrEnum) else value


class DayField(fields.Date):
    """A calendar day ``YYYY-MM-DD`` between 1900 and 2199."""

    default_error_messages = {  # noqa: RUF012
        "invalid": N_("Not a day; write it like 2027-03-10."),
        "range": N_("Must be a day between 1900-01-01 and 2199-12-31."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            raise self.make_error("invalid")
        day = super()._deserialize(value, attr, data, **kwargs)
        if not EARLIEST <= day <= LATEST:
            raise self.make_error("range")
        return day


class HourField(fields.Time):
    """A local time of day ``HH:MM``."""

    default_error_messages = {"invalid": N_("Not a time of day; write it like 08:30.")}  # noqa: RUF012

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)
        self.metadata = {"format": "HH:MM", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class InstantField(fields.AwareDateTime):
    """An instant, RFC 3339; output is always UTC (``…Z``)."""

    default_error_messages = {  # noqa: RUF012
        "invalid": N_("Not an instant; write it like 2027-03-10T01:00:00Z."),
        "invalid_awareness": N_("An instant needs its zone; write it like 2027-03-10T01:00:00Z."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        try:
            return super()._deserialize(value, attr, data, **kwargs).astimezone(UTC)
        except OverflowError:
            raise self.make_error("invalid") from None

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        if value is None:
            return None
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class NumberField(fields.Integer):
    """A whole number, written as a number: neither "3" nor 3.0 nor true."""

    default_error_messages = {"invalid": N_("Not a whole number.")}  # noqa: RUF012

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strict=True, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class FlagField(fields.Boolean):
    """true or false; no other value is converted."""

    default_error_messages = {"invalid": N_("Must be true or false.")}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class OneOrManyField(fields.List[Any]):
    """A list; a single value is read as a list of one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        return super()._deserialize([value] if isinstance(value, str) else value, attr, data, **kwargs)


class WrittenField(fields.List[Any]):
    """A list of values already serialised as its schema says: dumping them again would take longer than making them."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value


class MoneySchema(Schema):
    """An amount: a decimal string and its currency; whole đồng and kip, cents of dollars."""

    amount = fields.String(
        required=True,
        validate=validate.Regexp(
            re.compile(r"\d{1,15}(\.\d{1,2})?", re.ASCII),
            error=N_('Not an amount; write it like "100000000" or "99.50".'),
        ),
    )
    currency = WordField(Currency, required=True)


class MoneyField(fields.Nested):
    """Money as ``{"amount": "100000000", "currency": "VND"}``, never a float."""

    default_error_messages = {  # noqa: RUF012
        "places": N_("{currency} has {places} decimal places at the most."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(MoneySchema, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        money = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch(r"\d{1,15}(\.\d{1,2})?", money["amount"], re.ASCII):
            raise ValidationError({"amount": [N_('Not an amount; write it like "100000000" or "99.50".')]})
        exponent = Decimal(money["amount"]).as_tuple().exponent
        if isinstance(exponent, int) and -exponent > money["currency"].decimals:
            raise self.make_error("places", currency=money["currency"].value, places=money["currency"].decimals)
        return money
