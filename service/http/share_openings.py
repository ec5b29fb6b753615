"""Records that a shared event was opened for its other side, in a transaction of its own, before any of it is sent."""

from collections.abc import Callable, Collection
from typing import TypeVar

from flask import g
from sqlmodel import Session

from models.accounts import User
from service.actions.acting import acting_as
from service.actions.both_sides import openings
from service.actions.context import ActionContext
from service.http.app_context import AppContext

Answer = TypeVar("Answer")


def look(session: Session, act: ActionContext) -> None:
    """Remember for :func:`record` what a request read for the other side of events."""
    g.opened_shares = openings.unrecorded(session, act)
    g.opened_by = act.user.id if act.user is not None else None  # afterwards the account is in no session


def watched(use: Callable[[Session], Answer]) -> Callable[[Session], Answer]:
    """A use case of the API that looks afterwards."""

    def watching(session: Session) -> Answer:
        answer = use(session)
        look(session, g.act)
        return answer

    return watching


def record(desk: AppContext) -> None:
    """Record what :func:`look` found.

    Raises:
        Busy: others are writing; then nothing is sent.
    """
    event_ids: Collection[str] = g.pop("opened_shares", ())
    user_id: str | None = g.pop("opened_by", None)
    if not event_ids or user_id is None:
        return
    with desk.database.transaction() as session:
        user = session.get(User, user_id)
        if user is None or not user.active:
            return
        act = acting_as(session, user, desk.clock(), desk.settings.office, g.request_id)
        openings.record_openings(session, act, event_ids)
