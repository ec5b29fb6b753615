"""What else is scheduled around given days: the visits hosts receive and the events people are in."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, bindparam, or_, union_all
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from calendars.conflicts.schedule_checks import PersonAssignment
from calendars.days.holidays import Holiday, HolidayIndex, OfficeEntry
from calendars.days.spans import Days
from calendars.events.host_days import TRAVEL_DAYS, HostedVisit, stay_taken
from calendars.events.lifecycle import CALLED_OFF
from calendars.openings.day_index import BusyDays, DayIndex
from calendars.people.names import name_text
from models.event_parts import Member
from models.events import Event
from models.places import Person
from models.queries.dated import is_dated
from models.resources import Booking, Resource
from models.vocabulary import TAKING
from service.actions import permissions

VIEW_DAYS = 60
"""How many days a day index is wider than the windows on either side, to include the nearest visits and holidays."""
_MOST_RANGES = 8


class _Names(NamedTuple):
    """The columns that say what a person is called."""

    name: str
    name_lo: str | None
    name_latin: str | None


_NAMED = 1 + len(_Names._fields)


def office_holiday_calendar(session: Session) -> HolidayIndex:
    """The public holidays with the office's own entries; one query."""
    return HolidayIndex(OfficeEntry.of(row) for row in permissions.own_holidays(session))


def hosted_visits(session: Session, hosts: frozenset[str], within: Days) -> list[HostedVisit]:
    """The visits these hosts (one succession of localities) receive on a day of ``within``, by first day; one query.

    It reads only rows near the range: the days of a short stay are at most 30 days from its ``first_day``; a long one
    is received on its first and last day, searched up to 31 days from ``first_day`` and ``last_day``.
    """
    return [
        visit
        for _host, visit in hosted(session, hosts, [within])
        if any(days.overlaps(within) for days in visit.received())
    ]


def person_assignments(session: Session, people: Collection[str], within: Days) -> list[PersonAssignment]:
    """The assignments of these people, as member, head or booked interpreter, around the days of ``within``; one query.

    Postponed and cancelled events are left out. Some events that are only near the range are included.
    """
    return _assignments(session, _OF_PEOPLE, within, people=list(people))


def person_assignments_of_events(
    session: Session, events: Collection[str], heads: Collection[str], within: Days
) -> list[PersonAssignment]:
    """Assignments of all members and booked interpreters of these events, and of the ``heads``; one query."""
    return _assignments(session, _OF_EVENTS, within, events=list(events), heads=list(heads))


def _assignments(session: Session, statement: Any, within: Days, **ids: list[str]) -> list[PersonAssignment]:
    near = _widened(within)
    rows = session.execute(statement, {"first": near.first, "last": near.last, **ids})
    found = [PersonAssignment(row[0], name_text(_Names(*row[1:_NAMED])), *row[_NAMED:]) for row in rows.all()]
    unnoticed = permissions.unnoticed(session, {one.event_id for one in found})
    found = [one for one in found if one.event_id not in unnoticed]
    titles = permissions.titles(session, {one.event_id: one.title for one in found})
    return [one if titles[one.event_id] is one.title else replace(one, title=titles[one.event_id]) for one in found]


def _select_assignments(people: Any) -> CompoundSelect[Any]:
    """The SELECT of some people's assignments from the day ``first`` to the day ``last``."""
    event = ("id", "title", "first_day", "last_day", "arrives_on", "departs_on", "start_time", "end_time", "timezone")
    person = [col(Person.id), *(col(getattr(Person, name)) for name in _Names._fields)]
    columns = [*person, *(col(getattr(Event, name)) for name in event)]
    takes_place = (
        col(Event.status).not_in(sorted(CALLED_OFF)),
        is_dated(),
        col(Event.last_day) >= bindparam("first"),
        col(Event.first_day) <= bindparam("last"),
    )
    as_member = (
        core_select(*columns)
        .select_from(Member)
        .join(Person, col(Person.id) == col(Member.person_id))
        .join(Event, col(Event.id) == col(Member.event_id))
        .where(col(Member.person_id).in_(people), *takes_place)
    )
    as_head = (
        core_select(*columns)
        .select_from(Event)
        .join(Person, col(Person.id) == col(Event.head_id))
        .where(col(Event.head_id).in_(people), *takes_place)
    )
    days = (col(Booking.first_day), col(Booking.last_day))
    as_interpreter = (
        core_select(
            *person,
            col(Event.id),
            col(Event.title),
            *days,
            *days,
            *(col(getattr(Booking, name)) for name in ("start_time", "end_time", "timezone")),
        )
        .select_from(Resource)
        .join(Person, col(Person.id) == col(Resource.person_id))
        .join(Booking, col(Booking.resource_id) == col(Resource.id))
        .join(Event, col(Event.id) == col(Booking.event_id))
        .where(
            col(Resource.person_id).in_(people),
            col(Booking.state).in_(TAKING),
            col(Booking.last_day) >= bindparam("first"),
            col(Booking.first_day) <= bindparam("last"),
        )
    )
    return union_all(as_member, as_head, as_interpreter)


# Built once: building such a statement takes longer than running it.
_OF_PEOPLE = _select_assignments(bindparam("people", expanding=True))
_OF_EVENTS = _select_assignments(
    union_all(
        core_select(col(Member.person_id)).where(col(Member.event_id).in_(bindparam("events", expanding=True))),
        core_select(col(Person.id)).where(col(Person.id).in_(bindparam("heads", expanding=True))),
        core_select(col(Resource.person_id))
        .join(Booking, col(Booking.resource_id) == col(Resource.id))
        .where(
            col(Booking.event_id).in_(bindparam("events", expanding=True)),
            col(Booking.state).in_(TAKING),
            col(Resource.person_id).is_not(None),
        ),
    )
)


def build_day_index(
    session: Session,
    holidays: HolidayIndex,
    hosts: frozenset[str],
    countries: Collection[str],
    within: Days,
    *,
    without: str | None = None,
    busy: Iterable[BusyDays] = (),
    more_off: Mapping[date, Sequence[Holiday]] = MappingProxyType({}),
) -> DayIndex:
    """The index of the visits that ``hosts`` receive and the days off of ``countries``; one query.

    ``without`` is the id of an event to leave out, since it does not conflict with itself. No hosts: no visits.
    ``more_off`` are further days off.
    """
    visits = hosted_visits(session, hosts, within) if hosts else []
    off: dict[date, list[Holiday]] = holidays.off(countries, within.first, within.last)
    for day, added in more_off.items():
        off.setdefault(day, list(added))
    return DayIndex(
        within,
        off,
        holidays.working_days(sorted(countries)),
        [visit for visit in visits if visit.id != without],
        busy,
    )


def hosted(session: Session, hosts: Collection[str], ranges: Iterable[Days]) -> list[tuple[str, HostedVisit]]:
    """The visits of some hosts that overlap some ranges of days, each with its host, by first day; one query.

    Ranges near each other are merged, and more than eight are merged to eight: visits between them are included.
    """
    values: dict[str, Any] = {"hosts": sorted(hosts)}
    merged = _merged(ranges)
    for number, days in enumerate(merged):
        near = _widened(days)
        # What goes on over midnight takes the day after its last, too.
        values |= {f"first_{number}": _day_before(days.first), f"last_{number}": days.last}
        values |= {f"near_first_{number}": near.first, f"near_last_{number}": near.last}
    rows = session.execute(_select_overlapping(len(merged)), values).all()
    unnoticed = permissions.unnoticed(session, {row.id for row in rows})
    rows = [row for row in rows if row.id not in unnoticed]
    titles = permissions.titles(session, {row.id: row.title for row in rows})
    found = {row.id: (row.host, HostedVisit(row.id, titles[row.id], stay_taken(row))) for row in rows}
    return sorted(found.values(), key=lambda one: (one[1].days.first, one[1].id))


@cache
def _select_overlapping(ranges: int) -> CompoundSelect[Any]:
    """The SELECT of the visits of some hosts that overlap any of so many ranges."""
    names = ("host", "id", "title", "first_day", "last_day", "start_time", "end_time", "arrives_on", "departs_on")
    visits = core_select(*(col(getattr(Event, name)) for name in names)).where(
        # Concatenated so that SQLite uses the index on the days, not the one on the host.
        col(Event.host).concat("").in_(bindparam("hosts", expanding=True)),
        col(Event.guest).is_not(None),
        col(Event.status).not_in(sorted(CALLED_OFF)),
        is_dated(),
    )
    selects = []
    for number in range(ranges):
        bounds: list[Any] = [bindparam(f"{name}_{number}") for name in ("first", "last", "near_first", "near_last")]
        first, last, near_first, near_last = bounds
        overlapping = visits.where(
            or_(col(Event.first_day) <= last, col(Event.arrives_on) <= last),
            or_(col(Event.last_day) >= first, col(Event.departs_on) >= first),
        )
        selects.append(overlapping.where(col(Event.first_day).between(near_first, near_last)))
        # Long visits that began before: only their last day can be in the range.
        selects.append(
            overlapping.where(col(Event.last_day).between(near_first, near_last), col(Event.first_day) < near_first)
        )
    return union_all(*selects)


def _day_before(day: date) -> date:
    return date.fromordinal(max(day.toordinal() - 1, 1))


def _widened(days: Days) -> Days:
    return Days(
        date.fromordinal(max(days.first.toordinal() - TRAVEL_DAYS, 1)),
        date.fromordinal(min(days.last.toordinal() + TRAVEL_DAYS, date.max.toordinal())),
    )


def _merged(ranges: Iterable[Days]) -> list[Days]:
    """Ranges that cover all these: those closer than two months are merged, then the closest until eight are left."""
    whole: list[Days] = []
    for days in sorted(ranges, key=lambda one: one.first):
        if whole and (days.first - whole[-1].last).days <= 2 * TRAVEL_DAYS:
            whole[-1] = Days(whole[-1].first, max(whole[-1].last, days.last))
        else:
            whole.append(days)
    gaps = [(later.first - earlier.last).days for earlier, later in pairwise(whole)]
    widest = sorted(sorted(range(len(gaps)), key=lambda number: -gaps[number])[: _MOST_RANGES - 1])
    bounds = [0, *(number + 1 for number in widest), len(whole)]
    return [Days(whole[begin].first, whole[end - 1].last) for begin, end in pairwise(bounds)]
