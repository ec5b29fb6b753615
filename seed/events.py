"""Events of a programme file: the event itself, then its status, members, programme and tasks, each settled alone."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError, missing
from sqlmodel import select

from calendars.events.lifecycle import possible_steps
from models.errors import DomainError, Invalid
from models.event_parts import Member, Task
from models.events import Event
from models.i18n import _, message
from models.text import localized
from models.vocabulary import EventKind, EventStatus, Language, MemberRole
from seed.checking import FilePosition, GroupShape, check, not_a_group, not_a_list, shape_of
from seed.ledger import Ledger
from seed.reading import YamlNode
from service.actions.events import events, members, programme, tasks
from service.schemas.events import KIND_SCHEMAS, EventSchema
from service.schemas.fields import WordField
from service.schemas.members import MemberSchema
from service.schemas.programme import ProgrammeItemSchema
from service.schemas.tasks import TaskSchema

_PARTS = ("members", "programme", "tasks")
_APART = ("key", "kind", "status", *_PARTS)
_WAY = (EventStatus.DRAFT, EventStatus.PLANNED, EventStatus.CONFIRMED, EventStatus.ONGOING, EventStatus.COMPLETED)
"""The way an event goes when nothing comes between."""


def load_event(ledger: Ledger, key: str, place: FilePosition) -> None:
    """Load one event and what hangs on it."""
    kind = _word(place, "kind", WordField(EventKind, required=True))
    status = _word(place, "status", WordField(EventStatus))
    is_new = not ledger.knows("events", key)
    content = {name: node.plain() for name, node in place.node.value.items() if name != "status" and name not in _PARTS}
    made: list[Event] = []

    def write(known_id: str | None) -> str | None:
        known = ledger.session.get(Event, known_id) if known_id else None
        event = _write_event(ledger, place, kind, status or EventStatus.DRAFT, known)
        if event is not None and known is None:
            made.append(event)
        return event.id if event else None

    event_id = ledger.settle("events", key, content, write)
    if made and not is_new:
        _forget_parts(ledger, key)  # deleted in the service, and now made again
    event = ledger.session.get(Event, event_id) if event_id else None
    if status is not None:
        _settle_status(ledger, key, place, status, event, is_made=bool(made))
    _settle_members(ledger, key, place, event)
    _settle_programme(ledger, key, place, event)
    _settle_tasks(ledger, key, place, event)


def _word(place: FilePosition, name: str, field: WordField) -> Any:
    """One of a closed list; None, and a problem noted, when it is not."""
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
    ledger: Ledger, place: FilePosition, kind: EventKind | None, status: EventStatus, known: Event | None
) -> Event | None:
    if kind is None:
        # What is wrong besides the kind: checked against what every kind has.
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
    if known is not None and known.kind is not kind:
        place.add(("kind",), message(_("An event keeps its kind; write a new entry with another key instead.")))
        return None
    if not checked.is_complete:
        return None
    try:
        if known is None:
            return events.create_event(ledger.session, ledger.act, kind, values, status=status)
        return events.change_event(ledger.session, ledger.act, events.find_event(ledger.session, known.id), values)
    except DomainError as error:
        place.tell(error, shape)
        return None


def _of_any_kind() -> set[str]:
    """The names of all fields that only some kinds have."""
    common = set(shape_of(EventSchema).names)
    return {name for schema in KIND_SCHEMAS.values() for name in shape_of(schema).names} - common | {"anniversary"}


def _anniversary(ledger: Ledger, place: FilePosition) -> str | None:
    node = place.node.value.get("anniversary")
    if node is None or not isinstance(node.value, str):
        place.add(("anniversary",), message(_("A ceremony names the key of its anniversary.")))
        return None
    found = ledger.resolve("anniversary", node.value)
    if isinstance(found, str) or found is None:
        return found
    place.add(("anniversary",), found)
    return None


def _settle_status(
    ledger: Ledger, key: str, place: FilePosition, status: EventStatus, event: Event | None, *, is_made: bool
) -> None:
    """Take an event along when its status was edited in the file; a status set in the service stays otherwise."""

    def write(known_id: str | None) -> str | None:
        if event is None:
            return None
        if not is_made and known_id is not None:
            try:
                _move(ledger, place, events.find_event(ledger.session, event.id), status)
            except DomainError as error:
                place.tell(error, shape_of(EventSchema), ("status",))
                return None
        return event.id

    ledger.settle("event_status", key, status.value, write)


def _move(ledger: Ledger, place: FilePosition, event: Event, status: EventStatus) -> None:
    steps: Sequence[EventStatus] = (status,)
    if status not in possible_steps(event.status) and {status, event.status} <= set(_WAY):
        steps = _WAY[_WAY.index(event.status) + 1 : _WAY.index(status) + 1] or steps
    for step in steps:
        if event.status is not step:
            events.transition(ledger.session, ledger.act, event, step, reason=place.file.name)


def _forget_parts(ledger: Ledger, key: str) -> None:
    for section in ("members", "tasks"):
        ledger.forget(section, ledger.below(section, f"{key}/"))
    for section in ("event_status", "programme"):
        ledger.forget(section, [key])


def _items(place: FilePosition, name: str) -> list[FilePosition] | None:
    """The groups of a list below an event; None when it is not there."""
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


def _settle_members(ledger: Ledger, key: str, place: FilePosition, event: Event | None) -> None:
    items = _items(place, "members")
    if items is None:
        return
    named: dict[str, FilePosition] = {}
    for item in items:
        person = item.node.value.get("person")
        shown = person.value if person is not None and isinstance(person.value, str) else item.label
        if shown in named:
            item.add(("person",), message(_("This person is already in the list.")))
        else:
            named[shown] = item
    _remove_unnamed(ledger, "members", key, [f"{key}/{person}" for person in named], event)
    shape = shape_of(MemberSchema)
    # There is one head at a time: who stops being it goes first.
    in_turn = sorted(named.items(), key=lambda pair: _is_head(pair[1]))
    for person, item in in_turn:

        def write(known_id: str | None, item: FilePosition = item) -> str | None:
            checked = check(item, shape, ledger.resolve)
            if event is None or not checked.is_complete:
                return None
            return _write_member(ledger, item, shape, event, known_id, checked.values)

        ledger.settle("members", f"{key}/{person}", item.node.plain(), write)


def _is_head(item: FilePosition) -> bool:
    role = item.node.value.get("role")
    return role is not None and role.value == MemberRole.HEAD.value


def _write_member(
    ledger: Ledger, item: FilePosition, shape: GroupShape, event: Event, known_id: str | None, values: Mapping[str, Any]
) -> str | None:
    member = ledger.session.get(Member, known_id) if known_id else None
    if member is None:  # perhaps somebody put the person in by hand
        there = select(Member).where(Member.event_id == event.id, Member.person_id == values["person_id"])
        member = ledger.session.exec(there).first()
    try:
        if member is None:
            return members.add_member(ledger.session, ledger.act, event, values).id
        wish = {"role": MemberRole.MEMBER} | {name: value for name, value in values.items() if name != "person_id"}
        return members.change_member(ledger.session, ledger.act, event, member, wish).id
    except DomainError as error:
        item.tell(error, shape)
        return None


def _settle_programme(ledger: Ledger, key: str, place: FilePosition, event: Event | None) -> None:
    items = _items(place, "programme")
    if items is None:
        return
    shape = shape_of(ProgrammeItemSchema)

    def write(known_id: str | None) -> str | None:
        checked = [check(item, shape, ledger.resolve) for item in items]
        if event is None or not all(one.is_complete for one in checked):
            return None
        try:
            programme.replace_programme(ledger.session, ledger.act, event, [one.values for one in checked])
        except DomainError as error:
            _tell_of_items(place, items, shape, error)
            return None
        return event.id

    ledger.settle("programme", key, [item.node.plain() for item in items], write)


def _tell_of_items(place: FilePosition, items: list[FilePosition], shape: GroupShape, error: DomainError) -> None:
    """A refused programme: ``items.3.day`` belongs to the fourth item."""
    if not isinstance(error, Invalid):
        place.add(("programme",), error.detail)
        return
    for path, sentences in error.errors.items():
        _items, number, field = path.split(".", 2)
        for sentence in sentences:
            items[int(number)].add(shape.steps_of(field), sentence)


def _settle_tasks(ledger: Ledger, key: str, place: FilePosition, event: Event | None) -> None:
    items = _items(place, "tasks")
    if items is None:
        return
    shape = shape_of(TaskSchema)
    named: dict[str, FilePosition] = {}
    for item in items:
        name = _task_key(item)
        twin = 2
        while f"{key}/{name}" in named:
            name, twin = f"{_task_key(item)}-{twin}", twin + 1
        named[f"{key}/{name}"] = item
    _remove_unnamed(ledger, "tasks", key, named, event)
    for name, item in named.items():

        def write(known_id: str | None, item: FilePosition = item) -> str | None:
            checked = check(item, shape, ledger.resolve)
            if event is None or not checked.is_complete:
                return None
            task = ledger.session.get(Task, known_id) if known_id else None
            try:
                if task is None:
                    return tasks.add_task(ledger.session, ledger.act, event, checked.values).id
                return tasks.change_task(ledger.session, ledger.act, event, task, checked.values).id
            except DomainError as error:
                item.tell(error, shape)
                return None

        ledger.settle("tasks", name, item.node.plain(), write)


def _task_key(item: FilePosition) -> str:
    """What a task is known by: its title. A new title makes a new task, and the old one goes."""
    title = item.node.value.get("title")
    plain = title.plain() if title is not None else ""
    text = localized(plain, Language.VI) if isinstance(plain, dict) else plain
    return hashlib.sha256(str(text).encode()).hexdigest()[:16]


def _remove_unnamed(
    ledger: Ledger, section: str, key: str, named: Sequence[str] | Mapping[str, FilePosition], event: Event | None
) -> None:
    """Take away members or tasks that came from the file and stand in it no more."""
    for gone, identity in ledger.below(section, f"{key}/").items():
        if gone in named:
            continue
        if event is not None and section == "members" and (member := ledger.session.get(Member, identity)):
            members.remove_member(ledger.session, ledger.act, event, member)
        elif event is not None and section == "tasks" and (task := ledger.session.get(Task, identity)):
            tasks.remove_task(ledger.session, ledger.act, event, task)
        ledger.forget(section, [gone])
