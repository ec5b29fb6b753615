"""Openings: days on which a visit of a given length clashes with nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from calendars.bookings.availability import fully_booked_days
from calendars.bookings.times import BookingTimes
from calendars.days.holidays import HolidayIndex, OfficeEntry
from calendars.days.spans import Days, days_after
from calendars.events.host_days import MINIMUM_DAYS
from calendars.openings.search import BusyDays, FestivalDay, OpeningQuery, OpeningSearchResult, openings
from models.holidays import OfficeHoliday, office_holidays
from models.i18n import N_, Message, message
from models.labels import noun
from models.places import Person
from models.resources import Resource
from models.vocabulary import ResourceType
from service.actions import crud
from service.actions.bookings.availability import held_bookings
from service.actions.bookings.requests import span_of
from service.actions.context import ActionContext
from service.actions.host_schedule import VIEW_DAYS, build_day_index, person_assignments
from service.actions.locality_index import LocalityIndex

LONGEST_RANGE_DAYS = 1830

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class OpeningsRequest:
    """What openings are asked for: windows of ``days`` days between ``from_`` and ``to``, both inclusive.

    ``host`` and ``guest`` are codes of localities; without a host it is the office's own. All of ``person`` and
    ``resource`` (ids) must be free, and the resources seat ``headcount`` people. ``containing`` are days (2027-03-10)
    or ids of office holidays: of one that comes round a window holds, or lies in, one time.
    """

    days: int
    from_: date
    to: date
    host: str | None = None
    guest: str | None = None
    headcount: int | None = None
    person: Sequence[str] = ()
    resource: Sequence[str] = ()
    containing: Sequence[str] = ()


def find_openings(session: Session, act: ActionContext, asked: OpeningsRequest) -> OpeningSearchResult:
    """The windows in which nothing clashes, best first. In six queries at the most, and one for each resource.

    Raises:
        Invalid: the range is backwards, too long, or shorter than the window; something named does not exist.
    """
    places = LocalityIndex.load(session)
    host, guest = asked.host or act.office.locality, asked.guest
    entries = {entry.id: entry for entry in office_holidays(session)}
    resources = _resources(session, asked.resource)
    crud.check(
        _range_errors(asked)
        | _place_errors(places, host, guest)
        | _person_errors(session, asked.person)
        | _resource_errors(resources, asked.resource)
        | {"containing": [wrong for word in asked.containing if (wrong := _wrong(word, entries))]}
    )
    within = Days(asked.from_, asked.to)
    view = Days(days_after(within.first, -VIEW_DAYS), days_after(within.last, VIEW_DAYS))
    almanac = HolidayIndex(map(OfficeEntry.of, entries.values()))
    countries = {places.country_of[code] for code in (host, guest) if code}
    busy = [*_people_busy(session, asked.person, view)]
    busy += _resources_busy(session, places, list(resources.values()), asked.headcount, view)
    board = build_day_index(session, almanac, places.line(host), countries, view, busy=busy)
    wish = OpeningQuery(
        asked.days,
        within,
        earliest=days_after(act.today, MINIMUM_DAYS),
        one_of=tuple(_occasions(word, entries, almanac, within) for word in asked.containing),
        asked_on=act.today,
    )
    return openings(board, wish)


def _range_errors(asked: OpeningsRequest) -> crud.Errors:
    first, last, days = asked.from_, asked.to, asked.days
    if last < first:
        return {"to": [message(N_("Can't be before from."))]}
    if (last - first).days > LONGEST_RANGE_DAYS:
        return {"to": [message(N_("Can lie {count} days after from at the most."), count=LONGEST_RANGE_DAYS)]}
    if days > (count := len(Days(first, last))):
        return {"days": [message(N_("The window is longer than the range; days in the range: {count}."), count=count)]}
    return {}


def _place_errors(places: LocalityIndex, host: str, guest: str | None) -> crud.Errors:
    errors: crud.Errors = {
        name: [_unknown("locality", code)]
        for name, code in (("host", host), ("guest", guest))
        if code is not None and code not in places.country_of
    }
    if guest == host:
        errors["guest"] = [message(N_("Host and guest must be two different localities."))]
    return errors


def _person_errors(session: Session, wanted: Sequence[str]) -> crud.Errors:
    if not wanted:
        return {}
    known = set(session.exec(select(Person.id).where(col(Person.id).in_(wanted))))
    return {"person": [_unknown("person", identity) for identity in wanted if identity not in known]}


def _resources(session: Session, wanted: Sequence[str]) -> dict[str, Resource]:
    if not wanted:
        return {}
    return {row.id: row for row in session.exec(select(Resource).where(col(Resource.id).in_(wanted)))}


def _resource_errors(known: Mapping[str, Resource], wanted: Sequence[str]) -> crud.Errors:
    errors = [_unknown("resource", identity) for identity in wanted if identity not in known]
    errors += [
        message(N_("“{resource}” is out of service; choose another."), resource=resource.name)
        for resource in known.values()
        if not resource.active
    ]
    return {"resource": errors}


def _unknown(what: str, identity: str) -> Message:
    return message(N_("There is no {what} “{identity}”."), what=noun(what), identity=identity)


def _people_busy(session: Session, people: Sequence[str], view: Days) -> list[BusyDays]:
    """What the people asked for are in, on the days of ``view``."""
    engagements = person_assignments(session, people, view) if people else []
    return [BusyDays(one.days, "person_busy", one.person_id, one.title) for one in engagements]


def _resources_busy(
    session: Session, places: LocalityIndex, resources: Sequence[Resource], headcount: int | None, view: Days
) -> list[BusyDays]:
    """The days of ``view`` on which one of the resources can't be had, and all of them where they seat too few."""
    busy = [
        BusyDays(view, "too_few_seats", resource.id, resource.name) for resource in _too_small(resources, headcount)
    ]
    for resource in resources:
        zone = places.localities[resource.locality].timezone
        span = span_of(resource, BookingTimes(view.first, view.last, timezone=zone))
        for day in fully_booked_days(held_bookings(session, resource.id, span), resource.capacity, view, zone):
            busy.append(BusyDays(Days(day, day), "resource_busy", resource.id, resource.name))
    return busy


def _too_small(resources: Sequence[Resource], headcount: int | None) -> list[Resource]:
    """Those that together seat fewer people than come: the largest of the rooms, the sum of vehicles and of lodging.

    Where the seats of one are not known nobody can say.
    """
    found: list[Resource] = []
    for kind in (ResourceType.ROOM, ResourceType.VEHICLE, ResourceType.LODGING):
        of_kind = [one for one in resources if one.type is kind]
        seats = [one.seats * one.capacity for one in of_kind if one.seats is not None]
        if headcount is None or not seats or len(seats) < len(of_kind):
            continue
        if (max(seats) if kind is ResourceType.ROOM else sum(seats)) < headcount:
            found += of_kind
    return found


def _wrong(word: str, entries: Mapping[str, OfficeHoliday]) -> Message | None:
    """What is wrong with something a window is to contain."""
    if not _DAY.fullmatch(word):
        if word in entries:
            return None
        return message(N_("“{word}” is neither a day like 2027-03-10 nor the id of an office holiday."), word=word)
    try:
        date.fromisoformat(word)
    except ValueError:
        return message(N_("Not a day; write it like 2027-03-10."))
    return None


def _occasions(
    word: str, entries: Mapping[str, OfficeHoliday], almanac: HolidayIndex, within: Days
) -> tuple[FestivalDay, ...]:
    """Of which a window must contain one: the day itself, or each time a holiday comes round in the range."""
    if _DAY.fullmatch(word):
        day = date.fromisoformat(word)
        return (FestivalDay(Days(day, day)),)
    return tuple(FestivalDay(days, entries[word].name) for days in almanac.occurrences(word, within.first, within.last))
