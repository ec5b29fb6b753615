"""Taking in a member list: people found or made, put into the visit or changed there, all of it or nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from calendars.member_lists.csv_files import TableRow
from calendars.member_lists.rows import MemberRow, place_of, read_roster
from models.event_parts import Member
from models.events import Event
from models.i18n import N_, Message, message
from models.places import Person
from models.text import fold
from models.vocabulary import Language, MemberRole
from service.actions import crud, permissions, progress_updates
from service.actions.context import ActionContext
from service.actions.directory import directory
from service.actions.effects import changes
from service.actions.events.members import OWN_COUNTERPART
from service.actions.imports.name_matching import KnownPerson, OrganisationIndex, PeopleIndex

UNSAID_PRECEDENCE = Person.model_fields["precedence"].default
"""A person with this precedence has been given none yet."""


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """What became of one row: ``changed`` are the columns it changed, ``kept`` those where what was there stayed."""

    row: int
    name: str
    role: MemberRole
    is_added: bool
    is_new: bool
    person_id: str
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def action(self) -> str:
        """``added``, ``changed`` or ``unchanged``."""
        return "added" if self.is_added else "changed" if self.changed else "unchanged"


@dataclass(frozen=True, slots=True)
class _ResolvedRow:
    """A row whose words are understood: whom it means (None: somebody new), and what it refers to."""

    entry: MemberRow
    known: KnownPerson | None
    organisation_id: str | None
    counterpart_id: str | None


def import_members(session: Session, act: ActionContext, event: Event, lines: Sequence[TableRow]) -> list[ImportedRow]:
    """Take a member list into a visit; what became of each row, in the file's order.

    Who is in the visit already gets the role, rank and counterpart that the row gives. What is known of a person is
    filled in where it is empty and the importer may change it, and never replaced. Nobody is taken out. Two imports at
    once follow each other.

    Raises:
        Invalid: all that is wrong, by row and column (``rows.7.role``), ``header`` or ``file``; nothing was written.
    """
    permissions.check_change(session, event)
    session.exec(select(Event.id).where(Event.id == event.id).with_for_update()).one()
    roster = read_roster(lines)
    present = {
        member.person_id: member for member in session.exec(select(Member).where(Member.event_id == event.id)).all()
    }
    matching = _RowMatcher(session, present, roster.errors)
    wishes = [wish for entry in roster.entries if (wish := matching.understand(entry)) is not None]
    _check_heads(roster.entries, wishes, present, roster.errors)
    crud.check(roster.errors)
    return _RowWriter(session, act, event, present, wishes).take()


class _RowMatcher:
    """Rows against what is known; ``errors`` grows by what is wrong with them."""

    def __init__(self, session: Session, present: Mapping[str, Member], errors: crud.Errors) -> None:
        self.session = session
        self.people = PeopleIndex.load(session)
        self.organisations = OrganisationIndex.load(session)
        self.present = present
        self.errors = errors
        self.first_row: dict[int, int] = {}
        """Whom a row has named already, by the known person's identity as an object."""
        self.closed: dict[str, Message | None] = {}
        """Organisation → why the importer may not put somebody new there."""

    def understand(self, entry: MemberRow) -> _ResolvedRow | None:
        """What a row means; None when something of it can't be told, and the errors say what."""
        problems: dict[str, Message] = {}
        organisation_id = self._organisation(entry, problems)
        if entry.email and (wrong := directory.address_errors(entry.email)):
            problems["email"] = wrong[0]
        known = None
        # Without its address or organisation a row might be taken for somebody else.
        if not ({"email", "organisation"} & (entry.spoiled | problems.keys())):
            known, wrong_about = self.people.matching(entry, organisation_id, self.present)
            problems |= wrong_about or self._met_before(entry, known, organisation_id)
            if known is None and not problems and (closed := self._why_closed(organisation_id)):
                problems["organisation"] = closed
        counterpart_id = self._counterpart(entry, known, problems)
        for column, what in problems.items():
            self.errors.setdefault(place_of(entry.row, column), []).append(what)
        return None if problems else _ResolvedRow(entry, known, organisation_id, counterpart_id)

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

    def _met_before(
        self, entry: MemberRow, known: KnownPerson | None, organisation_id: str | None
    ) -> dict[str, Message]:
        if known is None:
            known = KnownPerson(None, entry.name, entry.email, organisation_id)
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

    def _counterpart(self, entry: MemberRow, known: KnownPerson | None, problems: dict[str, Message]) -> str | None:
        if entry.counterpart is None:
            return None
        found = self.people.counterpart(entry.counterpart)
        if isinstance(found, Message):
            problems["counterpart"] = found
            return None
        if known is not None and found.id == known.id:
            problems["counterpart"] = message(OWN_COUNTERPART)
        return found.id


def _check_heads(
    entries: Sequence[MemberRow], wishes: Sequence[_ResolvedRow], present: Mapping[str, Member], errors: crud.Errors
) -> None:
    """One head: no second in the file, and none beside the visit's own unless the file gives that one another role."""
    first: int | None = None
    named = {wish.known.id: wish.entry for wish in wishes if wish.known}
    staying = {
        person_id
        for person_id, member in present.items()
        if member.role is MemberRole.HEAD
        and not (person_id in named and named[person_id].role not in {None, member.role})
    }
    themselves = {wish.entry.row for wish in wishes if wish.known and wish.known.id in staying}
    for entry in entries:
        if entry.role is not MemberRole.HEAD:
            continue
        if first is not None:
            what = message(N_("There is a head in row {row} already; a visit has one."), row=first)
        elif staying and entry.row not in themselves:
            what = message(N_("There is already a head; make that person a member or deputy first."))
        else:
            what = None
        if what is not None:
            errors.setdefault(place_of(entry.row, "role"), []).append(what)
        first = first or entry.row


class _RowWriter:
    """Rows that are right in every respect, written."""

    def __init__(
        self,
        session: Session,
        act: ActionContext,
        event: Event,
        present: Mapping[str, Member],
        wishes: Sequence[_ResolvedRow],
    ) -> None:
        self.session, self.act, self.event, self.present, self.wishes = session, act, event, present, wishes
        known = {wish.known.id for wish in wishes if wish.known}
        found = session.exec(select(Person).where(col(Person.id).in_(known))).all()
        self.people = {person.id: person for person in found}

    def take(self) -> list[ImportedRow]:
        """Write all rows; who becomes head comes last, for there is one at a time."""
        in_turn = sorted(self.wishes, key=lambda wish: wish.entry.role is MemberRole.HEAD)
        taken = []
        for number, wish in enumerate(in_turn):
            progress_updates.tell(self.session, N_("Row {done} of {total}"), number, len(in_turn))
            taken.append(self._take_one(wish))
        taken.sort(key=lambda one: one.row)
        if any(one.is_added or one.changed for one in taken):
            changes.event_parts_changed(self.session, self.act, self.event)
        return taken

    def _take_one(self, wish: _ResolvedRow) -> ImportedRow:
        entry = wish.entry
        values: dict[str, Any] = {}
        changed: list[str] = []
        kept: list[str] = []
        if wish.known is None or wish.known.id is None:
            person = directory.create_person(self.session, self.act, _person_values(wish))
        else:
            person = self.people[wish.known.id]
            values, changed, kept = _compared(person, wish, permissions.hold_of(self.session, person, joins=True))
        wanted: dict[str, Any] = {"role": entry.role, "rank": entry.rank, "counterpart_id": wish.counterpart_id}
        given = {name: value for name, value in wanted.items() if value is not None}
        member = self.present.get(person.id)
        if member is None:
            member = Member(event_id=self.event.id, person_id=person.id, **given)
            crud.create(self.session, self.act, member, event_id=self.event.id)
        else:
            found = crud.change(self.session, self.act, member, given, event_id=self.event.id)
            changed += [name.removesuffix("_id") for name in given if name in found]
        if values:  # now that they are in the visit, which may be what gives the right to it
            directory.change_person(self.session, self.act, person, values)
        return ImportedRow(
            entry.row, person.name, member.role, person.id not in self.present, person.id not in self.people, person.id,
            tuple(changed), tuple(kept),
        )  # fmt: skip


def _person_values(wish: _ResolvedRow) -> dict[str, Any]:
    """A new person as the row tells of them."""
    entry = wish.entry
    values: dict[str, Any] = {
        "position": _position(entry.position) if entry.position else None,
        "organisation_id": wish.organisation_id,
        "precedence": entry.precedence,
        "email": entry.email,
        "phone": entry.phone,
        "languages": list(entry.languages),
    }
    return {"name": entry.name} | {name: value for name, value in values.items() if value}


def _position(text: str) -> dict[str, str]:
    """A position in the language of its letters; one in Lao stands for Vietnamese too, which every text has."""
    is_lao = any("\u0e80" <= letter <= "\u0eff" for letter in text)
    return {Language.VI.value: text} | ({Language.LO.value: text} if is_lao else {})


def _compared(
    person: Person, wish: _ResolvedRow, hold: permissions.Hold
) -> tuple[dict[str, Any], list[str], list[str]]:
    """What a row adds to what is known: values to fill in, their columns, and the columns where what is known stays
    because they say something else, or because the importer may not change it."""
    values, changed, kept = {}, [], ["name"] if wish.entry.name != person.name else []
    for name, value in _person_values(wish).items():
        column, there = name.removesuffix("_id"), getattr(person, name)
        if name == "name" or _agrees(name, there, value):
            continue
        is_unsaid = not there or (name == "precedence" and there == UNSAID_PRECEDENCE)
        if is_unsaid and permissions.may_change_field(hold, name):
            values[name] = value
            changed.append(column)
        else:
            kept.append(column)
    return values, changed, kept


def _agrees(name: str, there: Any, said: Any) -> bool:
    """Whether a cell says what is known, as people read it: a telephone number's blanks make no difference."""
    match name:
        case "position":
            return bool(there) and fold(said[Language.VI]) in {fold(text) for text in there.values()}
        case "email":
            return bool(there) and there.lower() == said.lower()
        case "phone":
            return bool(there) and re.sub(r"\D", "", there) == re.sub(r"\D", "", said)
        case "languages":
            return set(there) == set(said)
        case _:
            return bool(there == said)
