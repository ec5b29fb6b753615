"""The migration of events known to the month or the year: up and down with every row, nothing dropped in silence."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from models.database import Database
from models.events import Event
from models.migrate import downgrade, upgrade
from models.vocabulary import EventStatus, KnownTo
from tests import factories
from tests.models.test_notices_migration import url_of

pytestmark = pytest.mark.both_databases("a migration up and down, and its CHECK")

BEFORE = "0028"
YEAR: dict[str, Any] = {
    "first_day": date(2008, 1, 1), "last_day": date(2008, 12, 31), "known_to": KnownTo.YEAR,
    "status": EventStatus.COMPLETED,
}  # fmt: skip


def test_events_that_were_there_have_days(database: Database) -> None:
    with database.transaction() as session:
        events = [factories.make_event(session).id for _each in range(3)]
        rows = "SELECT id, first_day, last_day, version, sequence, uid, updated_at FROM event ORDER BY id"
        before = session.execute(text(rows)).all()
    database.dispose()
    downgrade(url_of(database), BEFORE)
    upgrade(url_of(database))
    with database.transaction() as session:
        assert session.execute(text(rows)).all() == before
        assert [session.get_one(Event, one).known_to for one in events] == [KnownTo.DAY] * 3


def test_what_the_version_before_can_not_hold_stops_the_way_down(database: Database) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, **YEAR).id
    database.dispose()
    with pytest.raises(RuntimeError, match="1 events are known to the month or the year only"):
        downgrade(url_of(database), BEFORE)
    with database.transaction() as session:
        found = session.get_one(Event, event)
        assert (found.known_to, found.first_day) == (KnownTo.YEAR, date(2008, 1, 1))
        found.known_to, found.first_day = KnownTo.DAY, date(2008, 5, 4)
        found.last_day = found.arrives_on = found.departs_on = date(2008, 5, 4)
    database.dispose()
    downgrade(url_of(database), BEFORE)


@pytest.mark.parametrize(
    "values",
    [
        {"status": EventStatus.PLANNED},
        {"arrives_on": date(2008, 1, 2)},
        {"departs_on": date(2008, 12, 30)},
        {"known_to": "decade"},
    ],
    ids=str,
)
def test_no_row_has_more_than_is_known(database: Database, values: dict[str, Any]) -> None:
    sets = ", ".join(f"{name} = :{name}" for name in values)
    statement = text(f"UPDATE event SET {sets} WHERE id = :id")
    with database.transaction() as session:
        event = factories.make_event(session, **YEAR).id
    with database.transaction() as session, pytest.raises(IntegrityError):
        session.execute(statement, {**values, "id": event})
