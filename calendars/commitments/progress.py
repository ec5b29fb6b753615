"""Progress of commitments, year by year: fulfilled, on track, at risk, missed, open or without records on a day."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from calendars.commitments.due_years import due_years, last_day_for, listed_year, slots_due, year_of
from calendars.commitments.event_matching import CommitmentTerms, Evaluation, EventRecord, Match
from calendars.days.formatting import numeric_day
from calendars.days.spans import Days
from calendars.learners.counting import LearnerCounts, begun, counted, expected
from calendars.learners.stages import StageFacts
from calendars.projects.standing import ProjectRecord
from models.i18n import N_, Message, message
from models.vocabulary import EventStatus, FrequencyType, ProgressState

DRAFT_DAYS = 30
"""A draft that begins sooner than this no longer reassures: visas and invitations should be under way by then."""

_WORST_FIRST = (ProgressState.MISSED, ProgressState.AT_RISK, ProgressState.ON_TRACK, ProgressState.FULFILLED)


@dataclass(frozen=True, slots=True)
class ProgressYear:
    """One calendar year of a commitment: how often it was due, was held, is planned; who came, for how many days.

    Of batches whose learners are entered those people count who began, in the year they began, each once.

    ``people`` and ``days`` are those of what was held, days as far as known and until ``as_of``. ``state`` is *open* in
    a year in which nothing is due and nothing happens; *no records* where less is known than was due, and records began
    only later.
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
    """Where a commitment stands, why, and the events that nearly count.

    ``learners``: how many people began and what has become of them, None where no learners are entered.
    """

    undertaking: CommitmentTerms
    state: ProgressState
    detail: Message
    years: tuple[ProgressYear, ...]
    totals: ProgressTotals
    near: tuple[Evaluation, ...]
    remarkable: tuple[Evaluation, ...]
    learners: LearnerCounts | None = None


def progress(undertaking: CommitmentTerms, judged: Iterable[Evaluation], as_of: date) -> CommitmentProgress:
    """Where a commitment stands on the day ``as_of``; the order of the events makes no difference."""
    tally = counter_of(undertaking, as_of)
    for judgement in judged:
        tally.take(judgement)
    return tally.progress()


def counter_of(undertaking: CommitmentTerms, as_of: date) -> "ProgressCounter":
    """What counts for a commitment: events, or the handovers of its projects."""
    return (ProjectCounter if undertaking.projects else ProgressCounter)(undertaking, as_of)


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
        self.learners: list[StageFacts] = []
        """Those of the events held."""

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
            self.people_waiting += occasion.people_planned or 0

    def progress(self) -> CommitmentProgress:
        """Where the commitment stands with what was taken in."""
        years = self.years()
        state = self.state(years)
        return CommitmentProgress(
            self.undertaking,
            state,
            self.detail(state, years),
            years,
            self.totals(years),
            tuple(sorted(self.near, key=_by_day)),
            tuple(sorted(self.remarkable, key=_by_day)),
            counted(self.learners, self.as_of) if self.learners else None,
        )

    def detail(self, state: ProgressState, years: Sequence[ProgressYear]) -> Message:
        """Why the state is what it is."""
        return _detail(self, state, years)

    def count(self, occasion: EventRecord, standing: Match) -> None:
        """Take in the figures of an event that counts."""
        sums, first = self.sums[year_of(occasion, self.listed)], occasion.days.first
        people = occasion.people_planned or 0
        sums.events.append((first, occasion.id))
        if standing is Match.HELD:
            sums.held += 1
            if occasion.learners:
                self.learners.extend(occasion.learners)
            else:
                sums.people += people
                sums.unknown += occasion.people is None
            sums.days += occasion.length_until(self.as_of)
            return
        sums.planned += 1
        sums.people_planned += people
        if is_firm(occasion, self.as_of):
            sums.firm += 1
            sums.people_firm += people
        else:
            sums.soon.append(first)

    def _begun(self) -> Counter[int]:
        """Year → how many of the learners began in it."""
        return Counter(listed_year(day, self.listed) for day in begun(self.learners, self.as_of).values())

    def came(self) -> int:
        """How many people came in all, and how many learners began."""
        return sum(sums.people for sums in self.sums.values()) + self._begun().total()

    def years(self) -> tuple[ProgressYear, ...]:
        """The years of the period with what fell due in each."""
        held = [year for year, sums in self.sums.items() for _each in range(sums.held)]
        coming = [year for year, sums in self.sums.items() for _each in range(sums.firm)]
        due = slots_due(self.undertaking, held, coming)
        learners = self._begun()
        return tuple(self._year(year, due.get(year, 0), sums, learners[year]) for year, sums in self.sums.items())

    def _year(self, year: int, due: int, sums: _Sums, learners: int) -> ProgressYear:
        # What is due at the period's end may be planned for any of its years.
        is_of_period = self.undertaking.frequency is FrequencyType.IN_PERIOD
        firm = sum(one.firm for one in self.sums.values()) if is_of_period else sums.firm
        is_any = bool(sums.held or sums.planned)
        if due:
            state = self._verdict(due, sums.held, firm, year)
        elif not is_any and not self.undertaking.has_records_of(year):
            state = ProgressState.NO_RECORDS
        elif self.undertaking.is_open or not is_any:
            state = ProgressState.OPEN
        else:
            state = ProgressState.FULFILLED if sums.held else ProgressState.ON_TRACK
        ids = tuple(identity for _first, identity in sorted(sums.events))
        return ProgressYear(year, due, sums.held, sums.planned, sums.people + learners, sums.days, state, ids)

    def _verdict(self, due: int, held: int, firm: int, year: int) -> ProgressState:
        """The state of what falls due by the end of a year."""
        if held >= due:
            return ProgressState.FULFILLED
        if held + firm >= due:
            return ProgressState.ON_TRACK
        if not self.undertaking.has_records_of(year):
            return ProgressState.NO_RECORDS
        if self.as_of > last_day_for(self.undertaking.period, year):
            has_all = self.undertaking.has_all_records_of(year)
            return ProgressState.MISSED if has_all else ProgressState.NO_RECORDS
        if self.as_of.year < year or self.as_of < self.undertaking.period.first:
            return ProgressState.ON_TRACK
        return ProgressState.AT_RISK

    def _people(self) -> ProgressState | None:
        """The state of the quota of people; None when there is none."""
        total = self.undertaking.headcount_total
        if total is None:
            return None
        coming = sum(sums.people_firm for sums in self.sums.values()) + len(expected(self.learners, self.as_of))
        return self._verdict(total, self.came(), coming, self.listed[-1])

    def state(self, years: Sequence[ProgressYear]) -> ProgressState:
        """The worst of the years in which something is due, and of the quota of people; those without records are left
        aside unless there are no others."""
        if self.undertaking.is_open:
            return ProgressState.OPEN
        found = {year.state for year in years if year.due} | {self._people()}
        without = ProgressState.NO_RECORDS if ProgressState.NO_RECORDS in found else ProgressState.FULFILLED
        return next((state for state in _WORST_FIRST if state in found), without)

    def totals(self, years: Sequence[ProgressYear]) -> ProgressTotals:
        """The figures of the whole period."""
        # For "n in the period" the last year only shows what is left.
        is_of_period = self.undertaking.frequency is FrequencyType.IN_PERIOD
        return ProgressTotals(
            (self.undertaking.count or 1) if is_of_period else sum(year.due for year in years),
            sum(year.held for year in years),
            sum(year.planned for year in years),
            sum(year.people for year in years),
            sum(sums.people_planned for sums in self.sums.values()) + len(expected(self.learners, self.as_of)),
            self.undertaking.headcount_total,
            sum(year.days for year in years),
            sum(sums.unknown for sums in self.sums.values()),
        )


class ProjectCounter(ProgressCounter):
    """The same of a commitment with projects: each is one occurrence, held when it is handed over.

    As many handovers fall due as were promised in the period, at least one for each project. Events count for nothing
    by themselves, nor does money. A project that is not handed over can be relied upon as long as none of its
    milestones is overdue and its last one, or the event of its handover, comes within the period.
    """

    def __init__(self, undertaking: CommitmentTerms, as_of: date) -> None:
        self.promised = undertaking
        super().__init__(_by_handovers(undertaking), as_of)
        for one in undertaking.projects:
            self._take_project(one)

    def count(self, occasion: EventRecord, standing: Match) -> None:
        """An event is the handover of a project, which counts already."""

    def postpone(self, occasion: EventRecord) -> None:
        """Nothing waits for the new days of an event."""

    def progress(self) -> CommitmentProgress:
        """Where the commitment stands, told of the promise as it was made."""
        return replace(super().progress(), undertaking=self.promised)

    def _take_project(self, one: ProjectRecord) -> None:
        period = self.undertaking.period
        if one.counts_within(period, self.as_of):
            handed = one.handed_over or period
            sums = self.sums[self._due_year(handed.first)]
            sums.held += 1
        elif one.handed_over is None or one.handed_over.first > self.as_of:
            comes = one.expected_on
            sums = self.sums[self._due_year(comes or period.last)]
            sums.planned += 1
            sums.firm += one.is_on_schedule(period, self.as_of)
        else:
            return  # outside the period: that keeps nothing
        if one.handover is not None:
            sums.events.append((one.handover.days.first, one.handover.event_id))

    def _due_year(self, day: date) -> int:
        return min(max(day.year, self.listed[0]), self.listed[-1])

    def _verdict(self, due: int, held: int, firm: int, year: int) -> ProgressState:
        state = super()._verdict(due, held, firm, year)
        is_behind = any(one.is_behind(self.as_of) for one in self.promised.projects)
        return ProgressState.AT_RISK if is_behind and state is ProgressState.ON_TRACK else state

    def detail(self, state: ProgressState, years: Sequence[ProgressYear]) -> Message:
        """Which project is the reason."""
        if state is ProgressState.FULFILLED:
            return message(N_("It is handed over: only that keeps what was promised here."))
        period = self.undertaking.period
        left = [one for one in self.promised.projects if not one.counts_within(period, self.as_of)]
        if not left:
            return super().detail(state, years)
        one = next((one for one in left if one.is_behind(self.as_of)), left[0])
        return message(_reason_of_project(one, state, period, self.as_of), project=one.title)


def _reason_of_project(one: ProjectRecord, state: ProgressState, period: Days, as_of: date) -> str:
    if state is ProgressState.MISSED and one.handed_over is not None and one.handed_over.first > period.last:
        return N_("“{project}” was handed over only after the agreement had ended.")
    if state is ProgressState.MISSED:
        return N_("“{project}” was not handed over before the agreement ended.")
    if one.is_behind(as_of):
        return N_("“{project}” is behind: the day of a milestone is over and it is not done.")
    if state is ProgressState.AT_RISK and one.is_accepted:
        return N_("“{project}” is accepted and not handed over: enter the day of its handover.")
    if state is ProgressState.AT_RISK:
        return N_("Nobody has said when “{project}” is handed over, or it comes after the agreement ends.")
    if one.is_accepted:
        return N_("“{project}” is accepted; it counts when it is handed over.")
    return N_("“{project}” is under way; it counts when it is handed over.")


def _by_handovers(undertaking: CommitmentTerms) -> CommitmentTerms:
    """What falls due of a commitment with projects: handovers, and no number of people."""
    if undertaking.frequency in (FrequencyType.PER_YEAR, FrequencyType.EVERY):
        return replace(undertaking, headcount_total=None)
    count = max(undertaking.count or 1, len(undertaking.projects))
    return replace(undertaking, headcount_total=None, frequency=FrequencyType.IN_PERIOD, count=count)


def _detail(tally: ProgressCounter, state: ProgressState, years: Sequence[ProgressYear]) -> Message:
    """Why the state is what it is, what is pressing now, and what only waits for new days."""
    what = _reason(tally, state, years)
    if not tally.waiting or state in (ProgressState.OPEN, ProgressState.FULFILLED, ProgressState.NO_RECORDS):
        return what
    if tally.undertaking.headcount_total is None:
        return message(N_("{what} Postponed, waiting for new days: {count}."), what=what, count=tally.waiting)
    text = N_("{what} Postponed, waiting for new days: {count}; people in them: {people}.")
    return message(text, what=what, count=tally.waiting, people=tally.people_waiting)


def _reason(tally: ProgressCounter, state: ProgressState, years: Sequence[ProgressYear]) -> Message:
    match state:
        case ProgressState.OPEN:
            return message(N_("Counted only: no number was promised."))
        case ProgressState.FULFILLED if unknown := _unknown(years):
            return message(
                N_("What is on record was done as promised; nothing is on record of {years}."), years=unknown
            )
        case ProgressState.FULFILLED:
            return message(N_("All that was promised has been done."))
        case ProgressState.NO_RECORDS if unknown := _unknown(years):
            return message(N_("Nothing is on record of {years}: nobody can say whether it was done."), years=unknown)
        case ProgressState.NO_RECORDS:
            return message(N_("It fell due before records were kept: nobody can say whether it was done."))
        case ProgressState.ON_TRACK:
            return message(N_("What falls due is in the diary, or there is time enough."))
        case ProgressState.AT_RISK:
            return _pressing(tally, years)
        case ProgressState.MISSED:
            missed = _missed(tally, years)
            if not any(year.due and year.state is ProgressState.AT_RISK for year in years):
                return missed
            return message(N_("{missed} Now: {pressing}"), missed=missed, pressing=_pressing(tally, years))


def _unknown(years: Sequence[ProgressYear]) -> str:
    """The years in which something fell due and nothing of it is on record."""
    return ", ".join(str(year.year) for year in years if year.due and year.state is ProgressState.NO_RECORDS)


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
    people, total = tally.came(), tally.undertaking.headcount_total
    return message(what, people=people, total=total, day=numeric_day(tally.undertaking.period.last))
