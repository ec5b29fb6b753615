"""Looking for words in the manual: headings that hold them first, then sections, then single paragraphs.

Accents, capitals and đ make no difference, as in every search of the service. Nothing is read but memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from models.text import fold
from models.vocabulary import Language
from service.web.help.manual import Chapter, Section, manual

MOST = 40
"""Places that are shown."""

LONGEST = 200
"""Characters of the words to look for."""


@dataclass(frozen=True, slots=True)
class Found:
    """A place in the manual, and the paragraph that holds most of the words."""

    chapter: Chapter
    section: Section
    paragraph: str


def find(language: Language, words: str) -> Sequence[Found]:
    """The places that hold all of the words, the best first; none for no words."""
    wanted = tuple(dict.fromkeys(fold(words[:LONGEST]).split()))
    if not wanted:
        return []
    places = [
        (rank, number, place)
        for number, (chapter, section) in enumerate(
            (chapter, section) for chapter in manual(language).chapters for section in chapter.sections
        )
        if (rank := _rank(section, wanted)) is not None
        for place in [Found(chapter, section, _best(section, wanted))]
    ]
    return [place for _rank, _number, place in sorted(places, key=lambda one: one[:2])][:MOST]


def _rank(section: Section, wanted: Sequence[str]) -> int | None:
    """0: the heading holds all words; 1: some of them; 2: one paragraph holds all; 3: the section does; None: it lacks
    one."""
    title, *paragraphs = section.folded
    if all(word in title for word in wanted):
        return 0
    if not all(any(word in text for text in section.folded) for word in wanted):
        return None
    if any(word in title for word in wanted):
        return 1
    return 2 if any(all(word in text for word in wanted) for text in paragraphs) else 3


def _best(section: Section, wanted: Sequence[str]) -> str:
    """The paragraph with most of the words; the first one if only the heading has them."""
    if not section.texts:
        return ""
    held = [sum(word in text for word in wanted) for text in section.folded[1:]]
    return section.texts[held.index(max(held))]
