"""A plan: a day for everything an agreement still owes, spread over the time there is, each with the reasons for it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from calendars.commitments.event_matching import CommitmentTerms, Evaluation, EventRecord, Match
from calendars.commitments.outstanding import OutstandingSlot, allowed_lengths, exact_end, outstanding_slots
from calendars.days.formatting import numeric_day
from calendars.days.spans import Days
from calendars.events.host_days import LONG_STAY_DAYS, HostedVisit
from calendars.openings.search import DayIndex, Opening, OpeningQuery, openings
from calendars.openings.search import FestivalDay as Festivity
from models.i18n import N_, Message, message
from models.vocabulary import EventKind, EventStatus, FrequencyType

FESTIVE = frozenset({EventKind.ART_TROUPE_VISIT})
"""Kinds that come for a holiday or festival rather than around it."""

_FAR_DAYS = 120
_ENOUGH = 40
_LENGTHS_TRIED = 6
MOST_PLACED = 500
"""How many drafts one plan makes at the most; a second plan makes the rest."""
_ROUNDS = 100


class Sides(NamedTuple):
    """Who receives a visit and who comes; ``guest`` None: nobody comes."""

    host: str
    guest: str | None


@dataclass(frozen=True, slots=True)
class PlanningRequest:
    """A commitment to plan for: what was promised, what there is, and between whom it may take place.

    Of several ``sides`` each visit gets one: they take turns. None: nobody can tell who would receive it. ``why_not``
    says what keeps the whole commitment from being planned.
    """

    undertaking: CommitmentTerms
    judged: Sequence[Evaluation]
    sides: tuple[Sides, ...]
    why_not: Message | None = None


@dataclass(frozen=True, slots=True)
class PlannedSlot:
    """A draft to make: when, for how many, and why then."""

    commitment_id: str
    host: str
    guest: str | None
    days: Days
    people: int | None
    reasons: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class UnplacedSlot:
    """Something owed that finds no place, or has to be settled by hand."""

    commitment_id: str
    reason: Message


@dataclass(frozen=True, slots=True)
class CommitmentPlan:
    placed: tuple[PlannedSlot, ...]
    unplaced: tuple[UnplacedSlot, ...]


BoardOf = Callable[[str, str | None], DayIndex]
"""Host and guest → a new board of the planned time, with what stands in it."""

FestivitiesOf = Callable[[str, Days], Sequence[Festivity]]
"""Host and a range → the holidays and festivals a troupe may come for."""


def plan(
    asks: Iterable[PlanningRequest],
    board_of: BoardOf,
    festivities_of: FestivitiesOf,
    today: date,
    earliest: date,
    told: Callable[[int, int], None] = lambda _done, _total: None,
) -> CommitmentPlan:
    """Find days for everything still owed; what one commitment lacks never stops the others.

    Slots of all commitments are spread over their years first, then each takes the best opening near its share, the
    narrowest first. What was placed is a visit to the next one. Where either side may host, they take turns; whoever's
    turn it is gives way when only the other side has free days. Every draft lies within its agreement to its last day.
    ``told`` hears how many of how many are dealt with.
    """
    planner = _Planner(board_of, festivities_of, today, earliest, told)
    rest = list(asks)
    for _round in range(_ROUNDS):
        # "One every a–b years" tells its next slot only once the last one has its place.
        rest = planner.round(rest)
        if not rest:
            break
    return CommitmentPlan(tuple(sorted(planner.placed, key=_by_day)), tuple(planner.unplaced))


def _by_day(placed: PlannedSlot) -> tuple[date, date, str]:
    return placed.days.first, placed.days.last, placed.commitment_id


class _Planner:
    def __init__(
        self,
        board_of: BoardOf,
        festivities_of: FestivitiesOf,
        today: date,
        earliest: date,
        told: Callable[[int, int], None],
    ) -> None:
        self.told = told
        self.board_of, self.festivities_of = board_of, festivities_of
        self.today, self.earliest = today, earliest
        self.full: set[tuple[str, Days]] = set()
        self.boards: dict[tuple[str, str | None], DayIndex] = {}
        self.stays: list[tuple[str, HostedVisit]] = []
        self.placed: list[PlannedSlot] = []
        self.unplaced: list[UnplacedSlot] = []

    def round(self, asks: Sequence[PlanningRequest]) -> list[PlanningRequest]:
        """Place every slot owed now; the asks of which some were placed come back with them, to be asked again."""
        wanted: list[tuple[PlanningRequest, OutstandingSlot, tuple[Sides, ...]]] = []
        for ask in asks:
            found = outstanding_slots(ask.undertaking, ask.judged, self.today, self.earliest)
            self._tell(ask, found.obstacles)
            if found.slots and (ask.why_not is not None or not ask.sides):
                self._tell(ask, [ask.why_not or message(N_("The agreement does not say who would be the host."))])
                continue
            turns = in_turn(ask, found.slots)
            wanted += [(ask, slot, sides) for slot, sides in zip(found.slots, turns, strict=True)]
        targets = _targets([(slot, sides[0].host) for _ask, slot, sides in wanted])
        made: dict[str, list[Evaluation]] = {}
        narrowest_first = sorted(range(len(wanted)), key=lambda one: (len(wanted[one][1].within), targets[one], one))
        for done, number in enumerate(narrowest_first):
            self.told(done, len(wanted))
            ask, slot, sides = wanted[number]
            if (occasion := self._fill(ask, slot, sides, targets[number])) is not None:
                made.setdefault(ask.undertaking.id, []).append(Evaluation(occasion, Match.PLANNED))
        return [
            replace(ask, judged=(*ask.judged, *made[ask.undertaking.id]))
            for ask in asks
            if ask.undertaking.id in made and ask.undertaking.frequency is FrequencyType.EVERY
        ]

    def _tell(self, ask: PlanningRequest, reasons: Iterable[Message]) -> None:
        known = [one.reason for one in self.unplaced if one.commitment_id == ask.undertaking.id]
        self.unplaced += [UnplacedSlot(ask.undertaking.id, reason) for reason in reasons if reason not in known]

    def _fill(
        self, ask: PlanningRequest, slot: OutstandingSlot, sides: Sequence[Sides], target: date
    ) -> EventRecord | None:
        if len(self.placed) >= MOST_PLACED:
            self._tell(
                ask, [message(N_("More than {count} visits are owed: plan again for the rest."), count=MOST_PLACED)]
            )
            return None
        if (ask.undertaking.id, slot.within) in self.full:
            return None  # it was told of the first one that found no place, and there is less room by now
        refused: Counter[str] = Counter()
        for one in sides:
            board = self._board(*one)
            festivities = self.festivities_of(one.host, slot.within)
            tried: Mapping[str, int] = {}
            for wish in _wishes(ask.undertaking, slot, self.today, self.earliest, festivities):
                found = openings(board, wish)
                fitting = [opening for opening in found.openings if _is_exact(ask.undertaking, opening.days)]
                if fitting:
                    return self._place(ask, slot, one, _best(fitting, target))
                tried = found.refused or tried
            refused.update(tried)
        self.full.add((ask.undertaking.id, slot.within))
        self._tell(ask, [_no_window(ask.undertaking, slot, refused)])
        return None

    def _board(self, host: str, guest: str | None) -> DayIndex:
        if (host, guest) not in self.boards:
            board = self.boards[host, guest] = self.board_of(host, guest)
            for receiver, stay in self.stays:
                if receiver == host:
                    board.add_visit(stay)
        return self.boards[host, guest]

    def _receive(self, host: str, stay: HostedVisit) -> None:
        """What was placed is in the way of the rest, whoever the guests are."""
        self.stays.append((host, stay))
        for (receiver, _guest), board in self.boards.items():
            if receiver == host:
                board.add_visit(stay)

    def _place(self, ask: PlanningRequest, slot: OutstandingSlot, sides: Sides, opening: Opening) -> EventRecord:
        identity = f"planned-{len(self.placed)}"
        reasons = (slot.why, *(reason.detail for reason in opening.reasons))
        if sides.guest is not None:
            self._receive(sides.host, HostedVisit(identity, {}, opening.days))
        self.placed.append(PlannedSlot(ask.undertaking.id, *sides, opening.days, slot.people, reasons))
        return EventRecord(
            identity,
            ask.undertaking.activity,
            EventStatus.DRAFT,
            opening.days,
            *sides,
            slot.people,
            ask.undertaking.id,
        )


def in_turn(ask: PlanningRequest, slots: Sequence[OutstandingSlot]) -> list[tuple[Sides, ...]]:
    """For each slot who would host it, the side whose turn it is first.

    That is the one that hosts less of all that is held, planned, postponed and owed; of two that host as much the one
    that did not host the visit before, and for the first visit the one the agreement names first. So a plan of the
    same data is always the same, and no side hosts two more than the other because of it.
    """
    if len(ask.sides) < 2:
        return [ask.sides] * len(slots)
    known = [
        (one.occasion.days.first, one.occasion.host)
        for one in ask.judged
        if one.standing is not Match.NEAR or one.occasion.status is EventStatus.POSTPONED
    ]
    turns: dict[int, tuple[Sides, ...]] = {}
    for number in sorted(range(len(slots)), key=lambda one: (slots[one].rather.first, one)):
        begin = slots[number].rather.first
        hosted = Counter(host for _day, host in known)
        _day, previous = max((one for one in known if one[0] <= begin), default=(begin, ""))
        ranked = sorted(ask.sides, key=lambda one: (hosted[one.host], one.host == previous))
        turns[number] = tuple(ranked)
        known.append((begin, ranked[0].host))
    return [turns[number] for number in range(len(slots))]


def _targets(slots: Sequence[tuple[OutstandingSlot, str]]) -> list[date]:
    """For each slot the day around which it should lie, so that a host's visits are spread over the time there is.

    Slots that share a host and a range divide it evenly among themselves; one with a share of its own aims at the
    middle of that.
    """
    shared: dict[tuple[str, Days], list[int]] = {}
    for number, (slot, host) in enumerate(slots):
        shared.setdefault((host, slot.rather), []).append(number)
    targets: dict[int, date] = {}
    for (_host, rather), numbers in shared.items():
        for place, number in enumerate(numbers):
            ahead = len(rather) * (2 * place + 1) // (2 * len(numbers))
            targets[number] = rather.first + timedelta(days=ahead)
    return [targets[number] for number in range(len(slots))]


def _wishes(
    undertaking: CommitmentTerms, slot: OutstandingSlot, today: date, earliest: date, festivities: Sequence[Festivity]
) -> Iterator[OpeningQuery]:
    """What to look for, the best first: its own share of the time before all of it, the usual length before others."""
    tried = _possible_lengths(undertaking, slot)[:_LENGTHS_TRIED]
    lies_within = OpeningQuery(1, slot.within, earliest, asked_on=today)
    if festivities and undertaking.activity in FESTIVE:
        yield from (replace(lies_within, days=days, one_of=(tuple(festivities),)) for days in tried)
    for within in dict.fromkeys((slot.rather, slot.within)):
        yield from (replace(lies_within, days=days, within=within) for days in tried)
    # A year's course can't end within the year it is owed for; it ends within the agreement all the same.
    beyond = replace(lies_within, may_end_after=True, ends_by=undertaking.period.last)
    yield from (replace(beyond, days=days) for days in tried if days > LONG_STAY_DAYS)


def _possible_lengths(undertaking: CommitmentTerms, slot: OutstandingSlot) -> Sequence[int]:
    if found := allowed_lengths(undertaking):
        return found
    # A month has 28 to 31 days, a year 365 or 366: whichever come up within the slot, each tried as it is.
    return sorted({len(Days(first, exact_end(undertaking, first))) for first in slot.within})


def _is_exact(undertaking: CommitmentTerms, days: Days) -> bool:
    return bool(allowed_lengths(undertaking)) or exact_end(undertaking, days.first) == days.last


def _best(found: Sequence[Opening], target: date) -> Opening:
    """The opening with the best balance of its own merit and its distance from the day aimed at."""

    def merit(opening: Opening) -> tuple[float, int]:
        away = abs((opening.days.first - target).days)
        return -(opening.score - _ENOUGH * min(away, _FAR_DAYS) / _FAR_DAYS * 2), opening.days.first.toordinal()

    return min(found, key=merit)


def _no_window(undertaking: CommitmentTerms, slot: OutstandingSlot, refused: Mapping[str, int]) -> Message:
    if not refused:
        text = N_(
            "{why} No visit of the length agreed can begin from {first} on and end within the agreement, by {last}: "
            "agree on its days with the partner and enter it by hand."
        )
        period = undertaking.period
        return message(text, why=slot.why, first=numeric_day(slot.within.first), last=numeric_day(period.last))
    counted = {
        "public_holiday": N_("on public holidays: {count}"),
        "host_overlap": N_("during another visit: {count}"),
        "person_busy": N_("while somebody needed is away: {count}"),
        "resource_busy": N_("while something needed is taken: {count}"),
        "short_notice": N_("too soon: {count}"),
        "no_working_day": N_("without a working day: {count}"),
        "not_containing": N_("away from any holiday: {count}"),
    }
    told = [message(counted[code], count=count) for code, count in sorted(refused.items()) if count and code in counted]
    text = N_("{why} No free days between {first} and {last}. First days tried: {told}.")
    return message(
        text,
        why=slot.why,
        first=numeric_day(slot.within.first),
        last=numeric_day(slot.within.last),
        told=tuple(told),
    )
