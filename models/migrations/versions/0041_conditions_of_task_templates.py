"""task templates for some types of activities only, and for some classes of an anniversary's years

Revision ID: 0041
Revises: 0040
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

COLUMNS = ("activity_types", "grades")


def upgrade() -> None:
    for name in COLUMNS:
        kind = sa.JSON().with_variant(JSONB(), "postgresql")
        op.add_column("task_template", sa.Column(name, kind, nullable=False, server_default="[]"))


def downgrade() -> None:
    limited = sa.text(
        "SELECT count(*) FROM task_template WHERE CAST(activity_types AS TEXT) <> '[]' OR CAST(grades AS TEXT) <> '[]'"
    )
    if number := op.get_bind().execute(limited).scalar_one():
        raise RuntimeError(
            f"{number} task templates hold for some activities or years only, which the version before does not know: it"
            " would make their tasks for all. Delete them, or clear activity_types and grades, or keep this version."
        )
    for name in reversed(COLUMNS):
        op.drop_column("task_template", name)
