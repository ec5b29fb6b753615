"""On which days a copy lies: everything by the same number of days; and which day next year is proposed."""

from dataclasses import dataclass
from datetime import date, timedelta

from calendars.days.spans import days_after

_HALF_A_WEEK = 3
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Shift:
    """By how many days everything of an event moves."""

    days: int

    @classmethod
    def between(cls, before: date, after: date) -> "Shift":
        """What takes one first day to another."""
        return cls((after - before).days)

    def of(self, day: date) -> date:
        """A day, moved. Raises InvalidValue outside the calendar."""
        return days_after(day, self.days)

    @property
    def span(self) -> timedelta:
        return timedelta(days=self.days)


def same_weekday(day: date, year: int) -> date:
    """The same weekday of another year that is nearest to the same date, and in that year: Wednesday 10 March 2027 →
    Wednesday 8 March 2028."""
    same = date(year, day.month, min(day.day, 28) if day.month == 2 else day.day)
    ahead = (day.weekday() - same.weekday()) % _WEEK
    distance = ahead if ahead <= _HALF_A_WEEK else ahead - _WEEK
    found = date.fromordinal(min(max(same.toordinal() + distance, 1), date.max.toordinal()))
    if found.year == year:
        return found
    return date.fromordinal(found.toordinal() + (_WEEK if found.year < year else -_WEEK))
