"""Whom events reach: which of them nobody is in charge of, and of which no reminder reaches anybody.

What planning has written is what is sent (:mod:`service.actions.reminders.reminder_planning`), so the reminders
themselves say whom an event reaches: those that wait, are being sent, or were sent. Who is in charge is who the word
``owner`` of an audience would tell (:class:`models.queries.audience.AudienceIndex`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, true
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from calendars.conflicts import reach_checks
from calendars.conflicts.commitment_checks import EventWarning
from calendars.days.office_clock import times_of
from calendars.events.lifecycle import REMINDED
from models.accounts import User
from models.events import Event
from models.queries.audience import OWNER, AudienceIndex, EventSelection
from models.reminders import Reminder
from models.vocabulary import ReminderPurpose, ReminderState
from service.actions import crud, permissions
from service.actions.context import ActionContext

REACHING = (ReminderState.PENDING, ReminderState.SENDING, ReminderState.SENT)


def reach_warnings(session: Session, act: ActionContext, events: Sequence[Any]) -> Mapping[str, list[EventWarning]]:
    """Event → the warnings that nobody is in charge of it, or hears of it; events without reminders have none.

    A bounded number of queries. Which events the reader may be told that of, the caller has to know.
    """
    last_days = ((event, times_of(event, act.office.timezone).days.last) for event in events)
    concerned = {event.id: event for event, last in last_days if event.status in REMINDED and last >= act.today}
    if not concerned:
        return {}
    led, reached = _led(session, list(concerned.values())), _reached(session, concerned)
    found: dict[str, list[EventWarning]] = {}
    for event_id, event in concerned.items():
        warnings = found.setdefault(event_id, [])
        if event_id not in led:
            warnings.append(reach_checks.nobody_in_charge(was_chosen=event.in_charge_id is not None))
        if event_id not in reached:
            warnings.append(reach_checks.nobody_reached())
    return found


def _led(session: Session, events: Sequence[Any]) -> frozenset[str]:
    """Those of these events whose account in charge can be told of them."""
    chosen = [event for event in events if event.in_charge_id is not None]
    if not chosen:
        return frozenset()
    index = AudienceIndex.load(session, [OWNER], EventSelection(tuple(sorted(event.id for event in chosen))))
    return frozenset(event.id for event in chosen if index.can_tell(event.in_charge_id, event))


def _reached(session: Session, event_ids: Collection[str]) -> frozenset[str]:
    statement = sa_select(col(Event.id)).where(col(Event.id).in_(sorted(event_ids)), _has_reminder())
    return frozenset(session.scalars(statement))


def _has_reminder() -> ColumnElement[bool]:
    """The condition for events a reminder of which waits, is being sent, or was sent."""
    return (
        sa_select(col(Reminder.id))
        .where(
            col(Reminder.event_id) == col(Event.id),
            col(Reminder.purpose) == ReminderPurpose.REMINDER,
            col(Reminder.state).in_(REACHING),
        )
        .correlate(Event)
        .exists()
    )


@dataclass(frozen=True, slots=True)
class Unheard:
    """Events to come of which nobody may hear: the first of them, how many they are, and how many have each warning."""

    first: Sequence[Event]
    total: int
    without_person: int
    without_reminder: int


def unheard(session: Session, coming: ColumnElement[bool], limit: int) -> Unheard:
    """The events to come (:func:`service.actions.office_days.not_over`) that the session may change, and that nobody is
    in charge of or no reminder of which reaches anybody; two queries, one without a ``limit``."""
    active = sa_select(col(User.id)).where(col(User.active))
    is_left = or_(col(Event.in_charge_id).is_(None), col(Event.in_charge_id).not_in(active))
    is_silent = ~_has_reminder()
    one = permissions.reader(session)
    concerned = (
        true() if one is None else permissions.changed_by(one),
        col(Event.status).in_(sorted(REMINDED)),
        coming,
        or_(is_left, is_silent),
    )
    counts = (func.count(), func.count().filter(is_left), func.count().filter(is_silent))
    total, left, silent = session.execute(sa_select(*counts).select_from(Event).where(*concerned)).one()
    if not total or not limit:
        return Unheard([], total, left, silent)
    first = session.exec(select(Event).where(*concerned).order_by(*crud.EVENT_ORDER).limit(limit)).all()
    return Unheard(first, total, left, silent)
