"""Resources over days or hours: how much of each is left in each slot, and by whom the rest is taken.

A slot is a half-open span of instants, so days are those of the zone in which they were made
(:func:`day_slots`). What is taken includes the buffers around bookings, and a booking of the slot would take its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise

from calendars.bookings.availability import HeldQuantity, Stretch, fits, sweep
from calendars.days.spans import MIDNIGHT, Days, Span, days_after, wall_time

FIRST_HOUR, LAST_HOUR = time(7), time(21)
"""The hours of a day that are shown by half hours; the rest is one slot before and one after them."""

STEP = timedelta(minutes=30)


class SlotState(StrEnum):
    """How much of a resource is left in a slot.

    ``FREE``: all of it; ``SOME``: part of it throughout; ``PARTLY``: nothing throughout, but something at some time of
    it; ``FULL``: nothing at any time.
    """

    FREE = "free"
    SOME = "some"
    PARTLY = "partly"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class GridBooking:
    """A booking with its buffers (``held``) and without them (``itself``)."""

    held: HeldQuantity
    itself: Span
    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class GridCell:
    """A resource in one slot.

    ``left`` is how many can be booked for all of it. ``holders`` are the bookings in it, by start; ``is_buffer``: what
    takes it are their buffers only; ``is_asked``: one of them waits for approval.
    """

    state: SlotState
    left: int
    holders: tuple[str, ...] = ()
    is_buffer: bool = False
    is_asked: bool = False


def day_slots(days: Days, zone: str) -> list[Span]:
    """The days as instants of a zone, one after the other."""
    edges = [wall_time(day, MIDNIGHT, zone) for day in [*days, days_after(days.last, 1)]]
    return [Span(start, end) for start, end in pairwise(edges)]


def hour_edges() -> list[time]:
    """The local times at which the slots of a day begin: 00:00, the half hours from seven to nine in the evening."""
    first = datetime.combine(date.min, FIRST_HOUR)
    count = (datetime.combine(date.min, LAST_HOUR) - first) // STEP
    return [MIDNIGHT, *((first + number * STEP).time() for number in range(count + 1))]


def hour_slots(day: date, zone: str) -> list[Span]:
    """The slots of one day: before seven, each half hour, after nine in the evening."""
    edges = [wall_time(day, hour, zone) for hour in hour_edges()]
    edges.append(wall_time(days_after(day, 1), MIDNIGHT, zone))
    return [Span(start, end) for start, end in pairwise(edges)]


def cells(
    booked: Sequence[GridBooking], capacity: int, slots: Iterable[Span], *, before: int = 0, after: int = 0
) -> list[GridCell]:
    """The cells of a resource, one for each slot.

    ``before`` and ``after`` are the minutes that the resource is occupied around a new booking of the slot, as in
    :meth:`calendars.bookings.times.BookingTimes.span`.
    """
    stretches = [
        (stretch.start, stretch.end, stretch.level, frozenset(one.id for one in stretch.running))
        for stretch in sweep(one.held for one in booked)
    ]
    itself = {one.held.id: one for one in booked}
    order = {one.held.id: number for number, one in enumerate(sorted(booked, key=lambda one: one.held.span.start))}
    found = []
    for slot in slots:
        wanted = Span(slot.start - timedelta(minutes=before), slot.end + timedelta(minutes=after))
        around = [Stretch(*one[:3], ()) for one in stretches if one[0] < wanted.end and one[1] > wanted.start]
        left = max(0, capacity - max((one.level for one in around), default=0))
        inside = [one for one in stretches if one[0] < slot.end and one[1] > slot.start]
        ids = sorted({identity for one in inside for identity in one[3]}, key=order.__getitem__)
        holders = [itself[identity] for identity in ids]
        found.append(
            GridCell(
                _state(slot, left, capacity, [one[:3] for one in inside]),
                left,
                tuple(ids),
                bool(holders) and not any(one.itself.overlaps(slot) for one in holders),
                any(one.is_asked for one in holders),
            )
        )
    return found


def _state(slot: Span, left: int, capacity: int, inside: Sequence[tuple[datetime, datetime, int]]) -> SlotState:
    if left >= capacity:
        return SlotState.FREE
    if left > 0:
        return SlotState.SOME
    full = sum(
        (min(end, slot.end) - max(start, slot.start) for start, end, level in inside if level >= capacity), timedelta()
    )
    return SlotState.FULL if full >= slot.end - slot.start else SlotState.PARTLY


def is_free(
    booked: Iterable[GridBooking], capacity: int, whole: Span, *, quantity: int = 1, before: int = 0, after: int = 0
) -> bool:
    """Whether so many can be booked for all of a time, buffers included."""
    wanted = Span(whole.start - timedelta(minutes=before), whole.end + timedelta(minutes=after))
    return fits((one.held for one in booked), wanted, quantity, capacity)
