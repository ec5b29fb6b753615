"""How much of a resource is taken when: overlaps of bookings, the most in use at once, free times near a wished one."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from calendars.days.spans import Days, Span

LENGTH_CLASSES = (
    timedelta(hours=2),
    timedelta(hours=26),
    timedelta(days=8),
    timedelta(days=62),
    timedelta(days=3700),
)
"""The longest span of each class. A search for overlaps looks at each class by itself, no farther back than its longest
span: so an hour's meeting and a year's course in one table don't slow each other down."""

LONGEST = LENGTH_CLASSES[-1]


def length_class(span: Span) -> int:
    """The class of a span by its length, 0 = up to two hours. Raises ValueError for one longer than 3700 days."""
    length = span.end - span.start
    for number, longest in enumerate(LENGTH_CLASSES):
        if length <= longest:
            return number
    raise ValueError(f"{length} is longer than any booking may be")


@dataclass(frozen=True, slots=True)
class HeldQuantity:
    """So much of a resource is taken for a time, by the booking ``id`` of the event ``event_id``."""

    span: Span
    quantity: int
    id: str = ""
    event_id: str = ""


class Stretch(NamedTuple):
    """The time from ``start`` to ``end`` (half-open, UTC) in which the same bookings run: together they use ``level``.

    ``running`` belongs to the sweep and changes with its next step. Plain instants rather than a :class:`Span`, which
    would take most of the sweep's time to make.
    """

    start: datetime
    end: datetime
    level: int
    running: Collection[HeldQuantity]

    def overlaps(self, span: Span) -> bool:
        """As :meth:`Span.overlaps`; a stretch is never empty."""
        return max(self.start, span.start) < min(self.end, span.end)


def sweep(taken: Iterable[HeldQuantity]) -> Iterator[Stretch]:
    """The time in which anything is in use, in stretches from one change to the next, in order.

    At one instant what ends goes before what starts: spans are half-open.
    """
    listed = [one for one in taken if one.span.start < one.span.end]
    changes = sorted(
        [(one.span.start, number) for number, one in enumerate(listed)]
        + [(one.span.end, number) for number, one in enumerate(listed)]
    )
    running: dict[int, HeldQuantity] = {}
    level, since = 0, None
    for at, number in changes:
        if since is not None and since < at and running:
            yield Stretch(since, at, level, running.values())
        since = at
        if running.pop(number, None) is None:
            running[number] = listed[number]
            level += listed[number].quantity
        else:
            level -= listed[number].quantity


def peak_quantity(taken: Iterable[HeldQuantity], within: Span) -> int:
    """The most that is in use at one instant of ``within``; 0 where nothing is."""
    near = (one for one in taken if one.span.overlaps(within))
    return max((one.level for one in sweep(near) if one.overlaps(within)), default=0)


def fits(taken: Iterable[HeldQuantity], wanted: Span, quantity: int, capacity: int) -> bool:
    """Whether at every instant of ``wanted`` so much is left of a resource."""
    return peak_quantity(taken, wanted) + quantity <= capacity


def blocking_bookings(taken: Iterable[HeldQuantity], wanted: Span, quantity: int, capacity: int) -> list[HeldQuantity]:
    """What has to give way for ``quantity`` (at most ``capacity``) to fit into ``wanted``, by start; empty if it fits.

    Of a resource of capacity 1 that is whatever overlaps; of a larger one whatever is in use at an instant at which
    too little is left.
    """
    near = (one for one in taken if one.span.overlaps(wanted))
    return _running_above(capacity - quantity, (one for one in sweep(near) if one.overlaps(wanted)))


def overbooked_bookings(taken: Iterable[HeldQuantity], capacity: int) -> list[HeldQuantity]:
    """Bookings that together exceed the capacity at some instant, by start."""
    return _running_above(capacity, sweep(taken))


def _running_above(limit: int, stretches: Iterable[Stretch]) -> list[HeldQuantity]:
    """The bookings of the stretches in which more than ``limit`` is in use, by start."""
    found = {id(one): one for stretch in stretches if stretch.level > limit for one in stretch.running}
    return sorted(found.values(), key=lambda one: (one.span.start, one.id))


def fully_booked_days(
    taken: Iterable[HeldQuantity], capacity: int, within: Days, zone: str, *, before: int = 0, after: int = 0
) -> list[date]:
    """The days in ``zone`` that no booking of whole days can include: at some time of it all of a resource is in use.

    ``before`` and ``after`` are the minutes that the resource is occupied around such a booking, as in
    :meth:`BookingTimes.span`: what begins less than ``after`` minutes after a day, or ends less than ``before`` minutes
    before it, is in the way of it too.
    """
    local = ZoneInfo(zone)
    found: set[date] = set()
    for stretch in sweep(taken):
        if stretch.level < capacity:
            continue
        first = (stretch.start - timedelta(minutes=after)).astimezone(local).date()
        last = (stretch.end + timedelta(minutes=before) - timedelta(microseconds=1)).astimezone(local).date()
        if first <= within.last and last >= within.first:
            found.update(Days(max(first, within.first), min(last, within.last)))
    return sorted(found)
