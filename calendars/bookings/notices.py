"""What keepers and who booked are told of a booking: what it was when they heard of it last, and what it is now."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from calendars.bookings.approval import takes
from calendars.bookings.times import BookingTimes
from models.vocabulary import BookingState, ReminderPurpose


@dataclass(frozen=True, slots=True)
class BookingSnapshot:
    """A booking as a mail tells it: ``first`` and ``last`` are its days (ISO 8601), ``times`` days and hours as a
    person reads them. ``booked_by``, ``asked_by`` and ``answered_by`` are accounts."""

    event_id: str
    state: str
    first: str
    last: str
    times: str
    quantity: int
    note: str | None = None
    booked_by: str | None = None
    asked_by: str | None = None
    answered_by: str | None = None
    reason: str | None = None

    @classmethod
    def of(cls, booking: Any) -> "BookingSnapshot":
        """From a booking's row."""
        times = BookingTimes.of(booking)
        return cls(
            booking.event_id,
            BookingState(booking.state).value,
            times.first_day.isoformat(),
            times.last_day.isoformat(),
            times.format(),
            booking.quantity,
            booking.note,
            booking.created_by,
            booking.asked_by,
            booking.answered_by,
            booking.answer_reason,
        )

    @classmethod
    def read(cls, stored: Mapping[str, Any] | None) -> "BookingSnapshot | None":
        """From what :meth:`to_json` made."""
        return None if stored is None else cls(**stored)

    def to_json(self) -> dict[str, Any]:
        """As a notice keeps it."""
        return asdict(self)

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date.fromisoformat(self.first)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return date.fromisoformat(self.last)

    @property
    def is_taking(self) -> bool:
        """Whether it occupies the resource."""
        return takes(BookingState(self.state))


def change_told(before: BookingSnapshot | None, after: BookingSnapshot | None) -> ReminderPurpose | None:
    """What a keeper is told of a booking of their resource; None if it is to them as it was.

    ``None`` stands for no booking. What takes nothing is as good as none, unless the keeper's answer made it so.
    """
    was_taking = before is not None and before.is_taking
    if after is None or not after.is_taking:
        if not was_taking:
            return None
        is_refusal = after is not None and after.state == BookingState.REFUSED
        return ReminderPurpose.BOOKING_REFUSED if is_refusal else ReminderPurpose.BOOKING_RELEASED
    is_asked = after.state == BookingState.ASKED
    if before is None or not was_taking:
        return ReminderPurpose.BOOKING_ASKED if is_asked else ReminderPurpose.BOOKING_MADE
    if before.state != after.state:
        return ReminderPurpose.BOOKING_ASKED if is_asked else ReminderPurpose.BOOKING_APPROVED
    if _shown(before) == _shown(after):
        return None
    return ReminderPurpose.BOOKING_CHANGED


def _shown(one: BookingSnapshot) -> tuple[Any, ...]:
    return one.event_id, one.times, one.quantity, one.note


def answer_told(before: BookingSnapshot | None, after: BookingSnapshot | None) -> ReminderPurpose | None:
    """What who booked is told: the keeper's answer, and nothing else."""
    if before is None or after is None or before.state != BookingState.ASKED:
        return None
    if after.state == BookingState.HELD:
        return ReminderPurpose.BOOKING_APPROVED
    return ReminderPurpose.BOOKING_REFUSED if after.state == BookingState.REFUSED else None
