"""A visit's programme as plain values: its items, what its published revisions are called, what changed between two."""

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Protocol

from calendars.days.spans import MIDNIGHT
from models.text import LocalizedText, in_order

_LABEL: LocalizedText = {"vi": "Chương trình", "lo": "ກຳນົດການ", "en": "Programme"}
_ADJUSTMENT: LocalizedText = {
    "vi": "Điều chỉnh lần {number}",
    "lo": "ສະບັບປັບປຸງຄັ້ງທີ {number}",
    "en": "Adjustment {number}",
}


class ItemFields(Protocol):
    """A row that holds an item of a programme."""

    day: date
    start_time: time | None
    end_time: time | None
    title: LocalizedText
    place: LocalizedText | None
    hosted_by: LocalizedText | None
    attendees: LocalizedText | None
    travel_minutes: int | None


@dataclass(frozen=True, slots=True)
class ProgrammeItemValues:
    """One line of a programme: hours are local, ``travel_minutes`` the way to its place from the one before."""

    day: date
    start_time: time | None
    end_time: time | None
    title: LocalizedText
    place: LocalizedText | None = None
    hosted_by: LocalizedText | None = None
    attendees: LocalizedText | None = None
    travel_minutes: int | None = None

    @classmethod
    def of(cls, line: ItemFields) -> "ProgrammeItemValues":
        """The item a row holds."""
        return cls(**{name: getattr(line, name) for name in NAMES})

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> "ProgrammeItemValues":
        """The item that :meth:`written` wrote; what older revisions don't know yet is None, what else they have is not
        looked at."""
        known: dict[str, Any] = {name: written.get(name) for name in NAMES}
        known["day"] = date.fromisoformat(written["day"])
        for name in ("start_time", "end_time"):
            known[name] = time.fromisoformat(known[name]) if known[name] else None
        for name in _TEXTS:
            known[name] = in_order(known[name]) if known[name] else None
        return cls(**known)

    def to_json(self) -> dict[str, Any]:
        """The item as JSON, the same as the API shows it: ``2027-03-10``, ``08:30``."""
        values: dict[str, Any] = {name: getattr(self, name) for name in NAMES}
        values["day"] = self.day.isoformat()
        for name in ("start_time", "end_time"):
            values[name] = f"{values[name]:%H:%M}" if values[name] is not None else None
        return values

    @property
    def begins(self) -> datetime:
        """Its day and hour for sorting and measuring; without an hour it stands at the day's beginning."""
        return datetime.combine(self.day, self.start_time or MIDNIGHT)

    @property
    def key(self) -> str:
        """Equal for equal items."""
        return json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)


NAMES = tuple(field.name for field in fields(ProgrammeItemValues))
"""What an item consists of, in the order people read it."""

_TEXTS = ("title", "place", "hosted_by", "attendees")


def label(number: int) -> LocalizedText:
    """What a published revision is called: 1 is the programme, n an adjustment of it (“Điều chỉnh lần n−1”)."""
    if number == 1:
        return dict(_LABEL)
    return {language: text.format(number=number - 1) for language, text in _ADJUSTMENT.items()}


class ChangeType(StrEnum):
    """What became of an item."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What became of one item: ``was`` is None for an added one, ``item`` for a removed one; both are never."""

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
        """The names that differ, of a changed item; none of one added or removed."""
        if self.item is None or self.was is None:
            return []
        return [name for name in NAMES if getattr(self.item, name) != getattr(self.was, name)]

    @property
    def shown(self) -> ProgrammeItemValues:
        """The item as it is now, or as it was when it is gone."""
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
    """What changed from one programme to another, by day and hour; empty when the same items are in both.

    Equal items belong together first. Of the rest those that share a title in any language, the nearest in time
    first; then those that begin on the same day at the same hour. What is left was removed or added. In which order
    either programme is given makes no difference.
    """
    counted, wanted = Counter(item.key for item in before), Counter(item.key for item in after)
    left = _only(before, counted - wanted)
    right = _only(after, wanted - counted)
    changes = []
    for keys in (_titles, _hours):
        for was, item in _paired(left, right, keys):
            changes.append(ItemChange(item, was))
            left.remove(was)
            right.remove(item)
    changes += [ItemChange(None, was) for was in left]
    changes += [ItemChange(item, None) for item in right]
    return sorted(changes, key=_running_order)


_Keys = Callable[[ProgrammeItemValues], Iterator[tuple[object, ...]]]
_NEAR = 16


def _only(items: Sequence[ProgrammeItemValues], counted: Counter[str]) -> list[ProgrammeItemValues]:
    """So many of each item as ``counted`` says, sorted."""
    found = {item.key: item for item in items}
    return [found[key] for key in sorted(counted.elements())]


def _titles(item: ProgrammeItemValues) -> Iterator[tuple[object, ...]]:
    return ((language, text) for language, text in item.title.items())


def _hours(item: ProgrammeItemValues) -> Iterator[tuple[object, ...]]:
    # Without an hour two items of a day have nothing in common.
    return iter([(item.day, item.start_time)] if item.start_time is not None else [])


def _paired(
    left: Sequence[ProgrammeItemValues], right: Sequence[ProgrammeItemValues], keys: _Keys
) -> list[tuple[ProgrammeItemValues, ProgrammeItemValues]]:
    """Items of both sides with a key in common, the nearest in time first, each at most once; both sides sorted."""
    pairs: list[tuple[ProgrammeItemValues, ProgrammeItemValues]] = []
    open_left, open_right = set(range(len(left))), set(range(len(right)))
    # Each round looks at a few neighbours only: five hundred items of one title have a quarter of a million pairs.
    while candidates := _neighbours(left, right, open_left, open_right, keys):
        for _distance, was, item in candidates:
            if was in open_left and item in open_right:
                open_left.remove(was)
                open_right.remove(item)
                pairs.append((left[was], right[item]))
    return pairs


def _neighbours(
    left: Sequence[ProgrammeItemValues],
    right: Sequence[ProgrammeItemValues],
    open_left: set[int],
    open_right: set[int],
    keys: _Keys,
) -> list[tuple[timedelta, int, int]]:
    """For each open item of the right those of the left that lie next to it in time: how far, and both numbers."""
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
