"""the driver's and the hotel's sheet among the kinds of papers

Revision ID: 0064
Revises: 0063
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

KINDS = ("driver-sheet", "hotel-sheet")
TABLES = ("document", "document_template")


def upgrade() -> None:
    for table in TABLES:
        _words(table, added=KINDS)


def downgrade() -> None:
    bind = op.get_bind()
    queries = {
        "kept papers of kinds that are new": "SELECT count(*) FROM document WHERE kind IN ('driver-sheet', 'hotel-sheet')",
        "templates of these kinds": (
            "SELECT count(*) FROM document_template WHERE kind IN ('driver-sheet', 'hotel-sheet')"
        ),
    }
    lost = [
        f"{count} {what}" for what, query in queries.items() if (count := bind.execute(sa.text(query)).scalar_one())
    ]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )
    for table in TABLES:
        _words(table, removed=KINDS)


def _words(table: str, added: tuple[str, ...] = (), removed: tuple[str, ...] = ()) -> None:
    """Let the list of kinds grow or shrink, whatever else is in it by now; on SQLite the text of its CHECK only."""
    connection, name = op.get_bind(), op.f(f"ck_{table}_kind_word")
    if connection.dialect.name == "postgresql":
        shown = connection.execute(
            sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"), {"name": name}
        ).scalar_one()
        op.drop_constraint(name, table, type_="check")
        op.create_check_constraint(name, table, f"kind IN ({_list(shown, added, removed)})")
        return
    before = connection.execute(
        sa.text("SELECT sql FROM sqlite_schema WHERE name = :table"), {"table": table}
    ).scalar_one()
    found = re.search(rf"CONSTRAINT {name} CHECK \(kind IN \(([^)]*)\)\)", before)
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
    words = [word for word in re.findall(r"'([a-z-]+)'", shown) if word not in {*added, *removed}]
    return ", ".join(f"'{word}'" for word in [*words, *added])
