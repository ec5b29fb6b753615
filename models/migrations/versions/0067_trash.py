"""the trash: drafts that were deleted on pages, sealed

Nothing lies in it by the upgrade.

Revision ID: 0067
Revises: 0066
"""

import sqlalchemy as sa
from alembic import op

from models.types import UtcDateTime

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "trashed_event",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("organisation_id", sa.String(26), nullable=True),
        sa.Column("created_by", sa.String(26), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("trashed_at", UtcDateTime(), nullable=False),
        sa.Column("trashed_by", sa.String(26), nullable=True),
        sa.CheckConstraint(
            "kind IN ('delegation', 'training_batch', 'art_troupe_visit', 'anniversary', 'activity')",
            name=op.f("ck_trashed_event_kind_word"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trashed_event")),
    )
    op.create_index(op.f("ix_trashed_event_trashed_at"), "trashed_event", ["trashed_at"], unique=False)


def downgrade() -> None:
    drafts = op.get_bind().execute(sa.text("SELECT count(*) FROM trashed_event")).scalar_one()
    if drafts:
        raise RuntimeError(
            f"The version before can't hold {drafts} drafts in the trash. Nothing was changed; restore them, or delete"
            " them for good, on the page /trash, and then go back."
        )
    op.drop_table("trashed_event")
