"""What an account does not want is not sent to it, with the reason kept; cancellations always are."""

from datetime import date, time, timedelta

import pytest
from sqlmodel import Session

from calendars.reminders import due_times
from models.accounts import User
from models.database import Database
from models.personal.notice_choices import NoticeChoice
from models.queries.notice_wishes import NoticeWishes, topic_of
from models.vocabulary import AboutType, EventStatus, NoticeTopic, NoticeWay, ReminderPurpose, ReminderState, Role
from service.actions.context import ActionContext
from service.actions.events import events
from service.actions.personal import notices
from service.actions.reminders.reminder_planning import plan_event
from tests.factories import NOW, OFFICE, make_event, make_rule, make_user
from tests.jobs.conftest import HandClock, WorkerFactory, all_reminders
from tests.jobs.sink import Sink

pytestmark = pytest.mark.both_databases("choices are joined to the accounts of a batch")


def planned(session: Session, ways: dict[NoticeTopic, NoticeWay]) -> tuple[User, User, str]:
    """Two accounts that a rule reminds of one visit; the first one chose."""
    picky, other = make_user(session), make_user(session)
    for topic, way in ways.items():
        session.add(NoticeChoice(user_id=picky.id, topic=topic, way=way))
    make_rule(session, offset="-P5D", at=time(8), audience=[f"email:{picky.email}", f"email:{other.email}"])
    event = make_event(session, first_day=date(2026, 12, 20), created_by=other.id, status=EventStatus.PLANNED)
    session.flush()
    plan_event(session, ActionContext(None, NOW, OFFICE), event)
    return picky, other, event.id


@pytest.mark.parametrize(
    ("ways", "is_sent"),
    [
        ({}, True),
        ({NoticeTopic.REMINDERS: NoticeWay.NONE}, False),
        ({NoticeTopic.REMINDERS: NoticeWay.MAIL}, True),
        ({NoticeTopic.REMINDERS: NoticeWay.MESSENGER}, True),  # there is no messenger: nobody is left without
        ({NoticeTopic.CHANGES: NoticeWay.NONE}, True),
    ],
)
def test_a_reminder_leaves_as_its_reader_chose(
    database: Database,
    make_worker: WorkerFactory,
    clock: HandClock,
    sink: Sink,
    ways: dict[NoticeTopic, NoticeWay],
    is_sent: bool,
) -> None:
    with database.transaction() as session:
        picky, other, _event_id = planned(session, ways)
        wanted, unwanted = other.email, picky.email
    clock.now = NOW.replace(year=2026, month=12, day=15) + timedelta(hours=12)
    make_worker().tick()

    with database.transaction() as session:
        rows = {row.recipient: row for row in all_reminders(session)}
        assert rows[wanted].state is ReminderState.SENT
        assert (rows[unwanted].state is ReminderState.SENT) is is_sent
        assert is_sent or rows[unwanted].reason == due_times.NOT_WANTED


def test_a_cancellation_comes_whatever_was_chosen(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    with database.transaction() as session:
        picky, _other, event_id = planned(session, dict.fromkeys(NoticeTopic, NoticeWay.NONE))
        unwanted = picky.email
        admin = make_user(session, Role.ADMIN)
        session.flush()
        act = ActionContext(admin, NOW, OFFICE)
        event = events.find_event(session, event_id)
        events.transition(session, act, event, EventStatus.CANCELLED, reason="Bão")
    clock.now = NOW + timedelta(hours=1)
    make_worker().tick()

    with database.transaction() as session:
        sent = [row for row in all_reminders(session) if row.recipient == unwanted and row.state is ReminderState.SENT]
        assert [row.purpose for row in sent] in ([], [ReminderPurpose.CANCELLATION])
        skipped = [row.reason for row in all_reminders(session) if row.purpose is ReminderPurpose.CANCELLATION]
        assert due_times.NOT_WANTED not in skipped


def test_topics_are_what_can_be_turned_off() -> None:
    fixed = {
        ReminderPurpose.CANCELLATION, ReminderPurpose.FAILURE, ReminderPurpose.ESCALATION, ReminderPurpose.UNANSWERED,
        ReminderPurpose.WEEKLY, ReminderPurpose.DIGEST,
    }  # fmt: skip
    assert {purpose for purpose in ReminderPurpose if topic_of(purpose, None) is None} == fixed
    assert topic_of(ReminderPurpose.REMINDER, AboutType.PROPOSAL) is NoticeTopic.PROPOSALS
    assert topic_of(ReminderPurpose.REMINDER, AboutType.AGREEMENT) is NoticeTopic.OCCASIONS


def test_a_messenger_counts_only_where_there_is_one() -> None:
    topic = NoticeTopic.REMINDERS
    wishes = NoticeWishes({("a@x.vn", topic): NoticeWay.MESSENGER}, frozenset({"a@x.vn"}))

    assert not wishes.is_wanted("A@x.vn", topic, by_messenger=False)
    assert wishes.is_wanted("a@x.vn", topic, by_messenger=True)
    assert NoticeWishes(wishes.ways).is_wanted("a@x.vn", topic, by_messenger=False)
    assert wishes.is_wanted("b@x.vn", topic, by_messenger=False)


def test_choosing_keeps_what_differs_from_the_usual_only(database: Database) -> None:
    with database.transaction() as session:
        user = make_user(session)
        session.flush()
        act = ActionContext(user, NOW, OFFICE)
        ways = {NoticeTopic.CHANGES: NoticeWay.NONE, NoticeTopic.PAPERS: None}
        assert notices.choose(session, act, ways, {"daily_digest": False})
        assert notices.choices_of(session, user.id) == {NoticeTopic.CHANGES: NoticeWay.NONE}
        assert not user.daily_digest
        assert not notices.choose(session, act, ways, {"daily_digest": False})
        assert notices.choose(session, act, {NoticeTopic.CHANGES: None}, {})
        assert notices.choices_of(session, user.id) == {}
