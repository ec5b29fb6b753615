"""The queue of reminders: claim with a lease, renew it, settle what became of each. The row is all there is.

Everything here is guarded by state and owner: a worker whose lease another one took over settles nothing.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, Update, and_, bindparam, or_, select, update
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


def _claimable(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    lapsed = and_(TABLE.c.state == ReminderState.SENDING, TABLE.c.lease_until <= now)
    due = and_(TABLE.c.state == ReminderState.PENDING, TABLE.c.next_at <= now)
    return lapsed, due


def anything_due(session: Session, now: datetime) -> bool:
    """Whether there is something to claim. Only reads: an idle worker never asks for SQLite's write lock."""
    return session.execute(select(TABLE.c.id).where(or_(*_claimable(now))).limit(1)).first() is not None


def claim(session: Session, now: datetime, owner: str, lease_seconds: float, limit: int) -> list[Claimed]:
    """Take up to ``limit`` reminders: those whose worker let the lease lapse, then what is due, longest due first.

    Each claim counts as an attempt. On PostgreSQL rows that another worker is just claiming are passed over; on
    SQLite the transaction must be a writing one (``Database.transaction()``).
    """
    lease = {
        "state": ReminderState.SENDING,
        "lease_owner": owner,
        "lease_until": now + timedelta(seconds=lease_seconds),
        "attempts": TABLE.c.attempts + 1,
        "updated_at": now,
    }
    taken: list[Claimed] = []
    # Two statements: each can walk the index (state, next_at) and stop at its limit.
    for condition, order in zip(_claimable(now), (TABLE.c.lease_until, TABLE.c.next_at), strict=True):
        if len(taken) == limit:
            break
        chosen = select(TABLE.c.id).where(condition).order_by(order).limit(limit - len(taken))
        if session.get_bind().dialect.name == "postgresql":
            chosen = chosen.with_for_update(skip_locked=True)
        taking = update(TABLE).where(TABLE.c.id.in_(chosen)).values(lease).returning(*_CLAIMED)
        rows = [Claimed(*row) for row in session.execute(taking)]
        taken += sorted(rows, key=lambda row: (row.due_at, row.id))
    return taken


def renew(session: Session, owner: str, until: datetime) -> int:
    """Hold everything this owner has claimed until then; how many rows that are."""
    result = session.execute(_mine(owner).values(lease_until=until))
    return int(result.rowcount)  # type: ignore[attr-defined]


def settle_sent(session: Session, sent: Mapping[str, str], owner: str, now: datetime) -> int:
    """Mark as sent, after the fact: reminder id → its Message-ID. How many were still this owner's."""
    settled = _release(ReminderState.SENT, now, reason=None, sent_at=now, message_id=bindparam("key"))
    return _settle(session, settled, owner, [{"row_id": one, "key": key} for one, key in sent.items()])


def settle_failed(session: Session, failed: Mapping[str, str], owner: str, now: datetime) -> int:
    """Give up on reminders (id → reason); people see them as failed."""
    settled = _release(ReminderState.FAILED, now, reason=bindparam("why"))
    return _settle(session, settled, owner, [{"row_id": one, "why": why} for one, why in failed.items()])


def settle_skipped(session: Session, skipped: Mapping[str, str], owner: str, now: datetime) -> int:
    """Do not send reminders that no longer hold or came too late (id → reason)."""
    settled = _release(ReminderState.SKIPPED, now, reason=bindparam("why"))
    return _settle(session, settled, owner, [{"row_id": one, "why": why} for one, why in skipped.items()])


def settle_retry(session: Session, later: Mapping[str, tuple[str, datetime]], owner: str, now: datetime) -> int:
    """Try reminders again later (id → why it did not work this time, when the next attempt is due)."""
    settled = _release(ReminderState.PENDING, now, reason=bindparam("why"), next_at=bindparam("at"))
    rows = [{"row_id": one, "why": why, "at": at} for one, (why, at) in later.items()]
    return _settle(session, settled, owner, rows)


def put_back(session: Session, ids: Sequence[str], owner: str, now: datetime) -> int:
    """Return claimed reminders untried, as if they had never been claimed (the worker is stopping)."""
    settled = _release(ReminderState.PENDING, now, attempts=TABLE.c.attempts - 1)
    return _settle(session, settled, owner, [{"row_id": one} for one in ids])


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


def _mine(owner: str) -> Update:
    return update(TABLE).where(TABLE.c.state == ReminderState.SENDING, TABLE.c.lease_owner == owner)


def _release(state: ReminderState, now: datetime, **values: Any) -> dict[str, Any]:
    return {"state": state, "lease_until": None, "lease_owner": None, "updated_at": now} | values


def _settle(session: Session, values: dict[str, Any], owner: str, rows: list[dict[str, Any]]) -> int:
    if not rows:
        return 0
    statement = _mine(owner).where(TABLE.c.id == bindparam("row_id")).values(values)
    return int(session.connection().execute(statement, rows).rowcount)
