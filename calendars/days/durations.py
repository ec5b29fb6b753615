"""Durations and amounts as agreements state them: 10–15 days, 2–3 months, a year; measured on the calendar."""

from calendar import monthrange
from datetime import MAXYEAR, date
from typing import Protocol

from calendars.days.spans import Days
from models.i18n import N_, Message, message
from models.vocabulary import DurationUnit


class LengthTerms(Protocol):
    """Anything with an agreed duration; None: no bound was agreed."""

    @property
    def duration_min(self) -> int | None: ...
    @property
    def duration_max(self) -> int | None: ...
    @property
    def duration_unit(self) -> DurationUnit | None: ...


# The unit precedes the number, so that no language needs a plural form; otherwise English would.
_IN_UNIT = {
    DurationUnit.DAYS: N_("in days: {range}"),
    DurationUnit.MONTHS: N_("in months: {range}"),
    DurationUnit.YEARS: N_("in years: {range}"),
}


def add_units(day: date, count: int, unit: DurationUnit) -> date:
    """The first day after ``count`` units from ``day``, exclusive end: 10 March + 3 months = 10 June.

    A day that the target month lacks becomes its last day (31 January + 1 month = 28 or 29 February). Days beyond the
    year 9999 become 31 December 9999.
    """
    if unit is DurationUnit.DAYS:
        return date.fromordinal(min(day.toordinal() + count, date.max.toordinal()))
    months = day.month - 1 + (count if unit is DurationUnit.MONTHS else 12 * count)
    year, month = day.year + months // 12, months % 12 + 1
    if year > MAXYEAR:
        return date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def length_fits(days: Days, terms: LengthTerms) -> int:
    """-1 if there are fewer days than agreed, 1 if there are more, 0 if they fit or nothing was agreed.

    Days are counted inclusively. Months and years are measured on the calendar without rounding: 10 March to 9 June is
    exactly 3 months, one day more is over 3.
    """
    low, high, unit = terms.duration_min, terms.duration_max, terms.duration_unit
    if unit is None:
        return 0
    if unit is DurationUnit.DAYS:
        return -1 if low is not None and len(days) < low else int(high is not None and len(days) > high)
    # Compare ordinals: the day after 31 December 9999 is not a valid date.
    over = days.last.toordinal() + 1
    if low is not None and over < add_units(days.first, low, unit).toordinal():
        return -1
    if high is not None and over > add_units(days.first, high, unit).toordinal():
        return 1
    return 0


def promised_length(terms: LengthTerms) -> Message | str:
    """The agreed duration as text: “in days: 10–15”; a dash if none was agreed."""
    if terms.duration_unit is None:
        return "–"
    return message(_IN_UNIT[terms.duration_unit], range=amount(terms.duration_min, terms.duration_max))


def amount(low: int | None, high: int | None) -> Message | str:
    """A range as text: 10–15, 9, “at least 2”, “at most 3”; a dash if there is no bound."""
    if low is not None and high is not None:
        return str(low) if low == high else f"{low}–{high}"
    if low is not None:
        return message(N_("at least {number}"), number=low)
    if high is not None:
        return message(N_("at most {number}"), number=high)
    return "–"
