"""The office's weekly schedule (lịch công tác tuần): days in halves; what, where, who attends, who prepares."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from enum import IntEnum

from calendars.days.formatting import format_days, format_hours, format_hours_on, format_own_hours
from calendars.days.holidays import Holiday
from calendars.days.office_clock import RunningOrder, ShownTimes, shown_times
from calendars.days.spans import Days, days_after
from calendars.events.labels import status_name
from calendars.events.lifecycle import CALLED_OFF
from calendars.ical.vevent import EventFacts, status_words
from calendars.programmes.dated_parts import DatedPart, PartKind
from calendars.programmes.items import ProgrammeItemValues
from calendars.programmes.rendering import MOST_CHARACTERS, OUTDATED
from models.i18n import N_, translate
from models.text import LocalizedText, localized, one_line, shorten
from models.vocabulary import EventStatus, HolidayCategory

_NOON = time(12)
_IN_COUNTRY: Mapping[HolidayCategory, str] = {
    HolidayCategory.PUBLIC: N_("Day off in {country}: {name}"),
    HolidayCategory.WORKDAY: N_("Working day in {country}: {name}"),
    HolidayCategory.FESTIVAL: N_("Festival in {country}: {name}"),
}
_COUNTRIES: Mapping[str, LocalizedText] = {
    "VN": {"vi": "Việt Nam", "lo": "ຫວຽດນາມ", "en": "Viet Nam"},
    "LA": {"vi": "Lào", "lo": "ລາວ", "en": "Laos"},
}


class HalfDay(IntEnum):
    """The parts of a day in printing order; anything without times belongs to the whole day."""

    WHOLE_DAY = 0
    MORNING = 1
    AFTERNOON = 2


@dataclass(frozen=True, slots=True)
class WeekSchedule:
    """The data of the seven days from ``first_day`` (a Monday); drafts and events on other days are ignored.

    By the events' uids: ``preparing`` are the names of those who prepare something besides the organisation in charge,
    ``travels`` the days from arrival to departure; a visit that arrives and departs on the same day is not listed as
    arriving. ``left_out`` is the number of further events.
    """

    first_day: date
    events: Sequence[EventFacts]
    holidays: Sequence[Holiday] = ()
    preparing: Mapping[str, Sequence[LocalizedText | str]] = field(default_factory=dict)
    travels: Mapping[str, Days] = field(default_factory=dict)
    left_out: int = 0

    @property
    def days(self) -> Days:
        """Monday to Sunday."""
        return Days(self.first_day, days_after(self.first_day, 6))


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One row of the table in one language.

    ``hours``, ``about``, ``where``, ``presides`` and ``prepares`` may be empty. ``about`` is what a row is part of, or
    a remark; ``attends`` has one line for each. ``prepares`` names everybody, in the event's first row of the week.
    ``uid`` is the event's.
    """

    half: HalfDay
    hours: str
    what: str
    about: tuple[str, ...]
    where: str
    presides: str
    attends: tuple[str, ...]
    prepares: str
    url: str
    uid: str


@dataclass(frozen=True, slots=True)
class TravelRow:
    """A visit that arrives or departs: its title, the name of the guest, and its address."""

    title: str
    guest: str
    url: str


@dataclass(frozen=True, slots=True)
class ScheduleDay:
    """A day, its holidays, its rows in running order, and the visits that arrive and depart."""

    day: date
    holidays: tuple[str, ...]
    rows: tuple[ScheduleRow, ...]
    arriving: tuple[TravelRow, ...] = ()
    departing: tuple[TravelRow, ...] = ()


@dataclass(frozen=True, slots=True)
class ScheduleTable:
    """The schedule: ``all_week`` is shown once, above the days; ``called_off`` are (title, days and status, url)."""

    all_week: tuple[ScheduleRow, ...]
    days: tuple[ScheduleDay, ...]
    called_off: tuple[tuple[str, str, str], ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing takes place."""
        return not self.all_week and not any(day.rows for day in self.days)


def schedule(week: WeekSchedule, language: str) -> ScheduleTable:
    """The week's table in a language.

    Days and hours are those of the office's clock. An event is shown by its last published programme and its
    performances: what begins before noon is in the morning, the rest in the afternoon. On days for which there are none
    the event itself is shown, with its times on its first and last day and the phase that is on. An event that lasts
    all seven days is shown above them instead. Who prepares an event stands in its first row, whole: it is the same in
    all of them.
    """
    days = week.days
    touching = [event for event in week.events if event.times.days.overlaps(days)]
    taking_place = [event for event in touching if _takes_place(event)]
    called_off = [event for event in touching if event.status in CALLED_OFF]
    travelling = [
        (event, week.travels[event.uid])
        for event in sorted(week.events, key=_by_day)
        if event.guest_name and _takes_place(event) and len(week.travels.get(event.uid, ())) > 1
    ]
    by_day: dict[date, list[tuple[RunningOrder, ScheduleRow]]] = {day: [] for day in days}
    all_week = []
    for event in sorted(taking_place, key=_by_day):
        if is_all_week := event.times.days.first <= days.first and event.times.days.last >= days.last:
            all_week.append(_event_row(event, None, week, language))
        for day, order, row in _rows(event, week, is_all_week, language):
            by_day[day].append((order, row))
    return _said_once(
        ScheduleTable(
            tuple(all_week),
            tuple(
                ScheduleDay(
                    day,
                    tuple(holiday_line(one, language) for one in week.holidays if one.day == day),
                    # Rows with the same start stay in the order of the events.
                    tuple(row for _order, row in sorted(found, key=lambda pair: (pair[1].half, pair[0]))),
                    tuple(_travel(event, language) for event, travel in travelling if travel.first == day),
                    tuple(_travel(event, language) for event, travel in travelling if travel.last == day),
                )
                for day, found in by_day.items()
            ),
            tuple(
                (short(event.title, language), _what_became(event, language), event.url or "")
                for event in sorted(called_off, key=_by_day)
            ),
        )
    )


def _said_once(table: ScheduleTable) -> ScheduleTable:
    """The table with who prepares an event in its first row only."""
    told: set[str] = set()

    def first(row: ScheduleRow) -> ScheduleRow:
        shown = replace(row, prepares="") if row.uid in told else row
        told.add(row.uid)
        return shown

    all_week = tuple(map(first, table.all_week))
    days = tuple(replace(day, rows=tuple(map(first, day.rows))) for day in table.days)
    return replace(table, all_week=all_week, days=days)


def _takes_place(event: EventFacts) -> bool:
    return event.status not in CALLED_OFF | {EventStatus.DRAFT}


def _travel(event: EventFacts, language: str) -> TravelRow:
    return TravelRow(short(event.title, language), short(event.guest_name, language), event.url or "")


def _by_day(event: EventFacts) -> RunningOrder:
    return event.times.order(event.uid)


def _what_became(event: EventFacts, language: str) -> str:
    days = event.times.days
    return f"{format_days(days.first, days.last, language)} – {status_name(event.status, language)}"


def _rows(
    event: EventFacts, week: WeekSchedule, is_all_week: bool, language: str
) -> Iterator[tuple[date, RunningOrder, ScheduleRow]]:
    """An event's rows with their day and order; for an event shown above the days only its programme and parts."""
    shown, days = event.times, week.days
    told = set()
    starts = set()
    for item in event.programme.items if event.programme and not event.is_programme_outdated else ():
        times = shown_times(item.day, item.day, item.start_time, item.end_time, event.timezone, event.clock)
        starts.add((item.day, item.start_time))
        for day in times.days:
            if day in days:
                told.add(day)
                yield day, times.order_on(day), _item_row(event, item, times, day, week, language)
    for part in event.parts:
        # One that the programme tells too stands there, with who presides.
        if part.kind is PartKind.PERFORMANCE and (part.first_day, part.start_time) not in starts:
            times = part.times(event.timezone, event.clock)
            if (day := times.days.first) in days:
                told.add(day)
                yield day, times.order_on(day), _part_row(event, part, times, week, language)
    for day in days:
        if day in shown.days and day not in told and not is_all_week:
            yield day, shown.order_on(day), _event_row(event, day, week, language)


def _event_row(event: EventFacts, day: date | None, week: WeekSchedule, language: str) -> ScheduleRow:
    """An event's own row on one of its days; None: above all days."""
    times = event.times
    hours = times.on(day) if day is not None else (None, None)
    written = format_hours_on(times, day) if day is not None else ""
    about = [format_days(times.days.first, times.days.last, language)] if len(times.days) > 1 else []
    about += [_own_hours(times, language)] if times.own and any(hours) else []
    seen = week.days if day is None else Days(day, day)
    about += [
        shorten(part.name(language), MOST_CHARACTERS)
        for part in event.parts
        if part.kind is PartKind.PHASE and Days(part.first_day, part.last_day).overlaps(seen)
    ]
    # Show that it is not confirmed yet: this matters before a car is sent.
    is_open = event.status is EventStatus.PLANNED or event.is_unconfirmed
    about += [status_words(event, language)] if is_open else []
    about += [translate(OUTDATED, language)] if event.is_programme_outdated else []
    host = short(event.host_name, language)
    attends = [translate(N_("Host: {host}"), language, host=host)] if host else []
    return ScheduleRow(
        _half(*hours),
        written,
        short(event.title, language),
        tuple(about),
        short(event.location, language),
        "",
        (*attends, *_guests(event, language)),
        _prepares(event, week, language),
        event.url or "",
        event.uid,
    )


def _item_row(
    event: EventFacts, item: ProgrammeItemValues, times: ShownTimes, day: date, week: WeekSchedule, language: str
) -> ScheduleRow:
    own = [_own_hours(times, language)] if times.own else []
    return ScheduleRow(
        _half(*times.on(day)),
        format_hours_on(times, day),
        short(item.title, language),
        (*own, short(event.title, language)),
        short(item.place, language),
        short(item.hosted_by, language),
        (short(item.attendees, language),) if item.attendees else _guests(event, language),
        _prepares(event, week, language),
        event.url or "",
        event.uid,
    )


def _part_row(event: EventFacts, part: DatedPart, times: ShownTimes, week: WeekSchedule, language: str) -> ScheduleRow:
    """The row of a performance."""
    own = [_own_hours(times, language)] if times.own else []
    return ScheduleRow(
        _half(times.start_time, times.end_time),
        format_hours(times.start_time, times.end_time),
        shorten(part.name(language), MOST_CHARACTERS),
        (*own, short(event.title, language)),
        short(part.place, language),
        "",
        _guests(event, language),
        _prepares(event, week, language),
        event.url or "",
        event.uid,
    )


def _own_hours(times: ShownTimes, language: str) -> str:
    return f"({format_own_hours(times, language)})"


def _guests(event: EventFacts, language: str) -> tuple[str, ...]:
    guest = short(event.guest_name, language)
    found = [translate(N_("Guest: {guest}"), language, guest=guest)] if guest else []
    found += [] if event.headcount is None else [translate(N_("People: {count}"), language, count=event.headcount)]
    return tuple(found)


def _prepares(event: EventFacts, week: WeekSchedule, language: str) -> str:
    """The organisation in charge and those who have tasks, each once."""
    told = [event.organisation_name, *week.preparing.get(event.uid, ())]
    names = dict.fromkeys(one_line(one) if isinstance(one, str) else short(one, language) for one in told if one)
    return "; ".join(names)


def _half(start: time | None, end: time | None) -> HalfDay:
    """What went on from the day before, and only has an end on this one, begins in the morning."""
    if start is None:
        return HalfDay.WHOLE_DAY if end is None else HalfDay.MORNING
    return HalfDay.MORNING if start < _NOON else HalfDay.AFTERNOON


def holiday_line(holiday: Holiday, language: str) -> str:
    """“Day off in Laos: National Day”, with a note if it is not announced yet."""
    country = _COUNTRIES.get(holiday.country, {"en": holiday.country})
    told = translate(
        _IN_COUNTRY[holiday.category],
        language,
        country=country,
        name=one_line(localized(holiday.name, language)),
    )
    return translate(N_("{holiday} (not announced yet)"), language, holiday=told) if holiday.provisional else told


def short(text: Mapping[str, str] | None, language: str) -> str:
    """A text of people on one line, cut where it is longer than anybody reads in a list."""
    return shorten(one_line(localized(text, language)), MOST_CHARACTERS)
