"""Expand series of .ics entries: RRULE, RDATE and EXDATE become single occurrences around today."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from calendars.days.formatting import in_words
from calendars.days.spans import MIDNIGHT, days_after, zone_info
from calendars.ical_import.content_lines import SkippedPart, UnreadablePart
from calendars.ical_import.rrule import RecurrenceRule, read_rule
from calendars.ical_import.rrule_expansion import WorkBudget, occurrences
from calendars.ical_import.times import FileTime, ImportedTimes, check_day, local_time, moment, moment_of
from calendars.ical_import.timezones import FileZones
from models.i18n import N_, Message, message

if TYPE_CHECKING:
    from icalendar import Event as IcalEvent

PAST, AHEAD = timedelta(days=365), timedelta(days=730)
MAX_DATES = 2_000
"""The maximum number of days listed by one entry (RDATE or EXDATE)."""
MAX_RULES = 5

LOOKED_AHEAD = timedelta(days=8 * 366)
"""How far beyond the expanded time is looked for one more occurrence; 29 February can be eight years away."""

LOOKAHEAD_STEPS = 20_000
"""The days examined for that, for all series of a file together."""

_STEPS_EACH = 10
"""An occurrence costs about as much time as examining ten days."""


@dataclass(frozen=True, slots=True)
class Series:
    """How an entry recurs: by rules, on extra dates (some with their own duration), without excluded dates."""

    rules: tuple[RecurrenceRule, ...]
    extra_dates: tuple[tuple[FileTime, timedelta | None], ...]
    excluded: tuple[FileTime, ...]

    @property
    def is_one(self) -> bool:
        """Whether the entry does not recur."""
        return not self.rules and not self.extra_dates

    @classmethod
    def of(cls, event: "IcalEvent", lines: Sequence[str], zones: FileZones) -> "Series":
        """Create from an entry's properties.

        Raises:
            UnreadablePart: a rule or a list is not supported.
        """
        if any(line[:6].upper() == "EXRULE" for line in lines):
            raise UnreadablePart(message(N_("EXRULE is not taken in; write the days left out as EXDATE.")))
        if sum(line.count(",") + 1 for line in lines if line[:5].upper() in {"RDATE", "EXDAT"}) > MAX_DATES:
            raise UnreadablePart(message(N_("An entry lists at most {max} days (RDATE, EXDATE)."), max=MAX_DATES))
        rules = [line.partition(":")[2] for line in lines if line[:5].upper() == "RRULE"]
        if len(rules) > MAX_RULES:
            raise UnreadablePart(message(N_("An entry has at most {max} rules of repetition."), max=MAX_RULES))
        return cls(
            tuple(read_rule(rule) for rule in rules),
            tuple(_listed(event, "RDATE")),
            tuple(at for at, _length in _listed(event, "EXDATE")),
        )


@dataclass(frozen=True, slots=True)
class Window:
    """The day around which a series is expanded, the remaining work budget and the maximum number of occurrences.

    ``ahead`` is the budget of looking whether series go on afterwards.
    """

    today: date
    budget: WorkBudget
    room: int
    ahead: WorkBudget


def expanded(
    series: Series, hours: ImportedTimes, start: FileTime, zones: FileZones, window: Window
) -> Iterator[tuple[str, ImportedTimes, bool]]:
    """Each occurrence from a year ago to two years ahead: key, times, whether it is the first of the series.

    Raises:
        SkippedPart: there is no occurrence in that time.
        UnreadablePart: there are too many occurrences, or the rules take too long.
    """
    budget = window.budget
    earliest, latest = window.today - PAST, window.today + AHEAD
    excluded = {at.key(start, zones, budget) for at in series.excluded}
    first = start.key(None, zones, budget)
    found: dict[str, ImportedTimes] = {}
    for at, length in _moments(series, start, zones, earliest, latest, budget):
        budget.spend(_STEPS_EACH)
        key = at.key(start, zones, budget)
        if key in excluded or key in found:
            continue
        if len(found) >= window.room:
            raise UnreadablePart(
                message(N_("Written out, this series and the other entries are more events than one file may have."))
            )
        found[key] = _hours_at(at, length, hours, start, zones, budget)
    if not found:
        raise _none_between(earliest, latest)
    return ((key, hours, key == first) for key, hours in found.items())


@dataclass(frozen=True, slots=True)
class RecurrenceId:
    """The occurrence of a series that an entry replaces; ``and_later``: the entry changes all later ones as well."""

    at: FileTime
    and_later: bool = False

    @classmethod
    def of(cls, event: "IcalEvent", zones: FileZones) -> "RecurrenceId | None":
        """From RECURRENCE-ID; None for a single entry or the series itself. Source: RFC 5545 section 3.2.13.

        Raises:
            UnreadablePart: it applies to a range that the RFC does not know (any more).
        """
        at = moment_of(event, "RECURRENCE-ID", zones)
        if at is None:
            return None
        extent = str(event["RECURRENCE-ID"].params.get("RANGE", "")).upper()
        if extent not in {"", "THISANDFUTURE"}:
            raise UnreadablePart(message(N_("A change of an occurrence and all earlier ones is not taken in.")))
        return cls(at, and_later=bool(extent))


def cut_remarks(series: Series, start: FileTime, zones: FileZones, window: Window) -> list[Message]:
    """That a series began before the time in which it is expanded, or goes on after it."""
    earliest, latest = window.today - PAST, window.today + AHEAD
    remarks = []
    if start.midnight.date() < earliest:
        remarks.append(
            message(N_("The series began earlier; what lies before {day} is left out."), day=in_words(earliest))
        )
    if any(_goes_on(rule, start, zones, latest, window.ahead) for rule in series.rules) or any(
        at.midnight.date() > latest for at, _length in series.extra_dates
    ):
        text = N_("The series goes on; what lies after {day} comes when the file is taken in again later.")
        remarks.append(message(text, day=in_words(latest)))
    return remarks


def _goes_on(rule: RecurrenceRule, start: FileTime, zones: FileZones, latest: date, budget: WorkBudget) -> bool:
    """Whether a rule has occurrences after a day; if that takes too long to work out, whether it may have."""
    until = _until(rule, start, zones)
    end = until.date() if isinstance(until, datetime) else until
    if end is not None and end <= latest:
        return False
    horizon = min(days_after(latest, LOOKED_AHEAD.days), end or date.max)
    try:
        found = occurrences(
            replace(rule, until=until), start.wall or start.midnight, days_after(latest, 1), horizon, budget
        )
        return next(found, None) is not None
    except UnreadablePart:
        return True


def check_window(hours: ImportedTimes, today: date) -> None:
    """Skip a modified occurrence that lies outside the expansion window.

    Raises:
        SkippedPart: it is more than a year ago, or more than two years ahead.
    """
    if not today - PAST <= hours.first_day <= today + AHEAD:
        raise _none_between(today - PAST, today + AHEAD)


def _none_between(first: date, last: date) -> SkippedPart:
    text = N_("None of the series falls between {first} and {last}.")
    return SkippedPart(message(text, first=in_words(first), last=in_words(last)))


def _moments(
    series: Series, start: FileTime, zones: FileZones, earliest: date, latest: date, budget: WorkBudget
) -> Iterator[tuple[FileTime, timedelta | None]]:
    wall = start.wall or datetime.combine(start.value, MIDNIGHT)
    if not series.rules and earliest <= wall.date() <= latest:
        yield start, None
    for rule in series.rules:
        fitted = replace(rule, until=_until(rule, start, zones))
        for at in occurrences(fitted, wall, earliest, latest, budget):
            yield replace(start, value=at if start.wall else at.date()), None
    for extra_dates, length in series.extra_dates:
        check_day(extra_dates.value, "RDATE")
        day = extra_dates.value.date() if isinstance(extra_dates.value, datetime) else extra_dates.value
        if earliest <= day <= latest:
            is_mixed = (extra_dates.wall is None) != (start.wall is None)
            yield (_fitting(extra_dates, start) if is_mixed else extra_dates), length


def _fitting(at: FileTime, start: FileTime) -> FileTime:
    """A listed date with the time of the series; in a series of whole days a listed time becomes its date."""
    if start.wall is None:
        return FileTime(at.wall.date() if at.wall else at.value)
    return replace(start, value=datetime.combine(at.value, start.wall.time()))


def _until(rule: RecurrenceRule, start: FileTime, zones: FileZones) -> date | datetime | None:
    """UNTIL in local time of the series' own zone; a date for whole days."""
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
    at: FileTime, length: timedelta | None, hours: ImportedTimes, start: FileTime, zones: FileZones, budget: WorkBudget
) -> ImportedTimes:
    if hours.zone is None:
        days = (at.wall.date() if at.wall else at.value) - (start.wall.date() if start.wall else start.value)
        return hours.moved(days)
    local = local_time(at, hours.zone, zones, budget)
    moved = hours.moved(local.replace(second=0) - datetime.combine(hours.first_day, hours.start_time or MIDNIGHT))
    if length is None:
        return moved
    end = local + length
    return replace(moved, last_day=end.date(), end_time=end.time().replace(second=0) if end > local else None)


def _listed(event: "IcalEvent", name: str) -> Iterator[tuple[FileTime, timedelta | None]]:
    """The dates and times a property lists, each with the duration of a period."""
    value: Any = event.get(name)
    for one in value if isinstance(value, list) else [value] if value is not None else []:
        for item in getattr(one, "dts", ()):
            found = item.dt
            if isinstance(found, tuple):
                begin, end = found
                yield moment(begin, one.params, name), end if isinstance(end, timedelta) else end - begin
            else:
                yield moment(found, one.params, name), None
