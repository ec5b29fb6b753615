"""VTIMEZONE bytes for the years a calendar covers, and no others."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from calendars.days.spans import zone_info

if TYPE_CHECKING:
    from icalendar import TimezoneDaylight, TimezoneStandard

FIRST_YEAR, LAST_YEAR = 1900, 2200

_STEP = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@lru_cache(maxsize=512)
def vtimezone(zone: str, first_year: int, last_year: int) -> bytes:
    """The VTIMEZONE of an IANA zone from 1 January of ``first_year`` to 31 December of ``last_year``, local time.

    One block gives the offset at the beginning, and one more each kind of change after it; a zone without changes in
    those years, such as Asia/Vientiane, is one STANDARD block. Years are limited to 1900–2200. Raises ValueError for an
    unknown zone and for years in the wrong order. Source: RFC 5545 section 3.6.5.
    """
    # Not with the module: icalendar takes 25 ms of a start, and only entries of calendars need it.
    from icalendar import Timezone

    if last_year < first_year:
        raise ValueError(f"the last year ({last_year}) is before the first ({first_year})")
    first_year, last_year = (min(max(year, FIRST_YEAR), LAST_YEAR) for year in (first_year, last_year))
    rules = zone_info(zone)
    begin = datetime(first_year, 1, 1, tzinfo=rules).astimezone(UTC)
    end = datetime(last_year + 1, 1, 1, tzinfo=rules).astimezone(UTC)
    component = Timezone()
    component.add("TZID", zone)
    component.add_component(_block(begin.astimezone(rules), _offset(begin, rules), [datetime(first_year, 1, 1)]))  # noqa: DTZ001
    changes: dict[tuple[object, ...], list[datetime]] = defaultdict(list)
    for at in _changes(begin, end, rules):
        local = at.astimezone(rules)
        changes[_offset(at - _SECOND, rules), local.utcoffset(), local.tzname(), local.dst()].append(at)
    for instants in changes.values():
        before = _offset(instants[0] - _SECOND, rules)
        # The standard requires the onset in local time before the change. icalendar's own generator writes local time
        # after it, an hour late in spring.
        onsets = [(at + before).replace(tzinfo=None) for at in instants]
        component.add_component(_block(instants[0].astimezone(rules), before, onsets))
    rendered: bytes = component.to_ical()
    return rendered


def _changes(begin: datetime, end: datetime, rules: ZoneInfo) -> list[datetime]:
    """The instants after ``begin`` and before ``end`` at which offset, name or daylight saving changes."""
    found = []
    at = begin
    while at < end:
        following = min(at + _STEP, end - _SECOND)
        if following == at:
            break
        if _state(following, rules) != _state(at, rules):
            low, high = at, following
            while high - low > _SECOND:
                middle = low + timedelta(seconds=(high - low) // _SECOND // 2)
                low, high = (middle, high) if _state(middle, rules) == _state(at, rules) else (low, middle)
            found.append(high)
        at = following
    return found


def _state(at: datetime, rules: ZoneInfo) -> tuple[object, ...]:
    local = at.astimezone(rules)
    return local.utcoffset(), local.tzname(), local.dst()


def _offset(at: datetime, rules: ZoneInfo) -> timedelta:
    return at.astimezone(rules).utcoffset() or timedelta()


def _block(local: datetime, before: timedelta, onsets: list[datetime]) -> "TimezoneStandard | TimezoneDaylight":
    from icalendar import TimezoneDaylight, TimezoneStandard

    block = TimezoneDaylight() if local.dst() else TimezoneStandard()
    block.add("DTSTART", onsets[0])
    if onsets[1:]:
        block.add("RDATE", onsets[1:])
    block.add("TZOFFSETFROM", before)
    block.add("TZOFFSETTO", local.utcoffset())
    block.add("TZNAME", local.tzname())
    return block
