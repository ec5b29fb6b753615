"""Who a reminder goes to: the words of a rule's audience, resolved to addresses and the language each one reads."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session, col

from models.accounts import User
from models.events import Event, Member
from models.i18n import _, message
from models.places import Locality, Organisation, Person
from models.vocabulary import Language, Role

OWNER, MEMBERS, ORGANISATION = "owner", "members", "organisation"
_ROLE, _EMAIL = "role:", "email:"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_MAX_ADDRESS = 254


def is_address(text: str) -> bool:
    """Whether a text is a plain mail address, ``name@host``: ASCII, no quotes, nothing a mail header could trip over.

    Source: RFC 5322 section 3.4.1 (dot-atom), RFC 5321 section 4.5.3.1 (lengths).
    """
    return len(text) <= _MAX_ADDRESS and len(text.partition("@")[0]) <= 64 and bool(_ADDRESS.fullmatch(text))


def check_audience(audience: Sequence[str]) -> None:
    """Refuse an audience that names nobody or holds a word that is none.

    Raises ValueError with a :class:`models.i18n.Message` that says what would be right.
    """
    if not audience:
        raise ValueError(message(_("Name at least one audience: {right}."), right=_right()))
    for word in audience:
        if word in {OWNER, MEMBERS, ORGANISATION}:
            continue
        if word.startswith(_ROLE) and word.removeprefix(_ROLE) in set(Role):
            continue
        if word.startswith(_EMAIL) and is_address(word.removeprefix(_EMAIL)):
            continue
        raise ValueError(message(_("“{word}” is no audience; write {right}."), word=word[:60], right=_right()))


def _right() -> str:
    return ", ".join([OWNER, MEMBERS, ORGANISATION, *(f"{_ROLE}{role}" for role in Role), f"{_EMAIL}name@example.org"])


def addresses(session: Session, audience: Sequence[str], event: Event) -> dict[str, Language]:
    """The addresses of an event's audience, each once and in lower case, with the language its reader gets.

    ``owner`` is the creator, or the active accounts of the owning organisation when the creator has none that is
    active; ``organisation`` those accounts; ``members`` the people of the event who have an address; ``role:officer``
    the active accounts of that very role; ``email:…`` the address itself. Words that are none resolve to nobody.
    """
    return Directory.load(session, audience, col(Event.id) == event.id).addresses(audience, event)


@dataclass(slots=True)
class Directory:
    """What audiences of many events resolve to, read at once: at most three queries however many events."""

    users: dict[str, Any] = field(default_factory=dict)
    by_organisation: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    by_role: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    locales: dict[str, Language] = field(default_factory=dict)
    members: dict[str, list[tuple[str, str | None]]] = field(default_factory=lambda: defaultdict(list))
    countries: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, session: Session, words: Iterable[str], events: ColumnElement[bool]) -> "Directory":
        """Read what these words can name for the events the condition selects."""
        wanted = set(words)
        read = cls()
        if wanted:
            read._read_users(session, wanted, events)
        if MEMBERS in wanted:
            read._read_members(session, events)
        if MEMBERS in wanted or any(word.startswith(_EMAIL) for word in wanted):
            read._read_countries(session, events)
        return read

    def addresses(self, audience: Iterable[str], event: Any) -> dict[str, Language]:
        """As :func:`addresses`, from what was read; ``event`` is one of the events, or a row of its columns."""
        found: dict[str, str | None] = {}
        for word in audience:
            for address, country in self._named(word, event):
                found.setdefault(address.strip().lower(), country)
        # Without an account the country decides: the person's own, else that of the organisation in charge.
        office = self.countries.get(event.organisation_id or "")
        return {
            address: self.locales.get(address) or (Language.LO if (country or office) == "LA" else Language.VI)
            for address, country in found.items()
            if address
        }

    def _named(self, word: str, event: Any) -> list[tuple[str, str | None]]:
        if word == MEMBERS:
            return self.members.get(event.id, [])
        if word.startswith(_EMAIL):
            return [(word.removeprefix(_EMAIL), None)]
        creator = self.users.get(event.created_by or "")
        if word == OWNER and creator is not None and creator.active:
            return [(creator.email, None)]
        if word in {OWNER, ORGANISATION}:
            return [(address, None) for address in self.by_organisation.get(event.organisation_id or "", [])]
        return [(address, None) for address in self.by_role.get(word.removeprefix(_ROLE), [])]

    def _read_users(self, session: Session, wanted: set[str], events: ColumnElement[bool]) -> None:
        conditions: list[ColumnElement[bool]] = []
        if wanted & {OWNER, ORGANISATION}:
            conditions.append(col(User.organisation_id).in_(select(col(Event.organisation_id)).where(events)))
        if OWNER in wanted:
            conditions.append(col(User.id).in_(select(col(Event.created_by)).where(events)))
        if roles := [role for role in Role if f"{_ROLE}{role}" in wanted]:
            conditions.append(col(User.role).in_(roles))
        if emails := [word.removeprefix(_EMAIL).lower() for word in wanted if word.startswith(_EMAIL)]:
            conditions.append(col(User.email).in_(emails))
        if MEMBERS in wanted:
            lowered = (
                select(func.lower(col(Person.email)))
                .join(Member, col(Member.person_id) == col(Person.id))
                .join(Event, col(Event.id) == col(Member.event_id))
                .where(events)
            )
            conditions.append(col(User.email).in_(lowered))
        if not conditions:
            return
        columns = (User.id, User.email, User.role, User.organisation_id, User.locale, User.active)
        # By address: what is made of it, rows included, then comes in the same order every time.
        for user in session.execute(select(*map(col, columns)).where(or_(*conditions)).order_by(col(User.email))):
            self.users[user.id] = user
            self.locales[user.email] = user.locale
            if user.active:
                self.by_role[user.role].append(user.email)
                if user.organisation_id:
                    self.by_organisation[user.organisation_id].append(user.email)

    def _read_members(self, session: Session, events: ColumnElement[bool]) -> None:
        people = (
            select(col(Member.event_id), col(Person.email), col(Locality.country))
            .join(Person, col(Person.id) == col(Member.person_id))
            .join(Event, col(Event.id) == col(Member.event_id))
            .outerjoin(Organisation, col(Organisation.id) == col(Person.organisation_id))
            .outerjoin(Locality, col(Locality.code) == col(Organisation.locality))
            .where(events, col(Person.email).is_not(None))
            .order_by(col(Person.email))
        )
        for event_id, email, country in session.execute(people):
            self.members[event_id].append((email, country))

    def _read_countries(self, session: Session, events: ColumnElement[bool]) -> None:
        owners = select(col(Event.organisation_id)).where(events)
        rows = (
            select(col(Organisation.id), col(Locality.country))
            .join(Locality, col(Locality.code) == col(Organisation.locality))
            .where(col(Organisation.id).in_(owners))
        )
        self.countries.update((identity, country) for identity, country in session.execute(rows))
