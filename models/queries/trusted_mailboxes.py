"""Whose word it is that a mailbox is an organisation's: mail about its events goes there unseen."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select

from models.accounts import Audit, User
from models.places import Organisation
from models.queries.event_readers import ReadingRights
from models.queries.offices import Offices

_AUDIT: Table = Audit.__table__  # type: ignore[attr-defined]
_USER: Table = User.__table__  # type: ignore[attr-defined]
_ORGANISATION: Table = Organisation.__table__  # type: ignore[attr-defined]

_WRITTEN = (
    select(
        _AUDIT.c.entity_id,
        _AUDIT.c.actor_id,
        _AUDIT.c.action,
        _AUDIT.c.changes,
        *(_USER.c[name] for name in ("id", "organisation_id", "role", "office")),
        _ORGANISATION.c.protocol_office,
    )
    .outerjoin(_USER, _USER.c.id == _AUDIT.c.actor_id)
    .outerjoin(_ORGANISATION, _ORGANISATION.c.id == _USER.c.organisation_id)
    .where(_AUDIT.c.entity == "organisation", _AUDIT.c.entity_id.in_(bindparam("organisations", expanding=True)))
    .order_by(_AUDIT.c.id.desc())
)


def trusted_mailboxes(connection: Connection, organisations: Collection[str], offices: Offices) -> frozenset[str]:
    """Those of these organisations whose mailbox was last written by the service itself, by an account of theirs, or by
    one that oversees their office; one query, none without organisations."""
    if not organisations:
        return frozenset()
    last: dict[str, Any] = {}
    for row in connection.execute(_WRITTEN, {"organisations": sorted(organisations)}):
        if row.action == "create" or "email" in row.changes:
            last.setdefault(row.entity_id, row)
    # What was entered before there was a trail is the service's.
    return frozenset(one for one in organisations if one not in last or _vouches(last[one], one, offices))


def _vouches(row: Any, organisation_id: str, offices: Offices) -> bool:
    if row.actor_id is None:
        return True
    if row.id is None:
        return False
    rights = ReadingRights.of(row, row.protocol_office, offices)
    is_own = row.organisation_id == organisation_id
    return is_own or (rights.whole_office and rights.is_of_office(organisation_id))
