"""accounts on leave and who stands in for them; kinds of passports, and task templates for some of them only

Nobody is on leave by the upgrade, and of a stored passport the kind is not known.

Revision ID: 0045
Revises: 0044
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.execute('ALTER TABLE "user" ADD COLUMN away_until DATE')
    op.execute(
        'ALTER TABLE "user" ADD COLUMN stand_in_id VARCHAR(26) CONSTRAINT fk_user_stand_in_id_user'
        ' REFERENCES "user" (id)'
    )
    op.execute(
        "ALTER TABLE passport ADD COLUMN kind VARCHAR(32) CONSTRAINT ck_passport_kind_word"
        " CHECK (kind IN ('ordinary', 'official', 'diplomatic'))"
    )
    op.add_column("task_template", sa.Column("passport_kinds", JSON_VALUE, nullable=True))
    op.add_column("reminder", sa.Column("sent_to", sa.String(254), nullable=True))
    known = sa.text("sent_to IS NOT NULL")
    op.create_index("ix_reminder_sent_to", "reminder", ["sent_to"], sqlite_where=known, postgresql_where=known)


def downgrade() -> None:
    _refuse_what_would_be_lost()
    op.drop_index("ix_reminder_sent_to", table_name="reminder")
    op.execute("ALTER TABLE reminder DROP COLUMN sent_to")
    op.drop_column("task_template", "passport_kinds")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_passport_kind_word"), "passport", type_="check")
    op.execute("ALTER TABLE passport DROP COLUMN kind")
    op.execute('ALTER TABLE "user" DROP COLUMN stand_in_id')
    op.execute('ALTER TABLE "user" DROP COLUMN away_until')


def _refuse_what_would_be_lost() -> None:
    """The version before knows no leave and no kinds of passports."""
    bind = op.get_bind()
    counted = (
        ("accounts on leave", 'SELECT count(*) FROM "user" WHERE away_until IS NOT NULL'),
        ("mails that went to who stood in", "SELECT count(*) FROM reminder WHERE sent_to IS NOT NULL"),
        ("kinds of passports", "SELECT count(*) FROM passport WHERE kind IS NOT NULL"),
        (
            "task templates in use for some kinds of passports only",
            "SELECT count(*) FROM task_template WHERE active AND CAST(passport_kinds AS TEXT) <> 'null'",
        ),
    )
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Take them out first (PATCH /users, /task-templates, PUT"
            " /people/{id}/passport), or restore a backup made by that version."
        )
