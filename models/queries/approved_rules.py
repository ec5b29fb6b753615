"""Which reminder rules may send mail to addresses of nobody here: those that somebody entitled has approved.

Whoever reads everything approves a rule's ``email:`` addresses by giving its audience, and only so
(:mod:`service.actions.reminders.reminder_rules`). Who loses that right later, or whose account is disabled, vouches for
nothing any more.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Table, bindparam, or_, select
from sqlmodel import Session

from models.accounts import User
from models.places import Organisation
from models.queries.event_readers import ReadingRights
from models.queries.offices import Offices
from models.reminders import ReminderRule

_RULE: Table = ReminderRule.__table__  # type: ignore[attr-defined]
_USER: Table = User.__table__  # type: ignore[attr-defined]
_ORGANISATION: Table = Organisation.__table__  # type: ignore[attr-defined]

_APPROVALS = (
    select(
        _RULE.c.id.label("rule_id"),
        _RULE.c.addresses_approved_by,
        _RULE.c.office.label("rule_office"),
        _USER.c.id,
        _USER.c.role,
        _USER.c.organisation_id,
        _USER.c.active,
        _USER.c.office,
        _ORGANISATION.c.protocol_office,
    )
    .outerjoin(_USER, _USER.c.id == _RULE.c.addresses_approved_by)
    .outerjoin(_ORGANISATION, _ORGANISATION.c.id == _USER.c.organisation_id)
    .where(_RULE.c.addresses_approved_at.is_not(None), _RULE.c.id.in_(bindparam("rules", expanding=True)))
)
_OF_ACCOUNTS = (
    select(_RULE.c.id)
    .join(_USER, _USER.c.id == _RULE.c.addresses_approved_by)
    .where(
        or_(
            _USER.c.id.in_(bindparam("accounts", expanding=True)),
            _USER.c.organisation_id.in_(bindparam("organisations", expanding=True)),
        )
    )
)


def approved_rules(work: Session | Connection, audiences: Mapping[str, Collection[str]]) -> frozenset[str]:
    """Those of these stored rules (id → audience) whose ``email:`` addresses are approved.

    Rules without such addresses need no approval. One query; none if no rule has such an address.
    """
    with_address = [rule for rule, audience in audiences.items() if any(word.startswith("email:") for word in audience)]
    if not with_address:
        return frozenset(audiences)
    connection = work if isinstance(work, Connection) else work.connection()
    rows = connection.execute(_APPROVALS, {"rules": sorted(with_address)}).all()
    offices = Offices.load(work)
    approved = {row.rule_id for row in rows if row.addresses_approved_by is None or _vouches(row, offices)}
    return frozenset(audiences) - (frozenset(with_address) - approved)


def _vouches(row: Any, offices: Offices) -> bool:
    """Whether the account that approved the addresses of a rule may do so now: it reads everything of the rule's
    office."""
    rights = ReadingRights.of(row, row.protocol_office, offices)
    return row.active and rights.whole_office and rights.office == offices.named(row.rule_office)


def approved_by(
    connection: Connection, *, accounts: Collection[str] = (), organisations: Collection[str] = ()
) -> frozenset[str]:
    """The rules whose addresses one of these accounts, or an account of one of these organisations, approved last."""
    given = {"accounts": sorted(accounts), "organisations": sorted(organisations)}
    return frozenset(row.id for row in connection.execute(_OF_ACCOUNTS, given))
