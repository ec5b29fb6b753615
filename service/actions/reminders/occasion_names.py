"""What the observance, anniversary, agreement, project or learner of a reminder is called, when it is, and its page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, select, true
from sqlmodel import Session, col

from calendars.days.anniversaries import Origin
from calendars.mails.occasion_mail import path_of
from calendars.people.names import name_text
from calendars.reminders.occasions import Occasion, known_days
from models.agreements import Agreement, Anniversary
from models.both_sides.proposals import Proposal
from models.events import Event
from models.learners import Learner
from models.observances import Observance
from models.projects import Project
from models.queries import event_readers
from models.queries.learner_permits import read_permits
from models.reminders import Reminder
from models.resources import Resource
from models.text import LocalizedText
from models.vocabulary import AboutType
from service.actions import permissions

_TABLES: dict[AboutType, tuple[Any, Any]] = {
    AboutType.AGREEMENT: (Agreement, Agreement.title),
    AboutType.ANNIVERSARY: (Anniversary, Anniversary.title),
    AboutType.OBSERVANCE: (Observance, Observance.name),
    AboutType.PROJECT: (Project, Project.title),
    AboutType.RESOURCE: (Resource, Resource.name),
}


@dataclass(frozen=True, slots=True)
class OccasionName:
    """The name of what a reminder is about, the days it may be on, and its page."""

    name: LocalizedText
    first_day: date
    last_day: date
    path: str


def occasion_names(session: Session, reminders: Collection[Reminder]) -> dict[str, OccasionName]:
    """Reminder → what it is about, of those that are about no event and whose thing is still there; a query a type."""
    found: dict[tuple[AboutType, str], Any] = {}
    of_learners = {one.about_id for one in reminders if one.about_type is AboutType.LEARNER and one.about_id}
    if of_learners:
        which = and_(col(Learner.id).in_(of_learners), _money_readable(session))
        found |= {(AboutType.LEARNER, one.id): one for one in read_permits(session, which)}
    of_proposals = {one.about_id for one in reminders if one.about_type is AboutType.PROPOSAL and one.about_id}
    if of_proposals:
        titles = select(col(Proposal.id), col(Event.title), col(Event.id))
        readable = titles.join(Event, col(Event.id) == col(Proposal.event_id)).where(
            col(Proposal.id).in_(of_proposals), permissions.visible(session)
        )
        found |= {(AboutType.PROPOSAL, row[0]): row for row in session.execute(readable)}
    for about_type, (model, name) in _TABLES.items():
        ids = {one.about_id for one in reminders if one.about_type is about_type and one.about_id}
        if ids:
            extra = (col(Anniversary.origin),) if model is Anniversary else ()
            rows = session.execute(select(col(model.id), name, *extra).where(col(model.id).in_(ids)))
            found |= {(about_type, row[0]): row for row in rows}
    return {
        one.id: _named(one.about_type, one.about_id, one.about_day, row)
        for one in reminders
        if one.about_type is not None
        and one.about_id is not None
        and one.about_day is not None
        and (row := found.get((one.about_type, one.about_id))) is not None
    }


def _money_readable(session: Session) -> ColumnElement[bool]:
    """The condition for events whose learners the session may read: who gave up being in charge keeps no name."""
    one = permissions.account_rights(session)
    return true() if one is None else event_readers.money_of(one)


def _named(about_type: AboutType, about_id: str, day: date, row: Any) -> OccasionName:
    if about_type is AboutType.LEARNER:
        name = row.name or name_text(row.person)
        path = path_of(Occasion(about_type, about_id, name, day, day, event_id=row.event_id))
        return OccasionName(name, day, day, path)
    if about_type is AboutType.PROPOSAL:
        return OccasionName(row[1], day, day, f"/events/{row[2]}/proposals")
    if about_type is AboutType.RESOURCE:
        return OccasionName(row[1], day, day, f"/resources/{about_id}")
    first, last = day, day
    if about_type is AboutType.ANNIVERSARY:
        first, last = known_days(Origin.parse(row.origin), day.year, day)
    return OccasionName(row[1], first, last, path_of(Occasion(about_type, about_id, row[1], first, last)))
