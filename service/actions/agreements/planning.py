"""Plans: drafts for everything an agreement still owes, on days on which nothing clashes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import groupby
from typing import Any

from sqlmodel import Session, select

from calendars.commitments.evaluation import CommitmentTerms, Evaluation, Match
from calendars.commitments.planning import PlannedSlot, PlanningRequest, plan
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
from service.actions import progress_updates
from service.actions.agreements import progress
from service.actions.context import ActionContext
from service.actions.events import events
from service.actions.host_schedule import VIEW_DAYS, build_day_index, office_holiday_calendar
from service.actions.locality_index import LocalityIndex

_FESTIVE = frozenset({HolidayCategory.PUBLIC, HolidayCategory.FESTIVAL})
_LONGEST_STAY = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class PlannedDraft:
    """A draft the plan made, and why it is owed and lies where it lies."""

    event: Event
    reasons: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class UnplannedItem:
    """Something owed that found no days or has to be settled by hand."""

    commitment: Commitment
    reason: Message


@dataclass(frozen=True, slots=True)
class PlanOutcome:
    made: tuple[PlannedDraft, ...]
    left: tuple[UnplannedItem, ...]


def make_plan(session: Session, act: ActionContext, agreement: Agreement) -> PlanOutcome:
    """Make a draft for everything an agreement still owes until its end; what can't be placed is told.

    Two plans of one agreement at once follow each other, so that the second finds what the first has made.
    """
    _one_at_a_time(session, agreement)
    scene = _PlanInputs.load(session, act, agreement)
    searching = partial(progress_updates.tell, session, N_("Looking for days: visit {done} of {total}"))
    found = plan(scene.asks(), scene.board, scene.festivities, act.today, scene.earliest, searching)
    made = []
    for number, one in enumerate(found.placed):
        progress_updates.tell(session, N_("Draft {done} of {total}"), number, len(found.placed))
        made.append(_make(session, act, agreement, scene.commitments[one.commitment_id], one))
    left = tuple(UnplannedItem(scene.commitments[one.commitment_id], one.reason) for one in found.unplaced)
    return PlanOutcome(tuple(made), left)


def _one_at_a_time(session: Session, agreement: Agreement) -> None:
    """Let nobody else plan this agreement until this plan is committed. SQLite's writers stand in line anyway."""
    session.exec(select(Agreement.id).where(Agreement.id == agreement.id).with_for_update()).one()


@dataclass(frozen=True, slots=True)
class _PlanInputs:
    """What a plan is made from."""

    session: Session
    agreement: Agreement
    commitments: Mapping[str, Commitment]
    held_against: Sequence[tuple[CommitmentTerms, list[Evaluation]]]
    gazetteer: LocalityIndex
    almanac: HolidayIndex
    earliest: date
    horizon: Days

    @classmethod
    def load(cls, session: Session, act: ActionContext, agreement: Agreement) -> "_PlanInputs":
        gazetteer = LocalityIndex.load(session)
        commitments, held_against = progress.held_against(session, agreement, gazetteer, act.today)
        first = max(act.today, agreement.starts_on)
        last = max(agreement.ends_on, first) + _longest(held_against) + timedelta(days=VIEW_DAYS)
        horizon = Days(days_after(first, -VIEW_DAYS), last)
        return cls(
            session,
            agreement,
            {one.id: one for one in commitments},
            held_against,
            gazetteer,
            office_holiday_calendar(session),
            days_after(act.today, MINIMUM_DAYS),
            horizon,
        )

    def asks(self) -> Iterator[PlanningRequest]:
        """What to plan, commitment by commitment in the order of the articles."""
        for undertaking, judgements in self.held_against:
            if undertaking.is_open:
                continue
            host, guest = self._sides(undertaking, judgements)
            yield PlanningRequest(undertaking, judgements, host, guest, self._why_not(undertaking))

    def _sides(self, undertaking: CommitmentTerms, judgements: Sequence[Evaluation]) -> tuple[str | None, str | None]:
        """Between whom it would take place; of either side the one that has hosted less receives."""
        parties = self.agreement.parties
        host, guest = undertaking.host, undertaking.guest
        if host is None and len(parties) == 2:
            hosted = [one.occasion.host for one in judgements if one.standing is not Match.NEAR]
            able = [code for code in parties if code != guest]
            host = min(able, key=hosted.count)
        if guest is None and len(parties) == 2:
            guest = next((code for code in parties if code != host), None)
        return host, guest

    @staticmethod
    def _why_not(undertaking: CommitmentTerms) -> Message | None:
        if undertaking.activity is EventKind.ANNIVERSARY:
            return message(N_("A ceremony is planned at its anniversary, which knows the year."))
        return None

    def board(self, host: str, guest: str | None) -> DayIndex:
        """The planned time with the visits of a host, and the days off of both sides."""
        countries = {self._country(code) for code in (host, guest) if code is not None}
        return build_day_index(self.session, self.almanac, self.gazetteer.line(host), countries, self.horizon)

    def _country(self, code: str) -> str:
        return self.gazetteer.country_of[code]

    def festivities(self, host: str, within: Days) -> list[Festivity]:
        """The holidays and festivals of the host's country that touch some days, each with all its days."""
        found = self.almanac.between({self._country(host)}, within.first, within.last)
        return _stretches([one for one in found if one.category in _FESTIVE])


def _longest(held_against: Sequence[tuple[CommitmentTerms, Any]]) -> timedelta:
    """How far the longest of the promised stays reaches beyond its first day."""
    longest = timedelta(days=366)
    for undertaking, _found in held_against:
        if undertaking.duration_unit and (bound := undertaking.duration_max or undertaking.duration_min):
            start = date(2000, 1, 1)
            longest = max(longest, add_units(start, bound, undertaking.duration_unit) - start)
    return min(longest, _LONGEST_STAY)


def _stretches(holidays: Sequence[Holiday]) -> list[Festivity]:
    """Holidays on days in a row are one occasion, called after the first: three days of Pi Mai."""
    groups: dict[object, list[Holiday]] = {}
    for one in holidays:
        groups.setdefault(one.id or one.category, []).append(one)
    found: list[Festivity] = []
    for group in groups.values():
        # Days in a row have the same distance from their place in the group.
        for _distance, run in groupby(enumerate(group), key=lambda pair: pair[1].day.toordinal() - pair[0]):
            days = [one for _number, one in run]
            found.append(Festivity(Days(days[0].day, days[-1].day), days[0].name))
    return sorted(found, key=lambda one: one.days.first)


# The drafts


def _make(
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
    """What a draft that carries out a commitment says, in the columns of its kind; days inclusive."""
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
    return values | _of_kind(commitment, days)


def _for_year(title: Mapping[str, str], year: int) -> dict[str, str]:
    return {language: f"{text[:290]} ({year})" for language, text in title.items()}


def _description(agreement: Agreement, commitment: Commitment) -> dict[str, str]:
    said = message(N_("Article {article} of: {title}."), article=commitment.article, title=agreement.title)
    return {language.value: said.to(language) for language in Language}


def _of_kind(commitment: Commitment, days: Days) -> dict[str, Any]:
    """What a draft of a kind has beside the common fields."""
    match commitment.activity:
        case EventKind.TRAINING_BATCH:
            return {"subject": dict(commitment.title)} | _phases(commitment, days)
        case EventKind.DELEGATION:
            return {"purpose": dict(commitment.title), "level": DelegationLevel.WORKING}
        case EventKind.ACTIVITY:
            return {"activity_type": ActivityType.OTHER}
        case _:
            return {}


def _phases(commitment: Commitment, days: Days) -> dict[str, Any]:
    """The stages one after the other, when the length of each is agreed and they fill the stay; else none."""
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
