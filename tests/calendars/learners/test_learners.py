"""Learners: which stages may follow each other, and who counts as having begun, graduated or left."""

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.learners.counting import LearnerCounts, began_on, begun, counted, expected
from calendars.learners.stages import StageFacts, bounds, contradictions, follows, told, who
from models.vocabulary import LearnerOutcome, LearnerStage

TODAY = date(2026, 11, 22)
STUDYING, GRADUATED, LEFT = LearnerOutcome
LANGUAGE, BACHELOR, COURSE = LearnerStage.LANGUAGE, LearnerStage.BACHELOR, LearnerStage.COURSE


def stage(
    what: LearnerStage = LANGUAGE,
    starts: str | None = None,
    ends: str | None = None,
    outcome: LearnerOutcome = STUDYING,
    name: str = "Học sinh thứ nhất",
) -> StageFacts:
    return StageFacts(who(None, name), what, starts, ends, outcome)


@pytest.mark.parametrize(
    ("one", "wrong"),
    [
        (stage(), set()),
        (stage(starts="2008", ends="2008"), set()),
        (stage(starts="2008-09", ends="2008"), set()),
        (stage(starts="2008-09", ends="2007"), {"ends_on"}),
        (stage(starts="2008-09-05", ends="2008-09-04"), {"ends_on"}),
        (stage(outcome=GRADUATED), {"ends_on"}),
        (stage(outcome=LEFT), {"ends_on"}),
        (stage(ends="2026", outcome=GRADUATED), set()),
        (stage(ends="2026-11-22", outcome=GRADUATED), set()),
        (stage(ends="2026-11-23", outcome=GRADUATED), {"ends_on"}),
        (stage(ends="2026-12", outcome=GRADUATED), {"ends_on"}),
        (stage(ends="2027-06-30"), set()),
        (stage(starts="2026-09", ends="2026-08", outcome=LEFT), set()),  # left before it began
    ],
)
def test_a_stage_by_itself(one: StageFacts, wrong: set[str]) -> None:
    assert set(contradictions(one, (), TODAY)) == wrong


@pytest.mark.parametrize(
    ("earlier", "later", "wrong_later", "wrong_earlier"),
    [
        (stage(starts="2007", ends="2008"), stage(BACHELOR, "2008"), set(), set()),
        (stage(starts="2007", ends="2008-08"), stage(BACHELOR, "2008-09"), set(), set()),
        (stage(starts="2007", ends="2008-08"), stage(BACHELOR, "2008-07"), {"starts_on"}, {"ends_on"}),
        (stage(starts="2007"), stage(BACHELOR, "2006"), {"starts_on"}, {"starts_on"}),
        (stage(starts="2007"), stage(BACHELOR, "2007-02"), set(), set()),
        (stage(), stage(BACHELOR, "2006"), set(), set()),  # nothing is known of the first
        (stage(starts="2007", ends="2008"), stage(BACHELOR), set(), set()),
        (stage(starts="2026-09", ends="2026-08", outcome=LEFT), stage(BACHELOR, "2020"), set(), set()),
        (stage(COURSE, "2010", "2011"), stage(LANGUAGE, "2009"), set(), set()),  # a short course comes at any time
        (stage(LearnerStage.VOCATIONAL, "2010", "2011"), stage(BACHELOR, "2009"), set(), set()),
        (stage(LANGUAGE, "2007"), stage(LANGUAGE, "2009"), {"stage"}, {"stage"}),
        (stage(starts="2007", ends="2009"), stage(BACHELOR, "2008", name="Học sinh thứ hai"), set(), set()),
    ],
)
def test_stages_follow_each_other_whichever_is_entered_last(
    earlier: StageFacts, later: StageFacts, wrong_later: set[str], wrong_earlier: set[str]
) -> None:
    assert set(contradictions(later, [earlier], TODAY)) == wrong_later
    assert set(contradictions(earlier, [later], TODAY)) == wrong_earlier


def test_stages_have_one_order() -> None:
    for one, other in permutations(LearnerStage, 2):
        assert not (follows(one, other) and follows(other, one))
        if COURSE in (one, other):
            assert not follows(one, other)
    assert follows(LANGUAGE, LearnerStage.SCHOOL)
    assert follows(BACHELOR, LearnerStage.MASTER)


def test_names_are_compared_as_search_compares_them() -> None:
    assert who(None, "Học sinh thứ nhất") == who(None, "hoc sinh  Thứ Nhất")
    assert who("01J", None) != who(None, "01J")


@pytest.mark.parametrize(
    ("one", "day"),
    [
        (stage(), None),  # not known, or not yet
        (stage(starts="2026-11-22"), date(2026, 11, 22)),
        (stage(starts="2026-11-23"), None),
        (stage(starts="2026"), date(2026, 1, 1)),
        (stage(starts="2026-12"), None),
        (stage(ends="2012", outcome=GRADUATED), date(2012, 1, 1)),  # by then at the latest
        (stage(ends="2012", outcome=LEFT), None),
        (stage(starts="2026-09", ends="2026-08", outcome=LEFT), None),
        (stage(starts="2026-09", ends="2026-10", outcome=LEFT), date(2026, 9, 1)),
    ],
)
def test_when_somebody_began(one: StageFacts, day: date | None) -> None:
    assert began_on(one, TODAY) == day


def test_a_path_counts_one_person_by_their_first_stage_and_their_last_outcome() -> None:
    path = [
        stage(LANGUAGE, "2007", "2008", GRADUATED),
        stage(BACHELOR, "2008", "2012", GRADUATED),
        stage(LANGUAGE, "2007", "2008", GRADUATED, "Học sinh thứ hai"),
        stage(BACHELOR, "2008", "2010", LEFT, "Học sinh thứ hai"),
        stage(LANGUAGE, "2007", "2008", GRADUATED, "Học sinh thứ ba"),
        stage(BACHELOR, "2009", None, STUDYING, "Học sinh thứ ba"),
        stage(LANGUAGE, "2027", name="Học sinh thứ tư"),
    ]
    assert sorted(begun(path, TODAY).values()) == [date(2007, 1, 1)] * 3
    assert counted(path, TODAY) == LearnerCounts(3, studying=1, graduated=1, left=1)
    assert counted(path, date(2009, 6, 1)) == LearnerCounts(3, studying=3)  # as it was then
    assert expected(path, TODAY) == {who(None, "Học sinh thứ tư")}


def test_what_is_over_without_an_outcome_is_not_known() -> None:
    assert counted([stage(BACHELOR, "2008", "2012")], TODAY) == LearnerCounts(1, unknown=1)
    assert counted([stage(BACHELOR, "2008", "2026")], TODAY) == LearnerCounts(1, studying=1)
    assert counted([stage(BACHELOR, "2008", "2012")], date(2012, 6, 1)) == LearnerCounts(1, studying=1)


DAYS = st.sampled_from([None, "2007", "2008-09", "2008-09-05", "2026-11", "2026-11-23", "2027"])
STAGES = st.builds(
    stage, st.sampled_from(LearnerStage), DAYS, DAYS, st.sampled_from(LearnerOutcome), st.sampled_from("abc")
)


@given(st.lists(STAGES, max_size=8), st.randoms())
def test_counts_add_up_in_any_order(path: list[StageFacts], chance: object) -> None:
    found = counted(path, TODAY)
    assert found.began == found.studying + found.graduated + found.left + found.unknown == len(begun(path, TODAY))
    assert not expected(path, TODAY) & set(begun(path, TODAY))
    mixed = [*path]
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert begun(mixed, TODAY) == begun(path, TODAY)
    assert expected(mixed, TODAY) == expected(path, TODAY)
    assert counted(mixed, TODAY) == found


@given(st.lists(STAGES, max_size=8), st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(0, 4000))
def test_who_began_has_begun_ever_after(path: list[StageFacts], day: date, later: int) -> None:
    assert begun(path, day).keys() <= begun(path, date.fromordinal(day.toordinal() + later)).keys()


def test_days_as_far_as_they_are_known() -> None:
    found = bounds("2008-09")
    assert found is not None
    assert (found.first, found.last) == (date(2008, 9, 1), date(2008, 9, 30))
    assert bounds(None) is None
    assert (told("2008", "vi"), told("2008-09", "vi"), told(None, "vi")) == ("năm 2008", "tháng 9/2008", "")
