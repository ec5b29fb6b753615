"""an event taken in from a calendar file may have another UID than the entry: each office knows entries on its own

Revision ID: 0028
Revises: 0027
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imported_entry", sa.Column("uid", sa.String(length=255), nullable=True))
    op.create_index(op.f("ix_imported_entry_uid"), "imported_entry", ["uid"])


def downgrade() -> None:
    known = sa.text("SELECT count(*) FROM imported_entry WHERE uid IS NOT NULL")
    if number := op.get_bind().execute(known).scalar_one():
        raise RuntimeError(
            f"{number} events taken in from calendar files have UIDs of their own, which the old version can't hold: it"
            " would take the same files in once more. Delete these events first, or keep this version."
        )
    op.drop_index(op.f("ix_imported_entry_uid"), "imported_entry")
    op.drop_column("imported_entry", "uid")
