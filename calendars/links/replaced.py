"""Who was filled in over somebody else: a row that was handed in for one person, and now names another.

What is sealed is never shown again, so whoever types a new name over a former one does not see that the birth date and
the passport below it are the former person's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from calendars.links.answers import PASSPORT, SEALED, people_of
from models.text import fold

ALIKE = 0.6
"""How much of two words must be the same for one to be a correction of the other."""

_OWN = SEALED.union(PASSPORT, {"name_latin"})
"""What of a row is one person's alone. The rest is seen by whoever types, and may hold for both."""


@dataclass(frozen=True, slots=True)
class Replaced:
    """The row of ``former``, which names ``name`` now; ``paths`` still say what was handed in for ``former``."""

    key: str
    former: str
    name: str
    paths: frozenset[str]


def replaced_people(before: Mapping[str, str], now: Mapping[str, str]) -> list[Replaced]:
    """The rows that name somebody else than when they were handed in, and still hold what is only the former one's."""
    found = []
    for key in people_of(now):
        former, name = before.get(f"people.{key}.name", ""), now.get(f"people.{key}.name", "")
        if not former or not name or is_same_person(former, name):
            continue
        theirs = (f"people.{key}.{field}" for field in _OWN)
        kept = frozenset(path for path in theirs if now.get(path) and now[path] == before.get(path))
        if kept:
            found.append(Replaced(key, former, name, kept))
    return found


def is_same_person(former: str, name: str) -> bool:
    """Whether one name corrects or completes the other: each word of the shorter has one like it in the longer."""
    shorter, longer = sorted((fold(former).split(), fold(name).split()), key=len)
    left = list(longer)
    for word in shorter:
        like = max(left, key=lambda one: _alike(word, one))
        if _alike(word, like) < ALIKE:
            return False
        left.remove(like)
    return True


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other).ratio()
