"""Queries of the calendar: the days of all visits in a view, and details of those shown; never one query per row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from sqlmodel import Session

from calendars.days.calendar_grid import GridSpan
from calendars.days.holidays import Holiday, HolidayIndex, OfficeEntry
from calendars.days.lunar import FIRST, LAST, LunarDate, lunar_of
from calendars.days.spans import Days
from calendars.events.lifecycle import CALLED_OFF
from calendars.programmes.rendering import PublishedProgramme
from calendars.reminders.due_times import OFFICE_COUNTRIES
from models.event_parts import last_revisions
from models.text import LocalizedText
from models.vocabulary import EventKind, EventStatus
from service.actions import permissions
from service.actions.directory import directory_queries
from service.actions.events import event_queries
from service.web.calendar.query_params import CalendarQuery
from service.web.view import View

_SILENT = CALLED_OFF | {EventStatus.DRAFT}
_MOST_ORGANISATIONS = 300


@dataclass(frozen=True, slots=True)
class CalendarVisit:
    """What the calendar needs of every visit it counts: little, because there may be thousands."""

    id: str
    first_day: date
    last_day: date
    start_time: time | None
    end_time: time | None
    kind: EventKind
    status: EventStatus
    organisation_id: str | None
    changed_since_confirmed: bool

    @property
    def span(self) -> GridSpan:
        """Its days."""
        return GridSpan(self.id, self.first_day, self.last_day)

    @property
    def is_timed(self) -> bool:
        """Whether it belongs among a day's times, not above them."""
        return self.first_day == self.last_day and self.start_time is not None


def visits_between(view: View, params: CalendarQuery, days: Days) -> dict[str, CalendarVisit]:
    """The visits of a query that overlap these days, in order; one query."""
    query = {**params.query, "from_": days.first, "to": days.last}
    return {row.id: CalendarVisit(*row) for row in event_queries.event_days(view.session, view.act, query)}


@dataclass(frozen=True, slots=True)
class TimedItem:
    """An item of a published programme that has a time."""

    day: date
    start: time
    end: time | None
    title: LocalizedText
    place: LocalizedText | None


def published_items(session: Session, days: Days, visits: Sequence[CalendarVisit]) -> dict[str, list[TimedItem]]:
    """Visit → the timed items of its last published programme on these days; one query.

    A visit that does not take place, or was moved away from its programme, has none: nobody should rely on them.
    """
    taking_place = {one.id: Days(one.first_day, one.last_day) for one in visits if one.status not in _SILENT}
    found: dict[str, list[TimedItem]] = {}
    for event_id, last in last_revisions(session, taking_place).items():
        published = PublishedProgramme.read(last.number, last.items)
        if not published.is_outdated(taking_place[event_id]):
            found[event_id] = [
                TimedItem(item.day, item.start_time, item.end_time, item.title, item.place)
                for item in published.items
                if item.start_time is not None and item.day in days
            ]
    return found


def holidays_of(session: Session, days: Days) -> Mapping[date, Sequence[Holiday]]:
    """Day → its holidays in both countries; one query."""
    found: dict[date, list[Holiday]] = {}
    for one in HolidayIndex(map(OfficeEntry.of, permissions.own_holidays(session))).between(
        OFFICE_COUNTRIES, days.first, days.last
    ):
        found.setdefault(one.day, []).append(one)
    return found


def organisations_in_charge(session: Session) -> dict[str, LocalizedText]:
    """The organisations in charge of the events visible to the session, by id; one query."""
    return {one.id: one.name for one in directory_queries.organisations_in_charge(session, _MOST_ORGANISATIONS)}


def lunar_day(day: date) -> LunarDate | None:
    """The Vietnamese lunar day; None outside the years of the calendar."""
    return lunar_of(day) if FIRST <= day <= LAST else None
