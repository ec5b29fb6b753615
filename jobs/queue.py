"""The queue of reminders: claim with a lease, renew it, settle what became of each. The row is all there is.

Everything here is guarded by state and owner: a worker whose lease another one took over settles nothing. ``work`` is
the caller's transaction, as a session or, where every mail counts, as the connection below one.
"""

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, Text, Update, and_, bindparam, or_, select, update
from sqlmodel import Session

from models.reminders import Reminder
from models.vocabulary import Language, ReminderPurpose, ReminderState

TABLE: Table = Reminder.__table__  # type: ignore[attr-defined]

LONGEST_PAUSE = timedelta(hours=6)
GIVE_UP_AFTER = timedelta(days=3)
JITTER = 0.2
"""A pause is this much shorter or longer by chance, so that what failed together is not tried together."""

_random = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A reminder that is this worker's to send, until its lease ends."""

    id: str
    purpose: ReminderPurpose
    rule_id: str | None
    event_id: str
    task_id: str | None
    task_key: str
    recipient: str
    locale: Language
    due_at: datetime
    attempts: int


_CLAIMED = tuple(TABLE.c[field.name] for field in fields(Claimed))


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
_RENEW = update(TABLE).where(_MINE).values(lease_until=bindparam("until"))


def _ending(state: ReminderState, which: ColumnElement[bool], **values: Any) -> Update:
    end: dict[str, Any] = {"state": state, "lease_until": None, "lease_owner": None, "updated_at": bindparam("now")}
    return update(TABLE).where(_MINE, which).values(end | values)


_THESE = TABLE.c.id.in_(bindparam("ids", expanding=True))
_MESSAGE_ID = bindparam("before", type_=Text) + TABLE.c.id + bindparam("after", type_=Text)
_SENT = _ending(ReminderState.SENT, _THESE, reason=None, sent_at=bindparam("now"), message_id=_MESSAGE_ID)
_SENT_ONE = _ending(
    ReminderState.SENT, TABLE.c.id == bindparam("row_id"), reason=None, sent_at=bindparam("now"), message_id=_MESSAGE_ID
)
_FAILED = _ending(ReminderState.FAILED, _THESE, reason=bindparam("why"))
_SKIPPED = _ending(ReminderState.SKIPPED, _THESE, reason=bindparam("why"))
_PUT_BACK = _ending(ReminderState.PENDING, _THESE, attempts=TABLE.c.attempts - 1)
_RETRY = _ending(
    ReminderState.PENDING, TABLE.c.id == bindparam("row_id"), reason=bindparam("why"), next_at=bindparam("again_at")
)


def anything_due(work: Session | Connection, now: datetime) -> bool:
    """Whether there is something to claim. Only reads: an idle worker never asks for SQLite's write lock."""
    return _connection(work).execute(_ANYTHING_DUE, {"now": now}).first() is not None


def claim(work: Session | Connection, now: datetime, owner: str, lease_seconds: float, limit: int) -> list[Claimed]:
    """Take up to ``limit`` reminders: those whose worker let the lease lapse, then what is due, longest due first.

    Each claim counts as an attempt. On PostgreSQL rows that another worker is just claiming are passed over; on
    SQLite the transaction must be a writing one (``Database.transaction()``).
    """
    connection = _connection(work)
    lease = {"now": now, "me": owner, "until": now + timedelta(seconds=lease_seconds)}
    taken: list[Claimed] = []
    for statement in _TAKE[connection.dialect.name]:
        if len(taken) < limit:
            rows = connection.execute(statement, lease | {"n": limit - len(taken)})
            taken += sorted((Claimed(*row) for row in rows), key=lambda one: (one.due_at, one.id))
    return taken


def renew(work: Session | Connection, owner: str, until: datetime) -> int:
    """Hold everything this owner has claimed until then; how many rows that are."""
    return int(_connection(work).execute(_RENEW, {"me": owner, "until": until}).rowcount)


def settle_sent(
    work: Session | Connection, ids: Collection[str], owner: str, now: datetime, around: tuple[str, str]
) -> int:
    """Mark as sent, after the fact; how many were still this owner's.

    ``around`` is what stands before and after the reminder's id in its Message-ID.
    """
    if len(ids) == 1:  # what a worker does after each mail, in a third of the time an IN list takes
        values = {"me": owner, "now": now, "row_id": next(iter(ids)), "before": around[0], "after": around[1]}
        return int(_connection(work).execute(_SENT_ONE, values).rowcount)
    return _end(work, _SENT, ids, owner, now, before=around[0], after=around[1])


def settle_failed(work: Session | Connection, ids: Collection[str], owner: str, now: datetime, reason: str) -> int:
    """Give up on reminders; people see them as failed, with the reason."""
    return _end(work, _FAILED, ids, owner, now, why=reason)


def settle_skipped(work: Session | Connection, ids: Collection[str], owner: str, now: datetime, reason: str) -> int:
    """Do not send reminders that no longer hold or came too late."""
    return _end(work, _SKIPPED, ids, owner, now, why=reason)


def settle_retry(
    work: Session | Connection, again: Mapping[str, datetime], owner: str, now: datetime, reason: str
) -> int:
    """Try reminders again later: id → when the next attempt is due."""
    if not again:
        return 0
    rows = [{"me": owner, "now": now, "why": reason, "row_id": one, "again_at": at} for one, at in again.items()]
    return int(_connection(work).execute(_RETRY, rows).rowcount)


def put_back(work: Session | Connection, ids: Collection[str], owner: str, now: datetime) -> int:
    """Return claimed reminders untried, as if they had never been claimed (the worker is stopping)."""
    return _end(work, _PUT_BACK, ids, owner, now)


def pause(attempts: int, first_seconds: float) -> timedelta:
    """How long to wait after the ``attempts``-th failure: twice the last pause, at most six hours, with jitter."""
    return _nominal_pause(attempts, first_seconds) * _random.uniform(1 - JITTER, 1 + JITTER)


def is_hopeless(attempts: int, first_seconds: float) -> bool:
    """Whether so many attempts, with the pauses between them, took three days: time to give up.

    Counted in attempts, not from the due instant: a reminder sent again by hand gets its three days anew.
    """
    waited = timedelta()
    for attempt in range(1, attempts):
        waited += _nominal_pause(attempt, first_seconds)
        if waited >= GIVE_UP_AFTER:
            return True
    return False


def _nominal_pause(attempts: int, first_seconds: float) -> timedelta:
    doublings = min(attempts - 1, 40)  # beyond that any pause is the longest, and 2.0 ** n would overflow in the end
    return min(timedelta(seconds=min(first_seconds * 2.0**doublings, 1e6)), LONGEST_PAUSE)


def _connection(work: Session | Connection) -> Connection:
    return work if isinstance(work, Connection) else work.connection()


def _end(
    work: Session | Connection, statement: Update, ids: Collection[str], owner: str, now: datetime, **values: str
) -> int:
    if not ids:
        return 0
    return int(_connection(work).execute(statement, {"me": owner, "now": now, "ids": list(ids)} | values).rowcount)
