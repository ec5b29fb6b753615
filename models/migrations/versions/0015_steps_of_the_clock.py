"""a heartbeat tells that the clock was moved

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("heartbeat", sa.Column("clock_stepped_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("heartbeat", sa.Column("clock_step_seconds", sa.Integer(), nullable=True))


def downgrade() -> None:
    # A heartbeat is made anew every few seconds: nothing is lost that would not come again.
    op.drop_column("heartbeat", "clock_step_seconds")
    op.drop_column("heartbeat", "clock_stepped_at")
