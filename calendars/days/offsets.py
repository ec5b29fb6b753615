"""Due times: an ISO 8601 offset from a day, in calendar or working days, and the resulting instant."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from calendars.days.spans import MIDNIGHT, days_after, outside_calendar, wall_time, zone_info
from calendars.days.working_days import WorkingDays
from models.errors import InvalidValue
from models.i18n import N_

MAX_DAYS = 3660
"""The longest offset in days, a little over ten years."""

_DAY_SECONDS = 86_400
_OFFSET = re.compile(
    r"(?P<sign>[+-]?)P(?:"
    r"(?P<weeks>[0-9]{1,9})W"
    r"|(?=[0-9T])(?:(?P<days>[0-9]{1,9})D)?"
    r"(?:T(?=[0-9])(?:(?P<hours>[0-9]{1,9})H)?(?:(?P<minutes>[0-9]{1,9})M)?(?:(?P<seconds>[0-9]{1,9})S)?)?"
    r")"
)


@dataclass(frozen=True, slots=True)
class Offset:
    """A signed duration: nominal calendar days and exact seconds, both with the same sign (negative = before).

    A day is a calendar day, 23 to 25 hours long; an hour is always 3600 seconds. Raises ValueError for opposite signs,
    which ISO 8601 cannot express, and beyond 3660 days.
    """

    days: int = 0
    seconds: int = 0

    def __post_init__(self) -> None:
        if self.days * self.seconds < 0:
            raise InvalidValue(N_("The days and the hours of an offset must point in the same direction."))
        if abs(self.days) * _DAY_SECONDS + abs(self.seconds) > MAX_DAYS * _DAY_SECONDS:
            raise InvalidValue(N_("An offset may reach at most {days} days."), days=MAX_DAYS)

    @classmethod
    def parse(cls, text: str) -> "Offset":
        """Read ``-P30D``, ``-PT2H``, ``P1W``, ``-P1DT2H30M`` or ``PT0S``; a leading ``+`` is allowed.

        Months and years are rejected because their length varies, as are fractions and weeks combined with other units.
        Raises ValueError. Source: RFC 5545 section 3.3.6.
        """
        match = _OFFSET.fullmatch(text)
        if not match:
            wrong = N_("“{offset}” is no offset; write for example -P30D (30 days before), -PT2H, P1W or -P1DT2H30M.")
            raise InvalidValue(wrong, offset=text[:60])
        part = {name: int(value or 0) for name, value in match.groupdict().items() if name != "sign"}
        sign = -1 if match["sign"] == "-" else 1
        seconds = 3600 * part["hours"] + 60 * part["minutes"] + part["seconds"]
        return cls(sign * (7 * part["weeks"] + part["days"]), sign * seconds)

    def __str__(self) -> str:
        """The canonical form: weeks as days, no zero parts (``-P1DT2H30M``), zero as ``PT0S``."""
        hours, rest = divmod(abs(self.seconds), 3600)
        minutes, seconds = divmod(rest, 60)
        clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
        text = (f"{abs(self.days)}D" if self.days else "") + (f"T{clock}" if clock else "")
        sign = "-" if self.days < 0 or self.seconds < 0 else ""
        return f"{sign}P{text or 'T0S'}"


def due_at(
    anchor_day: date,
    anchor_time: time | None,
    zone: str,
    offset: Offset,
    at: time | None,
    working_days: WorkingDays | None,
) -> datetime:
    """The instant (aware, UTC) at ``offset`` from a date, or from a time on it, in ``zone``.

    A date without a time means 00:00. First the days move the local date, counting working days only if
    ``working_days`` is given; the local time of day stays the same across daylight saving changes. Then the hours are
    added exactly. ``at``, if given, replaces the time of the local day that this gives: ``-PT24H`` at 08:00 of the 10th
    is the 9th, 08:00. Local times that do not exist or occur twice are resolved by
    :func:`calendars.days.spans.wall_time`. Raises ValueError outside the years 1–9999.
    """
    day = _moved(anchor_day, offset, working_days)
    if at is not None and not offset.seconds:
        return wall_time(day, at, zone)
    try:
        instant = wall_time(day, anchor_time or MIDNIGHT, zone) + timedelta(seconds=offset.seconds)
        return instant if at is None else wall_time(instant.astimezone(zone_info(zone)).date(), at, zone)
    except OverflowError:
        raise outside_calendar(day) from None


def former_due_at(
    anchor_day: date,
    anchor_time: time | None,
    zone: str,
    offset: Offset,
    at: time | None,
    working_days: WorkingDays | None,
) -> datetime:
    """As :func:`due_at`, as versions before 0.4 computed it: with ``at`` the hours of the offset counted for nothing.

    What these versions sent is recognised by it, so that nothing is sent a second time. Raises ValueError outside the
    years 1–9999.
    """
    return due_at(anchor_day, anchor_time, zone, offset if at is None else replace(offset, seconds=0), at, working_days)


def _moved(day: date, offset: Offset, working_days: WorkingDays | None) -> date:
    return days_after(day, offset.days) if working_days is None else working_days.shift(day, offset.days)
