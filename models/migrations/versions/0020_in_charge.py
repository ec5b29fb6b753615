"""who is in charge of an event, and whose the people are whom tasks are given to

Nobody is put in charge of an event that exists: who that is, is not known. Whose somebody with a task was when they got
it is not known either; it counts as where they belong today, as for members before.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE event ADD COLUMN in_charge_id VARCHAR(26)"
        ' CONSTRAINT fk_event_in_charge_id_user REFERENCES "user" (id)'
    )
    op.create_index("ix_event_in_charge_id", "event", ["in_charge_id"])
    op.execute("ALTER TABLE task ADD COLUMN person_organisation_id VARCHAR(26)")
    op.create_index("ix_task_person_id", "task", ["person_id"])
    op.execute(
        "UPDATE task SET person_organisation_id = (SELECT organisation_id FROM person WHERE person.id = task.person_id)"
        " WHERE person_id IS NOT NULL"
    )


def downgrade() -> None:
    _refuse_what_would_be_lost()
    op.drop_index("ix_task_person_id", "task")
    op.execute("ALTER TABLE task DROP COLUMN person_organisation_id")
    op.drop_index("ix_event_in_charge_id", "event")
    op.execute("ALTER TABLE event DROP COLUMN in_charge_id")


def _refuse_what_would_be_lost() -> None:
    """The version before knows nobody in charge, and no rule that tells whom a task is given to."""
    bind = op.get_bind()
    counted = (
        ("events that somebody is in charge of", "SELECT count(*) FROM event WHERE in_charge_id IS NOT NULL"),
        (
            "reminder rules that tell whom a task is given to",
            "SELECT count(*) FROM reminder_rule WHERE CAST(audience AS TEXT) LIKE '%\"assignee\"%'",
        ),
    )
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Take them out first (PATCH /events, /reminder-rules), or"
            " restore a backup made by that version."
        )
