"""What passed each way, year by year: against sums taken straight from the events."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calendars.commitments.event_matching import EventRecord
from calendars.commitments.exchange_totals import Expense, YearTotals, exchange_totals
from calendars.days.spans import Days
from models.vocabulary import EventKind, EventStatus
from tests.calendars.commitments.commitment_samples import HD, PERIOD, VC

AS_OF = date(2026, 11, 22)


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
            )
        )
    return found


@given(occasions(), st.data())
def test_every_figure_is_the_sum_of_its_events(held: list[EventRecord], data: st.DataObject) -> None:
    expenses = {
        one.id: Expense(data.draw(st.sampled_from([HD, VC, "hue"])), data.draw(st.integers(0, 10**12)), "VND")
        for one in held
        if data.draw(st.booleans())
    }
    visits: Counter[tuple[str, str, int]] = Counter()
    people, unknown, days, planned, money = (Counter[tuple[str, str, int]]() for _ in range(5))
    for one in held:
        if one.days.first not in PERIOD or {one.host, one.guest} != {HD, VC}:
            continue
        key = (str(one.guest), one.host, one.days.first.year)
        if one.status in (EventStatus.COMPLETED, EventStatus.ONGOING) and one.days.first <= AS_OF:
            visits[key] += 1
            people[key] += one.people or 0
            unknown[key] += one.people is None
            days[key] += sum(day <= AS_OF for day in one.days)
            if one.id in expenses and expenses[one.id].funded_by in (HD, VC):
                payer = expenses[one.id].funded_by
                money[payer, VC if payer == HD else HD, key[2]] += expenses[one.id].amount
        elif one.status not in (EventStatus.CANCELLED, EventStatus.POSTPONED) and one.days.last >= AS_OF:
            planned[key] += 1
    passages = exchange_totals([HD, VC], PERIOD, held, expenses, AS_OF)
    assert [(one.giver, one.receiver) for one in passages] == [(HD, VC), (VC, HD)]
    for passage in passages:
        pair = (passage.giver, passage.receiver)
        by_year = {one.year: one for one in passage.years}
        assert list(by_year) == sorted(by_year)
        for year in range(2024, 2029):
            one = by_year.get(year, YearTotals(year, 0, 0, 0, 0, {}))
            key = (*pair, year)
            assert (one.visits, one.people, one.unknown, one.days, one.planned, one.money.get("VND", 0)) == (
                visits[key], people[key], unknown[key], days[key], planned[key], money[key],
            )  # fmt: skip
        totals = [sum(table[*pair, year] for year in range(2024, 2029)) for table in (visits, people, days, planned)]
        assert [passage.visits, passage.people, passage.days, passage.planned] == totals
        assert passage.money.get("VND", 0) == sum(money[*pair, year] for year in range(2024, 2029))


def test_a_long_period_costs_no_more_than_its_events() -> None:
    whole = Days(date(1, 1, 1), date(9999, 12, 31))
    one = EventRecord("1", EventKind.ACTIVITY, EventStatus.COMPLETED, Days(AS_OF, AS_OF), HD, VC, 3)
    parties = [HD, VC, *(f"party-{number}" for number in range(18))]
    found = exchange_totals(parties, whole, [one], {}, AS_OF)
    assert len(found) == 20 * 19
    assert [year for passage in found for year in passage.years] == [YearTotals(2026, 1, 3, 1, 0, {})]
