"""lists are in one order on both databases: a key to sort by is kept, and which rules kept texts were made by

Revision ID: 0027
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

SORTED = (
    "agreement",
    "anniversary",
    "commitment",
    "event",
    "locality",
    "office_holiday",
    "organisation",
    "person",
    "resource",
    "task_template",
    "user",
)


def upgrade() -> None:
    quote = op.get_bind().dialect.identifier_preparer.quote
    column = "BYTEA DEFAULT ''" if op.get_bind().dialect.name == "postgresql" else "BLOB DEFAULT x''"
    for table in SORTED:
        op.execute(f"ALTER TABLE {quote(table)} ADD COLUMN sort_key {column} NOT NULL")
    # Without a row: the keys are computed when the newest revision is reached, by the rules of that version.
    op.create_table(
        "text_keys",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_keys")),
    )


def downgrade() -> None:
    # The old version folds what it changes by its own rules, and finds the rest by what was folded here.
    op.drop_table("text_keys")
    quote = op.get_bind().dialect.identifier_preparer.quote
    for table in SORTED:
        op.execute(f"ALTER TABLE {quote(table)} DROP COLUMN sort_key")
