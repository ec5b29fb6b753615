"""What a typed line says of a visit: kind, days, head-count, partner; the words left over are its title."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from calendars.days.spans import Days
from calendars.quick_add.dates import find_days
from calendars.quick_add.plain_text import PlainText, plain_text
from calendars.quick_add.words import KINDS, LITTLE_WORDS, OUTGOING, PEOPLE
from models.text import fold
from models.vocabulary import EventKind

LONGEST_LINE = 300
MOST_PEOPLE = 100_000
_MOST_WORDS = 6
"""Words of the longest name of a place or a body that is looked for."""

_VIENTIANE = "ວຽງຈັນ"
_LAO = re.compile("[\u0e80-\u0eff]")
_WORD = re.compile(r"[^\W_]+(?:[^\W_]|['\u0eb1-\u0ebc])*|[\u0e80-\u0eff]+")


@dataclass(frozen=True, slots=True)
class QuickLine:
    """What a line says, as far as it was understood; None: it does not say.

    ``other_partners`` are those that the partner's name may mean as well; ``title`` is the line without its days and
    its head-count, ``is_lao`` whether that is in Lao letters;
    ``left_over`` are the words that filled no other field.
    """

    kind: EventKind | None = None
    days: Days | None = None
    people: int | None = None
    partner: str | None = None
    other_partners: Sequence[str] = ()
    is_outgoing: bool = False
    title: str = ""
    is_lao: bool = False
    left_over: Sequence[str] = field(default_factory=tuple)


def _any_of(words: Iterable[str]) -> str:
    """A pattern of words and phrases: Latin ones whole, Lao ones anywhere, since Lao writes words together."""
    parts = []
    for word in sorted(words, key=len, reverse=True):
        pattern = re.escape(word).replace(r"\ ", " +")
        parts.append(pattern if _LAO.search(word) else rf"(?<![a-z0-9]){pattern}(?![a-z0-9])")
    return "|".join(parts)


_PEOPLE = re.compile(rf"(?<![0-9/.,-])(?P<count>[0-9]{{1,6}}) *(?:{_any_of(PEOPLE)})", re.ASCII)
_KINDS = [(kind, re.compile(_any_of(words))) for kind, words in KINDS]
_OUTGOING = re.compile(_any_of(OUTGOING))
_LITTLE = re.compile(_any_of(LITTLE_WORDS))


def read_line(line: str, today: date, places: Mapping[str, Sequence[str]]) -> QuickLine:
    """What a line says. ``places``: names of places and bodies, folded (:func:`models.text.fold`) → the
    localities it may mean, the likeliest first.

    It never raises: what it can't read stays in the title.
    """
    text = plain_text(line[:LONGEST_LINE])
    plain = text.plain
    found = find_days(plain, today)
    said = [(one.first, one.end) for one in found]
    people = _people(plain, said)
    if people is not None:
        said.append((people.start(), people.end()))
    rest = _blanked(plain, said)
    kind, words = _kind(rest)
    partners, named = _partner(text, rest, places)
    outgoing = _OUTGOING.search(_blanked(rest, named))
    title = _title(text, said)
    known = [*words, *named, *([(outgoing.start(), outgoing.end())] if outgoing else [])]
    return QuickLine(
        kind=kind,
        days=found[0].days if found else None,
        people=int(people["count"]) if people is not None else None,
        partner=partners[0] if partners else None,
        other_partners=partners[1:],
        is_outgoing=outgoing is not None and bool(partners),
        title=title,
        is_lao=_LAO.search(title) is not None,
        left_over=_left_over(text, _blanked(rest, known)),
    )


def _people(plain: str, said: Sequence[tuple[int, int]]) -> re.Match[str] | None:
    for found in _PEOPLE.finditer(_blanked(plain, said)):
        if 1 <= int(found["count"]) <= MOST_PEOPLE:
            return found
    return None


def _kind(rest: str) -> tuple[EventKind | None, list[tuple[int, int]]]:
    """The kind, with all the words that name kinds: of “đoàn nghệ thuật” and “đoàn” both are understood."""
    found = [(kind, match) for kind, words in _KINDS for match in words.finditer(rest)]
    spans = [(match.start(), match.end()) for _kind, match in found]
    return (found[0][0] if found else None), spans


def _partner(
    text: PlainText, rest: str, places: Mapping[str, Sequence[str]]
) -> tuple[Sequence[str], list[tuple[int, int]]]:
    """The longest name of a place or a body in the rest of the line: in words, or within Lao letters."""
    words = [(found.start(), found.end()) for found in _WORD.finditer(rest)]
    for many in range(min(_MOST_WORDS, len(words)), 0, -1):
        for at in range(len(words) - many + 1):
            first, end = words[at][0], words[at + many - 1][1]
            begin, until = text.typed_span(first, end)
            if codes := places.get(fold(text.typed[begin:until])):
                return codes, [(first, end)]
    if not _LAO.search(rest):
        return (), []
    # Lao writes a name together with the words around it; one is folded to the Latin spelling of its place.
    within = [(name, codes) for name, codes in places.items() if _LAO.search(name)]
    within += [(_VIENTIANE, places[fold(_VIENTIANE)])] if fold(_VIENTIANE) in places else []
    for name, codes in sorted(within, key=lambda one: len(one[0]), reverse=True):
        if (at := rest.find(name)) >= 0:
            return codes, [(at, at + len(name))]
    return (), []


def _blanked(plain: str, spans: Iterable[tuple[int, int]]) -> str:
    letters = list(plain)
    for first, end in spans:
        letters[first:end] = "|" * (end - first)
    return "".join(letters)


def _title(text: PlainText, said: Iterable[tuple[int, int]]) -> str:
    typed = list(text.typed)
    for first, end in said:
        begin, until = text.typed_span(first, end)
        typed[begin:until] = "\x00" * (until - begin)
    words = re.sub(r"\x00+", " ", "".join(typed))
    return re.sub(r"\s+([,;:])", r"\1", " ".join(words.split())).strip(" ,;:.-–—|/")


def _left_over(text: PlainText, rest: str) -> tuple[str, ...]:
    """The typed words of what is left, without the little ones."""
    bare = _LITTLE.sub(lambda found: "|" * len(found[0]), rest)
    words = []
    for found in _WORD.finditer(bare):
        begin, until = text.typed_span(found.start(), found.end())
        words.append(text.typed[begin:until])
    return tuple(words)
