"""A line as patterns read it, letter by letter: without accents, tones and case, with where each letter was typed."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from models.look_alikes import same_signs

_LAO_TONES = frozenset("\u0ec8\u0ec9\u0eca\u0ecb")
_STROKED = {"đ": "d", "ð": "d", "ɖ": "d"}


@dataclass(frozen=True, slots=True)
class PlainText:
    """A line: ``typed`` as it was, ``plain`` as patterns read it, ``where`` each of its letters stands in ``typed``."""

    typed: str
    plain: str
    where: Sequence[int]

    def typed_span(self, first: int, end: int) -> tuple[int, int]:
        """Which part of the typed line a part of the plain one is."""
        if first >= end:
            return (0, 0)
        return self.where[first], self.where[end - 1] + 1


def plain_text(line: str) -> PlainText:
    """A line as patterns read it: small letters, figures 0–9, plain dashes."""
    typed = unicodedata.normalize("NFC", line)
    plain: list[str] = []
    where: list[int] = []
    for at, letter in enumerate(typed):
        for one in _plain_letters(letter):
            plain.append(one)
            where.append(at)
    return PlainText(typed, "".join(plain), where)


def _plain_letters(letter: str) -> str:
    if letter.isspace():
        return " "
    if letter in _LAO_TONES:
        return ""
    figure = unicodedata.decimal(letter, None)
    if figure is not None:
        return str(figure)
    small = same_signs(letter).lower()
    apart = unicodedata.normalize("NFD", small)
    return "".join(_STROKED.get(one, one) for one in apart if not unicodedata.combining(one) or one >= "\u0e80")
