"""What stands in the other office's way, as far as the reader may know: for days that suit both sides of a visit.

Both diaries count: what either side receives, and where it is received itself. Of the other office's these are only
events that the reader may read, public or shared; what else it plans changes no answer, so asking for day after day
tells nothing (decisions 64 and 81). Within the reader's own office a hidden event stands in the way as "busy", as
everywhere. The other office's own days off count, without their names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import or_
from sqlalchemy import select as core_select
from sqlmodel import Session, col

from calendars.days.holidays import Holiday, HolidayIndex, OfficeEntry
from calendars.days.spans import Days
from calendars.events.host_days import TRAVEL_DAYS, HostedVisit, stay_taken
from calendars.events.lifecycle import CALLED_OFF
from calendars.openings.day_index import BusyDays
from models.events import Event
from models.i18n import N_, translate
from models.queries.dated import is_dated
from models.queries.office_rows import OfficeHolidays
from models.queries.shares import office_there
from models.text import LocalizedText
from models.vocabulary import Language
from service.actions import permissions
from service.actions.locality_index import LocalityIndex

DAY_OFF: LocalizedText = {
    language.value: translate(N_("Day off of the other side's office"), language) for language in Language
}
"""What another office's own day off is called: its name is that office's."""


@dataclass(frozen=True, slots=True)
class OtherDiary:
    """What is to be added to a search for days that suit both sides; empty where there is only one office."""

    busy: Sequence[BusyDays] = ()
    off: Mapping[date, list[Holiday]] = field(default_factory=dict)


def both_diaries(
    session: Session,
    localities: LocalityIndex,
    places: Sequence[str],
    within: Days,
    without: str | None,
) -> OtherDiary:
    """The days on which one of two localities, host and guest, is away or the guest receives somebody, and the days off
    of the office that is not the reader's; nothing unless each of the two has an office. Five queries at most.
    ``without`` is the id of the event whose days are looked for. What the host receives is looked for in any case."""
    offices = permissions.offices(session)
    if offices.alone or len(places) != 2:
        return OtherDiary()
    own = permissions.own_office(session)
    there = [office_there(offices, place) for place in places]
    others = [office for office in there if office is not None and office != own]
    if None in there or len(others) != 1:
        return OtherDiary()
    host, guest = map(localities.line, places)
    visits = _visits_of(session, host, guest, within)
    busy = [
        BusyDays(days, "other_side_busy", visit.id, visit.title)
        for visit in visits
        if visit.id != without
        for days in visit.received()
    ]
    countries = {localities.country_of[place] for place in places}
    return OtherDiary(busy, _days_off(session, others[0], countries, within))


def _visits_of(session: Session, host: frozenset[str], guest: frozenset[str], within: Days) -> list[HostedVisit]:
    """The visits that the guest receives, or either of the two makes, around the days of ``within``, as far as the
    reader may notice them."""
    first = date.fromordinal(max(within.first.toordinal() - TRAVEL_DAYS, 1))
    last = date.fromordinal(min(within.last.toordinal() + TRAVEL_DAYS, date.max.toordinal()))
    names = ("id", "title", "first_day", "last_day", "start_time", "end_time", "arrives_on", "departs_on")
    statement = core_select(*(col(getattr(Event, name)) for name in names)).where(
        or_(col(Event.host).in_(sorted(guest)), col(Event.guest).in_(sorted(host | guest))),
        col(Event.host).not_in(sorted(host)),
        col(Event.guest).is_not(None),
        col(Event.status).not_in(sorted(CALLED_OFF)),
        is_dated(),
        col(Event.last_day) >= first,
        col(Event.first_day) <= last,
    )
    rows = session.execute(statement).all()
    unnoticed = permissions.unnoticed(session, {row.id for row in rows})
    seen = [row for row in rows if row.id not in unnoticed]
    titles = permissions.titles(session, {row.id: row.title for row in seen})
    return [HostedVisit(row.id, titles[row.id], stay_taken(row)) for row in seen]


def _days_off(session: Session, office: str, countries: set[str], within: Days) -> dict[date, list[Holiday]]:
    entries = OfficeHolidays.load(session, permissions.offices(session)).at(office)
    found = HolidayIndex(map(OfficeEntry.of, entries)).off(countries, within.first, within.last)
    own = {day: [one for one in holidays if one.id is not None] for day, holidays in found.items()}
    return {day: [replace(holidays[0], name=DAY_OFF)] for day, holidays in own.items() if holidays}
