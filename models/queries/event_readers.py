"""Who may read an event: the one rule, for the sessions of the service and the recipients of the worker's mail.

Every account reads public events. An internal event is read by its creator, by the organisation in charge of it, by the
organisations that take part (their people are members or head it, or they have tasks in it), by the protocol office, by
approvers and administrators.

The rule has two forms: a condition for SELECTs (:func:`visible_to`) and a check of facts already loaded for many
accounts and events at once (:meth:`ReadingRights.may_read`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, or_, select, true
from sqlmodel import Session, col

from models.accounts import User
from models.event_parts import Member, Task
from models.events import Event
from models.places import Organisation, Person
from models.vocabulary import Role, Visibility

_PERSON: Table = Person.__table__  # type: ignore[attr-defined]
_MEMBER: Table = Member.__table__  # type: ignore[attr-defined]
_TASK: Table = Task.__table__  # type: ignore[attr-defined]
_HEADED = Event.__table__.alias("headed")  # type: ignore[attr-defined]

TAKING_PART: Sequence[Select[tuple[str, str | None]]] = (
    select(_TASK.c.event_id, _TASK.c.organisation_id),
    select(_MEMBER.c.event_id, _PERSON.c.organisation_id).join(_PERSON, _PERSON.c.id == _MEMBER.c.person_id),
    select(_HEADED.c.id, _PERSON.c.organisation_id).join(_PERSON, _PERSON.c.id == _HEADED.c.head_id),
)
"""SELECTs of the pairs of an event and an organisation that takes part in it: by a task, by a member, by the head."""


def reads_everything(role: Role, organisation_id: str | None, protocol_office: bool | None) -> bool:
    """Whether an account may read and change all events: approvers, administrators, the protocol office, and accounts
    without an organisation, which belong to the protocol office."""
    return role.suffices_for(Role.APPROVER) or organisation_id is None or bool(protocol_office)


@dataclass(frozen=True, slots=True)
class ReadingRights:
    """Which events an account may read; ``everything``: no event is hidden from it."""

    user_id: str
    organisation_id: str | None
    everything: bool

    @classmethod
    def of(cls, user: Any, protocol_office: bool | None) -> "ReadingRights":
        """The rights of an account, or of a row with its columns; ``protocol_office`` is its organisation's flag."""
        return cls(user.id, user.organisation_id, reads_everything(user.role, user.organisation_id, protocol_office))

    def may_read(self, event: Any, *, takes_part: bool) -> bool:
        """As :func:`visible_to`, for a loaded event. ``takes_part``: the account's organisation takes part in it."""
        return (
            self.everything
            or event.visibility is Visibility.PUBLIC
            or event.created_by == self.user_id
            or event.organisation_id == self.organisation_id
            or takes_part
        )


def reader_of(session: Session, user: User) -> ReadingRights:
    """What an account may read now."""
    organisation = session.get(Organisation, user.organisation_id) if user.organisation_id else None
    return ReadingRights.of(user, organisation is not None and organisation.protocol_office)


def visible_to(reader: ReadingRights | None, table: Any = Event) -> ColumnElement[bool]:
    """The condition for events that an account may read, all for None; ``table`` may be that of deleted events."""
    if reader is None or reader.everything:
        return true()
    conditions = [col(table.visibility) == Visibility.PUBLIC]
    if table is Event:
        conditions.append(col(Event.created_by) == reader.user_id)
    if reader.organisation_id is not None:
        conditions.append(col(table.organisation_id) == reader.organisation_id)
        for pairs in TAKING_PART:
            event_id, organisation_id = pairs.selected_columns
            own = pairs.where(organisation_id == reader.organisation_id).with_only_columns(event_id)
            conditions.append(col(table.id).in_(own))
    return or_(*conditions)
