"""links without an account, what is typed and handed in with them

No link is made by the upgrade.

Revision ID: 0058
Revises: 0057
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.types import UtcDateTime

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "event_link",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("may", JSON_VALUE, nullable=False),
        sa.Column("recipient", sa.String(200), nullable=False),
        sa.Column("language", sa.String(32), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(26), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_reason", sa.String(500), nullable=True),
        sa.Column("office", sa.String(60), nullable=True),
        sa.CheckConstraint("language IN ('vi', 'lo', 'en')", name=op.f("ck_event_link_language_word")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_link_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["made_by"], ["user.id"], name=op.f("fk_event_link_made_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_event_link_token_hash")),
    )
    op.create_index(op.f("ix_event_link_event_id"), "event_link", ["event_id"], unique=False)
    op.create_index(op.f("ix_event_link_made_by"), "event_link", ["made_by"], unique=False)
    op.create_table(
        "link_draft",
        sa.Column("link_id", sa.String(26), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_link_draft_version_from_one")),
        sa.ForeignKeyConstraint(
            ["link_id"], ["event_link.id"], name=op.f("fk_link_draft_link_id_event_link"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("link_id", "version", name=op.f("pk_link_draft")),
    )
    op.create_table(
        "submission",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("link_id", sa.String(26), nullable=False),
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("form_token", sa.String(64), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.String(26), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("taken", JSON_VALUE, nullable=False),
        sa.Column("reason", sa.String(2000), nullable=True),
        sa.CheckConstraint(
            "state IN ('submitted', 'accepted', 'rejected', 'replaced')", name=op.f("ck_submission_state_word")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["user.id"], name=op.f("fk_submission_decided_by_user")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_submission_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["event_link.id"], name=op.f("fk_submission_link_id_event_link"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("form_token", name=op.f("uq_submission_form_token")),
    )
    op.create_index(op.f("ix_submission_event_id"), "submission", ["event_id"], unique=False)
    op.create_index(op.f("ix_submission_link_id"), "submission", ["link_id"], unique=False)
    op.create_index(op.f("ix_submission_state"), "submission", ["state"], unique=False)
    op.create_table(
        "submission_file",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("link_id", sa.String(26), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_submission_file_size_not_negative")),
        sa.ForeignKeyConstraint(
            ["link_id"], ["event_link.id"], name=op.f("fk_submission_file_link_id_event_link"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["sha256"], ["stored_content.sha256"], name=op.f("fk_submission_file_sha256_stored_content")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_file")),
    )
    op.create_index(op.f("ix_submission_file_link_id"), "submission_file", ["link_id"], unique=False)
    op.create_index(op.f("ix_submission_file_sha256"), "submission_file", ["sha256"], unique=False)


def downgrade() -> None:
    bind = op.get_bind()
    counted = (
        ("links without an account", "SELECT count(*) FROM event_link"),
        ("submissions", "SELECT count(*) FROM submission"),
    )
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )
    op.drop_table("submission_file")
    op.drop_table("submission")
    op.drop_table("link_draft")
    op.drop_table("event_link")
