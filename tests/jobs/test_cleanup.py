"""What the hourly sweep deletes and what it leaves."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import SQLModel, select

from jobs.cleanup import forget_moves, sweep
from models.accounts import Heartbeat, IdempotencyKey, LoginFailure, SpentState, WebSession
from models.database import Database
from models.feeds import CalendarChange, FeedChunk
from models.successions import Merge
from tests.factories import make_user

pytestmark = pytest.mark.both_databases("deletes by subqueries over every table that is swept")

DAY = timedelta(days=1)
MOMENT = timedelta(seconds=1)


def test_sweep_deletes_what_is_older_than_its_time_and_nothing_else(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        user = make_user(session).id
        for name, at in (("old", now - DAY - MOMENT), ("young", now - DAY)):
            session.add(
                IdempotencyKey(user_id=user, key_hash=name, request_hash="", status=201, answer=b"", created_at=at)
            )
            session.add(LoginFailure(account=name, address="", at=at))
            session.add(Heartbeat(name=name, at=at))
        for name, until in (("old", now), ("young", now + MOMENT)):
            before = now - 30 * DAY
            session.add(
                WebSession(token_hash=name, user_id=user, created_at=before, last_seen_at=before, expires_at=until)
            )
            session.add(SpentState(state_hash=name, expires_at=until))
        for name, at in (("old", now - 3 * DAY - MOMENT), ("young", now - 3 * DAY)):
            session.add(CalendarChange(event_id=name, at=at))
        for feed_id in ("old", "public-vi"):
            session.add(FeedChunk(feed_id=feed_id, digest="", crc=0, length=0, deflated=b""))
    swept = (
        "idempotency_key",
        "login_failure",
        "web_session",
        "spent_state",
        "heartbeat",
        "calendar_change",
        "feed_chunk",
    )
    with database.transaction() as session:
        assert sweep(session, now) == dict.fromkeys(swept, 1) | {"deleted_event": 0}
        assert sum(sweep(session, now).values()) == 0

    left: dict[type[SQLModel], str] = {
        IdempotencyKey: "key_hash", LoginFailure: "account", WebSession: "token_hash", SpentState: "state_hash",
        Heartbeat: "name", CalendarChange: "event_id",
    }  # fmt: skip
    with database.transaction(write=False) as session:
        for table, name in left.items():
            assert [getattr(row, name) for row in session.exec(select(table)).all()] == ["young"]


def test_what_was_moved_is_forgotten_when_it_cannot_be_undone_any_more(database: Database, now: datetime) -> None:
    values = {
        "merged_name": {"vi": "x"},
        "entity": "person",
        "into_id": "b",
        "moved": {},
        "moves": [{"table": "event"}],
    }
    with database.transaction() as session:
        for identity, age in (("old", timedelta(days=7, seconds=1)), ("new", timedelta(days=7))):
            session.add(Merge(id=identity, merged_id=identity, made_at=now - age, **values))
        session.flush()
        assert forget_moves(session, now) == 1
        assert forget_moves(session, now) == 0
        kept = {one.id: one.moves for one in session.exec(select(Merge).execution_options(populate_existing=True))}
    assert kept == {"old": None, "new": values["moves"]}
