"""Working days: Monday to Friday, unless overridden."""

from collections.abc import Callable
from datetime import date

from calendars.days.spans import Days, days_after
from models.errors import InvalidValue
from models.i18n import N_

HORIZON_DAYS = 3653
"""The limit of a shift in calendar days: ten years."""

Ruling = Callable[[date], bool | None]
"""Maps a date to True (working day), False (day off) or None (the weekday decides)."""

_SATURDAY = 5


SHORT_DAYS = 5
"""A week's work: so long a time can be free of days on which nobody works."""


class WorkingDays:
    """Decide which days are working days: a ruling that overrides the weekday."""

    def __init__(self, ruling: Ruling) -> None:
        self._ruling = ruling

    def is_working(self, day: date) -> bool:
        """Whether ``day`` is a working day."""
        ruled = self._ruling(day)
        return day.weekday() < _SATURDAY if ruled is None else ruled

    def shift(self, day: date, n: int) -> date:
        """The n-th working day after ``day``, or before it if ``n`` is negative.

        0 returns the day itself, working or not.

        ``day`` itself is not counted: one working day after a Saturday is Monday. Raises ValueError when the result is
        more than ten years away.
        """
        step = 1 if n > 0 else -1
        found, distance = 0, 0
        while found < abs(n):
            distance += 1
            if distance > HORIZON_DAYS:
                raise InvalidValue(N_("{n} working days are more than ten years; count fewer."), n=abs(n))
            found += self.is_working(days_after(day, step * distance))
        return days_after(day, step * distance)

    def can_be_proposed(self, days: Days) -> bool:
        """Whether a free time is one that offices can use: up to five days are all worked, of more the first and the
        last."""
        if len(days) <= SHORT_DAYS:
            return all(self.is_working(day) for day in days)
        return self.is_working(days.first) and self.is_working(days.last)


WEEKDAYS = WorkingDays(lambda _day: None)
"""Monday to Friday, whatever the country."""
