"""The queue of reminders: claim with a lease, renew it, record outcomes. The rows are the only state.

Every statement checks state and owner: a worker whose lease was taken over records nothing. ``work`` is the caller's
transaction, as a session or, where the cost per mail matters, as the connection below one.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    Text,
    Update,
    and_,
    bindparam,
    func,
    insert,
    not_,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlmodel import Session

from models.reminders import Reminder, ReminderAttempt
from models.vocabulary import (
    AboutType,
    AttemptOutcome,
    Language,
    ReminderChannel,
    ReminderPurpose,
    ReminderState,
)

TABLE: Table = Reminder.__table__  # type: ignore[attr-defined]
ATTEMPT: Table = ReminderAttempt.__table__  # type: ignore[attr-defined]

LONGEST_PAUSE = timedelta(hours=6)
LONGEST_WAIT_FOR_SERVER = timedelta(minutes=15)
"""The longest pause between probes of a mail server that is down: once back, it is noticed within this time."""

TASKS_ALONG = 500
_READER_LOCKS = 7248611
"""The class of the advisory locks on readers of tasks, one for each."""

GIVE_UP_AFTER = timedelta(days=3)
JITTER = 0.2
"""A pause is randomly up to this fraction shorter or longer, so that what failed together is not retried together."""

_random = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class ClaimedReminder:
    """A reminder that this worker has claimed until its lease ends."""

    id: str
    purpose: ReminderPurpose
    channel: ReminderChannel
    rule_id: str | None
    event_id: str | None
    task_id: str | None
    task_key: str
    recipient: str
    locale: Language
    due_at: datetime
    attempts: int
    deferred_since: datetime | None
    failed_id: str | None
    reckoning: int | None = None
    created_at: datetime | None = None
    about_type: AboutType | None = None
    about_id: str | None = None
    about_day: date | None = None
    rule_key: str = ""
    document_id: str | None = None
    sender_id: str | None = None


class SendResult(StrEnum):
    """How a claim ends: sent; permanently failed; not to be sent; to be retried; released without an attempt."""

    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    RETRY = "retry"
    RELEASED = "put_back"


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """The outcome of a claimed reminder.

    ``answer`` is the other side's reply to an attempt, None if there was no attempt to record (skipped, released).
    ``again_at`` is the time of the next attempt; ``waits_for_server`` means that the mail server was down.
    ``entry_sequence`` is the SEQUENCE of the calendar entry that was sent, ``entry_organizer`` its ORGANIZER if that
    was not the office, ``told_sequence`` the SEQUENCE of the event that was told, ``sent_to`` who stood in for the
    recipient and got it. ``mail_id`` is the id of the reminder
    that names the mail, where several went with one; None: its own. Of several about one event ``is_companion`` is set
    for all but one, whose failure is reported.
    """

    end: SendResult
    reason: str | None = None
    answer: str | None = None
    again_at: datetime | None = None
    waits_for_server: bool = False
    entry_sequence: int | None = None
    entry_organizer: str | None = None
    told_sequence: int | None = None
    sent_to: str | None = None
    mail_id: str | None = None
    is_companion: bool = False


_CLAIMED = tuple(TABLE.c[field.name] for field in fields(ClaimedReminder))


# The statements are built once, with placeholders: building one takes longer than running it.
_PENDING = TABLE.c.state == ReminderState.PENDING
_SENDING = TABLE.c.state == ReminderState.SENDING
_OWNED = and_(_SENDING, TABLE.c.lease_owner == bindparam("me"))
_EXPIRED = and_(_SENDING, TABLE.c.lease_until <= bindparam("now"))
_DUE = and_(_PENDING, TABLE.c.next_at <= bindparam("now"))


_OF_TASK = and_(TABLE.c.purpose == ReminderPurpose.REMINDER, TABLE.c.task_key != "")
_OF_READERS = TABLE.c.recipient.in_(bindparam("recipients", expanding=True))


def _claim_statement(condition: ColumnElement[bool], order: ColumnElement[Any], skip_locked: bool) -> Update:
    """Claim the first ``n``; where other transactions claim too, tasks of the locked ``recipients`` only."""
    if skip_locked:
        condition = and_(condition, or_(not_(_OF_TASK), _OF_READERS))
    chosen = select(TABLE.c.id).where(condition).order_by(order).limit(bindparam("n"))
    if skip_locked:
        chosen = chosen.with_for_update(skip_locked=True)
    lease = {
        "state": ReminderState.SENDING,
        "lease_owner": bindparam("me"),
        "lease_until": bindparam("until"),
        "attempts": TABLE.c.attempts + 1,
        "updated_at": bindparam("now"),
    }
    return update(TABLE).where(TABLE.c.id.in_(chosen)).values(lease).returning(*_CLAIMED)


# Two statements instead of one with OR: each walks the index (state, next_at) and stops at its limit.
_CLAIM = {
    dialect: (
        _claim_statement(_EXPIRED, TABLE.c.lease_until, dialect == "postgresql"),
        _claim_statement(_DUE, TABLE.c.next_at, dialect == "postgresql"),
    )
    for dialect in ("sqlite", "postgresql")
}
_WITH_TASKS = {
    dialect: _claim_statement(
        and_(_DUE, _OF_TASK, _OF_READERS),
        TABLE.c.next_at,
        dialect == "postgresql",
    )
    for dialect in ("sqlite", "postgresql")
}


def _next(condition: ColumnElement[bool], order: ColumnElement[Any]) -> Any:
    columns = (TABLE.c.recipient, _OF_TASK.label("of_task"))
    return select(*columns).where(condition).order_by(order).limit(bindparam("n")).subquery()


_NEXT = union_all(
    *(select(one) for one in (_next(_EXPIRED, TABLE.c.lease_until), _next(_DUE, TABLE.c.next_at)))
).subquery()
_READERS = select(_NEXT.c.recipient).where(_NEXT.c.of_task).distinct()
_LOCK_READERS = text(
    "SELECT reader FROM unnest(CAST(:readers AS text[])) AS reader"
    " WHERE pg_try_advisory_xact_lock(:class, hashtext(reader))"
)
_ANYTHING_DUE = select(TABLE.c.id).where(or_(_EXPIRED, _DUE)).limit(1)
_NEXT_DUE = select(func.min(TABLE.c.next_at)).where(_PENDING)
_RENEW = update(TABLE).where(_OWNED).values(lease_until=bindparam("until"))
_THIS = TABLE.c.id == bindparam("row_id")
_THESE = TABLE.c.id.in_(bindparam("ids", expanding=True))
_MAIL = func.coalesce(bindparam("mail", type_=Text), TABLE.c.id)
_MESSAGE_ID = bindparam("before", type_=Text) + _MAIL + bindparam("after", type_=Text)


def _ending(state: ReminderState, which: ColumnElement[bool], **values: Any) -> Update:
    end: dict[str, Any] = {
        "state": state,
        "lease_until": None,
        "lease_owner": None,
        "waits_for_server": False,
        "updated_at": bindparam("now"),
    }
    return update(TABLE).where(_OWNED, which).values(end | values)


_SENT_VALUES: Mapping[str, Any] = {
    "reason": None,
    "sent_to": bindparam("to", type_=Text),
    "sent_at": bindparam("now"),
    "message_id": _MESSAGE_ID,
    "entry_sequence": bindparam("sequence"),
    "entry_organizer": bindparam("organizer"),
    "told_sequence": bindparam("told"),
}
_SENT = _ending(ReminderState.SENT, _THESE, **_SENT_VALUES)
_SENT_ONE = _ending(ReminderState.SENT, _THIS, **_SENT_VALUES)
_FAILED = _ending(ReminderState.FAILED, _THESE, reason=bindparam("why"), seen_at=None, seen_by=None, escalated_at=None)
_SKIPPED = _ending(ReminderState.SKIPPED, _THESE, reason=bindparam("why"))
_RELEASED = _ending(
    ReminderState.PENDING,
    _THESE,
    attempts=TABLE.c.attempts - 1,
    reason=func.coalesce(bindparam("why", type_=Text), TABLE.c.reason),
    waits_for_server=bindparam("waits"),
)
_RETRY = _ending(
    ReminderState.PENDING,
    _THESE,
    reason=bindparam("why"),
    next_at=bindparam("again_at"),
    waits_for_server=bindparam("waits"),
    deferred_since=func.coalesce(TABLE.c.deferred_since, bindparam("since", type_=TABLE.c.deferred_since.type)),
)
_BRING_FORWARD = (
    update(TABLE)
    .where(_PENDING, TABLE.c.waits_for_server, TABLE.c.next_at > bindparam("now"))
    .values(next_at=bindparam("now"), updated_at=bindparam("now"))
)
_ATTEMPTED = ("at", "outcome", "answer", "worker")
_RECORD_ONE = insert(ATTEMPT).values({name: bindparam(name) for name in ("reminder_id", *_ATTEMPTED)})
_RECORD_SOME = insert(ATTEMPT).from_select(
    ["reminder_id", *_ATTEMPTED],
    select(TABLE.c.id, *(bindparam(name, type_=ATTEMPT.c[name].type) for name in _ATTEMPTED)).where(_THESE),
)


def anything_due(work: Session | Connection, now: datetime) -> bool:
    """Whether there is something to claim. Only reads: an idle worker never takes SQLite's write lock."""
    return _connection(work).execute(_ANYTHING_DUE, {"now": now}).first() is not None


def next_due(work: Session | Connection) -> datetime | None:
    """When the next pending reminder is due, including an overdue one; None if there is none."""
    found: datetime | None = _connection(work).execute(_NEXT_DUE).scalar()
    return found


def claim(
    work: Session | Connection, now: datetime, owner: str, lease_seconds: float, limit: int
) -> list[ClaimedReminder]:
    """Claim up to ``limit`` reminders: first those with an expired lease, then those due, the longest overdue first.

    Of a reader of whom a task's reminder is claimed all other tasks' that are due are claimed along, at most
    ``TASKS_ALONG`` in all: they go with one mail.

    Each claim counts as an attempt. On PostgreSQL rows that another worker is claiming at the same time are skipped,
    and so are tasks of the readers whose tasks it is claiming; on SQLite the transaction must be a writing one
    (``Database.transaction()``).
    """
    connection = _connection(work)
    lease: dict[str, Any] = {"now": now, "me": owner, "until": now + timedelta(seconds=lease_seconds)}
    if connection.dialect.name == "postgresql":
        lease["recipients"] = _readers_of_tasks(connection, {"now": now, "n": limit})
    claimed: list[ClaimedReminder] = []
    for statement in _CLAIM[connection.dialect.name]:
        if len(claimed) < limit:
            rows = connection.execute(statement, lease | {"n": limit - len(claimed)})
            claimed += _in_order(rows)
    readers = {one.recipient for one in claimed if one.task_key and one.purpose is ReminderPurpose.REMINDER}
    if readers and len(claimed) >= limit:
        more = {"n": TASKS_ALONG, "recipients": sorted(readers)}
        claimed += _in_order(connection.execute(_WITH_TASKS[connection.dialect.name], lease | more))
    return claimed


def _readers_of_tasks(connection: Connection, values: Mapping[str, Any]) -> list[str]:
    """The readers of the tasks among the next reminders, locked for this transaction; without those that another one
    has locked, as it takes all of their tasks."""
    readers = sorted(connection.execute(_READERS, values).scalars())
    return (
        list(connection.execute(_LOCK_READERS, {"readers": readers, "class": _READER_LOCKS}).scalars())
        if readers
        else []
    )


def _in_order(rows: Iterable[Any]) -> list[ClaimedReminder]:
    return sorted((ClaimedReminder(*row) for row in rows), key=lambda one: (one.due_at, one.id))


def renew(work: Session | Connection, owner: str, until: datetime) -> int:
    """Extend the lease of everything this owner has claimed; return the number of rows."""
    return int(_connection(work).execute(_RENEW, {"me": owner, "until": until}).rowcount)


def record_outcomes(
    work: Session | Connection,
    outcomes: Mapping[str, SendOutcome],
    now: datetime,
    owner: str,
    worker: str,
    id_affixes: tuple[str, str],
) -> Counter[SendResult]:
    """Record the outcomes of claimed reminders (id → outcome) after the fact, and every attempt made.

    Equal outcomes are written in one statement. A reminder that another worker has taken over is left alone, but its
    attempt was made and is recorded. ``id_affixes`` are the texts before and after a reminder's id in its Message-ID.
    Returns the number of reminders by result.
    """
    connection = _connection(work)
    counted: Counter[SendResult] = Counter()
    by_outcome: dict[SendOutcome, list[str]] = {}
    for one, outcome in outcomes.items():
        by_outcome.setdefault(outcome, []).append(one)
    for outcome, ids in by_outcome.items():
        counted[outcome.end] += _end(connection, outcome, ids, {"me": owner, "now": now}, id_affixes)
        if outcome.answer is not None:
            _record(connection, outcome, ids, now, worker)
    return counted


def _end(
    connection: Connection, outcome: SendOutcome, ids: list[str], values: dict[str, Any], id_affixes: tuple[str, str]
) -> int:
    values = values | {"ids": ids, "why": outcome.reason}
    match outcome.end:
        case SendResult.SENT:
            del values["why"]
            values["to"] = outcome.sent_to
            values |= {"before": id_affixes[0], "after": id_affixes[1], "mail": outcome.mail_id}
            values |= {"sequence": outcome.entry_sequence, "organizer": outcome.entry_organizer}
            values |= {"told": outcome.told_sequence}
            if len(ids) == 1:  # the common case, after each mail: takes a third of the time of an IN list
                del values["ids"]
                return int(connection.execute(_SENT_ONE, values | {"row_id": ids[0]}).rowcount)
            return int(connection.execute(_SENT, values).rowcount)
        case SendResult.FAILED:
            return int(connection.execute(_FAILED, values).rowcount)
        case SendResult.SKIPPED:
            return int(connection.execute(_SKIPPED, values).rowcount)
        case SendResult.RELEASED:
            return int(connection.execute(_RELEASED, values | {"waits": outcome.waits_for_server}).rowcount)
        case SendResult.RETRY:
            values |= {"waits": outcome.waits_for_server, "again_at": outcome.again_at}
            values |= {"since": None if outcome.waits_for_server else values["now"]}
            return int(connection.execute(_RETRY, values).rowcount)


_OUTCOMES = {
    SendResult.SENT: AttemptOutcome.SENT,
    SendResult.FAILED: AttemptOutcome.REFUSED,
    SendResult.RETRY: AttemptOutcome.DEFERRED,
}


def _record(connection: Connection, outcome: SendOutcome, ids: list[str], now: datetime, worker: str) -> None:
    values = {
        "at": now,
        "outcome": _OUTCOMES[outcome.end],
        "answer": (outcome.answer or "")[:2000],
        "worker": worker,
    }
    if len(ids) == 1:
        connection.execute(_RECORD_ONE, values | {"reminder_id": ids[0]})
    else:
        connection.execute(_RECORD_SOME, values | {"ids": ids})


def release(work: Session | Connection, now: datetime) -> int:
    """The mail server is back: bring forward the reminders that waited only for it; return how many."""
    return int(_connection(work).execute(_BRING_FORWARD, {"now": now}).rowcount)


def pause(since: datetime | None, now: datetime, first_seconds: float, longest: timedelta = LONGEST_PAUSE) -> timedelta:
    """The pause after a failure, with jitter: as long as it has been failing so far, so each pause doubles the total.

    ``since`` is the time of the first failure, None if this is the first. At least ``first_seconds``, at most
    ``longest``; a clock that was set back counts as no time.
    """
    failing = max(now - since, timedelta()) if since is not None else timedelta()
    return min(timedelta(seconds=first_seconds) + failing, longest) * _random.uniform(1 - JITTER, 1 + JITTER)


def is_hopeless(deferred_since: datetime | None, now: datetime) -> bool:
    """Whether a mail has been deferred for three days: time to give up.

    Counted from the first temporary failure of the mail itself, not from its due time nor while the server was down: a
    reminder sent again by hand, or after the server came back, gets three days again.
    """
    return deferred_since is not None and now - deferred_since >= GIVE_UP_AFTER


def _connection(work: Session | Connection) -> Connection:
    return work if isinstance(work, Connection) else work.connection()
