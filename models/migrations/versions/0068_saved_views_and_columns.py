"""views of lists that accounts saved, and the columns they chose

Nobody has any by the upgrade: every list looks as before.

Revision ID: 0068
Revises: 0067
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.types import UtcDateTime

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("page", sa.String(32), nullable=False),
        sa.Column("query", sa.String(2000), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_saved_view_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("user_id", "page", "name", name="uq_saved_view_name"),
    )
    op.create_index(op.f("ix_saved_view_user_id"), "saved_view", ["user_id"], unique=False)
    op.create_table(
        "chosen_columns",
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("listing", sa.String(32), nullable=False),
        sa.Column("columns", JSON_VALUE, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_chosen_columns_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "listing", name=op.f("pk_chosen_columns")),
    )


def downgrade() -> None:
    counted = (
        ("saved views", "SELECT count(*) FROM saved_view"),
        ("lists with chosen columns", "SELECT count(*) FROM chosen_columns"),
    )
    bind = op.get_bind()
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {' and '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )
    op.drop_table("chosen_columns")
    op.drop_index(op.f("ix_saved_view_user_id"), table_name="saved_view")
    op.drop_table("saved_view")
