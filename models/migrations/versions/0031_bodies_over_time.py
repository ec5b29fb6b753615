"""organisations over time: parent, first and last day, successor; parts of localities, down to villages

What is there has neither: when a body began, ended and who carries it on is not known.

Revision ID: 0031
Revises: 0030
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

BEFORE = "level IN ('province', 'city', 'capital', 'country')"
AFTER = "level IN ('province', 'city', 'capital', 'country', 'district', 'commune', 'village')"

PARENT = (
    "VARCHAR(60) CONSTRAINT fk_locality_parent_locality REFERENCES locality (code)"
    " CONSTRAINT ck_locality_not_its_own_parent CHECK (parent <> code)"
)
COLUMNS = (
    (
        "parent_id",
        (
            "VARCHAR(26) CONSTRAINT fk_organisation_parent_id_organisation REFERENCES organisation (id)"
            " CONSTRAINT ck_organisation_not_its_own_parent CHECK (parent_id <> id)"
        ),
    ),
    ("starts_on", "DATE"),
    ("ends_on", "DATE CONSTRAINT ck_organisation_ends_after_it_starts CHECK (ends_on >= starts_on)"),
    (
        "successor_id",
        (
            "VARCHAR(26) CONSTRAINT fk_organisation_successor_id_organisation REFERENCES organisation (id)"
            " CONSTRAINT ck_organisation_not_its_own_successor CHECK (successor_id <> id)"
            " CONSTRAINT ck_organisation_successor_has_day CHECK (successor_id IS NULL OR ends_on IS NOT NULL)"
        ),
    ),
)
INDEXED = ("parent_id", "successor_id")


def upgrade() -> None:
    _restrict(BEFORE, AFTER)
    op.execute(f"ALTER TABLE locality ADD COLUMN parent {PARENT}")
    op.create_index("ix_locality_parent", "locality", ["parent"])
    for name, kind in COLUMNS:
        op.execute(f"ALTER TABLE organisation ADD COLUMN {name} {kind}")
    for name in INDEXED:
        op.create_index(f"ix_organisation_{name}", "organisation", [name])


def downgrade() -> None:
    _refuse_what_would_be_lost()
    for name in INDEXED:
        op.drop_index(f"ix_organisation_{name}", "organisation")
    for name, _kind in reversed(COLUMNS):
        op.execute(f"ALTER TABLE organisation DROP COLUMN {name}")
    op.drop_index("ix_locality_parent", "locality")
    op.execute("ALTER TABLE locality DROP COLUMN parent")
    _restrict(AFTER, BEFORE)


def _refuse_what_would_be_lost() -> None:
    """The version before knows neither parts of localities nor when a body begins and ends."""
    bind = op.get_bind()
    filled = " OR ".join(f"{name} IS NOT NULL" for name, _kind in COLUMNS)
    lost = [
        *_named(bind, f"SELECT code FROM locality WHERE parent IS NOT NULL OR NOT ({BEFORE}) ORDER BY code"),  # noqa: S608
        *_named(bind, f"SELECT id FROM organisation WHERE {filled} ORDER BY id"),  # noqa: S608
    ]
    if lost:
        shown = ", ".join(lost[:10]) + (f" and {len(lost) - 10} more" if len(lost) > 10 else "")
        raise RuntimeError(
            f"The version before can't hold what a locality is a part of, districts, communes and villages, nor when an"
            f" organisation begins and ends, its parent and its successor. They are stored with {shown}. Clear them first"
            " (PATCH /localities/{code}, /organisations/{id}), or restore a backup made by that version."
        )


def _named(bind: sa.Connection, query: str) -> Sequence[str]:
    return [str(row[0]) for row in bind.execute(sa.text(query))]


def _restrict(old: str, new: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        name = op.f("ck_locality_level_word")
        op.drop_constraint(name, "locality", type_="check")
        op.create_check_constraint(name, "locality", new)
        return
    # A table made anew could not lose its columns one by one any more, as older revisions do on the way down. So only
    # the text of the constraint is replaced: https://www.sqlite.org/lang_altertable.html, section 7.
    connection = op.get_bind()
    number = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = connection.execute(
        sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE name = 'locality' AND instr(sql, :old)"),
        {"old": old, "new": new},
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {number + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
    if changed.rowcount != 1:
        raise RuntimeError("The table of localities is not as the revisions before made it.")
