"""events of which only the month or the year is known

Revision ID: 0037
Revises: 0036
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_WORDS = "known_to IN ('day', 'month', 'year')"
_IS_OVER = (
    "known_to = 'day' OR (status = 'completed' AND start_time IS NULL AND end_time IS NULL"
    " AND arrives_on = first_day AND departs_on = last_day)"
)


def upgrade() -> None:
    # The constraints belong to the column, so that SQLite can drop it without copying the table.
    op.execute(
        "ALTER TABLE event ADD COLUMN known_to VARCHAR(32) DEFAULT 'day' NOT NULL"
        f" CONSTRAINT ck_event_known_to_word CHECK ({_WORDS})"
        f" CONSTRAINT ck_event_undated_is_over CHECK ({_IS_OVER})"
    )


def downgrade() -> None:
    known = sa.text("SELECT count(*) FROM event WHERE known_to <> 'day'")
    if number := op.get_bind().execute(known).scalar_one():
        raise RuntimeError(
            f"{number} events are known to the month or the year only, which the old version can't hold: it would show"
            " them as lasting that long. Give them their days or delete them first (GET /events?known_to=month,year),"
            " or keep this version."
        )
    op.execute("ALTER TABLE event DROP COLUMN known_to")
