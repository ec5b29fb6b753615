"""Planning an agreement: drafts for everything it still owes, on days without conflicts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from sqlmodel import Session, select

from calendars.commitments.event_matching import CommitmentTerms, Evaluation
from calendars.commitments.planning import PlannedSlot, PlanningRequest, Sides, plan
from calendars.days.durations import add_units
from calendars.days.holidays import Holiday, HolidayIndex
from calendars.days.spans import Days, days_after
from calendars.events.host_days import MINIMUM_DAYS
from calendars.openings.search import DayIndex
from calendars.openings.search import FestivalDay as Festivity
from models.agreements import Agreement, Commitment
from models.events import Event
from models.i18n import N_, Message, message
from models.vocabulary import (
    ActivityType,
    DelegationLevel,
    DurationUnit,
    EventKind,
    HolidayCategory,
    Language,
)
from service.actions import permissions, progress_updates
from service.actions.agreements import progress
from service.actions.context import ActionContext
from service.actions.events import events
from service.actions.host_schedule import VIEW_DAYS, build_day_index, office_holiday_calendar
from service.actions.locality_index import LocalityIndex

_BUSY = N_("Busy (internal)")
_OWED = N_("The agreement still owes it.")
_FESTIVE = frozenset({HolidayCategory.PUBLIC, HolidayCategory.FESTIVAL})
_LONGEST_STAY = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class PlannedDraft:
    """A draft the plan created, and the reasons why it is owed and why it is on these days."""

    event: Event
    reasons: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class UnplannedItem:
    """Something owed for which no days were found, or which has to be planned by hand."""

    commitment: Commitment
    reason: Message


@dataclass(frozen=True, slots=True)
class PlanOutcome:
    made: tuple[PlannedDraft, ...]
    left: tuple[UnplannedItem, ...]


def make_plan(session: Session, act: ActionContext, agreement: Agreement) -> PlanOutcome:
    """Create a draft for everything an agreement still owes until its end; what can't be placed is reported.

    What an event that the session may not read fulfils is not planned a second time: it is reported as busy, and no
    reason about its commitment tells more.

    Concurrent plans of one agreement are serialised, so that the second finds the drafts of the first.
    """
    _lock_agreement(session, agreement)
    inputs = _PlanInputs.load(session, act, agreement)
    on_search = partial(progress_updates.tell, session, N_("Looking for days: visit {done} of {total}"))
    found = plan(inputs.requests(), inputs.day_index, inputs.festivities, act.today, inputs.earliest, on_search)
    made = []
    for number, one in enumerate(found.placed):
        progress_updates.tell(session, N_("Draft {done} of {total}"), number, len(found.placed))
        shown = replace(one, reasons=(message(_OWED),)) if one.commitment_id in inputs.veiled else one
        made.append(_create_draft(session, act, agreement, inputs.commitments[one.commitment_id], shown))
    left = [
        UnplannedItem(inputs.commitments[one.commitment_id], one.reason)
        for one in found.unplaced
        if one.commitment_id not in inputs.veiled
    ]
    left += [UnplannedItem(inputs.commitments[one], message(_BUSY)) for one in sorted(inputs.veiled)]
    return PlanOutcome(tuple(made), tuple(left))


def _lock_agreement(session: Session, agreement: Agreement) -> None:
    """Lock the agreement until this plan is committed. SQLite's write lock does this anyway."""
    session.exec(select(Agreement.id).where(Agreement.id == agreement.id).with_for_update()).one()


@dataclass(frozen=True, slots=True)
class _PlanInputs:
    """The data a plan is calculated from."""

    session: Session
    agreement: Agreement
    commitments: Mapping[str, Commitment]
    evaluated: Sequence[tuple[CommitmentTerms, list[Evaluation]]]
    localities: LocalityIndex
    holidays: HolidayIndex
    earliest: date
    horizon: Days
    veiled: frozenset[str]
    """The commitments that events the session may not read are linked to."""

    @classmethod
    def load(cls, session: Session, act: ActionContext, agreement: Agreement) -> "_PlanInputs":
        localities = LocalityIndex.load(session)
        commitments, evaluated = progress.evaluate_linked(session, agreement, localities, act.today)
        hidden = permissions.hidden(session, [one.occasion.id for _terms, found in evaluated for one in found])
        first = max(act.today, agreement.starts_on)
        last = max(agreement.ends_on, first) + _longest(evaluated) + timedelta(days=VIEW_DAYS)
        horizon = Days(days_after(first, -VIEW_DAYS), last)
        return cls(
            session,
            agreement,
            {one.id: one for one in commitments},
            evaluated,
            localities,
            office_holiday_calendar(session),
            days_after(act.today, MINIMUM_DAYS),
            horizon,
            frozenset(terms.id for terms, found in evaluated if any(one.occasion.id in hidden for one in found)),
        )

    def requests(self) -> Iterator[PlanningRequest]:
        """What to plan, commitment by commitment in the order of the articles."""
        for terms, evaluations in self.evaluated:
            if terms.is_open:
                continue
            yield PlanningRequest(terms, evaluations, self._sides(terms), self._why_not(terms))

    def _sides(self, terms: CommitmentTerms) -> tuple[Sides, ...]:
        """Who may host and who would come; where the terms name no host, each of two parties in turn."""
        parties = self.agreement.parties if len(self.agreement.parties) == 2 else []
        hosts = [terms.host] if terms.host else [code for code in parties if code != terms.guest]
        return tuple(
            Sides(host, terms.guest or next((code for code in parties if code != host), None)) for host in hosts
        )

    @staticmethod
    def _why_not(terms: CommitmentTerms) -> Message | None:
        if terms.activity is EventKind.ANNIVERSARY:
            return message(N_("A ceremony is planned at its anniversary, which knows the year."))
        return None

    def day_index(self, host: str, guest: str | None) -> DayIndex:
        """The visits of a host and the days off of both sides, over the whole planning period."""
        countries = {self._country(code) for code in (host, guest) if code is not None}
        return build_day_index(self.session, self.holidays, self.localities.line(host), countries, self.horizon)

    def _country(self, code: str) -> str:
        return self.localities.country_of[code]

    def festivities(self, host: str, within: Days) -> list[Festivity]:
        """The public holidays and festivals of the host's country that overlap ``within``, as spans of days."""
        found = self.holidays.between({self._country(host)}, within.first, within.last)
        return _spans([one for one in found if one.category in _FESTIVE])


def _longest(evaluated: Sequence[tuple[CommitmentTerms, Any]]) -> timedelta:
    """The time from first to last day of the longest stay agreed, at least 366 days and at most ``_LONGEST_STAY``."""
    longest = timedelta(days=366)
    for terms, _found in evaluated:
        if terms.duration_unit and (bound := terms.duration_max or terms.duration_min):
            start = date(2000, 1, 1)
            longest = max(longest, add_units(start, bound, terms.duration_unit) - start)
    return min(longest, _LONGEST_STAY)


def _spans(holidays: Sequence[Holiday]) -> list[Festivity]:
    """Merge consecutive days of a holiday into one span named after its first day: three days of Pi Mai."""
    groups: dict[object, list[Holiday]] = {}
    for one in holidays:
        groups.setdefault(one.id or one.category, []).append(one)
    found: list[Festivity] = []
    for group in groups.values():
        # Consecutive days have the same difference between their ordinal and their index in the group.
        for _distance, run in groupby(enumerate(group), key=lambda pair: pair[1].day.toordinal() - pair[0]):
            days = [one for _number, one in run]
            found.append(Festivity(Days(days[0].day, days[-1].day), days[0].name))
    return sorted(found, key=lambda one: one.days.first)


# The drafts


def _create_draft(
    session: Session, act: ActionContext, agreement: Agreement, commitment: Commitment, placed: PlannedSlot
) -> PlannedDraft:
    values = draft_values(agreement, commitment, placed.host, placed.guest, placed.days, placed.people)
    language = act.user.locale if act.user else Language.VI
    reason = " ".join(one.to(language) for one in placed.reasons)
    event = events.create_event(session, act, commitment.activity, values, reason=reason)
    return PlannedDraft(event, placed.reasons)


def draft_values(
    agreement: Agreement, commitment: Commitment, host: str, guest: str | None, days: Days, people: int | None
) -> dict[str, Any]:
    """The column values of a draft that fulfils a commitment; days inclusive."""
    values: dict[str, Any] = {
        "title": _for_year(commitment.title, days.first.year),
        "description": _description(agreement, commitment),
        "host": host,
        "guest": guest,
        "first_day": days.first,
        "last_day": days.last,
        "headcount": people,
        "commitment_id": commitment.id,
        "funded_by": commitment.funded_by,
    }
    return values | _of_kind(commitment, days, people)


def _for_year(title: Mapping[str, str], year: int) -> dict[str, str]:
    return {language: f"{text[:290]} ({year})" for language, text in title.items()}


def _description(agreement: Agreement, commitment: Commitment) -> dict[str, str]:
    text = message(N_("Article {article} of: {title}."), article=commitment.article, title=agreement.title)
    return {language.value: text.to(language) for language in Language}


def _of_kind(commitment: Commitment, days: Days, people: int | None) -> dict[str, Any]:
    """The values that a draft has for its kind, besides the common ones."""
    match commitment.activity:
        case EventKind.TRAINING_BATCH:
            return {"subject": dict(commitment.title)} | _composition(commitment, people) | _phases(commitment, days)
        case EventKind.DELEGATION:
            return {"purpose": dict(commitment.title), "level": DelegationLevel.WORKING}
        case EventKind.ACTIVITY:
            return {"activity_type": ActivityType(next(iter(commitment.activity_types), ActivityType.OTHER))}
        case _:
            return {}


def _composition(commitment: Commitment, people: int | None) -> dict[str, Any]:
    """The composition that was promised, where that is everybody who comes."""
    promised = dict(commitment.composition)
    return {"composition": promised} if promised and sum(promised.values()) == people else {}


def _phases(commitment: Commitment, days: Days) -> dict[str, Any]:
    """Consecutive phases, if the duration of each is agreed and they fit into the stay; otherwise none."""
    phases = []
    first = days.first
    for phase in commitment.phases:
        if not phase.get("duration") or not phase.get("unit") or first > days.last:
            return {}
        after = add_units(first, phase["duration"], DurationUnit(phase["unit"]))
        phases.append({"title": phase["title"], "first_day": first, "last_day": after - timedelta(days=1)})
        first = after
    if not phases or phases[-1]["last_day"] > days.last:
        return {}
    phases[-1]["last_day"] = days.last
    return {"phases": phases}
