"""The life of an event: which status may follow which, and what each step asks for."""

from collections.abc import Mapping
from types import MappingProxyType

from models.vocabulary import EventStatus as Status

STEPS: Mapping[Status, tuple[Status, ...]] = MappingProxyType(
    {
        Status.DRAFT: (Status.PLANNED, Status.POSTPONED, Status.CANCELLED),
        Status.PLANNED: (Status.CONFIRMED, Status.DRAFT, Status.POSTPONED, Status.CANCELLED),
        Status.CONFIRMED: (Status.ONGOING, Status.PLANNED, Status.POSTPONED, Status.CANCELLED),
        Status.ONGOING: (Status.COMPLETED, Status.POSTPONED, Status.CANCELLED),
        Status.COMPLETED: (),
        Status.POSTPONED: (Status.PLANNED, Status.CANCELLED),
        Status.CANCELLED: (Status.PLANNED,),
    }
)
"""Status → those that may follow, the usual one first. Completed is final."""

REMINDED = frozenset({Status.PLANNED, Status.CONFIRMED, Status.ONGOING})
"""Events of which people are reminded; drafts, postponed and finished ones stay silent."""

CALLED_OFF = frozenset({Status.POSTPONED, Status.CANCELLED})
"""Events that do not take place on their days: they hold no bookings, and nobody can clash with them."""


def possible_steps(status: Status) -> tuple[Status, ...]:
    """The statuses that may follow ``status``, the usual one first; empty when it is final."""
    return STEPS[status]


def needs_reason(to: Status) -> bool:
    """Whether a step to this status must say why: postponing and cancelling must."""
    return to in CALLED_OFF
