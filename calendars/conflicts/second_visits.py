"""Whether as much as an article promises is there already: a second visit for one year, a ceremony in another year."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from calendars.commitments.due_years import due_years
from calendars.commitments.event_matching import BEGUN, CommitmentTerms
from calendars.conflicts.commitment_checks import EventWarning
from calendars.days.spans import Days
from calendars.events.host_days import days_in_words
from models.i18n import N_, message
from models.vocabulary import EventStatus, FrequencyType, Severity


@dataclass(frozen=True, slots=True)
class LinkedVisit:
    """An event that names a commitment; ``title`` as its reader may know it."""

    id: str
    title: Mapping[str, str]
    days: Days
    status: EventStatus


def is_bounded(promise: CommitmentTerms) -> bool:
    """Whether a commitment says how many visits there are to be, in a year or in all.

    One that counts people is as many visits as it takes.
    """
    match promise.frequency:
        case FrequencyType.OPEN:
            return False
        case FrequencyType.IN_PERIOD:
            return promise.headcount_total is None
        case _:
            return True


def second_of_year(visit: LinkedVisit, promise: CommitmentTerms, linked: Sequence[LinkedVisit]) -> EventWarning | None:
    """A warning when the visits that were there before this one are all that was promised for its year.

    ``linked`` are all events of the commitment, itself among them or not; cancelled ones do not count, postponed ones
    do: they will get new days. Those that have begun come first, then those made earlier (ids rise with the time). So
    of two visits one is the second. "One every a–b years" allows one a year; "n in the period" is counted as a whole.
    """
    if not is_bounded(promise):
        return None
    is_whole = promise.frequency is FrequencyType.IN_PERIOD
    due = 1 if promise.frequency is FrequencyType.EVERY else promise.count or 1
    listed = due_years(promise.period)

    def year_of(one: LinkedVisit) -> int:
        return min(max(one.days.first.year, listed[0]), listed[-1])

    def turn(one: LinkedVisit) -> tuple[bool, str]:
        return one.status not in BEGUN, one.id

    before = sorted(
        (
            one
            for one in linked
            if one.id != visit.id
            and one.status is not EventStatus.CANCELLED
            and turn(one) < turn(visit)
            and (is_whole or year_of(one) == year_of(visit))
        ),
        key=turn,
    )
    if len(before) < due:
        return None
    first = before[0]
    if is_whole:
        text = N_("Promised for the whole agreement: {count}. There already: “{title}”, {days}.")
    else:
        text = N_("Promised for {year}: {count}. There already: “{title}”, {days}.")
    detail = message(text, year=year_of(visit), count=due, title=first.title, days=days_in_words(first.days))
    if first.status is EventStatus.POSTPONED:
        advice = message(N_("“{title}” is postponed: give it new days instead of planning another."), title=first.title)
    else:
        advice = message(N_("If one of them is enough, cancel the other."))
    return EventWarning("second_of_year", Severity.WARNING, detail, first.id, advice)


def ceremony_in_another_year(year: int | None, days: Days) -> EventWarning | None:
    """A warning when a ceremony is not held in the year whose anniversary it is."""
    if year is None or days.first.year == year:
        return None
    detail = message(N_("Ceremony of the year {year}, held on {day}."), year=year, day=days.first)
    advice = message(N_("Change its day, or the year it is for."))
    return EventWarning("ceremony_in_another_year", Severity.WARNING, detail, advice=advice)
