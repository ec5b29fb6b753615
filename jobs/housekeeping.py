"""What is swept away by the hour: answers kept for repeats, failed sign-ins, ended sessions, silent workers."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col

from models.accounts import Heartbeat, IdempotencyKey, LoginFailure, WebSession

DAY = timedelta(days=1)


def sweep(session: Session, now: datetime) -> dict[str, int]:
    """Delete what is older than its keeping time, a day for each; how many rows of which table.

    A browser's session goes when it has expired, whatever its age.
    """
    over = {
        "idempotency_key": delete(IdempotencyKey).where(col(IdempotencyKey.created_at) < now - DAY),
        "login_failure": delete(LoginFailure).where(col(LoginFailure.at) < now - DAY),
        "web_session": delete(WebSession).where(col(WebSession.expires_at) <= now),
        "heartbeat": delete(Heartbeat).where(col(Heartbeat.at) < now - DAY),
    }
    options = {"synchronize_session": False}
    return {
        table: session.execute(statement, execution_options=options).rowcount  # type: ignore[attr-defined]
        for table, statement in over.items()
    }
