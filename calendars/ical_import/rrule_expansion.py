"""Expand recurrence rules over a range of days.

A rule is evaluated day by day in local time of its own zone, starting at the first day requested if possible; so
neither a start long ago nor a rule without matches takes long. Source: RFC 5545 sections 3.3.10 and 3.8.5.3.
"""

from calendar import isleap, monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import product

from calendars.ical_import.content_lines import UnreadablePart
from calendars.ical_import.rrule import RecurrenceRule
from models.i18n import N_, message

MAX_STEPS = 60_000
"""The maximum number of days examined for all rules of a file together."""

_DAY = timedelta(days=1)


class WorkBudget:
    """The number of days that may still be examined; shared by all rules of a file."""

    def __init__(self, remaining: int = MAX_STEPS) -> None:
        self.remaining = remaining

    def spend(self, count: int = 1) -> None:
        """Spend ``count`` steps.

        Raises:
            UnreadablePart: the budget is exhausted.
        """
        self.remaining -= count
        if self.remaining < 0:
            raise UnreadablePart(message(N_("The rule of repetition takes too long to work out; write the days out.")))


def occurrences(
    rule: RecurrenceRule, start: datetime, earliest: date, latest: date, budget: WorkBudget
) -> Iterator[datetime]:
    """The local times, in order, at which an entry occurs on the days from ``earliest`` to ``latest``.

    ``start`` is a local time without zone, and always the first occurrence; ``until`` must be a local time too, or a
    date.

    Raises:
        UnreadablePart: ``budget`` is exhausted.
    """
    completed = _completed(rule, start)
    if earliest <= start.date() <= latest:
        yield start
    passed = 1
    for found in _candidates(completed, start, earliest, latest, budget):
        if found <= start:
            continue
        passed += 1
        if (rule.count is not None and passed > rule.count) or _is_after(found, rule.until) or found.date() > latest:
            return
        if found.date() >= earliest:
            yield found


def _completed(rule: RecurrenceRule, start: datetime) -> RecurrenceRule:
    """The rule with its defaults from the start: the day of the year, month or week, and the time."""
    values = {name: getattr(rule, name) for name in RecurrenceRule.__slots__}
    values["hours"] = rule.hours or (start.hour,)
    values["minutes"] = rule.minutes or (start.minute,)
    values["seconds"] = rule.seconds or (start.second,)
    own_weekday = frozenset({(0, start.weekday())})
    if rule.weeks and not (rule.weekdays or rule.month_days or rule.year_days):
        values["weekdays"] = own_weekday
    elif not (rule.weeks or rule.year_days or rule.month_days or rule.weekdays):
        if rule.frequency == "WEEKLY":
            values["weekdays"] = own_weekday
        elif rule.frequency in {"MONTHLY", "YEARLY"}:
            values["month_days"] = frozenset({start.day})
            if rule.frequency == "YEARLY":
                values["months"] = rule.months or frozenset({start.month})
    return RecurrenceRule(**values)


def _is_after(found: datetime, until: date | datetime | None) -> bool:
    if isinstance(until, datetime):
        return found > until
    return until is not None and found.date() > until


def _candidates(
    rule: RecurrenceRule, start: datetime, earliest: date, latest: date, budget: WorkBudget
) -> Iterator[datetime]:
    """The matches of the rule's parts from the start on, or from the first period that reaches ``earliest``."""
    since = start.date() if rule.count is not None else max(start.date(), earliest)
    hours = [
        time(hour, minute, min(second, 59)) for hour, minute, second in product(rule.hours, rule.minutes, rule.seconds)
    ]
    for period in _periods(rule, start.date(), since, latest):
        days = [day for day in _days(rule, period, budget) if _matches(rule, day)]
        found = [datetime.combine(day, hour) for day in days for hour in hours]
        if rule.positions:
            chosen = {at if at < 0 else at - 1 for at in rule.positions}
            found = [one for at, one in enumerate(found) if at in chosen or at - len(found) in chosen]
        yield from found


def _periods(rule: RecurrenceRule, first: date, since: date, latest: date) -> Iterator[tuple[date, date]]:
    """The years, months, weeks or days to evaluate, both ends inclusive, beginning with ``since``."""
    match rule.frequency:
        case "YEARLY":
            for year in range(_aligned(first.year, since.year, rule.interval), latest.year + 1, rule.interval):
                yield date(year, 1, 1), date(year, 12, 31)
        case "MONTHLY":
            begin, now, end = (day.year * 12 + day.month - 1 for day in (first, since, latest))
            for month in range(_aligned(begin, now, rule.interval), end + 1, rule.interval):
                yield _month(month // 12, month % 12 + 1)
        case frequency:
            length = 7 if frequency == "WEEKLY" else 1
            begin = first.toordinal() - ((first.weekday() - rule.week_start) % 7 if length == 7 else 0)
            step = length * rule.interval
            at = _aligned(begin, since.toordinal() - length + 1, step)
            for day in range(at, latest.toordinal() + 1, step):
                yield date.fromordinal(day), date.fromordinal(day + length - 1)


def _aligned(first: int, since: int, step: int) -> int:
    """The first of ``first``, ``first + step`` … that is not before ``since``."""
    return first + max(0, -(-(since - first) // step)) * step


def _month(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _days(rule: RecurrenceRule, period: tuple[date, date], budget: WorkBudget) -> Iterator[date]:
    """The candidate days of a period, in order; days of the month are computed instead of examining every day."""
    budget.spend()
    first, last = period
    if rule.frequency not in {"MONTHLY", "YEARLY"} or not (rule.months or rule.month_days):
        chunks = [period]
    else:
        chunks = [
            _month(first.year, month)
            for month in range(first.month, last.month + 1)
            if month in (rule.months or {month})
        ]
    for begin, end in chunks:
        length = (end - begin).days + 1
        if rule.month_days and rule.frequency in {"MONTHLY", "YEARLY"}:
            chosen = sorted({day if day > 0 else length + 1 + day for day in rule.month_days})
            found = [begin + (day - 1) * _DAY for day in chosen if 1 <= day <= length]
        else:
            found = [begin + number * _DAY for number in range(length)]
        budget.spend(len(found))
        yield from found


def _matches(rule: RecurrenceRule, day: date) -> bool:
    """Whether a day matches every part that names days."""
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days and not _is_in(day.day, monthrange(day.year, day.month)[1], rule.month_days):
        return False
    if rule.year_days and not _is_in(_day_of_year(day), 365 + isleap(day.year), rule.year_days):
        return False
    if rule.weeks and not _is_in(*_week(day, rule.week_start), rule.weeks):
        return False
    return not rule.weekdays or any(_is_weekday(rule, day, *allowed) for allowed in rule.weekdays)


def _is_in(number: int, length: int, allowed: frozenset[int]) -> bool:
    """Whether a number is in ``allowed``, counted from either end."""
    return number in allowed or number - length - 1 in allowed


def _day_of_year(day: date) -> int:
    return day.toordinal() - date(day.year, 1, 1).toordinal() + 1


def _week(day: date, week_start: int) -> tuple[int, int]:
    """The number of a day's week in the year that contains most of its days, and the number of weeks of that year."""

    def middle(of: date) -> date:
        return of + (3 - (of.weekday() - week_start) % 7) * _DAY

    at = middle(day)
    return (_day_of_year(at) + 6) // 7, (_day_of_year(middle(date(at.year, 12, 28))) + 6) // 7


def _is_weekday(rule: RecurrenceRule, day: date, ordinal: int, weekday: int) -> bool:
    if day.weekday() != weekday:
        return False
    if ordinal == 0 or rule.frequency in {"DAILY", "WEEKLY"}:
        return True
    if rule.frequency == "YEARLY" and not rule.months:
        number, length = _day_of_year(day), 365 + isleap(day.year)
    else:
        number, length = day.day, monthrange(day.year, day.month)[1]
    return ordinal == (number + 6) // 7 if ordinal > 0 else -ordinal == (length - number + 7) // 7
