"""Bookings that follow their event: moved with its days and hours, released and held again with its status."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlmodel import Session, col, select

from calendars.bookings.approval import takes
from calendars.bookings.times import BookingTimes, EventHours, EventTimes, follow_hours, reschedule
from models.events import Event
from models.resources import Booking
from models.vocabulary import EventStatus
from service.actions import crud, permissions
from service.actions.bookings import keeper_notices
from service.actions.bookings.alternatives import openings_for
from service.actions.bookings.availability import lock_resources
from service.actions.bookings.bookings import check_bookable, lock_events
from service.actions.bookings.conflict_check import BookingClash, ensure_available
from service.actions.bookings.requests import BookingRequest, columns
from service.actions.bookings.states import is_same_booking, state_after, state_for
from service.actions.context import ActionContext


def update_bookings_for_event(
    session: Session, act: ActionContext, event: Event, before: EventTimes, was: EventStatus
) -> None:
    """Update an event's bookings after its days, hours or status have changed: all of them or none.

    ``before`` and ``was`` are its times and its status before the change. The bookings move with the event. A postponed
    or cancelled event releases what it held and holds it again when it returns to the plan; what was only requested is
    held when the event is confirmed. A booking that does not follow the event's new hours or zone keeps those it was
    made for, so that it is warned of until it is moved (:func:`follow_event`).

    Raises:
        BookingClash: one does not fit on the new days; it suggests days on which all of them would.
    """
    found = session.exec(select(Booking).where(Booking.event_id == event.id).order_by(col(Booking.id))).all()
    if not found:
        return
    after = EventTimes.of(event)
    resources = lock_resources(session, {one.resource_id for one in found})
    targets = []
    for one in found:
        times, one.made_for = _after_change(one, before, after)
        wanted = BookingRequest(one, resources[one.resource_id], times, one.quantity)
        targets.append((wanted, state_for(session, act, wanted, event.status, was)))
    moving = [
        (one, change) for one, change in targets if change["state"] is not one.booking.state or not is_same_booking(one)
    ]
    held = [one for one, change in moving if takes(change["state"])]
    _check_possible(held)
    try:
        ensure_available(session, act, held, {event.id: event})
    except BookingClash as clash:
        everything = [one for one, change in targets if takes(change["state"])]
        clash.extra["openings"] = [
            {"first_day": days.first.isoformat(), "last_day": days.last.isoformat()}
            for days in openings_for(session, act, event, before, everything)
        ]
        raise
    told = {one.booking.id: keeper_notices.BookingBefore.of(one.booking, one.resource) for one, _change in moving}
    _suspend_exclusion(session, [one.booking for one, _change in moving])
    for request, change in moving:
        values = {**change, **columns(request.resource, request.times)}
        crud.change(session, act, request.booking, values, event_id=event.id)
    keeper_notices.tell(
        session,
        act,
        _changes([request for request, _change in moving], told),
    )


def _changes(
    moved: Iterable[BookingRequest], before: Mapping[str, keeper_notices.BookingBefore]
) -> list[keeper_notices.BookingChange]:
    """What keepers may be told of bookings that were moved."""
    return [each for one in moved for each in before[one.booking.id].changes(one.booking, one.resource)]


def _after_change(one: Booking, before: EventTimes, after: EventTimes) -> tuple[BookingTimes, str | None]:
    """The times of a booking after its event has changed, and the event's hours it still goes by; None: the new ones.

    One that was left behind before only moves with the days.
    """
    now = BookingTimes.of(one)
    if one.made_for is None:
        times, made_for = reschedule(now, before, after), before.hours
        follows = before.is_meeting and after.is_meeting and before.timezone == after.timezone and now.is_of_one_day
        if follows or made_for is None:
            return times, None
    else:
        made_for = EventHours.parse(one.made_for)
        hours = (made_for.start, made_for.end, made_for.timezone)
        still = [replace(frame, start_time=hours[0], end_time=hours[1], timezone=hours[2]) for frame in (before, after)]
        times = reschedule(now, *still)
    return times, made_for.text() if follow_hours(times, after, made_for) != times else None


def follow_event(session: Session, act: ActionContext, event: Event) -> list[Booking]:
    """Move the bookings that still go by earlier hours of an event to those it has now: all of them or none.

    Raises:
        Forbidden: another organisation is in charge of the event.
        Conflict: it is completed, postponed or cancelled.
        BookingClash: a resource is taken then.
    """
    events = lock_events(session, {event.id})
    permissions.check_change(session, event)
    check_bookable(event)
    statement = select(Booking).where(Booking.event_id == event.id, col(Booking.made_for).is_not(None))
    left = session.exec(statement.order_by(col(Booking.id))).all()
    resources = lock_resources(session, {one.resource_id for one in left})
    frame = EventTimes.of(event)
    requests = [
        BookingRequest(
            one,
            resources[one.resource_id],
            follow_hours(BookingTimes.of(one), frame, EventHours.parse(one.made_for or "")),
            one.quantity,
        )
        for one in left
    ]
    held = [one for one in requests if takes(one.booking.state)]
    _check_possible(held)
    ensure_available(session, act, held, events)
    told = {one.booking.id: keeper_notices.BookingBefore.of(one.booking, one.resource) for one in requests}
    after = {one.booking.id: state_after(session, act, one, one.booking.state, event.status) for one in held}
    _suspend_exclusion(session, left)
    for one in requests:
        one.booking.made_for = None
        change = after.get(one.booking.id, {}) | columns(one.resource, one.times)
        crud.change(session, act, one.booking, change, event_id=event.id)
    keeper_notices.tell(session, act, _changes(requests, told))
    return list(left)


def _suspend_exclusion(session: Session, moving: Iterable[Booking]) -> None:
    """Clear ``is_exclusive`` while bookings of one resource move past each other: PostgreSQL's exclusion constraint
    checks them one by one."""
    for one in moving:
        one.is_exclusive = False
    session.flush()


def _check_possible(held: Iterable[BookingRequest]) -> None:
    for one in held:
        if wrong := one.times.problems():
            crud.check({"first_day": [wrong]})
