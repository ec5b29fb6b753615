"""Which entry became which row: what is new, what was edited, and what a key refers to."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from sqlmodel import Session, SQLModel, select

from models.accounts import SeedEntry
from models.agreements import Agreement, Anniversary, Commitment
from models.events import Event
from models.i18n import Message, _, message
from models.places import Locality, Organisation, Person
from models.resources import Resource
from service.actions.context import ActionContext

Write = Callable[[str | None], str | None]
"""Takes the id of the row an entry became before (None when it is new), writes, and gives the row's id; None when
something was wrong, which is then noted."""

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


class Ledger:
    """The loaded entries of all times (the table ``seed_entry``) and of this run.

    After a problem a run goes on, to find the others; nothing of it is kept then.
    """

    def __init__(self, session: Session, act: ActionContext) -> None:
        self.session = session
        self.act = act
        self.writes = 0
        self.stands: dict[tuple[str, str], str] = {}
        """Where each entry of this run stands, as FILE:LINE."""
        self._kept = {(entry.section, entry.key): entry for entry in session.exec(select(SeedEntry)).all()}
        self._done: dict[tuple[str, str], str | None] = {}

    def knows(self, section: str, key: str) -> bool:
        """Whether the entry was loaded before."""
        return (section, key) in self._kept

    def settle(self, section: str, key: str, content: Any, write: Write) -> str | None:
        """Write an entry that is new or edited; the id of its row, None when something is wrong with it."""
        digest = _digest(content)
        kept = self._kept.get((section, key))
        if kept is not None and kept.digest == digest:
            self._done[section, key] = kept.entity_id
            return kept.entity_id
        identity = write(kept.entity_id if kept else None)
        self._done[section, key] = identity
        if identity is None:
            return None
        self.writes += 1
        if kept is None:
            kept = SeedEntry(section=section, key=key, entity_id=identity, digest=digest)
            self.session.add(kept)
            self._kept[section, key] = kept
        else:
            kept.entity_id, kept.digest = identity, digest
        return identity

    def forget(self, section: str, keys: Iterable[str]) -> None:
        """Forget entries whose rows are gone, or never were: the next time they are new."""
        for key in list(keys):
            if kept := self._kept.pop((section, key), None):
                self.session.delete(kept)
                self.writes += 1
        self.session.flush()

    def below(self, section: str, prefix: str) -> dict[str, str]:
        """The known entries of a section whose key begins so: key → id of the row."""
        return {
            key: kept.entity_id
            for (kind, key), kept in self._kept.items()
            if kind == section and key.startswith(prefix)
        }

    def resolve(self, table: str, key: str) -> str | Message | None:
        """What a key in a file refers to: the id; what is wrong; None for an entry that has problems of its own."""
        section, model = _REFERRED[table]
        if (section, key) in self._done:
            return self._done[section, key]
        if kept := self._kept.get((section, key)):
            if self.session.get(model, kept.entity_id) is None:
                return message(_("“{key}” was deleted in the service; take it out here."), key=key)
            return kept.entity_id
        if section == "localities" and self.session.get(Locality, key) is not None:
            return key
        if place := self.stands.get((section, key)):
            return message(_("“{key}” comes only later, at {place}; move it before this entry."), key=key, place=place)
        known = {name for kind, name in (*self.stands, *self._kept) if kind == section}
        if near := get_close_matches(key, sorted(known), 1, 0.7):
            return message(
                _("There is no “{key}” in {section}. Did you mean {suggestion}?"),
                key=key, section=section, suggestion=near[0],
            )  # fmt: skip
        return message(_("There is no “{key}” in {section}; add it there first."), key=key, section=section)


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
