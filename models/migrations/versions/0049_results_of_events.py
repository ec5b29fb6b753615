"""what came of an event, and the folded words of it by which those who see it find the event

Revision ID: 0049
Revises: 0048
"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE event ADD COLUMN results VARCHAR(20000)")
    op.execute("ALTER TABLE event ADD COLUMN results_text TEXT DEFAULT '' NOT NULL")


def downgrade() -> None:
    _refuse_what_would_be_lost()
    op.execute("ALTER TABLE event DROP COLUMN results_text")
    op.execute("ALTER TABLE event DROP COLUMN results")


def _refuse_what_would_be_lost() -> None:
    """The version before knows no results."""
    written = sa.text("SELECT id FROM event WHERE results IS NOT NULL ORDER BY id")
    found = [row[0] for row in op.get_bind().execute(written).all()]
    if found:
        listed = ", ".join(found[:10]) + (" …" if len(found) > 10 else "")
        raise RuntimeError(
            f"The version before can't hold the results of {len(found)} events ({listed}). Take them out first"
            " (PATCH with results null), or restore a backup made by that version."
        )
