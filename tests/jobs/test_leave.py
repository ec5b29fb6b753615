"""Reminders of the days of a leave go to who stands in, and to nobody who may not read the event."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from jobs.worker import Worker
from models.accounts import User
from models.database import Database
from models.events import Event
from models.reminders import ReminderAttempt
from models.vocabulary import EventStatus, Language, ReminderAnchor, ReminderPurpose, ReminderState, Visibility
from service.actions.accounts.accounts import change_user
from service.actions.context import ActionContext
from service.actions.events.events import change_event, find_event, transition
from service.actions.reminders import occasion_planning
from service.actions.reminders.reminder_planning import plan_event
from tests.factories import NOW, OFFICE, make_event, make_observance, make_organisation, make_rule, make_task, make_user
from tests.jobs.conftest import NOTICE, HandClock, WorkerFactory, reminders
from tests.jobs.sink import Received, Sink
from tests.jobs.test_invitation_mails import calendar_of
from tests.jobs.test_task_mails import text

pytestmark = pytest.mark.both_databases("who is on leave is asked when a mail leaves")

LAN, MINH, HOA = "lan@example.org", "minh@example.org", "hoa@example.org"
MORNING = datetime.fromisoformat("2026-12-01T08:00+07:00")
DAY = MORNING.date()


def planned(database: Database, audience: list[str], *, tasks: int = 0, **event: Any) -> None:
    """An internal visit of LAN's, of which a rule reminds on 1 December; MINH is her colleague, HOA of another body."""
    with database.transaction() as session:
        own, other = make_organisation(session), make_organisation(session)
        anchor = {"anchor": ReminderAnchor.TASK_DUE, "offset": "PT0S"} if tasks else {"offset": "-P19D"}
        make_rule(session, audience=audience, at=MORNING.time(), name={"vi": "Nhắc", "en": "Prepare"}, **anchor)
        lan = make_user(session, email=LAN, name="Lan", organisation_id=own.id, locale=Language.VI)
        make_user(session, email=MINH, organisation_id=own.id, locale=Language.EN)
        make_user(session, email=HOA, organisation_id=other.id, locale=Language.EN)
        values = {"visibility": Visibility.INTERNAL, "organisation_id": own.id, "created_by": lan.id} | event
        made = make_event(session, first_day=date(2026, 12, 20), title={"vi": "Đoàn", "en": "Visit"}, **values)
        for number in range(tasks):
            make_task(session, made, title={"vi": f"Việc {number}", "en": f"Task {number}"}, due_on=DAY)
        plan_event(session, ActionContext(None, NOW, OFFICE), made)


def goes_on_leave(database: Database, address: str, until: date, stand_in: str | None) -> None:
    with database.transaction() as session:
        of = {user.email: user for user in session.exec(select(User)).all()}
        values = {"away_until": until, "stand_in_id": of[stand_in].id if stand_in else None}
        change_user(session, ActionContext(None, NOW, OFFICE), of[address], values)


def sent(clock: HandClock, worker: Worker, sink: Sink) -> dict[str, Received]:
    clock.now = MORNING
    worker.tick()
    return {mail.recipient: mail for mail in sink.received}


@pytest.mark.parametrize(("until", "reader"), [(DAY, MINH), (DAY - timedelta(days=1), LAN)])
def test_reminders_of_the_days_go_to_who_stands_in(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, until: date, reader: str
) -> None:
    planned(database, ["owner"])
    goes_on_leave(database, LAN, until, MINH)
    found = sent(clock, make_worker(), sink)
    assert list(found) == [reader]
    if reader == MINH:
        last = text(found[MINH]).splitlines()[-1]
        assert last.endswith("You stand in for Lan, who is on leave until 1 December 2026.")
        assert calendar_of(found[MINH]) is None
        with database.transaction(write=False) as session:
            assert session.exec(select(ReminderAttempt.answer)).one() == ""
    (row,) = reminders(database)
    assert (row.recipient, row.state) == (LAN, ReminderState.SENT), "it stays the reminder of who is away"
    assert row.sent_to == (MINH if reader == MINH else None), "who got it"


def test_who_is_reminded_anyway_gets_one_mail(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database, ["role:officer"])
    goes_on_leave(database, LAN, DAY, MINH)
    assert list(sent(clock, make_worker(), sink)) == [MINH]
    assert {row.recipient: row.state for row in reminders(database)} == {
        LAN: ReminderState.SKIPPED, MINH: ReminderState.SENT,
    }  # fmt: skip


def test_tasks_of_a_day_are_one_mail_to_who_stands_in(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database, ["owner"], tasks=3)
    goes_on_leave(database, LAN, DAY, MINH)
    found = sent(clock, make_worker(), sink)
    assert [str(mail.mail["Subject"]) for mail in sink.received] == [
        "Task 0 and 2 more tasks – Visit – due on 1 December 2026"
    ]
    assert "You stand in for Lan" in text(found[MINH])


@pytest.mark.parametrize("why", ["nobody", "away too", "switched off", "moved to another body"])
def test_otherwise_the_account_is_reminded_itself(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, why: str
) -> None:
    """Above all, who stands in is told of nothing that they may not read."""
    planned(database, ["owner"])
    goes_on_leave(database, LAN, DAY, None if why == "nobody" else MINH)
    with database.transaction() as session:
        of = {user.email: user for user in session.exec(select(User)).all()}
        if why == "away too":
            of[MINH].away_until = DAY
        elif why == "switched off":
            of[MINH].active = False
        elif why == "moved to another body":
            of[MINH].organisation_id = of[HOA].organisation_id
    assert list(sent(clock, make_worker(), sink)) == [LAN]


def moves(database: Database, clock: HandClock, worker: Worker, sink: Sink, at: datetime, **values: Any) -> list[str]:
    """Change the visit; who gets a notice of it."""
    sink.received.clear()
    clock.now = at
    with database.transaction() as session:
        event = find_event(session, session.exec(select(Event.id)).one())
        act = ActionContext(None, at, OFFICE)
        if values:
            change_event(session, act, event, values)
        else:
            transition(session, act, event, EventStatus.CANCELLED, "Hoãn")
    clock.now = at + NOTICE
    worker.tick()
    return [mail.recipient for mail in sink.received]


LATER = {"first_day": date(2026, 12, 22), "last_day": date(2026, 12, 22)}


@pytest.mark.parametrize("is_cancelled", [False, True])
def test_who_stood_in_hears_of_the_change(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, is_cancelled: bool
) -> None:
    """Who got the mail is who was told: also of what changes after the leave."""
    planned(database, ["owner"])
    goes_on_leave(database, LAN, DAY, MINH)
    worker = make_worker()
    sent(clock, worker, sink)
    values = {} if is_cancelled else LATER
    after = MORNING + timedelta(days=1)
    assert MINH in moves(database, clock, worker, sink, after, **values)
    assert calendar_of(sink.received[0]) is None


def test_notices_go_to_who_stands_in_and_to_the_account_when_it_is_back(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database, ["owner"])
    worker = make_worker()
    assert list(sent(clock, worker, sink)) == [LAN], "before the leave"
    goes_on_leave(database, LAN, date(2026, 12, 10), MINH)
    assert moves(database, clock, worker, sink, MORNING + timedelta(days=1), **LATER) == [MINH]
    assert "You stand in for Lan" in text(sink.received[0])
    assert calendar_of(sink.received[0]) is None
    (row,) = [row for row in reminders(database) if row.purpose is ReminderPurpose.MOVED and row.sent_at]
    assert (row.recipient, row.sent_to) == (LAN, MINH)
    days = {"first_day": date(2026, 12, 23), "last_day": date(2026, 12, 23)}
    assert moves(database, clock, worker, sink, MORNING + timedelta(days=2), **days) == [MINH], "one mail"
    clock.now = MORNING + timedelta(days=3)
    worker.tick()
    assert [mail.recipient for mail in sink.received] == [MINH, MINH], "reminded of the new days"
    sink.received.clear()
    clock.now = datetime.fromisoformat("2026-12-11T00:00+07:00")
    worker.tick()
    assert [mail.recipient for mail in sink.received] == [LAN], "their calendar is put right"
    assert calendar_of(sink.received[0]) is not None


def test_a_notice_goes_to_nobody_who_may_not_read_the_event(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database, ["owner"])
    worker = make_worker()
    sent(clock, worker, sink)
    goes_on_leave(database, LAN, date(2026, 12, 10), MINH)
    with database.transaction() as session:
        of = {user.email: user for user in session.exec(select(User)).all()}
        of[MINH].organisation_id = of[HOA].organisation_id
    assert moves(database, clock, worker, sink, MORNING + timedelta(days=1), **LATER) == [LAN]


@pytest.mark.parametrize(("audience", "active", "reader"), [
    ([f"email:{LAN}"], True, MINH), ([f"email:{LAN}"], False, LAN),
])  # fmt: skip
def test_reminders_of_occasions_go_to_who_stands_in(
    database: Database,
    make_worker: WorkerFactory,
    clock: HandClock,
    sink: Sink,
    audience: list[str],
    active: bool,
    reader: str,
) -> None:
    with database.transaction() as session:
        for address in (LAN, MINH):
            make_user(session, email=address, name=address[:3], locale=Language.EN)
        make_observance(session)
        anchor = {"anchor": ReminderAnchor.OBSERVANCE, "offset": "-P1D", "at": MORNING.time()}
        make_rule(session, audience=audience, **anchor)
        occasion_planning.plan(session, ActionContext(None, NOW, OFFICE))
        of = {user.email: user for user in session.exec(select(User)).all()}
        of[LAN].away_until, of[LAN].stand_in_id, of[MINH].active = DAY, of[MINH].id, active
    found = sent(clock, make_worker(), sink)
    assert list(found) == [reader]
    assert ("You stand in for lan" in text(found[reader])) == (reader == MINH)
    assert [row.sent_to for row in reminders(database) if row.sent_at] == [MINH if reader == MINH else None]


def test_without_the_right_to_read_asked_a_stranger_would_be_told(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    planned(database, ["owner"])
    goes_on_leave(database, LAN, DAY, MINH)
    with database.transaction() as session:
        of = {user.email: user for user in session.exec(select(User)).all()}
        of[MINH].organisation_id = of[HOA].organisation_id
    monkeypatch.setattr("models.queries.event_readers.ReadingRights.may_read", lambda *_given, **_more: True)
    assert list(sent(clock, make_worker(), sink)) == [MINH]
