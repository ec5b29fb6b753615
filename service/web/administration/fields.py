"""Form fields: parsed into input for the schemas, filled from a row or from what was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any

from werkzeug.datastructures import MultiDict

from models.i18n import Message
from models.vocabulary import Language

Choice = tuple[str, str]
"""A value and what it is called, in the reader's language."""


class Control(StrEnum):
    """How a field is asked for."""

    TEXT = "text"
    TEXTS = "texts"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    MANY = "many"
    LIST = "list"
    DAY = "date"
    HOUR = "time"
    PASSWORD = "password"  # noqa: S105 - a kind of control


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form; ``label`` and ``hint`` are English sentences, a label with its values.

    An ``optional`` one left empty is None. ``wrong_as`` is the schema's name for it where that is another.
    """

    name: str
    label: str | Message
    control: Control = Control.TEXT
    hint: str = ""
    optional: bool = False
    choices: Sequence[Choice] = ()
    default: Any = ""
    wrong_as: str = ""

    def problems(self, found: Mapping[str, list[str]]) -> list[str]:
        """What was found wrong with it, or with a part of it."""
        name = self.wrong_as or self.name
        return [line for key, lines in found.items() if key == name or key.startswith(f"{name}.") for line in lines]


def submitted_values(fields: Sequence[Field], form: MultiDict[str, str]) -> dict[str, Any]:
    """What a form says, as the schemas take it; a choice that was not made is left out."""
    found = {}
    for field in fields:
        value = _read(field, form)
        if value is not None or field.optional:
            found[field.name] = value
    return found


def _read(field: Field, form: MultiDict[str, str]) -> Any:
    text = form.get(field.name, "").strip()
    match field.control:
        case Control.TEXTS:
            texts = {language.value: form.get(f"{field.name}.{language}", "").strip() for language in Language}
            given = {language: value for language, value in texts.items() if value}
            return given or (None if field.optional else {})
        case Control.FLAG:
            return field.name in form
        case Control.MANY:
            return form.getlist(field.name)
        case Control.LIST:
            return [part.strip() for part in text.split(",") if part.strip()]
        case Control.NUMBER:
            # Twelve digits are more than any number here may have: the schema says so, and no integer grows too long.
            return int(text) if text.isascii() and text.isdecimal() and len(text) <= 12 else text or _nothing(field)
        case Control.CHOICE:
            return text or None
        case Control.PASSWORD:
            return form.get(field.name, "") or None
        case _:
            return text or _nothing(field)


def _nothing(field: Field) -> str | None:
    return None if field.optional else ""


def typed_values(fields: Sequence[Field], form: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, to stand in the form again; passwords never do."""
    found: dict[str, Any] = {}
    for field in fields:
        match field.control:
            case Control.TEXTS:
                found[field.name] = {language.value: form.get(f"{field.name}.{language}", "") for language in Language}
            case Control.FLAG:
                found[field.name] = field.name in form
            case Control.MANY:
                found[field.name] = form.getlist(field.name)
            case Control.PASSWORD:
                found[field.name] = ""
            case _:
                found[field.name] = form.get(field.name, "")
    return found


def row_values(fields: Sequence[Field], row: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a row says, as the form's controls show it; ``values`` stand for what is no column. None: a new row."""
    found = {}
    for field in fields:
        value = values[field.name] if field.name in values else getattr(row, field.name, field.default)
        if isinstance(value, time):
            value = value.strftime("%H:%M")
        elif isinstance(value, date):
            value = value.isoformat()
        elif field.control is Control.LIST:
            value = ", ".join(value or ())
        found[field.name] = "" if value is None else value
    return found
