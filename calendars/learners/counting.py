"""Who of a batch counts: who began and in which year, and what has become of them by a day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from calendars.learners.stages import StageFacts, rank_of
from models.vocabulary import LearnerOutcome


@dataclass(frozen=True, slots=True)
class LearnerCounts:
    """How many began, and what they are: ``began`` is the sum of the others.

    ``unknown``: their last stage is over, and nobody has entered what became of them.
    """

    began: int = 0
    studying: int = 0
    graduated: int = 0
    left: int = 0
    unknown: int = 0


def began_on(one: StageFacts, as_of: date) -> date | None:
    """The first day on which somebody may have begun a stage; None: they had not by ``as_of``, as far as is known.

    A beginning known to the month or the year counts from its first day on, as events do. Who graduated did begin, by
    the end at the latest; of anybody else without a beginning nobody knows.
    """
    starts = one.starts
    if starts is None and one.outcome is LearnerOutcome.GRADUATED:
        starts = one.ends
    if starts is None or starts.first > as_of or one.never_began:
        return None
    return starts.first


def is_expected(one: StageFacts, as_of: date) -> bool:
    """Whether somebody has not begun a stage and may still."""
    return one.outcome is LearnerOutcome.STUDYING and began_on(one, as_of) is None


def begun(stages: Iterable[StageFacts], as_of: date) -> dict[str, date]:
    """Who began by a day → when they began the first of these stages."""
    found: dict[str, date] = {}
    for one in stages:
        if (day := began_on(one, as_of)) is not None:
            found[one.who] = min(day, found.get(one.who, day))
    return found


def expected(stages: Iterable[StageFacts], as_of: date) -> frozenset[str]:
    """Who has not begun any of these stages and may still."""
    listed = list(stages)
    return frozenset(one.who for one in listed if is_expected(one, as_of)).difference(begun(listed, as_of))


def outcome_on(one: StageFacts, as_of: date) -> LearnerOutcome | None:
    """What had become of somebody in a stage by a day; what ended later was going on then. None: it is over, and the
    outcome is not known."""
    ends = one.ends
    if ends is not None and ends.first > as_of:
        return LearnerOutcome.STUDYING
    is_open = one.outcome is LearnerOutcome.STUDYING
    return None if is_open and ends is not None and ends.last < as_of else one.outcome


def counted(stages: Iterable[StageFacts], as_of: date) -> LearnerCounts:
    """How many people began, and what had become of them by a day in the last stage they had begun."""
    last: dict[str, tuple[tuple[date, int, str, str, str], StageFacts]] = {}
    for one in stages:
        if (day := began_on(one, as_of)) is None:
            continue
        rank = rank_of(one.stage)
        place = (day, -1 if rank is None else rank, one.stage.value, one.ends_on or "", one.outcome.value)
        if one.who not in last or place > last[one.who][0]:
            last[one.who] = (place, one)
    outcomes = [outcome_on(one, as_of) for _place, one in last.values()]
    return LearnerCounts(len(outcomes), *(outcomes.count(outcome) for outcome in (*LearnerOutcome, None)))


Stages = Mapping[str, tuple[StageFacts, ...]]
"""Event → the stages of its learners; events without learners are missing."""
NO_LEARNERS: Stages = MappingProxyType({})
