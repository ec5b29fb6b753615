"""What an agreement's article promises, and whether one event keeps it: counts, nearly counts, and why not."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from calendars.days.durations import amount, length_fits, promised_length
from calendars.days.formatting import numeric_day
from calendars.days.spans import Days
from calendars.events.lifecycle import CALLED_OFF
from models.i18n import N_, Message, message
from models.vocabulary import DurationUnit, EventKind, EventStatus, FrequencyType

BEGUN = frozenset({EventStatus.ONGOING, EventStatus.COMPLETED})
"""Statuses of an event that people came to. One that is still going on keeps its promise already: pupils who stay
beyond the agreement's end were taken in within it. Broken off, it is cancelled or postponed and counts no more."""

NO_NAMES: Mapping[str, Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CommitmentTerms:
    """One commitment as progress and plans see it; None means: not agreed, for ``host`` and ``guest``: either side.

    Localities are the agreement's parties under the codes it names, as in :class:`EventRecord`: an event that
    Hải Phòng hosts after it took over from Hải Dương is hosted by the party Hải Dương.
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

    @property
    def is_open(self) -> bool:
        """Whether nothing countable was promised: such a commitment is counted, never overdue."""
        return self.frequency is FrequencyType.OPEN and self.headcount_total is None

    def counts_on(self, days: Days) -> bool:
        """Whether a visit of these days is one of this agreement: it begins while the agreement holds.

        Pupils who stay beyond its end were taken in within it, so that is all that progress asks.
        """
        return days.first in self.period

    def covers(self, days: Days) -> bool:
        """Whether the agreement holds on all these days: what plans propose, and what needs no warning."""
        return days.first in self.period and days.last in self.period


class EventRecord(NamedTuple):
    """An event as progress sees it; days inclusive, ``people`` those who came, else those expected, None unknown.

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
    not keep a promise, more of them do. An event belongs to the day it begins on. ``names`` are for the reasons.
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
        if self.undertaking.is_open or occasion.kind is not self.undertaking.activity:
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
    return message(what, place=_name(names, occasion.host), promised=_name(names, undertaking.host))


def _others(occasion: EventRecord, undertaking: CommitmentTerms) -> bool:
    return occasion.guest != undertaking.guest


def _why_others(occasion: EventRecord, undertaking: CommitmentTerms, names: Names) -> Message:
    what = N_("The guests come from {place}; promised: {promised}.")
    return message(what, place=_name(names, occasion.guest), promised=_name(names, undertaking.guest))


def _outside(occasion: EventRecord, undertaking: CommitmentTerms) -> bool:
    return not undertaking.counts_on(occasion.days)


def _why_outside(occasion: EventRecord, undertaking: CommitmentTerms, names: Names) -> Message:
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
    return length_fits(occasion.days, undertaking) < 0


def _why_too_short(occasion: EventRecord, undertaking: CommitmentTerms, names: Names) -> Message:
    promised = promised_length(undertaking)
    return message(N_("Days: {days}; promised: {promised}."), days=len(occasion.days), promised=promised)


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
)


def _remarks(occasion: EventRecord, undertaking: CommitmentTerms) -> Iterator[Message]:
    low, high = undertaking.headcount_min, undertaking.headcount_max
    if occasion.people is None and (low, high, undertaking.headcount_total) != (None, None, None):
        yield message(N_("Nobody has written down how many people."))
    elif high is not None and occasion.people is not None and occasion.people > high:
        more = N_("More people than promised: {people}; promised: {promised}.")
        yield message(more, people=occasion.people, promised=amount(low, high))
    if length_fits(occasion.days, undertaking) > 0:
        longer = N_("Longer than promised, in days: {days}; promised: {promised}.")
        yield message(longer, days=len(occasion.days), promised=promised_length(undertaking))


def _name(names: Names, code: str | None) -> Mapping[str, str] | str:
    return names.get(code or "", code or "–")
