"""Commitments with projects: only a handover keeps them; those without are judged as ever."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.commitments.event_matching import CommitmentTerms, Evaluator, EventRecord, Match
from calendars.commitments.outstanding import outstanding, outstanding_slots
from calendars.commitments.progress import progress
from calendars.days.spans import Days
from calendars.projects.standing import HandoverEvent, ProjectRecord
from models.vocabulary import ActivityType, EventKind, EventStatus, FrequencyType, ProgressState

PERIOD = Days(date(2024, 1, 1), date(2028, 12, 31))
PROMISE = CommitmentTerms(
    "c", EventKind.ACTIVITY, PERIOD, host="vientiane-province", frequency=FrequencyType.IN_PERIOD, count=1,
    activity_types=frozenset({ActivityType.HANDOVER}),
)  # fmt: skip
TODAY = date(2026, 11, 22)
SCHOOL = ProjectRecord("p", {"vi": "Trường"})


def handover(day: date, *, is_held: bool) -> HandoverEvent:
    return HandoverEvent("e", Days(day, day), is_held, not is_held)


def event(identity: str, day: date, status: EventStatus = EventStatus.COMPLETED) -> EventRecord:
    return EventRecord(
        identity, EventKind.ACTIVITY, status, Days(day, day), "vientiane-province", "hai-duong", 10, "c",
        activity_type=ActivityType.HANDOVER,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("project", "as_of", "state"),
    [
        (SCHOOL, TODAY, ProgressState.ON_TRACK),  # there is time
        (SCHOOL, date(2028, 2, 1), ProgressState.AT_RISK),  # nobody has said when
        (SCHOOL, date(2029, 1, 1), ProgressState.MISSED),
        (replace(SCHOOL, is_accepted=True), date(2029, 1, 1), ProgressState.MISSED),
        (replace(SCHOOL, open_days=(date(2026, 11, 21),)), TODAY, ProgressState.AT_RISK),
        (replace(SCHOOL, open_days=(date(2026, 11, 22),)), TODAY, ProgressState.ON_TRACK),
        (replace(SCHOOL, is_accepted=True, open_days=(date(2026, 11, 21),)), TODAY, ProgressState.AT_RISK),
        (replace(SCHOOL, is_accepted=True, open_days=(date(2028, 6, 1),)), date(2028, 2, 1), ProgressState.ON_TRACK),
        (replace(SCHOOL, is_accepted=True), date(2028, 2, 1), ProgressState.AT_RISK),
        (replace(SCHOOL, open_days=(date(2029, 1, 1),)), date(2028, 2, 1), ProgressState.AT_RISK),
        (replace(SCHOOL, handed_over_on="2026"), TODAY, ProgressState.FULFILLED),
        (replace(SCHOOL, handed_over_on="2026-11-22"), TODAY, ProgressState.FULFILLED),
        (replace(SCHOOL, handed_over_on="2026-11-22"), date(2026, 11, 21), ProgressState.ON_TRACK),
        (replace(SCHOOL, handed_over_on="2023"), TODAY, ProgressState.ON_TRACK),  # before it was promised
        (replace(SCHOOL, handed_over_on="2029-01-05"), date(2029, 2, 1), ProgressState.MISSED),
        (
            replace(SCHOOL, handover=handover(date(2028, 8, 23), is_held=False)),
            date(2028, 2, 1),
            ProgressState.ON_TRACK,
        ),
        (replace(SCHOOL, handover=handover(date(2026, 8, 23), is_held=True)), TODAY, ProgressState.FULFILLED),
    ],
)
@pytest.mark.parametrize("frequency", [FrequencyType.IN_PERIOD, FrequencyType.OPEN])
def test_a_project_counts_when_it_is_handed_over(
    project: ProjectRecord, as_of: date, state: ProgressState, frequency: FrequencyType
) -> None:
    count = 1 if frequency is FrequencyType.IN_PERIOD else None
    terms = replace(PROMISE, projects=(project,), frequency=frequency, count=count)
    found = progress(terms, [], as_of)
    assert found.state is state, found.detail
    assert found.undertaking is terms
    assert bool(outstanding(terms, [], as_of, as_of).shortfalls) is (
        project.handed_over is None and not project.has_coming_handover and as_of <= PERIOD.last
    )


def test_all_projects_are_to_be_handed_over() -> None:
    done = replace(SCHOOL, handed_over_on="2026-05")
    one = progress(replace(PROMISE, projects=(done, SCHOOL)), [], TODAY)
    assert (one.state, one.totals.held, one.totals.due) == (ProgressState.ON_TRACK, 1, 2)
    both = progress(replace(PROMISE, projects=(done, replace(done, id="q"))), [], TODAY)
    assert (both.state, both.totals.held) == (ProgressState.FULFILLED, 2)
    two = progress(replace(PROMISE, count=2, projects=(done,)), [], date(2028, 5, 1))
    assert (two.state, two.totals.due) == (ProgressState.AT_RISK, 2)
    assert {year.year: year.state for year in both.years}[2026] is ProgressState.FULFILLED


events = st.builds(
    event,
    st.sampled_from(["e", "f", "g"]),
    st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    st.sampled_from(EventStatus),
)


@given(st.lists(events, max_size=5, unique_by=lambda one: one.id), st.dates(date(2024, 1, 1), date(2030, 1, 1)))
def test_no_event_and_no_visit_stands_for_a_handover(found: list[EventRecord], as_of: date) -> None:
    terms = replace(PROMISE, projects=(SCHOOL,))
    judged = [Evaluator(terms, as_of).linked(one) for one in found]
    assert all(one.standing is Match.NEAR for one in judged)
    assert progress(terms, judged, as_of).state is progress(terms, [], as_of).state
    assert progress(terms, judged, as_of).totals.held == 0
    assert outstanding_slots(terms, judged, as_of, as_of).slots == ()


def test_an_event_says_why_it_does_not_count_and_the_projects_own_does() -> None:
    terms = replace(PROMISE, projects=(replace(SCHOOL, handover=handover(date(2026, 8, 23), is_held=True)),))
    other, own = (Evaluator(terms, TODAY).linked(event(one, date(2026, 8, 23))) for one in ("f", "e"))
    assert (other.standing, own.standing) == (Match.NEAR, Match.HELD)
    assert "handover" in str(other.why[-1])
    found = progress(terms, [other, own], TODAY)
    assert (found.state, found.totals.held, [one.event_ids for one in found.years if one.held]) == (
        ProgressState.FULFILLED, 1, [("e",)],
    )  # fmt: skip
    # The same events keep the promise where no project was entered.
    plain = [Evaluator(PROMISE, TODAY).linked(event(one, date(2026, 8, 23))) for one in ("f", "e")]
    assert progress(PROMISE, plain, TODAY).totals.held == 2
