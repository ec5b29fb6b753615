"""All conflicts in a range of days: warnings of its events, each listed once, and requested bookings that don't fit."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from calendars.bookings.availability import blocking_bookings
from calendars.bookings.times import BookingTimes
from calendars.conflicts.commitment_checks import EventWarning
from calendars.days.spans import days_after
from models.events import Event
from models.i18n import N_, message
from models.resources import Booking, Resource
from models.vocabulary import BookingState, Severity
from service.actions import crud, office_days, permissions
from service.actions.bookings.availability import held_bookings
from service.actions.bookings.requests import span_of
from service.actions.context import ActionContext
from service.actions.crud import EVENT_ORDER
from service.actions.permissions import Sight
from service.actions.scheduling.event_warnings import MEETINGS, UNWARNED, EventPresenter

LONGEST_RANGE_DAYS = 1830
DEFAULT_DAYS = 365
_AT_ONCE = 500

_OF_TWO = MEETINGS | {"resource_taken"}
"""Conflicts with another event; the others are with a commitment, a day or a booking."""


@dataclass(frozen=True, slots=True)
class ConflictEntry:
    """A conflict, the event it was found for, and all events it concerns (that one first)."""

    notice: EventWarning
    event: Event
    events: tuple[Event, ...]


def conflicts_between(session: Session, act: ActionContext, query: Mapping[str, Any]) -> list[ConflictEntry]:
    """The conflicts of all events that take place between ``from_`` and ``to``, by their first day.

    Without ``to`` the range is one year, without ``from_`` it begins today. A fixed number of queries for every 500
    events, and one more for each booking that is only requested.

    Raises:
        Invalid: the range is longer than five years.
    """
    first: date = query.get("from_") or act.today
    last: date = query.get("to") or days_after(first, DEFAULT_DAYS)
    if (last - first).days > LONGEST_RANGE_DAYS:
        crud.check({"to": [message(N_("“to” may be at most {count} days after “from”."), count=LONGEST_RANGE_DAYS)]})
    if last < first:
        crud.check({"to": [message(N_("Can't be before from."))]})
    events = session.exec(
        select(Event)
        .where(
            office_days.on_days(session, act.office.timezone, first, last),
            col(Event.status).not_in(sorted(UNWARNED)),
            permissions.visible(session),
        )
        .order_by(*EVENT_ORDER)
    ).all()
    requested = _blocked_requests(
        session, [event for event in events if permissions.sight(session, event) is not Sight.SHARED]
    )
    order = {event.id: number for number, event in enumerate(events)}
    found = [
        (event, notice)
        for event, warnings in _with_warnings(session, act, events)
        for notice in [*warnings, *requested.get(event.id, ())]
        if notice.code not in MEETINGS or order.get(notice.with_ or "", order[event.id]) >= order[event.id]
    ]
    # Both events have a warning about the other; it is listed once, for the first.
    others = _events(session, {notice.with_ for _event, notice in found if notice.code in _OF_TWO and notice.with_})
    codes, severities = query.get("code"), query.get("severity")
    return [
        ConflictEntry(
            notice, event, (event, *(other for other in [others.get(notice.with_ or "")] if other is not None))
        )
        for event, notice in found
        if (not codes or notice.code in codes) and (not severities or notice.severity in severities)
    ]


def _with_warnings(
    session: Session, act: ActionContext, events: Sequence[Event]
) -> Iterator[tuple[Event, list[EventWarning]]]:
    """Yield the events with their warnings; 500 are prefetched at a time, since events near in time share queries."""
    presenter = EventPresenter(session, act)
    for start in range(0, len(events), _AT_ONCE):
        batch = events[start : start + _AT_ONCE]
        presenter.prefetch(batch)
        for event in batch:
            yield event, presenter.warnings(event)


def _events(session: Session, ids: set[str]) -> dict[str, Event]:
    found: dict[str, Event] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), _AT_ONCE):
        batch = wanted[start : start + _AT_ONCE]
        some = session.exec(select(Event).where(col(Event.id).in_(batch), permissions.visible(session)))
        found |= {event.id: event for event in some}
    return found


def _blocked_requests(session: Session, events: Sequence[Event]) -> dict[str, list[EventWarning]]:
    """Event → warnings about its requested bookings that could not be held now, because other bookings hold the
    resource."""
    event_ids = {event.id for event in events}
    rows = session.exec(
        select(Booking, Resource).where(Booking.state == BookingState.REQUESTED, Booking.resource_id == Resource.id)
    ).all()
    found: dict[str, list[EventWarning]] = {}
    taken: list[tuple[str, EventWarning]] = []
    for booking, resource in rows:
        if booking.event_id not in event_ids:
            continue
        times = BookingTimes.of(booking)
        span = span_of(resource, times)
        for other in blocking_bookings(
            held_bookings(session, resource.id, span), span, booking.quantity, resource.capacity
        ):
            notice = EventWarning(
                "resource_taken",
                Severity.WARNING,
                message(
                    N_("“{resource}” is asked for, {times}, and somebody else has it."),
                    resource=resource.name,
                    times=times.format(),
                ),
                other.event_id,
                message(N_("Ask for other times or another resource before the event is confirmed.")),
            )
            taken.append((booking.event_id, notice))
    hidden = permissions.hidden(session, [notice.with_ for _event_id, notice in taken])
    for event_id, notice in taken:
        found.setdefault(event_id, []).append(replace(notice, with_=None) if notice.with_ in hidden else notice)
    return found
