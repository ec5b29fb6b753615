"""Bookings: created, changed, moved with their event, released and held again; never beyond a resource's capacity.

Every writer first locks (:func:`service.actions.bookings.availability.lock_resources`), then reads what is held, then
writes. Events are locked before resources, each in the order of their ids.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, or_
from sqlmodel import Session, col, func, select

from calendars.bookings.approval import takes
from calendars.bookings.times import BookingTimes
from calendars.events.lifecycle import CALLED_OFF
from models.errors import Conflict, NotFound
from models.events import Event
from models.i18n import N_, message
from models.resources import Booking, Resource
from models.vocabulary import TAKING, BookingState, EventStatus
from service.actions import crud, permissions
from service.actions.bookings import keeper_notices
from service.actions.bookings.availability import lock_resources
from service.actions.bookings.conflict_check import ensure_available
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
from service.actions.bookings.states import ask_or_hold, state_after
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
    events = lock_events(session, {values["event_id"] for values in requested if values.get("event_id")})
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
        check_bookable(event)
    requests, errors = [], []
    for values in requested:
        one, found = booking_request(session, act, values, events[values["event_id"]], resources[values["resource_id"]])
        requests.append(one)
        errors.append(found)
    crud.check(merged(prefixes, errors))
    for one in requests:
        if one.booking.state is BookingState.HELD:
            ask_or_hold(session, act, one.booking, one.resource)
    ensure_available(session, act, [one for one in requests if takes(one.booking.state)], events)
    for one in requests:
        crud.create(session, act, one.booking, event_id=one.booking.event_id)
    keeper_notices.tell(session, act, [keeper_notices.made(one.booking, one.resource) for one in requests])
    return [one.booking for one in requests]


def change_booking(session: Session, act: ActionContext, booking: Booking, values: Mapping[str, Any]) -> Booking:
    """Change a booking: its times, resource or quantity; or hold what was only requested.

    Of a resource that needs approval a change of times or quantity asks its keepers again; so does any of these, or
    ``held``, once they have refused.

    Raises:
        Invalid, Conflict, BookingClash: as in :func:`make_bookings`; nothing is changed then.
    """
    requested = {"event_id": booking.event_id, "resource_id": booking.resource_id, **values}
    events = lock_events(session, {booking.event_id})
    resources = lock_resources(session, {booking.resource_id, requested["resource_id"]})
    if requested["resource_id"] != booking.resource_id:
        resources = _own(session, resources)
    crud.check(reference_errors(requested, events, resources) | state_errors(requested, booking.state))
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
    before = keeper_notices.BookingBefore.of(booking, resources[booking.resource_id])
    wanted = BookingRequest(booking, resource, times, quantity)
    change = state_after(session, act, wanted, values.get("state", booking.state), event.status)
    if takes(change["state"]):
        ensure_available(session, act, [wanted], events)
    change |= {"resource_id": resource.id, "quantity": quantity, **columns(resource, times)}
    if "note" in values:
        change["note"] = values["note"]
    if {"from_", "to"} & set(values):
        booking.made_for = None
    crud.change(session, act, booking, change, event_id=booking.event_id)
    keeper_notices.tell(session, act, before.changes(booking, resource))
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
    keeper_notices.tell_deleted(session, act, [booking])
    crud.delete(session, act, booking, event_id=booking.event_id, kept={"made_for": booking.made_for})


def lock_events(session: Session, event_ids: Iterable[str]) -> dict[str, Event]:
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


def check_bookable(event: Event) -> None:
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
            and_(permissions.marked_own(session, col(Resource.office)), col(Booking.state).in_(TAKING)),
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
        .where(col(Booking.state).in_(TAKING), Booking.last_day >= first, Booking.first_day <= last)
        .group_by(col(Booking.resource_id))
    )
    return dict(session.exec(statement).all())
