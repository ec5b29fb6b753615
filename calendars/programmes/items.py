"""A visit's programme as plain values: its items, and what a published revision is called."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time
from typing import Any, Protocol

from calendars.days.spans import MIDNIGHT, end_day
from models.text import LocalizedText, in_order

_LABEL: LocalizedText = {"vi": "Chương trình", "lo": "ກຳນົດການ", "en": "Programme"}
_ADJUSTMENT: LocalizedText = {
    "vi": "Điều chỉnh lần {number}",
    "lo": "ສະບັບປັບປຸງຄັ້ງທີ {number}",
    "en": "Adjustment {number}",
}


class ItemFields(Protocol):
    """A row that contains a programme item."""

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
    """One item of a programme: times are local, ``travel_minutes`` is the travel from the previous item's place."""

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
        """Create from a row."""
        return cls(**{name: getattr(line, name) for name in NAMES})

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "ProgrammeItemValues":
        """Read what :meth:`to_json` wrote; fields missing in older revisions are None, unknown ones are ignored."""
        values: dict[str, Any] = {name: stored.get(name) for name in NAMES}
        values["day"] = date.fromisoformat(stored["day"])
        for name in ("start_time", "end_time"):
            values[name] = time.fromisoformat(values[name]) if values[name] else None
        for name in _TEXTS:
            values[name] = in_order(values[name]) if values[name] else None
        return cls(**values)

    def to_json(self) -> dict[str, Any]:
        """The item as JSON, the same as in the API: ``2027-03-10``, ``08:30``."""
        values: dict[str, Any] = {name: getattr(self, name) for name in NAMES}
        values["day"] = self.day.isoformat()
        for name in ("start_time", "end_time"):
            values[name] = f"{values[name]:%H:%M}" if values[name] is not None else None
        return values

    @property
    def begins(self) -> datetime:
        """Day and time for sorting and measuring; without a time it is the start of the day."""
        return datetime.combine(self.day, self.start_time or MIDNIGHT)

    @property
    def ends(self) -> datetime | None:
        """Day and time of its end, on the next day where that is not after its start; None if it is not known."""
        if self.end_time is None:
            return None
        return datetime.combine(end_day(self.day, self.day, self.start_time, self.end_time), self.end_time)

    @property
    def key(self) -> str:
        """Equal for equal items."""
        return json.dumps(self.to_json(), sort_keys=True, ensure_ascii=False)


NAMES = tuple(field.name for field in fields(ProgrammeItemValues))
"""The fields of an item, in reading order."""

_TEXTS = ("title", "place", "hosted_by", "attendees")


def label(number: int) -> LocalizedText:
    """The name of a published revision: 1 is the programme, n an adjustment of it (“Điều chỉnh lần n−1”)."""
    if number == 1:
        return dict(_LABEL)
    return {language: text.format(number=number - 1) for language, text in _ADJUSTMENT.items()}
