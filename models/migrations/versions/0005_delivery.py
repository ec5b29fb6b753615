"""reminders: every attempt, failures seen and told, the office's own mails

A reminder may be about the office as a whole (the week's schedule), so its event may be missing: on SQLite that means
making the table anew. Other columns are added in plain SQL, the same on both databases.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(JSONB(), "postgresql")
PURPOSES_BEFORE = "purpose IN ('reminder', 'cancellation')"
PURPOSES = "purpose IN ('reminder', 'cancellation', 'update', 'failure', 'weekly', 'digest', 'escalation')"
OF_EVENT_OR_OFFICE = "(event_id IS NULL) = (purpose IN ('weekly', 'digest', 'escalation'))"
OFFICE = sa.text("event_id IS NULL")

COLUMNS = (
    ("reminder_rule", "catch_up", "BOOLEAN DEFAULT FALSE NOT NULL"),
    ('"user"', "weekly_schedule", "BOOLEAN DEFAULT TRUE NOT NULL"),
    ('"user"', "daily_digest", "BOOLEAN DEFAULT TRUE NOT NULL"),
    ('"user"', "messenger", "{bytes}"),
    ("organisation", "email", "VARCHAR(254)"),
    ("heartbeat", "leads", "BOOLEAN DEFAULT FALSE NOT NULL"),
    ("heartbeat", "mail_away_since", "{instant}"),
    ("heartbeat", "mail_answer", "VARCHAR(2000)"),
)
"""Table, column, type."""


def upgrade() -> None:
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, column, definition in COLUMNS:
        instant = "TIMESTAMP WITH TIME ZONE" if is_postgresql else "DATETIME"
        binary = "BYTEA" if is_postgresql else "BLOB"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {definition.format(instant=instant, bytes=binary)}")
    with op.batch_alter_table("reminder", copy_from=_reminder_before()) as batch:
        batch.alter_column("event_id", existing_type=sa.String(26), nullable=True)
        batch.drop_constraint(op.f("ck_reminder_purpose_word"), type_="check")
        batch.create_check_constraint(op.f("ck_reminder_purpose_word"), PURPOSES)
        batch.create_check_constraint(op.f("ck_reminder_of_event_or_office"), OF_EVENT_OR_OFFICE)
        batch.add_column(sa.Column("channel", sa.String(32), nullable=False, server_default="email"))
        batch.create_check_constraint(op.f("ck_reminder_channel_word"), "channel IN ('email', 'messenger')")
        batch.add_column(sa.Column("entry_sequence", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("waits_for_server", sa.Boolean(), nullable=False, server_default=sa.false()))
        for name in ("deferred_since", "seen_at", "escalated_at"):
            batch.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("seen_by", sa.String(26), nullable=True))
        batch.create_foreign_key(op.f("fk_reminder_seen_by_user"), "user", ["seen_by"], ["id"])
        batch.add_column(sa.Column("failed_id", sa.String(26), nullable=True))
    op.create_index(
        "uq_reminder_of_office_once",
        "reminder",
        ["rule_key", "recipient", "due_at"],
        unique=True,
        sqlite_where=OFFICE,
        postgresql_where=OFFICE,
    )
    op.create_index(
        "ix_reminder_waiting",
        "reminder",
        ["next_at"],
        sqlite_where=sa.text("waits_for_server = 1"),
        postgresql_where=sa.text("waits_for_server"),
    )
    op.create_table(
        "reminder_attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reminder_id", sa.String(length=26), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.String(length=2000), nullable=True),
        sa.Column("worker", sa.String(length=100), nullable=False),
        sa.CheckConstraint("outcome IN ('sent', 'deferred', 'refused')", name=op.f("ck_reminder_attempt_outcome_word")),
        sa.ForeignKeyConstraint(
            ["reminder_id"],
            ["reminder.id"],
            name=op.f("fk_reminder_attempt_reminder_id_reminder"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_attempt")),
    )
    op.create_index(op.f("ix_reminder_attempt_reminder_id"), "reminder_attempt", ["reminder_id"])
    op.create_table(
        "job_run",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("ran_for", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_run")),
    )


def downgrade() -> None:
    op.drop_table("job_run")
    op.drop_table("reminder_attempt")
    # What the service of before could not have made, it can't read either.
    op.execute("DELETE FROM reminder WHERE purpose NOT IN ('reminder', 'cancellation')")
    op.drop_index("ix_reminder_waiting", table_name="reminder")
    op.drop_index("uq_reminder_of_office_once", table_name="reminder")
    with op.batch_alter_table("reminder") as batch:
        batch.drop_constraint(op.f("fk_reminder_seen_by_user"), type_="foreignkey")
        for name in ("channel_word", "of_event_or_office", "purpose_word"):
            batch.drop_constraint(op.f(f"ck_reminder_{name}"), type_="check")
        batch.create_check_constraint(op.f("ck_reminder_purpose_word"), PURPOSES_BEFORE)
        batch.alter_column("event_id", existing_type=sa.String(26), nullable=False)
        for name in (
            "failed_id", "seen_by", "escalated_at", "seen_at", "deferred_since", "waits_for_server",
            "entry_sequence", "channel",
        ):  # fmt: skip
            batch.drop_column(name)
    for table, column, _definition in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def _reminder_before() -> sa.Table:
    """The table as 0001 made it: SQLite tells too little of its constraints to copy them."""

    def check(name: str, condition: str) -> sa.CheckConstraint:
        return sa.CheckConstraint(condition, name=op.f(f"ck_reminder_{name}"))

    def to(column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
        name = op.f(f"fk_reminder_{column}_{target}")
        return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=ondelete)

    words, instants = sa.String(32), sa.DateTime(timezone=True)
    metadata = sa.MetaData()
    for target in ("event", "reminder_rule", "task"):
        sa.Table(target, metadata, sa.Column("id", sa.String(26), primary_key=True))
    return sa.Table(
        "reminder",
        metadata,
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("purpose", words, nullable=False),
        sa.Column("rule_id", sa.String(26), nullable=True),
        sa.Column("rule_key", sa.String(60), nullable=False),
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("task_id", sa.String(26), nullable=True),
        sa.Column("task_key", sa.String(26), nullable=False),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("locale", words, nullable=False),
        sa.Column("due_at", instants, nullable=False),
        sa.Column("next_at", instants, nullable=False),
        sa.Column("state", words, nullable=False),
        sa.Column("reason", sa.String(2000), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("lease_until", instants, nullable=True),
        sa.Column("lease_owner", sa.String(100), nullable=True),
        sa.Column("sent_at", instants, nullable=True),
        sa.Column("message_id", sa.String(255), nullable=True),
        sa.Column("created_at", instants, nullable=False),
        sa.Column("updated_at", instants, nullable=False),
        check("lease_while_sending", "(state = 'sending') = (lease_until IS NOT NULL)"),
        check("sent_has_instant", "(state = 'sent') = (sent_at IS NOT NULL)"),
        check("locale_word", "locale IN ('vi', 'lo', 'en')"),
        check("purpose_word", PURPOSES_BEFORE),
        check("state_word", "state IN ('pending', 'sending', 'sent', 'failed', 'skipped')"),
        to("event_id", "event", "CASCADE"),
        to("rule_id", "reminder_rule", "SET NULL"),
        to("task_id", "task", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("event_id", "rule_key", "task_key", "recipient", "due_at", name="uq_reminder_once"),
        sa.Index(op.f("ix_reminder_event_id"), "event_id"),
        sa.Index("ix_reminder_queue", "state", "next_at"),
        sa.Index(op.f("ix_reminder_rule_id"), "rule_id"),
    )
