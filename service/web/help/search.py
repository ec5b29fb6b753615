"""Looking for words in the manual: the phrase as typed first, then its words; headings before paragraphs.

Accents, capitals and đ make no difference to what is found, as in every search of the service; they decide what comes
first. Nothing is read but memory.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from models.text import fold
from models.vocabulary import Language
from service.web.help.manual import Chapter, Section, cased, manual

MOST = 40
"""Places that are shown."""

LONGEST = 200
"""Characters of the words to look for."""

PARTS = 4
"""How well a text answers that has the words as parts of other words only."""

# Lao is written without blanks: a letter of it next to a word does not make another word of it.
_EDGE = r"[^\W\u0e80-\u0eff]"


@dataclass(frozen=True, slots=True)
class Found:
    """A place in the manual, and the paragraph that answers best."""

    chapter: Chapter
    section: Section
    paragraph: str


@dataclass(frozen=True, slots=True)
class HelpQuery:
    """The words to look for: patterns of the phrase and of the words, as typed and folded."""

    typed_phrase: re.Pattern[str]
    folded_phrase: re.Pattern[str]
    typed: Sequence[re.Pattern[str]]
    folded: Sequence[re.Pattern[str]]
    parts: Sequence[str]


def find(language: Language, words: str) -> Sequence[Found]:
    """The places that hold all of the words, the best first; none for no words.

    Words that are only parts of others count if nothing else is found.
    """
    asked = _asked(words[:LONGEST])
    if asked is None:
        return []
    places = [
        (*rank, chapter, section)
        for chapter in manual(language).chapters
        for section in chapter.sections
        if (rank := _rank(section, asked)) is not None
    ]
    places.sort(key=lambda one: one[:2])
    least = PARTS if places and places[0][0] < PARTS else PARTS + 1
    best = [(chapter, section) for how, _where, chapter, section in places if how < least]
    return [Found(chapter, section, _best(section, asked)) for chapter, section in best[:MOST]]


def _asked(words: str) -> HelpQuery | None:
    typed, folded = cased(words), fold(words)
    if not folded:
        return None
    return HelpQuery(
        _word(typed),
        _word(folded),
        tuple(map(_word, typed.split())),
        tuple(map(_word, folded.split())),
        tuple(dict.fromkeys(folded.split())),
    )


def _word(text: str) -> re.Pattern[str]:
    return re.compile(f"(?<!{_EDGE}){re.escape(text)}(?!{_EDGE})")


def _how(cased_text: str, folded_text: str, asked: HelpQuery) -> int | None:
    """0: the phrase as typed; 1: the phrase but for accents; 2: its words as typed; 3: its words but for accents;
    4: its words as parts of others; None: it lacks one."""
    if not all(part in folded_text for part in asked.parts):
        return None
    if asked.typed_phrase.search(cased_text):
        return 0
    if asked.folded_phrase.search(folded_text):
        return 1
    if all(word.search(cased_text) for word in asked.typed):
        return 2
    return 3 if all(word.search(folded_text) for word in asked.folded) else PARTS


def _rank(section: Section, asked: HelpQuery) -> tuple[int, int] | None:
    """How well a section answers, and where: 0: in the heading; 1: partly there; 2: in one paragraph; 3: in several."""
    is_partly_above = any(part in section.folded[0] for part in asked.parts)
    whole = ("\n".join(section.cased), "\n".join(section.folded), 1 if is_partly_above else 3)
    each = [(*pair, min(place, 1) * 2) for place, pair in enumerate(zip(section.cased, section.folded, strict=True))]
    ranks = [(how, where) for text, folded, where in (*each, whole) if (how := _how(text, folded, asked)) is not None]
    return min(ranks, default=None)


def _best(section: Section, asked: HelpQuery) -> str:
    """The paragraph that answers best; the one with most of the words if none holds all; else the first."""

    def rank(place: int) -> tuple[int, int]:
        text, folded = section.cased[place + 1], section.folded[place + 1]
        how = _how(text, folded, asked)
        held = sum(bool(word.search(folded)) for word in asked.folded)
        return (PARTS + 1 if how is None else how, -held)

    return section.texts[min(range(len(section.texts)), key=rank)] if section.texts else ""
