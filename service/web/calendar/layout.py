"""Layout of the calendar's views: weeks of bars, times of days, lists for phones, lanes of a year."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import partial
from operator import itemgetter
from typing import Any

from markupsafe import Markup

from calendars.days import calendar_grid
from calendars.days.holidays import Holiday
from calendars.days.office_clock import RunningOrder, ShownTimes
from calendars.days.spans import Days
from models.i18n import N_
from models.text import LocalizedText
from models.vocabulary import HolidayCategory
from service.web.calendar.queries import CalendarVisit, TimedItem
from service.web.calendar.query_params import CalendarQuery, LaneGrouping
from service.web.view import View

MONTH_ROWS = 4
WEEK_ROWS = 10
HOURS_SHOWN = 12
"""Maximum timed entries on one day of a week."""

MONTH_LISTED, WEEK_LISTED = 4, 8
"""Maximum visits of one day in the list shown on phones."""

MOST_LANES = 12
HOLIDAY_ROWS, MOST_HOLIDAYS = 8, 120
LANE_ROWS = 12
MOST_MARKS = 216
"""Maximum for all lanes of a year together."""


@dataclass(frozen=True, slots=True)
class TimedEntry:
    """Something at a time of a day: a visit, or an item of it with a title of its own.

    What goes on over midnight has no end on the first day and no start on the second; ``times`` are whole.
    """

    start: time | None
    end: time | None
    times: ShownTimes
    visit: CalendarVisit
    title: LocalizedText | None = None
    place: LocalizedText | None = None


@dataclass(frozen=True, slots=True)
class TimedDay:
    """The timed entries of a day, in order, and how many more there are."""

    day: date
    shown: Sequence[TimedEntry]
    more: int


@dataclass(frozen=True, slots=True)
class ListedDay:
    """A day of a list: the visits shown, and how many more there are."""

    day: date
    shown: Sequence[CalendarVisit]
    more: int


@dataclass(frozen=True, slots=True)
class NamedLane:
    """A lane of the year with its name; ``narrowed`` are the query parameters that show this lane alone."""

    name: Markup | str
    kind: str
    lane: calendar_grid.YearLane
    narrowed: Mapping[str, Any]


def month_weeks(day: date, visits: Iterable[CalendarVisit]) -> list[calendar_grid.WeekGrid]:
    """The weeks of a month."""
    spans = [one.span for one in visits]
    return [calendar_grid.lay_week(week, spans, MONTH_ROWS) for week in calendar_grid.weeks_of(day)]


def week_block(
    days: Days, visits: Iterable[CalendarVisit], items: Mapping[str, Sequence[TimedItem]]
) -> tuple[calendar_grid.WeekGrid, list[TimedDay]]:
    """A week: bars for what lasts whole days, below them timed entries, with the items of published programmes."""
    known = list(visits)
    bars = calendar_grid.lay_week(days, [one.span for one in known if not one.times.is_within_a_day], WEEK_ROWS)
    by_day: dict[date, list[tuple[RunningOrder, TimedEntry]]] = {day: [] for day in days}
    for one in known:
        entries: list[TimedItem] = [TimedItem(one.times, None, None)] if one.times.is_within_a_day else []
        for item in [*entries, *items.get(one.id, ())]:
            for day in item.times.days:
                if day in days:
                    entry = TimedEntry(*item.times.on(day), item.times, one, item.title, item.place)
                    by_day[day].append((item.times.order_on(day, one.id), entry))
    hours = []
    for day, found in by_day.items():
        shown = [entry for _order, entry in sorted(found, key=itemgetter(0))]
        hours.append(TimedDay(day, shown[:HOURS_SHOWN], max(len(shown) - HOURS_SHOWN, 0)))
    return bars, hours


def day_lists(
    days: Days, visits: Iterable[CalendarVisit], marked: Collection[date], *, each_day: bool
) -> list[ListedDay]:
    """The days that have entries or are ``marked``, in order.

    A visit is listed on each of its days, or only where it begins.
    """
    most = WEEK_LISTED if each_day else MONTH_LISTED
    by_day: dict[date, list[CalendarVisit]] = {day: [] for day in days}
    for one in visits:
        first, last = max(one.first_day, days.first), min(one.last_day, days.last)
        for day in Days(first, last) if each_day else (first,):
            by_day[day].append(one)
    for day, listed in by_day.items():
        listed.sort(key=partial(_order_on, day))
    return [
        ListedDay(day, found[:most], max(len(found) - most, 0))
        for day, found in by_day.items()
        if found or day in marked
    ]


def _order_on(day: date, visit: CalendarVisit) -> RunningOrder:
    return visit.times.order_on(day, visit.id)


def lanes_of(
    view: View, params: CalendarQuery, visits: Mapping[str, CalendarVisit], organisations: Mapping[str, LocalizedText]
) -> list[NamedLane]:
    """The lanes of a year, by kind or by organisation in charge; of too many the last lane has the rest."""
    spans = [one.span for one in visits.values()]
    by_kind = params.lanes is LaneGrouping.KIND

    def key_of(one: calendar_grid.GridSpan) -> str | None:
        visit = visits[one.id]
        if by_kind or visit.organisation_id is None:
            return visit.kind if by_kind else None
        # Before and after a succession it is two lanes, each with the name of its days.
        return view.lines.carrier(visit.organisation_id, visit.own_first_day)

    fullest, others = calendar_grid.in_lanes(spans, key_of, MOST_LANES)
    most = MOST_MARKS // max(len(fullest) + bool(others), 1)
    found = []
    for key, those in fullest:
        lane = calendar_grid.lay_year(params.day.year, those, most_rows=LANE_ROWS, most_marks=most)
        if by_kind and key is not None:
            kind = visits[those[0].id].kind
            found.append(NamedLane(view.kind(kind), key, lane, {"kind": key}))
        elif key is None:
            found.append(NamedLane(view.say(N_("No organisation in charge")), "", lane, {}))
        else:
            name = organisations.get(key) or view.lines.name(key, {}, date.max)
            found.append(NamedLane(view.text(name), "", lane, {"organisation_id": key}))
    if others:
        lane = calendar_grid.lay_year(params.day.year, others, most_rows=LANE_ROWS, most_marks=most)
        found.append(NamedLane(view.say(N_("Other organisations")), "", lane, {}))
    return found


@dataclass(frozen=True, slots=True)
class DaysOffMark:
    """Consecutive days off of a country: their names, and whether one of them is not announced yet."""

    country: str
    days: Days
    description: str
    provisional: bool


def holiday_lane(
    view: View, year: int, holidays: Mapping[date, Sequence[Holiday]]
) -> tuple[calendar_grid.YearLane, dict[str, DaysOffMark]]:
    """The days off of a year: a mark for each country's consecutive days, and their descriptions by the mark's id."""
    runs: dict[str, list[Holiday]] = {}
    latest: dict[str, list[Holiday]] = {}
    for day in sorted(holidays):
        for one in holidays[day]:
            if one.category is not HolidayCategory.PUBLIC:
                continue
            run = latest.get(one.country)
            if run is None or day - run[-1].day > timedelta(days=1):
                run = latest[one.country] = runs[f"{one.country}-{day}"] = []
            run.append(one)
    spans = [calendar_grid.GridSpan(name, run[0].day, run[-1].day) for name, run in runs.items()]
    descriptions = {
        name: DaysOffMark(
            run[0].country,
            Days(run[0].day, run[-1].day),
            "; ".join(dict.fromkeys(view.plain(one.name) for one in run)),
            any(one.provisional for one in run),
        )
        for name, run in runs.items()
    }
    return calendar_grid.lay_year(year, spans, most_rows=HOLIDAY_ROWS, most_marks=MOST_HOLIDAYS), descriptions
