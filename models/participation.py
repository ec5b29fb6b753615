"""What is settled once: whose people take part, when they are added; an account's office, when it is made.

An organisation reads an internal event that its people take part in (:mod:`models.queries.event_readers`). So that
changing a person's organisation later opens nothing, the organisation of that moment is stored beside the person:
``Member.organisation_id`` and ``Event.head_organisation_id``. It is today's, whatever the person's terms of office say
of other days; so is ``Member.position``, what they were when they were added. Likewise for whom a task is given to
(``Task.person_organisation_id``): a later change of the person does not send its reminders elsewhere. Every way to a
member, a head or a task (API, pages, lists, calendar files, the seed) goes through the listeners here; nothing outside
this module writes these columns.

A new account's office is the line of its organisation's locality (``User.office``), also where that line has accounts
from before there were offices: nobody new gets the rights in the default office that these kept.
"""

from typing import Any

from sqlalchemy import Connection, Table, event, inspect, select
from sqlalchemy.orm import Mapper, Session, object_session

from models.accounts import User
from models.event_parts import Member, Task
from models.events import Event
from models.places import Locality, Organisation, Person
from models.queries.offices import LOCALITY, forgets, line_end

_PERSON: Table = Person.__table__  # type: ignore[attr-defined]
_USER: Table = User.__table__  # type: ignore[attr-defined]
_ORGANISATION: Table = Organisation.__table__  # type: ignore[attr-defined]
_LOCALITY: Table = Locality.__table__  # type: ignore[attr-defined]


def _today_of(connection: Connection, person_id: str | None) -> Any:
    """What somebody is today: their organisation and position."""
    columns = select(_PERSON.c.organisation_id, _PERSON.c.position)
    return connection.execute(columns.where(_PERSON.c.id == person_id)).one_or_none()


def _organisation_of(connection: Connection, person_id: str | None) -> str | None:
    if person_id is None:
        return None
    return connection.execute(select(_PERSON.c.organisation_id).where(_PERSON.c.id == person_id)).scalar()


def settle_anew(session: Session, member: Member, person: Person) -> None:
    """Settle again whose a member is: for whoever adds somebody and says in the same step where they belong."""
    member.organisation_id, member.position = person.organisation_id, person.position
    session.add(member)


def settle_as_before(row: Member | Task | Event, **settled: Any) -> None:
    """Settle a row that was taken out and put back (undone, restored from the trash) as it was settled before: what its
    people have become in between opens nothing. To be called after it was inserted."""
    for name, value in settled.items():
        if name not in {"organisation_id", "position", "person_organisation_id", "head_organisation_id"}:
            raise ValueError(f"{name} is not settled here")
        setattr(row, name, value)


@event.listens_for(Member, "before_insert")
@event.listens_for(Member, "before_update")
def _settle_member(mapper: Mapper[Any], connection: Connection, member: Member) -> None:
    if inspect(member).attrs.person_id.history.has_changes():
        found = _today_of(connection, member.person_id)
        member.organisation_id, member.position = found if found is not None else (None, None)


@event.listens_for(Event, "before_insert")
@event.listens_for(Event, "before_update")
def _settle_head(mapper: Mapper[Any], connection: Connection, visit: Event) -> None:
    if inspect(visit).attrs.head_id.history.has_changes():
        visit.head_organisation_id = _organisation_of(connection, visit.head_id)


@event.listens_for(Task, "before_insert")
@event.listens_for(Task, "before_update")
def _settle_doer(mapper: Mapper[Any], connection: Connection, task: Task) -> None:
    if inspect(task).attrs.person_id.history.has_changes():
        task.person_organisation_id = _organisation_of(connection, task.person_id)


@event.listens_for(User, "before_insert")
def _settle_account(mapper: Mapper[Any], connection: Connection, user: User) -> None:
    user.office = _office_at(connection, user.organisation_id)
    if (session := object_session(user)) is not None:
        forgets(session)  # type: ignore[arg-type]


def _office_at(connection: Connection, organisation_id: str | None) -> str | None:
    """The office of a new account of an organisation; None: the default one."""
    place = select(_ORGANISATION.c.locality).where(_ORGANISATION.c.id == organisation_id)
    if organisation_id is None or (locality := connection.execute(place).scalar()) is None:
        return None
    succeeded = select(_LOCALITY.c.code, _LOCALITY.c.successor).where(_LOCALITY.c.successor.is_not(None))
    successors = {row.code: row.successor for row in connection.execute(succeeded)}
    office, desk = line_end(successors, locality), connection.get_execution_options().get(LOCALITY)
    return None if desk is not None and office == line_end(successors, desk) else office
