"""What the copy of an event is called: its year moves along, any other number stays and is named.

A number that stands in a title may be the year of the visit, the number of a paper, the ordinal of a batch, a number of
people. Only the first is known to move. So a year is moved where it stands by itself or in a span of years of the visit
("2027–2028"); it stays in a date (10/3/2027), in a paper's number (12/2027/QĐ) and in a span of other years
(2026–2030). What of a title may be wrong in another year is told, and never guessed.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from models.text import LocalizedText

_LAO_ZERO = 0x0ED0
_TO_LAO = {ord(str(digit)): chr(_LAO_ZERO + digit) for digit in range(10)}
_NUMBER = re.compile(r"[0-9\u0ed0-\u0ed9]+")
_DASH_AFTER = re.compile(r"\s*[-–—]\s*([0-9\u0ed0-\u0ed9]+)")
_DASH_BEFORE = re.compile(r"([0-9\u0ed0-\u0ed9]+)\s*[-–—]\s*$")
_JOINED = "/."
_AROUND = ".,;:()[]“”\"'"
_ENGLISH_ORDINAL = re.compile(r"(st|nd|rd|th)\b", re.IGNORECASE)
_WORDED = re.compile(
    r"\b(?:lần thứ|thứ|khóa|khoá|kỳ)\s+(?!\d)\w+|(?:ຄັ້ງທີ|ລຸ້ນທີ)\s*(?![0-9\u0ed0-\u0ed9])\w+", re.IGNORECASE
)
_ROMAN = re.compile(r"\b[IVXL]{2,}\b")


@dataclass(frozen=True, slots=True)
class NewTitle:
    """A title for another year; ``doubtful`` is what it still says that may not hold then, each once."""

    text: LocalizedText
    doubtful: tuple[str, ...] = ()


def title_for(
    title: Mapping[str, str], years: Collection[int], by: int, ordinals: Mapping[int, int] | None = None
) -> NewTitle:
    """The title of an event of the ``years``, ``by`` years later (or, negative, earlier).

    ``ordinals`` are numbers that become others wherever they stand by themselves: of a ceremony the number of years it
    celebrates. Nothing changes and nothing is doubtful within the same year.
    """
    if by == 0 and not ordinals:
        return NewTitle(dict(title))
    doubtful: dict[str, None] = {}
    text = {}
    for language, words in title.items():
        text[language], found = _moved(words, frozenset(years), by, ordinals or {})
        doubtful |= dict.fromkeys(found)
    return NewTitle(text, tuple(doubtful))


def _moved(words: str, years: frozenset[int], by: int, ordinals: Mapping[int, int]) -> tuple[str, list[str]]:
    made, doubtful, end = [], [], 0
    for number in _NUMBER.finditer(words):
        if number.start() < end:
            continue  # the suffix of one that was rewritten
        value = int(number.group())
        made.append(words[end : number.start()])
        end = number.end()
        if _is_year(words, number, years):
            made.append(_written(value + by, number.group()))
        elif value in ordinals and not _is_joined(words, number):
            made.append(_written(ordinals[value], number.group()))
            if suffix := _ENGLISH_ORDINAL.match(words, end):
                made.append(_suffix(ordinals[value]))
                end = suffix.end()
        else:
            made.append(number.group())
            doubtful.append(_named(words, number))
    made.append(words[end:])
    return "".join(made), [*doubtful, *_worded(words)]


def _worded(words: str) -> Iterator[str]:
    """Ordinals that stand there as words or in Roman numerals."""
    yield from (found.group() for found in _WORDED.finditer(words))
    yield from (found.group() for found in _ROMAN.finditer(words))


def _is_year(words: str, number: "re.Match[str]", years: frozenset[int]) -> bool:
    """Whether a number is a year of the visit that moves with it."""
    if len(number.group()) != 4 or int(number.group()) not in years or _is_joined(words, number):
        return False
    beside = [_DASH_AFTER.match(words, number.end()), _DASH_BEFORE.search(words, 0, number.start())]
    return all(one is None or (len(one.group(1)) == 4 and int(one.group(1)) in years) for one in beside)


def _is_joined(words: str, number: "re.Match[str]") -> bool:
    """Whether a number is a part of a date, of a paper's number or of a larger number."""
    before, after = words[: number.start()], words[number.end() :]
    if before[-1:] in {*_JOINED} and before[-1:]:
        return before[-2:-1].isalnum()
    return bool(after[:1]) and after[0] in _JOINED and after[1:2].isalnum()


def _named(words: str, number: "re.Match[str]") -> str:
    """A number as it is recognised: with all that is written in one with it; one by itself with the word before it."""
    before = words[: number.start()].split(" ")
    written = (before[-1] + words[number.start() :].split(" ")[0]).strip(_AROUND)
    if _NUMBER.fullmatch(written) and len(before) > 1 and before[-2]:
        return f"{before[-2]} {written}"
    return written


def _written(value: int, like: str) -> str:
    """A number in the digits of another, at least as long."""
    text = str(value).zfill(len(like)) if like[0] in "0\u0ed0" else str(value)
    return text.translate(_TO_LAO) if ord(like[0]) >= _LAO_ZERO else text


def _suffix(value: int) -> str:
    if value % 100 in {11, 12, 13}:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
