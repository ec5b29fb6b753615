"""Check programme entries against the API's schemas: every unknown name, wrong type and missing field, with its line.

A file has ``organisation: hd-tinh-uy`` where the API has ``organisation_id: 01j…``; otherwise names are the same, so
the schemas remain the only definition of the fields.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

from marshmallow import Schema, ValidationError, fields
from sqlalchemy import inspect

from models.errors import DomainError, Invalid
from models.i18n import N_, Message, message
from seed.reading import ProgrammeFile, Steps, YamlNode, path_text
from service.http.error_responses import flat
from service.schemas.fields import KNOWN_DAY

BROKEN = "?"
"""Placeholder for an unresolvable reference, while the rest of its entry is checked."""

Resolve = Callable[[str, str], str | Message | None]
"""A table and a key → the id; an error; or None if the referenced entry has problems of its own."""


@dataclass(frozen=True, slots=True)
class GroupShape:
    """The content of a group: its names in the file → in the schema, names that refer to a table, nested groups."""

    schema: Schema
    names: Mapping[str, str]
    references: Mapping[str, str]
    nested: Mapping[str, "GroupShape"]

    def called(self, name: str) -> str:
        """What a file calls a field of the schema."""
        return str(self.steps_of(name)[0])

    def steps_of(self, path: str, prefix: Steps = ()) -> Steps:
        """A schema's ``phases.0.institution_id`` as in the file: phases, 0, institution."""
        shape: GroupShape | None = self
        steps: list[str | int] = [*prefix]
        for part in path.split("."):
            if part.isdigit():
                steps.append(int(part))
                continue
            name = next((name for name, known in shape.names.items() if known == part), part) if shape else part
            steps.append(name)
            shape = shape.nested.get(name) if shape else None
        return tuple(steps)


@cache
def shape_of(schema_class: type[Schema]) -> GroupShape:
    """The shape of a file's group according to a schema."""
    schema = schema_class()
    model = getattr(schema_class.Meta, "model", None)
    columns = inspect(model).local_table.columns if model is not None else {}
    names: dict[str, str] = {}
    references: dict[str, str] = {}
    nested: dict[str, GroupShape] = {}
    for known, known_field in schema.load_fields.items():
        column = columns.get(known)
        targets = [key.column.table.name for key in column.foreign_keys] if column is not None else []
        name = known.removesuffix("_id") if targets else known
        names[name] = known
        if target := targets[0] if targets else getattr(schema_class, "LISTED", {}).get(known):
            references[name] = target
        inner = known_field.inner if isinstance(known_field, fields.List) else known_field
        if isinstance(inner, fields.Nested):
            nested[name] = shape_of(type(inner.schema))
    return GroupShape(schema, names, references, nested)


@dataclass(frozen=True, slots=True)
class FilePosition:
    """The position of a group: its file, the group itself, and its label (``events[2027-party-training-in]``)."""

    file: ProgrammeFile
    node: YamlNode
    label: str

    def add(self, steps: Steps, what: Message | str) -> None:
        """Record a problem with the value at ``steps``."""
        suffix = path_text(steps)
        separator = "." if self.label and suffix and not suffix.startswith("[") else ""
        path = f"{self.label}{separator}{suffix}"
        self.file.add(self.node.line_at(steps), path, what)

    def below(self, *steps: str | int) -> "FilePosition":
        """The position of a nested group, which must exist."""
        node, label = self.node, self.label
        for step in steps:
            node = node.value[step]
            label += f"[{step}]" if isinstance(step, int) else f".{step}"
        return FilePosition(self.file, node, label)

    def add_error(self, error: DomainError, shape: GroupShape, prefix: Steps = ()) -> None:
        """Record the error of a use case, each field at its line."""
        if isinstance(error, Invalid):
            for field, sentences in error.errors.items():
                for sentence in sentences:
                    self.add(shape.steps_of(field, prefix), sentence)
        else:
            self.add(prefix, error.detail)


@dataclass(frozen=True, slots=True)
class CheckedGroup:
    """The result of checking a group: the valid values, and whether all required fields are present."""

    values: dict[str, Any]
    is_complete: bool


def check(place: FilePosition, shape: GroupShape, resolve: Resolve, apart: Sequence[str] = ()) -> CheckedGroup:
    """Check and load a group; problems are recorded in the position's file.

    Args:
        apart: names handled elsewhere, ignored here.
    """
    if not isinstance(place.node.value, dict):
        place.add((), not_a_group())
        return CheckedGroup({}, False)
    checking = _Checking(place, resolve, apart)
    converted = checking.convert(place.node, shape, ())
    try:
        values = shape.schema.load(converted)
    except ValidationError as problem:
        values = problem.valid_data if isinstance(problem.valid_data, dict) else {}
        for path, sentences in flat(problem.messages).items():
            steps = shape.steps_of(path)
            checking.invalid_names.add(steps[0])
            for sentence in sentences:
                place.add(steps, _in_quotes(place.node, steps, sentence))
    bad = {shape.names.get(str(name)) for name in checking.invalid_names}
    values = {name: value for name, value in values.items() if name not in bad}
    needed = {known.attribute or name for name, known in shape.schema.load_fields.items() if known.required}
    return CheckedGroup(values, needed <= set(values))


class _Checking:
    """Conversion of one group to the schema's names; ``invalid_names`` are the top-level names with an error below."""

    def __init__(self, place: FilePosition, resolve: Resolve, apart: Sequence[str]) -> None:
        self.place = place
        self.resolve = resolve
        self.apart = apart
        self.invalid_names: set[str | int] = set()

    def convert(self, node: YamlNode, shape: GroupShape, steps: Steps) -> dict[str, Any]:
        converted: dict[str, Any] = {}
        for name, value in node.value.items():
            here = (*steps, name)
            if not steps and name in self.apart:
                continue
            if name not in shape.names:
                self.place.add(here, unknown(name, [*shape.names, *([] if steps else self.apart)]))
            elif name in shape.references and value.value is not None:
                converted[shape.names[name]] = self._reference(shape.references[name], value, here)
            elif name in shape.nested:
                converted[shape.names[name]] = self._nested(value, shape.nested[name], here)
            else:
                converted[shape.names[name]] = value.plain()
        return converted

    def _nested(self, node: YamlNode, shape: GroupShape, steps: Steps) -> Any:
        if isinstance(node.value, dict):
            return self.convert(node, shape, steps)
        if isinstance(node.value, list):
            return [self._nested(item, shape, (*steps, number)) for number, item in enumerate(node.value)]
        return node.plain()

    def _reference(self, table: str, node: YamlNode, steps: Steps) -> Any:
        if isinstance(node.value, list):
            return [self._reference(table, item, (*steps, number)) for number, item in enumerate(node.value)]
        if not isinstance(node.value, str):
            return node.plain()
        found = self.resolve(table, node.value)
        if isinstance(found, str):
            return found
        self.invalid_names.add(steps[0])
        if found is not None:
            self.place.add(steps, found)
        return BROKEN


def _in_quotes(node: YamlNode, steps: Steps, sentence: str) -> Message | str:
    """A better message for ``origin: 1984`` and ``first_day: 2008`` than that it is not a string, or not a day."""
    for step in steps:
        node = node.get(step) or node
    if sentence in {"Not a valid string.", KNOWN_DAY} and isinstance(node.value, int | float):
        shown = str(node.value).lower() if isinstance(node.value, bool) else str(node.value)
        return message(N_("Put this in quotes: “{value}”."), value=shown)
    return sentence


def unknown(name: str, known: Sequence[str]) -> Message:
    """The error for an unknown name, with the closest known one, or all of them."""
    if near := get_close_matches(name, known, 1, 0.7):
        return message(N_("Unknown name. Did you mean {suggestion}?"), suggestion=near[0])
    return message(N_("Unknown name. Possible here: {names}."), names=", ".join(sorted(known)))


def not_a_group() -> Message:
    return message(N_("Must be a group of lines “name: value”."))


def not_a_list() -> Message:
    return message(N_("Must be a list; each item begins with “- ”."))
