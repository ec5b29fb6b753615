"""doubles merged into one, bodies handed over to their successors: what was moved, so that it can be undone

Revision ID: 0033
Revises: 0031
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from models.types import JsonList, JsonObject, UtcDateTime

revision = "0033"
down_revision = "0031"
branch_labels = None
depends_on = None


def _outcome() -> list[sa.Column[Any]]:
    """The columns of what was moved, and of who made and undid it."""
    return [
        sa.Column("moved", JsonObject(), nullable=False),
        sa.Column("moves", JsonList(), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=26), nullable=True),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.Column("undone_by", sa.String(length=26), nullable=True),
        sa.Column("stayed", JsonList(), nullable=False),
        sa.Column("office", sa.String(length=60), nullable=True),
    ]


def upgrade() -> None:
    op.create_table(
        "merge",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("entity", sa.String(length=32), nullable=False),
        sa.Column("merged_id", sa.String(length=26), nullable=False),
        sa.Column("merged_name", JsonObject(), nullable=False),
        sa.Column("into_id", sa.String(length=26), nullable=False),
        *_outcome(),
        sa.CheckConstraint("entity IN ('person', 'organisation')", name=op.f("ck_merge_entity_word")),
        sa.CheckConstraint("merged_id <> into_id", name=op.f("ck_merge_into_another")),
        sa.ForeignKeyConstraint(["made_by"], ["user.id"], name=op.f("fk_merge_made_by_user")),
        sa.ForeignKeyConstraint(["undone_by"], ["user.id"], name=op.f("fk_merge_undone_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    for column in ("merged_id", "into_id", "made_at"):
        op.create_index(op.f(f"ix_merge_{column}"), "merge", [column])
    op.create_table(
        "hand_over",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=False),
        sa.Column("to_id", sa.String(length=26), nullable=False),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("left", JsonList(), nullable=False),
        *_outcome(),
        *(
            sa.ForeignKeyConstraint([column], ["organisation.id"], name=op.f(f"fk_hand_over_{column}_organisation"))
            for column in ("organisation_id", "to_id")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["user.id"], name=op.f("fk_hand_over_made_by_user")),
        sa.ForeignKeyConstraint(["undone_by"], ["user.id"], name=op.f("fk_hand_over_undone_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
    )
    for column in ("organisation_id", "to_id", "made_at"):
        op.create_index(op.f(f"ix_hand_over_{column}"), "hand_over", [column])


def downgrade() -> None:
    _refuse_what_would_be_lost()
    op.drop_table("hand_over")
    op.drop_table("merge")


def _refuse_what_would_be_lost() -> None:
    """The version before can undo nothing, and does not know what somebody who was merged has become."""
    bind = op.get_bind()
    counted = (
        ("merges of people and organisations", "SELECT count(*) FROM merge WHERE undone_at IS NULL"),
        ("hand-overs of organisations", "SELECT count(*) FROM hand_over WHERE undone_at IS NULL"),
    )
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Undo them first (POST /merges/ID/undo,"
            " /hand-overs/ID/undo), or restore a backup made by that version."
        )
