"""Sums of money, currency by currency: amounts of different currencies are never added."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from models.vocabulary import Currency


@dataclass(frozen=True, slots=True)
class Sums:
    """Currency → amount in its smallest unit (đồng, kip, cents).

    A currency that is missing is not known to be zero: nothing was counted in it.
    """

    amounts: Mapping[Currency, int] = field(default_factory=dict)

    @classmethod
    def of(cls, amounts: Iterable[tuple[Currency, int]]) -> "Sums":
        """The sums of amounts with their currencies, which may repeat."""
        found: dict[Currency, int] = {}
        for currency, amount in amounts:
            found[currency] = found.get(currency, 0) + amount
        return cls({currency: found[currency] for currency in Currency if currency in found})

    def __add__(self, other: "Sums") -> "Sums":
        return Sums.of([*self.amounts.items(), *other.amounts.items()])

    def __iter__(self) -> Iterator[tuple[Currency, int]]:
        return iter(self.amounts.items())

    def __bool__(self) -> bool:
        """Whether anything was counted; a sum of zero is something."""
        return bool(self.amounts)

    def exceeds(self, other: "Sums") -> bool:
        """Whether some currency's sum is more than the other's, in which a missing one counts as zero."""
        return any(amount > other.amounts.get(currency, 0) for currency, amount in self)

    def as_money(self) -> list[dict[str, str]]:
        """As in the API: one money object per currency, in the order of the currencies."""
        return [currency.money(amount) for currency, amount in self]
