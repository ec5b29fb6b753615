"""Progress of what was promised: each commitment year by year, and its state on a day.

An event belongs to the year it begins in; in a year that is hardly part of the period, to the nearest that is. What
falls due, frequency by frequency:

* so many a year: in every calendar year of which the period covers the greater part;
* one every a–b years: no b such years in a row without one;
* so many in the period, and quotas of people: by the end of the period;
* open: counted only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from calendars.dates import numeric_day
from calendars.spans import Days
from calendars.undertakings import Judgement, Occasion, Standing, Undertaking
from models.i18n import Message, _, message
from models.vocabulary import EventStatus, FrequencyType, ProgressState

DRAFT_DAYS = 30
"""A draft that begins sooner than this no longer reassures: visas and invitations should be under way by then."""

_WORST_FIRST = (ProgressState.MISSED, ProgressState.AT_RISK, ProgressState.ON_TRACK, ProgressState.FULFILLED)


@dataclass(frozen=True, slots=True)
class Year:
    """One calendar year of a commitment: how often it was due, was held, is planned; who came, for how many days.

    ``people`` and ``days`` are those of what was held, days until ``as_of``. ``state`` is *open* in a year in which
    nothing is due and nothing happens.
    """

    year: int
    due: int
    held: int
    planned: int
    people: int
    days: int
    state: ProgressState
    event_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """The same over the whole period; ``people_due`` None: no quota of people."""

    due: int
    held: int
    planned: int
    people: int
    people_planned: int
    people_due: int | None
    days: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a commitment stands, why, and the events that nearly count."""

    undertaking: Undertaking
    state: ProgressState
    detail: Message
    years: tuple[Year, ...]
    totals: Totals
    near: tuple[Judgement, ...]
    remarkable: tuple[Judgement, ...]


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


def year_of(occasion: Occasion, listed: Sequence[int]) -> int:
    """The due year an event belongs to: that of its first day; at the period's edge the nearest that is due."""
    return min(max(occasion.days.first.year, listed[0]), listed[-1])


def last_day_for(period: Days, year: int) -> date:
    """The last day on which what is due for a year may begin; for the last due year the end of the period."""
    return period.last if year >= due_years(period)[-1] else date(year, 12, 31)


def slots_due(undertaking: Undertaking, held: Sequence[int], coming: Sequence[int]) -> dict[int, int]:
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
            return _every(undertaking.max_years or 1, listed, held, coming)
        case FrequencyType.OPEN:
            return {}


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


def progress(undertaking: Undertaking, judged: Iterable[Judgement], as_of: date) -> Progress:
    """Where a commitment stands on the day ``as_of``; the order of the events makes no difference."""
    judged = sorted(judged, key=lambda one: (one.occasion.days.first, one.occasion.id))
    counted = [one for one in judged if one.standing is not Standing.NEAR]
    held = [one.occasion for one in counted if one.standing is Standing.HELD]
    planned = [one.occasion for one in counted if one.standing is Standing.PLANNED]
    firm = [occasion for occasion in planned if is_firm(occasion, as_of)]
    tally = _Tally(undertaking, as_of, held, planned, firm)
    years = tally.years()
    state = tally.state(years)
    return Progress(
        undertaking,
        state,
        tally.detail(state, years),
        years,
        tally.totals(years),
        tuple(one for one in judged if one.standing is Standing.NEAR),
        tuple(one for one in counted if one.why),
    )


def is_firm(occasion: Occasion, as_of: date) -> bool:
    """Whether a planned event can be relied upon: agreed on, or a draft with time left to agree on it."""
    return occasion.status is not EventStatus.DRAFT or occasion.days.first >= as_of + timedelta(days=DRAFT_DAYS)


class _Tally:
    """The figures of one commitment on one day."""

    def __init__(
        self,
        undertaking: Undertaking,
        as_of: date,
        held: Sequence[Occasion],
        planned: Sequence[Occasion],
        firm: Sequence[Occasion],
    ) -> None:
        self.undertaking, self.as_of = undertaking, as_of
        self.held, self.planned, self.firm = held, planned, firm
        self.listed = due_years(undertaking.period)
        self.due = slots_due(undertaking, self._years_of(held), self._years_of(firm))

    def _years_of(self, occasions: Iterable[Occasion]) -> list[int]:
        return [year_of(one, self.listed) for one in occasions]

    def _verdict(self, due: int, held: int, firm: int, year: int) -> ProgressState:
        """The state of what falls due by the end of a year."""
        if held >= due:
            return ProgressState.FULFILLED
        if held + firm >= due:
            return ProgressState.ON_TRACK
        if self.as_of > last_day_for(self.undertaking.period, year):
            return ProgressState.MISSED
        if self.as_of.year < year or self.as_of < self.undertaking.period.first:
            return ProgressState.ON_TRACK
        return ProgressState.AT_RISK

    def years(self) -> tuple[Year, ...]:
        by_year: dict[int, tuple[list[Occasion], list[Occasion], list[Occasion]]] = {
            year: ([], [], []) for year in self.listed
        }
        for place, occasions in enumerate((self.held, self.planned, self.firm)):
            for one in occasions:
                by_year[year_of(one, self.listed)][place].append(one)
        return tuple(self._year(year, *found) for year, found in by_year.items())

    def _year(self, year: int, held: Sequence[Occasion], planned: Sequence[Occasion], firm: Sequence[Occasion]) -> Year:
        due = self.due.get(year, 0)
        if due and self.undertaking.frequency is FrequencyType.IN_PERIOD:
            # What is due at the period's end may be planned for any of its years.
            state = self._verdict(due, len(held), len(self.firm), year)
        elif due:
            state = self._verdict(due, len(held), len(firm), year)
        elif self.undertaking.is_open or not (held or planned):
            state = ProgressState.OPEN
        else:
            state = ProgressState.FULFILLED if held else ProgressState.ON_TRACK
        return Year(
            year,
            due,
            len(held),
            len(planned),
            sum(one.people or 0 for one in held),
            sum(self._days(one) for one in held),
            state,
            tuple(one.id for one in sorted((*held, *planned), key=lambda one: (one.days.first, one.id))),
        )

    def _days(self, occasion: Occasion) -> int:
        return (min(occasion.days.last, self.as_of) - occasion.days.first).days + 1

    def _people(self) -> ProgressState | None:
        """The state of the quota of people; None when there is none."""
        total = self.undertaking.headcount_total
        if total is None:
            return None
        came, expected = (sum(one.people or 0 for one in found) for found in (self.held, self.firm))
        return self._verdict(total, came, expected, self.listed[-1])

    def state(self, years: Sequence[Year]) -> ProgressState:
        """The worst of the years in which something is due, and of the quota of people."""
        if self.undertaking.is_open:
            return ProgressState.OPEN
        found = {year.state for year in years if year.due} | {self._people()}
        return next((state for state in _WORST_FIRST if state in found), ProgressState.FULFILLED)

    def totals(self, years: Sequence[Year]) -> Totals:
        return Totals(
            # For "n in the period" the last year only shows what is left.
            (self.undertaking.count or 1)
            if self.undertaking.frequency is FrequencyType.IN_PERIOD
            else sum(self.due.values()),
            len(self.held),
            len(self.planned),
            sum(year.people for year in years),
            sum(one.people or 0 for one in self.planned),
            self.undertaking.headcount_total,
            sum(year.days for year in years),
        )

    def detail(self, state: ProgressState, years: Sequence[Year]) -> Message:
        """Why the state is what it is, and what is pressing now."""
        match state:
            case ProgressState.OPEN:
                return message(_("Counted only: no number was promised."))
            case ProgressState.FULFILLED:
                return message(_("All that was promised has been done."))
            case ProgressState.ON_TRACK:
                return message(_("What falls due is in the diary, or there is time enough."))
            case ProgressState.AT_RISK:
                return self._pressing(years)
            case ProgressState.MISSED:
                missed = self._missed(years)
                if not any(year.due and year.state is ProgressState.AT_RISK for year in years):
                    return missed
                return message(_("{missed} Now: {pressing}"), missed=missed, pressing=self._pressing(years))

    def _missed(self, years: Sequence[Year]) -> Message:
        concerned = [str(year.year) for year in years if year.due and year.state is ProgressState.MISSED]
        if concerned:
            return message(_("Not done in time: {years}."), years=", ".join(concerned))
        what = _("People taken in: {people} of {total}; the agreement ended on {day}.")
        return self._about_people(what, years)

    def _pressing(self, years: Sequence[Year]) -> Message:
        concerned = [year.year for year in years if year.due and year.state is ProgressState.AT_RISK]
        if not concerned:
            what = _("People taken in: {people} of {total}; the agreement ends on {day}.")
            return self._about_people(what, years)
        soon = [one for one in self.planned if one not in self.firm and year_of(one, self.listed) in concerned]
        if soon:
            what = _("Only a draft so far, and it begins on {day}: agree on it with the partner.")
            return message(what, day=numeric_day(soon[0].days.first))
        by = last_day_for(self.undertaking.period, concerned[0])
        return message(_("The diary holds less than what falls due by {day}."), day=numeric_day(by))

    def _about_people(self, what: str, years: Sequence[Year]) -> Message:
        people, total = sum(year.people for year in years), self.undertaking.headcount_total
        return message(what, people=people, total=total, day=numeric_day(self.undertaking.period.last))
