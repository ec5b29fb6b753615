"""Agreements, their parties and commitments; anniversaries of a relation."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import CheckConstraint
from sqlmodel import Field, Relationship, SQLModel

from models.base import Identified, Searchable, Sorted, Versioned, one_of
from models.collation import localized_key
from models.text import LocalizedText
from models.types import JsonList, JsonObject, LocalizedTextType, WordType
from models.vocabulary import AgreementKind, DurationUnit, EventKind, FrequencyType


def _parts(table: str, order: str = "position", lazy: str = "selectin") -> dict[str, Any]:
    return {"cascade": "all, delete-orphan", "order_by": f"{table}.{order}", "lazy": lazy}


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


class AgreementBody(SQLModel, table=True):
    """One organisation among those whose agreement it is, in the document's order: two health departments."""

    __tablename__ = "agreement_body"

    agreement_id: str = Field(foreign_key="agreement.id", primary_key=True, max_length=26, ondelete="CASCADE")
    organisation_id: str = Field(foreign_key="organisation.id", primary_key=True, max_length=26, index=True)
    position: int = Field(default=0)


class AgreementSignatory(Identified, table=True):
    """Who signed for a party: somebody of the directory or a name as the document has it.

    ``position`` is the one held on the day, as the document has it; ``number`` the place among the signatures.
    """

    __tablename__ = "agreement_signatory"
    __table_args__ = (CheckConstraint("(person_id IS NULL) <> (name IS NULL)", name="person_or_name"),)

    agreement_id: str = Field(foreign_key="agreement.id", index=True, max_length=26, ondelete="CASCADE")
    party: str = Field(foreign_key="locality.code", max_length=60)
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    person_id: str | None = Field(default=None, foreign_key="person.id", index=True, max_length=26)
    name: str | None = Field(default=None, max_length=200)
    position: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    number: int = Field(default=0)


SIGNATORY_FIELDS = ("party", "organisation_id", "person_id", "name", "position")


class Agreement(Identified, Versioned, Searchable, Sorted, table=True):
    """A cooperation agreement, or another paper of its ``kind``, between localities for a period of whole days, both
    inclusive.

    ``parent_id`` is the paper it was made under, ``predecessor_id`` the one it carries on. ``copies_note`` is what the
    document says of its copies: their languages, who keeps which, that they are equally valid. ``review_on`` is the day
    by which it is to be reviewed.
    ``records_since``: the office has kept records of what was done from that day on, and of what was before only what
    somebody has entered; None: all the time.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="period_in_order"),
        CheckConstraint("copies >= 1", name="copies_from_one"),
        one_of("kind", AgreementKind),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        CheckConstraint("review_on >= starts_on", name="review_not_before_start"),
    )

    kind: AgreementKind = Field(default=AgreementKind.AGREEMENT, sa_type=WordType(AgreementKind))
    title: LocalizedText = Field(sa_type=LocalizedTextType)
    parent_id: str | None = Field(default=None, foreign_key="agreement.id", index=True, max_length=26)
    starts_on: date
    ends_on: date
    signed_on: date | None = None
    signed_at_place: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    predecessor_id: str | None = Field(default=None, foreign_key="agreement.id", max_length=26)
    languages: list[str] = Field(default_factory=list, sa_type=JsonList)
    copies: int | None = Field(default=None, ge=1, le=1000)
    copies_note: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    review_on: date | None = None
    records_since: date | None = None

    party_rows: list[AgreementParty] = Relationship(sa_relationship_kwargs=_parts("AgreementParty"))
    # Read where somebody asks for them: progress, plans and feeds, which read many agreements, never do.
    body_rows: list[AgreementBody] = Relationship(sa_relationship_kwargs=_parts("AgreementBody", lazy="select"))
    signatory_rows: list[AgreementSignatory] = Relationship(
        sa_relationship_kwargs=_parts("AgreementSignatory", "number", "select")
    )

    @property
    def parties(self) -> list[str]:
        """Locality codes in the document's order."""
        return [row.locality for row in self.party_rows]

    @parties.setter
    def parties(self, codes: list[str]) -> None:
        self.party_rows = _in_order(self.party_rows, codes, AgreementParty)

    @property
    def bodies(self) -> list[str]:
        """Ids of organisations in the document's order."""
        return [row.organisation_id for row in self.body_rows]

    @bodies.setter
    def bodies(self, ids: list[str]) -> None:
        existing = {row.organisation_id: row for row in self.body_rows}
        ordered = [existing.get(one) or AgreementBody(agreement_id=self.id, organisation_id=one) for one in ids]
        for position, row in enumerate(ordered):
            row.position = position
        self.body_rows = ordered

    @property
    def signatories(self) -> list[dict[str, Any]]:
        """Who signed, in the document's order, as in the API."""
        return [{name: getattr(row, name) for name in SIGNATORY_FIELDS} for row in self.signatory_rows]

    @signatories.setter
    def signatories(self, signed: list[Mapping[str, Any]]) -> None:
        # Rows keep their place; what they say is replaced as a whole.
        rows = self.signatory_rows[: len(signed)]
        rows += [AgreementSignatory(agreement_id=self.id, party=one["party"]) for one in signed[len(rows) :]]
        for number, (row, one) in enumerate(zip(rows, signed, strict=True)):
            row.number = number
            for name in SIGNATORY_FIELDS:
                if getattr(row, name) != one.get(name):
                    setattr(row, name, one.get(name))
        self.signatory_rows = rows

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        return (self.title, self.signed_at_place)

    def made_sort_key(self) -> bytes:
        return localized_key(self.title)


class Commitment(Identified, Versioned, Searchable, Sorted, table=True):
    """One article of an agreement: what, who hosts whom, how many people, how long, how often, who pays.

    ``host`` and ``guest`` None mean "either party". An *open* frequency has no quota. ``activity_types`` are those of
    other activities that fulfil it, empty: any. ``composition`` is the least number of each sort of people of a
    training batch, empty: any.
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
    activity_types: list[str] = Field(default_factory=list, sa_type=JsonList)
    composition: dict[str, int] = Field(default_factory=dict, sa_type=JsonObject)
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
