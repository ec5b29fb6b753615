"""The report on an agreement's year: what each commitment asked for, what was done, what is missed, what passed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import partial

from babel.numbers import format_decimal

from calendars.commitments.exchange_totals import ExchangeTotals, Flow, sum_of
from calendars.commitments.progress import CommitmentProgress, ProgressYear
from calendars.days.formatting import BABEL_LOCALES, format_days, format_known
from calendars.days.spans import Days
from calendars.documents.agreement_ledger import AgreementLedger, LedgerWriter
from calendars.documents.facts import IssuerFacts
from calendars.documents.ledger_columns import without_empty
from calendars.documents.office_papers import column, number, office_author, office_head, sentence
from calendars.documents.value import (
    Align,
    Bar,
    Block,
    CellKind,
    Chart,
    Column,
    Document,
    Heading,
    Items,
    Paper,
    Paragraph,
    Row,
    Table,
    Text,
    plain,
)
from calendars.documents.wording import Wording, capitals, emphasised
from calendars.events.labels import PROGRESS_NAMES, STATUS_NAMES
from calendars.events.place_names import in_sentence
from models.i18n import N_, message
from models.text import LocalizedText
from models.vocabulary import Currency, DocumentKind, EventStatus, KnownTo, ProgressState

PAIRS_DRAWN = 6
"""Pairs of parties whose exchange is drawn; the table has all."""

YEARS_SHOWN = 40

Measure = tuple[Text, Sequence[Text], Sequence[tuple[Decimal | None, ...]]]
"""What is measured, what the sides are called, and its values year by year, one for each side; None: not known."""

_WANTING = (ProgressState.MISSED, ProgressState.AT_RISK)
_LOCALITY = message(N_("The name of a locality."))


@dataclass(frozen=True, slots=True)
class CountedEvent:
    """An event that counts for a commitment, or would; days are bounds where only the month or year is known."""

    id: str
    title: LocalizedText
    days: Days
    known_to: KnownTo
    status: EventStatus


@dataclass(frozen=True, slots=True)
class CommitmentAccount:
    """A commitment with its progress; ``events`` are those of the year that the reader may read, by their days."""

    article: str
    field: LocalizedText
    title: LocalizedText
    progress: CommitmentProgress
    year: ProgressYear | None
    events: Sequence[CountedEvent] = ()


@dataclass(frozen=True, slots=True)
class AgreementYear:
    """An agreement as it stands on ``as_of``, told of one year; ``names`` are those of localities on that day, by code,
    ``party_names`` those of the day on which it was signed."""

    title: LocalizedText
    period: Days
    signed_on: date | None
    parties: Sequence[str]
    party_names: Mapping[str, LocalizedText]
    names: Mapping[str, LocalizedText]
    year: int
    as_of: date
    commitments: Sequence[CommitmentAccount]
    flows: Sequence[Flow]
    issuer: IssuerFacts
    ledger: AgreementLedger = field(default_factory=AgreementLedger)


def compose(report: AgreementYear, wording: Wording) -> Document:
    """Parties and period; commitments of the year; what was done; what is missed or at risk, and why; the exchange;
    money and goods; gifts, projects, learners."""
    name = wording.say(N_("Report on the agreement"))
    writer = LedgerWriter(
        report.ledger,
        wording,
        lambda giver, receiver: _direction(giver, receiver, report, wording),
        lambda flow: _giver(flow, report, wording),
    )
    blocks: list[Block] = [
        *_facts(report, wording),
        *_commitments(report, wording),
        *_done(report, wording),
        *_wanting(report, wording),
        *_exchange(report, wording),
        *writer.money(report.flows, spans(report, wording), report.as_of),
        *_charts(report, wording),
        *writer.fields(report.flows),
        *writer.things(),
    ]
    return Document(
        kind=DocumentKind.AGREEMENT_REPORT,
        languages=wording.languages,
        head=office_head(report.issuer, wording),
        title=emphasised(capitals(name), bold=True),
        abstract=(
            *wording.text(report.title, message(N_("The title of the agreement.")), bold=True),
            *wording.say(N_("Year {year}"), bold=True, year=report.year),
        ),
        blocks=tuple(blocks),
        paper=Paper.LANDSCAPE,
        author=office_author(report.issuer),
    )


def _facts(report: AgreementYear, wording: Wording) -> Iterator[Block]:
    parties = wording.join(*(_party(code, report, wording) for code in report.parties), between="; ")
    lines = [wording.join(wording.say(N_("Parties")), parties, between=": ")]
    lines.append(
        wording.join(wording.say(N_("Period")), wording.days(report.period.first, report.period.last), between=": ")
    )
    if report.signed_on is not None:
        lines.append(wording.join(wording.say(N_("Signed on")), wording.day(report.signed_on), between=": "))
    lines.append(wording.say(N_("As it stands on {day}."), day=report.as_of))
    for line in lines:
        yield Paragraph(line, indent=False)


def _party(code: str, report: AgreementYear, wording: Wording) -> Text:
    """``Tỉnh Hải Dương (nay: Thành phố Hải Phòng)``: an agreement keeps its parties' names."""
    then, now = report.party_names.get(code), report.names.get(code)
    name = wording.text(then, _LOCALITY)
    if not now or then == now:
        return name
    return wording.join(name, wording.say(N_("(today: {name})"), name=now), between=" ")


def _commitments(report: AgreementYear, wording: Wording) -> Iterator[Block]:
    heading = wording.say(N_("Commitments in {year}"), year=report.year)
    yield Heading(emphasised(heading, bold=True), 1)
    if not report.commitments:
        yield Paragraph(wording.say(N_("No commitments are entered yet.")), indent=False)
        return
    columns = (
        column(wording, N_("Article"), 8, Align.CENTRE),
        column(wording, N_("Commitment"), 34),
        column(wording, N_("Due"), 8, Align.CENTRE, CellKind.NUMBER),
        column(wording, N_("Held"), 8, Align.CENTRE, CellKind.NUMBER),
        column(wording, N_("Planned"), 9, Align.CENTRE, CellKind.NUMBER),
        column(wording, N_("People"), 8, Align.CENTRE, CellKind.NUMBER),
        column(wording, N_("Days of stay"), 8, Align.CENTRE, CellKind.NUMBER),
        column(wording, N_("State of the year"), 14),
        column(wording, N_("State of the whole"), 14),
    )
    busy = [one for one in report.commitments if not _is_idle(one)]
    if busy:
        yield Table(plain(heading[:1]), columns, tuple(_commitment(one, wording) for one in busy))
    idle = [one for one in report.commitments if _is_idle(one)]
    if idle:
        articles = ", ".join(dict.fromkeys(one.article for one in idle))
        told = N_("In {year} nothing was due and nothing took place for {count} commitments (articles: {articles}).")
        yield Paragraph(wording.say(told, year=report.year, count=len(idle), articles=articles), indent=False)


def _is_idle(one: CommitmentAccount) -> bool:
    """Whether nothing is due in a year, nothing takes place, and nothing of the whole period is left to do."""
    year = one.year
    is_done = one.progress.state in (ProgressState.OPEN, ProgressState.FULFILLED, ProgressState.NO_RECORDS)
    return is_done and (year is None or not (year.due or year.held or year.planned))


def _commitment(one: CommitmentAccount, wording: Wording) -> Row:
    what = message(N_("The commitments of the agreement."))
    year = one.year
    figures = (year.due, year.held, year.planned, year.people, year.days) if year else (None,) * 5
    field = emphasised(wording.text(one.field, what), italic=True)
    return Row(
        (
            wording.words(one.article),
            (*wording.text(one.title, what), *field),
            *(number(figure, wording) for figure in figures),
            _state_of_year(one, wording),
            wording.text(PROGRESS_NAMES[one.progress.state], what),
        )
    )


def _state_of_year(one: CommitmentAccount, wording: Wording) -> Text:
    """A year in which nothing is due of what was promised is not one that is only counted."""
    year = one.year
    if year is None:
        return ()
    if year.state is ProgressState.OPEN and not year.due and one.progress.state is not ProgressState.OPEN:
        return wording.say(N_("Nothing is due."))
    return wording.text(PROGRESS_NAMES[year.state], message(N_("The commitments of the agreement.")))


def _done(report: AgreementYear, wording: Wording) -> Iterator[Block]:
    """The events of the year that count, below the commitment they count for."""
    heading = wording.say(N_("What was done and is planned in {year}"), year=report.year)
    what = message(N_("The titles of the events."))
    rows: list[Row] = []
    for one in report.commitments:
        if one.events:
            rows.append(Row((_called(one, wording),), group=True))
        for event in one.events:
            days = {str(each): format_known(event.days, event.known_to, each) for each in wording.languages}
            state = wording.text(STATUS_NAMES[event.status], what)
            rows.append(Row((wording.text(days, what), wording.text(event.title, what), state)))
    yield Heading(emphasised(heading, bold=True), 1)
    if not rows:
        told = wording.say(N_("No event of {year} is entered for a commitment."), year=report.year)
        yield Paragraph(told, indent=False)
        return
    columns = (column(wording, N_("Days"), 22), column(wording, N_("Title"), 58), column(wording, N_("Status"), 20))
    yield Table(plain(heading[:1]), columns, tuple(rows))


def _wanting(report: AgreementYear, wording: Wording) -> Iterator[Block]:
    """What is missed or at risk in the year or on the whole, with the reason."""
    yield Heading(wording.say(N_("Missed or at risk"), bold=True), 1)
    listed = [one for one in report.commitments if one.progress.state in _WANTING or _is_wanting(one.year)]
    if not listed:
        told = wording.say(N_("Nothing that was promised is missed or at risk."))
        yield Paragraph(told, indent=False)
        return
    items = [
        wording.join(_called(one, wording), sentence(one.progress.detail, wording), between=": ") for one in listed
    ]
    yield Items(tuple(items))


def _is_wanting(year: ProgressYear | None) -> bool:
    return year is not None and year.due > 0 and year.state in _WANTING


def _called(one: CommitmentAccount, wording: Wording) -> Text:
    """``Mục 1. Bồi dưỡng ngắn hạn cán bộ``."""
    article = wording.say(N_("Article {number}"), number=one.article)
    title = wording.text(one.title, message(N_("The commitments of the agreement.")))
    return wording.join(article, title, between=". ")


def _exchange(report: AgreementYear, wording: Wording) -> Iterator[Block]:
    """What passed each way in the year, and in the whole period until now."""
    heading = wording.say(N_("Exchange each way"))
    rows: list[Row] = []
    for name, totals in spans(report, wording):
        rows.append(Row((name,), group=True))
        rows += [_flow(flow, totals(flow), report, wording) for flow in report.flows]
    yield Heading(emphasised(heading, bold=True), 1)
    if not report.flows:
        yield Paragraph(wording.say(N_("Nothing of it is on record.")), indent=False)
        return
    columns = (
        column(wording, N_("From whom to whom"), 40),
        column(wording, N_("Visits held"), 12, Align.CENTRE, CellKind.NUMBER),
        column(wording, N_("People"), 12, Align.CENTRE, CellKind.NUMBER),
        column(wording, N_("Visits without a head-count"), 12, Align.CENTRE, CellKind.NUMBER),
        column(wording, N_("Days of stay"), 12, Align.CENTRE, CellKind.NUMBER),
        column(wording, N_("Visits to come"), 12, Align.CENTRE, CellKind.NUMBER),
    )
    yield Table(plain(heading[:1]), *without_empty(columns, rows, keep=3))


def spans(report: AgreementYear, wording: Wording) -> Sequence[tuple[Text, Callable[[Flow], ExchangeTotals]]]:
    """The year and the whole period: what they are called, and a flow's totals in them."""

    def of_year(flow: Flow) -> ExchangeTotals:
        return sum_of(one.totals for one in flow.years if one.year == report.year)

    return (
        (wording.say(N_("Year {year}"), year=report.year), of_year),
        (_period(report, wording), lambda flow: flow.totals),
    )


def _period(report: AgreementYear, wording: Wording) -> Text:
    days = {str(one): format_days(report.period.first, report.period.last, one) for one in wording.languages}
    return wording.join(wording.say(N_("Period")), wording.text(days, _LOCALITY), between=": ")


def _flow(flow: Flow, totals: ExchangeTotals, report: AgreementYear, wording: Wording) -> Row:
    figures = (totals.visits, totals.people, totals.unknown, totals.days, totals.planned)
    return Row(
        (_direction(flow.giver, flow.receiver, report, wording), *(number(figure, wording) for figure in figures))
    )


def _direction(from_code: str, to_code: str, report: AgreementYear, wording: Wording) -> Text:
    giver, receiver = (report.names.get(code) or {"vi": code} for code in (from_code, to_code))
    for one in (giver, receiver):
        wording.text(one, _LOCALITY)
    return wording.say(N_("From {giver} to {receiver}"), giver=in_sentence(giver), receiver=in_sentence(receiver))


def _giver(flow: Flow, report: AgreementYear, wording: Wording) -> Text:
    """Who pays or gives on a flow; among more than two parties also with whom."""
    giver, receiver = (report.names.get(code) or {"vi": code} for code in (flow.giver, flow.receiver))
    for one in (giver, receiver):
        wording.text(one, _LOCALITY)
    who, whom = in_sentence(giver), in_sentence(receiver)
    if len(report.parties) > 2:
        return wording.say(N_("Paid or given by {giver} (exchange with {receiver})"), giver=who, receiver=whom)
    return wording.say(N_("Paid or given by {giver}"), giver=who)


def _charts(report: AgreementYear, wording: Wording) -> Iterator[Block]:
    """People and days of stay by year and direction, money by who paid it, with the same figures in tables."""
    flows = {(one.giver, one.receiver): one for one in report.flows}
    drawn: set[frozenset[str]] = set()
    for (giver, receiver), there in flows.items():
        back = flows.get((receiver, giver))
        pair = frozenset((giver, receiver))
        if back is None or pair in drawn or len(drawn) >= PAIRS_DRAWN or not (_has_passed(there) or _has_passed(back)):
            continue
        drawn.add(pair)
        yield from _pair(there, back, report, wording)


def _has_passed(flow: Flow) -> bool:
    totals = flow.totals
    return bool(totals.visits or totals.ledger)


def _pair(there: Flow, back: Flow, report: AgreementYear, wording: Wording) -> Iterator[Block]:
    sides = (there, back)
    by_year = [{one.year: one.totals for one in side.years if one.year is not None} for side in sides]
    passed = {year for side in by_year for year in side}
    years = sorted({*range(report.period.first.year, report.period.last.year + 1), *passed})
    if len(years) > YEARS_SHOWN:
        years = sorted(passed)[-YEARS_SHOWN:]
    ways = tuple(_direction(side.giver, side.receiver, report, wording) for side in sides)

    nothing = ExchangeTotals()

    def values(pick: Callable[[ExchangeTotals], int | None], decimals: int = 0) -> list[tuple[Decimal | None, ...]]:
        picked = [[pick(known.get(year, nothing)) for known in by_year] for year in years]
        return [tuple(None if one is None else Decimal(one).scaleb(-decimals) for one in row) for row in picked]

    people: list[Measure] = [
        (wording.say(N_("People")), ways, values(lambda one: one.people)),
        (wording.say(N_("Days of stay")), ways, values(lambda one: one.days)),
    ]
    givers = tuple(_giver(side, report, wording) for side in sides)
    money: list[Measure] = []
    for currency in sorted({currency for side in sides for currency in side.totals.ledger.money.amounts}):
        title = wording.say(N_("Money paid, {currency}"), currency=currency.value)
        money.append((title, givers, values(partial(_paid, currency=currency), currency.decimals)))
    yield Heading(emphasised(wording.join(*ways, between=" / "), bold=True), 2)
    for name, measures in ((N_("Year by year"), people), (N_("Money year by year"), money)):
        shown = [one for one in measures if any(any(row) for row in one[2])]
        for title, names, figures in shown:
            # Lengths to draw; the table below has the exact amounts.
            bars = (
                Bar(wording.words(str(year)), tuple(None if one is None else float(one) for one in row))
                for year, row in zip(years, figures, strict=True)
            )
            yield Chart(title, tuple(names), tuple(bars))
        if shown:
            yield from _figures(name, years, shown, wording)


def _paid(totals: ExchangeTotals, currency: Currency) -> int | None:
    return totals.ledger.money.amounts.get(currency)


def _figures(
    name: str,
    years: Sequence[int],
    shown: Sequence[Measure],
    wording: Wording,
) -> Iterator[Block]:
    """The table that says the same as the charts: a column for each measure and side, without years of nothing."""
    headings = [wording.join(title, side, between=": ") for title, names, _values in shown for side in names]
    columns = (
        column(wording, N_("Year"), 8, Align.CENTRE, CellKind.NUMBER),
        *(Column(emphasised(heading, bold=True), 15, Align.RIGHT, CellKind.NUMBER) for heading in headings),
    )
    by_column = [[row[side] for row in values] for _title, names, values in shown for side in range(len(names))]
    rows = [
        Row((wording.words(str(year)), *(_figure(one[place], wording) for one in by_column)))
        for place, year in enumerate(years)
        if any(one[place] for one in by_column)
    ]
    yield Table(plain(wording.say(name)[:1]), *without_empty(columns, rows))
    if len(rows) < len(years):
        yield Paragraph(wording.say(N_("Years in which there was nothing are left out."), italic=True), indent=False)


def _figure(value: Decimal | None, wording: Wording) -> Text:
    """A number with its digits grouped as the paper's first language does; empty where it is not known."""
    if value is None:
        return ()
    return wording.words(format_decimal(value, locale=BABEL_LOCALES[wording.languages[0]]))
