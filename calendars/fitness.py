"""Whether a visit fits what was promised: warnings that follow from its commitment and agreement alone."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date

from calendars.dates import numeric_day
from calendars.spans import Days
from models.i18n import Message, _, message
from models.vocabulary import DurationUnit, EventKind, Severity

MINIMUM_DAYS = 14
"""How many days ahead a visit should be known, so that letters, visas and lodging can be had."""


@dataclass(frozen=True)
class Notice:
    """A warning: ``code`` is stable, ``detail`` says what is and what was promised, ``with_`` is the id of the
    commitment or agreement it does not fit, if there is one."""

    code: str
    severity: Severity
    detail: Message
    with_: str | None = None


@dataclass(frozen=True)
class Promise:
    """A commitment and the period of its agreement; a bound that is None was not agreed. Days are inclusive."""

    commitment_id: str
    activity: EventKind
    host: str | None
    guest: str | None
    headcount_min: int | None
    headcount_max: int | None
    duration_min: int | None
    duration_max: int | None
    duration_unit: DurationUnit | None
    agreement_starts_on: date | None
    agreement_ends_on: date | None
    agreement_id: str


@dataclass(frozen=True)
class Visit:
    """What an event says about itself; ``headcount`` None is not known yet."""

    kind: EventKind
    host: str
    guest: str | None
    days: Days
    headcount: int | None


def notices(visit: Visit, promise: Promise) -> list[Notice]:
    """What does not fit, in the order head-count, duration, period; empty when all fits or nothing was agreed.

    Days count inclusively. Months and years are measured on the calendar: 10 March to 9 June is exactly 3 months,
    one day more is over 3, and nothing is rounded.
    """
    return [
        *_headcount(visit, promise),
        *_duration(visit, promise),
        *_period(visit, promise),
    ]


def short_notice(visit: Visit, today: date, minimum_days: int = MINIMUM_DAYS) -> Notice | None:
    """A warning when fewer than ``minimum_days`` remain from ``today`` to the first day.

    None for visits that have begun, whose notice nobody can change.
    """
    ahead = (visit.days.first - today).days
    if not 0 < ahead < minimum_days:
        return None
    detail = message(
        _("Days left until {day}: {ahead}; the office asks for {minimum}."),
        day=numeric_day(visit.days.first),
        ahead=ahead,
        minimum=minimum_days,
    )
    return Notice("short_notice", Severity.WARNING, detail)


def add_units(day: date, count: int, unit: DurationUnit) -> date:
    """The day on which ``count`` units from ``day`` are over, the first one outside: 10 March + 3 months = 10 June.

    A day the last month lacks becomes its last day (31 January + 1 month = 28 or 29 February). Days beyond the
    year 9999 become its last day.
    """
    if unit is DurationUnit.DAYS:
        return date.fromordinal(min(day.toordinal() + count, date.max.toordinal()))
    months = day.month - 1 + (count if unit is DurationUnit.MONTHS else 12 * count)
    year, month = day.year + months // 12, months % 12 + 1
    if year > MAXYEAR:
        return date.max
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _headcount(visit: Visit, promise: Promise) -> Iterator[Notice]:
    low, high = promise.headcount_min, promise.headcount_max
    if visit.headcount is None:
        return
    if (low is not None and visit.headcount < low) or (high is not None and visit.headcount > high):
        detail = message(
            _("People planned: {headcount}. Promised: {promised}."),
            headcount=visit.headcount,
            promised=_range(low, high),
        )
        yield Notice("headcount_out_of_range", Severity.WARNING, detail, promise.commitment_id)


def _duration(visit: Visit, promise: Promise) -> Iterator[Notice]:
    low, high, unit = promise.duration_min, promise.duration_max, promise.duration_unit
    if unit is None:
        return
    # Compared as ordinals: the day after 31 December 9999 is no date.
    over = visit.days.last.toordinal() + 1
    too_short = low is not None and over < add_units(visit.days.first, low, unit).toordinal()
    too_long = high is not None and over > add_units(visit.days.first, high, unit).toordinal()
    if too_short or too_long:
        detail = message(
            _("Days planned: {days} ({first} to {last}). Promised: {promised}."),
            days=len(visit.days),
            first=numeric_day(visit.days.first),
            last=numeric_day(visit.days.last),
            promised=message(_IN_UNIT[unit], range=_range(low, high)),
        )
        yield Notice("duration_out_of_range", Severity.WARNING, detail, promise.commitment_id)


def _period(visit: Visit, promise: Promise) -> Iterator[Notice]:
    starts_on, ends_on = promise.agreement_starts_on, promise.agreement_ends_on
    if (starts_on and visit.days.first < starts_on) or (ends_on and visit.days.last > ends_on):
        detail = message(
            _("Days planned: {first} to {last}. The agreement holds from {starts_on} to {ends_on}."),
            first=numeric_day(visit.days.first),
            last=numeric_day(visit.days.last),
            starts_on=numeric_day(starts_on) if starts_on else "–",
            ends_on=numeric_day(ends_on) if ends_on else "–",
        )
        yield Notice("outside_agreement", Severity.WARNING, detail, promise.agreement_id)


# The unit stands before the number: English would need a plural, and this way none of the three languages does.
_IN_UNIT = {
    DurationUnit.DAYS: _("in days: {range}"),
    DurationUnit.MONTHS: _("in months: {range}"),
    DurationUnit.YEARS: _("in years: {range}"),
}


def _range(low: int | None, high: int | None) -> Message | str:
    if low is not None and high is not None:
        return str(low) if low == high else f"{low}–{high}"
    if low is not None:
        return message(_("at least {number}"), number=low)
    return message(_("at most {number}"), number=high)
