"""the inbox of answers by mail: how far it is read, what became of each message

Nothing is read or asked for until an inbox is set.

Revision ID: 0061
Revises: 0060
"""

import sqlalchemy as sa
from alembic import op

from models.types import UtcDateTime

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox_folder",
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("failure", sa.String(500), nullable=True),
        sa.CheckConstraint("(failing_since IS NULL) = (failure IS NULL)", name=op.f("ck_inbox_folder_failure_since")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_inbox_folder")),
    )
    op.create_table(
        "inbox_message",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("folder", sa.String(400), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.String(300), nullable=False),
        sa.Column("sender", sa.String(254), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("handled_at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(40), nullable=True),
        sa.Column("event_id", sa.String(26), nullable=True),
        sa.Column("member_id", sa.String(26), nullable=True),
        sa.Column("attendee", sa.String(254), nullable=False),
        sa.Column("partstat", sa.String(32), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("comment", sa.String(2000), nullable=True),
        sa.Column("applied_at", UtcDateTime(), nullable=True),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.String(26), nullable=True),
        sa.Column("to_mark", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('applied', 'unproven', 'unread', 'automatic', 'refused')",
            name=op.f("ck_inbox_message_outcome_word"),
        ),
        sa.CheckConstraint(
            "partstat IN ('needs_action', 'accepted', 'tentative', 'declined')",
            name=op.f("ck_inbox_message_partstat_word"),
        ),
        sa.CheckConstraint("(first_day IS NULL) = (last_day IS NULL)", name=op.f("ck_inbox_message_both_days")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_inbox_message_days_in_order")),
        sa.CheckConstraint(
            "(outcome = 'applied') = (applied_at IS NOT NULL)", name=op.f("ck_inbox_message_applied_at_an_instant")
        ),
        sa.CheckConstraint(
            "(settled_by IS NULL) = (settled_at IS NULL)", name=op.f("ck_inbox_message_settled_at_an_instant")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_inbox_message_event_id_event"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_inbox_message_member_id_member"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["user.id"], name=op.f("fk_inbox_message_settled_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_message")),
        sa.UniqueConstraint("key", name=op.f("uq_inbox_message_key")),
    )
    op.create_index(op.f("ix_inbox_message_event_id"), "inbox_message", ["event_id"], unique=False)
    op.create_index(op.f("ix_inbox_message_member_id"), "inbox_message", ["member_id"], unique=False)
    op.create_index(op.f("ix_inbox_message_received_at"), "inbox_message", ["received_at"], unique=False)
    op.create_index(
        "ix_inbox_message_to_mark",
        "inbox_message",
        ["folder"],
        unique=False,
        sqlite_where=sa.text("to_mark"),
        postgresql_where=sa.text("to_mark"),
    )


def downgrade() -> None:
    bind = op.get_bind()
    counted = (("answers by mail", "SELECT count(*) FROM inbox_message"),)
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )
    op.drop_table("inbox_message")
    op.drop_table("inbox_folder")
