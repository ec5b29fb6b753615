"""accounts: idle sessions, scoped tokens, passwords to be changed, sign-ins through a login provider

A session's last sign of life must be there: on SQLite that means making the table anew. What is signed in stays so.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
SCOPE = "VARCHAR(32) DEFAULT 'write' NOT NULL CONSTRAINT ck_api_token_scope_word CHECK (scope IN ('read', 'write'))"


def upgrade() -> None:
    instant = "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
    op.execute('ALTER TABLE "user" ADD COLUMN must_change_password BOOLEAN DEFAULT FALSE NOT NULL')
    op.execute(f"ALTER TABLE api_token ADD COLUMN scope {SCOPE}")
    op.execute(f"ALTER TABLE api_token ADD COLUMN last_used_at {instant}")
    op.execute(f"ALTER TABLE web_session ADD COLUMN last_seen_at {instant}")
    op.execute("UPDATE web_session SET last_seen_at = created_at")
    with op.batch_alter_table("web_session") as batch:
        batch.alter_column("last_seen_at", existing_type=INSTANT, nullable=False)
    op.create_index("ix_login_failure_from", "login_failure", ["address", "at"])
    op.create_table(
        "spent_state",
        sa.Column("state_hash", sa.String(64), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_spent_state")),
    )


def downgrade() -> None:
    op.drop_table("spent_state")
    op.drop_index("ix_login_failure_from", "login_failure")
    op.execute("ALTER TABLE web_session DROP COLUMN last_seen_at")
    op.execute("ALTER TABLE api_token DROP COLUMN last_used_at")
    op.execute("ALTER TABLE api_token DROP COLUMN scope")
    op.execute('ALTER TABLE "user" DROP COLUMN must_change_password')
