"""tasks, their templates and the items of programmes are found by the words in them

Revision ID: 0010
Revises: 0009
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.text import fold_all, in_order

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SEARCHED = {
    "task": ("title",),
    "task_template": ("title",),
    "programme_item": ("title", "place", "hosted_by", "attendees"),
}
AT_ONCE = 1000


def upgrade() -> None:
    for table, columns in SEARCHED.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN search_text TEXT DEFAULT '' NOT NULL")
        _fold(table, columns)


def downgrade() -> None:
    for table in SEARCHED:
        op.execute(f"ALTER TABLE {table} DROP COLUMN search_text")


def _fold(table: str, columns: tuple[str, ...]) -> None:
    """Fill in what rows that are there already are found by."""
    bind = op.get_bind()
    rows = sa.table(table, sa.column("id"), sa.column("search_text"), *(sa.column(name) for name in columns))
    write = sa.update(rows).where(rows.c.id == sa.bindparam("row")).values(search_text=sa.bindparam("folded"))
    found = bind.execute(sa.select(rows.c.id, *(rows.c[name] for name in columns))).all()
    folded = [{"row": identity, "folded": fold_all(map(_localized, texts))} for identity, *texts in found]
    for first in range(0, len(folded), AT_ONCE):
        bind.execute(write, folded[first : first + AT_ONCE])


def _localized(stored: Any) -> dict[str, str] | None:
    """A text in its languages as a database gives it: SQLite as JSON, PostgreSQL decoded and in no order."""
    value = json.loads(stored) if isinstance(stored, str) else stored
    return in_order(value) if value else None
