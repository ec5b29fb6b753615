"""the offices' own templates of papers

Revision ID: 0048
Revises: 0047
"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

KINDS = (
    "'programme', 'programme-pocket', 'members', 'hosts', 'name-plates', 'badges', 'vehicles', 'rooms', 'seating',"
    " 'reception-plan', 'submission', 'decision', 'invitation', 'assignment-letters', 'residence', 'gifts', 'report',"
    " 'weekly-schedule', 'delegation-plan', 'agreement-report'"
)


def upgrade() -> None:
    op.create_table(
        "document_template",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("in_use", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by", sa.String(length=26), nullable=True),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("office", sa.String(length=60), nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_document_template_kind_word")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_document_template_version_counts")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_document_template_size_not_negative")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["user.id"], name=op.f("fk_document_template_uploaded_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document_template")),
    )
    op.create_index(op.f("ix_document_template_kind"), "document_template", ["kind"])


def downgrade() -> None:
    rows = (
        op.get_bind().execute(sa.text("SELECT kind, count(*) FROM document_template GROUP BY kind ORDER BY kind")).all()
    )
    if rows:
        listed = ", ".join(f"{row[0]} ({row[1]})" for row in rows)
        raise RuntimeError(
            f"The version before can't hold the offices' own templates of papers: {listed}. Download those you need,"
            " delete the rows of document_template, or keep this version."
        )
    op.drop_table("document_template")
