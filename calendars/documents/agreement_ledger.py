"""What the report on an agreement tells of the ledger: money, goods, projects, learners, and of each what is not known.

Amounts of different currencies are never added. In đồng an amount is told only beside itself, at a rate that somebody
entered.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from babel.numbers import format_decimal

from calendars.commitments.exchange_totals import ExchangeTotals, Flow
from calendars.commitments.ledger_totals import LedgerTotals
from calendars.days.formatting import BABEL_LOCALES, format_known
from calendars.days.spans import Days
from calendars.documents.ledger_columns import MoneyColumns, without_empty
from calendars.documents.office_papers import column, number
from calendars.documents.value import Align, Block, CellKind, Column, Heading, Paragraph, Row, Table, Text, plain
from calendars.documents.wording import Wording
from calendars.learners.counting import LearnerCounts
from calendars.money.exchange import Rate
from calendars.money.sums import Sums
from calendars.projects.figures import STATE_NAMES
from models.i18n import N_, NP_, message
from models.text import LocalizedText
from models.vocabulary import Currency, GiftKind, KnownTo, Language, ProjectState

_AMOUNT = message(N_("Amount"))
_GIFT = message(N_("What was given."))
_PROJECT = message(N_("The titles of the projects."))
_BATCH = message(N_("The commitments of the agreement."))

RATE_USED = N_("≈ in đồng: 1 {currency} = {rate} VND on {day}, source: {source}; rounded to whole đồng.")
NO_RATE = N_("No rate of {currency} is entered until then: these amounts stay as they are.")


@dataclass(frozen=True, slots=True)
class KnownDays:
    """A day, a month or a year as bounds, and how exactly it is known."""

    days: Days
    known_to: KnownTo


@dataclass(frozen=True, slots=True)
class GiftAccount:
    """A gift of goods or money between two parties; ``quantity`` is in hundredths of ``unit``. None: not known."""

    giver: str
    receiver: str
    kind: GiftKind
    description: LocalizedText
    given: KnownDays | None = None
    quantity: int | None = None
    unit: str | None = None
    value: Sums = field(default_factory=Sums)
    is_planned: bool = False


@dataclass(frozen=True, slots=True)
class ProjectAccount:
    """A project as far as it has come; ``planned`` and ``paid`` are empty where nobody entered them.

    ``is_paid_besides``: what is not in ``paid`` is on record, outside the period. ``is_planned_elsewhere``: what it is
    to cost is told where it is counted.
    """

    giver: str
    receiver: str
    title: LocalizedText
    state: ProjectState
    handed_over: KnownDays | None = None
    planned: Sums = field(default_factory=Sums)
    paid: Sums = field(default_factory=Sums)
    is_paid_besides: bool = False
    is_planned_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class LearnersAccount:
    """Learners of one commitment, None: of none; ``unknown`` batches were held of which nobody entered the learners."""

    title: LocalizedText | None
    counts: LearnerCounts
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class LedgerPart:
    """Gifts, projects and learners between the parties."""

    gifts: Sequence[GiftAccount] = ()
    projects: Sequence[ProjectAccount] = ()
    learners: Sequence[LearnersAccount] = ()

    def __bool__(self) -> bool:
        return bool(self.gifts or self.projects or self.learners)


@dataclass(frozen=True, slots=True)
class AgreementLedger:
    """What is on record for the agreement, and besides it between its parties.

    ``besides`` lies outside its period or has no known day; none of it is among its figures. ``rates`` None: nobody
    asked for amounts in đồng.
    """

    own: LedgerPart = field(default_factory=LedgerPart)
    besides: LedgerPart = field(default_factory=LedgerPart)
    rates: Mapping[Currency, Rate] | None = None
    has_more: bool = False


class LedgerWriter:
    """Writes the sections of one report; ``direction`` names the way from one party to another, ``giver`` who gives on
    that way."""

    def __init__(
        self,
        ledger: AgreementLedger,
        wording: Wording,
        direction: Callable[[str, str], Text],
        giver: Callable[[Flow], Text],
    ) -> None:
        self._ledger = ledger
        self._wording = wording
        self._direction = direction
        self._giver = giver

    def money(
        self, flows: Sequence[Flow], spans: Sequence[tuple[Text, Callable[[Flow], ExchangeTotals]]], as_of: date
    ) -> Iterator[Block]:
        """Money planned, approved and paid, and goods, by giver: in the year, and in the whole period until now."""
        say, name = self._wording.say, N_("Money and goods by giver")
        yield from self._heading(name)
        ledgers = [totals(flow).ledger for _name, totals in spans for flow in flows]
        if not any(ledgers):
            yield Paragraph(say(N_("Nothing of it is on record.")), indent=False)
            return
        money = self._money(ledgers)
        goods = MoneyColumns.of(say(N_("Their value")), [one.goods.value for one in ledgers], 17, self._ledger.rates)
        columns = [
            column(self._wording, N_("Paid or given by"), 22),
            *(one for columns, _pick in money for one in columns.columns(self._wording)),
            column(self._wording, N_("Not known what was paid"), 9, Align.CENTRE, CellKind.NUMBER),
            column(self._wording, N_("Goods given"), 7, Align.CENTRE, CellKind.NUMBER),
            *goods.columns(self._wording),
            column(self._wording, N_("Value not known"), 8, Align.CENTRE, CellKind.NUMBER),
        ]
        rows: list[Row] = []
        for span, totals in spans:
            rows.append(Row((span,), group=True))
            for flow in flows:
                ledger = totals(flow).ledger
                cells = [cell for columns, pick in money for cell in columns.cells(pick(ledger), self._wording)]
                counts = (ledger.money_unknown, ledger.goods.count, ledger.goods.unknown)
                unknown, count, unvalued = (number(one, self._wording) for one in counts)
                values = goods.cells(ledger.goods.value, self._wording)
                rows.append(Row((self._giver(flow), *cells, unknown, count, *values, unvalued)))
        yield self._table(name, *without_empty(columns, rows))
        told = N_(
            "Money paid is what was entered as paid, on the side that paid it. What nobody entered is not known; it is"
            " not 0. Amounts of different currencies are not added."
        )
        yield Paragraph(say(told, italic=True), indent=False)
        when = N_(
            "What was paid, given and handed over counts until {day}, what was approved with approvals until then; what"
            " is planned is told as it is entered now."
        )
        yield Paragraph(say(when, italic=True, day=as_of), indent=False)
        yield from self._rates(ledgers)

    def _money(
        self, ledgers: Sequence[LedgerTotals], *, approved: bool = True
    ) -> list[tuple[MoneyColumns, Callable[[LedgerTotals], Sums]]]:
        """The columns for money planned, approved and paid, and what stands in each."""
        wanted: list[tuple[str, Callable[[LedgerTotals], Sums]]] = [
            (N_("Money planned"), lambda one: one.money_planned)
        ]
        if approved:
            wanted.append((N_("Money approved"), lambda one: one.money_approved))
        wanted.append((N_("Money paid"), lambda one: one.money))
        return [
            (MoneyColumns.of(self._wording.say(name), [pick(one) for one in ledgers], 18, self._ledger.rates), pick)
            for name, pick in wanted
        ]

    def fields(self, flows: Sequence[Flow]) -> Iterator[Block]:
        """The whole period by field of cooperation, as far as something passed in it: people by direction, then money
        and goods by giver."""
        visits = self._by_field(
            flows, lambda one: bool(one.visits), lambda flow: self._direction(flow.giver, flow.receiver)
        )
        given = self._by_field(flows, lambda one: bool(one.ledger), self._giver)
        if visits or given:
            yield from self._heading(N_("By field of cooperation"))
        if visits:
            columns = (
                column(self._wording, N_("Field of cooperation"), 60),
                column(self._wording, N_("Visits held"), 20, Align.CENTRE, CellKind.NUMBER),
                column(self._wording, N_("People"), 20, Align.CENTRE, CellKind.NUMBER),
            )
            rows = [
                Row((name, *(number(one, self._wording) for one in (totals.visits, totals.people))))
                if totals is not None
                else Row((name,), group=True)
                for name, totals in visits
            ]
            yield self._table(N_("By field of cooperation"), *without_empty(columns, rows))
        if given:
            yield self._given_by_field(given)

    def _by_field(
        self, flows: Sequence[Flow], is_shown: Callable[[ExchangeTotals], bool], heading: Callable[[Flow], Text]
    ) -> list[tuple[Text, ExchangeTotals | None]]:
        """The fields of each flow below its heading, which has no totals."""
        what = message(N_("The commitments of the agreement."))
        found: list[tuple[Text, ExchangeTotals | None]] = []
        for flow in flows:
            shown = [one for one in flow.fields if is_shown(one.totals)]
            if shown:
                found.append((heading(flow), None))
            for one in shown:
                name = self._wording.text(one.field, what) or self._wording.say(N_("No field of cooperation"))
                found.append((name, one.totals))
        return found

    def _given_by_field(self, given: Sequence[tuple[Text, ExchangeTotals | None]]) -> Table:
        ledgers = [totals.ledger for _name, totals in given if totals is not None]
        money = self._money(ledgers, approved=False)
        columns = [
            column(self._wording, N_("Field of cooperation"), 30),
            *(one for columns, _pick in money for one in columns.columns(self._wording)),
            column(self._wording, N_("Not known what was paid"), 9, Align.CENTRE, CellKind.NUMBER),
            column(self._wording, N_("Goods given"), 9, Align.CENTRE, CellKind.NUMBER),
        ]
        rows = []
        for name, totals in given:
            if totals is None:
                rows.append(Row((name,), group=True))
                continue
            ledger = totals.ledger
            cells = [cell for columns, pick in money for cell in columns.cells(pick(ledger), self._wording)]
            counts = (number(one, self._wording) for one in (ledger.money_unknown, ledger.goods.count))
            rows.append(Row((name, *cells, *counts)))
        return self._table(N_("Money and goods by field of cooperation"), *without_empty(columns, rows))

    def things(self) -> Iterator[Block]:
        """Gifts, projects and learners, those besides the agreement last."""
        own, besides = self._ledger.own, self._ledger.besides
        groups = [(self._wording.say(N_("Within the period")), own)]
        if besides:
            groups.append((self._wording.say(N_("Outside the period or of no known day; not counted above")), besides))

        def rows(listed: Callable[[LedgerPart], list[Row]]) -> list[tuple[Text, list[Row]]]:
            return [(name, listed(part)) for name, part in groups]

        parts = (own, besides)
        values = self._columns(NP_("of a gift", "Value"), [one.value for part in parts for one in part.gifts], 16)
        gifts = rows(lambda part: [self._gift(one, values) for one in part.gifts])
        yield from self._section(N_("Gifts and help given"), self._gift_columns(values), gifts)
        if self._ledger.has_more:
            told = self._wording.say(N_("There are more; only the first are shown here."), italic=True)
            yield Paragraph(told, indent=False)
        known = [one for part in parts for one in part.projects]
        planned = self._columns(N_("Money planned"), [one.planned for one in known], 12)
        paid = self._columns(N_("Money paid"), [one.paid for one in known], 12)
        projects = rows(lambda part: [self._project(one, planned, paid) for one in part.projects])
        yield from self._section(N_("Projects"), self._project_columns(planned, paid), projects)
        learners = rows(lambda part: [*map(self._learners, part.learners)])
        yield from self._section(N_("Learners"), self._learner_columns(), learners)

    def _columns(self, name: str, sums: Sequence[Sums], width: float) -> MoneyColumns:
        return MoneyColumns.of(self._wording.say(name), sums, width, self._ledger.rates)

    def _section(
        self, name: str, columns: Sequence[Column], groups: Sequence[tuple[Text, list[Row]]]
    ) -> Iterator[Block]:
        yield from self._heading(name)
        rows: list[Row] = []
        for heading, listed in groups:
            if listed:
                rows += [Row((heading,), group=True), *listed]
        if rows:
            yield self._table(name, columns, rows)
        else:
            yield Paragraph(self._wording.say(N_("Nothing of it is on record.")), indent=False)

    def _gift_columns(self, values: MoneyColumns) -> tuple[Column, ...]:
        return (
            column(self._wording, N_("When"), 14),
            column(self._wording, N_("What was given"), 34),
            column(self._wording, N_("How much"), 12),
            column(self._wording, N_("From whom to whom"), 24),
            *values.columns(self._wording),
        )

    def _gift(self, one: GiftAccount, values: MoneyColumns) -> Row:
        what = self._wording.text(one.description, _GIFT)
        if one.is_planned:
            what = self._wording.join(what, self._wording.say(N_("(planned, not given yet)"), italic=True), between=" ")
        return Row(
            (
                self._known(one.given),
                what,
                self._quantity(one),
                self._direction(one.giver, one.receiver),
                *values.cells(one.value, self._wording, unknown=True),
            )
        )

    def _quantity(self, one: GiftAccount) -> Text:
        if one.quantity is None:
            return () if one.kind is GiftKind.MONEY else self._wording.say(N_("not known"), italic=True)
        told = {
            str(language): format_decimal(Decimal(one.quantity).scaleb(-2), locale=BABEL_LOCALES[language])
            for language in self._wording.languages
        }
        unit = self._wording.words(one.unit) if one.unit else ()
        return self._wording.join(self._wording.text(told, _AMOUNT), unit, between=" ")

    def _project_columns(self, planned: MoneyColumns, paid: MoneyColumns) -> tuple[Column, ...]:
        return (
            column(self._wording, N_("Project"), 30),
            column(self._wording, N_("From whom to whom"), 22),
            column(self._wording, N_("State"), 14),
            column(self._wording, N_("Handed over"), 10),
            *planned.columns(self._wording),
            *paid.columns(self._wording),
        )

    def _project(self, one: ProjectAccount, planned: MoneyColumns, paid: MoneyColumns) -> Row:
        is_open = one.state not in (ProjectState.UNKNOWN, ProjectState.HANDED_OVER)
        return Row(
            (
                self._wording.text(one.title, _PROJECT),
                self._direction(one.giver, one.receiver),
                self._wording.say(STATE_NAMES[one.state]),
                self._wording.say(N_("Not yet")) if is_open else self._known(one.handed_over),
                *planned.cells(one.planned, self._wording, unknown=not one.is_planned_elsewhere),
                *paid.cells(one.paid, self._wording, unknown=not one.is_paid_besides),
            )
        )

    def _learner_columns(self) -> tuple[Column, ...]:
        names = (N_("Began"), N_("Studying"), N_("Graduated"), N_("Left the studies"), N_("Batches without learners"))
        return (
            column(self._wording, N_("Commitment"), 45),
            *(column(self._wording, name, 11, Align.CENTRE, CellKind.NUMBER) for name in names),
        )

    def _learners(self, one: LearnersAccount) -> Row:
        title = self._wording.text(one.title, _BATCH) or self._wording.say(N_("Of no commitment"))
        counts = one.counts
        figures = (counts.began, counts.studying, counts.graduated, counts.left, one.unknown)
        return Row((title, *(number(figure, self._wording) for figure in figures)))

    def _known(self, known: KnownDays | None) -> Text:
        if known is None:
            return self._wording.say(N_("not known"), italic=True)
        told = {str(one): format_known(known.days, known.known_to, one) for one in self._wording.languages}
        return self._wording.text(told, _AMOUNT)

    def _rates(self, ledgers: Sequence[LedgerTotals]) -> Iterator[Block]:
        """At which rates amounts are told in đồng, if they are; which currencies have none."""
        if self._ledger.rates is None:
            return
        say = self._wording.say
        used = {
            currency
            for one in ledgers
            for sums in (one.money, one.money_planned, one.money_approved, one.goods.value)
            for currency in sums.amounts
        }
        for currency in Currency:
            if currency is Currency.VND:
                continue
            if (rate := self._ledger.rates.get(currency)) is not None:
                written = {one.value: format_rate(rate, one) for one in self._wording.languages}
                told = say(RATE_USED, currency=currency.value, rate=written, day=rate.day, source=rate.source)
                yield Paragraph(told, indent=False)
            elif currency in used:
                yield Paragraph(say(NO_RATE, currency=currency.value), indent=False)

    def _heading(self, name: str) -> Iterator[Block]:
        yield Heading(self._wording.say(name, bold=True), 1)

    def _table(self, name: str, columns: Sequence[Column], rows: Sequence[Row]) -> Table:
        return Table(plain(self._wording.say(name)[:1]), tuple(columns), tuple(rows))


def format_rate(rate: Rate, language: Language) -> str:
    """A rate as each language writes numbers, with all its decimals."""
    return format_decimal(rate.rate, locale=BABEL_LOCALES[language], decimal_quantization=False)
