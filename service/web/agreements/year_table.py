"""The board of an agreement: its commitments by the years of its period, ready to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from calendars.commitments.evaluation import Evaluation
from calendars.commitments.outstanding import Outstanding
from calendars.commitments.progress import CommitmentProgress, ProgressYear
from models.agreements import Agreement, Commitment
from models.i18n import Message
from models.vocabulary import EventStatus, ProgressState
from service.actions.agreements import progress
from service.actions.events.event_queries import events_of_agreement
from service.web.agreements.exchange_charts import ExchangeCharts, read_exchange_charts
from service.web.labels import promised
from service.web.view import View

LINKS_SHOWN = 4
"""How many events a cell lists at once; the others are folded away."""

EXPLAINED = 20
"""How many events that nearly count are told of, commitment by commitment."""

WANT_ATTENTION = frozenset({ProgressState.MISSED, ProgressState.AT_RISK})


@dataclass(frozen=True, slots=True)
class CellEvent:
    """An event as a cell lists it; days inclusive."""

    id: str
    title: Mapping[str, str]
    first_day: date
    last_day: date
    status: EventStatus


@dataclass(frozen=True, slots=True)
class YearCell:
    """A commitment's year, and its events in the order they begin."""

    year: ProgressYear
    events: Sequence[CellEvent]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is due and nothing happens."""
        return not (self.year.due or self.year.held or self.year.planned)

    @property
    def figures(self) -> str:
        """Held of due, ``1/2``; only what was held where nothing is due, and nothing at all for none of that."""
        if self.year.due:
            return f"{self.year.held}/{self.year.due}"
        return str(self.year.held) if self.year.held else ""


@dataclass(frozen=True, slots=True)
class CommitmentRow:
    """A commitment with its cells; ``opens`` its article when it is the first of it."""

    commitment: Commitment
    progress: CommitmentProgress
    promised: Sequence[Message]
    cells: Sequence[YearCell]
    opens: str | None
    outstanding: Outstanding

    def can_plan_in(self, year: int) -> bool:
        """Whether a year lacks a visit that a plan would make."""
        return year in self.outstanding.years

    @property
    def can_plan_at_all(self) -> bool:
        """Whether a visit can be planned for it that no shown year lacks: for its quota of people, or uncounted."""
        if self.progress.undertaking.is_open:
            return True
        if self.progress.state not in WANT_ATTENTION or self.outstanding.is_empty:
            return False
        return not any(self.can_plan_in(cell.year.year) for cell in self.cells)

    @property
    def near(self) -> Sequence[Evaluation]:
        """The first of the events that nearly count."""
        return self.progress.near[:EXPLAINED]

    @property
    def remarks(self) -> Sequence[Evaluation]:
        """The first of the events that count, though there is something to say about them."""
        return self.progress.remarkable[:EXPLAINED]

    @property
    def has_more(self) -> bool:
        """Whether there are more of either than are shown."""
        return max(len(self.progress.near), len(self.progress.remarkable)) > EXPLAINED


@dataclass(frozen=True, slots=True)
class YearTable:
    """An agreement's board on a day: ``years`` are its columns, ``titles`` those of the explained events."""

    as_of: date
    years: Sequence[int]
    rows: Sequence[CommitmentRow]
    passages: ExchangeCharts
    titles: Mapping[str, Mapping[str, str]]


def read_year_table(view: View, agreement: Agreement, as_of: date) -> YearTable:
    """Read an agreement's board; as many queries for many commitments and events as for few."""
    account = progress.agreement_progress(view.session, agreement, as_of)
    events = _linked_events(view, agreement)
    ordered = sorted(account.lines, key=lambda line: _place(line.commitment.article))
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
                account.outstanding[commitment.id],
            )
        )
    years = [cell.year.year for cell in rows[0].cells] if rows else []
    passages = read_exchange_charts(view, account.passages, agreement.starts_on, agreement.ends_on)
    return YearTable(as_of, years, rows, passages, account.titles)


def _linked_events(view: View, agreement: Agreement) -> dict[str, CellEvent]:
    """All events linked to one of the agreement's commitments, by id."""
    return {row.id: CellEvent(*row) for row in events_of_agreement(view.session, agreement.id)}


def _place(article: str) -> tuple[int, str]:
    """Where an article stands: 2 before 10, what has no number last."""
    digits = "".join(character for character in article if character.isdecimal() and character.isascii())
    return int(digits[:9]) if digits else 10**9, article
