"""What a session may read and change: events, people, organisations, and the addresses in reminder rules.

Who may read an event is decided in :mod:`models.queries.event_readers`. Officers change the events that their own
organisation is in charge of and those they created; the protocol office, approvers and administrators change all
events of their office (:mod:`models.queries.offices`). Whoever runs the service is the protocol office of the default
office: an account without an organisation belongs to it, and so does an event without an organisation.

How much of a readable event a reader sees is one function, :func:`sight`, with two forms for SELECTs
(:func:`overseen`, :func:`near`).

A person's organisation decides which events that organisation may read, and a person's address where mail goes. So
people and organisations are changed by their own organisation, and by whoever may change everything of their office.
People of organisations without accounts may also be changed by whoever is in charge of an event they take part in,
except for these two fields (:class:`Hold`). Only whoever may change everything of an office can make a reminder rule
with an address that belongs to nobody here (:func:`check_addresses`). What would move something from one office to
another is done by the operator only, on the command line or by a seed file (:func:`check_office_kept`).

A session has the rights of an account (:func:`reads_as`); without one, as in jobs, the seed and the command line, it
may read and change everything.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlmodel import Session, col

from models.accounts import User
from models.errors import Forbidden
from models.event_parts import Member, Task
from models.events import Event
from models.holidays import OfficeHoliday
from models.i18n import N_, Message, message, translate
from models.places import Organisation, Person
from models.queries import event_readers
from models.queries.audience import named_addresses
from models.queries.event_readers import ReadingRights, reader_of, visible_to
from models.queries.office_rows import OfficeHolidays
from models.queries.offices import Offices
from models.queries.shares import SharedEvents
from models.text import LocalizedText
from models.trash import TrashedEvent
from models.vocabulary import Language, Role, Visibility

_READER = "reader"
_FOR_OFFICE = "for_office"
_AT_ONCE = 500

BUSY: LocalizedText = {language.value: translate(N_("Busy (internal)"), language) for language in Language}
"""Shown instead of a title that the reader may not see."""


def reads_as(session: Session, user: User) -> None:
    """Make a session read and change what this account may, from now on."""
    session.info[_READER] = reader_of(session, user)


@contextmanager
def reading_as(session: Session, user: User) -> Iterator[None]:
    """Make a session read what this account may, within the block."""
    before = session.info.get(_READER)
    reads_as(session, user)
    try:
        yield
    finally:
        session.info[_READER] = before


@contextmanager
def for_office(session: Session, office: str) -> Iterator[None]:
    """Make what the service itself enters within the block an office's; by default it is the default one's."""
    session.info[_FOR_OFFICE] = office
    try:
        yield
    finally:
        del session.info[_FOR_OFFICE]


@contextmanager
def in_place_of_owner(session: Session, event: Event) -> Iterator[None]:
    """Within the block the session may change an event, whosever it is, as its own protocol office: for what both of
    its sides have agreed on, and nothing else."""
    before: ReadingRights | None = session.info.get(_READER)
    if before is not None:
        owner = before.offices.of(event.organisation_id)
        session.info[_READER] = replace(
            before,
            organisation_id=event.organisation_id,
            whole_office=True,
            office=owner,
            side=None,
            predecessors=frozenset(),
        )
    try:
        yield
    finally:
        session.info[_READER] = before


def account_rights(session: Session) -> ReadingRights | None:
    """The rights of the account the session acts for, however much it may; None for the service itself."""
    found: ReadingRights | None = session.info.get(_READER)
    return found


def reader(session: Session) -> ReadingRights | None:
    """The rights the session reads with; None if it may read everything."""
    found: ReadingRights | None = session.info.get(_READER)
    return None if found is None or found.everything else found


def visible(session: Session, *, by_share: bool = True) -> ColumnElement[bool]:
    """The condition for events the session may read; without ``by_share`` not those only shared with its office."""
    return visible_to(reader(session), by_share=by_share)


def hidden(session: Session, event_ids: Collection[str | None], *, by_share: bool = True) -> frozenset[str]:
    """Those of these events the session may not read, as :func:`visible`; no query if it may read everything."""
    ids = sorted({event_id for event_id in event_ids if event_id is not None})
    if not ids or reader(session) is None:
        return frozenset()
    readable: set[str] = set()
    for first in range(0, len(ids), _AT_ONCE):
        batch = ids[first : first + _AT_ONCE]
        readable |= set(
            session.scalars(select(col(Event.id)).where(col(Event.id).in_(batch), visible(session, by_share=by_share)))
        )
    return frozenset(ids) - readable


def unnoticed(session: Session, event_ids: Collection[str]) -> frozenset[str]:
    """Those of these events of which the session must not even notice that somebody is busy: hidden ones of another
    office. Within an office a hidden event stands in the way as "busy"."""
    one = reader(session)
    if one is None or one.offices.alone or not (hidden_ids := hidden(session, event_ids)):
        return frozenset()
    near = select(col(Event.id)).where(col(Event.id).in_(sorted(hidden_ids)), event_readers.is_near(one))
    return hidden_ids - frozenset(session.scalars(near))


def titles(session: Session, found: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """Event → title, with :data:`BUSY` instead of those the session may not read."""
    hidden_ids = hidden(session, found.keys())
    return {event_id: BUSY if event_id in hidden_ids else title for event_id, title in found.items()}


def is_for(session: Session, organisation_id: str | None) -> bool:
    """Whether the organisation is the reader's own."""
    one = reader(session)
    return one is not None and organisation_id is not None and organisation_id == one.organisation_id


def may_change(session: Session, event: Any) -> bool:
    """Whether the session may change an event (or a row with its columns) and what belongs to it."""
    one = reader(session)
    return one is None or one.is_in_charge(event)


def changed_by(one: ReadingRights) -> ColumnElement[bool]:
    """:func:`may_change` as a condition for SELECTs."""
    return event_readers.in_charge(one)


def restorable(session: Session) -> ColumnElement[bool]:
    """:func:`may_change` as a condition for SELECTs of the trash."""
    one = reader(session)
    return true() if one is None else event_readers.in_charge(one, TrashedEvent)


def filled_by(session: Session) -> ColumnElement[bool]:
    """The condition for events that a calendar file may change which the session takes in: those it may change and that
    its own organisation made, or the service, or somebody who reads the whole office.

    Whoever made an event reads it: what others entered beforehand under a UID that they knew must not be filled by
    whoever takes in the file with it, not even by those who may change everything.
    """
    one = account_rights(session)
    if one is None:
        return true()
    officials = or_(
        col(User.role).in_([role for role in Role if role.suffices_for(Role.APPROVER)]),
        col(User.organisation_id).is_(None),
        col(User.organisation_id).in_(select(col(Organisation.id)).where(col(Organisation.protocol_office))),
    )
    makers = select(col(User.id)).where(or_(col(User.organisation_id) == one.organisation_id, officials))
    made_by = col(Event.created_by)
    return and_(changed_by(one), or_(made_by.is_(None), made_by == one.user_id, made_by.in_(makers)))


# How much of an event


class Sight(IntEnum):
    """How much of an event that it may read a session sees.

    ``SHARED``, what readers of another office, or of the other side, see: days, hours, place and description, members
    without their addresses, the published programme, tasks of the reader's own organisation (of a shared event also of
    the other bodies of an office that the reader reads whole), bookings without their notes. ``OFFICE``, what
    departments of its office that take part see: also the working programme and all tasks. ``WHOLE``, what whoever is
    in charge sees, and of a public event its whole office: also budget, history and all reminders. Reminders to one's
    own address are seen with any of them.
    """

    SHARED = 0
    OFFICE = 1
    WHOLE = 2


def sight(session: Session, event: Any) -> Sight:
    """How much of an event (or a row with its columns) the session sees, if it may read it at all."""
    one = reader(session)
    if one is None or one.is_in_charge(event) or one.carries_on(event):
        return Sight.WHOLE
    if not one.is_near(event.organisation_id):
        return Sight.SHARED
    return Sight.WHOLE if event.visibility is Visibility.PUBLIC else Sight.OFFICE


def check_history(session: Session, event: Event) -> None:
    """Raise if the session does not see the history of an event it may read.

    Raises:
        Forbidden: others are in charge of it.
    """
    if sight(session, event) is not Sight.WHOLE:
        raise Forbidden(
            message(N_("Only who is in charge of this event and its protocol office can read its history.")),
            code="not_in_charge",
        )


def overseen(session: Session) -> ColumnElement[bool]:
    """The condition for events of which the session sees everything."""
    one = reader(session)
    if one is None:
        return true()
    is_open = and_(col(Event.visibility) == Visibility.PUBLIC, event_readers.is_near(one))
    return or_(event_readers.in_charge(one), event_readers.carried_on(one), is_open)


def near(session: Session) -> ColumnElement[bool]:
    """The condition for events that the session sees at least as a department of their office, if it may read them."""
    one = reader(session)
    return true() if one is None else event_readers.is_near(one)


def near_office(session: Session) -> ColumnElement[bool]:
    """The condition for events of the reader's office, which its rules remind of; all for the service itself."""
    one = reader(session)
    condition = None if one is None else one.offices.holds(one.office, col(Event.organisation_id))
    return true() if condition is None else condition


def sees_task(session: Session, event: Any, organisation_id: str | None) -> bool:
    """Whether the session sees a task of an event it may read; ``organisation_id`` is whose task it is.

    Who is told of a task by mail must see it too (:meth:`models.queries.audience.AudienceIndex.addresses`).
    """
    return task_sight(session, event)(organisation_id)


def task_sight(session: Session, event: Any) -> Callable[[str | None], bool]:
    """:func:`sees_task` for many tasks of one event, by whose they are; at most one query."""
    one = reader(session)
    if one is None:
        return lambda _organisation_id: True
    is_asked = one.whole_office and not one.offices.alone and not one.is_near(event.organisation_id)
    shared = SharedEvents.of(session.connection(), [event.id]).code(event.id) if is_asked else None
    return lambda organisation_id: one.sees_task(event, organisation_id, shared=shared)


def seen_tasks(session: Session) -> ColumnElement[bool]:
    """:func:`sees_task` as a condition for SELECTs of tasks joined with their events, all of them readable."""
    one = reader(session)
    if one is None:
        return true()
    seen = [event_readers.is_near(one), event_readers.in_charge(one), col(Task.organisation_id) == one.organisation_id]
    of_own_bodies = one.offices.holds(one.office, col(Task.organisation_id))
    if one.whole_office and of_own_bodies is not None:
        seen.append(and_(event_readers.shared_to(one), col(Task.organisation_id).is_not(None), of_own_bodies))
    return or_(*seen)


def check_change(session: Session, event: Event) -> None:
    """Raise if the session may not change an event.

    Raises:
        Forbidden: another organisation, or the protocol office, is in charge of it.
    """
    if may_change(session, event):
        return
    if event.organisation_id is None:
        what = message(N_("The protocol office is in charge of this event: only it can change it."))
    else:
        what = message(
            N_("“{organisation}” is in charge of this event: only it and the protocol office can change it."),
            organisation=session.get_one(Organisation, event.organisation_id).name,
        )
    raise Forbidden(what, code="not_in_charge")


def check_change_of(session: Session, event_id: str | None) -> None:
    """As :func:`check_change`, for an event by its id; no check for None.

    Raises:
        Forbidden: another organisation is in charge of it.
    """
    if event_id is not None:
        check_change(session, session.get_one(Event, event_id))


# Offices


def offices(session: Session) -> Offices:
    """The offices: as they were when the session began to read for its account."""
    found: ReadingRights | None = session.info.get(_READER)
    return Offices.load(session) if found is None else found.offices


def own_office(session: Session) -> str:
    """The code of the reader's office; for the service itself the one it acts for, else the default office."""
    found: ReadingRights | None = session.info.get(_READER)
    if found is None:
        return str(session.info.get(_FOR_OFFICE) or offices(session).default)
    return found.office


def is_beside_default(session: Session) -> bool:
    """Whether the reader's office is another than the default one."""
    return own_office(session) != offices(session).default


def of_own_office(session: Session, organisation_id: Any) -> ColumnElement[bool]:
    """The condition for rows whose organisation (a column, possibly NULL) is of the reader's office; all for the
    service itself."""
    one = reader(session)
    condition = None if one is None else one.offices.holds(one.office, organisation_id)
    return true() if condition is None else condition


def own_holidays(session: Session) -> list[OfficeHoliday]:
    """The own days off and worked days of the reader's office, oldest first; one query."""
    return OfficeHolidays.load(session, offices(session)).at(own_office(session))


def oversees(session: Session, organisation_id: str | None) -> bool:
    """Whether the session may change everything of an organisation's office."""
    one = reader(session)
    return one is None or (one.whole_office and one.is_of_office(organisation_id))


def is_of_own_office(session: Session, organisation_id: str | None) -> bool:
    """Whether an organisation, or what has none, belongs to the reader's office; any for the service itself."""
    one = reader(session)
    return one is None or one.is_of_office(organisation_id)


def oversees_own(session: Session) -> bool:
    """Whether the session may change everything of its own office."""
    one = reader(session)
    return one is None or one.whole_office


def own_accounts(session: Session) -> ColumnElement[bool]:
    """The condition for accounts of the reader's office; all for the service itself."""
    one = reader(session)
    condition = None if one is None else one.offices.marks(one.office, col(User.office))
    return true() if condition is None else condition


def marked_own(session: Session, column: Any) -> ColumnElement[bool]:
    """The condition for rows of the reader's office by their column ``office``; all for the service itself, unless it
    acts for an office."""
    one = reader(session)
    if one is None and (office := session.info.get(_FOR_OFFICE)) is not None:
        condition = offices(session).marks(office, column)
    else:
        condition = None if one is None else one.offices.marks(one.office, column)
    return true() if condition is None else condition


def is_marked_own(session: Session, office: str | None, row: object = None) -> bool:
    """Whether a row with this ``office`` belongs to the reader's office; any for the service itself, and any of a table
    without such a column."""
    one = reader(session)
    if one is None or (row is not None and not hasattr(row, "office")):
        return True
    return one.offices.named(office) == one.office


def mark(session: Session) -> str | None:
    """What a row that the session makes has as its ``office``."""
    return own_office(session) or None


def is_beside_others(session: Session) -> bool:
    """Whether the session acts for an account on an installation with several offices: nobody's eyes see all events
    then, so no refusal may depend on all of them."""
    one = account_rights(session)
    return one is not None and not one.offices.alone


def check_own_organisation(session: Session, field: str, organisation_id: str | None, what: Message) -> None:
    """Refuse what is for an organisation of another office.

    Raises:
        Forbidden: it is of another office; ``errors`` names the field.
    """
    one = reader(session)
    if one is not None and not one.is_of_office(organisation_id):
        raise Forbidden(what, code="not_in_charge", errors={field: [what]})


def is_own_place(session: Session, locality: str) -> bool:
    """Whether organisations in a locality are of the reader's office; any for the service itself."""
    one = reader(session)
    return one is None or one.offices.keeping.at(locality) == one.office


def check_place(session: Session, locality: str) -> None:
    """Refuse a new organisation in a locality of another office: it would be that office's, and known there by name.

    Raises:
        Forbidden: it is one; ``errors`` names the field.
    """
    if not is_own_place(session, locality):
        what = message(N_("The office of this locality enters its organisations itself."))
        raise Forbidden(what, code="not_in_charge", errors={"locality": [what]})


def check_operator(session: Session, field: str, what: Message) -> None:
    """Refuse what only the operator may do; ``what`` names the way out.

    Raises:
        Forbidden: the session acts for an account; ``errors`` names the field.
    """
    if session.info.get(_READER) is not None:
        raise Forbidden(what, code="operator_only", errors={field: [what]})


# People and organisations


class Hold(IntEnum):
    """How much of a person a reader may change; ``WORDS`` is all fields except :data:`WITHHELD`."""

    NONE = 0
    WORDS = 1
    ALL = 2


def reads_addresses(session: Session) -> ColumnElement[bool]:
    """The condition for people whose mail address and telephone the session reads: those of its office, and of its own
    organisation. Who they are is everybody's to see; how to reach them is their office's."""
    one = reader(session)
    kept_by = func.coalesce(col(Person.organisation_id), col(Person.former_organisation_id))
    condition = None if one is None else one.offices.keeping.holds(one.office, kept_by)
    if one is None or condition is None:
        return true()
    return or_(condition, kept_by == one.organisation_id)


def reads_address_of(session: Session, organisation_id: str | None) -> bool:
    """As :func:`reads_addresses`, for a person kept by an organisation."""
    one = reader(session)
    return one is None or is_for(session, organisation_id) or one.keeps(organisation_id)


def keeper_of_nobodys(session: Session) -> str | None:
    """The body that keeps a person of no body whom the session enters. What is nobody's is the default office's, so in
    another one it is the account's own: its office could not change what it entered, and another one would read it."""
    one = account_rights(session)
    return None if one is None or one.office == one.offices.default else one.organisation_id


WITHHELD = frozenset({"email", "organisation_id"})
"""The fields of a person that decide where mail goes and who may read the events they take part in."""


def may_change_field(hold: Hold, name: str) -> bool:
    """Whether a person's field may be changed."""
    return hold is Hold.ALL or (hold is Hold.WORDS and name not in WITHHELD)


def has_accounts(session: Session, organisation_id: str | None) -> bool:
    """Whether an organisation has accounts, disabled ones included: its people remain its own."""
    if organisation_id is None:
        return False
    return (
        session.execute(select(col(User.id)).where(col(User.organisation_id) == organisation_id).limit(1)).first()
        is not None
    )


def takes_part(person_id: str) -> ColumnElement[bool]:
    """The condition for events that a person takes part in, as head or member."""
    is_member = col(Event.id).in_(select(col(Member.event_id)).where(col(Member.person_id) == person_id))
    return or_(col(Event.head_id) == person_id, is_member)


def hold_of(session: Session, person: Person, *, joins: bool = False) -> Hold:
    """How much of a person the session may change. ``joins``: they are being added to an event it may change."""
    one = reader(session)
    if one is None or is_for(session, person.kept_by):
        return Hold.ALL
    if one.whole_office and one.keeps(person.kept_by):
        return Hold.ALL
    if has_accounts(session, person.kept_by) or not one.keeps(person.kept_by):
        return Hold.NONE
    in_charge = select(col(Event.id)).where(takes_part(person.id), changed_by(one)).limit(1)
    return Hold.WORDS if joins or session.execute(in_charge).first() is not None else Hold.NONE


def check_person(
    session: Session, person: Person, values: Mapping[str, Any] | None = None, *, moves: bool = False
) -> None:
    """Raise if the session may not change a person; ``values`` None means deleting them. ``moves``: on some day, a
    past one too, they would be of another organisation, or be kept by another.

    Raises:
        Forbidden: only the person's own organisation may, or only approvers and the protocol office.
    """
    hold = hold_of(session, person)
    if hold is Hold.ALL:
        return
    if hold is Hold.WORDS and values is not None:
        if not moves and all(values[name] == getattr(person, name) for name in WITHHELD & values.keys()):
            return
        what = message(
            N_("Only an approver or the protocol office can change the address or the organisation of this person.")
        )
    elif has_accounts(session, person.kept_by):
        what = message(
            N_(
                "“{organisation}” is in charge of this person: only it, an approver or the protocol office can"
                " change them."
            ),
            organisation=session.get_one(Organisation, person.kept_by).name,
        )
    elif values is None:
        what = message(N_("Only an approver or the protocol office can delete this person."))
    else:
        what = message(
            N_(
                "This person takes part in no event of your organisation: only an approver or the protocol office can"
                " change them."
            )
        )
    raise Forbidden(what, code="not_in_charge")


def not_to_join(session: Session, organisation_id: str | None) -> Message | None:
    """Why the session may not put people into an organisation: one that has accounts enters its own, and one of another
    office is that office's. Nobody's people are entered by everybody."""
    one = reader(session)
    if one is None or is_for(session, organisation_id) or organisation_id is None:
        return None
    if one.keeps(organisation_id) and (one.whole_office or not has_accounts(session, organisation_id)):
        return None
    return message(
        N_(
            "Only “{organisation}” itself, an approver or the protocol office can put people there: ask one of them, or"
            " leave the organisation out."
        ),
        organisation=session.get_one(Organisation, organisation_id).name,
    )


def check_joining(session: Session, organisation_id: str | None, field: str = "organisation_id") -> None:
    """Refuse to put people into somebody else's organisation.

    Raises:
        Forbidden: it has accounts, and the session's is none of them, or it is of another office; ``errors`` names
            the ``field``.
    """
    if what := not_to_join(session, organisation_id):
        raise Forbidden(what, code="not_in_charge", errors={field: [what]})


def check_leaving(session: Session, kept_by: str | None, joined: Collection[str | None], field: str) -> None:
    """Refuse to take somebody of an office that has ended to another office: who keeps its directory writes words and
    addresses, but whoever has a person reads what was sealed of them, and that stays closed.

    Raises:
        Forbidden: they are ``kept_by`` a body of such an office, and one of those they would be of is another's;
            ``errors`` names the ``field``.
    """
    one = reader(session)
    if one is None or one.offices.of(kept_by) not in one.offices.ended:
        return
    if any(one.offices.of(body) != one.offices.of(kept_by) for body in joined):
        what = message(
            N_(
                "The office of this person has ended, and what it has sealed of them stays closed: they can't be taken"
                " to a body of another office. Enter them there as a new person."
            )
        )
        raise Forbidden(what, code="office_ended", errors={field: [what]})


def may_change_organisation(session: Session, organisation: Organisation) -> bool:
    """Whether the session may change an organisation: its own, or any of its office if it may change all of it."""
    one = reader(session)
    return one is None or is_for(session, organisation.id) or (one.whole_office and one.keeps(organisation.id))


NAMES = frozenset({"name", "aliases"})
"""What of an organisation decides whom a list means by it."""


def check_renaming(session: Session, changed: Collection[str]) -> None:
    """Refuse officers a change of what an organisation is called, their own as well; ``changed`` are field names.

    Raises:
        Forbidden: it is one of :data:`NAMES`, and the session does not change everything; ``errors`` names the fields.
    """
    if not oversees_own(session) and (renamed := sorted(NAMES.intersection(changed))):
        what = message(N_("Only an approver or the protocol office can change what an organisation is called."))
        raise Forbidden(what, code="not_in_charge", errors={name: [what] for name in renamed})


def check_organisation(session: Session, organisation: Organisation) -> None:
    """Raise if the session may not change an organisation.

    Raises:
        Forbidden: it is not the reader's own, and the session may not change everything.
    """
    if not may_change_organisation(session, organisation):
        raise Forbidden(
            message(
                N_("Only accounts of “{organisation}”, an approver or the protocol office can change it."),
                organisation=organisation.name,
            ),
            code="not_in_charge",
        )


# Where mail goes


def gives_mailboxes(session: Session, locality: str | None = None) -> bool:
    """Whether the session may give a new organisation, in this locality or in its own office, a mailbox.

    What fails of its mail is told there. An organisation that is there is given one by whoever may change it.
    """
    one = reader(session)
    return one is None or (one.whole_office and (locality is None or is_own_place(session, locality)))


def check_mailbox(session: Session, locality: str) -> None:
    """Refuse a new organisation's mailbox.

    Raises:
        Forbidden: the session does not oversee the office of the locality; ``errors`` names the field.
    """
    if not gives_mailboxes(session, locality):
        what = message(
            N_(
                "Mail about its events would go there: only an approver or the protocol office of its office, or the"
                " organisation itself, gives its address. Leave it out."
            )
        )
        raise Forbidden(what, code="not_in_charge", errors={"email": [what]})


def check_addresses(session: Session, audience: Collection[str]) -> None:
    """Raise if an audience contains an address that belongs to no account and to nobody in the directory.

    An accepted address still gets mail about an internal event only if its owner may read the event or is a member
    (:meth:`models.queries.audience.AudienceIndex.addresses`).

    Raises:
        Forbidden: there is such an address, and the session may not change everything; ``errors`` names the field.
    """
    if not oversees_own(session) and (unknown := unknown_addresses(session, audience)):
        what = message(
            N_("“{address}” belongs to nobody here: only an approver or the protocol office can have mail sent there."),
            address=unknown[0],
        )
        right = N_(
            "Instead of “{address}” write the address of an account or of a person on the list, or ask an approver or"
            " the protocol office."
        )
        errors = [message(right, address=one) for one in unknown]
        raise Forbidden(what, code="address_not_allowed", errors={"audience": errors})


def unknown_addresses(session: Session, audience: Collection[str], *, people_count: bool = True) -> list[str]:
    """The addresses an audience names that are no account's of the session's office and nobody's on its list of people,
    which may not count."""
    named = {address.lower(): address for address in named_addresses(audience)}
    if not named:
        return []
    # Those of other offices are as if they were not there: whether somebody has an account is not told to everybody.
    accounts = select(col(User.email)).where(col(User.email).in_(named), own_accounts(session))
    known = set(session.execute(accounts).scalars())
    if people_count:
        address = func.lower(col(Person.email))
        people = select(address).where(address.in_(named), reads_addresses(session))
        known |= set(session.execute(people).scalars())
    return [written for one, written in named.items() if one not in known]
