"""feeds: parts of entries, compressed stretches, changes since, readers, deleted events

What is kept of entries is only kept to spare work, so its table is made anew, empty.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(JSONB(), "postgresql")
INSTANT = sa.DateTime(timezone=True)
SWITCHES = (("visits", "TRUE"), ("programme", "TRUE"), ("tasks", "FALSE"), ("lunar", "FALSE"))
LANGUAGES = "language IN ('vi', 'lo', 'en')"
CLIENTS = "client IN ('google', 'outlook', 'apple', 'thunderbird', 'davx5', 'nextcloud', 'browser', 'other')"
KINDS = "kind IN ('delegation', 'training_batch', 'art_troupe_visit', 'anniversary', 'activity')"
STATUSES = "status IN ('draft', 'planned', 'confirmed', 'ongoing', 'completed', 'postponed', 'cancelled')"


def upgrade() -> None:
    for name, default in SWITCHES:
        op.execute(f"ALTER TABLE feed ADD COLUMN {name} BOOLEAN DEFAULT {default} NOT NULL")
    op.drop_table("ical_fragment")
    op.create_table(
        "ical_fragment",
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("language", sa.String(32), nullable=False),
        sa.Column("part", sa.String(20), nullable=False),
        sa.Column("fingerprint", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("rendered_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("event_id", "language", "part", name=op.f("pk_ical_fragment")),
    )
    op.create_index(
        "ix_ical_fragment_digest", "ical_fragment", ["event_id", "language", "part", "fingerprint", "digest", "zone"]
    )
    op.create_table(
        "feed_chunk",
        sa.Column("feed_id", sa.String(26), nullable=False),
        sa.Column("digest", sa.String(32), nullable=False),
        sa.Column("crc", sa.BigInteger(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("deflated", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("feed_id", "digest", name=op.f("pk_feed_chunk")),
    )
    op.create_table(
        "feed_reader",
        sa.Column("feed_id", sa.String(26), nullable=False),
        sa.Column("client", sa.String(32), nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("etag", sa.String(64), nullable=False),
        sa.CheckConstraint(CLIENTS, name=op.f("ck_feed_reader_client_word")),
        sa.ForeignKeyConstraint(["feed_id"], ["feed.id"], name=op.f("fk_feed_reader_feed_id_feed"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed_id", "client", name=op.f("pk_feed_reader")),
    )
    op.create_table(
        "calendar_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(26), nullable=True),
        sa.Column("xid", sa.BigInteger(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_change")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_calendar_change_xid"), "calendar_change", ["xid"])
    op.create_table(
        "deleted_event",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("uid", sa.String(255), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("visibility", sa.String(32), nullable=False),
        sa.Column("title", JSON_VALUE, nullable=False),
        sa.Column("location", JSON_VALUE, nullable=True),
        sa.Column("host", sa.String(60), nullable=False),
        sa.Column("guest", sa.String(60), nullable=True),
        sa.Column("organisation_id", sa.String(26), nullable=True),
        sa.Column("commitment_id", sa.String(26), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=True),
        sa.Column("end_time", sa.Time(), nullable=True),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.CheckConstraint(KINDS, name=op.f("ck_deleted_event_kind_word")),
        sa.CheckConstraint(STATUSES, name=op.f("ck_deleted_event_status_word")),
        sa.CheckConstraint("visibility IN ('public', 'internal')", name=op.f("ck_deleted_event_visibility_word")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deleted_event")),
    )
    op.create_index(op.f("ix_deleted_event_updated_at"), "deleted_event", ["updated_at"])


def downgrade() -> None:
    for table in ("deleted_event", "calendar_change", "feed_reader", "feed_chunk", "ical_fragment"):
        op.drop_table(table)
    op.create_table(
        "ical_fragment",
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("language", sa.String(32), nullable=False),
        sa.Column("alarm", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("rendered_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_ical_fragment_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", "language", "alarm", name=op.f("pk_ical_fragment")),
    )
    for name, _default in reversed(SWITCHES):
        op.execute(f"ALTER TABLE feed DROP COLUMN {name}")
