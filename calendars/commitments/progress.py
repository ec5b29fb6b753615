"""Progress of commitments, year by year: fulfilled, on track, at risk, missed or open on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from calendars.commitments.due_years import due_years, last_day_for, slots_due, year_of
from calendars.commitments.event_matching import CommitmentTerms, Evaluation, EventRecord, Match
from calendars.days.formatting import numeric_day
from models.i18n import N_, Message, message
from models.vocabulary import EventStatus, FrequencyType, ProgressState

DRAFT_DAYS = 30
"""A draft that begins sooner than this no longer reassures: visas and invitations should be under way by then."""

_WORST_FIRST = (ProgressState.MISSED, ProgressState.AT_RISK, ProgressState.ON_TRACK, ProgressState.FULFILLED)


@dataclass(frozen=True, slots=True)
class ProgressYear:
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
class ProgressTotals:
    """The same over the whole period; ``people_due`` None: no quota of people. ``people_unknown`` of the events held
    have no head-count: theirs is not among ``people``."""

    due: int
    held: int
    planned: int
    people: int
    people_planned: int
    people_due: int | None
    days: int
    people_unknown: int = 0


@dataclass(frozen=True, slots=True)
class CommitmentProgress:
    """Where a commitment stands, why, and the events that nearly count."""

    undertaking: CommitmentTerms
    state: ProgressState
    detail: Message
    years: tuple[ProgressYear, ...]
    totals: ProgressTotals
    near: tuple[Evaluation, ...]
    remarkable: tuple[Evaluation, ...]


def progress(undertaking: CommitmentTerms, judged: Iterable[Evaluation], as_of: date) -> CommitmentProgress:
    """Where a commitment stands on the day ``as_of``; the order of the events makes no difference."""
    tally = ProgressCounter(undertaking, as_of)
    for judgement in judged:
        tally.take(judgement)
    return tally.progress()


def _by_day(judgement: Evaluation) -> tuple[date, str]:
    return judgement.occasion.days.first, judgement.occasion.id


def is_firm(occasion: EventRecord, as_of: date) -> bool:
    """Whether a planned event can be relied upon: agreed on, or a draft with time left to agree on it."""
    return occasion.status is not EventStatus.DRAFT or occasion.days.first >= as_of + timedelta(days=DRAFT_DAYS)


@dataclass(slots=True)
class _Sums:
    """What of a year's events was held, is planned, and can be relied upon of that; ``soon`` are the other drafts."""

    held: int = 0
    people: int = 0
    days: int = 0
    planned: int = 0
    people_planned: int = 0
    firm: int = 0
    people_firm: int = 0
    unknown: int = 0
    soon: list[date] = field(default_factory=list)
    events: list[tuple[date, str]] = field(default_factory=list)


class ProgressCounter:
    """The figures of one commitment on one day, taken in event by event."""

    def __init__(self, undertaking: CommitmentTerms, as_of: date) -> None:
        self.undertaking, self.as_of = undertaking, as_of
        self.listed = due_years(undertaking.period)
        self.sums = {year: _Sums() for year in self.listed}
        self.waiting = 0
        """How many events are postponed, without new days; ``people_waiting`` is who would come to them."""
        self.people_waiting = 0
        self.near: list[Evaluation] = []
        self.remarkable: list[Evaluation] = []

    def take(self, judgement: Evaluation) -> None:
        """Take in an event with all that was said about it."""
        if judgement.standing is Match.NEAR:
            self.near.append(judgement)
            self.postpone(judgement.occasion)
            return
        self.count(judgement.occasion, judgement.standing)
        if judgement.why:
            self.remarkable.append(judgement)

    def postpone(self, occasion: EventRecord) -> None:
        """Take in an event that does not count, if it does not because it waits for new days."""
        if occasion.status is EventStatus.POSTPONED and occasion.commitment_id == self.undertaking.id:
            self.waiting += 1
            self.people_waiting += occasion.people or 0

    def progress(self) -> CommitmentProgress:
        """Where the commitment stands with what was taken in."""
        years = self.years()
        state = self.state(years)
        return CommitmentProgress(
            self.undertaking,
            state,
            _detail(self, state, years),
            years,
            self.totals(years),
            tuple(sorted(self.near, key=_by_day)),
            tuple(sorted(self.remarkable, key=_by_day)),
        )

    def count(self, occasion: EventRecord, standing: Match) -> None:
        """Take in the figures of an event that counts."""
        sums, first = self.sums[year_of(occasion, self.listed)], occasion.days.first
        people = occasion.people or 0
        sums.events.append((first, occasion.id))
        if standing is Match.HELD:
            sums.held += 1
            sums.people += people
            sums.unknown += occasion.people is None
            sums.days += (min(occasion.days.last, self.as_of) - first).days + 1
            return
        sums.planned += 1
        sums.people_planned += people
        if is_firm(occasion, self.as_of):
            sums.firm += 1
            sums.people_firm += people
        else:
            sums.soon.append(first)

    def years(self) -> tuple[ProgressYear, ...]:
        """The years of the period with what fell due in each."""
        held = [year for year, sums in self.sums.items() for _each in range(sums.held)]
        coming = [year for year, sums in self.sums.items() for _each in range(sums.firm)]
        due = slots_due(self.undertaking, held, coming)
        return tuple(self._year(year, due.get(year, 0), sums) for year, sums in self.sums.items())

    def _year(self, year: int, due: int, sums: _Sums) -> ProgressYear:
        # What is due at the period's end may be planned for any of its years.
        is_of_period = self.undertaking.frequency is FrequencyType.IN_PERIOD
        firm = sum(one.firm for one in self.sums.values()) if is_of_period else sums.firm
        if due:
            state = self._verdict(due, sums.held, firm, year)
        elif self.undertaking.is_open or not sums.events:
            state = ProgressState.OPEN
        else:
            state = ProgressState.FULFILLED if sums.held else ProgressState.ON_TRACK
        ids = tuple(identity for _first, identity in sorted(sums.events))
        return ProgressYear(year, due, sums.held, sums.planned, sums.people, sums.days, state, ids)

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

    def _people(self) -> ProgressState | None:
        """The state of the quota of people; None when there is none."""
        total = self.undertaking.headcount_total
        if total is None:
            return None
        came = sum(sums.people for sums in self.sums.values())
        expected = sum(sums.people_firm for sums in self.sums.values())
        return self._verdict(total, came, expected, self.listed[-1])

    def state(self, years: Sequence[ProgressYear]) -> ProgressState:
        """The worst of the years in which something is due, and of the quota of people."""
        if self.undertaking.is_open:
            return ProgressState.OPEN
        found = {year.state for year in years if year.due} | {self._people()}
        return next((state for state in _WORST_FIRST if state in found), ProgressState.FULFILLED)

    def totals(self, years: Sequence[ProgressYear]) -> ProgressTotals:
        """The figures of the whole period."""
        # For "n in the period" the last year only shows what is left.
        is_of_period = self.undertaking.frequency is FrequencyType.IN_PERIOD
        return ProgressTotals(
            (self.undertaking.count or 1) if is_of_period else sum(year.due for year in years),
            sum(year.held for year in years),
            sum(year.planned for year in years),
            sum(year.people for year in years),
            sum(sums.people_planned for sums in self.sums.values()),
            self.undertaking.headcount_total,
            sum(year.days for year in years),
            sum(sums.unknown for sums in self.sums.values()),
        )


def _detail(tally: ProgressCounter, state: ProgressState, years: Sequence[ProgressYear]) -> Message:
    """Why the state is what it is, what is pressing now, and what only waits for new days."""
    what = _reason(tally, state, years)
    if not tally.waiting or state in (ProgressState.OPEN, ProgressState.FULFILLED):
        return what
    if tally.undertaking.headcount_total is None:
        return message(N_("{what} Postponed, waiting for new days: {count}."), what=what, count=tally.waiting)
    text = N_("{what} Postponed, waiting for new days: {count}; people in them: {people}.")
    return message(text, what=what, count=tally.waiting, people=tally.people_waiting)


def _reason(tally: ProgressCounter, state: ProgressState, years: Sequence[ProgressYear]) -> Message:
    match state:
        case ProgressState.OPEN:
            return message(N_("Counted only: no number was promised."))
        case ProgressState.FULFILLED:
            return message(N_("All that was promised has been done."))
        case ProgressState.ON_TRACK:
            return message(N_("What falls due is in the diary, or there is time enough."))
        case ProgressState.AT_RISK:
            return _pressing(tally, years)
        case ProgressState.MISSED:
            missed = _missed(tally, years)
            if not any(year.due and year.state is ProgressState.AT_RISK for year in years):
                return missed
            return message(N_("{missed} Now: {pressing}"), missed=missed, pressing=_pressing(tally, years))


def _missed(tally: ProgressCounter, years: Sequence[ProgressYear]) -> Message:
    concerned = [str(year.year) for year in years if year.due and year.state is ProgressState.MISSED]
    if concerned:
        return message(N_("Not done in time: {years}."), years=", ".join(concerned))
    return _about_people(tally, N_("People taken in: {people} of {total}; the agreement ended on {day}."))


def _pressing(tally: ProgressCounter, years: Sequence[ProgressYear]) -> Message:
    concerned = [year.year for year in years if year.due and year.state is ProgressState.AT_RISK]
    if not concerned:
        return _about_people(tally, N_("People taken in: {people} of {total}; the agreement ends on {day}."))
    if soon := sorted(day for year in concerned for day in tally.sums[year].soon):
        what = N_("Only a draft so far, and it begins on {day}: agree on it with the partner.")
        return message(what, day=numeric_day(soon[0]))
    by = last_day_for(tally.undertaking.period, concerned[0])
    return message(N_("The diary holds less than what falls due by {day}."), day=numeric_day(by))


def _about_people(tally: ProgressCounter, what: str) -> Message:
    people, total = sum(sums.people for sums in tally.sums.values()), tally.undertaking.headcount_total
    return message(what, people=people, total=total, day=numeric_day(tally.undertaking.period.last))
