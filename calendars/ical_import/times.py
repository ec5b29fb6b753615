"""Days and hours of .ics entries: DTSTART, DTEND and DURATION as the desk's inclusive days and hours on the wall."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from icalendar import Event as IcalEvent

from calendars.days.spans import MIDNIGHT, Span, event_span, zone_info
from calendars.ical_import.content_lines import UnreadablePart
from calendars.ical_import.rrule_expansion import WorkBudget
from calendars.ical_import.timezones import FileZones, is_utc, outside
from models.i18n import Message, _, message

TZID = "X-DESK-TZID"
"""The parameter in which a zone's name reaches us as it stands in the file."""

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)

BROKEN = _("{property} can't be read: {value}")


@dataclass(frozen=True, slots=True)
class FileTime:
    """A DATE, or a DATE-TIME as the clock shows it (never aware): in the zone ``tzid``, or floating without one."""

    value: date | datetime
    tzid: str | None = None
    is_utc: bool = False

    @property
    def wall(self) -> datetime | None:
        """What the clock shows; None for a whole day."""
        return self.value if isinstance(self.value, datetime) else None

    def told(self) -> str:
        """As the file has it, zone included."""
        return f"{self.tzid or ''}{self.value.isoformat()}{'Z' if self.is_utc else ''}"

    def instant(self, zones: FileZones, steps: WorkBudget) -> datetime:
        """The instant (aware, UTC); where the zone says nothing, by the clocks of the calendar's own."""
        wall = self.wall or datetime.combine(self.value, MIDNIGHT)
        if self.is_utc:
            return wall.replace(tzinfo=UTC)
        zone = zones.find(self.tzid) if self.tzid else None
        if zone is not None and zone.is_known:
            return zone.instant(wall, steps)
        return zones.find(zones.own).instant(wall, steps)

    def key(self, first: "FileTime | None", zones: FileZones, steps: WorkBudget) -> str:
        """What names an occurrence that begins here: ``20270310``, or ``20270310T010000Z`` by the clocks of UTC.

        ``first`` is the beginning of its series, where that is known: what is told as a day has its hour.
        """
        at = self
        if first is not None and first.wall is not None and self.wall is None:
            at = replace(first, value=datetime.combine(self.value, first.wall.time()))
        elif first is not None and first.wall is None and self.wall is not None:
            at = FileTime(self.wall.date())
        if at.wall is None:
            return at.value.isoformat().replace("-", "")
        instant = at.instant(zones, steps).replace(tzinfo=None, microsecond=0)
        return instant.isoformat().replace("-", "").replace(":", "") + "Z"


@dataclass(frozen=True, slots=True)
class ImportedTimes:
    """When an event is, as the desk keeps it: inclusive days, hours on the wall of ``zone``.

    ``zone`` is None for whole days. ``is_named``: the file itself names the zone; else it is where the hours are shown.
    """

    first_day: date
    last_day: date
    start_time: time | None = None
    end_time: time | None = None
    zone: str | None = None
    is_named: bool = False

    def span(self, zone: str) -> Span:
        """The instants it takes; whole days as clocks in ``zone`` have them."""
        return event_span(self.first_day, self.last_day, self.start_time, self.end_time, self.zone or zone)

    def without_end(self) -> "ImportedTimes":
        """The same, whose end has no hour."""
        return replace(self, end_time=None)

    def moved(self, by: timedelta) -> "ImportedTimes":
        """The same so much later, by the clock on the wall."""
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
        """The same instants by other clocks; whole days stay."""
        if self.zone is None or self.zone == zone:
            return self
        start = datetime.combine(self.first_day, self.start_time or MIDNIGHT, zone_info(self.zone))
        end = datetime.combine(self.last_day, self.end_time or self.start_time or MIDNIGHT, zone_info(self.zone))
        here, there = (at.astimezone(zone_info(zone)).replace(tzinfo=None) for at in (start, end))
        return hours_between(here, there if self.end_time else None, zone, is_named=False, last_day=there.date())


def hours_between(
    start: datetime, end: datetime | None, zone: str, *, is_named: bool, last_day: date | None = None
) -> ImportedTimes:
    """Hours from two wall times to the minute; an end that is no later than the start is none.

    Raises:
        Unreadable: the end is before the start.
    """
    start = start.replace(second=0, microsecond=0)
    if end is None:
        return ImportedTimes(start.date(), last_day or start.date(), start.time(), None, zone, is_named)
    if end < start:
        raise UnreadablePart(
            message(_("The end ({end}) is before the start ({start})."), start=start.isoformat(), end=end.isoformat())
        )
    end = end.replace(second=0, microsecond=0)
    return ImportedTimes(start.date(), end.date(), start.time(), end.time() if end > start else None, zone, is_named)


def moment_of(event: IcalEvent, name: str, zones: FileZones) -> FileTime | None:
    """A property that is a day or an hour; None when it is missing."""
    if name not in event:
        return None
    prop: Any = event[name]
    return moment(getattr(prop, "dt", None), getattr(prop, "params", {}), name)


def moment(value: Any, params: Any, name: str) -> FileTime:
    """A moment from a value as icalendar gives it and its property's parameters.

    Raises:
        Unreadable: it is something else.
    """
    if isinstance(value, datetime):
        tzid = str(params.get(TZID, "")).strip()[:200] or None
        utc = value.tzinfo is not None and (tzid is None or is_utc(str(value.tzinfo)))
        return FileTime(value.replace(tzinfo=None), None if utc else tzid, utc)
    if isinstance(value, date):
        return FileTime(value)
    raise UnreadablePart(message(BROKEN, property=name, value=str(value)[:100]))


def hours_of(
    event: IcalEvent, start: FileTime, zones: FileZones, steps: WorkBudget
) -> tuple[ImportedTimes, list[Message]]:
    """The event's days and hours, with what had to be assumed for them.

    DTEND is exclusive: whole days end the day before it. Source: RFC 5545 section 3.6.1.

    Raises:
        Unreadable: they make no sense, or lie outside the years 1900 to 2199.
    """
    check_day(start.value, "DTSTART")
    end = moment_of(event, "DTEND", zones)
    try:
        length = None if end else _length(event)
        if start.wall is None:
            return _whole_days(start, end, length), []
        hours, remarks = _shown(start, end, length, zones, steps)
    except OverflowError:
        raise outside(datetime.combine(start.value, MIDNIGHT)) from None
    check_day(hours.last_day, "DTEND")
    is_day = str(event.get("X-MICROSOFT-CDO-ALLDAYEVENT", "")).strip().upper() == "TRUE"
    if is_day and hours.start_time == hours.end_time == MIDNIGHT:
        return ImportedTimes(hours.first_day, hours.last_day - timedelta(days=1)), []
    return hours, remarks


def check_day(value: date, name: str) -> None:
    """Refuse a day outside the years the desk knows.

    Raises:
        Unreadable: it lies before 1900 or after 2199.
    """
    day = value.date() if isinstance(value, datetime) else value
    if not EARLIEST <= day <= LATEST:
        raise UnreadablePart(
            message(
                _("{property} must lie between {first} and {last}."),
                property=name,
                first=EARLIEST.isoformat(),
                last=LATEST.isoformat(),
            )
        )


def _length(event: IcalEvent) -> timedelta | None:
    if "DURATION" not in event:
        return None
    value = getattr(event["DURATION"], "dt", None)
    if not isinstance(value, timedelta) or value < timedelta():
        raise UnreadablePart(message(BROKEN, property="DURATION", value=str(value)[:100]))
    return value


def _whole_days(start: FileTime, end: FileTime | None, length: timedelta | None) -> ImportedTimes:
    if end is not None and end.wall is not None:
        raise UnreadablePart(message(_("DTSTART is a day, so DTEND must be one too.")))
    # Many programs end a single day on the day itself.
    if end is not None:
        days = end.value.toordinal() - start.value.toordinal()
    else:
        days = -(-length // timedelta(days=1)) if length else 1
    if days < 0:
        raise UnreadablePart(
            message(
                _("The end ({end}) is before the start ({start})."),
                start=str(start.value),
                end=str(end.value if end else ""),
            )
        )
    last = start.value + timedelta(days=max(days, 1) - 1)
    check_day(last, "DTEND")
    return ImportedTimes(start.value, last)


def _shown(
    start: FileTime, end: FileTime | None, length: timedelta | None, zones: FileZones, steps: WorkBudget
) -> tuple[ImportedTimes, list[Message]]:
    if end is not None and end.wall is None:
        raise UnreadablePart(message(_("DTSTART has an hour, so DTEND must have one too.")))
    zone, is_named, remarks = zone_of(start, zones)
    begin = on_the_wall(start, zone, zones, steps)
    if end is not None:
        finish: datetime | None = on_the_wall(end, zone, zones, steps)
        if finish is not None and finish < begin and end.instant(zones, steps) >= start.instant(zones, steps):
            finish = begin  # the clocks were put back in between
    else:
        finish = begin + length if length else None
    return hours_between(begin, finish, zone, is_named=is_named), remarks


def zone_of(start: FileTime, zones: FileZones) -> tuple[str, bool, list[Message]]:
    """The zone in which hours are shown, whether the file names it, and what had to be assumed."""
    if start.is_utc:
        return ("UTC" if zones.is_ours else zones.own), False, []
    if start.tzid is None:
        return zones.own, True, []
    zone = zones.find(start.tzid)
    if zone.name is not None:
        return zone.name, True, []
    told = (
        _("“{tzid}” is no time zone that is known; the hours are told by the clocks of {zone}.")
        if zone.is_known
        else _("“{tzid}” is no time zone that is known; the hours are taken as those of {zone}.")
    )
    return zones.office, False, [message(told, tzid=start.tzid[:60], zone=zones.office)]


def on_the_wall(at: FileTime, zone: str, zones: FileZones, steps: WorkBudget) -> datetime:
    """What clocks in ``zone`` show at a moment that has an hour."""
    wall = at.wall or datetime.combine(at.value, MIDNIGHT)
    if not at.is_utc:
        own = zones.find(at.tzid) if at.tzid else None
        if own is None or own.name == zone or not own.is_known:
            return wall
    try:
        return at.instant(zones, steps).astimezone(zone_info(zone)).replace(tzinfo=None)
    except OverflowError:
        raise outside(wall) from None
