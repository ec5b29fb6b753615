"""Bookings of an event as pages show them, and the form that makes and gives back one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from calendars.bookings.times import BookingTimes
from models.errors import Conflict, NotFound
from models.events import Event
from models.i18n import N_, message
from models.labels import noun
from models.resources import Booking, Resource
from models.text import LocalizedText
from models.vocabulary import BookingState
from service.actions import permissions
from service.actions.bookings import bookings, following
from service.actions.bookings.resources import all_resources
from service.actions.permissions import Sight
from service.schemas.bookings import NewBookingsSchema
from service.web.form_fields import FieldSpec, FieldType, values_of
from service.web.labels import BOOKING_STATES, RESOURCE_TYPES
from service.web.view import View

MOST_CHOICES = 1000
SHOWN = 300
SPECS = (
    FieldSpec("resource", FieldType.CHOICE),
    FieldSpec("from_day", FieldType.DAY),
    FieldSpec("from_time", FieldType.HOUR),
    FieldSpec("to_day", FieldType.DAY),
    FieldSpec("to_time", FieldType.HOUR),
    FieldSpec("quantity", FieldType.NUMBER),
    FieldSpec("note"),
    FieldSpec("asked", FieldType.FLAG),
)
"""What the form of a booking asks for."""


@dataclass(frozen=True, slots=True)
class BookingLine:
    """A booking as a page shows it."""

    booking: Booking
    resource: Resource
    event: Event
    when: str
    state: str
    is_hidden: bool = False
    note: str | None = None
    """What was noted about it, as far as the reader may know."""

    @property
    def title(self) -> LocalizedText:
        """What it is for, as far as the reader may know."""
        return permissions.BUSY if self.is_hidden else self.event.title

    @property
    def is_open(self) -> bool:
        """Whether it takes nothing yet, and may be taken now."""
        return self.booking.state in (BookingState.REQUESTED, BookingState.REFUSED)

    @property
    def refused_because(self) -> str | None:
        """Why its keeper refused it, as far as the reader may know."""
        is_told = self.booking.state is BookingState.REFUSED and not self.is_hidden
        return self.booking.answer_reason if is_told else None


def lines_of(view: View, query: Mapping[str, Any]) -> tuple[list[BookingLine], bool]:
    """Bookings that a query asks for, by day; whether there are more than are shown."""
    listed = bookings.listed_bookings(view.session, query, SHOWN + 1)
    hidden = permissions.hidden(view.session, {event.id for _booking, _resource, event in listed})
    found = [
        BookingLine(
            booking,
            resource,
            event,
            BookingTimes.of(booking).format(),
            view.say(BOOKING_STATES[booking.state]),
            event.id in hidden,
            booking.note if event.id not in hidden and _sees_notes(view, event) else None,
        )
        for booking, resource, event in listed
    ]
    return found[:SHOWN], len(found) > SHOWN


def _sees_notes(view: View, event: Event) -> bool:
    return permissions.sight(view.session, event) is not Sight.SHARED


def choices(view: View) -> list[tuple[str, list[Resource]]]:
    """What can be booked, by kind."""
    found = all_resources(view.session, MOST_CHOICES, only_active=True)
    return [
        (view.say(label), listed)
        for kind, label in RESOURCE_TYPES.items()
        if (listed := [one for one in found if one.type is kind])
    ]


def do_booking(view: View, event: Event) -> None:
    """Book something for an event, take what was only asked for, or give something back, as the form says."""
    form = request.form
    match form.get("do"):
        case "book":
            book_as_typed(view, event)
        case "give_back":
            bookings.delete_booking(view.session, view.act, _own(view, event, form.get("booking", "")))
        case "follow":
            following.follow_event(view.session, view.act, event)
        case "hold":
            booking = _own(view, event, form.get("booking", ""))
            bookings.change_booking(view.session, view.act, booking, {"state": BookingState.HELD})
        case _:
            raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


def book_as_typed(view: View, event: Event) -> Booking:
    """Book for an event what the form says."""
    wish = _wish(request.form) | {"event_id": event.id}
    wanted: dict[str, Any] = NewBookingsSchema().load(wish)  # type: ignore[no-untyped-call]
    (made,) = bookings.make_bookings(view.session, view.act, [wanted], several=False)
    return made


def _own(view: View, event: Event, identity: str) -> Booking:
    booking = view.session.get(Booking, identity)
    if booking is None or booking.event_id != event.id:
        raise NotFound(noun("booking"), identity)
    return booking


def _wish(form: Mapping[str, str]) -> dict[str, Any]:
    """A booking as the API takes it, from days and hours typed apart."""
    typed = values_of(SPECS, form)
    wish: dict[str, Any] = {"resource_id": typed.get("resource") or "", "note": typed.get("note")}
    if form.get("from") or form.get("to"):  # one of the times offered
        wish |= {name: form[name] for name in ("from", "to") if form.get(name)}
    else:
        for name in ("from", "to"):
            day, hour = typed.get(f"{name}_day"), typed.get(f"{name}_time")
            if day:
                wish[name] = f"{day}T{hour}" if hour else day
    if typed.get("quantity") is not None:
        wish["quantity"] = typed["quantity"]
    if typed["asked"]:
        wish["state"] = BookingState.REQUESTED.value
    return wish
