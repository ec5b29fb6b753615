"""Events that organisations are in charge of after their end: they are to be handed to whoever carries on the work."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select

from calendars.conflicts.body_checks import organisation_ended
from calendars.conflicts.commitment_checks import EventWarning
from models.event_parts import Task
from models.events import Event
from models.places import Organisation
from models.queries.organisation_lines import OrganisationLines
from models.vocabulary import EventStatus
from service.actions import permissions

_OVER = (EventStatus.COMPLETED, EventStatus.CANCELLED)


def organisations_of(session: Session, event: Event) -> frozenset[str]:
    """The organisations that an event names: in charge, teaching, with tasks."""
    of_tasks = session.scalars(select(Task.organisation_id).where(Task.event_id == event.id))
    phases = (phase.institution_id for phase in event.phases)
    return frozenset({event.organisation_id, event.institution_id, *phases, *of_tasks} - {None})


def ended_in_charge(session: Session, organisation_id: str | None = None) -> list[tuple[Organisation, int]]:
    """The organisations in charge of events that begin after their last day and are neither over nor called off, and of
    how many of those the session may change; by name. One query. ``organisation_id``: this one only."""
    reader = permissions.reader(session)
    statement = (
        select(Organisation, func.count())
        .join(Event, col(Event.organisation_id) == col(Organisation.id))
        .where(col(Organisation.ends_on) < col(Event.first_day), col(Event.status).not_in(_OVER))
        .group_by(col(Organisation.id))
        .order_by(col(Organisation.sort_key), col(Organisation.id))
    )
    if reader is not None:
        statement = statement.where(permissions.changed_by(reader))
    if organisation_id is not None:
        statement = statement.where(Organisation.id == organisation_id)
    return [(row[0], row[1]) for row in session.exec(statement)]


def warnings(session: Session, events: Sequence[Event]) -> dict[str, list[EventWarning]]:
    """Event → that the organisation in charge ended before it, of those where it did; two queries at most."""
    late = select(Event.id, Organisation).where(
        col(Event.id).in_([event.id for event in events if event.organisation_id is not None]),
        Event.organisation_id == Organisation.id,
        col(Organisation.ends_on) < col(Event.first_day),
    )
    found = session.exec(late).all()
    if not found:
        return {}
    lines, first_days = OrganisationLines.load(session), {event.id: event.first_day for event in events}
    warned = {}
    for event_id, organisation in found:
        shown = lines.shown(organisation, first_days[event_id])
        successor = None if shown is None or organisation.successor_id is None else shown.name
        if organisation.ends_on is not None:
            warned[event_id] = [organisation_ended(organisation.name, organisation.ends_on, successor)]
    return warned
