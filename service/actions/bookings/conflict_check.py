"""Checking, with the resources locked, that bookings fit next to what others hold; and which bookings conflict."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import inspect
from sqlmodel import Session, col, select

from calendars.bookings.availability import HeldQuantity, blocking_bookings
from calendars.bookings.times import BookingTimes
from models.errors import Conflict
from models.events import Event
from models.i18n import N_, Message, message
from models.resources import Booking, Resource
from service.actions import permissions
from service.actions.bookings.alternatives import suggest
from service.actions.bookings.availability import held_bookings
from service.actions.bookings.requests import BookingRequest, quantity_errors
from service.actions.context import ActionContext

MOST_NAMED = 10


class BookingClash(Conflict):
    """A booking does not fit: ``conflicts`` are the conflicting bookings, ``suggestions`` what would fit instead."""

    def __init__(
        self, detail: Message, conflicts: Sequence[Mapping[str, Any]], suggestions: Sequence[Mapping[str, Any]]
    ) -> None:
        super().__init__(detail, code="booking_clash", conflicts=list(conflicts), suggestions=list(suggestions))


def ensure_available(
    session: Session, act: ActionContext, requests: Sequence[BookingRequest], events: Mapping[str, Event]
) -> None:
    """Raise if a request does not fit next to what others hold, or next to another of these requests.

    Raises:
        BookingClash: it names the conflicting bookings and suggests alternatives to the first ten that do not fit.
    """
    own = {one.booking.id for one in requests}
    conflicts: list[dict[str, Any]] = []
    unavailable: list[BookingRequest] = []
    for one in requests:
        beside = held_bookings(session, one.resource.id, one.span, without=own)
        siblings = [other for other in requests if other is not one and other.resource.id == one.resource.id]
        beside += [
            HeldQuantity(other.span, other.quantity, other.booking.id, other.booking.event_id) for other in siblings
        ]
        blocking = blocking_bookings(beside, one.span, one.quantity, one.resource.capacity)
        is_too_much = one.quantity > one.resource.capacity
        if not blocking and not is_too_much:
            continue
        unavailable.append(one)
        if is_too_much:
            # It was released or only requested when the capacity was reduced.
            conflicts.append(_too_much(one))
        found = blocking_with_events(session, one.resource, [other for other in blocking if other.id not in own])
        ids = {other.id for other in blocking}
        found += [_own_conflict(other, events) for other in siblings if other.booking.id in ids]
        conflicts += [conflict | {"wanted": _identified(one) | one.times.to_json()} for conflict in found]
    if not unavailable:
        return
    first = unavailable[0]
    detail: Message = message(
        N_("“{resource}” is not free, {times}. Nothing was changed."),
        resource=first.resource.name,
        times=first.times.format(),
    )
    raise BookingClash(
        detail,
        conflicts,
        [_identified(one) | suggest(session, act, one, events[one.booking.event_id]) for one in unavailable[:10]],
    )


def _identified(one: BookingRequest) -> dict[str, Any]:
    """The booking's id; None for a new booking."""
    return {"booking_id": one.booking.id if inspect(one.booking).persistent else None}


def _too_much(one: BookingRequest) -> dict[str, Any]:
    (wrong,) = quantity_errors(one.resource, one.quantity)["quantity"]
    return {
        "code": "resource_too_small",
        "severity": "blocking",
        "detail": wrong,
        "with": one.resource.id,
        "resource_id": one.resource.id,
        "wanted": _identified(one) | one.times.to_json(),
    }


def _own_conflict(other: BookingRequest, events: Mapping[str, Event]) -> dict[str, Any]:
    """The conflict with another booking of the same request or event."""
    event = events[other.booking.event_id]
    return {
        "code": "resource_taken",
        "severity": "blocking",
        "detail": message(
            N_("“{resource}” is wanted twice for “{title}”, {times}."),
            resource=other.resource.name,
            title=event.title,
            times=other.times.format(),
        ),
        "with": event.id,
        "resource_id": other.resource.id,
        **_identified(other),
        "event_id": event.id,
        "title": event.title,
        **other.times.to_json(),
        "quantity": other.quantity,
    }


def blocking_with_events(
    session: Session, resource: Resource, blocking: Sequence[HeldQuantity]
) -> list[dict[str, Any]]:
    """The conflicts with these held bookings, each with its event; the first ten; two queries."""
    ids = [one.id for one in blocking[:MOST_NAMED] if one.id]
    found = session.exec(select(Booking, Event).where(col(Booking.id).in_(ids), Booking.event_id == Event.id)).all()
    named = {booking.id: (booking, event) for booking, event in found}
    hidden = permissions.hidden(session, {event.id for _booking, event in found})
    return [
        _conflict(resource, *named[identity], is_hidden=named[identity][1].id in hidden)
        for identity in ids
        if identity in named
    ]


def _conflict(resource: Resource, booking: Booking, event: Event, *, is_hidden: bool) -> dict[str, Any]:
    times, title = BookingTimes.of(booking), permissions.BUSY if is_hidden else event.title
    return {
        "code": "resource_taken",
        "severity": "blocking",
        "detail": message(
            N_("“{resource}” is taken by “{title}”, {times}."),
            resource=resource.name,
            title=title,
            times=times.format(),
        ),
        "with": None if is_hidden else event.id,
        "resource_id": resource.id,
        "booking_id": None if is_hidden else booking.id,
        "event_id": None if is_hidden else event.id,
        "title": title,
        **times.to_json(),
        "quantity": booking.quantity,
    }
