"""Planning reminders: rows are made, kept, called off and called back in the transaction of what they follow from.

Nothing is sent here; a worker claims what is due, and looks once more whether it still holds before it sends.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, Update, bindparam, inspect, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from calendars.days.working_days import WorkingDays
from calendars.events.lifecycle import REMINDED
from calendars.reminders import due_times
from calendars.reminders.due_times import DueReminder, EventDays, RuleFacts
from models.errors import Conflict
from models.event_parts import Task
from models.events import Event
from models.holidays import office_holidays
from models.i18n import N_, message
from models.queries.audience import MESSENGER, AudienceIndex, EntitledReaders, EventSelection, chosen_events
from models.queries.event_readers import vouched_rules
from models.reminders import Reminder, ReminderRule
from models.types import new_id
from models.vocabulary import (
    EventStatus,
    Language,
    ReminderAnchor,
    ReminderChannel,
    ReminderPurpose,
    ReminderState,
)
from service.actions import permissions
from service.actions.audit import record
from service.actions.context import ActionContext

_TABLE: Table = Reminder.__table__  # type: ignore[attr-defined]
_EVENT: Table = Event.__table__  # type: ignore[attr-defined]
_TASK: Table = Task.__table__  # type: ignore[attr-defined]
_RULE: Table = ReminderRule.__table__  # type: ignore[attr-defined]
_PLANNING_LOCK = 0x6465736B
_AT_ONCE = 1000

Key = tuple[str, str, str, str, datetime]
"""What makes a reminder unique: event, rule key, task key, recipient, due instant."""


Rules = Mapping[str, tuple[RuleFacts, list[str]]]
"""Rule id → what it asks, and its audience."""

# Statements are kept: building one in SQLAlchemy takes several times as long as running it.
_ACTIVE_RULES = select(_RULE).where(_RULE.c.active)
_COUNTING = (_RULE.c.active, or_(_RULE.c.working_days, _RULE.c.anchor == ReminderAnchor.TASK_DUE))
_LOOK_AGAIN = update(_RULE).where(*_COUNTING).values(version=_RULE.c.version + 1)
_REMINDED_EVENTS = select(_EVENT).where(_EVENT.c.last_day >= bindparam("since"), _EVENT.c.status.in_(REMINDED))
_PRESENT_COLUMNS = (
    "id", "purpose", "event_id", "rule_key", "task_key", "recipient", "due_at", "state", "reason", "locale",
    "entry_sequence",
)  # fmt: skip
_PRESENT = select(*(_TABLE.c[name] for name in _PRESENT_COLUMNS))
_OF_EVENT = _PRESENT.where(_TABLE.c.event_id == bindparam("event"))
_OF_RULE = _PRESENT.join(_EVENT, _EVENT.c.id == _TABLE.c.event_id).where(
    _TABLE.c.rule_key == bindparam("rule"), _EVENT.c.last_day >= bindparam("since")
)
_OF_RECIPIENTS = _PRESENT.join(_EVENT, _EVENT.c.id == _TABLE.c.event_id).where(
    _TABLE.c.recipient.in_(bindparam("recipients", expanding=True)), _EVENT.c.last_day >= bindparam("since")
)
_THESE = _TABLE.c.id.in_(bindparam("ids", expanding=True))
_SKIP = (
    update(_TABLE)
    .where(_THESE, _TABLE.c.state == ReminderState.PENDING)
    .values(state=ReminderState.SKIPPED, reason=bindparam("why"), updated_at=bindparam("now"))
)
_CALL_BACK = (
    update(_TABLE)
    .where(_THESE, _TABLE.c.state == ReminderState.SKIPPED)
    .values(state=ReminderState.PENDING, reason=None, attempts=0, next_at=_TABLE.c.due_at, updated_at=bindparam("now"))
)
_INSERT = {
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_TABLE).on_conflict_do_nothing(),
}
TOLD_AFTER = timedelta(minutes=10)
"""How long after a change those who have an event in their calendars are told: several changes make one mail."""

_LOCK_EVENT = text("SELECT pg_advisory_xact_lock_shared(:key) FROM event WHERE id = :event FOR NO KEY UPDATE")
_LOCK_ALL = text("SELECT pg_advisory_xact_lock(:key)")


@cache
def _open_tasks(by_id: bool) -> Select[*tuple[Any, ...]]:
    tasks = select(_TASK).join(_EVENT, _EVENT.c.id == _TASK.c.event_id)
    return tasks.where(chosen_events(by_id), _TASK.c.done.is_(False))


@dataclass(frozen=True, slots=True)
class _PlannedReminder:
    """A reminder somebody should get, as the rules and events are now."""

    rule_id: str
    task_id: str | None
    locale: Language


def plan_event(session: Session, act: ActionContext, event: Event) -> None:
    """Plan an event's reminders anew after it, its members or its tasks were made, changed or moved.

    Missing reminders are made, equal ones kept, pending ones nobody wants any more skipped with the reason, and those
    skipped that are wanted again called back. What was due more than a quarter of an hour ago is made as
    skipped, so that people see it, unless its rule catches up. Sent, failed and just being sent ones stay as they are.
    Whoever has the event in their own calendar, as it was before days, hours, place, title or status changed, is told
    a little later. A cancelled event is left alone: :func:`announce_cancellation` settles it. Rows are changed beneath
    Reminder objects already read.
    """
    session.flush()
    if event.status is EventStatus.CANCELLED:
        return
    lock_planning(session, event.id)
    rules = _active_rules(session) if event.status in REMINDED else {}
    scene = _PlanningData.load(session, rules, [event], EventSelection((event.id,)))
    present = session.connection().execute(_OF_EVENT, {"event": event.id}).all()
    of_rules = [row for row in present if row.purpose in _PLANNED]
    _plan(session, act, scene, of_rules, _updates(act, event, present) if rules else [])


def _updates(act: ActionContext, event: Event, present: Sequence[Any]) -> list[dict[str, Any]]:
    """New mails to those whose calendars show the event as it was; one that waits already for the same is enough."""
    rule_key = f"update:{event.sequence}"
    entries: dict[str, int] = {}
    readers: dict[str, Language] = {}
    for row in present:
        if row.purpose is ReminderPurpose.UPDATE and row.rule_key == rule_key:
            entries[row.recipient] = event.sequence
        elif row.entry_sequence is not None:
            entries[row.recipient] = max(entries.get(row.recipient, 0), row.entry_sequence)
            readers[row.recipient] = row.locale
    if EventDays.of(event).over_at <= act.now:
        return []
    return [
        _row(act, (event.id, rule_key, "", one, act.now + TOLD_AFTER), readers[one], purpose=ReminderPurpose.UPDATE)
        for one in sorted(readers)
        if entries[one] < event.sequence
    ]


def lock_planning(session: Session, event_id: str | None = None) -> None:
    """Let plans that touch follow each other: two of one event, and one of a rule (no event) with any other.

    Without it a rule and an event that are made at the same moment do not see each other, and no reminder comes of
    them. Who counts tasks from an event's days asks first, too. SQLite's writers stand in line anyway.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        if event_id is None:
            connection.execute(_LOCK_ALL, {"key": _PLANNING_LOCK})
        else:
            connection.execute(_LOCK_EVENT, {"key": _PLANNING_LOCK, "event": event_id})


def plan_rule(session: Session, act: ActionContext, rule: ReminderRule) -> None:
    """Plan a rule's reminders of all future events anew after it was made, changed, switched or deleted.

    A rule given to ``session.delete`` and one switched off have all that is pending skipped.
    """
    gone = rule in session.deleted
    if not gone:
        session.flush()
    gone = gone or inspect(rule).deleted
    lock_planning(session)
    own = _TABLE.c.rule_key == rule.id
    if gone or not rule.active:
        _skip_all(session, act, due_times.RULE_DELETED if gone else due_times.RULE_OFF, own)
        return
    connection = session.connection()
    events = connection.execute(_REMINDED_EVENTS, {"since": act.today}).all()
    rules = {rule.id: (RuleFacts.of(rule), list(rule.audience))}
    scene = _PlanningData.load(session, rules, events, EventSelection(since=act.today))
    _plan(session, act, scene, connection.execute(_OF_RULE, {"rule": rule.id, "since": act.today}).all())


def plan_readers(session: Session, act: ActionContext, addresses: Collection[str | None]) -> None:
    """Plan anew what goes to these addresses after an account or a person behind them was made or changed.

    So who joins an audience gets what is still to come, and who leaves it gets no more; the rest is not touched.
    """
    given = {address.strip().lower() for address in addresses if address}
    recipients = sorted(given | {f"{MESSENGER}{address}" for address in given})
    session.flush()
    rules = _active_rules(session) if recipients else {}
    if not rules:
        return
    lock_planning(session)
    connection = session.connection()
    events = connection.execute(_REMINDED_EVENTS, {"since": act.today}).all()
    scene = _PlanningData.load(session, rules, events, EventSelection(since=act.today), frozenset(recipients))
    present = connection.execute(_OF_RECIPIENTS, {"recipients": recipients, "since": act.today}).all()
    _plan(session, act, scene, [row for row in present if row.purpose is ReminderPurpose.REMINDER])


def plan_working_days(session: Session, act: ActionContext) -> None:
    """Plan anew what the office's own days off bear on: rules that count working days, or from tasks that may."""
    session.flush()
    lock_planning(session)  # a rule being made right now is seen, or sees these days itself
    # What they ask has changed although they have not: a worker that has looked at one already looks once more.
    session.connection().execute(_LOOK_AGAIN)
    counting = select(ReminderRule).where(*_COUNTING).order_by(_RULE.c.id)
    for rule in session.execute(counting.execution_options(populate_existing=True)).scalars().all():
        plan_rule(session, act, rule)


def announce_cancellation(session: Session, act: ActionContext, event: Event) -> None:
    """Call off what an event still had to send, and tell everyone it had reminded or was going to, once each: of an
    internal event those who may be told of it now.

    Whoever waits for an earlier cancellation that is not out yet gets no second one; what a restore gave up counts as
    sent, for it may have been. Nobody is told of an event
    that is over already: that row is made as skipped.
    """
    session.flush()
    lock_planning(session, event.id)
    columns = ("recipient", "locale", "purpose", "state")
    own = select(*(_TABLE.c[name] for name in columns)).where(
        col(Reminder.event_id) == event.id,
        or_(col(Reminder.state) != ReminderState.SKIPPED, col(Reminder.reason) == due_times.RESTORED),
    )
    recipients: dict[str, Language] = {}
    waiting: set[str] = set()
    on_the_way = {ReminderState.PENDING, ReminderState.SENDING}
    found = session.execute(own.order_by(col(Reminder.recipient))).all()
    entitled = EntitledReaders.load(session, {row.recipient for row in found}, [event.id])
    for row in found:
        if row.purpose is ReminderPurpose.REMINDER and entitled.includes(row.recipient, event):
            recipients[row.recipient] = row.locale
        elif row.purpose is ReminderPurpose.CANCELLATION and row.state in on_the_way:
            waiting.add(row.recipient)
    is_other = _TABLE.c.purpose.in_([ReminderPurpose.REMINDER, ReminderPurpose.UPDATE])
    _skip_all(session, act, due_times.SILENT[EventStatus.CANCELLED], _TABLE.c.event_id == event.id, is_other)
    late = due_times.OVER if EventDays.of(event).over_at <= act.now else None
    rows = [
        _row(
            act,
            (event.id, f"cancellation:{event.sequence}", "", recipient, act.now),
            locale,
            late,
            purpose=ReminderPurpose.CANCELLATION,
        )
        for recipient, locale in recipients.items()
        if recipient not in waiting
    ]
    _insert(session, rows)


def retry(session: Session, act: ActionContext, reminder: Reminder) -> Reminder:
    """Send a failed reminder once more, from now on with a fresh count of attempts.

    Raises:
        Conflict: it has not failed.
    """
    permissions.check_change_of(session, reminder.event_id)
    again = {
        "state": ReminderState.PENDING,
        "reason": None,
        "attempts": 0,
        "deferred_since": None,
        "next_at": act.now,
        "updated_at": act.now,
    }
    failed = (_TABLE.c.id == reminder.id, _TABLE.c.state == ReminderState.FAILED)
    done = session.execute(update(_TABLE).where(*failed).values(again).returning(_TABLE.c.id)).first()
    session.refresh(reminder)
    if done is None:
        wrong = N_("Only a reminder that failed can be sent again; this one is {state}.")
        raise Conflict(message(wrong, state=reminder.state.value), code="not_failed")
    change = {"state": {"from": ReminderState.FAILED.value, "to": ReminderState.PENDING.value}}
    record(session, act, "retry", "reminder", reminder.id, change, event_id=reminder.event_id)
    return reminder


def _active_rules(session: Session) -> Rules:
    return {row.id: (RuleFacts.of(row), row.audience) for row in session.connection().execute(_ACTIVE_RULES)}


@dataclass(slots=True)
class _PlanningData:
    """Rules, events and the people they reach, read with a bounded number of queries."""

    rules: Rules
    events: dict[str, tuple[EventDays, Any]]
    directory: AudienceIndex
    days_off: WorkingDays | None
    vouched: frozenset[str]
    recipients: frozenset[str] | None = None

    @classmethod
    def load(
        cls,
        session: Session,
        rules: Rules,
        rows: Sequence[Any],
        which: EventSelection,
        recipients: frozenset[str] | None = None,
    ) -> "_PlanningData":
        """``rows`` are the events ``which`` means, or some of them; ``recipients`` the only readers that count."""
        kinds = {row.kind for row in rows}
        concerned = [pair for pair in rules.values() if any(pair[0].covers(kind) for kind in kinds)]
        of_tasks = any(rule.anchor is ReminderAnchor.TASK_DUE for rule, _audience in concerned)
        tasks: dict[str, list[Any]] = defaultdict(list)
        if of_tasks:
            for task in session.connection().execute(_open_tasks(which.by_id), which.values):
                tasks[task.event_id].append(task)
        directory = AudienceIndex.load(session, {word for _rule, audience in concerned for word in audience}, which)
        events = {row.id: (EventDays.of(row, tasks.get(row.id, ())), row) for row in rows}
        counts_working_days = any(rule.working_days for rule, _audience in concerned)
        days_off = due_times.office_days(office_holidays(session)) if counts_working_days else None
        audiences = {rule.id: audience for rule, audience in concerned}
        vouched = vouched_rules(session.connection(), audiences)
        return cls(rules, events, directory, days_off, vouched, recipients)

    def wishes(self) -> Iterator[tuple[Key, _PlannedReminder]]:
        """Every reminder the rules want of the events, under its unique key."""
        for days, row in self.events.values():
            for rule, audience in self.rules.values():
                dues = self._dues(rule, days)
                vouched = rule.id in self.vouched
                people = self.directory.addresses(audience, row, vouched=vouched) if dues else {}
                if self.recipients is not None:
                    people = {one: people[one] for one in self.recipients.intersection(people)}
                for due in dues:
                    for recipient, locale in people.items():
                        key = (days.id, rule.id, due.task_id or "", recipient, due.due_at)
                        yield key, _PlannedReminder(rule.id, due.task_id, locale)

    def _dues(self, rule: RuleFacts, days: EventDays) -> list[DueReminder]:
        try:
            return due_times.due_reminders(rule, days, self.days_off)
        except ValueError:
            return []  # from these days the offset leads out of the calendar: there is no such instant

    def is_latest_news(self, row: Any) -> bool:
        """Whether a row tells of the change made last to an event people are reminded of."""
        if row.purpose is not ReminderPurpose.UPDATE or row.event_id not in self.events:
            return False
        days, event = self.events[row.event_id]
        return days.status in REMINDED and row.rule_key == f"update:{event.sequence}"

    def why_not(self, row: Any) -> str:
        """Why a pending reminder is not among the wishes."""
        if row.purpose is ReminderPurpose.CANCELLATION:
            return due_times.TAKES_PLACE
        if row.purpose is ReminderPurpose.UPDATE:
            days = self.events[row.event_id][0]
            return due_times.UP_TO_DATE if days.status in REMINDED else due_times.SILENT[days.status]
        if row.event_id not in self.events:
            return due_times.MOVED
        days = self.events[row.event_id][0]
        if days.status in REMINDED and row.rule_key not in self.rules:
            return due_times.RULE_OFF
        rule = self.rules[row.rule_key][0] if row.rule_key in self.rules else None
        try:
            reason = due_times.skip_reason(rule, days, row.task_key or None, row.due_at, self.days_off)
        except ValueError:
            return due_times.MOVED
        return reason.text if reason else due_times.NOT_ADDRESSED

    def catches_up(self, key: Key, now: datetime) -> bool:
        """Whether a reminder goes out although it was due before it was planned, for it is still of use."""
        event_id, rule_key, *_others, due_at = key
        rule = self.rules.get(rule_key)
        if rule is None or not rule[0].catch_up:
            return False
        return now < due_times.useful_until(self.events[event_id][0], due_at)


_PLANNED = frozenset({ReminderPurpose.REMINDER, ReminderPurpose.CANCELLATION, ReminderPurpose.UPDATE})
"""What planning settles; notices of failures go their own way."""


def _plan(
    session: Session,
    act: ActionContext,
    scene: _PlanningData,
    present: Sequence[Any],
    more: Sequence[dict[str, Any]] = (),
) -> None:
    """Make of the reminders that are there what the scene wants, and insert ``more``; a bounded number of statements.

    Of the news that an event has changed only the latest stays.
    """
    wishes = dict(scene.wishes())
    unwanted: dict[str, list[str]] = defaultdict(list)
    back: list[str] = []
    for row in present:
        key: Key = (row.event_id, row.rule_key, row.task_key, row.recipient, row.due_at)
        if wishes.pop(key, None) is None:
            if row.state is ReminderState.PENDING and not scene.is_latest_news(row):
                unwanted[scene.why_not(row)].append(row.id)
        elif _may_come_back(row) and (not due_times.too_late(row.due_at, act.now) or scene.catches_up(key, act.now)):
            back.append(row.id)
    # A worker may have claimed one since it was read: the statements ask the state again.
    for why, ids in unwanted.items():
        _change(session, _SKIP, ids, now=act.now, why=why)
    _change(session, _CALL_BACK, back, now=act.now)
    made = list(more)
    for key in sorted(wishes):
        wish = wishes[key]
        late = due_times.too_late(key[-1], act.now) and not scene.catches_up(key, act.now)
        made.append(_row(act, key, wish.locale, due_times.TOO_LATE if late else None, wish.rule_id, wish.task_id))
    _insert(session, made)


def _may_come_back(row: Any) -> bool:
    """Whether a reminder was skipped, and surely never sent."""
    return row.state is ReminderState.SKIPPED and row.reason != due_times.RESTORED


def _change(session: Session, statement: Update, ids: Sequence[str], **values: Any) -> None:
    for start in range(0, len(ids), _AT_ONCE):
        session.connection().execute(statement, {"ids": ids[start : start + _AT_ONCE]} | values)


def _skip_all(session: Session, act: ActionContext, reason: str, *which: ColumnElement[bool]) -> None:
    """Skip the pending reminders of a kind."""
    pending = update(_TABLE).where(*which, _TABLE.c.state == ReminderState.PENDING)
    session.connection().execute(pending.values(state=ReminderState.SKIPPED, reason=reason, updated_at=act.now))


def _row(
    act: ActionContext,
    key: Key,
    locale: Language,
    late: str | None = None,
    rule_id: str | None = None,
    task_id: str | None = None,
    purpose: ReminderPurpose = ReminderPurpose.REMINDER,
) -> dict[str, Any]:
    """A new reminder's columns; pending, or skipped when ``late`` says why."""
    event_id, rule_key, task_key, recipient, due_at = key
    return {
        "id": new_id(),
        "purpose": purpose,
        "channel": ReminderChannel.MESSENGER if recipient.startswith(MESSENGER) else ReminderChannel.EMAIL,
        "rule_id": rule_id,
        "rule_key": rule_key,
        "event_id": event_id,
        "task_id": task_id,
        "task_key": task_key,
        "recipient": recipient,
        "locale": locale,
        "due_at": due_at,
        "next_at": due_at,
        "state": ReminderState.SKIPPED if late else ReminderState.PENDING,
        "reason": late,
        "attempts": 0,
        "created_at": act.now,
        "updated_at": act.now,
    }


def _insert(session: Session, rows: list[dict[str, Any]]) -> None:
    """Insert reminders; one that another transaction made meanwhile is left as it is (uq_reminder_once)."""
    if rows:
        connection = session.connection()
        for start in range(0, len(rows), _AT_ONCE):
            connection.execute(_INSERT[connection.dialect.name], rows[start : start + _AT_ONCE])
