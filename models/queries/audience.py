"""Who is told of an event: the words of a rule's audience, resolved with the eyes of each reader.

:meth:`AudienceIndex.reader` is the one rule that says whether an address may be told of an event now, and why. Every
mail about an event follows it: reminders when they are planned, previewed and sent, changes, cancellations, notices of
failed mails.

- The address of a disabled account is told nothing, whatever else names it: an account of the event's office, or of
  the body that its member belongs to. Accounts of other offices decide nothing about an address that this one writes
  to.
- An account is told what it may read (:mod:`models.queries.event_readers`).
- A member or the head of an event, and whoever was given a task of it, is told of it at the address in their own row,
  as themselves: an account that has the same address gains nothing by it, neither its language nor its messenger.
  The address counts only if it is the word of the office in charge, or of the person's own
  (:mod:`models.queries.address_writers`).
- Any other address that a rule names is told of internal events only if somebody entitled has approved it
  (:mod:`models.queries.approved_rules`).

Who may be told of an event is not yet told of its tasks: :meth:`AudienceIndex.addresses` with a ``task`` resolves only
to those who see it (:func:`service.actions.permissions.sees_task` is the same rule for sessions), to whom it is given,
and to addresses that somebody entitled has approved.

Rules about other things than events tell the accounts of their own office, and addresses that somebody entitled has
approved: :mod:`models.queries.occasion_readers`. What they say of an address vouches for it in no event.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlmodel import Session

from models.accounts import User
from models.both_sides.office_profiles import OfficeProfile
from models.errors import InvalidValue
from models.event_parts import Member, Task
from models.events import Event
from models.i18n import N_
from models.places import Locality, Organisation, Person, Position
from models.queries.address_writers import AddressWriters
from models.queries.approved_rules import approved_rules
from models.queries.event_readers import TAKING_PART, ReadingRights, with_sides
from models.queries.languages import reader_language
from models.queries.office_rows import RuleOffices
from models.queries.offices import LOCALITY, OTHERS_EXIST, Offices, knows
from models.queries.organisation_lines import OrganisationLines
from models.queries.shares import SharedEvents
from models.reminders import ReminderRule
from models.vocabulary import EVENT_ANCHORS, Language, MemberAnswer, Role, Visibility

OWNER, MEMBERS, ORGANISATION, ASSIGNEE = "owner", "members", "organisation", "assignee"
UNANSWERED = "unanswered"
WORDS = (OWNER, MEMBERS, ORGANISATION, ASSIGNEE, UNANSWERED)
"""The words of an audience that mean people of an event; the others are ``role:…`` and ``email:…``."""

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
        if word in WORDS:
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
    return ", ".join([*WORDS, *(f"{_ROLE}{role}" for role in Role), f"{_EMAIL}name@example.org"])


# Statements are cached: building one in SQLAlchemy takes several times as long as running it.

_USER: Table = User.__table__  # type: ignore[attr-defined]
_EVENT: Table = Event.__table__  # type: ignore[attr-defined]
_TASK: Table = Task.__table__  # type: ignore[attr-defined]
_MEMBER: Table = Member.__table__  # type: ignore[attr-defined]
_PERSON: Table = Person.__table__  # type: ignore[attr-defined]
_ORGANISATION: Table = Organisation.__table__  # type: ignore[attr-defined]
_LOCALITY: Table = Locality.__table__  # type: ignore[attr-defined]
_POSITION: Table = Position.__table__  # type: ignore[attr-defined]
_PROFILE: Table = OfficeProfile.__table__  # type: ignore[attr-defined]

_OFFICE = "office:"
"""Before the codes of offices, among the ids of organisations."""
_RULE: Table = ReminderRule.__table__  # type: ignore[attr-defined]
_ACTIVE_RULES = select(_RULE.c.id, _RULE.c.audience, _RULE.c.kinds).where(
    _RULE.c.active, _RULE.c.anchor.in_(EVENT_ANCHORS)
)


@dataclass(frozen=True, slots=True)
class EventSelection:
    """A selection of events: those with these ids, or all that are to come ``since`` a day (:func:`is_coming`)."""

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
    return is_coming(bindparam("since"))


def is_coming(since: Any) -> ColumnElement[bool]:
    """The condition for events that are to come from a day on: their last day is not before it, or the due day of an
    open task is not, as that of a report."""
    due_later = select(_TASK.c.event_id).where(_TASK.c.done.is_(False), _TASK.c.due_day >= since)
    return or_(_EVENT.c.last_day >= since, _EVENT.c.id.in_(due_later))


@cache
def _users(parts: frozenset[str], by_id: bool) -> Select[*tuple[Any, ...]]:
    """The accounts that these parts of an audience may resolve to, in the order of their addresses."""
    events = chosen_events(by_id)
    conditions = {
        OWNER: or_(
            _USER.c.id.in_(select(_EVENT.c.in_charge_id).where(events, _EVENT.c.in_charge_id.is_not(None))),
            _USER.c.id.in_(select(_EVENT.c.created_by).where(events)),
        ),
        ORGANISATION: _USER.c.organisation_id.in_(select(_EVENT.c.organisation_id).where(events)),
        ASSIGNEE: or_(
            _USER.c.organisation_id.in_(
                select(_TASK.c.organisation_id).join(_EVENT, _EVENT.c.id == _TASK.c.event_id).where(events)
            ),
            _USER.c.email.in_(
                select(func.lower(_PERSON.c.email))
                .join(_TASK, _TASK.c.person_id == _PERSON.c.id)
                .join(_EVENT, _EVENT.c.id == _TASK.c.event_id)
                .where(events)
            ),
        ),
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
        select(*columns, _ORGANISATION.c.protocol_office, _ORGANISATION.c.locality, OTHERS_EXIST.label("several"))
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
def _people(by_id: bool, all_members: bool, all_doers: bool, are_named: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """The people of events who have an address, with their organisation's country, whether they are members, the task
    they were given, and whether they have yet to answer.

    ``all_members``: all members; ``all_doers``: all who were given a task; ``are_named``: the members, heads and doers
    whose address is one of ``emails``.
    """
    member = _Place(_MEMBER.c.event_id, _MEMBER.c.person_id, _MEMBER.c.organisation_id, _MEMBER)
    head = _Place(_EVENT.c.id, _EVENT.c.head_id, _EVENT.c.head_organisation_id)
    doer = _Place(_TASK.c.event_id, _TASK.c.person_id, _TASK.c.person_organisation_id, _TASK)
    named = func.lower(_PERSON.c.email).in_(bindparam("emails", expanding=True))
    selects = []
    for place, all_of_them in ((member, all_members), (doer, all_doers), (head, False)):
        if all_of_them or are_named:
            selects.append(place.people(by_id, true() if all_of_them else named))
    return union_all(*selects)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where people stand in an event: the columns of the event, of the person, and of the organisation they belonged to
    when somebody in charge of the event put them there; ``table`` has them, if not that of events."""

    event_id: ColumnElement[Any]
    person_id: ColumnElement[Any]
    organisation_id: ColumnElement[Any]
    table: Table | None = None

    def people(self, by_id: bool, which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
        """Event, address, person, their organisation's country, their languages, the organisation they take part from,
        whether they are members, task; the organisation they stand for, the one in charge of the event; whether it is
        public; whether there are several offices."""
        events: Any = _EVENT if self.table is None else self.table.join(_EVENT, _EVENT.c.id == self.event_id)
        joined = (
            events.join(_PERSON, _PERSON.c.id == self.person_id)
            .outerjoin(_ORGANISATION, _ORGANISATION.c.id == _PERSON.c.organisation_id)
            .outerjoin(_LOCALITY, _LOCALITY.c.code == _ORGANISATION.c.locality)
        )
        columns = (
            self.event_id, func.lower(_PERSON.c.email), _PERSON.c.id, _LOCALITY.c.country, _PERSON.c.languages,
            self.organisation_id.label("from_organisation"),
        )  # fmt: skip
        stands = (true() if self.table is _MEMBER else false()).label("is_member")
        task = (_TASK.c.id if self.table is _TASK else null()).label("task_id")
        is_waited_for = _MEMBER.c.answer == MemberAnswer.NEEDS_ACTION if self.table is _MEMBER else false()
        vouching = (
            self.organisation_id.label("body_id"),
            _EVENT.c.organisation_id.label("in_charge_id"),
            (_EVENT.c.visibility == Visibility.PUBLIC).label("is_public"),
            OTHERS_EXIST.label("several"),
            is_waited_for.label("is_unanswered"),
        )
        # Accounts of another organisation that they went to may write their address: that gives it nothing.
        of_accounts = select(_USER.c.organisation_id).where(_USER.c.organisation_id.is_not(None))
        of_somebody = select(_POSITION.c.person_id).where(_POSITION.c.organisation_id.is_not(None))
        kept_by = func.coalesce(_PERSON.c.organisation_id, _PERSON.c.former_organisation_id)
        is_settled = or_(
            kept_by.is_(None),
            kept_by == self.organisation_id,
            kept_by.not_in(of_accounts),
            # Who never belonged anywhere is kept by whoever entered them.
            and_(_PERSON.c.organisation_id.is_(None), _PERSON.c.id.not_in(of_somebody)),
            _EVENT.c.visibility == Visibility.PUBLIC,
        )
        chosen = (chosen_events(by_id), _PERSON.c.email.is_not(None), is_settled, which)
        return select(*columns, stands, task, *vouching).select_from(joined).where(*chosen)


@cache
def _open_tasks(by_id: bool) -> Select[*tuple[Any, ...]]:
    """The open tasks of events, and the organisations that they are given to."""
    tasks = select(_TASK.c.id, _TASK.c.event_id, _TASK.c.organisation_id)
    chosen = tasks.join(_EVENT, _EVENT.c.id == _TASK.c.event_id).where(chosen_events(by_id), _TASK.c.done.is_(False))
    return chosen.order_by(_TASK.c.id)


@cache
def _countries(by_id: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """The countries of the organisations in charge of events, and that of the office under an empty id; the languages
    that offices have chosen under :data:`_OFFICE` and their codes."""
    of_organisations = (
        select(_ORGANISATION.c.id, _LOCALITY.c.country)
        .join(_LOCALITY, _LOCALITY.c.code == _ORGANISATION.c.locality)
        .where(_ORGANISATION.c.id.in_(select(_EVENT.c.organisation_id).where(chosen_events(by_id))))
    )
    of_office = select(literal(""), _LOCALITY.c.country).where(_LOCALITY.c.code == bindparam("office"))
    chosen = select(literal(_OFFICE).concat(_PROFILE.c.code), _PROFILE.c.language).where(
        _PROFILE.c.language.is_not(None)
    )
    return union_all(of_organisations, of_office, chosen)


@dataclass(frozen=True, slots=True)
class Reader:
    """An address that may be told of an event: in which language, and why.

    ``account_id``: its account may read the event. None: it is a person's of the event, or an address that a rule may
    name. ``is_mailbox``: it is a body's, not somebody's.
    """

    address: str
    language: Language
    account_id: str | None = None
    is_mailbox: bool = False


def addresses(session: Session, audience: Sequence[str], event: Event) -> dict[str, Language]:
    """The addresses of an event's audience, each once and in lower case, with the recipient's language.

    ``owner`` is the account in charge, else the creator, else the accounts of the organisation in charge: the first
    that is active and may read the event; ``organisation`` those accounts; ``members`` the people of the event who have
    an address, ``unanswered`` those of them who have not said whether they come; ``assignee`` whom the open tasks are
    given to: the person at their own address, the accounts of the organisation, else the ``owner``; ``role:officer``
    the accounts with exactly that role; ``email:…`` the address itself. All resolve only to who may be told of the
    event (:meth:`AudienceIndex.reader`); here addresses count as approved. Unknown words resolve to nobody.
    An account with a messenger is a second recipient, ``messenger:ADDRESS``.
    """
    session.flush()
    return AudienceIndex.load(session, audience, EventSelection((event.id,))).addresses(audience, event, vouched=True)


@dataclass(slots=True)
class AudienceIndex:
    """The data to resolve audiences of many events, read at once: at most eleven queries however many events, and where
    there are several offices one more and one for every five hundred people."""

    offices: Offices = field(default_factory=Offices)
    users: dict[str, Any] = field(default_factory=dict)
    rights: dict[str, ReadingRights] = field(default_factory=dict)
    accounts: dict[str, Reader] = field(default_factory=dict)
    """Account → itself as a reader of what it may read."""
    by_email: dict[str, Any] = field(default_factory=dict)
    by_organisation: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    by_role: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    taking_part: set[tuple[str, str]] = field(default_factory=set)
    """Event and organisation, of internal events and the organisations of accounts that may not read everything."""
    shares: SharedEvents = field(default_factory=SharedEvents)
    """With which office each event is shared, where there are several."""
    members: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Event → the addresses of its members."""
    unanswered: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Event → the addresses of those of them who have yet to answer."""
    tasks: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    """Event → its open tasks: ``id``, ``organisation_id``; only if assignees are told."""
    doers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Task → the address of the person it is given to."""
    people: dict[tuple[str, str], tuple[bool, str, str | None, Sequence[str]]] = field(default_factory=dict)
    """Event and address → who of its people has it: whether a head only, their id, their organisation's country, their
    languages. Of several people the first in this order."""
    bodies: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    """Event and address → the organisations that its people with this address take part from."""
    messengers: dict[str, bytes] = field(default_factory=dict)
    """Account → the encrypted address of its messenger."""
    countries: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(
        cls, work: Session | Connection, words: Iterable[str], events: EventSelection, *, of_tasks: bool = False
    ) -> "AudienceIndex":
        """Read what these words can resolve to for these events; changes must have been flushed.

        ``of_tasks``: it will be asked who is told of a task, too.
        """
        all_words = frozenset(words)
        emails = sorted({address.lower() for address in named_addresses(all_words)})
        roles = [role for role in Role if f"{_ROLE}{role}" in all_words]
        parts = set(all_words & set(WORDS))
        # The owner replaces an assignee, and the organisation an owner, who can't be told.
        parts |= {OWNER} if ASSIGNEE in parts else set()
        parts |= {ORGANISATION} if OWNER in parts else set()
        if UNANSWERED in parts:
            parts = {*parts, MEMBERS} - {UNANSWERED}
        values = dict(events.values)
        for part, named in ((_ROLE, roles), (_EMAIL, emails)):
            if named:
                parts.add(part)
                values["roles" if part == _ROLE else "emails"] = named
        index, by_id = cls(), events.by_id
        connection = work if isinstance(work, Connection) else work.connection()
        if parts:
            found_users = connection.execute(_users(frozenset(parts), by_id), values).all()
            if found_users:
                if isinstance(work, Session):
                    knows(work, several=bool(found_users[0].several))
                index.offices = Offices.load(work)
            index._add_users(connection, found_users, of_tasks=of_tasks)
            index._read_rights(connection, events, parts)
        if ASSIGNEE in parts:
            for task in connection.execute(_open_tasks(by_id), events.values):
                index.tasks[task.event_id].append(task)
        if parts & {MEMBERS, ASSIGNEE, _EMAIL}:
            index._read_people(work, events, parts, emails, of_tasks=of_tasks)
            index._read_countries(work, events)
        return index

    def addresses(
        self, audience: Iterable[str], event: Any, *, vouched: bool = False, task: Any = None
    ) -> dict[str, Language]:
        """As :func:`addresses`, from the loaded data; ``event`` is one of the events, or a row with its columns.

        ``vouched``: the addresses that the audience names are approved. ``task``, a row with ``id`` and
        ``organisation_id``: only who sees this task is told, and only who it is given to is its assignee, not who has
        any open one. The data must be loaded for that.
        """
        found: dict[str, Reader] = {}
        for word in audience:
            if word == ASSIGNEE:
                readers = self._assignees(event, None if task is None else task.id)
            else:
                readers = self._readers(word, event, vouched)
            is_approved = vouched and word.startswith(_EMAIL)
            for reader in readers:
                if task is None or is_approved or self.sees_task(reader, event, task):
                    found.setdefault(reader.address, reader)
        recipients = {address: reader.language for address, reader in found.items()}
        if self.messengers:
            told = (reader for reader in found.values() if reader.account_id in self.messengers)
            recipients |= {f"{MESSENGER}{reader.address}": reader.language for reader in told}
        return recipients

    def participants(self, event: Any) -> Mapping[str, Reader]:
        """The addresses whose calendars should have an event: its owner and its people. Both words must be loaded."""
        return {reader.address: reader for word in (MEMBERS, OWNER) for reader in self._readers(word, event, False)}

    def reader(self, address: str, event: Any, *, vouched: bool = False) -> Reader | None:
        """Who an address (in lower case) is to an event they may be told of now; None if it may be told nothing.

        Its account, its members and its head must be loaded (the word ``email:ADDRESS``, or ``members`` for these).
        ``vouched``: somebody entitled has approved the address.
        """
        if self.is_shut(address, event):
            return None
        user = self.by_email.get(address)
        if user is not None and user.active and self._may_read(user, event):
            return self.accounts[user.id]
        if user is not None and not self._decides(user, event):
            user = None
        person = self.people.get((event.id, address))
        if person is not None:
            return Reader(address, self._language(event, person[2], person[3]))
        if user is None and (vouched or event.visibility is Visibility.PUBLIC):
            return Reader(address, self._language(event))
        return None

    def can_tell(self, account_id: str, event: Any) -> bool:
        """Whether an account is active and may read an event; it must be loaded (``owner`` for who owns the event)."""
        user = self.users.get(account_id)
        return user is not None and user.active and self._may_read(user, event)

    def is_shut(self, address: str, event: Any) -> bool:
        """Whether an address (loaded as for :meth:`reader`) is that of a disabled account, which is told nothing."""
        user = self.by_email.get(address)
        return user is not None and not user.active and self._decides(user, event)

    def in_charge(self, event: Any) -> str | None:
        """The address of the one account in charge of an event, to which answers go; the word ``owner`` must be loaded.

        None if there is none, or if several accounts of an organisation are in charge together.
        """
        accounts = [user for user in self._accounts(OWNER, event) if self._may_read(user, event)]
        return accounts[0].email if len(accounts) == 1 else None

    def messenger_of(self, address: str) -> bytes | None:
        """The encrypted address of the messenger of the account with this address."""
        user = self.by_email.get(address)
        return self.messengers.get(user.id) if user is not None else None

    def _readers(self, word: str, event: Any, vouched: bool) -> Iterator[Reader]:
        listed = {MEMBERS: self.members, UNANSWERED: self.unanswered}.get(word)
        if listed is not None or word.startswith(_EMAIL):
            named = (word.removeprefix(_EMAIL).lower(),) if listed is None else listed.get(event.id, ())
            for address in named:
                if (reader := self.reader(address, event, vouched=vouched and listed is None)) is not None:
                    yield reader
            return
        # Accounts are told as accounts: not because somebody of the event has the same address.
        for user in self._accounts(word, event):
            if self._may_read(user, event):
                yield self.accounts[user.id]

    def _assignees(self, event: Any, task_id: str | None) -> Iterator[Reader]:
        """Whom a task, or each open one, is given to; where nobody of them can be told, whoever owns the event."""
        for task in self.tasks.get(event.id, ()):
            if task_id is not None and task.id != task_id:
                continue
            people = (self.reader(address, event) for address in self.doers.get(task.id, ()))
            found = [one for one in people if one is not None]
            accounts = self.by_organisation.get(task.organisation_id or "", ())
            found += [self.accounts[user.id] for user in accounts if self._may_read(user, event)]
            yield from found or self._readers(OWNER, event, False)

    def _accounts(self, word: str, event: Any) -> Sequence[Any]:
        """The active accounts that a word means for an event."""
        if word == OWNER:
            for account_id in (event.in_charge_id, event.created_by):
                if account_id is not None and self.can_tell(account_id, event):
                    return (self.users[account_id],)
        if word in {OWNER, ORGANISATION}:
            return self.by_organisation.get(event.organisation_id or "", ())
        return self.by_role.get(word.removeprefix(_ROLE), ())

    def _may_read(self, user: Any, event: Any) -> bool:
        """Whether an account may read an event (:mod:`models.queries.event_readers`)."""
        takes_part = (event.id, user.organisation_id) in self.taking_part
        return self.rights[user.id].may_read(event, takes_part=takes_part, shared=self.shares.code(event.id))

    def _decides(self, user: Any, event: Any) -> bool:
        """Whether an account decides that its address is told nothing of an event: one of the event's office, or of
        the body that the person with this address takes part from. Anybody else may make an account with any address.
        """
        is_own_body = user.organisation_id in self.bodies.get((event.id, user.email), ())
        return is_own_body or self.rights[user.id].is_of_office(event.organisation_id)

    def sees_task(self, reader: Reader, event: Any, task: Any) -> bool:
        """Whether a reader of an event sees a task of it."""
        if reader.address in self.doers.get(task.id, ()):
            return True
        if reader.account_id is None:
            return False
        shared = self.shares.code(event.id)
        return self.rights[reader.account_id].sees_task(event, task.organisation_id, shared=shared)

    def _language(self, event: Any, country: str | None = None, languages: Sequence[str] = ()) -> Language:
        """The language of a reader without an account, who belongs to an organisation in ``country``."""
        in_charge = self.countries.get(event.organisation_id) if event.organisation_id else None
        office = self.office_language(event.organisation_id)
        return reader_language(languages, country, in_charge, self.countries.get(""), office=office)

    def _read_countries(self, work: Session | Connection, events: EventSelection) -> None:
        connection = work if isinstance(work, Connection) else work.connection()
        office = {"office": connection.get_execution_options().get(LOCALITY) or ""}
        self.countries.update(connection.execute(_countries(events.by_id), events.values | office).all())
        if self.offices.alone and any(key.startswith(_OFFICE) for key in self.countries):
            self.offices = Offices.load(work)  # no account was found, so nobody has asked

    def office_language(self, organisation_id: str | None) -> Language | None:
        """The language that the office of an organisation has chosen."""
        office = self.offices.of(organisation_id)
        known = (key for key in self.countries if key.startswith(_OFFICE))
        chosen = {self.offices.named(key.removeprefix(_OFFICE)): self.countries[key] for key in sorted(known)}
        return Language(chosen[office]) if office in chosen else None

    def _read_rights(self, connection: Connection, events: EventSelection, parts: Collection[str]) -> None:
        """Read what lets accounts read events that are not public and not their own."""
        if not self.offices.alone:
            self.shares = SharedEvents.load(connection, chosen_events(events.by_id), events.values)
        limited = {one.organisation_id for one in self.rights.values() if not one.everything and one.organisation_id}
        if limited and {_ROLE, _EMAIL, MEMBERS, OWNER, ASSIGNEE}.intersection(parts):
            bound = events.values | {"organisations": sorted(limited)}
            self.taking_part.update((row[0], row[1]) for row in connection.execute(_taking_part(events.by_id), bound))

    def _add_users(self, connection: Connection, users: Sequence[Any], *, of_tasks: bool) -> None:
        for user in users:
            self._add_user(user)
        if any(one.organisation_id and not one.whole_office for one in self.rights.values()):
            lines = OrganisationLines.load(connection)
            self.rights.update({key: one.carrying_on(lines) for key, one in self.rights.items()})
        if of_tasks:
            self.rights.update(with_sides(connection, self.rights, {user.id: user.locality for user in users}))

    def _add_user(self, user: Any) -> None:
        self.users[user.id] = user
        self.rights[user.id] = ReadingRights.of(user, user.protocol_office, self.offices)
        self.accounts[user.id] = Reader(user.email, user.locale, user.id)
        self.by_email[user.email] = user
        if user.active:
            if user.messenger is not None:
                self.messengers[user.id] = user.messenger
            self.by_role[user.role].append(user)
            if user.organisation_id:
                self.by_organisation[user.organisation_id].append(user)

    def _read_people(
        self,
        work: Session | Connection,
        events: EventSelection,
        parts: Collection[str],
        emails: Sequence[str],
        *,
        of_tasks: bool,
    ) -> None:
        """Read the people of the events whose address counts, as members, heads, or whom tasks are given to."""
        connection = work if isinstance(work, Connection) else work.connection()
        people = _people(events.by_id, MEMBERS in parts, of_tasks or ASSIGNEE in parts, bool(emails))
        rows = connection.execute(people, events.values | ({"emails": emails} if emails else {})).all()
        if rows and rows[0].several and self.offices.alone:  # no account was found, so nobody has asked
            self.offices = Offices.load_whole(connection)
        writers = AddressWriters.load(connection, self.offices, (row[2] for row in rows))
        for row in rows:
            if row.is_public or writers.counts(row[2], row.body_id, row.in_charge_id):
                self._add_person(*row[:8], is_listed=MEMBERS in parts)
                if row.is_unanswered and MEMBERS in parts and (address := row[1].strip()):
                    self.unanswered[row[0]].append(address)

    def _add_person(
        self,
        event_id: str,
        email: str,
        person_id: str,
        country: str | None,
        languages: Sequence[str] | None,
        from_organisation: str | None,
        is_member: bool,
        task_id: str | None,
        *,
        is_listed: bool,
    ) -> None:
        address = email.strip()
        if not address:
            return
        if is_member and is_listed:
            self.members[event_id].append(address)
        if task_id is not None:
            self.doers[task_id].append(address)
        if from_organisation is not None:
            self.bodies[event_id, address].add(from_organisation)
        known, this = self.people.get((event_id, address)), (not is_member, person_id, country, tuple(languages or ()))
        if known is None or this[:2] < known[:2]:
            self.people[event_id, address] = this


@dataclass(frozen=True, slots=True)
class EntitledReaders:
    """Who may be told of an event as it is now, whatever told them of it before."""

    directory: AudienceIndex = field(default_factory=AudienceIndex)
    approved: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    """Address, in lower case → the rules, switched on, that name it and in which somebody entitled has approved it."""
    offices: RuleOffices = field(default_factory=RuleOffices)

    @classmethod
    def load(
        cls,
        work: Session | Connection,
        recipients: Collection[str],
        event_ids: Collection[str],
        words: Collection[str] = (MEMBERS,),
    ) -> "EntitledReaders":
        """Read what decides it for these recipients and events; nothing where there are none. ``words`` of an audience
        are read along."""
        if not recipients or not event_ids:
            return cls()
        connection = work if isinstance(work, Connection) else work.connection()
        addresses = {one.removeprefix(MESSENGER) for one in recipients}
        all_words = {*words, *(f"{_EMAIL}{one}" for one in addresses)}
        rules = {row.id: row for row in connection.execute(_ACTIVE_RULES)}
        approved: dict[str, list[Any]] = defaultdict(list)
        for rule in sorted(approved_rules(connection, {one: row.audience for one, row in rules.items()})):
            for address in named_addresses(rules[rule].audience):
                approved[address.lower()].append(rules[rule])
        return cls(
            AudienceIndex.load(connection, all_words, EventSelection(tuple(event_ids))),
            approved,
            RuleOffices.load(work) if approved else RuleOffices(),
        )

    def reader(self, recipient: str, event: Any) -> Reader | None:
        """Who a recipient is to an event they may be told of: a messenger only as that of an account that may read it.

        Of an internal event an account that may read it, its head and its members, and an address of no account that
        is approved.
        """
        address = recipient.removeprefix(MESSENGER)
        vouched = any(self._covers(rule, event) for rule in self.approved.get(address, ()))
        reader = self.directory.reader(address, event, vouched=vouched)
        if recipient == address or reader is None:
            return reader
        return reader if reader.account_id in self.directory.messengers else None

    def _covers(self, rule: Any, event: Any) -> bool:
        """Whether a rule is about an event: of its office and for its kind. What another office, or a rule about other
        things, says of an address vouches for nothing here."""
        return (not rule.kinds or event.kind in rule.kinds) and self.offices.covers(rule.id, event)
