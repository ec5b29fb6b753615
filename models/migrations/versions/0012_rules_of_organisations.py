"""reminder rules of organisations; who approved their addresses; what an upgrade could not decide

A rule gets the organisation of the account that made it, and the approval of its addresses, from the audit trail. An
active rule with addresses of nobody here that nobody entitled has approved is switched off and noted: its reminders stay
planned, and are neither sent nor planned anew until somebody switches it on again.

Revision ID: 0012
Revises: 0011
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.clock import utcnow

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
SWITCHED_OFF = "rule_switched_off"
EMAIL = "email:"
ENTITLED_ROLES = ("approver", "admin")
NAMED = 10
"""How many rules a refusal names."""

ORGANISATION_ID = "VARCHAR(26) CONSTRAINT fk_reminder_rule_organisation_id_organisation REFERENCES organisation (id)"
APPROVED_BY = (
    'VARCHAR(26) CONSTRAINT fk_reminder_rule_addresses_approved_by_user REFERENCES "user" (id)'
    " CONSTRAINT ck_reminder_rule_approved_at_an_instant"
    " CHECK (addresses_approved_by IS NULL OR addresses_approved_at IS NOT NULL)"
)

RULE = sa.table(
    "reminder_rule",
    *(sa.column(name) for name in ("id", "name", "audience", "active", "organisation_id", "addresses_approved_by")),
    sa.column("created_at", INSTANT),
    sa.column("addresses_approved_at", INSTANT),
)
NOTE = sa.table(
    "upgrade_note",
    *(sa.column(name) for name in ("kind", "entity", "entity_id")),
    sa.column("noted_at", INSTANT),
    sa.column("settled_at", INSTANT),
)
AUDIT = sa.table(
    "audit",
    *(sa.column(name) for name in ("id", "actor_id", "action", "entity", "entity_id", "changes")),
    sa.column("at", INSTANT),
)
USER = sa.table("user", *(sa.column(name) for name in ("id", "email", "role", "organisation_id", "active")))
ORGANISATION = sa.table("organisation", sa.column("id"), sa.column("protocol_office"))
PERSON = sa.table("person", sa.column("email"))


def upgrade() -> None:
    instant = "TIMESTAMP WITH TIME ZONE" if op.get_bind().dialect.name == "postgresql" else "DATETIME"
    op.execute(f"ALTER TABLE reminder_rule ADD COLUMN organisation_id {ORGANISATION_ID}")
    op.execute(f"ALTER TABLE reminder_rule ADD COLUMN addresses_approved_at {instant}")
    op.execute(f"ALTER TABLE reminder_rule ADD COLUMN addresses_approved_by {APPROVED_BY}")
    op.create_table(
        "upgrade_note",
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("entity", sa.String(60), nullable=False),
        sa.Column("entity_id", sa.String(60), nullable=False),
        sa.Column("noted_at", INSTANT, nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.Column("settled_by", sa.String(26), nullable=True),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by IS NULL)", name=op.f("ck_upgrade_note_settled_by_somebody")
        ),
        sa.ForeignKeyConstraint(["settled_by"], ["user.id"], name=op.f("fk_upgrade_note_settled_by_user")),
        sa.PrimaryKeyConstraint("kind", "entity", "entity_id", name=op.f("pk_upgrade_note")),
    )
    bind = op.get_bind()
    write = sa.update(RULE).where(RULE.c.id == sa.bindparam("row"))
    for one in _what_the_trail_says(bind):
        bind.execute(
            write.values(
                organisation_id=one.organisation_id,
                addresses_approved_at=one.approved_at,
                addresses_approved_by=one.approved_by,
            ),
            {"row": one.id},
        )
        if one.is_active and one.approved_at is None and one.names_strangers:
            bind.execute(write.values(active=False), {"row": one.id})
            note = {"kind": SWITCHED_OFF, "entity": "reminder_rule", "entity_id": one.id, "noted_at": utcnow()}
            bind.execute(sa.insert(NOTE).values(note))


def downgrade() -> None:
    bind = op.get_bind()
    kept = {row.id: row for row in bind.execute(sa.select(RULE))}
    from_the_trail = {one.id: one.organisation_id for one in _what_the_trail_says(bind)}
    other = [row for row in kept.values() if row.organisation_id != from_the_trail[row.id]]
    if other:
        names = ", ".join(f"“{_parsed(row.name)['vi']}” ({row.id})" for row in other[:NAMED])
        raise ValueError(
            f"Version 0.1 knows no organisation of a reminder rule, and these {len(other)} have another one than the"
            f" account that made them: {names}. Give them that one, or delete them, first."
        )
    # What the upgrade switched off and nobody has looked at is on again, as that version had it.
    unseen = sa.select(NOTE.c.entity_id).where(NOTE.c.kind == SWITCHED_OFF, NOTE.c.settled_at.is_(None))
    bind.execute(sa.update(RULE).where(RULE.c.id.in_(unseen)).values(active=True))
    op.drop_table("upgrade_note")
    for name in ("addresses_approved_by", "addresses_approved_at", "organisation_id"):  # a CHECK asks for the second
        op.execute(f"ALTER TABLE reminder_rule DROP COLUMN {name}")


@dataclass(frozen=True)
class Told:
    """What the audit trail says of a rule. ``names_strangers``: it names an address of no account and no person."""

    id: str
    is_active: bool
    organisation_id: str | None
    approved_at: datetime | None
    approved_by: str | None
    names_strangers: bool


def _what_the_trail_says(bind: sa.Connection) -> list[Told]:
    """Of every rule. Addresses are approved by whoever reads everything and made the rule, changed its audience or
    saved it unchanged, if nobody else has changed it since; without a row in the trail the service made it."""
    accounts = {
        row.id: row
        for row in bind.execute(
            sa.select(USER, ORGANISATION.c.protocol_office).outerjoin(
                ORGANISATION, ORGANISATION.c.id == USER.c.organisation_id
            )
        )
    }
    known = {row.email.lower() for row in accounts.values()}
    people = sa.select(PERSON.c.email).where(PERSON.c.email.is_not(None))
    known |= {row.email.lower() for row in bind.execute(people)}
    trail: dict[str, list[Any]] = {}
    for row in bind.execute(sa.select(AUDIT).where(AUDIT.c.entity == "reminder_rule").order_by(AUDIT.c.id)):
        trail.setdefault(row.entity_id, []).append(row)
    found = []
    columns = (RULE.c.id, RULE.c.audience, RULE.c.active, RULE.c.created_at)
    for rule in bind.execute(sa.select(*columns).order_by(RULE.c.id)):
        named = {word.removeprefix(EMAIL).lower() for word in _parsed(rule.audience) if word.startswith(EMAIL)}
        author = next((accounts.get(row.actor_id) for row in trail.get(rule.id, ()) if row.action == "create"), None)
        approved_at, approved_by = rule.created_at, None
        for row in trail.get(rule.id, ()):
            changes = _parsed(row.changes)
            if not _is_entitled(row.actor_id, accounts):
                approved_at = approved_by = None
            elif row.action == "create" or not changes or "audience" in changes:
                approved_at, approved_by = row.at, row.actor_id
        found.append(
            Told(
                rule.id,
                bool(rule.active),
                author.organisation_id if author else None,
                approved_at if named else None,
                approved_by if named else None,
                bool(named - known),
            )
        )
    return found


def _is_entitled(actor_id: str | None, accounts: Mapping[str, Any]) -> bool:
    if actor_id is None:
        return True
    account = accounts.get(actor_id)
    if account is None or not account.active:
        return False
    return account.role in ENTITLED_ROLES or account.organisation_id is None or bool(account.protocol_office)


def _parsed(stored: Any) -> Any:
    """JSON as a database gives it: SQLite as text, PostgreSQL decoded."""
    return json.loads(stored) if isinstance(stored, str) else stored
