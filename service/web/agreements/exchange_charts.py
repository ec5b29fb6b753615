"""The exchange between an agreement's parties as tables and charts: people, days and money each way."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from babel.numbers import format_compact_decimal, format_decimal

from calendars.commitments.exchange_totals import Flow, YearTotals
from calendars.days.formatting import BABEL_LOCALES
from models.i18n import N_
from models.vocabulary import Currency, Language
from service.web.bar_chart import ChartColumn, columns
from service.web.labels import money
from service.web.view import View

PAIRS_DRAWN = 6
YEARS_DRAWN = 40
SHORTENED_FROM = 10_000
"""Numbers from here on are abbreviated at their bars: 12,500 is 12.5K."""


@dataclass(frozen=True, slots=True)
class MeasureChart:
    """One measure over the years, both ways; ``exact`` and ``short`` format a value in full and for a narrow place."""

    title: str
    above: str
    below: str
    columns: Sequence[ChartColumn]
    exact: Callable[[int], str]
    short: Callable[[int], str]

    def describe(self, view: View) -> str:
        """A text alternative of the chart."""
        sentences = []
        for side, name in (("above", self.above), ("below", self.below)):
            bars = [(column.year, getattr(column, side)) for column in self.columns]
            figures = ", ".join(f"{year}: {self.exact(bar.value)}" for year, bar in bars if bar is not None)
            sentences.append(view.say(N_("{direction}: {figures}."), direction=name, figures=figures or "0"))
        return " ".join(sentences)


@dataclass(frozen=True, slots=True)
class FlowTable:
    """The exchange one way: its totals, and year by year; amounts formatted for the reader's language."""

    name: str
    passage: Flow
    money: Sequence[str]
    years: Sequence[tuple[int, YearTotals, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class ExchangePair:
    """Two parties: both directions, and their charts."""

    there: FlowTable
    back: FlowTable
    pictures: Sequence[MeasureChart]


@dataclass(frozen=True, slots=True)
class ExchangeCharts:
    """All directions of an agreement; charts are drawn for the first pairs that have any exchange."""

    directions: Sequence[FlowTable]
    exchanges: Sequence[ExchangePair]
    has_more: bool

    @property
    def lines(self) -> list[tuple[str, Flow, Sequence[str]]]:
        """The table of totals over all years."""
        return [(one.name, one.passage, one.money) for one in self.directions]


def read_exchange_charts(view: View, flows: Sequence[Flow], first: date, last: date) -> ExchangeCharts:
    """Tables and charts of the exchange in the period from ``first`` to ``last``."""
    directions = {(one.giver, one.receiver): _direction(view, one) for one in flows}
    pairs: dict[frozenset[str], tuple[FlowTable, FlowTable]] = {}
    for (giver, receiver), there in directions.items():
        pairs.setdefault(frozenset((giver, receiver)), (there, directions[receiver, giver]))
    busy = [(there, back) for there, back in pairs.values() if _has_passed(there.passage) or _has_passed(back.passage)]
    exchanges = [
        ExchangePair(there, back, _pictures(view, there, back, first, last)) for there, back in busy[:PAIRS_DRAWN]
    ]
    return ExchangeCharts([*directions.values()], exchanges, len(busy) > PAIRS_DRAWN)


def _has_passed(passage: Flow) -> bool:
    return bool(passage.visits or passage.money)


def _direction(view: View, passage: Flow) -> FlowTable:
    giver, receiver = (view.plain(view.locality_name(code)) for code in (passage.giver, passage.receiver))
    return FlowTable(
        view.say(N_("From {giver} to {receiver}"), giver=giver, receiver=receiver),
        passage,
        _amounts(view, passage.money),
        [(one.year, one, _amounts(view, one.money)) for one in passage.years],
    )


def _amounts(view: View, paid: Mapping[str, int]) -> list[str]:
    """The amounts paid by currency, formatted for the reader's language."""
    return [money(Currency(currency).money(amount), view.language) for currency, amount in sorted(paid.items())]


def _pictures(view: View, there: FlowTable, back: FlowTable, first: date, last: date) -> list[MeasureChart]:
    """Charts of people and days by where they come from, of money by payer, each currency separately."""
    sides = there.passage, back.passage
    years = _years(sides, first, last)
    ways = there.name, back.name
    payers = tuple(view.say(N_("Paid by {name}"), name=view.plain(view.locality_name(side.giver))) for side in sides)
    charts = [
        _picture(
            view, view.say(N_("People")), ways, years, [{one.year: one.people for one in side.years} for side in sides]
        ),
        _picture(
            view,
            view.say(N_("Days of stay")),
            ways,
            years,
            [{one.year: one.days for one in side.years} for side in sides],
        ),
    ]
    for currency in sorted({currency for side in sides for currency in side.money}):
        paid = [{one.year: one.money.get(currency, 0) for one in side.years} for side in sides]
        title = view.say(N_("Money paid, {currency}"), currency=currency)
        charts.append(_picture(view, title, payers, years, paid, Currency(currency).decimals))
    return [one for one in charts if one.columns]


def _picture(
    view: View,
    title: str,
    names: Sequence[str],
    years: Sequence[int],
    sides: Sequence[Mapping[int, int]],
    decimals: int = 0,
) -> MeasureChart:
    """A chart of values in units of 10 ** -``decimals``; without columns if all of them are 0."""
    locale = BABEL_LOCALES[view.language]

    def exact(value: int) -> str:
        return format_decimal(Decimal(value).scaleb(-decimals), locale=locale)

    def short(value: int) -> str:
        whole = Decimal(value).scaleb(-decimals)
        if whole < SHORTENED_FROM:
            return exact(value)
        # The short forms of Vietnamese are "Tr" and "T", which nobody writes of money.
        form: Literal["long", "short"] = "long" if view.language == Language.VI else "short"
        return format_compact_decimal(whole, format_type=form, locale=locale, fraction_digits=1)

    has_some = any(value for side in sides for value in side.values())
    above, below = names
    return MeasureChart(title, above, below, columns(years, sides[0], sides[1]) if has_some else [], exact, short)


def _years(sides: Iterable[Flow], first: date, last: date) -> list[int]:
    """All years of the period; for a very long one the latest with any exchange."""
    if last.year - first.year < YEARS_DRAWN:
        return [*range(first.year, last.year + 1)]
    return sorted({one.year for side in sides for one in side.years})[-YEARS_DRAWN:]
