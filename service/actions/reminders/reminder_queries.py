"""Reminders and their rules, as pages and the API list them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, true
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, func, select

from models.accounts import User
from models.errors import NotFound
from models.event_parts import Task
from models.events import Event
from models.queries.audience import MESSENGER
from models.reminders import Reminder, ReminderRule
from models.text import LocalizedText
from models.vocabulary import AboutType, ReminderState
from service.actions import crud, permissions
from service.actions.context import ActionContext
from service.actions.reminders.occasion_names import OccasionName, occasion_names

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


def rules_where(session: Session) -> Any:
    """The SELECT of the reminder rules of the reader's office."""
    return select(ReminderRule).where(permissions.marked_own(session, col(ReminderRule.office)))


def count_pending(session: Session, rule_ids: Collection[str]) -> dict[str, int]:
    """Rule → how many of its reminders are still to be sent; rules with none are missing."""
    statement = (
        select(Reminder.rule_id, func.count())
        .where(col(Reminder.rule_id).in_(rule_ids), Reminder.state == ReminderState.PENDING, seen_reminders(session))
        .group_by(col(Reminder.rule_id))
    )
    return {rule: count for rule, count in session.exec(statement).all() if rule}


@dataclass(frozen=True, slots=True)
class ReminderNames:
    """What a reminder is called: its rule's name, its task's title, and the observance, anniversary or agreement it is
    about; None where it has none or they were deleted."""

    rule_name: LocalizedText | None
    task_title: LocalizedText | None
    occasion: OccasionName | None = None


def names_of(session: Session, reminders: Collection[Reminder]) -> dict[str, ReminderNames]:
    """Reminder → what it is called; five queries at most, two where all are about events."""
    rules, tasks = ({getattr(one, name) for one in reminders} - {None} for name in ("rule_id", "task_id"))
    names = _texts(session, ReminderRule.id, ReminderRule.name, rules)
    titles = _texts(session, Task.id, Task.title, tasks)
    about = occasion_names(session, reminders)
    return {
        one.id: ReminderNames(names.get(one.rule_id or ""), titles.get(one.task_id or ""), about.get(one.id))
        for one in reminders
    }


def _texts(session: Session, identity: Any, text: Any, wanted: Collection[str]) -> dict[str, LocalizedText]:
    """Id → text of some rows; no query for none."""
    if not wanted:
        return {}
    return {row[0]: row[1] for row in session.execute(sa_select(identity, text).where(identity.in_(wanted)))}


# Of one event


def reminders_of_event_where(session: Session, event_id: str) -> Any:
    """The SELECT of an event's reminders that the session sees."""
    return select(Reminder).where(Reminder.event_id == event_id, seen_reminders(session))


def reminders_of_event(session: Session, event_id: str, limit: int) -> list[tuple[Reminder, ReminderRule | None]]:
    """An event's first reminders by the instant they are due, each with the rule that made it."""
    statement = (
        select(Reminder, ReminderRule)
        .join(ReminderRule, col(ReminderRule.id) == col(Reminder.rule_id), isouter=True)
        .where(Reminder.event_id == event_id, seen_reminders(session))
        .order_by(col(Reminder.due_at), col(Reminder.rule_key), col(Reminder.recipient))
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.exec(statement)]


def reminder_counts(session: Session, event_id: str) -> dict[ReminderState, int]:
    """How many of an event's reminders, as far as the session sees them, are in which state."""
    statement = (
        select(Reminder.state, func.count())
        .where(Reminder.event_id == event_id, seen_reminders(session))
        .group_by(col(Reminder.state))
    )
    return {ReminderState(row[0]): row[1] for row in session.exec(statement)}


@dataclass(frozen=True, slots=True)
class SentMail:
    """A reminder that was sent, with the rule that made it and the task it is about, as far as they still exist."""

    reminder: Reminder
    rule: ReminderRule | None
    task: Task | None


def told_of_event(session: Session, event_id: str, first: int, size: int) -> tuple[list[SentMail], int]:
    """A page of the mails sent about an event that the session sees, the latest first, and how many there are."""
    statement = select(Reminder).where(
        Reminder.event_id == event_id, Reminder.state == ReminderState.SENT, seen_reminders(session)
    )
    order = (col(Reminder.sent_at).desc(), col(Reminder.recipient), col(Reminder.id))
    rows, total = crud.page_of(session, statement, order, first, size)
    rules = crud.by_id(session, ReminderRule, {row.rule_id for row in rows if row.rule_id})
    tasks = crud.by_id(session, Task, {row.task_id for row in rows if row.task_id})
    return [SentMail(row, rules.get(row.rule_id or ""), tasks.get(row.task_id or "")) for row in rows], total


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
        .where(UNSEEN, Reminder.due_at >= since, seen_reminders(session))
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


def seen_reminders(session: Session) -> ColumnElement[bool]:
    """The condition for reminders the session sees: all of events of which it sees everything, of others it may read
    those to its own address, and the office's own mails to accounts of its office. Of observances, anniversaries and
    agreements those to its own address, and all of its office's rules if it changes everything there: from whom a
    reminder of an anniversary stays away tells who knows of a ceremony."""
    one = permissions.reader(session)
    if one is None:
        return true()
    address = session.get_one(User, one.user_id).email
    own = or_(col(Reminder.recipient).in_([address, f"{MESSENGER}{address}"]), col(Reminder.sent_to) == address)
    # A correlated subquery: few reminders are listed at a time, and there are many events.
    of_event = select(col(Event.id)).where(col(Event.id) == col(Reminder.event_id)).correlate(Reminder)
    told = [
        and_(own, of_event.where(permissions.visible(session)).exists()),
        of_event.where(permissions.overseen(session)).exists(),
    ]
    of_office: ColumnElement[bool] = col(Reminder.about_id).is_(None)
    if not one.offices.alone:
        accounts = select(col(User.email)).where(permissions.own_accounts(session))
        of_office = and_(of_office, col(Reminder.recipient).in_(accounts))
    told.append(and_(col(Reminder.event_id).is_(None), or_(own, of_office)))
    if one.whole_office:
        rules = select(col(ReminderRule.id)).where(permissions.marked_own(session, col(ReminderRule.office)))
        told.append(and_(col(Reminder.about_id).is_not(None), col(Reminder.rule_id).in_(rules)))
    return or_(*told)


def find_to_change(session: Session, identity: str) -> Reminder:
    """A reminder of an event that the session may read, whoever it goes to: whether it may change it is asked later.

    Raises:
        NotFound: there is none, or the reader may not see its event, or that it is the office's own mail.
    """
    reminder = crud.find_of_event(session, Reminder, identity)
    return find_reminder(session, identity) if reminder.event_id is None else reminder


def find_reminder(session: Session, identity: str) -> Reminder:
    """A reminder.

    Raises:
        NotFound: there is none, or the session does not see it.
    """
    found = session.exec(select(Reminder).where(Reminder.id == identity, seen_reminders(session))).first()
    if found is None:
        raise NotFound(crud.called(Reminder), identity)
    return found


def reminders_where(session: Session, act: ActionContext, query: Mapping[str, Any]) -> Any:
    """The SELECT of the reminders that match a query string; days are in the office's time zone."""
    statement: Any = select(Reminder)
    if permissions.reader(session) is not None:
        statement = statement.where(seen_reminders(session))
    for name in ("event_id", "rule_id", "about_id"):
        if query.get(name):
            statement = statement.where(getattr(Reminder, name) == query[name])
    if query.get("recipient"):
        address = query["recipient"].lower()
        statement = statement.where(or_(col(Reminder.recipient) == address, col(Reminder.sent_to) == address))
    for word in query.get("q", "").lower().split():
        statement = statement.where(col(Reminder.recipient).contains(word, autoescape=True))
    for name in ("state", "purpose"):
        if query.get(name):
            statement = statement.where(col(getattr(Reminder, name)).in_(query[name]))
    if query.get("about_type"):
        statement = statement.where(_about(query["about_type"]))
    if "unseen" in query:
        statement = statement.where(UNSEEN if query["unseen"] else not_(UNSEEN))
    return crud.within(statement, col(Reminder.due_at), act, query)


def _about(about_type: AboutType) -> ColumnElement[bool]:
    if about_type is AboutType.EVENT:
        return col(Reminder.event_id).is_not(None)
    return col(Reminder.about_type) == about_type
