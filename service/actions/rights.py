"""Who may read and change which events.

Everybody with an account reads what is public. What is internal is read by the organisation in charge of it, by those
who take part (their people are members, or their tasks are in it), by the protocol office, by approvers and
administrators; an event nobody is in charge of is everybody's. Officers change what their own organisation is in charge
of and what they made; the protocol office, approvers and administrators change everything. Whoever runs the service is
the protocol office: an account of no organisation is its own too.

A session reads as somebody (:func:`reads_as`); one that does not, as jobs, the seed and the command line do, reads and
changes everything.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlmodel import Session, col

from models.accounts import User
from models.errors import Forbidden
from models.events import Event
from models.i18n import _, message, translate
from models.parts import Member, Task
from models.places import Organisation, Person
from models.text import LocalizedText
from models.vocabulary import Language, Role, Visibility

_READER = "reader"
_AT_ONCE = 500

BUSY: LocalizedText = {language.value: translate(_("Busy (internal)"), language) for language in Language}
"""What stands in the place of a title its reader may not see."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose eyes a session reads with; ``everything`` when nothing is kept from them."""

    user_id: str
    organisation_id: str | None
    everything: bool


def reader_of(session: Session, user: User) -> Reader:
    """What an account may read at present."""
    everything = user.role.suffices_for(Role.APPROVER) or user.organisation_id is None
    if not everything:
        everything = session.get_one(Organisation, user.organisation_id).protocol_office
    return Reader(user.id, user.organisation_id, everything)


def reads_as(session: Session, user: User) -> None:
    """Have a session read and change what this account may, from now on."""
    session.info[_READER] = reader_of(session, user)


@contextmanager
def reading_as(session: Session, user: User) -> Iterator[None]:
    """Have a session read what this account may, for a while."""
    before = session.info.get(_READER)
    reads_as(session, user)
    try:
        yield
    finally:
        session.info[_READER] = before


def reader(session: Session) -> Reader | None:
    """Whose eyes the session reads with; None when nothing is kept from it."""
    found: Reader | None = session.info.get(_READER)
    return None if found is None or found.everything else found


def visible(session: Session) -> ColumnElement[bool]:
    """The condition for events the session may read."""
    return visible_to(reader(session))


def visible_to(one: Reader | None, table: Any = Event) -> ColumnElement[bool]:
    """The condition for events somebody may read; ``table`` may be that of the deleted ones."""
    if one is None or one.everything:
        return true()
    conditions = [col(table.visibility) == Visibility.PUBLIC, col(table.organisation_id).is_(None)]
    if table is Event:
        conditions.append(col(Event.created_by) == one.user_id)
    if one.organisation_id is not None:
        own = col(Person.organisation_id) == one.organisation_id
        has_task = select(col(Task.event_id)).where(col(Task.organisation_id) == one.organisation_id)
        has_member = select(col(Member.event_id)).join(Person, col(Person.id) == col(Member.person_id)).where(own)
        conditions += [
            col(table.organisation_id) == one.organisation_id,
            col(table.id).in_(has_task),
            col(table.id).in_(has_member),
        ]
        if table is Event:
            conditions.append(col(Event.head_id).in_(select(col(Person.id)).where(own)))
    return or_(*conditions)


def hidden(session: Session, event_ids: Collection[str | None]) -> frozenset[str]:
    """Those of these events the session may not read; no query where nothing is kept from it."""
    wanted = sorted({event_id for event_id in event_ids if event_id is not None})
    if not wanted or reader(session) is None:
        return frozenset()
    seen: set[str] = set()
    for first in range(0, len(wanted), _AT_ONCE):
        batch = wanted[first : first + _AT_ONCE]
        seen |= set(session.scalars(select(col(Event.id)).where(col(Event.id).in_(batch), visible(session))))
    return frozenset(wanted) - seen


def titles(session: Session, found: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """Event → title, with "busy" in the place of those the session may not read."""
    kept_from = hidden(session, found.keys())
    return {event_id: BUSY if event_id in kept_from else title for event_id, title in found.items()}


def is_for(session: Session, organisation_id: str | None) -> bool:
    """Whether something is for the reader's own organisation."""
    one = reader(session)
    return one is not None and organisation_id is not None and organisation_id == one.organisation_id


def may_change(session: Session, event: Event) -> bool:
    """Whether the session may change an event and what belongs to it."""
    one = reader(session)
    if one is None or event.organisation_id is None:
        return True
    return event.organisation_id == one.organisation_id or event.created_by == one.user_id


def check_change(session: Session, event: Event) -> None:
    """Refuse a change of somebody else's event.

    Raises:
        Forbidden: another organisation is in charge of it.
    """
    if not may_change(session, event):
        organisation = session.get_one(Organisation, event.organisation_id)
        raise Forbidden(
            message(
                _("“{organisation}” is in charge of this event: only it and the protocol office can change it."),
                organisation=organisation.name,
            ),
            code="not_in_charge",
        )


def check_change_of(session: Session, event_id: str | None) -> None:
    """As :func:`check_change`, of an event by its id; nobody is in charge of what belongs to none.

    Raises:
        Forbidden: another organisation is in charge of it.
    """
    if event_id is not None:
        check_change(session, session.get_one(Event, event_id))
