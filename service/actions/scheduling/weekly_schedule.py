"""The weekly schedule for printing, mails and its page, read in a fixed number of queries."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from sqlalchemy import func, or_
from sqlalchemy import select as core_select
from sqlmodel import Session, col, select

from calendars.days.holidays import HolidayIndex, OfficeEntry, home_first
from calendars.days.spans import Days
from calendars.ical.vevent import EventFacts
from calendars.mails.weekly_schedule import WeekSchedule
from calendars.people.names import name_text
from calendars.reminders.due_times import OFFICE_COUNTRIES
from models.event_parts import Task, last_revisions
from models.events import Event
from models.places import Locality, Organisation, Person
from models.queries.dated import is_dated
from models.queries.organisation_lines import OrganisationLines
from models.text import LocalizedText
from models.vocabulary import EventStatus
from service.actions import crud, dated_parts, office_days, permissions


def read_week(
    session: Session,
    days: Days,
    office_zone: str,
    event_url: Callable[[str], str],
    most: int | None = None,
    home: str = "",
) -> WeekSchedule:
    """The events, arrivals and departures on these seven days that the session may read.

    ``office_zone`` is the zone by whose clock the days are. ``event_url`` gives an event's URL by its id. Of more than
    ``most`` events the earliest are read, the others only counted. Of a day's holidays those of the country ``home``
    come first.
    """
    where = (
        or_(
            office_days.on_days(session, office_zone, days.first, days.last),
            col(Event.arrives_on).between(days.first, days.last),
            col(Event.departs_on).between(days.first, days.last),
        ),
        col(Event.status) != EventStatus.DRAFT,
        is_dated(),
        permissions.visible(session),
    )
    statement = (
        core_select(Event, Organisation)
        .outerjoin(Organisation, col(Organisation.id) == col(Event.organisation_id))
        .where(*where)
        .order_by(*crud.EVENT_ORDER)
    )
    found = session.execute(statement if most is None else statement.limit(most)).all()
    total = len(found)
    if most is not None:
        total = session.execute(core_select(func.count()).select_from(Event).where(*where)).scalar_one()
    localities = {place.code: place for place in session.exec(select(Locality))}
    revisions = last_revisions(session, [event.id for event, _organisation in found])
    lines = OrganisationLines.load(session)
    preparing = _preparing(session, lines, [event.id for event, _organisation in found])
    parts = dated_parts.dated_parts(session, [event.id for event, _organisation in found])
    events = [
        EventFacts.of(
            event,
            localities=localities,
            organisation=lines.shown(organisation, event.first_day),
            revision=revisions.get(event.id),
            url=event_url(event.id),
            office_zone=office_zone,
            parts=parts.get(event.id, ()),
        )
        for event, organisation in found
    ]
    holidays = HolidayIndex(map(OfficeEntry.of, permissions.own_holidays(session)))
    return WeekSchedule(
        days.first,
        events,
        home_first(holidays.between(OFFICE_COUNTRIES, days.first, days.last), home),
        {event.uid: preparing[event.id] for event, _organisation in found if event.id in preparing},
        {event.uid: Days(event.arrives_on, event.departs_on) for event, _organisation in found},
        total - len(found),
    )


def _preparing(
    session: Session, lines: OrganisationLines, event_ids: Collection[str]
) -> Mapping[str, list[LocalizedText | str]]:
    """Event → who has tasks in it, organisations before people; one query."""
    names: dict[str, list[LocalizedText | str]] = {}
    people: dict[str, list[LocalizedText | str]] = {}
    statement: Any = (
        core_select(
            *(col(Task.event_id), col(Task.organisation_id), col(Event.first_day)),
            col(Organisation.name).label("organisation"),
            *(col(getattr(Person, name)) for name in ("name", "name_lo", "name_latin")),
        )
        .outerjoin(Organisation, col(Organisation.id) == col(Task.organisation_id))
        .outerjoin(Person, col(Person.id) == col(Task.person_id))
        .join(Event, col(Event.id) == col(Task.event_id))
        .where(col(Task.event_id).in_(event_ids), permissions.seen_tasks(session))
        .order_by(col(Task.due_day), col(Task.id))
    )
    for row in session.execute(statement):
        body = lines.name(row.organisation_id, row.organisation, row.first_day)
        for name, listed in ((body, names), (name_text(row) if row.name else None, people)):
            if name and name not in listed.setdefault(row.event_id, []):
                listed[row.event_id].append(name)
    return {event_id: names.get(event_id, []) + people.get(event_id, []) for event_id in {*names, *people}}
