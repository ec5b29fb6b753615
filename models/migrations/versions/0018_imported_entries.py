"""which entry of a calendar file an event came from: a later file is compared with it, and series are found again

Revision ID: 0018
Revises: 0017
"""

import re

import sqlalchemy as sa
from alembic import op

from models.types import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_OCCURRENCE = re.compile(r"(.+)/\d{8}(?:T\d{6}Z)?")
_AT_ONCE = 1000


def upgrade() -> None:
    table = op.create_table(
        "imported_entry",
        sa.Column("event_id", sa.String(length=26), nullable=False),
        sa.Column("series_uid", sa.String(length=255), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("stamp", UtcDateTime(), nullable=True),
        sa.Column("event_version", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_imported_entry_event_id_event"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_imported_entry")),
    )
    op.create_index(op.f("ix_imported_entry_series_uid"), "imported_entry", ["series_uid"])
    # Occurrences of series are known by their UID; of the rest it is not known that they came from a file.
    event = sa.table("event", sa.column("id"), sa.column("uid"), sa.column("sequence"))
    connection = op.get_bind()
    found: dict[str, tuple[str, int]] = {}
    firsts: dict[str, str] = {}
    for identity, uid, sequence in connection.execute(sa.select(event).where(event.c.uid.like("%/%"))).all():
        if matched := _OCCURRENCE.fullmatch(uid):
            found[identity] = (matched[1], sequence)
            firsts[matched[1]] = identity
    uids = sorted(firsts)
    for begin in range(0, len(uids), _AT_ONCE):
        some = event.c.uid.in_(uids[begin : begin + _AT_ONCE])
        for identity, uid, sequence in connection.execute(sa.select(event).where(some)).all():
            found[identity] = (uid, sequence)
    rows = [
        {"event_id": identity, "series_uid": series_uid, "sequence": sequence}
        for identity, (series_uid, sequence) in sorted(found.items())
    ]
    for begin in range(0, len(rows), _AT_ONCE):
        connection.execute(sa.insert(table), rows[begin : begin + _AT_ONCE])


def downgrade() -> None:
    # Without it the old version compares files with the event's own SEQUENCE and last change, as it always did.
    op.drop_index(op.f("ix_imported_entry_series_uid"), "imported_entry")
    op.drop_table("imported_entry")
