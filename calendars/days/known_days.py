"""Days known only to the month or the year: how they are written, and their bounds.

How people read them is :func:`calendars.days.formatting.format_known`.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any
from unicodedata import normalize

from calendars.days.formatting import month_in_figures, names_of_months
from calendars.days.spans import Days
from models.vocabulary import KnownTo, Language

_WRITTEN = re.compile(r"(\d{4})(?:-(\d{2}))?", re.ASCII)
_FIGURES = (
    re.compile(r"(?:(?:(?P<day>\d{1,2})\s*[/.-]\s*)?(?P<month>\d{1,2})\s*[/.-]\s*)?(?P<year>\d{4})", re.ASCII),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?", re.ASCII),
)


_CALLED = re.compile(r"ngày|tháng|năm|ວັນທີ|ເດືອນ|ປີ")
"""What the pages write before a day, a month or a year (:func:`calendars.days.formatting.format_known`)."""


class KnownDay(date):
    """A day as it was written: ``2021-06-15``, or a bound of what is known of it (``2021-06``, ``2008``).

    ``known_to`` says which; the day of ``2008`` is 1 January as a first and 31 December as a last day.
    """

    known_to: KnownTo = KnownTo.DAY

    @classmethod
    def written(cls, text: str, *, is_last: bool) -> "KnownDay | None":
        """The bound that ``2008`` or ``2021-06`` gives; None if it is neither. ValueError for a month that is none."""
        found = _WRITTEN.fullmatch(text)
        return cls.of(int(found[1]), int(found[2]) if found[2] else None, is_last=is_last) if found else None

    def as_written(self) -> str:
        """As :meth:`written` reads it, or as a day."""
        return _cut(self, self.known_to)

    @classmethod
    def of(cls, year: int, month: int | None, *, is_last: bool) -> "KnownDay":
        """The first or the last day of a year, or of one of its months; ValueError if there is none."""
        some = cls(year, month if month is not None else 12 if is_last else 1, 1)
        whole = some.replace(day=monthrange(some.year, some.month)[1]) if is_last else some
        known = cls(whole.year, whole.month, whole.day)
        known.known_to = KnownTo.YEAR if month is None else KnownTo.MONTH
        return known


def _cut(day: date, known_to: KnownTo) -> str:
    return day.isoformat()[: {KnownTo.YEAR: 4, KnownTo.MONTH: 7}.get(known_to)]


def read_figures(text: str, *, is_last: bool) -> KnownDay | None:
    """What somebody wrote into a form: ``2008``, ``6/2021``, ``06.2021``, ``2021-06``, or a day, ``7/3/2024``.

    Also as the pages write them in any language: ``năm 2008``, ``ເດືອນ 6/2021``, ``June 2021``, ``7 ມີນາ 2024``. None if
    it is nothing such.
    """
    figures = _without_words(text)
    found = next((one for pattern in _FIGURES if (one := pattern.fullmatch(figures))), None)
    if found is None:
        return None
    year, month, day = (int(found[name] or 0) for name in ("year", "month", "day"))
    try:
        if found["day"]:
            return KnownDay(year, month, day)
        return KnownDay.of(year, month if found["month"] else None, is_last=is_last)
    except ValueError:
        return None


def _without_words(text: str) -> str:
    """The figures of what was written in words: ``tháng 6 năm 2021`` and ``June 2021`` are ``6/2021``."""
    written = normalize("NFKC", text).casefold().strip()
    plain = _CALLED.sub("/", written)
    for name, month in _months().items():
        plain = plain.replace(name, f"/{month}/")
    return written if plain == written else re.sub(r"\s*/[\s/]*", "/", plain).strip("/ ")


@cache
def _months() -> Mapping[str, int]:
    """The names of months in the languages that have some, as :func:`_without_words` compares them."""
    return {
        normalize("NFKC", name).casefold(): number
        for language in (Language.LO, Language.EN)
        for number, name in enumerate(names_of_months(language), 1)
    }


def in_figures(days: Days, known_to: KnownTo) -> tuple[str, str]:
    """First and last as :func:`read_figures` reads them: ``2008``, ``6/2021``; of dated ones the days, ``7/3/2024``."""
    if known_to is KnownTo.YEAR:
        return f"{days.first.year:04}", f"{days.last.year:04}"
    if known_to is KnownTo.MONTH:
        return month_in_figures(days.first), month_in_figures(days.last)
    return f"{days.first.day}/{month_in_figures(days.first)}", f"{days.last.day}/{month_in_figures(days.last)}"


def begins_within(days: Days, known_to: KnownTo) -> Days:
    """The days on one of which it began: the whole first month or year of ``days``; its first day if it is dated."""
    if known_to is KnownTo.DAY:
        return Days(days.first, days.first)
    end = KnownDay.of(days.first.year, days.first.month if known_to is KnownTo.MONTH else None, is_last=True)
    return Days(days.first, min(date(end.year, end.month, end.day), days.last))


def are_bounds(days: Days, known_to: KnownTo) -> bool:
    """Whether ``days`` are whole months or years, as they are of what is known no closer; any days of dated ones."""
    if known_to is KnownTo.DAY:
        return True
    first, last = (
        KnownDay.of(day.year, day.month if known_to is KnownTo.MONTH else None, is_last=is_last)
        for day, is_last in ((days.first, False), (days.last, True))
    )
    return (first, last) == (days.first, days.last)


def began_by(last: date, known_to: KnownTo, today: date) -> bool:
    """Whether a last day can be over by ``today``: the month or year it lies in has begun."""
    if known_to is KnownTo.DAY:
        return last <= today
    return KnownDay.of(last.year, last.month if known_to is KnownTo.MONTH else None, is_last=False) <= today


def machine_readable(days: Days, known_to: KnownTo) -> str:
    """The first of the days for HTML's ``datetime`` and names of files: ``2021-06-15``, ``2021-06`` or ``2008``."""
    return _cut(days.first, known_to)


def known_days_of(row: Any) -> tuple[Days, KnownTo]:
    """Days and precision of an event's row; a row without ``known_to`` is dated."""
    return Days(row.first_day, row.last_day), getattr(row, "known_to", KnownTo.DAY)
