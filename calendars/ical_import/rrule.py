"""Parse recurrence rules (RRULE) within limits. Source: RFC 5545 section 3.3.10."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from calendars.ical_import.content_lines import UnreadablePart
from models.i18n import N_, message

MAX_COUNT = 3_500
MAX_TIMES_A_DAY = 24

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
_INSTANT = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class RecurrenceRule:
    """A recurrence rule: ``until`` is a date, a local time or an aware instant; weekdays have their ordinal, 0 for any.

    Negative numbers count from the end.
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


def read_rule(text: str) -> RecurrenceRule:
    """Parse the value of an RRULE.

    Raises:
        UnreadablePart: it is not a valid rule, or repeats more often or more times than supported.
    """
    parts: dict[str, str] = {}
    for part in "".join(text.upper().split()).rstrip(";").split(";"):
        name, sign, value = part.partition("=")
        if name in parts or not sign:
            raise _wrong(part)
        if value:  # an empty part says nothing, as an empty rule does
            parts[name] = value
    if parts.pop("RSCALE", "GREGORIAN") != "GREGORIAN":
        raise UnreadablePart(message(N_("Only rules of the Gregorian calendar are taken in.")))
    frequency = parts.pop("FREQ", "")
    if frequency in _SUB_DAILY:
        raise UnreadablePart(
            message(
                N_("Entries that come again more often than daily ({frequency}) are not taken in."), frequency=frequency
            )
        )
    if frequency not in _FREQUENCIES:
        raise _wrong(f"FREQ={frequency}")
    if "COUNT" in parts and "UNTIL" in parts:
        raise _wrong(f"COUNT={parts['COUNT']};UNTIL={parts['UNTIL']}")
    lists = {name: _numbers(name, parts.pop(name)) for name in _LISTS if name in parts}
    rule = RecurrenceRule(
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
        raise UnreadablePart(message(N_("An entry comes at most {max} times a day."), max=MAX_TIMES_A_DAY))
    return rule


def _wrong(part: str) -> UnreadablePart:
    return UnreadablePart(message(N_("“{part}” is no part of a rule of repetition."), part=part[:60]))


def _interval(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) < 1:
        raise UnreadablePart(message(N_("INTERVAL must be 1 or more.")))
    return int(text)


def _count(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not 1 <= int(text) <= MAX_COUNT:
        raise UnreadablePart(message(N_("COUNT must be from 1 to {max}."), max=MAX_COUNT))
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
