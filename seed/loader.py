"""Loads programme files: checks everything, writes through the same actions as people do, in one transaction.

Every entry is known by its section and key. An entry that is as it was at the last load is not looked at again, so a
second load changes nothing, and what a person has since changed in the service stays. An entry that was edited in its
file is applied whole: all the fields it names take the file's values; fields it does not name stay as they are
(``null`` empties one). The status of an event, its programme, and each member, task and commitment count as entries of
their own here: an edited title touches neither the programme nor who is done with which task. What a file no longer
names stays, except members and tasks that came from it. What was deleted in the service stays deleted until its
entry is edited.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from marshmallow import Schema
from sqlalchemy import text
from sqlmodel import Session, SQLModel, select

from models.accounts import SeedEntry
from models.agreements import Agreement, Anniversary, Commitment
from models.errors import DomainError
from models.events import Event
from models.i18n import Message, _, message
from models.places import Locality, Organisation, Person
from models.reminders import ReminderRule
from seed import eventful
from seed.checking import Place, check, not_a_group, not_a_list, shape_of, unknown
from seed.reading import BadFiles, File, Node, read
from service.actions import agreements, places, reminder_rules, rows
from service.actions.acting import Act
from service.schemas.agreements import AgreementSchema, AnniversarySchema, CommitmentSchema
from service.schemas.places import LocalitySchema, OrganisationSchema, PersonSchema
from service.schemas.reminders import ReminderRuleSchema

PROGRAMME = Path(__file__).parent / "programme"
MAX_KEY = 160
_LOCK = 0x7365_6564


def packaged_files() -> list[Path]:
    """The programme that comes with the service, in the order of the files' names."""
    return sorted(PROGRAMME.glob("*.yaml"))


@dataclass(frozen=True, slots=True)
class Report:
    """How many entries a load made, changed, and found as they were."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """A kind of entry: its table, its schema, and how it is made and changed; ``parent`` is a commitment's agreement."""

    model: type[SQLModel]
    schema: type[Schema]
    create: Callable[[Session, Act, Any, Mapping[str, Any]], SQLModel]
    change: Callable[[Session, Act, Any, Mapping[str, Any]], SQLModel]
    key: str = "key"
    apart: tuple[str, ...] = ()


def _alone(create: Callable[[Session, Act, Mapping[str, Any]], SQLModel]) -> Callable[..., SQLModel]:
    return lambda session, act, parent, values: create(session, act, values)


def _change_locality(session: Session, act: Act, row: Any, values: Mapping[str, Any]) -> SQLModel:
    return places.change_locality(session, act, row, {name: value for name, value in values.items() if name != "code"})


SECTIONS: Mapping[str, Section] = {
    "localities": Section(Locality, LocalitySchema, _alone(places.create_locality), _change_locality, key="code"),
    "organisations": Section(
        Organisation, OrganisationSchema, _alone(places.create_organisation), places.change_organisation
    ),
    "people": Section(Person, PersonSchema, _alone(places.create_person), places.change_person),
    "agreements": Section(
        Agreement,
        AgreementSchema,
        _alone(agreements.create_agreement),
        agreements.change_agreement,
        apart=("commitments",),
    ),
    "commitments": Section(
        Commitment, CommitmentSchema, agreements.create_commitment, agreements.change_commitment
    ),
    "anniversaries": Section(
        Anniversary, AnniversarySchema, _alone(agreements.create_anniversary), agreements.change_anniversary
    ),
    "reminder_rules": Section(
        ReminderRule, ReminderRuleSchema, _alone(reminder_rules.create_rule), reminder_rules.change_rule
    ),
}

TOP = ("localities", "organisations", "people", "agreements", "anniversaries", "events", "reminder_rules")
"""What may stand at the top of a file."""

_SECTION_OF = {section.model.__tablename__: name for name, section in SECTIONS.items()} | {Event.__tablename__: "events"}


def load_files(session: Session, act: Act, paths: Sequence[Path]) -> Report:
    """Load programme files in the given order; loading the same again changes nothing.

    Raises:
        BadFiles: with every problem of every file; the caller's transaction must then not be committed.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    loading = Loading(session, act, [read(path) for path in paths])
    loading.run()
    if problems := [problem for file in loading.files for problem in sorted(file.problems, key=lambda one: one.line)]:
        raise BadFiles(problems)
    return Report(**loading.counts)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a section: its key, where it stands, and the agreement it belongs to."""

    section: str
    key: str
    place: Place


class Loading:
    """One run over all files. After a problem the run goes on, to find the others; nothing of it is kept then."""

    def __init__(self, session: Session, act: Act, files: list[File]) -> None:
        self.session = session
        self.act = act
        self.files = files
        self.counts = {"created": 0, "changed": 0, "unchanged": 0}
        self.writes = 0
        self.seen = {(entry.section, entry.key): entry for entry in session.exec(select(SeedEntry)).all()}
        self.done: dict[tuple[str, str], str | None] = {}
        self.stands: dict[tuple[str, str], str] = {}

    def run(self) -> None:
        """Check and write all entries in the order in which they stand."""
        entries = [entry for file in self.files for entry in self._entries_of(file)]
        for entry in entries:
            self._load(entry)

    # What stands in the files

    def _entries_of(self, file: File) -> Iterator[Entry]:
        if file.top is None or file.top.value is None:
            return
        whole = Place(file, file.top, "")
        if not isinstance(file.top.value, dict):
            whole.add((), not_a_group())
            return
        for name, node in file.top.value.items():
            if name not in TOP:
                whole.add((name,), unknown(name, TOP))
            else:
                yield from self._listed(name, Place(file, node, name))

    def _listed(self, section: str, place: Place) -> Iterator[Entry]:
        """The entries of a list; an agreement is followed by its commitments."""
        if place.node.value is None:
            return
        if not isinstance(place.node.value, list):
            place.add((), not_a_list())
            return
        for number, node in enumerate(place.node.value):
            key = self._key_of(section, place, number, node)
            if key is None:
                continue
            entry = Entry(section, key, Place(place.file, node, f"{section}[{key}]"))
            yield entry
            if section == "agreements" and "commitments" in node.value:
                yield from self._listed("commitments", entry.place.below("commitments"))

    def _key_of(self, section: str, place: Place, number: int, node: Node) -> str | None:
        name = SECTIONS[section].key if section in SECTIONS else "key"
        if not isinstance(node.value, dict):
            place.add((number,), not_a_group())
            return None
        if name not in node.value:
            place.add((number,), message(_("Every entry needs its {name}, a word of its own."), name=name))
            return None
        key = node.value[name].value
        if not isinstance(key, str) or not 0 < len(key) <= MAX_KEY or not key.isprintable():
            place.add((number, name), message(_("Must be a word of 1 to {max} letters, digits and hyphens."), max=MAX_KEY))
            return None
        at = f"{place.file.name}:{node.value[name].line}"
        if (section, key) in self.stands:
            what = message(_("“{key}” is already used at {place}; every entry needs a word of its own."),
                           key=key, place=self.stands[section, key])  # fmt: skip
            place.add((number, name), what)
            return None
        self.stands[section, key] = at
        return key

    # Writing

    def _load(self, entry: Entry) -> None:
        before = self.writes
        is_new = (entry.section, entry.key) not in self.seen
        if entry.section == "events":
            eventful.load_event(self, entry.key, entry.place)
        else:
            self._load_simple(entry)
        touched = self.writes > before
        self.counts["unchanged" if not touched else "created" if is_new else "changed"] += 1

    def _load_simple(self, entry: Entry) -> None:
        section, place = SECTIONS[entry.section], entry.place
        shape = shape_of(section.schema)
        own = {name: node for name, node in place.node.value.items() if name not in section.apart}

        def write(known_id: str | None) -> str | None:
            apart = section.apart if section.key in shape.names else (*section.apart, section.key)
            checked = check(place, shape, self.resolve, apart)
            if not checked.is_complete:
                return None
            row = self.session.get(section.model, known_id) if known_id else None
            if entry.section == "localities" and known_id is None and self.session.get(Locality, entry.key):
                return entry.key  # somebody made it in the service before: it is theirs
            try:
                if row is None:
                    self._forget_commitments(place)
                    parent = self._parent_of(place) if entry.section == "commitments" else None
                    if entry.section == "commitments" and parent is None:
                        return None
                    row = section.create(self.session, self.act, parent, checked.values)
                else:
                    section.change(self.session, self.act, row, checked.values)
            except DomainError as error:
                place.tell(error, shape)
                return None
            return rows.identity(row)

        self.settle(entry.section, entry.key, {name: node.plain() for name, node in own.items()}, write)
