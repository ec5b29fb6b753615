"""What is computed of a project: sums by currency, percent, state, what does not fit together."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.projects import figures
from calendars.projects.facts import Amount, Milestone, ProjectFacts, bounds
from models.vocabulary import Currency, ProjectState

VND, USD = Currency.VND, Currency.USD
amounts = st.tuples(st.sampled_from(Currency), st.integers(0, 10**15))


@given(st.lists(amounts, max_size=8), st.none() | amounts, st.lists(st.none() | amounts, max_size=4))
def test_currencies_are_never_added_or_compared(
    paid: list[Amount], total: Amount | None, sources: list[Amount | None]
) -> None:
    facts = ProjectFacts(total=total, sources=sources, paid=paid)
    sums = dict(figures.paid(facts))
    assert sums == {one: sum(what for currency, what in paid if currency is one) for one in {one for one, _ in paid}}
    for found in figures.differences(facts):
        known = [sum(what for currency, what in paid if currency is found.currency)]
        known.append(sum(one[1] for one in sources if one is not None and one[0] is found.currency))
        assert found.found in known
        assert total is None or (found.currency, found.expected) == total
        assert found.difference > 0


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (ProjectFacts(), []),
        (ProjectFacts(total=(VND, 10)), []),
        (ProjectFacts(total=(VND, 10), sources=[(VND, 10)]), []),
        (ProjectFacts(total=(VND, 10), sources=[(VND, 9)]), ["sources_below_total"]),
        (ProjectFacts(total=(VND, 10), sources=[(VND, 9), None]), []),  # the other may give the rest
        (ProjectFacts(total=(VND, 10), sources=[(VND, 9), (USD, 1)]), []),  # so may dollars
        (ProjectFacts(total=(VND, 10), sources=[(VND, 11), None]), ["sources_above_total"]),
        (ProjectFacts(total=(VND, 10), paid=[(VND, 10), (USD, 99)]), []),
        (ProjectFacts(total=(VND, 10), paid=[(VND, 6), (VND, 5)]), ["paid_above_total"]),
        (ProjectFacts(sources=[(VND, 10)], paid=[(VND, 11)]), ["paid_above_sources"]),
        (ProjectFacts(sources=[(VND, 10), None], paid=[(VND, 11)]), []),
    ],
)
def test_differences_are_named_as_far_as_they_are_known(facts: ProjectFacts, codes: list[str]) -> None:
    assert [one.code for one in figures.differences(facts)] == codes


@pytest.mark.parametrize(
    ("milestones", "percent"),
    [
        ([], None),
        ([Milestone(is_done=True)], None),
        ([Milestone(percent=40)], 0),
        ([Milestone(percent=40, is_done=True), Milestone(percent=100)], 40),
        ([Milestone(percent=60, is_done=True), Milestone(percent=40, is_done=True)], 60),
        ([Milestone(is_done=True), Milestone(percent=30)], 0),
    ],
)
def test_the_furthest_step_that_is_done_says_how_much_is(milestones: list[Milestone], percent: int | None) -> None:
    assert figures.percent_done(ProjectFacts(milestones=milestones)) == percent
    assert figures.percent_done(ProjectFacts(milestones=milestones), is_held=True) == 100


def test_money_is_no_handover() -> None:
    paid = ProjectFacts(total=(VND, 10), paid=[(VND, 10)], milestones=[Milestone(percent=100, is_done=True)])
    assert figures.state_of(paid) is ProjectState.UNDER_WAY
    assert figures.state_of(ProjectFacts()) is ProjectState.UNKNOWN
    assert figures.state_of(ProjectFacts(total=(VND, 10), sources=[None])) is ProjectState.UNKNOWN
    assert figures.state_of(ProjectFacts(), is_coming=True) is ProjectState.PLANNED
    assert figures.state_of(ProjectFacts(milestones=[Milestone()])) is ProjectState.PLANNED
    assert figures.state_of(ProjectFacts(accepted_on="2026")) is ProjectState.ACCEPTED
    assert figures.state_of(ProjectFacts(), is_held=True) is ProjectState.HANDED_OVER


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [("2008", "2008-01-01", "2008-12-31"), ("2024-02", "2024-02-01", "2024-02-29"), ("2024-03-07",) * 3],
)
def test_bounds_of_what_is_known(written: str, first: str, last: str) -> None:
    days = bounds(written)
    assert (days.first.isoformat(), days.last.isoformat()) == (first, last)


SHARES = [
    ("no source", (VND, 100), [], [("hp", (VND, 100))]),
    ("the giver's unknown", (VND, 100), [("hp", None)], [("hp", (VND, 100))]),
    ("split by locality", (VND, 100), [("hp", (VND, 60)), ("vc", (VND, 40))], [("hp", (VND, 60)), ("vc", (VND, 40))]),
    ("the rest is the giver's", (VND, 100), [("vc", (VND, 40))], [("vc", (VND, 40)), ("hp", (VND, 60))]),
    ("of no locality", (VND, 100), [(None, (VND, 100))], []),
    ("others' unknown", (VND, 100), [("vc", None)], []),
    ("two currencies", (VND, 100), [("vc", (USD, 3))], [("vc", (USD, 3))]),
    ("no total", None, [("hp", (VND, 5)), ("vc", None), (None, (VND, 7))], [("hp", (VND, 5))]),
    ("nothing known", None, [], []),
]


@pytest.mark.parametrize(("total", "sources", "expected"), [row[1:] for row in SHARES], ids=[row[0] for row in SHARES])
def test_who_pays_how_much_as_far_as_it_is_known(total: Any, sources: Any, expected: Any) -> None:
    facts = ProjectFacts(total=total, sources=[amount for _code, amount in sources])
    assert figures.shares("hp", [code for code, _amount in sources], facts) == expected


def test_what_came_after_a_day_is_not_told_of_it() -> None:
    facts = ProjectFacts(
        milestones=[Milestone(date(2024, 5, 1), 50, date(2025, 2, 1), True)],
        paid=[(VND, 1), (VND, 2), (VND, 3)],
        paid_on=["2024-12", None, "2025"],
        accepted_on="2024",
        handed_over_on="2025-01",
    )
    then = facts.until(date(2024, 12, 31))
    assert (list(then.paid), list(then.paid_on)) == ([(VND, 1), (VND, 2)], ["2024-12", None])
    assert (then.accepted_on, then.handed_over_on, then.milestones[0].is_done) == ("2024", None, False)
    assert facts.until(date(2025, 12, 31)) == facts
    assert (figures.year_of(facts), figures.year_of(ProjectFacts(milestones=facts.milestones))) == (2025, 2024)
