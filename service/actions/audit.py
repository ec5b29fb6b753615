"""The audit trail: one row per successful change, in the transaction of the change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from models.accounts import Audit
from service.actions import change_log
from service.actions.context import ActionContext

# Never in an audit row: secrets and their hashes, and internal columns.
_EXCLUDED = {
    "password_hash",
    "token_hash",
    "search_text",
    "results_text",
    "sort_key",
    "version",
    "created_at",
    "updated_at",
    "postponed_from",
    "starts_at",
    "ends_at",
    "length_class",
    "made_for",
    "is_exclusive",
    "messenger",
    "known_browsers",
    "confirmed_values",
    "corrections",
    "changed_at",
    "addresses_approved_at",
    "addresses_approved_by",
    "office",
    "former_organisation_id",
    "sealed",
    "head_organisation_id",
    "person_organisation_id",
    "content",
    "refused_reason",
}


def plain(value: Any) -> Any:
    """A value converted to JSON types, recursively."""
    match value:
        case Enum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case time():
            return value.strftime("%H:%M")
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set():
            return [plain(item) for item in value]
        case SQLModel():
            names = [name for name in type(value).model_fields if name not in {"id", "event_id", "search_text"}]
            return {name: plain(getattr(value, name)) for name in names}
        case _:
            return value


def snapshot(row: SQLModel, extra: tuple[str, ...] = ()) -> dict[str, Any]:
    """The values of a row that are audited, and the computed ones named in ``extra`` (``parties``, ``budget`` …)."""
    untold: frozenset[str] = getattr(type(row), "UNTOLD", frozenset())
    names = [name for name in type(row).model_fields if name not in _EXCLUDED and name not in untold]
    return {name: plain(getattr(row, name)) for name in (*names, *extra)}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The differences between two snapshots: ``{field: {"from": …, "to": …}}``."""
    names = [*before, *(name for name in after if name not in before)]
    return {
        name: {"from": before.get(name), "to": after.get(name)} for name in names if before.get(name) != after.get(name)
    }


def record(
    session: Session,
    act: ActionContext,
    action: str,
    entity: str,
    entity_id: str,
    changed: Mapping[str, Any],
    *,
    event_id: str | None = None,
    reason: str | None = None,
    kept: Mapping[str, Any] | None = None,
) -> None:
    """Write one audit row. ``action`` is a verb (create, change, delete, transition …), ``entity`` a table's name.

    ``kept`` are values before the change that only undoing it reads.

    It also notes the change for the feed caches (:mod:`service.actions.change_log`), so they miss no audited change.
    """
    if action != "create" or event_id is not None:
        change_log.note_change(session, act.now, entity, entity_id, event_id)
    session.add(
        Audit(
            at=act.now,
            actor_id=act.user.id if act.user else None,
            actor_name=act.name,
            action=action,
            entity=entity,
            entity_id=entity_id,
            event_id=event_id,
            changes=dict(changed),
            reason=reason,
            request_id=act.request_id,
            undoes=act.undoes,
            kept=dict(kept) if kept else None,
        )
    )


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """One of many rows that a step changed, as :func:`record_all` writes it."""

    entity: str
    entity_id: str
    changes: Mapping[str, Any]
    event_id: str | None = None


def record_all(session: Session, act: ActionContext, action: str, rows: Sequence[ChangedRow]) -> None:
    """Write the audit rows of one step that changed many rows; the caller notes the change of their events
    (:func:`service.actions.change_log.note_all`)."""
    who: dict[str, Any] = {
        "at": act.now,
        "actor_id": act.user.id if act.user else None,
        "actor_name": act.name,
        "action": action,
        "reason": None,
        "request_id": act.request_id,
        "undoes": act.undoes,
    }
    told = [(one, {name: value for name, value in one.changes.items() if name not in _EXCLUDED}) for one in rows]
    entries = [
        who | {"entity": one.entity, "entity_id": one.entity_id, "event_id": one.event_id, "changes": changed}
        for one, changed in told
        if changed
    ]
    if entries:
        session.execute(insert(Audit), entries)
