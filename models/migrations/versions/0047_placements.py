"""who of a visit is in which car, in which room, on which seat

Revision ID: 0047
Revises: 0046
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.types import UtcDateTime

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "placement",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("vehicles", JSON_VALUE, nullable=False),
        sa.Column("rooms", JSON_VALUE, nullable=False),
        sa.Column("tables", JSON_VALUE, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_placement_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_placement")),
    )


def downgrade() -> None:
    count = op.get_bind().execute(sa.text("SELECT count(*) FROM placement")).scalar_one()
    if count:
        raise RuntimeError(
            f"The version before can't hold who is in which car, room and seat, of {count} events. Print them and empty"
            " them first (PUT /events/{id}/placements), or restore a backup made by that version."
        )
    op.drop_table("placement")
