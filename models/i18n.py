"""Messages in vi, lo and en: gettext catalogues whose message ids are the English sentences.

``_("…")`` only marks a sentence for the catalogues; :func:`translate` turns it into a reader's language.
Values stand in braces: ``_("At most {count} people.")``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from models.text import localized
from models.vocabulary import Language

LOCALE_DIR = Path(__file__).parent / "locale"


def _(message: str) -> str:
    """Mark a sentence for the catalogues; it comes back unchanged."""
    return message


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence and its values, not yet in any language."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def to(self, language: str) -> str:
        """The sentence in one language, values filled in."""
        return translate(self.text, language, **self.values)

    def __str__(self) -> str:
        return self.to(Language.EN)


def message(text: str, **values: object) -> Message:
    """Shorthand for a marked sentence with its values: ``message(_("…"), count=3)``."""
    return Message(text, values)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The whole catalogue of one language, message id to sentence; empty for a language without a file."""
    path = LOCALE_DIR / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        entries = read_po(file, locale=language)
    return {str(entry.id): str(entry.string) for entry in entries if entry.id and entry.string}


def translate(text: str, language: str, **values: object) -> str:
    """A sentence in a language, its values filled in; a sentence without translation stays English.

    Values that are themselves messages, or texts in several languages (a title, a name), are translated along; a tuple
    of values is shown with commas between them.
    """
    sentence = catalogue(language).get(text, text)
    if not values:
        return sentence
    return sentence.format(**{name: _shown(value, language) for name, value in values.items()})


def _shown(value: object, language: str) -> object:
    if isinstance(value, Message):
        return value.to(language)
    if isinstance(value, tuple):
        return ", ".join(str(_shown(one, language)) for one in value)
    return localized(value, language) if isinstance(value, Mapping) else value


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Every message id with values as a pattern, to recognise sentences that libraries have already filled in."""
    found = []
    for text in catalogue(language):
        if "{" in text:
            parts = re.split(r"\{(\w+)\}", text)
            pattern = "".join(re.escape(part) if i % 2 == 0 else f"(?P<{part}>.+?)" for i, part in enumerate(parts))
            found.append((re.compile(pattern, re.DOTALL), text))
    # "… {min} and less than …" also fits the pattern that ends at {min}: the one that says most is tried first.
    found.sort(key=lambda pair: -len(re.sub(r"\{\w+\}", "", pair[1])))
    return tuple(found)


def translate_filled(sentence: str, language: str) -> str:
    """Translate an English sentence that a library already filled in (marshmallow's validators do).

    It is matched against the catalogue's message ids with their values; one that matches none comes back as it is.
    """
    known = catalogue(language)
    if sentence in known:
        return known[sentence]
    for pattern, text in _patterns(language):
        if match := pattern.fullmatch(sentence):
            return known[text].format(**match.groupdict())
    return sentence
