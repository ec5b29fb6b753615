"""Changes of what feeds show: noted in the transaction of the change, queried by whatever caches calendar bytes.

A note costs the same whatever the number of feeds, because the affected feeds are not looked up. A process that caches
a feed queries what changed since and updates those events only; a feed that shows none of them stays cached.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, insert, literal_column, or_, select, text
from sqlmodel import Session, col

from models.agreements import Commitment
from models.event_parts import Member, Task
from models.events import Event
from models.feeds import CalendarChange, IcalFragment
from models.queries.organisation_lines import OrganisationLines
from service.actions.locality_index import LocalityIndex

_MANY = 200
"""If more events than this show what changed, the note says "many" instead of naming them."""

_LOCK = 0x0CA1_E4DA
_LOCK_SHARED = text("SELECT pg_advisory_xact_lock_shared(:key)")
_TRY_LOCK_EXCLUSIVE = text("SELECT pg_try_advisory_xact_lock(:key)")
_XID: Any = literal_column("pg_current_xact_id()::text::bigint")
_SNAPSHOT = text("SELECT pg_current_snapshot()::text")
_UNSEEN = text(
    "NOT pg_visible_in_snapshot(CAST(CAST(calendar_change.xid AS text) AS xid8), CAST(:snapshot AS pg_snapshot))"
)

Position = int | str
"""On SQLite the number of the last note; on PostgreSQL, where notes become visible in another order than they are
numbered, the snapshot of the reading transaction, which says which transactions it sees."""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What changed since a position. ``event_ids`` None: too many to name, every event has to be reread."""

    event_ids: frozenset[str] | None
    position: Position


def note(session: Session, now: datetime, event_ids: Collection[str] | None) -> None:
    """Delete the cached bytes of these events and note the change for all feed caches; None means many events, whose
    bytes the caller deletes."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        session.execute(_LOCK_SHARED, {"key": _LOCK})
    if event_ids is not None:
        session.execute(delete(IcalFragment).where(col(IcalFragment.event_id).in_(event_ids)))
    xid = _XID if is_postgresql else None
    for event_id in [None] if event_ids is None else event_ids:
        session.execute(insert(CalendarChange).values(event_id=event_id, at=now, xid=xid))


def note_all(session: Session, now: datetime, event_ids: Collection[str]) -> None:
    """As :func:`note`, for any number of events."""
    ids = sorted(event_ids)
    if len(ids) <= _MANY:
        if ids:
            note(session, now, ids)
        return
    note(session, now, None)
    for first in range(0, len(ids), _MANY):
        some = ids[first : first + _MANY]
        session.execute(delete(IcalFragment).where(col(IcalFragment.event_id).in_(some)))


def note_change(session: Session, now: datetime, entity: str, entity_id: str, event_id: str | None) -> None:
    """Note which events a change of a row affects; ``entity`` is its table, ``event_id`` the event it belongs to."""
    if entity in {"event", "member", "task", "programme_revision"} and event_id is not None:
        note(session, now, [event_id])
    elif entity == "office_holiday":
        _note_tasks(session, now)
    elif (shown_in := _shown_in(session, entity, entity_id)) is not None:
        # Filters name localities too: a change may add events to a feed that it did not show before.
        events = list(session.scalars(shown_in.limit(_MANY + 1))) if entity != "locality" else None
        if events is None or len(events) > _MANY:
            note(session, now, None)
            session.execute(delete(IcalFragment).where(col(IcalFragment.event_id).in_(shown_in)))
        elif events:
            note(session, now, events)


def _note_tasks(session: Session, now: datetime) -> None:
    """Note a change of the days off, which changes the due days of tasks that count working days."""
    note(session, now, None)
    session.execute(delete(IcalFragment).where(col(IcalFragment.part) == "tasks"))


def _shown_in(session: Session, entity: str, entity_id: str) -> Any:
    """The SELECT of the events that show a row's name; None for tables whose rows no event shows."""
    match entity:
        case "locality":
            # Events of the localities it succeeded show its name too.
            succession = LocalityIndex.load(session).line(entity_id)
            return select(col(Event.id)).where(or_(col(Event.host).in_(succession), col(Event.guest).in_(succession)))
        case "organisation":
            # So do events of those it succeeded, if they are later.
            bodies = sorted({entity_id, *OrganisationLines.load(session).predecessors(entity_id)})
            has_task = select(col(Task.event_id)).where(col(Task.organisation_id).in_(bodies))
            return select(col(Event.id)).where(or_(col(Event.organisation_id).in_(bodies), col(Event.id).in_(has_task)))
        case "person":
            # Their tasks show their name; their organisation may read the events they are in.
            has_task = select(col(Task.event_id)).where(col(Task.person_id) == entity_id)
            has_member = select(col(Member.event_id)).where(col(Member.person_id) == entity_id)
            return select(col(Event.id)).where(
                or_(col(Event.id).in_(has_task), col(Event.id).in_(has_member), col(Event.head_id) == entity_id)
            )
        case "commitment":
            return select(col(Event.id)).where(col(Event.commitment_id) == entity_id)
        case "agreement":
            commitments = select(col(Commitment.id)).where(col(Commitment.agreement_id) == entity_id)
            return select(col(Event.id)).where(col(Event.commitment_id).in_(commitments))
    return None


def position(session: Session) -> Position:
    """The current position in the notes, for a later :func:`changes_since`."""
    if session.get_bind().dialect.name == "postgresql":
        return str(session.execute(_SNAPSHOT).scalar_one())
    # on SQLite only
    return int(session.execute(select(func.coalesce(func.max(col(CalendarChange.id)), 0))).scalar_one())


def changes_since(session: Session, before: Position | None) -> ChangeSet:
    """What changed since a position, as this transaction sees it; without a position, everything.

    Notes are deleted after some days: a position must not be older than that.
    """
    now = position(session)
    if before is None:
        return ChangeSet(None, now)
    if before == now:
        return ChangeSet(frozenset(), now)
    if isinstance(before, str):
        oldest = int(before.partition(":")[0])
        after = and_(col(CalendarChange.xid) >= oldest, _UNSEEN.bindparams(snapshot=before))
    else:
        after = col(CalendarChange.id) > before
    found = list(session.scalars(select(col(CalendarChange.event_id)).where(after).distinct()))
    named = frozenset(event_id for event_id in found if event_id is not None)
    return ChangeSet(named if len(named) == len(found) else None, now)


def try_exclusive_lock(session: Session) -> bool:
    """Lock out transactions that note changes until this one ends; False if one is running.

    On SQLite a writing transaction has the write lock anyway, so there the answer is always True.
    """
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.execute(_TRY_LOCK_EXCLUSIVE, {"key": _LOCK}).scalar_one())
