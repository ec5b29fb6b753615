"""what was confirmed is kept, who last changed what of it, and who asked for confirmation

Who last changed a value since the last confirmation is read from the audit trail. What earlier confirmations confirmed
stays unknown, and no event becomes "changed since confirmed" by this migration.

Revision ID: 0013
Revises: 0012
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

COLUMNS = (
    ("confirmed_values", "{json}"),
    ("corrections", "{json} DEFAULT '{{}}' NOT NULL"),
    ("changed_at", "{instant}"),
    ("asked_by", 'VARCHAR(26) CONSTRAINT fk_event_asked_by_user REFERENCES "user" (id)'),
    ("asked_at", "{instant}"),
)
"""Column of the table event, type with its constraints."""

BEFORE = ("reminder", "cancellation", "update", "failure", "weekly", "digest", "escalation")
ADDED = ("asked", "changed")
NAMED = {
    "title": "title", "first_day": "first_day", "last_day": "last_day", "arrives_on": "arrives_on",
    "departs_on": "departs_on", "start_time": "start_time", "end_time": "end_time", "timezone": "timezone",
    "location": "location", "host": "host", "guest": "guest", "head_id": "head", "level": "level", "budget": "budget",
    "headcount": "headcount", "organisation_id": "organisation_id", "visibility": "visibility", "phases": "phases",
    "performances": "performances",
}  # fmt: skip
"""Field of an event in the audit trail → value that is confirmed."""

PARTS = {"phases": ("first_day", "last_day"), "performances": ("day", "time", "venue")}
AT_ONCE = 1000


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    types = {"json": "JSONB", "instant": "TIMESTAMP WITH TIME ZONE"} if is_postgresql else SQLITE
    for column, definition in COLUMNS:
        op.execute(f"ALTER TABLE event ADD COLUMN {column} {definition.format(**types)}")
    _allow_purposes(*BEFORE, *ADDED)
    _read_trail()


def downgrade() -> None:
    _refuse_what_would_be_lost()
    _allow_purposes(*BEFORE)
    for column, _definition in reversed(COLUMNS):
        op.execute(f"ALTER TABLE event DROP COLUMN {column}")


SQLITE = {"json": "JSON", "instant": "DATETIME"}


def _refuse_what_would_be_lost() -> None:
    """The version before knows neither what was confirmed, nor that somebody asked, nor mails about either."""
    bind = op.get_bind()
    counted = (
        ("events whose confirmed values are kept", "SELECT count(*) FROM event WHERE confirmed_values IS NOT NULL"),
        ("events whose confirmation was asked for", "SELECT count(*) FROM event WHERE asked_at IS NOT NULL"),
        ("mails to approvers", "SELECT count(*) FROM reminder WHERE purpose IN ('asked', 'changed')"),
    )
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )


def _allow_purposes(*words: str) -> None:
    """Renew the CHECK of the word list."""
    condition = f"purpose IN ({', '.join(repr(word) for word in words)})"
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_reminder_purpose_word"), "reminder", type_="check")
        op.create_check_constraint(op.f("ck_reminder_purpose_word"), "reminder", condition)
        return
    with _indexes_of("reminder"), op.batch_alter_table("reminder") as batch:
        batch.drop_constraint(op.f("ck_reminder_purpose_word"), type_="check")
        batch.create_check_constraint(op.f("ck_reminder_purpose_word"), condition)


@contextmanager
def _indexes_of(table: str) -> Iterator[None]:
    """Make the indexes of a copied table anew as they were: their conditions are not all copied along."""
    bind = op.get_bind()
    kept = bind.execute(
        sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :table AND sql IS NOT NULL"),
        {"table": table},
    ).all()
    for name, _sql in kept:
        op.execute(f'DROP INDEX "{name}"')
    yield
    for _name, sql in kept:
        op.execute(sql)


# Who last changed what, from the audit trail


def _read_trail() -> None:
    bind = op.get_bind()
    found: dict[str, dict[str, dict[str, str | None]]] = {}
    trail = sa.text(
        "SELECT id, at, actor_id, action, entity, event_id, changes FROM audit WHERE id > :last AND event_id IS NOT NULL"
        " AND ((entity = 'event' AND action IN ('change', 'transition')) OR entity = 'member') ORDER BY id LIMIT :count"
    )
    last = -1
    while rows := bind.execute(trail, {"last": last, "count": AT_ONCE}).all():
        for row in rows:
            _note(found.setdefault(row.event_id, {}), row)
        last = rows[-1].id
    event = sa.table("event", sa.column("id"), sa.column("corrections", sa.JSON().with_variant(JSONB(), "postgresql")))
    write = sa.update(event).where(event.c.id == sa.bindparam("row")).values(corrections=sa.bindparam("found"))
    values = [{"row": event_id, "found": corrections} for event_id, corrections in found.items() if corrections]
    for first in range(0, len(values), AT_ONCE):
        bind.execute(write, values[first : first + AT_ONCE])


def _note(corrections: dict[str, dict[str, str | None]], row: Any) -> None:
    changes = json.loads(row.changes) if isinstance(row.changes, str) else row.changes
    if row.entity == "member":
        changed = ["head"] if "head" in changes.get("role", {}).values() else []
    else:
        if changes.get("status", {}).get("to") == "confirmed":
            corrections.clear()
        changed = [NAMED[name] for name in changes if name in NAMED and _differs(name, changes[name])]
    by_whom = {"by": row.actor_id, "at": _instant(row.at)}
    corrections.update(dict.fromkeys(changed, by_whom))


def _differs(name: str, change: dict[str, Any]) -> bool:
    columns = PARTS.get(name)
    if columns is None:
        return True
    before, after = (
        [{column: one.get(column) for column in columns} for one in change.get(side) or []] for side in ("from", "to")
    )
    return before != after


def _instant(stored: Any) -> str:
    """An instant as a database gives it: SQLite as text in UTC, PostgreSQL aware."""
    at = datetime.fromisoformat(stored) if isinstance(stored, str) else stored
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)).isoformat()
