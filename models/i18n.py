"""Messages in vi, lo and en: gettext catalogues whose message ids are the English sentences.

``N_("…")`` only marks a sentence for the catalogues; :func:`translate` translates it into a reader's language. Values
are placeholders in braces: ``N_("At most {count} people.")``. Where the same words mean two things that other languages
tell apart, ``NP_("of a person", "Name")`` marks the rarer one with its context (``pgettext`` in templates).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from models.text import localized
from models.vocabulary import Language

LOCALE_DIR = Path(__file__).parent / "locale"

CONTEXT_END = "\x04"
"""Between context and sentence in a catalogue's keys, as in gettext's binary files."""


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools know
    """Mark a sentence for the catalogues; returns it unchanged."""
    return message


class SentenceInContext(str):
    """A sentence with the context that tells it from the same words of another meaning."""

    __slots__ = ("context",)

    context: str


def NP_(context: str, message: str) -> SentenceInContext:  # noqa: N802 - the name gettext tools know
    """Mark a sentence with its context for the catalogues; it reads like the sentence alone.

    Not for sentences that are kept with their values filled in: :func:`translate_filled` can't know their context.
    """
    sentence = SentenceInContext(message)
    sentence.context = context
    return sentence


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence and its values, not yet translated."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def to(self, language: str) -> str:
        """The sentence in one language with its values."""
        return translate(self.text, language, **self.values)

    def __str__(self) -> str:
        return self.to(Language.EN)


def message(text: str, **values: object) -> Message:
    """Create a message from a marked sentence and its values: ``message(N_("…"), count=3)``."""
    return Message(text, values)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The catalogue of one language, message id to translation; empty for a language without a file.

    The id of a message with a context begins with it: ``of a person``, :data:`CONTEXT_END`, ``Name``.
    """
    path = LOCALE_DIR / f"{language}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        entries = read_po(file, locale=language)
    return {_key(str(entry.id), entry.context): str(entry.string) for entry in entries if entry.id and entry.string}


def _key(text: str, context: str | None) -> str:
    return text if context is None else f"{context}{CONTEXT_END}{text}"


def translate(text: str, language: str, **values: object) -> str:
    """Translate a sentence and fill in its values; a sentence without translation stays English.

    One with a context has only the translation of that context, not the one of the same words without.
    Values that are themselves messages, or texts in several languages (a title, a name), are translated too; a date is
    written as the language writes it, and a tuple of values is joined with commas.
    """
    context = text.context if isinstance(text, SentenceInContext) else None
    sentence = catalogue(language).get(_key(text, context), str(text))
    if not values:
        return sentence
    return sentence.format(**{name: _shown(value, language) for name, value in values.items()})


def _shown(value: object, language: str) -> object:
    if isinstance(value, Message):
        return value.to(language)
    if isinstance(value, date):
        return _day(value, language)
    if isinstance(value, tuple):
        return ", ".join(str(_shown(one, language)) for one in value)
    return localized(value, language) if isinstance(value, Mapping) else value


def _day(value: date, language: str) -> str:
    """A date as the reader's language writes it; of an instant also the hour, by its own clock."""
    # Not with the module: processes that only watch others translate nothing, and CLDR's dates take memory.
    from models.day_texts import format_day

    if isinstance(value, datetime):
        return f"{value:%H:%M}{' UTC' if value.tzinfo is UTC else ''}, {format_day(value.date(), language)}"
    return format_day(value, language)


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Every message id with values as a pattern, to recognise sentences that libraries have already filled in."""
    found = []
    for text in catalogue(language):
        if "{" in text and CONTEXT_END not in text:
            found.append((re.compile(_pattern(text), re.DOTALL), text))
    # "… {min} and less than …" also matches the pattern that ends at {min}: try the most specific one first.
    found.sort(key=lambda pair: -len(re.sub(r"\{\w+\}", "", pair[1])))
    return tuple(found)


def _pattern(text: str) -> str:
    """A message id as a pattern: what it names once more is the same value again."""
    pattern, named = "", set[str]()
    for number, part in enumerate(re.split(r"\{(\w+)\}", text)):
        if number % 2 == 0:
            pattern += re.escape(part)
        else:
            pattern += f"(?P={part})" if part in named else f"(?P<{part}>.+?)"
            named.add(part)
    return pattern


def translate_filled(sentence: str, language: str) -> str:
    """Translate an English sentence that a library has already filled in (marshmallow's validators do).

    It is matched against the catalogue's message ids with their values; if none matches, it is returned unchanged.
    """
    entries = catalogue(language)
    if sentence in entries:
        return entries[sentence]
    for pattern, text in _patterns(language):
        if match := pattern.fullmatch(sentence):
            return entries[text].format(**match.groupdict())
    return sentence
