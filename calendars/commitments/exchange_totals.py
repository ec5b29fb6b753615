"""What passed between the parties of an agreement, each way: visits, people, days, money, goods."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from functools import reduce
from operator import add

from calendars.commitments.event_matching import BEGUN, EventRecord
from calendars.commitments.ledger_totals import Cost, EventMoney, LedgerEntry, LedgerTotals
from calendars.days.spans import Days
from calendars.events.lifecycle import CALLED_OFF
from calendars.learners.counting import begun
from calendars.learners.stages import StageFacts
from calendars.money.sums import Sums
from models.text import LocalizedText, fold
from models.vocabulary import Currency, Language


@dataclass(frozen=True, slots=True)
class ExchangeTotals:
    """What passed one way: visits held, their people and days, visits planned, and what the giver gave.

    ``unknown`` of the visits held have no head-count; their people are not among ``people``.
    """

    visits: int = 0
    people: int = 0
    days: int = 0
    planned: int = 0
    unknown: int = 0
    ledger: LedgerTotals = field(default_factory=LedgerTotals)

    def __add__(self, other: "ExchangeTotals") -> "ExchangeTotals":
        return ExchangeTotals(
            self.visits + other.visits,
            self.people + other.people,
            self.days + other.days,
            self.planned + other.planned,
            self.unknown + other.unknown,
            self.ledger + other.ledger,
        )


@dataclass(frozen=True, slots=True)
class YearTotals:
    """What passed one way in a calendar year; ``year`` None: it is not known in which."""

    year: int | None
    totals: ExchangeTotals


@dataclass(frozen=True, slots=True)
class FieldTotals:
    """What passed one way in a field of cooperation; ``field`` None: what belongs to no commitment."""

    field: LocalizedText | None
    totals: ExchangeTotals


@dataclass(frozen=True, slots=True)
class Flow:
    """What went from one party to another: year by year, field by field, and all together.

    ``years`` are those in which something passed or will, in their order, what has no known year last. ``fields`` are
    in the order of the commitments, what belongs to none last.
    """

    giver: str
    receiver: str
    years: Sequence[YearTotals]
    fields: Sequence[FieldTotals] = ()

    @property
    def totals(self) -> ExchangeTotals:
        """All years together."""
        return sum_of(one.totals for one in self.years)


def sum_of(totals: Iterable[ExchangeTotals]) -> ExchangeTotals:
    """Several totals together."""
    return reduce(add, totals, ExchangeTotals())


def exchange_totals(
    parties: Sequence[str],
    period: Days,
    occasions: Iterable[EventRecord],
    as_of: date,
    *,
    costs: Mapping[str, EventMoney] | None = None,
    budgets: Mapping[str, Cost] | None = None,
    entries: Iterable[LedgerEntry] = (),
    fields: Mapping[str, LocalizedText] | None = None,
) -> list[Flow]:
    """What passed between the parties until ``as_of``, one flow for each ordered pair of them, both ways.

    Every event with a host and a guest among the parties that begins within the period counts, linked to a commitment
    or not; those called off do not. All of it belongs to the year the event begins in, but what was paid to the year of
    the payment, and of batches whose learners are entered who began, each once for a commitment, to the year they did.
    Money paid counts whatever became of the event; what is planned and approved, unless it was called off.
    ``costs`` are the events' by their ids; an event that was held and has none counts as one of which it is not known
    what was paid, and its budget, if it is among the ``budgets``, is a planned amount. ``fields`` are the fields of the
    commitments by their ids.
    """
    found: dict[tuple[str, str], defaultdict[_Key, _Figures]] = {
        (giver, receiver): defaultdict(_Figures) for giver in parties for receiver in parties if giver != receiver
    }
    known, planned = costs or {}, budgets or {}
    learners: defaultdict[tuple[tuple[str, str], str | None, str], list[StageFacts]] = defaultdict(list)
    for occasion in occasions:
        pair = (occasion.guest or "", occasion.host)
        if pair not in found or not occasion.begins_within(period):
            continue
        year, commitment_id = occasion.days.first.year, occasion.commitment_id
        money = known.get(occasion.id)
        _count_money(found, occasion, money, planned.get(occasion.id))
        if occasion.status in CALLED_OFF:
            continue
        if occasion.status not in BEGUN or occasion.days.first > as_of:
            if occasion.days.last >= as_of:
                found[pair][year, commitment_id].planned += 1
            continue
        figures = found[pair][year, commitment_id]
        figures.visits += 1
        if occasion.learners:
            learners[pair, commitment_id, commitment_id or occasion.id].extend(occasion.learners)
        else:
            figures.people += occasion.people or 0
            figures.unknown += occasion.people is None
        figures.days += occasion.length_until(as_of)
        figures.money_unknown += money is None or not money.is_known
    for (pair, commitment_id, _whose), stages in learners.items():
        for day in begun(stages, as_of).values():
            found[pair][day.year, commitment_id].people += 1
    for entry in entries:
        if (entry.giver, entry.receiver) in found:
            found[entry.giver, entry.receiver][entry.year, entry.commitment_id].entries.append(entry.totals)
    return [_flow(pair, figures, fields or {}) for pair, figures in found.items()]


def _count_money(
    found: Mapping[tuple[str, str], defaultdict["_Key", "_Figures"]],
    occasion: EventRecord,
    money: EventMoney | None,
    budget: Cost | None,
) -> None:
    """Count an event's money, without an estimate its budget, on the side of its payers; that of others than host and
    guest passes between neither."""
    takes_place = occasion.status not in CALLED_OFF
    if money is None:
        if budget is not None and takes_place:
            _count(found, occasion, _Stage.PLANNED, (budget,))
        return
    _count(found, occasion, _Stage.PAID, money.paid)
    if takes_place:
        _count(found, occasion, _Stage.PLANNED, money.planned)
        _count(found, occasion, _Stage.APPROVED, money.approved)


def _count(
    found: Mapping[tuple[str, str], defaultdict["_Key", "_Figures"]],
    occasion: EventRecord,
    stage: "_Stage",
    costs: Sequence[Cost],
) -> None:
    host, guest = occasion.host, occasion.guest
    begins = occasion.days.first.year
    for payer, currency, amount, year in costs:
        if payer == host:
            pair = (host, str(guest))
        elif payer is not None and payer == guest:
            pair = (payer, host)
        else:
            continue
        when = begins if year is None or stage is not _Stage.PAID else year
        sums = found[pair][when, occasion.commitment_id].money[stage]
        sums[currency] = sums.get(currency, 0) + amount


class _Stage(IntEnum):
    PAID = 0
    PLANNED = 1
    APPROVED = 2


_Key = tuple[int | None, str | None]
"""A year and a commitment, None: not known, none."""


def _flow(pair: tuple[str, str], figures: Mapping[_Key, "_Figures"], fields: Mapping[str, LocalizedText]) -> Flow:
    years: dict[int | None, ExchangeTotals] = {}
    by_field: dict[str | None, ExchangeTotals] = {}
    names = {fold(_name(text)): text for text in reversed([*fields.values()])}
    for (year, commitment_id), one in figures.items():
        totals = one.totals()
        years[year] = years.get(year, ExchangeTotals()) + totals
        text = fields.get(commitment_id or "")
        key = None if text is None else fold(_name(text))
        by_field[key] = by_field.get(key, ExchangeTotals()) + totals
    ordered = [one for one in dict.fromkeys(fold(_name(text)) for text in fields.values()) if one in by_field]
    return Flow(
        *pair,
        [YearTotals(year, years[year]) for year in sorted(years, key=lambda year: (year is None, year))],
        [
            *(FieldTotals(names[one], by_field[one]) for one in ordered),
            *(FieldTotals(None, by_field[one]) for one in by_field if one is None),
        ],
    )


def _name(text: LocalizedText) -> str:
    """What tells one field from another: its Vietnamese name."""
    return text.get(Language.VI.value) or next(iter(text.values()), "")


@dataclass(slots=True)
class _Figures:
    visits: int = 0
    people: int = 0
    days: int = 0
    planned: int = 0
    unknown: int = 0
    money_unknown: int = 0
    money: tuple[dict[Currency, int], ...] = field(default_factory=lambda: ({}, {}, {}))
    entries: list[LedgerTotals] = field(default_factory=list)

    def totals(self) -> ExchangeTotals:
        paid, planned, approved = (Sums.of(sums.items()) for sums in self.money)
        own = LedgerTotals(paid, planned, approved, self.money_unknown)
        ledger = reduce(add, self.entries, own)
        return ExchangeTotals(self.visits, self.people, self.days, self.planned, self.unknown, ledger)
