"""What passed each way, by year and by field: against sums taken straight from the events and the ledger."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from calendars.commitments.event_matching import EventRecord
from calendars.commitments.exchange_totals import ExchangeTotals, Flow, YearTotals, exchange_totals, sum_of
from calendars.commitments.ledger_totals import Cost, EventMoney, Goods, LedgerEntry, LedgerTotals
from calendars.days.spans import Days
from calendars.money.sums import Sums
from models.vocabulary import Currency, EventKind, EventStatus
from tests.calendars.commitments.commitment_samples import HD, PERIOD, VC

AS_OF = date(2026, 11, 22)


FIELDS = {
    "party": {"vi": "Xây dựng Đảng"},
    "party, in Lao too": {"vi": "xây dựng đảng", "lo": "ການສ້າງພັກ"},
    "health": {"vi": "Y tế"},
}
COMMITMENTS = st.sampled_from([None, *FIELDS, "of another agreement"])
AMOUNTS = st.integers(0, 10**14)


@st.composite
def occasions(draw: st.DrawFn) -> list[EventRecord]:
    """Events around the period, with sides that are parties, strangers or the same twice."""
    places = st.sampled_from([HD, VC, "hue"])
    found = []
    for number in range(draw(st.integers(0, 12))):
        first = date(2023, 6, 1) + timedelta(draw(st.integers(0, 2200)))
        last = first + timedelta(draw(st.integers(0, 500)))
        status = draw(st.sampled_from(EventStatus))
        people = draw(st.none() | st.integers(0, 40))
        found.append(
            EventRecord(
                str(number),
                EventKind.ACTIVITY,
                status,
                Days(first, last),
                draw(places),
                draw(places | st.none()),
                people,
                draw(COMMITMENTS),
            )
        )
    return found


@st.composite
def costs_of(draw: st.DrawFn, held: Sequence[EventRecord]) -> dict[str, EventMoney]:
    """What some of the events cost, paid by host, guest, a stranger or nobody known."""
    payers = st.sampled_from([HD, VC, "hue", None])
    planned = st.lists(st.builds(Cost, payers, st.sampled_from(Currency), AMOUNTS), max_size=4)
    paid = st.lists(st.builds(Cost, payers, st.sampled_from(Currency), AMOUNTS, st.integers(2023, 2030)), max_size=4)
    money = st.builds(EventMoney, planned, planned, paid, st.booleans())
    return {one.id: draw(money) for one in held if draw(st.booleans())}


@st.composite
def entries(draw: st.DrawFn) -> list[LedgerEntry]:
    """Gifts and disbursements between anybody, of a year or of none known."""
    places = st.sampled_from([HD, VC, "hue"])
    sums = st.dictionaries(st.sampled_from(Currency), AMOUNTS).map(lambda found: Sums.of(found.items()))
    goods = st.builds(Goods, st.integers(0, 5), sums, st.integers(0, 5))
    totals = st.builds(LedgerTotals, sums, sums, sums, st.integers(0, 3), goods)
    years = st.none() | st.integers(2023, 2030)
    return draw(st.lists(st.builds(LedgerEntry, places, places, years, COMMITMENTS, totals), max_size=8))


@st.composite
def ledgers(draw: st.DrawFn) -> tuple[list[EventRecord], dict[str, EventMoney], list[LedgerEntry]]:
    held = draw(occasions())
    return held, draw(costs_of(held)), draw(entries())


def reckoned(
    held: Sequence[EventRecord], costs: Mapping[str, EventMoney], given: Sequence[LedgerEntry]
) -> dict[str, Flow]:
    flows = exchange_totals([HD, VC], PERIOD, held, AS_OF, costs=costs, entries=given, fields=FIELDS)
    assert [(one.giver, one.receiver) for one in flows] == [(HD, VC), (VC, HD)]
    return {one.giver: one for one in flows}


def counted(held: Sequence[EventRecord]) -> list[EventRecord]:
    return [one for one in held if one.days.first in PERIOD and {one.host, one.guest} == {HD, VC}]


CALLED_OFF = (EventStatus.CANCELLED, EventStatus.POSTPONED)


def has_begun(one: EventRecord) -> bool:
    return one.status in (EventStatus.COMPLETED, EventStatus.ONGOING) and one.days.first <= AS_OF


@given(occasions())
def test_every_figure_is_the_sum_of_its_events(held: list[EventRecord]) -> None:
    visits: Counter[tuple[str, int]] = Counter()
    people, unknown, days, planned = (Counter[tuple[str, int]]() for _ in range(4))
    for one in counted(held):
        key = (str(one.guest), one.days.first.year)
        if has_begun(one):
            visits[key] += 1
            people[key] += one.people or 0
            unknown[key] += one.people is None
            days[key] += sum(day <= AS_OF for day in one.days)
        elif one.status not in CALLED_OFF and one.days.last >= AS_OF:
            planned[key] += 1
    for giver, flow in reckoned(held, {}, []).items():
        by_year = {one.year: one.totals for one in flow.years}
        assert [*by_year] == sorted(by_year, key=str)
        for year in range(2024, 2029):
            one, key = by_year.get(year, ExchangeTotals()), (giver, year)
            assert (one.visits, one.people, one.unknown, one.days, one.planned) == (
                visits[key], people[key], unknown[key], days[key], planned[key],
            )  # fmt: skip
            # Nobody entered what any of them cost.
            assert one.ledger == LedgerTotals(money_unknown=visits[key])
        assert flow.totals == sum_of(by_year.values())


Ledger = tuple[list[EventRecord], dict[str, EventMoney], list[LedgerEntry]]


@dataclass
class Sheet:
    """What was entered, line by line: (stage, giver, year, currency) → amount, (what, side, year) → how many."""

    amounts: Counter[tuple[str, str | None, int | None, Currency]] = field(default_factory=Counter)
    numbers: Counter[tuple[str, str | None, int | None]] = field(default_factory=Counter)

    def event(self, one: EventRecord, money: EventMoney) -> None:
        year = one.days.first.year
        for cost in money.paid:
            self.amounts["paid", cost.payer, cost.year, cost.currency] += cost.amount
        if one.status not in CALLED_OFF:
            for stage, listed in (("planned", money.planned), ("approved", money.approved)):
                for cost in listed:
                    self.amounts[stage, cost.payer, year, cost.currency] += cost.amount
        if has_begun(one):
            payers = [cost.payer for cost in money.paid]
            self.numbers["unknown", one.guest, year] += None in payers or not (payers or money.is_settled)

    def entry(self, one: LedgerEntry) -> None:
        for stage, sums in stages(one.totals):
            for currency, amount in sums:
                self.amounts[stage, one.giver, one.year, currency] += amount
        for what, number in numbers(one.totals):
            self.numbers[what, one.giver, one.year] += number


def stages(totals: LedgerTotals) -> list[tuple[str, Sums]]:
    return [
        ("paid", totals.money), ("planned", totals.money_planned), ("approved", totals.money_approved),
        ("goods", totals.goods.value),
    ]  # fmt: skip


def numbers(totals: LedgerTotals) -> list[tuple[str, int]]:
    return [
        ("unknown", totals.money_unknown), ("goods", totals.goods.count), ("of no known value", totals.goods.unknown)
    ]  # fmt: skip


@given(ledgers())
def test_money_is_the_sum_of_what_was_entered_currency_by_currency(ledger: Ledger) -> None:
    held, costs, given = ledger
    sheet = Sheet()
    for one in counted(held):
        sheet.event(one, costs.get(one.id, EventMoney()))
    for entry in given:
        if {entry.giver, entry.receiver} == {HD, VC}:
            sheet.entry(entry)
    for giver, flow in reckoned(held, costs, given).items():
        for year in {one.year for one in flow.years} | {year for _stage, _giver, year, _currency in sheet.amounts}:
            found = next((one.totals.ledger for one in flow.years if one.year == year), LedgerTotals())
            for stage, sums in stages(found):
                assert all(
                    sums.amounts.get(currency, 0) == sheet.amounts[stage, giver, year, currency]
                    for currency in Currency
                )
            assert all(number == sheet.numbers[what, giver, year] for what, number in numbers(found))
        assert flow.totals == sum_of(one.totals for one in flow.years)


@given(ledgers(), st.randoms())
def test_the_order_makes_no_difference(ledger: Ledger, random: Random) -> None:
    held, costs, given = ledger
    told = reckoned(held, costs, given)
    random.shuffle(held)
    random.shuffle(given)
    assert reckoned(held, dict(reversed(costs.items())), given) == told


@given(ledgers())
def test_fields_and_years_are_the_same_sums(
    ledger: Ledger,
) -> None:
    for flow in reckoned(*ledger).values():
        assert sum_of(one.totals for one in flow.fields) == flow.totals
        names = [None if one.field is None else one.field["vi"] for one in flow.fields]
        # One field, however its name is typed; in the order of the commitments, what belongs to none last.
        order = ["Xây dựng Đảng", "Y tế", None]
        assert names == [one for one in order if one in names]


@given(ledgers())
def test_what_nobody_paid_is_never_paid(
    ledger: Ledger,
) -> None:
    held, costs, _given = ledger
    unpaid = {identity: EventMoney(one.planned, one.approved, (), one.is_settled) for identity, one in costs.items()}
    for flow in reckoned(held, unpaid, []).values():
        assert not flow.totals.ledger.money
        assert flow.totals.ledger.money_unknown <= flow.totals.visits


def test_three_currencies_stay_three() -> None:
    held = [EventRecord("1", EventKind.ACTIVITY, EventStatus.COMPLETED, Days(AS_OF, AS_OF), HD, VC)]
    paid = [Cost(HD, currency, 7, 2026) for currency in Currency for _ in range(3)]
    flows = reckoned(held, {"1": EventMoney([], [], paid)}, [])
    assert flows[HD].totals.ledger.money.as_money() == [
        {"amount": "21", "currency": "VND"},
        {"amount": "21", "currency": "LAK"},
        {"amount": "0.21", "currency": "USD"},
    ]


def test_a_called_off_visit_has_no_plan_any_more_but_what_was_paid_was_paid() -> None:
    held = [EventRecord("1", EventKind.ACTIVITY, EventStatus.CANCELLED, Days(AS_OF, AS_OF), HD, VC)]
    cost = [Cost(HD, Currency.VND, 5, 2026)]
    flows = reckoned(held, {"1": EventMoney(cost, cost, cost)}, [])
    assert flows[HD].years == [YearTotals(2026, ExchangeTotals(ledger=LedgerTotals(Sums({Currency.VND: 5}))))]
    assert flows[VC].years == []


def test_a_long_period_costs_no_more_than_its_events() -> None:
    whole = Days(date(1, 1, 1), date(9999, 12, 31))
    one = EventRecord("1", EventKind.ACTIVITY, EventStatus.COMPLETED, Days(AS_OF, AS_OF), HD, VC, 3)
    parties = [HD, VC, *(f"party-{number}" for number in range(18))]
    found = exchange_totals(parties, whole, [one], AS_OF)
    assert len(found) == 20 * 19
    assert [year for passage in found for year in passage.years] == [
        YearTotals(2026, ExchangeTotals(1, 3, 1, ledger=LedgerTotals(money_unknown=1)))
    ]
