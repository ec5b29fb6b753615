"""The time zones that .ics files name, in all their ways, as zones of IANA or at least as offsets from UTC."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from calendars.days.spans import outside_calendar, zone_info
from calendars.ical_import.content_lines import UnreadablePart, ZoneText
from calendars.ical_import.rrule import read_rule
from calendars.ical_import.rrule_expansion import WorkBudget, occurrences

_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?")
_NAMED_OFFSET = re.compile(r"\(?(?:UTC|GMT)\s*([+-])(\d{1,2})(?::?(\d{2}))?\)?(?![\d:]).*", re.IGNORECASE)
_ONSET = re.compile(r"(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})", re.ASCII)
_LONG_AGO = datetime(1, 1, 1)  # noqa: DTZ001 - by the clock on the wall
_UTC_NAMES = frozenset({"UTC", "GMT", "Z", "Etc/UTC", "Etc/GMT"})


@dataclass(frozen=True, slots=True)
class ZoneObservance:
    """Standard or summer time: the offset it brings, from its first onset on, and the rule by which it comes again."""

    offset: timedelta
    onset: datetime
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class FileZone:
    """A zone of a file: ``name`` is IANA's, where it is known; else its wall times are told by its offsets.

    Without a name and without halves nothing is known of it.
    """

    name: str | None
    halves: tuple[ZoneObservance, ...] = ()
    _onsets: dict[int, list[tuple[datetime, timedelta]]] = field(default_factory=dict, compare=False)

    @property
    def is_known(self) -> bool:
        """Whether its wall times are instants."""
        return self.name is not None or bool(self.halves)

    def instant(self, wall: datetime, steps: WorkBudget) -> datetime:
        """The instant (aware, UTC) at which its clocks show ``wall``; it must be known.

        Raises:
            Unreadable: its rules take too long to work out, or the instant lies outside the calendar.
        """
        try:
            if self.name is not None:
                return wall.replace(tzinfo=zone_info(self.name), fold=0).astimezone(UTC)
            return wall.replace(tzinfo=timezone(self._offset(wall, steps))).astimezone(UTC)
        except OverflowError as problem:
            raise outside(wall) from problem

    def _offset(self, wall: datetime, steps: WorkBudget) -> timedelta:
        if wall.year not in self._onsets:
            found = [(onset, half.offset) for half in self.halves for onset in _onsets(half, wall.year, steps)]
            self._onsets[wall.year] = sorted(found)
        before = [offset for onset, offset in self._onsets[wall.year] if onset <= wall]
        return before[-1] if before else min(self.halves, key=lambda half: half.onset).offset


@dataclass
class FileZones:
    """The zones of one calendar, found by their TZID; zones of Windows with the office's hours are the office's own.

    ``own`` is the zone in which the calendar is shown where an hour names none; ``is_ours``: a desk wrote it.
    """

    told: Mapping[str, ZoneText]
    office: str
    now: datetime
    own: str
    is_ours: bool = False
    _found: dict[str, FileZone] = field(default_factory=dict)

    def find(self, tzid: str) -> FileZone:
        """The zone a TZID means: IANA's name, one with a path before it, one of Windows, one described in the file."""
        if tzid not in self._found:
            self._found[tzid] = self._search(tzid)
        return self._found[tzid]

    def _search(self, tzid: str) -> FileZone:
        text = self.told.get(tzid, ZoneText())
        for candidate in (tzid, text.location):
            if name := iana_name(candidate):
                return FileZone(name)
        if name := WINDOWS_TO_OLSON.get(tzid.strip()):
            return FileZone(self.office if self._is_alike(name) else name)
        if halves := tuple(half for lines in text.halves if (half := _half(lines))):
            return FileZone(None, halves)
        if matched := _NAMED_OFFSET.fullmatch(tzid.strip()):
            offset = timedelta(hours=int(matched[2]), minutes=int(matched[3] or 0))
            if offset < timedelta(hours=24):
                return FileZone(None, (ZoneObservance(offset if matched[1] == "+" else -offset, _LONG_AGO),))
        return FileZone(None)

    def _is_alike(self, name: str) -> bool:
        """Whether the clocks of a zone show what the office's do, in winter and in summer."""
        ours, theirs = zone_info(self.office), zone_info(name)
        days = [datetime(self.now.year, month, 1, tzinfo=UTC) for month in (1, 7)]
        return all(_shown(day, ours) == _shown(day, theirs) for day in days)


def iana_name(text: str) -> str | None:
    """IANA's name of a zone, also behind a path such as ``/citadel.org/20210210_1/``; None where there is none."""
    parts = [part for part in text.strip().strip('"').replace(" ", "_").split("/") if part][-3:]
    for begin in range(len(parts)):
        candidate = "/".join(parts[begin:])
        # A bare "CET" would pass, a path's last step such as "Berlin" would not.
        if len(candidate) <= 64 and (begin == 0 or "/" in candidate):
            try:
                return zone_info(candidate).key
            except ValueError:
                continue
    return None


def is_utc(name: str) -> bool:
    """Whether a zone's name means UTC itself."""
    return name in _UTC_NAMES


def outside(wall: datetime) -> UnreadablePart:
    """The error of a time near the years 1 and 9999, with which nothing can be reckoned."""
    return UnreadablePart(outside_calendar(wall.date()).detail)


def _shown(at: datetime, zone: tzinfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


def _half(lines: list[str]) -> ZoneObservance | None:
    """Standard or summer time from its lines; None when offset or onset can't be read."""
    values = {
        line.partition(":")[0].partition(";")[0].strip().upper(): line.partition(":")[2].strip() for line in lines
    }
    offset, onset = _OFFSET.fullmatch(values.get("TZOFFSETTO", "")), _ONSET.match(values.get("DTSTART", ""))
    if offset is None or onset is None:
        return None
    length = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
    try:
        begin = datetime(*(int(part) for part in onset.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None
    if length >= timedelta(hours=24):
        return None
    return ZoneObservance(length if offset[1] == "+" else -length, begin, values.get("RRULE"))


def _onsets(half: ZoneObservance, year: int, steps: WorkBudget) -> list[datetime]:
    """When this half began, as far as a year is concerned: at first, and by its rule that year and the year before."""
    found = [half.onset]
    if half.rule and half.onset.year <= year:
        rule = read_rule(half.rule)
        if isinstance(rule.until, datetime):
            # Told in UTC; a day more or less makes no difference to an onset half a year away.
            rule = replace(rule, until=rule.until.date())
        found += occurrences(rule, half.onset, date(max(year - 1, 1), 1, 1), date(year, 12, 31), steps)
    return found
