"""The migrations of undoing and of the trash: what the version before can't hold stops the way down, and is counted."""

from datetime import UTC, datetime

import pytest
from sqlmodel import delete, select

from models.accounts import Audit
from models.database import Database
from models.migrate import downgrade, upgrade
from models.trash import TrashedEvent
from models.vocabulary import EventKind

pytestmark = pytest.mark.both_databases("migrations up and down")

BEFORE_TRASH, BEFORE_UNDO = "0066", "0064"
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def audit(**values: object) -> Audit:
    return Audit(at=NOW, actor_name="lan", action="change", entity="event", entity_id="e", changes={}, **values)


def test_a_draft_in_the_trash_stops_the_way_down(database: Database) -> None:
    with database.transaction() as session:
        session.add(TrashedEvent(kind=EventKind.ACTIVITY, sequence=1, sealed=b"x", trashed_at=NOW))
    url = database.url.render_as_string(hide_password=False)
    database.dispose()
    with pytest.raises(RuntimeError, match="1 drafts in the trash"):
        downgrade(url, BEFORE_TRASH)
    with database.transaction() as session:
        session.exec(delete(TrashedEvent))
    database.dispose()
    downgrade(url, BEFORE_TRASH)
    upgrade(url)
    with database.transaction() as session:
        assert session.exec(select(TrashedEvent)).all() == []


def test_what_was_undone_stops_the_way_down(database: Database) -> None:
    with database.transaction() as session:
        session.add(audit(request_id="a", kept={"ids": ["x"]}))
    url = database.url.render_as_string(hide_password=False)
    database.dispose()
    # What is kept for undoing is of no use there.
    downgrade(url, BEFORE_UNDO)
    upgrade(url)
    with database.transaction() as session:
        assert [(row.request_id, row.kept) for row in session.exec(select(Audit))] == [("a", None)]
        session.add(audit(request_id="b", undoes="a"))
    database.dispose()
    with pytest.raises(RuntimeError, match="1 undone changes"):
        downgrade(url, BEFORE_UNDO)
