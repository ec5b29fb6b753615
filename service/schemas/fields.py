"""Fields beyond marshmallow's own: texts, enumerations, times of day, money, instants."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar

from babel import Locale
from marshmallow import Schema, ValidationError, fields, validate

from calendars.days.known_days import KnownDay
from calendars.days.spans import END_OF_DAY
from calendars.estimates.inputs import quantity_text
from calendars.people.names import is_passport_name
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


class CapitalsField(TextField):
    """A name in Latin letters, as the visual part of a passport has it; small letters become capitals."""

    default_error_messages = {  # noqa: RUF012
        "letters": N_("Write this name in Latin letters, as in the passport.")
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).upper()
        if not is_passport_name(text):
            raise self.make_error("letters")
        return text


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
        "range": N_("Must be a day between 1 January 1900 and 31 December 2199."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            raise self.make_error("invalid")
        day = super()._deserialize(value, attr, data, **kwargs)
        if not EARLIEST <= day <= LATEST:
            raise self.make_error("range")
        return day


KNOWN_DAY = N_("Not a day, a month or a year; write it like 2027-03-10, 2021-06 or 2008.")


class KnownDayField(DayField):
    """A day, or as much of it as is known: ``2021-06-15``, ``2021-06``, ``2008``; answered as a day.

    What is short stands for its first day, with ``is_last`` for its last one; the value says what was written
    (:class:`calendars.days.known_days.KnownDay`).
    """

    default_error_messages = {"invalid": KNOWN_DAY}  # noqa: RUF012

    def __init__(self, *, is_last: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.is_last = is_last
        written = {"format": None, "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$", "answer": {"format": "date"}}
        self.metadata = {**written, **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or len(value) == self.longest:
            return super()._deserialize(value, attr, data, **kwargs)
        try:
            known = KnownDay.written(value, is_last=self.is_last)
        except ValueError:
            known = None
        if known is None:
            raise self.make_error("invalid")
        if not EARLIEST <= known <= LATEST:
            raise self.make_error("range")
        return known


class VagueDayField(RawTextField):
    """A day, a month or a year of which no more is known, as text: ``2024-03-07``, ``2021-06``, ``2008``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=10), **kwargs)
        self.metadata = {"pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$", "example": "2008", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            known = KnownDay.written(text, is_last=False) or date.fromisoformat(text if len(text) == 10 else "")
        except ValueError:
            raise ValidationError(KNOWN_DAY) from None
        if not EARLIEST <= known <= LATEST:
            raise ValidationError(DayField.default_error_messages["range"])
        return text


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


class QuantityField(Bounded, fields.Field[int]):
    """A quantity with at most two decimals as text, ``"3.5"``, or a whole number; kept in hundredths, answered as text.

    Never a float: 0.1 is no number of a binary machine.
    """

    longest = 12
    bound = "maxLength"

    default_error_messages = {  # noqa: RUF012
        "invalid": N_('Not a quantity; write it like "3.5", with two decimals at the most.'),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        text = {"type": "string", "pattern": r"^\d{1,9}(\.\d{1,2})?$", "maxLength": self.longest}
        whole = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
        nothing = [{"type": "null"}] if self.allow_none else []
        self.metadata = {"oneOf": [text, whole, *nothing], "answer": text, "example": "3.5", **self.metadata}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        written = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(written, str) or not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", written, re.ASCII):
            raise self.make_error("invalid")
        return int(Decimal(written).scaleb(2))

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else quantity_text(value)


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


class ListedField(ListField):
    """A list in a query string: the parameter repeated, or its values with commas between them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        written = [value] if isinstance(value, str) else value
        self.refuse_longer(written, self.longest, list | tuple)
        if isinstance(written, list | tuple):
            written = [part for one in written for part in (one.split(",") if isinstance(one, str) else [one])]
        return super()._deserialize(written, attr, data, **kwargs)


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


_UNASSIGNED = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"])
"""Territories of the CLDR whose two letters ISO 3166-1 reserves or leaves to its users."""

COUNTRIES = frozenset(code for code in map(str, Locale("en").territories) if re.fullmatch("[A-Z]{2}", code))
"""The two letters of the CLDR's territories."""

ASSIGNED = COUNTRIES - _UNASSIGNED
"""The two letters that ISO 3166-1 has assigned to countries."""


class AssignedCountry(validate.Regexp):
    """Two letters that ISO 3166-1 has assigned to a country."""

    def __init__(self) -> None:
        super().__init__(re.compile("[A-Z]{2}", re.ASCII), error=N_("Two capital letters (ISO 3166), like VN or LA."))

    def __call__(self, value: Any) -> Any:
        """Refuse what is no country's code."""
        super().__call__(value)
        if value not in ASSIGNED:
            raise ValidationError(self.error)
        return value
