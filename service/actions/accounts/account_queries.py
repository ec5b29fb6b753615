"""Accounts and their tokens, as pages and the API list them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from models.accounts import ApiToken, User, WebSession
from models.text import fold
from service.actions import permissions

ACCOUNTS_BY_NAME = (col(User.sort_key), col(User.id))
ACCOUNTS_BY_ADDRESS = (col(User.email),)
TOKEN_ORDER = (col(ApiToken.id),)


def all_accounts(session: Session) -> Sequence[User]:
    """All accounts of the reader's office by name."""
    return session.exec(select(User).where(permissions.own_accounts(session)).order_by(*ACCOUNTS_BY_NAME)).all()


def accounts_matching(session: Session, q: str, order: Sequence[Any], *, active: bool | None = None) -> list[User]:
    """The accounts of the reader's office whose name and address together contain every word of ``q``, in an order; one
    query.

    Accounts have no folded search column: there are few enough to filter them in Python.
    """
    statement = select(User).where(permissions.own_accounts(session)).order_by(*order)
    if active is not None:
        statement = statement.where(User.active == active)
    words = fold(q).split()
    return [one for one in session.exec(statement) if all(word in fold(f"{one.name} {one.email}") for word in words)]


def active_accounts(session: Session, limit: int) -> list[tuple[str, str]]:
    """The active accounts of the reader's office by name: id and name."""
    found = select(User.id, User.name).where(col(User.active), permissions.own_accounts(session))
    return [(row[0], row[1]) for row in session.execute(found.order_by(col(User.sort_key), col(User.id)).limit(limit))]


def is_only_account(session: Session, account_id: str) -> bool:
    """Whether no other account of the reader's office is active."""
    is_other = (col(User.active), User.id != account_id, permissions.own_accounts(session))
    in_use = select(User.id).where(*is_other).limit(1)
    return session.exec(in_use).first() is None


def last_seen(session: Session, account_ids: Collection[str]) -> dict[str, datetime]:
    """Account → when its sessions were last used; accounts without a session are missing."""
    statement = (
        select(WebSession.user_id, func.max(WebSession.last_seen_at))
        .where(col(WebSession.user_id).in_(account_ids))
        .group_by(col(WebSession.user_id))
    )
    return dict(session.exec(statement).all())


def tokens_where(account: User) -> Any:
    """The SELECT of an account's API tokens."""
    return select(ApiToken).where(ApiToken.user_id == account.id)


def tokens_of(session: Session, account: User) -> Sequence[ApiToken]:
    """An account's API tokens, the newest first."""
    found: Sequence[ApiToken] = session.exec(
        tokens_where(account).order_by(col(ApiToken.created_at).desc(), col(ApiToken.id))
    ).all()
    return found
