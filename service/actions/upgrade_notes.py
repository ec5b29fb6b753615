"""What an upgrade could not decide: listed for administrators until one of them has seen it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, not_, or_, true
from sqlmodel import Session, SQLModel, col, select

from models.errors import NotFound
from models.labels import noun
from models.reminders import ReminderRule
from models.text import LocalizedText
from models.upgrades import UpgradeNote
from service.actions import crud, permissions
from service.actions.audit import record
from service.actions.context import ActionContext

MOST_SHOWN = 50

_NAMED: Mapping[str, type[SQLModel]] = {"reminder_rule": ReminderRule}
"""The tables that notes are about, whose rows have a ``name``."""


@dataclass(frozen=True, slots=True)
class NotedRow:
    """A note, and what its row is called; ``name`` None: it was deleted since."""

    note: UpgradeNote
    name: LocalizedText | None


def unsettled(session: Session) -> Sequence[NotedRow]:
    """The notes about the reader's office that nobody has seen, the oldest first, at most fifty; one query for each
    table they are about."""
    order = (col(UpgradeNote.noted_at), col(UpgradeNote.kind), col(UpgradeNote.entity_id))
    notes = session.exec(
        select(UpgradeNote)
        .where(col(UpgradeNote.settled_at).is_(None), _own(session))
        .order_by(*order)
        .limit(MOST_SHOWN)
    ).all()
    names: dict[tuple[str, str], LocalizedText] = {}
    for entity, model in _NAMED.items():
        ids = [one.entity_id for one in notes if one.entity == entity]
        rows = crud.by_id(session, model, ids) if ids else {}
        names |= {(entity, identity): row.name for identity, row in rows.items()}  # type: ignore[attr-defined]
    return [NotedRow(one, names.get((one.entity, one.entity_id))) for one in notes]


def _own(session: Session) -> ColumnElement[bool]:
    """The condition for notes about rows of the reader's office; what is about nothing of anybody's, as it was deleted
    since or belongs to all, is the default office's."""
    offices, office = permissions.offices(session), permissions.own_office(session)
    if offices.alone or permissions.account_rights(session) is None:
        return true()
    mine: list[ColumnElement[bool]] = []
    others: list[ColumnElement[bool]] = []
    for entity, model in _NAMED.items():
        marked = permissions.marked_own(session, model.office)  # type: ignore[attr-defined]
        of_kind, identity = col(UpgradeNote.entity) == entity, col(UpgradeNote.entity_id)
        mine.append(and_(of_kind, identity.in_(select(model.id).where(marked))))  # type: ignore[attr-defined]
        others.append(and_(of_kind, identity.in_(select(model.id).where(not_(marked)))))  # type: ignore[attr-defined]
    return not_(or_(*others)) if office == offices.default else or_(*mine)


def settle(session: Session, act: ActionContext, kind: str, entity: str, entity_id: str) -> None:
    """Mark a note as seen; the first account to do so stays recorded.

    Raises:
        NotFound: there is no such note about the reader's office.
    """
    key = (UpgradeNote.kind == kind, UpgradeNote.entity == entity, UpgradeNote.entity_id == entity_id)
    note = session.exec(select(UpgradeNote).where(*key, _own(session)).with_for_update()).first()
    if note is None:
        raise NotFound(noun("upgrade_note"), entity_id)
    if note.settled_at is not None:
        return
    note.settled_at, note.settled_by = act.now, act.account.id
    session.flush()
    change = {"settled_at": {"from": None, "to": act.now.isoformat()}, "kind": {"from": None, "to": kind}}
    record(session, act, "see", "upgrade_note", entity_id, change)
