"""which types of activity and which people fulfil a commitment; since when an agreement has records

Revision ID: 0035
Revises: 0033
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0033"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    # Empty: any type, any people, as all commitments have been read so far.
    op.add_column("commitment", sa.Column("activity_types", JSON_VALUE, server_default="[]", nullable=False))
    op.add_column("commitment", sa.Column("composition", JSON_VALUE, server_default="{}", nullable=False))
    # Null: judged from the start, as all agreements were.
    op.add_column("agreement", sa.Column("records_since", sa.Date(), nullable=True))


def downgrade() -> None:
    bind = op.get_bind()
    narrowed = sa.text(
        "SELECT article FROM commitment WHERE CAST(activity_types AS TEXT) <> '[]' OR CAST(composition AS TEXT) <> '{}'"
        " ORDER BY article"
    )
    if articles := list(bind.scalars(narrowed)):
        raise RuntimeError(
            f"{len(articles)} commitments (articles {', '.join(articles)}) say which types of activity or which people"
            " fulfil them; the old version would count any. Clear activity_types and composition first (PATCH"
            " /commitments/{id}, or the page of commitments), or keep this version."
        )
    since = sa.text("SELECT count(*) FROM agreement WHERE records_since IS NOT NULL")
    if number := bind.execute(since).scalar_one():
        raise RuntimeError(
            f"{number} agreements say since when records were kept; the old version would call what nobody recorded"
            " missed. Clear records_since first (PATCH /agreements/{id}, or the page of agreements), or keep this"
            " version."
        )
    op.drop_column("agreement", "records_since")
    op.drop_column("commitment", "composition")
    op.drop_column("commitment", "activity_types")
