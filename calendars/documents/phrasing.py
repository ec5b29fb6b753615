"""Sentences of a paper whose values are texts in several languages: nothing foreign gets into a sentence unmarked.

:func:`models.i18n.translate` would fill a title that has no Lao into a Lao sentence in Vietnamese. Here a value is
written by the paper's own :class:`~calendars.documents.wording.Wording`, which shows a gap and lists what is missing.
"""

from collections.abc import Callable, Mapping

from calendars.documents.facts import PlaceFacts
from calendars.documents.value import Line, Run, Text, plain
from calendars.documents.wording import GAP, Wording
from calendars.events.place_names import LEVELS, small_level
from models.i18n import N_, Message, message, translate
from models.text import one_line
from models.vocabulary import Language

Written = Callable[[Wording], Text]
"""Writes a value in the one language of the wording it is given."""

_IN_ENGLISH = (" City", " Province", " District")


def sentence(wording: Wording, text: str, **values: object) -> Text:
    """A marked sentence (``N_("…")``) in each language of the paper; it begins with a capital letter.

    A value is a :data:`Written` (a gap if it writes nothing), or whatever :func:`models.i18n.translate` takes: words
    that are the same in every language, a number, a date, a message.
    """
    lines: list[Line] = []
    seen: set[str] = set()
    for language in wording.languages:
        one = wording.only(language)
        filled = {name: _value(value, one) for name, value in values.items()}
        written = capitalised(one_line(translate(text, language, **filled)))
        if written not in seen:
            seen.add(written)
            lines.append((Run(written, language),))
    return tuple(lines)


def phrase(one: Wording, text: str, **values: object) -> Text:
    """Marked words in the one language of a wording, for the middle of a sentence: they begin as they are."""
    language = one.languages[0]
    filled = {name: _value(value, one) for name, value in values.items()}
    return ((Run(one_line(translate(text, language, **filled)), language),),)


def _value(value: object, one: Wording) -> object:
    if callable(value):
        return plain(value(one), ", ") or GAP
    if isinstance(value, str):
        return one_line(value) or GAP
    return GAP if value is None else value


def text_of(text: Mapping[str, str] | None, what: Message) -> Written:
    """A text that people wrote, as a value of :func:`sentence`."""
    return lambda one: one.text(text, what)


def place_of(place: PlaceFacts | None) -> Written:
    """A locality inside a sentence: ``tỉnh Viêng Chăn``, ``thành phố Hải Phòng``."""
    return lambda one: _place(place, one)


def _place(place: PlaceFacts | None, one: Wording) -> Text:
    if place is None:
        return ()
    written = one.text(place.name, message(N_("The name of a locality.")))
    if one.languages != (Language.VI,):
        return written
    return tuple((Run(small_level(plain((line,))), Language.VI),) for line in written)


def bare_name(name: str) -> str:
    """A locality without its common noun, as it stands before a date: ``Hải Phòng``, of ``Thành phố Hải Phòng``."""
    for level in (*LEVELS, "Thủ đô"):
        name = name.removeprefix(f"{level} ")
    for level in _IN_ENGLISH:
        name = name.removesuffix(level)
    return name


def pair_of(first: PlaceFacts, second: PlaceFacts | None) -> Written:
    """Two localities, each language naming its own side first: ``thành phố Hải Phòng và tỉnh Viêng Chăn``."""

    def written(one: Wording) -> Text:
        if second is None:
            return _place(first, one)
        country = "LA" if one.languages[0] is Language.LO else "VN"
        own, other = sorted((first, second), key=lambda place: place.country != country)
        return phrase(one, N_("{first} and {second}"), first=place_of(own), second=place_of(other))

    return written


def capitalised(words: str) -> str:
    """The words with a capital letter at their beginning."""
    return words[:1].upper() + words[1:]
