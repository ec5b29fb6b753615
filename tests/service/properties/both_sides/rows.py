"""Whose rows a step changed: an office changes those of another by accepting days, and by nothing else."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from models.events import Event
from tests.service.both_sides.test_whose_rows import Owners
from tests.service.properties.both_sides.table import Actor, Table
from tests.service.properties.traces import Leak

OF_THE_SERVICE = frozenset(
    {
        "reminder", "share_opening", "event_version", "planning_job", "idempotency_key", "job_run", "heartbeat", "lead",
        "text_keys", "stored_content", "feed_reader", "api_token", "web_session", "note_mention", "login_failure",
        "booking_notice",
        "first_day",
    }
)  # fmt: skip
"""What the service itself writes about anybody's steps: what is to be mailed, who looked, what was told before."""

BY_PROPOSALS = frozenset({"proposal"})
BY_ACCEPTING = frozenset({"proposal", "event", "booking", "programme_item", "task", "member", "imported_entry"})
DAYS = frozenset(
    {
        "first_day", "last_day", "arrives_on", "departs_on", "updated_at", "version", "sequence", "corrections",
        "changed_since_confirmed", "starts_at", "ends_at", "begins_on", "finishes_on", "from_day", "to_day", "due_day",
        "day", "moved_at", "status", "changed_at", "due_on", "days_moved_at",
    }
)  # fmt: skip
"""Columns that move with the days of an event."""

BY_HOLDERS = frozenset({"link_draft", "submission", "submission_file", "stored_content", "reminder", "planning_job"})
"""What somebody with a link writes: the draft, what is handed in with its photos; and who is told of that."""

Change = tuple[str, Any, Mapping[str, Any] | None, Mapping[str, Any] | None]

WRITTEN_BEHIND = frozenset({"feed_reader"})
"""What is written some time after a calendar was read, by nobody who asks meanwhile."""


def changed(before: Owners, after: Owners) -> Iterator[Change]:
    """Table, key, row before and after of each row that differs."""
    for name, rows in after.tables.items():
        old = before.tables[name]
        for key in old.keys() | rows.keys():
            was, now = old.get(key), rows.get(key)
            if was != now:
                yield name, key, was, now


def _columns(was: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> set[str]:
    return {name for name in (was or {}).keys() | (now or {}).keys() if (was or {}).get(name) != (now or {}).get(name)}


@contextmanager
def only_ones_own(table: Table, who: Actor, allowed: frozenset[str] = frozenset()) -> Iterator[Owners]:
    """Raise if what ``who`` does within changes rows of another office, but in the tables that are ``allowed``."""
    before = Owners(table.database)
    yield before
    after = Owners(table.database)
    for name, key, was, now in changed(before, after):
        whose = {
            owner.of(name, row) for owner, row in ((before, was), (after, now)) if row is not None
        } - {None, table.places[who.side]}  # fmt: skip
        if not whose or name in OF_THE_SERVICE:
            continue
        columns = _columns(was, now)
        if name == "task" and _is_own_task(before, who, was, now) and columns <= {"status", "updated_at", "done_at"}:
            continue
        is_moved = name in BY_PROPOSALS or (was is not None and now is not None and columns <= DAYS)
        if name not in allowed or not is_moved:
            raise Leak(f"{who.name} has changed {name} {key} of {whose}: {sorted(columns)}")


def _is_own_task(owners: Owners, who: Actor, was: Any, now: Any) -> bool:
    return was is not None and now is not None and was["organisation_id"] == who.body


@contextmanager
def only_filled_in(table: Table, *, reads: bool = False) -> Iterator[None]:
    """Raise if whoever holds a link changes anything but what it is for; ``reads``: anything at all."""
    before = Owners(table.database)
    yield
    for name, key, was, now in changed(before, Owners(table.database)):
        if name not in WRITTEN_BEHIND and (reads or name not in BY_HOLDERS):
            raise Leak(f"a link's holder has changed {name} {key}: {sorted(_columns(was, now))}")


@contextmanager
def moved_to(table: Table, event_id: str, days: tuple[str, str] | None) -> Iterator[None]:
    """Raise if an event stands on other days afterwards than it stood before, or, if they were accepted, than these."""

    def now() -> tuple[str, str]:
        with table.database.transaction(write=False) as session:
            event = session.get_one(Event, event_id)
            return event.first_day.isoformat(), event.last_day.isoformat()

    before = now()
    yield
    if now() not in ({before} if days is None else {before, days}):
        raise Leak(f"the days of {event_id} are {now()}, agreed on was {days}, before it was {before}")
