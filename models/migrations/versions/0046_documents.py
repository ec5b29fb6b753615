"""papers of visits that are kept, and mails that they go with

Nothing is kept by the upgrade.

Revision ID: 0046
Revises: 0045
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

KINDS = (
    "'programme', 'programme-pocket', 'members', 'hosts', 'name-plates', 'badges', 'vehicles', 'rooms', 'seating',"
    " 'reception-plan', 'submission', 'decision', 'invitation', 'assignment-letters', 'residence', 'gifts', 'report',"
    " 'weekly-schedule', 'delegation-plan', 'agreement-report'"
)
BEFORE = (
    "purpose IN ('reminder', 'cancellation', 'update', 'postponed', 'moved', 'removed', 'failure', 'asked', 'changed',"
    " 'weekly', 'digest', 'escalation')"
)
AFTER = (
    "purpose IN ('reminder', 'cancellation', 'update', 'postponed', 'moved', 'removed', 'failure', 'asked', 'changed',"
    " 'document', 'weekly', 'digest', 'escalation')"
)


def upgrade() -> None:
    op.create_table(
        "document",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("issued_by", sa.String(26), nullable=True),
        sa.Column("signed_by", sa.String(26), nullable=True),
        sa.Column("organisation_id", sa.String(26), nullable=True),
        sa.Column("number", sa.String(60), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("was_issued", sa.Boolean(), nullable=False),
        sa.Column("signed_file_id", sa.String(26), nullable=True),
        sa.Column("content", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False),
        sa.Column("made_by", sa.String(26), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("office", sa.String(60), nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_document_kind_word")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_document_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["issued_by"], ["organisation.id"], name=op.f("fk_document_issued_by_organisation")),
        sa.ForeignKeyConstraint(["made_by"], ["user.id"], name=op.f("fk_document_made_by_user")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_document_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["signed_by"], ["person.id"], name=op.f("fk_document_signed_by_person")),
        sa.ForeignKeyConstraint(
            ["signed_file_id"], ["file.id"], name=op.f("fk_document_signed_file_id_file"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    for column in ("event_id", "issued_by", "organisation_id", "signed_by", "signed_file_id"):
        op.create_index(op.f(f"ix_document_{column}"), "document", [column])
    op.execute("ALTER TABLE reminder ADD COLUMN document_id VARCHAR(26)")
    op.execute("ALTER TABLE reminder ADD COLUMN sender_id VARCHAR(26)")
    _restrict(BEFORE, AFTER)


def downgrade() -> None:
    bind = op.get_bind()
    counted = (
        ("kept papers", "SELECT count(*) FROM document"),
        ("mails with papers", "SELECT count(*) FROM reminder WHERE purpose = 'document'"),
    )
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )
    _restrict(AFTER, BEFORE)
    op.execute("ALTER TABLE reminder DROP COLUMN sender_id")
    op.execute("ALTER TABLE reminder DROP COLUMN document_id")
    op.drop_table("document")


def _restrict(old: str, new: str) -> None:
    """Replace the CHECK of the word list; on SQLite its text only, as in revision 0019."""
    if op.get_bind().dialect.name == "postgresql":
        name = op.f("ck_reminder_purpose_word")
        op.drop_constraint(name, "reminder", type_="check")
        op.create_check_constraint(name, "reminder", new)
        return
    connection = op.get_bind()
    number = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = connection.execute(
        sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE name = 'reminder' AND instr(sql, :old)"),
        {"old": old, "new": new},
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {number + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
    if changed.rowcount != 1:
        raise RuntimeError("The table of reminders is not as the revisions before made it.")
