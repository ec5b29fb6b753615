"""Dates and times of .ics entries: convert DTSTART, DTEND and DURATION to inclusive days and local times."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from calendars.days.formatting import in_words, moment_in_words
from calendars.days.spans import MIDNIGHT, Span, days_taken, event_span, zone_info
from calendars.ical_import.content_lines import UnreadablePart
from calendars.ical_import.rrule_expansion import WorkBudget
from calendars.ical_import.timezones import FileZones, is_utc, outside
from models.i18n import N_, Message, message

if TYPE_CHECKING:
    from icalendar import Event as IcalEvent

TZID = "X-DESK-TZID"
"""The parameter that carries the zone's name as it appears in the file."""

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)

BROKEN = N_("{property} can't be read: {value}")


@dataclass(frozen=True, slots=True)
class FileTime:
    """A DATE, or a local DATE-TIME (never aware): in the zone ``tzid``, or floating without one."""

    value: date | datetime
    tzid: str | None = None
    is_utc: bool = False

    @property
    def wall(self) -> datetime | None:
        """The local time; None for a whole day."""
        return self.value if isinstance(self.value, datetime) else None

    @property
    def midnight(self) -> datetime:
        """The beginning of its day."""
        return datetime.combine(self.wall.date() if self.wall else self.value, MIDNIGHT)

    @property
    def is_floating(self) -> bool:
        """Whether it is a local time that names no zone."""
        return self.wall is not None and self.tzid is None and not self.is_utc

    def in_zone_of(self, other: "FileTime") -> "FileTime":
        """A floating time in the zone of another one; anything else unchanged."""
        if not self.is_floating or other.wall is None:
            return self
        return replace(self, tzid=other.tzid, is_utc=other.is_utc)

    def to_text(self) -> str:
        """The value as text, including its zone."""
        return f"{self.tzid or ''}{self.value.isoformat()}{'Z' if self.is_utc else ''}"

    def instant(self, zones: FileZones, budget: WorkBudget) -> datetime:
        """The instant (aware, UTC); if the zone is unknown, in the calendar's own zone."""
        wall = self.wall or datetime.combine(self.value, MIDNIGHT)
        if self.is_utc:
            return wall.replace(tzinfo=UTC)
        zone = zones.find(self.tzid) if self.tzid else None
        if zone is not None and zone.is_known:
            return zone.instant(wall, budget)
        return zones.find(zones.own).instant(wall, budget)

    def key(self, first: "FileTime | None", zones: FileZones, budget: WorkBudget) -> str:
        """The key of an occurrence that starts here: ``20270310``, or ``20270310T010000Z`` in UTC.

        ``first`` is the start of its series, if known: a value given as a date gets the time of it, and a floating one
        its zone. Exchange and others leave the zone out there, against RFC 5545 section 3.8.5.1.
        """
        at = self if first is None else self.in_zone_of(first)
        if first is not None and first.wall is not None and self.wall is None:
            at = replace(first, value=datetime.combine(self.value, first.wall.time()))
        elif first is not None and first.wall is None and self.wall is not None:
            at = FileTime(self.wall.date())
        if at.wall is None:
            return at.value.isoformat().replace("-", "")
        instant = at.instant(zones, budget).replace(tzinfo=None, microsecond=0)
        return instant.isoformat().replace("-", "").replace(":", "") + "Z"


@dataclass(frozen=True, slots=True)
class ImportedTimes:
    """The times of an event in our form: inclusive days, local times in ``zone``.

    ``zone`` is None for whole days. ``is_named``: the file itself names the zone; otherwise it is the zone chosen for
    display.
    """

    first_day: date
    last_day: date
    start_time: time | None = None
    end_time: time | None = None
    zone: str | None = None
    is_named: bool = False

    @property
    def begins(self) -> datetime:
        """The local time of the start; midnight for whole days."""
        return datetime.combine(self.first_day, self.start_time or MIDNIGHT)

    def span(self, zone: str) -> Span:
        """The instants it covers; whole days in local time of ``zone``."""
        return event_span(self.first_day, self.last_day, self.start_time, self.end_time, self.zone or zone)

    def without_end(self) -> "ImportedTimes":
        """A copy without an end time, to the last day it takes: our feeds end an open one of several days with that."""
        taken = days_taken(self.first_day, self.last_day, self.start_time, self.end_time)
        last = taken.last if self.end_time == MIDNIGHT else self.last_day
        return replace(self, last_day=last, end_time=None)

    def moved(self, by: timedelta) -> "ImportedTimes":
        """A copy moved by this much in local time."""
        start = datetime.combine(self.first_day, self.start_time or MIDNIGHT) + by
        end = datetime.combine(self.last_day, self.end_time or self.start_time or MIDNIGHT) + by
        return replace(
            self,
            first_day=start.date(),
            last_day=end.date(),
            start_time=self.start_time and start.time(),
            end_time=self.end_time and end.time(),
        )

    def shown_in(self, zone: str) -> "ImportedTimes":
        """The same instants in another zone; whole days are unchanged."""
        if self.zone is None or self.zone == zone:
            return self
        start = datetime.combine(self.first_day, self.start_time or MIDNIGHT, zone_info(self.zone))
        end = datetime.combine(self.last_day, self.end_time or self.start_time or MIDNIGHT, zone_info(self.zone))
        here, there = (at.astimezone(zone_info(zone)).replace(tzinfo=None) for at in (start, end))
        return hours_between(here, there if self.end_time else None, zone, is_named=False, last_day=there.date())


def hours_between(
    start: datetime, end: datetime | None, zone: str, *, is_named: bool, last_day: date | None = None
) -> ImportedTimes:
    """Times from two local times, to the minute; an end that is not after the start is dropped.

    Raises:
        UnreadablePart: the end is before the start.
    """
    start = start.replace(second=0, microsecond=0)
    if end is None:
        return ImportedTimes(start.date(), last_day or start.date(), start.time(), None, zone, is_named)
    if end < start:
        raise UnreadablePart(
            message(
                N_("The end ({end}) is before the start ({start})."),
                start=moment_in_words(start),
                end=moment_in_words(end),
            )
        )
    end = end.replace(second=0, microsecond=0)
    return ImportedTimes(start.date(), end.date(), start.time(), end.time() if end > start else None, zone, is_named)


def moment_of(event: "IcalEvent", name: str, zones: FileZones) -> FileTime | None:
    """A property's date or time; None if it is missing."""
    if name not in event:
        return None
    prop: Any = event[name]
    return moment(getattr(prop, "dt", None), getattr(prop, "params", {}), name)


def moment(value: Any, params: Any, name: str) -> FileTime:
    """A date or time from a value parsed by icalendar and the parameters of its property.

    Raises:
        UnreadablePart: the value is something else.
    """
    if isinstance(value, datetime):
        tzid = str(params.get(TZID, "")).strip()[:200] or None
        utc = value.tzinfo is not None and (tzid is None or is_utc(str(value.tzinfo)))
        return FileTime(value.replace(tzinfo=None), None if utc else tzid, utc)
    if isinstance(value, date):
        return FileTime(value)
    raise UnreadablePart(message(BROKEN, property=name, value=str(value)[:100]))


def start_and_end(event: "IcalEvent", zones: FileZones, budget: WorkBudget) -> tuple[FileTime | None, FileTime | None]:
    """DTSTART and DTEND; if only one of them names a zone, both are in it."""
    start, end = moment_of(event, "DTSTART", zones), moment_of(event, "DTEND", zones)
    if start is None or end is None:
        return start, end
    if end.tzid is not None:
        return start.in_zone_of(end), end
    if start.is_utc and end.is_floating:
        # Some programs write only the start in UTC; then the end would come before it.
        as_utc = end.in_zone_of(start)
        return start, as_utc if as_utc.instant(zones, budget) >= start.instant(zones, budget) else end
    return start, end.in_zone_of(start)


def hours_of(
    event: "IcalEvent", start: FileTime, end: FileTime | None, zones: FileZones, budget: WorkBudget
) -> tuple[ImportedTimes, list[Message]]:
    """The event's days and times, with remarks on what had to be assumed.

    DTEND is exclusive: whole days end the day before it. Source: RFC 5545 section 3.6.1. From midnight to midnight are
    whole days too, unless the file is ours, which tells the two apart.

    Raises:
        UnreadablePart: they are invalid, or outside the years 1900 to 2199.
    """
    check_day(start.value, "DTSTART")
    try:
        length = None if end else _length(event)
        if start.wall is None:
            return _whole_days(start, end, length), []
        hours, remarks = _shown(start, end, length, zones, budget)
    except OverflowError:
        raise outside(datetime.combine(start.value, MIDNIGHT)) from None
    check_day(hours.last_day, "DTEND")
    if not zones.is_ours and hours.start_time == hours.end_time == MIDNIGHT:
        return ImportedTimes(hours.first_day, hours.last_day - timedelta(days=1)), []
    return hours, remarks


def check_day(value: date, name: str) -> None:
    """Refuse a day outside the supported years.

    Raises:
        UnreadablePart: it is before 1900 or after 2199.
    """
    day = value.date() if isinstance(value, datetime) else value
    if not EARLIEST <= day <= LATEST:
        raise UnreadablePart(
            message(
                N_("{property} must lie between {first} and {last}."),
                property=name,
                first=in_words(EARLIEST),
                last=in_words(LATEST),
            )
        )


def _length(event: "IcalEvent") -> timedelta | None:
    if "DURATION" not in event:
        return None
    value = getattr(event["DURATION"], "dt", None)
    if not isinstance(value, timedelta) or value < timedelta():
        raise UnreadablePart(message(BROKEN, property="DURATION", value=str(value)[:100]))
    return value


def _whole_days(start: FileTime, end: FileTime | None, length: timedelta | None) -> ImportedTimes:
    if end is not None and end.wall is not None:
        raise UnreadablePart(message(N_("DTSTART is a day, so DTEND must be one too.")))
    # Many programs end a single day on the same day.
    if end is not None:
        days = end.value.toordinal() - start.value.toordinal()
    else:
        days = -(-length // timedelta(days=1)) if length else 1
    if days < 0:
        raise UnreadablePart(
            message(
                N_("The end ({end}) is before the start ({start})."),
                start=in_words(start.value),
                end=in_words(end.value) if end else "",
            )
        )
    last = start.value + timedelta(days=max(days, 1) - 1)
    check_day(last, "DTEND")
    return ImportedTimes(start.value, last)


def _shown(
    start: FileTime, end: FileTime | None, length: timedelta | None, zones: FileZones, budget: WorkBudget
) -> tuple[ImportedTimes, list[Message]]:
    if end is not None and end.wall is None:
        raise UnreadablePart(message(N_("DTSTART has an hour, so DTEND must have one too.")))
    zone, is_named, remarks = zone_of(start, zones)
    begin = local_time(start, zone, zones, budget)
    if end is not None:
        finish: datetime | None = local_time(end, zone, zones, budget)
        if finish is not None and finish < begin and end.instant(zones, budget) >= start.instant(zones, budget):
            finish = begin  # the clocks went back in between
    else:
        finish = begin + length if length else None
    return hours_between(begin, finish, zone, is_named=is_named), remarks


def zone_of(start: FileTime, zones: FileZones) -> tuple[str, bool, list[Message]]:
    """The zone in which times are shown, whether the file names it, and remarks on what had to be assumed."""
    if start.is_utc:
        return ("UTC" if zones.is_ours else zones.own), False, []
    if start.tzid is None:
        return zones.own, True, []
    zone = zones.find(start.tzid)
    if zone.name is not None and is_utc(zone.name):
        return zones.own, False, []
    if zone.name is not None:
        return zone.name, True, []
    remark = (
        N_("“{tzid}” is no time zone that is known; the hours are told by the clocks of {zone}.")
        if zone.is_known
        else N_("“{tzid}” is no time zone that is known; the hours are taken as those of {zone}.")
    )
    return zones.office, False, [message(remark, tzid=start.tzid[:60], zone=zones.office)]


def local_time(at: FileTime, zone: str, zones: FileZones, budget: WorkBudget) -> datetime:
    """The local time in ``zone`` of a value with a time."""
    wall = at.wall or datetime.combine(at.value, MIDNIGHT)
    if not at.is_utc:
        own = zones.find(at.tzid) if at.tzid else None
        if own is None or own.name == zone or not own.is_known:
            return wall
    try:
        return at.instant(zones, budget).astimezone(zone_info(zone)).replace(tzinfo=None)
    except OverflowError:
        raise outside(wall) from None
