"""programme items over midnight, and the day a programme was published for

Revision ID: 0024
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None

_CHECK = "ck_programme_item_hours_in_order"
_IN_ORDER = "end_time > start_time"
_OVER_MIDNIGHT = sa.text("SELECT count(*) FROM programme_item WHERE end_time <= start_time")
_EVENTS_OVER_MIDNIGHT = sa.text(
    "SELECT count(*) FROM event WHERE first_day = last_day AND end_time <= coalesce(start_time, '00:00:00')"
)


def upgrade() -> None:
    # For which day the programmes so far were published is not known; they are judged by the days of their items.
    op.add_column("programme_revision", sa.Column("first_day", sa.Date(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(_CHECK), "programme_item", type_="check")
    else:
        _rewrite(f"CONSTRAINT {_CHECK} CHECK ({_IN_ORDER}), ", "")


def downgrade() -> None:
    connection = op.get_bind()
    items = connection.execute(_OVER_MIDNIGHT).scalar_one()
    events = connection.execute(_EVENTS_OVER_MIDNIGHT).scalar_one()
    if items or events:
        raise RuntimeError(
            f"{items} programme items and {events} events end on the day after they start, which the old version does"
            " not know. End them at 23:59 first, or give the events a last day one later."
        )
    if connection.dialect.name == "postgresql":
        op.create_check_constraint(op.f(_CHECK), "programme_item", _IN_ORDER)
    else:
        other = "CONSTRAINT fk_programme_item_event_id_event"
        _rewrite(other, f"CONSTRAINT {_CHECK} CHECK ({_IN_ORDER}), {other}")
    op.drop_column("programme_revision", "first_day")


def _rewrite(old: str, new: str) -> None:
    """Replace a part of the table's text, as revision 0019 does and for its reasons."""
    connection = op.get_bind()
    number = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = connection.execute(
        sa.text(
            "UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE name = 'programme_item' AND instr(sql, :old)"
        ),
        {"old": old, "new": new},
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {number + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
    if changed.rowcount != 1:
        raise RuntimeError("The table of programme items is not as the revisions before made it.")
