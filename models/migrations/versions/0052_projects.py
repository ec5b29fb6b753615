"""projects with their sources, milestones, disbursements and files

Nothing is entered by the upgrade.

Revision ID: 0052
Revises: 0051
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.types import UtcDateTime

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

FILES_OF = ("event", "agreement", "commitment", "person")


def _exactly_one(*things: str) -> str:
    return " + ".join(f"(CASE WHEN {one}_id IS NULL THEN 0 ELSE 1 END)" for one in things) + " = 1"


BEFORE, AFTER = _exactly_one(*FILES_OF), _exactly_one(*FILES_OF, "project")

KEY = "CONSTRAINT fk_file_project_id_project FOREIGN KEY(project_id) REFERENCES project (id) ON DELETE CASCADE"
OWN_KEY = "CONSTRAINT pk_file PRIMARY KEY (id)"

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "project",
        sa.Column("sort_key", sa.LargeBinary(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("title", JSON_VALUE, nullable=False),
        sa.Column("description", JSON_VALUE, nullable=True),
        sa.Column("commitment_id", sa.String(26), nullable=True),
        sa.Column("given_by", sa.String(60), nullable=False),
        sa.Column("host", sa.String(60), nullable=False),
        sa.Column("beneficiary_id", sa.String(26), nullable=True),
        sa.Column("decision", sa.String(300), nullable=True),
        sa.Column("total_amount", sa.BigInteger(), nullable=True),
        sa.Column("total_currency", sa.String(32), nullable=True),
        sa.Column("accepted_on", sa.String(10), nullable=True),
        sa.Column("handed_over_on", sa.String(10), nullable=True),
        sa.Column("handover_event_id", sa.String(26), nullable=True),
        sa.Column("source", sa.String(300), nullable=True),
        sa.Column("organisation_id", sa.String(26), nullable=True),
        sa.Column("office", sa.String(60), nullable=True),
        sa.CheckConstraint("total_currency IN ('VND', 'LAK', 'USD')", name=op.f("ck_project_total_currency_word")),
        sa.CheckConstraint(
            "(total_amount IS NULL) = (total_currency IS NULL)", name=op.f("ck_project_total_has_currency")
        ),
        sa.CheckConstraint("given_by <> host", name=op.f("ck_project_giver_is_not_host")),
        sa.CheckConstraint("total_amount >= 0", name=op.f("ck_project_total_not_negative")),
        sa.ForeignKeyConstraint(
            ["beneficiary_id"], ["organisation.id"], name=op.f("fk_project_beneficiary_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["commitment_id"], ["commitment.id"], name=op.f("fk_project_commitment_id_commitment"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["given_by"], ["locality.code"], name=op.f("fk_project_given_by_locality")),
        sa.ForeignKeyConstraint(
            ["handover_event_id"], ["event.id"], name=op.f("fk_project_handover_event_id_event"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["host"], ["locality.code"], name=op.f("fk_project_host_locality")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_project_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
    )
    op.create_index(op.f("ix_project_beneficiary_id"), "project", ["beneficiary_id"], unique=False)
    op.create_index(op.f("ix_project_commitment_id"), "project", ["commitment_id"], unique=False)
    op.create_index(op.f("ix_project_handover_event_id"), "project", ["handover_event_id"], unique=False)
    op.create_index(op.f("ix_project_organisation_id"), "project", ["organisation_id"], unique=False)
    op.execute("ALTER TABLE file ADD COLUMN project_id VARCHAR(26)")
    op.create_index("ix_file_project_id", "file", ["project_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE file ADD {KEY}")
        _restrict(AFTER)
    else:
        _rewrite((BEFORE, AFTER), (OWN_KEY, f"{KEY}, {OWN_KEY}"))
    op.create_table(
        "project_source",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("project_id", sa.String(26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("locality", sa.String(60), nullable=True),
        sa.Column("name", JSON_VALUE, nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(32), nullable=True),
        sa.CheckConstraint("currency IN ('VND', 'LAK', 'USD')", name=op.f("ck_project_source_currency_word")),
        sa.CheckConstraint("(amount IS NULL) = (currency IS NULL)", name=op.f("ck_project_source_amount_has_currency")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_project_source_amount_not_negative")),
        sa.ForeignKeyConstraint(["locality"], ["locality.code"], name=op.f("fk_project_source_locality_locality")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_source_project_id_project"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_source")),
    )
    op.create_index(op.f("ix_project_source_project_id"), "project_source", ["project_id"], unique=False)
    op.create_table(
        "project_milestone",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("project_id", sa.String(26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", JSON_VALUE, nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("percent", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("file_id", sa.String(26), nullable=True),
        sa.CheckConstraint("(done_on IS NULL) = (state <> 'done')", name=op.f("ck_project_milestone_done_on_a_day")),
        sa.CheckConstraint("state IN ('planned', 'done')", name=op.f("ck_project_milestone_state_word")),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_project_milestone_percent_range")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["file.id"], name=op.f("fk_project_milestone_file_id_file"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_milestone_project_id_project"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_milestone")),
    )
    op.create_index(op.f("ix_project_milestone_day"), "project_milestone", ["day"], unique=False)
    op.create_index(op.f("ix_project_milestone_file_id"), "project_milestone", ["file_id"], unique=False)
    op.create_index(op.f("ix_project_milestone_project_id"), "project_milestone", ["project_id"], unique=False)
    op.create_table(
        "project_disbursement",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("project_id", sa.String(26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(32), nullable=False),
        sa.Column("paid_on", sa.String(10), nullable=True),
        sa.Column("payer", sa.String(60), nullable=True),
        sa.Column("voucher", sa.String(100), nullable=True),
        sa.Column("note", sa.String(500), nullable=True),
        sa.Column("file_id", sa.String(26), nullable=True),
        sa.CheckConstraint("currency IN ('VND', 'LAK', 'USD')", name=op.f("ck_project_disbursement_currency_word")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_project_disbursement_amount_positive")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["file.id"], name=op.f("fk_project_disbursement_file_id_file"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["payer"], ["locality.code"], name=op.f("fk_project_disbursement_payer_locality")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_disbursement_project_id_project"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_disbursement")),
    )
    op.create_index(op.f("ix_project_disbursement_file_id"), "project_disbursement", ["file_id"], unique=False)
    op.create_index(op.f("ix_project_disbursement_project_id"), "project_disbursement", ["project_id"], unique=False)


def downgrade() -> None:
    bind = op.get_bind()
    counted = (
        ("projects", "SELECT count(*) FROM project"),
        ("files of projects", "SELECT count(*) FROM file WHERE project_id IS NOT NULL"),
    )
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )
    op.drop_table("project_disbursement")
    op.drop_table("project_milestone")
    op.drop_table("project_source")
    op.drop_index("ix_file_project_id", "file")
    if bind.dialect.name == "postgresql":
        _restrict(BEFORE)
        op.drop_constraint("fk_file_project_id_project", "file", type_="foreignkey")
    else:
        _rewrite((AFTER, BEFORE), (f"{KEY}, {OWN_KEY}", OWN_KEY))
    op.execute("ALTER TABLE file DROP COLUMN project_id")
    op.drop_table("project")


def _restrict(what: str) -> None:
    """Replace the CHECK of what a file belongs to."""
    name = op.f("ck_file_belongs_to_one_thing")
    op.drop_constraint(name, "file", type_="check")
    op.create_check_constraint(name, "file", what)


def _rewrite(*replaced: tuple[str, str]) -> None:
    """Replace constraints of the table of files in its text: what SQLite has instead of altering them."""
    connection = op.get_bind()
    number = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = [
        connection.execute(
            sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE name = 'file' AND instr(sql, :old)"),
            {"old": old, "new": new},
        ).rowcount
        for old, new in replaced
    ]
    connection.exec_driver_sql(f"PRAGMA schema_version = {number + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
    if changed != [1] * len(replaced):
        raise RuntimeError("The table of files is not as the revisions before made it.")
