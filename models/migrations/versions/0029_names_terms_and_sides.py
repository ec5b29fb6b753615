"""names in two scripts, terms of office, and on which side people of a visit are

What people are today becomes a term of office whose days are not known. Of members what they were when they were added
is not known either: it counts as what they are today, as their organisation did before. Their side follows from the
locality of that organisation.

Revision ID: 0029
Revises: 0028
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

JSON_VALUE = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
AT_ONCE = 500


def upgrade() -> None:
    for column in ("name_lo", "name_latin"):
        op.add_column("person", sa.Column(column, sa.String(length=200), nullable=True))
    op.add_column("person", sa.Column("honorific", JSON_VALUE, nullable=True))
    op.create_table(
        "position",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("person_id", sa.String(length=26), nullable=False),
        sa.Column("organisation_id", sa.String(length=26), nullable=True),
        sa.Column("title", JSON_VALUE, nullable=True),
        sa.Column("precedence", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_position_term_in_order")),
        sa.CheckConstraint("precedence >= 1", name=op.f("ck_position_precedence_from_one")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_position_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_position_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_position")),
    )
    op.create_index(op.f("ix_position_organisation_id"), "position", ["organisation_id"])
    op.create_index(op.f("ix_position_person_id"), "position", ["person_id"])
    # One for each person at most: their ids do for these rows too.
    op.execute(
        "INSERT INTO position (id, person_id, organisation_id, title, precedence)"
        " SELECT id, id, organisation_id, position, precedence FROM person"
        " WHERE organisation_id IS NOT NULL OR position IS NOT NULL OR precedence <> 100"
    )
    op.execute(
        "ALTER TABLE member ADD COLUMN side VARCHAR(32) DEFAULT 'guest' NOT NULL"
        " CONSTRAINT ck_member_side_word CHECK (side IN ('host', 'guest'))"
    )
    op.add_column("member", sa.Column("position", JSON_VALUE, nullable=True))
    op.execute("UPDATE member SET position = (SELECT position FROM person WHERE person.id = member.person_id)")
    hosts = [row.id for row, side in _sides() if side == "host"]
    for first in range(0, len(hosts), AT_ONCE):
        write = sa.text("UPDATE member SET side = 'host' WHERE id IN :ids")
        op.get_bind().execute(write.bindparams(sa.bindparam("ids", hosts[first : first + AT_ONCE], expanding=True)))
    _heads("event_id", "side")


def downgrade() -> None:
    _refuse_what_would_be_lost()
    _heads("event_id")
    op.drop_column("member", "position")
    op.execute("ALTER TABLE member DROP COLUMN side")
    op.drop_index(op.f("ix_position_person_id"), "position")
    op.drop_index(op.f("ix_position_organisation_id"), "position")
    op.drop_table("position")
    for column in ("honorific", "name_latin", "name_lo"):
        op.drop_column("person", column)


def _heads(*columns: str) -> None:
    is_head = sa.text("role = 'head'")
    op.drop_index("uq_member_one_head", "member")
    op.create_index(
        "uq_member_one_head", "member", list(columns), unique=True, sqlite_where=is_head, postgresql_where=is_head
    )


def _refuse_what_would_be_lost() -> None:
    """The version before knows one name, one position without days, and one head of an event."""
    bind = op.get_bind()
    differs = "IS DISTINCT FROM" if bind.dialect.name == "postgresql" else "IS NOT"
    other = "SELECT 1 FROM position AS other WHERE other.person_id = position.person_id AND other.id <> position.id"
    members = "SELECT count(*) FROM member JOIN person ON person.id = member.person_id WHERE member.position"
    counted = (
        (
            "people with a second spelling of their name or a form of address",
            "SELECT count(*) FROM person WHERE name_lo IS NOT NULL OR name_latin IS NOT NULL OR honorific IS NOT NULL",
        ),
        (
            "positions with days, or beside another of the same person",
            f"SELECT count(*) FROM position WHERE starts_on IS NOT NULL OR ends_on IS NOT NULL OR EXISTS ({other})",  # noqa: S608
        ),
        ("people of visits who had another position when they were added", f"{members} {differs} person.position"),
    )
    lost = [f"{count} {what}" for what, query in counted if (count := bind.execute(sa.text(query)).scalar_one())]
    if moved := sum(row.side != side for row, side in _sides("member.side")):
        lost.append(f"{moved} people of visits on another side than their organisation's")
    several = sa.text("SELECT count(*) FROM (SELECT 1 FROM member WHERE role = 'head' GROUP BY event_id"
                      " HAVING count(*) > 1) AS headed_twice")  # fmt: skip
    if count := bind.execute(several).scalar_one():
        lost.append(f"{count} events with a head on each side")
    if lost:
        raise RuntimeError(
            f"The version before can't hold {', '.join(lost)}. Take them out first (PATCH /people; people of visits are"
            " taken off and added again), or restore a backup made by that version."
        )


def _sides(*also: str) -> Iterator[tuple[Any, str]]:
    """The members with the side of their organisation's locality: as it was on the first day of the event, else by what
    became of it later, else by its country; guests if none of these tells."""
    bind = op.get_bind()
    places = {row.code: row for row in bind.execute(sa.text("SELECT * FROM locality"))}
    columns = ", ".join(("member.id", "organisation.locality", "event.host", "event.guest", "event.first_day", *also))
    rows = bind.execute(
        sa.text(
            f"SELECT {columns} FROM member JOIN event ON event.id = member.event_id"  # noqa: S608 - names of columns
            " LEFT JOIN organisation ON organisation.id = member.organisation_id"
        )
    )
    for row in rows:
        yield row, _side(places, row)


def _side(places: dict[str, Any], row: Any) -> str:
    if row.locality is None:
        return "guest"
    first_day = str(row.first_day)

    def then(code: str) -> str:
        return _end(places, code, first_day)

    def later(code: str) -> str:
        return _end(places, code, str(date.max))

    for called in (then, later, lambda code: places[code].country):
        ours, host, guest = (code and called(code) for code in (row.locality, row.host, row.guest))
        if ours in {host, guest} and host != guest:
            return "host" if ours == host else "guest"
    return "guest"


def _end(places: dict[str, Any], code: str, day: str) -> str:
    seen = set()
    while code not in seen:
        seen.add(code)
        place = places[code]
        if place.successor is not None and str(place.succeeded_on) <= day:
            code = place.successor
    return code
