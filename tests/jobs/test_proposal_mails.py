"""Mails about proposed days: asked in the reader's language, reminded, told; nobody is asked after the answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from calendars.proposals.notices import SETTLED
from models.accounts import User
from models.both_sides.proposals import Proposal
from models.both_sides.share import EventShare
from models.database import Database
from models.events import Event
from models.reminders import Reminder
from models.vocabulary import EventStatus, Language, ReminderState, Role, Visibility
from service.actions import permissions
from service.actions.both_sides import agreeing, proposals
from service.actions.context import ActionContext
from service.actions.events import events
from service.actions.reminders import occasion_planning
from tests.factories import OFFICE, make_event, make_locality, make_organisation, make_user
from tests.jobs.conftest import HandClock, WorkerFactory, reminders
from tests.jobs.sink import Sink

pytestmark = pytest.mark.both_databases(
    "the versions of proposals beside those of events, and the queue's unique index"
)

LAN, KHAM, BOUN, SPY = "lan@example.org", "kham@example.la", "boun@example.la", "spy@example.la"
DAYS = {"first_day": date(2027, 3, 10), "last_day": date(2027, 3, 12)}


@dataclass
class Talk:
    """A visit that Hải Dương shares with Vientiane Province: Lan owns it, Kham and Boun speak for the other side."""

    database: Database
    clock: HandClock
    event_id: str

    def do(self, address: str, step: Callable[..., Any], *args: Any) -> str:
        """One step of an account, on the present proposal if there is one; the id of what came of it."""
        with self.database.transaction() as session:
            user = session.exec(select(User).where(User.email == address)).one()
            permissions.reads_as(session, user)
            act = ActionContext(user, self.clock.now, OFFICE)
            event = events.find_event(session, self.event_id)
            if step is proposals.propose:
                return str(step(session, act, event, *args).id)
            row = session.exec(select(Proposal).order_by(col(Proposal.id).desc())).first()
            return str(step(session, act, row, event, *args, lambda _row: None).id)

    def propose(self, address: str = LAN, **values: Any) -> str:
        return self.do(address, proposals.propose, DAYS | values)


@pytest.fixture
def talk(database: Database, clock: HandClock) -> Talk:
    with database.transaction() as session:
        make_locality(session, "vientiane-province")
        own = make_organisation(session, name={"vi": "Sở Ngoại vụ"})
        other = make_organisation(session, locality="vientiane-province", protocol_office=True)
        department = make_organisation(session, locality="vientiane-province")
        lan = make_user(session, Role.OFFICER, email=LAN, organisation_id=own.id)
        make_user(session, Role.OFFICER, email="minh@example.org", organisation_id=own.id)
        make_user(session, Role.OFFICER, email=KHAM, organisation_id=other.id, locale=Language.LO)
        make_user(session, Role.APPROVER, email=BOUN, organisation_id=other.id, locale=Language.EN)
        make_user(session, Role.ADMIN, email="admin@example.la", organisation_id=other.id)
        make_user(session, Role.VIEWER, email="viewer@example.la", organisation_id=other.id)
        make_user(session, Role.OFFICER, email=SPY, organisation_id=department.id)
        event = make_event(
            session,
            organisation_id=own.id,
            created_by=lan.id,
            visibility=Visibility.INTERNAL,
            title={"vi": "Đoàn Viêng Chăn", "lo": "ຄະນະວຽງຈັນ", "en": "Vientiane delegation"},
        )
        session.add(EventShare(event_id=event.id, office="vientiane-province", shared_at=clock.now))
        return Talk(database, clock, event.id)


def text(mail: Any) -> str:
    body = mail.mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_the_other_side_is_asked_in_its_languages(talk: Talk, make_worker: WorkerFactory, sink: Sink) -> None:
    talk.propose(note="Mong phía bạn\nthu xếp.", answer_by=date(2026, 12, 15))
    assert make_worker().tick() == {"sent": 2}
    english, lao = sorted(sink.received, key=lambda mail: mail.recipient)
    assert (english.recipient, lao.recipient) == (BOUN, KHAM), "those who may answer; administrators have other work"
    assert english.mail["Subject"] == "Please answer: Vientiane delegation – 10–12 March 2027"
    lines = text(english).splitlines()
    assert lines[0] == "The office of Hải Dương proposes these days for the visit and waits for your answer."
    assert "- Days of the visit until now: 2–4 December 2026" in lines
    assert "- Answer by: 15 December 2026" in lines
    assert "- Note: Mong phía bạn thu xếp." in lines
    assert any(f"https://desk.example.org/events/{talk.event_id}/proposals" in line for line in lines)
    assert "ຄະນະວຽງຈັນ" in lao.mail["Subject"]


def test_nobody_is_asked_after_the_answer(talk: Talk, make_worker: WorkerFactory, sink: Sink) -> None:
    talk.propose(answer_by=date(2026, 12, 15))
    talk.do(KHAM, proposals.decline, "ຂໍໂທດ")
    assert {row.reason for row in reminders(talk.database) if row.state is ReminderState.SKIPPED} == {SETTLED}
    assert make_worker().tick() == {"sent": 1}
    (told,) = sink.received
    assert told.recipient == LAN
    assert "ຂໍໂທດ" in text(told)
    talk.clock.forward(days=60)
    assert make_worker().tick() == {}


def test_each_mail_is_checked_when_it_leaves(talk: Talk, make_worker: WorkerFactory, sink: Sink) -> None:
    """Even of a row that nobody took back it is asked again whether an answer is there."""
    talk.propose()
    worker = make_worker()
    with talk.database.transaction() as session:
        # As if planned by a step that did not take it back.
        row = session.exec(select(Proposal)).one()
        row.state, row.answered_at = "declined", talk.clock.now
    assert worker.tick() == {"skipped": 2}
    assert sink.received == []


@pytest.mark.parametrize("answer_by", [date(2026, 12, 15), None])
def test_it_is_recalled_in_the_morning_there_and_told_when_it_is_late(
    talk: Talk, make_worker: WorkerFactory, sink: Sink, answer_by: date | None
) -> None:
    talk.propose(answer_by=answer_by)
    make_worker().tick()
    sink.received.clear()
    first = datetime(2026, 12, 14, 1, tzinfo=UTC) if answer_by else datetime(2026, 11, 29, 1, tzinfo=UTC)
    talk.clock.now = first - timedelta(seconds=1)
    assert make_worker().tick() == {}
    talk.clock.now = first
    assert make_worker().tick() == {"sent": 2}
    assert any("still waiting" in text(mail) for mail in sink.received)
    if answer_by:
        talk.clock.forward(days=1)
        assert make_worker().tick() == {"sent": 2}
    sink.received.clear()
    talk.clock.now = datetime(2026, 12, 15, 17, tzinfo=UTC) if answer_by else datetime(2027, 3, 9, 17, tzinfo=UTC)
    assert make_worker().tick() == {"sent": 3}
    assert sorted(mail.recipient for mail in sink.received) == [BOUN, KHAM, LAN]
    talk.clock.forward(days=100)
    assert make_worker().tick() == {}


def test_withdrawn_before_it_was_sent_nobody_hears_of_it(talk: Talk, make_worker: WorkerFactory, sink: Sink) -> None:
    talk.propose()
    talk.do(LAN, proposals.withdraw)
    assert make_worker().tick() == {}
    talk.propose()
    assert make_worker().tick() == {"sent": 2}
    sink.received.clear()
    talk.do(LAN, proposals.withdraw)
    assert make_worker().tick() == {"sent": 2}
    assert any("No answer is needed any more" in text(mail) for mail in sink.received)


def test_who_proposed_is_told_of_the_answer(talk: Talk, make_worker: WorkerFactory, sink: Sink) -> None:
    talk.propose("minh@example.org")
    make_worker().tick()
    sink.received.clear()
    talk.do(BOUN, agreeing.accept)
    assert make_worker().tick()["sent"] >= 2
    agreed = {mail.recipient for mail in sink.received if "Đã nhất trí" in mail.mail["Subject"]}
    assert agreed == {LAN, "minh@example.org"}, "who is in charge, and who proposed them"


def test_a_stand_in_is_asked_instead(talk: Talk, make_worker: WorkerFactory, sink: Sink) -> None:
    with talk.database.transaction() as session:
        kham, boun = (session.exec(select(User).where(User.email == one)).one() for one in (KHAM, BOUN))
        admin = session.exec(select(User).where(User.email == "admin@example.la")).one()
        boun.active = False
        kham.away_until, kham.stand_in_id = date(2027, 1, 1), admin.id
    talk.propose()
    assert make_worker().tick() == {"sent": 1}
    assert sink.received[0].recipient == "admin@example.la"


@pytest.mark.parametrize("what", ["unshared", "cancelled", "disabled", "deleted"])
def test_what_stops_a_mail(talk: Talk, make_worker: WorkerFactory, sink: Sink, what: str) -> None:
    talk.propose()
    with talk.database.transaction() as session:
        event = session.get_one(Event, talk.event_id)
        match what:
            case "unshared":
                session.delete(session.get_one(EventShare, event.id))
            case "cancelled":
                event.status = EventStatus.CANCELLED
            case "disabled":
                for user in session.exec(select(User).where(col(User.email).in_([KHAM, BOUN]))):
                    user.active = False
            case "deleted":
                session.delete(event)
    assert make_worker().tick() == {"skipped": 2}
    assert sink.received == []


def test_planning_of_rules_leaves_them_alone(talk: Talk, act: ActionContext) -> None:
    talk.propose(answer_by=date(2026, 12, 15))
    before = [(row.id, row.state) for row in reminders(talk.database)]
    with talk.database.transaction() as session:
        occasion_planning.plan(session, act)
    assert [(row.id, row.state) for row in reminders(talk.database)] == before


def test_each_mail_is_planned_once(talk: Talk) -> None:
    talk.propose(answer_by=date(2026, 12, 15))
    with talk.database.transaction(write=False) as session:
        rows = session.exec(select(Reminder)).all()
    keys = [(one.about_id, one.rule_key, one.recipient, one.due_at) for one in rows]
    assert len(keys) == len(set(keys)) == 9, "asked, twice reminded and told that it is late, each; and the owner"
