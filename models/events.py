"""Events of all five kinds, and the parts of training batches and art troupe visits."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Text
from sqlmodel import Field, Relationship

from models.base import Identified, Searchable, Sorted, Versioned, one_of
from models.collation import localized_key
from models.text import LocalizedText
from models.types import JsonObject, LocalizedTextType, UtcDateTime, WordType
from models.vocabulary import (
    ActivityType,
    Currency,
    DelegationLevel,
    EventKind,
    EventStatus,
    KnownTo,
    Visibility,
)

TimeOfDay = time
"""An alias of the type for classes with a column named ``time``."""

OWN_FIELDS: Mapping[EventKind, tuple[str, ...]] = {
    EventKind.DELEGATION: ("purpose", "level", "head_id"),
    EventKind.TRAINING_BATCH: ("subject", "institution_id", "composition"),
    EventKind.ART_TROUPE_VISIT: ("troupe", "occasion"),
    EventKind.ANNIVERSARY: ("anniversary_id", "year", "ordinal"),
    EventKind.ACTIVITY: ("activity_type",),
}
"""The columns that belong to one kind only; ``phases`` and ``performances`` are tables of their own."""


UNDATED = (
    "known_to = 'day' OR (status = 'completed' AND start_time IS NULL AND end_time IS NULL"
    " AND arrives_on = first_day AND departs_on = last_day)"
)
"""What holds of an event whose day is not known."""


def _own_to(kind: EventKind) -> CheckConstraint:
    empty = " AND ".join(f"{column} IS NULL" for column in OWN_FIELDS[kind])
    return CheckConstraint(f"kind = '{kind}' OR ({empty})", name=f"only_{kind}")


def _ordered(table: str) -> dict[str, Any]:
    return {"cascade": "all, delete-orphan", "order_by": f"{table}.position", "lazy": "raise"}


class TrainingPhase(Identified, table=True):
    """A phase of a training batch: a year of Vietnamese, then the degree; days inclusive."""

    __tablename__ = "training_phase"
    __table_args__ = (CheckConstraint("last_day >= first_day", name="days_in_order"),)

    event_id: str = Field(foreign_key="event.id", index=True, max_length=26, ondelete="CASCADE")
    position: int = Field(default=0)
    title: LocalizedText = Field(sa_type=LocalizedTextType)
    first_day: date
    last_day: date
    institution_id: str | None = Field(default=None, foreign_key="organisation.id", max_length=26)


class Performance(Identified, table=True):
    """One evening of an art troupe."""

    __tablename__ = "performance"

    event_id: str = Field(foreign_key="event.id", index=True, max_length=26, ondelete="CASCADE")
    position: int = Field(default=0)
    day: date
    time: TimeOfDay | None = None
    venue: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    title: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)


RESULTS_LENGTH = 20_000
"""Of what came of an event, in characters."""


class Event(Identified, Versioned, Searchable, Sorted, table=True):
    """A visit, course, tour, ceremony or activity: whole days, with times if they are known.

    The five kinds share one table; a CHECK keeps each kind's own columns empty in the others. ``first_day`` and
    ``last_day`` are inclusive. ``sequence`` grows with changes of days, times, place, title and status.

    ``confirmed_values`` are the values somebody confirmed at ``confirmed_at`` (:mod:`calendars.events.confirmation`),
    None if that is not known. ``changed_since_confirmed`` follows from them; ``changed_at`` is when it became true.
    ``corrections``: field that nobody has confirmed as it is → ``{"by": account or null, "at": instant}`` of its last
    change. ``asked_by`` asked for confirmation at ``asked_at``; nobody has answered yet.
    ``in_charge_id`` is the account that prepares the event, None: nobody yet (:mod:`service.actions.events.in_charge`).
    ``head_organisation_id`` is the head's organisation when they were made the head (:mod:`models.participation`).
    ``known_to``: of an event of which only the month or the year is known, ``first_day`` and ``last_day`` are the first
    and the last day on which it can have been; it is over, and has no hours, no travel days of its own and no place in
    any calendar (:mod:`models.queries.dated`).
    """

    __tablename__ = "event"
    __table_args__ = (
        one_of("kind", EventKind),
        one_of("status", EventStatus),
        one_of("visibility", Visibility),
        one_of("level", DelegationLevel),
        one_of("activity_type", ActivityType),
        one_of("budget_currency", Currency),
        one_of("known_to", KnownTo),
        *(_own_to(kind) for kind in EventKind),
        CheckConstraint("last_day >= first_day", name="days_in_order"),
        CheckConstraint("departs_on >= arrives_on", name="travel_in_order"),
        CheckConstraint(UNDATED, name="undated_is_over"),
        CheckConstraint("host <> guest", name="host_is_not_guest"),
        CheckConstraint("headcount >= 0 AND headcount_actual >= 0", name="headcounts"),
        CheckConstraint("(budget_amount IS NULL) = (budget_currency IS NULL)", name="budget_has_currency"),
        CheckConstraint("budget_amount >= 0", name="budget_not_negative"),
        CheckConstraint(
            "kind <> 'anniversary' OR (anniversary_id IS NOT NULL AND year IS NOT NULL)", name="ceremony_of"
        ),
        Index("ix_event_days", "first_day", "last_day"),
        Index("ix_event_last_day", "last_day"),
    )

    kind: EventKind = Field(sa_type=WordType(EventKind), index=True)
    uid: str = Field(max_length=255, unique=True)
    sequence: int = Field(default=0, ge=0)
    title: LocalizedText = Field(sa_type=LocalizedTextType)
    description: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    host: str = Field(foreign_key="locality.code", index=True, max_length=60)
    guest: str | None = Field(default=None, foreign_key="locality.code", index=True, max_length=60)
    first_day: date
    last_day: date
    known_to: KnownTo = Field(default=KnownTo.DAY, sa_type=WordType(KnownTo))
    start_time: time | None = None
    end_time: time | None = None
    timezone: str = Field(default="Asia/Ho_Chi_Minh", max_length=64)
    arrives_on: date
    departs_on: date
    location: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    status: EventStatus = Field(default=EventStatus.DRAFT, sa_type=WordType(EventStatus), index=True)
    results: str | None = Field(default=None, max_length=RESULTS_LENGTH)
    results_text: str = Field(default="", sa_type=Text)
    postponed_from: date | None = None
    headcount: int | None = Field(default=None, ge=0, le=100_000)
    headcount_actual: int | None = Field(default=None, ge=0, le=100_000)
    commitment_id: str | None = Field(default=None, foreign_key="commitment.id", index=True, max_length=26)
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    funded_by: str | None = Field(default=None, foreign_key="locality.code", max_length=60)
    budget_amount: int | None = Field(default=None, sa_type=BigInteger)
    budget_currency: Currency | None = Field(default=None, sa_type=WordType(Currency))
    visibility: Visibility = Field(default=Visibility.INTERNAL, sa_type=WordType(Visibility))
    created_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    in_charge_id: str | None = Field(default=None, foreign_key="user.id", index=True, max_length=26)
    confirmed_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    changed_since_confirmed: bool = Field(default=False)
    confirmed_values: dict[str, Any] | None = Field(default=None, sa_type=JsonObject)
    corrections: dict[str, dict[str, str | None]] = Field(default_factory=dict, sa_type=JsonObject)
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    asked_by: str | None = Field(default=None, foreign_key="user.id", max_length=26)
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)

    purpose: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    level: DelegationLevel | None = Field(default=None, sa_type=WordType(DelegationLevel))
    head_id: str | None = Field(default=None, foreign_key="person.id", index=True, max_length=26)
    head_organisation_id: str | None = Field(default=None, index=True, max_length=26)
    subject: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    institution_id: str | None = Field(default=None, foreign_key="organisation.id", max_length=26)
    composition: dict[str, int] | None = Field(default=None, sa_type=JsonObject)
    troupe: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    occasion: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    anniversary_id: str | None = Field(default=None, foreign_key="anniversary.id", index=True, max_length=26)
    year: int | None = Field(default=None, ge=1, le=9999)
    ordinal: int | None = Field(default=None, ge=0)
    activity_type: ActivityType | None = Field(default=None, sa_type=WordType(ActivityType))

    phases: list[TrainingPhase] = Relationship(sa_relationship_kwargs=_ordered("TrainingPhase"))
    performances: list[Performance] = Relationship(sa_relationship_kwargs=_ordered("Performance"))

    @property
    def budget(self) -> dict[str, str] | None:
        """``{"amount": "100000000", "currency": "VND"}``, exact; None if no budget is set."""
        if self.budget_amount is None or self.budget_currency is None:
            return None
        return self.budget_currency.money(self.budget_amount)

    @budget.setter
    def budget(self, value: Mapping[str, str] | None) -> None:
        if value is None:
            self.budget_amount = self.budget_currency = None
            return
        currency = Currency(value["currency"])
        self.budget_amount = currency.units(value["amount"])
        self.budget_currency = currency

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        return (self.title, self.description, self.location, self.purpose, self.subject, self.troupe, self.occasion)

    @classmethod
    def folded(cls) -> Mapping[str, Callable[[Any], Iterable[str | Mapping[str, str] | None]]]:
        # Who doesn't see the results must not find the event by their words either.
        return {**super().folded(), "results_text": lambda row: (row.results,)}

    def made_sort_key(self) -> bytes:
        return localized_key(self.title)
