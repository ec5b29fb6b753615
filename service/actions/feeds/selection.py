"""The events a feed shows, in order, with the digests of their cached parts."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import String, and_, case, func, literal, or_, select, type_coerce
from sqlmodel import Session, col

from models.events import Event
from models.feeds import DeletedEvent, Feed, IcalFragment
from models.queries import event_readers
from models.vocabulary import EventStatus
from service.actions.context import ActionContext
from service.actions.feeds import rendered_parts
from service.actions.feeds.feeds import is_public, owner_reads, shown_by
from service.actions.feeds.rendered_parts import UncachedParts


class FeedLine(NamedTuple):
    """An event in a feed; lines sort in the order of the feed. Days are text as in the database, ``digest`` is of all
    parts, ``zone`` is empty for none, ``deleted`` is true for deleted events."""

    first_day: str
    event_id: str
    last_day: str
    zone: str
    digest: str
    deleted: bool
    shared: bool = False
    """Whether it is shown as to another office or side: without its tasks."""


class _Row(NamedTuple):
    """An event a feed shows, and its cached parts: part → digest and zone."""

    first_day: str
    event_id: str
    last_day: str
    deleted: bool
    shared: bool
    parts: dict[str, tuple[str, str]]


def parts_of(feed: Feed, *, deleted: bool, shared: bool = False) -> tuple[str, ...]:
    """The parts a feed shows of an event, in their order."""
    if deleted:
        return (rendered_parts.DELETED,)
    parts = rendered_parts.parts_of(feed)
    # Tasks are cached together, whoever has to do them.
    return tuple(part for part in parts if part != rendered_parts.TASKS) if shared else parts


def listing(
    session: Session, act: ActionContext, feed: Feed, uncached: UncachedParts, event_ids: Collection[str] | None = None
) -> tuple[list[FeedLine], datetime | None]:
    """The events a feed shows, in order, or only those among ``event_ids``; and when the newest of them was changed.

    One query, and one more for deleted events; missing parts are rendered.

    Raises:
        TooManyParts: too many are missing.
    """
    rows, stamps = [], []
    for table in (Event, DeletedEvent) if feed.visits or is_public(feed) else (Event,):
        found, newest = _rows(session, act, feed, table, event_ids)
        rows += found
        stamps += [newest] if newest is not None else []
    flags = ((False, False), (False, True), (True, False), (True, True))
    parts = {(deleted, shared): parts_of(feed, deleted=deleted, shared=shared) for deleted, shared in flags}
    missing: dict[str, list[str]] = {}
    for row in rows:
        for part in parts[row.deleted, row.shared]:
            if part not in row.parts and (row.event_id, part) not in uncached.parts:
                missing.setdefault(row.event_id, []).append(part)
    uncached.make_few(session, act, feed.locale, missing)
    lines = []
    for first_day, event_id, last_day, deleted, shared, cached in rows:
        for part in parts[deleted, shared]:
            if (fragment := uncached.parts.get((event_id, part))) is not None:
                cached[part] = (fragment.digest, fragment.zone)
        line = _line(first_day, event_id, last_day, [cached[part] for part in parts[deleted, shared]], deleted=deleted)
        lines.append(line._replace(shared=True) if shared else line)
    return sorted(lines), max(stamps, default=None)


def _rows(
    session: Session, act: ActionContext, feed: Feed, table: Any, event_ids: Collection[str] | None
) -> tuple[list[_Row], datetime | None]:
    # Dates and instants are read as the driver returns them, text or not: they are only compared, and converting them
    # costs more than all the rest. Sorted later, because SQLite would copy the rows through its sorter.
    columns = (table.first_day, table.id, table.last_day, table.updated_at)
    deleted = table is DeletedEvent
    statement = (
        select(
            *(type_coerce(col(column), String) for column in columns),
            col(IcalFragment.part),
            col(IcalFragment.digest),
            col(IcalFragment.zone),
            _is_shared(session, feed, table),
        )
        .outerjoin(
            IcalFragment,
            and_(
                col(IcalFragment.event_id) == col(table.id),
                col(IcalFragment.language) == feed.locale,
                col(IcalFragment.part).in_(parts_of(feed, deleted=deleted)),
                col(IcalFragment.fingerprint) == rendered_parts.fingerprint(feed.locale, act.office),
            ),
        )
        .where(*shown_by(session, act, feed, table))
    )
    if event_ids is not None:
        statement = statement.where(col(table.id).in_(event_ids))
    rows: dict[str, _Row] = {}
    newest: Any = None
    for first_day, event_id, last_day, stamp, part, digest, zone, shared in session.execute(statement):
        row = rows.get(event_id)
        if row is None:
            row = rows[event_id] = _Row(str(first_day), event_id, str(last_day), deleted, bool(shared), {})
            if newest is None or stamp > newest:
                newest = stamp
        if part is not None:
            row.parts[part] = (digest, zone)
    return list(rows.values()), None if newest is None else _instant(newest)


def _is_shared(session: Session, feed: Feed, table: Any) -> Any:
    """Whether the feed's owner sees an event as another office or side does, as a column."""
    reader = owner_reads(session, feed) if feed.tasks and table is Event else None
    if reader is None or reader.everything:
        return literal(0)
    whole = or_(event_readers.in_charge(reader), event_readers.is_near(reader))
    return case((whole, 0), else_=1)


def _line(first_day: str, event_id: str, last_day: str, parts: Sequence[tuple[str, str]], *, deleted: bool) -> FeedLine:
    """``parts`` are digest and zone of each part, in their order."""
    zone = next((zone for _digest, zone in parts if zone), "")
    digests = [digest for digest, _zone in parts]
    whole = digests[0] if len(digests) == 1 else rendered_parts.digest_of("".join(digests).encode())
    return FeedLine(first_day, event_id, last_day, zone, whole, deleted)


def next_tombstone_expiry(session: Session, act: ActionContext, feed: Feed) -> datetime | None:
    """``updated_at`` of the cancelled or deleted event that is removed from the feed first; None if there is none."""
    stamps = []
    for table in (Event, DeletedEvent):
        statement = select(func.min(col(table.updated_at))).where(*shown_by(session, act, feed, table))
        if table is Event:
            statement = statement.where(col(Event.status) == EventStatus.CANCELLED)
        if (stamp := session.execute(statement).scalar_one()) is not None:
            stamps.append(stamp)
    return min(stamps, default=None)


def _instant(raw: str | datetime) -> datetime:
    """An instant as the driver returned it; SQLite's is UTC as text."""
    return raw.astimezone(UTC) if isinstance(raw, datetime) else datetime.fromisoformat(raw).replace(tzinfo=UTC)
