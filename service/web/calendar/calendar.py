"""The calendar page: the visits of a month, a week, a day or a year, each limited; the rest is counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date
from flask import Response

from calendars.days import calendar_grid
from calendars.days.formatting import BABEL_LOCALES
from calendars.mails.weekly_schedule import holiday_line
from models.i18n import N_, NP_
from models.vocabulary import Direction, EventKind, EventStatus, Role
from service.actions.events import event_queries
from service.actions.events.event_queries import event_names
from service.actions.ledger import milestone_days
from service.web.calendar.layout import ListedDay, day_lists, holiday_lane, lanes_of, month_weeks, week_block
from service.web.calendar.queries import (
    CalendarVisit,
    holidays_of,
    lunar_day,
    organisations_in_charge,
    parts_on,
    timed_items,
    visits_between,
)
from service.web.calendar.query_params import CalendarPeriod, CalendarQuery, LaneGrouping, read_query
from service.web.labels import DIRECTIONS
from service.web.observed_days import observed_on
from service.web.page_decorator import page
from service.web.query_params import page_number, pages_for
from service.web.view import View, capital

PAGE_SIZE = 50
MILESTONES_SHOWN = 3
"""How many milestones of a day a month and a week show; the day shows all."""

_NAMES: Mapping[CalendarPeriod, str] = {
    CalendarPeriod.MONTH: N_("Month"),
    CalendarPeriod.WEEK: N_("Week"),
    CalendarPeriod.DAY: NP_("view of the calendar", "Day"),
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
    params = read_query(view)
    shared = {
        "params": params,
        "names": _NAMES,
        "kinds": list(EventKind),
        "statuses": list(EventStatus),
        "directions": DIRECTIONS,
        "all_directions": list(Direction),
        "lanes_by": LaneGrouping,
        "organisations": organisations_in_charge(view.session),
        "holidays": holidays_of(view.session, params.seen, view.home_country),
        "observed": observed_on(view, params.seen),
        "milestones": milestone_days.milestones_on(view.session, params.seen) if view.may(Role.OFFICER) else {},
        "milestones_shown": MILESTONES_SHOWN,
        "holiday_line": lambda one: holiday_line(one, view.language),
        "lunar": lunar_day,
        "today": view.act.today,
    }
    match params.shown:
        case CalendarPeriod.DAY:
            return _day(view, params, shared)
        case CalendarPeriod.YEAR:
            return _year(view, params, shared)
        case CalendarPeriod.WEEK:
            return _week(view, params, shared)
        case _:
            return _month(view, params, shared)


def _month(view: View, params: CalendarQuery, shared: Mapping[str, Any]) -> Response:
    visits = visits_between(view, params, params.seen)
    weeks = month_weeks(params.day, visits.values())
    days = params.days
    in_month = [one for one in visits.values() if one.first_day <= days.last and days.first <= one.last_day]
    agenda = day_lists(params.days, in_month, _marked(shared), each_day=False)
    title_ids = {piece.id for week in weeks for row in week.rows for piece in row} | _ids_in(agenda)
    facts = CalendarView(visits, event_names(view.session, title_ids))
    return view.page("calendar/month.html", facts=facts, weeks=weeks, agenda=agenda, total=len(in_month), **shared)


def _week(view: View, params: CalendarQuery, shared: Mapping[str, Any]) -> Response:
    visits = visits_between(view, params, params.days)
    bars, _hidden = week_block(params.days, visits.values(), {})
    shown_ids = {piece.id for row in bars.rows for piece in row}
    items = timed_items(view.session, view.act.office.timezone, params.days, [visits[one] for one in shown_ids])
    week, hours = week_block(params.days, visits.values(), items)
    agenda = day_lists(params.days, visits.values(), _marked(shared), each_day=True)
    title_ids = shown_ids | _ids_in(agenda) | {hour.visit.id for day in hours for hour in day.shown}
    facts = CalendarView(visits, event_names(view.session, title_ids))
    return view.page(
        "calendar/week.html", facts=facts, week=week, hours=hours, agenda=agenda, total=facts.total, **shared
    )


def _year(view: View, params: CalendarQuery, shared: Mapping[str, Any]) -> Response:
    visits = visits_between(view, params, params.days)
    lanes = lanes_of(view, params, visits, shared["organisations"])
    title_ids = {mark.id for one in lanes for mark in one.lane.marks}
    facts = CalendarView(visits, event_names(view.session, title_ids))
    days_off, runs = holiday_lane(view, params.day.year, shared["holidays"])
    months = [date(params.day.year, number, 1) for number in range(1, calendar_grid.MONTHS + 1)]
    return view.page(
        "calendar/year.html",
        facts=facts,
        lanes=lanes,
        days_off=days_off,
        runs=runs,
        months=months,
        month_names=[capital(format_date(one, "LLLL", locale=BABEL_LOCALES[view.language])) for one in months],
        days_to_plan=_days_to_plan(view, months),
        now=calendar_grid.part_of_year(view.act.today) if view.act.today in params.days else None,
        total=facts.total,
        **shared,
    )


def _days_to_plan(view: View, months: Sequence[date]) -> list[tuple[date, list[list[date | None]]]]:
    """The months with a day that a visit can be planned from, week by week; None stands for the other days."""
    found = []
    for month in months:
        weeks = [
            [day if day.month == month.month and day >= view.act.today else None for day in week]
            for week in calendar_grid.weeks_of(month)
        ]
        if any(map(any, weeks)):
            found.append((month, weeks))
    return found


def _day(view: View, params: CalendarQuery, shared: Mapping[str, Any]) -> Response:
    """All visits of one day, paged: the target of every "more" link of the other views."""
    number = page_number()
    visits = sorted(
        visits_between(view, params, params.days).values(), key=lambda one: one.times.order_on(params.day, one.id)
    )
    shown = [one.id for one in visits[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]]
    found = event_queries.events_by_id(view.session, shown)
    events = [found[identity] for identity in shown]
    return view.page(
        "calendar/day.html",
        events=events,
        parts_of=parts_on(view.session, params.days, events, view.act.office.timezone),
        total=len(visits),
        number=number,
        pages=pages_for(len(visits), PAGE_SIZE),
        **shared,
    )


def _marked(shared: Mapping[str, Any]) -> frozenset[date]:
    """The days that are listed without any visit: holidays, observances, milestones."""
    return frozenset(shared["holidays"]) | frozenset(shared["observed"]) | frozenset(shared["milestones"])


def _ids_in(agenda: list[ListedDay]) -> set[str]:
    return {one.id for day in agenda for one in day.shown}
