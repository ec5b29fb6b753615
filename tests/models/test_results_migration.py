"""The migration of results: rows are kept up and down, and results stop the way down by the ids of their events."""

import pytest
from sqlmodel import select

from models.database import Database
from models.events import Event
from models.migrate import downgrade, upgrade
from tests import factories

pytestmark = pytest.mark.both_databases("a migration up and down")

BEFORE = "0048"


def change(database: Database, results: str | None) -> str:
    with database.transaction() as session:
        event = session.exec(select(Event)).one()
        event.results = results
        return event.id


def test_results_stop_the_way_down_and_all_else_is_kept(database: Database) -> None:
    with database.transaction() as session:
        factories.make_event(session, title={"vi": "Đoàn vào"})
    url = database.url.render_as_string(hide_password=False)
    identity = change(database, "Hai bên thống nhất ba việc.")
    database.dispose()
    with pytest.raises(RuntimeError, match=f"the results of 1 events \\({identity}\\)"):
        downgrade(url, BEFORE)
    change(database, None)
    database.dispose()
    downgrade(url, BEFORE)
    upgrade(url)
    with database.transaction() as session:
        event = session.exec(select(Event)).one()
        assert (event.id, event.title, event.results, event.results_text) == (identity, {"vi": "Đoàn vào"}, None, "")
        assert event.search_text
