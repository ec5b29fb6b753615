"""observances: days that come every year and on which greetings go out

Revision ID: 0039
Revises: 0037
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0039"
down_revision = "0037"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(JSONB(), "postgresql")
FESTIVALS = (
    "'tet', 'hung_kings', 'pi_mai', 'makha_bousa', 'visakha_bousa', 'begin_of_lent', 'haw_khao_padapdin',"
    " 'haw_khao_salark', 'end_of_lent', 'boat_racing', 'that_luang'"
)


def upgrade() -> None:
    op.create_table(
        "observance",
        sa.Column("sort_key", sa.LargeBinary(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", JSON_VALUE, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("locality", sa.String(length=60), nullable=True),
        sa.Column("organisation_id", sa.String(length=26), nullable=True),
        sa.Column("recurs_calendar", sa.String(length=32), nullable=True),
        sa.Column("recurs_month", sa.Integer(), nullable=True),
        sa.Column("recurs_day", sa.Integer(), nullable=True),
        sa.Column("festival", sa.String(length=32), nullable=True),
        sa.Column("since_year", sa.Integer(), nullable=True),
        sa.Column("greets", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=True),
        sa.Column("office", sa.String(length=60), nullable=True),
        sa.CheckConstraint("recurs_calendar IN ('solar', 'lunar')", name=op.f("ck_observance_recurs_calendar_word")),
        sa.CheckConstraint(f"festival IN ({FESTIVALS})", name=op.f("ck_observance_festival_word")),
        sa.CheckConstraint(
            "(country IS NOT NULL AND locality IS NULL AND organisation_id IS NULL)"
            " OR (country IS NULL AND locality IS NOT NULL AND organisation_id IS NULL)"
            " OR (country IS NULL AND locality IS NULL AND organisation_id IS NOT NULL)",
            name=op.f("ck_observance_of_one"),
        ),
        sa.CheckConstraint(
            "(festival IS NULL) <> (recurs_calendar IS NULL)", name=op.f("ck_observance_day_or_festival")
        ),
        sa.CheckConstraint(
            "(recurs_calendar IS NULL) = (recurs_month IS NULL) AND (recurs_calendar IS NULL) = (recurs_day IS NULL)",
            name=op.f("ck_observance_recurrence_complete"),
        ),
        sa.CheckConstraint(
            "recurs_month BETWEEN 1 AND 12 AND recurs_day BETWEEN 1 AND 31",
            name=op.f("ck_observance_recurrence_range"),
        ),
        sa.CheckConstraint("since_year BETWEEN 1 AND 9999", name=op.f("ck_observance_since_year_range")),
        sa.ForeignKeyConstraint(["locality"], ["locality.code"], name=op.f("fk_observance_locality_locality")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_observance_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observance")),
    )
    op.create_index(op.f("ix_observance_locality"), "observance", ["locality"])
    op.create_index(op.f("ix_observance_organisation_id"), "observance", ["organisation_id"])


def downgrade() -> None:
    if number := op.get_bind().execute(sa.text("SELECT count(*) FROM observance")).scalar_one():
        raise RuntimeError(
            f"The version before can't hold {number} observances. Delete them first, or keep this version."
        )
    op.drop_table("observance")
