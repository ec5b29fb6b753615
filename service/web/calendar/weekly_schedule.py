"""The office's weekly schedule (lịch công tác tuần) for printing: one sheet, day by day, morning and afternoon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

from flask import Response, url_for

from calendars.days import calendar_grid
from calendars.mails.weekly_mail import HALVES
from calendars.mails.weekly_schedule import HalfDay, ScheduleDay, ScheduleRow, TravelRow, schedule
from service.actions.ledger.learners import EXPIRING_DAYS
from service.actions.scheduling.weekly_schedule import read_week
from service.web.calendar.query_params import FIRST, LAST, read_day
from service.web.learner_lines import ending_permits
from service.web.page_decorator import page
from service.web.view import View

MOST_EVENTS = 200
MOST_ROWS = 10
"""Maximum rows of one half of a day, and of what lasts all week."""

MOST_TRAVELS = 6
MOST_CALLED_OFF = 20

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class PrintedHalfDay:
    """A part of a printed day: its name, its lines, and how many more there are."""

    name: str
    rows: Sequence[ScheduleRow]
    more: int


@dataclass(frozen=True, slots=True)
class PrintedDay:
    """A day of the sheet; ``height`` is the number of its rows."""

    day: ScheduleDay
    parts: Sequence[PrintedHalfDay]
    arriving: Sequence[TravelRow]
    departing: Sequence[TravelRow]
    more_travels: int

    @property
    def height(self) -> int:
        """The number of table rows of the day."""
        return sum(max(len(part.rows), 1) + bool(part.more) for part in self.parts)

    @property
    def has_travels(self) -> bool:
        """Whether anybody arrives or departs."""
        return bool(self.arriving or self.departing)


@page()
def this_week(view: View) -> Response:
    """The week of a day: what takes place, where, who presides, prepares and takes part; arrivals and departures."""
    problems: dict[str, list[str]] = {}
    day = read_day(view, problems)
    days = calendar_grid.week_of(day)
    clock = view.act.office.timezone
    week = read_week(
        view.session,
        days,
        clock,
        lambda event_id: url_for("pages.event", event_id=event_id),
        MOST_EVENTS,
        home=view.home_country,
    )
    table = schedule(week, view.language)
    all_week = PrintedHalfDay("", *_bounded(table.all_week, MOST_ROWS))
    return view.page(
        "calendar/weekly_schedule.html",
        days=days,
        number=days.first.isocalendar().week,
        year=days.first.isocalendar().year,
        before=_in_range(days.first - timedelta(days=7)),
        after=_in_range(days.last + timedelta(days=1)),
        is_this_week=view.act.today in days,
        table=table,
        all_week=all_week,
        printed=[_printed(view, one) for one in table.days],
        called_off=table.called_off[:MOST_CALLED_OFF],
        more_called_off=max(len(table.called_off) - MOST_CALLED_OFF, 0),
        left_out=week.left_out,
        permits=ending_permits(view) if view.act.today in days else [],
        permit_days=EXPIRING_DAYS,
        problems=problems,
    )


def _printed(view: View, day: ScheduleDay) -> PrintedDay:
    parts = []
    is_free = day.day.weekday() >= 5 and not day.rows
    for half in HalfDay:
        rows = [row for row in day.rows if row.half is half]
        # Morning and afternoon have lines on every working day, to be filled in by hand.
        if rows or (half is not HalfDay.WHOLE_DAY and not is_free) or (half is HalfDay.WHOLE_DAY and is_free):
            parts.append(PrintedHalfDay(view.say(HALVES[half]), *_bounded(rows, MOST_ROWS)))
    arriving, more_arriving = _bounded(day.arriving, MOST_TRAVELS)
    departing, more_departing = _bounded(day.departing, MOST_TRAVELS)
    return PrintedDay(day, parts, arriving, departing, more_arriving + more_departing)


def _bounded(rows: Sequence[Told], most: int) -> tuple[Sequence[Told], int]:
    return rows[:most], max(len(rows) - most, 0)


def _in_range(day: date) -> date | None:
    return day if FIRST <= day <= LAST else None
