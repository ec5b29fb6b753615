"""Whether what is booked suits a visit: seats, service, days."""

from datetime import date

import pytest

from calendars.bookings.times import BookingTimes
from calendars.conflicts.booking_suitability import CheckedBooking, booking_warnings
from calendars.days.spans import Days
from models.vocabulary import BookingState, ResourceType

STAY = Days(date(2027, 3, 10), date(2027, 3, 12))
ROOM, CAR, HOUSE = ResourceType.ROOM, ResourceType.VEHICLE, ResourceType.LODGING


def booked(
    kind: ResourceType, seats: int | None, quantity: int = 1, first: int = 10, last: int = 12, **more: bool
) -> CheckedBooking:
    times = BookingTimes(date(2027, 3, first), date(2027, 3, last))
    is_active = more.get("is_active", True)
    return CheckedBooking("booking", "event", {"vi": "Xe"}, kind, seats, is_active, quantity, BookingState.HELD, times)


@pytest.mark.parametrize(
    ("headcount", "found", "codes"),
    [
        (None, [booked(CAR, 4)], []),
        (12, [], []),
        (12, [booked(CAR, 12)], []),
        (12, [booked(CAR, 6), booked(CAR, 6)], []),
        (12, [booked(CAR, 6), booked(CAR, 5)], ["too_few_seats"]),
        (12, [booked(CAR, 6), booked(CAR, None)], []),
        (12, [booked(ROOM, 6), booked(ROOM, 11)], ["too_few_seats"]),
        (12, [booked(ROOM, 6), booked(ROOM, 12)], []),
        (12, [booked(HOUSE, 2, 6)], []),
        (12, [booked(HOUSE, 2, 5)], ["too_few_seats"]),
        (12, [booked(ResourceType.EQUIPMENT, 1)], []),
        (12, [booked(ROOM, 3), booked(CAR, 3)], ["too_few_seats", "too_few_seats"]),
    ],
)
def test_seats_are_weighed_against_the_people(
    headcount: int | None, found: list[CheckedBooking], codes: list[str]
) -> None:
    assert [notice.code for notice in booking_warnings(STAY, headcount, found)] == codes


@pytest.mark.parametrize(
    ("first", "last", "is_outside"),
    [(8, 9, True), (8, 10, False), (9, 13, False), (11, 11, False), (12, 14, False), (13, 14, True)],
)
def test_a_booking_on_other_days_is_remarked(first: int, last: int, is_outside: bool) -> None:
    codes = [notice.code for notice in booking_warnings(STAY, None, [booked(CAR, 4, first=first, last=last)])]
    assert codes == (["booking_outside_visit"] if is_outside else [])


def test_what_is_out_of_service_is_named_with_the_way_out() -> None:
    (notice,) = booking_warnings(STAY, None, [booked(CAR, 4, is_active=False)])
    assert (notice.code, notice.with_) == ("resource_out_of_service", "booking")
    assert notice.advice
    assert "“Xe”" in notice.detail.to("vi")
