"""Confirmation besides the status: changes of a confirmed event are accepted, and somebody asks for a confirmation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import and_, or_
from sqlalchemy.orm import selectinload
from sqlmodel import Session, col, select

from calendars.events.confirmation import Difference
from models.accounts import User
from models.errors import Conflict
from models.events import Event
from models.i18n import N_, Message, message
from models.places import Person
from models.vocabulary import EventStatus, ReminderPurpose
from service.actions import crud, office_days, permissions
from service.actions.account_makers import LATELY, tied_to
from service.actions.audit import plain, record
from service.actions.context import ActionContext
from service.actions.effects import changes, confirmation, confirmation_answers
from service.actions.events.events import COMPUTED
from service.actions.ledger import estimate_budgets

ASK_AGAIN_AFTER = timedelta(hours=4)
"""How long a request for confirmation stands before it can be repeated, if nothing changes."""


def accept_changes(session: Session, act: ActionContext, event: Event) -> Event:
    """Confirm an event as it is now, whatever was confirmed before; its status stays. The audit row has what differed.

    Raises:
        Forbidden: another organisation is in charge of it; or the account is no approver, made the event, or last
            changed any of what is to be accepted.
        Conflict: it still is what was confirmed.
    """
    permissions.check_change(session, event)
    if not event.changed_since_confirmed:
        raise Conflict(message(N_("Nothing of this event differs from what was confirmed.")), code="nothing_to_accept")
    confirmation.check_four_eyes(session, act, event)
    accepted = {
        name: {"from": one.confirmed, "to": one.now}
        for name, one in (confirmation.differing(session, event) or {}).items()
        if name != "budget" or not estimate_budgets.has_estimate(session, event.id)  # not all who read this read money
    }
    request = confirmation_answers.Request.of(event)
    values = confirmation.confirmed_now(session, act, event)
    crud.change(session, act, event, values, computed=COMPUTED, event_id=event.id, action="accept", also=accepted)
    changes.event_confirmed_anew(session, act, event)
    confirmation_answers.tell(session, act, event, request)
    return event


def refuse_confirmation(session: Session, act: ActionContext, event: Event, reason: str) -> Event:
    """Answer a request for confirmation with no: it is taken off, and whoever asked is told why. The event stays as it
    is.

    Raises:
        Forbidden: another organisation is in charge of it, or the account may not confirm it.
        Conflict: nobody has asked.
    """
    permissions.check_change(session, event)
    request = confirmation_answers.Request.of(event)
    if request is None:
        raise Conflict(message(N_("Nobody has asked for the confirmation of this event.")), code="not_asked")
    confirmation.check_four_eyes(session, act, event)
    before = {"asked_by": event.asked_by, "asked_at": plain(event.asked_at)}
    event.asked_by = event.asked_at = None
    crud.flush(session)  # as in asking: a calendar entry shows nothing of it
    changed = {name: {"from": value, "to": None} for name, value in before.items()}
    record(session, act, "refuse", "event", event.id, changed, event_id=event.id, reason=reason)
    confirmation.take_back(session, act, event, ReminderPurpose.ASKED)
    confirmation_answers.tell(session, act, event, request)
    return event


def nobody_else() -> Message:
    """That nobody may confirm an event, and what would be right."""
    what = N_(
        "Nobody else can confirm this event. It needs an approver who neither made nor changed the account of whoever"
        " wrote the event within {days} days, and whose account they neither made nor changed."
    )
    return message(what, days=LATELY.days)


def is_waiting(event: Event) -> bool:
    """Whether an event waits for an approver: planned and to be confirmed, or changed since it was confirmed."""
    return event.status is EventStatus.PLANNED or (
        event.changed_since_confirmed and event.status in confirmation.STANDING
    )


def may_ask_again(act: ActionContext, event: Event) -> bool:
    """Whether nobody has asked yet, something changed since, or what was asked is :data:`ASK_AGAIN_AFTER` old."""
    if event.asked_at is None or act.now >= event.asked_at + ASK_AGAIN_AFTER:
        return True
    changed_at = confirmation.last_change_at(event)
    return changed_at is not None and changed_at > event.asked_at


def ask_for_confirmation(session: Session, act: ActionContext, event: Event) -> Event:
    """Ask those who may confirm an event, by mail and on their first page, until its status changes.

    Calendar entries stay as they are.

    Raises:
        Forbidden: another organisation is in charge of it.
        Conflict: there is nothing to confirm; it was asked already and nothing changed; or nobody else may confirm.
    """
    permissions.check_change(session, event)
    if not is_waiting(event):
        raise Conflict(
            message(N_("Only an event that is planned, or changed since it was confirmed, can be confirmed.")),
            code="nothing_to_confirm",
        )
    if not may_ask_again(act, event) and event.asked_at is not None:
        again_at = event.asked_at + ASK_AGAIN_AFTER
        raise Conflict(
            message(N_("This was asked already. Ask again after a change, or when some hours have passed.")),
            code="already_asked",
            again_at=plain(again_at),
        )
    if not confirmation.who_may_confirm(session, act.now, event, but=act.user):
        raise Conflict(
            nobody_else(),
            code="nobody_to_ask",
        )
    before = {"asked_by": event.asked_by, "asked_at": plain(event.asked_at)}
    event.asked_by, event.asked_at = act.account.id, act.now
    crud.flush(session)  # not by crud.change: a calendar entry shows nothing of it, so its time of change stays
    after: Mapping[str, Any] = {"asked_by": event.asked_by, "asked_at": plain(event.asked_at)}
    changed = {name: {"from": before[name], "to": after[name]} for name in after if before[name] != after[name]}
    record(session, act, "ask", "event", event.id, changed, event_id=event.id)
    confirmation.take_back(session, act, event, ReminderPurpose.ASKED)
    confirmation.tell_who_was_asked(session, act, event)
    return event


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """An event that waits for an approver: what differs from what was confirmed (None: not known), who asked, and
    whether the acting account may answer."""

    event: Event
    differs: Mapping[str, Difference] | None
    asked_by: str
    may_answer: bool


def waiting_for_approval(session: Session, act: ActionContext, limit: int) -> tuple[list[WaitingEvent], int]:
    """The events that wait for an approver, by first day, and how many there are; a fixed number of queries.

    Events that changed since they were confirmed, and those not over whose confirmation somebody asked for.
    """
    is_changed = and_(
        col(Event.changed_since_confirmed).is_(True), col(Event.status).in_(sorted(confirmation.STANDING))
    )
    is_asked = and_(col(Event.asked_at).is_not(None), office_days.not_over(session, act))
    parts: Any = (Event.phases, Event.performances)
    waiting = (
        select(Event)
        .where(or_(is_changed, is_asked), permissions.visible(session))
        .options(*(selectinload(part) for part in parts))
    )
    found, total = crud.page_of(session, waiting, crud.EVENT_ORDER, 0, limit)
    tied = tied_to(session, act.now, [act.account.id])[act.account.id]
    heads = confirmation.heads_of_all(session, [event.id for event in found])
    people = crud.by_id(session, Person, set().union(*heads.values(), (one.head_id for one in found if one.head_id)))
    accounts = crud.by_id(session, User, {event.asked_by for event in found if event.asked_by})
    return [
        WaitingEvent(
            event,
            confirmation.differing(session, event, heads[event.id], people),
            accounts[event.asked_by].name if event.asked_by else "",
            confirmation.refusal(event, act.account, tied) is None,
        )
        for event in found
    ], total
