"""What is swept away by the hour: kept answers, failed sign-ins, ended sessions, silent workers, what feeds left."""

from datetime import datetime, timedelta

from sqlalchemy import delete, not_, select
from sqlmodel import Session, col

from models.accounts import Heartbeat, IdempotencyKey, LoginFailure, SpentState, WebSession
from models.feeds import CalendarChange, DeletedEvent, Feed, FeedChunk

DAY = timedelta(days=1)
_LONGEST_FAREWELL = 3650 * DAY
"""As long as a feed may show a deleted event (``Feed.tombstone_days``)."""


def sweep(session: Session, now: datetime) -> dict[str, int]:
    """Delete what is older than its keeping time, a day for each; how many rows of which table.

    A browser's session goes when it has expired, whatever its age; notes of changes after three days.
    """
    over = {
        "idempotency_key": delete(IdempotencyKey).where(col(IdempotencyKey.created_at) < now - DAY),
        "login_failure": delete(LoginFailure).where(col(LoginFailure.at) < now - DAY),
        "web_session": delete(WebSession).where(col(WebSession.expires_at) <= now),
        "spent_state": delete(SpentState).where(col(SpentState.expires_at) <= now),
        "heartbeat": delete(Heartbeat).where(col(Heartbeat.at) < now - DAY),
        # Every process puts its feeds together anew each midnight: nobody asks for older notes.
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
