"""What a feed's filter says of directions: kept with the code of the place they are seen from, told and taken as words.

A calendar shows the same to whoever reads it, and whoever reads about it: so a kept filter does not say "incoming" but
whose. ``ways`` are words like ``incoming:hai-duong``: visits that come to Hải Dương and to what it was and became. The
API and the pages say ``direction``, seen from the reader's office unless ``seen_from`` names another place.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from models.vocabulary import Direction

WAYS = "ways"
DIRECTION = "direction"
SEEN_FROM = "seen_from"


def kept(wanted: Mapping[str, Sequence[str]], seen_from: str) -> dict[str, Any]:
    """A filter as it is kept, of lists as they are sent; ``seen_from`` is the locality that its directions mean. It is
    not kept where there are none."""
    words = [f"{Direction(word).value}:{seen_from}" for word in wanted.get(DIRECTION, ())]
    others = {name: list(items) for name, items in wanted.items() if name != DIRECTION}
    return others | ({WAYS: words} if words else {})


def told(filter_: Mapping[str, Any], own: str) -> dict[str, Any]:
    """A kept filter as a reader is told it, who sends it back if it shall stay as it is; ``own`` is the locality of
    their office, ``seen_from`` is told if it is another."""
    found = {name: items for name, items in filter_.items() if name != WAYS}
    for word, place in ways(filter_):
        found.setdefault(DIRECTION, []).append(word.value)
        if place != own:
            found[SEEN_FROM] = place
    return found


def ways(filter_: Mapping[str, Any]) -> Iterator[tuple[Direction, str]]:
    """The directions of a kept filter, each with the locality that it is seen from."""
    for way in filter_.get(WAYS, ()):
        word, _colon, place = way.partition(":")
        yield Direction(word), place
