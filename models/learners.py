"""Learners of training batches: person by person, stage by stage, and what became of them."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from models.base import Identified, Sorted, Versioned, one_of
from models.collation import person_key
from models.types import WordType
from models.vocabulary import Currency, LearnerOutcome, LearnerStage


class Learner(Identified, Versioned, Sorted, table=True):
    """Somebody of a training batch in one stage: the year of Vietnamese, then the degree.

    ``person_id`` is the person, or ``name`` what is known instead of one ("học sinh thứ nhất"). ``starts_on`` and
    ``ends_on`` are the day, the month or the year (``2008-09-05``, ``2008-09``, ``2008``), None: not known or not yet.
    ``stipend_amount`` is a month's, in smallest units of ``stipend_currency``, ``payer`` the locality that pays it.
    ``permit_expires_on`` is the last day of the residence permit or visa. ``qualification`` is what was awarded.
    """

    __tablename__ = "learner"
    __table_args__ = (
        one_of("stage", LearnerStage),
        one_of("outcome", LearnerOutcome),
        one_of("stipend_currency", Currency),
        CheckConstraint("(person_id IS NULL) <> (name IS NULL)", name="person_or_name"),
        CheckConstraint("stipend_amount >= 0", name="stipend_not_negative"),
        CheckConstraint("(stipend_amount IS NULL) = (stipend_currency IS NULL)", name="stipend_has_currency"),
        UniqueConstraint("event_id", "person_id", "stage", name="uq_learner_once_a_stage"),
    )

    event_id: str = Field(foreign_key="event.id", index=True, max_length=26, ondelete="CASCADE")
    person_id: str | None = Field(default=None, foreign_key="person.id", index=True, max_length=26)
    name: str | None = Field(default=None, max_length=200)
    stage: LearnerStage = Field(sa_type=WordType(LearnerStage))
    institution_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    starts_on: str | None = Field(default=None, max_length=10)
    ends_on: str | None = Field(default=None, max_length=10)
    stipend_amount: int | None = Field(default=None, sa_type=BigInteger)
    stipend_currency: Currency | None = Field(default=None, sa_type=WordType(Currency))
    payer: str | None = Field(default=None, foreign_key="locality.code", max_length=60)
    permit_expires_on: date | None = Field(default=None, index=True)
    outcome: LearnerOutcome = Field(default=LearnerOutcome.STUDYING, sa_type=WordType(LearnerOutcome))
    qualification: str | None = Field(default=None, max_length=200)
    note: str | None = Field(default=None, max_length=500)

    @property
    def stipend(self) -> dict[str, str] | None:
        """``{"amount": "3630000", "currency": "VND"}``, a month's; None if it is not known."""
        if self.stipend_amount is None or self.stipend_currency is None:
            return None
        return self.stipend_currency.money(self.stipend_amount)

    @stipend.setter
    def stipend(self, value: Mapping[str, str] | None) -> None:
        if value is None:
            self.stipend_amount = self.stipend_currency = None
            return
        currency = Currency(value["currency"])
        self.stipend_amount = currency.units(value["amount"])
        self.stipend_currency = currency

    def made_sort_key(self) -> bytes:
        # Who is a person is listed by the person's own key.
        return person_key(self.name) if self.name else b""
