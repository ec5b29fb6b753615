"""Authentication by session or token; last-seen times are written in the background, so that readers never write."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlmodel import Session

from models.accounts import ApiToken, User
from models.database import Database
from service.actions.accounts import accounts
from service.actions.accounts.last_seen import record_last_seen
from service.actions.tokens import token_hash
from service.background.write_behind import WriteBehindBuffer

SESSION_AGAIN = timedelta(minutes=5)
"""Minimum interval between two stored last-seen times of a session."""

TOKEN_AGAIN = timedelta(hours=1)
"""The same for a token's last use."""

MOST = 10_000
"""Maximum number of sessions in memory; above it the memory is cleared and the stored times apply."""


class SessionActivity:
    """Authenticates sessions and tokens, and buffers their last-seen times until they are written.

    A session's last-seen time is also held in memory, so that the session stays open while the database is busy or
    read-only. ``later`` is called when there is something for :attr:`write`.
    """

    def __init__(self, database: Database, later: Callable[[], None] = lambda: None) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, datetime] = {}
        self._pending: WriteBehindBuffer[str, datetime] = WriteBehindBuffer(
            database, record_last_seen, "presence_not_noted", later
        )
        self.write = self._pending.flush

    def of_session(self, session: Session, secret: str, now: datetime) -> User | None:
        """The active account of a signed-in browser; None when the session is unknown or has expired."""
        key = token_hash(secret)
        row = accounts.session_and_account(session, secret, now, self._seen.get(key))
        if row is None:
            self._seen.pop(key, None)
            return None
        web_session, user = row
        with self._lock:
            if len(self._seen) >= MOST:
                self._seen.clear()
            self._seen[key] = now
        if now - web_session.last_seen_at >= SESSION_AGAIN:
            self._pending.add(key, now)
        return user

    def of_token(self, session: Session, secret: str, now: datetime) -> tuple[ApiToken, User]:
        """The token and its active account.

        Raises:
            Unauthenticated: as :func:`service.actions.accounts.accounts.token_and_account`.
        """
        token, user = accounts.token_and_account(session, secret, now)
        if token.last_used_at is None or now - token.last_used_at >= TOKEN_AGAIN:
            self._pending.add(token.token_hash, now)
        return token, user
