"""Gifts between the sides, and help given: goods or money, with value, occasion and who keeps them."""

from collections.abc import Iterable, Mapping

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from models.base import Identified, Searchable, Versioned, one_of
from models.text import LocalizedText
from models.types import LocalizedTextType, WordType
from models.vocabulary import Currency, GiftKind


class Gift(Identified, Versioned, Searchable, table=True):
    """Something given by one locality to another, with or without an event.

    ``giver_id`` and ``receiver_id`` are the bodies, ``receiver_person_id`` the person who received it, None: not known
    or not one in particular. ``quantity`` is in hundredths of ``unit``, None: not known. ``value`` is in smallest units
    of ``currency``, None: not known. ``received_on`` is the day, the month or the year (``2024-03-07``, ``2021-06``,
    ``2008``), None: that of its event, or not known. ``is_planned``: it was not given yet. ``kept_by`` says who keeps
    a gift that was received, ``receipt`` by what paper. ``norm_id`` is the norm it was measured by.
    ``office`` is its maker's (NULL: the default office), ``organisation_id`` whose entry it is, None: the office's.
    """

    __tablename__ = "gift"
    __table_args__ = (
        one_of("kind", GiftKind),
        one_of("currency", Currency),
        CheckConstraint("given_by <> given_to", name="giver_is_not_receiver"),
        CheckConstraint("value >= 0 AND quantity >= 0", name="amounts_not_negative"),
        CheckConstraint("(value IS NULL) = (currency IS NULL)", name="value_has_currency"),
        Index("ix_gift_received_on", "received_on"),
    )

    event_id: str | None = Field(default=None, foreign_key="event.id", index=True, max_length=26, ondelete="SET NULL")
    given_by: str = Field(foreign_key="locality.code", index=True, max_length=60)
    given_to: str = Field(foreign_key="locality.code", index=True, max_length=60)
    giver_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    receiver_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    receiver_person_id: str | None = Field(default=None, foreign_key="person.id", index=True, max_length=26)
    kind: GiftKind = Field(sa_type=WordType(GiftKind))
    description: LocalizedText = Field(sa_type=LocalizedTextType)
    occasion: LocalizedText | None = Field(default=None, sa_type=LocalizedTextType)
    quantity: int | None = Field(default=None, sa_type=BigInteger)
    unit: str | None = Field(default=None, max_length=40)
    value: int | None = Field(default=None, sa_type=BigInteger)
    currency: Currency | None = Field(default=None, sa_type=WordType(Currency))
    received_on: str | None = Field(default=None, max_length=10)
    is_planned: bool = Field(default=False)
    kept_by: str | None = Field(default=None, max_length=200)
    receipt: str | None = Field(default=None, max_length=200)
    source: str | None = Field(default=None, max_length=300)
    norm_id: str | None = Field(default=None, foreign_key="norm.id", index=True, max_length=26, ondelete="SET NULL")
    organisation_id: str | None = Field(default=None, foreign_key="organisation.id", index=True, max_length=26)
    office: str | None = Field(default=None, max_length=60)

    @property
    def money(self) -> dict[str, str] | None:
        """The value as in the API: ``{"amount": "2600000", "currency": "VND"}``, exact; None: not known."""
        if self.value is None or self.currency is None:
            return None
        return self.currency.money(self.value)

    @money.setter
    def money(self, value: Mapping[str, str] | None) -> None:
        """Set value and currency from an amount as in the API."""
        if value is None:
            self.value = self.currency = None
            return
        currency = Currency(value["currency"])
        self.value, self.currency = currency.units(value["amount"]), currency

    def searched(self) -> Iterable[str | Mapping[str, str] | None]:
        return (self.description, self.occasion, self.kept_by)
