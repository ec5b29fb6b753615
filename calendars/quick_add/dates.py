"""Days in a typed line: day before month as Vietnamese writes it, ranges, names of months in three languages."""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from calendars.days.spans import Days
from calendars.quick_add.words import DAYS_LONG, LAO_MONTHS, LATIN_MONTHS, MONTHS, SPELLED_MONTHS, TODAY, TOMORROW

LONGEST = 3660
"""Days a visit may last, as the planning form takes them."""

_YEARS_AHEAD = 9
"""Between two 29 Februaries lie at most eight years."""


@dataclass(frozen=True, slots=True)
class FoundDays:
    """Days found in a plain text, and which part of it says them."""

    days: Days
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class _Written:
    """A day as it was written; what was not written is None."""

    day: int
    month: int | None
    year: int | None


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(word).replace(r"\ ", " +") for word in sorted(words, key=len, reverse=True))


_YEAR = r"(?:19|20|21)[0-9]{2}"
_SHORT_YEAR = r"(?:[0-9]{2})(?![0-9])"
_TO = r" *(?:-|~|\bden +het\b|\bden\b|\btoi\b|\bto\b|\buntil\b|\btill\b|ຫາ|ເຖິງ|ຮອດ) *(?:(?:ngay|ວັນທີ|the) *)?"
_SLASH = r" ?[/.] ?"
_THANG = r"(?:thang|ເດືອນ)"
_NAMED = (
    rf"(?:{_THANG} *(?:0?(?:1[0-2]|[1-9])(?![0-9])|{_any(SPELLED_MONTHS)}\b|{_any(LAO_MONTHS)})"
    rf"|(?:of +)?(?:{_any(LATIN_MONTHS)})\b\.?|(?:{_any(LAO_MONTHS)}))"
)


def _year_after(part: str) -> str:
    return rf"(?:,? *(?:nam|ປີ)? *(?P<y{part}>{_YEAR})(?![0-9]))?"


def _day(part: str) -> str:
    return rf"(?<![0-9/.])(?P<d{part}>[12][0-9]|3[01]|0?[1-9])(?:st|nd|rd|th)?(?![0-9])"


def _numeric(part: str) -> str:
    month = rf"(?P<m{part}>1[0-2]|0?[1-9])(?![0-9])"
    return _day(part) + _SLASH + month + rf"(?:{_SLASH}(?P<y{part}>{_YEAR}|{_SHORT_YEAR})(?![0-9]))?"


def _spelled(part: str) -> str:
    return _day(part) + rf" *(?P<n{part}>{_NAMED})" + _year_after(part)


def _american(part: str, *, has_year: bool = True) -> str:
    return rf"\b(?P<n{part}>{_any(LATIN_MONTHS)})\b\.? *" + _day(part) + (_year_after(part) if has_year else "")


def _iso(part: str) -> str:
    return rf"(?<![0-9])(?P<y{part}>{_YEAR})-(?P<m{part}>[0-9]{{1,2}})-(?P<d{part}>[0-9]{{1,2}})(?![0-9])"


_WHOLE = (_iso, _numeric, _spelled, _american)
_PATTERNS: Sequence[re.Pattern[str]] = [
    re.compile(pattern, re.ASCII)
    for pattern in (
        *(one("1") + _TO + other("2") for one in _WHOLE for other in _WHOLE),
        # The month is said once: 10-14/3, 10 đến 14 tháng 3, 10–14 March, March 10–14.
        *(_day("1") + _TO + one("2") for one in (_numeric, _spelled)),
        _american("1", has_year=False) + _TO + _day("2") + _year_after("2"),
        *(one("1") for one in _WHOLE),
    )
]
_RELATIVE = ((re.compile(_any(TODAY)), 0), (re.compile(_any(TOMORROW)), 1))
_LENGTH = re.compile(rf"(?<![0-9/.-])(?P<count>[0-9]{{1,4}}) *(?:{_any(DAYS_LONG)})(?![a-z])", re.ASCII)
_LED_TO = re.compile(r"(?:(?:\b(?:tu|vao|ngay|from|on|the)\b|ແຕ|ວັນທີ) *)+$")
"""Words that lead to the days and mean nothing without them."""

_LONGEST_GUESS = 15
"""Days of a range whose first month nobody wrote: 28-2/3 is one, 14-10/3 rather a slip of the pen."""

_MONTH_FIGURE = re.compile(r"[0-9]+", re.ASCII)


def find_days(plain: str, today: date) -> list[FoundDays]:
    """The days that a line says, with every part of it that says them; empty: none that there are.

    A day without a year is the next one from today on, and a range begins there; a named year is taken as it is.
    """
    for pattern in _PATTERNS:
        for found in pattern.finditer(plain):
            days = _days_of(found, today)
            if days is not None:
                led_to = _LED_TO.search(plain, 0, found.start())
                return _with_length(plain, FoundDays(days, led_to.start() if led_to else found.start(), found.end()))
    for words, later in _RELATIVE:
        if (said := words.search(plain)) is not None:
            day = _shifted(today, later)
            return [] if day is None else _with_length(plain, FoundDays(Days(day, day), said.start(), said.end()))
    return []


def _days_of(found: re.Match[str], today: date) -> Days | None:
    parts = found.groupdict()
    first, last = _written(parts, "1"), _written(parts, "2")
    if first is None:
        return None
    if last is None:
        day = _next(first, today)
        return Days(day, day) if day is not None else None
    return _range(first, last, today)


def _written(parts: dict[str, str | None], part: str) -> _Written | None:
    day, month, year = (parts.get(f"{name}{part}") for name in "dmy")
    named = parts.get(f"n{part}")
    if day is None:
        return None
    number = int(month) if month is not None else _named(named) if named is not None else None
    return _Written(int(day), number, _whole_year(year))


def _whole_year(year: str | None) -> int | None:
    if year is None:
        return None
    return int(year) if len(year) == 4 else 2000 + int(year)


def _named(words: str) -> int | None:
    figure = _MONTH_FIGURE.search(words)
    if figure is not None:
        return int(figure[0])
    name = re.sub(rf"^(?:{_THANG}|of\b) *", "", " ".join(words.split())).strip(" .")
    return MONTHS.get(name)


def _range(first: _Written, last: _Written, today: date) -> Days | None:
    if last.month is None:
        last = _Written(last.day, first.month, last.year)
    is_guess = first.month is None and first.day > last.day
    if first.month is None and last.month is not None:
        # 28-2/3 begins in the month before.
        month = last.month if first.day <= last.day else (last.month - 2) % 12 + 1
        first = _Written(first.day, month, None)
    if first.month is None or last.month is None:
        return None
    turns = (first.month, first.day) > (last.month, last.day)
    if first.year is None and last.year is not None:
        first = _Written(first.day, first.month, last.year - turns)
    begin = _next(first, today)
    if begin is None:
        return None
    end = _on(last.year if last.year is not None else begin.year + turns, last.month, last.day)
    if end is None or not 0 <= (end - begin).days < (_LONGEST_GUESS if is_guess else LONGEST):
        return None
    return Days(begin, end)


def _next(written: _Written, today: date) -> date | None:
    """The day as written; without a year the first such day from today on."""
    if written.month is None:
        return None
    if written.year is not None:
        return _on(written.year, written.month, written.day)
    ahead = (_on(today.year + later, written.month, written.day) for later in range(_YEARS_AHEAD))
    return next((day for day in ahead if day is not None and day >= today), None)


def _on(year: int, month: int, day: int) -> date | None:
    is_one = 1 <= year <= date.max.year and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]
    return date(year, month, day) if is_one else None


def _shifted(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def _with_length(plain: str, found: FoundDays) -> list[FoundDays]:
    """The same, of as many days as the line says, where it says one day and a length: 10/3, 3 ngày."""
    if found.days.first != found.days.last:
        return [found]
    for said in _LENGTH.finditer(plain):
        length = int(said["count"])
        last = _shifted(found.days.first, length - 1)
        if (said.end() <= found.first or said.start() >= found.end) and 1 <= length <= LONGEST and last is not None:
            whole = Days(found.days.first, last)
            return [FoundDays(whole, found.first, found.end), FoundDays(whole, said.start(), said.end())]
    return [found]
