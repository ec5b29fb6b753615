"""Who of last year's visit is on the list of the next one."""

from datetime import date

import pytest

from calendars.copies.people import Away, Belonging, term_end, why_away
from calendars.people.terms import Term

TODAY, DAY = date(2026, 11, 22), date(2027, 12, 1)
OLD, NEW, OTHER = "old", "new", "other"
LINE = frozenset({OLD, NEW})
UNTIL_SPRING = Term(OLD, ends_on=date(2027, 4, 30))


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (Belonging(OLD, OLD), None),
        (Belonging(None, None), None),
        (Belonging(None, OTHER), None),
        (Belonging(OLD, NEW, LINE), None),
        (Belonging(OLD, None, LINE), Away.LEFT),
        (Belonging(OLD, OTHER, LINE), Away.MOVED),
        (Belonging(OLD, OLD, LINE, ended_on=date(2027, 6, 30)), Away.BODY_ENDED),
        (Belonging(OLD, OLD, LINE, ended_on=DAY), None),
        (Belonging(OLD, OLD, terms=[UNTIL_SPRING]), Away.TERM_ENDS),
        (Belonging(OLD, OLD, terms=[UNTIL_SPRING, Term(OLD, starts_on=date(2027, 5, 1))]), None),
        (Belonging(OLD, OLD, terms=[Term(OLD, starts_on=date(2020, 1, 1))]), None),
    ],
)
def test_who_comes_along(one: Belonging, why: Away | None) -> None:
    assert why_away(one, TODAY, DAY) is why


def test_on_a_day_that_is_past_a_term_is_no_obstacle() -> None:
    """Somebody copies into last year: who holds the position today is who is meant."""
    assert why_away(Belonging(OLD, OLD, terms=[Term(OLD, starts_on=TODAY)]), TODAY, date(2025, 1, 1)) is None


def test_the_end_of_a_term() -> None:
    assert term_end([UNTIL_SPRING], TODAY) == date(2027, 4, 30)
    assert term_end([Term(OLD)], TODAY) is None
    assert term_end([], TODAY) is None
