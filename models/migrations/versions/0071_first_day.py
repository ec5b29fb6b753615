"""the tour of the first day, for accounts that begin from now on

Accounts that are there have seen their first day: no row is made for them, and nothing is sent.

Revision ID: 0071
Revises: 0069
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.types import UtcDateTime

revision = "0071"
down_revision = "0069"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "first_day",
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("ticked", JSON_VALUE, nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_first_day_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_first_day")),
    )


def downgrade() -> None:
    # How far somebody came with the tour is nothing that the version before could miss.
    op.drop_table("first_day")
