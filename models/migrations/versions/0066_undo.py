"""what undoing a change needs: which request a change undid, and what the trail does not tell of before

Changes made before cannot be undone where that is needed: nothing is known of it.

Revision ID: 0066
Revises: 0064
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0066"
down_revision = "0064"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
IS_UNDO = sa.text("undoes IS NOT NULL")


def upgrade() -> None:
    op.add_column("audit", sa.Column("undoes", sa.String(64), nullable=True))
    op.add_column("audit", sa.Column("kept", JSON_VALUE, nullable=True))
    op.create_index(op.f("ix_audit_request_id"), "audit", ["request_id"], unique=False)
    op.create_index("ix_audit_undoes", "audit", ["undoes"], sqlite_where=IS_UNDO, postgresql_where=IS_UNDO)


def downgrade() -> None:
    bind = op.get_bind()
    undone = bind.execute(sa.text("SELECT count(DISTINCT undoes) FROM audit")).scalar_one()
    if undone:
        raise RuntimeError(
            f"The version before can't hold {undone} undone changes. Nothing was changed; to go back, restore a backup"
            " made by that version."
        )
    # What is kept for undoing is of no use to a version that undoes nothing.
    op.drop_index("ix_audit_undoes", table_name="audit")
    op.drop_index(op.f("ix_audit_request_id"), table_name="audit")
    op.drop_column("audit", "kept")
    op.drop_column("audit", "undoes")
