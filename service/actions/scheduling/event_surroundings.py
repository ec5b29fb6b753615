"""Warnings that come from what is around an event: other events, days off, bookings; in a fixed number of queries."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from functools import cache

from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from calendars.bookings.times import BookingTimes, EventHours, EventTimes
from calendars.conflicts.booking_suitability import CheckedBooking, booking_warnings
from calendars.conflicts.commitment_checks import EventWarning
from calendars.conflicts.schedule_checks import (
    PersonAssignment,
    holiday_warnings,
    host_warnings,
    is_holiday_event,
    person_warnings,
)
from calendars.conflicts.second_visits import LinkedVisit
from calendars.days.holidays import Holiday
from calendars.days.spans import Days, days_after, days_of
from calendars.days.working_days import WEEKDAYS
from calendars.events.host_days import LONG_STAY_DAYS, MINIMUM_DAYS, HostedVisit, needs_host, stay_taken
from calendars.openings.search import OpeningQuery, nearest
from models.events import Event
from models.queries.dated import is_dated
from models.resources import Booking, Resource
from models.vocabulary import BookingState, EventStatus
from service.actions import permissions
from service.actions.host_schedule import build_day_index, hosted, office_holiday_calendar, person_assignments_of_events
from service.actions.locality_index import LocalityIndex

FREE_WITHIN_DAYS = 60
"""How far from an event's days a free window for it is searched."""


class WarningContext:
    """The data that the warnings of some events are calculated from, read in four queries however many they are.

    ``closely`` also searches a free window for each event with a conflict, which takes one more query each.
    """

    def __init__(
        self,
        session: Session,
        today: date,
        events: Sequence[Event],
        *,
        localities: LocalityIndex,
        closely: bool,
    ) -> None:
        self._session, self._today, self._closely = session, today, closely
        self._country_of, self._line = localities.country_of, localities.line
        self._holidays = office_holiday_calendar(session)
        self._off = cache(self._days_off)
        self._near: dict[frozenset[str], _NearbyVisits] = {}
        self._by_person: dict[str, list[PersonAssignment]] = {}
        self._by_event: dict[str, list[PersonAssignment]] = {}
        self._load_stays([event for event in events if needs_host(event.guest, event.status)])
        self._load_assignments(events)
        self._booked: dict[str, list[CheckedBooking]] = {}
        for one in booked_for(session, [event.id for event in events]):
            self._booked.setdefault(one.event_id, []).append(one)

    def warnings(self, event: Event) -> list[EventWarning]:
        """The warnings about an event's days, people and bookings; the caller has to check its status."""
        found = self._day_warnings(event, None)
        if found and self._closely and (free := self._free_window(event)):
            found = self._day_warnings(event, free)
        found += person_warnings(self._by_event.get(event.id, ()), self._by_person)
        booked = self._booked.get(event.id, ())
        return found + booking_warnings(_stay_of(event).days, event.headcount, booked, EventTimes.of(event))

    def _day_warnings(self, event: Event, free: Days | None) -> list[EventWarning]:
        found: list[EventWarning] = []
        if not is_holiday_event(event.kind, event.activity_type):
            countries, days = self._countries(event), days_of(event)
            off = self._off(countries, days.first.year)
            if days.last.year != days.first.year:
                off = off | self._off(countries, days.last.year)
            found += holiday_warnings(days, off, free)
        if needs_host(event.guest, event.status) and (near := self._near.get(self._line(event.host))):
            stay = _stay_of(event)
            found += host_warnings(stay, near.to(stay), free)
        return found

    def _countries(self, event: Event) -> frozenset[str]:
        known = (self._country_of.get(code or "") for code in (event.host, event.guest))
        return frozenset(country for country in known if country)

    def _days_off(self, countries: frozenset[str], year: int) -> dict[date, list[Holiday]]:
        return self._holidays.off(countries, date(year, 1, 1), date(year, 12, 31))

    def _free_window(self, event: Event) -> Days | None:
        """The nearest span of the same length on which the event would conflict with no visit and no day off."""
        stay = _stay_of(event).days
        if event.first_day <= self._today or is_holiday_event(event.kind, event.activity_type):
            return None
        starts = Days(days_after(stay.first, -FREE_WITHIN_DAYS), days_after(stay.first, FREE_WITHIN_DAYS))
        within = Days(starts.first, days_after(stay.last, FREE_WITHIN_DAYS))
        hosts = self._line(event.host) if event.guest else frozenset[str]()
        day_index = build_day_index(
            self._session, self._holidays, hosts, self._countries(event), within, without=event.id
        )
        query = OpeningQuery(len(stay), starts, days_after(self._today, MINIMUM_DAYS), may_end_after=True)
        own = days_of(event)

        def moved(days: Days) -> Days:
            by = (days.first - stay.first).days
            return Days(days_after(own.first, by), days_after(own.last, by))

        # Days on which nobody works are proposed only to an event that has them, or if there is nothing else.
        working = self._holidays.working_days(sorted(self._countries(event)))
        opening = None
        if WEEKDAYS.can_be_proposed(own):
            opening = nearest(day_index, query, stay.first, lambda days: working.can_be_proposed(moved(days)))
        opening = opening or nearest(day_index, query, stay.first)
        return None if opening is None else moved(opening.days)

    def _load_stays(self, visits: Sequence[Event]) -> None:
        if not visits:
            return
        lines = {event.host: self._line(event.host) for event in visits}
        ranges = [days for event in visits for days in _stay_of(event).received()]
        by_line: dict[frozenset[str], list[HostedVisit]] = {line: [] for line in lines.values()}
        for host, stay in hosted(self._session, frozenset().union(*lines.values()), ranges):
            by_line[self._line(host)].append(stay)
        self._near = {line: _NearbyVisits(stays) for line, stays in by_line.items()}

    def _load_assignments(self, events: Sequence[Event]) -> None:
        if not events:
            return
        stays = [_stay_of(event).days for event in events]
        within = Days(min(days.first for days in stays), max(days.last for days in stays))
        heads = {event.head_id for event in events if event.head_id}
        for assignment in person_assignments_of_events(self._session, [event.id for event in events], heads, within):
            self._by_person.setdefault(assignment.person_id, []).append(assignment)
            self._by_event.setdefault(assignment.event_id, []).append(assignment)


class _NearbyVisits:
    """Visits indexed by the days on which the host receives them, to find those near a given one."""

    def __init__(self, stays: Iterable[HostedVisit]) -> None:
        self._received = sorted(
            ((days.first, stay.id, stay) for stay in stays for days in stay.received()), key=lambda one: one[:2]
        )

    def to(self, stay: HostedVisit) -> list[HostedVisit]:
        """The visits that may be received on the same days as this one, each once."""
        found: dict[str, HostedVisit] = {}
        for days in stay.received():
            # No span of received days is longer than 31.
            first = days_after(days.first, 1 - LONG_STAY_DAYS)
            begin = bisect_left(self._received, first, key=lambda one: one[0])
            end = bisect_right(self._received, days.last, key=lambda one: one[0])
            found |= {one[1]: one[2] for one in self._received[begin:end]}
        return list(found.values())


def linked_visits(session: Session, commitment_ids: Collection[str]) -> dict[str, list[LinkedVisit]]:
    """Commitment → the events linked to it but the cancelled ones and those without days, as the reader may know them;
    no query for none."""
    if not commitment_ids:
        return {}
    columns = (Event.commitment_id, Event.id, Event.title, Event.first_day, Event.last_day, Event.status)
    rows = session.execute(
        core_select(*map(col, columns)).where(
            col(Event.commitment_id).in_(sorted(commitment_ids)), col(Event.status) != EventStatus.CANCELLED, is_dated()
        )
    ).all()
    unnoticed = permissions.unnoticed(session, {row.id for row in rows})
    titles = permissions.titles(session, {row.id: row.title for row in rows})
    found: dict[str, list[LinkedVisit]] = {one: [] for one in commitment_ids}
    for commitment_id, identity, _title, first, last, status in rows:
        if identity not in unnoticed:
            found[commitment_id].append(LinkedVisit(identity, titles[identity], Days(first, last), status))
    return found


def booked_for(session: Session, event_ids: Sequence[str]) -> list[CheckedBooking]:
    """The bookings of these events that were not released; one query."""
    statement = (
        select(Booking, Resource)
        .where(
            col(Booking.event_id).in_(event_ids),
            Booking.state != BookingState.RELEASED,
            Booking.resource_id == Resource.id,
        )
        .order_by(col(Booking.starts_at), col(Booking.id))
    )
    return [
        CheckedBooking(
            booking.id,
            booking.event_id,
            resource.name,
            resource.type,
            resource.seats,
            resource.active,
            booking.quantity,
            booking.state,
            BookingTimes.of(booking),
            EventHours.parse(booking.made_for) if booking.made_for else None,
        )
        for booking, resource in session.exec(statement)
    ]


def _stay_of(event: Event) -> HostedVisit:
    return HostedVisit(event.id, event.title, stay_taken(event))
