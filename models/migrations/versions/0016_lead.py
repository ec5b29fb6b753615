"""the lead of the workers is a lease; planning over many events waits in a queue

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "lead",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=True),
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.Column("beats", sa.BigInteger(), nullable=False),
        sa.Column("renewed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lead")),
    )
    op.create_table(
        "planning_job",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("rules", JSON_VALUE, nullable=True),
        sa.Column("recipients", JSON_VALUE, nullable=True),
        sa.Column("event_ids", JSON_VALUE, nullable=True),
        sa.Column("counts_days", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("after_day", sa.Date(), nullable=True),
        sa.Column("after_id", sa.String(length=26), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_planning_job")),
    )
    op.create_index("ix_reminder_recipient", "reminder", ["recipient"])


def downgrade() -> None:
    waiting = op.get_bind().scalar(sa.text("SELECT count(*) FROM planning_job"))
    if waiting:
        raise RuntimeError(
            f"{waiting} changes are still to be planned, which the version before this one can't do:"
            " let a worker run until /readyz says that nothing is left to plan"
        )
    op.drop_index("ix_reminder_recipient", "reminder")
    op.drop_table("planning_job")
    op.drop_table("lead")
