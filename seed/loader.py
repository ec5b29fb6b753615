"""Load programme files: check everything, write through the same use cases as people do, in one transaction.

Every entry is identified by its section and key. An entry unchanged since the last load is skipped, so a second load
changes nothing, and later changes made by people in the service are kept. Of an edited entry those fields are written
whose value in the file changed and whose value here still is that of the last load; the rest is kept and named
(:mod:`seed.keeping`). Fields it does not name are unchanged (``null`` clears one). The status of an event, its
programme, and each member, task and commitment count as separate entries here: an edited title affects neither the
programme nor completed tasks. What a file no longer names is kept, except members and tasks that came from it and that
nobody has changed. What was deleted in the service stays deleted until its entry is edited.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marshmallow import Schema
from sqlalchemy import text
from sqlmodel import Session, SQLModel

from models.agreements import Agreement, Anniversary, Commitment
from models.errors import DomainError
from models.event_parts import TaskTemplate
from models.gifts import Gift
from models.holidays import OfficeHoliday
from models.i18n import N_, message
from models.norms import Norm
from models.observances import Observance
from models.places import Locality, Organisation, Person
from models.projects import Project
from models.reminders import ReminderRule
from models.resources import Resource
from seed.checking import FilePosition, check, not_a_group, not_a_list, shape_of, unknown
from seed.events import load_event
from seed.ledger import Ledger
from seed.reading import BadFiles, FileProblem, ProgrammeFile, YamlNode, read
from service.actions import crud, permissions
from service.actions.agreements import agreements
from service.actions.bookings import resources
from service.actions.context import ActionContext
from service.actions.directory import directory
from service.actions.events import task_templates
from service.actions.ledger import gifts, norms, projects
from service.actions.reminders import reminder_rules
from service.actions.scheduling import holidays, observances
from service.schemas.agreements import AgreementSchema, AnniversarySchema, CommitmentSchema
from service.schemas.bookings import ResourceSchema
from service.schemas.gifts import GiftSchema
from service.schemas.holidays import OfficeHolidaySchema
from service.schemas.norms import NormSchema
from service.schemas.observances import ObservanceSchema
from service.schemas.places import LocalitySchema, OrganisationSchema, PersonSchema
from service.schemas.projects import ProjectSchema
from service.schemas.reminders import ReminderRuleSchema
from service.schemas.tasks import TaskTemplateSchema

PROGRAMME = Path(__file__).parent / "programme"
MAX_KEY = 160
_LOCK = 0x73656564


def packaged_files(names: str = "*.yaml") -> list[Path]:
    """The programme files shipped with the service, or some of them, ordered by name."""
    return sorted(PROGRAMME.glob(names))


@dataclass(frozen=True, slots=True)
class LoadReport:
    """The number of entries a load created, changed, and found unchanged; ``kept`` names what of edited entries stays
    as people have made it here."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: tuple[FileProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionEntry:
    """One entry of a section: its key and position; for a commitment also its agreement's key and its index."""

    section: str
    key: str
    place: FilePosition
    agreement: str = ""
    position: int = 0


Create = Callable[[Session, ActionContext, Mapping[str, Any]], SQLModel]
Change = Callable[[Session, ActionContext, Any, Mapping[str, Any]], SQLModel]


def _change_locality(session: Session, act: ActionContext, row: Any, values: Mapping[str, Any]) -> SQLModel:
    return directory.change_locality(
        session, act, row, {name: value for name, value in values.items() if name != "code"}
    )


@dataclass(frozen=True, slots=True)
class ProgrammeSection:
    """A kind of entry: its table, its schema, how it is created and changed, and names that are not fields."""

    model: type[SQLModel]
    schema: type[Schema]
    create: Create | None
    change: Change
    key: str = "key"
    apart: tuple[str, ...] = ("key",)


SECTIONS: Mapping[str, ProgrammeSection] = {
    "localities": ProgrammeSection(Locality, LocalitySchema, directory.create_locality, _change_locality, "code", ()),
    "office_holidays": ProgrammeSection(
        OfficeHoliday, OfficeHolidaySchema, holidays.create_holiday, holidays.change_holiday
    ),
    "organisations": ProgrammeSection(
        Organisation, OrganisationSchema, directory.create_organisation, directory.change_organisation
    ),
    "observances": ProgrammeSection(
        Observance, ObservanceSchema, observances.create_observance, observances.change_observance
    ),
    "norms": ProgrammeSection(Norm, NormSchema, norms.create_norm, norms.change_norm),
    "people": ProgrammeSection(Person, PersonSchema, directory.create_person, directory.change_person),
    "resources": ProgrammeSection(Resource, ResourceSchema, resources.create_resource, resources.change_resource),
    "agreements": ProgrammeSection(
        Agreement,
        AgreementSchema,
        agreements.create_agreement,
        agreements.change_agreement,
        apart=("key", "commitments"),
    ),
    "commitments": ProgrammeSection(Commitment, CommitmentSchema, None, agreements.change_commitment),
    "anniversaries": ProgrammeSection(
        Anniversary, AnniversarySchema, agreements.create_anniversary, agreements.change_anniversary
    ),
    "task_templates": ProgrammeSection(
        TaskTemplate, TaskTemplateSchema, task_templates.create_template, task_templates.change_template
    ),
    "projects": ProgrammeSection(Project, ProjectSchema, projects.create_project, projects.change_project),
    "gifts": ProgrammeSection(Gift, GiftSchema, gifts.create_gift, gifts.change_gift),
    "reminder_rules": ProgrammeSection(
        ReminderRule, ReminderRuleSchema, reminder_rules.create_rule, reminder_rules.change_rule
    ),
}

TOP = (
    "localities", "norms", "office_holidays", "observances", "organisations", "people", "resources", "task_templates",
    "agreements", "anniversaries", "events", "gifts", "projects", "reminder_rules",
)  # fmt: skip
"""The top-level names of a file."""


def load_files(
    session: Session,
    act: ActionContext,
    paths: Sequence[Path],
    *,
    without: Collection[tuple[str, str]] = (),
    office: str | None = None,
) -> LoadReport:
    """Load programme files in the given order; loading them again changes nothing. Entries of ``without``, section and
    key, are left out. Rules, rooms, templates and the like are those of ``office``, None: of the default one.

    Raises:
        BadFiles: with every problem of every file; the caller's transaction must then not be committed.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    ledger = Ledger(session, act, office)
    files = [read(path) for path in paths]
    entries = [entry for file in files for entry in _entries_of(ledger, file)]
    counts = {"created": 0, "changed": 0, "unchanged": 0}
    with nullcontext() if office is None else permissions.for_office(session, office):
        for entry in entries:
            if (entry.section, entry.key) in without:
                continue
            counts[_load(ledger, entry)] += 1
    if problems := [problem for file in files for problem in sorted(file.problems, key=lambda one: one.line)]:
        raise BadFiles(problems)
    return LoadReport(**counts, kept=tuple(ledger.kept))


def _load(ledger: Ledger, entry: SectionEntry) -> str:
    """Load one entry; return whether it was created, changed or unchanged."""
    before, was_loaded = ledger.writes, ledger.is_loaded(entry.section, entry.key)
    if entry.section == "events":
        load_event(ledger, entry.key, entry.place)
    else:
        _load_row(ledger, entry)
    if ledger.writes == before:
        return "unchanged"
    return "changed" if was_loaded else "created"


def _load_row(ledger: Ledger, entry: SectionEntry) -> None:
    section, place = SECTIONS[entry.section], entry.place
    shape = shape_of(section.schema)
    excluded = {"commitments"} if entry.section == "agreements" else set()
    content = {name: node.plain() for name, node in place.node.value.items() if name not in excluded}

    def write(existing_id: str | None) -> str | None:
        checked = check(place, shape, ledger.resolve, section.apart)
        row = ledger.session.get(section.model, existing_id) if existing_id else None
        if not checked.is_complete:
            return None
        is_existing = entry.section == "localities" and ledger.session.get(Locality, entry.key) is not None
        if existing_id is None and is_existing:
            return entry.key  # created in the service before: it belongs to somebody, and is not changed
        try:
            if row is not None:
                values = ledger.wanted(entry.section, entry.key, place, shape.called, row, checked.values)
                if values:
                    section.change(ledger.session, ledger.act, row, values)
            elif section.create is not None:
                row = section.create(ledger.session, ledger.act, checked.values)
            else:
                row = _create_commitment(ledger, entry, checked.values)
        except DomainError as error:
            place.add_error(error, shape)
            return None
        if row is None:
            return None
        ledger.wrote(entry.section, entry.key, row, checked.values)
        if entry.section == "agreements" and crud.identity(row) != existing_id:
            ledger.forget("commitments", _commitment_keys(place))
        return crud.identity(row)

    ledger.apply(entry.section, entry.key, content, write)


def _create_commitment(ledger: Ledger, entry: SectionEntry, values: Mapping[str, Any]) -> SQLModel | None:
    agreement_id = ledger.resolve("agreement", entry.agreement)
    agreement = ledger.session.get(Agreement, agreement_id) if isinstance(agreement_id, str) else None
    if agreement is None:
        return None  # it has problems of its own
    complete_values = {**values, "position": entry.position}
    return agreements.create_commitment(ledger.session, ledger.act, agreement, complete_values)


# Reading the entries


def _entries_of(ledger: Ledger, file: ProgrammeFile) -> Iterator[SectionEntry]:
    if file.top is None or file.top.value is None:
        return
    whole = FilePosition(file, file.top, "")
    if not isinstance(file.top.value, dict):
        whole.add((), not_a_group())
        return
    for name, node in file.top.value.items():
        if name not in TOP:
            whole.add((name,), unknown(name, TOP))
        else:
            yield from _listed(ledger, name, FilePosition(file, node, name))


def _listed(ledger: Ledger, section: str, place: FilePosition, agreement: str = "") -> Iterator[SectionEntry]:
    """The entries of a list; an agreement is followed by its commitments."""
    if place.node.value is None:
        return
    if not isinstance(place.node.value, list):
        place.add((), not_a_list())
        return
    for position, node in enumerate(place.node.value):
        key = _key_of(ledger, section, place, position)
        if key is None:
            continue
        entry = SectionEntry(section, key, FilePosition(place.file, node, f"{section}[{key}]"), agreement, position)
        yield entry
        if section == "agreements" and "commitments" in node.value:
            yield from _listed(
                ledger, "commitments", FilePosition(place.file, node.value["commitments"], "commitments"), key
            )


def _key_of(ledger: Ledger, section: str, place: FilePosition, position: int) -> str | None:
    """The key of an entry; None, with a recorded problem, if it has none of its own."""
    node: YamlNode = place.node.value[position]
    name = SECTIONS[section].key if section in SECTIONS else "key"
    if not isinstance(node.value, dict):
        place.add((position,), not_a_group())
        return None
    if name not in node.value:
        place.add((position,), message(N_("Every entry needs a {name}, a word of its own."), name=name))
        return None
    key = node.value[name].value
    if not isinstance(key, str) or not 0 < len(key) <= MAX_KEY or not key.isprintable():
        place.add((position, name), message(N_("Must be a word of 1 to {max} characters."), max=MAX_KEY))
        return None
    if first := ledger.positions.get((section, key)):
        what = message(N_("“{key}” is used already, at {place}; every entry needs its own."), key=key, place=first)
        place.add((position, name), what)
        return None
    ledger.positions[section, key] = f"{place.file.name}:{node.value[name].line}"
    return key


def _commitment_keys(place: FilePosition) -> list[str]:
    listed = place.node.value.get("commitments")
    if listed is None or not isinstance(listed.value, list):
        return []
    groups = (node.value for node in listed.value if isinstance(node.value, dict))
    return [str(group["key"].value) for group in groups if "key" in group]
