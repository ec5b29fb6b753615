"""which mails accounts do not want

Nobody has chosen anything by the upgrade: everybody gets what they got before.

Revision ID: 0069
Revises: 0068
"""

import sqlalchemy as sa
from alembic import op

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

TOPICS = "'reminders', 'occasions', 'changes', 'confirmations', 'proposals', 'papers', 'mentions', 'bookings'"


def upgrade() -> None:
    op.create_table(
        "notice_choice",
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("topic", sa.String(32), nullable=False),
        sa.Column("way", sa.String(32), nullable=False),
        sa.CheckConstraint(f"topic IN ({TOPICS})", name=op.f("ck_notice_choice_topic_word")),
        sa.CheckConstraint("way IN ('mail', 'messenger', 'none')", name=op.f("ck_notice_choice_way_word")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_notice_choice_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "topic", name=op.f("pk_notice_choice")),
    )


def downgrade() -> None:
    lost = op.get_bind().execute(sa.text("SELECT count(*) FROM notice_choice")).scalar_one()
    if lost:
        raise RuntimeError(
            f"The version before can't hold {lost} choices of which mails accounts want: it would send them again."
            " Nothing was changed; to go back, restore a backup made by that version."
        )
    op.drop_table("notice_choice")
