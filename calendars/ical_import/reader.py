"""Convert entries of .ics files to our values: titles, dates, times, places; and say why others are skipped.

Nothing is looked up here: the caller decides whether an entry exists already and whose names it mentions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from calendars.ical_import.content_lines import CalendarText, ComponentText, SkippedPart, UnreadablePart, read_text
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
from calendars.ical_import.series import Series, Window, check_window, expanded, recurrence_of
from calendars.ical_import.times import FileTime, ImportedTimes, hours_of, moment_of
from calendars.ical_import.timezones import FileZones, iana_name
from models.i18n import N_, Message, message
from models.text import clean, one_line
from models.vocabulary import EventKind, Language, Visibility

MAX_TITLE = 300
MAX_WORDS = 20_000
MAX_EVENTS = 2_000
"""The limit counts every occurrence of recurring entries."""


@dataclass(frozen=True, slots=True)
class ImportedEvent:
    """One event of a file. ``marked_title`` is the title in the file, with prefixes that may be ours.

    ``uid`` is the event's own; for an occurrence of a series it is the file's UID followed by its ``recurrence_id``.
    The texts are in ``language``; None means not given. ``stamp`` is when the entry was last changed (aware), if the
    file says so.
    """

    number: int
    uid: str
    recurrence_id: str | None
    marked_title: str
    title: str
    language: Language
    description: str | None
    location: str | None
    hours: ImportedTimes
    kind: EventKind | None
    visibility: Visibility | None
    sequence: int
    stamp: datetime | None
    is_cancelled: bool
    host_name: str = ""
    guest_name: str = ""
    headcount: int | None = None
    remarks: tuple[Message, ...] = ()

    @property
    def component(self) -> str:
        """The component's name in the file."""
        return "VEVENT"


@dataclass(frozen=True, slots=True)
class SkippedComponent:
    """A component that is not imported: refused if something is wrong with it, ignored if it is not an event."""

    number: int
    component: str
    reasons: tuple[Message, ...]
    is_refused: bool = True
    uid: str = ""
    recurrence_id: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class ImportContext:
    """For whom a file is read: the language of texts without one, the office's zone, and the current instant."""

    language: Language
    zone: str
    now: datetime
    today: date


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """All components of a file in file order; ``source`` is the name of the program that wrote it."""

    source: str
    found: list[ImportedEvent | SkippedComponent]


@dataclass
class _Single:
    """A VEVENT whose own properties have been read, before series are combined."""

    entry: ImportedEvent
    start: FileTime
    series: Series
    recurrence: FileTime | None
    zones: FileZones = field(repr=False)


def read_calendar(content: bytes, reader: ImportContext) -> CalendarFile:
    """Read a file: every component on its own, series expanded from a year ago to two years ahead.

    Of entries with the same UID (and the same recurrence) the newest is used; the others are ignored. Source: RFC 5545
    section 3.6.1.

    Raises:
        Invalid: ``file`` is not a calendar, or exceeds a limit.
    """
    text = read_text(content)
    budget, zones = WorkBudget(), _AllZones(reader)
    found: list[ImportedEvent | SkippedComponent] = []
    singles: list[_Single] = []
    for component in text.components:
        try:
            if ignored := _ignored(component):
                found.append(ignored)
            else:
                singles.append(_read(component, reader, zones.of(component.calendar), budget))
        except UnreadablePart as problem:
            found.append(_refused(component, problem.why))
    found += _newest(_expand(singles, reader, budget))
    remarks = tuple(text.remarks)
    return CalendarFile(
        one_line(text.source), [_with(one, remarks) for one in sorted(found, key=lambda one: one.number)]
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
    """The component as an ignored one if it is not an event, else None."""
    if component.name == "VEVENT":
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


def _read(component: ComponentText, reader: ImportContext, zones: FileZones, budget: WorkBudget) -> _Single:
    if component.problem is not None:
        raise UnreadablePart(component.problem)
    event = parsed(component)
    calendar = component.calendar.values
    remarks: list[Message] = []
    language = language_of(event, calendar.get("PRODID", ""), reader.language)
    marked = cut(one_line(text_of(event, "SUMMARY")), MAX_TITLE, "SUMMARY", remarks)
    if not marked:
        raise UnreadablePart(message(N_("SUMMARY is missing: an event needs a title.")))
    parts = strip_generated_lines(clean(text_of(event, "DESCRIPTION")))
    start = moment_of(event, "DTSTART", zones)
    if start is None:
        raise UnreadablePart(message(N_("DTSTART is missing: an event needs a day.")))
    hours, about_hours = hours_of(event, start, zones, budget)
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
        is_cancelled=text_of(event, "STATUS").strip().upper() == "CANCELLED"
        or calendar.get("METHOD", "").upper() == "CANCEL",
        host_name=parts.host,
        guest_name=parts.guest,
        headcount=parts.headcount,
        remarks=(*about_hours, *remarks),
    )
    return _Single(entry, start, Series.of(event, component.lines, zones), recurrence_of(event, zones), zones)


def _expand(
    singles: Sequence[_Single], reader: ImportContext, budget: WorkBudget
) -> Iterator[ImportedEvent | SkippedComponent]:
    """Entries under their own UIDs; of a series every occurrence, modified occurrences with their changes."""
    masters = {one.entry.uid: one for one in singles if one.recurrence is None}
    room = MAX_EVENTS - sum(one.series.is_one for one in singles)
    changed: dict[str, set[str]] = {}
    for one in singles:
        if one.recurrence is None:
            continue
        try:
            master = masters.get(one.entry.uid)
            check_window(one.entry.hours, reader.today)
            at = one.recurrence.key(master.start if master else None, one.zones, budget)
            begins = master.start.key(None, master.zones, budget) if master else None
            changed.setdefault(one.entry.uid, set()).add(at)
            yield _occurrence(one.entry, at, is_first=at == begins)
        except UnreadablePart as problem:
            yield _skipped(one.entry, problem.why, is_refused=not isinstance(problem, SkippedPart))
    for one in singles:
        if one.recurrence is not None:
            continue
        try:
            if one.series.is_one:
                yield one.entry
                continue
            occurrences = [
                replace(_occurrence(one.entry, at, is_first=is_first), hours=hours)
                for at, hours, is_first in expanded(
                    one.series, one.entry.hours, one.start, one.zones, Window(reader.today, budget, room)
                )
                if at not in changed.get(one.entry.uid, ())
            ]
            room -= len(occurrences)
            yield from occurrences
        except UnreadablePart as problem:
            yield _skipped(one.entry, problem.why, is_refused=not isinstance(problem, SkippedPart))


def _occurrence(entry: ImportedEvent, at: str, *, is_first: bool) -> ImportedEvent:
    """An occurrence: the first one keeps the UID of the series, the others have their start appended to it."""
    uid = entry.uid if is_first else f"{entry.uid}/{at}"
    if len(uid) > MAX_UID:
        raise UnreadablePart(message(N_("The UID is longer than {max} characters."), max=MAX_UID))
    return replace(entry, uid=uid, recurrence_id=at)


def _newest(found: Iterator[ImportedEvent | SkippedComponent]) -> list[ImportedEvent | SkippedComponent]:
    """Of entries with the same UID the newest; the others are reported as ignored."""
    newest: dict[str, ImportedEvent] = {}
    others: list[ImportedEvent | SkippedComponent] = []
    for one in found:
        if isinstance(one, SkippedComponent):
            others.append(one)
            continue
        existing = newest.get(one.uid)
        older = one if existing is not None and _age(one) < _age(existing) else existing
        if older is not one:
            newest[one.uid] = one
        if older is not None:
            others.append(
                _skipped(older, message(N_("The file has a newer entry with the same UID.")), is_refused=False)
            )
    return [*newest.values(), *others]


def _age(entry: ImportedEvent) -> tuple[int, float, int]:
    return entry.sequence, entry.stamp.timestamp() if entry.stamp else 0.0, entry.number


def _skipped(entry: ImportedEvent, why: Message, *, is_refused: bool = True) -> SkippedComponent:
    return SkippedComponent(
        entry.number, entry.component, (why,), is_refused, entry.uid, entry.recurrence_id, entry.title
    )


def _with(one: ImportedEvent | SkippedComponent, remarks: tuple[Message, ...]) -> ImportedEvent | SkippedComponent:
    return replace(one, remarks=(*one.remarks, *remarks)) if remarks and isinstance(one, ImportedEvent) else one
