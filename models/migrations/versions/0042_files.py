"""files of events, agreements, commitments and people, and the contents that the store holds

Revision ID: 0042
Revises: 0041
"""

import sqlalchemy as sa
from alembic import op

from models.types import UtcDateTime

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

KINDS = "kind IN ('signed', 'letter', 'photo', 'report', 'list', 'other')"
VISIBILITIES = "visibility IN ('internal', 'shared')"
ABOUT = ("event", "agreement", "commitment", "person")
ONE = " + ".join(f"(CASE WHEN {one}_id IS NULL THEN 0 ELSE 1 END)" for one in ABOUT) + " = 1"


def upgrade() -> None:
    op.create_table(
        "stored_content",
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_by", sa.String(26), nullable=True),
        sa.Column("stored_at", UtcDateTime(), nullable=False),
        sa.Column("unreferenced_since", UtcDateTime(), nullable=True),
        sa.CheckConstraint("size >= 0", name=op.f("ck_stored_content_size_not_negative")),
        sa.ForeignKeyConstraint(["stored_by"], ["user.id"], name=op.f("fk_stored_content_stored_by_user")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_stored_content")),
    )
    op.create_index(op.f("ix_stored_content_stored_by"), "stored_content", ["stored_by"])
    op.create_table(
        "file",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(f"{one}_id", sa.String(26), nullable=True) for one in ABOUT),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("visibility", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("uploaded_by", sa.String(26), nullable=True),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.Column("office", sa.String(60), nullable=True),
        sa.CheckConstraint(KINDS, name=op.f("ck_file_kind_word")),
        sa.CheckConstraint(VISIBILITIES, name=op.f("ck_file_visibility_word")),
        sa.CheckConstraint(ONE, name=op.f("ck_file_belongs_to_one_thing")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_file_size_not_negative")),
        *(
            sa.ForeignKeyConstraint([f"{one}_id"], [f"{one}.id"], name=f"fk_file_{one}_id_{one}", ondelete="CASCADE")
            for one in ABOUT
        ),
        sa.ForeignKeyConstraint(["sha256"], ["stored_content.sha256"], name=op.f("fk_file_sha256_stored_content")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["user.id"], name=op.f("fk_file_uploaded_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
    )
    for column in (*(f"{one}_id" for one in ABOUT), "sha256"):
        op.create_index(f"ix_file_{column}", "file", [column])


def downgrade() -> None:
    count = op.get_bind().execute(sa.text("SELECT count(*) FROM file")).scalar_one()
    if count:
        raise RuntimeError(
            f"The version before can't hold {count} files of visits, agreements and people. Download and delete them"
            " first (GET and DELETE /files), or restore a backup made by that version."
        )
    for column in (*(f"{one}_id" for one in ABOUT), "sha256"):
        op.drop_index(f"ix_file_{column}", "file")
    op.drop_table("file")
    op.drop_index(op.f("ix_stored_content_stored_by"), "stored_content")
    op.drop_table("stored_content")
