"""Entries of .ics files as the desk would have them: titles, days, hours, places; and why the others are left.

Nothing is looked up here: whether an entry is known, and whose names it mentions, is for who takes it in.
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
    uid_of,
    visibility_of,
    words_of,
)
from calendars.ical_import.recurrence import Series, Window, check_window, expanded, recurrence_of
from calendars.ical_import.rrule_expansion import WorkBudget
from calendars.ical_import.times import FileTime, ImportedTimes, hours_of, moment_of
from calendars.ical_import.timezones import FileZones, iana_name
from models.i18n import Message, _, message
from models.text import clean, one_line
from models.vocabulary import EventKind, Language, Visibility

MAX_TITLE = 300
MAX_WORDS = 20_000
MAX_EVENTS = 2_000
"""With all that come again counted each time."""


@dataclass(frozen=True, slots=True)
class ImportedEvent:
    """One event of a file. ``marked_title`` is the title as it stands there, with marks that may be ours.

    ``uid`` is the event's own; an occurrence of a series has the file's UID and its ``recurrence_id`` in it. ``words``
    are in ``language``; None is not said. ``stamp`` is when the entry was changed last (aware), as far as it tells.
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
        """What the file calls it."""
        return "VEVENT"


@dataclass(frozen=True, slots=True)
class SkippedComponent:
    """A component that is not taken in: refused when something is wrong with it, ignored when it is no event."""

    number: int
    component: str
    reasons: tuple[Message, ...]
    is_refused: bool = True
    uid: str = ""
    recurrence_id: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class ImportContext:
    """For whom a file is read: the language of texts that name none, the office's zone, and the present instant."""

    language: Language
    zone: str
    now: datetime
    today: date


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """All components of a file in its order; ``source`` is the program that wrote it, as it calls itself."""

    source: str
    found: list[ImportedEvent | SkippedComponent]


@dataclass
class _Single:
    """A VEVENT whose own properties are read, before series are put together."""

    entry: ImportedEvent
    start: FileTime
    series: Series
    recurrence: FileTime | None
    zones: FileZones = field(repr=False)


def read_calendar(content: bytes, reader: ImportContext) -> CalendarFile:
    """Read a file: every component by itself, series written out from a year ago to two years ahead.

    Of entries with the same UID (and the same recurrence) the newest counts; the others are ignored.
    Source: RFC 5545 section 3.6.1.

    Raises:
        Invalid: ``file`` is no calendar, or too much of one.
    """
    text = read_text(content)
    steps, zones = WorkBudget(), _AllZones(reader)
    found: list[ImportedEvent | SkippedComponent] = []
    singles: list[_Single] = []
    for component in text.components:
        try:
            if left := _ignored(component):
                found.append(left)
            else:
                singles.append(_read(component, reader, zones.of(component.calendar), steps))
        except UnreadablePart as problem:
            found.append(_refused(component, problem.why))
    found += _newest(_expand(singles, reader, steps))
    remarks = tuple(text.remarks)
    return CalendarFile(
        one_line(text.source), [_with(one, remarks) for one in sorted(found, key=lambda one: one.number)]
    )


class _AllZones:
    """The zones of each calendar in a file."""

    def __init__(self, reader: ImportContext) -> None:
        self.reader = reader
        self.known: dict[int, FileZones] = {}

    def of(self, calendar: CalendarText) -> FileZones:
        """The zones of one; those a calendar says it is shown in stand for the office's."""
        if id(calendar) not in self.known:
            own = iana_name(calendar.values.get("X-WR-TIMEZONE", "")) or self.reader.zone
            is_ours = calendar.values.get("PRODID", "").startswith(OURS)
            self.known[id(calendar)] = FileZones(calendar.zones, self.reader.zone, self.reader.now, own, is_ours)
        return self.known[id(calendar)]


_IGNORED = {
    "VTODO": _("This is a task of somebody's; only events are taken in."),
    "VJOURNAL": _("This is a journal entry; only events are taken in."),
    "VFREEBUSY": _("This only tells busy times; only events are taken in."),
    "VALARM": _("This is an alarm; the desk has its own rules of reminding."),
}


def _ignored(component: ComponentText) -> SkippedComponent | None:
    """The component as one that is no event, if it is none."""
    if component.name == "VEVENT":
        names = [line.upper().partition(":") for line in component.lines]
        if any(name.startswith("RELATED-TO") for name, _colon, _value in names) and any(
            name.startswith("UID") and "-ITEM-" in value for name, _colon, value in names
        ):
            return _item(component)
        return None
    reason = _IGNORED.get(component.name, _("The desk does not know such entries; only events are taken in."))
    return SkippedComponent(component.number, component.name, (message(reason),), is_refused=False)


def _item(component: ComponentText) -> SkippedComponent:
    why = message(_("This is an item of a visit's programme; it comes with the visit."))
    return replace(_refused(component, why), is_refused=False)


def _refused(component: ComponentText, why: Message) -> SkippedComponent:
    said = {line.partition(":")[0].partition(";")[0].upper(): line.partition(":")[2] for line in component.lines}
    uid, title = one_line(said.get("UID", ""))[:MAX_UID], one_line(said.get("SUMMARY", ""))[:MAX_TITLE]
    return SkippedComponent(component.number, component.name, (why,), uid=uid, title=title)


def _read(component: ComponentText, reader: ImportContext, zones: FileZones, steps: WorkBudget) -> _Single:
    if component.problem is not None:
        raise UnreadablePart(component.problem)
    event = parsed(component)
    calendar = component.calendar.values
    remarks: list[Message] = []
    language = language_of(event, calendar.get("PRODID", ""), reader.language)
    marked = cut(one_line(words_of(event, "SUMMARY")), MAX_TITLE, "SUMMARY", remarks)
    if not marked:
        raise UnreadablePart(message(_("SUMMARY is missing: an event needs a title.")))
    told = strip_generated_lines(clean(words_of(event, "DESCRIPTION")))
    start = moment_of(event, "DTSTART", zones)
    if start is None:
        raise UnreadablePart(message(_("DTSTART is missing: an event needs a day.")))
    hours, about_hours = hours_of(event, start, zones, steps)
    if not told.has_end:
        hours = hours.without_end()
    if component.has_alarm:
        remarks.append(message(_("Alarms of the file are left out; the desk has its own rules of reminding.")))
    uid = uid_of(event, start, marked)
    entry = ImportedEvent(
        number=component.number,
        uid=uid,
        recurrence_id=None,
        marked_title=marked,
        title=strip_status_prefix(marked),
        language=language,
        description=cut(told.text, MAX_WORDS, "DESCRIPTION", remarks) or None,
        location=cut(one_line(words_of(event, "LOCATION")), MAX_WORDS, "LOCATION", remarks) or None,
        hours=hours,
        kind=kind_of_category(categories_of(event)),
        visibility=visibility_of(event),
        sequence=sequence_of(event),
        stamp=stamp_of(event),
        is_cancelled=words_of(event, "STATUS").strip().upper() == "CANCELLED"
        or calendar.get("METHOD", "").upper() == "CANCEL",
        host_name=told.host,
        guest_name=told.guest,
        headcount=told.headcount,
        remarks=(*about_hours, *remarks),
    )
    return _Single(entry, start, Series.of(event, component.lines, zones), recurrence_of(event, zones), zones)


def _expand(
    singles: Sequence[_Single], reader: ImportContext, steps: WorkBudget
) -> Iterator[ImportedEvent | SkippedComponent]:
    """Entries with their own names; of a series each occurrence, those changed by themselves as they are now."""
    masters = {one.entry.uid: one for one in singles if one.recurrence is None}
    room = MAX_EVENTS - sum(one.series.is_one for one in singles)
    changed: dict[str, set[str]] = {}
    for one in singles:
        if one.recurrence is None:
            continue
        try:
            master = masters.get(one.entry.uid)
            check_window(one.entry.hours, reader.today)
            at = one.recurrence.key(master.start if master else None, one.zones, steps)
            begins = master.start.key(None, master.zones, steps) if master else None
            changed.setdefault(one.entry.uid, set()).add(at)
            yield _named(one.entry, at, is_first=at == begins)
        except UnreadablePart as problem:
            yield _left(one.entry, problem.why, is_refused=not isinstance(problem, SkippedPart))
    for one in singles:
        if one.recurrence is not None:
            continue
        try:
            if one.series.is_one:
                yield one.entry
                continue
            made = [
                replace(_named(one.entry, at, is_first=is_first), hours=hours)
                for at, hours, is_first in expanded(
                    one.series, one.entry.hours, one.start, one.zones, Window(reader.today, steps, room)
                )
                if at not in changed.get(one.entry.uid, ())
            ]
            room -= len(made)
            yield from made
        except UnreadablePart as problem:
            yield _left(one.entry, problem.why, is_refused=not isinstance(problem, SkippedPart))


def _named(entry: ImportedEvent, at: str, *, is_first: bool) -> ImportedEvent:
    """An occurrence: the first has the UID of the series, as it would alone; the others have their beginning in it."""
    uid = entry.uid if is_first else f"{entry.uid}/{at}"
    if len(uid) > MAX_UID:
        raise UnreadablePart(message(_("The UID is longer than {max} characters."), max=MAX_UID))
    return replace(entry, uid=uid, recurrence_id=at)


def _newest(found: Iterator[ImportedEvent | SkippedComponent]) -> list[ImportedEvent | SkippedComponent]:
    """Of entries with one UID the newest; the others are ignored, and say so."""
    kept: dict[str, ImportedEvent] = {}
    others: list[ImportedEvent | SkippedComponent] = []
    for one in found:
        if isinstance(one, SkippedComponent):
            others.append(one)
            continue
        rival = kept.get(one.uid)
        older = one if rival is not None and _age(one) < _age(rival) else rival
        if older is not one:
            kept[one.uid] = one
        if older is not None:
            others.append(_left(older, message(_("The file has a newer entry with the same UID.")), is_refused=False))
    return [*kept.values(), *others]


def _age(entry: ImportedEvent) -> tuple[int, float, int]:
    return entry.sequence, entry.stamp.timestamp() if entry.stamp else 0.0, entry.number


def _left(entry: ImportedEvent, why: Message, *, is_refused: bool = True) -> SkippedComponent:
    return SkippedComponent(
        entry.number, entry.component, (why,), is_refused, entry.uid, entry.recurrence_id, entry.title
    )


def _with(one: ImportedEvent | SkippedComponent, remarks: tuple[Message, ...]) -> ImportedEvent | SkippedComponent:
    return replace(one, remarks=(*one.remarks, *remarks)) if remarks and isinstance(one, ImportedEvent) else one
