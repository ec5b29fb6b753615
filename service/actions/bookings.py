"""Bookings: made, changed, taken along when their event moves, released and taken again; never two where one fits.

Whoever books or moves something holds the resources still first (:func:`service.actions.occupancy.hold_still`), then
looks what is taken, then writes. Events are held before resources, each in the order of their ids.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import inspect
from sqlmodel import Session, col, select

from calendars.bookings import Frame, Times, follow
from calendars.lifecycle import CALLED_OFF
from calendars.occupancy import Taken, in_the_way, length_class
from models.errors import Conflict
from models.events import Event
from models.i18n import Message, _, message
from models.places import Locality
from models.resources import Booking, Resource
from models.vocabulary import BookingState, EventStatus, ResourceType
from service.actions import rows
from service.actions.acting import Act
from service.actions.alternatives import BookingClash, Wanted, clashes_of, openings_for, span_of, suggest, told, written
from service.actions.occupancy import hold_still, taken

MOST_AT_ONCE = 50


def make_bookings(session: Session, act: Act, wishes: Sequence[Mapping[str, Any]], *, several: bool) -> list[Booking]:
    """Book one or more resources, all of them or none.

    A wish has ``event_id``, ``resource_id`` and perhaps ``from_`` and ``to`` (both dates or both local date-times;
    without them the event's own days or hours), ``quantity``, ``state``, ``note``. ``several`` says how errors name
    their fields: ``bookings.0.to`` or ``to``.

    Raises:
        Invalid: a resource or event is not there, out of service, or the times make no sense.
        Conflict: the event is over or called off.
        BookingClash: one of them does not fit.
    """
    prefixes = [f"bookings.{number}." if several else "" for number in range(len(wishes))]
    rows.check(_merged(prefixes, [_missing(session, wish) for wish in wishes]))
    events = _hold_events(session, {wish["event_id"] for wish in wishes})
    for event in events.values():
        _check_bookable(event)
    resources = hold_still(session, {wish["resource_id"] for wish in wishes})
    wanted, errors = [], []
    for wish in wishes:
        one, found = _wish_of(session, act, wish, events[wish["event_id"]], resources[wish["resource_id"]])
        wanted.append(one)
        errors.append(found)
    rows.check(_merged(prefixes, errors))
    _check_fit(session, act, [one for one in wanted if one.booking.state is BookingState.HELD], events)
    for one in wanted:
        rows.create(session, act, one.booking, event_id=one.booking.event_id)
    return [one.booking for one in wanted]


def change_booking(session: Session, act: Act, booking: Booking, values: Mapping[str, Any]) -> Booking:
    """Change a booking: other times, another resource, another quantity; hold what was only asked for.

    Raises:
        Invalid, Conflict, BookingClash: as in :func:`make_bookings`; nothing is changed then.
    """
    rows.check(_missing(session, {**values, "event_id": booking.event_id}, is_new=False))
    events = _hold_events(session, {booking.event_id})
    event = events[booking.event_id]
    if set(values) - {"note"}:
        _check_open(event)
    resources = hold_still(session, {booking.resource_id, values.get("resource_id", booking.resource_id)})
    resource = resources[values.get("resource_id", booking.resource_id)]
    times, errors = _times_of(session, values, event, resource, Times.of(booking))
    if "resource_id" in values and values["resource_id"] != booking.resource_id:
        errors |= _service_errors(resource)
    quantity = values.get("quantity", booking.quantity)
    errors |= _quantity_errors(resource, quantity)
    rows.check(errors)
    state = values.get("state", booking.state)
    if event.status in CALLED_OFF and state is BookingState.HELD:
        state = BookingState.RELEASED
    if state is BookingState.HELD:
        _check_fit(session, act, [Wanted(booking, resource, times, quantity)], events)
    change = {"resource_id": resource.id, "quantity": quantity, "state": state, **_columns(resource, times)}
    if "note" in values:
        change["note"] = values["note"]
    rows.change(session, act, booking, change, event_id=booking.event_id)
    return booking


def delete_booking(session: Session, act: Act, booking: Booking) -> None:
    """Give a resource back."""
    rows.delete(session, act, booking, event_id=booking.event_id)


def settle(session: Session, act: Act, event: Event, before: Frame, was: EventStatus) -> None:
    """Take an event's bookings along after its days, hours or status have changed: all of them or none.

    ``before`` and ``was`` are its days and its status until now. The times of the bookings follow the event's. Called
    off, it gives back what it held; when it takes place after all it takes that again, and what was only asked for is
    taken when it is confirmed.

    Raises:
        BookingClash: one can't follow; with days on which all of them could.
    """
    found = session.exec(select(Booking).where(Booking.event_id == event.id).order_by(col(Booking.id))).all()
    if not found:
        return
    after = Frame.of(event)
    resources = hold_still(session, {one.resource_id for one in found})
    settled = [(one, follow(Times.of(one), before, after), _state_for(event.status, was, one.state)) for one in found]
    moving = [(one, times, state) for one, times, state in settled if state is not one.state or times != Times.of(one)]
    held = [
        Wanted(one, resources[one.resource_id], times, one.quantity)
        for one, times, state in moving
        if state is BookingState.HELD
    ]
    _check_possible(held)
    try:
        _check_fit(session, act, held, {event.id: event})
    except BookingClash as clash:
        everything = [
            Wanted(one, resources[one.resource_id], times, one.quantity)
            for one, times, state in settled
            if state is BookingState.HELD
        ]
        clash.extra["openings"] = [
            {"first_day": days.first.isoformat(), "last_day": days.last.isoformat()}
            for days in openings_for(session, act, event, before, everything)
        ]
        raise
    _set_aside(session, [one for one, _times, _state in moving])
    for one, times, state in moving:
        change = {"state": state, **_columns(resources[one.resource_id], times)}
        rows.change(session, act, one, change, event_id=event.id)


def _state_for(status: EventStatus, was: EventStatus, state: BookingState) -> BookingState:
    """What a booking becomes when its event comes from one status to another."""
    if status in CALLED_OFF:
        return BookingState.RELEASED if state is BookingState.HELD else state
    if state is BookingState.RELEASED:
        return BookingState.HELD
    if state is BookingState.REQUESTED and status is EventStatus.CONFIRMED is not was:
        return BookingState.HELD
    return state


def _set_aside(session: Session, moving: Iterable[Booking]) -> None:
    """Let bookings of one resource pass each other on their way: PostgreSQL's constraint looks at each by itself."""
    for one in moving:
        one.is_exclusive = False
    session.flush()


def _check_possible(held: Iterable[Wanted]) -> None:
    for one in held:
        if wrong := one.times.what_is_wrong():
            rows.check({"first_day": [wrong]})


# What a wish must be like


def _missing(session: Session, wish: Mapping[str, Any], *, is_new: bool = True) -> rows.Errors:
    errors = rows.missing_references(session, Booking, wish)
    if is_new:
        errors |= {
            name: [message(_("Missing data for required field."))]
            for name in ("event_id", "resource_id")
            if wish.get(name) is None
        }
    if wish.get("state") is BookingState.RELEASED:
        errors["state"] = [message(_("A booking is released when its event is called off; delete it instead."))]
    return errors


def _merged(prefixes: Sequence[str], found: Sequence[rows.Errors]) -> rows.Errors:
    return {
        f"{prefix}{field}": told_wrong
        for prefix, errors in zip(prefixes, found, strict=True)
        for field, told_wrong in errors.items()
    }


def _hold_events(session: Session, event_ids: Iterable[str]) -> dict[str, Event]:
    """The events as they are now, and nobody changes them until this transaction ends."""
    statement = (
        select(Event)
        .where(col(Event.id).in_(sorted(event_ids)))
        .order_by(col(Event.id))
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in session.exec(statement)}


def _check_open(event: Event) -> None:
    if event.status is EventStatus.COMPLETED:
        raise Conflict(message(_("A completed event keeps what was booked for it.")), code="event_completed")


def _check_bookable(event: Event) -> None:
    _check_open(event)
    if event.status in CALLED_OFF:
        raise Conflict(
            message(_("This event is postponed or cancelled; put it back into the plan before you book for it.")),
            code="event_called_off",
        )


def _wish_of(
    session: Session, act: Act, wish: Mapping[str, Any], event: Event, resource: Resource
) -> tuple[Wanted, rows.Errors]:
    times, errors = _times_of(session, wish, event, resource, None)
    quantity = wish.get("quantity", 1)
    errors |= _service_errors(resource) | _quantity_errors(resource, quantity)
    booking = Booking(
        resource_id=resource.id,
        event_id=event.id,
        quantity=quantity,
        state=wish.get("state", BookingState.HELD),
        note=wish.get("note"),
        created_by=act.user.id if act.user else None,
        **({} if errors else _columns(resource, times)),
    )
    return Wanted(booking, resource, times, quantity), errors


def _columns(resource: Resource, times: Times) -> dict[str, Any]:
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


def _service_errors(resource: Resource) -> rows.Errors:
    if resource.active:
        return {}
    return {"resource_id": [message(_("“{resource}” is out of service; choose another."), resource=resource.name)]}


def _quantity_errors(resource: Resource, quantity: int) -> rows.Errors:
    if quantity <= resource.capacity:
        return {}
    return {
        "quantity": [
            message(_("“{resource}” has {capacity} at the most."), resource=resource.name, capacity=resource.capacity)
        ]
    }


def _times_of(
    session: Session, wish: Mapping[str, Any], event: Event, resource: Resource, present: Times | None
) -> tuple[Times, rows.Errors]:
    """The times a wish names, each end filled in from the present ones or the event's."""
    start, end = wish.get("from_"), wish.get("to")
    if start is None and end is None:
        return present or _times_of_event(event, resource), {}
    zone = present.timezone if present else _zone_of(session, resource)
    if start is None or end is None:
        if present is None:
            return _times_of_event(event, resource), {
                "to" if end is None else "from": [message(_("Give both from and to, or neither."))]
            }
        start = start if start is not None else present.start if present.has_hours else present.first_day
        end = end if end is not None else present.end if present.has_hours else present.last_day
    if isinstance(start, datetime) != isinstance(end, datetime):
        wrong = message(_("Give two days, or two local times such as 2027-03-10T08:00."))
        return _times_of_event(event, resource), {"to": [wrong]}
    times = Times(_day(start), _day(end), _hour(start), _hour(end), zone)
    wrong_times = times.what_is_wrong()
    return times, {"to": [wrong_times]} if wrong_times else {}


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _hour(moment: date) -> Any:
    return moment.time() if isinstance(moment, datetime) else None


def _zone_of(session: Session, resource: Resource) -> str:
    return rows.find(session, Locality, resource.locality).timezone


def _times_of_event(event: Event, resource: Resource) -> Times:
    """What a booking without times is made for: lodging from arrival to departure, anything else the days or hours."""
    if resource.type is ResourceType.LODGING:
        return Times(
            min(event.arrives_on, event.first_day), max(event.departs_on, event.last_day), timezone=event.timezone
        )
    if event.start_time is not None and event.end_time is not None:
        return Times(event.first_day, event.last_day, event.start_time, event.end_time, event.timezone)
    return Times(event.first_day, event.last_day, timezone=event.timezone)


# Whether it fits


def _check_fit(session: Session, act: Act, wanted: Sequence[Wanted], events: Mapping[str, Event]) -> None:
    """Raise when one of these does not fit beside what others hold, or beside another of these."""
    own = {one.booking.id for one in wanted}
    conflicts: list[dict[str, Any]] = []
    clashing: list[Wanted] = []
    for one in wanted:
        beside = taken(session, one.resource.id, one.span, without=own)
        siblings = [other for other in wanted if other is not one and other.resource.id == one.resource.id]
        beside += [Taken(other.span, other.quantity, other.booking.id, other.booking.event_id) for other in siblings]
        in_way = in_the_way(beside, one.span, one.quantity, one.resource.capacity)
        is_too_much = one.quantity > one.resource.capacity
        if not in_way and not is_too_much:
            continue
        clashing.append(one)
        if is_too_much:
            # It was released or only asked for when the capacity became smaller.
            conflicts.append(_too_much(one))
        found = clashes_of(session, one.resource, [other for other in in_way if other.id not in own])
        ids = {other.id for other in in_way}
        found += [_own_clash(other, events) for other in siblings if other.booking.id in ids]
        conflicts += [clash | {"wanted": _identified(one) | written(one.times)} for clash in found]
    if not clashing:
        return
    first = clashing[0]
    detail: Message = message(
        _("“{resource}” is not free, {times}. Nothing was changed."),
        resource=first.resource.name,
        times=told(first.times),
    )
    raise BookingClash(
        detail,
        conflicts,
        [_identified(one) | suggest(session, act, one, events[one.booking.event_id]) for one in clashing[:10]],
    )


def _identified(one: Wanted) -> dict[str, Any]:
    """The booking's id, where it was there before."""
    return {"booking_id": one.booking.id if inspect(one.booking).persistent else None}


def _too_much(one: Wanted) -> dict[str, Any]:
    (wrong,) = _quantity_errors(one.resource, one.quantity)["quantity"]
    return {
        "code": "resource_too_small",
        "severity": "blocking",
        "detail": wrong,
        "with": one.resource.id,
        "resource_id": one.resource.id,
        "wanted": _identified(one) | written(one.times),
    }


def _own_clash(other: Wanted, events: Mapping[str, Event]) -> dict[str, Any]:
    """Another booking of the same request or event in the way."""
    event = events[other.booking.event_id]
    return {
        "code": "resource_taken",
        "severity": "blocking",
        "detail": message(
            _("“{resource}” is wanted twice for “{title}”, {times}."),
            resource=other.resource.name,
            title=event.title,
            times=told(other.times),
        ),
        "with": event.id,
        "resource_id": other.resource.id,
        **_identified(other),
        "event_id": event.id,
        "title": event.title,
        **written(other.times),
        "quantity": other.quantity,
    }


def bookings_where(query: Mapping[str, Any]) -> Any:
    """The select of bookings with their resources and events that a query string asks for; by first day."""
    statement: Any = select(Booking, Resource, Event).where(
        Booking.resource_id == Resource.id, Booking.event_id == Event.id
    )
    for name in ("resource_id", "event_id"):
        if query.get(name):
            statement = statement.where(getattr(Booking, name) == query[name])
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
