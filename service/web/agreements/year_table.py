"""An agreement's year table: its commitments by the years of its period, ready for the template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from calendars.commitments.articles import article_order
from calendars.commitments.event_matching import Evaluation
from calendars.commitments.outstanding import Outstanding
from calendars.commitments.progress import CommitmentProgress, ProgressYear
from models.agreements import Agreement, Commitment
from models.i18n import Message
from models.vocabulary import EventStatus, FrequencyType, KnownTo, ProgressState, Role
from service.actions.agreements import progress
from service.actions.copies.repeats import Repeatable, last_visits
from service.actions.events.event_queries import events_of_agreement
from service.actions.ledger import exchange_rates
from service.web.agreements.exchange_charts import ExchangeCharts, read_exchange_charts
from service.web.labels import promised
from service.web.view import View

LINKS_SHOWN = 4
"""How many events a cell lists at once; the others are collapsed."""

EXPLAINED = 20
"""How many events that nearly count are explained per commitment."""

WANT_ATTENTION = frozenset({ProgressState.MISSED, ProgressState.AT_RISK})


@dataclass(frozen=True, slots=True)
class CellEvent:
    """An event in a cell; days inclusive."""

    id: str
    title: Mapping[str, str]
    first_day: date
    last_day: date
    known_to: KnownTo
    status: EventStatus


@dataclass(frozen=True, slots=True)
class YearCell:
    """A commitment's year, and its events in order of their start."""

    year: ProgressYear
    events: Sequence[CellEvent]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is due and nothing takes place."""
        return not (self.year.due or self.year.held or self.year.planned)

    @property
    def figures(self) -> str:
        """Held of due, ``1/2``; only what was held if nothing is due; empty if neither, or if nothing is on record."""
        if self.year.due and (self.year.held or self.year.state is not ProgressState.NO_RECORDS):
            return f"{self.year.held}/{self.year.due}"
        return str(self.year.held) if self.year.held else ""


@dataclass(frozen=True, slots=True)
class CommitmentRow:
    """A commitment with its cells; ``opens`` if it is the first of its article."""

    commitment: Commitment
    progress: CommitmentProgress
    promised: Sequence[Message]
    cells: Sequence[YearCell]
    opens: str | None
    outstanding: Outstanding
    repeatable: Repeatable | None = None

    def can_plan_in(self, year: int) -> bool:
        """Whether a year lacks a visit that a plan would create."""
        return year in self.outstanding.years

    def waiting_in(self, year: int) -> Sequence[str]:
        """The ids of the postponed events of a year that need new days, and then make up for what it lacks."""
        return [one.id for due, one in self.outstanding.waiting if due == year]

    @property
    def can_plan_at_all(self) -> bool:
        """Whether a visit can be planned that no year shown lacks: for its quota of people, or without a quota."""
        if self.progress.undertaking.is_open:
            return True
        if self.progress.state not in WANT_ATTENTION or self.outstanding.is_empty:
            return False
        return not any(self.can_plan_in(cell.year.year) for cell in self.cells)

    @property
    def near(self) -> Sequence[Evaluation]:
        """The first events that nearly count."""
        return self.progress.near[:EXPLAINED]

    @property
    def remarks(self) -> Sequence[Evaluation]:
        """The first events that count, but with a remark."""
        return self.progress.remarkable[:EXPLAINED]

    @property
    def has_more(self) -> bool:
        """Whether there are more of either than shown."""
        return max(len(self.progress.near), len(self.progress.remarkable)) > EXPLAINED


@dataclass(frozen=True, slots=True)
class YearTable:
    """An agreement's commitments on a day: ``years`` are the columns, ``titles`` those of the explained events."""

    as_of: date
    years: Sequence[int]
    rows: Sequence[CommitmentRow]
    charts: ExchangeCharts
    titles: Mapping[str, Mapping[str, str]]


def read_year_table(view: View, agreement: Agreement, as_of: date, *, in_dong: bool = False) -> YearTable:
    """Read an agreement's year table; the number of queries does not depend on the number of commitments and events."""
    current = progress.agreement_progress(view.session, agreement, as_of)
    events = _linked_events(view, agreement)
    last = last_visits(view.session, _repeated(current)) if view.may(Role.OFFICER) else {}
    ordered = sorted(current.lines, key=lambda line: article_order(line.commitment.article))
    rows: list[CommitmentRow] = []
    for line in ordered:
        commitment = line.commitment
        is_first = not rows or rows[-1].commitment.article != commitment.article
        rows.append(
            CommitmentRow(
                commitment,
                line.progress,
                promised(commitment),
                [
                    YearCell(year, [events[one] for one in year.event_ids if one in events])
                    for year in line.progress.years
                ],
                commitment.article if is_first else None,
                current.outstanding[commitment.id],
                last.get(commitment.id),
            )
        )
    years = [cell.year.year for cell in rows[0].cells] if rows else []
    rates = exchange_rates.rates_of_day(view.session, as_of) if in_dong else None
    charts = read_exchange_charts(view, current.passages, agreement.starts_on, agreement.ends_on, rates)
    return YearTable(as_of, years, rows, charts, current.titles)


_AGAIN_AND_AGAIN = frozenset({FrequencyType.PER_YEAR, FrequencyType.EVERY})


def _repeated(current: progress.AgreementProgress) -> list[str]:
    """The commitments that come round and lack a visit: last time's can be taken as the pattern."""
    return [
        line.commitment.id
        for line in current.lines
        if line.commitment.frequency_type in _AGAIN_AND_AGAIN and current.outstanding[line.commitment.id].shortfalls
    ]


def _linked_events(view: View, agreement: Agreement) -> dict[str, CellEvent]:
    """All events linked to one of the agreement's commitments, by id."""
    return {row.id: CellEvent(*row) for row in events_of_agreement(view.session, agreement.id)}
