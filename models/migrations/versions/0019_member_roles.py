"""secretaries and staff of a delegation

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BEFORE = "role IN ('head', 'deputy', 'member', 'interpreter', 'security', 'driver')"
AFTER = "role IN ('head', 'deputy', 'member', 'secretary', 'staff', 'interpreter', 'security', 'driver')"


def upgrade() -> None:
    _restrict(BEFORE, AFTER)


def downgrade() -> None:
    of_new_roles = sa.text("SELECT count(*) FROM member WHERE role IN ('secretary', 'staff')")
    if number := op.get_bind().execute(of_new_roles).scalar_one():
        raise RuntimeError(
            f"{number} people of visits are secretaries or staff, which the old version does not know. Give them another"
            " role first (PATCH /events/{id}/members/{id}, or the visit's page)."
        )
    _restrict(AFTER, BEFORE)


def _restrict(old: str, new: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        name = op.f("ck_member_role_word")
        op.drop_constraint(name, "member", type_="check")
        op.create_check_constraint(name, "member", new)
        return
    # A table made anew could not lose its columns one by one any more, as older revisions do on the way down. So only
    # the text of the constraint is replaced: https://www.sqlite.org/lang_altertable.html, section 7.
    connection = op.get_bind()
    number = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = connection.execute(
        sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE name = 'member' AND instr(sql, :old)"),
        {"old": old, "new": new},
    )
    connection.exec_driver_sql(f"PRAGMA schema_version = {number + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
    if changed.rowcount != 1:
        raise RuntimeError("The table of members is not as the revisions before made it.")
