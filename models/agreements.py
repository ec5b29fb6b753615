"""Agreements, their parties and commitments; anniversaries of a relation."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Relationship, SQLModel

from models.base import Identified, Searchable, Sorted, Versioned, one_of
from models.collation import localized_key
from models.text import LocalizedText
from models.types import JsonList, LocalizedTextType, WordType
from models.vocabulary import DurationUnit, EventKind, FrequencyType


def _parts(table: str) -> dict[str, Any]:
    return {"cascade": "all, delete-orphan", "order_by": f"{table}.position", "lazy": "selectin"}


class PartyMixin(SQLModel):
    """One locality among the parties, in the document's order."""

    locality: str = Field(foreign_key="locality.code", primary_key=True, max_length=60, index=True)
    position: int = Field(default=0)


AnyParty = TypeVar("AnyParty", bound=PartyMixin)


def _in_order(rows: list[AnyParty], codes: list[str], make: Callable[..., AnyParty]) -> list[AnyParty]:
    """The rows for ``codes``: existing rows are reused, so that nothing is deleted and created again."""
    existing = {row.locality: row for row in rows}
    ordered = [existing.get(code) or make(locality=code) for code in codes]
    for position, row in enumerate(ordered):
        row.position = position
    return ordered


class AgreementParty(PartyMixin, table=True):
    __tablename__ = "agreement_party"

    agreement_id: str = Field(foreign_key="agreement.id", primary_key=True, max_length=26, ondelete="CASCADE")


class Agreement(Identified, Versioned, Searchable, Sorted, table=True):
    """A cooperation agreement between localities for a period of whole days, both inclusive."""

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="period_in_order"),
        CheckConstraint("copies >= 1", name="copies_from_one"),
    )

    title: LocalizedText = Field(sa_type=LocalizedTextType)
    starts_on: date
    ends_on: date
    signed_on: date | None = None
    signed_at_place: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    predecessor_id: str | None = Field(default=None, foreign_key="agreement.id", max_length=26)
    languages: list[str] = Field(default_factory=list, sa_type=JsonList)
    copies: int | None = Field(default=None, ge=1, le=1000)

    party_rows: list[AgreementParty] = Relationship(sa_relationship_kwargs=_parts("AgreementParty"))

    @property
    def parties(self) -> list[str]:
        """Locality codes in the document's order."""
        return [row.locality for row in self.party_rows]

    @parties.setter
    def parties(self, codes: list[str]) -> None:
        self.party_rows = _in_order(self.party_rows, codes, AgreementParty)

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        return (self.title, self.signed_at_place)

    def made_sort_key(self) -> bytes:
        return localized_key(self.title)


class Commitment(Identified, Versioned, Searchable, Sorted, table=True):
    """One article of an agreement: what, who hosts whom, how many people, how long, how often, who pays.

    ``host`` and ``guest`` None mean "either party". An *open* frequency has no quota.
    """

    __tablename__ = "commitment"
    __table_args__ = (
        one_of("activity", EventKind),
        one_of("duration_unit", DurationUnit),
        one_of("frequency_type", FrequencyType),
        CheckConstraint("headcount_min >= 0 AND headcount_max >= 0 AND headcount_total >= 0", name="headcounts"),
        CheckConstraint("headcount_max >= headcount_min", name="headcount_range"),
        CheckConstraint("duration_min >= 1 AND duration_max >= 1", name="durations"),
        CheckConstraint("duration_max >= duration_min", name="duration_range"),
        CheckConstraint("duration_min IS NULL OR duration_unit IS NOT NULL", name="duration_has_unit"),
        CheckConstraint("host <> guest", name="host_is_not_guest"),
        CheckConstraint(
            "(frequency_type IN ('per_year', 'in_period')) = (frequency_count IS NOT NULL)"
            " AND (frequency_type = 'every') = (frequency_min_years IS NOT NULL)"
            " AND (frequency_type = 'every') = (frequency_max_years IS NOT NULL)",
            name="frequency_complete",
        ),
        CheckConstraint("frequency_count >= 1 AND frequency_min_years >= 1", name="frequency_positive"),
        CheckConstraint("frequency_max_years >= frequency_min_years", name="frequency_range"),
    )

    agreement_id: str = Field(foreign_key="agreement.id", index=True, max_length=26, ondelete="CASCADE")
    article: str = Field(max_length=20)
    field: LocalizedText = Field(sa_type=LocalizedTextType)
    title: LocalizedText = Field(sa_type=LocalizedTextType)
    activity: EventKind = Field(sa_type=WordType(EventKind))
    host: str | None = Field(default=None, foreign_key="locality.code", max_length=60)
    guest: str | None = Field(default=None, foreign_key="locality.code", max_length=60)
    headcount_min: int | None = Field(default=None, ge=0, le=100_000)
    headcount_max: int | None = Field(default=None, ge=0, le=100_000)
    headcount_total: int | None = Field(default=None, ge=0, le=1_000_000)
    duration_min: int | None = Field(default=None, ge=1, le=10_000)
    duration_max: int | None = Field(default=None, ge=1, le=10_000)
    duration_unit: DurationUnit | None = Field(default=None, sa_type=WordType(DurationUnit))
    frequency_type: FrequencyType = Field(default=FrequencyType.OPEN, sa_type=WordType(FrequencyType))
    frequency_count: int | None = Field(default=None, ge=1, le=1000)
    frequency_min_years: int | None = Field(default=None, ge=1, le=100)
    frequency_max_years: int | None = Field(default=None, ge=1, le=100)
    funded_by: str | None = Field(default=None, foreign_key="locality.code", max_length=60)
    phases: list[dict[str, Any]] = Field(default_factory=list, sa_type=JsonList)
    position: int = Field(default=0)

    @property
    def frequency(self) -> dict[str, Any]:
        """The frequency as in the API, e.g. ``{"type": "per_year", "count": 1}``."""
        values = {
            "type": self.frequency_type.value,
            "count": self.frequency_count,
            "min_years": self.frequency_min_years,
            "max_years": self.frequency_max_years,
        }
        return {name: value for name, value in values.items() if value is not None}

    @frequency.setter
    def frequency(self, value: Mapping[str, Any]) -> None:
        self.frequency_type = FrequencyType(value["type"])
        self.frequency_count = value.get("count")
        self.frequency_min_years = value.get("min_years")
        self.frequency_max_years = value.get("max_years")

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        return (self.title, self.field)

    def made_sort_key(self) -> bytes:
        return localized_key(self.title)


class AnniversaryParty(PartyMixin, table=True):
    __tablename__ = "anniversary_party"

    anniversary_id: str = Field(foreign_key="anniversary.id", primary_key=True, max_length=26, ondelete="CASCADE")


class Anniversary(Identified, Versioned, Searchable, Sorted, table=True):
    """The definition of an anniversary. ``origin`` is the start, known to the year, the month or the day."""

    __tablename__ = "anniversary"

    title: LocalizedText = Field(sa_type=LocalizedTextType)
    origin: str = Field(max_length=10)

    party_rows: list[AnniversaryParty] = Relationship(sa_relationship_kwargs=_parts("AnniversaryParty"))

    @property
    def parties(self) -> list[str]:
        """Locality codes in the order given."""
        return [row.locality for row in self.party_rows]

    @parties.setter
    def parties(self, codes: list[str]) -> None:
        self.party_rows = _in_order(self.party_rows, codes, AnniversaryParty)

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        return (self.title, self.origin)

    def made_sort_key(self) -> bytes:
        return localized_key(self.title)
