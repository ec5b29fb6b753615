"""The work of a visit by the body that does it: what a table of assignments lists, and what each body is written to."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from calendars.documents.facts import DocumentFacts, MemberFacts, PersonFacts, TaskFacts
from calendars.documents.participants import own_members
from calendars.documents.value import Align, CellKind, Column, Row, Table, Text, plain
from calendars.documents.wording import Wording, emphasised
from models.i18n import N_, message
from models.text import LocalizedText, localized
from models.vocabulary import Language, Side

TITLE = message(N_("Titles of tasks."))
BODY = message(N_("Names of bodies with tasks."))


@dataclass(slots=True)
class Assignment:
    """A body, its tasks by the day they are due, and its people whom the programme needs. ``body`` None: nobody is
    named for the tasks."""

    key: str
    body: LocalizedText | None
    side: Side | None = None
    tasks: list[TaskFacts] = field(default_factory=list)
    hosts: list[MemberFacts] = field(default_factory=list)


def by_body(facts: DocumentFacts) -> list[Assignment]:
    """Every body with tasks, in the order of their first due day; tasks that nobody was given come last."""
    return sorted(_with_tasks(facts).values(), key=lambda one: one.body is None)


def _with_tasks(facts: DocumentFacts) -> dict[tuple[str, Side], Assignment]:
    found: dict[tuple[str, Side], Assignment] = {}
    for task in sorted(facts.tasks, key=_due):
        key, name = body_of(task)
        side = task.side or facts.visit.own_side
        found.setdefault(_called(name, side), Assignment(key, name, side)).tasks.append(task)
    return found


def _called(name: LocalizedText | None, side: Side) -> tuple[str, Side]:
    """What a letter to a body is addressed with: a body and the one that carries on its work share their name of the
    day, and get one letter."""
    return localized(name, Language.VI).casefold(), side


def letters_to(facts: DocumentFacts) -> list[Assignment]:
    """The bodies that get a letter: those of the office's own side, but the issuer, with work still to do or people who
    are asked to attend. Whoever lists letters asks here."""
    issuer = facts.issuer.body.id if facts.issuer.body else None
    own = facts.visit.own_side
    found = {called: one for called, one in _with_tasks(facts).items() if one.body and one.side is own}
    for one in found.values():
        one.tasks = [task for task in one.tasks if not task.done]
    if own is Side.HOST:
        for member in own_members(facts):
            if key := member.person.body_id:
                named = _called(member.person.body, own)
                found.setdefault(named, Assignment(key, member.person.body, own)).hosts.append(member)
    if facts.issuer.body:
        found.pop(_called(facts.issuer.body.name, own), None)
    return [one for one in found.values() if one.body and one.key != issuer and (one.tasks or one.hosts)]


def only_of(facts: DocumentFacts, body_id: str) -> DocumentFacts:
    """The facts for the letter to one body: without tasks and hosts of others, so that nothing of them stands in it.
    Guests, or of a visit to others everybody who goes, are whom it is about."""
    own = facts.visit.own_side
    of_tasks = [(body_of(task), task.side or own, task) for task in facts.tasks]
    named = {_called(name, side) for (key, name), side, _task in of_tasks if key == body_id}
    named |= {_called(one.person.body, own) for one in own_members(facts) if one.person.body_id == body_id}
    return replace(
        facts,
        tasks=[task for (_key, name), side, task in of_tasks if _called(name, side) in named],
        members=[
            one
            for one in facts.members
            if own is Side.GUEST or one.side is Side.GUEST or _called(one.person.body, own) in named
        ],
    )


def body_of(task: TaskFacts) -> tuple[str, LocalizedText | None]:
    """The body that does a task and its name: the one it is given to, else that of the person."""
    if task.body:
        return task.body_id or f"name:{localized(task.body, Language.VI)}", task.body
    if task.person and task.person.body:
        return task.person.body_id or f"name:{localized(task.person.body, Language.VI)}", task.person.body
    return "", None


def _due(task: TaskFacts) -> tuple[bool, date]:
    return task.due_day is None, task.due_day or date.max


def table_of(assignments: Sequence[Assignment], wording: Wording, *, by_groups: bool = True) -> Table:
    """Tasks as a table: number, task, who, by when; ``by_groups``: below the name of each body."""
    columns = (
        Column(emphasised(wording.say(N_("No.")), bold=True), 8, Align.CENTRE, CellKind.NUMBER),
        Column(emphasised(wording.say(N_("Task")), bold=True), 50),
        Column(emphasised(wording.say(N_("Person responsible")), bold=True), 28),
        Column(emphasised(wording.say(N_("Due day")), bold=True), 18, Align.CENTRE, CellKind.DATE),
    )
    rows: list[Row] = []
    number = 0
    for one in assignments:
        if by_groups:
            named = wording.text(one.body, BODY) or wording.say(N_("Not assigned yet"))
            rows.append(Row((emphasised(named, bold=True),), group=True))
        for task in one.tasks:
            number += 1
            rows.append(Row((wording.words(str(number)), *_cells(task, wording))))
    name = plain(wording.only(wording.languages[0]).say(N_("Assignment of tasks")))
    return Table(name, columns, tuple(rows))


def _cells(task: TaskFacts, wording: Wording) -> tuple[Text, Text, Text]:
    person: PersonFacts | None = task.person
    return (
        wording.text(task.title, TITLE, entry_id=task.id),
        wording.name(person) if person else (),
        wording.day(task.due_day) if task.due_day else (),
    )
