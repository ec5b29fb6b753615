"""The calendar page: the visits of a month, a week, a day or a year, each limited; the rest is counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date
from flask import Response

from calendars.days import calendar_grid
from calendars.days.formatting import BABEL_LOCALES
from calendars.mails.weekly_schedule import holiday_line
from models.i18n import N_
from models.vocabulary import Direction, EventKind, EventStatus
from service.actions import crud
from service.actions.events import event_queries
from service.actions.events.event_queries import event_names
from service.web.calendar.layout import ListedDay, day_lists, holiday_lane, lanes_of, month_weeks, week_block
from service.web.calendar.queries import (
    CalendarVisit,
    holidays_of,
    lunar_day,
    organisations_in_charge,
    published_items,
    visits_between,
)
from service.web.calendar.query_params import CalendarPeriod, CalendarQuery, LaneGrouping, read_query
from service.web.labels import DIRECTIONS
from service.web.page_decorator import page
from service.web.query_params import page_number, pages_for
from service.web.view import View, capital

PAGE_SIZE = 50
_NAMES: Mapping[CalendarPeriod, str] = {
    CalendarPeriod.MONTH: N_("Month"),
    CalendarPeriod.WEEK: N_("Week"),
    CalendarPeriod.DAY: N_("Day"),
    CalendarPeriod.YEAR: N_("Year"),
}


@dataclass(frozen=True, slots=True)
class CalendarView:
    """The data of a view's template: visits by id, with their titles if shown."""

    visits: Mapping[str, CalendarVisit]
    names: Mapping[str, Any]

    @property
    def total(self) -> int:
        """The number of visits that overlap the days shown."""
        return len(self.visits)


@page()
def calendar(view: View) -> Response:
    """The visits of a month, a week, a day or a year; filters are passed on in links between them."""
    wish = read_query(view)
    shared = {
        "wish": wish,
        "names": _NAMES,
        "kinds": list(EventKind),
        "statuses": list(EventStatus),
        "directions": DIRECTIONS,
        "all_directions": list(Direction),
        "lanes_by": LaneGrouping,
        "organisations": organisations_in_charge(view.session),
        "holidays": holidays_of(view.session, wish.seen),
        "holiday_line": lambda one: holiday_line(one, view.language),
        "lunar": lunar_day,
        "today": view.act.today,
    }
    match wish.shown:
        case CalendarPeriod.DAY:
            return _day(view, wish, shared)
        case CalendarPeriod.YEAR:
            return _year(view, wish, shared)
        case CalendarPeriod.WEEK:
            return _week(view, wish, shared)
        case _:
            return _month(view, wish, shared)


def _month(view: View, wish: CalendarQuery, shared: Mapping[str, Any]) -> Response:
    visits = visits_between(view, wish, wish.seen)
    weeks = month_weeks(wish.day, visits.values())
    in_month = [one for one in visits.values() if one.first_day <= wish.days.last and wish.days.first <= one.last_day]
    agenda = day_lists(wish.days, in_month, shared["holidays"], each_day=False)
    wanted = {piece.id for week in weeks for row in week.rows for piece in row} | _listed(agenda)
    facts = CalendarView(visits, event_names(view.session, wanted))
    return view.page("calendar/month.html", facts=facts, weeks=weeks, agenda=agenda, total=len(in_month), **shared)


def _week(view: View, wish: CalendarQuery, shared: Mapping[str, Any]) -> Response:
    visits = visits_between(view, wish, wish.days)
    bars, _hidden = week_block(wish.days, visits.values(), {})
    standing = {piece.id for row in bars.rows for piece in row}
    items = published_items(view.session, wish.days, [visits[one] for one in standing])
    week, hours = week_block(wish.days, visits.values(), items)
    agenda = day_lists(wish.days, visits.values(), shared["holidays"], each_day=True)
    wanted = standing | _listed(agenda) | {hour.visit.id for day in hours for hour in day.shown}
    facts = CalendarView(visits, event_names(view.session, wanted))
    return view.page(
        "calendar/week.html", facts=facts, week=week, hours=hours, agenda=agenda, total=facts.total, **shared
    )


def _year(view: View, wish: CalendarQuery, shared: Mapping[str, Any]) -> Response:
    visits = visits_between(view, wish, wish.days)
    lanes = lanes_of(view, wish, visits, shared["organisations"])
    wanted = {mark.id for one in lanes for mark in one.lane.marks}
    facts = CalendarView(visits, event_names(view.session, wanted))
    days_off, runs = holiday_lane(view, wish.day.year, shared["holidays"])
    months = [date(wish.day.year, number, 1) for number in range(1, calendar_grid.MONTHS + 1)]
    return view.page(
        "calendar/year.html",
        facts=facts,
        lanes=lanes,
        days_off=days_off,
        runs=runs,
        months=months,
        month_names=[capital(format_date(one, "LLLL", locale=BABEL_LOCALES[view.language])) for one in months],
        now=calendar_grid.part_of_year(view.act.today) if view.act.today in wish.days else None,
        total=facts.total,
        **shared,
    )


def _day(view: View, wish: CalendarQuery, shared: Mapping[str, Any]) -> Response:
    """All visits of one day, paged: the target of every "more" link of the other views."""
    number = page_number()
    query = {**wish.query, "from_": wish.day, "to": wish.day}
    statement = event_queries.events_where(view.session, view.act, query)
    found, total = crud.page_of(view.session, statement, crud.EVENT_ORDER, (number - 1) * PAGE_SIZE, PAGE_SIZE)
    pages = pages_for(total, PAGE_SIZE)
    return view.page("calendar/day.html", found=found, total=total, number=number, pages=pages, **shared)


def _listed(agenda: list[ListedDay]) -> set[str]:
    return {one.id for day in agenda for one in day.shown}
