"""The life of an event: which status may follow which, and what each step asks for."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from models.vocabulary import EventStatus as Status
from models.vocabulary import KnownTo

STEPS: Mapping[Status, tuple[Status, ...]] = MappingProxyType(
    {
        Status.DRAFT: (Status.PLANNED, Status.POSTPONED, Status.CANCELLED),
        Status.PLANNED: (Status.CONFIRMED, Status.DRAFT, Status.POSTPONED, Status.CANCELLED),
        Status.CONFIRMED: (Status.ONGOING, Status.PLANNED, Status.POSTPONED, Status.CANCELLED),
        Status.ONGOING: (Status.COMPLETED, Status.CONFIRMED, Status.POSTPONED, Status.CANCELLED),
        Status.COMPLETED: (Status.ONGOING,),
        Status.POSTPONED: (Status.PLANNED, Status.CANCELLED),
        Status.CANCELLED: (Status.PLANNED,),
    }
)
"""Status → those that may follow, the usual one first."""

BACK = frozenset({(Status.ONGOING, Status.CONFIRMED), (Status.COMPLETED, Status.ONGOING)})
"""The steps that take back what was said by mistake: that an event has begun, that it is over."""

REMINDED = frozenset({Status.PLANNED, Status.CONFIRMED, Status.ONGOING})
"""Events of which people are reminded; drafts, postponed and finished ones stay silent."""

CALLED_OFF = frozenset({Status.POSTPONED, Status.CANCELLED})
"""Events that do not take place on their days: they hold no bookings, and nobody can clash with them."""


def possible_steps(status: Status, known_to: KnownTo = KnownTo.DAY) -> tuple[Status, ...]:
    """The statuses that may follow ``status``, the usual one first; none where only the month or the year is known.

    Such an event is over. Back among the ongoing ones it would need days.
    """
    return STEPS[status] if known_to == KnownTo.DAY else ()


def needs_reason(before: Status, to: Status) -> bool:
    """Whether a step must say why: postponing, cancelling and steps back must."""
    return to in CALLED_OFF or is_back(before, to)


def is_back(before: Status, to: Status) -> bool:
    """Whether a step takes back that an event has begun or is over; that is an approver's."""
    return (before, to) in BACK


def first_day_for(before: Status, to: Status, *, arrives_on: date, first_day: date, last_day: date) -> date | None:
    """The first day on which a step can be taken; None for one that no day has to be waited for.

    A visit has begun when the guests have arrived, on the day before or the first, and it is over on its last day.
    """
    if is_back(before, to):
        return None
    match to:
        case Status.ONGOING:
            return min(arrives_on, first_day)
        case Status.COMPLETED:
            return last_day
        case _:
            return None
