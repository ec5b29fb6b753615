"""what the seed last loaded, titles of its events without "(draft)", task templates by the length of the stay

Revision ID: 0026
Revises: 0025
"""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MARKS = {"vi": " (dự thảo)", "lo": " (ຮ່າງ)", "en": " (draft)"}
FOLDED = (" (du thao)", " (ຮາງ)", " (draft)")
"""The marks as the column for searching has them."""

event = sa.table(
    "event",
    sa.column("id", sa.String),
    sa.column("title", JSON_VALUE),
    sa.column("search_text", sa.Text),
    sa.column("confirmed_values", JSON_VALUE),
)
seed_entry = sa.table("seed_entry", sa.column("section", sa.String), sa.column("entity_id", sa.String))
audit = sa.table(
    "audit",
    sa.column("actor_id", sa.String),
    sa.column("action", sa.String),
    sa.column("entity", sa.String),
    sa.column("entity_id", sa.String),
    sa.column("changes", JSON_VALUE),
)
ical_fragment = sa.table("ical_fragment", sa.column("event_id", sa.String))


def upgrade() -> None:
    # Null: loaded before the values were kept; the audit trail then says what people have changed.
    op.add_column("seed_entry", sa.Column("held", JSON_VALUE, nullable=True))
    # Null: for stays of any length, as all templates are so far.
    op.add_column("task_template", sa.Column("min_days", sa.Integer(), nullable=True))
    _shorten_titles()


def downgrade() -> None:
    limited = sa.text("SELECT count(*) FROM task_template WHERE min_days IS NOT NULL AND active")
    if number := op.get_bind().execute(limited).scalar_one():
        raise RuntimeError(
            f"{number} task templates are for stays of some length only; the old version would use them for all. Switch"
            " them off, or clear their min_days, first (PATCH /task-templates/{id}, or the page of task templates)."
        )
    op.drop_column("task_template", "min_days")
    # The version before takes what an edited file says; it never knew more. Titles stay as they are.
    op.drop_column("seed_entry", "held")


def _shorten_titles() -> None:
    """Take the mark of a draft out of the titles that nobody has changed since the seed was loaded.

    It is no change of the event: SEQUENCE and the time of its last change stay, nobody is told, and no calendar asks
    its reader about it.
    """
    bind = op.get_bind()
    seeded = sa.select(seed_entry.c.entity_id).where(seed_entry.c.section == "events")
    rows = bind.execute(
        sa.select(event.c.id, event.c.title, event.c.search_text, event.c.confirmed_values).where(
            event.c.id.in_(seeded)
        )
    ).all()
    for identity, title, search_text, confirmed in rows:
        short = {language: text.removesuffix(MARKS.get(language, "")) for language, text in title.items()}
        if short == title or not all(short.values()) or _is_renamed(bind, identity):
            continue
        for mark in FOLDED:
            search_text = search_text.replace(mark, "", 1)
        values: dict[str, Any] = {"title": short, "search_text": search_text}
        if confirmed is not None and confirmed.get("title") == title:
            values["confirmed_values"] = {**confirmed, "title": short}
        bind.execute(sa.update(event).where(event.c.id == identity).values(**values))
        bind.execute(sa.delete(ical_fragment).where(ical_fragment.c.event_id == identity))


def _is_renamed(bind: sa.Connection, identity: str) -> bool:
    """Whether an account has changed a title: then it is the office's, whatever it ends with."""
    trail = sa.select(audit.c.changes).where(
        audit.c.entity == "event",
        audit.c.entity_id == identity,
        audit.c.action != "create",
        audit.c.actor_id.is_not(None),
    )
    found = (json.loads(one) if isinstance(one, str) else one for one in bind.scalars(trail))
    return any("title" in changes for changes in found)
