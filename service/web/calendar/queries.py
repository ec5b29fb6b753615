"""Queries of the calendar: the days of all visits in a view, and details of those shown; never one query per row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from calendars.days.calendar_grid import GridSpan
from calendars.days.holidays import Holiday, HolidayIndex, OfficeEntry, home_first
from calendars.days.lunar import FIRST, LAST, LunarDate, lunar_of
from calendars.days.office_clock import RunningOrder, ShownTimes, shown_times, times_of
from calendars.days.spans import Days
from calendars.events.host_days import whole_stay
from calendars.events.lifecycle import CALLED_OFF
from calendars.programmes.dated_parts import DatedPart, PartKind
from calendars.programmes.rendering import read_revision
from calendars.reminders.due_times import OFFICE_COUNTRIES
from models.event_parts import last_revisions
from models.events import Event
from models.text import LocalizedText
from models.vocabulary import EventKind, EventStatus, Language
from service.actions import permissions
from service.actions.dated_parts import dated_parts
from service.actions.directory import directory_queries
from service.actions.events import event_queries
from service.web.calendar.query_params import CalendarQuery
from service.web.view import View

_SILENT = CALLED_OFF | {EventStatus.DRAFT}
_MOST_ORGANISATIONS = 300


@dataclass(frozen=True, slots=True)
class CalendarVisit:
    """What the calendar needs of every visit it counts: little, because there may be thousands.

    ``own_first_day`` and ``stay`` (with the days of arrival and departure) are as they are stored.
    """

    id: str
    times: ShownTimes
    timezone: str
    own_first_day: date
    stay: Days
    kind: EventKind
    status: EventStatus
    organisation_id: str | None
    changed_since_confirmed: bool

    @classmethod
    def of(cls, row: Any, office_zone: str) -> "CalendarVisit":
        """From the columns of :func:`event_queries.event_days`."""
        return cls(
            row.id,
            times_of(row, office_zone),
            row.timezone,
            row.first_day,
            whole_stay(row.first_day, row.last_day, row.arrives_on, row.departs_on),
            row.kind,
            row.status,
            row.organisation_id,
            row.changed_since_confirmed,
        )

    @property
    def first_day(self) -> date:
        """Its first day in the office's calendar."""
        return self.times.days.first

    @property
    def last_day(self) -> date:
        """Its last day in the office's calendar."""
        return self.times.days.last

    @property
    def order(self) -> RunningOrder:
        """The key by which visits are sorted."""
        return self.times.order(self.id)

    @property
    def span(self) -> GridSpan:
        """Its days."""
        return GridSpan(self.id, self.first_day, self.last_day, self.order)

    @property
    def is_silent(self) -> bool:
        """Whether nobody should rely on its hours: it does not take place, or is a draft."""
        return self.status in _SILENT


def visits_between(view: View, params: CalendarQuery, days: Days) -> dict[str, CalendarVisit]:
    """The visits of a query that overlap these days, in order; one query."""
    query = {**params.query, "from_": days.first, "to": days.last}
    zone = view.act.office.timezone
    found = [CalendarVisit.of(row, zone) for row in event_queries.event_days(view.session, view.act, query)]
    return {one.id: one for one in sorted(found, key=lambda one: one.order)}


@dataclass(frozen=True, slots=True)
class TimedItem:
    """An item of a published programme that has a time, or a performance; its times are by the office's clock."""

    times: ShownTimes
    title: LocalizedText | None
    place: LocalizedText | None


def timed_items(
    session: Session, office_zone: str, days: Days, visits: Sequence[CalendarVisit]
) -> dict[str, list[TimedItem]]:
    """Visit → the timed items of its last published programme and its performances on these days; three queries.

    A visit that does not take place has none, and one that was moved away from its programme no items of that: nobody
    should rely on them.
    """
    taking_place = {one.id: one for one in visits if not one.is_silent}
    found: dict[str, list[TimedItem]] = {}
    for event_id, last in last_revisions(session, taking_place).items():
        published, visit = read_revision(last), taking_place[event_id]
        if published is not None and not published.is_outdated(visit.own_first_day, visit.stay):
            found[event_id] = [
                TimedItem(
                    shown_times(item.day, item.day, item.start_time, item.end_time, visit.timezone, office_zone),
                    item.title,
                    item.place,
                )
                for item in published.items
                if item.start_time is not None
            ]
    for event_id, parts in dated_parts(session, taking_place).items():
        told = {one.times.order() for one in found.get(event_id, ())}
        for part in parts:
            times = part.times(taking_place[event_id].timezone, office_zone)
            if part.kind is PartKind.PERFORMANCE and times.order() not in told:
                names: LocalizedText = {str(language): part.name(language) for language in Language}
                found.setdefault(event_id, []).append(TimedItem(times, names, part.place))
    return {event_id: [one for one in items if one.times.days.overlaps(days)] for event_id, items in found.items()}


def parts_on(session: Session, days: Days, events: Sequence[Event], office_zone: str) -> dict[str, list[DatedPart]]:
    """Event → its performances and phases on these days, in order; two queries."""
    zones = {one.id: one.timezone for one in events}
    return {
        event_id: [part for part in parts if part.times(zones[event_id], office_zone).days.overlaps(days)]
        for event_id, parts in dated_parts(session, zones).items()
    }


def holidays_of(session: Session, days: Days, home: str) -> Mapping[date, Sequence[Holiday]]:
    """Day → its holidays in both countries, those of ``home`` (the reader's country) first; one query."""
    found: dict[date, list[Holiday]] = {}
    index = HolidayIndex(map(OfficeEntry.of, permissions.own_holidays(session)))
    for one in home_first(index.between(OFFICE_COUNTRIES, days.first, days.last), home):
        found.setdefault(one.day, []).append(one)
    return found


def organisations_in_charge(session: Session) -> dict[str, LocalizedText]:
    """The organisations in charge of the events visible to the session, by id; one query."""
    return {one.id: one.name for one in directory_queries.organisations_in_charge(session, _MOST_ORGANISATIONS)}


def lunar_day(day: date) -> LunarDate | None:
    """The Vietnamese lunar day; None outside the years of the calendar."""
    return lunar_of(day) if FIRST <= day <= LAST else None
