"""Whether a visit fits what was promised: warnings that follow from its commitment and agreement alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from calendars.commitments.event_matching import CommitmentTerms, counted, lacking_people
from calendars.days.durations import amount, length_fits, promised_length
from calendars.days.spans import Days, days_after
from calendars.events.activity_types import ACTIVITY_TYPE_NAMES, type_names
from calendars.events.host_days import MINIMUM_DAYS
from models.i18n import N_, Message, message
from models.vocabulary import ActivityType, Severity


@dataclass(frozen=True)
class EventWarning:
    """A warning: ``code`` is stable, ``detail`` says what is and what was promised, ``advice`` the way out.

    ``with_`` is the id of what it does not fit, if there is one: a commitment, an agreement, another event, or the
    country and first day of a holiday (``LA-2027-04-14``). ``free`` are the days that the advice names, if it does.
    """

    code: str
    severity: Severity
    detail: Message
    with_: str | None = None
    advice: Message | None = None
    free: Days | None = None


@dataclass(frozen=True)
class CheckedEvent:
    """What an event says about itself; ``headcount`` None is not known yet, nor an empty ``composition``."""

    days: Days
    headcount: int | None
    activity_type: ActivityType | None = None
    composition: Mapping[str, int] = field(default_factory=dict)


def commitment_warnings(visit: CheckedEvent, promise: CommitmentTerms) -> list[EventWarning]:
    """What does not fit, in the order head-count, composition, type, duration, period.

    Empty when all fits or nothing was agreed.

    Days count inclusively. Months and years are measured on the calendar: 10 March to 9 June is exactly 3 months,
    one day more is over 3, and nothing is rounded.
    """
    return [
        *_headcount(visit, promise),
        *_composition(visit, promise),
        *_type(visit, promise),
        *_duration(visit, promise),
        *_period(visit, promise),
    ]


def short_notice(visit: CheckedEvent, today: date, minimum_days: int = MINIMUM_DAYS) -> EventWarning | None:
    """A warning when fewer than ``minimum_days`` remain from ``today`` to the first day.

    None for visits that have begun, whose notice nobody can change.
    """
    ahead = (visit.days.first - today).days
    if not 0 < ahead < minimum_days:
        return None
    detail = message(
        N_("Days left until {day}: {ahead}; the office asks for {minimum}."),
        day=visit.days.first,
        ahead=ahead,
        minimum=minimum_days,
    )
    advice = message(
        N_("Move it to {day} or later, or make sure that letters, visas and lodging can still be had in time."),
        day=days_after(today, minimum_days),
    )
    return EventWarning("short_notice", Severity.WARNING, detail, advice=advice)


def changed_since_confirmed() -> EventWarning:
    """The warning that a visit is not what was confirmed any more."""
    return EventWarning(
        "changed_since_confirmed",
        Severity.WARNING,
        message(N_("It is no longer what was confirmed.")),
        advice=message(N_("Have another approver accept what changed, or set it back to what was confirmed.")),
    )


def _headcount(visit: CheckedEvent, promise: CommitmentTerms) -> Iterator[EventWarning]:
    low, high = promise.headcount_min, promise.headcount_max
    if visit.headcount is None:
        return
    if (low is not None and visit.headcount < low) or (high is not None and visit.headcount > high):
        detail = message(
            N_("People planned: {headcount}. Promised: {promised}."),
            headcount=visit.headcount,
            promised=amount(low, high),
        )
        advice = message(N_("Change the number of people, or the commitment if another number was agreed."))
        yield EventWarning("headcount_out_of_range", Severity.WARNING, detail, promise.id, advice)


def _composition(visit: CheckedEvent, promise: CommitmentTerms) -> Iterator[EventWarning]:
    if lacking_people(visit.composition, promise.composition):
        detail = message(
            N_("Composition planned: {composition}. Promised at least: {promised}."),
            composition=counted(visit.composition),
            promised=counted(promise.composition),
        )
        advice = message(N_("Add who is missing, or change the commitment if others were agreed."))
        yield EventWarning("composition_incomplete", Severity.WARNING, detail, promise.id, advice)


def _type(visit: CheckedEvent, promise: CommitmentTerms) -> Iterator[EventWarning]:
    if promise.activity_types and visit.activity_type and visit.activity_type not in promise.activity_types:
        detail = message(
            N_("Type of activity planned: {type}. Promised: {promised}."),
            type=message(ACTIVITY_TYPE_NAMES[visit.activity_type]),
            promised=type_names(promise.activity_types),
        )
        advice = message(
            N_("It does not fulfil the commitment: choose another type, or link it to another commitment.")
        )
        yield EventWarning("activity_type_differs", Severity.WARNING, detail, promise.id, advice)


def _duration(visit: CheckedEvent, promise: CommitmentTerms) -> Iterator[EventWarning]:
    if length_fits(visit.days, promise):
        detail = message(
            N_("Days planned: {days} ({first} to {last}). Promised: {promised}."),
            days=len(visit.days),
            first=visit.days.first,
            last=visit.days.last,
            promised=promised_length(promise),
        )
        advice = message(N_("Change the days, or the commitment if another length was agreed."))
        yield EventWarning("duration_out_of_range", Severity.WARNING, detail, promise.id, advice)


def _period(visit: CheckedEvent, promise: CommitmentTerms) -> Iterator[EventWarning]:
    period = promise.period
    if promise.covers(visit.days):
        return
    detail = message(
        N_("Days planned: {first} to {last}. The agreement holds from {starts_on} to {ends_on}."),
        first=visit.days.first,
        last=visit.days.last,
        starts_on=period.first,
        ends_on=period.last,
    )
    if promise.counts_on(visit.days):
        advice = message(
            N_("It counts all the same, as it begins within the agreement; settle who pays after its end.")
        )
        yield EventWarning("outside_agreement", Severity.INFO, detail, promise.agreement_id, advice)
    else:
        advice = message(N_("Move it into the agreement's period, or link it to the agreement that holds on its days."))
        yield EventWarning("outside_agreement", Severity.WARNING, detail, promise.agreement_id, advice)
