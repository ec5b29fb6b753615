"""The bookings that come along into a copy: those that fit on its days, booked as anybody books."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from calendars.bookings.times import BookingTimes
from calendars.copies.days import Shift
from models.errors import Invalid
from models.events import Event
from models.i18n import N_, Message, message
from models.resources import Booking, Resource
from models.vocabulary import BookingState, CopyPart
from service.actions.bookings import bookings
from service.actions.bookings.availability import lock_resources
from service.actions.bookings.conflict_check import BookingClash
from service.actions.context import ActionContext
from service.actions.copies.values import Alternative, LeftPart
from service.actions.locality_index import LocalityIndex

KEEPER_ASKED = N_("Its keeper approves bookings: until the answer nobody else can book this time.")

_AGAIN = frozenset({BookingState.HELD, BookingState.REQUESTED, BookingState.RELEASED, BookingState.ASKED})
"""The states of bookings that are made again; what was released was held until its event was called off. What was
refused is not asked for again."""


def copy_bookings(
    session: Session, act: ActionContext, source: Event, event: Event, shift: Shift
) -> tuple[int, list[LeftPart]]:
    """Book for the copy what the event has booked, as many days later; how many, and which not, why and what instead.

    Each is booked by itself through :func:`service.actions.bookings.bookings.make_bookings`: what is taken by then
    stays out, the others are booked. All resources are locked beforehand, in the order that every writer takes.
    """
    statement = (
        select(Booking, Resource)
        .where(
            Booking.event_id == source.id, Booking.resource_id == Resource.id, col(Booking.state).in_(sorted(_AGAIN))
        )
        .order_by(col(Booking.first_day), col(Booking.starts_at), col(Booking.id))
    )
    found = session.exec(statement).all()
    if not found:
        return 0, []
    zones = {code: one.timezone for code, one in LocalityIndex.load(session).localities.items()}
    lock_resources(session, {resource.id for _booking, resource in found})
    left: list[LeftPart] = []
    count = 0
    for booking, resource in found:
        # The names outlive a savepoint that is rolled back.
        identity, name = booking.id, dict(resource.name)
        values = _values(booking, event, shift, zones[resource.locality])
        try:
            with session.begin_nested():
                (made,) = bookings.make_bookings(session, act, [values], several=False)
            count += 1
            if made.state is BookingState.ASKED:
                left.append(LeftPart(CopyPart.BOOKING, message(KEEPER_ASKED), name, identity))
        except BookingClash as clash:
            left.append(LeftPart(CopyPart.BOOKING, _what_clashes(clash), name, identity, _alternatives(clash)))
        except Invalid as wrong:
            left.append(LeftPart(CopyPart.BOOKING, _first(wrong), name, identity))
    return count, left


def _values(booking: Booking, event: Event, shift: Shift, zone: str) -> dict[str, Any]:
    """A booking as it is asked for: at its own times, moved, in the zone of the resource."""
    times = BookingTimes.of(booking).moved(shift.span, shift.span)
    values: dict[str, Any] = {
        "event_id": event.id,
        "resource_id": booking.resource_id,
        "quantity": booking.quantity,
        "note": booking.note,
        "from_": _in_zone(times.start, times.timezone, zone) if times.has_hours else times.first_day,
        "to": _in_zone(times.end, times.timezone, zone) if times.has_hours else times.last_day,
    }
    if booking.state is BookingState.REQUESTED:
        values["state"] = BookingState.REQUESTED
    return values


def _in_zone(moment: datetime, zone: str, other: str) -> datetime:
    """A local time of one zone as the local time of another."""
    if zone == other:
        return moment
    return moment.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo(other)).replace(tzinfo=None)


def _what_clashes(clash: BookingClash) -> Message:
    """What stands in the way, as far as the session may read it; the clash itself says that nothing was changed."""
    why: Message = next((one["detail"] for one in clash.extra.get("conflicts", ())), clash.detail)
    return why


def _alternatives(clash: BookingClash) -> list[Alternative]:
    """What would fit instead: the same resource at other times, others at the same."""
    suggestions: list[Mapping[str, Any]] = clash.extra.get("suggestions", [])
    found: list[Alternative] = []
    for one in suggestions:
        found += [
            Alternative(other["name"], resource_id=other["resource_id"], from_=one["from"], to=one["to"])
            for other in one["equivalent"]
        ]
        found += [
            Alternative(one["name"], resource_id=one["resource_id"], from_=times["from"], to=times["to"])
            for times in one["free"]
        ]
    return found


def _first(wrong: Invalid) -> Message:
    return next(line for lines in wrong.errors.values() for line in lines)
