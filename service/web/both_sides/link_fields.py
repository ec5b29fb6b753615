"""The fields of a link's form as its page shows them: what was filled in, with what was typed and not saved over it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from calendars.events.labels import MEMBER_ROLE_NAMES
from calendars.links.answers import (
    MOST_PEOPLE,
    PERSON_FIELDS,
    ROLES,
    is_sealed,
    longest,
    part,
    people_of,
)
from calendars.people.passport_words import PASSPORT_KIND_NAMES, SEX_NAMES, country_name
from models.i18n import N_
from models.text import LocalizedText, fold, localized
from models.vocabulary import Language, PassportKind, Sex
from service.actions.both_sides import drafts
from service.actions.both_sides.drafts import KeptDraft
from service.schemas.fields import ASSIGNED

BLANK_ROWS = 2
_DAYS = {"day", "born_on", "passport_expires_on", "first_day", "last_day"}
_CHOICES: Mapping[str, Sequence[tuple[str, Any]]] = {
    "role": [(role.value, MEMBER_ROLE_NAMES[role]) for role in ROLES],
    "sex": [(sex.value, SEX_NAMES[sex]) for sex in Sex],
    "passport_kind": [(kind.value, PASSPORT_KIND_NAMES[kind]) for kind in PassportKind],
}
_HINTS: Mapping[str, str] = {
    "name_latin": N_("In capital letters, as in the passport: NGUYEN VAN AN."),
    "at": N_("Like 2027-03-10 14:30, or the day alone."),
    "met_by": N_("Leave it empty if you do not know."),
}
_PICKED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?", re.ASCII)
_NEAREST = ("LA", "VN")


@cache
def _nationalities(language: Language) -> Sequence[tuple[str, LocalizedText]]:
    """All countries by their names in a language, the two of most visits first."""
    rest = sorted(ASSIGNED.difference(_NEAREST), key=lambda code: fold(localized(country_name(code), language)))
    return [(code, country_name(code)) for code in (*_NEAREST, *rest)]


@dataclass(frozen=True, slots=True)
class LinkField:
    """A field as the page shows it. ``is_entered``: it is sealed and was filled in, and is not shown. ``is_moment``: it
    has a picker for a day and an hour; what such a picker can't show stands in a field of text, so that saving the form
    loses nothing."""

    path: str
    label: str
    longest: int
    value: str = ""
    is_sealed: bool = False
    is_entered: bool = False
    is_day: bool = False
    is_moment: bool = False
    choices: Sequence[tuple[str, Any]] = ()
    hint: str = ""
    others: Sequence[str] = ()
    errors: Sequence[str] = ()

    @property
    def is_other(self) -> bool:
        """Whether what was entered is none of the choices: it is shown as one more, and told when it is handed in."""
        return bool(self.choices and self.value) and all(self.value != word for word, _told in self.choices)


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A person of the form."""

    key: str
    name: str
    fields: Sequence[LinkField]
    has_photo: bool = False
    is_wrong: bool = False


@dataclass(frozen=True, slots=True)
class LinkForm:
    """Everything the page shows of what was filled in, with what was typed and not saved over it."""

    kept: KeptDraft
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    language: Language = Language.VI

    def fields(self, prefix: str, names: Mapping[str, str]) -> list[LinkField]:
        """The fields below a path."""
        return [self._field(f"{prefix}.{name}", label) for name, label in names.items() if name != "photo"]

    def _field(self, path: str, label: str) -> LinkField:
        name, draft, sealed = path.rpartition(".")[2], self.kept.draft, is_sealed(path)
        value = "" if sealed else self.typed.get(path, draft.values.get(path, ""))
        others = draft.others.get(path, ())
        is_moment = name == "at" and (not value or _PICKED.fullmatch(value) is not None)
        return LinkField(
            path,
            label,
            longest(path),
            value,
            sealed,
            sealed and path in draft.values,
            name in _DAYS,
            is_moment,
            _nationalities(self.language) if name == "nationality" else _CHOICES.get(name, ()),
            "" if is_moment else _HINTS.get(name, ""),
            [] if sealed else others,
            self.errors.get(path, ()),
        )

    @property
    def clashes(self) -> list[str]:
        """The labels' paths of fields into which two people typed different things."""
        return [path for path, beside in self.kept.draft.others.items() if beside]

    def rows(self) -> list[LinkRow]:
        """The people, with empty rows for more."""
        values = self.kept.draft.values
        keys = people_of({**values, **{path: text for path, text in self.typed.items() if text}})
        blank = [drafts.new_key() for _number in range(min(BLANK_ROWS, MOST_PEOPLE - len(keys)))]
        return [
            LinkRow(
                key,
                self.typed.get(f"people.{key}.name") or part(values, f"people.{key}").get("name", ""),
                self.fields(f"people.{key}", PERSON_FIELDS),
                f"people.{key}.photo" in values,
                any(path.startswith(f"people.{key}.") for path in self.errors),
            )
            for key in (*keys, *blank)
        ]
