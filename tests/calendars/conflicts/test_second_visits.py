"""A second visit for the same promise, and a ceremony of another year."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.commitments.event_matching import CommitmentTerms
from calendars.conflicts.second_visits import LinkedVisit, ceremony_in_another_year, second_of_year
from calendars.days.spans import Days
from models.vocabulary import EventStatus
from tests.calendars.commitments.commitment_samples import EVERY_2_3, ONCE, PERIOD, YEARLY, undertaking

YEARLY_ONE = undertaking("yearly", **YEARLY)
TWICE = undertaking("twice", **YEARLY | {"count": 2})
NOW_AND_THEN = undertaking("every", **EVERY_2_3)
ONE_IN_ALL = undertaking("once", **ONCE)
PEOPLE = undertaking("people", headcount_total=15, **ONCE)
OPEN = undertaking("open")


def visit(identity: str, first: str, status: EventStatus = EventStatus.PLANNED) -> LinkedVisit:
    day = date.fromisoformat(first)
    return LinkedVisit(identity, {"en": f"Visit {identity}"}, Days(day, day + timedelta(days=9)), status)


A, B, C = visit("a", "2027-03-01"), visit("b", "2027-09-06"), visit("c", "2027-10-04")


@pytest.mark.parametrize(
    ("promise", "one", "there", "other"),
    [
        (YEARLY_ONE, A, [A], None),
        (YEARLY_ONE, B, [A, B], "a"),
        (YEARLY_ONE, A, [A, B], None),  # the one made first is the first, whichever day it has
        (YEARLY_ONE, visit("b", "2027-01-04"), [A], "a"),
        (YEARLY_ONE, visit("b", "2028-01-03"), [A], None),
        (YEARLY_ONE, B, [visit("a", "2027-03-01", EventStatus.CANCELLED)], None),
        (YEARLY_ONE, B, [visit("a", "2027-03-01", EventStatus.POSTPONED)], "a"),
        (YEARLY_ONE, B, [visit("a", "2027-03-01", EventStatus.DRAFT)], "a"),
        # What was held is the first, even if it was entered later.
        (YEARLY_ONE, A, [visit("b", "2027-01-04", EventStatus.COMPLETED)], "b"),
        (YEARLY_ONE, visit("b", "2023-12-01"), [visit("a", "2024-03-04")], "a"),  # years before the first are the first
        (TWICE, B, [A, B], None),
        (TWICE, C, [A, B, C], "a"),
        (NOW_AND_THEN, B, [A], "a"),
        (NOW_AND_THEN, visit("b", "2028-03-06"), [A], None),
        (ONE_IN_ALL, visit("b", "2028-03-06"), [A], "a"),
        (PEOPLE, B, [A], None),
        (OPEN, B, [A], None),
    ],
)
def test_the_second_visit_of_a_year(
    promise: CommitmentTerms, one: LinkedVisit, there: list[LinkedVisit], other: str | None
) -> None:
    found = second_of_year(one, promise, there)
    assert (found and found.with_) == other
    assert found is None or found.code == "second_of_year"


def test_it_says_what_there_is_and_what_to_do() -> None:
    found: Any = second_of_year(B, YEARLY_ONE, [A])
    assert str(found.detail) == "Promised for 2027: 1. There already: “Visit a”, 1–10 March 2027."
    assert str(found.advice) == "If one of them is enough, cancel the other."
    postponed: Any = second_of_year(B, YEARLY_ONE, [visit("a", "2027-03-01", EventStatus.POSTPONED)])
    assert str(postponed.advice) == "“Visit a” is postponed: give it new days instead of planning another."


@given(
    st.lists(st.tuples(st.dates(PERIOD.first, PERIOD.last), st.sampled_from(list(EventStatus))), max_size=8),
    st.sampled_from([YEARLY_ONE, TWICE]),
)
def test_each_year_warns_of_exactly_what_is_more_than_promised(
    history: list[tuple[date, EventStatus]], promise: CommitmentTerms
) -> None:
    found = [visit(f"{number:02}", day.isoformat(), status) for number, (day, status) in enumerate(history)]
    there = [one for one in found if one.status is not EventStatus.CANCELLED]
    for year in range(2024, 2029):
        own = [one for one in there if one.days.first.year == year]
        warned = [one for one in own if second_of_year(one, promise, found)]
        assert len(warned) == max(0, len(own) - (promise.count or 0))


@pytest.mark.parametrize(
    ("year", "first", "warned"),
    [(2030, "2031-05-01", True), (2030, "2029-12-31", True), (2030, "2030-05-01", False), (None, "2031-05-01", False)],
)
def test_a_ceremony_of_another_year(year: int | None, first: str, warned: bool) -> None:
    day = date.fromisoformat(first)
    found = ceremony_in_another_year(year, Days(day, day))
    assert (found is not None) is warned
    assert found is None or "2030" in str(found.detail)
