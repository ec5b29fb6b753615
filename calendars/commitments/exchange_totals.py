"""What passed between the parties of an agreement, each way: visits, people, days, money."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from calendars.commitments.event_matching import BEGUN, EventRecord
from calendars.days.spans import Days
from calendars.events.lifecycle import CALLED_OFF


@dataclass(frozen=True, slots=True)
class YearTotals:
    """What passed one way in a calendar year: visits held, their people and days, visits planned, money paid.

    ``unknown`` of the visits held have no head-count; their people are not among ``people``. ``money`` is currency →
    smallest units (đồng, kip, cents).
    """

    year: int
    visits: int
    people: int
    days: int
    planned: int
    money: Mapping[str, int]
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Flow:
    """What went from one party to another, year by year and all together.

    ``years`` are those in which something passed or will, in their order; ``money`` is what ``giver`` paid for events
    between the two.
    """

    giver: str
    receiver: str
    years: Sequence[YearTotals]

    @property
    def visits(self) -> int:
        """Visits that were held."""
        return sum(one.visits for one in self.years)

    @property
    def people(self) -> int:
        """People of the visits held, as far as they are known."""
        return sum(one.people for one in self.years)

    @property
    def unknown(self) -> int:
        """Visits held whose head-count nobody has written down."""
        return sum(one.unknown for one in self.years)

    @property
    def days(self) -> int:
        """Days of the visits held, as far as they are over."""
        return sum(one.days for one in self.years)

    @property
    def planned(self) -> int:
        """Visits to come."""
        return sum(one.planned for one in self.years)

    @property
    def money(self) -> Mapping[str, int]:
        """Currency → smallest units."""
        found: dict[str, int] = {}
        for one in self.years:
            for currency, amount in one.money.items():
                found[currency] = found.get(currency, 0) + amount
        return found


@dataclass(frozen=True, slots=True)
class Expense:
    """Who pays for an event, how much in smallest units, in which currency."""

    funded_by: str
    amount: int
    currency: str


def exchange_totals(
    parties: Sequence[str],
    period: Days,
    occasions: Iterable[EventRecord],
    expenses: Mapping[str, Expense],
    as_of: date,
) -> list[Flow]:
    """What passed between the parties until ``as_of``, one passage for each ordered pair of them, both ways.

    Every event with a host and a guest among the parties that begins within the period counts, linked to a commitment
    or not; those called off do not. Money (``expenses``, by event) counts once the event has begun. All of it belongs
    to the year the event begins in.
    """
    found: dict[tuple[str, str], defaultdict[int, _Figures]] = {
        (giver, receiver): defaultdict(_Figures) for giver in parties for receiver in parties if giver != receiver
    }
    for occasion in occasions:
        pair = (occasion.guest or "", occasion.host)
        if pair not in found or occasion.days.first not in period or occasion.status in CALLED_OFF:
            continue
        year = occasion.days.first.year
        if occasion.status not in BEGUN or occasion.days.first > as_of:
            if occasion.days.last >= as_of:
                found[pair][year].planned += 1
            continue
        figures = found[pair][year]
        figures.visits += 1
        figures.people += occasion.people or 0
        figures.unknown += occasion.people is None
        figures.days += (min(occasion.days.last, as_of) - occasion.days.first).days + 1
        expense = expenses.get(occasion.id)
        if expense is not None and expense.funded_by in pair:
            other = pair[0] if expense.funded_by == pair[1] else pair[1]
            paid = found[expense.funded_by, other][year].money
            paid[expense.currency] = paid.get(expense.currency, 0) + expense.amount
    return [
        Flow(
            *pair,
            [
                YearTotals(year, one.visits, one.people, one.days, one.planned, one.money, one.unknown)
                for year, one in sorted(years.items())
            ],
        )
        for pair, years in found.items()
    ]


@dataclass(slots=True)
class _Figures:
    visits: int = 0
    people: int = 0
    days: int = 0
    planned: int = 0
    unknown: int = 0
    money: dict[str, int] = field(default_factory=dict)
