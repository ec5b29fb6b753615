"""Leave: until which day an account is away, and which account of its organisation stands in.

While an account is away, reminders of the days go to who stands in (:mod:`models.queries.stand_ins`). Being away takes
no right and gives none: who stands in is told only of what they may read themselves.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, select

from models.accounts import User
from models.i18n import N_, Message, message
from service.actions import permissions
from service.actions.context import ActionContext

NOT_A_COLLEAGUE = N_("Choose an account of the same organisation that may sign in.")


def colleagues(session: Session, user_id: str | None, organisation_id: str | None) -> Sequence[User]:
    """The accounts that can stand in for an account, or take its events: the other active ones of its organisation, by
    name."""
    others = select(User).where(
        User.id != user_id,
        col(User.active),
        User.organisation_id == organisation_id,
        permissions.own_accounts(session),
    )
    return session.exec(others.order_by(User.name, User.id)).all()


def completed(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an account; with its leave ends that somebody stands in."""
    ends = "away_until" in values and values["away_until"] is None
    return {**({"stand_in_id": None} if ends else {}), **values}


def errors(
    session: Session, act: ActionContext, user: User | None, values: Mapping[str, Any]
) -> dict[str, list[Message]]:
    """What is wrong with the leave that these values say, by field; ``user`` is None for an account to be made."""
    now = {name: values.get(name, getattr(user, name, None)) for name in ("away_until", "stand_in_id")}
    found: dict[str, list[Message]] = {}
    if values.get("away_until") is not None and values["away_until"] < act.today:
        found["away_until"] = [message(N_("Must be today or later: it is the last day of the leave."))]
    if values.get("stand_in_id") is None:
        return found
    if now["away_until"] is None:
        found["away_until"] = [message(N_("Give the last day of the leave, too."))]
    own_id = None if user is None else user.id
    organisation_id = values.get("organisation_id", getattr(user, "organisation_id", None))
    if all(one.id != now["stand_in_id"] for one in colleagues(session, own_id, organisation_id)):
        found["stand_in_id"] = [message(NOT_A_COLLEAGUE)]
    return found
