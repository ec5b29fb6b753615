"""reminders that were due by another reckoning

Hours of an offset counted for nothing where a rule says at what time, and tasks of an event abroad were due by that
place's clock. Reminders that may be due at another instant now are marked; where events are to come, the leading worker
plans their rules anew. What was sent, or skipped as late, stays so.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.clock import utcnow

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

CONCERNED = (
    "SELECT id FROM reminder_rule WHERE anchor = 'task_due' OR (\"at\" IS NOT NULL AND \"offset\" LIKE '%T%' AND"
    " \"offset\" <> 'PT0S')"
)

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
JOB = sa.table(
    "planning_job",
    sa.column("key", sa.String()),
    sa.column("rules", JSON_VALUE),
    sa.column("event_ids", JSON_VALUE),
    sa.column("counts_days", sa.Boolean()),
    sa.column("since", sa.Date()),
    sa.column("asked_at", sa.DateTime(timezone=True)),
    sa.column("after_id", sa.String()),
    sa.column("remaining", sa.Integer()),
    sa.column("changed", sa.BigInteger()),
)


def upgrade() -> None:
    op.execute("ALTER TABLE reminder ADD COLUMN reckoning INTEGER")
    op.execute(f"UPDATE reminder SET reckoning = 1 WHERE purpose = 'reminder' AND rule_key IN ({CONCERNED})")  # noqa: S608 - a constant
    _ask_for_rules()


def downgrade() -> None:
    op.execute("DELETE FROM planning_job WHERE key LIKE 'reckoning:%'")
    op.execute("ALTER TABLE reminder DROP COLUMN reckoning")


def _ask_for_rules() -> None:
    """Have the events whose reminders wait planned anew, by a worker of this version."""
    bind = op.get_bind()
    waiting: dict[str, list[str]] = {}
    rows = sa.text(
        "SELECT DISTINCT rule_key, event_id FROM reminder WHERE state = 'pending' AND reckoning = 1"
        " ORDER BY rule_key, event_id"
    )
    for rule, event in bind.execute(rows):
        waiting.setdefault(rule, []).append(event)
    now = utcnow()
    for rule, events in waiting.items():
        values = {
            "key": f"reckoning:{rule}",
            "rules": [rule],
            "event_ids": events,
            "counts_days": False,
            "since": now.date(),
            "asked_at": now if bind.dialect.name == "postgresql" else now.replace(tzinfo=None),
            "after_id": "",
            "remaining": len(events),
            "changed": 0,
        }
        bind.execute(sa.insert(JOB).values(values))
