"""Which items of a programme take place in a hall that is not booked for their visit at that hour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from calendars.days.spans import Span, event_span, merged
from calendars.programmes.items import ProgrammeItemValues
from models.text import LocalizedText, fold


@dataclass(frozen=True, slots=True)
class Hall:
    """A hall that can be booked, with the clock it is booked by, and when it is booked for the visit."""

    id: str
    name: LocalizedText
    timezone: str
    held: Sequence[Span] = ()


@dataclass(frozen=True, slots=True)
class HallGap:
    """An item, by its place, in a hall that is not booked then; ``begins`` and ``ends`` are by the hall's clock, None
    while the item has no begin or no end: nothing can be booked then."""

    place: int
    hall: Hall
    begins: datetime | None = None
    ends: datetime | None = None

    @property
    def key(self) -> str:
        """What is to be booked, as a form sends it: hall and hours; empty while the hours are not known."""
        if self.begins is None or self.ends is None:
            return ""
        return f"{self.hall.id}|{self.begins:%Y-%m-%dT%H:%M}|{self.ends:%Y-%m-%dT%H:%M}"


def hall_gaps(items: Sequence[ProgrammeItemValues], timezone: str, halls: Sequence[Hall]) -> list[HallGap]:
    """The items in one of these halls at hours at which it is not booked; ``timezone`` is the items'."""
    named = {fold(text): hall for hall in reversed(halls) for text in hall.name.values()}
    found = []
    for place, item in enumerate(items):
        hall = _hall_of(item.place, named)
        if hall is not None and (gap := _gap(place, item, timezone, hall)):
            found.append(gap)
    return found


def _hall_of(place: LocalizedText | None, named: Mapping[str, Hall]) -> Hall | None:
    """The hall that a place is: of its name, or of its name before a comma."""
    for text in (place or {}).values():
        hall = named.get(fold(text)) or named.get(fold(text.partition(",")[0]))
        if hall is not None:
            return hall
    return None


def _gap(place: int, item: ProgrammeItemValues, timezone: str, hall: Hall) -> HallGap | None:
    whole = event_span(item.day, item.day, item.start_time, item.end_time, timezone)
    held = merged(hall.held)
    if item.start_time is None:
        is_held = any(one.start < whole.end and whole.start < one.end for one in held)
    elif item.end_time is None:
        is_held = any(one.start <= whole.start < one.end for one in held)
    else:
        is_held = any(one.start <= whole.start and whole.end <= one.end for one in held)
    if is_held:
        return None
    if item.start_time is None or item.end_time is None:
        return HallGap(place, hall)
    zone = ZoneInfo(hall.timezone)
    return HallGap(place, hall, _local(whole.start, zone), _local(whole.end, zone))


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)
