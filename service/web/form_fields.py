"""The fields of the console's forms: how each kind of value is typed, read for the API's schemas, and written back.

The schemas say what is right. What can't be read as its kind stays as it was typed, for the schema to refuse by name.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from calendars.days.known_days import read_figures
from models.i18n import N_, Message
from models.vocabulary import Language
from service.actions.audit import plain

Choice = tuple[str, str]
"""A value and what it is called, in the reader's language."""

Groups = Sequence[tuple[str, Sequence[Choice]]]
"""What can be chosen, under headings (an empty one for none)."""

TICKED = "yes"
"""What a ticked box sends; an empty one sends nothing."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_GROUPED = re.compile(r"-?\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,12}", re.ASCII)
"""Twelve digits are more than any number here may have: the schema says so, and no integer grows too long."""


class FieldType(StrEnum):
    """How a field is filled in. ``LINES`` is a text of several lines in whatever language, ``PROSE`` one in three;
    ``QUANTITY`` is a number with decimals, after a comma or a point."""

    LINE = "line"
    TEXTS = "texts"
    PROSE = "prose"
    LINES = "lines"
    NUMBER = "number"
    QUANTITY = "quantity"
    DAY = "day"
    HOUR = "hour"
    FLAG = "flag"
    CHOICE = "choice"
    MANY = "many"
    LIST = "list"
    PERSON = "person"
    MONEY = "money"
    COUNTS = "counts"
    ROWS = "rows"
    PASSWORD = "password"  # noqa: S105 - a kind of field


LOCALIZED = (FieldType.TEXTS, FieldType.PROSE)
"""Texts in three languages, short and long."""

_SENT_WITHOUT_VALUE = (FieldType.FLAG, FieldType.MANY)
"""A browser does not send boxes that are not ticked."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of a form; ``label`` and ``hint`` are English sentences, a label with its values.

    ``label`` is left out where ``labels.FIELDS`` has the field's name. ``choices`` names a list that the page knows,
    ``options`` are the choices themselves, ``words`` those of a closed list, in English. ``default`` stands in the form
    of something new, ``empty`` is what an empty line says. ``error_name`` is the schema's name for the field where that
    is another; ``separator`` stands between the name and a part of it. ``is_more``: folded away. ``least`` and
    ``most`` bound a number, ``length`` a line.
    """

    name: str
    type: FieldType = FieldType.LINE
    label: str | Message = ""
    hint: str = ""
    choices: str = ""
    options: Sequence[Choice] = ()
    words: Mapping[Any, str] = field(default_factory=dict)
    default: Any = None
    empty: Any = None
    is_required: bool = False
    is_more: bool = False
    error_name: str = ""
    separator: str = "."
    least: int | None = None
    most: int | None = None
    length: int | None = None
    columns: tuple["FieldSpec", ...] = ()

    def controls(self, name: str, value: Any, person: Callable[[str], str]) -> list[tuple[str, str]]:
        """Its controls' names and what they hold for a value as the API writes it."""
        match self.type:
            case FieldType.TEXTS | FieldType.PROSE:
                return [(f"{name}{self.separator}{one}", (value or {}).get(one, "")) for one in Language]
            case FieldType.MONEY:
                return [
                    (f"{name}{self.separator}{part}", (value or {}).get(part, "")) for part in ("amount", "currency")
                ]
            case FieldType.ROWS:
                return [
                    control
                    for number, row in enumerate(value or ())
                    for column in self.columns
                    for control in column.controls(f"{name}.{number}.{column.name}", row.get(column.name), person)
                ]
            case FieldType.MANY:
                return [(name, str(one)) for one in value or ()]
            case FieldType.FLAG:
                return [(name, TICKED)] if value else []
            case FieldType.PASSWORD:
                return []
            case _:
                return [(name, self._written(value, person))]

    def _written(self, value: Any, person: Callable[[str], str]) -> str:
        if value is None:
            return ""
        match self.type:
            case FieldType.LIST:
                return ", ".join(value)
            case FieldType.COUNTS:
                return "\n".join(f"{what}: {count}" for what, count in value.items())
            case FieldType.PERSON:
                return person(value) if value else ""
            case _:
                return str(value)

    def value(self, name: str, typed: MultiDict[str, str]) -> Any:
        """What was typed, as the API takes it; an empty field is None, an empty list is one."""
        text = typed.get(name, "").strip()
        match self.type:
            case FieldType.TEXTS | FieldType.PROSE:
                texts = {one.value: typed.get(f"{name}{self.separator}{one}", "").strip() for one in Language}
                given = {language: one for language, one in texts.items() if one}
                return given if given or self.is_required else None
            case FieldType.MONEY:
                amount = ungrouped(typed.get(f"{name}{self.separator}amount", ""))
                currency = typed.get(f"{name}{self.separator}currency", "")
                return {"amount": amount, "currency": currency} if amount else None
            case FieldType.ROWS:
                return [
                    {column.name: column.value(f"{name}.{number}.{column.name}", typed) for column in self.columns}
                    for number in range(count_rows(name, typed))
                ]
            case FieldType.FLAG:
                return text == TICKED
            case FieldType.MANY:
                return list(dict.fromkeys(filter(None, (one.strip() for one in typed.getlist(name)))))
            case FieldType.LIST:
                return [part.strip() for part in text.split(",") if part.strip()]
            case FieldType.PASSWORD:
                return typed.get(name, "") or None
            case FieldType.COUNTS:
                return _counts(name, text) if text else self.empty
            case FieldType.QUANTITY:
                return ungrouped(text).replace(",", ".") or None
            case FieldType.NUMBER:
                number = read_number(text)
                return (text or None) if number is None else number
            case _:
                return text or self.empty

    def is_sent(self, form: Iterable[str]) -> bool:
        """Whether a form had this field at all."""
        if self.type in _SENT_WITHOUT_VALUE:
            return True
        return any(key == self.name or key.startswith(f"{self.name}{self.separator}") for key in form)


def read_number(text: str) -> int | None:
    """A whole number as people type it: signed, its digits in groups or not; None for anything else."""
    number = ungrouped(text)
    return int(number) if _NUMBER.fullmatch(number) else None


def ungrouped(text: str) -> str:
    """A number without the points, commas or blanks people group its digits with: none here has three decimals."""
    number = "".join(text.split())
    return re.sub("[.,]", "", number) if _GROUPED.fullmatch(number) else number


def read_day(text: str) -> date | None:
    """A day as browsers send it and the API takes it, ``2027-03-10``; None for anything else."""
    try:
        return date.fromisoformat(text.strip()) if _DAY.fullmatch(text.strip()) else None
    except ValueError:
        return None


def with_days_read(wish: dict[str, Any]) -> dict[str, Any]:
    """A form's wish with its days as the API takes them; without a last day it is over in the first."""
    first = wish.get("first_day")
    written = {"first_day": first, "last_day": wish.get("last_day") or first}
    for name, text in written.items():
        known = read_figures(text, is_last=name == "last_day") if isinstance(text, str) else None
        if known is not None:
            wish[name] = known.as_written()
        elif text is not None:
            wish[name] = text
    return wish


def values_of(specs: Sequence[FieldSpec], form: Mapping[str, str]) -> dict[str, Any]:
    """What a form says, as the API's schema takes it; fields the form did not have are left out.

    Raises:
        ValidationError: a list of counts that is none.
    """
    typed = typed_in(specs, form)
    return {spec.name: spec.value(spec.name, typed) for spec in specs if spec.is_sent(form)}


def controls_of(
    specs: Sequence[FieldSpec], present: Mapping[str, Any], person: Callable[[str], str] = str
) -> MultiDict[str, str]:
    """What the controls of a form hold for what is there, as a browser would send it; defaults for the rest."""
    held: MultiDict[str, str] = MultiDict()
    for spec in specs:
        for name, text in spec.controls(spec.name, plain(present.get(spec.name, spec.default)), person):
            held.add(name, text)
    return held


def typed_in(specs: Sequence[FieldSpec], form: Mapping[str, str]) -> MultiDict[str, str]:
    """What was typed, without the rows left empty: the others close ranks, so that errors name the right ones."""
    found: MultiDict[str, str] = MultiDict(form)
    for spec in specs:
        if spec.type is not FieldType.ROWS:
            continue
        rows: dict[int, dict[str, str]] = {}
        for key in form:
            if place := re.fullmatch(rf"{re.escape(spec.name)}\.(\d{{1,3}})\.(.+)", key, re.ASCII):
                del found[key]
                rows.setdefault(int(place[1]), {})[place[2]] = form[key]
        filled = [rows[number] for number in sorted(rows) if _is_filled(rows[number])]
        for number, row in enumerate(filled):
            for key, text in row.items():
                found[f"{spec.name}.{number}.{key}"] = text
    return found


def _is_filled(row: Mapping[str, str]) -> bool:
    """Whether somebody filled in a row: a currency is always chosen, and the id tells only which row it was."""
    return any(text.strip() for name, text in row.items() if name != "id" and not name.endswith(".currency"))


def count_rows(name: str, controls: Iterable[str]) -> int:
    """How many rows of a table of the form are filled in."""
    return len({key.split(".")[1] for key in controls if key.startswith(f"{name}.") and key.count(".") > 1})


def _counts(name: str, text: str) -> dict[str, int]:
    found = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        what, _colon, count = line.rpartition(":")
        number = read_number(count)
        if not what.strip() or number is None or not 0 <= number < 1_000_000:
            raise ValidationError({name: [N_("Write one line each, like “athlete: 8”.")]})
        found[what.strip()] = number
    return found
