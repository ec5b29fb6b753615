"""Texts in three languages, folding for search, and cleaning of stored texts."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from models import look_alikes
from models.vocabulary import Language

LocalizedText = dict[str, str]
"""``{"vi": …, "lo": …, "en": …}``; at least ``vi`` or ``en`` is present."""

FALLBACK = (Language.VI, Language.EN, Language.LO)

# One province, many spellings: the sources write Viên Chăn, Viêng Chăn and Viêng chăn, English has Vientiane, Lao is
# romanised as Viangchan. All fold to the first, on both sides of a search.
_SPELLINGS = (
    (re.compile(r"\b(?:vieng|viang|vien)[ -]?chan\b"), "vien chan"),
    (re.compile(r"\bvientiane\b"), "vien chan"),
    (re.compile(r"\bvieng\b"), "vien"),
)
_LATIN_MARKS = re.compile("[\u0300-\u036f]")
_LAO_TONES = re.compile("[\u0ec8-\u0ecb]")
# Letters with strokes and ligatures, which Unicode does not take apart.
_PLAIN_LETTERS = str.maketrans({"đ": "d", "ø": "o", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe"})
# Control characters and invisible line ends that calendars, mail headers and JSON parsers treat differently; tab and
# line feed are allowed. Bidi overrides make a text appear different from its content. Noncharacters (Unicode, chapter
# 23.7) are for a program's own use: no face has them, XML and PDF refuse some of them.
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF))
_FORBIDDEN = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff{_NONCHARACTERS}]")
_SURROGATE = re.compile("[\ud800-\udfff]")


def fold(text: str) -> str:
    """Normalise a text for search and comparison: what looks equal, or differs in accents or case only, is equal.

    No accents, no case, đ = d, one spelling of Viêng Chăn; characters that look the same are the same
    (:mod:`models.look_alikes`), so it makes no difference where a tone is written (hoà, hòa) or how a text was typed.
    Lao keeps its vowels and loses its tone marks. White space becomes one blank. Folding twice changes nothing. Change
    :data:`models.text_keys.RULES` with any rule here: stored texts are then folded anew.
    """
    text = text.replace("`", "'").lower() if text.isascii() else _plain_letters(text)
    text = " ".join(text.split())
    for pattern, spelling in _SPELLINGS:
        text = pattern.sub(spelling, text)
    return text


def _plain_letters(text: str) -> str:
    # Signs before they are taken apart (´ would become a blank with a mark) and after (ŉ has an apostrophe in it).
    text = unicodedata.normalize("NFKD", look_alikes.same_signs(text))
    text = look_alikes.same_signs(look_alikes.visible(text))
    text = look_alikes.in_one_script(_LAO_TONES.sub("", _LATIN_MARKS.sub("", text)))
    text = text.casefold()
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKD", text)
    text = look_alikes.lao_vowels(_LATIN_MARKS.sub("", text).translate(_PLAIN_LETTERS))
    # A word of its own, though Lao writes it together with the words around it: no word is of two scripts.
    return text.replace("ວຽງຈັນ", " vien chan ")


def fold_all(values: Iterable[str | Mapping[str, str] | None]) -> str:
    """Fold several plain or localized texts into one searchable line; None counts as empty."""
    words: list[str] = []
    for value in values:
        if isinstance(value, str):
            words.append(value)
        elif value:
            words.extend(value.values())
    return fold(" · ".join(words))


def is_half(text: str) -> bool:
    """Whether a text holds a lone surrogate."""
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def clean(text: str) -> str:
    """Strip control characters, noncharacters and surrounding blanks; line ends become LF; the result is NFC. A text of
    which nothing is visible is empty, so that whatever needs a text needs one that can be read."""
    text = (
        text.replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\x85", "\n")
        .replace("\u2028", "\n")
        .replace("\u2029", "\n")
    )
    text = unicodedata.normalize("NFC", _SURROGATE.sub("\ufffd", _FORBIDDEN.sub("", text))).strip()
    return text if look_alikes.is_visible(text) else ""


def one_line(text: str) -> str:
    """Clean a text that must stay on one line (a title, a name): line ends and tabs become blanks."""
    return " ".join(clean(text).split())


def shorten(text: str, longest: int) -> str:
    """A text of at most ``longest`` characters; a longer one is cut and ends in “…”."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def localized(text: Mapping[str, str] | None, language: str) -> str:
    """A localized text in one language; a missing language falls back to vi, then en, then lo."""
    if not text:
        return ""
    for candidate in (language, *FALLBACK):
        if text.get(candidate):
            return text[candidate]
    return ""


def in_order(text: Mapping[str, str]) -> LocalizedText:
    """The same text with its languages in the order vi, lo, en."""
    return {language.value: text[language] for language in Language if text.get(language)}
