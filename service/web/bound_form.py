"""A form as a page shows it: with what is there, or with what was typed and refused, and what is wrong with it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from werkzeug.datastructures import MultiDict

from models.i18n import N_
from models.vocabulary import Currency, Language
from service.web.form_fields import LOCALIZED, TICKED, FieldSpec, FieldType, Groups, controls_of, count_rows, typed_in
from service.web.forms import FormRefusal
from service.web.labels import FIELDS
from service.web.view import View


@dataclass(frozen=True, slots=True)
class BoundField:
    """A field as a page shows it: its controls' names with what they hold, what is wrong, what may be chosen.

    ``now`` is what stands there meanwhile, when somebody else changed it; ``rows`` are a table's, the last one empty.
    """

    spec: FieldSpec
    name: str
    id: str
    label: str
    controls: MultiDict[str, str]
    errors: Sequence[str] = ()
    now: str = ""
    groups: Groups = ()
    rows: Sequence[Sequence["BoundField"]] = ()

    SHOWN: ClassVar[int] = 12
    """Boxes of a list that stand open."""

    @property
    def first_id(self) -> str:
        """The id of its first control, which a list of problems leads to."""
        return f"{self.id}-{Language.VI}" if self.spec.type in LOCALIZED else self.id

    @property
    def error_name(self) -> str:
        """What errors call it."""
        return self.spec.error_name or self.name

    def part(self, part: str) -> str:
        """The name of the control that holds a part of it: a language, an amount."""
        return f"{self.name}{self.spec.separator}{part}"

    def text(self, part: str = "") -> str:
        """What one of its controls holds."""
        return self.controls.get(self.part(part) if part else self.name, "")

    @property
    def is_ticked(self) -> bool:
        """Whether its box is ticked, as it will be read."""
        return self.text() == TICKED

    @property
    def chosen(self) -> list[str]:
        """What is ticked of several."""
        return self.controls.getlist(self.name)


@dataclass(slots=True)
class BoundForm:
    """A table of fields for one reader: filled with what is there, or with what was typed and refused.

    ``choices`` gives what can be chosen by a spec's ``choices``, ``person`` what a person is called by their id, and
    ``named`` those a typed name may mean. ``prefix`` begins the ids of its controls.
    """

    view: View
    specs: Sequence[FieldSpec]
    present: Mapping[str, Any] = field(default_factory=dict)
    choices: Callable[[str], Groups] = lambda _name: ()
    person: Callable[[str], str] = str
    named: Callable[[str], Groups] = lambda _name: ()
    typed: Mapping[str, str] | None = None
    refusal: FormRefusal | None = None
    prefix: str = ""
    fields: Sequence[BoundField] = field(init=False)

    def __post_init__(self) -> None:
        there = controls_of(self.specs, self.present, self.person)
        held = there if self.typed is None else typed_in(self.specs, self.typed)
        is_stale = self.refusal is not None and self.refusal.status == 412
        self.fields = [self._bound(spec, spec.name, held, there if is_stale else None) for spec in self.specs]

    def __getitem__(self, name: str) -> BoundField:
        """The field of a name."""
        return next(one for one in self.fields if one.name == name)

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
            self.typed is not None and any(one.spec.type is FieldType.FLAG and one.is_ticked for one in self.more)
        )

    @property
    def problems(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong: a field's name, its first control's id, the sentence; what no field is about comes last."""
        if self.refusal is None:
            return
        leaves = list(_leaves(self.view, self.fields))
        told = {one.error_name for _label, one in leaves}
        for label, one in leaves:
            yield from ((label, one.first_id, sentence) for sentence in one.errors)
        for name, sentences in self.refusal.fields.items():
            if not any(name == known or name.startswith(f"{known}.") for known in told):
                yield from (("", "", sentence) for sentence in sentences)

    def _bound(
        self, spec: FieldSpec, name: str, held: MultiDict[str, str], there: MultiDict[str, str] | None
    ) -> BoundField:
        rows: list[list[BoundField]] = []
        if spec.type is FieldType.ROWS:
            rows = [
                [self._bound(column, f"{name}.{number}.{column.name}", held, None) for column in spec.columns]
                for number in range(count_rows(name, held) + 1)
            ]
        errors = self._errors(spec, spec.error_name or name)
        groups = self._groups(spec, held.getlist(name), is_wrong=bool(errors))
        return BoundField(
            spec,
            name,
            self.prefix + name.replace(".", "-"),
            self.view.say(spec.label or FIELDS[spec.name]),
            held,
            errors,
            "" if there is None else self._present(spec, name, held, there, groups),
            groups,
            rows,
        )

    def _errors(self, spec: FieldSpec, name: str) -> list[str]:
        return [
            sentence
            for key, sentences in (self.refusal.fields if self.refusal else {}).items()
            if key == name or (spec.type is not FieldType.ROWS and key.startswith(f"{name}."))
            for sentence in sentences
        ]

    def _groups(self, spec: FieldSpec, held: Sequence[str], *, is_wrong: bool) -> Groups:
        """What can be chosen; what is chosen beyond that too: it must not be lost by saving."""
        if spec.type is FieldType.MONEY:
            return [("", [(word.value, word.value) for word in Currency])]
        if spec.type is FieldType.PERSON:
            return self.named(held[0]) if is_wrong and held and held[0] else ()
        options = [*spec.options, *((str(word), self.view.say(told)) for word, told in spec.words.items())]
        groups = self.choices(spec.choices) if spec.choices else [("", options)] if options else ()
        known = {value for _heading, listed in groups for value, _label in listed}
        beyond = [(one, one) for one in held if one and one not in known]
        return [*groups, ("", beyond)] if groups and beyond else groups

    def _present(
        self, spec: FieldSpec, name: str, held: MultiDict[str, str], there: MultiDict[str, str], groups: Groups
    ) -> str:
        """What stands in a field now, where that is not what was typed."""
        if spec.type in (FieldType.ROWS, FieldType.PASSWORD):
            return ""
        parts = [key for key in there if key == name or key.startswith(f"{name}{spec.separator}")]
        if spec.type in (FieldType.FLAG, FieldType.MANY):
            parts = [name]
        if all(_stripped(there, key) == _stripped(held, key) for key in parts):
            return ""
        if spec.type is FieldType.FLAG:
            return self.view.say(N_("yes")) if there.get(name) else self.view.say(N_("no"))
        names = {value: label for _heading, options in groups for value, label in options}
        return " · ".join(names.get(one, one) for key in parts for one in there.getlist(key) if one) or "–"


def _stripped(controls: MultiDict[str, str], key: str) -> list[str]:
    return [text for one in controls.getlist(key) if (text := one.strip())]


def _leaves(view: View, fields: Sequence[BoundField]) -> Iterator[tuple[str, BoundField]]:
    """The fields with what to call them in a list of problems; those of a table with its name and the row's number."""
    for one in fields:
        yield one.label, one
        for number, row in enumerate(one.rows, 1):
            for column in row:
                told = N_("{part} {number}: {field}")
                yield view.say(told, part=one.label, number=number, field=column.label), column
