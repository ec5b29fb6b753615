"""Saves a programme that was edited as a whole, with the halls to be booked for it: all of it or nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlmodel import Session

from calendars.programmes.items import ProgrammeItemValues
from models.errors import Stale
from models.event_parts import ProgrammeItem
from models.events import Event
from service.actions.bookings import bookings
from service.actions.context import ActionContext
from service.actions.events import programme

Digests = Mapping[str, str]
"""The items of a programme: id → digest of what an item says."""


def digest(item: ProgrammeItemValues) -> str:
    """What changes when an item does: items have no number of their own."""
    return sha256(item.key.encode()).hexdigest()[:10]


def digests_of(items: Iterable[ProgrammeItem]) -> dict[str, str]:
    """The digests of items by their ids."""
    return {item.id: digest(ProgrammeItemValues.of(item)) for item in items}


def save_edited(
    session: Session,
    act: ActionContext,
    event: Event,
    read: Callable[[Sequence[ProgrammeItem]], tuple[Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]],
    base: Digests,
) -> None:
    """Replace the programme of an event, and book halls for it.

    ``base`` is the programme that the editing began with. ``read`` gives from the programme as it is now the new items,
    as :func:`service.actions.events.programme.replace_programme` takes them, and the bookings to be made, as
    :func:`service.actions.bookings.bookings.make_bookings` does.

    Raises:
        Forbidden: another organisation is in charge of the event.
        Stale: somebody changed the programme meanwhile.
        Invalid: an item or a booking can't be right; ``errors`` name the fields.
        BookingClash: a hall is taken.
    """
    present = programme.lock(session, event)
    if digests_of(present) != base:
        raise Stale
    items, wanted = read(present)
    programme.replace_programme(session, act, event, items)
    for first in range(0, len(wanted), bookings.MOST_AT_ONCE):
        bookings.make_bookings(session, act, wanted[first : first + bookings.MOST_AT_ONCE], several=True)
