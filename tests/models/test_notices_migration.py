"""The migration that keeps what readers were told: it has nothing mailed anew, and the way down loses nothing."""

from datetime import timedelta

import pytest

from models.database import Database
from models.migrate import downgrade, upgrade
from models.reminders import EventVersion, Reminder
from models.vocabulary import ReminderPurpose, ReminderState
from service.actions.context import ActionContext
from service.actions.reminders.reminder_planning import plan_event
from tests import factories
from tests.factories import NOW, OFFICE
from tests.jobs.conftest import all_reminders

BEFORE = "0021"
SENT = {"state": ReminderState.SENT, "sent_at": NOW}


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


@pytest.mark.both_databases("a migration up and down")
def test_whoever_was_told_before_is_told_nothing_by_the_upgrade(database: Database) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, sequence=4)
        member = factories.make_person(session, email="member@example.org")
        factories.make_member(session, event, member)
        factories.make_reminder(session, event, recipient="member@example.org", entry_sequence=1, **SENT)
        factories.make_reminder(session, event, recipient="officer@example.org", **SENT)
        behind = {"recipient": "behind@example.org"}
        factories.make_reminder(session, event, entry_sequence=2, **SENT, **behind)
        waiting = {"purpose": ReminderPurpose.UPDATE, "rule_key": "update:4", "due_at": NOW + timedelta(minutes=10)}
        factories.make_reminder(session, event, **waiting, **behind)
        factories.make_reminder(session, event, recipient="later@example.org")
    database.dispose()
    downgrade(url_of(database), BEFORE)
    upgrade(url_of(database))
    with database.transaction() as session:
        found = {(row.recipient, row.purpose): row.told_sequence for row in all_reminders(session)}
        assert found == {
            ("member@example.org", ReminderPurpose.REMINDER): 4,
            ("officer@example.org", ReminderPurpose.REMINDER): 4,
            ("behind@example.org", ReminderPurpose.REMINDER): 2,
            ("behind@example.org", ReminderPurpose.UPDATE): None,
            ("later@example.org", ReminderPurpose.REMINDER): None,
        }
        plan_event(session, ActionContext(None, NOW, OFFICE), session.get_one(type(event), event.id))
        new = [row.recipient for row in all_reminders(session) if row.purpose is not ReminderPurpose.REMINDER]
        assert new == ["behind@example.org"]


@pytest.mark.both_databases("a migration up and down")
@pytest.mark.parametrize("what", ["notice", "values", "organizer"])
def test_what_the_version_before_can_not_hold_stops_the_way_down(database: Database, what: str) -> None:
    with database.transaction() as session:
        event = factories.make_event(session)
        reminder = factories.make_reminder(session, event)
        if what == "notice":
            reminder.purpose = ReminderPurpose.MOVED
        elif what == "organizer":
            reminder.entry_organizer = "lan@example.org"
        else:
            session.add(EventVersion(event_id=event.id, sequence=0, content={}, changed_at=NOW))
    database.dispose()
    words = {"notice": "1 notices", "values": "1 events", "organizer": "1 calendar entries"}
    with pytest.raises(RuntimeError, match=words[what]):
        downgrade(url_of(database), BEFORE)
    with database.transaction() as session:
        assert session.get(Reminder, reminder.id) is not None
