"""Booking requests: of which resource, for which times; and their errors."""

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
    """A booking to be made or changed: of a resource, for these times."""

    booking: Booking
    resource: Resource
    times: BookingTimes
    quantity: int

    @property
    def span(self) -> Span:
        """The instants it would occupy, buffers included."""
        return span_of(self.resource, self.times)


def span_of(resource: Resource, times: BookingTimes) -> Span:
    """The instants a booking of a resource occupies, buffers included."""
    return times.span(resource.buffer_before, resource.buffer_after)


def reference_errors(values: Mapping[str, Any], events: Container[str], resources: Container[str]) -> crud.Errors:
    """Errors for an event or a resource that is missing from the request or does not exist."""
    errors: crud.Errors = {}
    for field, what, known in (("event_id", "event", events), ("resource_id", "resource", resources)):
        if not (identity := values.get(field)):
            errors[field] = [message(N_("Missing data for required field."))]
        elif identity not in known:
            errors[field] = [message(N_("There is no {what} “{identity}”."), what=noun(what), identity=identity)]
    return errors


def state_errors(values: Mapping[str, Any], current: BookingState | None = None) -> crud.Errors:
    """The error if the request is to release a booking: only postponing or cancelling its event does that; or to give
    a keeper's answer. What it is already (``current``) may be repeated."""
    state = values.get("state")
    if state in {BookingState.ASKED, BookingState.REFUSED} and state is not current:
        wrong = N_("Whether approval is needed is up to the keepers; write “held” to book, they approve or refuse.")
        return {"state": [message(wrong)]}
    if state is not BookingState.RELEASED:
        return {}
    return {"state": [message(N_("A booking is released when its event is called off; delete it instead."))]}


def merged(prefixes: Sequence[str], found: Sequence[crud.Errors]) -> crud.Errors:
    """The errors of several requests as one, the fields of each under its prefix (``bookings.0.``)."""
    return {
        f"{prefix}{field}": messages
        for prefix, errors in zip(prefixes, found, strict=True)
        for field, messages in errors.items()
    }


def booking_request(
    session: Session, act: ActionContext, values: Mapping[str, Any], event: Event, resource: Resource
) -> tuple[BookingRequest, crud.Errors]:
    """The booking request from its values, its booking not yet stored, and the errors."""
    times, errors = times_of(session, values, event, resource, None)
    quantity = values.get("quantity", 1)
    errors |= service_errors(resource) | quantity_errors(resource, quantity)
    booking = Booking(
        resource_id=resource.id,
        event_id=event.id,
        quantity=quantity,
        state=values.get("state", BookingState.HELD),
        note=values.get("note"),
        created_by=act.user.id if act.user else None,
        **({"id": values["id"]} if "id" in values else {}),
        **({} if errors else columns(resource, times)),
    )
    return BookingRequest(booking, resource, times, quantity), errors


def columns(resource: Resource, times: BookingTimes) -> dict[str, Any]:
    """The columns of a booking that are derived from its times and its resource."""
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
    """The error if a resource is out of service and takes no new bookings."""
    if resource.active:
        return {}
    return {"resource_id": [message(N_("“{resource}” is out of service; choose another."), resource=resource.name)]}


def quantity_errors(resource: Resource, quantity: int) -> crud.Errors:
    """The error if the quantity exceeds the resource's capacity."""
    if quantity <= resource.capacity:
        return {}
    return {
        "quantity": [
            message(N_("“{resource}” has {capacity} at the most."), resource=resource.name, capacity=resource.capacity)
        ]
    }


def times_of(
    session: Session, values: Mapping[str, Any], event: Event, resource: Resource, current: BookingTimes | None
) -> tuple[BookingTimes, crud.Errors]:
    """The requested times; a missing start or end is taken from the current times, both from the event."""
    start, end = values.get("from_"), values.get("to")
    if start is None and end is None:
        return current or _times_of_event(event, resource), {}
    zone = current.timezone if current else _zone_of(session, resource)
    if start is None or end is None:
        if current is None:
            return _times_of_event(event, resource), {
                "to" if end is None else "from": [message(N_("Give both from and to, or neither."))]
            }
        start = start if start is not None else current.start if current.has_hours else current.first_day
        end = end if end is not None else current.end if current.has_hours else current.last_day
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
    """The default times of a booking: for lodging from arrival to departure, otherwise the event's days or hours."""
    if resource.type is ResourceType.LODGING:
        return BookingTimes(
            min(event.arrives_on, event.first_day), max(event.departs_on, event.last_day), timezone=event.timezone
        )
    if event.start_time is not None and event.end_time is not None:
        return BookingTimes.of(event)
    return BookingTimes(event.first_day, event.last_day, timezone=event.timezone)
