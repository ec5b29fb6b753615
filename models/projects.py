"""Projects: what one side builds or delivers for the other, from the decision to the handover."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field, Relationship, SQLModel

from models.base import Identified, Searchable, Sorted, Versioned, one_of
from models.collation import localized_key
from models.text import LocalizedText
from models.types import LocalizedTextType, WordType
from models.vocabulary import Currency, MilestoneState


def _parts(table: str) -> dict[str, Any]:
    return {"cascade": "all, delete-orphan", "order_by": f"{table}.position", "lazy": "selectin"}


def _money(amount: int | None, currency: Currency | None) -> dict[str, str] | None:
    return None if amount is None or currency is None else currency.money(amount)


def _units(money: Mapping[str, str] | None) -> dict[str, Any]:
    """The columns ``amount`` and ``currency`` of a money object."""
    if money is None:
        return {"amount": None, "currency": None}
    currency = Currency(money["currency"])
    return {"amount": currency.units(money["amount"]), "currency": currency}


class ProjectSource(Identified, table=True):
    """Who gives money for a project, and how much of it; ``amount`` None: not known."""

    __tablename__ = "project_source"
    __table_args__ = (
        one_of("currency", Currency),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("(amount IS NULL) = (currency IS NULL)", name="amount_has_currency"),
    )

    project_id: str = Field(foreign_key="project.id", index=True, max_length=26, ondelete="CASCADE")
    position: int = Field(default=0)
    locality: str | None = Field(default=None, foreign_key="locality.code", max_length=60)
    name: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    amount: int | None = Field(default=None, sa_type=BigInteger)
    currency: Currency | None = Field(default=None, sa_type=WordType(Currency))

    def written(self) -> dict[str, Any]:
        """As in the API."""
        money = _money(self.amount, self.currency)
        return {"id": self.id, "locality": self.locality, "name": self.name, "amount": money}


class ProjectMilestone(Identified, table=True):
    """A step of a project: by when, and how many percent of the whole are done once it is, those before it included."""

    __tablename__ = "project_milestone"
    __table_args__ = (
        one_of("state", MilestoneState),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_range"),
        CheckConstraint("(done_on IS NULL) = (state <> 'done')", name="done_on_a_day"),
    )

    project_id: str = Field(foreign_key="project.id", index=True, max_length=26, ondelete="CASCADE")
    position: int = Field(default=0)
    title: LocalizedText = Field(sa_type=LocalizedTextType)
    day: date | None = Field(default=None, index=True)
    percent: int | None = Field(default=None, ge=0, le=100)
    state: MilestoneState = Field(default=MilestoneState.PLANNED, sa_type=WordType(MilestoneState))
    done_on: date | None = None
    file_id: str | None = Field(default=None, foreign_key="file.id", index=True, max_length=26, ondelete="SET NULL")

    def written(self) -> dict[str, Any]:
        """As in the API."""
        return {name: getattr(self, name) for name in ("id", "title", "day", "percent", "state", "done_on", "file_id")}


class ProjectDisbursement(Identified, table=True):
    """Money that was paid for a project. ``paid_on`` is the day, the month or the year, None: not known."""

    __tablename__ = "project_disbursement"
    __table_args__ = (
        one_of("currency", Currency),
        CheckConstraint("amount > 0", name="amount_positive"),
    )

    project_id: str = Field(foreign_key="project.id", index=True, max_length=26, ondelete="CASCADE")
    position: int = Field(default=0)
    amount: int = Field(sa_type=BigInteger)
    currency: Currency = Field(sa_type=WordType(Currency))
    paid_on: str | None = Field(default=None, max_length=10)
    payer: str | None = Field(default=None, foreign_key="locality.code", max_length=60)
    voucher: str | None = Field(default=None, max_length=100)
    note: str | None = Field(default=None, max_length=500)
    file_id: str | None = Field(default=None, foreign_key="file.id", index=True, max_length=26, ondelete="SET NULL")

    def written(self) -> dict[str, Any]:
        """As in the API."""
        told = {name: getattr(self, name) for name in ("paid_on", "payer", "voucher", "note", "file_id")}
        return {"id": self.id, "amount": _money(self.amount, self.currency), **told}


Part = TypeVar("Part", ProjectSource, ProjectMilestone, ProjectDisbursement)


def _replaced(
    rows: Sequence[Part], wanted: Sequence[Mapping[str, Any]], table: type[Part], project_id: str
) -> list[Part]:
    """The rows for a list as in the API: those it names by id, else those that say the same already, else new ones."""
    known = {row.id: row for row in rows}
    named = {one["id"] for one in wanted if one.get("id") in known}
    left = [row for row in rows if row.id not in named]
    found: list[Part] = []
    for position, one in enumerate(wanted):
        columns = _columns(table, one) | {"position": position}
        row = known.get(one.get("id", "")) or next((row for row in left if _says(row, columns)), None)
        if row is None:
            row = table(project_id=project_id, **columns)
        if row in left:
            left.remove(row)
        for name, value in columns.items():
            if getattr(row, name) != value:
                setattr(row, name, value)
        found.append(row)
    return found


def _columns(table: type[SQLModel], one: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an entry of a list as in the API."""
    names = [name for name in table.model_fields if name not in ("id", "project_id", "position")]
    values = {name: one.get(name) for name in names}
    if "amount" in names:
        values |= _units(one.get("amount"))
    if "state" in names:
        values["state"] = MilestoneState(one.get("state") or MilestoneState.PLANNED)
    return values


def _says(row: Any, columns: Mapping[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in columns.items() if name != "position")


class Project(Identified, Versioned, Searchable, Sorted, table=True):
    """Something one side builds or delivers for the other; only its handover fulfils its commitment.

    ``decision`` is the paper that decided it. ``given_by`` is the locality that gives it, ``host`` the one where it
    stands, ``beneficiary_id`` the body that gets it. ``total`` is what it costs in all, None: not known.
    ``accepted_on`` and ``handed_over_on`` are the day, the month or the year, None: not yet. ``organisation_id`` is who
    carries it out and is in charge of it, None: the office. ``office`` is its maker's (NULL: the default office).
    """

    __tablename__ = "project"
    __table_args__ = (
        one_of("total_currency", Currency),
        CheckConstraint("total_amount >= 0", name="total_not_negative"),
        CheckConstraint("(total_amount IS NULL) = (total_currency IS NULL)", name="total_has_currency"),
        CheckConstraint("given_by <> host", name="giver_is_not_host"),
    )

    title: LocalizedText = Field(sa_type=LocalizedTextType)
    description: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    commitment_id: str | None = Field(
        default=None, foreign_key="commitment.id", index=True, max_length=26, ondelete="SET NULL"
    )
    given_by: str = Field(foreign_key="locality.code", max_length=60)
    host: str = Field(foreign_key="locality.code", max_length=60)
    beneficiary_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    decision: str | None = Field(default=None, max_length=300)
    total_amount: int | None = Field(default=None, sa_type=BigInteger)
    total_currency: Currency | None = Field(default=None, sa_type=WordType(Currency))
    accepted_on: str | None = Field(default=None, max_length=10)
    handed_over_on: str | None = Field(default=None, max_length=10)
    handover_event_id: str | None = Field(
        default=None, foreign_key="event.id", index=True, max_length=26, ondelete="SET NULL"
    )
    source: str | None = Field(default=None, max_length=300)
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    office: str | None = Field(default=None, max_length=60)

    source_rows: list[ProjectSource] = Relationship(sa_relationship_kwargs=_parts("ProjectSource"))
    milestone_rows: list[ProjectMilestone] = Relationship(sa_relationship_kwargs=_parts("ProjectMilestone"))
    disbursement_rows: list[ProjectDisbursement] = Relationship(sa_relationship_kwargs=_parts("ProjectDisbursement"))

    @property
    def total(self) -> dict[str, str] | None:
        """``{"amount": "15000000000", "currency": "VND"}``, exact; None if it is not known."""
        return _money(self.total_amount, self.total_currency)

    @total.setter
    def total(self, value: Mapping[str, str] | None) -> None:
        money = _units(value)
        self.total_amount, self.total_currency = money["amount"], money["currency"]

    @property
    def sources(self) -> list[dict[str, Any]]:
        """Who gives money for it, and how much, as in the API."""
        return [row.written() for row in self.source_rows]

    @sources.setter
    def sources(self, wanted: Sequence[Mapping[str, Any]]) -> None:
        self.source_rows = _replaced(self.source_rows, wanted, ProjectSource, self.id)

    @property
    def milestones(self) -> list[dict[str, Any]]:
        """Its steps in the order they were given, as in the API."""
        return [row.written() for row in self.milestone_rows]

    @milestones.setter
    def milestones(self, wanted: Sequence[Mapping[str, Any]]) -> None:
        self.milestone_rows = _replaced(self.milestone_rows, wanted, ProjectMilestone, self.id)

    @property
    def disbursements(self) -> list[dict[str, Any]]:
        """What was paid for it, as in the API."""
        return [row.written() for row in self.disbursement_rows]

    @disbursements.setter
    def disbursements(self, wanted: Sequence[Mapping[str, Any]]) -> None:
        self.disbursement_rows = _replaced(self.disbursement_rows, wanted, ProjectDisbursement, self.id)

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        return (self.title, self.description)

    def made_sort_key(self) -> bytes:
        return localized_key(self.title)
