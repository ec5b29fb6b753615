"""Whoever was told of a visit hears what became of it: who, what, when and why, and what their calendars show then."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from calendars.days.formatting import format_days
from calendars.reminders import due_times
from jobs.config import WorkerConfig
from jobs.worker import Worker
from models.accounts import User
from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.places import Person
from models.reminders import Reminder
from models.vocabulary import EventStatus, Language, ReminderPurpose, ReminderState, Role, Visibility
from service.actions.accounts.accounts import change_user
from service.actions.context import ActionContext
from service.actions.directory.directory import change_person
from service.actions.events.events import change_event, find_event, transition
from service.actions.events.members import add_member, remove_member
from service.actions.reminders.reminder_planning import plan_event
from tests.calendars.mails.itip_client import Breach, ItipClient
from tests.factories import NOW, OFFICE, make_event, make_member, make_organisation, make_person, make_rule, make_user
from tests.jobs.conftest import NOTICE, HandClock, all_reminders
from tests.jobs.sink import Received, Sink
from tests.jobs.test_invitation_mails import calendar_of

LAN, BOUN, KHAM, OFFICER = "lan@example.org", "boun@example.org", "kham@example.org", "officer@example.org"
TOLD = datetime.fromisoformat("2026-12-01T08:00+07:00")
"""When the rule reminds of the visit of 10 to 12 December."""

WORDS = {
    "Cancelled": "cancellation", "Postponed": "postponed", "Rescheduled": "moved", "Changed": "update",
    "You no longer take part": "removed", "You take part again": "back", "Takes place after all": "takes place",
}  # fmt: skip


@dataclass
class Visit:
    """An internal visit of LAN's, of which a rule has told her, a member and an officer; actions are the service's."""

    database: Database
    clock: HandClock
    worker: Worker
    sink: Sink
    event_id: str = ""
    people: dict[str, str] = field(default_factory=dict)
    calendars: dict[str, ItipClient] = field(default_factory=dict)

    @property
    def act(self) -> ActionContext:
        return ActionContext(None, self.clock.now, OFFICE)

    def do(self, work: Callable[[Any, Event], object]) -> None:
        with self.database.transaction() as session:
            work(session, find_event(session, self.event_id))

    def move(self, first: int, last: int) -> None:
        days = {"first_day": date(2026, 12, first), "last_day": date(2026, 12, last)}
        self.do(lambda session, event: change_event(session, self.act, event, days))

    def step(self, to: EventStatus, reason: str | None = None, days: tuple[int, int] | None = None) -> None:
        given = {"first_day": date(2026, 12, days[0]), "last_day": date(2026, 12, days[1])} if days else None
        self.do(lambda session, event: transition(session, self.act, event, to, reason, given))

    def add(self, address: str) -> None:
        values = {"person_id": self.people[address]}
        self.do(lambda session, event: add_member(session, self.act, event, values))

    def remove(self, address: str) -> None:
        def work(session: Any, event: Event) -> None:
            own = select(Member).where(Member.event_id == event.id, Member.person_id == self.people[address])
            remove_member(session, self.act, event, session.exec(own).one())

        self.do(work)

    def send(self) -> list[Received]:
        """What leaves now; each reader's calendar takes what is in it."""
        self.sink.received.clear()
        while self.worker.tick():
            pass
        for mail in self.sink.received:
            if (content := calendar_of(mail)) is not None:
                self.calendars.setdefault(mail.recipient, ItipClient(mail.recipient)).take(content)
        return list(self.sink.received)

    def after(self, span: timedelta = NOTICE) -> list[Received]:
        """What leaves until then, minute by minute."""
        until, mails = self.clock.now + span, []
        while self.clock.now < until:
            self.clock.now = min(self.clock.now + timedelta(minutes=1), until)
            mails += self.send()
        return mails

    def shown(self, address: str) -> list[tuple[str, str]]:
        """The days that a reader's calendar shows; the end is the first day after."""
        calendar = self.calendars.get(address)
        return [(entry.start, entry.end) for entry in calendar.entries.values()] if calendar else []


@pytest.fixture
def visit(database: Database, clock: HandClock, sink: Sink, tmp_path: Path) -> Iterator[Visit]:
    config = WorkerConfig(sink.url, "Lễ tân <desk@example.org>", tmp_path, OFFICE)
    worker = Worker(database, config, clock)
    made = Visit(database, clock, worker, sink)
    with database.transaction() as session:
        make_rule(session, audience=["owner", "members", "role:officer"], offset="-P9D", at=TOLD.time())
        organisation = make_organisation(session)
        own = {"organisation_id": organisation.id, "locale": Language.EN}
        lan = make_user(session, Role.OFFICER, email=LAN, **own)
        make_user(session, Role.OFFICER, email=OFFICER, **own)
        event = make_event(
            session, first_day=date(2026, 12, 10), last_day=date(2026, 12, 12), title={"vi": "Đoàn", "en": "Visit"},
            created_by=lan.id, organisation_id=organisation.id, visibility=Visibility.INTERNAL,
        )  # fmt: skip
        for address in (BOUN, KHAM):
            made.people[address] = make_person(session, email=address, languages=["en"]).id
        made.event_id = event.id
    made.add(BOUN)
    yield made
    made.worker.close()


@pytest.fixture
def told(visit: Visit) -> Visit:
    """The visit, and its readers were told of it."""
    visit.clock.now = TOLD
    assert sorted(mail.recipient for mail in visit.send()) == sorted([LAN, BOUN, OFFICER])
    assert visit.shown(LAN) == visit.shown(BOUN) == [("20261210", "20261213")]
    visit.clock.now += timedelta(hours=1)
    return visit


def row(mail: Received, since: datetime, clock: HandClock) -> tuple[str, str]:
    word, _colon, rest = str(mail.mail["Subject"]).partition(": ")
    return mail.recipient, WORDS[word] + " " + rest.partition(" – ")[2]


def table(mails: list[Received]) -> list[tuple[str, str]]:
    return sorted(row(mail, TOLD, HandClock(TOLD)) for mail in mails)


def to_all(what: str, *readers: str) -> list[tuple[str, str]]:
    return sorted((reader, what) for reader in (readers or (LAN, BOUN, OFFICER)))


def text(mail: Received) -> str:
    body = mail.mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def days(first: int, last: int) -> str:
    return format_days(date(2026, 12, first), date(2026, 12, last), "en")


@pytest.mark.both_databases(
    "notices are rewritten in place, inserted over taken-back ones and read again when they leave"
)
def test_the_story_of_a_visit(told: Visit) -> None:
    """Moved, a member added and one removed, postponed, given new days, cancelled, undone: told as this table says."""
    visit = told
    story: list[tuple[str, Callable[[], object], list[tuple[str, str]]]] = [
        ("moved", lambda: visit.move(14, 16), to_all(f"moved {days(14, 16)}")),
        ("a member more: nothing changed for the others", lambda: visit.add(KHAM), []),
        ("again: the new one was told nothing yet", lambda: visit.move(15, 17), to_all(f"moved {days(15, 17)}")),
        ("a member less", lambda: visit.remove(BOUN), [(BOUN, f"removed {days(15, 17)}")]),
        ("moved without that member", lambda: visit.move(16, 18), to_all(f"moved {days(16, 18)}", LAN, OFFICER)),
        (
            "postponed",
            lambda: visit.step(EventStatus.POSTPONED, "Flood on road 13"),
            to_all(f"postponed {days(16, 18)}", LAN, OFFICER),
        ),
        (
            "new days",
            lambda: visit.step(EventStatus.PLANNED, days=(20, 22)),
            to_all(f"moved {days(20, 22)}", LAN, OFFICER),
        ),
        ("the member is back", lambda: visit.add(BOUN), [(BOUN, f"back {days(20, 22)}")]),
        (
            "cancelled",
            lambda: visit.step(EventStatus.CANCELLED, "The minister is ill"),
            to_all(f"cancellation {days(20, 22)}", LAN, BOUN, KHAM, OFFICER),
        ),
        (
            "undone",
            lambda: visit.step(EventStatus.PLANNED),
            to_all(f"takes place {days(20, 22)}", LAN, BOUN, KHAM, OFFICER),
        ),
    ]  # fmt: skip
    happened = []
    for what, work, _told in story:
        work()
        assert visit.send() == [], f"{what}: nothing leaves at once"
        mails = visit.after()
        assert {mail.mail["Reply-To"] for mail in mails} <= {LAN}
        reasons = {line for mail in mails for line in text(mail).splitlines() if line.startswith("Reason: ")}
        expected = {"postponed": {"Reason: Flood on road 13"}, "cancelled": {"Reason: The minister is ill"}}
        assert reasons == expected.get(what, set()), what
        happened.append((what, table(mails)))
        assert visit.after(timedelta(hours=1)) == [], f"{what}: nothing follows"
    assert happened == [(what, expected) for what, _work, expected in story]
    assert visit.shown(LAN) == visit.shown(BOUN) == visit.shown(KHAM) == [("20261220", "20261223")]
    assert visit.shown(OFFICER) == [], "who only hears of it has no entry"
    assert not any(calendar.ignored for calendar in visit.calendars.values())


@pytest.mark.both_databases("notices are rewritten in place")
def test_what_is_undone_before_it_leaves_is_told_to_nobody(told: Visit) -> None:
    visit = told
    for work in (
        lambda: (visit.move(14, 16), visit.move(10, 12)),
        lambda: (visit.remove(BOUN), visit.add(BOUN)),
        lambda: (visit.step(EventStatus.CANCELLED, "No"), visit.step(EventStatus.PLANNED)),
        lambda: (
            visit.move(14, 16),
            visit.step(EventStatus.CANCELLED, "No"),
            visit.step(EventStatus.PLANNED),
            visit.move(10, 12),
        ),
    ):  # fmt: skip
        work()
        assert visit.after(timedelta(hours=1)) == []
    assert visit.shown(BOUN) == [("20261210", "20261213")]


def test_several_changes_are_one_mail_and_nobody_waits_longer_than_ten_minutes(told: Visit) -> None:
    visit = told
    began = visit.clock.now
    mails: list[Received] = []
    for number in range(12):
        visit.move(11 + number, 12 + number)
        mails += visit.after(timedelta(minutes=1))
        if mails:
            break
    assert visit.clock.now - began == timedelta(minutes=10)
    assert table(mails) == to_all(f"moved {days(20, 21)}")
    visit.move(24, 25)
    visit.clock.now += NOTICE - timedelta(seconds=1)
    assert visit.send() == []
    visit.clock.now += timedelta(seconds=1)
    assert table(visit.send()) == to_all(f"moved {days(24, 25)}")


@pytest.mark.both_databases("one row a reader, whatever happens before it leaves")
def test_a_cancelled_event_sends_one_cancellation_and_nothing_else(told: Visit) -> None:
    visit = told
    visit.move(14, 16)
    visit.add(KHAM)
    visit.step(EventStatus.POSTPONED, "Flood")
    visit.step(EventStatus.CANCELLED, "Too late in the year")
    assert table(visit.after(timedelta(days=4))) == to_all(f"cancellation {days(14, 16)}")
    assert visit.shown(LAN) == visit.shown(BOUN) == []


def test_who_would_have_been_reminded_gets_the_cancellation_too(visit: Visit) -> None:
    visit.add(KHAM)
    visit.step(EventStatus.CANCELLED, "No")
    mails = visit.after()
    assert table(mails) == to_all(f"cancellation {days(10, 12)}", LAN, BOUN, KHAM, OFFICER)
    visit.step(EventStatus.PLANNED)
    visit.clock.now += NOTICE
    assert table(visit.send()) == to_all(f"takes place {days(10, 12)}", LAN, BOUN, KHAM, OFFICER), (
        "they hear of it again"
    )


def test_a_member_who_was_away_while_it_moved_is_told_when_back(told: Visit) -> None:
    visit = told
    visit.remove(BOUN)
    visit.move(14, 16)
    assert table(visit.after()) == sorted(
        [*to_all(f"moved {days(14, 16)}", LAN, OFFICER), (BOUN, f"removed {days(10, 12)}")]
    )
    visit.add(BOUN)
    assert table(visit.after()) == [(BOUN, f"back {days(14, 16)}")]
    assert visit.shown(BOUN) == [("20261214", "20261217")]


def test_an_account_that_was_off_while_it_moved_is_told_when_it_is_on_again(told: Visit) -> None:
    visit = told

    def switch(active: bool) -> None:
        with visit.database.transaction() as session:
            user = session.exec(select(User).where(User.email == OFFICER)).one()
            change_user(session, visit.act, user, {"active": active})

    switch(False)
    visit.move(14, 16)
    assert table(visit.after()) == to_all(f"moved {days(14, 16)}", LAN, BOUN), "a disabled account is told nothing"
    switch(True)
    assert table(visit.after()) == [(OFFICER, f"moved {days(14, 16)}")]


def test_an_account_that_is_off_while_a_notice_waits_gets_none(told: Visit) -> None:
    visit = told
    visit.move(14, 16)
    with visit.database.transaction() as session:
        session.exec(select(User).where(User.email == OFFICER)).one().active = False
    assert table(visit.after()) == to_all(f"moved {days(14, 16)}", LAN, BOUN), "it is looked at again when it leaves"
    assert {one.reason for one in rows(visit) if one.recipient == OFFICER and one.purpose is ReminderPurpose.MOVED} == {
        due_times.NOT_ADDRESSED
    }


def test_an_address_that_is_given_up_loses_the_entry(told: Visit) -> None:
    visit = told
    with visit.database.transaction() as session:
        person = session.get_one(Person, visit.people[BOUN])
        change_person(session, visit.act, person, {"email": "new@example.org"})
    mails = visit.after()
    assert table(mails) == [(BOUN, f"removed {days(10, 12)}")]
    assert visit.shown(BOUN) == []


def test_an_address_that_is_changed_and_changed_back_hears_of_the_move(told: Visit) -> None:
    visit = told

    def write(address: str) -> None:
        with visit.database.transaction() as session:
            change_person(session, visit.act, session.get_one(Person, visit.people[BOUN]), {"email": address})

    write("new@example.org")
    visit.move(14, 16)
    assert (BOUN, f"removed {days(10, 12)}") in table(visit.after())
    write(BOUN)
    assert (BOUN, f"back {days(14, 16)}") in table(visit.after())
    assert visit.shown(BOUN) == [("20261214", "20261217")]


def test_who_is_taken_off_learns_nothing_that_they_were_not_told(told: Visit) -> None:
    visit = told
    visit.do(
        lambda session, event: change_event(
            session, visit.act, event, {"title": {"vi": "Chuyện kín", "en": "Secret"}, "location": {"vi": "Bunker"}}
        )
    )
    visit.remove(BOUN)
    visit.move(14, 16)
    (mail,) = [mail for mail in visit.after() if mail.recipient == BOUN]
    content = calendar_of(mail)
    assert content is not None
    everything = mail.mail.as_string() + text(mail) + content.decode()
    assert days(10, 12) in text(mail)
    for word in ("Secret", "Chuyện kín", "Bunker", days(14, 16), "20261214", "/events/"):
        assert word not in everything


def test_who_takes_over_is_the_new_organizer_and_may_still_cancel(told: Visit) -> None:
    """The calendar knows the old one: a cancellation bears that name, a request with the new one a higher SEQUENCE."""
    visit = told
    assert visit.calendars[BOUN].entries.popitem()[1].organizer == LAN
    visit.calendars.clear()
    # As if nothing had been told: the calendars are those of new programs.
    visit.do(lambda session, event: change_event(session, visit.act, event, {"location": {"vi": "Nơi khác"}}))
    visit.after()
    with visit.database.transaction() as session:
        other = session.exec(select(User).where(User.email == OFFICER)).one()
        event = session.get_one(Event, visit.event_id)
        event.created_by = other.id
        session.flush()
        plan_event(session, visit.act, event)
    mails = visit.after()
    assert table(mails) == [(LAN, f"removed {days(10, 12)}")]
    visit.step(EventStatus.CANCELLED, "No")
    mails = visit.after()
    assert {mail.mail["Reply-To"] for mail in mails} == {OFFICER}
    assert visit.shown(BOUN) == [], "the cancellation was accepted"


@pytest.mark.parametrize("contact", ["", "office@example.org"])
def test_without_anybody_who_reads_answers_nothing_is_to_be_answered(
    database: Database, clock: HandClock, sink: Sink, tmp_path: Path, contact: str
) -> None:
    """Nobody is in charge; with the office's contact somebody reads them after all."""
    office = replace(OFFICE, contact=contact)
    with database.transaction() as session:
        make_rule(session, audience=["members"], offset="-P9D", at=TOLD.time())
        event = make_event(session, first_day=date(2026, 12, 10))
        make_member(session, event, make_person(session, email=BOUN))
        plan_event(session, ActionContext(None, NOW, OFFICE), event)
    worker = Worker(database, WorkerConfig(sink.url, "Lễ tân <desk@example.org>", tmp_path, office), clock)
    clock.now = TOLD
    worker.tick()
    worker.close()
    (mail,) = sink.received
    content = calendar_of(mail)
    assert content is not None
    assert (b"METHOD:PUBLISH" in content, b"METHOD:REQUEST" in content) == (not contact, bool(contact))
    assert mail.mail["Reply-To"] == (contact or None)
    client = ItipClient(BOUN)
    client.take(content)
    (entry,) = client.entries.values()
    assert entry.organizer == (contact or "desk@example.org")


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.both_databases("leases and outcomes are rows")
def test_a_worker_that_dies_between_two_notices_tells_each_reader_once(
    told: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit = told
    visit.move(14, 16)
    visit.clock.now += NOTICE
    visit.sink.received.clear()
    sender = visit.worker.sender
    send, sent = sender.mail.send, []

    def dying(*arguments: Any) -> None:
        if len(sent) == 1:
            raise Killed
        sent.append(arguments)
        send(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(sender.mail, "send", dying)
        with pytest.raises(Killed):
            visit.worker.tick()
    first = list(visit.sink.received)
    sender.unrecorded.clear()
    visit.clock.now += timedelta(seconds=visit.worker.config.lease_seconds + 1)
    config = visit.worker.config
    visit.worker.close()
    visit.worker = Worker(visit.database, config, visit.clock)
    mails = [*first, *visit.send()]
    by_id = {mail.message_id: mail for mail in mails}
    assert table(list(by_id.values())) == to_all(f"moved {days(14, 16)}")
    assert len(mails) <= len(by_id) + 1, "at most the one in hand comes twice, with the same Message-ID"
    assert visit.after(timedelta(hours=1)) == []


def test_a_sent_notice_is_recorded_with_what_it_told(told: Visit) -> None:
    visit = told
    visit.move(14, 16)
    visit.after()
    found = {one.recipient: one for one in rows(visit) if one.purpose is ReminderPurpose.MOVED}
    assert {one.state for one in found.values()} == {ReminderState.SENT}
    assert {reader: (one.told_sequence, one.entry_sequence, one.entry_organizer) for reader, one in found.items()} == {
        LAN: (1, 1, None),
        BOUN: (1, 1, LAN),
        OFFICER: (1, None, None),
    }


def rows(visit: Visit) -> list[Reminder]:
    with visit.database.transaction(write=False) as session:
        return all_reminders(session)


def test_the_client_refuses_what_the_rules_forbid() -> None:
    """The negative control of the calendars above."""

    def message(method: str, sequence: int, organizer: str = "a@example.org", attendee: str = BOUN) -> bytes:
        lines = [
            "BEGIN:VCALENDAR", f"METHOD:{method}", "BEGIN:VEVENT", "UID:1", f"SEQUENCE:{sequence}",
            "DTSTAMP:20261201T000000Z", "SUMMARY:x", "DTSTART;VALUE=DATE:20261210", "DTEND;VALUE=DATE:20261211",
            f"ORGANIZER:mailto:{organizer}", f"ATTENDEE:mailto:{attendee}", "END:VEVENT", "END:VCALENDAR", "",
        ]  # fmt: skip
        return "\r\n".join(lines).encode()

    client = ItipClient(BOUN)
    client.take(message("REQUEST", 1))
    client.take(message("REQUEST", 0))
    assert client.ignored == 1
    for wrong in (
        message("CANCEL", 1),
        message("CANCEL", 2, organizer="b@example.org"),
        message("CANCEL", 2, attendee=KHAM),
        message("REQUEST", 1, organizer="b@example.org"),
        message("PUBLISH", 2),
        message("REPLY", 2),
    ):
        with pytest.raises(Breach):
            client.take(wrong)
    client.take(message("CANCEL", 2))
    with pytest.raises(Breach):
        client.take(message("REQUEST", 2))
    client.take(message("REQUEST", 3))
    assert len(client.entries) == 1
