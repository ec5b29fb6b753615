"""The state in which a booking takes its resource: held, or asked for until a keeper has approved it."""

from typing import Any

from sqlmodel import Session

from calendars.bookings.approval import takes
from calendars.bookings.times import BookingTimes
from calendars.events.lifecycle import CALLED_OFF
from models.resources import Booking, Resource
from models.vocabulary import BookingState, EventStatus
from service.actions.bookings.keepers import approval_of
from service.actions.bookings.requests import BookingRequest
from service.actions.context import ActionContext

NO_ANSWER: dict[str, Any] = dict.fromkeys(("asked_by", "answered_by", "answered_at", "answer_reason"))
"""The columns of a booking that nobody asked for or answered."""


def ask_or_hold(session: Session, act: ActionContext, booking: Booking, resource: Resource) -> None:
    """Give a new booking the state in which it takes its resource, and who asked or approved it."""
    booking.state = approval_of(session, act, resource).state(None, is_same=False)
    for name, value in _answer(act, resource, booking.state).items():
        setattr(booking, name, value)


def _answer(act: ActionContext, resource: Resource, state: BookingState) -> dict[str, Any]:
    """The columns that say who asked, or approved by booking it, when a booking takes its resource anew."""
    who = act.user.id if act.user is not None else None
    is_own_word = resource.needs_approval and state is BookingState.HELD
    return {
        "asked_by": who if state is BookingState.ASKED else None,
        "answered_by": who if is_own_word else None,
        "answered_at": act.now if is_own_word else None,
        "answer_reason": None,
    }


def state_after(
    session: Session, act: ActionContext, wanted: BookingRequest, state: BookingState, status: EventStatus
) -> dict[str, Any]:
    """The columns of a booking's state, of who asked for it and who answered, once it is as wanted, in ``state`` if
    nobody has to approve that."""
    booking, was = wanted.booking, wanted.booking.state
    is_same = is_same_booking(wanted)
    if was is BookingState.REFUSED and not is_same and state is was:
        state = BookingState.HELD
    if not takes(state):
        return {"state": state} | ({} if is_same else NO_ANSWER)
    if status in CALLED_OFF:
        return {"state": BookingState.RELEASED} | ({} if is_same else NO_ANSWER)
    approved = booking.answered_at is not None and was is not BookingState.REFUSED
    after = approval_of(session, act, wanted.resource).state(was, is_same=is_same, was_approved=approved)
    if is_same and after is was:
        return {"state": was}
    if is_same and was is BookingState.RELEASED and after is BookingState.HELD and approved:
        return {"state": after}
    return {"state": after, **_answer(act, wanted.resource, after)}


def is_same_booking(wanted: BookingRequest) -> bool:
    """Whether resource, times and quantity stay."""
    booking = wanted.booking
    return (
        wanted.resource.id == booking.resource_id
        and wanted.quantity == booking.quantity
        and wanted.times == BookingTimes.of(booking)
    )


def state_for(
    session: Session, act: ActionContext, wanted: BookingRequest, status: EventStatus, was: EventStatus
) -> dict[str, Any]:
    """The columns of a booking's state after its event's status has changed from ``was`` to ``status``, or its times
    have. What a keeper has refused stays refused."""
    state = wanted.booking.state
    if state is BookingState.REFUSED:
        return {"state": state}
    is_confirmed_now = status is EventStatus.CONFIRMED is not was
    if status not in CALLED_OFF and (
        state is BookingState.RELEASED or (state is BookingState.REQUESTED and is_confirmed_now)
    ):
        state = BookingState.HELD
    return state_after(session, act, wanted, state, status)
