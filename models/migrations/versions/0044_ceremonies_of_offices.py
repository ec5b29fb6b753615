"""each office may have its own ceremony of an anniversary and year

Revision ID: 0044
Revises: 0042
"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0042"
branch_labels = None
depends_on = None

INDEX = "uq_event_one_ceremony_a_year"


def upgrade() -> None:
    op.drop_index(INDEX, "event")


def downgrade() -> None:
    several = sa.text(
        "SELECT anniversary_id, year, count(*) FROM event WHERE kind = 'anniversary' AND status <> 'cancelled'"
        " GROUP BY anniversary_id, year HAVING count(*) > 1 ORDER BY year, anniversary_id"
    )
    if found := op.get_bind().execute(several).all():
        listed = ", ".join(f"anniversary {row[0]} in {row[1]}: {row[2]}" for row in found)
        raise RuntimeError(
            f"Several offices have their own ceremony of one anniversary and year ({listed}), which the old version"
            " can't hold. Cancel or delete all but one of each, or keep this version."
        )
    where = sa.text("kind = 'anniversary' AND status <> 'cancelled'")
    op.create_index(INDEX, "event", ["anniversary_id", "year"], unique=True, sqlite_where=where, postgresql_where=where)
