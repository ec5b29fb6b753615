"""Bookings: created, changed, moved with their event, released and held again; never beyond a resource's capacity.

Every writer first locks (:func:`service.actions.bookings.availability.lock_resources`), then reads what is held, then
writes. Events are locked before resources, each in the order of their ids.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, func, select

from calendars.bookings.times import BookingTimes, EventHours, EventTimes, follow_hours, reschedule
from calendars.events.lifecycle import CALLED_OFF
from models.errors import Conflict, NotFound
from models.events import Event
from models.i18n import N_, message
from models.resources import Booking, Resource
from models.vocabulary import BookingState, EventStatus
from service.actions import crud, permissions
from service.actions.bookings.alternatives import openings_for
from service.actions.bookings.availability import lock_resources
from service.actions.bookings.conflict_check import BookingClash, ensure_available
from service.actions.bookings.requests import (
    BookingRequest,
    booking_request,
    columns,
    merged,
    quantity_errors,
    reference_errors,
    service_errors,
    state_errors,
    times_of,
)
from service.actions.context import ActionContext
from service.actions.known_days import check_has_days

MOST_AT_ONCE = 50


def make_bookings(
    session: Session, act: ActionContext, requested: Sequence[Mapping[str, Any]], *, several: bool
) -> list[Booking]:
    """Book one or more resources, all of them or none.

    Each of ``requested`` has ``event_id``, ``resource_id`` and optionally ``from_`` and ``to`` (both dates or both
    local date-times; without them the event's own days or hours), ``quantity``, ``state``, ``note``, and the ``id`` of
    one that is made again. ``several``
    decides how errors name their fields: ``bookings.0.to`` or ``to``.

    Raises:
        Invalid: a resource or event does not exist, a resource is out of service, or the times are not valid.
        Conflict: the event is completed, postponed or cancelled.
        BookingClash: one of them does not fit.
    """
    prefixes = [f"bookings.{number}." if several else "" for number in range(len(requested))]
    events = _lock_events(session, {values["event_id"] for values in requested if values.get("event_id")})
    resources = _own(
        session,
        lock_resources(session, {values["resource_id"] for values in requested if values.get("resource_id")}),
    )
    crud.check(
        merged(prefixes, [reference_errors(values, events, resources) | state_errors(values) for values in requested])
    )
    for event in events.values():
        permissions.check_change(session, event)
    for prefix, values in zip(prefixes, requested, strict=True):
        check_has_days(events[values["event_id"]], f"{prefix}event_id")
    for event in events.values():
        _check_bookable(event)
    requests, errors = [], []
    for values in requested:
        one, found = booking_request(session, act, values, events[values["event_id"]], resources[values["resource_id"]])
        requests.append(one)
        errors.append(found)
    crud.check(merged(prefixes, errors))
    ensure_available(session, act, [one for one in requests if one.booking.state is BookingState.HELD], events)
    for one in requests:
        crud.create(session, act, one.booking, event_id=one.booking.event_id)
    return [one.booking for one in requests]


def change_booking(session: Session, act: ActionContext, booking: Booking, values: Mapping[str, Any]) -> Booking:
    """Change a booking: its times, resource or quantity; or hold what was only requested.

    Raises:
        Invalid, Conflict, BookingClash: as in :func:`make_bookings`; nothing is changed then.
    """
    requested = {"event_id": booking.event_id, "resource_id": booking.resource_id, **values}
    events = _lock_events(session, {booking.event_id})
    resources = lock_resources(session, {booking.resource_id, requested["resource_id"]})
    if requested["resource_id"] != booking.resource_id:
        resources = _own(session, resources)
    crud.check(reference_errors(requested, events, resources) | state_errors(requested))
    event, resource = events[booking.event_id], resources[requested["resource_id"]]
    permissions.check_change(session, event)
    if set(values) - {"note"}:
        _check_open(event)
    times, errors = times_of(session, values, event, resource, BookingTimes.of(booking))
    if "resource_id" in values and values["resource_id"] != booking.resource_id:
        errors |= service_errors(resource)
    quantity = values.get("quantity", booking.quantity)
    errors |= quantity_errors(resource, quantity)
    crud.check(errors)
    state = values.get("state", booking.state)
    if event.status in CALLED_OFF and state is BookingState.HELD:
        state = BookingState.RELEASED
    if state is BookingState.HELD:
        ensure_available(session, act, [BookingRequest(booking, resource, times, quantity)], events)
    change = {"resource_id": resource.id, "quantity": quantity, "state": state, **columns(resource, times)}
    if "note" in values:
        change["note"] = values["note"]
    if {"from_", "to"} & set(values):
        booking.made_for = None
    crud.change(session, act, booking, change, event_id=booking.event_id)
    return booking


def _own(session: Session, resources: Mapping[str, Resource]) -> dict[str, Resource]:
    """Those of these resources that the reader's office lends; to others they are unknown."""
    return {identity: one for identity, one in resources.items() if permissions.is_marked_own(session, one.office, one)}


def delete_booking(session: Session, act: ActionContext, booking: Booking) -> None:
    """Delete a booking.

    Raises:
        Forbidden: another organisation is in charge of its event.
    """
    permissions.check_change_of(session, booking.event_id)
    crud.delete(session, act, booking, event_id=booking.event_id, kept={"made_for": booking.made_for})


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
        targets.append((one, times, _state_for(event.status, was, one.state)))
    moving = [
        (one, times, state) for one, times, state in targets if state is not one.state or times != BookingTimes.of(one)
    ]
    held = [
        BookingRequest(one, resources[one.resource_id], times, one.quantity)
        for one, times, state in moving
        if state is BookingState.HELD
    ]
    _check_possible(held)
    try:
        ensure_available(session, act, held, {event.id: event})
    except BookingClash as clash:
        everything = [
            BookingRequest(one, resources[one.resource_id], times, one.quantity)
            for one, times, state in targets
            if state is BookingState.HELD
        ]
        clash.extra["openings"] = [
            {"first_day": days.first.isoformat(), "last_day": days.last.isoformat()}
            for days in openings_for(session, act, event, before, everything)
        ]
        raise
    _suspend_exclusion(session, [one for one, _times, _state in moving])
    for one, times, state in moving:
        change = {"state": state, **columns(resources[one.resource_id], times)}
        crud.change(session, act, one, change, event_id=event.id)


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
    events = _lock_events(session, {event.id})
    permissions.check_change(session, event)
    _check_bookable(event)
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
    held = [one for one in requests if one.booking.state is BookingState.HELD]
    _check_possible(held)
    ensure_available(session, act, held, events)
    _suspend_exclusion(session, left)
    for one in requests:
        one.booking.made_for = None
        crud.change(session, act, one.booking, columns(one.resource, one.times), event_id=event.id)
    return list(left)


def _state_for(status: EventStatus, was: EventStatus, state: BookingState) -> BookingState:
    """The state of a booking after its event's status has changed from ``was`` to ``status``."""
    if status in CALLED_OFF:
        return BookingState.RELEASED if state is BookingState.HELD else state
    if state is BookingState.RELEASED:
        return BookingState.HELD
    if state is BookingState.REQUESTED and status is EventStatus.CONFIRMED is not was:
        return BookingState.HELD
    return state


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


def _lock_events(session: Session, event_ids: Iterable[str]) -> dict[str, Event]:
    """Lock the events for this transaction and return their current rows: nobody else can change them."""
    statement = (
        select(Event)
        .where(col(Event.id).in_(sorted(event_ids)), permissions.visible(session))
        .order_by(col(Event.id))
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in session.exec(statement)}


def _check_open(event: Event) -> None:
    if event.status is EventStatus.COMPLETED:
        raise Conflict(message(N_("A completed event keeps what was booked for it.")), code="event_completed")


def _check_bookable(event: Event) -> None:
    _check_open(event)
    if event.status in CALLED_OFF:
        raise Conflict(
            message(N_("This event is postponed or cancelled; put it back into the plan before you book for it.")),
            code="event_called_off",
        )


def find_booking(session: Session, identity: str) -> Booking:
    """A booking by its id.

    Raises:
        NotFound: there is none, or the reader may not see its event, or only because it is shared with their office.
    """
    found = crud.find_of_event(session, Booking, identity)
    if permissions.hidden(session, [found.event_id], by_share=False):
        raise NotFound(crud.called(Booking), identity)
    return found


def bookings_where(session: Session, query: Mapping[str, Any]) -> Any:
    """The SELECT of the bookings that match a query string, with their resources and events.

    Bookings of events the reader may not see are included, to be shown as busy, while they take what the reader's
    office lends, unless the query names an event: what was only asked for, or given back, is nobody else's to know.
    Sharing an event shares none of its bookings.
    """
    statement: Any = select(Booking, Resource, Event).where(
        Booking.resource_id == Resource.id,
        Booking.event_id == Event.id,
        or_(
            and_(permissions.marked_own(session, col(Resource.office)), col(Booking.state) == BookingState.HELD),
            permissions.visible(session, by_share=False),
        ),
    )
    for name in ("resource_id", "event_id"):
        if query.get(name):
            statement = statement.where(getattr(Booking, name) == query[name])
    if query.get("event_id"):
        statement = statement.where(permissions.visible(session, by_share=False))
    if query.get("state"):
        statement = statement.where(col(Booking.state).in_(query["state"]))
    if query.get("type"):
        statement = statement.where(col(Resource.type).in_(query["type"]))
    if query.get("from_"):
        statement = statement.where(Booking.last_day >= query["from_"])
    if query.get("to"):
        statement = statement.where(Booking.first_day <= query["to"])
    return statement


BOOKING_ORDER = (col(Booking.first_day), col(Booking.starts_at), col(Booking.id))


def listed_bookings(
    session: Session, query: Mapping[str, Any], limit: int | None = None
) -> list[tuple[Booking, Resource, Event]]:
    """The first bookings that match a query string, by day, with their resources and events."""
    statement = bookings_where(session, query).order_by(*BOOKING_ORDER).limit(limit)
    return [(row[0], row[1], row[2]) for row in session.exec(statement)]


def count_held(session: Session, first: date, last: date) -> dict[str, int]:
    """Resource → how many bookings hold it on any of these days; resources without one are missing."""
    statement = (
        select(Booking.resource_id, func.count())
        .where(Booking.state == BookingState.HELD, Booking.last_day >= first, Booking.first_day <= last)
        .group_by(col(Booking.resource_id))
    )
    return dict(session.exec(statement).all())
