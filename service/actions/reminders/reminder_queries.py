"""Reminders and their rules, as pages and the API list them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_
from sqlmodel import Session, col, func, select

from models.events import Event
from models.reminders import Reminder, ReminderRule
from models.vocabulary import ReminderState
from service.actions import crud, permissions
from service.actions.context import ActionContext

RULE_ORDER = (col(ReminderRule.id),)
REMINDER_ORDER = (col(Reminder.due_at), col(Reminder.id))
COMING = (ReminderState.SENDING, ReminderState.PENDING)

_BY_STATE: Mapping[ReminderState | None, Sequence[Any]] = {
    None: (col(Reminder.next_at), col(Reminder.id)),
    ReminderState.FAILED: (
        col(Reminder.seen_at).is_not(None),
        col(Reminder.updated_at).desc(),
        col(Reminder.due_at).desc(),
        col(Reminder.id),
    ),
    ReminderState.SENDING: (col(Reminder.next_at), col(Reminder.id)),
    ReminderState.PENDING: (col(Reminder.next_at), col(Reminder.id)),
    ReminderState.SENT: (col(Reminder.sent_at).desc(), col(Reminder.id)),
    ReminderState.SKIPPED: (col(Reminder.due_at).desc(), col(Reminder.id)),
}
"""The sort order for each state; of failures, those nobody has seen come first."""


def rules_where() -> Any:
    """The SELECT of all reminder rules."""
    return select(ReminderRule)


def count_pending(session: Session, rule_ids: Collection[str]) -> dict[str, int]:
    """Rule → how many of its reminders are still to be sent; rules with none are missing."""
    statement = (
        select(Reminder.rule_id, func.count())
        .where(col(Reminder.rule_id).in_(rule_ids), Reminder.state == ReminderState.PENDING)
        .group_by(col(Reminder.rule_id))
    )
    return {rule: count for rule, count in session.exec(statement).all() if rule}


# Of one event


def reminders_of_event_where(event_id: str) -> Any:
    """The SELECT of an event's reminders."""
    return select(Reminder).where(Reminder.event_id == event_id)


def reminders_of_event(session: Session, event_id: str, limit: int) -> list[tuple[Reminder, ReminderRule | None]]:
    """An event's first reminders by the instant they are due, each with the rule that made it."""
    statement = (
        select(Reminder, ReminderRule)
        .join(ReminderRule, col(ReminderRule.id) == col(Reminder.rule_id), isouter=True)
        .where(Reminder.event_id == event_id)
        .order_by(col(Reminder.due_at), col(Reminder.rule_key), col(Reminder.recipient))
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.exec(statement)]


def pending_of_event(session: Session, event_id: str) -> Sequence[tuple[Reminder, ReminderRule]]:
    """An event's reminders that rules made and that are still to be sent, by the instant they are due."""
    statement = (
        select(Reminder, ReminderRule)
        .join(ReminderRule, col(ReminderRule.id) == col(Reminder.rule_id))
        .where(Reminder.event_id == event_id, Reminder.state == ReminderState.PENDING)
        .order_by(col(Reminder.due_at), col(Reminder.rule_key), col(Reminder.task_key))
    )
    return session.exec(statement).all()


# Of all events


def unseen_failures(session: Session, since: datetime, limit: int) -> list[tuple[Reminder, Event | None]]:
    """The failed reminders due since an instant that nobody has seen, the newest first, each with its event."""
    statement = (
        select(Reminder, Event)
        .join(Event, col(Event.id) == col(Reminder.event_id), isouter=True)
        .where(UNSEEN, Reminder.due_at >= since, of_visible_events(session))
        .order_by(col(Reminder.due_at).desc(), col(Reminder.id))
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.exec(statement)]


def first_failures(session: Session, act: ActionContext, limit: int) -> list[Reminder]:
    """The first failed reminders; those that nobody has seen come first."""
    statement = reminders_where(session, act, {"state": [ReminderState.FAILED]})
    return list(session.exec(statement.order_by(*_BY_STATE[ReminderState.FAILED]).limit(limit)))


def reminders_in_state(
    session: Session, act: ActionContext, state: ReminderState | None, first: int, size: int
) -> tuple[list[Reminder], int]:
    """A page of the reminders in a state (None: those still to be sent), and how many there are."""
    statement = reminders_where(session, act, {"state": [state] if state else COMING})
    return crud.page_of(session, statement, _BY_STATE[state], first, size)


UNSEEN = and_(col(Reminder.state) == ReminderState.FAILED, col(Reminder.seen_at).is_(None))
"""The condition for failed reminders that nobody has seen."""


def of_visible_events(session: Session) -> ColumnElement[bool]:
    """The condition for reminders the session may read: of no event, or of one it may see."""
    # A correlated subquery: few reminders are listed at a time, and there are many events.
    seen = select(col(Event.id)).where(col(Event.id) == col(Reminder.event_id), permissions.visible(session))
    return or_(col(Reminder.event_id).is_(None), seen.correlate(Reminder).exists())


def find_reminder(session: Session, identity: str) -> Reminder:
    """A reminder.

    Raises:
        NotFound: there is none, or the reader may not see its event.
    """
    return crud.find_of_event(session, Reminder, identity)


def reminders_where(session: Session, act: ActionContext, query: Mapping[str, Any]) -> Any:
    """The SELECT of the reminders that match a query string; days are in the office's time zone."""
    statement: Any = select(Reminder)
    if permissions.reader(session) is not None:
        statement = statement.where(of_visible_events(session))
    for name in ("event_id", "rule_id"):
        if query.get(name):
            statement = statement.where(getattr(Reminder, name) == query[name])
    if query.get("recipient"):
        statement = statement.where(Reminder.recipient == query["recipient"].lower())
    for word in query.get("q", "").lower().split():
        statement = statement.where(col(Reminder.recipient).contains(word, autoescape=True))
    for name in ("state", "purpose"):
        if query.get(name):
            statement = statement.where(col(getattr(Reminder, name)).in_(query[name]))
    if "unseen" in query:
        statement = statement.where(UNSEEN if query["unseen"] else not_(UNSEEN))
    return crud.within(statement, col(Reminder.due_at), act, query)
