"""Events known to the month or the year, held against commitments: what counts, in which year, and what is unknown."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.commitments.event_matching import Evaluator, EventRecord, Match
from calendars.commitments.exchange_totals import exchange_totals
from calendars.commitments.progress import progress
from calendars.days.known_days import KnownDay
from calendars.days.spans import Days
from models.vocabulary import KnownTo
from tests.calendars.commitments.commitment_samples import AGREEMENT, HD, VC, judged, occasion, undertaking

AS_OF = date(2026, 11, 22)
HALF_YEARS = undertaking("half", period=Days(date(2024, 7, 1), date(2026, 6, 30)), host=HD, guest=VC)


def known(of: str, first: str, last: str | None = None, **values: object) -> EventRecord:
    """A completed event of a commitment, known to the month (``2026-06``) or the year (``2026``)."""
    bounds = [KnownDay.written(text, is_last=is_last) for text, is_last in ((first, False), (last or first, True))]
    assert bounds[0] is not None
    assert bounds[1] is not None
    row = occasion(AGREEMENT.get(of, HALF_YEARS), bounds[0], **values)  # type: ignore[arg-type]
    return row._replace(days=Days(bounds[0], bounds[1]), known_to=bounds[0].known_to)


@pytest.mark.parametrize(
    ("first", "last", "standing"),
    [
        ("2024", None, Match.NEAR),  # the agreement holds from July: it may have been before
        ("2025", None, Match.HELD),
        ("2026", None, Match.NEAR),
        ("2024-06", None, Match.NEAR),
        ("2024-07", None, Match.HELD),
        ("2026-06", None, Match.HELD),
        ("2026-07", None, Match.NEAR),
        ("2025", "2029", Match.HELD),  # it began in 2025, as pupils who stay longer than the agreement holds
        ("2024", "2025", Match.NEAR),
    ],
)
def test_it_counts_if_it_began_within_the_agreement_in_any_case(first: str, last: str | None, standing: Match) -> None:
    judgement = Evaluator(HALF_YEARS, AS_OF).linked(known("half", first, last))
    assert judgement.standing is standing
    assert [str(reason.text) for reason in judgement.why] == (
        [] if standing is Match.HELD
        else ["Known of its day: {known}, not all of it within the agreement ({first} to {last})."]
    )  # fmt: skip


def test_the_reason_names_no_day_of_it() -> None:
    judgement = Evaluator(HALF_YEARS, AS_OF).linked(known("half", "2024", "2025"))
    assert (
        judgement.why[0].to("vi")
        == "Chỉ biết năm 2024, không nằm trọn trong giai đoạn thỏa thuận (01/7/2024 đến 30/6/2026)."
    )


def test_its_length_neither_keeps_a_promise_nor_breaks_it() -> None:
    promised = AGREEMENT["1 in"]  # ten to fifteen days, ten to fifteen people, every year
    for when in ("2025", "2025-06"):
        (judgement,) = judged(promised, [known("1 in", when)], AS_OF)
        assert judgement.standing is Match.HELD
        assert [reason.text for reason in judgement.why] == ["How long it lasted is not known."]
    few = Evaluator(promised, AS_OF).linked(known("1 in", "2025", people=9))
    assert few.standing is Match.NEAR, "how many people came is known"


def test_a_year_has_what_was_held_and_no_days_of_it() -> None:
    promised = AGREEMENT["1 in"]
    events = [known("1 in", "2025"), occasion("1 in", "2026-03-02")]
    years = {one.year: one for one in progress(promised, judged(promised, events, AS_OF), AS_OF).years}
    assert [(one.held, one.people, one.days) for one in (years[2025], years[2026])] == [(1, 12, 0), (1, 12, 12)]


months = st.tuples(st.integers(2022, 2030), st.integers(1, 12), st.integers(0, 3), st.booleans())


@given(st.lists(months, max_size=8))
def test_totals_have_the_year_and_the_people_and_no_days(when: list[tuple[int, int, int, bool]]) -> None:
    period = Days(date(2024, 1, 1), date(2028, 12, 31))
    events = []
    for year, month, more, is_year in when:
        first = KnownDay.of(year, None if is_year else month, is_last=False)
        last = KnownDay.of(year + more, None if is_year else month, is_last=True)
        one = occasion("11 other", first, host=HD, guest=VC)
        events.append(one._replace(days=Days(first, last), known_to=first.known_to))
    flows = exchange_totals([HD, VC], period, events, date(2030, 12, 31))
    told = {
        (one.year, one.totals.visits, one.totals.people, one.totals.days)
        for flow in flows
        for one in flow.years
        if one.totals.visits
    }
    held = [year for year, _month, _more, _is_year in when if 2024 <= year <= 2028]
    assert told == {(year, held.count(year), 12 * held.count(year), 0) for year in set(held)}


@given(st.dates(date(2024, 1, 1), date(2028, 12, 1)), st.integers(0, 30))
def test_events_with_days_count_as_before(first: date, more: int) -> None:
    event = occasion("11 other", first, more + 1)
    assert event.known_to is KnownTo.DAY
    assert event.length_until(date(2030, 1, 1)) == more + 1
    assert event.begins_within(Days(first, first))
    assert not event.begins_within(Days(first + timedelta(days=1), date(2030, 1, 1)))
