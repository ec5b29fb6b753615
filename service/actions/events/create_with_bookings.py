"""A visit arranged in one go: the event, its people and all that is booked for it, or nothing at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlmodel import Session

from models.agreements import Anniversary
from models.errors import Conflict
from models.events import Event
from models.i18n import N_, Message, message
from models.vocabulary import EventKind, EventStatus, MemberRole
from service.actions import crud
from service.actions.bookings import bookings
from service.actions.context import ActionContext
from service.actions.events import events, members
from service.actions.scheduling.openings import OpeningsRequest, find_openings

REFUSALS: Mapping[str, str] = {
    "short_notice": N_("It is too soon: less than two weeks are left to prepare."),
    "not_containing": N_("It does not fall on the festival it is to come for."),
    "public_holiday": N_("A public holiday of host or guest falls on these days."),
    "no_working_day": N_("Nobody works on these days."),
    "host_overlap": N_("The host has another visit to receive."),
    "person_busy": N_("Somebody who must be free is in another event."),
    "resource_busy": N_("Something that is to be booked is taken."),
    "too_few_seats": N_("The rooms or vehicles seat fewer people than come."),
}
"""Why a window is no opening (:data:`calendars.openings.search.RULES`), as a sentence about it."""


@dataclass(frozen=True, slots=True)
class EventRequest:
    """A visit as somebody wants it: its columns, what is booked (resource → how many) and who takes part.

    ``is_planned`` puts it into the plan at once; otherwise it is a draft.
    """

    kind: EventKind
    values: Mapping[str, Any]
    wanted: Mapping[str, int]
    people: Sequence[str] = ()
    is_planned: bool = False


class OpeningTaken(Conflict):
    """Days that were offered, and on which something clashes by now; ``why`` says what."""

    def __init__(self, why: Sequence[Message]) -> None:
        super().__init__(
            message(N_("These days are no longer free. Nothing was made.")),
            code="no_opening",
            conflicts=[{"detail": one} for one in why],
        )


def create_with_bookings(session: Session, act: ActionContext, wish: EventRequest) -> Event:
    """Make an event with its people and bookings. Refused halfway, its caller undoes all of it.

    Raises:
        Invalid: something named does not exist, or days and hours make no sense.
        BookingClash: something is taken; it says by whom.
    """
    anniversary = wish.values.get("anniversary_id")
    if wish.kind is EventKind.ANNIVERSARY and anniversary:
        crud.find(session, Anniversary, anniversary)
    event = events.create_event(session, act, wish.kind, wish.values)
    for person in wish.people:
        members.add_member(session, act, event, {"person_id": person, "role": MemberRole.MEMBER})
    if wish.wanted:
        wishes = [
            {"event_id": event.id, "resource_id": resource, "quantity": quantity}
            for resource, quantity in wish.wanted.items()
        ]
        bookings.make_bookings(session, act, wishes, several=True)
    if wish.is_planned:
        event = events.find_event(session, event.id)  # booking read it anew, without its parts
        events.transition(session, act, event, EventStatus.PLANNED)
    return event


def create_on_opening(session: Session, act: ActionContext, wish: EventRequest, asked: OpeningsRequest) -> Event:
    """The same on days that were offered as an opening, if they still are one; ``asked`` is what they were found with.

    Raises:
        OpeningTaken: another event is there by now. Booking clashes are raised as by :func:`create_with_bookings`.
    """
    window = replace(asked, from_=wish.values["first_day"], to=wish.values["last_day"])
    refused = set(find_openings(session, act, window).refused) - {"resource_busy"}
    if refused:
        raise OpeningTaken([message(sentence) for rule, sentence in REFUSALS.items() if rule in refused])
    return create_with_bookings(session, act, wish)
