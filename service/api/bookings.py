"""/resources, /bookings and /events/{}/bookings: what visits use, without double bookings."""

from typing import Any

from flask import request
from flask_smorest.pagination import PaginationParameters

from calendars.bookings.times import BookingTimes
from models.events import Event
from models.resources import Booking, Resource
from models.vocabulary import Role
from service.actions import crud, permissions
from service.actions.bookings import answers, bookings, resources
from service.actions.events import events
from service.actions.permissions import Sight
from service.api.resource import ApiBlueprint, act, operation, page, requires, session
from service.api.resource import ApiView as Address
from service.schemas.bookings import (
    BookingChangeSchema,
    BookingQuery,
    BookingRefusalSchema,
    BookingSchema,
    EventBookingsQuery,
    NewBookingsSchema,
    ResourceQuery,
    ResourceSchema,
)

blp = ApiBlueprint(
    "bookings", __name__, description="Rooms, lodging, vehicles, interpreters, equipment, and who has them"
)


@blp.route("/resources")
class ResourcesView(Address):
    @requires(Role.VIEWER)
    @operation("listResources")
    @blp.arguments(ResourceQuery, location="query")
    @blp.many(ResourceSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List what can be booked, by type and name"""
        statement = resources.resources_where(session(), query)
        return page(pagination_parameters, statement, *resources.RESOURCE_ORDER)

    @requires(Role.OFFICER)
    @operation("createResource")
    @blp.arguments(ResourceSchema)
    @blp.created(ResourceSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Add a room, lodging, vehicle, interpreter or piece of equipment"""
        return resources.create_resource(session(), act(), values)


@blp.route("/resources/<resource_id>")
class ResourceView(Address):
    @requires(Role.VIEWER)
    @operation("getResource")
    @blp.one(ResourceSchema)
    def get(self, resource_id: str) -> Any:
        """Read a resource"""
        return crud.find(session(), Resource, resource_id)

    @requires(Role.OFFICER)
    @operation("changeResource")
    @blp.arguments(ResourceSchema(partial=True))
    @blp.one(ResourceSchema)
    def patch(self, values: dict[str, Any], resource_id: str) -> Any:
        """Change a resource; a smaller capacity or longer buffers must leave room for what is booked"""
        resource = crud.find(session(), Resource, resource_id)
        blp.check_etag(resource, ResourceSchema)
        return resources.change_resource(session(), act(), resource, values)

    @requires(Role.ADMIN)
    @operation("deleteResource")
    @blp.gone()
    def delete(self, resource_id: str) -> None:
        """Delete a resource that was never booked; take any other out of service (`active`: false)"""
        resource = crud.find(session(), Resource, resource_id)
        blp.check_etag(resource, ResourceSchema)
        resources.delete_resource(session(), act(), resource)


BookingValues = dict[str, Any]


_OWN = ("note", "created_by", "asked_by", "answered_by", "answered_at", "answer_reason")
"""What of a booking is its event's own."""


def _show(
    booking: Booking, resource: Resource, event: Event, *, is_hidden: bool = False, is_kept: bool = False
) -> BookingValues:
    """A booking as a dict. If the reader may not see its event, only the resource and the times are included, and for
    who answers for the resource (``is_kept``) all but the event; of an event of another office not the note."""
    times = BookingTimes.of(booking).to_json()
    hidden_values: dict[str, Any] = {}
    if is_hidden and not is_kept:
        # No id either: it would tell which visit moved, and when it was called off.
        hidden_values = dict.fromkeys(("id", "event_id", *_OWN))
    elif is_hidden:
        hidden_values = {"event_id": None}
    elif permissions.sight(session(), event) is Sight.SHARED:
        hidden_values = dict.fromkeys(_OWN)
    return (
        booking.model_dump()
        | hidden_values
        | {
            "from_": times["from"],
            "to": times["to"],
            "resource_name": resource.name,
            "resource_type": resource.type,
            "event_title": permissions.BUSY if is_hidden else event.title,
        }
    )


def _booking_values(booking: Booking) -> BookingValues:
    """A booking that the reader may read, as one of its event or as one who answers for its resource."""
    resource = session().get_one(Resource, booking.resource_id)
    event = session().get_one(Event, booking.event_id)
    is_hidden = bool(permissions.hidden(session(), [event.id], by_share=False))
    return _show(booking, resource, event, is_hidden=is_hidden, is_kept=is_hidden)


def _page(query: dict[str, Any], paging: PaginationParameters) -> list[BookingValues]:
    rows = page(paging, bookings.bookings_where(session(), query), *bookings.BOOKING_ORDER)
    hidden = permissions.hidden(session(), {event.id for _booking, _resource, event in rows})
    return [_show(*one, is_hidden=one[2].id in hidden) for one in rows]


@blp.route("/bookings")
class BookingsView(Address):
    @requires(Role.VIEWER)
    @operation("listBookings")
    @blp.arguments(BookingQuery, location="query")
    @blp.many(BookingSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters) -> Any:
        """List bookings by first day"""
        return _page(query, pagination_parameters)

    @requires(Role.OFFICER)
    @operation("createBooking")
    @blp.arguments(NewBookingsSchema)
    @blp.created(NewBookingsSchema)
    def post(self, values: dict[str, Any]) -> Any:
        """Book a resource for an event, or several at once under `bookings`: all of them or none

        A booking that does not fit is 409: `conflicts` lists who has the resource from when to when, `suggestions` the
        nearest free times and equally suitable resources. Whole days are inclusive; the end of a local time is
        exclusive, so that one booking may begin when another ends.
        """
        several = values.pop("bookings", None)
        if several is None:
            (booking,) = bookings.make_bookings(session(), act(), [values], several=False)
            return _booking_values(booking)
        created = bookings.make_bookings(session(), act(), [values | one for one in several], several=True)
        return {"bookings": [_booking_values(one) for one in created]}


@blp.route("/bookings/<booking_id>")
class BookingView(Address):
    @requires(Role.VIEWER)
    @operation("getBooking")
    @blp.one(BookingSchema)
    def get(self, booking_id: str) -> Any:
        """Read a booking

        Its keepers, and who oversees the office that lends the resource, read it without its event.
        """
        return _booking_values(answers.find_for_answer(session(), act(), booking_id))

    @requires(Role.OFFICER)
    @operation("changeBooking")
    @blp.arguments(BookingChangeSchema(partial=True))
    @blp.one(BookingSchema)
    def patch(self, values: dict[str, Any], booking_id: str) -> Any:
        """Change a booking: its times, resource or quantity, or hold what was only requested

        Where approval is needed, other times, another resource or quantity ask for it again; `held` does once it was
        refused.
        """
        booking = bookings.find_booking(session(), booking_id)
        blp.check_etag(_booking_values(booking), BookingSchema)
        return _booking_values(bookings.change_booking(session(), act(), booking, values))

    @requires(Role.OFFICER)
    @operation("deleteBooking")
    @blp.gone()
    def delete(self, booking_id: str) -> None:
        """Release a booked resource"""
        booking = bookings.find_booking(session(), booking_id)
        blp.check_etag(_booking_values(booking), BookingSchema)
        bookings.delete_booking(session(), act(), booking)


def _check_if_sent(booking: Booking) -> None:
    """Refuse an answer to what somebody has changed since it was read, if the client says what it read."""
    if request.if_match:
        blp.check_etag(_booking_values(booking), BookingSchema)


@blp.route("/bookings/<booking_id>/approve")
class BookingApprovalView(Address):
    @requires(Role.OFFICER)
    @operation("approveBooking")
    @blp.one(BookingSchema)
    def post(self, booking_id: str) -> Any:
        """Approve a booking that its keeper is asked for

        By a keeper of the resource, an approver or the protocol office of the office that lends it; 403 `four_eyes` for
        who asked, unless they keep it. 409 `not_asked` if it does not wait for an answer (any more), with its state as
        `state_now`.
        """
        return _booking_values(answers.approve(session(), act(), booking_id, _check_if_sent))


@blp.route("/bookings/<booking_id>/refuse")
class BookingRefusalView(Address):
    @requires(Role.OFFICER)
    @operation("refuseBooking")
    @blp.arguments(BookingRefusalSchema)
    @blp.one(BookingSchema)
    def post(self, values: dict[str, Any], booking_id: str) -> Any:
        """Refuse a booking that its keeper is asked for, and say why

        Who may is as in approving. Its time is free again, and who asked for it is told.
        """
        return _booking_values(answers.refuse(session(), act(), booking_id, values["reason"], _check_if_sent))


@blp.route("/events/<event_id>/bookings")
class EventBookingsView(Address):
    @requires(Role.VIEWER)
    @operation("listEventBookings")
    @blp.arguments(EventBookingsQuery, location="query")
    @blp.many(BookingSchema)
    def get(self, query: dict[str, Any], pagination_parameters: PaginationParameters, event_id: str) -> Any:
        """List the bookings of an event, by first day"""
        events.find_event(session(), event_id)
        return _page({**query, "event_id": event_id}, pagination_parameters)
