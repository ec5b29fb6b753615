"""reminders about observances, anniversaries and agreements; rules that count from them

Nothing is planned by this: an office gets such rules when it makes them or loads them.

Revision ID: 0040
Revises: 0039
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

OFFICES = "'weekly', 'digest', 'escalation'"
OF_EVENT = f"(event_id IS NULL) = (purpose IN ({OFFICES}))"
OF_EVENT_OR_OTHER = f"(event_id IS NULL) = (purpose IN ({OFFICES}) OR about_id IS NOT NULL)"
ABOUT_COMPLETE = "(about_id IS NULL) = (about_type IS NULL) AND (about_id IS NULL) = (about_day IS NULL)"
TYPES = "about_type IN ('event', 'agreement', 'anniversary', 'observance', 'learner', 'project', 'proposal', 'account')"
ANCHORS = "anchor IN ('arrival', 'start', 'end', 'task_due')"
MORE_ANCHORS = (
    "anchor IN ('arrival', 'start', 'end', 'task_due', 'observance', 'anniversary', 'agreement_end',"
    " 'agreement_review', 'expiry', 'milestone')"
)
NEW = (("about_type", sa.String(32)), ("about_id", sa.String(26)), ("about_day", sa.Date()))
ONCE, ABOUT_ONCE = "uq_reminder_of_office_once", "uq_reminder_about_once"


def upgrade() -> None:
    for name, kind in NEW:
        op.add_column("reminder", sa.Column(name, kind, nullable=True))
    json = sa.JSON().with_variant(JSONB(), "postgresql")
    op.add_column("reminder_rule", sa.Column("grades", json, nullable=False, server_default="[]"))
    _replace("reminder_rule", {"anchor_word": (ANCHORS, MORE_ANCHORS)})
    _replace(
        "reminder",
        {"of_event_or_office": (OF_EVENT, OF_EVENT_OR_OTHER)},
        added={"about_type_word": TYPES, "about_complete": ABOUT_COMPLETE},
    )
    op.drop_index(ONCE, table_name="reminder")
    _unique(ONCE, ["rule_key", "recipient", "due_at"], "event_id IS NULL AND about_id IS NULL")
    _unique(ABOUT_ONCE, ["about_id", "about_type", "rule_key", "recipient", "due_at"], "about_id IS NOT NULL")


def downgrade() -> None:
    counted = (
        (
            "reminders about observances, anniversaries and agreements",
            "SELECT count(*) FROM reminder WHERE about_id IS NOT NULL",
        ),
        (
            "reminder rules that count from observances, anniversaries and ends of agreements",
            "SELECT count(*) FROM reminder_rule WHERE anchor NOT IN ('arrival', 'start', 'end', 'task_due')",
        ),
    )
    bind = op.get_bind()
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )
    op.drop_index(ABOUT_ONCE, table_name="reminder")
    op.drop_index(ONCE, table_name="reminder")
    _replace(
        "reminder",
        {"of_event_or_office": (OF_EVENT_OR_OTHER, OF_EVENT)},
        removed={"about_type_word": TYPES, "about_complete": ABOUT_COMPLETE},
    )
    _unique(ONCE, ["rule_key", "recipient", "due_at"], "event_id IS NULL")
    _replace("reminder_rule", {"anchor_word": (MORE_ANCHORS, ANCHORS)})
    op.drop_column("reminder_rule", "grades")
    for name, _kind in reversed(NEW):
        op.drop_column("reminder", name)


def _unique(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "reminder", columns, unique=True, sqlite_where=where, postgresql_where=where)


def _replace(
    table: str,
    changed: dict[str, tuple[str, str]],
    added: dict[str, str] | None = None,
    removed: dict[str, str] | None = None,
) -> None:
    """Replace CHECKs by name (old condition, new condition), add and remove others; on SQLite their text only."""
    named = {name: op.f(f"ck_{table}_{name}") for name in (*changed, *(added or {}), *(removed or {}))}
    if op.get_bind().dialect.name == "postgresql":
        for name in (*changed, *(removed or {})):
            op.drop_constraint(named[name], table, type_="check")
        for name, condition in {**{name: new for name, (_old, new) in changed.items()}, **(added or {})}.items():
            op.create_check_constraint(named[name], table, condition)
        return
    swaps = []
    for name, (old, new) in changed.items():
        before, after = (f"CONSTRAINT {named[name]} CHECK ({condition})" for condition in (old, new))
        for others, side in ((removed or {}, "before"), (added or {}, "after")):
            more = "".join(f", CONSTRAINT {named[one]} CHECK ({text})" for one, text in others.items())
            before, after = (before + more, after) if side == "before" else (before, after + more)
        swaps.append((before, after))
    connection = op.get_bind()
    number = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    for before, after in swaps:
        swapped = connection.execute(
            sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE name = :table AND instr(sql, :old)"),
            {"old": before, "new": after, "table": table},
        )
        if swapped.rowcount != 1:
            raise RuntimeError(f"The table {table} is not as the revisions before made it.")
    connection.exec_driver_sql(f"PRAGMA schema_version = {number + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
