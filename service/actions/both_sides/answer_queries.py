"""The messages of the inbox, as who is in charge of an event and administrators read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col, select

from models.both_sides.inbox import InboxFolder, InboxMessage
from models.errors import NotFound
from models.event_parts import Member
from models.events import Event
from models.labels import noun
from models.places import Person
from models.vocabulary import InboxOutcome
from service.actions import permissions
from service.actions.both_sides.answers import may_be_applied
from service.actions.permissions import Sight


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message with the person whose answer it is or claims to be, and the event it is about."""

    message: InboxMessage
    person: Person | None
    event: Event | None

    @property
    def may_be_applied(self) -> bool:
        """Whether it can be applied by hand."""
        return may_be_applied(self.message)


@dataclass(frozen=True, slots=True)
class InboxState:
    """Of the folder that was read or tried last, when it was read and since when it can't be."""

    folder: InboxFolder | None


def check_reader(session: Session, event: Event) -> None:
    """Raise unless the session sees all of an event: who writes to the inbox is for who is in charge.

    Raises:
        NotFound: it does not.
    """
    if not sees_answers(session, event):
        raise NotFound(noun("event"), event.id)


def sees_answers(session: Session, event: Event) -> bool:
    """Whether the session reads who wrote about an event, and what."""
    return permissions.sight(session, event) is Sight.WHOLE


def of_event(session: Session, event_id: str, first: int, size: int) -> tuple[list[ShownMessage], int]:
    """The messages about an event, those that wait for a person first, then the latest; and how many there are."""
    return _found(session, col(InboxMessage.event_id) == event_id, first, size)


def of_office(session: Session, first: int, size: int) -> tuple[list[ShownMessage], int]:
    """The messages about the events of the reader's office; for the default office also those about none."""
    own = and_(col(Event.id).is_not(None), permissions.of_own_office(session, col(Event.organisation_id)))
    if permissions.own_office(session) == permissions.offices(session).default:
        own = or_(own, col(Event.id).is_(None))
    return _found(session, own, first, size)


def counts(session: Session, event_id: str) -> tuple[int, int]:
    """How many messages about an event there are, and how many of them wait for a person's word; one query."""
    counted = select(func.count(), func.count().filter(_waits())).where(InboxMessage.event_id == event_id)
    total, waiting = session.exec(counted).one()
    return total, waiting


def inbox_state(session: Session) -> InboxState:
    """How the inbox is; one query."""
    latest = func.coalesce(col(InboxFolder.failing_since), col(InboxFolder.read_at))
    return InboxState(session.exec(select(InboxFolder).order_by(latest.desc()).limit(1)).one_or_none())


def _waits() -> ColumnElement[bool]:
    return col(InboxMessage.outcome) == InboxOutcome.UNPROVEN


def _found(session: Session, which: Any, first: int, size: int) -> tuple[list[ShownMessage], int]:
    rows = session.exec(
        select(InboxMessage, Person, Event)
        .join(Event, col(Event.id) == col(InboxMessage.event_id), isouter=True)
        .join(Member, col(Member.id) == col(InboxMessage.member_id), isouter=True)
        .join(Person, col(Person.id) == col(Member.person_id), isouter=True)
        .where(which)
        .order_by(_waits().desc(), col(InboxMessage.received_at).desc(), col(InboxMessage.id).desc())
        .offset(first)
        .limit(size)
    ).all()
    return [ShownMessage(*row) for row in rows], _count(session, which)


def _count(session: Session, which: Any) -> int:
    counted = select(func.count()).select_from(InboxMessage)
    found: Sequence[int] = session.exec(
        counted.join(Event, col(Event.id) == col(InboxMessage.event_id), isouter=True).where(which)
    ).all()
    return found[0]
