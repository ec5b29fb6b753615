"""what readers were told of an event, and notices of new days, of postponements and to those who are taken off

Nothing is mailed anew: what was sent before counts as having told the event as it is now, except to readers for whom a
notice of its last change is already waiting.

Revision ID: 0022
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BEFORE = (
    "purpose IN ('reminder', 'cancellation', 'update', 'failure', 'weekly', 'digest', 'escalation', 'asked', 'changed')"
)
AFTER = (
    "purpose IN ('reminder', 'cancellation', 'update', 'postponed', 'moved', 'removed', 'failure', 'asked', 'changed',"
    " 'weekly', 'digest', 'escalation')"
)
RESTORED = "It was due before the database was restored from a backup; it may have been sent."


def upgrade() -> None:
    op.create_table(
        "event_version",
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("reason", sa.String(2000), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_version_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "sequence", name=op.f("pk_event_version")),
    )
    op.execute("ALTER TABLE reminder ADD COLUMN entry_organizer VARCHAR(254)")
    op.execute("ALTER TABLE reminder ADD COLUMN told_sequence INTEGER")
    _restrict(BEFORE, AFTER)
    op.get_bind().execute(
        sa.text(
            "UPDATE reminder SET told_sequence = (SELECT sequence FROM event WHERE event.id = reminder.event_id)"
            " WHERE event_id IS NOT NULL AND purpose IN ('reminder', 'cancellation', 'update')"
            " AND (state = 'sent' OR (state = 'skipped' AND reason = :r))"
        ),
        {"r": RESTORED},
    )
    op.execute(
        "UPDATE reminder SET told_sequence = coalesce(entry_sequence, CASE WHEN told_sequence > 0 THEN told_sequence - 1"
        " ELSE 0 END) WHERE told_sequence IS NOT NULL AND EXISTS (SELECT 1 FROM reminder AS waiting"
        " WHERE waiting.event_id = reminder.event_id AND waiting.recipient = reminder.recipient"
        " AND waiting.purpose IN ('update', 'cancellation') AND waiting.state IN ('pending', 'sending'))"
    )


def downgrade() -> None:
    bind = op.get_bind()
    counted = (
        (
            "notices of new days, postponements and removals",
            "SELECT count(*) FROM reminder WHERE purpose IN ('postponed', 'moved', 'removed')",
        ),
        ("events whose earlier values are kept", "SELECT count(DISTINCT event_id) FROM event_version"),
        (
            "calendar entries whose organizer is not the office",
            "SELECT count(*) FROM reminder WHERE entry_organizer IS NOT NULL",
        ),
    )
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )
    _restrict(AFTER, BEFORE)
    op.execute("ALTER TABLE reminder DROP COLUMN told_sequence")
    op.execute("ALTER TABLE reminder DROP COLUMN entry_organizer")
    op.drop_table("event_version")


def _restrict(old: str, new: str) -> None:
    """Replace the CHECK of the word list; on SQLite its text only, as in revision 0019."""
    if op.get_bind().dialect.name == "postgresql":
        name = op.f("ck_reminder_purpose_word")
        op.drop_constraint(name, "reminder", type_="check")
        op.create_check_constraint(name, "reminder", new)
        return
    connection = op.get_bind()
    number = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = connection.execute(
        sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE name = 'reminder' AND instr(sql, :old)"),
        {"old": old, "new": new},
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {number + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
    if changed.rowcount != 1:
        raise RuntimeError("The table of reminders is not as the revisions before made it.")
