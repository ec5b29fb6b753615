"""The queue of reminders: claim with a lease, renew it, settle what became of each. The row is all there is.

Everything here is guarded by state and owner: a worker whose lease another one took over settles nothing. ``work`` is
the caller's transaction, as a session or, where every mail counts, as the connection below one.
"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
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
    or_,
    select,
    update,
)
from sqlmodel import Session

from models.reminders import Reminder, ReminderAttempt
from models.vocabulary import (
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
"""How rarely a mail server that is away is tried: once back it is found within this time, whatever was waiting."""

GIVE_UP_AFTER = timedelta(days=3)
JITTER = 0.2
"""A pause is this much shorter or longer by chance, so that what failed together is not tried together."""

_random = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class ClaimedReminder:
    """A reminder that is this worker's to send, until its lease ends."""

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


class SendResult(StrEnum):
    """How a claim ends: sent; failed for good; not to be sent; put off; put back untried."""

    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    RETRY = "retry"
    RELEASED = "put_back"


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """What became of a claimed reminder.

    ``answer`` is what the other side said to an attempt, None where there was none to record (skipped, put back).
    ``again_at`` is when it is tried next; ``waits_for_server`` says that it is the server that was away.
    ``entry_sequence`` is the SEQUENCE of the calendar entry that went along.
    """

    end: SendResult
    reason: str | None = None
    answer: str | None = None
    again_at: datetime | None = None
    waits_for_server: bool = False
    entry_sequence: int | None = None


_CLAIMED = tuple(TABLE.c[field.name] for field in fields(ClaimedReminder))


# The statements are built once, with places for their values: building one takes longer than running it.
_PENDING = TABLE.c.state == ReminderState.PENDING
_SENDING = TABLE.c.state == ReminderState.SENDING
_MINE = and_(_SENDING, TABLE.c.lease_owner == bindparam("me"))
_LAPSED = and_(_SENDING, TABLE.c.lease_until <= bindparam("now"))
_DUE = and_(_PENDING, TABLE.c.next_at <= bindparam("now"))


def _taking(condition: ColumnElement[bool], order: ColumnElement[Any], skip_locked: bool) -> Update:
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


# Two statements, not one with OR: each walks the index (state, next_at) and stops at its limit.
_TAKE = {
    dialect: (
        _taking(_LAPSED, TABLE.c.lease_until, dialect == "postgresql"),
        _taking(_DUE, TABLE.c.next_at, dialect == "postgresql"),
    )
    for dialect in ("sqlite", "postgresql")
}
_ANYTHING_DUE = select(TABLE.c.id).where(or_(_LAPSED, _DUE)).limit(1)
_NEXT_DUE = select(func.min(TABLE.c.next_at)).where(_PENDING)
_RENEW = update(TABLE).where(_MINE).values(lease_until=bindparam("until"))
_THIS = TABLE.c.id == bindparam("row_id")
_THESE = TABLE.c.id.in_(bindparam("ids", expanding=True))
_MESSAGE_ID = bindparam("before", type_=Text) + TABLE.c.id + bindparam("after", type_=Text)


def _ending(state: ReminderState, which: ColumnElement[bool], **values: Any) -> Update:
    end: dict[str, Any] = {
        "state": state,
        "lease_until": None,
        "lease_owner": None,
        "waits_for_server": False,
        "updated_at": bindparam("now"),
    }
    return update(TABLE).where(_MINE, which).values(end | values)


_SENT_VALUES: Mapping[str, Any] = {
    "reason": None,
    "sent_at": bindparam("now"),
    "message_id": _MESSAGE_ID,
    "entry_sequence": bindparam("sequence"),
}
_SENT = _ending(ReminderState.SENT, _THESE, **_SENT_VALUES)
_SENT_ONE = _ending(ReminderState.SENT, _THIS, **_SENT_VALUES)
_FAILED = _ending(ReminderState.FAILED, _THESE, reason=bindparam("why"), seen_at=None, seen_by=None, escalated_at=None)
_SKIPPED = _ending(ReminderState.SKIPPED, _THESE, reason=bindparam("why"))
_RELEASE = _ending(
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
_RELEASE = (
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
    """Whether there is something to claim. Only reads: an idle worker never asks for SQLite's write lock."""
    return _connection(work).execute(_ANYTHING_DUE, {"now": now}).first() is not None


def next_due(work: Session | Connection) -> datetime | None:
    """When the next pending reminder is due; None when there is none. One that is overdue counts as well."""
    found: datetime | None = _connection(work).execute(_NEXT_DUE).scalar()
    return found


def claim(
    work: Session | Connection, now: datetime, owner: str, lease_seconds: float, limit: int
) -> list[ClaimedReminder]:
    """Take up to ``limit`` reminders: those whose worker let the lease lapse, then what is due, longest due first.

    Each claim counts as an attempt. On PostgreSQL rows that another worker is just claiming are passed over; on
    SQLite the transaction must be a writing one (``Database.transaction()``).
    """
    connection = _connection(work)
    lease = {"now": now, "me": owner, "until": now + timedelta(seconds=lease_seconds)}
    taken: list[ClaimedReminder] = []
    for statement in _TAKE[connection.dialect.name]:
        if len(taken) < limit:
            rows = connection.execute(statement, lease | {"n": limit - len(taken)})
            taken += sorted((ClaimedReminder(*row) for row in rows), key=lambda one: (one.due_at, one.id))
    return taken


def renew(work: Session | Connection, owner: str, until: datetime) -> int:
    """Hold everything this owner has claimed until then; how many rows that are."""
    return int(_connection(work).execute(_RENEW, {"me": owner, "until": until}).rowcount)


def record_outcomes(
    work: Session | Connection,
    outcomes: Mapping[str, SendOutcome],
    now: datetime,
    owner: str,
    worker: str,
    around: tuple[str, str],
) -> Counter[SendResult]:
    """Write down what became of claimed reminders (id → outcome), after the fact, and every attempt made.

    Those alike go in one statement. What is another worker's by now is left alone, but the attempt was made: it is
    recorded. ``around`` is what stands before and after a reminder's id in its Message-ID. How many ended how.
    """
    connection = _connection(work)
    counted: Counter[SendResult] = Counter()
    alike: dict[SendOutcome, list[str]] = {}
    for one, outcome in outcomes.items():
        alike.setdefault(outcome, []).append(one)
    for outcome, ids in alike.items():
        counted[outcome.end] += _end(connection, outcome, ids, {"me": owner, "now": now}, around)
        if outcome.answer is not None:
            _record(connection, outcome, ids, now, worker)
    return counted


def _end(
    connection: Connection, outcome: SendOutcome, ids: list[str], values: dict[str, Any], around: tuple[str, str]
) -> int:
    values = values | {"ids": ids, "why": outcome.reason}
    match outcome.end:
        case SendResult.SENT:
            del values["why"]
            values |= {"before": around[0], "after": around[1], "sequence": outcome.entry_sequence}
            if len(ids) == 1:  # what a worker does after each mail, in a third of the time an IN list takes
                del values["ids"]
                return int(connection.execute(_SENT_ONE, values | {"row_id": ids[0]}).rowcount)
            return int(connection.execute(_SENT, values).rowcount)
        case SendResult.FAILED:
            return int(connection.execute(_FAILED, values).rowcount)
        case SendResult.SKIPPED:
            return int(connection.execute(_SKIPPED, values).rowcount)
        case SendResult.RELEASED:
            return int(connection.execute(_RELEASE, values | {"waits": outcome.waits_for_server}).rowcount)
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
    """The mail server is back: bring forward what only waited for it; how many that are."""
    return int(_connection(work).execute(_RELEASE, {"now": now}).rowcount)


def pause(since: datetime | None, now: datetime, first_seconds: float, longest: timedelta = LONGEST_PAUSE) -> timedelta:
    """How long to wait after a failure, with jitter: as long as it has failed so far, so each pause doubles the whole.

    ``since`` is when it first failed, None for the first failure. At least ``first_seconds``, at most ``longest``; a
    clock that was set back counts as no time.
    """
    failing = max(now - since, timedelta()) if since is not None else timedelta()
    return min(timedelta(seconds=first_seconds) + failing, longest) * _random.uniform(1 - JITTER, 1 + JITTER)


def is_hopeless(deferred_since: datetime | None, now: datetime) -> bool:
    """Whether a mail was put off for three days: time to give up.

    Counted from its own first refusal, not from its due instant nor while the server was away: a reminder sent again
    by hand, or after the server's return, gets its three days anew.
    """
    return deferred_since is not None and now - deferred_since >= GIVE_UP_AFTER


def _connection(work: Session | Connection) -> Connection:
    return work if isinstance(work, Connection) else work.connection()
