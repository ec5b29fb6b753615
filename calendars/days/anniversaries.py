"""Anniversaries: an origin known to the year, month or day, and its occurrences by year."""

import re
from dataclasses import dataclass
from datetime import MAXYEAR, date

from models.errors import InvalidValue
from models.i18n import N_
from models.vocabulary import Grade

_NO_ORIGIN = N_("“{origin}” is no date; write a year (1984), a month (1984-09) or a day (1962-09-05).")
_ORIGIN = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@dataclass(frozen=True, slots=True)
class Origin:
    """The starting point of an anniversary, with the precision that is known: ``1984``, ``1984-09``, ``1962-09-05``.

    Raises ValueError for a day without a month and for a date that does not exist.
    """

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        try:
            if self.month is None and self.day is not None:
                raise ValueError
            # Zero is not None: "1984-00" is invalid, not a less precise 1984.
            date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)
        except ValueError:
            raise InvalidValue(_NO_ORIGIN, origin=str(self)) from None

    @classmethod
    def parse(cls, text: str) -> "Origin":
        """Read ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; ValueError for anything else."""
        match = _ORIGIN.fullmatch(text)
        if not match:
            raise InvalidValue(_NO_ORIGIN, origin=text[:60])
        year, month, day = match.groups()
        return cls(int(year), None if month is None else int(month), None if day is None else int(day))

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        parts += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One year of an anniversary; ``date`` is None until a ceremony fixes it, unless the origin has a day."""

    year: int
    ordinal: int
    grade: Grade
    date: date | None


def grade_of(ordinal: int) -> Grade:
    """The grade of the n-th anniversary: round if it ends in 0, half-round if it ends in 5, else other.

    Raises ValueError below 1. Source: Decree 145/2013/NĐ-CP (năm tròn, năm lẻ 5, năm khác).
    """
    if ordinal < 1:
        raise InvalidValue(N_("The first anniversary is the year after the beginning."))
    return {0: Grade.ROUND, 5: Grade.HALF_ROUND}.get(ordinal % 10, Grade.OTHER)


def occurrence(origin: Origin, year: int) -> Occurrence:
    """The anniversary in one year; its ordinal is the difference between the years (2024 − 1984 = 40).

    If the origin is known only to the year or the month, the occurrence has no date; the first of the month is never
    assumed. An anniversary of 29 February falls on 28 February in common years. Raises ValueError for the origin's own
    year, earlier years, and years after 9999.
    """
    grade = grade_of(year - origin.year)
    if year > MAXYEAR:
        raise InvalidValue(N_("The year {year} is outside the calendar."), year=year)
    return Occurrence(year, year - origin.year, grade, _date_in(origin, year))


def _date_in(origin: Origin, year: int) -> date | None:
    if origin.month is None or origin.day is None:
        return None
    try:
        return date(year, origin.month, origin.day)
    except ValueError:
        return date(year, 2, 28)


def occurrences(origin: Origin, from_year: int, to_year: int) -> list[Occurrence]:
    """The anniversaries from ``from_year`` to ``to_year``, both inclusive, in order.

    Years up to and including the origin's own are skipped; the list is empty if none remains.
    """
    first = max(from_year, origin.year + 1)
    return [occurrence(origin, year) for year in range(first, min(to_year, MAXYEAR) + 1)]
