"""What to offer where a booking does not fit: who has it, the nearest free times, resources as good, other days."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session, col, select

from calendars.bookings.availability import HeldQuantity, fits
from calendars.bookings.times import BookingTimes, EventTimes, reschedule
from calendars.conflicts.schedule_checks import is_holiday_event
from calendars.days.spans import Days, Span, days_after
from calendars.events.host_days import MINIMUM_DAYS
from calendars.events.lifecycle import CALLED_OFF
from calendars.openings.search import OpeningQuery, openings
from models.events import Event
from models.resources import Resource
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
_SATURDAY = 5


def suggest(session: Session, act: ActionContext, wanted: BookingRequest, event: Event) -> dict[str, Any]:
    """What would fit instead: the same resource at the nearest free times, and others like it at the same time."""
    return {
        "resource_id": wanted.resource.id,
        "name": wanted.resource.name,
        **wanted.times.to_json(),
        "free": [times.to_json() for times in _free_times(session, act, wanted)],
        "equivalent": [
            {"resource_id": other.id, "name": other.name, "seats": other.seats}
            for other in _equivalent(session, wanted, event)
        ],
    }


def _free_times(session: Session, act: ActionContext, wanted: BookingRequest) -> list[BookingTimes]:
    """Up to three times of the same length at which it is free, the nearest first; none in the past.

    Nor one that begins at a week-end, unless the wish does.
    """
    reach = timedelta(days=SEARCHED_DAYS) + (wanted.times.end - wanted.times.start)
    near = Span(wanted.span.start - reach, wanted.span.end + reach)
    around = held_bookings(session, wanted.resource.id, near, without={wanted.booking.id})
    found: list[BookingTimes] = []
    for times in _candidates(wanted.times):
        span = span_of(wanted.resource, times)
        if span.start <= act.now or (_is_weekend(times) and not _is_weekend(wanted.times)):
            continue
        if fits(around, span, wanted.quantity, wanted.resource.capacity):
            found.append(times)
            if len(found) == MOST_OFFERED:
                break
    return found


def _is_weekend(times: BookingTimes) -> bool:
    return times.first_day.weekday() >= _SATURDAY


def _candidates(times: BookingTimes) -> Iterator[BookingTimes]:
    """Other times of the same length, the nearest first: days for days; hours of the office's day, or the same hours
    on other days, for hours."""
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
    # Another hour of the same day is nearer than the same hour of another day.
    for shift in sorted(shifts - {timedelta()}, key=lambda one: (abs(one), one)):
        yield times.moved(shift, shift)


def _equivalent(session: Session, wanted: BookingRequest, event: Event) -> list[Resource]:
    """Up to three others of its type and place that are free, seat as many and speak as much; the smallest first."""
    resource = wanted.resource
    line = LocalityIndex.load(session).line(resource.locality)
    others = session.exec(
        select(Resource).where(
            Resource.type == resource.type,
            col(Resource.locality).in_(line),
            col(Resource.active),
            Resource.id != resource.id,
            Resource.capacity >= wanted.quantity,
        )
    ).all()
    seats = min(resource.seats or 0, event.headcount or resource.seats or 0)
    fitting = [
        other for other in others if (other.seats or 0) >= seats and set(resource.languages) <= set(other.languages)
    ]
    found: list[Resource] = []
    for other in sorted(fitting, key=lambda one: (one.seats or 0, one.search_text, one.id)):
        span = span_of(other, wanted.times)
        if fits(held_bookings(session, other.id, span), span, wanted.quantity, other.capacity):
            found.append(other)
            if len(found) == MOST_OFFERED:
                break
    return found


def openings_for(
    session: Session, act: ActionContext, event: Event, before: EventTimes, bookings: Sequence[BookingRequest]
) -> list[Days]:
    """Up to three stays of the event, near the days it now wants, on which it and all that is booked for it fit.

    ``before`` are the days and hours the bookings are made for, ``bookings`` all that must come along.
    """
    wished = Days(event.first_day, event.last_day)
    view = Days(days_after(wished.first, -2 * VIEW_DAYS), days_after(wished.last, 2 * VIEW_DAYS))
    places = LocalityIndex.load(session)
    hosts = places.line(event.host) if event.guest and event.status not in CALLED_OFF else frozenset[str]()
    countries = [places.country_of[code] for code in (event.host, event.guest) if code in places.country_of]
    if is_holiday_event(event.kind, event.activity_type):
        countries = []
    board = build_day_index(session, office_holiday_calendar(session), hosts, countries, view, without=event.id)
    near = Days(days_after(wished.first, -VIEW_DAYS), days_after(wished.first, VIEW_DAYS))
    wish = OpeningQuery(len(wished), near, days_after(act.today, MINIMUM_DAYS), may_end_after=True)
    offered = sorted(
        (one.days for one in openings(board, wish).openings),
        key=lambda days: (abs((days.first - wished.first).days), days.first),
    )
    around = _around(session, bookings, before, wished, view)
    fitting = (
        days for days in offered[:_MOST_TRIED] if days != wished and _all_fit(bookings, around, before, event, days)
    )
    return [days for days, _number in zip(fitting, range(MOST_OFFERED), strict=False)]


def _around(
    session: Session, bookings: Sequence[BookingRequest], before: EventTimes, wished: Days, view: Days
) -> dict[str, list[HeldQuantity]]:
    """What others hold of the resources of these bookings, as far as they may be moved."""
    own = {one.booking.id for one in bookings}
    reach = timedelta(days=abs((wished.first - before.first_day).days) + len(view))
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
    around: Mapping[str, Sequence[HeldQuantity]],
    before: EventTimes,
    event: Event,
    days: Days,
) -> bool:
    after = _frame_on(event, days)
    added: dict[str, list[HeldQuantity]] = {}
    for one in bookings:
        span = span_of(one.resource, reschedule(BookingTimes.of(one.booking), before, after))
        beside = [*around[one.resource.id], *added.get(one.resource.id, ())]
        if not fits(beside, span, one.quantity, one.resource.capacity):
            return False
        added.setdefault(one.resource.id, []).append(HeldQuantity(span, one.quantity))
    return True


def _frame_on(event: Event, days: Days) -> EventTimes:
    """The event on other days, with the travel before and after it."""
    return EventTimes(
        days.first,
        days.last,
        _shifted(event.arrives_on, days.first - event.first_day),
        _shifted(event.departs_on, days.last - event.last_day),
        event.start_time,
        event.end_time,
    )


def _shifted(day: date, by: timedelta) -> date:
    return day + by
