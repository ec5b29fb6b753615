"""What the worker sends, and what it does not, whatever happens between claim and send."""

from models.database import Database
from models.vocabulary import ReminderState
from service.actions import reminders as actions
from service.actions.acting import Act
from tests.factories import make_event, make_rule
from tests.jobs.conftest import HandClock, WorkerFactory, reminders
from tests.jobs.sink import Sink


def test_one_due_reminder_makes_one_mail(
    database: Database, make_worker: WorkerFactory, clock: HandClock, act: Act, sink: Sink
) -> None:
    with database.transaction() as session:
        make_rule(session, offset="-P1D")
        actions.plan_event(session, act, make_event(session))
    worker = make_worker()
    assert not worker.tick()
    assert sink.received == []

    clock.forward(days=9)

    assert worker.tick() == {"sent": 1}
    assert not worker.tick()
    (mail,) = sink.received
    (row,) = reminders(database)
    assert mail.recipient == row.recipient == "desk@example.org"
    assert row.state is ReminderState.SENT
    assert (row.attempts, row.sent_at, row.message_id) == (1, clock.now, mail.message_id)
    assert row.id in mail.message_id
