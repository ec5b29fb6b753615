"""offices: whose rule, template, holiday and resource it is; whose people take part was settled when they were added

Revision ID: 0011
Revises: 0010

Who is a member today counts as added from the organisation they belong to today: nobody reads more than before. A row
without an office is the default office's, which stands in the settings and not in the database: accounts that are
there already stay in it, wherever their organisation lies, and read neither more nor less.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OF_AN_OFFICE = ("reminder_rule", "task_template", "office_holiday", "resource", '"user"')
SETTLED = {"member": ("organisation_id", "person_id"), "event": ("head_organisation_id", "head_id")}


def upgrade() -> None:
    for table in OF_AN_OFFICE:
        op.execute(f"ALTER TABLE {table} ADD COLUMN office VARCHAR(60)")
    for table, (column, person) in SETTLED.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} VARCHAR(26)")
        todays = f"SELECT person.organisation_id FROM person WHERE person.id = {table}.{person}"  # noqa: S608
        op.execute(f"UPDATE {table} SET {column} = ({todays}) WHERE {person} IS NOT NULL")  # noqa: S608
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade() -> None:
    _refuse_other_readers()
    _refuse_other_offices()
    for table, (column, _person) in SETTLED.items():
        op.drop_index(f"ix_{table}_{column}", table)
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    for table in OF_AN_OFFICE:
        op.execute(f"ALTER TABLE {table} DROP COLUMN office")


def _refuse_other_readers() -> None:
    """The old version lets the organisation read that a person belongs to now: refuse where that is another one."""
    connection = op.get_bind()
    for table, (column, person) in SETTLED.items():
        event = "event_id" if table == "member" else "id"
        moved = connection.exec_driver_sql(
            f"SELECT person.name, {table}.{event} FROM {table} JOIN person ON person.id = {table}.{person}"  # noqa: S608
            f" WHERE person.organisation_id IS NOT NULL AND person.organisation_id <> COALESCE({table}.{column}, '')"
            f" ORDER BY {table}.id LIMIT 1"
        ).first()
        if moved is not None:
            raise RuntimeError(
                f"The older version can't hold from which organisation a person takes part: “{moved[0]}” of event"
                f" {moved[1]} belongs to another one now, whose accounts would read it. Add such people anew, or leave"
                " their organisation empty."
            )


def _refuse_other_offices() -> None:
    """The old version knows one office only: whatever is another's would become everybody's."""
    connection = op.get_bind()
    codes: set[str] = set()
    for table in OF_AN_OFFICE:
        rows = connection.exec_driver_sql(f"SELECT DISTINCT office FROM {table} WHERE office IS NOT NULL")  # noqa: S608
        codes |= {str(row[0]) for row in rows}
    successors = {
        str(code): str(new)
        for code, new in connection.exec_driver_sql("SELECT code, successor FROM locality WHERE successor IS NOT NULL")
    }
    ends = set()
    for code in codes:
        seen = {code}
        while successors.get(code, code) not in seen:
            code = successors[code]
            seen.add(code)
        ends.add(code)
    accounts = connection.exec_driver_sql('SELECT 1 FROM "user" WHERE office IS NOT NULL LIMIT 1').first()
    if accounts is not None or len(ends) > 1:
        raise RuntimeError(
            "The older version can't hold several offices, whose accounts would read each other's events: here are"
            f" {', '.join(sorted(ends))}. It can be used again when only one is left."
        )
