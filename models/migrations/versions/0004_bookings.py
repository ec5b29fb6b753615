"""resources, bookings, task templates

What a visit takes: rooms, cars, interpreters and who has them when; tasks made from templates; ranks and counterparts of
members; minutes of travel in programmes; who confirmed an event.

Columns are added in plain SQL, the same on both databases: Alembic would copy whole tables on SQLite to add a foreign key.

Revision ID: 0004
Revises: 0003
"""

import re
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(JSONB(), "postgresql")
HELD = sa.text("state = 'held'")

_COUNTERPART = (
    "VARCHAR(26) CONSTRAINT fk_member_counterpart_id_person REFERENCES person (id)"
    " CONSTRAINT ck_member_not_their_own_counterpart CHECK (counterpart_id <> person_id)"
)
_ANCHOR = (
    "VARCHAR(32) DEFAULT 'arrival' NOT NULL CONSTRAINT ck_task_anchor_word CHECK (anchor IN ('arrival', 'departure'))"
)
COLUMNS = (
    ("event", "confirmed_by", 'VARCHAR(26) CONSTRAINT fk_event_confirmed_by_user REFERENCES "user" (id)'),
    ("event", "confirmed_at", "{instant}"),
    ("event", "changed_since_confirmed", "BOOLEAN DEFAULT FALSE NOT NULL"),
    ("member", "rank", "INTEGER CONSTRAINT ck_member_rank_from_one CHECK (rank >= 1)"),
    ("member", "counterpart_id", _COUNTERPART),
    (
        "programme_item",
        "travel_minutes",
        "INTEGER CONSTRAINT ck_programme_item_travel_not_negative CHECK (travel_minutes >= 0)",
    ),
    ("task", "anchor", _ANCHOR),
    ("task", "working_days", "BOOLEAN DEFAULT FALSE NOT NULL"),
    ("task", "due_day", "DATE"),
    (
        "task",
        "template_id",
        "VARCHAR(26) CONSTRAINT fk_task_template_id_task_template REFERENCES task_template (id)",
    ),
)
"""Table, column, type with its constraints."""


def upgrade() -> None:
    _make_resources()
    _make_bookings()
    _make_task_templates()
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for table, column, definition in COLUMNS:
        instant = "TIMESTAMP WITH TIME ZONE" if is_postgresql else "DATETIME"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {definition.format(instant=instant)}")
    op.create_index("ix_task_due_day", "task", ["due_day"])
    op.create_index("uq_task_once_a_template", "task", ["event_id", "template_id"], unique=True)
    _reckon_due_days()
    if is_postgresql:
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        # Two bookings of a resource that fits only one at a time can't overlap, whatever a program does. The service
        # locks the resource and looks before it writes (service.actions.bookings.bookings); this stands behind it.
        op.execute(
            "ALTER TABLE booking ADD CONSTRAINT ex_booking_taken_once EXCLUDE USING gist"
            " (resource_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (state = 'held' AND is_exclusive)"
        )


def downgrade() -> None:
    op.drop_index("uq_task_once_a_template", table_name="task")
    op.drop_index("ix_task_due_day", table_name="task")
    for table, column, _definition in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    # The extension stays: something else may use it by now.
    for table in ("task_template", "booking", "resource"):
        op.drop_table(table)


def _reckon_due_days() -> None:
    """The tasks there are so far: due on a day, or days and weeks from the arrival."""
    bind = op.get_bind()
    columns: tuple[sa.ColumnClause[Any], ...] = (sa.column("id"), sa.column("event_id"), sa.column("due_offset"))
    task = sa.table("task", *columns, sa.column("due_on", sa.Date()), sa.column("due_day", sa.Date()))
    event = sa.table("event", sa.column("id"), sa.column("arrives_on", sa.Date()))
    bind.execute(sa.update(task).values(due_day=task.c.due_on))
    counted = sa.select(task.c.id, task.c.due_offset, event.c.arrives_on).where(
        task.c.event_id == event.c.id, task.c.due_on.is_(None), task.c.due_offset.is_not(None)
    )
    for identity, offset, arrives_on in bind.execute(counted).all():
        sign, weeks, days = re.match(r"([+-]?)P(?:(\d+)W)?(?:(\d+)D)?", offset).groups()  # type: ignore[union-attr]
        count = (7 * int(weeks or 0) + int(days or 0)) * (-1 if sign == "-" else 1)
        due = arrives_on + timedelta(days=count)
        bind.execute(sa.update(task).where(task.c.id == identity).values(due_day=due))


def _instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(table: str, column: str, *words: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(f"ck_{table}_{column}_word"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _to(table: str, column: str, target: str, key: str = "id", ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.{key}"], name=name, ondelete=ondelete)


def _make_resources() -> None:
    op.create_table(
        "resource",
        sa.Column("search_text", sa.Text(), nullable=False),
        _instant("created_at"),
        _instant("updated_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("name", JSON_VALUE, nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("locality", sa.String(length=60), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=True),
        sa.Column("languages", JSON_VALUE, nullable=False),
        sa.Column("buffer_before", sa.Integer(), nullable=False),
        sa.Column("buffer_after", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=True),
        sa.Column("person_id", sa.String(length=26), nullable=True),
        sa.Column("note", JSON_VALUE, nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        _words("resource", "type", "room", "lodging", "vehicle", "interpreter", "equipment"),
        _check("resource", "capacity_from_one", "capacity >= 1"),
        _check("resource", "seats_from_one", "seats >= 1"),
        _check("resource", "buffers_not_negative", "buffer_before >= 0 AND buffer_after >= 0"),
        _to("resource", "locality", "locality", "code"),
        _to("resource", "organisation_id", "organisation"),
        _to("resource", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resource")),
    )
    for column in ("type", "locality", "person_id"):
        op.create_index(op.f(f"ix_resource_{column}"), "resource", [column])


def _make_bookings() -> None:
    op.create_table(
        "booking",
        _instant("created_at"),
        _instant("updated_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("resource_id", sa.String(length=26), nullable=False),
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("start_time", sa.Time(), nullable=True),
        sa.Column("end_time", sa.Time(), nullable=True),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=True),
        _instant("starts_at"),
        _instant("ends_at"),
        sa.Column("length_class", sa.SmallInteger(), nullable=False),
        sa.Column("is_exclusive", sa.Boolean(), nullable=False),
        sa.Column("created_by", sa.String(length=26), nullable=True),
        _words("booking", "state", "held", "requested", "released"),
        _check("booking", "quantity_from_one", "quantity >= 1"),
        _check("booking", "days_in_order", "last_day >= first_day"),
        _check("booking", "both_hours_or_none", "(start_time IS NULL) = (end_time IS NULL)"),
        _check("booking", "not_empty", "ends_at > starts_at"),
        _to("booking", "resource_id", "resource"),
        _to("booking", "event_id", "event", ondelete="CASCADE"),
        _to("booking", "created_by", "user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    op.create_index(op.f("ix_booking_event_id"), "booking", ["event_id"])
    op.create_index("ix_booking_resource_days", "booking", ["resource_id", "first_day"])
    op.create_index("ix_booking_days", "booking", ["first_day", "last_day"])
    op.create_index(
        "ix_booking_taken",
        "booking",
        ["resource_id", "length_class", "starts_at", "ends_at", "quantity", "id", "event_id"],
        sqlite_where=HELD,
        postgresql_where=HELD,
    )


def _make_task_templates() -> None:
    op.create_table(
        "task_template",
        _instant("created_at"),
        _instant("updated_at"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=True),
        sa.Column("title", JSON_VALUE, nullable=False),
        sa.Column("anchor", sa.String(length=32), nullable=False),
        sa.Column("offset", sa.String(length=40), nullable=False),
        sa.Column("working_days", sa.Boolean(), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=True),
        sa.Column("person_id", sa.String(length=26), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        _words("task_template", "kind", "delegation", "training_batch", "art_troupe_visit", "anniversary", "activity"),
        _words("task_template", "direction", "incoming", "outgoing", "domestic"),
        _words("task_template", "anchor", "arrival", "departure"),
        _to("task_template", "organisation_id", "organisation"),
        _to("task_template", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_template")),
    )
    op.create_index(op.f("ix_task_template_kind"), "task_template", ["kind"])
