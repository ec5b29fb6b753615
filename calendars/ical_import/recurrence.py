"""Series of .ics entries: RRULE, RDATE and EXDATE written out as single occurrences around today."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Event as IcalEvent

from calendars.days.spans import MIDNIGHT, zone_info
from calendars.ical_import.content_lines import SkippedPart, UnreadablePart
from calendars.ical_import.rrule import RecurrenceRule, read_rule
from calendars.ical_import.rrule_expansion import WorkBudget, occurrences
from calendars.ical_import.times import FileTime, ImportedTimes, check_day, moment, moment_of, on_the_wall
from calendars.ical_import.timezones import FileZones
from models.i18n import _, message

PAST, AHEAD = timedelta(days=365), timedelta(days=730)
MAX_DATES = 2_000
"""Days that one entry lists (RDATE or EXDATE)."""
MAX_RULES = 5

_STEPS_EACH = 10
"""An occurrence takes about as long as ten days that are merely looked at."""


@dataclass(frozen=True, slots=True)
class Series:
    """How an entry recurs: by rules, on extra dates (some with their own length), without excluded dates."""

    rules: tuple[RecurrenceRule, ...]
    extra_dates: tuple[tuple[FileTime, timedelta | None], ...]
    left_out: tuple[FileTime, ...]

    @property
    def is_one(self) -> bool:
        """Whether the entry comes only once."""
        return not self.rules and not self.extra_dates

    @classmethod
    def of(cls, event: IcalEvent, lines: Sequence[str], zones: FileZones) -> "Series":
        """From an entry's properties.

        Raises:
            Unreadable: a rule or a list that is not taken in.
        """
        if any(line[:6].upper() == "EXRULE" for line in lines):
            raise UnreadablePart(message(_("EXRULE is not taken in; write the days left out as EXDATE.")))
        if sum(line.count(",") + 1 for line in lines if line[:5].upper() in {"RDATE", "EXDAT"}) > MAX_DATES:
            raise UnreadablePart(message(_("An entry lists at most {max} days (RDATE, EXDATE)."), max=MAX_DATES))
        rules = [line.partition(":")[2] for line in lines if line[:5].upper() == "RRULE"]
        if len(rules) > MAX_RULES:
            raise UnreadablePart(message(_("An entry has at most {max} rules of repetition."), max=MAX_RULES))
        return cls(
            tuple(read_rule(rule) for rule in rules),
            tuple(_listed(event, "RDATE")),
            tuple(at for at, _length in _listed(event, "EXDATE")),
        )


@dataclass(frozen=True, slots=True)
class Window:
    """Around which day a series is written out, how many steps that may take and how many occurrences there may be."""

    today: date
    steps: WorkBudget
    room: int


def expanded(
    series: Series, hours: ImportedTimes, start: FileTime, zones: FileZones, window: Window
) -> Iterator[tuple[str, ImportedTimes, bool]]:
    """Each occurrence from a year ago to two years ahead: its name, its hours, and whether it is the series' first.

    Raises:
        Passed: none falls into that time.
        Unreadable: there are more than there may be, or the rules take too long.
    """
    steps = window.steps
    earliest, latest = window.today - PAST, window.today + AHEAD
    left_out = {at.key(start, zones, steps) for at in series.left_out}
    first = start.key(None, zones, steps)
    found: dict[str, ImportedTimes] = {}
    for at, length in _moments(series, start, zones, earliest, latest, steps):
        steps.take(_STEPS_EACH)
        key = at.key(start, zones, steps)
        if key in left_out or key in found:
            continue
        if len(found) >= window.room:
            raise UnreadablePart(
                message(_("Written out, this series and the other entries are more events than one file may have."))
            )
        found[key] = _hours_at(at, length, hours, start, zones, steps)
    if not found:
        raise _none_between(earliest, latest)
    return ((key, hours, key == first) for key, hours in found.items())


def recurrence_of(event: IcalEvent, zones: FileZones) -> FileTime | None:
    """Which occurrence of a series the entry is; None when it is one of its own, or the series.

    Raises:
        Unreadable: it stands for all later ones too.
    """
    recurrence = moment_of(event, "RECURRENCE-ID", zones)
    if recurrence is not None and "RANGE" in event["RECURRENCE-ID"].params:
        raise UnreadablePart(message(_("A change of one occurrence and all later ones is not taken in.")))
    return recurrence


def check_window(hours: ImportedTimes, today: date) -> None:
    """Let an occurrence that was changed by itself pass by when its series would not be written out there.

    Raises:
        Passed: it lies more than a year back, or more than two years ahead.
    """
    if not today - PAST <= hours.first_day <= today + AHEAD:
        raise _none_between(today - PAST, today + AHEAD)


def _none_between(first: date, last: date) -> SkippedPart:
    told = _("None of the series falls between {first} and {last}.")
    return SkippedPart(message(told, first=first.isoformat(), last=last.isoformat()))


def _moments(
    series: Series, start: FileTime, zones: FileZones, earliest: date, latest: date, steps: WorkBudget
) -> Iterator[tuple[FileTime, timedelta | None]]:
    wall = start.wall or datetime.combine(start.value, MIDNIGHT)
    if not series.rules and earliest <= wall.date() <= latest:
        yield start, None
    for rule in series.rules:
        fitted = replace(rule, until=_until(rule, start, zones))
        for at in occurrences(fitted, wall, earliest, latest, steps):
            yield replace(start, value=at if start.wall else at.date()), None
    for extra_dates, length in series.extra_dates:
        check_day(extra_dates.value, "RDATE")
        day = extra_dates.value.date() if isinstance(extra_dates.value, datetime) else extra_dates.value
        if earliest <= day <= latest:
            is_mixed = (extra_dates.wall is None) != (start.wall is None)
            yield (_fitting(extra_dates, start) if is_mixed else extra_dates), length


def _fitting(at: FileTime, start: FileTime) -> FileTime:
    """A listed day with the hour of the series; a listed hour of whole days as its day."""
    if start.wall is None:
        return FileTime(at.wall.date() if at.wall else at.value)
    return replace(start, value=datetime.combine(at.value, start.wall.time()))


def _until(rule: RecurrenceRule, start: FileTime, zones: FileZones) -> date | datetime | None:
    """UNTIL on the wall of the series' own zone; a day for whole days."""
    until = rule.until
    if not isinstance(until, datetime):
        return until
    if start.wall is None:
        return until.date()
    if until.tzinfo is None or start.is_utc:
        return until.replace(tzinfo=None)
    name = (zones.find(start.tzid).name if start.tzid else None) or zones.own
    try:
        return until.astimezone(zone_info(name)).replace(tzinfo=None)
    except OverflowError:
        return None


def _hours_at(
    at: FileTime, length: timedelta | None, hours: ImportedTimes, start: FileTime, zones: FileZones, steps: WorkBudget
) -> ImportedTimes:
    if hours.zone is None:
        days = (at.wall.date() if at.wall else at.value) - (start.wall.date() if start.wall else start.value)
        return hours.moved(days)
    shown = on_the_wall(at, hours.zone, zones, steps)
    moved = hours.moved(shown.replace(second=0) - datetime.combine(hours.first_day, hours.start_time or MIDNIGHT))
    if length is None:
        return moved
    end = shown + length
    return replace(moved, last_day=end.date(), end_time=end.time().replace(second=0) if end > shown else None)


def _listed(event: IcalEvent, name: str) -> Iterator[tuple[FileTime, timedelta | None]]:
    """The moments a property lists; a period's length with it."""
    value: Any = event.get(name)
    for one in value if isinstance(value, list) else [value] if value is not None else []:
        for item in getattr(one, "dts", ()):
            found = item.dt
            if isinstance(found, tuple):
                begin, end = found
                yield moment(begin, one.params, name), end if isinstance(end, timedelta) else end - begin
            else:
                yield moment(found, one.params, name), None
