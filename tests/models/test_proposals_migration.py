"""The migration of proposed days: what the version before can't hold stops the way down, and is counted."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import delete, select

from models.both_sides.proposals import Proposal
from models.database import Database
from models.events import Event
from models.migrate import downgrade, upgrade
from models.reminders import Reminder
from models.vocabulary import AboutType, ReminderState
from tests import factories

pytestmark = pytest.mark.both_databases("a migration up and down")

BEFORE = "0058"
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


def test_proposals_and_their_mails_stop_the_way_down(database: Database) -> None:
    with database.transaction() as session:
        event = factories.make_event(session)
        row = Proposal(
            event_id=event.id,
            first_day=date(2027, 3, 10),
            last_day=date(2027, 3, 12),
            from_office="hai-duong",
            to_office="vientiane-province",
            made_at=NOW,
            expires_at=NOW,
        )
        session.add(row)
        session.flush()
        factories.make_reminder(
            session,
            None,
            about_type=AboutType.PROPOSAL,
            about_id=row.id,
            about_day=row.first_day,
            due_at=NOW,
            state=ReminderState.SKIPPED,
            reason="The proposed days were answered or taken back.",
        )
    url = database.url.render_as_string(hide_password=False)
    database.dispose()
    with pytest.raises(RuntimeError, match="1 proposals of days, 1 mails about proposals"):
        downgrade(url, BEFORE)
    with database.transaction() as session:
        session.exec(delete(Reminder))
        session.exec(delete(Proposal))
    database.dispose()
    downgrade(url, BEFORE)
    upgrade(url)
    with database.transaction() as session:
        assert session.exec(select(Event)).one()
        assert session.exec(select(Proposal)).all() == []
