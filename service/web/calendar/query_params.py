"""The calendar's query parameters: which view of which days, and which visits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, TypeVar

from flask import request, url_for

from calendars.days import calendar_grid
from calendars.days.spans import Days
from models.i18n import N_, message
from models.vocabulary import Direction, EventKind, EventStatus
from service.schemas.queries import EventQuery
from service.web import form_fields
from service.web.query_params import filters
from service.web.view import View

FIRST, LAST = date(calendar_grid.FIRST_YEAR, 1, 1), date(calendar_grid.LAST_YEAR, 12, 31)
"""The days the calendar can show; a mistyped year must not lead to an empty page without an explanation."""

_LISTS: Mapping[str, type[StrEnum]] = {"kind": EventKind, "status": EventStatus, "direction": Direction}
_FILTERS = ("q", "kind", "status", "locality", "organisation_id", "direction")

Word = TypeVar("Word", bound=StrEnum)


class CalendarPeriod(StrEnum):
    """The period the calendar shows at once."""

    MONTH = "month"
    WEEK = "week"
    DAY = "day"
    YEAR = "year"

    def around(self, day: date) -> Days:
        """The month, week, day or year that contains a day."""
        match self:
            case CalendarPeriod.WEEK:
                return calendar_grid.week_of(day)
            case CalendarPeriod.DAY:
                return Days(day, day)
            case CalendarPeriod.YEAR:
                return calendar_grid.year_of(day)
            case _:
                return calendar_grid.month_of(day)


class LaneGrouping(StrEnum):
    """What the lanes of a year represent."""

    KIND = "kind"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class CalendarQuery:
    """Parsed query parameters: ``asked`` are the filters as written, ``query`` the same for ``events_where``.

    Invalid values are reported in ``problems`` and omitted from ``query``.
    """

    shown: CalendarPeriod
    day: date
    lanes: LaneGrouping
    asked: Mapping[str, str]
    query: Mapping[str, Any]
    problems: Mapping[str, list[str]]

    @property
    def days(self) -> Days:
        """The days shown; for a month without the days that only complete its weeks."""
        return self.shown.around(self.day)

    @property
    def seen(self) -> Days:
        """The same, for a month with the days that complete its weeks."""
        if self.shown is not CalendarPeriod.MONTH:
            return self.days
        weeks = calendar_grid.weeks_of(self.day)
        return Days(weeks[0].first, weeks[-1].last)

    @property
    def filters(self) -> int:
        """How many filters are set."""
        return sum(1 for value in self.asked.values() if value)

    def url(self, **changed: Any) -> str:
        """The calendar's URL with some parameters changed; defaults are omitted."""
        wanted: dict[str, Any] = {
            "view": self.shown,
            "day": self.day,
            "lanes": self.lanes if self.lanes is not LaneGrouping.KIND else None,
        }
        wanted |= self.asked
        wanted |= changed
        given: dict[str, Any] = {name: str(value) for name, value in wanted.items() if value}
        return url_for("pages.calendar", **given)

    def step(self, forward: bool) -> date | None:
        """A day in the previous or next month, week or year; None at the end of the calendar."""
        days = self.days
        edge = days.last + timedelta(days=1) if forward else days.first - timedelta(days=1)
        beside = self.shown.around(edge).first
        return beside if FIRST <= beside <= LAST else None


def read_query(view: View) -> CalendarQuery:
    """Parse the query parameters. Invalid values are reported, and the rest applies."""
    problems: dict[str, list[str]] = {}
    shown = _choice(view, "view", CalendarPeriod, CalendarPeriod.MONTH, problems)
    lanes = _choice(view, "lanes", LaneGrouping, LaneGrouping.KIND, problems)
    day = read_day(view, problems)
    asked = {name: request.args.get(name, "").strip() for name in _FILTERS}
    for name, words in _LISTS.items():
        if asked[name] and asked[name] not in set(words):
            problems[name] = [view.say(N_("This filter has no such choice; it is left out."))]
            asked[name] = ""
    given: dict[str, Any] = {name: value for name, value in asked.items() if value}
    given |= {name: [given[name]] for name in ("kind", "status") if name in given}
    query, wrong = filters(view, EventQuery, given)
    return CalendarQuery(shown, day, lanes, asked, query, problems | wrong)


def read_day(view: View, problems: dict[str, list[str]]) -> date:
    """The requested day; today if there is none, or if the calendar can't show it."""
    written = request.args.get("day", "").strip()
    if not written:
        return view.act.today
    day = form_fields.read_day(written)
    if day is None:
        wrong = message(N_("“{day}” is no day; today is shown. Write a day like 2026-11-23."), day=written[:40])
        problems["day"] = [view.say(wrong)]
        return view.act.today
    if not FIRST <= day <= LAST:
        problems["day"] = [
            view.say(
                N_("The calendar shows the years {first} to {last}; today is shown."), first=FIRST.year, last=LAST.year
            )
        ]
        return view.act.today
    return day


def _choice(view: View, name: str, words: type[Word], usual: Word, problems: dict[str, list[str]]) -> Word:
    written = request.args.get(name, "").strip()
    if written and written not in set(words):
        problems[name] = [
            view.say(N_("“{word}” is no view of the calendar; the usual one is shown."), word=written[:40])
        ]
        return usual
    return words(written) if written else usual
