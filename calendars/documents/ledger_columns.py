"""Columns of the tables on money: one for each currency, as numbers; columns in which nothing stands are left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from calendars.documents.money_parts import amount_cell
from calendars.documents.value import Align, CellKind, Column, Row, Text, plain
from calendars.documents.wording import Wording, emphasised
from calendars.money.exchange import Rate, in_dong
from calendars.money.sums import Sums
from models.i18n import N_
from models.vocabulary import Currency

_NOTHING = ("", "0")
_NARROWEST = 14.0
"""Billions of đồng fit beside what the other columns take."""


@dataclass(frozen=True, slots=True)
class MoneyColumns:
    """The columns of one kind of amounts, ``width`` wide together if there is room for the digits.

    One for each of the ``currencies``, and behind each the same in đồng, where there is a rate.
    """

    heading: Text
    currencies: Sequence[Currency]
    width: float
    rates: Mapping[Currency, Rate]

    @classmethod
    def of(
        cls, heading: Text, sums: Sequence[Sums], width: float, rates: Mapping[Currency, Rate] | None = None
    ) -> "MoneyColumns":
        """Those for the currencies of some sums."""
        used = {currency for one in sums for currency in one.amounts}
        return cls(heading, [one for one in Currency if one in used], width, rates or {})

    @property
    def _in_order(self) -> list[tuple[Currency, Rate | None]]:
        found: list[tuple[Currency, Rate | None]] = []
        for currency in self.currencies:
            found.append((currency, None))
            if currency is not Currency.VND and currency in self.rates:
                found.append((currency, self.rates[currency]))
        return found

    def columns(self, wording: Wording) -> list[Column]:
        """The columns; a single one, of texts, if there is no amount at all."""
        ordered = self._in_order
        if not ordered:
            return [Column(emphasised(self.heading, bold=True), self.width, Align.RIGHT)]
        return [
            Column(
                emphasised(self._heading(currency, rate, wording), bold=True),
                max(self.width / len(ordered), _NARROWEST),
                Align.RIGHT,
                CellKind.NUMBER,
            )
            for currency, rate in ordered
        ]

    def _heading(self, currency: Currency, rate: Rate | None, wording: Wording) -> Text:
        name = currency.value if rate is None else f"{currency.value} ≈ {Currency.VND.value}"
        return wording.join(self.heading, wording.words(name))

    def cells(self, sums: Sums, wording: Wording, *, unknown: bool = False) -> list[Text]:
        """The amounts of a row. ``unknown``: what has no amount is said not to be known."""
        cells = [
            amount_cell(
                None
                if (amount := sums.amounts.get(currency)) is None
                else amount
                if rate is None
                else in_dong(amount, rate),
                currency if rate is None else Currency.VND,
                wording,
            )
            for currency, rate in self._in_order
        ] or [()]
        if unknown and not sums:
            cells[0] = wording.say(N_("not known"), italic=True)
        return cells


def without_empty(
    columns: Sequence[Column], rows: Sequence[Row], keep: int = 1
) -> tuple[tuple[Column, ...], tuple[Row, ...]]:
    """A table without the columns in which nothing stands but zeros, the first ``keep`` of them always kept."""
    told = [row for row in rows if not row.group]
    shown = [
        place
        for place in range(len(columns))
        if place < keep or any(plain(row.cells[place]).strip() not in _NOTHING for row in told)
    ]
    return tuple(columns[place] for place in shown), tuple(
        row if row.group else Row(tuple(row.cells[place] for place in shown)) for row in rows
    )
