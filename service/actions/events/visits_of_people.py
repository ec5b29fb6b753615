"""Which visits somebody took part in, and whom they met there, as far as the reader may read those visits."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, or_, select

from models.event_parts import Member
from models.events import Event
from models.places import Person
from service.actions import crud, permissions
from service.actions.events.event_queries import EVENT_ORDER_LATEST


@dataclass(frozen=True, slots=True)
class PersonVisit:
    """A visit of somebody: their part in it (None: head by the event alone, or only met there), and whom they met."""

    event: Event
    member: Member | None
    met: Sequence[Person]
    is_head: bool


def visits_of(session: Session, person: Person, first: int, size: int) -> tuple[list[PersonVisit], int]:
    """A page of the visits somebody is in, as head, as member, or as a member's counterpart, the latest first; and how
    many there are. Those the session may not read are neither shown nor counted. Four queries, however many there are.
    """
    parts = select(Member.event_id).where(or_(Member.person_id == person.id, Member.counterpart_id == person.id))
    statement = select(Event).where(
        or_(col(Event.head_id) == person.id, col(Event.id).in_(parts)), permissions.visible(session)
    )
    events, total = crud.page_of(session, statement, (*EVENT_ORDER_LATEST,), first, size)
    ids = [event.id for event in events]
    found = session.exec(
        select(Member)
        .where(col(Member.event_id).in_(ids), or_(Member.person_id == person.id, Member.counterpart_id == person.id))
        .order_by(col(Member.id))
    ).all()
    met: dict[str, list[str]] = {}
    own: dict[str, Member] = {}
    for member in found:
        if member.person_id == person.id:
            own[member.event_id] = member
        other = member.counterpart_id if member.person_id == person.id else member.person_id
        if other is not None and other not in met.setdefault(member.event_id, []):
            met[member.event_id].append(other)
    people = crud.by_id(session, Person, {one for listed in met.values() for one in listed})
    visits = [
        PersonVisit(
            event,
            own.get(event.id),
            [people[one] for one in met.get(event.id, ()) if one in people],
            event.head_id == person.id,
        )
        for event in events
    ]
    return visits, total
