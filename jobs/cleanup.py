"""Hourly cleanup: idempotency keys, failed logins, expired sessions, silent workers, leftovers of feeds."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, not_, or_, select
from sqlmodel import Session, col

from models.accounts import Audit, Heartbeat, IdempotencyKey, LoginFailure, SpentState, WebSession
from models.event_parts import Member
from models.events import Event
from models.feeds import CalendarChange, DeletedEvent, Feed, FeedChunk
from models.places import Passport
from models.vocabulary import EventStatus

DAY = timedelta(days=1)
_LONGEST_FAREWELL = 3650 * DAY
"""The maximum time a feed may show a deleted event (``Feed.tombstone_days``)."""


def sweep(session: Session, now: datetime) -> dict[str, int]:
    """Delete rows that are past their retention time, one day unless noted; return the number of rows by table.

    Browser sessions are deleted when they expire, whatever their age; calendar changes after three days.
    """
    over = {
        "idempotency_key": delete(IdempotencyKey).where(col(IdempotencyKey.created_at) < now - DAY),
        "login_failure": delete(LoginFailure).where(col(LoginFailure.at) < now - DAY),
        "web_session": delete(WebSession).where(col(WebSession.expires_at) <= now),
        "spent_state": delete(SpentState).where(col(SpentState.expires_at) <= now),
        "heartbeat": delete(Heartbeat).where(col(Heartbeat.at) < now - DAY),
        # Every process reassembles its feeds at midnight: older changes are never read.
        "calendar_change": delete(CalendarChange).where(col(CalendarChange.at) < now - 3 * DAY),
        "deleted_event": delete(DeletedEvent).where(col(DeletedEvent.updated_at) < now - _LONGEST_FAREWELL),
        "feed_chunk": delete(FeedChunk).where(
            col(FeedChunk.feed_id).not_in(select(col(Feed.id))), not_(col(FeedChunk.feed_id).startswith("public-"))
        ),
    }
    options = {"synchronize_session": False}
    return {
        table: session.execute(statement, execution_options=options).rowcount  # type: ignore[attr-defined]
        for table, statement in over.items()
    }


def forget_passports(session: Session, now: datetime, days: int) -> int:
    """Delete the passports of people whose last visit ended more than ``days`` days ago; return how many.

    For people in no event the day the passport was stored counts. Each deletion has an entry in the audit log.
    """
    ends = (
        select(col(Member.person_id).label("person_id"), col(Event.departs_on).label("ended"))
        .join(Event, col(Event.id) == col(Member.event_id))
        .where(col(Event.status) != EventStatus.CANCELLED)
        .union_all(
            select(col(Event.head_id), col(Event.departs_on)).where(
                col(Event.head_id).is_not(None), col(Event.status) != EventStatus.CANCELLED
            )
        )
        .subquery()
    )
    last = select(ends.c.person_id, func.max(ends.c.ended).label("ended")).group_by(ends.c.person_id).subquery()
    before = now - days * DAY
    stale = (
        select(col(Passport.person_id))
        .outerjoin(last, last.c.person_id == col(Passport.person_id))
        .where(col(Passport.stored_at) < before, or_(last.c.ended.is_(None), last.c.ended < before.date()))
    )
    found = list(session.scalars(stale))
    for first in range(0, len(found), 500):
        batch = found[first : first + 500]
        session.execute(delete(Passport).where(col(Passport.person_id).in_(batch)))
        session.add_all(
            Audit(at=now, actor_name="desk", action="purge", entity="passport", entity_id=one, changes={})
            for one in batch
        )
    return len(found)
