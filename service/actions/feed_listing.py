"""Which events a feed shows, in order, and what is kept of their entries."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import String, and_, func, select, type_coerce
from sqlmodel import Session, col

from models.events import Event
from models.feeds import DeletedEvent, Feed, IcalFragment
from models.vocabulary import EventStatus
from service.actions import feed_parts
from service.actions.acting import Act
from service.actions.feed_parts import Fragment
from service.actions.feeds import is_public, shown_by

Known = Mapping[tuple[str, str], Fragment]
"""Rendered parts that are not kept yet, by event and part."""


class Line(NamedTuple):
    """An event in a feed; lines sort as they stand in it. Days are as the database writes them, ``digest`` is of all
    parts, ``zone`` empty for none."""

    first_day: str
    event_id: str
    last_day: str
    zone: str
    digest: str


@dataclass(slots=True)
class Found:
    """What a listing found: lines in order, event → the parts it lacks, when the newest of the events was changed."""

    lines: list[Line] = field(default_factory=list)
    missing: dict[str, list[str]] = field(default_factory=dict)
    changed_at: datetime | None = None


def listing(session: Session, act: Act, feed: Feed, known: Known, event_ids: Collection[str] | None = None) -> Found:
    """The events a feed shows, all or some of these; one query, one more for those deleted.

    A line that lacks parts is not in ``lines`` yet.
    """
    found = Found()
    _collect(session, act, feed, Event, feed_parts.parts_of(feed), known, event_ids, found)
    if feed.visits or is_public(feed):
        _collect(session, act, feed, DeletedEvent, (feed_parts.DELETED,), known, event_ids, found)
    found.lines.sort()
    return found


def _collect(
    session: Session,
    act: Act,
    feed: Feed,
    table: Any,
    parts: Sequence[str],
    known: Known,
    event_ids: Collection[str] | None,
    found: Found,
) -> None:
    # Dates and instants as the driver gives them, text or not: they are only compared, and converting costs more than
    # all the rest. Sorted later because SQLite would carry the rows through its sorter.
    columns = (table.first_day, table.id, table.last_day, table.updated_at)
    statement = (
        select(
            *(type_coerce(col(column), String) for column in columns),
            col(IcalFragment.part),
            col(IcalFragment.digest),
            col(IcalFragment.zone),
        )
        .outerjoin(
            IcalFragment,
            and_(
                col(IcalFragment.event_id) == col(table.id),
                col(IcalFragment.language) == feed.locale,
                col(IcalFragment.part).in_(parts),
                col(IcalFragment.fingerprint) == feed_parts.fingerprint(feed.locale, act.office),
            ),
        )
        .where(*shown_by(session, act, feed, table))
    )
    if event_ids is not None:
        statement = statement.where(col(table.id).in_(event_ids))
    kept: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    events: dict[str, tuple[str, str]] = {}
    newest: Any = None
    for first_day, event_id, last_day, stamp, part, digest, zone in session.execute(statement):
        events[event_id] = (first_day, last_day)
        if newest is None or stamp > newest:
            newest = stamp
        if part is not None:
            kept[event_id][part] = (digest, zone)
    for event_id, (first_day, last_day) in events.items():
        told = kept[event_id]
        for part in parts:
            if part not in told and (fragment := known.get((event_id, part))) is not None:
                told[part] = (fragment.digest, fragment.zone)
        if len(told) < len(parts):
            found.missing[event_id] = [part for part in parts if part not in told]
        else:
            found.lines.append(_line(str(first_day), event_id, str(last_day), [told[part] for part in parts]))
    if newest is not None:
        changed_at = _instant(newest)
        found.changed_at = changed_at if found.changed_at is None else max(found.changed_at, changed_at)


def _line(first_day: str, event_id: str, last_day: str, told: Sequence[tuple[str, str]]) -> Line:
    """``told`` are digest and zone of each part, in their order."""
    zone = next((zone for _digest, zone in told if zone), "")
    digests = [digest for digest, _zone in told]
    whole = digests[0] if len(digests) == 1 else feed_parts.digest_of("".join(digests).encode())
    return Line(first_day, event_id, last_day, zone, whole)


def next_farewell(session: Session, act: Act, feed: Feed) -> datetime | None:
    """The stamp of the cancelled or deleted event that drops out first; None when there is none."""
    stamps = []
    for table in (Event, DeletedEvent):
        statement = select(func.min(col(table.updated_at))).where(*shown_by(session, act, feed, table))
        if table is Event:
            statement = statement.where(col(Event.status) == EventStatus.CANCELLED)
        if (stamp := session.execute(statement).scalar_one()) is not None:
            stamps.append(stamp)
    return min(stamps, default=None)


def _instant(raw: str | datetime) -> datetime:
    """An instant as the driver gave it: SQLite's is UTC wall time as text."""
    return raw.astimezone(UTC) if isinstance(raw, datetime) else datetime.fromisoformat(raw).replace(tzinfo=UTC)
