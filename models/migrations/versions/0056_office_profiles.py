"""profiles of offices: name, language, zone, sender of mails, beginning and end

No office gets a profile by the upgrade: each goes on with the settings of the environment and of its locality.

Revision ID: 0056
Revises: 0054
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.types import UtcDateTime

revision = "0056"
down_revision = "0054"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "office_profile",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(60), nullable=False),
        sa.Column("name", JSON_VALUE, nullable=True),
        sa.Column("language", sa.String(32), nullable=True),
        sa.Column("timezone", sa.String(64), nullable=True),
        sa.Column("mail_name", sa.String(200), nullable=True),
        sa.Column("mail_address", sa.String(254), nullable=True),
        sa.Column("reply_to", sa.String(254), nullable=True),
        sa.Column("began_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("language IN ('vi', 'lo', 'en')", name=op.f("ck_office_profile_language_word")),
        sa.CheckConstraint("mail_name IS NULL OR mail_name <> ''", name=op.f("ck_office_profile_mail_name_not_empty")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_office_profile")),
    )


def downgrade() -> None:
    bind = op.get_bind()
    counted = (("profiles of offices", "SELECT count(*) FROM office_profile"),)
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )
    op.drop_table("office_profile")
