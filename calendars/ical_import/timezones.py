"""Resolve the time zone names of .ics files to IANA zones, or at least to offsets from UTC."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import available_timezones

from calendars.days.spans import outside_calendar, zone_info
from calendars.ical_import.content_lines import UnreadablePart, ZoneText
from calendars.ical_import.rrule import read_rule
from calendars.ical_import.rrule_expansion import WorkBudget, occurrences

_OFFSET = re.compile(r"([+-])(\d{2})(\d{2})(?:\d{2})?")
_NAMED_OFFSET = re.compile(r"\(?(?:UTC|GMT)?\s*([+-])(\d{1,2})(?::?(\d{2}))?\)?(?![\d:]).*", re.IGNORECASE)
_VENDOR = re.compile(r"tzone://microsoft/", re.IGNORECASE)
"""How Exchange writes the zones it has no name for, and UTC."""
_ONSET = re.compile(r"(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})", re.ASCII)
_LONG_AGO = datetime(1, 1, 1)  # noqa: DTZ001 - local time
_UTC_NAMES = frozenset({"UTC", "GMT", "Z", "Etc/UTC", "Etc/GMT"})


@dataclass(frozen=True, slots=True)
class ZoneObservance:
    """Standard or daylight saving time: its offset, its first onset, and the rule by which it recurs."""

    offset: timedelta
    onset: datetime
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class FileZone:
    """A zone of a file: ``name`` is the IANA name if known; otherwise its offsets convert local times.

    Without a name and without observances the zone is unknown.
    """

    name: str | None
    observances: tuple[ZoneObservance, ...] = ()
    _onsets: dict[int, list[tuple[datetime, timedelta]]] = field(default_factory=dict, compare=False)

    @property
    def is_known(self) -> bool:
        """Whether local times of the zone can be converted to instants."""
        return self.name is not None or bool(self.observances)

    def instant(self, wall: datetime, budget: WorkBudget) -> datetime:
        """The instant (aware, UTC) at which local time is ``wall``; the zone must be known.

        Raises:
            UnreadablePart: its rules take too long to expand, or the instant is outside the calendar.
        """
        try:
            if self.name is not None:
                return wall.replace(tzinfo=zone_info(self.name), fold=0).astimezone(UTC)
            return wall.replace(tzinfo=timezone(self._offset(wall, budget))).astimezone(UTC)
        except OverflowError as problem:
            raise outside(wall) from problem

    def _offset(self, wall: datetime, budget: WorkBudget) -> timedelta:
        if wall.year not in self._onsets:
            found = [
                (onset, observance.offset)
                for observance in self.observances
                for onset in _onsets(observance, wall.year, budget)
            ]
            self._onsets[wall.year] = sorted(found)
        before = [offset for onset, offset in self._onsets[wall.year] if onset <= wall]
        return before[-1] if before else min(self.observances, key=lambda observance: observance.onset).offset


@dataclass
class FileZones:
    """The zones of one calendar by TZID; Windows zones with the same offsets as the office's are the office's own.

    ``own`` is the zone of the calendar, used for times without a zone; ``is_ours``: the file was written by this
    program.
    """

    definitions: Mapping[str, ZoneText]
    office: str
    now: datetime
    own: str
    is_ours: bool = False
    _cache: dict[str, FileZone] = field(default_factory=dict)

    def find(self, tzid: str) -> FileZone:
        """The zone of a TZID: an IANA name, also with a path before it, a Windows name, or one defined in the file."""
        if tzid not in self._cache:
            self._cache[tzid] = self._search(tzid)
        return self._cache[tzid]

    def _search(self, tzid: str) -> FileZone:
        text = self.definitions.get(tzid, ZoneText())
        given = _VENDOR.sub("", tzid.strip().strip('"').strip())
        for candidate in (given, text.location):
            if name := iana_name(candidate):
                return FileZone(name)
        if name := _windows_zones().get(given.casefold()):
            return FileZone(self.office if self._is_alike(name) else name)
        if observances := tuple(observance for lines in text.observances if (observance := _observance(lines))):
            return FileZone(None, observances)
        if matched := _NAMED_OFFSET.fullmatch(given):
            offset = timedelta(hours=int(matched[2]), minutes=int(matched[3] or 0))
            if offset < timedelta(hours=24):
                return FileZone(None, (ZoneObservance(offset if matched[1] == "+" else -offset, _LONG_AGO),))
        return FileZone(None)

    def _is_alike(self, name: str) -> bool:
        """Whether a zone has the same offset as the office's, in winter and in summer."""
        ours, theirs = zone_info(self.office), zone_info(name)
        days = [datetime(self.now.year, month, 1, tzinfo=UTC) for month in (1, 7)]
        return all(_utc_offset(day, ours) == _utc_offset(day, theirs) for day in days)


@cache
def _windows_zones() -> Mapping[str, str]:
    """The IANA zones of Windows' names, case-folded."""
    # Not with the module: icalendar takes 25 ms of a start, and only entries of calendars need it.
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return {name.casefold(): zone for name, zone in WINDOWS_TO_OLSON.items()}


@cache
def _iana_zones() -> Mapping[str, str]:
    """The names of zones as they are written, by their case-folded form."""
    return {name.casefold(): name for name in available_timezones()}


def iana_name(text: str) -> str | None:
    """The IANA name of a zone in any case, also after a path such as ``/citadel.org/20210210_1/``; None if there is
    none."""
    parts = [part for part in text.strip().strip('"').replace(" ", "_").split("/") if part][-3:]
    for begin in range(len(parts)):
        candidate = "/".join(parts[begin:])
        # A bare "CET" would be accepted; the last step of a path such as "Berlin" would not.
        if len(candidate) <= 64 and (begin == 0 or "/" in candidate):
            try:
                return zone_info(_iana_zones().get(candidate.casefold(), candidate)).key
            except ValueError:
                continue
    return None


def is_utc(name: str) -> bool:
    """Whether a zone's name means UTC itself."""
    return name in _UTC_NAMES


def outside(wall: datetime) -> UnreadablePart:
    """The error of a time near the years 1 and 9999, with which nothing can be reckoned."""
    return UnreadablePart(outside_calendar(wall.date()).detail)


def _utc_offset(at: datetime, zone: tzinfo) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


def _observance(lines: list[str]) -> ZoneObservance | None:
    """Standard or daylight saving time from its lines; None if offset or onset is invalid."""
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


def _onsets(observance: ZoneObservance, year: int, budget: WorkBudget) -> list[datetime]:
    """The onsets of an observance that matter in a year: its first one, and those of that year and the year before."""
    found = [observance.onset]
    if observance.rule and observance.onset.year <= year:
        rule = read_rule(observance.rule)
        if isinstance(rule.until, datetime):
            # Given in UTC; a day more or less makes no difference to an onset half a year away.
            rule = replace(rule, until=rule.until.date())
        found += occurrences(rule, observance.onset, date(max(year - 1, 1), 1, 1), date(year, 12, 31), budget)
    return found
