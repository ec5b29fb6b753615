"""Working days: Monday to Friday, unless somebody rules otherwise."""

from collections.abc import Callable
from datetime import date

from calendars.days.spans import days_after
from models.errors import InvalidValue
from models.i18n import _

HORIZON_DAYS = 3653
"""How far a shift may reach: ten years of calendar days."""

Ruling = Callable[[date], bool | None]
"""A day → True: it is worked for certain, False: it is free, None: as the week has it."""

_SATURDAY = 5


class WorkingDays:
    """Which days are worked, by a ruling over the days of the week."""

    def __init__(self, ruling: Ruling) -> None:
        self._ruling = ruling

    def is_working(self, day: date) -> bool:
        """Whether ``day`` is worked."""
        ruled = self._ruling(day)
        return day.weekday() < _SATURDAY if ruled is None else ruled

    def shift(self, day: date, n: int) -> date:
        """The n-th working day after ``day``, before it when ``n`` is negative; 0 gives the day itself, working or not.

        ``day`` is never counted: one working day after a Saturday is the Monday. Raises ValueError when the
        result is more than ten years away.
        """
        step = 1 if n > 0 else -1
        found, distance = 0, 0
        while found < abs(n):
            distance += 1
            if distance > HORIZON_DAYS:
                raise InvalidValue(_("{n} working days are more than ten years; count fewer."), n=abs(n))
            found += self.is_working(days_after(day, step * distance))
        return days_after(day, step * distance)
