"""events shared with the office of the other side

Nothing is shared by the upgrade.

Revision ID: 0057
Revises: 0056
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.types import UtcDateTime

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "event_share",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("office", sa.String(60), nullable=False),
        sa.Column("asks", JSON_VALUE, nullable=False),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("shared_by", sa.String(26), nullable=True),
        sa.Column("shared_at", UtcDateTime(), nullable=False),
        sa.Column("acknowledged_by", sa.String(26), nullable=True),
        sa.Column("acknowledged_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["acknowledged_by"], ["user.id"], name=op.f("fk_event_share_acknowledged_by_user")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_share_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["office"], ["locality.code"], name=op.f("fk_event_share_office_locality")),
        sa.ForeignKeyConstraint(["shared_by"], ["user.id"], name=op.f("fk_event_share_shared_by_user")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_event_share")),
    )
    op.create_index(op.f("ix_event_share_office"), "event_share", ["office"], unique=False)
    op.create_table(
        "share_opening",
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("office", sa.String(60), nullable=False),
        sa.Column("first_opened_at", UtcDateTime(), nullable=False),
        sa.Column("last_opened_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_share_opening_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["office"], ["locality.code"], name=op.f("fk_share_opening_office_locality")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_share_opening_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "user_id", name=op.f("pk_share_opening")),
    )


def downgrade() -> None:
    bind = op.get_bind()
    counted = (
        ("shared events", "SELECT count(*) FROM event_share"),
        ("openings of shared events", "SELECT count(*) FROM share_opening"),
    )
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )
    op.drop_table("share_opening")
    op.drop_table("event_share")
