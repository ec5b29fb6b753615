"""particulars of people, sealed; whose people are who have no position just now

Revision ID: 0030
Revises: 0029
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "particulars",
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_particulars_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_particulars")),
    )
    # Empty: nobody's position has ended yet, for none had days.
    op.add_column("person", sa.Column("former_organisation_id", sa.String(length=26), nullable=True))


def downgrade() -> None:
    if number := op.get_bind().execute(sa.text("SELECT count(*) FROM particulars")).scalar_one():
        raise RuntimeError(
            f"The version before can't hold the particulars of {number} people. Take them out first (PUT"
            " /people/{id}/particulars without values, or the people's pages), or restore a backup made by that version."
        )
    # Whose people without a position are follows from terms with days, which the revision below refuses to drop.
    op.drop_column("person", "former_organisation_id")
    op.drop_table("particulars")
