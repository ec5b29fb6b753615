"""How much of a resource is taken when: overlaps of bookings, the most in use at once, free times near a wished one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from calendars.spans import Days, Span

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
class Taken:
    """So much of a resource is taken for a time, by the booking ``id`` of the event ``event_id``."""

    span: Span
    quantity: int
    id: str = ""
    event_id: str = ""


def peak(taken: Iterable[Taken], within: Span) -> int:
    """The most that is in use at one instant of ``within``; 0 where nothing is."""
    steps: list[tuple[object, int]] = []
    for one in taken:
        if one.span.overlaps(within):
            steps += [(one.span.start, one.quantity), (one.span.end, -one.quantity)]
    # At one instant what ends goes before what starts: spans are half-open.
    level = highest = 0
    for _at, change in sorted(steps):
        level += change
        highest = max(highest, level)
    return highest


def fits(taken: Iterable[Taken], wanted: Span, quantity: int, capacity: int) -> bool:
    """Whether at every instant of ``wanted`` so much is left of a resource."""
    return peak(taken, wanted) + quantity <= capacity


def in_the_way(taken: Iterable[Taken], wanted: Span, quantity: int, capacity: int) -> list[Taken]:
    """What has to give way for ``quantity`` (at most ``capacity``) to fit into ``wanted``, by start; empty if it fits.

    Of a resource of capacity 1 that is whatever overlaps; of a larger one whatever is in use at an instant at which
    too little is left.
    """
    near = [one for one in taken if one.span.overlaps(wanted)]
    if fits(near, wanted, quantity, capacity):
        return []
    full = list(_full(near, wanted, capacity - quantity))
    found = [one for one in near if any(one.span.overlaps(span) for span in full)]
    return sorted(found, key=lambda one: (one.span.start, one.id))


def _full(taken: Sequence[Taken], within: Span, spare: int) -> Iterator[Span]:
    """The stretches of ``within`` in which more than ``spare`` is in use."""
    bounds = {within.start, within.end}
    for one in taken:
        bounds |= {max(one.span.start, within.start), min(one.span.end, within.end)}
    edges = sorted(bounds)
    for start, end in pairwise(edges):
        stretch = Span(start, end)
        if sum(one.quantity for one in taken if one.span.overlaps(stretch)) > spare:
            yield stretch


def overbooked(taken: Iterable[Taken], capacity: int) -> list[Taken]:
    """All that takes part in being more than ``capacity`` at an instant, by start; one sweep."""
    ordered = sorted(taken, key=lambda one: (one.span.start, one.id))
    running: list[Taken] = []
    found: dict[str, Taken] = {}
    for one in ordered:
        running = [other for other in running if other.span.end > one.span.start]
        running.append(one)
        if sum(other.quantity for other in running) > capacity:
            found |= {other.id: other for other in running}
    return sorted(found.values(), key=lambda one: (one.span.start, one.id))


def full_days(taken: Iterable[Taken], capacity: int, within: Days, zone: str) -> list[date]:
    """The days in ``zone`` on which a resource can't be had for the whole day: at some time all of it is in use."""
    local = ZoneInfo(zone)
    found: set[date] = set()
    for stretch in _fully_used(taken, capacity):
        first = stretch.start.astimezone(local).date()
        last = (stretch.end - timedelta(microseconds=1)).astimezone(local).date()
        if first <= within.last and last >= within.first:
            found.update(Days(max(first, within.first), min(last, within.last)))
    return sorted(found)


def _fully_used(taken: Iterable[Taken], capacity: int) -> Iterator[Span]:
    steps = sorted(step for one in taken for step in ((one.span.start, one.quantity), (one.span.end, -one.quantity)))
    level, since = 0, None
    for at, change in steps:
        level += change
        if level >= capacity and since is None:
            since = at
        elif level < capacity and since is not None:
            if since < at:
                yield Span(since, at)
            since = None
