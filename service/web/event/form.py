"""Forms from tables of fields: their values, what was typed, and the input for the API's schemas."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError

from models.i18n import N_
from models.vocabulary import Currency, Language
from service.actions.audit import plain
from service.web.forms import FormRefusal
from service.web.labels import FIELDS
from service.web.view import View


class FieldShape(StrEnum):
    """How a field is filled in."""

    LINE = "line"
    WORDS = "words"
    PROSE = "prose"
    DAY = "day"
    HOUR = "hour"
    NUMBER = "number"
    CHOICE = "choice"
    PERSON = "person"
    TICK = "tick"
    MONEY = "money"
    COUNTS = "counts"
    ROWS = "rows"


_SPOKEN = (FieldShape.WORDS, FieldShape.PROSE)

Strings = Mapping[str, str]
"""What stands in a form's controls, by their names: ``title.vi``, ``phases.0.first_day``."""

Groups = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""What can be chosen: values and what they are called, under headings (an empty one for none)."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field of a form. ``label`` is left out where ``words.FIELDS`` knows its name; ``is_more``: folded away."""

    name: str
    shape: FieldShape
    label: str = ""
    hint: str = ""
    choices: str = ""
    is_required: bool = False
    is_more: bool = False
    columns: tuple["FieldSpec", ...] = ()

    def called(self, view: View) -> str:
        """What it is called in the reader's language."""
        return view.say(self.label or FIELDS[self.name])

    def strings(self, name: str, value: Any, person: Callable[[str], str]) -> dict[str, str]:
        """What its controls hold for a value as the API writes it."""
        if self.shape in _SPOKEN:
            return {f"{name}.{language}": (value or {}).get(language, "") for language in Language}
        if self.shape is FieldShape.MONEY:
            return {f"{name}.{part}": (value or {}).get(part, "") for part in ("amount", "currency")}
        if self.shape is FieldShape.COUNTS:
            return {name: "\n".join(f"{what}: {count}" for what, count in (value or {}).items())}
        if self.shape is FieldShape.PERSON:
            return {name: person(value) if value else ""}
        if self.shape is FieldShape.TICK:
            return {name: "yes" if value else ""}
        if self.shape is FieldShape.ROWS:
            found: dict[str, str] = {}
            for number, row in enumerate(value or ()):
                for column in self.columns:
                    found |= column.strings(f"{name}.{number}.{column.name}", row.get(column.name), person)
            return found
        return {name: "" if value is None else str(value)}

    def value(self, name: str, typed: Strings) -> Any:
        """What was typed, as the API takes it; what makes no sense stays as it is, for the schema to refuse."""
        if self.shape in _SPOKEN:
            texts = {str(language): text for language in Language if (text := typed.get(f"{name}.{language}", ""))}
            return texts if texts or self.is_required else None
        if self.shape is FieldShape.MONEY:
            amount = _ungrouped(typed.get(f"{name}.amount", ""))
            return {"amount": amount, "currency": typed.get(f"{name}.currency", "")} if amount else None
        if self.shape is FieldShape.ROWS:
            return [
                {column.name: column.value(f"{name}.{number}.{column.name}", typed) for column in self.columns}
                for number in range(count_rows(name, typed))
            ]
        text = typed.get(name, "").strip()
        if self.shape is FieldShape.TICK:
            return bool(text)
        if self.shape is FieldShape.COUNTS:
            return _counts(name, text) if text else None
        if self.shape is FieldShape.NUMBER and re.fullmatch(r"-?\d{1,9}", text, re.ASCII):
            return int(text)
        return text or None

    def is_sent(self, form: Strings) -> bool:
        """Whether a form had this field at all; an unticked box is not told by a browser."""
        return self.shape is FieldShape.TICK or any(key == self.name or key.startswith(f"{self.name}.") for key in form)


def typed_in(specs: Sequence[FieldSpec], form: Strings) -> dict[str, str]:
    """What was typed, without the rows left empty: the others close ranks, so that errors name the right ones."""
    found = dict(form)
    for spec in specs:
        if spec.shape is not FieldShape.ROWS:
            continue
        rows: dict[int, dict[str, str]] = {}
        for key in form:
            if place := re.fullmatch(rf"{spec.name}\.(\d{{1,3}})\.(.+)", key, re.ASCII):
                del found[key]
                rows.setdefault(int(place[1]), {})[place[2]] = form[key]
        filled = [rows[number] for number in sorted(rows) if any(text.strip() for text in rows[number].values())]
        for number, row in enumerate(filled):
            found |= {f"{spec.name}.{number}.{key}": text for key, text in row.items()}
    return found


def wish_of(specs: Sequence[FieldSpec], form: Strings) -> dict[str, Any]:
    """The wish a form makes, as the API's schema takes it; fields the form did not have are left out.

    Raises:
        ValidationError: a list of counts that is none.
    """
    typed = typed_in(specs, form)
    return {spec.name: spec.value(spec.name, typed) for spec in specs if spec.is_sent(form)}


def count_rows(name: str, strings: Strings) -> int:
    """How many rows of a table of the form are filled in."""
    return len({key.split(".")[1] for key in strings if key.startswith(f"{name}.") and key.count(".") > 1})


def _ungrouped(amount: str) -> str:
    """An amount without the points, commas or blanks people group its digits with: no currency has three decimals."""
    text = "".join(amount.split())
    return re.sub("[.,]", "", text) if re.fullmatch(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*", text, re.ASCII) else text


def _counts(name: str, text: str) -> dict[str, int]:
    found = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        what, _colon, count = line.rpartition(":")
        if not what.strip() or not re.fullmatch(r"\s*\d{1,6}\s*", count, re.ASCII):
            raise ValidationError({name: [N_("Write one line each, like “athlete: 8”.")]})
        found[what.strip()] = int(count)
    return found


@dataclass(frozen=True, slots=True)
class BoundField:
    """A field as a page shows it: its controls' names with what they hold, what is wrong, what may be chosen.

    ``now`` is what stands there meanwhile, when somebody else changed it; ``rows`` are a table's, the last one empty.
    """

    spec: FieldSpec
    name: str
    label: str
    strings: Strings
    errors: Sequence[str] = ()
    now: str = ""
    groups: Groups = ()
    rows: Sequence[Sequence["BoundField"]] = ()

    @property
    def id(self) -> str:
        """The id of its first control."""
        return "f-" + self.name.replace(".", "-") + (f"-{Language.VI}" if self.spec.shape in _SPOKEN else "")

    def text(self, part: str = "") -> str:
        """What one of its controls holds."""
        return self.strings.get(f"{self.name}.{part}" if part else self.name, "")


@dataclass(slots=True)
class EventForm:
    """A table of fields for one reader: filled with what is there, or with what was typed and refused.

    ``choices`` gives what can be chosen by a spec's ``choices``, ``person`` what a person is called by their id, and
    ``named`` those a typed name may mean.
    """

    view: View
    specs: Sequence[FieldSpec]
    present: Mapping[str, Any]
    choices: Callable[[str], Groups]
    person: Callable[[str], str] = str
    named: Callable[[str], Groups] = lambda _name: ()
    typed: Strings | None = None
    refusal: FormRefusal | None = None
    fields: Sequence[BoundField] = field(init=False)

    def __post_init__(self) -> None:
        there: dict[str, str] = {}
        for spec in self.specs:
            there |= spec.strings(spec.name, plain(self.present.get(spec.name)), self.person)
        strings = there if self.typed is None else typed_in(self.specs, self.typed)
        is_stale = self.refusal is not None and self.refusal.status == 412
        self.fields = [self._bound(spec, spec.name, strings, there if is_stale else None) for spec in self.specs]

    @property
    def first(self) -> list[BoundField]:
        """What is always asked."""
        return [one for one in self.fields if not one.spec.is_more]

    @property
    def more(self) -> list[BoundField]:
        """What is folded away."""
        return [one for one in self.fields if one.spec.is_more]

    @property
    def opens_more(self) -> bool:
        """Whether something that is folded away wants to be seen."""
        return any(one.errors or one.now for one in self.more) or (
            self.typed is not None and any(one.spec.shape is FieldShape.TICK and one.text() for one in self.more)
        )

    @property
    def problems(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong: a field's name, its first control's id, the sentence; what no field is about comes last."""
        if self.refusal is None:
            return
        leaves = list(_leaves(self.view, self.fields))
        told = {one.name for _label, one in leaves}
        for label, one in leaves:
            yield from ((label, one.id, sentence) for sentence in one.errors)
        for name, sentences in self.refusal.fields.items():
            if not any(name == known or name.startswith(f"{known}.") for known in told):
                yield from (("", "", sentence) for sentence in sentences)

    def _bound(self, spec: FieldSpec, name: str, strings: Strings, there: Strings | None) -> BoundField:
        rows: list[list[BoundField]] = []
        if spec.shape is FieldShape.ROWS:
            rows = [
                [self._bound(column, f"{name}.{number}.{column.name}", strings, None) for column in spec.columns]
                for number in range(count_rows(name, strings) + 1)
            ]
        errors = [
            sentence
            for key, sentences in (self.refusal.fields if self.refusal else {}).items()
            if key == name or (spec.shape is not FieldShape.ROWS and key.startswith(f"{name}."))
            for sentence in sentences
        ]
        groups = self.choices(spec.choices) if spec.choices else ()
        if spec.shape is FieldShape.PERSON:
            groups = self.named(strings[name]) if errors and strings.get(name) else ()
        held = strings.get(name, "")
        if spec.choices and held and all(held != value for _heading, listed in groups for value, _format in listed):
            groups = [*groups, ("", [(held, held)])]  # beyond what the list holds: it must not be lost by saving
        if spec.shape is FieldShape.MONEY:
            groups = [("", [(word.value, word.value) for word in Currency])]
        return BoundField(
            spec,
            name,
            spec.called(self.view),
            strings,
            errors,
            "" if there is None else self._format(spec, name, strings, there, groups),
            groups,
            rows,
        )

    def _format(self, spec: FieldSpec, name: str, strings: Strings, there: Strings, groups: Groups) -> str:
        """What stands in a field now, where that is not what was typed."""
        if spec.shape is FieldShape.ROWS:
            return ""
        parts = [key for key in there if key == name or key.startswith(f"{name}.")]
        if all(there[key].strip() == strings.get(key, "").strip() for key in parts):
            return ""
        names = {value: label for _heading, options in groups for value, label in options}
        if spec.shape is FieldShape.TICK:
            return self.view.say(N_("yes")) if there[name] else self.view.say(N_("no"))
        return " · ".join(names.get(there[key], there[key]) for key in parts if there[key]) or "–"


def _leaves(view: View, fields: Sequence[BoundField]) -> Iterator[tuple[str, BoundField]]:
    """The fields with what to call them in a list of problems; those of a table with its name and the row's number."""
    for one in fields:
        yield one.label, one
        for number, row in enumerate(one.rows, 1):
            for column in row:
                told = N_("{part} {number}: {field}")
                yield view.say(told, part=one.label, number=number, field=column.label), column
