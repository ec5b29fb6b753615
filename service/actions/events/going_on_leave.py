"""Going on leave and coming back, in one step: the days, who stands in, and the events handed over along with them."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from models.accounts import User
from models.errors import Invalid
from models.i18n import N_, message
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.actions.events import hand_over
from service.actions.events.hand_over import HandOver


@dataclass(frozen=True, slots=True)
class Leave:
    """A leave as it is now: its last day (None: not on leave), who stands in, what became of the events."""

    away_until: date | None
    stand_in_id: str | None
    handed_over: HandOver


def set_leave(
    session: Session,
    act: ActionContext,
    user: User,
    away_until: date | None,
    stand_in_id: str | None = None,
    *,
    hands_over: bool = False,
) -> Leave:
    """Note until which day an account is away, None: it is back, and who stands in; ``hands_over``: who stands in is
    put in charge of its events, too. These stay with them when the leave is over.

    Raises:
        Invalid: under ``away_until`` a past day, or none though somebody stands in; under ``stand_in_id`` an account
            of another organisation, or none though events are to be handed over.
    """
    if hands_over and stand_in_id is None:
        raise Invalid({"stand_in_id": [message(N_("Say who stands in: the events go to that account."))]})
    accounts.change_user(session, act, user, {"away_until": away_until, "stand_in_id": stand_in_id})
    done = hand_over.hand_over(session, act, user, stand_in_id) if hands_over and stand_in_id else HandOver(0, [])
    return Leave(user.away_until, user.stand_in_id, done)
