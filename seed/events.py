"""Events of a programme file: the event itself, its status, members, programme and tasks, each loaded separately."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from marshmallow import ValidationError, missing
from sqlmodel import select

from calendars.events.lifecycle import possible_steps
from models.errors import DomainError, Invalid
from models.event_parts import Member, Task
from models.events import Event
from models.i18n import N_, message
from models.queries.event_parts import programme_of
from models.text import localized
from models.vocabulary import EventKind, EventStatus, Language, MemberRole
from seed.checking import FilePosition, GroupShape, check, not_a_group, not_a_list, shape_of
from seed.learners import load_learners
from seed.ledger import Ledger
from seed.reading import FileProblem, YamlNode
from service.actions.audit import plain
from service.actions.events import events, members, programme, tasks
from service.schemas.events import KIND_SCHEMAS, EventSchema
from service.schemas.fields import WordField
from service.schemas.members import MemberSchema
from service.schemas.programme import ProgrammeItemSchema
from service.schemas.tasks import TaskSchema

_PARTS = ("members", "programme", "tasks", "learners")
_APART = ("key", "kind", "status", *_PARTS)
_REGULAR_STATUSES = (
    EventStatus.DRAFT,
    EventStatus.PLANNED,
    EventStatus.CONFIRMED,
    EventStatus.ONGOING,
    EventStatus.COMPLETED,
)
"""The regular sequence of an event's statuses."""


def load_event(ledger: Ledger, key: str, place: FilePosition) -> None:
    """Load one event and its parts."""
    kind = _word(place, "kind", WordField(EventKind, required=True))
    status = _word(place, "status", WordField(EventStatus))
    is_new = not ledger.is_loaded("events", key)
    content = {name: node.plain() for name, node in place.node.value.items() if name != "status" and name not in _PARTS}
    created: list[Event] = []

    def write(existing_id: str | None) -> str | None:
        existing = ledger.session.get(Event, existing_id) if existing_id else None
        event = _write_event(ledger, key, place, kind, status or EventStatus.DRAFT, existing)
        if event is not None and existing is None:
            created.append(event)
        return event.id if event else None

    event_id = ledger.apply("events", key, content, write)
    if created and not is_new:
        _forget_parts(ledger, key)  # deleted in the service, and now created again
    event = ledger.session.get(Event, event_id) if event_id else None
    if status is not None:
        _load_status(ledger, key, place, status, event, is_created=bool(created))
    _load_members(ledger, key, place, event)
    _load_programme(ledger, key, place, event)
    _load_tasks(ledger, key, place, event)
    load_learners(ledger, key, place, event)


def _word(place: FilePosition, name: str, field: WordField) -> Any:
    """A value of a closed list; None, with a recorded problem, if it is not one of them."""
    node = place.node.value.get(name)
    if node is None and not field.required:
        return None
    try:
        return field.deserialize(node.plain() if node is not None else missing)
    except ValidationError as problem:
        for sentence in problem.messages:
            place.add((name,), str(sentence))
        return None


def _write_event(
    ledger: Ledger, key: str, place: FilePosition, kind: EventKind | None, status: EventStatus, existing: Event | None
) -> Event | None:
    if kind is None:
        # Check for other problems, against the fields common to all kinds.
        check(place, shape_of(EventSchema), ledger.resolve, (*_APART, *_of_any_kind()))
        return None
    shape = shape_of(KIND_SCHEMAS[kind])
    is_ceremony = kind is EventKind.ANNIVERSARY
    checked = check(place, shape, ledger.resolve, (*_APART, "anniversary") if is_ceremony else _APART)
    values = dict(checked.values)
    if is_ceremony:
        anniversary = _anniversary(ledger, place)
        if anniversary is None:
            return None
        values["anniversary_id"] = anniversary
    if existing is not None and existing.kind is not kind:
        place.add(("kind",), message(N_("An event keeps its kind; write a new entry with another key instead.")))
        return None
    if not checked.is_complete:
        return None
    try:
        if existing is None:
            event = events.create_event(ledger.session, ledger.act, kind, values, status=status)
        else:
            event = events.find_event(ledger.session, existing.id)
            if wanted := ledger.wanted("events", key, place, shape.called, event, values):
                is_as_loaded = ledger.is_as_loaded("programme", key, WorkingProgramme.of(ledger, event))
                events.change_event(ledger.session, ledger.act, event, wanted)
                if is_as_loaded:
                    ledger.moved_along("programme", key, WorkingProgramme.of(ledger, event))
    except DomainError as error:
        place.add_error(error, shape)
        return None
    ledger.wrote("events", key, event, values)
    return event


def _of_any_kind() -> set[str]:
    """The names of all fields that only some kinds have."""
    common = set(shape_of(EventSchema).names)
    return {name for schema in KIND_SCHEMAS.values() for name in shape_of(schema).names} - common | {"anniversary"}


def _anniversary(ledger: Ledger, place: FilePosition) -> str | None:
    node = place.node.value.get("anniversary")
    if node is None or not isinstance(node.value, str):
        place.add(("anniversary",), message(N_("A ceremony names the key of its anniversary.")))
        return None
    found = ledger.resolve("anniversary", node.value)
    if isinstance(found, str) or found is None:
        return found
    place.add(("anniversary",), found)
    return None


def _load_status(
    ledger: Ledger, key: str, place: FilePosition, status: EventStatus, event: Event | None, *, is_created: bool
) -> None:
    """Change an event's status if it was edited in the file; otherwise keep a status set in the service."""

    def write(existing_id: str | None) -> str | None:
        if event is None:
            return None
        if not is_created and existing_id is not None:
            try:
                if ledger.wanted("event_status", key, place, str, event, {"status": status}):
                    _change_status(ledger, place, events.find_event(ledger.session, event.id), status)
            except DomainError as error:
                place.add_error(error, shape_of(EventSchema), ("status",))
                return None
        ledger.wrote("event_status", key, event, {"status": status})
        return event.id

    ledger.apply("event_status", key, status.value, write)


def _change_status(ledger: Ledger, place: FilePosition, event: Event, status: EventStatus) -> None:
    steps: Sequence[EventStatus] = (status,)
    if status not in possible_steps(event.status) and {status, event.status} <= set(_REGULAR_STATUSES):
        steps = (
            _REGULAR_STATUSES[_REGULAR_STATUSES.index(event.status) + 1 : _REGULAR_STATUSES.index(status) + 1] or steps
        )
    for step in steps:
        if event.status is not step:
            events.transition(ledger.session, ledger.act, event, step, reason=place.file.name)


def _forget_parts(ledger: Ledger, key: str) -> None:
    for section in ("members", "tasks", "learners"):
        ledger.forget(section, ledger.with_prefix(section, f"{key}/"))
    for section in ("event_status", "programme"):
        ledger.forget(section, [key])


def _items(place: FilePosition, name: str) -> list[FilePosition] | None:
    """The groups of a list in an event; None if the list is missing."""
    node: YamlNode | None = place.node.value.get(name)
    if node is None or node.value is None:
        return None
    if not isinstance(node.value, list):
        place.add((name,), not_a_list())
        return None
    found = [place.below(name, number) for number in range(len(node.value))]
    for item in found:
        if not isinstance(item.node.value, dict):
            item.add((), not_a_group())
    return [item for item in found if isinstance(item.node.value, dict)]


def _load_members(ledger: Ledger, key: str, place: FilePosition, event: Event | None) -> None:
    items = _items(place, "members")
    if items is None:
        return
    named: dict[str, FilePosition] = {}
    for item in items:
        person = item.node.value.get("person")
        shown = person.value if person is not None and isinstance(person.value, str) else item.label
        if shown in named:
            item.add(("person",), message(N_("This person is already in the list.")))
        else:
            named[shown] = item
    _remove_missing(ledger, "members", key, [f"{key}/{person}" for person in named], event, place)
    shape = shape_of(MemberSchema)
    # There is only one head: whoever is no longer head is changed first.
    in_turn = sorted(named.items(), key=lambda pair: _is_head(pair[1]))
    for person, item in in_turn:

        def write(existing_id: str | None, item: FilePosition = item, person: str = person) -> str | None:
            checked = check(item, shape, ledger.resolve)
            if event is None or not checked.is_complete:
                return None
            return _write_member(ledger, f"{key}/{person}", item, shape, event, existing_id, checked.values)

        ledger.apply("members", f"{key}/{person}", item.node.plain(), write)


def _is_head(item: FilePosition) -> bool:
    role = item.node.value.get("role")
    return role is not None and role.value == MemberRole.HEAD.value


def _write_member(
    ledger: Ledger,
    key: str,
    item: FilePosition,
    shape: GroupShape,
    event: Event,
    existing_id: str | None,
    values: Mapping[str, Any],
) -> str | None:
    member = ledger.session.get(Member, existing_id) if existing_id else None
    if member is None:  # somebody may have added the person by hand
        statement = select(Member).where(Member.event_id == event.id, Member.person_id == values["person_id"])
        member = ledger.session.exec(statement).first()
    whole = {"role": MemberRole.MEMBER} | {name: value for name, value in values.items() if name != "person_id"}
    try:
        if member is None:
            member = members.add_member(ledger.session, ledger.act, event, values)
        elif wanted := ledger.wanted("members", key, item, shape.called, member, whole):
            members.change_member(ledger.session, ledger.act, event, member, wanted)
    except DomainError as error:
        item.add_error(error, shape)
        return None
    ledger.wrote("members", key, member, whole)
    return member.id


@dataclass(frozen=True, slots=True)
class WorkingProgramme:
    """The working programme of an event, as the ledger compares it: its items with what they say."""

    __tablename__: ClassVar[str] = "programme"
    id: str
    items: list[dict[str, Any]]

    @classmethod
    def of(cls, ledger: Ledger, event: Event) -> "WorkingProgramme":
        """What it is now."""
        return cls(event.id, [_shown(plain(item)) for item in programme_of(ledger.session, event.id)])


def _shown(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in item.items() if value is not None and name != "position"}


def _of_programme(_name: str) -> str:
    return "programme"


def _load_programme(ledger: Ledger, key: str, place: FilePosition, event: Event | None) -> None:
    items = _items(place, "programme")
    if items is None:
        return
    shape = shape_of(ProgrammeItemSchema)

    def write(existing_id: str | None) -> str | None:
        checked = [check(item, shape, ledger.resolve) for item in items]
        if event is None or not all(one.is_complete for one in checked):
            return None
        working, values = WorkingProgramme.of(ledger, event), {"items": [_shown(one.values) for one in checked]}
        try:
            if existing_id is None or ledger.wanted("programme", key, place, _of_programme, working, values):
                programme.replace_programme(ledger.session, ledger.act, event, [one.values for one in checked])
        except DomainError as error:
            _add_item_errors(place, items, shape, error)
            return None
        ledger.wrote("programme", key, WorkingProgramme.of(ledger, event), values)
        return event.id

    ledger.apply("programme", key, [item.node.plain() for item in items], write)


def _add_item_errors(place: FilePosition, items: list[FilePosition], shape: GroupShape, error: DomainError) -> None:
    """Record the errors of a rejected programme: ``items.3.day`` belongs to the fourth item."""
    if not isinstance(error, Invalid):
        place.add(("programme",), error.detail)
        return
    for path, sentences in error.errors.items():
        _items, number, field = path.split(".", 2)
        for sentence in sentences:
            items[int(number)].add(shape.steps_of(field), sentence)


def _load_tasks(ledger: Ledger, key: str, place: FilePosition, event: Event | None) -> None:
    items = _items(place, "tasks")
    if items is None:
        return
    shape = shape_of(TaskSchema)
    named: dict[str, FilePosition] = {}
    for item in items:
        name = _task_key(item)
        number = 2
        while f"{key}/{name}" in named:
            name, number = f"{_task_key(item)}-{number}", number + 1
        named[f"{key}/{name}"] = item
    _remove_missing(ledger, "tasks", key, named, event, place)
    for name, item in named.items():

        def write(existing_id: str | None, item: FilePosition = item, name: str = name) -> str | None:
            checked = check(item, shape, ledger.resolve)
            if event is None or not checked.is_complete:
                return None
            task = ledger.session.get(Task, existing_id) if existing_id else None
            try:
                if task is None:
                    task = tasks.add_task(ledger.session, ledger.act, event, checked.values)
                elif wanted := ledger.wanted("tasks", name, item, shape.called, task, checked.values):
                    tasks.change_task(ledger.session, ledger.act, event, task, wanted)
            except DomainError as error:
                item.add_error(error, shape)
                return None
            ledger.wrote("tasks", name, task, checked.values)
            return task.id

        ledger.apply("tasks", name, item.node.plain(), write)


def _task_key(item: FilePosition) -> str:
    """The key of a task: its title. A new title creates a new task, and the old one is removed."""
    title = item.node.value.get("title")
    plain = title.plain() if title is not None else ""
    text = localized(plain, Language.VI) if isinstance(plain, dict) else plain
    return hashlib.sha256(str(text).encode()).hexdigest()[:16]


def _remove_missing(
    ledger: Ledger,
    section: str,
    key: str,
    named: Sequence[str] | Mapping[str, FilePosition],
    event: Event | None,
    place: FilePosition,
) -> None:
    """Remove members or tasks that came from the file and are no longer in it; what people have changed stays."""
    for removed_key, identity in ledger.with_prefix(section, f"{key}/").items():
        if removed_key in named:
            continue
        session = ledger.session
        row = session.get(Member, identity) if section == "members" else session.get(Task, identity)
        if event is not None and row is not None:
            if not ledger.is_as_loaded(section, removed_key, row):
                what = message(N_("No longer in the file, but changed here since: kept."))
                ledger.kept.append(FileProblem(place.file.name, place.node.line, f"{place.label}.{section}", what))
            elif isinstance(row, Member):
                members.remove_member(ledger.session, ledger.act, event, row)
            else:
                tasks.remove_task(ledger.session, ledger.act, event, row)
        ledger.forget(section, [removed_key])
