"""Importing a member list: people are found or created and added to the visit or changed there; all or nothing."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlmodel import Session, col, select

from calendars.member_lists.csv_files import TableRow
from calendars.member_lists.rows import HIGHEST, MemberRow, place_of, read_roster
from calendars.people.names import display_name, spellings
from models import participation
from models.event_parts import Member
from models.events import Event
from models.i18n import N_, Message, message
from models.places import Person
from models.text import LocalizedText, fold
from models.vocabulary import Language, MemberRole, Side
from service.actions import crud, outside, permissions, progress_updates
from service.actions.context import ActionContext
from service.actions.directory import directory
from service.actions.effects import changes, confirmation
from service.actions.events.members import OWN_COUNTERPART, SECOND_HEAD
from service.actions.events.sides import EventSides
from service.actions.imports.identity_checks import doubts
from service.actions.imports.name_matching import KnownPerson, ListedPeople, OrganisationIndex, PeopleIndex

DEFAULT_PRECEDENCE = Person.model_fields["precedence"].default
"""The default precedence; a person with it has not been given one yet."""


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """The result for one row: ``changed`` are the columns it changed, ``kept`` those whose existing value stayed.

    ``position`` and ``organisation_id`` are the person's afterwards.
    """

    row: int
    name: str
    role: MemberRole
    is_added: bool
    is_new: bool
    person_id: str
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    position: LocalizedText | None = None
    organisation_id: str | None = None
    name_lo: str | None = None
    name_latin: str | None = None
    counterpart: str | None = None
    """The name of the counterpart that the row gives."""
    counterpart_id: str | None = None

    @property
    def action(self) -> str:
        """``added``, ``changed`` or ``unchanged``."""
        return "added" if self.is_added else "changed" if self.changed else "unchanged"


@dataclass(frozen=True, slots=True)
class _ResolvedRow:
    """A row with its references resolved: the known person (None: somebody new), organisation and counterpart."""

    entry: MemberRow
    known: KnownPerson | None
    organisation_id: str | None
    counterpart: KnownPerson | int | None = None
    """The known person, or the row that names them: somebody whom this list creates has no id yet."""


@dataclass(frozen=True, slots=True)
class ImportedList:
    """The result for each row, in the file's order, and what of the file was not read."""

    rows: list[ImportedRow]
    remarks: tuple[Message, ...] = ()


def import_member_file(
    session: Session, act: ActionContext, event: Event, content: bytes, read: Callable[[bytes], Sequence[TableRow]]
) -> ImportedList:
    """Import a file as :func:`import_members` does, after ``read`` has read its lines outside the transaction.

    Raises:
        Invalid: as :func:`import_members`, or as ``read``.
    """
    permissions.check_change(session, event)
    lines = outside.ask("member list", lambda: partial(read, content))
    return import_members(session, act, event, lines)


def import_members(
    session: Session, act: ActionContext, event: Event, lines: Sequence[TableRow], *, names_its_own: str | None = None
) -> ImportedList:
    """Import a member list into a visit; of an office that ``names_its_own`` people, a name alone means those.

    People who are members already get the role, rank and counterpart of their row. Who has no rank and is given none
    gets the next one, so that people of equal precedence stay in the file's order (unless others have none either).
    A person's empty fields are filled in if the importer may change them; other values are never replaced. Nobody is
    removed. Concurrent imports are serialised.

    Raises:
        Invalid: all errors, by row and column (``rows.7.role``), ``header`` or ``file``; nothing was written.
    """
    permissions.check_change(session, event)
    session.exec(select(Event.id).where(Event.id == event.id).with_for_update()).one()
    member_list = read_roster(lines)
    present = {
        member.person_id: member for member in session.exec(select(Member).where(Member.event_id == event.id)).all()
    }
    matcher = _RowMatcher(session, present, member_list.errors, names_its_own)
    resolved = matcher.resolve_all(member_list.entries)
    sides = _RowSides(session, event, present)
    _check_heads(member_list.entries, resolved, present, sides, member_list.errors)
    crud.check(member_list.errors)
    remarks = [*member_list.remarks]
    written = _RowWriter(session, act, event, present, resolved, sides).write()
    if written and not _has_head(written, present):
        remarks.append(message(N_("Nobody is named as head of the delegation, here or on the visit.")))
    return ImportedList(written, tuple(remarks))


def _has_head(written: Sequence[ImportedRow], present: Mapping[str, Member]) -> bool:
    """Whether the visit has a head now: of those on it before, roles were changed already."""
    roles = [*(row.role for row in written), *(member.role for member in present.values())]
    return MemberRole.HEAD in roles


class _RowMatcher:
    """Resolves rows against known people and organisations; adds their errors to ``errors``."""

    def __init__(
        self, session: Session, present: Mapping[str, Member], errors: crud.Errors, names_its_own: str | None
    ) -> None:
        self.session = session
        self.names_its_own = names_its_own
        self.people = PeopleIndex.load(session)
        self.organisations = OrganisationIndex.load(session)
        self.present = present
        self.errors = errors
        self.first_row: dict[int, int] = {}
        """``id()`` of the known person → the first row that names them."""
        self.closed: dict[str, Message | None] = {}
        """Organisation → why the importer may not put somebody new there."""

    def resolve_all(self, entries: Sequence[MemberRow]) -> list[_ResolvedRow]:
        """The rows that can be resolved; the reasons why others can't are in the errors.

        Counterparts come after everybody: they may stand further down in the same list.
        """
        rows = {entry.row: row for entry in entries if (row := self._resolve(entry)) is not None}
        listed = ListedPeople(entries, {number: row.known for number, row in rows.items()})
        found = {entry.row: self._counterpart(entry, rows.get(entry.row), listed) for entry in entries}
        return [replace(row, counterpart=found[number]) for number, row in rows.items()]

    def _resolve(self, entry: MemberRow) -> _ResolvedRow | None:
        problems: dict[str, Message] = {}
        organisation_id = self._organisation(entry, problems)
        if entry.email and (wrong := directory.address_errors(entry.email)):
            problems["email"] = wrong[0]
        known = None
        # Without its address or organisation a row could match the wrong person.
        if not ({"email", "organisation"} & (entry.spoiled | problems.keys())):
            known, wrong_about = self.people.matching(entry, organisation_id, self.present)
            problems |= wrong_about or self._duplicate(entry, known, organisation_id)
            if known is not None and not problems and known.id not in self.present:
                problems |= doubts(self.session, entry, known, organisation_id, self.names_its_own)
            if known is None and not problems and (closed := self._why_closed(organisation_id)):
                problems["organisation"] = closed
        for column, what in problems.items():
            self._refuse(entry.row, column, what)
        return None if problems else _ResolvedRow(entry, known, organisation_id)

    def _refuse(self, row: int, column: str, what: Message) -> None:
        self.errors.setdefault(place_of(row, column), []).append(what)

    def _organisation(self, entry: MemberRow, problems: dict[str, Message]) -> str | None:
        found = self.organisations.find(entry.organisation) if entry.organisation else None
        if isinstance(found, Message):
            problems["organisation"] = found
            return None
        return found

    def _why_closed(self, organisation_id: str | None) -> Message | None:
        if organisation_id is None:
            return None
        if organisation_id not in self.closed:
            self.closed[organisation_id] = permissions.not_to_join(self.session, organisation_id)
        return self.closed[organisation_id]

    def _duplicate(
        self, entry: MemberRow, known: KnownPerson | None, organisation_id: str | None
    ) -> dict[str, Message]:
        if known is None:
            known = KnownPerson(None, entry.name, entry.email, organisation_id, spellings=entry.spellings)
            self.people.add(known)
        first = self.first_row.setdefault(id(known), entry.row)
        if first == entry.row:
            return {}
        return {
            "name": message(
                N_("{name} stands in row {row} already. If these are two people, give each an address."),
                name=entry.name,
                row=first,
            )
        }

    def _counterpart(
        self, entry: MemberRow, row: _ResolvedRow | None, listed: ListedPeople
    ) -> KnownPerson | int | None:
        """Whom a row names as counterpart: of this list if it names one, else of the directory."""
        if entry.counterpart is None:
            return None
        found: KnownPerson | int | Message | None = listed.counterpart(entry.counterpart)
        if found is None:
            found = self.people.counterpart(entry.counterpart)
        elif isinstance(found, int) and (known := listed.known.get(found)) is not None and known.id is not None:
            found = known
        if isinstance(found, Message):
            self._refuse(entry.row, "counterpart", found)
            return None
        own = row.known if row is not None else None
        if found == entry.row or (isinstance(found, KnownPerson) and own is not None and found.id == own.id):
            self._refuse(entry.row, "counterpart", message(OWN_COUNTERPART))
        return found


class _RowSides:
    """On which side the people of the rows stand: as the row says, as they stand already, or as their organisation's
    locality tells."""

    def __init__(self, session: Session, event: Event, present: Mapping[str, Member]) -> None:
        self._by_default, self._present = EventSides(session, event), present

    def of(self, row: _ResolvedRow) -> Side:
        """The side of a row's person."""
        known = self._present.get(row.known.id or "") if row.known else None
        if row.entry.side is not None or known is not None:
            return row.entry.side or known.side  # type: ignore[union-attr]
        own = row.known.organisation_id if row.known else None
        return self._by_default.of(row.organisation_id or own)


def _check_heads(
    entries: Sequence[MemberRow],
    rows: Sequence[_ResolvedRow],
    present: Mapping[str, Member],
    sides: _RowSides,
    errors: crud.Errors,
) -> None:
    """One head of each side: no second in the file, and none besides the side's current head unless the file gives that
    person another role or side."""
    first: dict[Side, int] = {}
    by_row = {row.entry.row: row for row in rows}
    named = {row.known.id: row for row in rows if row.known}
    staying: dict[Side, str] = {}
    for person_id, member in present.items():
        row = named.get(person_id)
        role = (row.entry.role if row else None) or member.role
        if member.role is MemberRole.HEAD and role is MemberRole.HEAD:
            staying[sides.of(row) if row else member.side] = person_id
    for entry in entries:
        if entry.role is not MemberRole.HEAD:
            continue
        resolved = by_row.get(entry.row)
        side = sides.of(resolved) if resolved else entry.side or Side.GUEST
        is_own = resolved is not None and resolved.known is not None and resolved.known.id == staying.get(side)
        if side in first:
            what = message(N_("There is a head in row {row} already; each side has one."), row=first[side])
        elif side in staying and not is_own:
            what = message(SECOND_HEAD)
        else:
            what = None
        if what is not None:
            errors.setdefault(place_of(entry.row, "role"), []).append(what)
        first.setdefault(side, entry.row)


class _RowWriter:
    """Writes rows without errors."""

    def __init__(
        self,
        session: Session,
        act: ActionContext,
        event: Event,
        present: Mapping[str, Member],
        rows: Sequence[_ResolvedRow],
        sides: _RowSides,
    ) -> None:
        self.session, self.act, self.event, self.present, self.rows = session, act, event, present, rows
        self.sides = sides
        known = {row.known.id for row in rows if row.known}
        found = session.exec(select(Person).where(col(Person.id).in_(known))).all()
        self.people = {person.id: person for person in found}
        self.created: dict[int, Person] = {}
        """Row → the person whom this list creates."""
        self.ranks = self._ranks()

    def _ranks(self) -> dict[int, int | None]:
        """Row → the rank it gives; in a list without ranks, who is added gets the next one.

        Not if the visit has people without a rank: they would stand behind everybody who is added.
        """
        given = {row.entry.row: row.entry.rank for row in self.rows}
        if any(given.values()) or any(member.rank is None for member in self.present.values()):
            return given
        following = max((member.rank or 0 for member in self.present.values()), default=0) + 1
        added = [row for row in self.rows if row.known is None or row.known.id not in self.present]
        return given | {row.entry.row: rank for rank, row in enumerate(added, following) if rank <= HIGHEST["rank"]}

    def write(self) -> list[ImportedRow]:
        """Write all rows: new people first, for rows may name them as counterparts; then everybody's part in the visit,
        the head last, because there can only be one at a time."""
        for row in self.rows:
            if row.known is None or row.known.id is None:
                self.created[row.entry.row] = directory.create_person(self.session, self.act, _person_values(row))
        ordered = sorted(self.rows, key=lambda row: row.entry.role is MemberRole.HEAD)
        results = []
        heads = confirmation.heads_of(self.session, self.event)
        for number, row in enumerate(ordered):
            progress_updates.tell(self.session, N_("Row {done} of {total}"), number, len(ordered))
            results.append(self._write_row(row))
        results.sort(key=lambda one: one.row)
        if any(one.is_added or one.changed for one in results):
            changes.event_parts_changed(self.session, self.act, self.event, heads)
        return results

    def _write_row(self, row: _ResolvedRow) -> ImportedRow:
        entry = row.entry
        values: dict[str, Any] = {}
        changed: list[str] = []
        kept: list[str] = []
        if row.known is None or row.known.id is None:
            person = self.created[entry.row]
        else:
            person = self.people[row.known.id]
            values, changed, kept = _compared(person, row, permissions.hold_of(self.session, person, joins=True))
        counterpart_id, counterpart = self._counterpart(row)
        member_values = {
            "role": entry.role,
            "rank": self.ranks.get(entry.row),
            "counterpart_id": counterpart_id,
            "side": entry.side,
        }
        given: dict[str, Any] = {name: value for name, value in member_values.items() if value is not None}
        member = self.present.get(person.id)
        if member is None:
            given["side"] = self.sides.of(row)
            member = Member(event_id=self.event.id, person_id=person.id, **given)
            crud.create(self.session, self.act, member, event_id=self.event.id)
        else:
            found = crud.change(self.session, self.act, member, given, event_id=self.event.id)
            changed += [name.removesuffix("_id") for name in given if name in found]
        if values:  # only now that they are a member, which may be what gives the right to it
            directory.change_person(self.session, self.act, person, values)
            if {"organisation_id", "position"} & values.keys() and person.id not in self.present:
                participation.settle_anew(self.session, member, person)
        return ImportedRow(
            entry.row, person.name, member.role, person.id not in self.present, person.id not in self.people, person.id,
            tuple(changed), tuple(kept), person.position, person.organisation_id, person.name_lo, person.name_latin,
            counterpart, counterpart_id,
        )  # fmt: skip

    def _counterpart(self, row: _ResolvedRow) -> tuple[str | None, str | None]:
        """The id and the name of a row's counterpart."""
        match row.counterpart:
            case int() as number:
                return self.created[number].id, self.created[number].name
            case KnownPerson(id=identity, name=name):
                return identity, name
            case _:
                return None, None


def _person_values(row: _ResolvedRow) -> dict[str, Any]:
    """The values that the row gives for a person."""
    entry = row.entry
    values: dict[str, Any] = {
        "name_lo": entry.name_lo,
        "name_latin": entry.name_latin,
        "position": _position(entry.position) if entry.position else None,
        "organisation_id": row.organisation_id,
        "precedence": entry.precedence,
        "email": entry.email,
        "phone": entry.phone,
        "languages": list(entry.languages),
    }
    return {"name": entry.name} | {name: value for name, value in values.items() if value}


def _position(text: str) -> dict[str, str]:
    """A position in the language of its script; a Lao one is used for Vietnamese too, which every text has."""
    is_lao = any("\u0e80" <= letter <= "\u0eff" for letter in text)
    return {Language.VI.value: text} | ({Language.LO.value: text} if is_lao else {})


def _compared(person: Person, row: _ResolvedRow, hold: permissions.Hold) -> tuple[dict[str, Any], list[str], list[str]]:
    """What a row adds to a known person: values to fill in, their columns, and the columns whose existing value stays
    because the row has a different one, or because the importer may not change it."""
    values, changed, kept = {}, [], [] if row.entry.name in _written(person) else ["name"]
    for name, value in _person_values(row).items():
        column, current = name.removesuffix("_id"), getattr(person, name)
        if name == "name" or _agrees(name, current, value):
            continue
        is_empty = not current or (name == "precedence" and current == DEFAULT_PRECEDENCE)
        if is_empty and permissions.may_change_field(hold, name):
            values[name] = value
            changed.append(column)
        else:
            kept.append(column)
    return values, changed, kept


def _written(person: Person) -> set[str]:
    """What a list may call a person without saying anything else than is known."""
    return {*spellings(person), *(display_name(person, language) for language in Language)}


def _agrees(name: str, current: Any, given: Any) -> bool:
    """Whether a cell has the current value, ignoring insignificant differences such as spaces in a telephone number."""
    match name:
        case "position":
            return bool(current) and fold(given[Language.VI]) in {fold(text) for text in current.values()}
        case "email":
            return bool(current) and current.lower() == given.lower()
        case "phone":
            return bool(current) and re.sub(r"\D", "", current) == re.sub(r"\D", "", given)
        case "languages":
            return set(current) == set(given)
        case _:
            return bool(current == given)
