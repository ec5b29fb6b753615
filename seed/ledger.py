"""The ledger of loaded entries: which entry became which row, what is new or edited, and what a key refers to."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from sqlmodel import Session, SQLModel, select

from models.accounts import SeedEntry
from models.agreements import Agreement, Anniversary, Commitment
from models.events import Event
from models.i18n import N_, Message, message
from models.places import Locality, Organisation, Person
from models.resources import Resource
from seed.checking import FilePosition
from seed.keeping import decide, edited_fields, held_after, is_as_loaded, value_of
from seed.reading import FileProblem
from service.actions.context import ActionContext

Write = Callable[[str | None], str | None]
"""Takes the id of the row of an earlier load (None for a new entry), writes, and returns the row's id.

None if there was a problem, which has then been recorded.
"""

_REFERRED: Mapping[str, tuple[str, type[SQLModel]]] = {
    "locality": ("localities", Locality),
    "organisation": ("organisations", Organisation),
    "person": ("people", Person),
    "resource": ("resources", Resource),
    "agreement": ("agreements", Agreement),
    "commitment": ("commitments", Commitment),
    "anniversary": ("anniversaries", Anniversary),
    "event": ("events", Event),
}


OF_AN_OFFICE = frozenset(
    {"norms", "office_holidays", "observances", "resources", "task_templates", "gifts", "projects", "reminder_rules"}
)
"""The sections whose rows belong to the office they are loaded for."""


class Ledger:
    """The entries loaded so far (the table ``seed_entry``) and those of this run.

    After a problem a run continues to find the others; nothing of it is then committed. What belongs to ``office``
    (None: the default one) is kept apart from the same entries of another office.
    """

    def __init__(self, session: Session, act: ActionContext, office: str | None = None) -> None:
        self.session = session
        self.act = act
        self._prefix = f"@{office}/" if office is not None else ""
        self.writes = 0
        self.positions: dict[tuple[str, str], str] = {}
        """The position of each entry of this run, as FILE:LINE."""
        self.kept: list[FileProblem] = []
        """What of edited entries stays as people have made it here, entry by entry."""
        self._held: dict[tuple[str, str], dict[str, Any]] = {}
        self._stays: dict[tuple[str, str], tuple[str, ...]] = {}
        self._loaded = {
            (entry.section, entry.key.removeprefix(self._prefix)): entry
            for entry in session.exec(select(SeedEntry)).all()
            if self._is_here(entry.section, entry.key)
        }
        self._resolved: dict[tuple[str, str], str | None] = {}

    def _is_here(self, section: str, stored: str) -> bool:
        """Whether a stored key is one of the office, or of what all offices share."""
        if section in OF_AN_OFFICE and self._prefix:
            return stored.startswith(self._prefix)
        return not (section in OF_AN_OFFICE and stored.startswith("@"))

    def is_loaded(self, section: str, key: str) -> bool:
        """Whether the entry was loaded before."""
        return (section, key) in self._loaded

    def apply(self, section: str, key: str, content: Any, write: Write) -> str | None:
        """Write an entry if it is new or edited; return the id of its row, None if there is a problem with it."""
        digest = _digest(content)
        entry = self._loaded.get((section, key))
        if entry is not None and entry.digest == digest:
            self._resolved[section, key] = entry.entity_id
            return entry.entity_id
        identity = write(entry.entity_id if entry else None)
        self._resolved[section, key] = identity
        if identity is None:
            return None
        self.writes += 1
        if entry is None:
            stored = self._prefix + key if section in OF_AN_OFFICE else key
            entry = SeedEntry(section=section, key=stored, entity_id=identity, digest=digest)
            self.session.add(entry)
            self._loaded[section, key] = entry
        else:
            entry.entity_id, entry.digest = identity, digest
        entry.held = self._held.get((section, key))
        return identity

    def wanted(
        self,
        section: str,
        key: str,
        place: FilePosition,
        called: Callable[[str], str],
        row: Any,
        values: Mapping[str, Any],
    ) -> dict[str, Any]:
        """Those of an edited entry's values that are to be written; what stays as it is here is named in ``kept``.

        To be followed by :meth:`wrote`. ``called`` turns the name of a field into that of the file.
        """
        entry = self._loaded.get((section, key))
        held = entry.held if entry is not None else None
        decision = decide(held, row, values, edited_fields(self.session, row))
        self._stays[section, key] = decision.kept
        if decision.kept:
            names = [called(name) for name in decision.kept]
            what = message(N_("Kept as it is here: {names}."), names=", ".join(names))
            self.kept.append(FileProblem(place.file.name, place.node.line, place.label, what))
        return decision.values

    def wrote(self, section: str, key: str, row: Any, values: Mapping[str, Any]) -> None:
        """Hold what an entry's file and row are now."""
        self.session.flush()
        self._held[section, key] = held_after(row, values, self._stays.get((section, key), ()))

    def moved_along(self, section: str, key: str, row: Any) -> None:
        """Hold what an entry's row is now: it followed a change of another entry."""
        entry = self._loaded.get((section, key))
        if entry is not None and entry.held is not None:
            entry.held = {name: [one[0], value_of(row, name)] for name, one in entry.held.items()}

    def is_as_loaded(self, section: str, key: str, row: Any) -> bool:
        """Whether nobody has changed a row since it was loaded, as far as that is known."""
        entry = self._loaded.get((section, key))
        if entry is None or entry.held is None:
            return not edited_fields(self.session, row)
        return is_as_loaded(entry.held, row)

    def forget(self, section: str, keys: Iterable[str]) -> None:
        """Remove entries whose rows are deleted or never existed: the next load treats them as new."""
        for key in list(keys):
            if entry := self._loaded.pop((section, key), None):
                self.session.delete(entry)
                self.writes += 1
        self.session.flush()

    def with_prefix(self, section: str, prefix: str) -> dict[str, str]:
        """The known entries of a section whose key has this prefix: key → id of the row."""
        return {
            key: entry.entity_id
            for (kind, key), entry in self._loaded.items()
            if kind == section and key.startswith(prefix)
        }

    def resolve(self, table: str, key: str) -> str | Message | None:
        """Resolve a key in a file: the id; an error; or None for an entry that has problems of its own."""
        section, model = _REFERRED[table]
        if (section, key) in self._resolved:
            return self._resolved[section, key]
        if entry := self._loaded.get((section, key)):
            if self.session.get(model, entry.entity_id) is None:
                return message(N_("“{key}” was deleted in the service; take it out here."), key=key)
            return entry.entity_id
        if section == "localities" and self.session.get(Locality, key) is not None:
            return key
        if place := self.positions.get((section, key)):
            return message(N_("“{key}” comes only later, at {place}; move it before this entry."), key=key, place=place)
        known = {name for kind, name in (*self.positions, *self._loaded) if kind == section}
        if near := get_close_matches(key, sorted(known), 1, 0.7):
            return message(
                N_("There is no “{key}” in {section}. Did you mean {suggestion}?"),
                key=key, section=section, suggestion=near[0],
            )  # fmt: skip
        return message(N_("There is no “{key}” in {section}; add it there first."), key=key, section=section)


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
