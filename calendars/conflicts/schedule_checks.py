"""Whether an event clashes with what else stands in the calendar: days off, other visits, people in two places."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from calendars.conflicts.commitment_checks import EventWarning
from calendars.days.holidays import Holiday
from calendars.days.spans import Days, Span, days_taken, event_span
from calendars.events.host_days import HostedVisit, busy_days, days_in_words, stay_taken
from calendars.people.passport_words import country_name
from models.collation import person_key
from models.i18n import N_, Message, message
from models.text import LocalizedText, localized
from models.vocabulary import ActivityType, EventKind, Language, Severity

MOST_NAMED = 5
"""So many other visits are named one by one; of more only the number is told."""

_FOR_THE_DAY = frozenset({EventKind.ART_TROUPE_VISIT, EventKind.ANNIVERSARY})


def is_holiday_event(kind: EventKind, activity_type: ActivityType | None) -> bool:
    """Whether an event is held because of its day: troupes and ceremonies come for a holiday, not in spite of it."""
    return kind in _FOR_THE_DAY or activity_type is ActivityType.CEREMONY


def holiday_warnings(days: Days, off: Mapping[date, Sequence[Holiday]], free: Days | None = None) -> list[EventWarning]:
    """A warning for each holiday of each country that falls on an event's days (without its travel).

    Of an event longer than 31 days only the first and the last day count. ``off`` may know more days than these.
    ``free`` are other days that are known to be free. ``with_`` is country and first such day: ``LA-2027-04-14``.
    """
    found: dict[tuple[str, tuple[tuple[str, str], ...]], list[Holiday]] = {}
    for end in busy_days(days):
        for day in end:
            for holiday in off.get(day, ()):
                found.setdefault((holiday.country, tuple(sorted(holiday.name.items()))), []).append(holiday)
    advice = _free(free) or message(N_("Ask for openings, and move it to other days."))
    return [
        EventWarning(
            "public_holiday",
            Severity.WARNING,
            message(
                N_("Public holiday in {country}: {holiday}, {days}."),
                country=country_name(alike[0].country),
                holiday=alike[0].name,
                days=_in_runs([holiday.day for holiday in alike]),
            ),
            f"{alike[0].country}-{alike[0].day.isoformat()}",
            advice,
            free,
        )
        for alike in found.values()
    ]


def host_warnings(stay: HostedVisit, others: Iterable[HostedVisit], free: Days | None = None) -> list[EventWarning]:
    """A warning for each other visit that the host must receive on a day on which it receives this one.

    ``others`` may hold the visit itself and visits of other days. Of more than five the first five are named, and one
    more warning, of no one event, tells how many there are besides.
    """
    found = [other for other in others if other.id != stay.id and stay.overlaps(other)]
    found.sort(key=lambda other: (other.days.first, other.id))
    advice = _free(free) or message(N_("Ask for openings, and move one of the visits."))
    notices = [
        EventWarning(
            "host_overlap",
            Severity.WARNING,
            message(N_("The host also receives “{title}”, {days}."), title=other.title, days=days_in_words(other.days)),
            other.id,
            advice,
            free,
        )
        for other in found[:MOST_NAMED]
    ]
    if more := len(found) - len(notices):
        detail = message(N_("Further visits the host receives on these days: {count}."), count=more)
        notices.append(EventWarning("host_overlap", Severity.WARNING, detail, None, advice, free))
    return notices


@dataclass(frozen=True, slots=True)
class PersonAssignment:
    """A person in an event. Days are inclusive; travel days are taken whole, the others whole unless both hours are
    known."""

    person_id: str
    person: str | Mapping[str, str]
    event_id: str
    title: Mapping[str, str]
    first_day: date
    last_day: date
    arrives_on: date
    departs_on: date
    start_time: time | None = None
    end_time: time | None = None
    timezone: str = "Asia/Ho_Chi_Minh"

    @property
    def days(self) -> Days:
        """Its days with the travel."""
        return stay_taken(self)

    def clashes_with(self, other: "PersonAssignment") -> bool:
        """Whether nobody can be in both: they share a day or, where the hours of both are known, an instant.

        Touching hours (one ends at 10:00, the other starts at 10:00) are no clash.
        """
        if self._has_hours and other._has_hours:
            return any(mine.overlaps(theirs) for mine in self._spans() for theirs in other._spans())
        return self.days.overlaps(other.days)

    @property
    def _has_hours(self) -> bool:
        return self.start_time is not None and self.end_time is not None

    def _spans(self) -> list[Span]:
        """The hours it takes, and the travel days before and after them whole."""
        days, zone = self.days, self.timezone
        spans = [event_span(self.first_day, self.last_day, self.start_time, self.end_time, zone)]
        if days.first < self.first_day:
            spans.append(event_span(days.first, self.first_day - timedelta(days=1), None, None, zone))
        last = days_taken(self.first_day, self.last_day, self.start_time, self.end_time).last
        if days.last > last:
            spans.append(event_span(last + timedelta(days=1), days.last, None, None, zone))
        return spans


def person_warnings(
    mine: Iterable[PersonAssignment], by_person: Mapping[str, Sequence[PersonAssignment]]
) -> list[EventWarning]:
    """A warning for each person of an event (``mine``: its engagements) and each other event they are in just then.

    ``by_person`` are all engagements of these people, this event's own among them.
    """
    mine = list(mine)
    names = {one.person_id: one.person for one in mine}
    found = {
        (_written(one.person), one.person_id, other.first_day, other.event_id): other
        for one in mine
        for other in by_person.get(one.person_id, ())
        if other.event_id != one.event_id and one.clashes_with(other)
    }
    advice = message(N_("Choose somebody else, or move one of the two events."))
    return [
        EventWarning(
            "person_double_committed",
            Severity.WARNING,
            message(
                N_("{person} is also in “{title}”, {days}."),
                person=names[person_id],
                title=found[person, person_id, first_day, event_id].title,
                days=days_in_words(found[person, person_id, first_day, event_id].days),
            ),
            event_id,
            advice,
        )
        for person, person_id, first_day, event_id in sorted(found, key=lambda one: (person_key(one[0]), *one[1:]))
    ]


def _written(name: str | Mapping[str, str]) -> str:
    """The name that sorts; of a text in several languages the one that all fall back to."""
    return name if isinstance(name, str) else localized(name, Language.VI)


def _free(free: Days | None) -> Message | None:
    if free is None:
        return None
    return message(N_("Free: {first} to {last}."), first=free.first, last=free.last)


def _in_runs(days: Sequence[date]) -> tuple[LocalizedText, ...]:
    """Days as a value of a message, those in a row joined: ``14–16 April 2027, 20 April 2027``."""
    runs: list[Days] = []
    for day in sorted(set(days)):
        if runs and (day - runs[-1].last).days == 1:
            runs[-1] = Days(runs[-1].first, day)
        else:
            runs.append(Days(day, day))
    return tuple(map(days_in_words, runs))
