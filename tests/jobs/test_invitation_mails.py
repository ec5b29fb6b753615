"""Calendar entries that go along with mails (iMIP): who gets one, what replaces it, what removes it."""

from datetime import date, timedelta

import icalendar
import pytest
from sqlmodel import select

from calendars.days.formatting import format_days
from calendars.reminders import due_times
from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.vocabulary import EventStatus, ReminderAnchor, ReminderPurpose, ReminderState, Role
from service.actions.context import ActionContext
from service.actions.reminders.reminder_planning import announce_cancellation, plan_event
from tests.answer_mails import INBOX, READING, address_of
from tests.calendars.mails.test_invitations import ClientCalendar
from tests.factories import NOW, OFFICE, make_event, make_member, make_person, make_rule, make_task, make_user
from tests.jobs.conftest import NOTICE, HandClock, WorkerFactory, reminders
from tests.jobs.sink import Received, Sink
from tests.jobs.test_worker import DUE, change

PENDING, SKIPPED, SENT = ReminderState.PENDING, ReminderState.SKIPPED, ReminderState.SENT
MEMBER, OWNER, OFFICER, FIXED = "member@example.org", "owner@example.org", "officer@example.org", "desk@example.org"


def planned(database: Database, **rule: object) -> str:
    """An event of an owner and a member; a rule also reaches an officer and a fixed address. The event's id."""
    with database.transaction() as session:
        words = ["owner", "members", "role:officer", f"email:{FIXED}"]
        make_rule(session, **{"audience": words} | rule)
        owner = make_user(session, Role.APPROVER, email=OWNER)
        make_user(session, email=OFFICER)
        event = make_event(session, created_by=owner.id)
        make_member(session, event, make_person(session, email=MEMBER))
        make_task(session, event, due_on=date(2026, 12, 1))
        plan_event(session, ActionContext(None, NOW, OFFICE), event)
        return event.id


def calendar_of(mail: Received) -> bytes | None:
    parts = [part for part in mail.mail.walk() if part.get_content_type() == "text/calendar"]
    if not parts:
        return None
    (part,) = parts
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert part.get_param("method") == str(icalendar.Calendar.from_ical(content)["METHOD"])
    return content


def entries(sink: Sink) -> dict[str, bytes]:
    """By reader, what came along with the mails; a mail without one is left out."""
    found = {mail.recipient: calendar_of(mail) for mail in sink.received}
    return {recipient: content for recipient, content in found.items() if content is not None}


def move(database: Database, event_id: str, days: int, at: object) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, event_id)
        new = {
            name: getattr(event, name) + timedelta(days=days)
            for name in ("first_day", "last_day", "arrives_on", "departs_on")
        }
    change(database, event_id, at, **new)  # type: ignore[arg-type]


def test_owner_and_people_get_an_entry_others_a_plain_mail(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database)
    clock.now = DUE
    assert make_worker().tick() == {"sent": 4}
    assert set(entries(sink)) == {OWNER, MEMBER}
    for recipient, content in entries(sink).items():
        (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
        assert event["ATTENDEE"] == f"mailto:{recipient}"
        # Who is in charge gets the answers; nobody is invited by themselves.
        assert event["ORGANIZER"] == ("mailto:desk@example.org" if recipient == OWNER else f"mailto:{OWNER}")
        assert event["ORGANIZER"].params.get("SENT-BY") == (None if recipient == OWNER else "mailto:desk@example.org")
    assert {row.recipient: row.entry_sequence for row in reminders(database)} == {
        OWNER: 0, MEMBER: 0, OFFICER: None, FIXED: None
    }  # fmt: skip


@pytest.mark.both_databases("a task's reminder is looked at again before it is sent")
def test_a_mail_about_a_task_brings_no_entry(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database, anchor=ReminderAnchor.TASK_DUE)
    clock.now = DUE
    assert make_worker().tick() == {"sent": 3}, "a member sees no task of others"
    assert entries(sink) == {}


def test_whoever_has_the_old_days_is_told_the_new_ones_and_the_entry_is_replaced(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    event_id = planned(database)
    clock.now = DUE
    worker = make_worker()
    worker.tick()
    client = ClientCalendar()
    client.take(entries(sink)[MEMBER])
    sink.received.clear()
    move(database, event_id, 1, clock.now)  # what is due a day before is due tomorrow again
    assert not worker.tick()
    clock.now += NOTICE
    assert worker.tick() == {"sent": 4}
    assert sorted(sink.recipients) == sorted([MEMBER, OWNER, OFFICER, FIXED])
    assert set(entries(sink)) == {MEMBER, OWNER}
    days = format_days(date(2026, 12, 3), date(2026, 12, 5), "vi")
    assert all(days in mail.mail["Subject"] for mail in sink.received)
    client.take(entries(sink)[MEMBER])
    ((_uid, entry),) = client.entries.items()
    assert entry["DTSTART"].dt == date(2026, 12, 3)
    assert int(entry["SEQUENCE"]) == 1
    assert not worker.tick()


def test_a_change_that_a_later_mail_told_already_is_not_told_again(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    event_id = planned(database, offset="-P2D")
    with database.transaction() as session:
        make_rule(session, audience=["members"], offset="-P1D")
        plan_event(session, ActionContext(None, NOW, OFFICE), session.get_one(Event, event_id))
    clock.now = DUE - timedelta(days=1)
    worker = make_worker()
    assert worker.tick() == {"sent": 4}
    clock.now = DUE - timedelta(minutes=1)
    change(database, event_id, clock.now, title={"vi": "Tên mới"})
    clock.now = DUE
    assert worker.tick() == {"sent": 1}  # the second rule's, to the member, with the new title
    clock.now = DUE + NOTICE
    assert worker.tick() == {"sent": 1, "skipped": 1}
    updates = {row.recipient: row for row in reminders(database) if row.purpose is ReminderPurpose.UPDATE}
    assert (updates[MEMBER].state, updates[MEMBER].reason) == (SKIPPED, due_times.UP_TO_DATE)
    assert updates[OWNER].state is SENT


def test_a_cancellation_removes_the_entry_of_those_who_have_it(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    event_id = planned(database)
    with database.transaction() as session:  # one who was going to be reminded, and has nothing in the calendar yet
        make_rule(session, audience=["email:later@example.org"], offset="-PT1H")
        plan_event(session, ActionContext(None, NOW, OFFICE), session.get_one(Event, event_id))
    clock.now = DUE
    worker = make_worker()
    worker.tick()
    client = ClientCalendar()
    client.take(entries(sink)[OWNER])
    sink.received.clear()
    move(database, event_id, 1, clock.now)
    change(database, event_id, clock.now, status=EventStatus.CANCELLED)
    clock.forward(hours=1)
    worker.tick()
    assert sorted(sink.recipients) == sorted([MEMBER, OWNER, OFFICER, FIXED, "later@example.org"])
    assert set(entries(sink)) == {MEMBER, OWNER}
    client.take(entries(sink)[OWNER])
    assert client.entries == {}
    clock.forward(days=1)
    assert not worker.tick()


@pytest.mark.both_databases("whom a cancellation reached, found by a condition")
@pytest.mark.parametrize("again", [EventStatus.PLANNED])
def test_an_event_that_takes_place_after_all_is_told(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, again: EventStatus
) -> None:
    event_id = planned(database)
    clock.now = DUE - timedelta(hours=12)
    with database.transaction() as session:
        make_rule(session, audience=["members"], offset="-P2D", catch_up=True)
        plan_event(session, ActionContext(None, clock.now, OFFICE), session.get_one(Event, event_id))
    worker = make_worker()
    assert worker.tick() == {"sent": 1}
    change(database, event_id, clock.now, status=EventStatus.CANCELLED)
    clock.now += NOTICE
    worker.tick()
    change(database, event_id, clock.now, status=again)
    clock.now += NOTICE
    sink.received.clear()
    # All whom the cancellation reached, whether or not the visit is in their calendars.
    assert worker.tick()["sent"] == 4
    assert set(sink.recipients) == {MEMBER, OWNER, OFFICER, FIXED}
    assert set(entries(sink)) == {MEMBER, OWNER}
    client = ClientCalendar()
    client.take(entries(sink)[MEMBER])
    assert len(client.entries) == 1


def test_the_cancellation_of_an_event_nobody_was_told_of_is_silent(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    with database.transaction() as session:
        event = make_event(session, status=EventStatus.CANCELLED, sequence=1)
        announce_cancellation(session, ActionContext(None, NOW, OFFICE), event)
    assert not make_worker().tick()


# An inbox of answers


def test_who_is_asked_answers_to_an_address_of_their_own(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    event_id = planned(database)
    clock.now = DUE
    assert make_worker(office=READING).tick() == {"sent": 4}
    with database.transaction(write=False) as session:
        member = session.exec(select(Member).where(Member.event_id == event_id)).one()
        own = address_of(session, member)
    mails = {mail.recipient: mail.mail for mail in sink.received}
    found = {recipient: icalendar.Calendar.from_ical(content) for recipient, content in entries(sink).items()}
    (asked,), (owner,) = (found[one].walk("VEVENT") for one in (MEMBER, OWNER))
    assert mails[MEMBER]["Reply-To"] == own
    assert asked["ORGANIZER"] == f"mailto:{own}", "Gmail and Apple answer to it, whatever Reply-To says"
    assert asked["ATTENDEE"].params["RSVP"] == "TRUE"
    assert owner["ATTENDEE"].params["RSVP"] == "FALSE", "no member: nothing could be written down"
    assert INBOX.partition("@")[0] + "+" not in str(mails[OWNER]["Reply-To"])
    assert mails[FIXED]["Reply-To"] == OWNER


def test_a_cancellation_names_the_organizer_that_the_calendar_knows(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink, act: ActionContext
) -> None:
    event_id = planned(database)
    clock.now = DUE
    make_worker(office=READING).tick()
    (before,) = icalendar.Calendar.from_ical(entries(sink)[MEMBER]).walk("VEVENT")
    sink.received.clear()
    change(database, event_id, clock.now, status=EventStatus.CANCELLED)
    clock.now += NOTICE
    make_worker(office=READING).tick()
    (after,) = icalendar.Calendar.from_ical(entries(sink)[MEMBER]).walk("VEVENT")
    assert after["ORGANIZER"] == before["ORGANIZER"]
    assert after["ATTENDEE"].params["RSVP"] == "FALSE"


def test_without_an_inbox_a_mail_is_as_it_was(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    planned(database)
    clock.now = DUE
    make_worker().tick()
    mail = next(one.mail for one in sink.received if one.recipient == MEMBER)
    assert mail["Reply-To"] == OWNER
    expected = f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:{MEMBER}"
    assert expected in entries(sink)[MEMBER].decode().replace("\r\n ", "")


def test_an_address_that_two_members_share_is_not_asked(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    event_id = planned(database)
    with database.transaction() as session:
        make_member(session, session.get_one(Event, event_id), make_person(session, email=MEMBER.upper()))
    clock.now = DUE
    make_worker(office=READING).tick()
    (event,) = icalendar.Calendar.from_ical(entries(sink)[MEMBER]).walk("VEVENT")
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert event["ORGANIZER"] == f"mailto:{OWNER}"


@pytest.mark.both_databases("who is asked is looked up when the mail is written")
def test_an_inbox_that_is_set_later_makes_the_entry_new(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    event_id = planned(database)
    clock.now = DUE
    make_worker().tick()
    sink.received.clear()
    move(database, event_id, 7, clock.now)
    clock.now += NOTICE
    make_worker(office=READING).tick()
    (event,) = icalendar.Calendar.from_ical(entries(sink)[MEMBER]).walk("VEVENT")
    assert "answers+" in event["ORGANIZER"]
    assert event["SEQUENCE"] >= 1
