"""Handing over the events of an account that is on leave or leaves, to another one of its organisation."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from models.accounts import User
from models.errors import Invalid
from models.events import Event
from models.i18n import message
from models.vocabulary import EventStatus
from service.actions import crud, office_days, permissions
from service.actions.accounts import leave
from service.actions.context import ActionContext
from service.actions.events import events, in_charge

OPEN = frozenset(EventStatus) - {EventStatus.COMPLETED, EventStatus.CANCELLED}
"""Events in these states still have to be prepared, or reported on."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """What became of the events: how many were handed over, and which stay, as the other account may not read them or
    the session may not change them."""

    moved: int
    left: Sequence[Event]


def events_to_hand_over(session: Session, act: ActionContext, user: User) -> Sequence[Event]:
    """The open events that an account is in charge of, and those to come that it made and nobody is in charge of, as
    far as the session may read them; by their first day."""
    is_coming = office_days.not_over(session, act)
    made = and_(col(Event.in_charge_id).is_(None), col(Event.created_by) == user.id, is_coming)
    own = or_(col(Event.in_charge_id) == user.id, made)
    open_ones = select(Event).where(own, col(Event.status).in_(sorted(OPEN)), permissions.visible(session))
    return session.exec(open_ones.order_by(*crud.EVENT_ORDER)).all()


def successors(session: Session, user: User) -> Sequence[User]:
    """The accounts an account can hand its events to: the active ones of its organisation, by name."""
    return leave.colleagues(session, user.id, user.organisation_id)


def hand_over(session: Session, act: ActionContext, user: User, to: str) -> HandOver:
    """Put another account in charge of the events of an account.

    Raises:
        Invalid: under ``to``, if that is no active account of the same organisation.
    """
    successor = next((one for one in successors(session, user) if one.id == to), None)
    if successor is None:
        raise Invalid({"to": [message(leave.NOT_A_COLLEAGUE)]})
    left = []
    found = events_to_hand_over(session, act, user)
    for event in found:
        if permissions.may_change(session, event) and in_charge.may_take(session, event, successor):
            whole = events.find_event(session, event.id)
            events.change_event(session, act, whole, {"in_charge_id": successor.id})
        else:
            left.append(event)
    return HandOver(len(found) - len(left), left)
