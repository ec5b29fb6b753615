"""What an amount is in đồng, at a rate that somebody entered. Exact decimal numbers, rounded once, at the end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from models.vocabulary import Currency


@dataclass(frozen=True, slots=True)
class Rate:
    """How many đồng one unit of a currency was worth on a day, and who says so; ``rate`` is above 0."""

    currency: Currency
    day: date
    rate: Decimal
    source: str


def in_dong(amount: int, rate: Rate) -> int:
    """An amount in the smallest units of the rate's currency in whole đồng, half a đồng rounded up.

    Never negative: amounts are not.
    """
    numerator, denominator = rate.rate.as_integer_ratio()
    smallest: int = 10**rate.currency.decimals
    whole = denominator * smallest
    return (2 * amount * numerator + whole) // (2 * whole)


def rates_on(rates: Iterable[Rate], day: date) -> dict[Currency, Rate]:
    """Currency → its last rate that is not later than a day; currencies without one are missing."""
    found: dict[Currency, Rate] = {}
    for rate in rates:
        known = found.get(rate.currency)
        if rate.day <= day and (known is None or known.day < rate.day):
            found[rate.currency] = rate
    return found
