"""The recipients of a reminder: the words of a rule's audience, resolved to addresses and languages."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, Table, bindparam, func, or_, select, union_all
from sqlmodel import Session

from models.accounts import User
from models.errors import InvalidValue
from models.event_parts import Member
from models.events import Event
from models.i18n import N_
from models.places import Locality, Organisation, Person
from models.queries.event_readers import TAKING_PART, ReadingRights, vouched_rules
from models.queries.offices import OTHERS_EXIST, Offices, knows
from models.reminders import ReminderRule
from models.vocabulary import Language, Role, Visibility

OWNER, MEMBERS, ORGANISATION = "owner", "members", "organisation"
MESSENGER = "messenger:"
"""Prefix of an account's address for its messenger, as a separate recipient."""

MESSENGER_SECRET = "messenger"  # noqa: S105 - the purpose that encrypted addresses are bound to
_ROLE, _EMAIL = "role:", "email:"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_MAX_ADDRESS = 254


def is_address(text: str) -> bool:
    """Whether a text is a plain mail address, ``name@host``: ASCII, no quotes, nothing that is unsafe in a mail header.

    Source: RFC 5322 section 3.4.1 (dot-atom), RFC 5321 section 4.5.3.1 (lengths).
    """
    return len(text) <= _MAX_ADDRESS and len(text.partition("@")[0]) <= 64 and bool(_ADDRESS.fullmatch(text))


def check_audience(audience: Sequence[str]) -> None:
    """Reject an audience that is empty or contains an unknown word.

    Raises:
        InvalidValue: its detail says what is valid.
    """
    if not audience:
        raise InvalidValue(N_("Name at least one audience: {right}."), right=_valid_words())
    for word in audience:
        if word in {OWNER, MEMBERS, ORGANISATION}:
            continue
        if word.startswith(_ROLE) and word.removeprefix(_ROLE) in set(Role):
            continue
        if word.startswith(_EMAIL) and is_address(word.removeprefix(_EMAIL)):
            continue
        raise InvalidValue(N_("“{word}” is no audience; write {right}."), word=word[:60], right=_valid_words())


def named_addresses(audience: Iterable[str]) -> list[str]:
    """The addresses in an audience's ``email:`` words, as they are written."""
    return [word.removeprefix(_EMAIL) for word in audience if word.startswith(_EMAIL)]


def _valid_words() -> str:
    return ", ".join([OWNER, MEMBERS, ORGANISATION, *(f"{_ROLE}{role}" for role in Role), f"{_EMAIL}name@example.org"])


# Statements are cached: building one in SQLAlchemy takes several times as long as running it.

_USER: Table = User.__table__  # type: ignore[attr-defined]
_EVENT: Table = Event.__table__  # type: ignore[attr-defined]
_MEMBER: Table = Member.__table__  # type: ignore[attr-defined]
_PERSON: Table = Person.__table__  # type: ignore[attr-defined]
_ORGANISATION: Table = Organisation.__table__  # type: ignore[attr-defined]
_LOCALITY: Table = Locality.__table__  # type: ignore[attr-defined]
_RULE: Table = ReminderRule.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class EventSelection:
    """A selection of events: those with these ids, or all whose last day is ``since`` or later."""

    ids: tuple[str, ...] = ()
    since: date | None = None

    @property
    def by_id(self) -> bool:
        """Whether the events are selected by their ids."""
        return self.since is None

    @property
    def values(self) -> dict[str, Any]:
        """The values of the parameters of :func:`chosen_events`."""
        return {"event_ids": self.ids} if self.by_id else {"since": self.since}


@cache
def chosen_events(by_id: bool) -> ColumnElement[bool]:
    """The condition on the event table for an :class:`EventSelection`; its values are bound when a statement runs."""
    if by_id:
        return _EVENT.c.id.in_(bindparam("event_ids", expanding=True))
    return _EVENT.c.last_day >= bindparam("since")


@cache
def _users(parts: frozenset[str], by_id: bool) -> Select[*tuple[Any, ...]]:
    """The accounts that these parts of an audience may resolve to, in the order of their addresses."""
    events = chosen_events(by_id)
    conditions = {
        OWNER: _USER.c.id.in_(select(_EVENT.c.created_by).where(events)),
        ORGANISATION: _USER.c.organisation_id.in_(select(_EVENT.c.organisation_id).where(events)),
        _ROLE: _USER.c.role.in_(bindparam("roles", expanding=True)),
        _EMAIL: _USER.c.email.in_(bindparam("emails", expanding=True)),
        MEMBERS: _USER.c.email.in_(
            select(func.lower(_PERSON.c.email))
            .join(_MEMBER, _MEMBER.c.person_id == _PERSON.c.id)
            .join(_EVENT, _EVENT.c.id == _MEMBER.c.event_id)
            .where(events)
        ),
    }
    names = ("id", "email", "role", "organisation_id", "locale", "active", "messenger", "office")
    columns = (_USER.c[name] for name in names)
    return (
        select(*columns, _ORGANISATION.c.protocol_office, OTHERS_EXIST.label("several"))
        .outerjoin(_ORGANISATION, _ORGANISATION.c.id == _USER.c.organisation_id)
        .where(or_(*(conditions[part] for part in sorted(parts))))
        .order_by(_USER.c.email)
    )


@cache
def _taking_part(by_id: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """Which of some organisations take part in which of the events that are not public."""
    internal = select(_EVENT.c.id).where(chosen_events(by_id), _EVENT.c.visibility != Visibility.PUBLIC)
    selects = []
    for pairs in TAKING_PART:
        event_id, organisation_id = pairs.selected_columns
        of_organisations = organisation_id.in_(bindparam("organisations", expanding=True))
        selects.append(pairs.where(of_organisations, event_id.in_(internal)))
    return union_all(*selects)


@cache
def _members(by_id: bool, are_named: bool = False) -> Select[*tuple[Any, ...]]:
    """The members of events who have an address (``are_named``: one of ``emails``), with their organisation's
    country."""
    if are_named:
        return _members(by_id).where(func.lower(_PERSON.c.email).in_(bindparam("emails", expanding=True)))
    return (
        select(_MEMBER.c.event_id, _PERSON.c.email, _LOCALITY.c.country)
        .select_from(_MEMBER)
        .join(_PERSON, _PERSON.c.id == _MEMBER.c.person_id)
        .join(_EVENT, _EVENT.c.id == _MEMBER.c.event_id)
        .outerjoin(_ORGANISATION, _ORGANISATION.c.id == _PERSON.c.organisation_id)
        .outerjoin(_LOCALITY, _LOCALITY.c.code == _ORGANISATION.c.locality)
        .where(chosen_events(by_id), _PERSON.c.email.is_not(None))
        .order_by(_PERSON.c.email)
    )


@cache
def _countries(by_id: bool) -> Select[*tuple[Any, ...]]:
    """The countries of the organisations in charge of events."""
    return (
        select(_ORGANISATION.c.id, _LOCALITY.c.country)
        .join(_LOCALITY, _LOCALITY.c.code == _ORGANISATION.c.locality)
        .where(_ORGANISATION.c.id.in_(select(_EVENT.c.organisation_id).where(chosen_events(by_id))))
    )


def addresses(session: Session, audience: Sequence[str], event: Event) -> dict[str, Language]:
    """The addresses of an event's audience, each once and in lower case, with the recipient's language.

    ``owner`` is the creator, or the active accounts of the organisation in charge if the creator's account is not
    active; ``organisation`` those accounts; ``members`` the people of the event who have an address; ``role:officer``
    the active accounts with exactly that role; ``email:…`` the address itself. The last two resolve to nobody who may
    not read the event, see :meth:`AudienceIndex.addresses`; here addresses count as approved. Unknown words resolve to
    nobody. An account with a messenger is a second recipient, ``messenger:ADDRESS``.
    """
    session.flush()
    return AudienceIndex.load(session, audience, EventSelection((event.id,))).addresses(audience, event, vouched=True)


@dataclass(slots=True)
class AudienceIndex:
    """The data to resolve audiences of many events, read at once: at most seven queries however many events."""

    offices: Offices = field(default_factory=Offices)
    users: dict[str, Any] = field(default_factory=dict)
    rights: dict[str, ReadingRights] = field(default_factory=dict)
    by_email: dict[str, Any] = field(default_factory=dict)
    by_organisation: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    by_role: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    taking_part: set[tuple[str, str]] = field(default_factory=set)
    """Event and organisation, of internal events and the organisations of accounts that may not read everything."""
    present: set[tuple[str, str]] = field(default_factory=set)
    """Event and address (lower case) of its members: all, or only those that ``email:`` words name."""
    locales: dict[str, Language] = field(default_factory=dict)
    messengers: dict[str, bytes] = field(default_factory=dict)
    members: dict[str, list[tuple[str, str | None]]] = field(default_factory=lambda: defaultdict(list))
    countries: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, session: Session, words: Iterable[str], events: EventSelection) -> "AudienceIndex":
        """Read what these words can resolve to for these events; changes must have been flushed."""
        all_words = frozenset(words)
        emails = [address.lower() for address in named_addresses(all_words)]
        roles = [role for role in Role if f"{_ROLE}{role}" in all_words]
        parts = set(all_words & {OWNER, MEMBERS, ORGANISATION})
        # The organisation replaces an owner without an active account.
        parts |= {ORGANISATION} if OWNER in parts else set()
        values = dict(events.values)
        for part, named in ((_ROLE, roles), (_EMAIL, emails)):
            if named:
                parts.add(part)
                values["roles" if part == _ROLE else "emails"] = named
        index, connection, by_id = cls(), session.connection(), events.by_id
        if parts:
            found_users = connection.execute(_users(frozenset(parts), by_id), values).all()
            if found_users:
                knows(session, several=bool(found_users[0].several))
                index.offices = Offices.load(session)
            for user in found_users:
                index._add_user(user)
        limited = {one.organisation_id for one in index.rights.values() if not one.everything and one.organisation_id}
        if limited and parts & {_ROLE, _EMAIL}:
            bound = events.values | {"organisations": sorted(limited)}
            index.taking_part.update((row[0], row[1]) for row in connection.execute(_taking_part(by_id), bound))
        without_account = [email for email in emails if email not in index.by_email]
        if MEMBERS in parts:
            for event_id, email, country in connection.execute(_members(by_id), events.values):
                index.members[event_id].append((email, country))
                index.present.add((event_id, email.lower()))
        elif without_account:
            bound = events.values | {"emails": without_account}
            found = connection.execute(_members(by_id, are_named=True), bound)
            index.present.update((event_id, email.lower()) for event_id, email, _country in found)
        if parts & {MEMBERS, _EMAIL}:
            index.countries.update(connection.execute(_countries(by_id), events.values).all())
        return index

    def addresses(self, audience: Iterable[str], event: Any, *, vouched: bool = False) -> dict[str, Language]:
        """As :func:`addresses`, from the loaded data; ``event`` is one of the events, or a row with its columns.

        Mail about an internal event goes to accounts named by ``role:`` and ``email:`` only if they may read it, and to
        an ``email:`` address without an account only if it is a member's or the rule's addresses are approved
        (``vouched``, :func:`models.queries.event_readers.vouched_rules`).
        """
        found: dict[str, str | None] = {}
        for word in audience:
            for address, country in self._named(word, event, vouched):
                found.setdefault(address.strip().lower(), country)
        # Without an account the country decides the language: the person's own, else the organisation's in charge.
        office = self.countries.get(event.organisation_id or "")
        recipients = {
            address: self.locales.get(address) or (Language.LO if (country or office) == "LA" else Language.VI)
            for address, country in found.items()
            if address
        }
        if self.messengers:
            recipients |= {f"{MESSENGER}{one}": recipients[one] for one in self.messengers if one in recipients}
        return recipients

    def participants(self, event: Any) -> frozenset[str]:
        """The addresses whose calendars should have an event: its owner and its people. Both words must be loaded."""
        named = (*self._named(OWNER, event, False), *self._named(MEMBERS, event, False))
        return frozenset(address.strip().lower() for address, _country in named)

    def _named(self, word: str, event: Any, vouched: bool) -> list[tuple[str, str | None]]:
        if word == MEMBERS:
            return self.members.get(event.id, [])
        if word.startswith(_EMAIL):
            address = word.removeprefix(_EMAIL)
            return [(address, None)] if self._may_receive(address.lower(), event, vouched) else []
        creator = self.users.get(event.created_by or "")
        if word == OWNER and creator is not None and creator.active:
            return [(creator.email, None)]
        if word in {OWNER, ORGANISATION}:
            return [(address, None) for address in self.by_organisation.get(event.organisation_id or "", [])]
        of_role = self.by_role.get(word.removeprefix(_ROLE), [])
        return [(user.email, None) for user in of_role if self._may_read(user, event)]

    def _may_receive(self, address: str, event: Any, vouched: bool) -> bool:
        """Whether mail about an event may go to an address that a rule names."""
        if event.visibility is Visibility.PUBLIC or (event.id, address) in self.present:
            return True
        user = self.by_email.get(address)
        return vouched if user is None else user.active and self._may_read(user, event)

    def _may_read(self, user: Any, event: Any) -> bool:
        """Whether an account may read an event (:mod:`models.queries.event_readers`)."""
        takes_part = (event.id, user.organisation_id) in self.taking_part
        return self.rights[user.id].may_read(event, takes_part=takes_part)

    def _add_user(self, user: Any) -> None:
        self.users[user.id] = user
        self.rights[user.id] = ReadingRights.of(user, user.protocol_office, self.offices)
        self.by_email[user.email] = user
        self.locales[user.email] = user.locale
        if user.active:
            if user.messenger is not None:
                self.messengers[user.email] = user.messenger
            self.by_role[user.role].append(user)
            if user.organisation_id:
                self.by_organisation[user.organisation_id].append(user.email)


@dataclass(frozen=True, slots=True)
class EntitledReaders:
    """Who may be told of an event as it is now, whatever told them of it before."""

    directory: AudienceIndex = field(default_factory=AudienceIndex)
    heads: frozenset[tuple[str, str]] = frozenset()
    """Event and address, in lower case, of its head."""
    approved: frozenset[str] = frozenset()
    """Addresses, in lower case, that a rule names and somebody entitled has vouched for."""

    @classmethod
    def load(cls, session: Session, recipients: Collection[str], event_ids: Collection[str]) -> "EntitledReaders":
        """Read what decides it for these recipients and events; nothing where there are none."""
        if not recipients or not event_ids:
            return cls()
        events, connection = EventSelection(tuple(event_ids)), session.connection()
        addresses = {one.removeprefix(MESSENGER) for one in recipients}
        directory = AudienceIndex.load(session, {MEMBERS, *(f"{_EMAIL}{one}" for one in addresses)}, events)
        heads = (
            select(_EVENT.c.id, func.lower(_PERSON.c.email))
            .join(_PERSON, _PERSON.c.id == _EVENT.c.head_id)
            .where(chosen_events(True), _PERSON.c.email.is_not(None))
        )
        rules = {row.id: row.audience for row in connection.execute(select(_RULE.c.id, _RULE.c.audience))}
        vouched = vouched_rules(connection, rules)
        return cls(
            directory,
            frozenset((row[0], row[1]) for row in connection.execute(heads, events.values)),
            frozenset(address.lower() for rule in vouched for address in named_addresses(rules[rule])),
        )

    def includes(self, recipient: str, event: Any) -> bool:
        """Whether a recipient may be told: of an internal event an account that may read it, its head and its members,
        and an address of no account that is approved."""
        address = recipient.removeprefix(MESSENGER)
        vouched = address in self.approved or (event.id, address) in self.heads
        return bool(self.directory.addresses([f"{_EMAIL}{address}"], event, vouched=vouched))
