"""Planning reminders: rows are inserted, skipped and reactivated in the transaction of the change that causes it.

Nothing is sent here; a worker claims what is due, and checks again whether it is still valid before sending it.
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
from calendars.reminders.due_times import DueReminder, EventDays, EventScope, RuleFacts
from models.errors import Conflict
from models.event_parts import Task
from models.events import Event
from models.holidays import office_holidays
from models.i18n import N_, message
from models.queries.approved_rules import approved_rules
from models.queries.audience import MESSENGER, AudienceIndex, EntitledReaders, EventSelection, chosen_events
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
"""The unique key of a reminder: event, rule key, task key, recipient, due instant."""


Rules = Mapping[str, tuple[RuleFacts, list[str]]]
"""Rule id → its facts and its audience."""

# Statements are cached: building one in SQLAlchemy takes several times as long as running it.
_ACTIVE_RULES = select(_RULE).where(_RULE.c.active)
_COUNTING = (_RULE.c.active, or_(_RULE.c.working_days, _RULE.c.anchor == ReminderAnchor.TASK_DUE))
_BUMP_VERSIONS = update(_RULE).where(*_COUNTING).values(version=_RULE.c.version + 1)
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
_REACTIVATE = (
    update(_TABLE)
    .where(_THESE, _TABLE.c.state == ReminderState.SKIPPED)
    .values(state=ReminderState.PENDING, reason=None, attempts=0, next_at=_TABLE.c.due_at, updated_at=bindparam("now"))
)
_INSERT = {
    "sqlite": sqlite.insert(_TABLE).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_TABLE).on_conflict_do_nothing(),
}
TOLD_AFTER = timedelta(minutes=10)
"""How long after a change an update is sent to those who have the event in their calendars: several changes are
combined into one mail."""

_LOCK_EVENT = text("SELECT pg_advisory_xact_lock_shared(:key) FROM event WHERE id = :event FOR NO KEY UPDATE")
_LOCK_ALL = text("SELECT pg_advisory_xact_lock(:key)")


@cache
def _open_tasks(by_id: bool) -> Select[*tuple[Any, ...]]:
    tasks = select(_TASK).join(_EVENT, _EVENT.c.id == _TASK.c.event_id)
    return tasks.where(chosen_events(by_id), _TASK.c.done.is_(False))


@dataclass(frozen=True, slots=True)
class _PlannedReminder:
    """A reminder that the current rules and events require."""

    rule_id: str
    task_id: str | None
    locale: Language


def plan_event(session: Session, act: ActionContext, event: Event) -> None:
    """Replan an event's reminders after it, its members or its tasks have been created, changed or moved.

    Missing reminders are inserted, matching ones stay, pending ones no longer required are skipped with the reason, and
    skipped ones that are required again are reactivated. Reminders due more than a quarter of an hour ago are inserted
    as skipped, so that people see them, unless their rule catches up. Sent, failed and sending ones stay as they are.
    Recipients whose calendars have the event with earlier days, hours, place, title or status get an update after
    :data:`TOLD_AFTER`. Cancelled events are handled by :func:`announce_cancellation`. Rows are changed by statements:
    loaded Reminder objects are not refreshed.
    """
    session.flush()
    if event.status is EventStatus.CANCELLED:
        return
    lock_planning(session, event.id)
    rules = _active_rules(session) if event.status in REMINDED else {}
    data = _PlanningData.load(session, rules, [event], EventSelection((event.id,)))
    present = session.connection().execute(_OF_EVENT, {"event": event.id}).all()
    of_rules = [row for row in present if row.purpose in _PLANNED]
    _plan(session, act, data, of_rules, _updates(act, event, present) if rules else [])


def _updates(act: ActionContext, event: Event, present: Sequence[Any]) -> list[dict[str, Any]]:
    """New update mails to those whose calendars have an earlier version, unless one for this version exists already."""
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
    """Serialise plans that affect each other: those of one event, and that of a rule (no event) with all others.

    Otherwise a rule and an event created at the same moment do not see each other, and no reminder is planned. Whoever
    counts tasks from an event's days takes this lock first, too. On SQLite the write lock does this anyway.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        if event_id is None:
            connection.execute(_LOCK_ALL, {"key": _PLANNING_LOCK})
        else:
            connection.execute(_LOCK_EVENT, {"key": _PLANNING_LOCK, "event": event_id})


def plan_rule(session: Session, act: ActionContext, rule: ReminderRule) -> None:
    """Replan a rule's reminders of all future events after it has been created, changed, switched or deleted.

    If the rule was passed to ``session.delete`` or is switched off, all its pending reminders are skipped.
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
    data = _PlanningData.load(session, rules, events, EventSelection(since=act.today))
    _plan(session, act, data, connection.execute(_OF_RULE, {"rule": rule.id, "since": act.today}).all())


def plan_rules(session: Session, act: ActionContext, rule_ids: Collection[str]) -> None:
    """Replan rules whose addresses are approved no more, or again; those that are switched off stay so."""
    wanted = col(ReminderRule.id).in_(sorted(rule_ids))
    if rule_ids:
        for rule in session.scalars(select(ReminderRule).where(wanted, col(ReminderRule.active)).order_by(_RULE.c.id)):
            plan_rule(session, act, rule)


def plan_readers(session: Session, act: ActionContext, addresses: Collection[str | None]) -> None:
    """Replan the reminders to these addresses after an account or a person with them has been created or changed.

    Whoever joins an audience gets its future reminders, and whoever leaves it gets no more; others are not touched.
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
    data = _PlanningData.load(session, rules, events, EventSelection(since=act.today), frozenset(recipients))
    present = connection.execute(_OF_RECIPIENTS, {"recipients": recipients, "since": act.today}).all()
    _plan(session, act, data, [row for row in present if row.purpose is ReminderPurpose.REMINDER])


def plan_working_days(session: Session, act: ActionContext) -> None:
    """Replan what depends on the office's own days off: rules that count working days, or from tasks that may."""
    session.flush()
    lock_planning(session)  # a rule created concurrently is either seen here or sees the new days itself
    # Their due days have changed although the rules have not: the new version makes a worker revalidate.
    session.connection().execute(_BUMP_VERSIONS)
    counting = select(ReminderRule).where(*_COUNTING).order_by(_RULE.c.id)
    for rule in session.execute(counting.execution_options(populate_existing=True)).scalars().all():
        plan_rule(session, act, rule)


def announce_cancellation(session: Session, act: ActionContext, event: Event) -> None:
    """Skip the pending reminders of a cancelled event, and notify everyone who was or would have been reminded, once.

    Of an internal event only those are notified who may be told of it now.

    Whoever has an earlier cancellation mail pending gets no second one; reminders that a restore gave up count as sent,
    because they may have been. Nobody is notified of an event that is over already: that row is inserted as skipped.
    """
    session.flush()
    lock_planning(session, event.id)
    columns = ("recipient", "purpose", "state")
    own = select(*(_TABLE.c[name] for name in columns)).where(
        col(Reminder.event_id) == event.id,
        or_(col(Reminder.state) != ReminderState.SKIPPED, col(Reminder.reason) == due_times.RESTORED),
    )
    recipients: dict[str, Language] = {}
    waiting: set[str] = set()
    unsent = {ReminderState.PENDING, ReminderState.SENDING}
    found = session.execute(own.order_by(col(Reminder.recipient))).all()
    entitled = EntitledReaders.load(session, {row.recipient for row in found}, [event.id])
    for row in found:
        if row.purpose is ReminderPurpose.REMINDER and (reader := entitled.reader(row.recipient, event)):
            recipients[row.recipient] = reader.language
        elif row.purpose is ReminderPurpose.CANCELLATION and row.state in unsent:
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
    """Send a failed reminder again, with the count of attempts reset.

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
    """Rules, events and their recipients, read with a bounded number of queries."""

    rules: Rules
    events: dict[str, tuple[EventDays, Any]]
    audience_index: AudienceIndex
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
        """``rows`` are all or some of the events that ``which`` selects; ``recipients`` limits the recipients."""
        scopes = {EventScope.of(row) for row in rows}
        concerned = [pair for pair in rules.values() if any(pair[0].covers(scope) for scope in scopes)]
        of_tasks = any(rule.anchor is ReminderAnchor.TASK_DUE for rule, _audience in concerned)
        tasks: dict[str, list[Any]] = defaultdict(list)
        if of_tasks:
            for task in session.connection().execute(_open_tasks(which.by_id), which.values):
                tasks[task.event_id].append(task)
        audience_index = AudienceIndex.load(
            session, {word for _rule, audience in concerned for word in audience}, which
        )
        events = {row.id: (EventDays.of(row, tasks.get(row.id, ())), row) for row in rows}
        counts_working_days = any(rule.working_days for rule, _audience in concerned)
        days_off = due_times.office_days(office_holidays(session)) if counts_working_days else None
        audiences = {rule.id: audience for rule, audience in concerned}
        vouched = approved_rules(session.connection(), audiences)
        return cls(rules, events, audience_index, days_off, vouched, recipients)

    def required(self) -> Iterator[tuple[Key, _PlannedReminder]]:
        """Yield every reminder that the rules require for the events, with its unique key."""
        for days, row in self.events.values():
            for rule, audience in self.rules.values():
                dues = self._dues(rule, days)
                vouched = rule.id in self.vouched
                people = self.audience_index.addresses(audience, row, vouched=vouched) if dues else {}
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
            return []  # the offset leads from these days to a date outside the calendar

    def is_latest_update(self, row: Any) -> bool:
        """Whether a row is the update mail about the last change of an event with reminders."""
        if row.purpose is not ReminderPurpose.UPDATE or row.event_id not in self.events:
            return False
        days, event = self.events[row.event_id]
        return days.status in REMINDED and row.rule_key == f"update:{event.sequence}"

    def why_not(self, row: Any) -> str:
        """Why a pending reminder is no longer required."""
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
        """Whether a reminder is sent although it was due before it was planned, because it is still useful."""
        event_id, rule_key, *_others, due_at = key
        rule = self.rules.get(rule_key)
        if rule is None or not rule[0].catch_up:
            return False
        return now < due_times.useful_until(self.events[event_id][0], due_at)


_PLANNED = frozenset({ReminderPurpose.REMINDER, ReminderPurpose.CANCELLATION, ReminderPurpose.UPDATE})
"""The purposes that planning manages; failure notices are handled elsewhere."""


def _plan(
    session: Session,
    act: ActionContext,
    data: _PlanningData,
    present: Sequence[Any],
    more: Sequence[dict[str, Any]] = (),
) -> None:
    """Bring the existing reminders (``present``) in line with the required ones, and insert ``more``; a bounded number
    of statements.

    Of the update mails about an event only the latest stays pending.
    """
    required = dict(data.required())
    obsolete: dict[str, list[str]] = defaultdict(list)
    reactivated: list[str] = []
    for row in present:
        key: Key = (row.event_id, row.rule_key, row.task_key, row.recipient, row.due_at)
        if required.pop(key, None) is None:
            if row.state is ReminderState.PENDING and not data.is_latest_update(row):
                obsolete[data.why_not(row)].append(row.id)
        elif _can_reactivate(row) and (not due_times.too_late(row.due_at, act.now) or data.catches_up(key, act.now)):
            reactivated.append(row.id)
    # A worker may have claimed one since it was read: the statements check the state again.
    for why, ids in obsolete.items():
        _change(session, _SKIP, ids, now=act.now, why=why)
    _change(session, _REACTIVATE, reactivated, now=act.now)
    rows = list(more)
    for key in sorted(required):
        planned = required[key]
        late = due_times.too_late(key[-1], act.now) and not data.catches_up(key, act.now)
        reason = due_times.TOO_LATE if late else None
        rows.append(_row(act, key, planned.locale, reason, planned.rule_id, planned.task_id))
    _insert(session, rows)


def _can_reactivate(row: Any) -> bool:
    """Whether a reminder was skipped and certainly never sent."""
    return row.state is ReminderState.SKIPPED and row.reason != due_times.RESTORED


def _change(session: Session, statement: Update, ids: Sequence[str], **values: Any) -> None:
    for start in range(0, len(ids), _AT_ONCE):
        session.connection().execute(statement, {"ids": ids[start : start + _AT_ONCE]} | values)


def _skip_all(session: Session, act: ActionContext, reason: str, *which: ColumnElement[bool]) -> None:
    """Skip the pending reminders that match all conditions."""
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
    """A new reminder's columns; pending, or skipped if ``late`` gives the reason."""
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
    """Insert reminders; one that another transaction has inserted meanwhile stays as it is (uq_reminder_once)."""
    if rows:
        connection = session.connection()
        for start in range(0, len(rows), _AT_ONCE):
            connection.execute(_INSERT[connection.dialect.name], rows[start : start + _AT_ONCE])
