"""Openings: days on which a visit of a given length has no conflicts."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session, col, select

from calendars.bookings.availability import fully_booked_days
from calendars.bookings.times import BookingTimes
from calendars.days.holidays import HolidayIndex, OfficeEntry
from calendars.days.spans import Days, days_after
from calendars.events.host_days import MINIMUM_DAYS, HostedVisit
from calendars.openings.search import BusyDays, FestivalDay, OpeningQuery, OpeningSearchResult, openings
from models.events import Event
from models.holidays import OfficeHoliday
from models.i18n import N_, Message, message
from models.labels import noun
from models.places import Person
from models.resources import Resource
from models.text import LocalizedText
from models.vocabulary import HolidayCategory, ResourceType
from service.actions import crud, permissions
from service.actions.bookings.availability import held_bookings
from service.actions.bookings.requests import span_of
from service.actions.context import ActionContext
from service.actions.host_schedule import VIEW_DAYS, build_day_index, hosted_visits, person_assignments
from service.actions.locality_index import LocalityIndex
from service.actions.scheduling.both_diaries import both_diaries

LONGEST_RANGE_DAYS = 1830

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class OpeningsRequest:
    """A search for openings: windows of ``days`` days between ``from_`` and ``to``, both inclusive.

    ``host`` and ``guest`` are codes of localities; the default host is the office's own. All of ``person`` and
    ``resource`` (ids) must be free, and the resources must seat ``headcount`` people. ``containing`` are days
    (2027-03-10) or ids of office holidays; of a recurring one a window must contain, or lie within, one occurrence.
    ``event_id`` is the event whose days are looked for: its host and guest are the default, and it is not in its own
    way. If the other one of host and guest has an office of its own, both diaries count
    (:mod:`service.actions.scheduling.both_diaries`).
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
    event_id: str | None = None


def find_openings(session: Session, act: ActionContext, request: OpeningsRequest) -> OpeningSearchResult:
    """The windows without conflicts, best first. At most six queries, and one for each resource; five more where there
    are several offices.

    Raises:
        Invalid: the range is backwards, too long, or shorter than the window; something named does not exist.
    """
    localities = LocalityIndex.load(session)
    request = _of_event(session, request)
    host, guest = request.host or act.office.locality, request.guest
    entries = {entry.id: entry for entry in permissions.own_holidays(session)}
    resources = _resources(session, request.resource)
    crud.check(
        _range_errors(request)
        | _place_errors(localities, host, guest)
        | _person_errors(session, request.person)
        | _resource_errors(resources, request.resource)
        | {"containing": [error for word in request.containing if (error := _containing_error(word, entries))]}
    )
    within = Days(request.from_, request.to)
    view = Days(days_after(within.first, -VIEW_DAYS), days_after(within.last, VIEW_DAYS))
    holidays = HolidayIndex(map(OfficeEntry.of, entries.values()))
    countries = {localities.country_of[code] for code in (host, guest) if code}
    busy = [*_people_busy(session, request.person, view)]
    busy += _resources_busy(session, localities, list(resources.values()), request.headcount, view)
    places = [place for place in (host, guest) if place]
    other = both_diaries(session, localities, places, view, request.event_id)
    day_index = build_day_index(
        session,
        holidays,
        localities.line(host),
        countries,
        view,
        without=request.event_id,
        busy=[*busy, *other.busy],
        more_off=other.off,
    )
    query = OpeningQuery(
        request.days,
        within,
        earliest=days_after(act.today, MINIMUM_DAYS),
        one_of=tuple(_festival_days(word, entries, holidays, within) for word in request.containing),
        asked_on=act.today,
    )
    return openings(day_index, query)


def _of_event(session: Session, request: OpeningsRequest) -> OpeningsRequest:
    """The request with the host and guest of its event, where it names one and not these."""
    if request.event_id is None:
        return request
    sides = select(col(Event.host), col(Event.guest)).where(Event.id == request.event_id, permissions.visible(session))
    found = session.exec(sides).first()
    if found is None:
        crud.check({"event_id": [_unknown("event", request.event_id)]})
        return request
    return replace(request, host=request.host or found[0], guest=request.guest or found[1])


def visits_received(session: Session, act: ActionContext, request: OpeningsRequest, limit: int) -> list[HostedVisit]:
    """The visits that the host receives in the range of a search, by first day, at most ``limit``; two queries."""
    line = LocalityIndex.load(session).line(request.host or act.office.locality)
    return hosted_visits(session, frozenset(line), Days(request.from_, request.to))[:limit]


def festival_choices(
    session: Session, countries: Collection[str], within: Days
) -> list[tuple[str, LocalizedText, Days | None]]:
    """What a visit can be to fall on (``containing``), with its name: the office's festivals, then the public holidays
    of these countries in the range, each with its days and the first of them as what is to be contained."""
    entries = permissions.own_holidays(session)
    festivals = [(one.id, one.name, None) for one in entries if one.category is HolidayCategory.FESTIVAL]
    runs: list[tuple[LocalizedText, date, date]] = []
    for holiday in HolidayIndex(map(OfficeEntry.of, entries)).between(countries, within.first, within.last):
        if holiday.category is not HolidayCategory.PUBLIC:
            continue
        if runs and runs[-1][0] == holiday.name and (holiday.day - runs[-1][2]).days <= 1:
            runs[-1] = (*runs[-1][:2], holiday.day)
        else:
            runs.append((dict(holiday.name), holiday.day, holiday.day))
    return festivals + [(first.isoformat(), name, Days(first, last)) for name, first, last in runs]


def _range_errors(request: OpeningsRequest) -> crud.Errors:
    first, last, days = request.from_, request.to, request.days
    if last < first:
        return {"to": [message(N_("Can't be before from."))]}
    if (last - first).days > LONGEST_RANGE_DAYS:
        return {"to": [message(N_("“to” may be at most {count} days after “from”."), count=LONGEST_RANGE_DAYS)]}
    if days > (count := len(Days(first, last))):
        return {"days": [message(N_("The window is longer than the range; days in the range: {count}."), count=count)]}
    return {}


def _place_errors(localities: LocalityIndex, host: str, guest: str | None) -> crud.Errors:
    errors: crud.Errors = {
        name: [_unknown("locality", code)]
        for name, code in (("host", host), ("guest", guest))
        if code is not None and code not in localities.country_of
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
    own = permissions.marked_own(session, col(Resource.office))
    return {row.id: row for row in session.exec(select(Resource).where(col(Resource.id).in_(wanted), own))}


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
    """The days of ``view`` on which these people are in other events."""
    assignments = person_assignments(session, people, view) if people else []
    return [BusyDays(one.days, "person_busy", one.person_id, one.title) for one in assignments]


def _resources_busy(
    session: Session, localities: LocalityIndex, resources: Sequence[Resource], headcount: int | None, view: Days
) -> list[BusyDays]:
    """The days of ``view`` on which a resource is not available; all days if the resources seat too few people."""
    busy = [
        BusyDays(view, "too_few_seats", resource.id, resource.name) for resource in _too_small(resources, headcount)
    ]
    for resource in resources:
        zone = localities.localities[resource.locality].timezone
        span = span_of(resource, BookingTimes(view.first, view.last, timezone=zone))
        held, buffers = held_bookings(session, resource.id, span), (resource.buffer_before, resource.buffer_after)
        for day in fully_booked_days(held, resource.capacity, view, zone, before=buffers[0], after=buffers[1]):
            busy.append(BusyDays(Days(day, day), "resource_busy", resource.id, resource.name))
    return busy


def _too_small(resources: Sequence[Resource], headcount: int | None) -> list[Resource]:
    """The resources of each type that seat fewer than ``headcount``: of rooms the largest counts, of vehicles and of
    lodging the sum.

    A type is not checked if the seats of one of its resources are unknown.
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


def _containing_error(word: str, entries: Mapping[str, OfficeHoliday]) -> Message | None:
    """The error of a value of ``containing``; None if it is valid."""
    if not _DAY.fullmatch(word):
        if word in entries:
            return None
        return message(N_("“{word}” is neither a day like 2027-03-10 nor the id of an office holiday."), word=word)
    try:
        date.fromisoformat(word)
    except ValueError:
        return message(N_("Not a day; write it like 2027-03-10."))
    return None


def _festival_days(
    word: str, entries: Mapping[str, OfficeHoliday], holidays: HolidayIndex, within: Days
) -> tuple[FestivalDay, ...]:
    """The days of which a window must contain one: the day itself, or each occurrence of the holiday in the range."""
    if _DAY.fullmatch(word):
        day = date.fromisoformat(word)
        return (FestivalDay(Days(day, day)),)
    return tuple(
        FestivalDay(days, entries[word].name) for days in holidays.occurrences(word, within.first, within.last)
    )
