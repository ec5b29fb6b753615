"""Who is told in place of accounts that are on leave."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select
from sqlmodel import Session

from models.accounts import User
from models.queries.audience import AudienceIndex, Reader

_USER: Table = User.__table__  # type: ignore[attr-defined]
_OTHER: Table = _USER.alias("stand_in")  # type: ignore[assignment]
_AWAY = (
    select(_USER.c.email, _USER.c.name, _USER.c.away_until, _OTHER.c.email.label("stand_in"))
    .join(_OTHER, _OTHER.c.id == _USER.c.stand_in_id)
    .where(
        _USER.c.email.in_(bindparam("addresses", expanding=True)),
        _USER.c.away_until >= bindparam("today"),
        _OTHER.c.active,
        (_OTHER.c.away_until.is_(None)) | (_OTHER.c.away_until < bindparam("today")),
    )
)


@dataclass(frozen=True, slots=True)
class Absence:
    """An account that is away: its name, its last day away, the address of the account that stands in."""

    name: str
    until: date
    stand_in: str


@dataclass(frozen=True, slots=True)
class StandIns:
    """Address → who is away there, and who is told instead; who is on leave themselves stands in for nobody."""

    away: Mapping[str, Absence] = field(default_factory=dict)

    @classmethod
    def load(cls, work: Session | Connection, addresses: Collection[str], today: date) -> "StandIns":
        """Read it for these addresses, by the office's day; one query, none without addresses."""
        if not addresses:
            return cls()
        connection = work if isinstance(work, Connection) else work.connection()
        rows = connection.execute(_AWAY, {"addresses": sorted(addresses), "today": today})
        return cls({row.email: Absence(row.name, row.away_until, row.stand_in) for row in rows})

    @property
    def addresses(self) -> frozenset[str]:
        """The addresses of those who stand in; an :class:`AudienceIndex` must know them to :meth:`reader`."""
        return frozenset(one.stand_in for one in self.away.values())

    def reader(self, directory: AudienceIndex, address: str, event: Any, task: Any = None) -> Reader | None:
        """Who is told of an event, or of a task of it, in place of an address; None if that is told itself: it is not
        away, or who stands in may not read it."""
        absence = self.away.get(address)
        found = None if absence is None else directory.reader(absence.stand_in, event)
        if (
            found is None
            or found.account_id is None
            or (task is not None and not directory.sees_task(found, event, task))
        ):
            return None
        return found
