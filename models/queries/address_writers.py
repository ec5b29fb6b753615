"""Whose word a person's address is: where mail goes is decided by who wrote the address, and anybody may enter people.

An address counts for an internal event if it was last written by the service itself, by somebody of the office that is
in charge of the event, or of the office of the person's own body. The one rule for every mail
(:class:`models.queries.audience.AudienceIndex`); while there is one office only it holds by itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, Table, bindparam, select

from models.accounts import Audit, User
from models.queries.offices import Offices

_AUDIT: Table = Audit.__table__  # type: ignore[attr-defined]
_USER: Table = User.__table__  # type: ignore[attr-defined]

_AT_ONCE = 500
_NOBODY = ""
"""The office of an account that is not there any more."""

_WRITTEN = (
    select(_AUDIT.c.entity_id, _AUDIT.c.actor_id, _AUDIT.c.action, _AUDIT.c.changes, _USER.c.id, _USER.c.office)
    .outerjoin(_USER, _USER.c.id == _AUDIT.c.actor_id)
    .where(_AUDIT.c.entity == "person", _AUDIT.c.entity_id.in_(bindparam("people", expanding=True)))
    .order_by(_AUDIT.c.id.desc())
)


@dataclass(frozen=True, slots=True)
class AddressWriters:
    """Who wrote the addresses of some people."""

    offices: Offices
    written: dict[str, str | None] = field(default_factory=dict)
    """Person → office of who last wrote their address; None: the service itself."""

    @classmethod
    def load(cls, connection: Connection, offices: Offices, people: Iterable[str]) -> "AddressWriters":
        """Read it from the audit trail, one query for five hundred people; none if there is only one office."""
        found = cls(offices)
        ids = [] if offices.alone else sorted(set(people))
        for first in range(0, len(ids), _AT_ONCE):
            for row in connection.execute(_WRITTEN, {"people": ids[first : first + _AT_ONCE]}):
                if row.entity_id not in found.written and (row.action == "create" or "email" in row.changes):
                    found.written[row.entity_id] = found._office_of(row.actor_id, row.id, row.office)
        return found

    def _office_of(self, actor_id: str | None, account_id: str | None, office: str | None) -> str | None:
        if actor_id is None:
            return None
        return _NOBODY if account_id is None else self.offices.named(office)

    def counts(self, person_id: str, body_id: str | None, in_charge_id: str | None) -> bool:
        """Whether a person's address counts. ``body_id``: the organisation that they stand for in the event, as settled
        when they were added; ``in_charge_id``: that in charge of it."""
        office = self.written.get(person_id)
        if office is None:  # the service itself, also before there was a trail
            return True
        return office == self.offices.of(in_charge_id) or (body_id is not None and office == self.offices.of(body_id))
