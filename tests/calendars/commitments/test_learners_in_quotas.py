"""A quota counts learners when they begin: each once, in the year they began, as far as learners are entered."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.commitments.event_matching import CommitmentTerms, EventRecord
from calendars.commitments.exchange_totals import exchange_totals
from calendars.commitments.outstanding import outstanding
from calendars.commitments.progress import CommitmentProgress, progress
from calendars.learners.counting import LearnerCounts
from calendars.learners.stages import StageFacts, who
from models.vocabulary import EventStatus, LearnerOutcome, LearnerStage, ProgressState
from tests.calendars.commitments.commitment_samples import AGREEMENT, HD, VC, judged, occasion

TODAY = date(2026, 11, 22)
PUPILS, CULTURE = AGREEMENT["2 pupils"], AGREEMENT["7 culture"]
LANGUAGE, BACHELOR = LearnerStage.LANGUAGE, LearnerStage.BACHELOR
STUDYING, GRADUATED, LEFT = LearnerOutcome


def learner(
    name: str | int,
    starts: str | None = "2026-09",
    stage: LearnerStage = LANGUAGE,
    ends: str | None = None,
    outcome: LearnerOutcome = STUDYING,
) -> StageFacts:
    return StageFacts(who(None, str(name)), stage, starts, ends, outcome)


def batch(of: CommitmentTerms, first: str, *learners: StageFacts, **values: Any) -> EventRecord:
    return occasion(of, first, **({"days": 1096, "status": EventStatus.ONGOING, "learners": learners} | values))


def figures(of: CommitmentTerms, *batches: EventRecord, as_of: date = TODAY) -> CommitmentProgress:
    return progress(of, judged(of, [*batches], as_of), as_of)


def people(found: CommitmentProgress) -> list[int]:
    return [year.people for year in found.years]


def test_who_began_counts_instead_of_the_head_count() -> None:
    found = figures(PUPILS, batch(PUPILS, "2026-09-21", *map(learner, range(8)), people=12))
    assert people(found) == [0, 0, 8, 0, 0]
    assert (found.totals.people, found.totals.people_due, found.totals.people_unknown) == (8, 15, 0)
    assert found.learners == LearnerCounts(8, studying=8)


def test_without_learners_the_head_count_counts_as_ever() -> None:
    found = figures(PUPILS, batch(PUPILS, "2026-09-21", people=8))
    assert (people(found), found.learners) == ([0, 0, 8, 0, 0], None)


def test_a_batch_without_a_head_count_is_known_by_its_learners() -> None:
    found = figures(PUPILS, batch(PUPILS, "2026-09-21", *map(learner, range(3)), people=None))
    assert (found.totals.people, found.totals.people_unknown) == (3, 0)


def test_learners_count_in_the_year_they_begin_and_those_to_come_are_planned() -> None:
    found = figures(
        PUPILS, batch(PUPILS, "2025-09-15", learner(1, "2025-09"), learner(2, "2026-09"), learner(3, "2027-09"))
    )
    assert people(found) == [0, 1, 1, 0, 0]
    assert (found.totals.people, found.totals.people_planned) == (2, 1)
    later = figures(PUPILS, batch(PUPILS, "2025-09-15", learner(3, "2027-09")), as_of=date(2027, 9, 1))
    assert people(later) == [0, 0, 0, 1, 0]


def test_from_the_language_to_the_degree_somebody_counts_once_over_all_batches() -> None:
    found = figures(
        CULTURE,
        batch(CULTURE, "2025-09-15", learner("A", "2025-09", ends="2026-07", outcome=GRADUATED), learner("B", "2025")),
        batch(CULTURE, "2026-09-15", learner("a", "2026-09", BACHELOR)),
    )
    assert people(found) == [0, 2, 0, 0, 0]
    assert (found.state, found.learners) == (ProgressState.FULFILLED, LearnerCounts(2, studying=2))


@pytest.mark.parametrize(
    ("one", "begun"),
    [
        (learner(1, "2026-09", ends="2026-08", outcome=LEFT), 0),  # before it began
        (learner(1, "2026-09", ends="2026-10", outcome=LEFT), 1),  # taken in, and gone
        (learner(1, None), 0),
        (learner(1, None, ends="2026-07", outcome=GRADUATED), 1),
    ],
)
def test_who_left_before_beginning_does_not_count(one: StageFacts, begun: int) -> None:
    assert figures(PUPILS, batch(PUPILS, "2026-06-01", one)).totals.people == begun


def test_the_quota_is_kept_by_those_who_began() -> None:
    found = figures(CULTURE, batch(CULTURE, "2025-09-15", learner("A"), learner("B", "2028-09"), people=2))
    assert found.state is ProgressState.ON_TRACK  # one began, the other is to come
    alone = figures(CULTURE, batch(CULTURE, "2025-09-15", learner("A"), people=2), as_of=date(2029, 1, 1))
    assert alone.state is ProgressState.MISSED
    assert alone.detail.values["people"] == 1


def test_what_is_outstanding_counts_as_progress_does() -> None:
    def missing(*batches: EventRecord) -> int:
        return outstanding(PUPILS, judged(PUPILS, [*batches], TODAY), TODAY, date(2027, 1, 10)).people

    eight = [learner(one) for one in range(8)]
    assert missing(batch(PUPILS, "2026-09-21", people=8)) == 7
    assert missing(batch(PUPILS, "2026-09-21", *eight, people=12)) == 7
    assert missing(batch(PUPILS, "2026-09-21", *eight, people=None)) == 7
    assert missing(batch(PUPILS, "2026-09-21", *eight), batch(PUPILS, "2026-10-05", *eight[:2])) == 7  # each once
    gone = learner("gone", "2026-09", ends="2026-08", outcome=LEFT)
    assert missing(batch(PUPILS, "2026-09-21", *eight, gone)) == 7
    # What is to come is planned by its head-count; some of its learners may be entered.
    planned = {"status": EventStatus.PLANNED, "people": 7}
    assert missing(batch(PUPILS, "2026-09-21", *eight), batch(PUPILS, "2027-09-20", learner("x"), **planned)) == 0


def test_the_exchange_counts_the_same_people_in_the_same_years() -> None:
    batches = [
        batch(CULTURE, "2025-09-15", learner("A", "2025-09"), learner("B", "2026-09"), people=2),
        batch(CULTURE, "2026-09-15", learner("A", "2026-10", BACHELOR)),
        batch(PUPILS, "2026-09-21", people=8),
        batch(PUPILS, "2026-09-21", people=None),
    ]
    flows = exchange_totals((VC, HD), CULTURE.period, batches, TODAY)
    (there,) = [flow for flow in flows if (flow.giver, flow.receiver) == (VC, HD)]
    assert [(one.year, one.totals.people) for one in there.years] == [(2025, 1), (2026, 9)]
    assert (there.totals.people, there.totals.unknown, there.totals.visits) == (10, 1, 4)


NAMES = st.sampled_from("ABCDE")
STARTS = st.sampled_from([None, "2024", "2025-09", "2026-09-21", "2027-09"])
LEARNERS = st.builds(
    lambda name, starts, stage, outcome: learner(name, starts, stage, "2026-10" if outcome is LEFT else None, outcome),
    NAMES, STARTS, st.sampled_from([LANGUAGE, BACHELOR]), st.sampled_from([STUDYING, LEFT]),
)  # fmt: skip
BATCHES = st.lists(
    st.builds(lambda learners: batch(PUPILS, "2025-09-15", *learners), st.lists(LEARNERS, max_size=5)), max_size=4
)


@given(BATCHES, st.randoms())
def test_years_add_up_to_the_whole_in_any_order(batches: list[EventRecord], chance: Any) -> None:
    found = figures(PUPILS, *batches)
    assert sum(people(found)) == found.totals.people
    if all(one.learners for one in batches) and batches:
        assert found.learners is not None
        assert found.learners.began == found.totals.people
    mixed = [*batches]
    chance.shuffle(mixed)
    again = figures(PUPILS, *mixed)
    assert (again.totals, people(again), again.learners) == (found.totals, people(found), found.learners)
