"""When a booking is held at once and when it asks; what keepers and who booked are told of a change."""

from dataclasses import replace

import pytest

from calendars.bookings.approval import Approval, takes
from calendars.bookings.notices import BookingSnapshot, answer_told, change_told
from models.vocabulary import BookingState, ReminderPurpose

HELD, ASKED, RELEASED = BookingState.HELD, BookingState.ASKED, BookingState.RELEASED
REQUESTED, REFUSED = BookingState.REQUESTED, BookingState.REFUSED
NEEDED, NOT_NEEDED, KEEPER = Approval(True), Approval(False), Approval(True, is_own_word=True)


@pytest.mark.parametrize(
    ("approval", "was", "is_same", "was_approved", "expected"),
    [
        (NOT_NEEDED, None, False, False, HELD),
        (NOT_NEEDED, REFUSED, True, False, HELD),
        (NEEDED, None, False, False, ASKED),
        (NEEDED, HELD, True, True, HELD),
        (NEEDED, HELD, True, False, HELD),  # made before approval was needed
        (NEEDED, HELD, False, True, ASKED),
        (NEEDED, ASKED, True, False, ASKED),
        (NEEDED, REQUESTED, True, False, ASKED),
        (NEEDED, RELEASED, True, True, HELD),
        (NEEDED, RELEASED, True, False, ASKED),
        (NEEDED, RELEASED, False, True, ASKED),
        (NEEDED, REFUSED, True, False, ASKED),
        (KEEPER, None, False, False, HELD),
        (KEEPER, HELD, False, True, HELD),
    ],
)
def test_state(
    approval: Approval, was: BookingState | None, is_same: bool, was_approved: bool, expected: BookingState
) -> None:
    assert approval.state(was, is_same=is_same, was_approved=was_approved) is expected


def test_what_takes_the_resource() -> None:
    assert [state for state in BookingState if takes(state)] == [HELD, ASKED]


ONE = BookingSnapshot("event", HELD.value, "2027-03-10", "2027-03-10", "10/3/2027", 1, asked_by="lan")


def as_(state: BookingState, **values: object) -> BookingSnapshot:
    return replace(ONE, state=state.value, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, as_(HELD), ReminderPurpose.BOOKING_MADE),
        (None, as_(ASKED), ReminderPurpose.BOOKING_ASKED),
        (None, as_(REQUESTED), None),
        (None, None, None),
        (as_(REQUESTED), as_(HELD), ReminderPurpose.BOOKING_MADE),
        (as_(HELD), None, ReminderPurpose.BOOKING_RELEASED),
        (as_(ASKED), None, ReminderPurpose.BOOKING_RELEASED),
        (as_(HELD), as_(RELEASED), ReminderPurpose.BOOKING_RELEASED),
        (as_(RELEASED), None, None),
        (as_(ASKED), as_(REFUSED), ReminderPurpose.BOOKING_REFUSED),
        (as_(REFUSED), as_(ASKED), ReminderPurpose.BOOKING_ASKED),
        (as_(ASKED), as_(HELD), ReminderPurpose.BOOKING_APPROVED),
        (as_(HELD), as_(ASKED, times="11/3/2027"), ReminderPurpose.BOOKING_ASKED),
        (as_(HELD), as_(HELD, times="11/3/2027"), ReminderPurpose.BOOKING_CHANGED),
        (as_(ASKED), as_(ASKED, quantity=2), ReminderPurpose.BOOKING_CHANGED),
        (as_(HELD), as_(HELD, note="U"), ReminderPurpose.BOOKING_CHANGED),
        (as_(HELD), as_(HELD), None),
    ],
)
def test_what_a_keeper_is_told(
    before: BookingSnapshot | None, after: BookingSnapshot | None, expected: ReminderPurpose | None
) -> None:
    assert change_told(before, after) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (as_(ASKED), as_(HELD), ReminderPurpose.BOOKING_APPROVED),
        (as_(ASKED), as_(REFUSED), ReminderPurpose.BOOKING_REFUSED),
        (as_(ASKED), as_(ASKED, quantity=2), None),
        (as_(HELD), as_(RELEASED), None),
        (None, as_(ASKED), None),
        (as_(ASKED), None, None),
    ],
)
def test_who_booked_is_told_the_answer_only(
    before: BookingSnapshot | None, after: BookingSnapshot | None, expected: ReminderPurpose | None
) -> None:
    assert answer_told(before, after) is expected


def test_a_snapshot_is_read_as_it_was_written() -> None:
    assert BookingSnapshot.read(ONE.to_json()) == ONE
    assert BookingSnapshot.read(None) is None
