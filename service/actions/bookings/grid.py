"""What is taken of many resources over a range, for a grid: a fixed number of queries however many they are."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, literal_column, or_
from sqlmodel import Session, col, select

from calendars.bookings.availability import LENGTH_CLASSES, HeldQuantity
from calendars.bookings.grid import GridBooking, is_free
from calendars.bookings.times import BookingTimes
from calendars.days.spans import Span
from calendars.events.lifecycle import CALLED_OFF
from models.events import Event
from models.places import Locality
from models.queries.dated import is_dated
from models.resources import Booking, Resource
from models.vocabulary import BookingState, EventStatus
from service.actions import permissions
from service.actions.bookings.resources import SHOWN_ORDER, resources_where
from service.actions.context import ActionContext

MOST_RESOURCES = 1000
"""So many resources are looked at for those that are free."""


@dataclass(frozen=True, slots=True)
class GridRow:
    """A resource and what is taken of it; ``zone`` is its place's, in which its days begin."""

    resource: Resource
    zone: str
    booked: Sequence[GridBooking] = ()


@dataclass(frozen=True, slots=True)
class ResourceGrid:
    """The rows of one page, how many match in all, and the events behind what is taken.

    ``events``: booking → event, of those the reader may read; ``times``: booking → when it is.
    """

    rows: Sequence[GridRow] = ()
    total: int = 0
    events: Mapping[str, Event] = field(default_factory=dict)
    times: Mapping[str, BookingTimes] = field(default_factory=dict)


def grid_of(
    session: Session,
    query: Mapping[str, Any],
    within: Callable[[str], Span],
    page: int,
    size: int,
    *,
    free_for: int | None = None,
) -> ResourceGrid:
    """The resources that match a query string, by type, cars by seats, then by name, with what is taken of them.

    ``within``: zone → the range as instants there. ``free_for``: only those of which so many are free for all of the
    range. ``page`` counts from 1.
    """
    statement = resources_where(session, query).order_by(*SHOWN_ORDER).limit(MOST_RESOURCES)
    listed: list[Resource] = list(session.exec(statement).all())
    zones = _zones(session)
    start = (page - 1) * size
    if free_for is None:
        shown, total = listed[start : start + size], len(listed)
        booked, rows = _booked(session, shown, {within(zones[one.locality]) for one in shown})
    else:
        booked, rows = _booked(session, listed, {within(zones[one.locality]) for one in listed})
        free = [
            one
            for one in listed
            if is_free(
                booked.get(one.id, ()),
                one.capacity,
                within(zones[one.locality]),
                quantity=min(free_for, one.capacity),
                before=one.buffer_before,
                after=one.buffer_after,
            )
        ]
        shown, total = free[start : start + size], len(free)
    of_shown = {one.id for one in shown}
    taken = [(booking, event) for booking, event in rows if booking.resource_id in of_shown]
    hidden = permissions.hidden(session, {event.id for _booking, event in taken}, by_share=False)
    return ResourceGrid(
        [GridRow(one, zones[one.locality], booked.get(one.id, ())) for one in shown],
        total,
        {booking.id: event for booking, event in taken if event.id not in hidden},
        {booking.id: BookingTimes.of(booking) for booking, _event in taken},
    )


def _zones(session: Session) -> dict[str, str]:
    return dict(session.exec(select(Locality.code, Locality.timezone)).all())


def _booked(
    session: Session, resources: Sequence[Resource], within: Collection[Span]
) -> tuple[dict[str, list[GridBooking]], list[tuple[Booking, Event]]]:
    """Resource → what is taken of it in any of these spans, and the bookings with their events; one query."""
    if not resources:
        return {}, []
    first, last = min(one.start for one in within), max(one.end for one in within)
    reach = max((one.buffer_before + one.buffer_after for one in resources), default=0)
    near = Span(first - timedelta(minutes=reach), last + timedelta(minutes=reach))
    by_class = or_(
        *(
            and_(literal_column(f"booking.length_class = {number}"), col(Booking.starts_at) > near.start - longest)
            for number, longest in enumerate(LENGTH_CLASSES)
        )
    )
    found = session.exec(
        select(Booking, Event)
        .where(
            col(Booking.resource_id).in_([one.id for one in resources]),
            # A literal, so that the partial index is used.
            literal_column("booking.state IN ('held', 'asked')"),
            by_class,
            col(Booking.starts_at) < near.end,
            col(Booking.ends_at) > near.start,
            Booking.event_id == Event.id,
        )
        .order_by(col(Booking.starts_at), col(Booking.id))
    ).all()
    by_resource: dict[str, list[GridBooking]] = {}
    for booking, _event in found:
        held = HeldQuantity(Span(booking.starts_at, booking.ends_at), booking.quantity, booking.id, booking.event_id)
        one = GridBooking(held, BookingTimes.of(booking).span(), booking.state is BookingState.ASKED)
        by_resource.setdefault(booking.resource_id, []).append(one)
    return by_resource, [(booking, event) for booking, event in found]


@dataclass(frozen=True, slots=True)
class ChoosableEvents:
    """The events that the account may book for, those it is in charge of first; each by first day."""

    own: Sequence[Event] = ()
    others: Sequence[Event] = ()


def choosable_events(session: Session, act: ActionContext, since: date, most: int) -> ChoosableEvents:
    """The coming events that the account that acts may book for; one query."""
    one = permissions.reader(session)
    statement = (
        select(Event)
        .where(
            permissions.visible(session),
            is_dated(),
            col(Event.last_day) >= since,
            col(Event.status).not_in([*sorted(CALLED_OFF), EventStatus.COMPLETED]),
        )
        .order_by(col(Event.first_day), col(Event.id))
        .limit(most)
    )
    if one is not None:
        statement = statement.where(permissions.changed_by(one))
    found = session.exec(statement).all()
    me = act.user.id if act.user is not None else None
    own = [event for event in found if me is not None and (event.in_charge_id or event.created_by) == me]
    return ChoosableEvents(own, [event for event in found if event not in own])
