"""The migration of placements: rows are kept on the way up, and what would be lost on the way down is named."""

import pytest
from sqlmodel import select

from models.database import Database
from models.event_parts import ProgrammeItem
from models.migrate import downgrade, upgrade
from models.placements import Placement
from tests import factories

pytestmark = pytest.mark.both_databases("a migration up and down")

BEFORE = "0046"


def test_placements_stop_the_way_down_and_programmes_keep_their_items(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    with database.transaction() as session:
        event = factories.make_event(session)
        item = ProgrammeItem(event_id=event.id, day=event.first_day, title={"vi": "Hội đàm"})
        session.add(item)
        session.add(Placement(event_id=event.id, tables=[{"for": item.id, "name": "1", "seats": []}]))
        item_id = item.id
    database.dispose()
    with pytest.raises(RuntimeError, match="of 1 events"):
        downgrade(url, BEFORE)
    with database.transaction() as session:
        session.delete(session.exec(select(Placement)).one())
    database.dispose()
    downgrade(url, BEFORE)
    upgrade(url)
    with database.transaction() as session:
        assert session.exec(select(Placement)).all() == []
        assert [one.id for one in session.exec(select(ProgrammeItem))] == [item_id]
