"""The stages of a learner: their order, and what of them contradicts what is known."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from calendars.days.formatting import format_known
from calendars.days.known_days import KnownDay
from calendars.days.spans import Days
from models.i18n import N_, Message, message
from models.text import LocalizedText, fold
from models.vocabulary import KnownTo, Language, LearnerOutcome, LearnerStage

STAGE_NAMES: Mapping[LearnerStage, str] = {
    LearnerStage.LANGUAGE: N_("Language course"),
    LearnerStage.SCHOOL: N_("General school"),
    LearnerStage.VOCATIONAL: N_("Vocational training"),
    LearnerStage.BACHELOR: N_("Bachelor's degree"),
    LearnerStage.MASTER: N_("Master's degree"),
    LearnerStage.DOCTORATE: N_("Doctorate"),
    LearnerStage.COURSE: N_("Short course"),
}
OUTCOME_NAMES: Mapping[LearnerOutcome, str] = {
    LearnerOutcome.STUDYING: N_("Studying"),
    LearnerOutcome.GRADUATED: N_("Graduated"),
    LearnerOutcome.LEFT: N_("Left the studies"),
}

_RANKS = {
    LearnerStage.LANGUAGE: 0,
    LearnerStage.SCHOOL: 1,
    LearnerStage.VOCATIONAL: 2,
    LearnerStage.BACHELOR: 2,
    LearnerStage.MASTER: 3,
    LearnerStage.DOCTORATE: 4,
}
"""Of two stages the one with the lower rank comes first; a short course may come at any time."""

IN_ORDER = (*_RANKS, LearnerStage.COURSE)
"""The stages as lists show them."""

Contradictions = dict[str, Message]
"""Field → what is wrong with it, and what would be right."""


def rank_of(stage: LearnerStage) -> int | None:
    """The place of a stage on the way from the language to the doctorate; None: it has none."""
    return _RANKS.get(stage)


def follows(earlier: LearnerStage, later: LearnerStage) -> bool:
    """Whether a stage can only come after another."""
    first, second = rank_of(earlier), rank_of(later)
    return first is not None and second is not None and first < second


def bounds(text: str | None) -> Days | None:
    """The days that ``2008-09-05``, ``2008-09`` or ``2008`` may mean; None for None."""
    if text is None:
        return None
    first, last = (KnownDay.written(text, is_last=is_last) for is_last in (False, True))
    if first is None or last is None:
        day = date.fromisoformat(text)
        return Days(day, day)
    return Days(date(first.year, first.month, first.day), date(last.year, last.month, last.day))


def known_to(text: str) -> KnownTo:
    """How exactly such a text tells a day."""
    return {4: KnownTo.YEAR, 7: KnownTo.MONTH}.get(len(text), KnownTo.DAY)


def told(text: str | None, language: str) -> str:
    """Such a text as people read it: ``năm 2008``, ``tháng 9/2008``, ``5/9/2008``; empty for None."""
    days = bounds(text)
    return format_known(days, known_to(text), language) if text is not None and days is not None else ""


def told_in_all(text: str) -> LocalizedText:
    """The same in every language."""
    return {language.value: told(text, language) for language in Language}


def month_before(starts_on: str) -> str:
    """When a stage ended as far as the beginning of the next one tells: the month before it; in the same year, if only
    its year is known."""
    year, month = int(starts_on[:4]), starts_on[5:7]
    if not month:
        return starts_on
    return f"{max(year - 1, 1):04}-12" if month == "01" else f"{year:04}-{int(month) - 1:02}"


@dataclass(frozen=True, slots=True)
class StageFacts:
    """One stage of somebody: who they are (:func:`who`), what they learn, from when to when, what has become of it."""

    who: str
    stage: LearnerStage
    starts_on: str | None = None
    ends_on: str | None = None
    outcome: LearnerOutcome = LearnerOutcome.STUDYING

    @classmethod
    def of(cls, row: Any) -> "StageFacts":
        """The facts of a row of learners, or of what has its columns."""
        return cls(who(row.person_id, row.name), row.stage, row.starts_on, row.ends_on, row.outcome)

    @property
    def starts(self) -> Days | None:
        """The days on one of which it began or will."""
        return bounds(self.starts_on)

    @property
    def ends(self) -> Days | None:
        """The days on one of which it ended or will."""
        return bounds(self.ends_on)

    @property
    def never_began(self) -> bool:
        """Whether they left, certainly before it began."""
        starts, ends = self.starts, self.ends
        is_before = starts is not None and ends is not None and ends.last < starts.first
        return self.outcome is LearnerOutcome.LEFT and is_before


def who(person_id: str | None, name: str | None) -> str:
    """What tells one learner from another: the person, or else the name however it is spelt."""
    return f"person:{person_id}" if person_id is not None else f"name:{fold(name or '')}"


def begins_before(one: StageFacts, first_day: date) -> bool:
    """Whether a stage certainly began before the first day of its batch."""
    starts = one.starts
    return starts is not None and starts.last < first_day


def contradictions(one: StageFacts, others: Iterable[StageFacts], today: date) -> Contradictions:
    """What of a stage can't be, by itself and beside the ``others`` of the same batch, which may be anybody's.

    Days known only to the month or the year contradict nothing as long as they may be right.
    """
    found = dict(_of_itself(one, today))
    for other in others:
        if other.who != one.who:
            continue
        if other.stage is one.stage:
            found.setdefault("stage", message(TWICE, stage=message(STAGE_NAMES[one.stage])))
        elif follows(other.stage, one.stage) and (day := _too_early(other, one)) is not None:
            found.setdefault("starts_on", _out_of_order(other, one, day))
        elif follows(one.stage, other.stage) and (day := _too_early(one, other)) is not None:
            found.setdefault("ends_on" if one.ends_on else "starts_on", _out_of_order(one, other, day))
    return found


TWICE = N_("They are in this batch with the stage “{stage}” already: change that entry.")
NEEDS_END = N_("Say when it ended: the day, the month or the year.")
ENDS_BEFORE = N_("This lies before the beginning, {day}.")
NOT_YET = N_("{day} is still to come, and nobody has graduated before: enter the outcome then.")
TOO_EARLY = N_("“{later}” began before “{earlier}” had ended or begun ({day}): correct one of the two.")


def _of_itself(one: StageFacts, today: date) -> Iterator[tuple[str, Message]]:
    starts, ends = one.starts, one.ends
    if ends is None or one.ends_on is None:
        if one.outcome is not LearnerOutcome.STUDYING:
            yield "ends_on", message(NEEDS_END)
        return
    if starts is not None and one.starts_on is not None and ends.last < starts.first and not one.never_began:
        yield "ends_on", message(ENDS_BEFORE, day=told_in_all(one.starts_on))
    elif one.outcome is LearnerOutcome.GRADUATED and ends.first > today:
        yield "ends_on", message(NOT_YET, day=told_in_all(one.ends_on))


def _too_early(earlier: StageFacts, later: StageFacts) -> str | None:
    """The end of the earlier stage, or else its beginning, if the later one certainly began before; None if not."""
    starts, text = later.starts, earlier.ends_on or earlier.starts_on
    before = None if earlier.never_began else bounds(text)
    return text if starts is not None and before is not None and starts.last < before.first else None


def _out_of_order(earlier: StageFacts, later: StageFacts, day: str) -> Message:
    names = (message(STAGE_NAMES[one.stage]) for one in (later, earlier))
    return message(TOO_EARLY, later=next(names), earlier=next(names), day=told_in_all(day))
