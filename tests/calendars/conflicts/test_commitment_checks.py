"""Warnings where a visit does not fit its commitment or agreement."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from calendars.commitments.event_matching import CommitmentTerms
from calendars.conflicts.commitment_checks import CheckedEvent, commitment_warnings, short_notice
from calendars.days.spans import Days
from models.vocabulary import ActivityType, DurationUnit, EventKind, Severity

# Article 1: a short course, 10–15 people, 10–15 days
PROMISE = CommitmentTerms(
    id="commitment-1",
    activity=EventKind.TRAINING_BATCH,
    host="hai-duong",
    guest="vientiane-province",
    headcount_min=10,
    headcount_max=15,
    duration_min=10,
    duration_max=15,
    duration_unit=DurationUnit.DAYS,
    period=Days(date(2024, 1, 1), date(2028, 12, 31)),
    agreement_id="agreement-1",
)
ALWAYS = Days(date.min, date.max)
VISIT = CheckedEvent(Days(date(2027, 3, 10), date(2027, 3, 21)), headcount=12)


def codes(visit: CheckedEvent, **promised: Any) -> list[str]:
    return [notice.code for notice in commitment_warnings(visit, replace(PROMISE, **promised))]


def lasting(first: str, last: str) -> CheckedEvent:
    return replace(VISIT, days=Days(date.fromisoformat(first), date.fromisoformat(last)))


TEAM = {"coach": 1, "athlete": 8}
HANDOVER = frozenset({ActivityType.HANDOVER})


@pytest.mark.parametrize(
    ("visit", "promised", "expected"),
    [
        ({"composition": TEAM}, {"composition": TEAM}, []),
        ({"composition": {"athlete": 9}}, {"composition": TEAM}, ["composition_incomplete"]),
        ({}, {"composition": TEAM}, []),  # nobody has said yet
        ({"composition": {"athlete": 9}}, {}, []),
        ({"activity_type": ActivityType.SURVEY}, {"activity_types": HANDOVER}, ["activity_type_differs"]),
        ({"activity_type": ActivityType.HANDOVER}, {"activity_types": HANDOVER}, []),
        ({"activity_type": ActivityType.SURVEY}, {}, []),
        ({}, {"activity_types": HANDOVER}, []),
    ],
)
def test_what_will_not_count_is_said_beforehand(
    visit: dict[str, Any], promised: dict[str, Any], expected: list[str]
) -> None:
    assert codes(replace(VISIT, **visit), **promised) == expected


def test_a_visit_that_keeps_the_promise_has_no_notices() -> None:
    assert commitment_warnings(VISIT, PROMISE) == []


@pytest.mark.parametrize(
    ("headcount", "low", "high", "fits"),
    [(9, 10, 15, False), (10, 10, 15, True), (15, 10, 15, True), (16, 10, 15, False), (0, 1, 2, False),
     (None, 10, 15, True), (99, None, None, True), (9, 10, None, False), (99, 10, None, True),
     (1, None, 15, True), (16, None, 15, False), (9, 9, 9, True)],
)  # fmt: skip
def test_headcount(headcount: int | None, low: int | None, high: int | None, fits: bool) -> None:
    found = codes(replace(VISIT, headcount=headcount), headcount_min=low, headcount_max=high)
    assert found == ([] if fits else ["headcount_out_of_range"])


@pytest.mark.parametrize(
    ("last", "fits"), [("2027-03-18", False), ("2027-03-19", True), ("2027-03-24", True), ("2027-03-25", False)]
)
def test_duration_in_days_counts_both_ends(last: str, fits: bool) -> None:
    assert codes(lasting("2027-03-10", last)) == ([] if fits else ["duration_out_of_range"])


@pytest.mark.parametrize(
    ("first", "last", "low", "high", "unit", "fits"),
    [
        # 10 March to 9 June is exactly three months
        ("2027-03-10", "2027-06-09", 2, 3, DurationUnit.MONTHS, True),
        ("2027-03-10", "2027-06-10", 2, 3, DurationUnit.MONTHS, False),
        ("2027-03-10", "2027-06-09", 3, 4, DurationUnit.MONTHS, True),
        ("2027-03-10", "2027-06-08", 3, 4, DurationUnit.MONTHS, False),
        ("2027-03-10", "2027-05-09", 2, 3, DurationUnit.MONTHS, True),
        ("2027-03-10", "2027-05-08", 2, 3, DurationUnit.MONTHS, False),
        # February is a month, though short; from a 31st it ends with its last day
        ("2027-02-01", "2027-02-28", 1, 1, DurationUnit.MONTHS, True),
        ("2027-01-31", "2027-02-27", 1, 1, DurationUnit.MONTHS, True),
        ("2027-01-31", "2027-02-28", 1, 1, DurationUnit.MONTHS, False),
        ("2026-11-15", "2027-02-14", 3, 3, DurationUnit.MONTHS, True),
        # the language year
        ("2026-09-01", "2027-08-31", 1, 1, DurationUnit.YEARS, True),
        ("2026-09-01", "2027-08-30", 1, 1, DurationUnit.YEARS, False),
        ("2026-09-01", "2027-09-01", 1, 1, DurationUnit.YEARS, False),
        ("2024-02-29", "2025-02-27", 1, 1, DurationUnit.YEARS, True),
        # one bound, or none
        ("2027-03-10", "2027-03-10", None, 15, DurationUnit.DAYS, True),
        ("2027-03-10", "2027-12-31", 10, None, DurationUnit.DAYS, True),
        ("2027-03-10", "2027-12-31", 10, 15, None, True),
    ],
)
def test_duration_is_measured_on_the_calendar(
    first: str, last: str, low: int | None, high: int | None, unit: DurationUnit | None, fits: bool
) -> None:
    found = codes(lasting(first, last), duration_min=low, duration_max=high, duration_unit=unit)
    assert found == ([] if fits else ["duration_out_of_range"])


def test_duration_at_the_end_of_the_calendar() -> None:
    last_days = replace(VISIT, days=Days(date(9999, 12, 1), date.max))
    for unit in DurationUnit:
        promise = replace(PROMISE, duration_min=None, duration_max=50_000, duration_unit=unit, period=ALWAYS)
        assert [notice.code for notice in commitment_warnings(last_days, promise)] in ([], ["duration_out_of_range"])


@pytest.mark.parametrize(
    ("first", "last", "fits"),
    [
        ("2024-01-01", "2024-01-12", True),
        ("2023-12-31", "2024-01-10", False),
        ("2028-12-20", "2028-12-31", True),
        ("2028-12-22", "2029-01-01", False),
        ("2023-03-10", "2023-03-21", False),
        ("2029-03-10", "2029-03-21", False),
    ],
)
def test_outside_agreement(first: str, last: str, fits: bool) -> None:
    assert codes(lasting(first, last)) == ([] if fits else ["outside_agreement"])


def test_what_begins_within_the_agreement_and_ends_after_it_is_worth_a_remark_only() -> None:
    course, late = lasting("2028-12-22", "2029-01-02"), lasting("2029-03-10", "2029-03-21")
    assert [notice.severity for visit in (course, late) for notice in commitment_warnings(visit, PROMISE)] == [
        Severity.INFO,
        Severity.WARNING,
    ]


def test_every_misfit_is_told_at_once() -> None:
    visit = replace(lasting("2028-12-30", "2029-02-01"), headcount=30)
    assert codes(visit) == ["headcount_out_of_range", "duration_out_of_range", "outside_agreement"]


def test_details_say_what_is_and_what_was_promised() -> None:
    visit = replace(lasting("2028-12-30", "2029-02-01"), headcount=30)
    people, days, period = commitment_warnings(visit, PROMISE)
    assert str(people.detail) == "People planned: 30. Promised: 10–15."
    assert str(days.detail) == "Days planned: 34 (30 December 2028 to 1 February 2029). Promised: in days: 10–15."
    assert str(period.detail) == (
        "Days planned: 30 December 2028 to 1 February 2029. The agreement holds from 1 January 2024 to"
        " 31 December 2028."
    )
    assert [notice.with_ for notice in (people, days, period)] == ["commitment-1", "commitment-1", "agreement-1"]
    assert [notice.severity for notice in (people, days, period)] == [Severity.WARNING, Severity.WARNING, Severity.INFO]


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(15, 15, "Promised: 15."), (13, None, "Promised: at least 13."), (None, 11, "Promised: at most 11.")],
)
def test_details_name_the_bounds_there_are(low: int | None, high: int | None, said: str) -> None:
    (notice,) = commitment_warnings(VISIT, replace(PROMISE, headcount_min=low, headcount_max=high))
    assert str(notice.detail) == f"People planned: 12. {said}"


def test_details_are_translated_to_the_last_word() -> None:
    (notice,) = commitment_warnings(replace(VISIT, headcount=9), replace(PROMISE, headcount_max=None))
    for language in ("vi", "lo"):
        told = notice.detail.to(language)
        assert "Promised" not in told
        assert "at least" not in told
        assert "9" in told
        assert "10" in told


@pytest.mark.parametrize(
    ("today", "short"),
    [("2027-02-24", False), ("2027-02-25", True), ("2027-03-09", True), ("2027-03-10", False), ("2027-03-12", False)],
)
def test_short_notice(today: str, short: bool) -> None:
    notice = short_notice(VISIT, date.fromisoformat(today))
    assert (notice is not None) is short


def test_short_notice_says_how_short() -> None:
    notice = short_notice(VISIT, date(2027, 3, 1), minimum_days=30)
    assert notice is not None
    assert (notice.code, notice.severity, notice.with_) == ("short_notice", Severity.WARNING, None)
    assert str(notice.detail) == "Days left until 10 March 2027: 9; the office asks for 30."
    assert short_notice(VISIT, date(2027, 3, 1), minimum_days=9) is None
