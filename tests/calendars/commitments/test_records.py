"""Years before an agreement's records begin: nothing is missed that nobody recorded, and what is known counts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.commitments.due_years import due_years
from calendars.commitments.event_matching import CommitmentTerms, EventRecord, Match
from calendars.commitments.outstanding import outstanding, outstanding_slots
from calendars.commitments.progress import CommitmentProgress, is_firm, progress
from calendars.days.spans import Days
from models.vocabulary import EventStatus, FrequencyType, ProgressState
from tests.calendars.commitments.commitment_samples import AGREEMENT, CLOSED, judged, occasion
from tests.calendars.commitments.test_progress import histories, undertakings

F, R, T, M, N, O = (  # noqa: E741 - the columns of a table
    ProgressState.FULFILLED,
    ProgressState.AT_RISK,
    ProgressState.ON_TRACK,
    ProgressState.MISSED,
    ProgressState.NO_RECORDS,
    ProgressState.OPEN,
)
NOTICE = timedelta(days=14)
Years = tuple[ProgressState, ...]


def since(identity: str, day: str | None) -> CommitmentTerms:
    return replace(AGREEMENT[identity], records_since=date.fromisoformat(day) if day else None)


def found(promised: CommitmentTerms, held: list[EventRecord], as_of: date | str) -> CommitmentProgress:
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    return progress(promised, judged(promised, held, day), day)


# Commitment, since when there are records, the days of what is on record, as of: its state, each year's, why.
TABLE: list[tuple[str, str | None, list[str], str, ProgressState, Years]] = [
    ("1 in", None, [], "2026-12-01", M, (M, M, R, T, T)),
    ("1 in", "2026-01-01", [], "2026-12-01", R, (N, N, R, T, T)),
    ("1 in", "2026-01-01", [], "2027-01-01", M, (N, N, M, R, T)),
    # Of a year that began before the records nobody knows all; while it lasts something can still be done.
    ("1 in", "2026-11-22", [], "2026-12-01", R, (N, N, R, T, T)),
    ("1 in", "2026-11-22", [], "2027-01-01", R, (N, N, N, R, T)),
    ("1 in", "2026-11-22", [], "2028-01-01", M, (N, N, N, M, R)),
    # What is known of the years before counts.
    ("1 in", "2026-01-01", ["2024-10-07"], "2026-12-01", R, (F, N, R, T, T)),
    ("1 in", "2026-01-01", ["2026-03-02", "2027-03-02", "2028-03-02"], "2029-01-01", F, (N, N, F, F, F)),
    # The whole period lies before: nobody is accused.
    ("1 in", "2029-01-01", [], "2030-01-01", N, (N, N, N, N, N)),
    ("1 office", "2029-01-01", [], "2030-01-01", N, (N, N, N, N, N)),
    ("2 pupils", "2029-01-01", [], "2030-01-01", N, (N, N, N, N, N)),
    ("1 out", "2029-01-01", [], "2030-01-01", N, (N, N, N, N, N)),
    # Promised for the whole period: due by its end as ever, and what is on record counts from the start.
    ("1 office", "2026-01-01", [], "2026-12-01", T, (N, N, O, O, T)),
    ("1 office", "2026-01-01", [], "2029-01-01", M, (N, N, O, O, M)),
    ("10 school", "2026-01-01", ["2025-06-02"], "2026-12-01", F, (N, F, O, O, O)),
    # One every 2–3 years: counted from the first year with records.
    ("1 out", None, [], "2027-01-01", M, (O, O, M, O, O)),
    ("1 out", "2026-01-01", [], "2027-01-01", T, (N, N, O, O, T)),
    ("1 out", "2026-01-01", [], "2028-06-01", R, (N, N, O, O, R)),
    ("1 out", "2026-01-01", ["2026-06-01"], "2029-01-01", F, (N, N, F, O, O)),
    ("1 out", "2025-01-01", ["2025-06-01"], "2028-06-01", R, (N, F, O, O, R)),
    # With fewer years left than the longest gap, what is known of the years before counts for the last of them.
    ("1 out", "2028-01-01", ["2026-06-01"], "2029-01-01", F, (N, N, F, N, O)),
    ("1 out", "2028-01-01", [], "2028-06-01", R, (N, N, N, N, R)),
    # Open commitments are only counted.
    ("3 health", "2026-01-01", ["2024-06-03"], "2026-12-01", O, (O, N, O, O, O)),
]  # fmt: skip


@pytest.mark.parametrize(("identity", "records", "held", "as_of", "state", "years"), TABLE)
def test_year_by_year(
    identity: str, records: str | None, held: list[str], as_of: str, state: ProgressState, years: Years
) -> None:
    promised = since(identity, records)
    shown = found(promised, [occasion(promised, day, days=75 if "sport" in identity else 12) for day in held], as_of)
    assert (shown.state, tuple(year.state for year in shown.years)) == (state, years)


@pytest.mark.parametrize("identity", CLOSED)
@pytest.mark.parametrize("as_of", ["2024-01-01", "2026-11-22", "2026-12-31", "2027-01-01"])
def test_a_fresh_board_accuses_nobody(identity: str, as_of: str) -> None:
    shown = found(since(identity, "2026-11-22"), [], as_of)
    assert M not in {shown.state, *(year.state for year in shown.years)}


def test_what_is_unknown_is_said_in_words() -> None:
    assert str(found(since("1 in", "2029-01-01"), [], "2030-01-01").detail) == (
        "Nothing is on record of 2024, 2025, 2026, 2027, 2028: nobody can say whether it was done."
    )
    later = [occasion("1 in", f"{year}-03-02") for year in (2026, 2027, 2028)]
    assert str(found(since("1 in", "2026-01-01"), later, "2029-01-01").detail) == (
        "What is on record was done as promised; nothing is on record of 2024, 2025."
    )
    assert str(found(since("2 pupils", "2029-01-01"), [], "2030-01-01").detail) == (
        "Nothing is on record of 2028: nobody can say whether it was done."
    )


# An independent model: it knows years and what lies in them, and nothing of how the product walks through them.


class Model:
    """A commitment on a day."""

    def __init__(self, promised: CommitmentTerms, history: list[EventRecord], day: date) -> None:
        self.promised, self.day = promised, day
        self.listed = due_years(promised.period)
        self.begins = promised.records_since or date.min
        self.judged = judged(promised, history, day)

    def held(self, *years: int) -> list[EventRecord]:
        return [one.occasion for one in self.judged if one.standing is Match.HELD and self._year(one.occasion) in years]

    def firm(self, *years: int) -> list[EventRecord]:
        found = [one.occasion for one in self.judged if one.standing is Match.PLANNED]
        return [one for one in found if self._year(one) in years and is_firm(one, self.day)]

    def _year(self, one: EventRecord) -> int:
        return min(max(one.days.first.year, self.listed[0]), self.listed[-1])

    def verdict(self, wanted: int, held: int, firm: int, year: int) -> ProgressState:
        period = self.promised.period
        if held >= wanted:
            return F
        if held + firm >= wanted:
            return T
        if year < self.begins.year:
            return N
        if self.day > (period.last if year == self.listed[-1] else date(year, 12, 31)):
            return N if self.begins > max(date(year, 1, 1), period.first) else M
        return T if self.day.year < year or self.day < period.first else R

    def due(self) -> dict[int, ProgressState]:
        """The years of what is promised for each year, or for all of them."""
        count, last = self.promised.count or 1, self.listed[-1]
        if self.promised.frequency is FrequencyType.PER_YEAR:
            return {year: self.verdict(count, len(self.held(year)), len(self.firm(year)), year) for year in self.listed}
        wanted = count - len(self.held(*self.listed[:-1]))
        if self.promised.frequency is not FrequencyType.IN_PERIOD or wanted <= 0:
            return {}
        return {last: self.verdict(wanted, len(self.held(last)), len(self.firm(*self.listed)), last)}

    def stretches(self) -> list[ProgressState]:
        """No b years in a row without one; stretches of which something is unknown are left aside, but the last."""
        if self.promised.frequency is not FrequencyType.EVERY:
            return []
        most = min(self.promised.max_years or 1, len(self.listed))
        found = [self.listed[start : start + most] for start in range(len(self.listed) - most + 1)]
        known = [one for one in found if self.begins.year <= one[0]]
        if not known:
            known = found[-1:] if self.begins.year <= self.listed[-1] else found
        return [self.verdict(1, len(self.held(*one)), len(self.firm(*one)), one[-1]) for one in known]

    def quota(self) -> list[ProgressState]:
        if self.promised.headcount_total is None:
            return []
        came, coming = (
            sum(one.people or 0 for one in found) for found in (self.held(*self.listed), self.firm(*self.listed))
        )
        return [self.verdict(self.promised.headcount_total, came, coming, self.listed[-1])]

    def whole(self) -> ProgressState:
        states = {*self.due().values(), *self.stretches(), *self.quota()}
        return next((one for one in (M, R, T, F) if one in states), N if N in states else F)


@st.composite
def recorded(draw: st.DrawFn) -> tuple[CommitmentTerms, list[EventRecord], date]:
    """A closed commitment with records from some day on, what is on record, and a day to judge by."""
    promised = draw(undertakings())
    begins = promised.period.first + timedelta(days=draw(st.integers(-400, len(promised.period) + 400)))
    begins = draw(st.sampled_from([begins, date(begins.year, 1, 1)]))
    promised = replace(promised, records_since=draw(st.none() | st.just(begins)))
    return promised, draw(histories(promised)), draw(st.dates(date(2019, 1, 1), date(2037, 12, 31)))


@given(recorded())
def test_the_product_agrees_with_the_model(case: tuple[CommitmentTerms, list[EventRecord], date]) -> None:
    promised, history, day = case
    if not promised.has_records_of(due_years(promised.period)[-1]):  # a plan for years that nobody will record
        history = [one for one in history if one.status in {EventStatus.COMPLETED, EventStatus.CANCELLED}]
        history = [one for one in history if one.days.first <= day]
    model, shown = Model(promised, history, day), found(promised, history, day)
    assert shown.state is model.whole()
    due = model.due()
    assert {year.year: year.state for year in shown.years if year.year in due} == due


@given(recorded())
def test_what_is_not_on_record_is_never_missed(case: tuple[CommitmentTerms, list[EventRecord], date]) -> None:
    promised, history, day = case
    shown = found(promised, history, day)
    for year in shown.years:
        if promised.records_since and year.year < promised.records_since.year:
            assert year.state not in {M, R}
            # What is promised for the whole period is on track, too, if it is planned for another of its years.
            is_planned = year.state is T and promised.frequency is FrequencyType.IN_PERIOD
            assert year.state is N or year.event_ids or (is_planned and any(one.planned for one in shown.years))
    # Records from the start on are no different from none named.
    same = replace(promised, records_since=promised.period.first)
    assert found(same, history, day) == replace(
        found(replace(promised, records_since=None), history, day), undertaking=same
    )


@given(recorded())
def test_nothing_is_owed_of_years_without_records(case: tuple[CommitmentTerms, list[EventRecord], date]) -> None:
    promised, history, day = case
    held = judged(promised, history, day)
    lacks, plan = (find(promised, held, day, day + NOTICE) for find in (outstanding, outstanding_slots))
    assert all(promised.has_records_of(year) for year in lacks.years)
    too_late = [one for one in plan.obstacles if "Too late" in str(one)]
    assert lacks.is_empty is not bool(plan.slots or too_late)


def test_a_plan_begins_with_the_first_year_that_has_records() -> None:
    today = date(2026, 11, 22)
    for records, years in (
        (None, {2026, 2027, 2028}),
        ("2027-01-01", {2027, 2028}),
        ("2026-11-22", {2026, 2027, 2028}),
    ):
        assert outstanding(since("1 in", records), [], today, today + NOTICE).years == years
    for records, years in ((None, {2026}), ("2026-01-01", {2028}), ("2025-01-01", {2027})):
        assert outstanding(since("1 out", records), [], today, today + NOTICE).years == years


def test_days_are_those_an_event_takes() -> None:
    """An end at 00:00 does not take its day: eleven days, where ten to fifteen were promised; nine do not count."""
    for last, days, counts in (("2026-03-12", 11, True), ("2026-03-10", 9, False)):
        taken = Days(date(2026, 3, 1), date(2026, 3, 1) + timedelta(days=days - 1))
        held = occasion("1 in", "2026-03-01")._replace(days=taken, last_day=date.fromisoformat(last))
        shown = found(AGREEMENT["1 in"], [held], "2026-11-22")
        assert (shown.totals.days, bool(shown.near)) == ((days, False) if counts else (0, True))
