"""What follows when references were moved or moved back: the trail, calendars, estimates, reminders.

On PostgreSQL the events are locked before anything is moved, in the order of their ids, and nothing waits for the lock
of all plans while it holds them: what accounts are told besides is left to the worker
(:mod:`service.actions.reminders.planning_jobs`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, select
from sqlmodel import Session, col

from models.accounts import User
from models.base import metadata
from models.estimates import Estimate
from models.events import Event
from models.queries.approved_rules import approved_by
from models.queries.audience import is_coming
from models.vocabulary import MergedEntity
from service.actions import change_log
from service.actions.audit import ChangedRow, record_all
from service.actions.context import ActionContext
from service.actions.directory.references import Move, columns_of
from service.actions.effects import changes
from service.actions.reminders import left_planning, planning_jobs, reminder_planning

_EVENT: Table = Event.__table__  # type: ignore[attr-defined]
_AT_ONCE = 500
_UNTOLD = frozenset({"deleted_event", "hand_over", "position", "reminder", "seed_entry"})
"""Tables whose rows are nothing that somebody changes: the trail says nothing of them."""


def events_with(session: Session, entity: MergedEntity, identity: str) -> list[str]:
    """The ids of the events that refer to a person or an organisation, by themselves or by a part of them."""
    found: set[str] = set()
    for table_name, column in columns_of(entity):
        table = metadata.tables[table_name]
        if table is _EVENT or "event_id" in table.c:
            event_id = table.c.id if table is _EVENT else table.c.event_id
            found |= set(session.execute(select(event_id).where(table.c[column] == identity)).scalars())
    return sorted(found - {None})


def lock_events(session: Session, event_ids: Collection[str]) -> None:
    """Lock events until the transaction ends, in the order of their ids; others may refer to them meanwhile."""
    ids = sorted(event_ids)
    for first in range(0, len(ids), _AT_ONCE):
        chosen = select(_EVENT.c.id).where(_EVENT.c.id.in_(ids[first : first + _AT_ONCE])).order_by(_EVENT.c.id)
        session.execute(chosen.with_for_update(key_share=True)).all()


def events_of(session: Session, moves: Iterable[Move]) -> dict[tuple[str, tuple[Any, ...]], str]:
    """The event that each moved row is or belongs to, of rows that do."""
    found: dict[tuple[str, tuple[Any, ...]], str] = {}
    unknown: dict[str, set[str]] = {}
    for one in moves:
        table = metadata.tables[one.table]
        if table is _EVENT:
            found[one.row] = one.key[0]
        elif "event_id" in table.c and len(one.key) == 1:
            values = one.before if not one.column and one.before is not None else one.after if not one.column else None
            if isinstance(values, Mapping):
                found[one.row] = values["event_id"]
            else:
                unknown.setdefault(one.table, set()).add(one.key[0])
    for table_name, keys in unknown.items():
        table, (key,) = metadata.tables[table_name], metadata.tables[table_name].primary_key
        ids = sorted(keys)
        for first in range(0, len(ids), _AT_ONCE):
            rows = session.execute(select(key, table.c.event_id).where(key.in_(ids[first : first + _AT_ONCE])))
            found |= {(table_name, (row[0],)): row[1] for row in rows if row[1] is not None}
    return found


def settle(
    session: Session,
    act: ActionContext,
    key: str,
    action: str,
    moves: Sequence[Move],
    *,
    addresses: Collection[str | None] = (),
    also: Collection[str] = (),
) -> None:
    """Write the trail, make calendars fresh and plan reminders anew.

    ``key`` names the step among what waits to be planned, ``action`` is the trail's verb. ``addresses`` are those of
    people whom it concerns; ``also`` are events to be planned besides those of the moves.
    """
    events = events_of(session, moves)
    record_all(session, act, action, _trail(moves, events))
    concerned = set(events.values()) | set(also)
    change_log.note_all(session, act.now, concerned)
    forget_loaded(session, act)
    _follow_visits(session, act, {events[one.row] for one in moves if one.table == "member" and one.row in events})
    accounts = sorted({one.key[0] for one in moves if one.table == "user"})
    told = [*addresses, *_emails(session, accounts)]
    _plan(session, act, key, concerned)
    _plan_readers(session, act, told, approved_by(session.connection(), accounts=accounts) if accounts else ())


def _follow_visits(session: Session, act: ActionContext, event_ids: Collection[str]) -> None:
    """Estimates count the guests: who was in a visit twice is now in it once, or was so before."""
    ids = sorted(event_ids)
    for first in range(0, len(ids), _AT_ONCE):
        chosen = select(col(Estimate.event_id)).where(col(Estimate.event_id).in_(ids[first : first + _AT_ONCE]))
        for event_id in sorted(session.execute(chosen).scalars()):
            changes.visit_changed(session, act, session.get_one(Event, event_id))


def forget_loaded(session: Session, act: ActionContext) -> None:
    """Have rows read anew that were loaded before statements changed them."""
    session.flush()
    session.expire_all()
    if act.user is not None and act.user in session:
        session.refresh(act.user)


def _trail(moves: Sequence[Move], events: Mapping[tuple[str, tuple[Any, ...]], str]) -> list[ChangedRow]:
    """A row of the trail for each row that was moved, with all its columns that people know."""
    changed: dict[tuple[str, tuple[Any, ...]], dict[str, Any]] = {}
    for one in moves:
        if one.table not in _UNTOLD and one.column:
            changed.setdefault(one.row, {})[one.column] = {"from": one.before, "to": one.after}
    return [ChangedRow(row[0], str(row[1][0]), values, events.get(row)) for row, values in changed.items()]


def _emails(session: Session, accounts: Sequence[str]) -> list[str]:
    found: list[str] = []
    for first in range(0, len(accounts), _AT_ONCE):
        chosen = select(col(User.email)).where(col(User.id).in_(accounts[first : first + _AT_ONCE]))
        found += session.execute(chosen).scalars()
    return found


def _plan(session: Session, act: ActionContext, key: str, event_ids: Collection[str]) -> None:
    since, ids = reminder_planning.coming_since(session, act), sorted(event_ids)
    coming: list[Any] = []
    for first in range(0, len(ids), _AT_ONCE):
        chosen = select(_EVENT.c.first_day, _EVENT.c.id).where(_EVENT.c.id.in_(ids[first : first + _AT_ONCE]))
        coming += session.execute(chosen.where(is_coming(since))).all()
    planned = [row.id for row in sorted(coming)]
    if len(planned) > planning_jobs.AT_ONCE:
        planning_jobs.ask(session, act, key, len(planned), event_ids=planned)
    elif planned:
        reminder_planning.lock_for_batch(session, planned)
        reminder_planning.plan_batch(session, act, planned)


def _plan_readers(
    session: Session, act: ActionContext, addresses: Collection[str | None], rules: Collection[str]
) -> None:
    """What these accounts and people are told of other events, and the rules whose addresses they approved."""
    if not addresses:
        return
    if session.get_bind().dialect.name == "sqlite":
        reminder_planning.plan_readers(session, act, addresses)
        reminder_planning.plan_rules(session, act, rules)
        return
    left_planning.leave_readers(session, act, addresses)
    for rule_id in sorted(rules):
        left_planning.leave_rule(session, act, rule_id)
