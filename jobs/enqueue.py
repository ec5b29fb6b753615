"""Add rows to the queue that no rule produces: the office's own mails, and notices of failed mails."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from jobs.queue import TABLE
from models.types import new_id
from models.vocabulary import Language, ReminderPurpose, ReminderState

_INSERT = {
    "sqlite": sqlite.insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id),
    "postgresql": postgresql.insert(TABLE).on_conflict_do_nothing().returning(TABLE.c.id),
}


def new_row(
    purpose: ReminderPurpose,
    rule_key: str,
    recipient: str,
    locale: Language,
    due_at: datetime,
    now: datetime,
    *,
    event_id: str | None = None,
    failed_id: str | None = None,
) -> dict[str, Any]:
    """The columns of a pending reminder; it is sent with the next tick, however long ago it was due."""
    return {
        "id": new_id(),
        "purpose": purpose,
        "rule_id": None,
        "rule_key": rule_key,
        "event_id": event_id,
        "task_id": None,
        "task_key": "",
        "recipient": recipient.lower(),
        "locale": locale,
        "due_at": due_at,
        "next_at": due_at,
        "state": ReminderState.PENDING,
        "attempts": 0,
        "failed_id": failed_id,
        "created_at": now,
        "updated_at": now,
    }


def add(work: Session | Connection, rows: Sequence[dict[str, Any]]) -> int:
    """Add rows to the queue; return how many did not exist yet (by the unique keys of the table)."""
    if not rows:
        return 0
    connection = work if isinstance(work, Connection) else work.connection()
    return len(connection.execute(_INSERT[connection.dialect.name], list(rows)).all())
