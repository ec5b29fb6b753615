"""What stands around given days: the visits a host must receive and the events people are in."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

from sqlalchemy import CompoundSelect, bindparam, or_, union_all
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from calendars.conflicts.schedule_checks import PersonAssignment
from calendars.days.holidays import HolidayIndex, OfficeEntry
from calendars.days.spans import Days
from calendars.events.host_days import TRAVEL_DAYS, HostedVisit, whole_stay
from calendars.events.lifecycle import CALLED_OFF
from calendars.openings.day_index import BusyDays, DayIndex
from models.event_parts import Member
from models.events import Event
from models.holidays import office_holidays
from models.places import Person
from models.resources import Booking, Resource
from models.vocabulary import BookingState
from service.actions import permissions

VIEW_DAYS = 60
"""How much wider than the windows a board is, so that the nearest visits and holidays are seen."""
_MOST_RANGES = 8


def office_holiday_calendar(session: Session) -> HolidayIndex:
    """The days of both worlds with the office's own entries; one query."""
    return HolidayIndex(OfficeEntry.of(row) for row in office_holidays(session))


def hosted_visits(session: Session, hosts: frozenset[str], within: Days) -> list[HostedVisit]:
    """The visits these hosts (one line of localities) must receive on a day of ``within``, by first day; one query.

    It reads the rows near the range only: the days of a short stay lie at most 30 days from its ``first_day``; a
    long one is received on its first and last day, looked for up to 31 days from ``first_day`` and ``last_day``.
    """
    return [
        stay
        for _host, stay in hosted(session, hosts, [within])
        if any(days.overlaps(within) for days in stay.received())
    ]


def person_assignments(session: Session, people: Collection[str], within: Days) -> list[PersonAssignment]:
    """What these people are in, as member, as head or booked as interpreter, around the days of ``within``; one query.

    Called-off events are left out. Some events that only come near the range are among them.
    """
    return _engagements(session, _OF_PEOPLE, within, people=list(people))


def person_assignments_of_events(
    session: Session, events: Collection[str], heads: Collection[str], within: Days
) -> list[PersonAssignment]:
    """Assignments of all members and booked interpreters of these events, and of the ``heads``; one query."""
    return _engagements(session, _OF_EVENTS, within, events=list(events), heads=list(heads))


def _engagements(session: Session, statement: Any, within: Days, **wanted: list[str]) -> list[PersonAssignment]:
    near = _widened(within)
    rows = session.execute(statement, {"first": near.first, "last": near.last, **wanted})
    found = [PersonAssignment(*row) for row in rows.all()]
    told = permissions.titles(session, {one.event_id: one.title for one in found})
    return [one if told[one.event_id] is one.title else replace(one, title=told[one.event_id]) for one in found]


def _engaged(people: Any) -> CompoundSelect[Any]:
    """The select of what some people are in, from the day ``first`` to the day ``last``."""
    event = ("id", "title", "first_day", "last_day", "arrives_on", "departs_on", "start_time", "end_time", "timezone")
    columns = [col(Person.id), col(Person.name), *(col(getattr(Event, name)) for name in event)]
    takes_place = (
        col(Event.status).not_in(sorted(CALLED_OFF)),
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
            col(Person.id),
            col(Person.name),
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
            col(Booking.state) == BookingState.HELD,
            col(Booking.last_day) >= bindparam("first"),
            col(Booking.first_day) <= bindparam("last"),
        )
    )
    return union_all(as_member, as_head, as_interpreter)


# Built once: putting such a statement together takes longer than running it.
_OF_PEOPLE = _engaged(bindparam("people", expanding=True))
_OF_EVENTS = _engaged(
    union_all(
        core_select(col(Member.person_id)).where(col(Member.event_id).in_(bindparam("events", expanding=True))),
        core_select(col(Person.id)).where(col(Person.id).in_(bindparam("heads", expanding=True))),
        core_select(col(Resource.person_id))
        .join(Booking, col(Booking.resource_id) == col(Resource.id))
        .where(
            col(Booking.event_id).in_(bindparam("events", expanding=True)),
            col(Booking.state) == BookingState.HELD,
            col(Resource.person_id).is_not(None),
        ),
    )
)


def build_day_index(
    session: Session,
    almanac: HolidayIndex,
    hosts: frozenset[str],
    countries: Collection[str],
    within: Days,
    *,
    without: str | None = None,
    busy: Iterable[BusyDays] = (),
) -> DayIndex:
    """A board of the visits ``hosts`` receive and the days off of ``countries``; one query.

    ``without`` is the id of an event that does not stand in its own way. No hosts: no visits stand on it.
    """
    stays = hosted_visits(session, hosts, within) if hosts else []
    return DayIndex(
        within,
        almanac.off(countries, within.first, within.last),
        almanac.working_days(sorted(countries)),
        [stay for stay in stays if stay.id != without],
        busy,
    )


def hosted(session: Session, hosts: Collection[str], ranges: Iterable[Days]) -> list[tuple[str, HostedVisit]]:
    """The visits of some hosts that touch some ranges of days, each with its host, by first day; one query.

    Ranges near each other are read as one, many as eight at the most: visits between them come along.
    """
    values: dict[str, Any] = {"hosts": sorted(hosts)}
    joined = _joined(ranges)
    for number, days in enumerate(joined):
        near = _widened(days)
        values |= {f"first_{number}": days.first, f"last_{number}": days.last}
        values |= {f"near_first_{number}": near.first, f"near_last_{number}": near.last}
    rows = session.execute(_touching(len(joined)), values).all()
    told = permissions.titles(session, {identity: title for _host, identity, title, *_days in rows})
    found = {
        identity: (host, HostedVisit(identity, told[identity], whole_stay(*days)))
        for host, identity, _title, *days in rows
    }
    return sorted(found.values(), key=lambda one: (one[1].days.first, one[1].id))


@cache
def _touching(ranges: int) -> CompoundSelect[Any]:
    """The select of the visits of some hosts that touch so many ranges."""
    names = ("host", "id", "title", "first_day", "last_day", "arrives_on", "departs_on")
    visits = core_select(*(col(getattr(Event, name)) for name in names)).where(
        # Concatenated, so that SQLite does not read all events of the host by its index instead of those of the days.
        col(Event.host).concat("").in_(bindparam("hosts", expanding=True)),
        col(Event.guest).is_not(None),
        col(Event.status).not_in(sorted(CALLED_OFF)),
    )
    legs = []
    for number in range(ranges):
        bounds: list[Any] = [bindparam(f"{name}_{number}") for name in ("first", "last", "near_first", "near_last")]
        first, last, near_first, near_last = bounds
        touching = visits.where(
            or_(col(Event.first_day) <= last, col(Event.arrives_on) <= last),
            or_(col(Event.last_day) >= first, col(Event.departs_on) >= first),
        )
        legs.append(touching.where(col(Event.first_day).between(near_first, near_last)))
        # Long ones that began before: only their last day can be received here.
        legs.append(
            touching.where(col(Event.last_day).between(near_first, near_last), col(Event.first_day) < near_first)
        )
    return union_all(*legs)


def _widened(days: Days) -> Days:
    return Days(
        date.fromordinal(max(days.first.toordinal() - TRAVEL_DAYS, 1)),
        date.fromordinal(min(days.last.toordinal() + TRAVEL_DAYS, date.max.toordinal())),
    )


def _joined(ranges: Iterable[Days]) -> list[Days]:
    """Ranges that together hold all these: those nearer than two months as one, and more until eight are left."""
    whole: list[Days] = []
    for days in sorted(ranges, key=lambda one: one.first):
        if whole and (days.first - whole[-1].last).days <= 2 * TRAVEL_DAYS:
            whole[-1] = Days(whole[-1].first, max(whole[-1].last, days.last))
        else:
            whole.append(days)
    gaps = [(later.first - earlier.last).days for earlier, later in pairwise(whole)]
    kept = sorted(sorted(range(len(gaps)), key=lambda number: -gaps[number])[: _MOST_RANGES - 1])
    bounds = [0, *(number + 1 for number in kept), len(whole)]
    return [Days(whole[begin].first, whole[end - 1].last) for begin, end in pairwise(bounds)]
