"""What passed between the parties of an agreement, each way: visits, people, days, money."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from calendars.lifecycle import CALLED_OFF
from calendars.spans import Days
from calendars.undertakings import BEGUN, Occasion


@dataclass(frozen=True, slots=True)
class Passage:
    """What went from one party to another: visits held, their people and days, visits planned, money paid.

    ``money`` is currency → smallest units (đồng, kip, cents): what ``giver`` paid for events between the two.
    """

    giver: str
    receiver: str
    visits: int
    people: int
    days: int
    planned: int
    money: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Expense:
    """Who pays for an event, how much in smallest units, in which currency."""

    funded_by: str
    amount: int
    currency: str


def reciprocity(
    parties: Sequence[str],
    period: Days,
    occasions: Iterable[Occasion],
    expenses: Mapping[str, Expense],
    as_of: date,
) -> list[Passage]:
    """What passed between the parties until ``as_of``, one passage for each ordered pair of them, both ways.

    Every event with a host and a guest among the parties that begins within the period counts, linked to a commitment
    or not; those called off do not. Money (``expenses``, by event) counts once the event has begun.
    """
    found = {(giver, receiver): _Figures() for giver in parties for receiver in parties if giver != receiver}
    for occasion in occasions:
        pair = (occasion.guest or "", occasion.host)
        if pair not in found or occasion.days.first not in period or occasion.status in CALLED_OFF:
            continue
        if occasion.status not in BEGUN or occasion.days.first > as_of:
            found[pair].planned += occasion.days.last >= as_of
            continue
        figures = found[pair]
        figures.visits += 1
        figures.people += occasion.people or 0
        figures.days += (min(occasion.days.last, as_of) - occasion.days.first).days + 1
        expense = expenses.get(occasion.id)
        if expense is not None and expense.funded_by in pair:
            other = pair[0] if expense.funded_by == pair[1] else pair[1]
            paid = found[expense.funded_by, other].money
            paid[expense.currency] = paid.get(expense.currency, 0) + expense.amount
    return [
        Passage(*pair, figures.visits, figures.people, figures.days, figures.planned, figures.money)
        for pair, figures in found.items()
    ]


@dataclass(slots=True)
class _Figures:
    visits: int = 0
    people: int = 0
    days: int = 0
    planned: int = 0
    money: dict[str, int] = field(default_factory=dict)
