"""Entries that come again: recurrence rules read within bounds, and worked out for the days somebody asks for.

A rule is worked out day by day on the wall clock of its own zone, beginning at the first day asked for where it can; so
neither a beginning long ago nor a rule that never holds takes long. Source: RFC 5545 sections 3.3.10 and 3.8.5.3.
"""

import re
from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

from calendars.ics_text import Unreadable
from models.i18n import _, message

MAX_COUNT = 3_500
MAX_TIMES_A_DAY = 24
MAX_STEPS = 200_000
"""Days looked at for all rules of a file together."""

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_SUB_DAILY = ("SECONDLY", "MINUTELY", "HOURLY")
_LISTS = {
    "BYMONTH": (1, 12, False),
    "BYWEEKNO": (1, 53, True),
    "BYYEARDAY": (1, 366, True),
    "BYMONTHDAY": (1, 31, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSECOND": (0, 60, False),
    "BYSETPOS": (1, 366, True),
}
_WEEKDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_INSTANT = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence rule. ``until`` is a day, a wall time, or an aware instant; weekdays come with their ordinal, 0 for any.

    Numbers below zero count from the end.
    """

    frequency: str
    interval: int = 1
    count: int | None = None
    until: date | datetime | None = None
    week_start: int = 0
    months: frozenset[int] = frozenset()
    weeks: frozenset[int] = frozenset()
    year_days: frozenset[int] = frozenset()
    month_days: frozenset[int] = frozenset()
    weekdays: frozenset[tuple[int, int]] = frozenset()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    seconds: tuple[int, ...] = ()
    positions: frozenset[int] = frozenset()


class Steps:
    """How many more days may be looked at; shared by all rules of a file."""

    def __init__(self, left: int = MAX_STEPS) -> None:
        self.left = left

    def take(self, count: int = 1) -> None:
        """Look at so many more.

        Raises:
            Unreadable: that is more than there may be.
        """
        self.left -= count
        if self.left < 0:
            raise Unreadable(message(_("The rule of repetition takes too long to work out; write the days out.")))


def read_rule(text: str) -> Rule:
    """A rule from the value of RRULE.

    Raises:
        Unreadable: it is no rule, or repeats more often or more times than is taken in.
    """
    parts: dict[str, str] = {}
    for part in text.strip().upper().rstrip(";").split(";"):
        name, _sign, value = part.partition("=")
        if name in parts or not value:
            raise _wrong(part)
        parts[name] = value
    frequency = parts.pop("FREQ", "")
    if frequency in _SUB_DAILY:
        raise Unreadable(message(_("Entries that come again more often than daily ({frequency}) are not taken in."), frequency=frequency))  # fmt: skip
    if frequency not in _FREQUENCIES:
        raise _wrong(f"FREQ={frequency}")
    if "COUNT" in parts and "UNTIL" in parts:
        raise _wrong(f"COUNT={parts['COUNT']};UNTIL={parts['UNTIL']}")
    lists = {name: _numbers(name, parts.pop(name)) for name in _LISTS if name in parts}
    rule = Rule(
        frequency,
        interval=_interval(parts.pop("INTERVAL", "1")),
        count=_count(parts.pop("COUNT")) if "COUNT" in parts else None,
        until=_until(parts.pop("UNTIL")) if "UNTIL" in parts else None,
        week_start=_week_start(parts.pop("WKST", "MO")),
        months=lists.get("BYMONTH", frozenset()),
        weeks=lists.get("BYWEEKNO", frozenset()),
        year_days=lists.get("BYYEARDAY", frozenset()),
        month_days=lists.get("BYMONTHDAY", frozenset()),
        weekdays=_by_day(parts.pop("BYDAY")) if "BYDAY" in parts else frozenset(),
        hours=tuple(sorted(lists.get("BYHOUR", ()))),
        minutes=tuple(sorted(lists.get("BYMINUTE", ()))),
        seconds=tuple(sorted(lists.get("BYSECOND", ()))),
        positions=lists.get("BYSETPOS", frozenset()),
    )
    if strange := next((name for name in parts if not name.startswith("X-")), None):
        raise _wrong(f"{strange}={parts[strange]}")
    if len(rule.hours or "1") * len(rule.minutes or "1") * len(rule.seconds or "1") > MAX_TIMES_A_DAY:
        raise Unreadable(message(_("An entry comes at most {max} times a day."), max=MAX_TIMES_A_DAY))
    return rule


def occurrences(rule: Rule, start: datetime, earliest: date, latest: date, steps: Steps) -> Iterator[datetime]:
    """The wall times, in order, at which an entry that begins at ``start`` comes on the days from ``earliest`` to ``latest``.

    ``start`` is a wall time without zone, and always the first occurrence; ``until`` must be one too, or a day.

    Raises:
        Unreadable: more days would have to be looked at than ``steps`` allow.
    """
    completed = _completed(rule, start)
    if earliest <= start.date() <= latest:
        yield start
    passed = 1
    for found in _candidates(completed, start, earliest, latest, steps):
        if found <= start:
            continue
        passed += 1
        if (rule.count is not None and passed > rule.count) or _is_after(found, rule.until) or found.date() > latest:
            return
        if found.date() >= earliest:
            yield found


def _wrong(part: str) -> Unreadable:
    return Unreadable(message(_("“{part}” is no part of a rule of repetition."), part=part[:60]))


def _interval(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) < 1:
        raise Unreadable(message(_("INTERVAL must be 1 or more.")))
    return int(text)


def _count(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not 1 <= int(text) <= MAX_COUNT:
        raise Unreadable(message(_("COUNT must be from 1 to {max}."), max=MAX_COUNT))
    return int(text)


def _week_start(text: str) -> int:
    if text not in _WEEKDAYS:
        raise _wrong(f"WKST={text}")
    return _WEEKDAYS.index(text)


def _until(text: str) -> date | datetime:
    matched = _INSTANT.fullmatch(text)
    try:
        if matched is None:
            raise ValueError
        day = date(int(text[:4]), int(text[4:6]), int(text[6:8]))
        if matched[2] is None:
            return day
        hour, minute, second = (int(matched[2][place : place + 2]) for place in (0, 2, 4))
        return datetime.combine(day, time(hour, minute, min(second, 59)), UTC if matched[3] else None)
    except ValueError:
        raise _wrong(f"UNTIL={text}") from None


def _numbers(name: str, text: str) -> frozenset[int]:
    low, high, may_be_negative = _LISTS[name]
    found = set()
    for one in text.split(","):
        if not re.fullmatch(r"[+-]?\d{1,3}", one, re.ASCII):
            raise _wrong(f"{name}={one}")
        number = int(one)
        if not low <= (abs(number) if may_be_negative else number) <= high:
            raise _wrong(f"{name}={one}")
        found.add(number)
    return frozenset(found)


def _by_day(text: str) -> frozenset[tuple[int, int]]:
    found = set()
    for one in text.split(","):
        matched = _WEEKDAY.fullmatch(one)
        if matched is None or abs(int(matched[1] or 1)) > 53 or int(matched[1] or 1) == 0:
            raise _wrong(f"BYDAY={one}")
        found.add((int(matched[1] or 0), _WEEKDAYS.index(matched[2])))
    return frozenset(found)


def _completed(rule: Rule, start: datetime) -> Rule:
    """The rule with what it leaves to the beginning: the day of the year, of the month or of the week, and the hour."""
    values = {name: getattr(rule, name) for name in Rule.__slots__}
    values["hours"] = rule.hours or (start.hour,)
    values["minutes"] = rule.minutes or (start.minute,)
    values["seconds"] = rule.seconds or (start.second,)
    own_weekday = frozenset({(0, start.weekday())})
    if rule.weeks and not rule.weekdays:
        values["weekdays"] = own_weekday
    elif not (rule.weeks or rule.year_days or rule.month_days or rule.weekdays):
        if rule.frequency == "WEEKLY":
            values["weekdays"] = own_weekday
        elif rule.frequency in {"MONTHLY", "YEARLY"}:
            values["month_days"] = frozenset({start.day})
            if rule.frequency == "YEARLY":
                values["months"] = rule.months or frozenset({start.month})
    return Rule(**values)


def _is_after(found: datetime, until: date | datetime | None) -> bool:
    if isinstance(until, datetime):
        return found > until
    return until is not None and found.date() > until


def _candidates(rule: Rule, start: datetime, earliest: date, latest: date, steps: Steps) -> Iterator[datetime]:
    """What the rule's parts give from the beginning on, or from the first period that reaches ``earliest``."""
    since = start.date() if rule.count is not None else max(start.date(), earliest)
    hours = [time(hour, minute, min(second, 59)) for hour, minute, second in product(rule.hours, rule.minutes, rule.seconds)]  # fmt: skip
    for period in _periods(rule, start.date(), since, latest):
        days = [day for day in _days(rule, period, steps) if _holds(rule, day)]
        found = [datetime.combine(day, hour) for day in days for hour in hours]
        if rule.positions:
            chosen = {at if at < 0 else at - 1 for at in rule.positions}
            found = [one for at, one in enumerate(found) if at in chosen or at - len(found) in chosen]
        yield from found


def _periods(rule: Rule, first: date, since: date, latest: date) -> Iterator[tuple[date, date]]:
    """The years, months, weeks or days, both ends inclusive, in which the rule is to hold, from ``since`` on."""
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


def _days(rule: Rule, period: tuple[date, date], steps: Steps) -> Iterator[date]:
    """The days of a period that may hold, in order; days of the month go straight there instead of looking at all."""
    steps.take()
    first, last = period
    if rule.frequency not in {"MONTHLY", "YEARLY"} or not (rule.months or rule.month_days):
        chunks = [period]
    else:
        chunks = [_month(first.year, month) for month in range(first.month, last.month + 1) if month in (rule.months or {month})]  # fmt: skip
    for begin, end in chunks:
        length = (end - begin).days + 1
        if rule.month_days and rule.frequency in {"MONTHLY", "YEARLY"}:
            chosen = sorted({day if day > 0 else length + 1 + day for day in rule.month_days})
            found = [begin + (day - 1) * _DAY for day in chosen if 1 <= day <= length]
        else:
            found = [begin + number * _DAY for number in range(length)]
        steps.take(len(found))
        yield from found


def _holds(rule: Rule, day: date) -> bool:
    """Whether a day fits every part that names days."""
    if rule.months and day.month not in rule.months:
        return False
    if rule.month_days and not _counted(day.day, monthrange(day.year, day.month)[1], rule.month_days):
        return False
    if rule.year_days and not _counted(_day_of_year(day), 365 + isleap(day.year), rule.year_days):
        return False
    if rule.weeks and not _counted(*_week(day, rule.week_start), rule.weeks):
        return False
    return not rule.weekdays or any(_is_weekday(rule, day, *wanted) for wanted in rule.weekdays)


def _counted(number: int, length: int, wanted: frozenset[int]) -> bool:
    """Whether a number is wanted, counted from either end."""
    return number in wanted or number - length - 1 in wanted


def _day_of_year(day: date) -> int:
    return day.timetuple().tm_yday


def _week(day: date, week_start: int) -> tuple[int, int]:
    """The number of a day's week, and how many weeks its year has: the first week has at least four days of the year."""

    def middle(of: date) -> date:
        return of + (3 - (of.weekday() - week_start) % 7) * _DAY

    at = middle(day)
    return (_day_of_year(at) + 6) // 7, (_day_of_year(middle(date(at.year, 12, 28))) + 6) // 7


def _is_weekday(rule: Rule, day: date, ordinal: int, weekday: int) -> bool:
    if day.weekday() != weekday:
        return False
    if ordinal == 0 or rule.frequency in {"DAILY", "WEEKLY"}:
        return True
    if rule.frequency == "YEARLY" and not rule.months:
        number, length = _day_of_year(day), 365 + isleap(day.year)
    else:
        number, length = day.day, monthrange(day.year, day.month)[1]
    return ordinal == (number + 6) // 7 if ordinal > 0 else -ordinal == (length - number + 7) // 7
