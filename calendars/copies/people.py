"""Whether somebody of last year's visit can be on the list of the next one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum

from calendars.people.terms import Term, of_day


class Away(Enum):
    """Why somebody does not come along."""

    LEFT = "left"
    MOVED = "moved"
    BODY_ENDED = "body_ended"
    TERM_ENDS = "term_ends"


@dataclass(frozen=True, slots=True)
class Belonging:
    """Whose somebody was when they were put on the list, and whose they are today; None: nobody's.

    ``line`` is the body they were of with its predecessors and successors. ``ended_on`` is the last day of the body
    they are of today. ``terms`` are their terms of office, past ones too.
    """

    was: str | None
    now: str | None
    line: frozenset[str] = frozenset()
    ended_on: date | None = None
    terms: Sequence[Term] = ()


def why_away(one: Belonging, today: date, day: date) -> Away | None:
    """Why somebody does not come along to a visit that begins on ``day``; None: they do.

    Who came for a body comes as long as they are its people, or those of the body that carries on its work. Who came
    for nobody comes. A term that ends before the day is no obstacle while another holds then.
    """
    if one.was is not None and one.now is None:
        return Away.LEFT
    if one.was is not None and one.now != one.was and one.now not in one.line:
        return Away.MOVED
    if one.ended_on is not None and one.ended_on < day:
        return Away.BODY_ENDED
    if day > today and of_day(one.terms, today) is not None and of_day(one.terms, day) is None:
        return Away.TERM_ENDS
    return None


def term_end(terms: Sequence[Term], today: date) -> date | None:
    """The last day of the term of office that holds today; None: none does, or it has no end."""
    held = of_day(terms, today)
    return held.ends_on if held is not None else None
