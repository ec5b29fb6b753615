"""Terms of office: which position is somebody's on a day, and how one ends and the next begins.

Days are whole and inclusive. A term without a first day has always held, one without a last day holds on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

DEFAULT_PRECEDENCE = 100
"""The precedence of somebody of whom none is known."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Term:
    """A position at an organisation, from day to day; ``title`` is a text in the three languages."""

    organisation_id: str | None = None
    title: Mapping[str, str] | None = None
    precedence: int = DEFAULT_PRECEDENCE
    starts_on: date | None = None
    ends_on: date | None = None

    @classmethod
    def of(cls, row: Any) -> "Term":
        """The term of a table's row."""
        return cls(row.organisation_id, row.title, row.precedence, row.starts_on, row.ends_on)

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day, its first and last included."""
        return (self.starts_on is None or self.starts_on <= day) and (self.ends_on is None or day <= self.ends_on)

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing: no organisation, no title, no days, no precedence of its own."""
        return self == _NOTHING

    @property
    def _names(self) -> tuple[str, str]:
        return (self.organisation_id or "", str(self.title))

    @property
    def sort_key(self) -> tuple[Any, ...]:
        """By their first days, unknown ones first."""
        last = self.ends_on or date.max
        return (self.starts_on or date.min, last, self.precedence, *self._names)


_NOTHING = Term()


def in_order(terms: Iterable[Term]) -> list[Term]:
    """Terms by their first days."""
    return sorted(terms, key=lambda term: term.sort_key)


def of_day(terms: Iterable[Term], day: date) -> Term | None:
    """The position of a day: of those that hold the one of the highest precedence (1 before 2), of equals the one that
    began last."""
    held = [term for term in terms if term.holds_on(day)]
    # Not by last days: making a term shorter must not change the days before.
    return min(
        held, key=lambda term: (term.precedence, -(term.starts_on or date.min).toordinal(), term._names), default=None
    )


def keeper(terms: Sequence[Term], day: date) -> str | None:
    """The organisation that somebody without a position still belongs to: of the term that ended last, or before any
    has begun of the one that begins first. None for who has a position that day."""
    if of_day(terms, day) is not None:
        return None
    over = [term for term in terms if term.ends_on is not None and term.ends_on < day]
    if over:
        return max(over, key=lambda term: (term.ends_on or day, -term.precedence, term._names)).organisation_id
    return in_order(terms)[0].organisation_id if terms else None


def turns(terms: Iterable[Term]) -> list[date]:
    """The days on which a term begins, or on which one does not hold any more."""
    begun = {term.starts_on for term in terms if term.starts_on is not None}
    over = {term.ends_on + _DAY for term in terms if term.ends_on is not None and term.ends_on < date.max}
    return sorted(begun | over)


def kept_on(terms: Sequence[Term], day: date) -> str | None:
    """The organisation whose people somebody is on a day: of the position, or while there is none of the last one."""
    held = of_day(terms, day)
    return held.organisation_id if held is not None else keeper(terms, day)


def belonging(terms: Sequence[Term]) -> list[tuple[date, str | None, str | None]]:
    """Whose somebody is, from the first day on: the days on which that changes, the organisation of the position then,
    and whose people they are (:func:`kept_on`)."""
    found: list[tuple[date, str | None, str | None]] = []
    for turn in (date.min, *turns(terms)):
        held = of_day(terms, turn)
        whose = (held.organisation_id if held is not None else None, kept_on(terms, turn))
        if not found or found[-1][1:] != whose:
            found.append((turn, *whose))
    return found


def changed_today(terms: Sequence[Term], day: date, values: Mapping[str, Any]) -> list[Term]:
    """The terms after the position of ``day`` was corrected; ``values`` are fields of :class:`Term`.

    Without a position that day one begins: with no first day if none is known at all.
    """
    current = of_day(terms, day)
    if current is None:
        new = replace(_NOTHING if not terms else Term(starts_on=day), **values)
        return in_order([*terms, *([] if new.is_empty else [new])])
    others = list(terms)
    others.remove(current)
    new = replace(current, **values)
    return in_order([*others, *([] if new.is_empty and not others else [new])])


def begun(terms: Sequence[Term], today: date, as_of: date, values: Mapping[str, Any]) -> list[Term]:
    """The terms after the position of ``today`` ended on the day before ``as_of`` and another began then; ``values``
    are fields of :class:`Term`, what they leave out stays as it was.

    Raises:
        ValueError: the position of today begins on that day or later.
    """
    current = of_day(terms, today)
    if current is None:
        return in_order([*terms, replace(Term(starts_on=as_of), **values)])
    if as_of == date.min or (current.starts_on is not None and as_of <= current.starts_on):
        raise ValueError(f"the position of today begins on {current.starts_on}")
    others = list(terms)
    others.remove(current)
    last = as_of - _DAY if current.ends_on is None else min(current.ends_on, as_of - _DAY)
    return in_order(
        [*others, replace(current, ends_on=last), replace(current, starts_on=as_of, ends_on=None, **values)]
    )
