"""The tour of an account's first day: begun with the account, ticked step by step, ended for good."""

from collections.abc import Collection

from sqlmodel import Session

from models.accounts import FirstDay, User
from service.actions.context import ActionContext


def begin(session: Session, user: User) -> None:
    """Show the tour to an account from its first step on, whether or not it was ended before."""
    row = session.get(FirstDay, user.id, with_for_update=True)
    if row is None:
        session.add(FirstDay(user_id=user.id))
    else:
        row.ticked, row.ended_at = [], None
    session.flush()


def ticked(session: Session, user: User) -> Collection[str] | None:
    """The steps that an account has ticked; None if it is not shown the tour."""
    row = session.get(FirstDay, user.id)
    return frozenset(row.ticked) if row is not None and row.ended_at is None else None


def tick(session: Session, user: User, step: str) -> None:
    """Tick a step; nothing happens to an account that is not shown the tour."""
    row = session.get(FirstDay, user.id, with_for_update=True)
    if row is not None and row.ended_at is None and step not in row.ticked:
        row.ticked = [*row.ticked, step]
        session.flush()


def end(session: Session, act: ActionContext, user: User) -> None:
    """Show the tour no more."""
    row = session.get(FirstDay, user.id, with_for_update=True)
    if row is not None and row.ended_at is None:
        row.ended_at = act.now
        session.flush()
