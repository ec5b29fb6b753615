"""Convert entries of .ics files to our values: titles, dates, times, places; and say why others are skipped.

Nothing is looked up here: the caller decides whether an entry exists already and whose names it mentions.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

from calendars.ical_import.combining import Combination
from calendars.ical_import.content_lines import CalendarText, ComponentText, UnreadablePart, read_text
from calendars.ical_import.entries import ImportedEvent, RefusedReplacement, SingleEntry, SkippedComponent
from calendars.ical_import.own_calendars import kind_of_category, strip_generated_lines, strip_status_prefix
from calendars.ical_import.properties import (
    MAX_UID,
    OURS,
    categories_of,
    cut,
    language_of,
    parsed,
    sequence_of,
    stamp_of,
    text_of,
    uid_of,
    visibility_of,
)
from calendars.ical_import.rrule_expansion import WorkBudget
from calendars.ical_import.series import AHEAD, PAST, RecurrenceId, Series
from calendars.ical_import.times import FileTime, hours_of, start_and_end
from calendars.ical_import.timezones import FileZones, iana_name
from models.i18n import N_, Message, message
from models.text import clean, one_line
from models.vocabulary import Language

MAX_TITLE = 300
MAX_WORDS = 20_000

ORGANISERS_METHODS = frozenset({"", "PUBLISH", "REQUEST", "ADD", "CANCEL"})
"""What an organiser says. REPLY, COUNTER, REFRESH and DECLINECOUNTER are said to one. Source: RFC 5546 section 1.4."""


@dataclass(frozen=True, slots=True)
class ImportContext:
    """For whom a file is read: the language of texts without one, the office's zone, and the current instant."""

    language: Language
    zone: str
    now: datetime
    today: date


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """All components of a file in file order; ``source`` is the name of the program that wrote it.

    ``series`` are the UIDs of the series that the file contains whole, from ``earliest`` to ``latest``.
    """

    source: str
    found: list[ImportedEvent | SkippedComponent]
    series: frozenset[str]
    earliest: date
    latest: date


def read_calendar(content: bytes, reader: ImportContext, charset: str = "") -> CalendarFile:
    """Read a file: every component on its own, series expanded from a year ago to two years ahead.

    Entries with the same UID are combined (:mod:`calendars.ical_import.combining`). ``charset`` is the one the sender
    declared, if any.

    Raises:
        Invalid: ``file`` is not a calendar, or exceeds a limit.
    """
    text = read_text(content, charset)
    budget, zones = WorkBudget(), _AllZones(reader)
    found: list[ImportedEvent | SkippedComponent] = []
    singles: list[SingleEntry] = []
    refused: list[RefusedReplacement] = []
    for component in text.components:
        try:
            if ignored := _ignored(component):
                found.append(ignored)
            else:
                singles.append(_read(component, reader, zones.of(component.calendar), budget))
        except UnreadablePart as problem:
            found.append(_refused(component, problem.why))
            refused += _replacement(component, zones.of(component.calendar))
    combination = Combination(singles, refused, reader.today, budget)
    found += combination.found()
    remarks = tuple(text.remarks)
    return CalendarFile(
        one_line(text.source),
        [_with(one, remarks) for one in sorted(found, key=lambda one: one.number)],
        frozenset(combination.expanded),
        reader.today - PAST,
        reader.today + AHEAD,
    )


class _AllZones:
    """The zones of each calendar in a file."""

    def __init__(self, reader: ImportContext) -> None:
        self.reader = reader
        self.by_calendar: dict[int, FileZones] = {}

    def of(self, calendar: CalendarText) -> FileZones:
        """The zones of one calendar; its X-WR-TIMEZONE replaces the office's zone."""
        if id(calendar) not in self.by_calendar:
            own = iana_name(calendar.values.get("X-WR-TIMEZONE", "")) or self.reader.zone
            is_ours = calendar.values.get("PRODID", "").startswith(OURS)
            self.by_calendar[id(calendar)] = FileZones(calendar.zones, self.reader.zone, self.reader.now, own, is_ours)
        return self.by_calendar[id(calendar)]


_IGNORED = {
    "VTODO": N_("This is a task of somebody's; only events are taken in."),
    "VJOURNAL": N_("This is a journal entry; only events are taken in."),
    "VFREEBUSY": N_("This only tells busy times; only events are taken in."),
    "VALARM": N_("This is an alarm; the desk has its own rules of reminding."),
}


def _ignored(component: ComponentText) -> SkippedComponent | None:
    """The component as an ignored one if it is not an event that an organiser tells of, else None."""
    if component.name == "VEVENT":
        method = component.calendar.values.get("METHOD", "").upper()
        if method not in ORGANISERS_METHODS:
            why = N_("This is somebody's word on an invitation ({method}), not the organiser's; nothing is taken over.")
            return replace(_refused(component, message(why, method=method[:20])), is_refused=False)
        names = [line.upper().partition(":") for line in component.lines]
        if any(name.startswith("RELATED-TO") for name, _colon, _value in names) and any(
            name.startswith("UID") and "-ITEM-" in value for name, _colon, value in names
        ):
            return _item(component)
        return None
    reason = _IGNORED.get(component.name, N_("The desk does not know such entries; only events are taken in."))
    return SkippedComponent(component.number, component.name, (message(reason),), is_refused=False)


def _item(component: ComponentText) -> SkippedComponent:
    why = message(N_("This is an item of a visit's programme; it comes with the visit."))
    return replace(_refused(component, why), is_refused=False)


def _refused(component: ComponentText, why: Message) -> SkippedComponent:
    values = {line.partition(":")[0].partition(";")[0].upper(): line.partition(":")[2] for line in component.lines}
    uid, title = one_line(values.get("UID", ""))[:MAX_UID], one_line(values.get("SUMMARY", ""))[:MAX_TITLE]
    return SkippedComponent(component.number, component.name, (why,), uid=uid, title=title)


def _read(component: ComponentText, reader: ImportContext, zones: FileZones, budget: WorkBudget) -> SingleEntry:
    if component.problem is not None:
        raise UnreadablePart(component.problem)
    event = parsed(component)
    calendar = component.calendar.values
    remarks: list[Message] = []
    language = language_of(event, calendar.get("PRODID", ""), reader.language)
    marked = cut(one_line(text_of(event, "SUMMARY")), MAX_TITLE, "SUMMARY", remarks)
    is_cancelled = (
        text_of(event, "STATUS").strip().upper() == "CANCELLED" or calendar.get("METHOD", "").upper() == "CANCEL"
    )
    recurrence = RecurrenceId.of(event, zones)
    parts = strip_generated_lines(clean(text_of(event, "DESCRIPTION")))
    start, end = start_and_end(event, zones, budget)
    if is_cancelled:
        # A cancellation needs neither a title nor a day (RFC 5546 section 3.2.5): nothing is made of it.
        start = start or (recurrence.at if recurrence else FileTime(reader.today))
    elif not marked:
        raise UnreadablePart(message(N_("SUMMARY is missing: an event needs a title.")))
    if start is None:
        raise UnreadablePart(message(N_("DTSTART is missing: an event needs a day.")))
    hours, about_hours = hours_of(event, start, end, zones, budget)
    if not parts.has_end:
        hours = hours.without_end()
    if component.has_alarm:
        remarks.append(message(N_("Alarms of the file are left out; the desk has its own rules of reminding.")))
    uid = uid_of(event, start, marked)
    entry = ImportedEvent(
        number=component.number,
        uid=uid,
        recurrence_id=None,
        marked_title=marked,
        title=strip_status_prefix(marked),
        language=language,
        description=cut(parts.text, MAX_WORDS, "DESCRIPTION", remarks) or None,
        location=cut(one_line(text_of(event, "LOCATION")), MAX_WORDS, "LOCATION", remarks) or None,
        hours=hours,
        kind=kind_of_category(categories_of(event)),
        visibility=visibility_of(event),
        sequence=sequence_of(event),
        stamp=stamp_of(event),
        is_cancelled=is_cancelled,
        host_name=parts.host,
        guest_name=parts.guest,
        headcount=parts.headcount,
        remarks=(*about_hours, *remarks),
    )
    return SingleEntry(entry, start, Series.of(event, component.lines, zones), recurrence, zones)


def _replacement(component: ComponentText, zones: FileZones) -> list[RefusedReplacement]:
    """The occurrence that a refused component would have replaced, if it names one that can be read."""
    lines = [line for line in component.lines if line[:13].upper().startswith(("UID", "RECURRENCE-ID"))]
    try:
        event = parsed(replace(component, lines=lines, problem=None))
        recurrence = RecurrenceId.of(event, zones)
    except UnreadablePart:
        return []
    return [] if recurrence is None else [RefusedReplacement(one_line(text_of(event, "UID")), recurrence, zones)]


def _with(one: ImportedEvent | SkippedComponent, remarks: tuple[Message, ...]) -> ImportedEvent | SkippedComponent:
    return replace(one, remarks=(*one.remarks, *remarks)) if remarks and isinstance(one, ImportedEvent) else one
