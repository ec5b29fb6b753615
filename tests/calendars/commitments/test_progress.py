"""Progress of the agreement 2024–2028, by hand from its text; and of every frequency at its edges."""

import random
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.commitments.due_years import due_years
from calendars.commitments.event_matching import CommitmentTerms, Evaluator, EventRecord, Match
from calendars.commitments.progress import CommitmentProgress, progress
from calendars.days.spans import Days
from models.vocabulary import ActivityType, EventStatus, FrequencyType, ProgressState
from tests.calendars.commitments.commitment_samples import (
    AGREEMENT,
    CLOSED,
    EVERY_2_3,
    TEAM,
    TRAINING,
    YEARLY,
    judged,
    occasion,
    undertaking,
)

DRAFT, PLANNED, CONFIRMED = EventStatus.DRAFT, EventStatus.PLANNED, EventStatus.CONFIRMED
ONGOING, POSTPONED, CANCELLED = EventStatus.ONGOING, EventStatus.POSTPONED, EventStatus.CANCELLED

SURVEY, HANDOVER = ActivityType.SURVEY, ActivityType.HANDOVER

HISTORY = [
    # Article 1, yearly: 2024 held; 2025 nine days instead of ten; 2026 only a draft, fifteen days ahead; 2027 agreed.
    occasion("1 in", "2024-10-07"),
    occasion("1 in", "2025-10-06", days=9),
    occasion("1 in", "2026-12-07", status=DRAFT),
    occasion("1 in", "2027-03-10", status=PLANNED),
    # Every 2–3 years: held in 2025.
    occasion("1 out", "2025-05-12"),
    # A year of Vietnamese: eight came in September 2026 and are still there; seven are to come.
    occasion("1 language", "2026-09-21", days=365, people=8, status=ONGOING),
    occasion("1 language", "2027-09-20", days=366, people=7, status=DRAFT),
    # The office's delegation: called off once, then postponed.
    occasion("1 office", "2025-06-09", days=4, status=CANCELLED),
    occasion("1 office", "2026-06-08", days=4, status=POSTPONED),
    # Pupils: eight taken in who stay beyond the agreement's end.
    occasion("2 pupils", "2026-09-21", days=1096, people=8, status=ONGOING),
    # Agriculture, yearly: one person for seven days is enough; 2025 nobody said that it took place; 2026 confirmed.
    occasion("5 agriculture", "2024-11-04", days=7, people=1),
    occasion("5 agriculture", "2025-11-03", days=8, people=2, status=CONFIRMED),
    occasion("5 agriculture", "2026-12-14", days=12, people=2, status=CONFIRMED),
    # Culture: both taken in.
    occasion("7 culture", "2025-09-15", days=1096, people=2, status=ONGOING),
    # Sport, yearly: 2024 eight instead of nine; 2025 ten instead of nine.
    occasion("7 sport", "2024-10-14", days=75, people=8),
    occasion("7 sport", "2025-06-09", days=75, people=10),
    # Troupes: counted, two in one year; one had nine people instead of ten.
    occasion("7 troupes", "2025-04-13", days=5),
    occasion("7 troupes", "2025-12-01", days=4, people=9),
    # The school: handed over in 2026.
    occasion("10 school", "2026-08-20", days=1, people=None),
    occasion("11 other", "2024-12-03", days=2, people=6),
]

F, R, T, M, O = (  # noqa: E741 - the columns of a table
    ProgressState.FULFILLED,
    ProgressState.AT_RISK,
    ProgressState.ON_TRACK,
    ProgressState.MISSED,
    ProgressState.OPEN,
)

# Commitment: its state, then each year's, 2024 to 2028, as of 22 November 2026.
EXPECTED = {
    "1 in": (M, (F, M, R, T, T)),
    "1 out": (T, (O, F, O, O, T)),
    "1 language": (T, (O, O, F, T, O)),
    "1 office": (T, (O, O, O, O, T)),
    "2 pupils": (T, (O, O, F, O, O)),
    "3 health": (O, (O, O, O, O, O)),
    "4 trade": (O, (O, O, O, O, O)),
    "5 agriculture": (M, (F, M, T, T, T)),
    "6 justice": (O, (O, O, O, O, O)),
    "7 culture": (F, (O, F, O, O, O)),
    "7 troupes": (O, (O, O, O, O, O)),
    "7 sport": (M, (M, F, R, T, T)),
    "7 tourism": (O, (O, O, O, O, O)),
    "8 information": (O, (O, O, O, O, O)),
    "9 youth": (O, (O, O, O, O, O)),
    "10 school": (F, (O, O, F, O, O)),
    "11 other": (O, (O, O, O, O, O)),
}

# The same when the period is over and nothing more was done than those twelve events of HISTORY that had begun.
AT_THE_END = {
    "1 in": (M, (F, M, M, M, M)),
    "1 out": (M, (O, F, O, O, M)),
    "1 language": (M, (O, O, F, O, O)),
    "1 office": (M, (O, O, O, O, M)),
    "2 pupils": (M, (O, O, F, O, O)),
    "5 agriculture": (M, (F, M, M, M, M)),
    "7 culture": (F, (O, F, O, O, O)),
    "7 sport": (M, (M, F, M, M, M)),
    "10 school": (F, (O, O, F, O, O)),
}

YEARLY_ONES = ("1 in", "5 agriculture", "7 sport")
BY_THE_END = ("1 language", "1 office", "2 pupils", "7 culture", "10 school")

# When nothing is held and nothing planned: the day, then the yearly ones, the one every 2–3 years, those of the period.
NOTHING_DONE = [
    ("2023-12-31", T, T, T),  # before the agreement holds there is time for everything
    ("2024-01-01", R, T, T),  # the first year has begun, and its diary is empty
    ("2024-12-31", R, T, T),  # on the last day a batch could still begin
    ("2025-01-01", M, T, T),
    ("2025-12-31", M, T, T),
    ("2026-01-01", M, R, T),  # the third year without one is the last chance
    ("2026-12-31", M, R, T),
    ("2027-01-01", M, M, T),
    ("2027-12-31", M, M, T),
    ("2028-01-01", M, M, R),
    ("2028-12-31", M, M, R),
    ("2029-01-01", M, M, M),
]


def of(identity: str, occasions: list[EventRecord], as_of: str) -> CommitmentProgress:
    promised, day = AGREEMENT[identity], date.fromisoformat(as_of)
    return progress(promised, judged(promised, occasions, day), day)


def states(found: CommitmentProgress) -> tuple[ProgressState, tuple[ProgressState, ...]]:
    return found.state, tuple(year.state for year in found.years)


def test_the_table_names_every_commitment_and_year() -> None:
    assert list(EXPECTED) == list(AGREEMENT)
    assert list(AT_THE_END) == CLOSED
    assert all(len(years) == 5 for _state, years in EXPECTED.values())


@pytest.mark.parametrize("identity", EXPECTED)
def test_every_commitment_and_year_of_the_agreement(identity: str) -> None:
    found = of(identity, HISTORY, "2026-11-22")
    assert [year.year for year in found.years] == [2024, 2025, 2026, 2027, 2028]
    assert states(found) == EXPECTED[identity]


@pytest.mark.parametrize("identity", AT_THE_END)
def test_when_the_period_is_over_what_was_not_done_is_missed(identity: str) -> None:
    assert states(of(identity, HISTORY, "2029-01-01")) == AT_THE_END[identity]


@pytest.mark.parametrize(("as_of", "yearly", "now_and_then", "by_the_end"), NOTHING_DONE)
def test_a_year_is_missed_only_when_it_can_no_longer_be_met(
    as_of: str, yearly: ProgressState, now_and_then: ProgressState, by_the_end: ProgressState
) -> None:
    expected = dict.fromkeys(YEARLY_ONES, yearly) | {"1 out": now_and_then} | dict.fromkeys(BY_THE_END, by_the_end)
    assert {identity: of(identity, [], as_of).state for identity in CLOSED} == expected


def test_figures_of_a_year_and_of_the_period() -> None:
    agriculture = of("5 agriculture", HISTORY, "2026-11-22")
    assert [(one.due, one.held, one.planned, one.people, one.days) for one in agriculture.years] == [
        (1, 1, 0, 1, 7),
        (1, 0, 0, 0, 0),
        (1, 0, 1, 0, 0),
        (1, 0, 0, 0, 0),
        (1, 0, 0, 0, 0),
    ]
    totals = agriculture.totals
    assert (totals.due, totals.held, totals.planned, totals.people, totals.people_planned) == (5, 1, 1, 1, 2)
    language = of("1 language", HISTORY, "2026-11-22").totals
    assert (language.people, language.people_planned, language.people_due, language.held) == (8, 7, 15, 1)
    # 21 September to 22 November: only the days that have passed are counted of a course that goes on.
    assert language.days == 63


NEAR = [
    (occasion("1 in", "2025-10-06", people=9), ["People: 9; promised: 10–15."]),
    (occasion("1 in", "2025-10-06", days=9), ["Days: 9; promised: in days: 10–15."]),
    (occasion("7 sport", "2025-06-09", days=60, people=9), ["Days: 60; promised: in months: 2–3."]),
    (occasion("1 in", "2025-10-06", host="ha-noi"), ["It takes place in ha-noi; promised: hai-duong."]),
    (occasion("1 in", "2025-10-06", guest="laos"), ["The guests come from laos; promised: vientiane-province."]),
    (occasion("1 in", "2025-10-06", guest=None), ["The guests come from –; promised: vientiane-province."]),
    (occasion("1 in", "2025-10-06", status=CANCELLED), ["It was cancelled."]),
    (occasion("1 in", "2025-10-06", status=POSTPONED), ["It is postponed and has no new days yet."]),
    (
        occasion("1 in", "2023-12-31"),
        ["It begins on 31/12/2023, outside the agreement (01/01/2024 to 31/12/2028)."],
    ),
    (
        occasion("1 in", "2025-10-06", status=PLANNED),
        ["Its days are over, but nobody has marked it as completed."],
    ),
    (
        occasion("10 school", "2026-08-20", days=2, activity_type=SURVEY),
        ["Type of activity: Field survey; promised: Handover."],
    ),
    (
        occasion("7 sport", "2025-06-09", days=75, people=9, composition={"athlete": 9}),
        ["Composition: athlete: 9; promised at least: athlete: 8, coach: 1."],
    ),
    (
        occasion("7 sport", "2025-06-09", days=75, people=9, composition={"coach": 2, "athlete": 7}),
        ["Composition: athlete: 7, coach: 2; promised at least: athlete: 8, coach: 1."],
    ),
    (
        occasion("1 in", "2025-10-06", people=8, days=3, host="laos", status=PLANNED),
        [
            "It takes place in laos; promised: hai-duong.",
            "People: 8; promised: 10–15.",
            "Days: 3; promised: in days: 10–15.",
            "Its days are over, but nobody has marked it as completed.",
        ],
    ),
]


@pytest.mark.parametrize(("near", "why"), NEAR)
def test_what_nearly_counts_and_why_not(near: EventRecord, why: list[str]) -> None:
    found = of(near.commitment_id or "", [near], "2026-11-22")
    assert [(one.occasion.id, [str(reason) for reason in one.why]) for one in found.near] == [(near.id, why)]
    assert sum(year.held + year.planned for year in found.years) == 0


REMARKABLE = [
    (
        occasion("7 sport", "2025-06-09", days=70, people=10, composition=TEAM),
        ["More people than promised: 10; promised: 9."],
    ),
    (occasion("1 in", "2025-10-06", people=None), ["Nobody has written down how many people."]),
    # What nobody has written down stands in nobody's way.
    (
        occasion("7 sport", "2025-06-09", days=70, people=9),
        ["Nobody has written down the composition; promised at least: athlete: 8, coach: 1."],
    ),
    (occasion("1 in", "2025-10-06", days=16), ["Longer than promised, in days: 16; promised: in days: 10–15."]),
]


@pytest.mark.parametrize(("counted", "why"), REMARKABLE)
def test_more_than_promised_counts_with_a_remark(counted: EventRecord, why: list[str]) -> None:
    found = of(counted.commitment_id or "", [counted], "2026-11-22")
    assert sum(year.held for year in found.years) == 1
    assert [[str(reason) for reason in one.why] for one in found.remarkable] == [why]


@pytest.mark.parametrize("activity_type", [HANDOVER, None])
def test_the_type_promised_counts_and_so_does_one_that_nobody_has_said(activity_type: ActivityType | None) -> None:
    assert (
        of("10 school", [occasion("10 school", "2026-08-20", days=1, activity_type=activity_type)], "2026-11-22").state
        is F
    )


@pytest.mark.parametrize(
    "sorts", [TEAM, {"Coach ": 1, "ATHLETE": 8}, {"coach": 1, "athlete": 5, "Athlete": 3}, TEAM | {"doctor": 1}]
)
def test_sorts_of_people_are_peoples_own_words(sorts: dict[str, int]) -> None:
    found = of("7 sport", [occasion("7 sport", "2025-06-09", days=75, people=10, composition=sorts)], "2026-11-22")
    assert (len(found.near), found.years[1].state) == (0, F)


def test_an_unlinked_visit_nearly_counts_only_if_its_people_would_do() -> None:
    judge = Evaluator(AGREEMENT["7 sport"], date(2026, 11, 22))
    for sorts, counts in ((TEAM, True), ({"athlete": 9}, False)):
        stray = occasion("7 sport", "2025-06-09", days=75, people=9, composition=sorts, commitment_id=None)
        assert (judge.unlinked(stray) is not None) is counts


@pytest.mark.parametrize(
    ("status", "first", "as_of", "held", "planned"),
    [
        (EventStatus.COMPLETED, "2026-03-02", "2026-03-01", 0, 1),  # as of an earlier day it was still to come
        (EventStatus.COMPLETED, "2026-03-02", "2026-03-02", 1, 0),
        (ONGOING, "2026-03-02", "2026-03-05", 1, 0),
        (PLANNED, "2026-03-02", "2026-03-13", 0, 1),  # its last day: it may be marked tomorrow
        (PLANNED, "2026-03-02", "2026-03-14", 0, 0),
        (CONFIRMED, "2026-03-02", "2026-03-01", 0, 1),
        (DRAFT, "2026-03-02", "2026-03-01", 0, 1),
    ],
)
def test_held_and_planned_as_of_a_day(status: EventStatus, first: str, as_of: str, held: int, planned: int) -> None:
    totals = of("1 in", [occasion("1 in", first, status=status)], as_of).totals
    assert (totals.held, totals.planned) == (held, planned)


@pytest.mark.parametrize(("days_ahead", "state"), [(29, R), (30, T)])
def test_a_draft_that_begins_soon_does_not_reassure(days_ahead: int, state: ProgressState) -> None:
    as_of = date(2028, 6, 1)
    rest = [occasion("1 in", f"{year}-05-04") for year in (2024, 2025, 2026, 2027)]
    draft = occasion("1 in", as_of + timedelta(days=days_ahead), status=DRAFT)
    found = progress(AGREEMENT["1 in"], judged(AGREEMENT["1 in"], [*rest, draft], as_of), as_of)
    assert found.state is state


@pytest.mark.parametrize(
    ("years", "as_of", "state"),
    [
        ((2026,), "2028-12-31", F),  # in its middle one suffices for five years
        ((2024, 2027), "2028-12-31", F),
        ((2025, 2028), "2028-12-31", F),
        ((2024, 2025, 2026, 2027, 2028), "2028-12-31", F),
        ((2024,), "2026-12-31", T),
        ((2024,), "2027-01-01", R),
        ((2024,), "2028-01-01", M),
        ((2025,), "2028-12-31", R),
        ((2025,), "2029-01-01", M),
        ((2027,), "2028-12-31", M),  # 2024 to 2026 went by without one
        ((2028,), "2029-01-01", M),
    ],
)
def test_one_every_two_to_three_years_is_judged_by_the_gaps(
    years: tuple[int, ...], as_of: str, state: ProgressState
) -> None:
    assert of("1 out", [occasion("1 out", f"{year}-06-01") for year in years], as_of).state is state


@pytest.mark.parametrize(
    ("first", "last", "years"),
    [
        ("2024-01-01", "2028-12-31", (2024, 2025, 2026, 2027, 2028)),
        ("2022-07-01", "2025-06-30", (2022, 2023, 2024)),
        ("2024-09-18", "2028-12-31", (2025, 2026, 2027, 2028)),
        ("2024-09-18", "2028-09-17", (2025, 2026, 2027, 2028)),
        ("2024-09-01", "2025-03-31", (2024,)),  # no year for the most part: the one it covers most
        ("2024-05-01", "2024-05-01", (2024,)),
    ],
)
def test_years_of_a_period_that_begins_in_the_middle_of_one(first: str, last: str, years: tuple[int, ...]) -> None:
    assert due_years(Days(date.fromisoformat(first), date.fromisoformat(last))) == years


def test_an_event_at_the_edge_counts_to_the_nearest_due_year() -> None:
    period = Days(date(2022, 7, 1), date(2025, 6, 30))
    promised = undertaking("yearly", TRAINING, host="hai-duong", guest="laos", period=period, **YEARLY)
    held = [occasion(promised, day) for day in ("2022-08-01", "2023-08-01", "2025-03-03")]
    found = progress(promised, judged(promised, held, date(2025, 7, 1)), date(2025, 7, 1))
    assert [(year.year, year.held) for year in found.years] == [(2022, 1), (2023, 1), (2024, 1)]
    assert found.state is F


def test_a_quota_of_people_without_a_number_of_batches() -> None:
    promised = undertaking("quota", TRAINING, host="hai-duong", guest="laos", headcount_total=15)
    eight, seven = (occasion(promised, f"202{year}-03-02", people=people) for year, people in ((5, 8), (6, 7)))
    day = date(2027, 1, 1)
    assert progress(promised, judged(promised, [eight], day), day).state is T
    assert progress(promised, judged(promised, [eight, seven], day), day).state is F


@st.composite
def undertakings(draw: st.DrawFn) -> CommitmentTerms:
    """Any closed commitment between two parties, over any period of up to ten years."""
    first = draw(st.dates(date(2020, 1, 1), date(2026, 12, 31)))
    period = Days(first, first + timedelta(days=draw(st.integers(0, 3650))))
    values: dict[str, Any] = draw(
        st.one_of(
            st.builds(lambda count: {"frequency": FrequencyType.PER_YEAR, "count": count}, st.integers(1, 3)),
            st.builds(lambda count: {"frequency": FrequencyType.IN_PERIOD, "count": count}, st.integers(1, 4)),
            st.builds(
                lambda least, more: {"frequency": FrequencyType.EVERY, "min_years": least, "max_years": least + more},
                st.integers(1, 3),
                st.integers(0, 2),
            ),
        )
    )
    low = draw(st.integers(1, 12))
    values["people"] = draw(st.sampled_from([(None, None), (low, low + 5), (None, low), (low, None)]))
    values["headcount_total"] = draw(st.none() | st.integers(1, 60))
    length = draw(st.sampled_from([(None, None, None), (3, 8, "days"), (5, 5, "days"), (2, 3, "months")]))
    values["length"] = length
    return undertaking("any", TRAINING, host="hai-duong", guest="laos", period=period, **values)


@st.composite
def histories(draw: st.DrawFn, promised: CommitmentTerms) -> list[EventRecord]:
    return [
        occasion(
            promised,
            promised.period.first + timedelta(days=draw(st.integers(-60, len(promised.period) + 60))),
            days=draw(st.integers(1, 90)),
            people=draw(st.none() | st.integers(0, 20)),
            status=draw(st.sampled_from(list(EventStatus))),
        )
        for _number in range(draw(st.integers(0, 12)))
    ]


@given(st.data())
def test_the_order_of_the_events_makes_no_difference(data: st.DataObject) -> None:
    promised = data.draw(undertakings())
    history = data.draw(histories(promised))
    day = data.draw(st.dates(date(2019, 1, 1), date(2037, 12, 31)))
    shuffled = history.copy()
    random.Random(data.draw(st.integers())).shuffle(shuffled)
    assert progress(promised, judged(promised, shuffled, day), day) == progress(
        promised, judged(promised, history, day), day
    )


def gaps_state(promised: CommitmentTerms, history: list[EventRecord], day: date) -> ProgressState:
    """The other way to say it: no b due years in a row without one."""
    listed = due_years(promised.period)
    most = min(promised.max_years or 1, len(listed))
    found = judged(promised, history, day)

    def has(years: tuple[int, ...], wanted: Match) -> bool:
        clamped = (
            (min(max(one.occasion.days.first.year, listed[0]), listed[-1]), one)
            for one in found
            if one.standing is wanted
        )
        return any(
            year in years and (one.occasion.status is not DRAFT or (one.occasion.days.first - day).days >= 30)
            for year, one in clamped
        )

    worst = F
    for start in range(len(listed) - most + 1):
        stretch = listed[start : start + most]
        end = promised.period.last if stretch[-1] == listed[-1] else date(stretch[-1], 12, 31)
        if has(stretch, Match.HELD):
            continue
        if has(stretch, Match.PLANNED):
            worst = T if worst is F else worst
        elif day > end:
            return M
        elif day.year < stretch[-1] or day < promised.period.first:
            worst = T if worst is F else worst
        else:
            worst = R
    return worst


@given(st.data())
def test_one_every_few_years_means_no_stretch_of_years_without_one(data: st.DataObject) -> None:
    first = date(2020, 1, 1) + timedelta(days=data.draw(st.integers(0, 400)))
    period = Days(first, first + timedelta(days=data.draw(st.integers(0, 3650))))
    least = data.draw(st.integers(1, 3))
    every = EVERY_2_3 | {"min_years": least, "max_years": least + data.draw(st.integers(0, 2))}
    promised = undertaking("any", TRAINING, host="hai-duong", guest="laos", period=period, **every)
    history = data.draw(histories(promised))
    day = data.draw(st.dates(date(2019, 6, 1), date(2031, 12, 31)))
    assert progress(promised, judged(promised, history, day), day).state is gaps_state(promised, history, day)


@given(st.data())
def test_what_is_held_is_never_undone_by_time(data: st.DataObject) -> None:
    """Once fulfilled it stays so; once missed it stays so, whatever the day."""
    promised = data.draw(undertakings())
    history = data.draw(histories(promised))
    day = data.draw(st.dates(date(2019, 1, 1), date(2037, 12, 30)))
    later = data.draw(st.dates(day, date(2037, 12, 31)))
    now, then = (progress(promised, judged(promised, history, one), one).state for one in (day, later))
    if now in {F, M}:
        assert then is now


# What waits for new days


def test_progress_names_what_is_postponed() -> None:
    """A quota that relies on a postponed batch is not just "0 of 15"."""
    quota = undertaking("quota", TRAINING, headcount_total=15)
    waiting = occasion(quota, "2028-03-06", people=15, status=POSTPONED)
    day = date(2028, 2, 1)
    found = progress(quota, judged(quota, [waiting], day), day)
    assert found.state is R
    assert str(found.detail) == (
        "People taken in: 0 of 15; the agreement ends on 31/12/2028. "
        "Postponed, waiting for new days: 1; people in them: 15."
    )
    yearly = of("1 in", [occasion("1 in", "2026-12-07", status=POSTPONED)], "2026-11-22")
    assert str(yearly.detail).endswith("Postponed, waiting for new days: 1.")


@pytest.mark.parametrize("status", [CANCELLED, DRAFT, PLANNED])
def test_only_what_is_postponed_waits(status: EventStatus) -> None:
    found = of("1 in", [occasion("1 in", "2026-12-07", status=status)], "2026-11-22")
    assert "waiting" not in str(found.detail)
