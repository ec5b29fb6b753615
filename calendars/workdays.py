"""Working days of the office: Monday to Friday without the public holidays of the countries it works with."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from types import MappingProxyType

import holidays

from calendars.spans import days_after
from models.i18n import _, message

HORIZON_DAYS = 3653
"""How far a shift may reach: ten years of calendar days."""

NO_OVERRIDES: Mapping[date, bool] = MappingProxyType({})

_SATURDAY = 5


@cache
def public_holidays(country: str, year: int) -> frozenset[date]:
    """The public holidays of a country (ISO 3166 alpha-2) in one year, working days given in lieu included.

    Days the state has not announced yet are computed; see the office's own table for what was announced.
    Raises ValueError for a country without a known calendar. Source: the ``holidays`` library, category ``public``.
    """
    try:
        return frozenset(holidays.country_holidays(country, years=year, categories=("public",)))
    except (NotImplementedError, ValueError):
        raise ValueError(
            message(_("No public holidays are known for the country “{country}”."), country=country)
        ) from None


class WorkingDays:
    """Which days the office works.

    ``countries`` are those whose public holidays count, all of them at once. ``overrides`` win over everything:
    True makes a day a working day (a Saturday worked in lieu), False a free one (a bridge day).
    """

    def __init__(self, countries: Sequence[str], overrides: Mapping[date, bool] = NO_OVERRIDES) -> None:
        self._countries = tuple(countries)
        self._overrides = dict(overrides)

    def is_working(self, day: date) -> bool:
        """Whether the office works on ``day``; ValueError for a country without a known calendar."""
        if (override := self._overrides.get(day)) is not None:
            return override
        if day.weekday() >= _SATURDAY:
            return False
        return not any(day in public_holidays(country, day.year) for country in self._countries)

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
                raise ValueError(message(_("{n} working days are more than ten years; count fewer."), n=abs(n)))
            found += self.is_working(days_after(day, step * distance))
        return days_after(day, step * distance)
