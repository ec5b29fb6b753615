"""days that the two sides of a visit propose to each other

Nothing is proposed by the upgrade.

Revision ID: 0060
Revises: 0058
"""

import sqlalchemy as sa
from alembic import op

from models.types import UtcDateTime

revision = "0060"
down_revision = "0058"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(2000), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("from_office", sa.String(60), nullable=False),
        sa.Column("to_office", sa.String(60), nullable=False),
        sa.Column("made_by", sa.String(26), nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("counters_id", sa.String(26), nullable=True),
        sa.Column("answered_by", sa.String(26), nullable=True),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("answer_note", sa.String(2000), nullable=True),
        sa.Column("refused_at", UtcDateTime(), nullable=True),
        sa.Column("refused_reason", sa.String(2000), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'countered', 'withdrawn', 'expired')",
            name=op.f("ck_proposal_state_word"),
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_proposal_days_in_order")),
        sa.CheckConstraint("from_office <> to_office", name=op.f("ck_proposal_of_two_offices")),
        sa.CheckConstraint("(state = 'open') = (answered_at IS NULL)", name=op.f("ck_proposal_open_until_answered")),
        sa.CheckConstraint(
            "(refused_at IS NULL) = (refused_reason IS NULL)", name=op.f("ck_proposal_refused_with_reason")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_proposal_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["from_office"], ["locality.code"], name=op.f("fk_proposal_from_office_locality")),
        sa.ForeignKeyConstraint(["to_office"], ["locality.code"], name=op.f("fk_proposal_to_office_locality")),
        sa.ForeignKeyConstraint(["made_by"], ["user.id"], name=op.f("fk_proposal_made_by_user")),
        sa.ForeignKeyConstraint(["answered_by"], ["user.id"], name=op.f("fk_proposal_answered_by_user")),
        sa.ForeignKeyConstraint(
            ["counters_id"], ["proposal.id"], name=op.f("fk_proposal_counters_id_proposal"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    op.create_index(op.f("ix_proposal_from_office"), "proposal", ["from_office"], unique=False)
    op.create_index(op.f("ix_proposal_to_office"), "proposal", ["to_office"], unique=False)
    op.create_index("ix_proposal_event_id_made_at", "proposal", ["event_id", "made_at"], unique=False)
    op.create_index(
        "uq_proposal_open_of_event",
        "proposal",
        ["event_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )


def downgrade() -> None:
    bind = op.get_bind()
    # Mails about proposals are in the queue of the version before, which would take them for a rule's and skip them.
    counted = (
        ("proposals of days", "SELECT count(*) FROM proposal"),
        ("mails about proposals", "SELECT count(*) FROM reminder WHERE about_type = 'proposal'"),
    )
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )
    op.drop_table("proposal")
