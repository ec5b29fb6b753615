"""The audit trail: one row per successful change, in the transaction of the change."""

from collections.abc import Mapping
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from sqlmodel import Session, SQLModel

from models.accounts import Audit
from service.actions import change_log
from service.actions.context import ActionContext

# Never in the trail: secrets and their hashes, and what only serves the machine.
_LEFT_OUT = {
    "password_hash",
    "token_hash",
    "search_text",
    "version",
    "created_at",
    "updated_at",
    "postponed_from",
    "starts_at",
    "ends_at",
    "length_class",
    "is_exclusive",
    "messenger",
}


def plain(value: Any) -> Any:
    """A value as JSON can hold it; lists and objects all the way down."""
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
            kept = [name for name in type(value).model_fields if name not in {"id", "event_id", "search_text"}]
            return {name: plain(getattr(value, name)) for name in kept}
        case _:
            return value


def snapshot(row: SQLModel, extra: tuple[str, ...] = ()) -> dict[str, Any]:
    """The values of a row that the trail tells of, and the named computed ones (``parties``, ``budget`` …)."""
    names = [name for name in type(row).model_fields if name not in _LEFT_OUT]
    return {name: plain(getattr(row, name)) for name in (*names, *extra)}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What differs between two snapshots: ``{field: {"from": …, "to": …}}``."""
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
) -> None:
    """Write one audit row. ``action`` is a verb (create, change, delete, transition …), ``entity`` a table's name.

    Whatever is told here is also told to those who keep calendars: there is no change that could be forgotten.
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
        )
    )
