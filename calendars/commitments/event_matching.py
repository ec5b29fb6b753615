"""What an agreement's article promises, and whether one event keeps it: counts, nearly counts, and why not."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from calendars.days.durations import amount, length_fits, promised_length
from calendars.days.formatting import format_known, numeric_day
from calendars.days.known_days import begins_within
from calendars.days.spans import Days
from calendars.events.activity_types import ACTIVITY_TYPE_NAMES, type_names
from calendars.events.composition_names import sort_name
from calendars.events.lifecycle import CALLED_OFF
from calendars.events.place_names import in_sentence
from calendars.learners.stages import StageFacts
from calendars.projects.standing import ProjectRecord
from models.i18n import N_, Message, message
from models.text import LocalizedText, fold
from models.vocabulary import (
    ActivityType,
    DurationUnit,
    EventKind,
    EventStatus,
    FrequencyType,
    KnownTo,
    Language,
    LearnerOutcome,
)

BEGUN = frozenset({EventStatus.ONGOING, EventStatus.COMPLETED})
"""Statuses of an event that people came to. One that is still going on keeps its promise already: pupils who stay
beyond the agreement's end were taken in within it. Broken off, it is cancelled or postponed and counts no more."""

NO_NAMES: Mapping[str, Mapping[str, str]] = MappingProxyType({})
NOBODY: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CommitmentTerms:
    """One commitment as progress and plans see it; None means: not agreed, for ``host`` and ``guest``: either side.

    Localities are the agreement's parties under the codes it names, as in :class:`EventRecord`: an event that
    Hải Phòng hosts after it took over from Hải Dương is hosted by the party Hải Dương.

    ``activity_types`` are those that keep it, empty: any. ``composition`` is the least number of each sort of people.
    ``records_since``: what was done before that day is known as far as somebody has entered it; None: all is known.
    ``projects`` are those that keep it: where there are some, only their handover does.
    """

    id: str
    activity: EventKind
    period: Days
    host: str | None = None
    guest: str | None = None
    headcount_min: int | None = None
    headcount_max: int | None = None
    headcount_total: int | None = None
    duration_min: int | None = None
    duration_max: int | None = None
    duration_unit: DurationUnit | None = None
    frequency: FrequencyType = FrequencyType.OPEN
    count: int | None = None
    min_years: int | None = None
    max_years: int | None = None
    agreement_id: str | None = None
    activity_types: frozenset[ActivityType] = frozenset()
    composition: Mapping[str, int] = field(default_factory=dict)
    records_since: date | None = None
    projects: tuple[ProjectRecord, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether nothing countable was promised: such a commitment is counted, never overdue."""
        return self.frequency is FrequencyType.OPEN and self.headcount_total is None

    def has_records_of(self, year: int) -> bool:
        """Whether records were kept in a year, or in some of it."""
        return self.records_since is None or year >= self.records_since.year

    def has_all_records_of(self, year: int) -> bool:
        """Whether records were kept all through a year, as far as the agreement held in it: what they lack was not
        done."""
        return self.records_since is None or self.records_since <= max(date(year, 1, 1), self.period.first)

    def counts_on(self, days: Days) -> bool:
        """Whether a visit of these days is one of this agreement: it begins while the agreement holds.

        Pupils who stay beyond its end were taken in within it, so that is all that progress asks.
        """
        return days.first in self.period

    def covers(self, days: Days) -> bool:
        """Whether the agreement holds on all these days: what plans propose, and what needs no warning."""
        return days.first in self.period and days.last in self.period


class EventRecord(NamedTuple):
    """An event as progress sees it: ``days`` those it takes, ``people`` who came, else who is expected, None unknown.

    ``composition`` is how many of each sort they are, empty where nobody has said. ``last_day`` is the event's own: one
    that ends at 00:00 of a day does not take it.

    ``known_to``: where it is the month or the year, ``days`` are bounds only. How long such an event was is not known,
    so its length neither counts for nor against it; it belongs to the year it began in.

    ``learners`` are the stages of those who learn in it, empty where nobody has entered them: once it was held, who of
    them began counts instead of its head-count (:mod:`calendars.learners.counting`).

    A tuple, because they are made by the ten thousand, and a frozen dataclass takes three times as long.
    """

    id: str
    kind: EventKind
    status: EventStatus
    days: Days
    host: str
    guest: str | None = None
    people: int | None = None
    commitment_id: str | None = None
    title: Mapping[str, str] = MappingProxyType({})
    activity_type: ActivityType | None = None
    composition: Mapping[str, int] = NOBODY
    last_day: date | None = None
    known_to: KnownTo = KnownTo.DAY
    learners: tuple[StageFacts, ...] = ()

    @property
    def listed_days(self) -> Days:
        """First and last day as the event says them."""
        return Days(self.days.first, self.last_day or self.days.last)

    def begins_within(self, period: Days) -> bool:
        """Whether it began within a period; where the day is not known, whether it did in any case."""
        if self.known_to is KnownTo.DAY:
            return self.days.first in period
        began = begins_within(self.days, self.known_to)
        return began.first in period and began.last in period

    @property
    def people_planned(self) -> int | None:
        """How many come to one that is to come: its head-count, else who is entered and did not give up."""
        if self.people is not None or not self.learners:
            return self.people
        return len({one.who for one in self.learners if one.outcome is not LearnerOutcome.LEFT})

    def length_until(self, as_of: date) -> int:
        """How many of its days are over, ``as_of`` included; none of an event whose days are not known."""
        if self.known_to is not KnownTo.DAY:
            return 0
        return (min(self.days.last, as_of) - self.days.first).days + 1


class Match(Enum):
    """What an event is to a commitment."""

    HELD = "held"
    PLANNED = "planned"
    NEAR = "near"


class Evaluation(NamedTuple):
    """An event held against a commitment: ``why`` it only nearly counts, or what is remarkable though it counts."""

    occasion: EventRecord
    standing: Match
    why: tuple[Message, ...] = ()


Names = Mapping[str, Mapping[str, str]]
"""Locality → its name, for the reasons."""


class Evaluator:
    """Holds events against one commitment as of a day, by their present facts.

    Held: it has begun by that day and is ongoing or completed. Planned: it is to come (drafts among them), or runs and
    nobody has said so yet. Near: it would count, were it not for something. Fewer people or days than promised do
    not keep a promise, more of them do; nor do nine athletes without a coach, or a survey where a school was promised.
    What nobody has written down stands in nobody's way. An event belongs to the day it begins on. ``names`` are for the
    reasons.
    """

    def __init__(self, undertaking: CommitmentTerms, as_of: date, names: Names = NO_NAMES) -> None:
        self.undertaking, self.as_of, self.names = undertaking, as_of, names
        # Of an open commitment hardly anything can stand in the way: the rest need not be asked ten thousand times.
        self._bars = [bar for bar in _BARS if bar.concerns(undertaking)]
        self._tests = [bar.stands_in_the_way for bar in self._bars]

    def standing(self, occasion: EventRecord) -> Match:
        """What an event linked to the commitment is to it."""
        if occasion.status in CALLED_OFF:
            return Match.NEAR
        for stands_in_the_way in self._tests:
            if stands_in_the_way(occasion, self.undertaking):
                return Match.NEAR
        if occasion.status in BEGUN:
            return Match.HELD if occasion.days.first <= self.as_of else Match.PLANNED
        return Match.NEAR if occasion.days.last < self.as_of else Match.PLANNED

    def linked(self, occasion: EventRecord) -> Evaluation:
        """As :meth:`standing`, with all the reasons why it only nearly counts, or what is remarkable about it."""
        standing = self.standing(occasion)
        if standing is not Match.NEAR:
            return Evaluation(occasion, standing, tuple(_remarks(occasion, self.undertaking)))
        if occasion.status in CALLED_OFF:
            return Evaluation(occasion, standing, (message(_CALLED_OFF[occasion.status]),))
        why = [
            bar.why(occasion, self.undertaking, self.names)
            for bar in self._bars
            if bar.stands_in_the_way(occasion, self.undertaking)
        ]
        if occasion.status not in BEGUN and occasion.days.last < self.as_of:
            why.append(message(N_("Its days are over, but nobody has marked it as completed.")))
        return Evaluation(occasion, standing, tuple(why))

    def unlinked(self, occasion: EventRecord) -> Evaluation | None:
        """An event that names no commitment: nearly counts if it would count once it were linked; else None.

        Open commitments take no notice: everything between the parties would nearly be theirs.
        """
        if self.undertaking.is_open or self.undertaking.projects:
            return None
        if occasion.kind is not self.undertaking.activity:
            return None
        if self.standing(occasion) is Match.NEAR:
            return None
        return Evaluation(occasion, Match.NEAR, (message(N_("It is not linked to this commitment.")),))


_CALLED_OFF = {
    EventStatus.CANCELLED: N_("It was cancelled."),
    EventStatus.POSTPONED: N_("It is postponed and has no new days yet."),
}


def _elsewhere(occasion: EventRecord, undertaking: CommitmentTerms) -> bool:
    return occasion.host != undertaking.host


def _why_elsewhere(occasion: EventRecord, undertaking: CommitmentTerms, names: Names) -> Message:
    what = N_("It takes place in {place}; promised: {promised}.")
    return message(what, place=_place(names, occasion.host), promised=_place(names, undertaking.host))


def _others(occasion: EventRecord, undertaking: CommitmentTerms) -> bool:
    return occasion.guest != undertaking.guest


def _why_others(occasion: EventRecord, undertaking: CommitmentTerms, names: Names) -> Message:
    what = N_("The guests come from {place}; promised: {promised}.")
    return message(what, place=_place(names, occasion.guest), promised=_place(names, undertaking.guest))


def _outside(occasion: EventRecord, undertaking: CommitmentTerms) -> bool:
    return not occasion.begins_within(undertaking.period)


def _why_outside(occasion: EventRecord, undertaking: CommitmentTerms, names: Names) -> Message:
    if occasion.known_to is not KnownTo.DAY:
        began = begins_within(occasion.days, occasion.known_to)
        return message(
            N_("Known of its day: {known}, not all of it within the agreement ({first} to {last})."),
            known={str(language): format_known(began, occasion.known_to, language) for language in Language},
            first=numeric_day(undertaking.period.first),
            last=numeric_day(undertaking.period.last),
        )
    return message(
        N_("It begins on {day}, outside the agreement ({first} to {last})."),
        day=numeric_day(occasion.days.first),
        first=numeric_day(undertaking.period.first),
        last=numeric_day(undertaking.period.last),
    )


def _too_few(occasion: EventRecord, undertaking: CommitmentTerms) -> bool:
    return occasion.people is not None and occasion.people < (undertaking.headcount_min or 0)


def _why_too_few(occasion: EventRecord, undertaking: CommitmentTerms, names: Names) -> Message:
    promised = amount(undertaking.headcount_min, undertaking.headcount_max)
    return message(N_("People: {people}; promised: {promised}."), people=occasion.people, promised=promised)


def _too_short(occasion: EventRecord, undertaking: CommitmentTerms) -> bool:
    return occasion.known_to is KnownTo.DAY and length_fits(occasion.days, undertaking) < 0


def _why_too_short(occasion: EventRecord, undertaking: CommitmentTerms, names: Names) -> Message:
    promised = promised_length(undertaking)
    return message(N_("Days: {days}; promised: {promised}."), days=len(occasion.days), promised=promised)


def _of_another_type(occasion: EventRecord, undertaking: CommitmentTerms) -> bool:
    return occasion.activity_type is not None and occasion.activity_type not in undertaking.activity_types


def _why_of_another_type(occasion: EventRecord, undertaking: CommitmentTerms, names: Names) -> Message:
    what = N_("Type of activity: {type}; promised: {promised}.")
    found = message(ACTIVITY_TYPE_NAMES[occasion.activity_type or ActivityType.OTHER])
    return message(what, type=found, promised=type_names(undertaking.activity_types))


def lacking_people(composition: Mapping[str, int], promised: Mapping[str, int]) -> list[str]:
    """The sorts of people of which fewer come than were promised; none where nobody has said who comes.

    Sorts are people's own words: case, accents and blanks make no difference.
    """
    if not composition:
        return []
    found: dict[str, int] = {}
    for sort, number in composition.items():
        found[fold(sort)] = found.get(fold(sort), 0) + number
    return [sort for sort, least in promised.items() if found.get(fold(sort), 0) < least]


def _incomplete(occasion: EventRecord, undertaking: CommitmentTerms) -> bool:
    return bool(lacking_people(occasion.composition, undertaking.composition))


def _why_incomplete(occasion: EventRecord, undertaking: CommitmentTerms, names: Names) -> Message:
    found, promised = (counted(one) for one in (occasion.composition, undertaking.composition))
    return message(
        N_("Composition: {composition}; promised at least: {promised}."), composition=found, promised=promised
    )


def counted(composition: Mapping[str, int]) -> LocalizedText:
    """How many of each sort, ``athlete: 8, coach: 1``, in each language; in one order on every database."""
    named = [(sort_name(sort), number) for sort, number in sorted(composition.items())]
    return {one.value: ", ".join(f"{name[one.value]}: {number}" for name, number in named) for one in Language}


def _no_handover(occasion: EventRecord, undertaking: CommitmentTerms) -> bool:
    return all(one.handover is None or one.handover.event_id != occasion.id for one in undertaking.projects)


def _why_no_handover(occasion: EventRecord, undertaking: CommitmentTerms, names: Names) -> Message:
    what = N_("Only the handover of “{project}” keeps it, and this event is not entered there as its handover.")
    return message(what, project=undertaking.projects[0].title)


@dataclass(frozen=True, slots=True)
class _Criterion:
    """What keeps an event from counting, whatever its status: for which commitments, when, and how to say it."""

    concerns: Callable[[CommitmentTerms], bool]
    stands_in_the_way: Callable[[EventRecord, CommitmentTerms], bool]
    why: Callable[[EventRecord, CommitmentTerms, Names], Message]


_BARS = (
    _Criterion(lambda promised: promised.host is not None, _elsewhere, _why_elsewhere),
    _Criterion(lambda promised: promised.guest is not None, _others, _why_others),
    _Criterion(lambda promised: True, _outside, _why_outside),
    _Criterion(lambda promised: promised.headcount_min is not None, _too_few, _why_too_few),
    _Criterion(lambda promised: promised.duration_min is not None, _too_short, _why_too_short),
    _Criterion(lambda promised: bool(promised.activity_types), _of_another_type, _why_of_another_type),
    _Criterion(lambda promised: bool(promised.composition), _incomplete, _why_incomplete),
    _Criterion(lambda promised: bool(promised.projects), _no_handover, _why_no_handover),
)


def _remarks(occasion: EventRecord, undertaking: CommitmentTerms) -> Iterator[Message]:
    low, high = undertaking.headcount_min, undertaking.headcount_max
    if occasion.people is None and (low, high, undertaking.headcount_total) != (None, None, None):
        yield message(N_("Nobody has written down how many people."))
    elif high is not None and occasion.people is not None and occasion.people > high:
        more = N_("More people than promised: {people}; promised: {promised}.")
        yield message(more, people=occasion.people, promised=amount(low, high))
    if undertaking.composition and not occasion.composition:
        unknown = N_("Nobody has written down the composition; promised at least: {promised}.")
        yield message(unknown, promised=counted(undertaking.composition))
    if occasion.known_to is not KnownTo.DAY:
        if (undertaking.duration_min, undertaking.duration_max) != (None, None):
            yield message(N_("How long it lasted is not known."))
    elif length_fits(occasion.days, undertaking) > 0:
        longer = N_("Longer than promised, in days: {days}; promised: {promised}.")
        yield message(longer, days=len(occasion.days), promised=promised_length(undertaking))


def _name(names: Names, code: str | None) -> Mapping[str, str] | str:
    return names.get(code or "", code or "–")


def _place(names: Names, code: str | None) -> Mapping[str, str] | str:
    """A locality inside a sentence."""
    name = _name(names, code)
    return name if isinstance(name, str) else in_sentence(name)
