"""What is outstanding of a commitment, and that a plan has a slot or a reason for all of it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.commitments.event_matching import CommitmentTerms, EventRecord
from calendars.commitments.outstanding import USUAL_DAYS, outstanding, outstanding_slots, usual_length, usual_people
from models.vocabulary import EventKind, EventStatus, FrequencyType
from tests.calendars.commitments.commitment_samples import (
    AGREEMENT,
    DAYS,
    EVERY_2_3,
    MONTHS,
    ONCE,
    TRAINING,
    YEARLY,
    YEARS,
    judged,
    occasion,
    undertaking,
)
from tests.calendars.commitments.test_progress import histories, undertakings

TODAY = date(2026, 11, 22)
NOTICE = timedelta(days=14)
POSTPONED = {"status": EventStatus.POSTPONED}
DRAFT = {"status": EventStatus.DRAFT}
Held = tuple[str, dict[str, Any]]


def lacking(promised: CommitmentTerms, held: Sequence[Held], today: date = TODAY) -> tuple[list[int], int]:
    """The years that lack a visit, and the people the quota lacks."""
    occasions = [occasion(promised, first, **values) for first, values in held]
    found = outstanding(promised, judged(promised, occasions, today), today, today + NOTICE)
    return sorted(found.years), found.people


TWICE_A_YEAR = undertaking("twice", frequency=FrequencyType.PER_YEAR, count=2)
ANY_YEARLY = undertaking("yearly", **YEARLY)
ANY_ONCE = undertaking("once", **ONCE)
NOW_AND_THEN = undertaking("every", **EVERY_2_3)
QUOTA = undertaking("quota", TRAINING, people=(10, 15), headcount_total=15)


@pytest.mark.parametrize(
    ("promised", "held", "years", "people"),
    [
        (ANY_YEARLY, [], [2026, 2027, 2028], 0),
        (ANY_YEARLY, [("2026-03-02", {}), ("2028-03-02", DRAFT)], [2027], 0),
        (ANY_YEARLY, [("2026-12-07", POSTPONED)], [2027, 2028], 0),
        (ANY_YEARLY, [("2026-03-02", {"status": EventStatus.CANCELLED})], [2026, 2027, 2028], 0),
        # What was postponed in a year that is over makes up for none to come.
        (ANY_YEARLY, [("2025-12-01", POSTPONED)], [2026, 2027, 2028], 0),
        (TWICE_A_YEAR, [("2026-03-02", {}), ("2026-12-07", POSTPONED), ("2027-03-01", POSTPONED)], [2027, 2028], 0),
        (ANY_ONCE, [], [2028], 0),
        (ANY_ONCE, [("2026-03-02", {})], [], 0),
        (ANY_ONCE, [("2027-03-02", DRAFT)], [], 0),
        (ANY_ONCE, [("2025-03-02", POSTPONED)], [], 0),
        # None for three years: at once, and then the three years count from there.
        (NOW_AND_THEN, [], [2026], 0),
        (NOW_AND_THEN, [("2024-03-04", {})], [2027], 0),
        (NOW_AND_THEN, [("2026-12-07", POSTPONED)], [], 0),
        # Too late for 2026: it is to be held earlier, a second one is not needed.
        (NOW_AND_THEN, [("2027-03-01", DRAFT)], [], 0),
        (QUOTA, [], [], 15),
        (QUOTA, [("2025-03-03", {"people": 10})], [], 5),
        (QUOTA, [("2025-03-03", POSTPONED | {"people": 15})], [], 0),
        (QUOTA, [("2027-03-01", DRAFT | {"people": None})], [], 0),
        (AGREEMENT["3 health"], [], [], 0),
    ],
)  # fmt: skip
def test_what_is_outstanding(promised: CommitmentTerms, held: Sequence[Held], years: list[int], people: int) -> None:
    assert lacking(promised, held) == (years, people)


def test_one_passed_over_is_owed_in_the_year_in_which_it_can_be_prepared() -> None:
    assert lacking(NOW_AND_THEN, [], date(2026, 12, 17)) == ([2026], 0)
    assert lacking(NOW_AND_THEN, [], date(2026, 12, 18)) == ([2027], 0)


def test_a_year_too_late_to_prepare_is_outstanding_until_it_is_over() -> None:
    assert lacking(ANY_YEARLY, [], date(2026, 12, 31)) == ([2026, 2027, 2028], 0)
    assert lacking(ANY_YEARLY, [], date(2027, 1, 1)) == ([2027, 2028], 0)
    assert lacking(ANY_YEARLY, [], date(2029, 1, 1)) == ([], 0)


def told(promised: CommitmentTerms, occasions: Sequence[EventRecord], today: date) -> list[str]:
    return [
        str(one)
        for one in outstanding_slots(
            promised, judged(promised, list(occasions), today), today, today + NOTICE
        ).obstacles
    ]


@given(undertakings(), st.data())
def test_a_plan_has_slots_exactly_when_something_is_outstanding(promised: CommitmentTerms, data: st.DataObject) -> None:
    today = data.draw(st.dates(promised.period.first - timedelta(days=60), promised.period.last + timedelta(days=30)))
    held = judged(promised, data.draw(histories(promised)), today)
    lacks, plan = (find(promised, held, today, today + NOTICE) for find in (outstanding, outstanding_slots))
    too_late = [one for one in plan.obstacles if "Too late" in str(one)]
    assert lacks.is_empty is not bool(plan.slots or too_late)
    if promised.frequency is FrequencyType.PER_YEAR and not promised.headcount_total:
        assert len(plan.slots) + len(too_late) == sum(one.count for one in lacks.shortfalls)


# A quota that relies on postponed events


def test_a_postponed_batch_that_fills_a_quota_is_named() -> None:
    waiting = occasion(QUOTA, "2027-03-01", people=15, title={"en": "Batch"}, **POSTPONED)
    assert told(QUOTA, [waiting], TODAY) == ["“Batch” is postponed: give it new days."]


def test_a_postponed_batch_beyond_the_quota_is_not_named() -> None:
    enough = occasion(QUOTA, "2025-03-03", people=15)
    waiting = occasion(QUOTA, "2027-03-01", people=15, title={"en": "Batch"}, **POSTPONED)
    assert told(QUOTA, [enough, waiting], TODAY) == []


def test_a_postponed_visit_that_makes_up_for_a_visit_and_for_people_is_named_once() -> None:
    promised = undertaking("both", TRAINING, headcount_total=15, **ONCE)
    waiting = occasion(promised, "2027-03-01", people=15, title={"en": "Batch"}, **POSTPONED)
    assert told(promised, [waiting], TODAY) == ["“Batch” is postponed: give it new days."]


@given(
    st.integers(1, 60),
    st.lists(
        st.tuples(st.integers(1, 20), st.sampled_from([EventStatus.COMPLETED, EventStatus.POSTPONED])), max_size=6
    ),
)
def test_what_a_quota_lacks_is_planned_or_named(total: int, batches: list[tuple[int, EventStatus]]) -> None:
    promised = undertaking("quota", TRAINING, headcount_total=total)
    occasions = [occasion(promised, "2025-03-03", people=people, status=status) for people, status in batches]
    came = sum(people for people, status in batches if status is EventStatus.COMPLETED)
    found = outstanding_slots(promised, judged(promised, occasions, TODAY), TODAY, TODAY + NOTICE)
    assert bool(found.slots or found.obstacles) is (came < total)


# What is usual


@pytest.mark.parametrize(
    ("bounds", "people"),
    [((10, 15), 13), ((9, 9), 9), ((10, None), 10), ((None, 2), 2), ((None, None), None)],
)
def test_people_a_visit_is_planned_for(bounds: tuple[int | None, int | None], people: int | None) -> None:
    assert usual_people(undertaking("any", people=bounds)) == people


@pytest.mark.parametrize(
    ("length", "days"),
    [
        ((10, 15, DAYS), 12),
        ((4, 4, DAYS), 4),
        ((None, None, None), USUAL_DAYS[EventKind.DELEGATION]),
        ((1, 1, MONTHS), 28),
        ((1, 1, YEARS), 365),
        ((2, 3, MONTHS), 75),
    ],
)  # fmt: skip
def test_days_a_visit_is_planned_for(length: tuple[Any, Any, Any], days: int) -> None:
    assert usual_length(undertaking("any", EventKind.DELEGATION, length=length), date(2027, 2, 1)) == days
