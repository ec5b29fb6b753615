"""What the calendar reads: the days of all visits a view touches, and more of those it shows; never a query a row."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from calendars.almanac import Almanac, Entry, Holiday
from calendars.grid import Stretch
from calendars.lifecycle import CALLED_OFF
from calendars.lunar import FIRST, LAST, LunarDate, lunar_of
from calendars.published import Published
from calendars.reminding import OFFICE_COUNTRIES
from calendars.spans import Days
from models.events import Event
from models.holidays import office_holidays
from models.parts import last_revisions
from models.places import Organisation
from models.text import LocalizedText
from models.vocabulary import EventKind, EventStatus
from service.actions import reading, rights
from service.web.diary.wish import Wish
from service.web.view import View

_COLUMNS = ("id", "first_day", "last_day", "start_time", "end_time", "kind", "status", "organisation_id")
_NAMED = ("id", "title", "location", "host", "guest")
_AT_ONCE = 500
_SILENT = CALLED_OFF | {EventStatus.DRAFT}
_MOST_ORGANISATIONS = 300


@dataclass(frozen=True, slots=True)
class Visit:
    """What the calendar must know of every visit it counts: little, for there may be thousands."""

    id: str
    first_day: date
    last_day: date
    start_time: time | None
    end_time: time | None
    kind: EventKind
    status: EventStatus
    organisation_id: str | None

    @property
    def stretch(self) -> Stretch:
        """Its days."""
        return Stretch(self.id, self.first_day, self.last_day)

    @property
    def is_timed(self) -> bool:
        """Whether it stands among a day's hours, not above them."""
        return self.first_day == self.last_day and self.start_time is not None


def visits_between(view: View, wish: Wish, days: Days) -> dict[str, Visit]:
    """The visits a wish means that touch these days, in order; one query."""
    query = {**wish.query, "from_": days.first, "to": days.last}
    statement = reading.events_where(view.session, view.act, query).order_by(*reading.EVENT_ORDER)
    columns = statement.with_only_columns(*(col(getattr(Event, name)) for name in _COLUMNS))
    return {row.id: Visit(*row) for row in view.session.execute(columns)}


def named(session: Session, wanted: Collection[str]) -> dict[str, Any]:
    """Title, place, host and guest of these visits; one query for every five hundred."""
    found: dict[str, Any] = {}
    order = sorted(wanted)
    for first in range(0, max(len(order), 1), _AT_ONCE):
        batch = order[first : first + _AT_ONCE]
        columns = (col(getattr(Event, name)) for name in _NAMED)
        found |= {row.id: row for row in session.execute(core_select(*columns).where(col(Event.id).in_(batch)))}
    return found


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """An item of a published programme that has an hour."""

    day: date
    start: time
    end: time | None
    title: LocalizedText
    place: LocalizedText | None


def published_items(session: Session, days: Days, visits: Sequence[Visit]) -> dict[str, list[ProgrammeLine]]:
    """Visit → the items with hours that its programme published last has on these days; one query.

    A visit that does not take place, or was moved away from its programme, has none: nobody should go by them.
    """
    taking_place = {one.id: Days(one.first_day, one.last_day) for one in visits if one.status not in _SILENT}
    found: dict[str, list[ProgrammeLine]] = {}
    for event_id, last in last_revisions(session, taking_place).items():
        published = Published.read(last.number, last.items)
        if not published.is_outdated(taking_place[event_id]):
            found[event_id] = [
                ProgrammeLine(item.day, item.start_time, item.end_time, item.title, item.place)
                for item in published.items
                if item.start_time is not None and item.day in days
            ]
    return found


def holidays_of(session: Session, days: Days) -> Mapping[date, Sequence[Holiday]]:
    """Day → what it is in both countries; one query."""
    found: dict[date, list[Holiday]] = {}
    for one in Almanac(map(Entry.of, office_holidays(session))).between(OFFICE_COUNTRIES, days.first, days.last):
        found.setdefault(one.day, []).append(one)
    return found


def organisations_in_charge(session: Session) -> dict[str, LocalizedText]:
    """The organisations in charge of events the session may read, by id; one query."""
    in_charge = core_select(col(Event.organisation_id)).where(rights.visible(session)).distinct()
    statement = select(Organisation).where(col(Organisation.id).in_(in_charge)).limit(_MOST_ORGANISATIONS)
    return {one.id: one.name for one in session.exec(statement)}


def lunar_day(day: date) -> LunarDate | None:
    """The Vietnamese lunar day; None where the calendar is not known."""
    return lunar_of(day) if FIRST <= day <= LAST else None
