"""Alternatives to a booking that does not fit: the nearest free times, equivalent resources, other days."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session, col, select

from calendars.bookings.availability import HeldQuantity, fits
from calendars.bookings.times import BookingTimes, EventTimes, reschedule
from calendars.conflicts.schedule_checks import is_holiday_event
from calendars.days.spans import Days, Span, days_after
from calendars.days.working_days import WEEKDAYS
from calendars.events.host_days import MINIMUM_DAYS
from calendars.events.lifecycle import CALLED_OFF
from calendars.openings.search import OpeningQuery, openings
from models.events import Event
from models.resources import Resource
from service.actions import permissions
from service.actions.bookings.availability import held_bookings
from service.actions.bookings.requests import BookingRequest, span_of
from service.actions.context import ActionContext
from service.actions.host_schedule import VIEW_DAYS, build_day_index, office_holiday_calendar
from service.actions.locality_index import LocalityIndex

MOST_NAMED = 10
MOST_OFFERED = 3
SEARCHED_DAYS = 30
_OFFICE_HOURS = (time(7), time(18))
_STEP = timedelta(minutes=15)
_MOST_TRIED = 60


def suggest(session: Session, act: ActionContext, request: BookingRequest, event: Event) -> dict[str, Any]:
    """Suggestions: the same resource at the nearest free times, and equivalent resources at the requested times."""
    return {
        "resource_id": request.resource.id,
        "name": request.resource.name,
        **request.times.to_json(),
        "free": [times.to_json() for times in _free_times(session, act, request)],
        "equivalent": [
            {"resource_id": other.id, "name": other.name, "seats": other.seats}
            for other in _equivalent(session, request, event)
        ],
    }


def _free_times(session: Session, act: ActionContext, request: BookingRequest) -> list[BookingTimes]:
    """Up to three times of the same length at which the resource is free, the nearest first; none in the past, and none
    on days on which nobody works at its place, unless the request lies on a weekend itself.
    """
    reach = timedelta(days=SEARCHED_DAYS) + (request.times.end - request.times.start)
    near = Span(request.span.start - reach, request.span.end + reach)
    held = held_bookings(session, request.resource.id, near, without={request.booking.id})
    country = LocalityIndex.load(session).country_of.get(request.resource.locality)
    working = office_holiday_calendar(session).working_days([country] if country else [])
    only_worked = WEEKDAYS.can_be_proposed(_days_of(request.times))
    found: list[BookingTimes] = []
    for times in _candidates(request.times):
        span = span_of(request.resource, times)
        if span.start <= act.now or (only_worked and not working.can_be_proposed(_days_of(times))):
            continue
        if fits(held, span, request.quantity, request.resource.capacity):
            found.append(times)
            if len(found) == MOST_OFFERED:
                break
    return found


def _days_of(times: BookingTimes) -> Days:
    """The days of a booking; an end at midnight takes no part of its day."""
    return Days(times.first_day, max(times.first_day, (times.end - timedelta(microseconds=1)).date()))


def _candidates(times: BookingTimes) -> Iterator[BookingTimes]:
    """Other times of the same length, the nearest first.

    For whole days or times over several days: the same times on other days. For hours within one day: other office
    hours of that day and its neighbours, or the same hours on other days.
    """
    if not times.is_of_one_day or not times.has_hours:
        for distance in range(1, SEARCHED_DAYS + 1):
            for days in (distance, -distance):
                yield times.moved(timedelta(days=days), timedelta(days=days))
        return
    shifts = {timedelta(days=days) for days in range(-SEARCHED_DAYS, SEARCHED_DAYS + 1)}
    opens = datetime.combine(times.first_day, _OFFICE_HOURS[0])
    closes = datetime.combine(times.first_day, _OFFICE_HOURS[1])
    start = opens
    while start + (times.end - times.start) <= closes:
        shifts |= {timedelta(days=days) + (start - times.start) for days in (-1, 0, 1)}
        start += _STEP
    # Sorted by distance, another hour of the same day comes before the same hour of another day.
    for shift in sorted(shifts - {timedelta()}, key=lambda one: (abs(one), one)):
        yield times.moved(shift, shift)


def _equivalent(session: Session, request: BookingRequest, event: Event) -> list[Resource]:
    """Up to three free resources of the same type and locality that seat as many people and cover the same languages;
    the smallest first."""
    resource = request.resource
    localities = LocalityIndex.load(session).line(resource.locality)
    others = session.exec(
        select(Resource).where(
            Resource.type == resource.type,
            col(Resource.locality).in_(localities),
            col(Resource.active),
            Resource.id != resource.id,
            Resource.capacity >= request.quantity,
            permissions.marked_own(session, col(Resource.office)),
        )
    ).all()
    seats = min(resource.seats or 0, event.headcount or resource.seats or 0)
    fitting = [
        other for other in others if (other.seats or 0) >= seats and set(resource.languages) <= set(other.languages)
    ]
    found: list[Resource] = []
    for other in sorted(fitting, key=lambda one: (one.seats or 0, one.sort_key, one.id)):
        span = span_of(other, request.times)
        if fits(held_bookings(session, other.id, span), span, request.quantity, other.capacity):
            found.append(other)
            if len(found) == MOST_OFFERED:
                break
    return found


def openings_for(
    session: Session, act: ActionContext, event: Event, before: EventTimes, bookings: Sequence[BookingRequest]
) -> list[Days]:
    """Up to three spans of days near the event's new days on which the event and all its bookings fit.

    ``before`` are the days and hours the bookings were made for, ``bookings`` all that have to move with the event.
    """
    requested = Days(event.first_day, event.last_day)
    view = Days(days_after(requested.first, -2 * VIEW_DAYS), days_after(requested.last, 2 * VIEW_DAYS))
    localities = LocalityIndex.load(session)
    hosts = localities.line(event.host) if event.guest and event.status not in CALLED_OFF else frozenset[str]()
    countries = [localities.country_of[code] for code in (event.host, event.guest) if code in localities.country_of]
    if is_holiday_event(event.kind, event.activity_type):
        countries = []
    day_index = build_day_index(session, office_holiday_calendar(session), hosts, countries, view, without=event.id)
    near = Days(days_after(requested.first, -VIEW_DAYS), days_after(requested.first, VIEW_DAYS))
    query = OpeningQuery(len(requested), near, days_after(act.today, MINIMUM_DAYS), may_end_after=True)
    working = office_holiday_calendar(session).working_days(countries)
    is_odd = not WEEKDAYS.can_be_proposed(requested)
    # Days on which nobody works come last, unless the event has them itself.
    offered = sorted(
        (one.days for one in openings(day_index, query).openings),
        key=lambda days: (
            not (is_odd or working.can_be_proposed(days)),
            abs((days.first - requested.first).days),
            days.first,
        ),
    )
    held = _others_holdings(session, bookings, before, requested, view)
    fitting = (
        days for days in offered[:_MOST_TRIED] if days != requested and _all_fit(bookings, held, before, event, days)
    )
    return [days for days, _number in zip(fitting, range(MOST_OFFERED), strict=False)]


def _others_holdings(
    session: Session, bookings: Sequence[BookingRequest], before: EventTimes, requested: Days, view: Days
) -> dict[str, list[HeldQuantity]]:
    """Resource → what other bookings hold of it, over all days to which these bookings could be moved."""
    own = {one.booking.id for one in bookings}
    reach = timedelta(days=abs((requested.first - before.first_day).days) + len(view))
    found: dict[str, list[HeldQuantity]] = {}
    for one in bookings:
        span = span_of(one.resource, BookingTimes.of(one.booking))
        wide = Span(span.start - reach, span.end + reach)
        known = {other.id: other for other in found.get(one.resource.id, ())}
        known |= {other.id: other for other in held_bookings(session, one.resource.id, wide, without=own)}
        found[one.resource.id] = list(known.values())
    return found


def _all_fit(
    bookings: Iterable[BookingRequest],
    held: Mapping[str, Sequence[HeldQuantity]],
    before: EventTimes,
    event: Event,
    days: Days,
) -> bool:
    after = _times_on(event, days)
    added: dict[str, list[HeldQuantity]] = {}
    for one in bookings:
        span = span_of(one.resource, reschedule(BookingTimes.of(one.booking), before, after))
        beside = [*held[one.resource.id], *added.get(one.resource.id, ())]
        if not fits(beside, span, one.quantity, one.resource.capacity):
            return False
        added.setdefault(one.resource.id, []).append(HeldQuantity(span, one.quantity))
    return True


def _times_on(event: Event, days: Days) -> EventTimes:
    """The event's times on other days, arrival and departure moved along."""
    return EventTimes(
        days.first,
        days.last,
        _shifted(event.arrives_on, days.first - event.first_day),
        _shifted(event.departs_on, days.last - event.last_day),
        event.start_time,
        event.end_time,
        event.timezone,
    )


def _shifted(day: date, by: timedelta) -> date:
    return day + by
