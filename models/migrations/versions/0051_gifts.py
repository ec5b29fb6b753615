"""gifts and goods, and exchange rates that somebody entered

Nothing is entered by the upgrade.

Revision ID: 0051
Revises: 0050
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.types import UtcDateTime

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "gift",
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("event_id", sa.String(26), nullable=True),
        sa.Column("given_by", sa.String(60), nullable=False),
        sa.Column("given_to", sa.String(60), nullable=False),
        sa.Column("giver_id", sa.String(26), nullable=True),
        sa.Column("receiver_id", sa.String(26), nullable=True),
        sa.Column("receiver_person_id", sa.String(26), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("description", JSON_VALUE, nullable=False),
        sa.Column("occasion", JSON_VALUE, nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(40), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(32), nullable=True),
        sa.Column("received_on", sa.String(10), nullable=True),
        sa.Column("is_planned", sa.Boolean(), nullable=False),
        sa.Column("kept_by", sa.String(200), nullable=True),
        sa.Column("receipt", sa.String(200), nullable=True),
        sa.Column("source", sa.String(300), nullable=True),
        sa.Column("norm_id", sa.String(26), nullable=True),
        sa.Column("organisation_id", sa.String(26), nullable=True),
        sa.Column("office", sa.String(60), nullable=True),
        sa.CheckConstraint("currency IN ('VND', 'LAK', 'USD')", name=op.f("ck_gift_currency_word")),
        sa.CheckConstraint("kind IN ('goods', 'money')", name=op.f("ck_gift_kind_word")),
        sa.CheckConstraint("(value IS NULL) = (currency IS NULL)", name=op.f("ck_gift_value_has_currency")),
        sa.CheckConstraint("given_by <> given_to", name=op.f("ck_gift_giver_is_not_receiver")),
        sa.CheckConstraint("value >= 0 AND quantity >= 0", name=op.f("ck_gift_amounts_not_negative")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_gift_event_id_event"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["given_by"], ["locality.code"], name=op.f("fk_gift_given_by_locality")),
        sa.ForeignKeyConstraint(["given_to"], ["locality.code"], name=op.f("fk_gift_given_to_locality")),
        sa.ForeignKeyConstraint(["giver_id"], ["organisation.id"], name=op.f("fk_gift_giver_id_organisation")),
        sa.ForeignKeyConstraint(["norm_id"], ["norm.id"], name=op.f("fk_gift_norm_id_norm"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_gift_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["receiver_id"], ["organisation.id"], name=op.f("fk_gift_receiver_id_organisation")),
        sa.ForeignKeyConstraint(["receiver_person_id"], ["person.id"], name=op.f("fk_gift_receiver_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift")),
    )
    op.create_index(op.f("ix_gift_event_id"), "gift", ["event_id"], unique=False)
    op.create_index(op.f("ix_gift_given_by"), "gift", ["given_by"], unique=False)
    op.create_index(op.f("ix_gift_given_to"), "gift", ["given_to"], unique=False)
    op.create_index(op.f("ix_gift_giver_id"), "gift", ["giver_id"], unique=False)
    op.create_index(op.f("ix_gift_norm_id"), "gift", ["norm_id"], unique=False)
    op.create_index(op.f("ix_gift_organisation_id"), "gift", ["organisation_id"], unique=False)
    op.create_index("ix_gift_received_on", "gift", ["received_on"], unique=False)
    op.create_index(op.f("ix_gift_receiver_id"), "gift", ["receiver_id"], unique=False)
    op.create_index(op.f("ix_gift_receiver_person_id"), "gift", ["receiver_person_id"], unique=False)
    op.create_table(
        "exchange_rate",
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("currency", sa.String(32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rate", sa.String(24), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("office", sa.String(60), nullable=True),
        sa.CheckConstraint("currency <> 'VND'", name=op.f("ck_exchange_rate_not_of_the_dong")),
        sa.CheckConstraint("currency IN ('VND', 'LAK', 'USD')", name=op.f("ck_exchange_rate_currency_word")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exchange_rate")),
        sa.UniqueConstraint("office", "currency", "day", name="uq_exchange_rate_day"),
    )


def downgrade() -> None:
    bind = op.get_bind()
    counted = (
        ("gifts", "SELECT count(*) FROM gift"),
        ("exchange rates", "SELECT count(*) FROM exchange_rate"),
    )
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )
    op.drop_table("exchange_rate")
    op.drop_table("gift")
