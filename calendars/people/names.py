"""What people are called: in the script of the reader, and with their form of address where they are addressed."""

import unicodedata
from collections.abc import Mapping
from typing import Protocol

from models.text import LocalizedText, localized
from models.vocabulary import Language


class Named(Protocol):
    """A person, or the columns of one that say what they are called."""

    @property
    def name(self) -> str: ...
    @property
    def name_lo(self) -> str | None: ...
    @property
    def name_latin(self) -> str | None: ...


class Addressed(Named, Protocol):
    """The same with the form of address."""

    @property
    def honorific(self) -> Mapping[str, str] | None: ...


def display_name(person: Named, language: str) -> str:
    """A person's name for a reader: in Lao script for Lao readers where it is known, as the office writes it otherwise.

    Of somebody whom the office writes in Lao script, other readers get the passport's Latin letters, as words and not
    in capitals.
    """
    if language == Language.LO:
        return person.name_lo or person.name
    if person.name_latin and is_lao(person.name):
        return person.name_latin.title()
    return person.name


def name_text(person: Named) -> LocalizedText:
    """The names for readers of every language, as a text: what another language has is said once."""
    name = display_name(person, Language.VI)
    own = {language.value: display_name(person, language) for language in (Language.LO, Language.EN)}
    return {Language.VI.value: name} | {language: one for language, one in own.items() if one != name}


def addressed(person: Addressed, language: str) -> str:
    """A person's name with their form of address before it; the name alone where none is known."""
    return " ".join(filter(None, (localized(person.honorific, language), display_name(person, language))))


def spellings(person: Named) -> list[str]:
    """Every spelling of a person's name, the office's own first."""
    return [one for one in (person.name, person.name_lo, person.name_latin) if one]


def is_passport_name(text: str) -> bool:
    """Whether a name is as the visual part of a passport has it: capitals of the Latin script, blanks, hyphens,
    apostrophes and dots."""
    return all(one in " -'’." or unicodedata.name(one, "").startswith("LATIN CAPITAL LETTER") for one in text)


def is_lao(text: str) -> bool:
    """Whether a text holds Lao letters."""
    return any("\u0e80" <= letter <= "\u0eff" for letter in text)
