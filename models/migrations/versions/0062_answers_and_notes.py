"""answers, travel and presence of members; notes on events; mails that ask for answers and tell of mentions

Nobody has answered by the upgrade, there are no notes, and nothing is sent.

Revision ID: 0062
Revises: 0061
"""

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from models.types import UtcDateTime

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
ANSWERS = "answer IN ('needs_action', 'accepted', 'tentative', 'declined')"
PURPOSES = ("unanswered", "mention")
UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    op.execute(
        "ALTER TABLE member ADD COLUMN answer VARCHAR(32) DEFAULT 'needs_action' NOT NULL"
        f" CONSTRAINT ck_member_answer_word CHECK ({ANSWERS})"
    )
    op.add_column("member", sa.Column("answered_at", UtcDateTime(), nullable=True))
    op.add_column("member", sa.Column("came", sa.Boolean(), nullable=True))
    op.add_column("member", sa.Column("arrival", JSON_VALUE, nullable=True))
    op.add_column("member", sa.Column("departure", JSON_VALUE, nullable=True))
    op.create_table(
        "event_note",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("event_id", sa.String(26), nullable=False),
        sa.Column("text", sa.String(4000), nullable=False),
        sa.Column("visibility", sa.String(32), nullable=False),
        sa.Column("office", sa.String(60), nullable=True),
        sa.Column("shared_with", sa.String(60), nullable=True),
        sa.Column("author_id", sa.String(26), nullable=True),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("sender", sa.String(254), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("struck_at", UtcDateTime(), nullable=True),
        sa.Column("struck_by", sa.String(26), nullable=True),
        sa.CheckConstraint("visibility IN ('own', 'shared')", name=op.f("ck_event_note_visibility_word")),
        sa.CheckConstraint("source IN ('person', 'mail')", name=op.f("ck_event_note_source_word")),
        sa.CheckConstraint(
            "(visibility = 'shared') = (shared_with IS NOT NULL)", name=op.f("ck_event_note_shared_with_an_office")
        ),
        sa.CheckConstraint("(source = 'person') = (author_id IS NOT NULL)", name=op.f("ck_event_note_author_or_mail")),
        sa.CheckConstraint("source = 'mail' OR sender IS NULL", name=op.f("ck_event_note_sender_of_mail")),
        sa.CheckConstraint("(first_day IS NULL) = (last_day IS NULL)", name=op.f("ck_event_note_both_days")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_event_note_days_in_order")),
        sa.CheckConstraint(
            "struck_by IS NULL OR struck_at IS NOT NULL", name=op.f("ck_event_note_struck_at_an_instant")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_note_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_event_note_author_id_user")),
        sa.ForeignKeyConstraint(["struck_by"], ["user.id"], name=op.f("fk_event_note_struck_by_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_note")),
    )
    op.create_index("ix_event_note_event", "event_note", ["event_id", "created_at"], unique=False)
    op.create_table(
        "note_mention",
        sa.Column("note_id", sa.String(26), nullable=False),
        sa.Column("user_id", sa.String(26), nullable=False),
        sa.Column("read_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["note_id"], ["event_note.id"], name=op.f("fk_note_mention_note_id_event_note"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_note_mention_user_id_user")),
        sa.PrimaryKeyConstraint("note_id", "user_id", name=op.f("pk_note_mention")),
    )
    op.create_index("ix_note_mention_unread", "note_mention", ["user_id"], sqlite_where=UNREAD, postgresql_where=UNREAD)
    _words(added=PURPOSES)


def downgrade() -> None:
    bind = op.get_bind()
    counted = (
        (
            "members with an answer, a journey or whether they came",
            "SELECT count(*) FROM member WHERE answer <> 'needs_action' OR answered_at IS NOT NULL OR came IS NOT NULL OR arrival IS NOT NULL OR departure IS NOT NULL",
        ),
        ("notes on events", "SELECT count(*) FROM event_note"),
        (
            "mails that ask for an answer or tell of a mention",
            "SELECT count(*) FROM reminder WHERE purpose IN ('unanswered', 'mention')",
        ),
    )
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Nothing was changed; to go back, restore a backup made"
            " by that version."
        )
    _words(removed=PURPOSES)
    op.drop_table("note_mention")
    op.drop_table("event_note")
    for name in ("departure", "arrival", "came", "answered_at"):
        op.drop_column("member", name)
    if bind.dialect.name == "postgresql":
        op.drop_constraint(op.f("ck_member_answer_word"), "member", type_="check")
    op.execute("ALTER TABLE member DROP COLUMN answer")


def _words(added: tuple[str, ...] = (), removed: tuple[str, ...] = ()) -> None:
    """Let the list of purposes grow or shrink, whatever else is in it by now; on SQLite the text of its CHECK only."""
    connection, name = op.get_bind(), op.f("ck_reminder_purpose_word")
    if connection.dialect.name == "postgresql":
        shown = connection.execute(
            sa.text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"), {"name": name}
        ).scalar_one()
        op.drop_constraint(name, "reminder", type_="check")
        op.create_check_constraint(name, "reminder", f"purpose IN ({_list(shown, added, removed)})")
        return
    before = connection.execute(sa.text("SELECT sql FROM sqlite_schema WHERE name = 'reminder'")).scalar_one()
    found = re.search(rf"CONSTRAINT {name} CHECK \(purpose IN \(([^)]*)\)\)", before)
    if found is None:
        raise RuntimeError("The table reminder is not as the revisions before made it.")
    after = before[: found.start(1)] + _list(found.group(1), added, removed) + before[found.end(1) :]
    number = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    connection.execute(sa.text("UPDATE sqlite_schema SET sql = :sql WHERE name = 'reminder'"), {"sql": after})
    connection.exec_driver_sql(f"PRAGMA schema_version = {number + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def _list(shown: str, added: tuple[str, ...], removed: tuple[str, ...]) -> str:
    words = [word for word in re.findall(r"'([a-z_]+)'", shown) if word not in {*added, *removed}]
    return ", ".join(f"'{word}'" for word in [*words, *added])
