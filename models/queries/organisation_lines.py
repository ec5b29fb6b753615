"""Lines of organisations: who carries on a body's work from a day on, and what a body is called on a day.

A body that has ended is followed by its successor from the day after its last day; several may have the same one. What
is of its time keeps its name, as with localities (:mod:`calendars.events.succession`). Its *line* are all bodies that
are connected by successions: filters mean the line.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import NamedTuple, Protocol

from sqlalchemy import Connection, Table, or_, select
from sqlmodel import Session

from models.places import Organisation
from models.text import LocalizedText

_ORGANISATION: Table = Organisation.__table__  # type: ignore[attr-defined]
_OLD: Table = _ORGANISATION.alias("predecessor")  # type: ignore[assignment]


class OrganisationFacts(NamedTuple):
    """The columns of an organisation that its line needs."""

    id: str
    name: LocalizedText
    ends_on: date | None = None
    successor_id: str | None = None
    updated_at: datetime = datetime.min.replace(tzinfo=UTC)
    starts_on: date | None = None


class NamedOrganisation(Protocol):
    """What shows an organisation: its row, or the one that does its work by then."""

    @property
    def name(self) -> LocalizedText: ...
    @property
    def updated_at(self) -> datetime: ...


_COLUMNS = tuple(_ORGANISATION.c[name] for name in OrganisationFacts._fields)
_OF_LINES = select(*_COLUMNS).where(
    or_(
        _ORGANISATION.c.successor_id.is_not(None),
        _ORGANISATION.c.id.in_(select(_OLD.c.successor_id).where(_OLD.c.successor_id.is_not(None))),
    )
)


class OrganisationLines:
    """All organisations that have a successor or are one; any other is a line of its own."""

    def __init__(self, organisations: Iterable[OrganisationFacts] = ()) -> None:
        self._known = {one.id: one for one in organisations}
        self._before: dict[str, list[str]] = {}
        for one in self._known.values():
            if one.successor_id is not None:
                self._before.setdefault(one.successor_id, []).append(one.id)

    @classmethod
    def load(cls, work: Session | Connection) -> "OrganisationLines":
        """Read them; one query."""
        connection = work if isinstance(work, Connection) else work.connection()
        return cls(OrganisationFacts(*row) for row in connection.execute(_OF_LINES))

    def carrier(self, organisation_id: str, day: date) -> str:
        """The organisation that does this one's work on a day: itself, or the successor that has followed by then."""
        followed = self._by(organisation_id, day)
        return followed[-1].id if followed else organisation_id

    def holder(self, organisation_id: str, day: date) -> str:
        """As :meth:`carrier`, and of an organisation that begins only later its predecessor, if it has one alone: what
        was handed over to it beforehand is its predecessor's until then."""
        one, before = self._known.get(organisation_id), self._before.get(organisation_id, ())
        while one is not None and one.starts_on is not None and day < one.starts_on and len(before) == 1:
            one, before = self._known[before[0]], self._before.get(before[0], ())
        return self.carrier(organisation_id if one is None else one.id, day)

    def name(self, organisation_id: str | None, name: LocalizedText, day: date) -> LocalizedText:
        """What an organisation is called on a day; ``name`` is its own."""
        followed = self._by(organisation_id or "", day)
        return followed[-1].name if followed else name

    def shown(self, organisation: Organisation | None, day: date) -> NamedOrganisation | None:
        """What shows an organisation on a day; its ``updated_at`` is that of the last change of the line until then."""
        followed = self._by(organisation.id, day) if organisation is not None else []
        if not followed:
            return organisation
        return followed[-1]._replace(updated_at=max(one.updated_at for one in followed))

    def names(self, names: Mapping[str, LocalizedText], day: date) -> dict[str, LocalizedText]:
        """Organisation → what it is called on a day, of those with these names."""
        return {key: self.name(key, name, day) for key, name in names.items()}

    def predecessors(self, organisation_id: str | None) -> frozenset[str]:
        """The organisations whose work this one carries on, directly or through others."""
        found: set[str] = set()
        following = list(self._before.get(organisation_id or "", ()))
        while following:
            one = following.pop()
            if one not in found and one != organisation_id:
                found.add(one)
                following += self._before.get(one, ())
        return frozenset(found)

    def line(self, organisation_id: str) -> frozenset[str]:
        """An organisation with all its predecessors and successors, and theirs."""
        end = organisation_id
        for one in self._followed(organisation_id):
            end = one.id
        return frozenset({organisation_id, end, *self.predecessors(end)})

    def lines(self, organisation_ids: Iterable[str]) -> frozenset[str]:
        """All organisations of the lines of these."""
        return frozenset().union(*map(self.line, organisation_ids))

    def _by(self, organisation_id: str, day: date) -> list[OrganisationFacts]:
        """An organisation and the successors that have followed by a day; empty if it is a line of its own."""
        found = []
        for one in self._followed(organisation_id):
            found.append(one)
            if one.ends_on is None or one.ends_on >= day:
                break
        return found

    def _followed(self, organisation_id: str) -> Iterator[OrganisationFacts]:
        """An organisation and its successors in turn."""
        seen: set[str] = set()
        one = self._known.get(organisation_id)
        while one is not None and one.id not in seen:
            seen.add(one.id)
            yield one
            one = self._known.get(one.successor_id or "")
