"""Money and goods between the parties of an agreement: planned, approved, paid, given; what is not known is counted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from calendars.money.sums import Sums
from models.vocabulary import Currency


@dataclass(frozen=True, slots=True)
class Goods:
    """Gifts of goods: how many entries, what they were worth as far as it is known, and of how many it is not known."""

    count: int = 0
    value: Sums = field(default_factory=Sums)
    unknown: int = 0

    def __add__(self, other: "Goods") -> "Goods":
        return Goods(self.count + other.count, self.value + other.value, self.unknown + other.unknown)


@dataclass(frozen=True, slots=True)
class LedgerTotals:
    """What one party gave another, or is to give.

    ``money`` is what was paid. Of ``money_unknown`` visits that were held, and gifts of money, nobody entered what was
    paid; they are not among ``money``.
    """

    money: Sums = field(default_factory=Sums)
    money_planned: Sums = field(default_factory=Sums)
    money_approved: Sums = field(default_factory=Sums)
    money_unknown: int = 0
    goods: Goods = field(default_factory=Goods)

    def __add__(self, other: "LedgerTotals") -> "LedgerTotals":
        return LedgerTotals(
            self.money + other.money,
            self.money_planned + other.money_planned,
            self.money_approved + other.money_approved,
            self.money_unknown + other.money_unknown,
            self.goods + other.goods,
        )

    def __bool__(self) -> bool:
        """Whether anything is known or known to be missing."""
        return self != _NOTHING


_NOTHING = LedgerTotals()


class Cost(NamedTuple):
    """An amount in smallest units and the party that pays it; ``year`` is that of a payment.

    ``payer`` None: nobody entered who pays.
    """

    payer: str | None
    currency: Currency
    amount: int
    year: int | None = None


@dataclass(slots=True)
class EventMoney:
    """What an event is to cost, what of it was approved, and what was paid."""

    planned: Sequence[Cost] = ()
    approved: Sequence[Cost] = ()
    paid: Sequence[Cost] = ()
    is_settled: bool = False

    @property
    def is_known(self) -> bool:
        """Whether somebody entered what was paid, and by whom: all of it is known, or the accounts are closed."""
        if not self.paid:
            return self.is_settled
        return all(one.payer is not None for one in self.paid)


class LedgerEntry(NamedTuple):
    """Something that passed from one party to another besides the costs of visits.

    ``year`` None: it is not known in which. ``commitment_id`` is what it was done for, None: nothing in particular.
    """

    giver: str
    receiver: str
    year: int | None
    commitment_id: str | None
    totals: LedgerTotals
