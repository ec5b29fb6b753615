"""Whether what is booked for a visit suits it: its days, its people, what has gone out of service."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from calendars.bookings.times import BookingTimes, EventHours, EventTimes, follow_hours
from calendars.conflicts.commitment_checks import EventWarning
from calendars.days.spans import Days
from models.i18n import N_, message
from models.vocabulary import BookingState, ResourceType, Severity


@dataclass(frozen=True, slots=True)
class CheckedBooking:
    """A booking of a visit that was not released, with what it takes. ``seats`` are those of one, None if not known."""

    id: str
    event_id: str
    name: Mapping[str, str]
    type: ResourceType
    seats: int | None
    is_active: bool
    quantity: int
    state: BookingState
    times: BookingTimes
    made_for: EventHours | None = None
    """Earlier hours of the visit that it still goes by; None: those the visit has."""


def booking_warnings(
    stay: Days, headcount: int | None, booked: Sequence[CheckedBooking], event: EventTimes | None = None
) -> list[EventWarning]:
    """What of a visit's bookings does not suit it: too few seats, out of service, on other days than the visit, at its
    earlier hours (asked only of an ``event`` whose days and hours are given), not approved, refused."""
    refused, booked = booked, [one for one in booked if one.state is not BookingState.REFUSED]
    return [
        *_refused(refused),
        *_seats(headcount, booked),
        *_out_of_service(booked),
        *_outside(stay, booked),
        *_stale(event, booked),
        *_unapproved(booked),
    ]


def _stale(event: EventTimes | None, booked: Sequence[CheckedBooking]) -> Iterator[EventWarning]:
    for one in booked:
        if event is None or one.made_for is None:
            continue
        then = follow_hours(one.times, event, one.made_for)
        if then == one.times:
            continue
        detail = message(
            N_("“{resource}” is booked by the earlier hours of the event: {times}. By its hours now: {then}."),
            resource=one.name,
            times=one.times.format(),
            then=then.format(),
        )
        advice = message(N_("Move the bookings along, or change their hours by hand."))
        yield EventWarning("booking_hours_stale", Severity.WARNING, detail, one.id, advice)


def _unapproved(booked: Sequence[CheckedBooking]) -> Iterator[EventWarning]:
    for one in booked:
        if one.state is BookingState.ASKED:
            yield EventWarning(
                "booking_not_approved",
                Severity.INFO,
                message(
                    N_("“{resource}” is kept for this event, {times}, and its keeper has not approved it yet."),
                    resource=one.name,
                    times=one.times.format(),
                ),
                one.id,
                message(N_("Wait for the answer, or ask the keeper; another resource may need none.")),
            )


def _refused(booked: Sequence[CheckedBooking]) -> Iterator[EventWarning]:
    for one in booked:
        if one.state is BookingState.REFUSED:
            yield EventWarning(
                "booking_refused",
                Severity.WARNING,
                message(
                    N_("The keeper of “{resource}” has refused it, {times}."),
                    resource=one.name,
                    times=one.times.format(),
                ),
                one.id,
                message(N_("Book something else, then remove this booking.")),
            )


def _seats(headcount: int | None, booked: Sequence[CheckedBooking]) -> Iterator[EventWarning]:
    """Of rooms the largest must hold all; vehicles and lodging add up. Where seats are not known nothing is said."""
    for kind, in_words in (
        (ResourceType.ROOM, N_("The rooms booked seat {seats}; people planned: {headcount}.")),
        (ResourceType.VEHICLE, N_("The vehicles booked carry {seats}; people planned: {headcount}.")),
        (ResourceType.LODGING, N_("The lodging booked sleeps {seats}; people planned: {headcount}.")),
    ):
        of_kind = [one for one in booked if one.type is kind]
        known = [one.seats * one.quantity for one in of_kind if one.seats is not None]
        if headcount is None or not known or len(known) < len(of_kind):
            continue
        seats = max(known) if kind is ResourceType.ROOM else sum(known)
        if seats < headcount:
            yield EventWarning(
                "too_few_seats",
                Severity.WARNING,
                message(in_words, seats=seats, headcount=headcount),
                of_kind[0].id,
                message(N_("Book a larger one, or one more.")),
            )


def _out_of_service(booked: Sequence[CheckedBooking]) -> Iterator[EventWarning]:
    for one in booked:
        if not one.is_active:
            yield EventWarning(
                "resource_out_of_service",
                Severity.WARNING,
                message(N_("“{resource}” is out of service."), resource=one.name),
                one.id,
                message(N_("Book another one, and give this one back.")),
            )


def _outside(stay: Days, booked: Sequence[CheckedBooking]) -> Iterator[EventWarning]:
    for one in booked:
        times = one.times
        if times.first_day > stay.last or times.last_day < stay.first:
            yield EventWarning(
                "booking_outside_visit",
                Severity.INFO,
                message(
                    N_("“{resource}” is booked for {first} to {last}, when the visit is not there."),
                    resource=one.name,
                    first=times.first_day,
                    last=times.last_day,
                ),
                one.id,
                message(N_("Move the booking or give it back, unless it is meant so.")),
            )
