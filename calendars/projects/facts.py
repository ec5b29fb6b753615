"""A project as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from calendars.days.known_days import KnownDay
from calendars.days.spans import Days
from models.vocabulary import Currency, MilestoneState

Amount = tuple[Currency, int]
"""A currency and an amount in its smallest unit."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """A step: by which day, how many percent of the whole are done once it is, and the day on which it was."""

    day: date | None = None
    percent: int | None = None
    done_on: date | None = None
    is_done: bool = False


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """What a project costs, who gives how much of it (None: not known), its steps, what was paid and when.

    ``paid_on``, ``accepted_on`` and ``handed_over_on`` are days, months or years as they are written: ``2026-06``.
    """

    total: Amount | None = None
    sources: Sequence[Amount | None] = ()
    milestones: Sequence[Milestone] = ()
    paid: Sequence[Amount] = ()
    paid_on: Sequence[str | None] = field(default=())
    accepted_on: str | None = None
    handed_over_on: str | None = None

    @classmethod
    def of(cls, row: Any) -> "ProjectFacts":
        """Those of a row of projects with its parts."""
        return cls(
            _amount(row.total_amount, row.total_currency),
            [_amount(one.amount, one.currency) for one in row.source_rows],
            [
                Milestone(one.day, one.percent, one.done_on, one.state is MilestoneState.DONE)
                for one in row.milestone_rows
            ],
            [(one.currency, one.amount) for one in row.disbursement_rows],
            [one.paid_on for one in row.disbursement_rows],
            row.accepted_on,
            row.handed_over_on,
        )

    def until(self, day: date) -> "ProjectFacts":
        """What had been done, paid, accepted and handed over by a day; what is not known to have come later, too."""

        def had_come(written: str | None) -> bool:
            return written is None or bounds(written).first <= day

        payments = [
            (one, self.paid_on[place] if place < len(self.paid_on) else None) for place, one in enumerate(self.paid)
        ]
        kept = [(one, when) for one, when in payments if had_come(when)]
        return replace(
            self,
            milestones=[
                replace(one, is_done=False, done_on=None) if one.done_on is not None and one.done_on > day else one
                for one in self.milestones
            ],
            paid=[one for one, _when in kept],
            paid_on=[when for _one, when in kept],
            accepted_on=self.accepted_on if had_come(self.accepted_on) else None,
            handed_over_on=self.handed_over_on if had_come(self.handed_over_on) else None,
        )


def _amount(amount: int | None, currency: Currency | None) -> Amount | None:
    return None if amount is None or currency is None else (currency, amount)


def bounds(written: str) -> Days:
    """The first and the last day that a day, a month or a year may mean.

    Raises:
        ValueError: it is none of them.
    """
    first, last = (KnownDay.written(written, is_last=is_last) for is_last in (False, True))
    if first is None or last is None:
        day = date.fromisoformat(written)
        return Days(day, day)
    return Days(date(first.year, first.month, first.day), date(last.year, last.month, last.day))
