"""the hours of its event that a booking still goes by

Revision ID: 0025
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Null: the hours its event has. Which bookings were left behind before, nobody can tell any more.
    op.add_column("booking", sa.Column("made_for", sa.String(100), nullable=True))


def downgrade() -> None:
    # Only a warning is lost, which the old version does not know; the bookings are what they were.
    op.drop_column("booking", "made_for")
