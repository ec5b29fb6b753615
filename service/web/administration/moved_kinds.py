"""What moves when something is handed over or merged, by kind, with the names of the first few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.i18n import N_
from models.text import LocalizedText
from service.actions.directory import moved_rows
from service.web.view import View

NAMES_SHOWN = 12

KINDS: Mapping[str, str] = {
    "events": N_("Events: {count}"),
    "members": N_("Places in delegations: {count}"),
    "learners": N_("Learners: {count}"),
    "tasks": N_("Tasks: {count}"),
    "task_templates": N_("Task templates: {count}"),
    "phases": N_("Phases of courses: {count}"),
    "accounts": N_("Accounts: {count}"),
    "people": N_("People: {count}"),
    "rules": N_("Reminder rules: {count}"),
    "resources": N_("Rooms, cars and interpreters: {count}"),
    "feeds": N_("Calendars: {count}"),
    "files": N_("Files: {count}"),
    "projects": N_("Projects: {count}"),
}


@dataclass(frozen=True, slots=True)
class ShownKind:
    """How many of a kind, what the first are called, and how many more there are."""

    sentence: str
    names: Sequence[LocalizedText]
    more: int


def shown_kinds(
    view: View, counts: Mapping[str, int], rows: Mapping[str, Sequence[tuple[str, str]]]
) -> list[ShownKind]:
    """The kinds of which something moves, in the order they are told; ``rows`` (table, id) by kind, if they are to be
    named."""
    shown = []
    for kind, sentence in KINDS.items():
        if count := counts.get(kind, 0):
            listed = rows.get(kind, ())
            names = [one.name for one in moved_rows.named(view.session, listed[:NAMES_SHOWN])]
            shown.append(ShownKind(view.say(sentence, count=count), names, max(0, len(listed) - NAMES_SHOWN)))
    return shown
