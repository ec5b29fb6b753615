"""The halls an office has, and when each is booked for an event."""

from collections import defaultdict

from sqlmodel import Session, col, select

from calendars.bookings.times import BookingTimes
from calendars.days.spans import Span
from calendars.programmes.halls import Hall
from models.events import Event
from models.places import Locality
from models.resources import Booking, Resource
from models.vocabulary import BookingState, ResourceType
from service.actions import permissions

MOST_HALLS = 300


def halls_of(session: Session, event: Event) -> list[Hall]:
    """The halls of the reader's office that are in service, those booked for the event first; two queries."""
    own = permissions.marked_own(session, col(Resource.office))
    statement = (
        select(Resource, Locality.timezone)
        .join(Locality, col(Locality.code) == col(Resource.locality))
        .where(Resource.type == ResourceType.ROOM, col(Resource.active), own)
        .order_by(col(Resource.sort_key), col(Resource.id))
        .limit(MOST_HALLS)
    )
    held: dict[str, list[Span]] = defaultdict(list)
    booked = select(Booking).where(Booking.event_id == event.id, Booking.state != BookingState.RELEASED)
    for booking in session.exec(booked.order_by(col(Booking.id))):
        held[booking.resource_id].append(BookingTimes.of(booking).span())
    halls = [Hall(row.id, row.name, zone, held.get(row.id, ())) for row, zone in session.exec(statement)]
    return sorted(halls, key=lambda hall: not hall.held)
