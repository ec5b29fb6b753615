"""Which position is somebody's on a day: by hand, day for day, and what a change makes of the terms."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.people.terms import Term, begun, belonging, changed_today, in_order, of_day, turns
from calendars.people.terms import keeper as keeper_of

D = date
DEPUTY = Term("sở", {"vi": "Phó Giám đốc"}, 40, D(2020, 3, 1), D(2024, 9, 30))
DIRECTOR = Term("sở", {"vi": "Giám đốc"}, 30, D(2024, 10, 1), None)
SECRETARY = Term("đảng ủy", {"vi": "Bí thư"}, 20, D(2023, 1, 15), D(2025, 6, 30))
FOR_EVER = Term("trường", {"vi": "Giảng viên"}, 100, None, None)
LATER_EQUAL = Term("ủy ban", {"vi": "Ủy viên"}, 40, D(2022, 5, 5), D(2022, 12, 31))


@pytest.mark.parametrize(
    ("terms", "day", "held"),
    [
        ([DEPUTY], D(2020, 2, 29), None),
        ([DEPUTY], D(2020, 3, 1), DEPUTY),
        ([DEPUTY], D(2020, 3, 2), DEPUTY),
        ([DEPUTY], D(2024, 9, 30), DEPUTY),
        ([DEPUTY], D(2024, 10, 1), None),
        ([DEPUTY, DIRECTOR], D(2024, 9, 30), DEPUTY),
        ([DEPUTY, DIRECTOR], D(2024, 10, 1), DIRECTOR),
        ([DEPUTY, DIRECTOR], D(2199, 12, 31), DIRECTOR),
        # Two bodies at once: the higher precedence, whatever began when and however the terms are listed.
        ([DEPUTY, SECRETARY], D(2023, 1, 14), DEPUTY),
        ([DEPUTY, SECRETARY], D(2023, 1, 15), SECRETARY),
        ([SECRETARY, DIRECTOR], D(2025, 6, 30), SECRETARY),
        ([SECRETARY, DIRECTOR], D(2025, 7, 1), DIRECTOR),
        ([FOR_EVER, SECRETARY], D(2023, 1, 14), FOR_EVER),
        ([FOR_EVER, SECRETARY], D(2024, 1, 1), SECRETARY),
        ([FOR_EVER, SECRETARY], D(2025, 7, 1), FOR_EVER),
        # Of equal precedence the one that began last.
        ([DEPUTY, LATER_EQUAL], D(2022, 5, 4), DEPUTY),
        ([LATER_EQUAL, DEPUTY], D(2022, 5, 5), LATER_EQUAL),
        ([DEPUTY, LATER_EQUAL], D(2023, 1, 1), DEPUTY),
        ([], D(2024, 1, 1), None),
    ],
)
def test_position_of_a_day(terms: list[Term], day: date, held: Term | None) -> None:
    assert of_day(terms, day) == held
    assert of_day(list(reversed(terms)), day) == held


@pytest.mark.parametrize(
    ("terms", "day", "keeper"),
    [
        ([DEPUTY], D(2020, 2, 29), "sở"),
        ([DEPUTY], D(2021, 1, 1), None),
        ([DEPUTY], D(2024, 10, 1), "sở"),
        ([DEPUTY, SECRETARY], D(2025, 7, 1), "đảng ủy"),
        ([DIRECTOR, SECRETARY], D(2023, 1, 14), "đảng ủy"),
        ([], D(2025, 7, 1), None),
    ],
)
def test_who_has_no_position_is_still_somebodys(terms: list[Term], day: date, keeper: str | None) -> None:
    assert keeper_of(terms, day) == keeper


def test_turns_are_first_days_and_days_after_the_last() -> None:
    assert turns([DEPUTY, DIRECTOR, FOR_EVER]) == [D(2020, 3, 1), D(2024, 10, 1)]
    assert belonging([DEPUTY, SECRETARY]) == [
        (D.min, None, "sở"), (D(2020, 3, 1), "sở", "sở"), (D(2023, 1, 15), "đảng ủy", "đảng ủy"),
        (D(2025, 7, 1), None, "đảng ủy"),
    ]  # fmt: skip


def test_a_new_position_ends_the_one_of_today_the_day_before() -> None:
    assert begun([DEPUTY, FOR_EVER], D(2024, 5, 1), D(2024, 7, 1), {"title": {"vi": "Giám đốc"}, "precedence": 30}) == [
        FOR_EVER,
        Term("sở", {"vi": "Phó Giám đốc"}, 40, D(2020, 3, 1), D(2024, 6, 30)),
        Term("sở", {"vi": "Giám đốc"}, 30, D(2024, 7, 1), None),
    ]
    # What ends before that day anyway is not made longer.
    ended = begun([SECRETARY], D(2025, 6, 1), D(2026, 1, 1), {"organisation_id": "sở"})
    assert ended[0] == SECRETARY
    assert ended[1].starts_on == D(2026, 1, 1)
    with pytest.raises(ValueError, match="2020-03-01"):
        begun([DEPUTY], D(2024, 5, 1), D(2020, 3, 1), {"precedence": 1})


def test_a_correction_keeps_the_days_of_the_position_of_today() -> None:
    assert changed_today([DEPUTY, DIRECTOR], D(2024, 1, 1), {"precedence": 35}) == [
        Term("sở", {"vi": "Phó Giám đốc"}, 35, D(2020, 3, 1), D(2024, 9, 30)),
        DIRECTOR,
    ]
    assert changed_today([], D(2024, 1, 1), {"organisation_id": "sở"}) == [Term("sở")]
    # Somebody who is nothing just now begins something: nothing is invented for the days before.
    assert changed_today([DEPUTY], D(2025, 1, 1), {"organisation_id": "hội"})[-1] == Term(
        "hội", starts_on=D(2025, 1, 1)
    )
    assert changed_today([Term("sở")], D(2024, 1, 1), {"organisation_id": None}) == []


DAYS = st.dates(D(2023, 12, 20), D(2024, 1, 20))


@st.composite
def any_terms(draw: st.DrawFn) -> list[Term]:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        first, last = draw(st.none() | DAYS), draw(st.none() | DAYS)
        if first is not None and last is not None and last < first:
            first, last = last, first
        found.append(Term(draw(st.sampled_from(["a", "b", None])), None, draw(st.integers(1, 3)), first, last))
    return found


@given(any_terms(), DAYS)
def test_nothing_changes_but_on_a_turn(terms: list[Term], day: date) -> None:
    """Who looks on the turns only misses no day."""
    after = day + timedelta(days=1)
    if after not in turns(terms):
        assert of_day(terms, day) == of_day(terms, after)


@given(any_terms(), DAYS, DAYS)
def test_a_new_position_changes_no_day_before_it(terms: list[Term], today: date, as_of: date) -> None:
    try:
        after = begun(terms, today, as_of, {"organisation_id": "new"})
    except ValueError:
        return
    for distance in range(1, 40):
        day = as_of - timedelta(days=distance)
        before, now = of_day(terms, day), of_day(after, day)
        same = (None, None) if before is None or now is None else (before.organisation_id, now.organisation_id)
        assert (before is None) == (now is None)
        assert same[0] == same[1]


@given(any_terms())
def test_order_of_entry_does_not_matter(terms: list[Term]) -> None:
    assert in_order(terms) == in_order(reversed(terms))
