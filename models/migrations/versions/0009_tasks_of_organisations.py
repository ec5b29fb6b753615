"""tasks by the organisation that has to do them: what an officer may read hangs on it, on every page

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_task_organisation_id", "task", ["organisation_id"])


def downgrade() -> None:
    op.drop_index("ix_task_organisation_id", "task")
