"""learners of training batches, stage by stage

Nobody is entered by the upgrade.

Revision ID: 0053
Revises: 0052
"""

import sqlalchemy as sa
from alembic import op

from models.types import UtcDateTime

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "learner",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sort_key", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("person_id", sa.String(26), nullable=True),
        sa.Column("name", sa.String(200), nullable=True),
        sa.Column("stage", sa.String(32), nullable=False),
        sa.Column("institution_id", sa.String(26), nullable=True),
        sa.Column("starts_on", sa.String(10), nullable=True),
        sa.Column("ends_on", sa.String(10), nullable=True),
        sa.Column("stipend_amount", sa.BigInteger(), nullable=True),
        sa.Column("stipend_currency", sa.String(32), nullable=True),
        sa.Column("payer", sa.String(60), nullable=True),
        sa.Column("permit_expires_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("qualification", sa.String(200), nullable=True),
        sa.Column("note", sa.String(500), nullable=True),
        sa.CheckConstraint("stipend_currency IN ('VND', 'LAK', 'USD')", name=op.f("ck_learner_stipend_currency_word")),
        sa.CheckConstraint("outcome IN ('studying', 'graduated', 'left')", name=op.f("ck_learner_outcome_word")),
        sa.CheckConstraint(
            "stage IN ('language', 'school', 'vocational', 'bachelor', 'master', 'doctorate', 'course')",
            name=op.f("ck_learner_stage_word"),
        ),
        sa.CheckConstraint("(person_id IS NULL) <> (name IS NULL)", name=op.f("ck_learner_person_or_name")),
        sa.CheckConstraint(
            "(stipend_amount IS NULL) = (stipend_currency IS NULL)", name=op.f("ck_learner_stipend_has_currency")
        ),
        sa.CheckConstraint("stipend_amount >= 0", name=op.f("ck_learner_stipend_not_negative")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_learner_event_id_event"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["organisation.id"], name=op.f("fk_learner_institution_id_organisation")
        ),
        sa.ForeignKeyConstraint(["payer"], ["locality.code"], name=op.f("fk_learner_payer_locality")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_learner_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner")),
        sa.UniqueConstraint("event_id", "person_id", "stage", name="uq_learner_once_a_stage"),
    )
    op.create_index(op.f("ix_learner_event_id"), "learner", ["event_id"], unique=False)
    op.create_index(op.f("ix_learner_institution_id"), "learner", ["institution_id"], unique=False)
    op.create_index(op.f("ix_learner_permit_expires_on"), "learner", ["permit_expires_on"], unique=False)
    op.create_index(op.f("ix_learner_person_id"), "learner", ["person_id"], unique=False)


def downgrade() -> None:
    bind = op.get_bind()
    counted = (("learners", "SELECT count(*) FROM learner"),)
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )
    op.drop_table("learner")
