"""The abbreviation of a body in the number of a paper, ``UBND`` in ``12/KH-UBND``, from its other names.

Nothing is guessed: a body none of whose other names is, or begins with, an abbreviation has none here. Source: Decree
30/2020/NĐ-CP, annex I, which leaves the abbreviation to each body.
"""

import re

from calendars.documents.facts import BodyFacts
from models.text import localized, one_line
from models.vocabulary import Language

_ABBREVIATION = re.compile(r"[^\W\d_](?:[^\W\d_]|\.){1,14}")
_LEVELS = ("tỉnh", "thành phố", "tp", "thủ đô", "huyện", "quận", "thị xã", "xã", "phường")


def abbreviation_of(body: BodyFacts) -> str | None:
    """``UBND``, ``SNgV``, ``SVHTTDL``; None where no other name of the body says it.

    An alias of one word with at least two capitals is one (``SNgV``); so is the first word of one that goes on with the
    name of the locality only (``UBND tỉnh Hải Dương``); the word after ``Sở`` is joined to its S.
    """
    aliases = [one_line(alias).split() for alias in body.aliases]
    alone = [words[0] for words in aliases if len(words) == 1 and _is_abbreviation(words[0])]
    if alone:
        return alone[0]
    for words in aliases:
        if words[:1] == ["Sở"] and len(words) > 1 and _is_abbreviation(words[1]) and _is_place(words[2:], body):
            return f"S{words[1]}"
        if len(words) > 1 and _is_abbreviation(words[0]) and _is_place(words[1:], body):
            return words[0]
    return None


def _is_abbreviation(word: str) -> bool:
    return bool(_ABBREVIATION.fullmatch(word)) and sum(letter.isupper() for letter in word) > 1


def _is_place(words: list[str], body: BodyFacts) -> bool:
    """Whether words are only the locality's name, with or without its common noun."""
    named = {word.casefold() for name in body.locality.name.values() for word in name.split()}
    named |= {word for level in _LEVELS for word in level.split()}
    return all(word.casefold().strip(".,()") in named for word in words)


def name_below(body: BodyFacts) -> str:
    """A body's Vietnamese name below its superior's: ``Sở Ngoại vụ``, ``Văn phòng``, without what already stands above.

    ``Sở Ngoại vụ thành phố Hải Phòng`` under ``Ủy ban nhân dân thành phố Hải Phòng`` needs no place; without a superior
    the name stays whole.
    """
    name = one_line(localized(body.name, Language.VI))
    superior = one_line(localized(body.superior, Language.VI)) if body.superior else ""
    if not superior:
        return name
    place = one_line(localized(body.locality.name, Language.VI))
    for repeated in (superior, place, _without_level(place)):
        shorter = re.sub(rf"\s+{re.escape(repeated)}$", "", name, flags=re.IGNORECASE) if repeated else name
        if shorter != name:
            return shorter
    return name


def _without_level(place: str) -> str:
    for level in _LEVELS:
        if place.casefold().startswith(f"{level} "):
            return place[len(level) + 1 :]
    return place
