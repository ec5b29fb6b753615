"""When rules remind of observances, anniversaries and ends of agreements, how far ahead, and why they don't."""

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.days.offsets import Offset
from calendars.mails.occasion_mail import compose_occasion
from calendars.reminders import occasions
from calendars.reminders.due_times import MOVED, RULE_OFF, RuleFacts
from calendars.reminders.occasions import OccasionSources, OfficeOccasions, due_occasions, occasion_at
from models.vocabulary import HolidayCalendar, ReminderAnchor

ZONE = "Asia/Ho_Chi_Minh"
TODAY = date(2026, 11, 22)
OBSERVANCE, ANNIVERSARY, END = (
    ReminderAnchor.OBSERVANCE,
    ReminderAnchor.ANNIVERSARY,
    ReminderAnchor.AGREEMENT_END,
)


def rule(anchor: ReminderAnchor, offset: str, **values: Any) -> RuleFacts:
    return RuleFacts("r", anchor, Offset.parse(offset), values.pop("at", time(8)), **values)


def observance(month: int = 12, day: int = 2, **values: Any) -> Any:
    row = {
        "id": "o", "name": {"vi": "x"}, "recurs_calendar": HolidayCalendar.SOLAR, "recurs_month": month,
        "recurs_day": day, "festival": None, "since_year": 1975, "greets": True, "organisation_id": None,
    }  # fmt: skip
    return SimpleNamespace(**row | values)


def anniversary(origin: str) -> Any:
    return SimpleNamespace(id="a", title={"vi": "x"}, origin=origin, parties=[])


def agreement(ends_on: str, review_on: str | None = None) -> Any:
    review = date.fromisoformat(review_on) if review_on else None
    return SimpleNamespace(id="g", title={"vi": "x"}, ends_on=date.fromisoformat(ends_on), review_on=review, parties=[])


def dues(one: RuleFacts, sources: OccasionSources, today: date = TODAY) -> list[str]:
    found = due_occasions(one, sources, ZONE, None, today)
    return [f"{due.due_at.astimezone(UTC):%Y-%m-%dT%H} {due.occasion.day}" for due in found]


def test_a_review_has_a_day_and_a_first_line_of_its_own() -> None:
    sources = OccasionSources(agreements=[agreement("2028-12-31", "2027-06-30")])
    ends, reviews = rule(END, "-P30D"), rule(ReminderAnchor.AGREEMENT_REVIEW, "-P30D")
    assert dues(ends, sources) == ["2028-12-01T01 2028-12-31"]
    assert dues(reviews, sources) == ["2027-05-31T01 2027-06-30"]
    assert dues(reviews, OccasionSources(agreements=[agreement("2028-12-31")])) == [], "none is to be reviewed"
    followed = OccasionSources(agreements=sources.agreements, followed=frozenset({"g"}))
    assert dues(reviews, followed) == []
    told = [
        compose_occasion(due_occasions(one, sources, ZONE, None, TODAY)[0].occasion, {"vi": "y"}, "", "en").text
        for one in (ends, reviews)
    ]
    assert told[0].startswith("This agreement ends.")
    assert told[1].startswith("This agreement is to be reviewed by the day below.")


@pytest.mark.parametrize(
    ("one", "sources", "expected"),
    [
        # What was due before today of a day that is to come is told, too: the caller says that it is late.
        (
            rule(OBSERVANCE, "-P10D"),
            OccasionSources([observance(12, 2)]),
            ["2026-11-22T01 2026-12-02", "2027-11-22T01 2027-12-02"],
        ),
        (
            rule(OBSERVANCE, "-P20D"),
            OccasionSources([observance(12, 2)]),
            ["2026-11-12T01 2026-12-02", "2027-11-12T01 2027-12-02"],
        ),
        (
            rule(OBSERVANCE, "PT0S"),
            OccasionSources([observance(11, 22)]),
            ["2026-11-22T01 2026-11-22", "2027-11-22T01 2027-11-22"],
        ),
        (rule(OBSERVANCE, "-P10D"), OccasionSources([observance(greets=False)]), []),
        # A round year: the next one, however far.
        (
            rule(OBSERVANCE, "-P10D", grades=frozenset({"round"})),
            OccasionSources([observance()]),
            ["2035-11-22T01 2035-12-02"],
        ),
        (
            rule(ANNIVERSARY, "-P365D", grades=frozenset({"round", "half_round"})),
            OccasionSources(anniversaries=[anniversary("1962-09-05")]),
            ["2026-09-05T01 2027-09-05", "2031-09-06T01 2032-09-05"],
        ),
        # 1984, and nothing more is known: counted from the first day it could be on.
        (
            rule(ANNIVERSARY, "-P365D", grades=frozenset({"half_round"})),
            OccasionSources(anniversaries=[anniversary("1984")]),
            ["2028-01-02T01 2029-01-01"],
        ),
        (
            rule(ANNIVERSARY, "-P365D"),
            OccasionSources(anniversaries=[anniversary("2026-09")]),
            ["2026-09-01T01 2027-09-01", "2027-09-02T01 2028-09-01"],
        ),
        (rule(END, "-P365D"), OccasionSources(agreements=[agreement("2028-12-31")]), ["2028-01-01T01 2028-12-31"]),
        (rule(END, "-P365D"), OccasionSources(agreements=[agreement("2028-12-31")], followed=frozenset({"g"})), []),
        (rule(END, "P5D"), OccasionSources(agreements=[agreement("2026-11-20")]), ["2026-11-25T01 2026-11-20"]),
        (rule(END, "-P5D"), OccasionSources(agreements=[agreement("2020-12-31")]), []),
    ],
)
def test_when(one: RuleFacts, sources: OccasionSources, expected: list[str]) -> None:
    found = dues(one, sources)
    assert found[: len(expected)] == expected
    if one.anchor is not ANNIVERSARY:
        assert found == expected


def test_a_year_or_a_month_has_no_day_of_its_own() -> None:
    sources = OccasionSources(anniversaries=[anniversary("1984")])
    (year,) = sources.between(ANNIVERSARY, date(2029, 1, 1), date(2029, 12, 31))
    assert (year.is_exact, year.day, year.last_day) == (False, date(2029, 1, 1), date(2029, 12, 31))
    sources = OccasionSources(anniversaries=[anniversary("1984-02")])
    (month,) = sources.between(ANNIVERSARY, date(2028, 1, 1), date(2028, 12, 31))
    assert (month.is_exact, month.day, month.last_day) == (False, date(2028, 2, 1), date(2028, 2, 29))


@given(st.dates(date(2020, 1, 1), date(2060, 1, 1)), st.integers(-400, 100), st.booleans())
def test_every_day_is_told_once_however_often_it_is_planned(today: date, days: int, with_grades: bool) -> None:
    """Planned day by day, nothing is missed and nothing has another instant on another day."""
    grades = frozenset({"round"}) if with_grades else frozenset()
    one = rule(OBSERVANCE, f"{'-' if days < 0 else ''}P{abs(days)}D" if days else "PT0S", grades=grades)
    sources = OccasionSources([observance()])
    first = due_occasions(one, sources, ZONE, None, today)
    later = due_occasions(one, sources, ZONE, None, today + timedelta(days=1))
    assert first
    assert any(due.due_at.date() >= today - timedelta(days=1) for due in first)
    gone = {due.due_at for due in first} - {due.due_at for due in later}
    assert all(due < datetime(today.year, today.month, today.day, tzinfo=UTC) + timedelta(days=2) for due in gone)
    assert len({due.due_at for due in first}) == len(first)


class Rows:
    """One office's rows."""

    def __init__(self, **rows: Any) -> None:
        self.observances, self.anniversaries, self.agreements = [], [], []
        self.permits: list[Any] = []
        self.followed: frozenset[str] = frozenset()
        self.holidays = SimpleNamespace(at=lambda _office: [])
        self.__dict__.update(rows)

    def observances_of(self, _office: str) -> list[Any]:
        return self.observances

    def permits_of(self, _office: str) -> list[Any]:
        return self.permits

    def milestones_of(self, office: str) -> list[Any]:
        return []

    def concerning(self, _office: str, rows: list[Any]) -> list[Any]:
        return rows


DUE = datetime(2026, 11, 22, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rows", "one", "now", "why"),
    [
        (Rows(observances=[observance()]), rule(OBSERVANCE, "-P10D"), DUE, None),
        (Rows(observances=[observance()]), rule(OBSERVANCE, "-P10D", active=False), DUE, RULE_OFF),
        (Rows(observances=[observance()]), rule(OBSERVANCE, "-P9D"), DUE, MOVED),
        (Rows(observances=[observance()]), rule(OBSERVANCE, "-P10D", grades=frozenset({"round"})), DUE, MOVED),
        (Rows(observances=[observance(12, 3)]), rule(OBSERVANCE, "-P10D"), DUE, MOVED),
        (Rows(), rule(OBSERVANCE, "-P10D"), DUE, occasions.GONE),
        (Rows(observances=[observance(greets=False)]), rule(OBSERVANCE, "-P10D"), DUE, occasions.NO_GREETINGS),
        (Rows(observances=[observance()]), rule(OBSERVANCE, "-P10D"), datetime(2026, 12, 2, 16, 59, tzinfo=UTC), None),
        (
            Rows(observances=[observance()]),
            rule(OBSERVANCE, "-P10D"),
            datetime(2026, 12, 2, 17, tzinfo=UTC),
            occasions.OVER,
        ),
    ],
)
def test_why_one_is_skipped(rows: Rows, one: RuleFacts, now: datetime, why: str | None) -> None:
    found = OfficeOccasions(rows).skip_reason(one, "", ("observance", "o"), date(2026, 12, 2), DUE, ZONE, now)
    assert found == why


def test_an_occasion_is_found_by_its_day() -> None:
    sources = OccasionSources([observance(), observance(id="other")])
    found = occasion_at(sources, rule(OBSERVANCE, "-P1D"), ("observance", "other"), date(2026, 12, 2))
    assert found is not None
    assert (found.id, found.ordinal) == ("other", 51)
    assert occasion_at(sources, rule(OBSERVANCE, "-P1D"), ("agreement", "other"), date(2026, 12, 2)) is None
