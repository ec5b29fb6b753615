"""Mails about bookings: keepers hear what became of what they keep, who booked of the answer, nobody of the undone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from calendars.reminders import due_times
from jobs import booking_checks
from models.accounts import User
from models.database import Database
from models.events import Event
from models.reminders import Reminder
from models.resources import Booking, Resource
from models.vocabulary import EventStatus, Language, ReminderPurpose, ReminderState, Role, Visibility
from service.actions import permissions
from service.actions.bookings import answers, bookings, keeper_notices, resources
from service.actions.context import ActionContext
from service.actions.events import events
from service.actions.reminders import occasion_planning
from tests.factories import OFFICE, make_event, make_organisation, make_user
from tests.jobs.conftest import NOTICE, HandClock, WorkerFactory, reminders
from tests.jobs.sink import Received, Sink

pytestmark = pytest.mark.both_databases("the row of a notice is changed where its mail waits, under the worker's lock")

LAN, KHAM, MINH, DRIVER = "lan@example.org", "kham@example.org", "minh@example.org", "driver@example.net"
DAY = date(2027, 3, 10)
SECRET = "Đoàn kín"


@dataclass
class Hall:
    """A hall that Lan and Kham keep, and a driver's address beside; Minh books it for a visit only his body reads."""

    database: Database
    clock: HandClock
    id: str
    event_id: str

    def do(self, address: str, step: Callable[..., Any], *args: Any) -> Any:
        with self.database.transaction() as session:
            user = session.exec(select(User).where(User.email == address)).one()
            permissions.reads_as(session, user)
            return step(session, ActionContext(user, self.clock.now, OFFICE), *args)

    def book(self, day: date = DAY, address: str = MINH, **more: Any) -> str:
        wish = {"event_id": self.event_id, "resource_id": self.id, "from_": day, "to": day, **more}
        made = self.do(address, lambda session, act: bookings.make_bookings(session, act, [wish], several=False)[0].id)
        return str(made)

    def change(self, booking: str, address: str = MINH, **values: Any) -> None:
        self.do(
            address,
            lambda session, act: bookings.change_booking(session, act, session.get_one(Booking, booking), values),
        )

    def give_back(self, booking: str) -> None:
        self.do(
            MINH, lambda session, act: bookings.delete_booking(session, act, session.get_one(Booking, booking))
        )  # fmt: skip

    def set(self, **values: Any) -> None:
        with self.database.transaction() as session:
            act = ActionContext(None, self.clock.now, OFFICE)
            resources.change_resource(session, act, session.get_one(Resource, self.id), values)


@pytest.fixture
def hall(database: Database, clock: HandClock) -> Hall:
    with database.transaction() as session:
        own = make_organisation(session, name={"vi": "Văn phòng"})
        other = make_organisation(session, name={"vi": "Sở Y tế"})
        lan = make_user(session, Role.OFFICER, email=LAN, name="Lan", organisation_id=own.id)
        make_user(session, Role.OFFICER, email=KHAM, name="Kham", organisation_id=own.id, locale=Language.LO)
        minh = make_user(session, Role.OFFICER, email=MINH, name="Minh", organisation_id=other.id)
        event = make_event(
            session, organisation_id=other.id, created_by=minh.id, visibility=Visibility.INTERNAL,
            title={"vi": SECRET}, first_day=DAY, last_day=DAY + timedelta(5), status=EventStatus.PLANNED,
        )  # fmt: skip
        hall = Resource(
            name={"vi": "Hội trường A", "lo": "ຫ້ອງປະຊຸມ"}, type="room", locality="hai-duong",
            keepers=[f"user:{lan.id}", f"email:{KHAM}", f"email:{DRIVER}"],
        )  # fmt: skip
        session.add(hall)
        session.flush()
        return Hall(database, clock, hall.id, event.id)


def text(mail: Received) -> str:
    body = mail.mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def after_the_grace(hall: Hall, make_worker: WorkerFactory) -> Mapping[str, int]:
    hall.clock.forward(seconds=NOTICE.total_seconds() + 1)
    return make_worker().tick()


def purposes(database: Database) -> list[tuple[str, str, str]]:
    return [
        (row.recipient, row.purpose.value, row.state.value)
        for row in reminders(database)
        if row.purpose.value.startswith("booking")
    ]


def test_each_keeper_gets_one_mail_after_the_grace(hall: Hall, make_worker: WorkerFactory, sink: Sink) -> None:
    hall.book(note="Bàn chữ U")
    assert make_worker().tick() == {}, "held for the grace"
    assert after_the_grace(hall, make_worker) == {"sent": 3}
    assert sorted(sink.recipients) == [DRIVER, KHAM, LAN]
    by_reader = {mail.recipient: mail for mail in sink.received}
    assert by_reader[LAN].mail["Subject"] == "Lượt đặt mới: Hội trường A – 10/3/2027"
    assert "ຫ້ອງປະຊຸມ" in by_reader[KHAM].mail["Subject"]
    for mail in sink.received:
        assert SECRET not in text(mail), "a keeper reads what booking needs"
        assert "Minh" in text(mail)
        assert "Bàn chữ U" in text(mail)
    assert "Cho: một chuyến thăm" in text(by_reader[LAN])
    assert "/resources/kept" in text(by_reader[LAN])
    assert "https://" not in text(by_reader[DRIVER]), "without an account there is nothing to open"
    hall.clock.forward(days=1)
    assert make_worker().tick() == {}


def test_who_reads_the_event_reads_its_title(hall: Hall, make_worker: WorkerFactory, sink: Sink) -> None:
    with hall.database.transaction() as session:
        session.get_one(Event, hall.event_id).visibility = Visibility.PUBLIC
    hall.book()
    after_the_grace(hall, make_worker)
    told = {mail.recipient: SECRET in text(mail) for mail in sink.received}
    assert told == {LAN: True, KHAM: True, DRIVER: False}


def test_what_is_undone_in_the_grace_is_told_to_nobody(hall: Hall, make_worker: WorkerFactory, sink: Sink) -> None:
    booking = hall.book()
    hall.give_back(booking)
    assert after_the_grace(hall, make_worker) == {}
    assert sink.received == []
    assert {row[2] for row in purposes(hall.database)} == {"skipped"}
    assert {row.reason for row in reminders(hall.database)} == {keeper_notices.UNDONE}


def test_several_changes_are_one_mail(hall: Hall, make_worker: WorkerFactory, sink: Sink) -> None:
    booking = hall.book()
    after_the_grace(hall, make_worker)
    sink.received.clear()
    hall.change(booking, from_=DAY + timedelta(1), to=DAY + timedelta(1))
    hall.clock.forward(seconds=30)
    hall.change(booking, from_=DAY + timedelta(2), to=DAY + timedelta(2))
    after_the_grace(hall, make_worker)
    (mail,) = [one for one in sink.received if one.recipient == LAN]
    assert mail.mail["Subject"] == "Lượt đặt thay đổi: Hội trường A – 12/3/2027"
    assert "Trước đó: 10/3/2027" in text(mail)
    sink.received.clear()
    hall.change(booking, from_=DAY, to=DAY)
    hall.change(booking, from_=DAY + timedelta(2), to=DAY + timedelta(2))
    assert after_the_grace(hall, make_worker) == {}, "as it was told"
    hall.give_back(booking)
    after_the_grace(hall, make_worker)
    assert {one.mail["Subject"] for one in sink.received if one.recipient == LAN} == {
        "Đã hủy lượt đặt: Hội trường A – 12/3/2027"
    }


def test_a_cancelled_event_releases_and_says_so(hall: Hall, make_worker: WorkerFactory, sink: Sink) -> None:
    hall.book()
    after_the_grace(hall, make_worker)
    sink.received.clear()
    hall.do(
        MINH,
        lambda session, act: events.transition(
            session, act, events.find_event(session, hall.event_id), EventStatus.CANCELLED, "mưa"
        ),
    )
    after_the_grace(hall, make_worker)
    assert "Đã hủy lượt đặt: Hội trường A – 10/3/2027" in [mail.mail["Subject"] for mail in sink.received]


def test_who_asked_is_told_the_answer(hall: Hall, make_worker: WorkerFactory, sink: Sink) -> None:
    hall.set(needs_approval=True)
    booking = hall.book()
    after_the_grace(hall, make_worker)
    assert {mail.mail["Subject"] for mail in sink.received if mail.recipient == LAN} == {
        "Đề nghị phê duyệt: Hội trường A – 10/3/2027"
    }
    assert MINH not in sink.recipients
    sink.received.clear()
    hall.do(LAN, lambda session, act: answers.refuse(session, act, booking, "Đang sửa chữa", lambda _one: None))
    after_the_grace(hall, make_worker)
    assert sorted(sink.recipients) == [DRIVER, KHAM, MINH], "not who answered"
    (mail,) = [one for one in sink.received if one.recipient == MINH]
    assert mail.mail["Subject"] == "Lượt đặt bị từ chối: Hội trường A – 10/3/2027"
    assert "Lý do: Đang sửa chữa" in text(mail)
    assert f"Cho: {SECRET}" in text(mail), "who asked reads the event"
    assert f"/events/{hall.event_id}/bookings" in text(mail)


def _viewer(session: Any) -> None:
    session.exec(select(User).where(User.email == LAN)).one().role = Role.VIEWER


def _disabled(session: Any) -> None:
    session.exec(select(User).where(User.email == LAN)).one().active = False


def _other_office(session: Any) -> None:
    session.exec(select(User).where(User.email == LAN)).one().office = "vientiane-province"


def _no_keepers(session: Any) -> None:
    session.exec(select(Resource)).one().keepers = [f"email:{KHAM}", f"email:{DRIVER}"]


@pytest.mark.parametrize("loses", [_viewer, _disabled, _other_office, _no_keepers])
def test_who_keeps_it_no_more_is_skipped(
    hall: Hall, make_worker: WorkerFactory, sink: Sink, loses: Callable[[Any], None]
) -> None:
    hall.book()
    with hall.database.transaction() as session:
        loses(session)
    after_the_grace(hall, make_worker)
    assert sorted(sink.recipients) == [DRIVER, KHAM]
    (row,) = [one for one in reminders(hall.database) if one.recipient == LAN]
    assert (row.state, row.reason) == (ReminderState.SKIPPED, booking_checks.NO_KEEPER)


def test_what_is_over_is_not_told(hall: Hall, make_worker: WorkerFactory, sink: Sink) -> None:
    hall.book()
    hall.clock.forward(days=400)
    assert make_worker().tick() == {"skipped": 3}
    assert {row.reason for row in reminders(hall.database)} == {due_times.OVER}


def test_planning_of_occasions_leaves_these_mails_alone(hall: Hall) -> None:
    hall.book()
    with hall.database.transaction() as session:
        occasion_planning.plan(session, ActionContext(None, hall.clock.now, OFFICE))
    assert {row[2] for row in purposes(hall.database)} == {"pending"}


def test_a_mail_is_told_again_with_the_same_id(hall: Hall, make_worker: WorkerFactory, sink: Sink) -> None:
    hall.set(keepers=[f"email:{DRIVER}"])
    hall.book()
    sink.answers["ACCEPTED", ""] = ["451 later"]
    after_the_grace(hall, make_worker)
    hall.clock.forward(hours=2)
    make_worker().tick()
    ids = {mail.message_id for mail in sink.received}
    assert len(ids) == 1


def test_without_comparing_the_undone_would_wait_to_be_told(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper_notices, "change_told", lambda _before, _after: ReminderPurpose.BOOKING_RELEASED)
    booking = hall.book()
    hall.give_back(booking)
    assert {row[2] for row in purposes(hall.database)} == {"pending"}


def test_nobody_is_told_of_what_has_no_keepers(hall: Hall) -> None:
    hall.set(keepers=[])
    hall.book()
    with hall.database.transaction(write=False) as session:
        assert session.exec(select(Reminder).where(Reminder.purpose == ReminderPurpose.BOOKING_MADE)).all() == []
