"""What a booking is asked for: of which resource, for which times; and what is wrong with the wish."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from calendars.bookings.availability import length_class
from calendars.bookings.times import BookingTimes
from calendars.days.spans import Span
from models.events import Event
from models.i18n import N_, message
from models.labels import noun
from models.places import Locality
from models.resources import Booking, Resource
from models.vocabulary import BookingState, ResourceType
from service.actions import crud
from service.actions.context import ActionContext


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """A booking as somebody wants it: of a resource, for these times."""

    booking: Booking
    resource: Resource
    times: BookingTimes
    quantity: int

    @property
    def span(self) -> Span:
        """What it would take, buffers included."""
        return span_of(self.resource, self.times)


def span_of(resource: Resource, times: BookingTimes) -> Span:
    """The instants a booking of a resource takes, buffers included."""
    return times.span(resource.buffer_before, resource.buffer_after)


def reference_errors(wish: Mapping[str, Any], events: Container[str], resources: Container[str]) -> crud.Errors:
    """What a wish does not name, or names and is not there."""
    errors: crud.Errors = {}
    for field, what, there in (("event_id", "event", events), ("resource_id", "resource", resources)):
        if not (identity := wish.get(field)):
            errors[field] = [message(N_("Missing data for required field."))]
        elif identity not in there:
            errors[field] = [message(N_("There is no {what} “{identity}”."), what=noun(what), identity=identity)]
    return errors


def state_errors(wish: Mapping[str, Any]) -> crud.Errors:
    """That somebody wants to release a booking, which only calling its event off does."""
    if wish.get("state") is not BookingState.RELEASED:
        return {}
    return {"state": [message(N_("A booking is released when its event is called off; delete it instead."))]}


def merged(prefixes: Sequence[str], found: Sequence[crud.Errors]) -> crud.Errors:
    """The errors of several wishes as one, the fields of each under its prefix (``bookings.0.``)."""
    return {
        f"{prefix}{field}": told_wrong
        for prefix, errors in zip(prefixes, found, strict=True)
        for field, told_wrong in errors.items()
    }


def booking_request(
    session: Session, act: ActionContext, wish: Mapping[str, Any], event: Event, resource: Resource
) -> tuple[BookingRequest, crud.Errors]:
    """The booking a wish would make, not yet kept, and what is wrong with it."""
    times, errors = times_of(session, wish, event, resource, None)
    quantity = wish.get("quantity", 1)
    errors |= service_errors(resource) | quantity_errors(resource, quantity)
    booking = Booking(
        resource_id=resource.id,
        event_id=event.id,
        quantity=quantity,
        state=wish.get("state", BookingState.HELD),
        note=wish.get("note"),
        created_by=act.user.id if act.user else None,
        **({} if errors else columns(resource, times)),
    )
    return BookingRequest(booking, resource, times, quantity), errors


def columns(resource: Resource, times: BookingTimes) -> dict[str, Any]:
    """The columns of a booking that follow from its times and its resource."""
    span = span_of(resource, times)
    return {
        "first_day": times.first_day,
        "last_day": times.last_day,
        "start_time": times.start_time,
        "end_time": times.end_time,
        "timezone": times.timezone,
        "starts_at": span.start,
        "ends_at": span.end,
        "length_class": length_class(span),
        "is_exclusive": resource.capacity == 1,
    }


def service_errors(resource: Resource) -> crud.Errors:
    """That a resource is out of service and takes no new bookings."""
    if resource.active:
        return {}
    return {"resource_id": [message(N_("“{resource}” is out of service; choose another."), resource=resource.name)]}


def quantity_errors(resource: Resource, quantity: int) -> crud.Errors:
    """That there never is so much of a resource."""
    if quantity <= resource.capacity:
        return {}
    return {
        "quantity": [
            message(N_("“{resource}” has {capacity} at the most."), resource=resource.name, capacity=resource.capacity)
        ]
    }


def times_of(
    session: Session, wish: Mapping[str, Any], event: Event, resource: Resource, present: BookingTimes | None
) -> tuple[BookingTimes, crud.Errors]:
    """The times a wish names, each end filled in from the present ones or the event's."""
    start, end = wish.get("from_"), wish.get("to")
    if start is None and end is None:
        return present or _times_of_event(event, resource), {}
    zone = present.timezone if present else _zone_of(session, resource)
    if start is None or end is None:
        if present is None:
            return _times_of_event(event, resource), {
                "to" if end is None else "from": [message(N_("Give both from and to, or neither."))]
            }
        start = start if start is not None else present.start if present.has_hours else present.first_day
        end = end if end is not None else present.end if present.has_hours else present.last_day
    if isinstance(start, datetime) != isinstance(end, datetime):
        wrong = message(N_("Give two days, or two local times such as 2027-03-10T08:00."))
        return _times_of_event(event, resource), {"to": [wrong]}
    times = BookingTimes(_day(start), _day(end), _hour(start), _hour(end), zone)
    wrong_times = times.problems()
    return times, {"to": [wrong_times]} if wrong_times else {}


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _hour(moment: date) -> Any:
    return moment.time() if isinstance(moment, datetime) else None


def _zone_of(session: Session, resource: Resource) -> str:
    return crud.find(session, Locality, resource.locality).timezone


def _times_of_event(event: Event, resource: Resource) -> BookingTimes:
    """What a booking without times is made for: lodging from arrival to departure, anything else the days or hours."""
    if resource.type is ResourceType.LODGING:
        return BookingTimes(
            min(event.arrives_on, event.first_day), max(event.departs_on, event.last_day), timezone=event.timezone
        )
    if event.start_time is not None and event.end_time is not None:
        return BookingTimes(event.first_day, event.last_day, event.start_time, event.end_time, event.timezone)
    return BookingTimes(event.first_day, event.last_day, timezone=event.timezone)
