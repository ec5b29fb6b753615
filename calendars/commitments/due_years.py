"""In which calendar years what was promised falls due.

* So many a year: in every calendar year of which the period covers the greater part;
* one every a–b years: no b such years in a row without one;
* so many in the period, and quotas of people: by the end of the period;
* open: never.

Of years before an agreement's records begin nobody knows what was done. "One every a–b years" is counted from the first
year with records; what else fell due then falls due still, and progress says of it that nothing is on record.

An event belongs to the year it begins in; in a year that is hardly part of the period, to the nearest that is.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from calendars.commitments.event_matching import CommitmentTerms, EventRecord
from calendars.days.spans import Days
from models.vocabulary import FrequencyType


@lru_cache(maxsize=256)
def due_years(period: Days) -> tuple[int, ...]:
    """The calendar years of which a period covers the greater part; when there is none, the one it covers most.

    1 January 2024 to 31 December 2028 is five, 1 July 2022 to 30 June 2025 is three.
    """
    covered = {
        year: len(Days(max(period.first, date(year, 1, 1)), min(period.last, date(year, 12, 31))))
        for year in range(period.first.year, period.last.year + 1)
    }
    whole = tuple(year for year, days in covered.items() if 2 * days > len(Days(date(year, 1, 1), date(year, 12, 31))))
    return whole or (max(covered, key=lambda year: covered[year]),)


def year_of(occasion: EventRecord, listed: Sequence[int]) -> int:
    """The due year an event belongs to: that of its first day; at the period's edge the nearest that is due."""
    return listed_year(occasion.days.first, listed)


def listed_year(day: date, listed: Sequence[int]) -> int:
    """The due year a day belongs to; at the period's edge the nearest that is due."""
    return min(max(day.year, listed[0]), listed[-1])


def last_day_for(period: Days, year: int) -> date:
    """The last day on which what is due for a year may begin; for the last due year the end of the period."""
    return period.last if year >= due_years(period)[-1] else date(year, 12, 31)


def slots_due(undertaking: CommitmentTerms, held: Sequence[int], coming: Sequence[int]) -> dict[int, int]:
    """Due year → how often, given the years in which occurrences were held and are coming (one entry for each).

    For "one every a–b years" only those that are needed are due: of the occurrences no more than b years after the
    last one needed the latest, one that was held before one to come; where there is none, the year that passes.
    """
    listed = due_years(undertaking.period)
    match undertaking.frequency:
        case FrequencyType.PER_YEAR:
            return dict.fromkeys(listed, undertaking.count or 1)
        case FrequencyType.IN_PERIOD:
            before = sum(1 for year in held if year < listed[-1])
            return {listed[-1]: max(0, (undertaking.count or 1) - before)}
        case FrequencyType.EVERY:
            return _every(undertaking.max_years or 1, counted_years(undertaking), held, coming)
        case FrequencyType.OPEN:
            return {}


def counted_years(undertaking: CommitmentTerms) -> tuple[int, ...]:
    """The due years in which one every a–b years is counted: from the first one with records.

    At least the last b of them, in which what is known of the years before counts too; all where none has records.
    """
    listed = due_years(undertaking.period)
    recorded = [year for year in listed if undertaking.has_records_of(year)]
    if not recorded:
        return listed
    first = min(recorded[0], listed[-1] - (undertaking.max_years or 1) + 1)
    return tuple(year for year in listed if year >= first)


def _every(most: int, listed: Sequence[int], held: Sequence[int], coming: Sequence[int]) -> dict[int, int]:
    due: dict[int, int] = {}
    last, deadline = listed[0] - 1, min(listed[0] + most - 1, listed[-1])
    while deadline <= listed[-1]:
        reached = [year for year in held if last < year <= deadline] or [
            year for year in coming if last < year <= deadline
        ]
        last = max(reached, default=deadline)
        due[last] = 1
        deadline = last + most
    return due
