"""Writing planned reminders: of events (`reminder_planning`) and of other occasions (`occasion_planning`)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, Update, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from models.queries.audience import MESSENGER
from models.reminders import Reminder
from models.types import new_id
from models.vocabulary import Language, ReminderChannel, ReminderPurpose, ReminderState

_TABLE: Table = Reminder.__table__  # type: ignore[attr-defined]
_AT_ONCE = 1000
_THESE = _TABLE.c.id.in_(bindparam("ids", expanding=True))

# A worker may have claimed one since it was read: the statements check the state again.
_SKIP = (
    update(_TABLE)
    .where(_THESE, _TABLE.c.state == ReminderState.PENDING)
    .values(state=ReminderState.SKIPPED, reason=bindparam("why"), updated_at=bindparam("now"))
)
_REACTIVATE = (
    update(_TABLE)
    .where(_THESE, _TABLE.c.state == ReminderState.SKIPPED)
    .values(state=ReminderState.PENDING, reason=None, attempts=0, next_at=_TABLE.c.due_at, updated_at=bindparam("now"))
)
# RETURNING makes SQLAlchemy write hundreds of rows with one statement; otherwise each takes one.
_INSERT = {
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id),
    "postgresql": postgresql.insert(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id),
}


def skip(session: Session, why: Mapping[str, Sequence[str]], now: datetime) -> None:
    """Skip those of some reminders that are still pending; ``why``: reason → their ids."""
    for reason, ids in why.items():
        _change(session, _SKIP, ids, now=now, why=reason)


def skip_where(session: Session, reason: str, now: datetime, *which: ColumnElement[bool]) -> None:
    """Skip the pending reminders that match all conditions."""
    pending = update(_TABLE).where(*which, _TABLE.c.state == ReminderState.PENDING)
    session.connection().execute(pending.values(state=ReminderState.SKIPPED, reason=reason, updated_at=now))


def reactivate(session: Session, ids: Sequence[str], now: datetime) -> None:
    """Let those of some reminders that are still skipped wait for their time again."""
    _change(session, _REACTIVATE, ids, now=now)


def _change(session: Session, statement: Update, ids: Sequence[str], **values: Any) -> None:
    for start in range(0, len(ids), _AT_ONCE):
        session.connection().execute(statement, {"ids": ids[start : start + _AT_ONCE]} | values)


def new_row(
    recipient: str, locale: Language, due_at: datetime, now: datetime, *, late: str | None = None, **more: Any
) -> dict[str, Any]:
    """A new reminder's columns; pending, or skipped if ``late`` gives the reason. ``more``: what it is of."""
    return {
        "id": new_id(),
        "purpose": ReminderPurpose.REMINDER,
        "channel": ReminderChannel.MESSENGER if recipient.startswith(MESSENGER) else ReminderChannel.EMAIL,
        "recipient": recipient,
        "locale": locale,
        "due_at": due_at,
        "next_at": due_at,
        "state": ReminderState.SKIPPED if late else ReminderState.PENDING,
        "reason": late,
        "attempts": 0,
        "created_at": now,
        "updated_at": now,
    } | more


def insert(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert reminders; one that another transaction has inserted meanwhile stays as it is (uq_reminder_once)."""
    connection = session.connection()
    for start in range(0, len(rows), _AT_ONCE):
        connection.execute(_INSERT[connection.dialect.name], rows[start : start + _AT_ONCE])
