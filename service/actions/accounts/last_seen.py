"""Storing when sessions and tokens were last used."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import or_, update
from sqlmodel import Session, col

from models.accounts import ApiToken, WebSession


def record_last_seen(session: Session, seen: Mapping[str, datetime]) -> None:
    """Store when sessions and tokens were last used, by token hash; those that have ended meanwhile are ignored."""
    options = {"synchronize_session": False}
    for key, at in sorted(seen.items()):
        browser = update(WebSession).where(col(WebSession.token_hash) == key, col(WebSession.last_seen_at) < at)
        if session.execute(browser.values(last_seen_at=at), execution_options=options).rowcount:  # type: ignore[attr-defined]
            continue
        used_before = or_(col(ApiToken.last_used_at).is_(None), col(ApiToken.last_used_at) < at)
        token = update(ApiToken).where(col(ApiToken.token_hash) == key, used_before)
        session.execute(token.values(last_used_at=at), execution_options=options)
