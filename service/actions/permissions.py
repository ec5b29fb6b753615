"""What a session may read and change: events, people, organisations, and the addresses in reminder rules.

Who may read an event is decided in :mod:`models.queries.event_readers`. Officers change the events that their own
organisation is in charge of and those they created; the protocol office, approvers and administrators change all
events. Whoever runs the service is the protocol office: an account without an organisation belongs to it, and so does
an event without an organisation.

A person's organisation decides which events that organisation may read, and a person's address where mail goes. So
people and organisations are changed by their own organisation, and by whoever may change everything. People of
organisations without accounts may also be changed by whoever is in charge of an event they take part in, except for
these two fields (:class:`Hold`). Only whoever may change everything can make a reminder rule with an address that
belongs to nobody here (:func:`check_addresses`).

A session has the rights of an account (:func:`reads_as`); without one, as in jobs, the seed and the command line, it
may read and change everything.
"""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session, col

from models.accounts import User
from models.errors import Forbidden
from models.event_parts import Member
from models.events import Event
from models.i18n import N_, Message, message, translate
from models.places import Organisation, Person
from models.queries.audience import named_addresses
from models.queries.event_readers import ReadingRights, reader_of, visible_to
from models.text import LocalizedText
from models.vocabulary import Language

_READER = "reader"
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


def reader(session: Session) -> ReadingRights | None:
    """The rights the session reads with; None if it may read everything."""
    found: ReadingRights | None = session.info.get(_READER)
    return None if found is None or found.everything else found


def visible(session: Session) -> ColumnElement[bool]:
    """The condition for events the session may read."""
    return visible_to(reader(session))


def hidden(session: Session, event_ids: Collection[str | None]) -> frozenset[str]:
    """Those of these events the session may not read; no query if it may read everything."""
    ids = sorted({event_id for event_id in event_ids if event_id is not None})
    if not ids or reader(session) is None:
        return frozenset()
    readable: set[str] = set()
    for first in range(0, len(ids), _AT_ONCE):
        batch = ids[first : first + _AT_ONCE]
        readable |= set(session.scalars(select(col(Event.id)).where(col(Event.id).in_(batch), visible(session))))
    return frozenset(ids) - readable


def titles(session: Session, found: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    """Event → title, with :data:`BUSY` instead of those the session may not read."""
    hidden_ids = hidden(session, found.keys())
    return {event_id: BUSY if event_id in hidden_ids else title for event_id, title in found.items()}


def is_for(session: Session, organisation_id: str | None) -> bool:
    """Whether the organisation is the reader's own."""
    one = reader(session)
    return one is not None and organisation_id is not None and organisation_id == one.organisation_id


def may_change(session: Session, event: Event) -> bool:
    """Whether the session may change an event and what belongs to it."""
    one = reader(session)
    if one is None or event.created_by == one.user_id:
        return True
    return event.organisation_id is not None and event.organisation_id == one.organisation_id


def changed_by(one: ReadingRights) -> ColumnElement[bool]:
    """:func:`may_change` as a condition for SELECTs, for a reader who may not change everything."""
    return or_(col(Event.created_by) == one.user_id, col(Event.organisation_id) == one.organisation_id)


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


# People and organisations


class Hold(IntEnum):
    """How much of a person a reader may change; ``WORDS`` is all fields except :data:`WITHHELD`."""

    NONE = 0
    WORDS = 1
    ALL = 2


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
    if one is None or is_for(session, person.organisation_id):
        return Hold.ALL
    if has_accounts(session, person.organisation_id):
        return Hold.NONE
    in_charge = select(col(Event.id)).where(takes_part(person.id), changed_by(one)).limit(1)
    return Hold.WORDS if joins or session.execute(in_charge).first() is not None else Hold.NONE


def check_person(session: Session, person: Person, values: Mapping[str, Any] | None = None) -> None:
    """Raise if the session may not change a person; ``values`` None means deleting them.

    Raises:
        Forbidden: only the person's own organisation may, or only approvers and the protocol office.
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
    """Whether the session may change an organisation: its own, or any if it may change everything."""
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


# Where rules send mail


def check_addresses(session: Session, audience: Collection[str]) -> None:
    """Raise if an audience contains an address that belongs to no account and to nobody in the directory.

    An accepted address still gets mail about an internal event only if its owner may read the event or is a member
    (:meth:`models.queries.audience.AudienceIndex.addresses`).

    Raises:
        Forbidden: there is such an address, and the session may not change everything; ``errors`` names the field.
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
        errors = [message(right, address=one) for one in unknown]
        raise Forbidden(what, code="address_not_allowed", errors={"audience": errors})


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
