"""Bookable resources (rooms, lodging, vehicles, interpreters, equipment) and their bookings."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, Index, SmallInteger, text
from sqlmodel import Field, SQLModel

from models.base import Identified, Searchable, Sorted, Versioned, one_of
from models.collation import localized_key
from models.text import LocalizedText
from models.types import JsonList, JsonObject, LocalizedTextType, UtcDateTime, WordType
from models.vocabulary import BookingState, ResourceType

_TAKING = text("state IN ('held', 'asked')")


class Resource(Identified, Versioned, Searchable, Sorted, table=True):
    """Something that events book for a time.

    ``capacity`` is the number of bookings of quantity 1 that fit at once (the rooms of a guest house); ``seats`` the
    number of people one of them seats, carries or sleeps.

    ``buffer_before`` and ``buffer_after`` are minutes it is unavailable around each booking, to prepare and to clear.
    ``person_id`` is an interpreter who is also in the list of people. ``office`` is its maker's, which lends it (NULL:
    the default office).

    ``keepers`` hear of its bookings: ``user:ID`` and ``email:ADDRESS`` (:mod:`models.queries.keepers`). With
    ``needs_approval`` a booking is asked for until one of them, or who oversees its office, has approved it.
    """

    __tablename__ = "resource"
    __table_args__ = (
        one_of("type", ResourceType),
        CheckConstraint("capacity >= 1", name="capacity_from_one"),
        CheckConstraint("seats >= 1", name="seats_from_one"),
        CheckConstraint("buffer_before >= 0 AND buffer_after >= 0", name="buffers_not_negative"),
    )

    name: LocalizedText = Field(sa_type=LocalizedTextType)
    type: ResourceType = Field(sa_type=WordType(ResourceType), index=True)
    locality: str = Field(foreign_key="locality.code", index=True, max_length=60)
    capacity: int = Field(default=1, ge=1, le=1000)
    seats: int | None = Field(default=None, ge=1, le=100_000)
    languages: list[str] = Field(default_factory=list, sa_type=JsonList)
    buffer_before: int = Field(default=0, ge=0, le=1440)
    buffer_after: int = Field(default=0, ge=0, le=1440)
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", max_length=26)
    person_id: str | None = Field(default=None, foreign_key="person.id", index=True, max_length=26)
    note: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    active: bool = Field(default=True)
    office: str | None = Field(default=None, max_length=60)
    keepers: list[str] = Field(default_factory=list, sa_type=JsonList)
    needs_approval: bool = Field(default=False)

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        return (self.name, self.note)

    def made_sort_key(self) -> bytes:
        return localized_key(self.name)


class Booking(Identified, Versioned, table=True):
    """A resource booked for an event, in whole days (both inclusive) or times (exclusive end) of ``timezone``.

    ``starts_at`` and ``ends_at`` are the instants it is unavailable including the resource's buffers, half-open, and
    ``length_class`` is the class of that duration (:mod:`calendars.bookings.availability`): the search for overlaps
    uses both. ``is_exclusive`` repeats that the resource has a capacity of one; PostgreSQL's exclusion constraint uses
    it. ``asked_by`` is whose booking or change last asked a keeper. ``answered_by`` and ``answered_at`` say who
    approved or refused it and when, ``answer_reason`` why not; they hold for the resource, times and quantity it has.
    """

    __tablename__ = "booking"
    __table_args__ = (
        one_of("state", BookingState),
        CheckConstraint("quantity >= 1", name="quantity_from_one"),
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint("(start_time IS NULL) = (end_time IS NULL)", name="both_hours_or_none"),
        CheckConstraint("ends_at > starts_at", name="not_empty"),
        Index(
            "ix_booking_taken",
            "resource_id",
            "length_class",
            "starts_at",
            "ends_at",
            "quantity",
            "id",
            "event_id",
            sqlite_where=_TAKING,
            postgresql_where=_TAKING,
        ),
        Index("ix_booking_resource_days", "resource_id", "first_day"),
        Index("ix_booking_days", "first_day", "last_day"),
    )

    resource_id: str = Field(foreign_key="resource.id", max_length=26)
    event_id: str = Field(foreign_key="event.id", index=True, max_length=26, ondelete="CASCADE")
    quantity: int = Field(default=1, ge=1, le=1000)
    first_day: date
    last_day: date
    start_time: time | None = None
    end_time: time | None = None
    timezone: str = Field(max_length=64)
    state: BookingState = Field(default=BookingState.HELD, sa_type=WordType(BookingState))
    note: str | None = Field(default=None, max_length=2000)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    length_class: int = Field(sa_type=SmallInteger)
    is_exclusive: bool = Field(default=True)
    made_for: str | None = Field(default=None, max_length=100)
    """The earlier hours and zone of its event that a booking of hours still goes by, as
    :class:`calendars.bookings.times.EventHours` writes them; null: those the event has."""
    created_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    asked_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    answered_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer_reason: str | None = Field(default=None, max_length=500)


class BookingNotice(SQLModel, table=True):
    """What one mail to a keeper, or to who booked, tells of a booking: as it was told before, and as it is to be told.

    ``before`` and ``after`` are what :class:`calendars.bookings.notices.BookingSnapshot` writes; null: the resource was
    not booked. While the mail waits, further changes move ``after``; what equals ``before`` again is not sent.
    """

    __tablename__ = "booking_notice"

    reminder_id: str = Field(foreign_key="reminder.id", primary_key=True, max_length=26, ondelete="CASCADE")
    booking_id: str = Field(index=True, max_length=26)
    resource_id: str = Field(foreign_key="resource.id", index=True, max_length=26, ondelete="CASCADE")
    before: dict[str, Any] | None = Field(default=None, sa_type=JsonObject)
    after: dict[str, Any] | None = Field(default=None, sa_type=JsonObject)
