"""Creating an event together with its people and bookings: all of it or nothing."""

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
    "other_side_busy": N_("One of the two sides has another visit then."),
}
"""Rule → sentence saying why a window is not an opening (:data:`calendars.openings.search.RULES`)."""


@dataclass(frozen=True, slots=True)
class EventRequest:
    """An event to create: its column values, what to book (``wanted``: resource → quantity) and who takes part.

    With ``is_planned`` its status is planned at once; otherwise it is a draft.
    """

    kind: EventKind
    values: Mapping[str, Any]
    wanted: Mapping[str, int]
    people: Sequence[str] = ()
    is_planned: bool = False


class OpeningTaken(Conflict):
    """Days that were offered as an opening and now have conflicts; ``why`` names them."""

    def __init__(self, why: Sequence[Message]) -> None:
        super().__init__(
            message(N_("These days are no longer free. Nothing was made.")),
            code="no_opening",
            conflicts=[{"detail": one} for one in why],
        )


def create_with_bookings(session: Session, act: ActionContext, request: EventRequest) -> Event:
    """Create an event with its people and bookings. On an error the caller rolls everything back.

    Raises:
        Invalid: something named does not exist, or days or hours are not valid.
        BookingClash: a resource is not available; it names the conflicting bookings.
    """
    anniversary_id = request.values.get("anniversary_id")
    if request.kind is EventKind.ANNIVERSARY and anniversary_id:
        crud.find(session, Anniversary, anniversary_id)
    event = events.create_event(session, act, request.kind, request.values)
    for person in request.people:
        members.add_member(session, act, event, {"person_id": person, "role": MemberRole.MEMBER})
    if request.wanted:
        wanted_bookings = [
            {"event_id": event.id, "resource_id": resource, "quantity": quantity}
            for resource, quantity in request.wanted.items()
        ]
        bookings.make_bookings(session, act, wanted_bookings, several=True)
    if request.is_planned:
        event = events.find_event(session, event.id)  # booking has refreshed it, without its parts
        events.transition(session, act, event, EventStatus.PLANNED)
    return event


def create_on_opening(session: Session, act: ActionContext, request: EventRequest, search: OpeningsRequest) -> Event:
    """As :func:`create_with_bookings`, on days that were offered as an opening, if they still are one.

    ``search`` is the request the opening was found with.

    Raises:
        OpeningTaken: the days are no opening any more. Booking conflicts are raised as by :func:`create_with_bookings`.
    """
    window = replace(search, from_=request.values["first_day"], to=request.values["last_day"])
    refused = set(find_openings(session, act, window).refused) - {"resource_busy"}
    if refused:
        raise OpeningTaken([message(sentence) for rule, sentence in REFUSALS.items() if rule in refused])
    return create_with_bookings(session, act, request)
