"""Reminders before a learner's permit ends: who is told, what they are told, and when nobody is any more."""

from datetime import date, datetime, time
from typing import Any

import pytest

from models.database import Database
from models.events import Event
from models.learners import Learner
from models.vocabulary import EventKind, EventStatus, Language, LearnerStage, ReminderAnchor, ReminderState, Role
from models.vocabulary import Visibility as Seen
from service.actions.context import ActionContext
from service.actions.events import events
from service.actions.ledger import learners
from service.actions.reminders import occasion_planning
from tests.factories import NOW, OFFICE, make_event, make_organisation, make_person, make_rule, make_user
from tests.jobs.conftest import HandClock, WorkerFactory, reminders
from tests.jobs.sink import Sink

pytestmark = pytest.mark.both_databases("a query over learners, events and people; who reads the money of which")

LAN, MINH, BOSS, VIEWER = "lan@example.org", "minh@example.org", "boss@example.org", "viewer@example.org"
ACT = ActionContext(None, NOW, OFFICE)
EXPIRES = date(2027, 3, 1)
DUE = datetime.fromisoformat("2026-12-31T08:00+07:00")
"""Sixty days before."""


def world(database: Database, audience: list[str], **values: Any) -> str:
    """A public batch of Lan's body, an officer of another body, an approver, a viewer; the id of the learner."""
    with database.transaction() as session:
        mine, other = make_organisation(session), make_organisation(session)
        make_user(session, Role.OFFICER, email=LAN, organisation_id=mine.id, locale=Language.EN)
        make_user(session, Role.VIEWER, email=VIEWER, organisation_id=mine.id)
        make_user(session, Role.OFFICER, email=MINH, organisation_id=other.id)
        make_user(session, Role.APPROVER, email=BOSS, organisation_id=other.id)
        batch = make_event(
            session, kind=EventKind.TRAINING_BATCH, organisation_id=mine.id, visibility=Seen.PUBLIC,
            status=EventStatus.CONFIRMED, title={"vi": "Khóa tiếng Việt", "en": "Vietnamese course"},
        )  # fmt: skip
        make_rule(
            session, name={"vi": "Gia hạn thẻ", "en": "Extend the permit"}, anchor=ReminderAnchor.EXPIRY,
            offset="-P60D", at=time(8), audience=audience,
        )  # fmt: skip
        person = make_person(session, name="Bounmy Phommachanh", email="bounmy@example.org")
        sent = {"person_id": person.id, "stage": LearnerStage.LANGUAGE, "permit_expires_on": EXPIRES}
        return learners.add_learner(session, ACT, batch, sent | values).id


def pending(database: Database) -> dict[str, datetime]:
    return {row.recipient: row.due_at for row in reminders(database) if row.state is ReminderState.PENDING}


EVERYBODY = ["role:officer", "role:approver", "role:viewer", "organisation", "email:bounmy@example.org",
             f"email:{MINH}", "email:stranger@example.org"]  # fmt: skip


def test_only_those_are_told_who_read_the_money_of_the_batch(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    """A public batch is everybody's to read; its learners' permits are not, nor any address's that nobody reads with:
    the learners themselves are told by who is in charge of them."""
    identity = world(database, EVERYBODY)
    assert pending(database) == {LAN: DUE, BOSS: DUE}
    clock.now = DUE
    assert make_worker().tick() == {"sent": 2}
    (mail,) = [one for one in sink.received if one.recipient == LAN]
    assert mail.mail["Subject"] == "Extend the permit – Bounmy Phommachanh – 1 March 2027"
    body = mail.mail.get_body(("plain",))
    assert body is not None
    lines = body.get_content().splitlines()
    assert lines[0] == "This learner's residence permit or visa ends. Please apply for its extension in time:"
    assert "- Training batch: Vietnamese course" in lines
    assert any(f"/learners#learner-{identity}" in line for line in lines)


def test_organisation_means_the_body_in_charge_of_the_batch(database: Database) -> None:
    world(database, ["organisation"])
    assert set(pending(database)) == {LAN}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"permit_expires_on": None}, "What it was about was deleted, or is not this office's."),
        ({"outcome": "left", "ends_on": "2026-11"}, "They do not study in this stage any more."),
        ({"outcome": "graduated", "ends_on": "2026-11"}, "They do not study in this stage any more."),
    ],
)
def test_a_change_of_the_learner_is_planned_at_once(database: Database, values: dict[str, Any], reason: str) -> None:
    identity = world(database, ["role:officer"])
    assert pending(database) == {LAN: DUE}
    with database.transaction() as session:
        learner = session.get_one(Learner, identity)
        learners.change_learner(session, ACT, session.get_one(Event, learner.event_id), learner, values)
    assert pending(database) == {}
    (row,) = reminders(database)
    assert row.state is ReminderState.SKIPPED
    assert row.reason == reason


def test_an_extended_permit_is_reminded_of_before_its_new_end(database: Database) -> None:
    identity = world(database, ["role:officer"])
    with database.transaction() as session:
        learner = session.get_one(Learner, identity)
        event = session.get_one(Event, learner.event_id)
        learners.change_learner(session, ACT, event, learner, {"permit_expires_on": date(2028, 3, 1)})
    assert {at.date() for at in pending(database).values()} == {date(2028, 1, 1)}


def test_a_learner_taken_out_and_a_cancelled_batch_remind_nobody(database: Database) -> None:
    identity = world(database, ["role:officer"])
    with database.transaction() as session:
        event = events.find_event(session, session.get_one(Learner, identity).event_id)
        events.transition(session, ACT, event, EventStatus.CANCELLED, reason="Hoãn")
    assert pending(database) == {}
    with database.transaction() as session:
        learner = session.get_one(Learner, identity)
        learners.remove_learner(session, ACT, session.get_one(Event, learner.event_id), learner)
        assert occasion_planning.plan(session, ACT) == 0
    assert pending(database) == {}


def test_who_is_in_charge_no_more_is_not_told(database: Database, make_worker: WorkerFactory, clock: HandClock) -> None:
    """Checked again before it is sent: rights may have changed behind the plan's back."""
    identity = world(database, ["role:officer"])
    with database.transaction() as session:
        event = session.get_one(Event, session.get_one(Learner, identity).event_id)
        event.organisation_id = make_organisation(session).id
    clock.now = DUE
    assert make_worker().tick() == {"skipped": 1}
