"""What rules remind of besides events.

These are days of observances, years of anniversaries, ends and reviews of agreements, milestones of projects and the
last days of learners' permits.

An *occasion* is one of these at one time. An anniversary of which only the year or the month is known has no day; its
rules count from the first day it could be on, which no mail and no page names.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, datetime
from typing import Any

from calendars.days.anniversaries import Origin, occurrences
from calendars.days.holidays import HolidayIndex, OfficeEntry
from calendars.days.observances import ObservanceFacts, days_between
from calendars.days.offsets import due_at
from calendars.days.spans import MIDNIGHT, days_after, wall_time
from calendars.days.working_days import WorkingDays
from calendars.events.lifecycle import CALLED_OFF
from calendars.people.names import name_text
from calendars.reminders.due_times import MOVED, RULE_OFF, USEFUL_AFTER_DUE, RuleFacts, office_days
from models.i18n import N_
from models.text import LocalizedText, localized
from models.vocabulary import OCCASIONS, AboutType, Grade, LearnerOutcome, MilestoneState, ReminderAnchor

AHEAD_DAYS = 400
"""Reminders that fall due so many days from now are planned; of each thing the next one also if it comes later."""

YEARS_AHEAD = 11
"""How far the next one is looked for: a round year comes within ten."""

OVER = N_("It could not be sent before the day was over.")
GONE = N_("What it was about was deleted, or is not this office's.")
NO_GREETINGS = N_("No greetings go out on this day (any more).")
CEREMONY = N_("The anniversary has a ceremony, which has reminders of its own.")
FOLLOWED = N_("The agreement is followed by another.")
NOT_STUDYING = N_("They do not study in this stage any more.")
NO_BATCH = N_("The training batch does not take place.")
REACHED = N_("The milestone is done, or the project is handed over.")


@dataclass(frozen=True, slots=True)
class Occasion:
    """One day, month or year that a rule may remind of.

    ``day`` is what rules count from, ``last_day`` the last it may be on; they differ where only the year or the month
    is known. ``why_not`` says why nobody is reminded of it, None if rules do. ``organisation_id`` is whose day it is.
    ``is_review``: the day by which an agreement is to be reviewed, not the one on which it ends. ``is_private``: only
    who is in charge (``organisation_id``) and who reads the whole office may know of it.
    ``event``: what it belongs to and is kept to the readers of its money: a row with its ``organisation_id`` and
    ``created_by``; ``event_id`` is its id, ``belongs_to`` its title.
    """

    type: AboutType
    id: str
    name: LocalizedText
    day: date
    last_day: date
    ordinal: int | None = None
    grade: Grade | None = None
    organisation_id: str | None = None
    why_not: str | None = None
    is_review: bool = False
    event: Any = None
    event_id: str | None = None
    belongs_to: LocalizedText | None = None
    is_private: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether its day is known."""
        return self.day == self.last_day

    def over_at(self, zone: str) -> datetime:
        """The instant at which its last day ends, by the office's clock."""
        if self.last_day == date.max:
            return wall_time(self.last_day, MIDNIGHT, zone)
        return wall_time(days_after(self.last_day, 1), MIDNIGHT, zone)

    def useful_until(self, due: datetime, zone: str) -> datetime:
        """The instant, exclusive, until which a reminder due at ``due`` is still useful."""
        over = self.over_at(zone)
        return over if due < over else due + USEFUL_AFTER_DUE


@dataclass(frozen=True, slots=True)
class OccasionSources:
    """The rows of what one office reminds of (:mod:`models.queries.occasions`).

    ``followed`` are the agreements that another follows.
    """

    observances: Collection[Any] = ()
    anniversaries: Collection[Any] = ()
    agreements: Collection[Any] = ()
    followed: frozenset[str] = frozenset()
    permits: Collection[Any] = ()
    holidays: HolidayIndex = field(default_factory=HolidayIndex)
    milestones: Collection[Any] = ()

    def between(self, anchor: ReminderAnchor, first: date, last: date) -> list[Occasion]:
        """The occasions of an anchor whose day lies in a range, in order, also those nobody is reminded of."""
        match OCCASIONS.get(anchor):
            case AboutType.OBSERVANCE:
                found = list(self._observed(first, last))
            case AboutType.ANNIVERSARY:
                found = list(self._anniversaries(first, last))
            case AboutType.AGREEMENT:
                found = list(self._agreements(is_review=anchor is ReminderAnchor.AGREEMENT_REVIEW))
            case AboutType.LEARNER:
                found = list(self._permits())
            case AboutType.PROJECT:
                found = list(self._milestones())
            case _:
                found = []
        return sorted((one for one in found if first <= one.day <= last), key=lambda one: (one.day, one.id))

    def _observed(self, first: date, last: date) -> Iterator[Occasion]:
        rows = {row.id: row for row in self.observances}
        for one in days_between(map(ObservanceFacts.of, rows.values()), self.holidays, first, last):
            yield Occasion(
                AboutType.OBSERVANCE,
                one.observance_id,
                dict(one.name),
                one.date,
                one.date,
                one.ordinal,
                one.grade,
                rows[one.observance_id].organisation_id,
                None if one.greets else NO_GREETINGS,
            )

    def _agreements(self, *, is_review: bool) -> Iterator[Occasion]:
        for one in self.agreements:
            if (day := one.review_on if is_review else one.ends_on) is not None:
                why_not = FOLLOWED if one.id in self.followed else None
                yield Occasion(AboutType.AGREEMENT, one.id, one.title, day, day, why_not=why_not, is_review=is_review)

    def _permits(self) -> Iterator[Occasion]:
        for one in self.permits:
            why_not = NO_BATCH if one.status in CALLED_OFF else None
            if one.outcome is not LearnerOutcome.STUDYING:
                why_not = NOT_STUDYING
            yield Occasion(
                AboutType.LEARNER,
                one.id,
                one.name or name_text(one.person),
                one.day,
                one.day,
                organisation_id=one.organisation_id,
                why_not=why_not,
                event=one,
                event_id=one.event_id,
                belongs_to=one.batch,
            )

    def _milestones(self) -> Iterator[Occasion]:
        """The milestones of projects; several of one project on one day are one occasion, until all are done."""
        together: dict[tuple[str, date], list[Any]] = {}
        for row in self.milestones:
            if row.day is not None:
                together.setdefault((row.id, row.day), []).append(row)
        for (project_id, day), rows in together.items():
            is_over = all(row.state is MilestoneState.DONE for row in rows) or rows[0].handed_over_on is not None
            name = milestones_name(rows[0].title, [row.milestone for row in rows])
            why_not = REACHED if is_over else None
            yield Occasion(
                AboutType.PROJECT,
                project_id,
                name,
                day,
                day,
                organisation_id=rows[0].organisation_id,
                why_not=why_not,
                is_private=True,
            )

    def _anniversaries(self, first: date, last: date) -> Iterator[Occasion]:
        for row in self.anniversaries:
            origin = Origin.parse(row.origin)
            for one in occurrences(origin, first.year, last.year):
                days = known_days(origin, one.year, one.date)
                yield Occasion(AboutType.ANNIVERSARY, row.id, row.title, *days, one.ordinal, one.grade)


def milestones_name(project: LocalizedText, milestones: Collection[LocalizedText]) -> LocalizedText:
    """What milestones of a project on one day are called: the project, then what is to be done, in each language."""
    languages = {language for text in (project, *milestones) for language in text}
    return {
        language: f"{localized(project, language)}: {', '.join(localized(one, language) for one in milestones)}"
        for language in sorted(languages)
    }


def known_days(origin: Origin, year: int, day: date | None) -> tuple[date, date]:
    """The first and the last day on which an anniversary may be; ``day`` is its day if that is known."""
    if origin.month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if origin.day is None or day is None:
        return date(year, origin.month, 1), date(year, origin.month, monthrange(year, origin.month)[1])
    return day, day


@dataclass(frozen=True, slots=True)
class DueOccasion:
    """An occasion and when a rule reminds of it: aware, UTC."""

    occasion: Occasion
    due_at: datetime


def due_of(rule: RuleFacts, one: Occasion, zone: str, days_off: WorkingDays | None) -> datetime:
    """When a rule reminds of an occasion, by the office's clock. Raises ValueError outside the calendar."""
    return due_at(one.day, None, zone, rule.offset, rule.at, days_off if rule.working_days else None)


def covers(rule: RuleFacts, one: Occasion) -> bool:
    """Whether a rule is about such an occasion at all."""
    return OCCASIONS.get(rule.anchor) is one.type and (not rule.grades or one.grade in rule.grades)


def due_occasions(
    rule: RuleFacts, sources: OccasionSources, zone: str, days_off: WorkingDays | None, today: date
) -> list[DueOccasion]:
    """What a rule reminds of from today on, as far as it is planned ahead (:data:`AHEAD_DAYS`), by due time.

    Of what is not over yet also what was due before today.
    """
    first, last = looked_at(rule, today)
    latest = wall_time(days_after(today, AHEAD_DAYS), MIDNIGHT, zone)
    found: dict[str, list[DueOccasion]] = {}
    for one in sources.between(rule.anchor, first, last):
        if one.why_not is not None or not covers(rule, one):
            continue
        try:
            due = due_of(rule, one, zone, days_off)
        except ValueError:
            continue  # the offset leads to a date outside the calendar
        if max(due, one.over_at(zone)) < wall_time(today, MIDNIGHT, zone):
            continue
        found.setdefault(one.id, []).append(DueOccasion(one, due))
    planned = (one for dues in found.values() for one in _ahead(dues, latest, wall_time(today, MIDNIGHT, zone)))
    return sorted(planned, key=lambda one: (one.due_at, one.occasion.id))


def _ahead(dues: Iterable[DueOccasion], latest: datetime, now: datetime) -> Iterator[DueOccasion]:
    has_next = False
    for one in sorted(dues, key=lambda one: one.due_at):
        if one.due_at > latest and has_next:
            return
        has_next = has_next or one.due_at >= now
        yield one


def looked_at(rule: RuleFacts, today: date) -> tuple[date, date]:
    """The days between which the occasions lie that a rule may have to remind of now or later."""
    offset = rule.offset
    reach = abs(offset.days) + abs(offset.seconds) // 86_400 + 1
    if rule.working_days:
        reach = 2 * reach + 31
    is_after = offset.days > 0 or offset.seconds > 0
    first = days_after(today, -(reach if is_after else 0) - 366)  # a year that is known only as such begins earlier
    if OCCASIONS.get(rule.anchor) in (AboutType.AGREEMENT, AboutType.LEARNER):
        return first, date.max
    years = (YEARS_AHEAD if rule.grades else 2) + reach // 365
    return first, date(min(today.year + years, MAXYEAR), 12, 31)


def occasion_at(sources: OccasionSources, rule: RuleFacts, about: tuple[str, str], day: date) -> Occasion | None:
    """The occasion of a thing (type and id) on a day, as it is now; None if it has none on it (any more)."""
    found = sources.between(rule.anchor, day, day)
    return next((one for one in found if (one.type.value, one.id) == about), None)


@dataclass(frozen=True, slots=True)
class OfficeOccasions:
    """What each office is reminded of, derived from the rows of all when it is first asked for.

    ``rows`` are :class:`models.queries.occasions.OccasionRows`.
    """

    rows: Any
    _sources: dict[str, OccasionSources] = field(default_factory=dict)
    _days_off: dict[str, WorkingDays] = field(default_factory=dict)

    def office_of(self, rule: Any) -> str:
        """The office whose rule it is."""
        found: str = self.rows.offices.named(rule.office)
        return found

    def sources(self, office: str) -> OccasionSources:
        """What an office is reminded of."""
        if office not in self._sources:
            self._sources[office] = OccasionSources(
                self.rows.observances_of(office),
                self.rows.concerning(office, self.rows.anniversaries),
                self.rows.concerning(office, self.rows.agreements),
                self.rows.followed,
                self.rows.permits_of(office),
                HolidayIndex(map(OfficeEntry.of, self.rows.holidays.at(office))),
                self.rows.milestones_of(office),
            )
        return self._sources[office]

    def days_off(self, office: str) -> WorkingDays:
        """The working days that an office's rules count."""
        if office not in self._days_off:
            self._days_off[office] = office_days(self.rows.holidays.at(office))
        return self._days_off[office]

    def skip_reason(
        self,
        rule: RuleFacts,
        office: str,
        about: tuple[str, str],
        day: date,
        due: datetime,
        zone: str,
        now: datetime,
    ) -> str | None:
        """Why a planned reminder of an occasion on a day is not to be sent now; None if it is."""
        if not rule.active:
            return RULE_OFF
        one = occasion_at(self.sources(office), rule, about, day)
        if one is None:
            return MOVED if self._is_there(office, about) else GONE
        if one.why_not is not None:
            return one.why_not
        try:
            is_due = covers(rule, one) and due_of(rule, one, zone, self.days_off(office)) == due
        except ValueError:
            is_due = False
        if not is_due:
            return MOVED
        return OVER if now >= one.useful_until(due, zone) else None

    def _is_there(self, office: str, about: tuple[str, str]) -> bool:
        sources = self.sources(office)
        rows = {
            AboutType.OBSERVANCE: sources.observances,
            AboutType.ANNIVERSARY: sources.anniversaries,
            AboutType.AGREEMENT: sources.agreements,
            AboutType.LEARNER: sources.permits,
            AboutType.PROJECT: sources.milestones,
        }
        return any(row.id == about[1] for row in rows.get(AboutType(about[0]), ()))
