"""Revoking an account's access: its browser sessions, API tokens and calendars."""

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from models.accounts import ApiToken, User, WebSession
from models.feeds import Feed
from service.actions import crud
from service.actions.accounts import accounts
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.feeds import feeds


@dataclass(frozen=True, slots=True)
class OpenAccess:
    """How many browser sessions, API tokens and calendars an account has."""

    sessions: int
    tokens: int
    feeds: int


def access_of(session: Session, user: User) -> OpenAccess:
    """Count an account's browser sessions, tokens and calendars."""

    def count(model: type[WebSession] | type[ApiToken] | type[Feed]) -> int:
        return session.exec(select(func.count()).where(col(model.user_id) == user.id)).one()

    return OpenAccess(count(WebSession), count(ApiToken), count(Feed))


def sign_out(session: Session, act: ActionContext, user: User) -> None:
    """End all browser sessions of an account; API tokens and calendars keep working."""
    accounts.end_sessions(session, user)
    record(session, act, "sign_out_everywhere", "user", user.id, {})


def revoke_access(session: Session, act: ActionContext, user: User) -> None:
    """Revoke all API tokens and calendars of an account and sign it out; each gets its own audit row."""
    for token in session.exec(select(ApiToken).where(ApiToken.user_id == user.id).order_by(col(ApiToken.id))).all():
        crud.delete(session, act, token)
    for feed in session.exec(select(Feed).where(Feed.user_id == user.id).order_by(col(Feed.id))).all():
        feeds.delete_feed(session, act, feed)
    sign_out(session, act, user)
