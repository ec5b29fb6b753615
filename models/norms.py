"""Norms: the most that may be spent on something, by act, class of guests, role and day."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from models.base import Identified, Versioned, one_of
from models.types import WordType
from models.vocabulary import Currency, GuestClass, NormItem, NormRole, NormUnit


class Norm(Identified, Versioned, table=True):
    """The most that may be spent on a ``unit`` of an ``item``, valid from ``valid_from`` to ``valid_to``, both
    inclusive (None: with no end).

    ``guest_class`` and ``role`` None: for all. ``amount`` is in smallest units of ``currency``; None: as invoiced.
    ``verified``: somebody has compared the amount with the act itself. ``locality`` None: a national act; else the
    act of that locality, which may only lower what the national one allows. ``article`` is where the act says it.
    ``office`` is its maker's (NULL: the default office).
    """

    __tablename__ = "norm"
    __table_args__ = (
        one_of("guest_class", GuestClass),
        one_of("role", NormRole),
        one_of("item", NormItem),
        one_of("unit", NormUnit),
        one_of("currency", Currency),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("valid_to >= valid_from", name="validity_in_order"),
        Index("ix_norm_item", "item", "valid_from"),
    )

    act: str = Field(max_length=200)
    article: str | None = Field(default=None, max_length=40)
    locality: str | None = Field(default=None, foreign_key="locality.code", max_length=60)
    valid_from: date
    valid_to: date | None = None
    guest_class: GuestClass | None = Field(default=None, sa_type=WordType(GuestClass))
    role: NormRole | None = Field(default=None, sa_type=WordType(NormRole))
    item: NormItem = Field(sa_type=WordType(NormItem))
    unit: NormUnit = Field(sa_type=WordType(NormUnit))
    amount: int | None = Field(default=None, sa_type=BigInteger)
    currency: Currency = Field(default=Currency.VND, sa_type=WordType(Currency))
    verified: bool = Field(default=False)
    office: str | None = Field(default=None, max_length=60)

    @property
    def money(self) -> dict[str, str] | None:
        """``{"amount": "7700000", "currency": "VND"}``; None: as invoiced."""
        return None if self.amount is None else self.currency.money(self.amount)

    @money.setter
    def money(self, value: Mapping[str, str] | None) -> None:
        if value is None:
            self.amount = None
            return
        self.currency = Currency(value["currency"])
        self.amount = self.currency.units(value["amount"])
