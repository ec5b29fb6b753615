"""What is still owed of a commitment: how many more occurrences, between which days, with how many people, how long.

What has a draft, or is postponed and waits for new days, is taken care of: planning twice adds nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from calendars.commitments.due_years import counted_years, due_years, last_day_for, year_of
from calendars.commitments.event_matching import CommitmentTerms, Evaluation, EventRecord, Match
from calendars.days.durations import add_units
from calendars.days.formatting import numeric_day
from calendars.days.spans import Days
from calendars.learners.counting import begun, expected
from models.i18n import N_, Message, message
from models.vocabulary import DurationUnit, EventKind, EventStatus, FrequencyType

USUAL_DAYS = {
    EventKind.DELEGATION: 4,
    EventKind.TRAINING_BATCH: 12,
    EventKind.ART_TROUPE_VISIT: 5,
    EventKind.ANNIVERSARY: 1,
    EventKind.ACTIVITY: 1,
}
"""How long a visit of a kind is planned for where the agreement is silent: the lengths it names elsewhere."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Visits that fall due by the end of ``year`` and are neither held, nor planned, nor postponed.

    They may begin from ``begin`` to ``end``, both inclusive. ``end`` lies before ``begin`` when no time is left to
    prepare them; ``rather`` are the best days where these are not simply even shares of all.
    """

    year: int
    count: int
    begin: date
    end: date
    why: Message
    rather: Days | None = None


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What a commitment still lacks.

    ``people`` are those missing from its quota: 0 when there is no quota, or when it is not known how many.
    ``waiting`` are the postponed events that will make up for some of it once they have new days, with the due year
    they belong to: they are given days, and nothing is planned instead.
    """

    shortfalls: tuple[Shortfall, ...] = ()
    people: int = 0
    waiting: tuple[tuple[int, EventRecord], ...] = ()

    @property
    def years(self) -> frozenset[int]:
        """The years that lack a visit."""
        return frozenset(one.year for one in self.shortfalls)

    @property
    def is_empty(self) -> bool:
        """Whether no further visit is needed."""
        return not self.shortfalls and not self.people


@dataclass(frozen=True, slots=True)
class OutstandingSlot:
    """One occurrence still owed: its first day lies within ``within``, best within ``rather``."""

    within: Days
    rather: Days
    people: int | None
    why: Message


@dataclass(frozen=True, slots=True)
class OutstandingSlots:
    """What a commitment still wants: slots to fill, and what keeps some of it from being planned."""

    slots: tuple[OutstandingSlot, ...]
    obstacles: tuple[Message, ...]


def outstanding(undertaking: CommitmentTerms, judged: Iterable[Evaluation], today: date, earliest: date) -> Outstanding:
    """What a commitment lacks on the day ``today``, in the order of the years; pages and plans both ask here.

    ``earliest`` is the first day that leaves time to prepare. A year that is over is owed no more; "one every a–b
    years" passed over is owed in the year of ``earliest``, and each further one is counted from the one before it.
    Nothing is outstanding of open commitments, nor after the period, nor of years without records.
    """
    if undertaking.projects:
        return Outstanding(tuple(handovers_owed(undertaking, today, earliest)))
    if not _can_be_owed(undertaking, today):
        return Outstanding()
    reckoning = _Calculation(undertaking, judged, today, earliest)
    shortfalls, people = tuple(reckoning.shortfalls()), reckoning.people_missing() or 0
    waiting = tuple((year_of(one, reckoning.listed), one) for one in reckoning.waiting)
    return Outstanding(shortfalls, people, waiting)


def outstanding_slots(
    undertaking: CommitmentTerms, judged: Iterable[Evaluation], today: date, earliest: date
) -> OutstandingSlots:
    """What is :func:`outstanding` as slots to plan, from ``earliest`` to the period's end.

    Of "one every a–b years" only the next: how soon another falls due depends on the day this one gets.
    """
    if undertaking.projects:
        owed = handovers_owed(undertaking, today, earliest)
        return OutstandingSlots((), tuple(one.why for one in owed))
    if not _can_be_owed(undertaking, today):
        return OutstandingSlots((), ())
    reckoning = _Calculation(undertaking, judged, today, earliest)
    return OutstandingSlots(tuple(reckoning.slots()), tuple(reckoning.obstacles))


def handovers_owed(undertaking: CommitmentTerms, today: date, earliest: date) -> Iterator[Shortfall]:
    """The handovers that are still owed, one for each project without an event for it; none after the period.

    No visit makes up for them, so plans propose none: the project's page says what comes next.
    """
    period = undertaking.period
    for one in undertaking.projects if today <= period.last else ():
        if one.handed_over is None and not one.has_coming_handover:
            why = message(N_("“{project}” is not handed over yet."), project=one.title)
            yield Shortfall(due_years(period)[-1], 1, max(earliest, period.first), period.last, why)


def _can_be_owed(undertaking: CommitmentTerms, today: date) -> bool:
    """Whether the agreement promises a number and still holds, and its records begin within it."""
    if undertaking.is_open or today > undertaking.period.last:
        return False
    return undertaking.has_records_of(due_years(undertaking.period)[-1])


class _Calculation:
    def __init__(self, undertaking: CommitmentTerms, judged: Iterable[Evaluation], today: date, earliest: date) -> None:
        self.undertaking, self.today = undertaking, today
        self.first = max(earliest, undertaking.period.first)
        self.last = undertaking.period.last
        self.listed = due_years(undertaking.period)
        self.obstacles: list[Message] = []
        self.waiting: list[EventRecord] = []
        counted = [one for one in judged if one.occasion.commitment_id == undertaking.id]
        self.held = [one.occasion for one in counted if one.standing is Match.HELD]
        self.coming = [one.occasion for one in counted if one.standing is Match.PLANNED]
        self.postponed = [one.occasion for one in counted if one.occasion.status is EventStatus.POSTPONED]

    def slots(self) -> Iterator[OutstandingSlot]:
        """The slots in the order of their years, the people the quota wants spread over them."""
        wanted = list(self._wanted())
        quota = self.people_missing()
        if quota is None:
            usual = usual_people(self.undertaking)
            yield from (OutstandingSlot(within, rather, usual, why) for within, rather, why in wanted)
            return
        if quota and (more := self._batches(quota) - len(wanted)) > 0:
            why = message(N_("People still to be taken in by {year}: {missing}."), year=self.last.year, missing=quota)
            wanted += [(within, rather, why) for within, rather in self._parts(self.first, self.last, more)]
        shares = self._shares(quota, len(wanted))
        yield from (
            OutstandingSlot(within, rather, people, why)
            for (within, rather, why), people in zip(wanted, shares, strict=True)
        )

    # How often

    def shortfalls(self) -> Iterator[Shortfall]:
        """What is missing year by year; adds the obstacles on the way."""
        match self.undertaking.frequency:
            case FrequencyType.PER_YEAR:
                yield from self._yearly()
            case FrequencyType.EVERY:
                yield from self._now_and_then()
            case FrequencyType.IN_PERIOD:
                yield from self._in_period()
            case FrequencyType.OPEN:
                return

    def _yearly(self) -> Iterator[Shortfall]:
        due = self.undertaking.count or 1
        for year in self.listed:
            begin, end = self._year(year)
            if end < self.today or not self.undertaking.has_records_of(year):
                continue
            missing = due - sum(1 for one in self._all() if year_of(one, self.listed) == year)
            missing -= self._waiting(missing, [one for one in self.postponed if year_of(one, self.listed) == year])
            if missing > 0:
                why = message(N_("Still owed in {year}: {missing} of {due}."), year=year, missing=missing, due=due)
                yield Shortfall(year, missing, max(begin, self.first), end, why)

    def _now_and_then(self) -> Iterator[Shortfall]:
        """One at a time; each further one is counted from the year the one before it falls due."""
        least, most = self.undertaking.min_years or 1, self.undertaking.max_years or 1
        start, end = counted_years(self.undertaking)[0], self.listed[-1]
        there = sorted((*self._all(), *self.postponed), key=lambda one: (one.days.first, one.id))
        self._waiting(len(self.postponed), self.postponed)
        last, deadline = start - 1, min(start + most - 1, end)
        while deadline <= end:
            is_over = self._year(deadline)[1] < self.first
            ahead = [one for one in there if year_of(one, self.listed) > last]
            in_time = [one for one in ahead if year_of(one, self.listed) <= deadline]
            if in_time:
                last = year_of(in_time[-1], self.listed)
            elif ahead:
                last = year_of(ahead[0], self.listed)
                if not is_over:
                    what = N_("“{title}” begins on {day}, but one falls due by {due}: hold it earlier.")
                    day, due = ahead[0].days.first, self._year(deadline)[1]
                    self.obstacles.append(
                        message(what, title=ahead[0].title, day=numeric_day(day), due=numeric_day(due))
                    )
            elif is_over:
                why = message(N_("One was due by {year}; it is owed at once."), year=deadline)
                last = min(self.first.year, end)
                yield Shortfall(last, 1, self.first, self._year(self.first.year)[1], why)
            else:
                begin = start if last < start else min(last + least, deadline)
                what = N_("One every {least} to {most} years: the next by {year}.")
                why = message(what, least=least, most=most, year=deadline)
                first, by = max(self._year(begin)[0], self.first), self._year(deadline)[1]
                # Late within what is allowed, so that few are needed, but with half a year in hand.
                rather = Days(max(first, date(deadline, 1, 1)), by)
                half = rather.first + timedelta(days=len(rather) // 2)
                yield Shortfall(deadline, 1, first, by, why, Days(rather.first, half))
                last = deadline
            deadline = last + most

    def _in_period(self) -> Iterator[Shortfall]:
        due = self.undertaking.count or 1
        missing = due - len(self._all())
        missing -= self._waiting(missing, self.postponed)
        if missing > 0:
            why = message(
                N_("Still owed by {year}: {missing} of {due}."), year=self.last.year, missing=missing, due=due
            )
            yield Shortfall(self.listed[-1], missing, self.first, self.last, why)

    def _all(self) -> list[EventRecord]:
        return [*self.held, *self.coming]

    def _waiting(self, missing: int, postponed: Sequence[EventRecord]) -> int:
        """How much of what is missing postponed events will make up for; the officer is told to give them days."""
        concerned = postponed[: max(0, missing)]
        for one in concerned:
            self._name_postponed(one)
        return len(concerned)

    def _name_postponed(self, one: EventRecord) -> None:
        if one in self.waiting:  # it may make up for a visit and for people
            return
        self.waiting.append(one)
        reason = message(N_("“{title}” is postponed: give it new days."), title=one.title)
        if reason not in self.obstacles:
            self.obstacles.append(reason)

    # When

    def _year(self, year: int) -> tuple[date, date]:
        """The first and the last day on which what is due for a year may begin."""
        begin = self.undertaking.period.first if year <= self.listed[0] else date(year, 1, 1)
        return begin, last_day_for(self.undertaking.period, year)

    def _wanted(self) -> Iterator[tuple[Days, Days, Message]]:
        """For each visit to plan the days it may begin on, the best of them, and why."""
        for one in self.shortfalls():
            if one.begin > one.end:
                what = N_("{why} Too late to prepare a visit by {day}.")
                self.obstacles += [message(what, why=one.why, day=numeric_day(one.end))] * one.count
            elif one.rather is not None:
                yield Days(one.begin, one.end), one.rather, one.why
            else:
                yield from ((within, rather, one.why) for within, rather in self._parts(one.begin, one.end, one.count))
            if self.undertaking.frequency is FrequencyType.EVERY:
                return

    def _parts(self, begin: date, end: date, count: int) -> Iterator[tuple[Days, Days]]:
        """The days from ``begin`` to ``end``, and for each of ``count`` occurrences its even share of them."""
        begin = min(begin, end)
        whole = Days(begin, end)
        for number in range(count):
            first = begin + timedelta(days=len(whole) * number // count)
            after = begin + timedelta(days=len(whole) * (number + 1) // count)
            yield whole, Days(first, max(first, after - timedelta(days=1)))

    # How many people

    def people_missing(self) -> int | None:
        """What the quota of people still lacks; None without a quota, 0 also when it cannot be told."""
        total = self.undertaking.headcount_total
        if total is None:
            return None
        self._name_postponed_people(total)
        known = [*self._all(), *self.postponed]
        missing = max(0, total - self._people(known))
        unknown = [one for one in known if one.people_planned is None] if missing else []
        for one in unknown:
            what = N_(
                "“{title}” has no head-count, so what is left of the quota of {total} people is not known: fill it in."
            )
            self.obstacles.append(message(what, title=one.title, total=total))
        return 0 if unknown else missing

    def _name_postponed_people(self, total: int) -> None:
        """Name the postponed events that the quota of people relies on."""
        missing = total - self._people(self._all())
        for one in self.postponed:
            if missing <= 0:
                return
            self._name_postponed(one)
            missing -= one.people_planned or 0

    def _people(self, occasions: Sequence[EventRecord]) -> int:
        """How many people they took in or will: of what was held with learners who began or still may, each once."""
        held = {one.id for one in self.held if one.learners}
        learners = [one for occasion in occasions if occasion.id in held for one in occasion.learners]
        others = (one.people_planned or 0 for one in occasions if one.id not in held)
        return len({*begun(learners, self.today), *expected(learners, self.today)}) + sum(others)

    def _batches(self, quota: int) -> int:
        high = self.undertaking.headcount_max
        return ceil(quota / high) if high else 1

    def _shares(self, quota: int, batches: int) -> list[int | None]:
        """The quota in even shares, each within what one occurrence may hold where that is possible."""
        if not quota:
            return [usual_people(self.undertaking)] * batches
        low, high = self.undertaking.headcount_min or 1, self.undertaking.headcount_max or quota
        return [
            min(max(quota * (number + 1) // batches - quota * number // batches, low), max(low, high))
            for number in range(batches)
        ]


# What is usual


def usual_people(undertaking: CommitmentTerms) -> int | None:
    """How many people a visit is planned for: the middle of what was promised (rounded up), or the one bound there is.

    None where no number of people was agreed.
    """
    low, high = undertaking.headcount_min, undertaking.headcount_max
    if low is not None and high is not None:
        return (low + high + 1) // 2
    return low if low is not None else high


def usual_length(undertaking: CommitmentTerms, first: date) -> int:
    """How many days a visit that begins on ``first`` is planned for."""
    possible = allowed_lengths(undertaking)
    return possible[0] if possible else len(Days(first, exact_end(undertaking, first)))


def allowed_lengths(undertaking: CommitmentTerms) -> list[int]:
    """Whole days a visit may last by what was promised, the best first: one that runs from a Monday to a Friday.

    Where the exact length hangs on the first day (a month, a year), see :func:`exact_end`; the list is then empty.
    """
    low, high, unit = undertaking.duration_min, undertaking.duration_max, undertaking.duration_unit
    if unit is None:
        return [USUAL_DAYS[undertaking.activity]]
    if unit is DurationUnit.DAYS:
        shortest = low or 1
        longest = high or max(shortest, USUAL_DAYS[undertaking.activity]) + 6
    else:
        if (low is not None and low == high) or high is None:
            return []
        # Within the promise wherever it begins: the longest the least can be, the shortest the most can be.
        most, least = (31, 28) if unit is DurationUnit.MONTHS else (366, 365)
        shortest, longest = (low or 1) * most, high * least
        if shortest > longest:
            return []
    middle = (shortest + longest) / 2
    usual = range(shortest, longest + 1)
    return sorted(usual, key=lambda days: (days % 7 != 5, abs(days - middle), days))


def exact_end(undertaking: CommitmentTerms, first: date) -> date:
    """The last day of a visit that begins on ``first`` and lasts exactly the least that was promised."""
    low, unit = undertaking.duration_min or undertaking.duration_max or 1, undertaking.duration_unit
    return add_units(first, low, unit or DurationUnit.DAYS) - timedelta(days=1)
