"""Fields beyond marshmallow's own: texts, enumerations, times of day, money, instants."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate

from calendars.days.spans import END_OF_DAY
from models.i18n import N_
from models.text import clean, in_order, is_half, one_line
from models.vocabulary import Currency, Language
from service.http.json_body import HALF

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)

MAX_TITLE = 300
MAX_TEXT = 20_000

MOST_ITEMS = 100
"""Items of a list whose field says nothing else."""

MOST_ENTRIES = 50
"""Entries of an object with free names whose field says nothing else."""

MOST_NUMBER = 2**31 - 1
"""The largest whole number a column holds, and a field takes that says nothing else; the least is its negative."""

_LONGER = N_("Longer than maximum length {max}.")


def _allowed(field: fields.Field[Any], default: int) -> int:
    """The length that a field's checks allow, ``default`` if they say nothing of it."""
    checks = [check for check in field.validators if isinstance(check, validate.Length)]
    return min((bound for check in checks for bound in (check.max, check.equal) if bound is not None), default=default)


def _longest(field: fields.Field[Any], default: int) -> int:
    """The same, and afterwards its checks do say it."""
    longest = _allowed(field, default)
    if not any(isinstance(check, validate.Length) and (check.max or check.equal) for check in field.validators):
        field.validators.append(validate.Length(max=longest))
    return longest


class Bounded:
    """A field that knows how long a value may be in a request: characters, items or entries.

    What is far too long is refused before any of it is looked at. The API's document says so of every request, and a
    test that every field of a request says something.
    """

    longest: int
    bound: ClassVar[str] = "maxLength"
    """What the document calls it."""

    def refuse_longer(self, value: Any, than: int, kind: Any = str) -> None:
        """Raise ValidationError if a value of this kind is longer."""
        if isinstance(value, kind) and len(value) > than:
            raise ValidationError(_LONGER.format(max=self.longest))


class RawTextField(Bounded, fields.String):
    """A string as it is: a password, a secret."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.longest = _longest(self, MAX_TITLE)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if is_half(text):
            raise ValidationError(HALF)
        return text


class TextField(RawTextField):
    """A string without control characters; surrounding blanks are stripped. ``multiline`` preserves line ends."""

    def __init__(self, *, multiline: bool = False, **kwargs: Any) -> None:
        self.multiline = multiline
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        self.refuse_longer(value, 2 * self.longest + MAX_TITLE)  # blanks are stripped, marks are composed
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
        if any(len(text) > 2 * self.max_length + MAX_TITLE for text in value.values() if text):
            raise self.make_error("length", max=self.max_length)
        if any(is_half(text) for text in value.values() if text):
            raise ValidationError(HALF)
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


class DayField(Bounded, fields.Date):
    """A calendar day ``YYYY-MM-DD`` between 1900 and 2199."""

    longest = 10

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


class HourField(Bounded, fields.Time):
    """A local time of day ``HH:MM``; with ``is_end`` also ``24:00``, the end of the day, answered as ``00:00``."""

    longest = 5

    default_error_messages = {"invalid": N_("Not a time of day; write it like 08:30.")}  # noqa: RUF012

    def __init__(self, *, is_end: bool = False, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)
        self.is_end = is_end
        last = "|24:00" if is_end else ""
        self.metadata = {"format": "HH:MM", "pattern": rf"^(([01]\d|2[0-3]):[0-5]\d{last})$", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if self.is_end and value == "24:00":
            return END_OF_DAY
        if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


class InstantField(Bounded, fields.AwareDateTime):
    """An instant, RFC 3339; output is always UTC (``…Z``)."""

    longest = 40

    default_error_messages = {  # noqa: RUF012
        "invalid": N_("Not an instant; write it like 2027-03-10T01:00:00Z."),
        "invalid_awareness": N_("An instant needs its zone; write it like 2027-03-10T01:00:00Z."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        self.refuse_longer(value, self.longest)
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
        ranges = [check for check in self.validators if isinstance(check, validate.Range)]
        if not any(check.max is not None for check in ranges) or not any(check.min is not None for check in ranges):
            low = max((check.min for check in ranges if check.min is not None), default=-MOST_NUMBER)
            high = min((check.max for check in ranges if check.max is not None), default=MOST_NUMBER)
            self.validators = [check for check in self.validators if check not in ranges]
            self.validators.append(validate.Range(min=low, max=high))

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


class ListField(Bounded, fields.List[Any]):
    """A list with a bound, which is checked before its items are looked at."""

    bound = "maxItems"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bounds = [
            check.max for check in self.validators if isinstance(check, validate.Length) and check.max is not None
        ]
        self.longest = min(bounds, default=MOST_ITEMS)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        self.refuse_longer(value, self.longest, list | tuple)
        return super()._deserialize(value, attr, data, **kwargs)


class DictField(Bounded, fields.Dict):
    """An object with free names, with a bound, which is checked before its entries are looked at."""

    bound = "maxProperties"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bounds = [
            check.max for check in self.validators if isinstance(check, validate.Length) and check.max is not None
        ]
        self.longest = min(bounds, default=MOST_ENTRIES)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        self.refuse_longer(value, self.longest, Mapping)
        return super()._deserialize(value, attr, data, **kwargs)


class OneOrManyField(ListField):
    """A list; a single value is read as a list of one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        return super()._deserialize([value] if isinstance(value, str) else value, attr, data, **kwargs)


class WrittenField(fields.List[Any]):
    """A list of values already serialised as its schema says: dumping them again would take longer than making them."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return value


class MoneySchema(Schema):
    """An amount: a decimal string and its currency; whole đồng and kip, cents of dollars."""

    amount = RawTextField(
        required=True,
        validate=[
            validate.Regexp(
                re.compile(r"\d{1,15}(\.\d{1,2})?", re.ASCII),
                error=N_('Not an amount; write it like "100000000" or "99.50".'),
            ),
            validate.Length(max=18),
        ],
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
