"""What of an event's page is folded at first sight, and which parts the address asks for.

A visit grows by its reminders and its history, which are read now and then: neither is read from the database until
somebody opens it. Of long lists the page shows the beginning. ``show`` in the address names what is open; forms and
links of the page carry it on, so that saving one part folds no other.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from flask import request

FOLDED = ("people", "tasks", "reminders", "history")
"""The parts that can be folded, by their anchors, in the order of the page."""

FIRST = {"people": 5, "tasks": 4}
"""How many entries of a folded list are shown."""

LEAST_HIDDEN = 3
"""A list is not folded to hide fewer entries than this: the link would take their place."""

Entry = TypeVar("Entry")


def asked_for() -> frozenset[str]:
    """The parts that the address asks for; words it does not know are ignored."""
    return frozenset(request.args.get("show", "")[:200].split(",")) & frozenset(FOLDED)


def written(shown: frozenset[str]) -> str | None:
    """``show`` for an address with these parts open; None for none."""
    return ",".join(part for part in FOLDED if part in shown) or None


def toggled(part: str) -> str | None:
    """``show`` for the address that opens a part, or folds it if the present one has opened it."""
    return written(asked_for() ^ {part})


def listed(part: str, entries: Mapping[str, Entry], meant: Collection[str], *, is_open: bool) -> Sequence[Entry]:
    """The entries of a list that stand on the page: all when it is open, or when one that would be hidden is meant.

    ``entries`` are known by their ids, ``meant`` the ids of those that are edited, or were just now.
    """
    ids, first = [*entries], FIRST[part]
    if is_open or len(ids) < first + LEAST_HIDDEN or set(meant) & set(ids[first:]):
        return [*entries.values()]
    return [entries[one] for one in ids[:first]]
