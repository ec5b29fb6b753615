"""Shared events: with which office an event is shared, and which office could be its other side.

An event belongs to the office of its organisation. Its other side are the offices of its host and guest localities,
other than its own: a locality whose line has no accounts has no office, even though its organisations belong to the
default one (:mod:`models.queries.offices`). A share stores the code of that office; it means the office at the end of
the code's line now, so it goes on when localities are merged or succeeded. With whom an event is shared decides who
reads it only in :mod:`models.queries.event_readers`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, false, select

from models.both_sides.share import EventShare
from models.events import Event
from models.queries.offices import Offices, line_of

_EVENT: Table = Event.__table__  # type: ignore[attr-defined]
_SHARE: Table = EventShare.__table__  # type: ignore[attr-defined]

_AT_ONCE = 500


def office_line(offices: Offices, office: str) -> frozenset[str]:
    """The codes that mean an office now: its line, strictly, so that a locality without accounts means none."""
    if office in offices.others:
        return offices.others[office]
    return line_of(offices.successors, office) if office == offices.default and office else frozenset()


def office_there(offices: Offices, locality: str | None) -> str | None:
    """The office of a locality's own line; None if it has none, or had one that ended: nobody is there."""
    if locality is None:
        return None
    office = offices.at(locality)
    return office if office not in offices.ended and locality in office_line(offices, office) else None


def other_offices(organisation_id: str | None, parties: Iterable[str | None], offices: Offices) -> tuple[str, ...]:
    """The offices that an event of an organisation may be shared with: those of its ``parties``, host and guest, but
    its own."""
    if offices.alone:
        return ()
    own = offices.of(organisation_id)
    there = (office_there(offices, locality) for locality in parties)
    return tuple(dict.fromkeys(office for office in there if office is not None and office != own))


def shared_with(offices: Offices, office: str) -> Select[tuple[str]]:
    """The SELECT of the ids of events that are shared with an office."""
    return select(_SHARE.c.event_id).where(is_with(offices, office))


def is_with(offices: Offices, office: str) -> ColumnElement[bool]:
    """The condition for shares that are with an office."""
    codes = sorted(office_line(offices, office)) if not offices.alone else []
    return _SHARE.c.office.in_(codes) if codes else false()


@dataclass(frozen=True, slots=True)
class SharedEvents:
    """With which office each of some events is shared, as facts: event → the stored code."""

    codes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, connection: Connection, which: ColumnElement[bool], values: Mapping[str, Any]) -> "SharedEvents":
        """Of the events that a condition on the table of events selects; ``values`` are its parameters. One query."""
        pairs = select(_SHARE.c.event_id, _SHARE.c.office).join(_EVENT, _EVENT.c.id == _SHARE.c.event_id)
        return cls({row.event_id: row.office for row in connection.execute(pairs.where(which), values)})

    @classmethod
    def of(cls, connection: Connection, event_ids: Collection[str]) -> "SharedEvents":
        """Of these events; one query for every 500."""
        found: dict[str, str] = {}
        ids = sorted(set(event_ids))
        for first in range(0, len(ids), _AT_ONCE):
            found.update(cls.load(connection, _EVENT.c.id.in_(ids[first : first + _AT_ONCE]), {}).codes)
        return cls(found)

    def code(self, event_id: str) -> str | None:
        """With which office an event is shared; None if it is not."""
        return self.codes.get(event_id)
