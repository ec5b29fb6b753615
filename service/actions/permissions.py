"""Who may read and change which events, and who may change people, organisations and the addresses of rules.

Everybody with an account reads what is public. What is internal is read by the organisation in charge of it, by those
who take part (their people are members, or their tasks are in it), by the protocol office, by approvers and
administrators. Officers change what their own organisation is in charge of and what they made; the protocol office,
approvers and administrators change everything. Whoever runs the service is the protocol office: an account of no
organisation is its own too, and so is an event of no organisation.

A person's organisation decides what that organisation reads, and a person's address where mail goes. So people and
organisations are changed by their own organisation, and by whoever changes everything. People of bodies without
accounts are also changed by who is in charge of an event they take part in, but for these two fields
(:class:`Hold`). A reminder rule that names an address of nobody here is made by whoever changes everything
(:func:`check_addresses`).

A session reads as somebody (:func:`reads_as`); one that does not, as jobs, the seed and the command line do, reads and
changes everything.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlmodel import Session, col

from models.accounts import User
from models.errors import Forbidden
from models.event_parts import Member
from models.events import Event
from models.i18n import N_, Message, message, translate
from models.places import Organisation, Person
from models.queries.audience import named_addresses
from models.queries.event_readers import TAKING_PART, reads_everything
from models.text import LocalizedText
from models.vocabulary import Language, Visibility

_READER = "reader"
_AT_ONCE = 500

BUSY: LocalizedText = {language.value: translate(N_("Busy (internal)"), language) for language in Language}
"""What stands in the place of a title its reader may not see."""


@dataclass(frozen=True, slots=True)
class ReadingRights:
    """Whose eyes a session reads with; ``everything`` when nothing is kept from them."""

    user_id: str
    organisation_id: str | None
    everything: bool


def reader_of(session: Session, user: User) -> ReadingRights:
    """What an account may read at present."""
    organisation = session.get(Organisation, user.organisation_id) if user.organisation_id else None
    is_office = organisation is not None and organisation.protocol_office
    return ReadingRights(user.id, user.organisation_id, reads_everything(user.role, user.organisation_id, is_office))


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


def reader(session: Session) -> ReadingRights | None:
    """Whose eyes the session reads with; None when nothing is kept from it."""
    found: ReadingRights | None = session.info.get(_READER)
    return None if found is None or found.everything else found


def visible(session: Session) -> ColumnElement[bool]:
    """The condition for events the session may read."""
    return visible_to(reader(session))


def visible_to(one: ReadingRights | None, table: Any = Event) -> ColumnElement[bool]:
    """The condition for events somebody may read; ``table`` may be that of the deleted ones."""
    if one is None or one.everything:
        return true()
    conditions = [col(table.visibility) == Visibility.PUBLIC]
    if table is Event:
        conditions.append(col(Event.created_by) == one.user_id)
    if one.organisation_id is not None:
        conditions.append(col(table.organisation_id) == one.organisation_id)
        for pairs in TAKING_PART:
            event_id, organisation_id = pairs.selected_columns
            own = pairs.where(organisation_id == one.organisation_id).with_only_columns(event_id)
            conditions.append(col(table.id).in_(own))
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
    if one is None or event.created_by == one.user_id:
        return True
    return event.organisation_id is not None and event.organisation_id == one.organisation_id


def changed_by(one: ReadingRights) -> ColumnElement[bool]:
    """The condition for events that a reader who does not change everything may change; as :func:`may_change`."""
    return or_(col(Event.created_by) == one.user_id, col(Event.organisation_id) == one.organisation_id)


def check_change(session: Session, event: Event) -> None:
    """Refuse a change of somebody else's event.

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
    """As :func:`check_change`, of an event by its id; nobody is in charge of what belongs to none.

    Raises:
        Forbidden: another organisation is in charge of it.
    """
    if event_id is not None:
        check_change(session, session.get_one(Event, event_id))


# People and organisations


class Hold(IntEnum):
    """How far a reader may change a person; ``WORDS`` is all but :data:`WITHHELD`."""

    NONE = 0
    WORDS = 1
    ALL = 2


WITHHELD = frozenset({"email", "organisation_id"})
"""What of a person decides where mail goes and who reads the events they take part in."""


def may_change_field(hold: Hold, name: str) -> bool:
    """Whether this much of a person covers one of their fields."""
    return hold is Hold.ALL or (hold is Hold.WORDS and name not in WITHHELD)


def has_accounts(session: Session, organisation_id: str | None) -> bool:
    """Whether a body has accounts here; one that is switched off counts, for its people stay its own."""
    if organisation_id is None:
        return False
    return (
        session.execute(select(col(User.id)).where(col(User.organisation_id) == organisation_id).limit(1)).first()
        is not None
    )


def takes_part(person_id: str) -> ColumnElement[bool]:
    """The condition for events that a person is in, as their head or a member."""
    is_member = col(Event.id).in_(select(col(Member.event_id)).where(col(Member.person_id) == person_id))
    return or_(col(Event.head_id) == person_id, is_member)


def hold_of(session: Session, person: Person, *, joins: bool = False) -> Hold:
    """How far the session may change a person. ``joins``: they are being put into an event it may change."""
    one = reader(session)
    if one is None or is_for(session, person.organisation_id):
        return Hold.ALL
    if has_accounts(session, person.organisation_id):
        return Hold.NONE
    in_charge = select(col(Event.id)).where(takes_part(person.id), changed_by(one)).limit(1)
    return Hold.WORDS if joins or session.execute(in_charge).first() is not None else Hold.NONE


def check_person(session: Session, person: Person, values: Mapping[str, Any] | None = None) -> None:
    """Refuse a change of somebody else's person; ``values`` None: they are to be deleted.

    Raises:
        Forbidden: the person's own organisation is in charge, or nobody but the protocol office is.
    """
    hold = hold_of(session, person)
    if hold is Hold.ALL:
        return
    if hold is Hold.WORDS and values is not None:
        if all(values[name] == getattr(person, name) for name in WITHHELD & values.keys()):
            return
        what = message(
            N_("Only an approver or the protocol office can change the address or the organisation of this person.")
        )
    elif has_accounts(session, person.organisation_id):
        what = message(
            N_(
                "“{organisation}” is in charge of this person: only it, an approver or the protocol office can"
                " change them."
            ),
            organisation=session.get_one(Organisation, person.organisation_id).name,
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
    """Why the session may not put people into an organisation: one that has accounts enters its own."""
    if reader(session) is None or is_for(session, organisation_id) or not has_accounts(session, organisation_id):
        return None
    return message(
        N_(
            "Only “{organisation}” itself, an approver or the protocol office can put people there: ask one of them, or"
            " leave the organisation out."
        ),
        organisation=session.get_one(Organisation, organisation_id).name,
    )


def check_joining(session: Session, organisation_id: str | None) -> None:
    """Refuse to put people into somebody else's organisation.

    Raises:
        Forbidden: it has accounts, and the session's is none of them; ``errors`` names the field.
    """
    if what := not_to_join(session, organisation_id):
        raise Forbidden(what, code="not_in_charge", errors={"organisation_id": [what]})


def may_change_organisation(session: Session, organisation: Organisation) -> bool:
    """Whether the session may change an organisation: its own, or any for whoever changes everything."""
    return reader(session) is None or is_for(session, organisation.id)


NAMES = frozenset({"name", "aliases"})
"""What of an organisation decides whom a list means by it."""


def check_renaming(session: Session, changed: Collection[str]) -> None:
    """Refuse officers a change of what an organisation is called, their own as well; ``changed`` are field names.

    Raises:
        Forbidden: it is one of :data:`NAMES`, and the session does not change everything; ``errors`` names the fields.
    """
    if reader(session) is not None and (renamed := sorted(NAMES.intersection(changed))):
        what = message(N_("Only an approver or the protocol office can change what an organisation is called."))
        raise Forbidden(what, code="not_in_charge", errors={name: [what] for name in renamed})


def check_organisation(session: Session, organisation: Organisation) -> None:
    """Refuse a change of somebody else's organisation.

    Raises:
        Forbidden: the session is neither of it nor entitled to change everything.
    """
    if not may_change_organisation(session, organisation):
        raise Forbidden(
            message(
                N_("Only accounts of “{organisation}”, an approver or the protocol office can change it."),
                organisation=organisation.name,
            ),
            code="not_in_charge",
        )


# Where rules send mail


def check_addresses(session: Session, audience: Collection[str]) -> None:
    """Refuse an audience with an address that is no account's and nobody's on the list of people.

    An address that passes is still told of an internal event only where its reader may read that event or is in it
    (:meth:`models.queries.audience.AudienceIndex.addresses`).

    Raises:
        Forbidden: there is one, and the session does not change everything; ``errors`` names the field.
    """
    if reader(session) is not None and (unknown := unknown_addresses(session, audience)):
        what = message(
            N_("“{address}” belongs to nobody here: only an approver or the protocol office can have mail sent there."),
            address=unknown[0],
        )
        right = N_(
            "Instead of “{address}” write the address of an account or of a person on the list, or ask an approver or"
            " the protocol office."
        )
        told = [message(right, address=one) for one in unknown]
        raise Forbidden(what, code="address_not_allowed", errors={"audience": told})


def unknown_addresses(session: Session, audience: Collection[str], *, people_count: bool = True) -> list[str]:
    """The addresses an audience names that are no account's and nobody's on the list of people, which may not count."""
    named = {address.lower(): address for address in named_addresses(audience)}
    if not named:
        return []
    known = set(session.execute(select(col(User.email)).where(col(User.email).in_(named))).scalars())
    if people_count:
        address = func.lower(col(Person.email))
        known |= set(session.execute(select(address).where(address.in_(named))).scalars())
    return [written for one, written in named.items() if one not in known]
