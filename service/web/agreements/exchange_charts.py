"""The exchange between an agreement's parties as tables and charts: people, days and money each way."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Literal, NamedTuple

from babel.numbers import format_compact_decimal, format_decimal

from calendars.commitments.exchange_totals import ExchangeTotals, Flow
from calendars.commitments.ledger_totals import LedgerTotals
from calendars.days.formatting import BABEL_LOCALES
from calendars.documents.agreement_ledger import NO_RATE, RATE_USED, format_rate
from calendars.money.exchange import Rate, in_dong
from calendars.money.sums import Sums
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
    """One measure over the years, both ways; ``exact`` and ``short`` format a value in full and for a narrow place.

    ``nothing`` is said of a way of which there is no value: of money that nobody entered it is not known to be 0.
    """

    title: str
    above: str
    below: str
    columns: Sequence[ChartColumn]
    exact: Callable[[int], str]
    short: Callable[[int], str]
    nothing: str = "0"

    def describe(self, view: View) -> str:
        """A text alternative of the chart."""
        sentences = []
        for side, name in (("above", self.above), ("below", self.below)):
            bars = [(column.year, getattr(column, side)) for column in self.columns]
            figures = ", ".join(f"{year}: {self.exact(bar.value)}" for year, bar in bars if bar is not None)
            sentences.append(view.say(N_("{direction}: {figures}."), direction=name, figures=figures or self.nothing))
        return " ".join(sentences)


class TotalsCell(NamedTuple):
    """A cell: what stands in it, one below the other, and what else is to be known."""

    lines: Sequence[str]
    note: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it, or nothing but a zero."""
        return not self.note and all(line == "0" for line in self.lines)


@dataclass(frozen=True, slots=True)
class PlainTable:
    """A table: the heading of its rows, those of its columns, and its rows by name."""

    first: str
    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[TotalsCell]]]

    @classmethod
    def of(
        cls, first: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[TotalsCell]]], keep: int = 0
    ) -> "PlainTable":
        """A table without the columns in which nothing stands, the first ``keep`` of them always kept."""
        shown = [
            place
            for place in range(len(heads))
            if place < keep or any(not cells[place].is_empty for _name, cells in rows)
        ]
        return cls(
            first, [heads[one] for one in shown], [(name, [cells[one] for one in shown]) for name, cells in rows]
        )


Rates = Mapping[Currency, Rate]
"""Currency → the rate at which it is told in đồng too."""

Line = tuple[str, ExchangeTotals]
"""A line of a table: its heading, and what passed."""


@dataclass(frozen=True, slots=True)
class FlowTables:
    """What passed one way, by year or by field: people below ``direction``, money and goods below ``giver``."""

    direction: str
    giver: str
    visits: PlainTable
    money: PlainTable


@dataclass(frozen=True, slots=True)
class ExchangePair:
    """Two parties: their charts, and the tables of both directions by year and by field."""

    name: str
    pictures: Sequence[MeasureChart]
    years: Sequence[FlowTables]
    fields: Sequence[FlowTables]


@dataclass(frozen=True, slots=True)
class ExchangeCharts:
    """All directions of an agreement; charts are drawn for the first pairs that have any exchange."""

    visits: PlainTable
    money: PlainTable
    exchanges: Sequence[ExchangePair]
    has_more: bool
    rates: Sequence[str] | None = None
    """The rates at which amounts are told in đồng too, in words; None: nobody asked for it."""


def read_exchange_charts(
    view: View, flows: Sequence[Flow], first: date, last: date, rates: Rates | None = None
) -> ExchangeCharts:
    """Tables and charts of the exchange in the period from ``first`` to ``last``; with ``rates`` in đồng too."""
    is_bilateral = len({flow.giver for flow in flows}) <= 2
    named = {
        (flow.giver, flow.receiver): _NamedFlow(flow, _direction(view, flow), _giver(view, flow, alone=is_bilateral))
        for flow in flows
    }
    pairs: dict[frozenset[str], tuple[_NamedFlow, _NamedFlow]] = {}
    for (giver, receiver), there in named.items():
        pairs.setdefault(frozenset((giver, receiver)), (there, named[receiver, giver]))
    busy = [pair for pair in pairs.values() if any(_has_passed(one.flow) for one in pair)]
    exchanges = [
        ExchangePair(
            f"{pair[0].direction}, {pair[1].direction}",
            _pictures(view, *pair, first, last),
            [_tables(view, one, view.say(N_("Year")), _year_lines(view, one.flow), rates) for one in pair],
            [
                _tables(view, one, view.say(N_("Field of cooperation")), _field_lines(view, one.flow), rates)
                for one in pair
            ],
        )
        for pair in busy[:PAIRS_DRAWN]
    ]
    told = None if rates is None else _rates_in_words(view, flows, rates)
    return ExchangeCharts(
        _visits(view, view.say(N_("Direction")), [(one.direction, one.flow.totals) for one in named.values()]),
        _money(view, view.say(N_("Paid or given by")), [(one.giver, one.flow.totals) for one in named.values()], rates),
        exchanges,
        len(busy) > PAIRS_DRAWN,
        told,
    )


class _NamedFlow(NamedTuple):
    flow: Flow
    direction: str
    giver: str


def _rates_in_words(view: View, flows: Sequence[Flow], rates: Rates) -> list[str]:
    """The rates that are used, and which currencies have none."""
    ledgers = [flow.totals.ledger for flow in flows]
    used = {
        currency
        for ledger in ledgers
        for sums in (ledger.money, ledger.money_planned, ledger.money_approved, ledger.goods.value)
        for currency in sums.amounts
        if currency is not Currency.VND
    }
    told = []
    for currency in sorted(used):
        if (rate := rates.get(currency)) is None:
            told.append(view.say(NO_RATE, currency=currency.value))
        else:
            words = {"rate": format_rate(rate, view.language), "day": view.day(rate.day), "source": rate.source}
            told.append(view.say(RATE_USED, currency=currency.value, **words))
    return told


def _has_passed(passage: Flow) -> bool:
    totals = passage.totals
    return bool(totals.visits or totals.ledger)


def _direction(view: View, flow: Flow) -> str:
    giver, receiver = (view.place_in_sentence(code) for code in (flow.giver, flow.receiver))
    return view.say(N_("From {giver} to {receiver}"), giver=giver, receiver=receiver)


def _giver(view: View, flow: Flow, *, alone: bool) -> str:
    """Who pays or gives; among more than two parties also with whom."""
    giver, receiver = (view.place_in_sentence(code) for code in (flow.giver, flow.receiver))
    if alone:
        return view.say(N_("Paid or given by {giver}"), giver=giver)
    return view.say(N_("Paid or given by {giver} (exchange with {receiver})"), giver=giver, receiver=receiver)


def _year_lines(view: View, flow: Flow) -> list[Line]:
    return [(str(one.year or view.say(N_("Year not known"))), one.totals) for one in flow.years]


def _field_lines(view: View, flow: Flow) -> list[Line]:
    nothing = view.say(N_("No field of cooperation"))
    return [(view.plain(one.field) if one.field else nothing, one.totals) for one in flow.fields]


def _tables(view: View, named: _NamedFlow, first: str, lines: Sequence[Line], rates: Rates | None) -> FlowTables:
    """Each table has the lines in which something stands."""
    moved = [one for one in lines if one[1].visits or one[1].planned]
    given = [one for one in lines if one[1].ledger]
    return FlowTables(named.direction, named.giver, _visits(view, first, moved), _money(view, first, given, rates))


def _visits(view: View, first: str, lines: Sequence[Line]) -> PlainTable:
    """People and visits."""
    heads = [view.say(one) for one in (N_("Visits held"), N_("People"), N_("Days of stay"), N_("Visits to come"))]
    lacking = N_("(visits without a head-count: {count})")
    rows = [
        (
            name,
            [
                TotalsCell([str(one.visits)]),
                TotalsCell([str(one.people)], view.say(lacking, count=one.unknown) if one.unknown else ""),
                TotalsCell([str(one.days)]),
                TotalsCell([str(one.planned)]),
            ],
        )
        for name, one in lines
    ]
    return PlainTable.of(first, heads, rows, keep=2)


def _money(view: View, first: str, lines: Sequence[Line], rates: Rates | None) -> PlainTable:
    """Money and goods."""
    names = (N_("Money planned"), N_("Money approved"), N_("Money paid"), N_("Goods given"))
    return PlainTable.of(
        first, [view.say(one) for one in names], [(name, _given(view, one.ledger, rates)) for name, one in lines]
    )


def _given(view: View, ledger: LedgerTotals, rates: Rates | None) -> list[TotalsCell]:
    goods = ledger.goods
    unknown, unvalued = N_("(not known what was paid: {count})"), N_("(value not known: {count})")

    def told(sums: Sums) -> list[str]:
        return _amounts(view, sums, rates or {})

    return [
        TotalsCell(told(ledger.money_planned)),
        TotalsCell(told(ledger.money_approved)),
        TotalsCell(told(ledger.money), view.say(unknown, count=ledger.money_unknown) if ledger.money_unknown else ""),
        TotalsCell(
            [*([str(goods.count)] if goods.count else []), *told(goods.value)],
            view.say(unvalued, count=goods.unknown) if goods.unknown else "",
        ),
    ]


def _amounts(view: View, sums: Sums, rates: Rates) -> list[str]:
    """The amounts by currency as the reader's language writes them, each with what it is in đồng if there is a rate."""
    told = []
    for currency, amount in sums:
        text = money(currency.money(amount), view.language)
        if (rate := rates.get(currency)) is not None:
            text += f" ≈ {money(Currency.VND.money(in_dong(amount, rate)), view.language)}"
        told.append(text)
    return told


def _pictures(view: View, there: _NamedFlow, back: _NamedFlow, first: date, last: date) -> list[MeasureChart]:
    """Charts of people and days by where they come from, of money by payer, each currency separately."""
    sides = there.flow, back.flow
    years = _years(sides, first, last)
    ways = there.direction, back.direction
    payers = tuple(view.say(N_("Paid by {name}"), name=view.place_in_sentence(side.giver)) for side in sides)
    totals = [{one.year: one.totals for one in side.years if one.year is not None} for side in sides]

    def drawn(title: str, names: Sequence[str], pick: Callable[[ExchangeTotals], int], decimals: int = 0) -> None:
        values = [{year: pick(one) for year, one in side.items()} for side in totals]
        charts.append(_picture(view, title, names, years, values, decimals))

    charts: list[MeasureChart] = []
    drawn(view.say(N_("People")), ways, lambda one: one.people)
    drawn(view.say(N_("Days of stay")), ways, lambda one: one.days)
    for sentence, pick in _MONEY:
        for currency in sorted({currency for side in sides for currency in pick(side.totals.ledger).amounts}):
            title = view.say(sentence, currency=currency.value)
            drawn(title, payers, partial(_amount, pick, currency), currency.decimals)
            charts[-1] = replace(charts[-1], nothing=view.say(N_("not known")))
    return [one for one in charts if one.columns]


_MONEY: Sequence[tuple[str, Callable[[LedgerTotals], Sums]]] = (
    (N_("Money paid, {currency}"), lambda ledger: ledger.money),
    (N_("Money planned, {currency}"), lambda ledger: ledger.money_planned),
)
"""What is drawn of money; what was approved stands in the tables."""


def _amount(pick: Callable[[LedgerTotals], Sums], currency: Currency, totals: ExchangeTotals) -> int:
    return pick(totals.ledger).amounts.get(currency, 0)


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
        form: Literal["short", "long"] = "long" if view.language == Language.VI else "short"
        return format_compact_decimal(whole, format_type=form, locale=locale, fraction_digits=1)

    has_some = any(value for side in sides for value in side.values())
    above, below = names
    return MeasureChart(title, above, below, columns(years, sides[0], sides[1]) if has_some else [], exact, short)


def _years(sides: Iterable[Flow], first: date, last: date) -> list[int]:
    """All years of the period, and those besides in which something was paid; for a very long one the latest with any
    exchange."""
    passed = {one.year for side in sides for one in side.years if one.year is not None}
    if last.year - first.year < YEARS_DRAWN:
        return sorted({*range(first.year, last.year + 1), *passed})[-YEARS_DRAWN:]
    return sorted(passed)[-YEARS_DRAWN:]
