"""What a revision of a programme changes: the differences between two lists of items."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from calendars.programmes.items import NAMES, ProgrammeItemValues


class ChangeType(StrEnum):
    """How an item changed."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class ItemChange:
    """A change of one item: ``was`` is None for an added one, ``item`` for a removed one; never both."""

    item: ProgrammeItemValues | None
    was: ProgrammeItemValues | None

    @property
    def kind(self) -> ChangeType:
        """Added, removed or changed."""
        if self.was is None:
            return ChangeType.ADDED
        return ChangeType.REMOVED if self.item is None else ChangeType.CHANGED

    @property
    def fields(self) -> list[str]:
        """The names of the fields that differ in a changed item; empty for an added or removed one."""
        if self.item is None or self.was is None:
            return []
        return [name for name in NAMES if getattr(self.item, name) != getattr(self.was, name)]

    @property
    def shown(self) -> ProgrammeItemValues:
        """The item as it is now, or as it was if it was removed."""
        shown = self.item or self.was
        if shown is None:
            raise ValueError("a change has an item before or after it")
        return shown

    def to_json(self) -> dict[str, Any]:
        """The change as JSON."""
        return {
            "change": self.kind.value,
            "item": self.item.to_json() if self.item else None,
            "was": self.was.to_json() if self.was else None,
            "fields": self.fields,
        }


def differences(before: Sequence[ProgrammeItemValues], after: Sequence[ProgrammeItemValues]) -> list[ItemChange]:
    """The changes from one programme to another, by day and time; empty if both contain the same items.

    Equal items are matched first. Of the rest, items that share a title in any language are matched, the nearest in
    time first; then items that begin on the same day at the same time. What remains was removed or added. The order of
    either programme does not matter.
    """
    counts, new = Counter(item.key for item in before), Counter(item.key for item in after)
    left = _only(before, counts - new)
    right = _only(after, new - counts)
    changes = []
    for keys in (_titles, _hours):
        pairs = [(left[was], right[item]) for was, item in _paired(left, right, keys)]
        changes += [ItemChange(item, was) for was, item in pairs]
        for was, item in pairs:
            left.remove(was)
            right.remove(item)
    changes += [ItemChange(None, was) for was in left]
    changes += [ItemChange(item, None) for item in right]
    return sorted(changes, key=_running_order)


def same_items(before: Sequence[ProgrammeItemValues], after: Sequence[ProgrammeItemValues]) -> dict[int, int]:
    """Place in ``after`` → place in ``before`` of the same item, by the rule of :func:`differences`: what that calls
    changed is the same item. Each is matched once at the most; of equal items the earlier places with the earlier."""
    found: dict[int, int] = {}
    left, right = list(range(len(before))), list(range(len(after)))
    equal: dict[str, list[int]] = defaultdict(list)
    for place in left:
        equal[before[place].key].append(place)
    for place in right:
        if same := equal.get(after[place].key):
            found[place] = same.pop(0)
    for keys in (_titles, _hours):
        known = set(found.values())
        left = sorted((one for one in left if one not in known), key=lambda place: before[place].key)
        right = sorted((one for one in right if one not in found), key=lambda place: after[place].key)
        pairs = _paired([before[one] for one in left], [after[one] for one in right], keys)
        found |= {right[item]: left[was] for was, item in pairs}
    return found


_Keys = Callable[[ProgrammeItemValues], Iterator[tuple[object, ...]]]
_NEAR = 16


def _only(items: Sequence[ProgrammeItemValues], counts: Counter[str]) -> list[ProgrammeItemValues]:
    """As many of each item as ``counts`` says, sorted."""
    found = {item.key: item for item in items}
    return [found[key] for key in sorted(counts.elements())]


def _titles(item: ProgrammeItemValues) -> Iterator[tuple[object, ...]]:
    return ((language, text) for language, text in item.title.items())


def _hours(item: ProgrammeItemValues) -> Iterator[tuple[object, ...]]:
    # Two items of a day without a time have nothing in common.
    return iter([(item.day, item.start_time)] if item.start_time is not None else [])


def _paired(
    left: Sequence[ProgrammeItemValues], right: Sequence[ProgrammeItemValues], keys: _Keys
) -> list[tuple[int, int]]:
    """The numbers of items of both sides with a key in common, the nearest in time first, each at most once; both sides
    sorted."""
    pairs: list[tuple[int, int]] = []
    open_left, open_right = set(range(len(left))), set(range(len(right)))
    # Each round examines a few neighbours only: five hundred items of one title have a quarter of a million pairs.
    while candidates := _neighbours(left, right, open_left, open_right, keys):
        for _distance, was, item in candidates:
            if was in open_left and item in open_right:
                open_left.remove(was)
                open_right.remove(item)
                pairs.append((was, item))
    return pairs


def _neighbours(
    left: Sequence[ProgrammeItemValues],
    right: Sequence[ProgrammeItemValues],
    open_left: set[int],
    open_right: set[int],
    keys: _Keys,
) -> list[tuple[timedelta, int, int]]:
    """For each open item of the right side its neighbours in time on the left: the distance, and both numbers."""
    by_key: dict[tuple[object, ...], list[tuple[datetime, int]]] = defaultdict(list)
    for begins, number in sorted((left[number].begins, number) for number in open_left):
        for key in keys(left[number]):
            by_key[key].append((begins, number))
    found: set[tuple[timedelta, int, int]] = set()
    for number in open_right:
        begins = right[number].begins
        for key in keys(right[number]):
            place = bisect_left(by_key[key], (begins, 0))
            near = by_key[key][max(0, place - _NEAR) : place + _NEAR]
            found.update((abs(begins - other), was, number) for other, was in near)
    return sorted(found)


def _running_order(change: ItemChange) -> tuple[datetime, bool, str, str]:
    shown = change.shown
    return shown.begins, shown.start_time is not None, shown.key, change.kind.value
