"""Openings: days on which a visit of a given length clashes with nothing."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from calendars.almanac import Almanac, Entry
from calendars.fitness import MINIMUM_DAYS
from calendars.openings import Busy, Found, Occasion, Wish, openings
from calendars.spans import Days, days_after
from models.holidays import OfficeHoliday, office_holidays
from models.i18n import Message, _, message
from models.nouns import noun
from models.places import Person
from service.actions import rows
from service.actions.acting import Act
from service.actions.gazetteer import Gazetteer
from service.actions.visits import VIEW_DAYS, committed, make_board

LONGEST_RANGE_DAYS = 1830

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def find_openings(session: Session, act: Act, query: Mapping[str, Any]) -> Found:
    """The windows of ``days`` days between ``from_`` and ``to`` in which nothing clashes, best first.

    ``query`` may name ``host`` (default: the office's own locality), ``guest``, ``person`` and ``resource`` (ids, all
    of them free), ``containing`` (days, or ids of office holidays: of one that comes round a window holds, or lies in,
    one time). In five queries at the most.

    Raises:
        Invalid: the range is backwards, too long, or shorter than the window; something named does not exist.
    """
    places = Gazetteer.load(session)
    host, guest = query.get("host") or act.office.locality, query.get("guest")
    entries = {entry.id: entry for entry in office_holidays(session)}
    rows.check(
        _range_errors(query)
        | _place_errors(places, host, guest)
        | _person_errors(session, query.get("person", ()))
        | _resource_errors(query.get("resource", ()))
        | {"containing": [wrong for word in query.get("containing", ()) if (wrong := _wrong(word, entries))]}
    )
    within = Days(query["from_"], query["to"])
    view = Days(days_after(within.first, -VIEW_DAYS), days_after(within.last, VIEW_DAYS))
    almanac = Almanac(map(Entry.of, entries.values()))
    countries = {places.country_of[code] for code in (host, guest) if code}
    board = make_board(session, almanac, places.line(host), countries, view, busy=_busy(session, query, view))
    wish = Wish(
        query["days"],
        within,
        earliest=days_after(act.today, MINIMUM_DAYS),
        one_of=tuple(_occasions(word, entries, almanac, within) for word in query.get("containing", ())),
        asked_on=act.today,
    )
    return openings(board, wish)


def _range_errors(query: Mapping[str, Any]) -> rows.Errors:
    first, last, days = query["from_"], query["to"], query["days"]
    if last < first:
        return {"to": [message(_("Can't be before from."))]}
    if (last - first).days > LONGEST_RANGE_DAYS:
        return {"to": [message(_("Can lie {count} days after from at the most."), count=LONGEST_RANGE_DAYS)]}
    if days > (count := len(Days(first, last))):
        return {"days": [message(_("The window is longer than the range; days in the range: {count}."), count=count)]}
    return {}


def _place_errors(places: Gazetteer, host: str, guest: str | None) -> rows.Errors:
    errors: rows.Errors = {
        name: [_unknown("locality", code)]
        for name, code in (("host", host), ("guest", guest))
        if code is not None and code not in places.country_of
    }
    if guest == host:
        errors["guest"] = [message(_("Host and guest must be two different localities."))]
    return errors


def _person_errors(session: Session, wanted: Sequence[str]) -> rows.Errors:
    if not wanted:
        return {}
    known = set(session.exec(select(Person.id).where(col(Person.id).in_(wanted))))
    return {"person": [_unknown("person", identity) for identity in wanted if identity not in known]}


def _resource_errors(wanted: Sequence[str]) -> rows.Errors:
    # There are no resources yet: none can be named. The bookings of those that can go into _busy.
    return {"resource": [message(_("There is no resource “{identity}”."), identity=identity) for identity in wanted]}


def _unknown(what: str, identity: str) -> Message:
    return message(_("There is no {what} “{identity}”."), what=noun(what), identity=identity)


def _busy(session: Session, query: Mapping[str, Any], view: Days) -> list[Busy]:
    """What is taken of the people and resources asked for, on the days of ``view``."""
    people = query.get("person")
    engagements = committed(session, people, view) if people else []
    return [Busy(one.days, "person_busy", one.person_id, one.title) for one in engagements]


def _wrong(word: str, entries: Mapping[str, OfficeHoliday]) -> Message | None:
    """What is wrong with something a window is to contain."""
    if not _DAY.fullmatch(word):
        if word in entries:
            return None
        return message(_("“{word}” is neither a day like 2027-03-10 nor the id of an office holiday."), word=word)
    try:
        date.fromisoformat(word)
    except ValueError:
        return message(_("Not a day; write it like 2027-03-10."))
    return None


def _occasions(word: str, entries: Mapping[str, OfficeHoliday], almanac: Almanac, within: Days) -> tuple[Occasion, ...]:
    """Of which a window must contain one: the day itself, or each time a holiday comes round in the range."""
    if _DAY.fullmatch(word):
        day = date.fromisoformat(word)
        return (Occasion(Days(day, day)),)
    return tuple(Occasion(days, entries[word].name) for days in almanac.occurrences(word, within.first, within.last))
