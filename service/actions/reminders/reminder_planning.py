"""Planning reminders: rows are inserted, skipped and reactivated in the transaction of the change that causes it.

Nothing is sent here; a worker claims what is due, and checks again whether it is still valid before sending it.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, Table, and_, bindparam, inspect, or_, select, text, update
from sqlmodel import Session, col

from calendars.days.working_days import WorkingDays
from calendars.events.lifecycle import REMINDED
from calendars.reminders import due_times
from calendars.reminders.due_times import DueReminder, EventDays, EventScope, OfficeDays, RuleFacts
from models.clock import monotonic
from models.errors import Conflict
from models.event_parts import Task
from models.events import Event
from models.i18n import N_, message
from models.queries.approved_rules import approved_rules
from models.queries.audience import (
    MESSENGER,
    AudienceIndex,
    EventSelection,
    chosen_events,
    is_coming,
)
from models.queries.office_rows import OfficeHolidays, OfficeZones, RuleOffices
from models.reminders import Reminder, ReminderRule
from models.vocabulary import (
    EVENT_ANCHORS,
    OCCASIONS,
    EventStatus,
    Language,
    ReminderAnchor,
    ReminderPurpose,
    ReminderState,
)
from models.waiting import WAIT_SECONDS
from service.actions import permissions
from service.actions.audit import record
from service.actions.context import ActionContext
from service.actions.reminders import change_notices, occasion_planning, planned_rows, planning_jobs

_TABLE: Table = Reminder.__table__  # type: ignore[attr-defined]
_EVENT: Table = Event.__table__  # type: ignore[attr-defined]
_TASK: Table = Task.__table__  # type: ignore[attr-defined]
_RULE: Table = ReminderRule.__table__  # type: ignore[attr-defined]
_PLANNING_LOCK = 0x6465736B
_AT_ONCE = 1000
_SKIPPED_AT_ONCE = 5000
"""How many reminders of a rule that is gone are skipped in the transaction of the change."""

Key = tuple[str, str, str, str, datetime]
"""The unique key of a reminder: event, rule key, task key, recipient, due instant."""


Rules = Mapping[str, tuple[RuleFacts, list[str]]]
"""Rule id → its facts and its audience."""

# Statements are cached: building one in SQLAlchemy takes several times as long as running it.
_OF_EVENTS_ONLY = _RULE.c.anchor.in_(EVENT_ANCHORS)
_ACTIVE_RULES = select(_RULE).where(_RULE.c.active, _OF_EVENTS_ONLY)
_KNOWN_RULES = select(_RULE.c.id).where(_RULE.c.id.in_(bindparam("rules", expanding=True)))
_COUNTING = (_RULE.c.active, _OF_EVENTS_ONLY, or_(_RULE.c.working_days, _RULE.c.anchor == ReminderAnchor.TASK_DUE))
_BUMP_VERSIONS = update(_RULE).where(*_COUNTING).values(version=_RULE.c.version + 1)
_REMINDED_EVENTS = select(_EVENT).where(is_coming(bindparam("since")), _EVENT.c.status.in_(REMINDED))
_PRESENT_COLUMNS = (
    "id", "purpose", "event_id", "rule_key", "task_key", "recipient", "due_at", "state", "reason", "reckoning",
)  # fmt: skip
_PRESENT = select(*(_TABLE.c[name] for name in _PRESENT_COLUMNS))
_OF_EVENT = _PRESENT.where(_TABLE.c.event_id == bindparam("event"))
_OF_RULE = _PRESENT.join(_EVENT, _EVENT.c.id == _TABLE.c.event_id).where(
    _TABLE.c.rule_key == bindparam("rule"),
    or_(is_coming(bindparam("since")), _TABLE.c.state == ReminderState.PENDING),
)
_OF_EVENTS = _PRESENT.where(
    _TABLE.c.event_id.in_(bindparam("ids", expanding=True)), _TABLE.c.purpose == ReminderPurpose.REMINDER
)
_THESE_EVENTS = select(_EVENT).where(_EVENT.c.id.in_(bindparam("ids", expanding=True)))
_LOCK_EVENT = text("SELECT pg_advisory_xact_lock_shared(:key) FROM event WHERE id = :event FOR NO KEY UPDATE")
_LOCK_ALL = text("SELECT pg_advisory_xact_lock(:key)")
_TRY_LOCK_ALL = text("SELECT pg_try_advisory_xact_lock(:key)")
_LOCK_SHARED = text("SELECT pg_advisory_xact_lock_shared(:key)")
_POLITE_SECONDS, _POLITE_PAUSE = 3.0, 0.01
_PLANNERS = text(
    "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = 0 AND objsubid = 1"
    " AND objid = CAST(:key AS oid) AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND pid <> pg_backend_pid()"
)


@cache
def _open_tasks(by_id: bool) -> Select[*tuple[Any, ...]]:
    tasks = select(_TASK).join(_EVENT, _EVENT.c.id == _TASK.c.event_id)
    return tasks.where(chosen_events(by_id), _TASK.c.done.is_(False))


@dataclass(frozen=True, slots=True)
class _PlannedReminder:
    """A reminder that the current rules and events require; ``former`` as in :class:`DueReminder`."""

    rule_id: str
    task_id: str | None
    locale: Language
    former: datetime | None = None


def plan_event(session: Session, act: ActionContext, event: Event) -> None:
    """Replan an event's reminders after it, its members or its tasks have been created, changed or moved.

    Missing reminders are inserted, matching ones stay, pending ones no longer required are skipped with the reason, and
    skipped ones that are required again are reactivated. Reminders due more than a quarter of an hour ago are inserted
    as skipped, so that people see them, unless their rule catches up. Sent, failed and sending ones stay as they are.
    Whoever was told of the event before gets a notice of what changed since
    (:mod:`service.actions.reminders.change_notices`). Cancelled events are handled by :func:`announce_cancellation`.
    Rows are changed by statements: loaded Reminder objects are not refreshed.
    """
    session.flush()
    if event.status is EventStatus.CANCELLED:
        return
    lock_planning(session, event.id)
    rules = active_rules(session) if event.status in REMINDED else {}
    data = _PlanningData.load(session, act, rules, [event], EventSelection((event.id,)))
    present = session.connection().execute(_OF_EVENT, {"event": event.id}).all()
    of_rules = [row for row in present if row.purpose is ReminderPurpose.REMINDER]
    _plan(session, act, data, of_rules, names_all_late=True)
    change_notices.plan(session, act, [event])


def lock_planning(session: Session, event_id: str | None = None) -> None:
    """Serialise plans that affect each other: those of one event, and that of a rule (no event) with all others.

    Otherwise a rule and an event created at the same moment do not see each other, and no reminder is planned. Whoever
    counts tasks from an event's days takes this lock first, too. On SQLite the write lock does this anyway.
    """
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        return
    if event_id is not None:
        connection.execute(_LOCK_EVENT, {"key": _PLANNING_LOCK, "event": event_id})
        return
    # Whoever waits for a lock makes all wait who come later; so it is tried again and again first.
    until = monotonic() + _POLITE_SECONDS
    while monotonic() < until:
        if connection.execute(_TRY_LOCK_ALL, {"key": _PLANNING_LOCK}).scalar_one():
            return
        time.sleep(_POLITE_PAUSE)
    connection.execute(_LOCK_ALL, {"key": _PLANNING_LOCK})


def lock_for_batch(session: Session, event_ids: Sequence[str]) -> None:
    """Lock the events of a batch, in the order of their ids, as :func:`lock_planning` does for one; on PostgreSQL only.

    Raises:
        OperationalError: somebody else has held one of them for a fifth of a second.
    """
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK_SHARED, {"key": _PLANNING_LOCK})
        connection.execute(text("SET LOCAL lock_timeout = '200ms'"))
        rows = select(_EVENT.c.id).where(_EVENT.c.id.in_(event_ids)).order_by(_EVENT.c.id)
        connection.execute(rows.with_for_update(key_share=True))
        connection.execute(text(f"SET LOCAL lock_timeout = {int(WAIT_SECONDS * 1000)}"))


def others_planning(session: Session) -> frozenset[str]:
    """The transactions, as PostgreSQL numbers them, that plan reminders now and may not have seen the latest changes;
    none on SQLite, where one writes at a time."""
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        return frozenset()
    return frozenset(connection.execute(_PLANNERS, {"key": _PLANNING_LOCK}).scalars())


def plan_rule(session: Session, act: ActionContext, rule: ReminderRule) -> None:
    """Replan a rule's reminders of all future events after it has been created, changed, switched or deleted.

    If the rule was passed to ``session.delete`` or is switched off, all its pending reminders are skipped. Where these
    are many events, a worker does it (:mod:`service.actions.reminders.planning_jobs`).
    """
    gone = rule in session.deleted
    if not gone:
        session.flush()
    gone = gone or inspect(rule).deleted
    _plan_for_events(session, act, rule, gone=gone)
    _plan_occasions(session, act, rule, gone=gone)  # last: it takes the last lock


def _plan_for_events(session: Session, act: ActionContext, rule: ReminderRule, *, gone: bool) -> None:
    if gone or not rule.active:
        if _has_many_pending(session, rule.id):
            _ask_for_rule(session, act, rule.id)
            return
        lock_planning(session)
        own = _TABLE.c.rule_key == rule.id
        planned_rows.skip_where(session, due_times.RULE_DELETED if gone else due_times.RULE_OFF, act.now, own)
    elif rule.anchor not in EVENT_ANCHORS:
        lock_planning(session)
        planned_rows.skip_where(
            session, due_times.MOVED, act.now, _TABLE.c.rule_key == rule.id, _TABLE.c.about_id.is_(None)
        )
    elif planning_jobs.count_coming(session, _since(act, [RuleFacts.of(rule)])) > planning_jobs.AT_ONCE:
        _ask_for_rule(session, act, rule.id)
    else:
        lock_planning(session)
        _plan_rule_now(session, act, rule)


def _plan_occasions(session: Session, act: ActionContext, rule: ReminderRule, *, gone: bool) -> None:
    """What a rule reminds of besides events; of a rule that counts from events what it reminded of before."""
    if not gone and rule.active and rule.anchor in OCCASIONS:
        occasion_planning.plan(session, act, [rule.id])
    else:
        why = due_times.RULE_DELETED if gone else due_times.RULE_OFF if not rule.active else due_times.MOVED
        occasion_planning.skip_all(session, act, rule.id, why)


def _plan_rule_now(session: Session, act: ActionContext, rule: ReminderRule) -> None:
    connection = session.connection()
    rules = {rule.id: (RuleFacts.of(rule), list(rule.audience))}
    since = _since(act, [rules[rule.id][0]])
    events = connection.execute(_REMINDED_EVENTS, {"since": since}).all()
    data = _PlanningData.load(session, act, rules, events, EventSelection(since=since))
    _plan(session, act, data, connection.execute(_OF_RULE, {"rule": rule.id, "since": since}).all())


def coming_since(session: Session, act: ActionContext) -> date:
    """The day from which events are to come, as far as the rules that are switched on go: before today if one of them
    reminds of what is over."""
    return _since(act, [facts for facts, _audience in active_rules(session).values()])


def _since(act: ActionContext, rules: Iterable[RuleFacts]) -> date:
    return act.common.today - timedelta(days=max((due_times.days_after_end(rule) for rule in rules), default=0))


def _has_many_pending(session: Session, rule_id: str) -> bool:
    pending = select(_TABLE.c.id).where(_TABLE.c.rule_key == rule_id, _TABLE.c.state == ReminderState.PENDING)
    return len(session.connection().execute(pending.limit(_SKIPPED_AT_ONCE + 1)).all()) > _SKIPPED_AT_ONCE


def _ask_for_rule(session: Session, act: ActionContext, rule_id: str) -> None:
    since = coming_since(session, act)
    coming = planning_jobs.count_coming(session, since)
    planning_jobs.ask(session, act, planning_jobs.rule_key(rule_id), coming, rules=[rule_id], since=since)


def plan_rules(session: Session, act: ActionContext, rule_ids: Collection[str]) -> None:
    """Replan rules whose addresses are approved no more, or again; those that are switched off stay so."""
    wanted = col(ReminderRule.id).in_(sorted(rule_ids))
    if rule_ids:
        for rule in session.scalars(select(ReminderRule).where(wanted, col(ReminderRule.active)).order_by(_RULE.c.id)):
            plan_rule(session, act, rule)


def plan_readers(session: Session, act: ActionContext, addresses: Collection[str | None]) -> None:
    """Replan the reminders to these addresses after an account or a person with them has been created or changed.

    Whoever joins an audience gets its future reminders, and whoever leaves it gets no more; others are not touched.
    Only events are planned of which they may be told; a worker does it where these are many.
    """
    given = {address.strip().lower() for address in addresses if address}
    recipients = sorted(given | {f"{MESSENGER}{address}" for address in given})
    session.flush()
    rules = active_rules(session) if recipients else {}
    if rules:
        _plan_readers_of_events(session, act, rules, recipients)
    if recipients:
        occasion_planning.plan(session, act)  # last: it takes the last lock


def _plan_readers_of_events(session: Session, act: ActionContext, rules: Rules, recipients: Sequence[str]) -> None:
    connection = session.connection()
    since = _since(act, [facts for facts, _audience in rules.values()])
    condition = and_(is_coming(since), planning_jobs.reached(session, rules, recipients))
    if (count := planning_jobs.count_events(connection, condition)) > planning_jobs.AT_ONCE:
        key = planning_jobs.readers_key(recipients)
        planning_jobs.ask(session, act, key, count, recipients=recipients, since=since)
        return
    # Even where it is none: an event that is made at the same time is either seen here, or sees the account.
    lock_planning(session)
    ids = connection.execute(select(_EVENT.c.id).where(condition)).scalars().all()
    plan_batch(session, act, ids, recipients=frozenset(recipients))


def plan_events(session: Session, act: ActionContext, key: str, events: Sequence[Event]) -> None:
    """Replan some events after a change with this key of something that belongs to all of them."""
    if len(events) > planning_jobs.AT_ONCE:
        ids = [event.id for event in sorted(events, key=lambda event: (event.first_day, event.id))]
        planning_jobs.ask(session, act, key, len(ids), event_ids=ids)
        return
    for event in events:
        plan_event(session, act, event)


def plan_batch(
    session: Session,
    act: ActionContext,
    event_ids: Sequence[str],
    *,
    rules: Collection[str] | None = None,
    recipients: frozenset[str] | None = None,
    asked_at: datetime | None = None,
) -> None:
    """Bring the reminders of some events in line with the rules; the caller has locked the events.

    Args:
        session: the caller's transaction.
        act: its instant.
        event_ids: events in any state.
        rules: only these (ids; of those that are off or gone the pending reminders are skipped), or all.
        recipients: only theirs, or everybody's.
        asked_at: the instant by which it is decided what comes too late; that of ``act`` by default.
    """
    if not event_ids:
        return
    connection = session.connection()
    active = active_rules(session)
    concerned = {one: active[one] for one in active if rules is None or one in rules}
    rows = connection.execute(_THESE_EVENTS, {"ids": event_ids}).all()
    reminded = [row for row in rows if row.status in REMINDED]
    data = _PlanningData.load(session, act, concerned, reminded, EventSelection(tuple(event_ids)), recipients)
    present = [
        row
        for row in connection.execute(_OF_EVENTS, {"ids": event_ids})
        if (rules is None or row.rule_key in rules) and (recipients is None or row.recipient in recipients)
    ]
    gone = set(rules or ()) - set(connection.execute(_KNOWN_RULES, {"rules": list(rules or ())}).scalars())
    dead = [row.id for row in present if row.rule_key in gone and row.state is ReminderState.PENDING]
    planned_rows.skip(session, {due_times.RULE_DELETED: dead}, act.now)
    _plan(session, act, data, [row for row in present if row.rule_key not in gone], asked_at=asked_at)
    if rules is None:
        change_notices.plan(session, act, rows, recipients)


def skip_the_rest(session: Session, act: ActionContext, rules: Collection[str]) -> None:
    """Skip the pending reminders of rules that are off or gone, of past events too."""
    known = dict(session.connection().execute(select(_RULE.c.id, _RULE.c.active).where(_RULE.c.id.in_(rules))).all())
    for rule in rules:
        if not known.get(rule):
            why = due_times.RULE_OFF if rule in known else due_times.RULE_DELETED
            planned_rows.skip_where(session, why, act.now, _TABLE.c.rule_key == rule)


def plan_working_days(session: Session, act: ActionContext) -> None:
    """Replan what depends on the office's own days off: rules that count working days, or from tasks that may."""
    session.flush()
    lock_planning(session)  # a rule created concurrently is either seen here or sees the new days itself
    for rule in _recounted_rules(session):
        _plan_rule_now(session, act, rule)


def ask_for_working_days(session: Session, act: ActionContext) -> None:
    """As :func:`plan_working_days`, but by a worker, who counts the due days of tasks anew, too."""
    session.flush()
    counting = [rule.id for rule in _recounted_rules(session)]
    since = coming_since(session, act)
    coming = planning_jobs.count_coming(session, since)
    planning_jobs.ask(session, act, planning_jobs.DAYS_OFF, coming, rules=counting, counts_days=True, since=since)


def _recounted_rules(session: Session) -> Sequence[ReminderRule]:
    """The active rules whose due days depend on the days off. They have changed although the rules have not: the new
    version makes a worker revalidate."""
    session.connection().execute(_BUMP_VERSIONS)
    counting = select(ReminderRule).where(*_COUNTING).order_by(_RULE.c.id)
    return session.execute(counting.execution_options(populate_existing=True)).scalars().all()


def announce_cancellation(session: Session, act: ActionContext, event: Event) -> None:
    """Skip the pending reminders of a cancelled event, and notify everyone who was or would have been reminded, once.

    Of an internal event only those are notified who may be told of it now.

    The notice waits as others do: an event that takes place after all in the meantime is told to nobody. Whoever has a
    cancellation pending gets no second one; reminders that a restore gave up count as sent, because they may have been.
    Nobody is notified of an event that is over already: that row is inserted as skipped.
    """
    session.flush()
    lock_planning(session, event.id)
    change_notices.plan_cancellation(session, act, event)
    is_reminder = _TABLE.c.purpose == ReminderPurpose.REMINDER
    planned_rows.skip_where(
        session, due_times.SILENT[EventStatus.CANCELLED], act.now, _TABLE.c.event_id == event.id, is_reminder
    )


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


def active_rules(session: Session) -> Rules:
    """The rules that are switched on."""
    return {row.id: (RuleFacts.of(row), row.audience) for row in session.connection().execute(_ACTIVE_RULES)}


@dataclass(slots=True)
class _PlanningData:
    """Rules, events and their recipients, read with a bounded number of queries."""

    rules: Rules
    events: dict[str, tuple[EventDays, Any]]
    audience_index: AudienceIndex
    days_off: OfficeDays | None
    vouched: frozenset[str]
    recipients: frozenset[str] | None = None
    offices: RuleOffices = field(default_factory=RuleOffices)
    tasks: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(
        cls,
        session: Session,
        act: ActionContext,
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
            session, {word for _rule, audience in concerned for word in audience}, which, of_tasks=of_tasks
        )
        offices = RuleOffices.load(session)
        zones = OfficeZones.load(session, act.common.office.timezone, offices.offices) if of_tasks else None
        events = {row.id: (EventDays.of(row, tasks.get(row.id, ()), zones), row) for row in rows}
        counts_working_days = any(rule.working_days for rule, _audience in concerned)
        days_off = OfficeDays(OfficeHolidays.load(session, offices.offices)) if counts_working_days else None
        audiences = {rule.id: audience for rule, audience in concerned}
        vouched = approved_rules(session, audiences)
        by_id = {task.id: task for of_event in tasks.values() for task in of_event}
        return cls(rules, events, audience_index, days_off, vouched, recipients, offices, by_id)

    def required(self) -> Iterator[tuple[Key, _PlannedReminder]]:
        """Yield every reminder that the rules require for the events, with its unique key."""
        for days, row in self.events.values():
            for rule, audience in self.rules.values():
                dues = self._dues(rule, days, row) if self.offices.covers(rule.id, row) else []
                people: Mapping[str, Language] | None = None
                for due in dues:
                    if people is None or due.task_id is not None:
                        people = self._people(rule.id, audience, row, due.task_id)
                    for recipient, locale in people.items():
                        key = (days.id, rule.id, due.task_id or "", recipient, due.due_at)
                        yield key, _PlannedReminder(rule.id, due.task_id, locale, due.former)

    def _people(self, rule_id: str, audience: list[str], event: Any, task_id: str | None) -> Mapping[str, Language]:
        vouched = rule_id in self.vouched
        task = None if task_id is None else self.tasks[task_id]
        people = self.audience_index.addresses(audience, event, vouched=vouched, task=task)
        if self.recipients is None:
            return people
        return {one: people[one] for one in self.recipients.intersection(people)}

    def _dues(self, rule: RuleFacts, days: EventDays, event: Any) -> list[DueReminder]:
        try:
            return due_times.due_reminders(rule, days, self._days_off(event))
        except ValueError:
            return []  # the offset leads from these days to a date outside the calendar

    def _days_off(self, event: Any) -> WorkingDays | None:
        return self.days_off.of(event.organisation_id) if self.days_off else None

    def why_not(self, row: Any) -> str:
        """Why a pending reminder is no longer required."""
        if row.event_id not in self.events:
            return due_times.MOVED
        days = self.events[row.event_id][0]
        if days.status in REMINDED and row.rule_key not in self.rules:
            return due_times.RULE_OFF
        rule = self.rules[row.rule_key][0] if row.rule_key in self.rules else None
        try:
            days_off = self._days_off(self.events[row.event_id][1])
            reason = due_times.skip_reason(rule, days, row.task_key or None, row.due_at, days_off)
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


def _plan(
    session: Session,
    act: ActionContext,
    data: _PlanningData,
    present: Sequence[Any],
    asked_at: datetime | None = None,
    *,
    names_all_late: bool = False,
) -> None:
    """Bring the existing reminders (``present``) in line with the required ones; a bounded number of statements.

    What was not too late at ``asked_at`` (now by default) is sent. What comes too late is kept with that reason, but of
    events that are over only if ``names_all_late``: rules would fill the list with what nobody planned.
    """
    asked_at = asked_at or act.now
    required = dict(data.required())
    present = _without_former(present, required, act.now)
    obsolete: dict[str, list[str]] = defaultdict(list)
    reactivated: list[str] = []
    for row in present:
        key: Key = (row.event_id, row.rule_key, row.task_key, row.recipient, row.due_at)
        if required.pop(key, None) is None:
            if row.state is ReminderState.PENDING:
                obsolete[data.why_not(row)].append(row.id)
        elif _can_reactivate(row, asked_at) or (_is_late(row) and data.catches_up(key, act.now)):
            reactivated.append(row.id)
    planned_rows.skip(session, obsolete, act.now)
    planned_rows.reactivate(session, reactivated, act.now)
    rows = []
    for key in sorted(required):
        planned = required[key]
        late = due_times.too_late(key[-1], asked_at) and not data.catches_up(key, act.now)
        if late and not names_all_late and data.events[key[0]][0].last_day < act.common.today:
            continue
        reason = due_times.TOO_LATE if late else None
        row = _row(act, key, planned, reason)
        rows.append(row | {"created_at": min(asked_at, act.now)})
    planned_rows.insert(session, rows)


def _without_former(present: Sequence[Any], required: dict[Key, _PlannedReminder], now: datetime) -> Sequence[Any]:
    """Take out of ``required`` what versions before 0.4 dealt with at the instant that they computed, and return what
    else is present.

    What they sent, or skipped as late, doesn't become due again by the corrected reckoning. What waits leaves at the
    corrected instant, or as planned where that is over already.
    """
    before = {
        (row.event_id, row.rule_key, row.task_key, row.recipient, row.due_at): row
        for row in present
        if row.reckoning is not None
    }
    settled: set[str] = set()
    for key, planned in list(required.items()) if before else ():
        row = before.get((*key[:-1], planned.former)) if planned.former is not None else None
        if row is None or (row.state is ReminderState.SKIPPED and row.reason not in _DEALT_WITH):
            continue
        if row.state is not ReminderState.PENDING or key[-1] < now:
            del required[key]
            settled.add(row.id)
    return [row for row in present if row.id not in settled]


_NEVER_AGAIN = frozenset({due_times.RESTORED, due_times.TOLD_ELSEWHERE})
"""Why a reminder was skipped whose reader may have got it: it does not become due again, not even late."""

_DEALT_WITH = _NEVER_AGAIN | {due_times.TOO_LATE, due_times.OVER}
"""Why a reminder was skipped whose time has come: it does not become due again."""


def _can_reactivate(row: Any, asked_at: datetime) -> bool:
    """Whether a reminder was skipped, certainly never sent, and is not too late.

    What came too late when it was planned stays so, whatever the clock shows by now.
    """
    is_skipped = row.state is ReminderState.SKIPPED and row.reason not in _NEVER_AGAIN | {due_times.TOO_LATE}
    return is_skipped and not due_times.too_late(row.due_at, asked_at)


def _is_late(row: Any) -> bool:
    return row.state is ReminderState.SKIPPED and row.reason not in _NEVER_AGAIN


def _row(act: ActionContext, key: Key, planned: _PlannedReminder, late: str | None) -> dict[str, Any]:
    event_id, rule_key, task_key, recipient, due_at = key
    of: dict[str, str | None] = {"event_id": event_id, "rule_id": planned.rule_id, "rule_key": rule_key}
    of |= {"task_id": planned.task_id, "task_key": task_key}
    return planned_rows.new_row(recipient, planned.locale, due_at, act.now, late=late, **of)
