"""keepers of resources, bookings that wait for their approval, and the mails about both

No resource has keepers or needs approval by the upgrade; every booking stays as it is, and nothing is sent.

Revision ID: 0063
Revises: 0062
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.types import UtcDateTime

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ACCOUNTS = ("asked_by", "answered_by")
STATES = ("asked", "refused")
PURPOSES = (
    "booking_made",
    "booking_changed",
    "booking_released",
    "booking_asked",
    "booking_approved",
    "booking_refused",
)
TAKING, HELD = "state IN ('held', 'asked')", "state = 'held'"
TAKEN = ["resource_id", "length_class", "starts_at", "ends_at", "quantity", "id", "event_id"]
LOST = (
    (
        "rooms, cars and others with keepers or approval",
        "SELECT count(*) FROM resource WHERE needs_approval OR CAST(keepers AS TEXT) <> '[]'",
    ),
    (
        "bookings that wait for approval or were refused",
        "SELECT count(*) FROM booking WHERE state IN ('asked', 'refused')",
    ),
    (
        "answers of keepers",
        "SELECT count(*) FROM booking WHERE answered_at IS NOT NULL AND state NOT IN ('asked', 'refused')",
    ),
    ("mails to keepers", "SELECT count(*) FROM reminder WHERE purpose LIKE 'booking%'"),
)


def upgrade() -> None:
    op.add_column("resource", sa.Column("keepers", JSON_VALUE, nullable=False, server_default="[]"))
    op.execute("ALTER TABLE resource ADD COLUMN needs_approval BOOLEAN DEFAULT FALSE NOT NULL")
    for name in ACCOUNTS:
        op.execute(
            f"ALTER TABLE booking ADD COLUMN {name} VARCHAR(26)"
            f' CONSTRAINT fk_booking_{name}_user REFERENCES "user" (id)'
        )
    op.add_column("booking", sa.Column("answered_at", UtcDateTime(), nullable=True))
    op.add_column("booking", sa.Column("answer_reason", sa.String(500), nullable=True))
    _words("booking", "state", added=STATES)
    _words("reminder", "purpose", added=PURPOSES)
    _words("reminder", "about_type", added=("resource",))
    _take(TAKING)
    op.create_table(
        "booking_notice",
        sa.Column("reminder_id", sa.String(26), nullable=False),
        sa.Column("booking_id", sa.String(26), nullable=False),
        sa.Column("resource_id", sa.String(26), nullable=False),
        sa.Column("before", JSON_VALUE, nullable=True),
        sa.Column("after", JSON_VALUE, nullable=True),
        sa.ForeignKeyConstraint(
            ["reminder_id"],
            ["reminder.id"],
            name=op.f("fk_booking_notice_reminder_id_reminder"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["resource_id"],
            ["resource.id"],
            name=op.f("fk_booking_notice_resource_id_resource"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("reminder_id", name=op.f("pk_booking_notice")),
    )
    for column in ("booking_id", "resource_id"):
        op.create_index(op.f(f"ix_booking_notice_{column}"), "booking_notice", [column], unique=False)


def downgrade() -> None:
    bind = op.get_bind()
    lost = [f"{count} {what}" for what, query in LOST if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )
    op.drop_table("booking_notice")
    _take(HELD)
    _words("reminder", "about_type", removed=("resource",))
    _words("reminder", "purpose", removed=PURPOSES)
    _words("booking", "state", removed=STATES)
    for name in ("answer_reason", "answered_at"):
        op.drop_column("booking", name)
    for name in ACCOUNTS:
        op.execute(f"ALTER TABLE booking DROP COLUMN {name}")
    for name in ("needs_approval", "keepers"):
        op.execute(f"ALTER TABLE resource DROP COLUMN {name}")


def _take(condition: str) -> None:
    """Let the bookings that a condition selects take their resource: in the index that finds them, and in PostgreSQL's
    constraint."""
    op.drop_index("ix_booking_taken", table_name="booking")
    where = sa.text(condition)
    op.create_index("ix_booking_taken", "booking", TAKEN, sqlite_where=where, postgresql_where=where)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE booking DROP CONSTRAINT ex_booking_taken_once")
        op.execute(
            "ALTER TABLE booking ADD CONSTRAINT ex_booking_taken_once EXCLUDE USING gist"
            f" (resource_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE ({condition} AND is_exclusive)"
        )


def _words(table: str, column: str, added: tuple[str, ...] = (), removed: tuple[str, ...] = ()) -> None:
    """Let a list of words grow or shrink, whatever else is in it by now; on SQLite the text of its CHECK only."""
    connection, name = op.get_bind(), op.f(f"ck_{table}_{column}_word")
    if connection.dialect.name == "postgresql":
        shown = connection.execute(
            sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"), {"name": name}
        ).scalar_one()
        op.drop_constraint(name, table, type_="check")
        op.create_check_constraint(name, table, f"{column} IN ({_list(shown, added, removed)})")
        return
    before = connection.execute(
        sa.text("SELECT sql FROM sqlite_schema WHERE name = :table"), {"table": table}
    ).scalar_one()
    found = re.search(rf"CONSTRAINT {name} CHECK \({column} IN \(([^)]*)\)\)", before)
    if found is None:
        raise RuntimeError(f"The table {table} is not as the revisions before made it.")
    after = before[: found.start(1)] + _list(found.group(1), added, removed) + before[found.end(1) :]
    number = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(
        sa.text("UPDATE sqlite_schema SET sql = :sql WHERE name = :table"), {"sql": after, "table": table}
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {number + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def _list(shown: str, added: tuple[str, ...], removed: tuple[str, ...]) -> str:
    words = [word for word in re.findall(r"'([a-z_]+)'", shown) if word not in {*added, *removed}]
    return ", ".join(f"'{word}'" for word in [*words, *added])
