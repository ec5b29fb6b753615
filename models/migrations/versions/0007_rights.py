"""rights: which organisations are the protocol office; passports

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE organisation ADD COLUMN protocol_office BOOLEAN DEFAULT FALSE NOT NULL")
    op.create_table(
        "passport",
        sa.Column("person_id", sa.String(26), nullable=False),
        sa.Column("sealed_number", sa.LargeBinary(), nullable=False),
        sa.Column("country", sa.String(2), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_passport_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_passport")),
    )


def downgrade() -> None:
    op.drop_table("passport")
    op.execute("ALTER TABLE organisation DROP COLUMN protocol_office")
