"""norms, estimates of events, their approvals, and payments

Budgets stay as they are: planned amounts of events without an estimate.

Revision ID: 0050
Revises: 0049
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.types import UtcDateTime

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

OLD_KINDS = (
    "'programme', 'programme-pocket', 'members', 'hosts', 'name-plates', 'badges', 'vehicles', 'rooms', 'seating',"
    " 'reception-plan', 'submission', 'decision', 'invitation', 'assignment-letters', 'residence', 'gifts', 'report',"
    " 'weekly-schedule', 'delegation-plan', 'agreement-report'"
)
CHANGED_NORMS = (
    "SELECT count(*) FROM norm"
    " WHERE version > 1 OR id NOT IN (SELECT entity_id FROM seed_entry WHERE section = 'norms')"
)
"""The others are as they came with the service, and come again with the next version."""
PAPERS = ("document", "document_template")
NEW_KINDS = OLD_KINDS.replace("'gifts', 'report'", "'gifts', 'estimate', 'settlement', 'report'")


def upgrade() -> None:
    op.create_table(
        "norm",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("act", sa.String(200), nullable=False),
        sa.Column("article", sa.String(40), nullable=True),
        sa.Column("locality", sa.String(60), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("guest_class", sa.String(32), nullable=True),
        sa.Column("role", sa.String(32), nullable=True),
        sa.Column("item", sa.String(32), nullable=False),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(32), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("office", sa.String(60), nullable=True),
        sa.CheckConstraint("currency IN ('VND', 'LAK', 'USD')", name=op.f("ck_norm_currency_word")),
        sa.CheckConstraint("guest_class IN ('special', 'A', 'B', 'C', 'other')", name=op.f("ck_norm_guest_class_word")),
        sa.CheckConstraint(
            "item IN ('lodging', 'meals', 'breakfast', 'banquet', 'session', 'flowers', 'gift',"
            " 'interpreting', 'booth_interpreting', 'translation_into', 'translation_from',"
            " 'performance', 'car', 'lounge', 'drinks', 'domestic_meal', 'per_diem', 'ticket', 'visa',"
            " 'insurance', 'tuition', 'stipend', 'other')",
            name=op.f("ck_norm_item_word"),
        ),
        sa.CheckConstraint("role IN ('head', 'deputy', 'member', 'spouse')", name=op.f("ck_norm_role_word")),
        sa.CheckConstraint(
            "unit IN ('person_night', 'person_day', 'person_half_day', 'person', 'person_month',"
            " 'hour', 'page', 'piece', 'trip', 'total')",
            name=op.f("ck_norm_unit_word"),
        ),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_norm_amount_not_negative")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_norm_validity_in_order")),
        sa.ForeignKeyConstraint(["locality"], ["locality.code"], name=op.f("fk_norm_locality_locality")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_norm")),
    )
    op.create_index("ix_norm_item", "norm", ["item", "valid_from"], unique=False)
    op.create_table(
        "estimate",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("guest_class", sa.String(32), nullable=True),
        sa.Column("class_decided_by", sa.String(300), nullable=True),
        sa.Column("who_pays", sa.String(32), nullable=False),
        sa.Column("inputs", JSON_VALUE, nullable=True),
        sa.Column("overrides", JSON_VALUE, nullable=False),
        sa.Column("written_by", sa.String(26), nullable=True),
        sa.Column("written_at", UtcDateTime(), nullable=True),
        sa.Column("submitted_by", sa.String(26), nullable=True),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("returned_reason", sa.String(2000), nullable=True),
        sa.Column("approved_by", sa.String(26), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.String(26), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (state <> 'settled')", name=op.f("ck_estimate_settled_at_an_instant")
        ),
        sa.CheckConstraint(
            "guest_class IN ('special', 'A', 'B', 'C', 'other')", name=op.f("ck_estimate_guest_class_word")
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'settled')", name=op.f("ck_estimate_state_word")
        ),
        sa.CheckConstraint(
            "who_pays IN ('host_all', 'guests_lodging_and_meals', 'guests_all')", name=op.f("ck_estimate_who_pays_word")
        ),
        sa.CheckConstraint(
            "guest_class IS NULL OR class_decided_by IS NOT NULL", name=op.f("ck_estimate_class_is_decided")
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["user.id"], name=op.f("fk_estimate_approved_by_user")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_estimate_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["user.id"], name=op.f("fk_estimate_settled_by_user")),
        sa.ForeignKeyConstraint(["submitted_by"], ["user.id"], name=op.f("fk_estimate_submitted_by_user")),
        sa.ForeignKeyConstraint(["written_by"], ["user.id"], name=op.f("fk_estimate_written_by_user")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_estimate")),
    )
    op.create_table(
        "estimate_line",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(60), nullable=True),
        sa.Column("item", sa.String(32), nullable=False),
        sa.Column("description", JSON_VALUE, nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("times", sa.BigInteger(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("unit_amount", sa.BigInteger(), nullable=True),
        sa.Column("norm_id", sa.String(26), nullable=True),
        sa.Column("norm_limit", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(32), nullable=False),
        sa.Column("planned", sa.BigInteger(), nullable=False),
        sa.Column("approved", sa.BigInteger(), nullable=True),
        sa.Column("payer", sa.String(60), nullable=True),
        sa.Column("payer_organisation_id", sa.String(26), nullable=True),
        sa.Column("approved_payer", sa.String(60), nullable=True),
        sa.CheckConstraint("currency IN ('VND', 'LAK', 'USD')", name=op.f("ck_estimate_line_currency_word")),
        sa.CheckConstraint(
            "item IN ('lodging', 'meals', 'breakfast', 'banquet', 'session', 'flowers', 'gift',"
            " 'interpreting', 'booth_interpreting', 'translation_into', 'translation_from',"
            " 'performance', 'car', 'lounge', 'drinks', 'domestic_meal', 'per_diem', 'ticket', 'visa',"
            " 'insurance', 'tuition', 'stipend', 'other')",
            name=op.f("ck_estimate_line_item_word"),
        ),
        sa.CheckConstraint(
            "unit IN ('person_night', 'person_day', 'person_half_day', 'person', 'person_month',"
            " 'hour', 'page', 'piece', 'trip', 'total')",
            name=op.f("ck_estimate_line_unit_word"),
        ),
        sa.CheckConstraint("planned >= 0 AND approved >= 0", name=op.f("ck_estimate_line_amounts_not_negative")),
        sa.CheckConstraint(
            "quantity >= 0 AND people >= 0 AND times >= 0", name=op.f("ck_estimate_line_quantities_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["estimate.event_id"], name=op.f("fk_estimate_line_event_id_estimate"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["norm_id"], ["norm.id"], name=op.f("fk_estimate_line_norm_id_norm"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["payer"], ["locality.code"], name=op.f("fk_estimate_line_payer_locality")),
        sa.ForeignKeyConstraint(
            ["approved_payer"], ["locality.code"], name=op.f("fk_estimate_line_approved_payer_locality")
        ),
        sa.ForeignKeyConstraint(
            ["payer_organisation_id"],
            ["organisation.id"],
            name=op.f("fk_estimate_line_payer_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimate_line")),
    )
    op.create_index(op.f("ix_estimate_line_event_id"), "estimate_line", ["event_id"], unique=False)
    op.create_index(op.f("ix_estimate_line_norm_id"), "estimate_line", ["norm_id"], unique=False)
    op.create_index(
        op.f("ix_estimate_line_payer_organisation_id"), "estimate_line", ["payer_organisation_id"], unique=False
    )
    op.create_index(
        "uq_estimate_line_rule",
        "estimate_line",
        ["event_id", "rule"],
        unique=True,
        sqlite_where=sa.text("rule IS NOT NULL"),
        postgresql_where=sa.text("rule IS NOT NULL"),
    )
    op.create_table(
        "estimate_approval",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("submitted_by", sa.String(26), nullable=True),
        sa.Column("submitted_at", UtcDateTime(), nullable=True),
        sa.Column("approved_by", sa.String(26), nullable=True),
        sa.Column("approved_at", UtcDateTime(), nullable=False),
        sa.Column("content", JSON_VALUE, nullable=False),
        sa.ForeignKeyConstraint(["approved_by"], ["user.id"], name=op.f("fk_estimate_approval_approved_by_user")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["estimate.event_id"], name=op.f("fk_estimate_approval_event_id_estimate"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["submitted_by"], ["user.id"], name=op.f("fk_estimate_approval_submitted_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimate_approval")),
        sa.UniqueConstraint("event_id", "number", name="uq_estimate_approval_number"),
    )
    op.create_index(op.f("ix_estimate_approval_event_id"), "estimate_approval", ["event_id"], unique=False)
    op.create_table(
        "payment",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("line_id", sa.String(26), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(32), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("voucher", sa.String(100), nullable=True),
        sa.Column("file_id", sa.String(26), nullable=True),
        sa.Column("approved_by", sa.String(26), nullable=True),
        sa.Column("made_by", sa.String(26), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("currency IN ('VND', 'LAK', 'USD')", name=op.f("ck_payment_currency_word")),
        sa.CheckConstraint("amount > 0", name=op.f("ck_payment_amount_positive")),
        sa.ForeignKeyConstraint(["approved_by"], ["user.id"], name=op.f("fk_payment_approved_by_user")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["estimate.event_id"], name=op.f("fk_payment_event_id_estimate"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_payment_file_id_file"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["line_id"], ["estimate_line.id"], name=op.f("fk_payment_line_id_estimate_line")),
        sa.ForeignKeyConstraint(["made_by"], ["user.id"], name=op.f("fk_payment_made_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index(op.f("ix_payment_event_id"), "payment", ["event_id"], unique=False)
    op.create_index(op.f("ix_payment_file_id"), "payment", ["file_id"], unique=False)
    op.create_index(op.f("ix_payment_line_id"), "payment", ["line_id"], unique=False)
    _allow_kinds(OLD_KINDS, NEW_KINDS)


def downgrade() -> None:
    bind = op.get_bind()
    counted = (
        ("norms of one's own or changed", CHANGED_NORMS),
        ("estimates", "SELECT count(*) FROM estimate"),
        ("payments", "SELECT count(*) FROM payment"),
        ("kept papers of money", "SELECT count(*) FROM document WHERE kind IN ('estimate', 'settlement')"),
        (
            "templates of papers of money",
            "SELECT count(*) FROM document_template WHERE kind IN ('estimate', 'settlement')",
        ),
    )
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )
    _allow_kinds(NEW_KINDS, OLD_KINDS)
    op.drop_table("payment")
    op.drop_table("estimate_approval")
    op.drop_table("estimate_line")
    op.drop_table("estimate")
    # Those that somebody deleted stay deleted.
    op.execute("DELETE FROM seed_entry WHERE section = 'norms' AND entity_id IN (SELECT id FROM norm)")
    op.drop_table("norm")


def _allow_kinds(old: str, new: str) -> None:
    """Replace the CHECKs of the kinds of papers; on SQLite their text only, as in revision 0019."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        for table in PAPERS:
            name = op.f(f"ck_{table}_kind_word")
            op.drop_constraint(name, table, type_="check")
            op.create_check_constraint(name, table, f"kind IN ({new})")
        return
    number = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    for table in PAPERS:
        changed = connection.execute(
            sa.text(
                "UPDATE sqlite_schema SET sql = replace(sql, :old, :new)"
                " WHERE type = 'table' AND name = :table AND instr(sql, :old)"
            ),
            {"old": f"kind IN ({old})", "new": f"kind IN ({new})", "table": table},
        )
        if changed.rowcount != 1:
            raise RuntimeError("The tables of papers are not as the revisions before made them.")
    connection.exec_driver_sql(f"PRAGMA schema_version = {number + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
