"""Rooms, cars, interpreters: what exists, who has booked it when, and booking it for an event."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from calendars.bookings.times import BookingTimes
from models.errors import Conflict, NotFound
from models.events import Event
from models.i18n import N_, message
from models.labels import noun
from models.resources import Booking, Resource
from models.text import LocalizedText
from models.vocabulary import BookingState
from service.actions import crud, permissions
from service.actions.bookings import bookings
from service.actions.bookings.resources import all_resources
from service.actions.events import events
from service.schemas.bookings import NewBookingsSchema
from service.web.forms import FormRefusal, attempt
from service.web.labels import BOOKING_STATES, RESOURCE_TYPES
from service.web.page_decorator import page
from service.web.query_params import whole
from service.web.view import View

AHEAD_DAYS = 120
SOON_DAYS = 30
MOST_CHOICES = 1000
SHOWN = 300


@dataclass(frozen=True, slots=True)
class BookingLine:
    """A booking as a page shows it."""

    booking: Booking
    resource: Resource
    event: Event
    when: str
    state: str
    is_hidden: bool = False

    @property
    def title(self) -> LocalizedText:
        """The title of its event, if the reader may see it."""
        return permissions.BUSY if self.is_hidden else self.event.title

    @property
    def is_open(self) -> bool:
        """Whether it is only requested and can be confirmed now."""
        return self.booking.state is BookingState.REQUESTED


def lines_of(view: View, query: Mapping[str, Any]) -> tuple[list[BookingLine], bool]:
    """The bookings of a query, by day; and whether there are more than shown."""
    rows = bookings.listed_bookings(view.session, query, SHOWN + 1)
    hidden = permissions.hidden(view.session, {event.id for _booking, _resource, event in rows})
    lines = [
        BookingLine(
            booking,
            resource,
            event,
            BookingTimes.of(booking).format(),
            view.say(BOOKING_STATES[booking.state]),
            event.id in hidden,
        )
        for booking, resource, event in rows
    ]
    return lines[:SHOWN], len(lines) > SHOWN


@page()
def resources(view: View) -> Response:
    """The resources, by type, with how much of each is booked soon."""
    all_found = all_resources(view.session, SHOWN)
    counts = bookings.count_held(view.session, view.act.today, view.act.today + timedelta(days=SOON_DAYS))
    by_type = {kind: [one for one in all_found if one.type is kind] for kind in RESOURCE_TYPES}
    return view.page(
        "lists/resources.html",
        groups=[(view.say(RESOURCE_TYPES[kind]), listed) for kind, listed in by_type.items() if listed],
        counts=counts,
    )


@page()
def resource(view: View, resource_id: str) -> Response:
    """One resource and its bookings in the coming months."""
    resource = crud.find(view.session, Resource, resource_id)
    query = {
        "resource_id": resource.id,
        "from_": view.act.today,
        "to": view.act.today + timedelta(days=AHEAD_DAYS),
        "state": [BookingState.HELD, BookingState.REQUESTED],
    }
    lines, has_more = lines_of(view, query)
    months = groupby(lines, key=lambda line: max(line.booking.first_day, view.act.today).replace(day=1))
    return view.page(
        "lists/resource.html",
        resource=resource,
        kind=view.say(RESOURCE_TYPES[resource.type]),
        months=[(view.month(first), list(listed)) for first, listed in months],
        has_more=has_more,
        ahead=AHEAD_DAYS,
    )


@page()
def event_bookings(view: View, event_id: str) -> Response:
    """The bookings of an event; adding and releasing them."""
    event = events.find_event(view.session, event_id)
    refusal: FormRefusal | None = None
    if request.method == "POST":
        refusal = attempt(view, lambda: do_booking(view, event))
        if refusal is None:
            done = request.form.get("do", "")
            return redirect(url_for("pages.event_bookings", event_id=event_id, done=done), 303)
        event = events.find_event(view.session, event_id)
    lines, has_more = lines_of(view, {"event_id": event.id})
    return view.page(
        "lists/bookings.html",
        refusal.status if refusal else 200,
        event=event,
        lines=lines,
        has_more=has_more,
        choices=choices(view) if view.may_change(event) else [],
        refusal=refusal,
        form=request.form,
        done=request.args.get("done", ""),
    )


def choices(view: View) -> list[tuple[str, list[Resource]]]:
    """The resources that can be booked, by type."""
    bookable = all_resources(view.session, MOST_CHOICES, only_active=True)
    return [
        (view.say(label), listed)
        for kind, label in RESOURCE_TYPES.items()
        if (listed := [one for one in bookable if one.type is kind])
    ]


def do_booking(view: View, event: Event) -> None:
    """Add a booking for an event, confirm a requested one, or release one, as the form says."""
    form = request.form
    match form.get("do"):
        case "book":
            values = _booking_values(form) | {"event_id": event.id}
            checked: dict[str, Any] = NewBookingsSchema().load(values)  # type: ignore[no-untyped-call]
            bookings.make_bookings(view.session, view.act, [checked], several=False)
        case "give_back":
            bookings.delete_booking(view.session, view.act, _own(view, event, form.get("booking", "")))
        case "hold":
            booking = _own(view, event, form.get("booking", ""))
            bookings.change_booking(view.session, view.act, booking, {"state": BookingState.HELD})
        case _:
            raise Conflict(message(N_("This page does not know that step. Reload it and try again.")))


def _own(view: View, event: Event, identity: str) -> Booking:
    booking = view.session.get(Booking, identity)
    if booking is None or booking.event_id != event.id:
        raise NotFound(noun("booking"), identity)
    return booking


def _booking_values(form: Mapping[str, str]) -> dict[str, Any]:
    """A booking in the API's form, from separate day and time fields."""
    values: dict[str, Any] = {"resource_id": form.get("resource", ""), "note": form.get("note", "").strip() or None}
    if form.get("from") or form.get("to"):  # one of the suggested times
        values |= {name: form[name] for name in ("from", "to") if form.get(name)}
    else:
        for name in ("from", "to"):
            day, hour = form.get(f"{name}_day", ""), form.get(f"{name}_time", "")
            if day:
                values[name] = f"{day}T{hour}" if hour else day
    if form.get("quantity"):
        quantity = whole(form["quantity"])
        values["quantity"] = form["quantity"] if quantity is None else quantity
    if form.get("asked"):
        values["state"] = BookingState.REQUESTED.value
    return values
