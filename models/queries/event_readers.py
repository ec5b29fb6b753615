"""Who may read an event: the one rule, for the sessions of the service and the recipients of the worker's mail.

Every account reads public events. An internal event is read by the organisation in charge of it, and by the protocol
office, approvers, administrators and its creator, as far as they belong to the event's office
(:mod:`models.queries.offices`). These are *in charge* of it. It is also read by the organisations that take part: they
have tasks in it, or their people are members or head it; and by the organisation that carries on the work of the one in
charge (:mod:`models.queries.organisation_lines`), never the other way round.

An event that is shared with another office (:mod:`models.queries.shares`) is also read by the accounts of that office
that read all of it. They see of it what readers of another office see, and the tasks given to bodies of their office.

Whose people are members was settled when somebody in charge made them members (``Member.organisation_id``,
``Event.head_organisation_id``): a later change of a person opens no event.

The rule has two forms: a condition for SELECTs (:func:`visible_to`) and a check of facts already loaded for many
accounts and events at once (:meth:`ReadingRights.may_read`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, false, or_, select, true
from sqlmodel import Session, col

from models.accounts import User
from models.event_parts import Member, Task
from models.events import Event
from models.places import Organisation
from models.queries.offices import Offices, line_end, line_of
from models.queries.organisation_lines import OrganisationLines
from models.queries.shares import office_line, shared_with
from models.trash import TrashedEvent
from models.vocabulary import Role, Visibility

_MEMBER: Table = Member.__table__  # type: ignore[attr-defined]
_TASK: Table = Task.__table__  # type: ignore[attr-defined]
_ORGANISATION: Table = Organisation.__table__  # type: ignore[attr-defined]
_HEADED = Event.__table__.alias("headed")  # type: ignore[attr-defined]

TAKING_PART: Sequence[Select[tuple[str, str | None]]] = (
    select(_TASK.c.event_id, _TASK.c.organisation_id),
    select(_MEMBER.c.event_id, _MEMBER.c.organisation_id),
    select(_HEADED.c.id, _HEADED.c.head_organisation_id),
)
"""SELECTs of the pairs of an event and an organisation that takes part in it: by a task, by a member, by the head."""


def reads_everything(role: Role, organisation_id: str | None, protocol_office: bool | None) -> bool:
    """Whether an account may read and change everything of its office: approvers, administrators, the protocol office,
    and accounts without an organisation, which belong to the protocol office of the default office."""
    return role.suffices_for(Role.APPROVER) or organisation_id is None or bool(protocol_office)


@dataclass(frozen=True, slots=True)
class ReadingRights:
    """Which events an account may read; ``whole_office``: all of its office, whose code is ``office``."""

    user_id: str
    organisation_id: str | None
    whole_office: bool
    office: str
    offices: Offices
    side: frozenset[str] | None = None
    """The organisations of its own side, where that is not its office's: accounts older than offices have it so."""
    predecessors: frozenset[str] = frozenset()
    """The organisations of its office whose work its own carries on: what they were in charge of it reads whole."""
    role: Role = Role.VIEWER

    @classmethod
    def of(cls, user: Any, protocol_office: bool | None, offices: Offices) -> "ReadingRights":
        """The rights of an account, or of a row with its columns; ``protocol_office`` is its organisation's flag."""
        whole_office = reads_everything(user.role, user.organisation_id, protocol_office)
        office = offices.named(user.office)
        return cls(user.id, user.organisation_id, whole_office, office, offices, role=Role(user.role))

    @property
    def handles_money(self) -> bool:
        """Whether the account reads money at all: viewers don't, whatever they are in charge of."""
        return self.role.suffices_for(Role.OFFICER)

    @property
    def everything(self) -> bool:
        """Whether no event is hidden from it, as there is no other office."""
        return self.whole_office and self.offices.alone

    def is_of_office(self, organisation_id: str | None) -> bool:
        """Whether an organisation, or what has none, belongs to the account's office."""
        return self.offices.of(organisation_id) == self.office

    def keeps(self, organisation_id: str | None) -> bool:
        """Whether an organisation and its people are its office's to keep."""
        return self.offices.keeping.of(organisation_id) == self.office

    def is_near(self, organisation_id: str | None) -> bool:
        """Whether an organisation, or what has none, is of the account's office and side."""
        if self.side is not None:
            return organisation_id in self.side
        return self.is_of_office(organisation_id)

    def is_in_charge(self, event: Any) -> bool:
        """Whether the account is in charge of a loaded event: as :func:`in_charge`. Of a deleted one its maker is not
        known any more."""
        if event.organisation_id is not None and event.organisation_id == self.organisation_id:
            return True
        is_own = getattr(event, "created_by", None) == self.user_id
        return (self.whole_office or is_own) and self.is_of_office(event.organisation_id)

    def carrying_on(self, lines: OrganisationLines) -> "ReadingRights":
        """The same rights with the ``predecessors``. Who reads the whole office needs none; and none is another
        office's, wherever a line leads."""
        if self.whole_office or self.organisation_id is None:
            return self
        return replace(
            self, predecessors=frozenset(filter(self.is_of_office, lines.predecessors(self.organisation_id)))
        )

    def carries_on(self, event: Any) -> bool:
        """Whether a predecessor of the account's organisation is in charge of a loaded event: it reads it as one in
        charge does, and does not change it."""
        return event.organisation_id is not None and event.organisation_id in self.predecessors

    def reads_money(self, event: Any) -> bool:
        """Whether the account may read the money of a loaded event that it may read: as :func:`money_of`."""
        return self.handles_money and (self.everything or self.is_in_charge(event) or self.carries_on(event))

    def is_shared(self, code: str | None) -> bool:
        """Whether what is shared with the office of a stored code is shared with this account; None: with nobody."""
        return self.whole_office and code is not None and not self.offices.alone and code in self._own_line

    @property
    def _own_line(self) -> frozenset[str]:
        return office_line(self.offices, self.office)

    def sees_task(self, event: Any, organisation_id: str | None, *, shared: str | None) -> bool:
        """Whether the account sees a task of an event that it may read; ``organisation_id`` is whose task it is,
        ``shared`` the code of the office that the event is shared with."""
        is_own = organisation_id is not None and organisation_id == self.organisation_id
        if is_own or self.is_near(event.organisation_id) or self.is_in_charge(event):
            return True
        return organisation_id is not None and self.is_of_office(organisation_id) and self.is_shared(shared)

    def may_read(self, event: Any, *, takes_part: bool, shared: str | None) -> bool:
        """As :func:`visible_to`, for a loaded event. ``takes_part``: the account's organisation takes part in it;
        ``shared``: the code of the office that it is shared with, None: with none."""
        if event.visibility is Visibility.PUBLIC or takes_part or self.is_shared(shared):
            return True
        return self.is_in_charge(event) or self.carries_on(event)


def reader_of(session: Session, user: User) -> ReadingRights:
    """What an account may read now."""
    organisation = session.get(Organisation, user.organisation_id) if user.organisation_id else None
    offices = Offices.load(session)
    rights = ReadingRights.of(user, organisation is not None and organisation.protocol_office, offices)
    if organisation is not None and not rights.whole_office:
        rights = rights.carrying_on(OrganisationLines.load(session))
    locality = None if organisation is None else organisation.locality
    return with_sides(session.connection(), {user.id: rights}, {user.id: locality})[user.id]


def with_sides(
    connection: Connection, rights: Mapping[str, ReadingRights], localities: Mapping[str, str | None]
) -> dict[str, ReadingRights]:
    """The rights of accounts (by their ids) with their ``side``; ``localities`` are those of their organisations.

    No query where all are at home in their office; at most two.
    """
    found = dict(rights)
    strangers = {one: place for one, place in localities.items() if place and place != rights[one].office}
    if not strangers:
        return found
    offices = next(iter(rights.values())).offices
    lines = offices.successors if not offices.alone else Offices.load_whole(connection).successors
    apart = {one: at for one, at in strangers.items() if line_end(lines, at) != line_end(lines, rights[one].office)}
    if not apart:
        return found
    sides = {end: line_of(lines, end) for end in {line_end(lines, at) for at in apart.values()}}
    listed = select(_ORGANISATION.c.id, _ORGANISATION.c.locality)
    within = connection.execute(listed.where(_ORGANISATION.c.locality.in_(sorted(frozenset().union(*sides.values())))))
    bodies = within.all()
    for one, at in apart.items():
        side = sides[line_end(lines, at)]
        found[one] = replace(rights[one], side=frozenset(row.id for row in bodies if row.locality in side))
    return found


def in_charge(reader: ReadingRights, table: Any = Event) -> ColumnElement[bool]:
    """The condition for events that an account is in charge of: its organisation is, or it made them or reads its whole
    office, and they are of its office. ``table`` may be that of deleted events, whose makers are not known any more, or
    of the trash."""
    of_office = reader.offices.holds(reader.office, col(table.organisation_id))
    if reader.whole_office:
        return true() if of_office is None else of_office
    conditions = []
    if table in (Event, TrashedEvent):
        own = col(table.created_by) == reader.user_id
        conditions.append(own if of_office is None else and_(own, of_office))
    conditions.append(col(table.organisation_id) == reader.organisation_id)
    return or_(*conditions)


def carried_on(reader: ReadingRights, table: Any = Event) -> ColumnElement[bool]:
    """The condition for events that a predecessor of the account's organisation is in charge of."""
    return col(table.organisation_id).in_(sorted(reader.predecessors)) if reader.predecessors else false()


def money_of(reader: ReadingRights) -> ColumnElement[bool]:
    """The condition for events whose money (estimate, payments, gifts, learners) an account may read, of those that it
    may read: it handles money, and is in charge of them or carries on the work of who was."""
    if not reader.handles_money:
        return false()
    return true() if reader.everything else or_(in_charge(reader), carried_on(reader))


def shared_to(reader: ReadingRights, table: Any = Event) -> ColumnElement[bool]:
    """The condition for events that are shared with an account: with its office, all of which it reads."""
    if not reader.whole_office or reader.offices.alone:
        return false()
    return col(table.id).in_(shared_with(reader.offices, reader.office))


def is_near(reader: ReadingRights) -> ColumnElement[bool]:
    """The condition for events of an account's office and side, whether or not it may read them."""
    if reader.side is not None:
        return col(Event.organisation_id).in_(sorted(reader.side))
    condition = reader.offices.holds(reader.office, col(Event.organisation_id))
    return true() if condition is None else condition


def visible_to(reader: ReadingRights | None, table: Any = Event, *, by_share: bool = True) -> ColumnElement[bool]:
    """The condition for events that an account may read, all for None; ``table`` may be that of deleted events.

    Without ``by_share`` those that it reads only because they are shared with its office are left out.
    """
    if reader is None or reader.everything:
        return true()
    conditions = [col(table.visibility) == Visibility.PUBLIC, in_charge(reader, table)]
    if reader.predecessors:
        conditions.append(carried_on(reader, table))
    if reader.organisation_id is not None:
        for pairs in TAKING_PART:
            event_id, organisation_id = pairs.selected_columns
            own = pairs.where(organisation_id == reader.organisation_id).with_only_columns(event_id)
            conditions.append(col(table.id).in_(own))
    if by_share and reader.whole_office:
        conditions.append(shared_to(reader, table))
    return or_(*conditions)
