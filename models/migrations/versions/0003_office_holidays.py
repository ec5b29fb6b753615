"""office holidays

The office's own days off, worked Saturdays and festivals; and indexes for what asks who stays until when, and who heads what.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "office_holiday",
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("locality", sa.String(length=60), nullable=True),
        sa.Column("name", JSON_VALUE, nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("recurs_calendar", sa.String(length=32), nullable=True),
        sa.Column("recurs_month", sa.Integer(), nullable=True),
        sa.Column("recurs_day", sa.Integer(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "category IN ('public', 'workday', 'festival')", name=op.f("ck_office_holiday_category_word")
        ),
        sa.CheckConstraint(
            "locality IS NULL OR category = 'festival'", name=op.f("ck_office_holiday_locality_of_festival")
        ),
        sa.CheckConstraint(
            "recurs_calendar IN ('solar', 'lunar')", name=op.f("ck_office_holiday_recurs_calendar_word")
        ),
        sa.CheckConstraint(
            "(first_day IS NULL) <> (recurs_calendar IS NULL)", name=op.f("ck_office_holiday_day_or_recurrence")
        ),
        sa.CheckConstraint(
            "(recurs_calendar IS NULL) = (recurs_month IS NULL) AND (recurs_calendar IS NULL) = (recurs_day IS NULL)",
            name=op.f("ck_office_holiday_recurrence_complete"),
        ),
        sa.CheckConstraint("days BETWEEN 1 AND 60", name=op.f("ck_office_holiday_days_range")),
        sa.CheckConstraint(
            "recurs_month BETWEEN 1 AND 12 AND recurs_day BETWEEN 1 AND 31",
            name=op.f("ck_office_holiday_recurrence_range"),
        ),
        sa.ForeignKeyConstraint(["locality"], ["locality.code"], name=op.f("fk_office_holiday_locality_locality")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_holiday")),
    )
    op.create_index("ix_event_last_day", "event", ["last_day"])
    op.create_index("ix_event_head_id", "event", ["head_id"])


def downgrade() -> None:
    op.drop_index("ix_event_head_id", table_name="event")
    op.drop_index("ix_event_last_day", table_name="event")
    op.drop_table("office_holiday")
