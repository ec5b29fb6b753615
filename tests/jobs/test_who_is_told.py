"""Who is told of an event: every mail about one goes by the rights of each reader at the moment it is sent.

R8: a disabled account was sent a cancellation. An account that shares an address with a member got what the member is
told, by its messenger too; officers' digests named failed mails of events hidden from them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from jobs import schedule
from jobs.config import WorkerConfig
from jobs.failure_notices import notify_failures
from jobs.worker import Worker
from models.accounts import User
from models.database import Database
from models.events import Event
from models.places import Organisation, Person
from models.queries.audience import addresses
from models.reminders import Reminder, ReminderRule
from models.vocabulary import EventStatus, Language, ReminderPurpose, ReminderState, Role, Visibility
from service.actions import permissions
from service.actions.accounts.accounts import change_user, create_user
from service.actions.accounts.messenger_addresses import sealed
from service.actions.context import ActionContext
from service.actions.directory.directory import change_organisation, change_person
from service.actions.office_mails.office_mails import OfficeMailWriter
from service.actions.reminders.reminder_planning import announce_cancellation, plan_event
from service.actions.reminders.reminder_rules import change_rule, create_rule
from tests.factories import (
    NOW,
    OFFICE,
    make_event,
    make_member,
    make_organisation,
    make_person,
    make_reminder,
    make_rule,
    make_user,
)
from tests.jobs.conftest import NOTICE, HandClock
from tests.jobs.sink import Sink

SECRET = "s" * 40
DUE = datetime.fromisoformat("2026-12-02T00:00+07:00") - timedelta(days=1)
"""When a rule of factories.make_rule is due for an event of factories.make_event."""

PENDING, SKIPPED, FAILED = ReminderState.PENDING, ReminderState.SKIPPED, ReminderState.FAILED


@dataclass
class Desk:
    """A database, a worker and a clock; actions are the service's own."""

    database: Database
    clock: HandClock
    worker: Worker
    sink: Sink
    messages: list[str] = field(default_factory=list)
    """Mail addresses of accounts whose messenger was written to."""

    @property
    def act(self) -> ActionContext:
        return ActionContext(None, self.clock.now, OFFICE)

    def change(self, email: str, **values: Any) -> None:
        with self.database.transaction() as session:
            user = session.exec(select(User).where(User.email == email)).one()
            change_user(session, self.act, user, values)

    def pending(self, purpose: ReminderPurpose = ReminderPurpose.REMINDER) -> set[str]:
        with self.database.transaction(write=False) as session:
            found = select(Reminder.recipient).where(Reminder.state == PENDING, Reminder.purpose == purpose)
            return set(session.exec(found))

    def send(self, at: datetime | None = None) -> dict[str, str]:
        """Send what is due, also what follows from that: address → text of the last mail to it."""
        self.clock.now = at or self.clock.now + NOTICE
        self.sink.received.clear()
        schedule.run_due(self.database, self.worker.jobs, self.clock.now)
        while self.worker.tick():
            pass
        return {mail.recipient: str(mail.mail["Subject"]) for mail in self.sink.received}


@pytest.fixture
def desk(database: Database, clock: HandClock, sink: Sink, tmp_path: Path) -> Iterator[Desk]:
    config = WorkerConfig(sink.url, "Lễ tân <desk@example.org>", tmp_path, OFFICE, secret_key=SECRET)
    worker = Worker(database, config, clock, reports=OfficeMailWriter(OFFICE, SECRET))
    yield Desk(database, clock, worker, sink)
    worker.close()


def hidden_event(session: Session, organisation: Organisation, **values: Any) -> Event:
    return make_event(session, organisation_id=organisation.id, visibility=Visibility.INTERNAL, **values)


# Disabled accounts (R8)

LAN = "lan@example.org"


def as_creator(session: Session, lan: User, event: Event) -> None:
    event.created_by = lan.id
    make_rule(session, audience=["owner"])


def as_colleague(session: Session, lan: User, event: Event) -> None:
    lan.organisation_id = event.organisation_id
    make_rule(session, audience=["organisation"])


def as_role(session: Session, lan: User, event: Event) -> None:
    make_rule(session, audience=["role:officer"])


def by_address(session: Session, lan: User, event: Event) -> None:
    make_rule(session, audience=[f"email:{LAN}"])


def as_member(session: Session, lan: User, event: Event) -> None:
    make_member(session, event, make_person(session, email="Lan@example.org"))
    make_rule(session, audience=["members"])


def as_head(session: Session, lan: User, event: Event) -> None:
    event.head_id = make_person(session, email=LAN).id
    make_rule(session, audience=[f"email:{LAN}"])


WAYS = [as_creator, as_colleague, as_role, by_address, as_member, as_head]


@pytest.mark.both_databases("who may be told, in the statements of planning and sending")
@pytest.mark.parametrize("visibility", list(Visibility))
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_a_disabled_account_is_told_nothing(
    desk: Desk, way: Callable[[Session, User, Event], None], visibility: Visibility
) -> None:
    """Neither reminder, change nor cancellation, however it came to be told; the control is told all three."""
    with desk.database.transaction() as session:
        office = make_organisation(session)
        lan = make_user(session, email=LAN)
        event = hidden_event(session, office)
        event.visibility = visibility
        way(session, lan, event)
        session.flush()
        plan_event(session, desk.act, event)
    assert desk.pending() == {LAN}
    assert desk.send(DUE).keys() == {LAN}

    def move() -> None:
        with desk.database.transaction() as session:
            moved = session.exec(select(Event)).one()
            moved.last_day += timedelta(days=1)
            moved.sequence += 1
            plan_event(session, desk.act, moved)

    takes_part = way in {as_creator, as_colleague, as_member}  # without a creator the organisation is the owner
    move()
    assert desk.send(DUE + timedelta(minutes=11)).keys() == ({LAN} if takes_part else set())
    move()
    desk.change(LAN, active=False)
    assert desk.send(DUE + timedelta(minutes=22)).keys() == set()
    assert desk.pending() == set()
    with desk.database.transaction() as session:
        event = session.exec(select(Event)).one()
        event.status = EventStatus.CANCELLED
        event.sequence += 1
        announce_cancellation(session, desk.act, event)
    assert desk.pending(ReminderPurpose.CANCELLATION) == set()
    desk.change(LAN, active=True)
    with desk.database.transaction() as session:
        event = session.exec(select(Event)).one()
        event.sequence += 1
        announce_cancellation(session, desk.act, event)
    assert desk.pending(ReminderPurpose.CANCELLATION) == {LAN}, "the control"
    with desk.database.transaction() as session:  # and nobody plans anew
        session.exec(select(User)).one().active = False
    assert desk.send().keys() == set()


def test_a_disabled_account_gets_none_of_the_offices_mails(desk: Desk) -> None:
    """Weekly schedule, digest, escalation and notices of failures that wait while it is disabled."""
    with desk.database.transaction() as session:
        office = make_organisation(session, email=LAN)
        make_user(session, Role.ADMIN, email=LAN)
        event = hidden_event(session, office)
        failed = {"recipient": "wrong@example.org", "state": FAILED, "reason": "550", "updated_at": NOW}
        one = make_reminder(session, event, **failed)
        assert notify_failures(session, [one.id], NOW) == 1
        for purpose in (ReminderPurpose.WEEKLY, ReminderPurpose.DIGEST, ReminderPurpose.ESCALATION):
            values = {"event_id": None, "purpose": purpose, "rule_key": f"{purpose}:x", "recipient": LAN}
            make_reminder(session, event, **values)
        session.exec(select(User)).one().active = False
    assert desk.send().keys() == set()
    with desk.database.transaction(write=False) as session:
        states = session.exec(select(Reminder.state).where(Reminder.recipient == LAN)).all()
    assert states == [SKIPPED] * 4


def test_the_organisation_is_told_in_place_of_a_disabled_owner(desk: Desk) -> None:
    """From the moment it is disabled until it is back, of what is still to come."""
    with desk.database.transaction() as session:
        office = make_organisation(session)
        lan = make_user(session, email=LAN, organisation_id=office.id)
        make_user(session, email="colleague@example.org", organisation_id=office.id)
        make_rule(session, audience=["owner"])
        plan_event(session, desk.act, hidden_event(session, office, created_by=lan.id))
    assert desk.pending() == {LAN}
    desk.change(LAN, active=False)
    assert desk.pending() == {"colleague@example.org"}
    desk.change(LAN, active=True)
    assert desk.pending() == {LAN}
    desk.change(LAN, active=False)
    assert desk.send(DUE).keys() == {"colleague@example.org"}


# One address, several entries


@dataclass
class Shared:
    """A's hidden event with a Lao member; an account of B, in Lao's stead English and with a messenger, has their
    address."""

    event_id: str
    person_id: str


@pytest.fixture
def shared(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Shared:
    monkeypatch.setattr("jobs.messenger.notify", lambda address, *_content: desk.messages.append(address))
    with desk.database.transaction() as session:
        a, b = make_organisation(session), make_organisation(session)
        guests = make_organisation(session, locality="vientiane-province")
        event = hidden_event(session, a)
        person = make_person(session, email=LAN, organisation_id=guests.id)
        make_member(session, event, person)
        values = {"email": LAN, "role": "officer", "locale": "en", "organisation_id": b.id}
        create_user(session, desk.act, values | {"messenger": sealed("json://lan@127.0.0.1/", SECRET)})
        return Shared(event.id, person.id)


@pytest.mark.both_databases("people of events in a union")
def test_a_member_is_told_as_themselves_not_as_whoever_shares_their_address(desk: Desk, shared: Shared) -> None:
    with desk.database.transaction() as session:
        event = session.get_one(Event, shared.event_id)
        for audience, told in (
            (["members"], {LAN: Language.LO}),
            ([f"email:{LAN}"], {LAN: Language.LO}),
            (["role:officer"], {}),
            (["organisation", "owner"], {}),
            (["role:officer", "members"], {LAN: Language.LO}),
        ):
            assert addresses(session, audience, event) == told, audience
        event.visibility = Visibility.PUBLIC  # the control: now the account may read it
        everybody = {LAN: Language.EN, f"messenger:{LAN}": Language.EN}
        for audience in (["members"], [f"email:{LAN}"], ["role:officer"]):
            assert addresses(session, audience, event) == everybody, audience


def test_nothing_of_a_member_is_told_by_anothers_messenger(desk: Desk, shared: Shared) -> None:
    """Told by messenger while the event was public; then it is hidden, moved and cancelled."""
    with desk.database.transaction() as session:
        event = session.get_one(Event, shared.event_id)
        event.visibility = Visibility.PUBLIC
        make_rule(session, audience=["members"])
        make_rule(session, audience=["members"], offset="-PT12H")
        session.flush()
        plan_event(session, desk.act, event)
    assert desk.send(DUE).keys() == {LAN}
    assert len(desk.messages) == 1, "the control"
    with desk.database.transaction() as session:
        session.get_one(Event, shared.event_id).visibility = Visibility.INTERNAL
    subject = desk.send(DUE + timedelta(hours=12))[LAN]
    with desk.database.transaction() as session:
        event = session.get_one(Event, shared.event_id)
        event.status = EventStatus.CANCELLED
        event.sequence += 1
        announce_cancellation(session, desk.act, event)
    assert desk.pending(ReminderPurpose.CANCELLATION) == {LAN}
    assert desk.send().keys() == {LAN}
    assert len(desk.messages) == 1
    assert any("\u0e80" <= letter <= "\u0eff" for letter in subject), "in the member's language"


def test_an_account_leaves_no_cancellation_to_who_has_its_address_elsewhere(desk: Desk, shared: Shared) -> None:
    """B's account was told while the event was public; a person of B with the same address is in no list of it."""
    with desk.database.transaction() as session:
        event = session.get_one(Event, shared.event_id)
        session.get_one(Person, shared.person_id).email = "guest@example.org"
        make_person(session, email=LAN)
        make_reminder(session, event, recipient=LAN, state=ReminderState.SENT, sent_at=NOW)
        make_reminder(session, event, recipient="guest@example.org", state=ReminderState.SENT, sent_at=NOW)
        event.status = EventStatus.CANCELLED
        announce_cancellation(session, desk.act, event)
    assert desk.send().keys() == {"guest@example.org"}


def test_mail_follows_a_members_own_address_only(desk: Desk) -> None:
    """Two people share an address; one of them is on the list, and gets another address."""
    with desk.database.transaction() as session:
        a, b = make_organisation(session), make_organisation(session)
        event = hidden_event(session, a)
        member = make_person(session, email=LAN, organisation_id=a.id)
        other = make_person(session, email=LAN, organisation_id=b.id)
        make_member(session, event, member)
        make_rule(session, audience=["members", f"email:{LAN}"], addresses_approved_at=None)
        plan_event(session, desk.act, event)
    assert desk.pending() == {LAN}
    with desk.database.transaction() as session:
        change_person(session, desk.act, session.get_one(Person, other.id), {"email": "spy@evil.example"})
    assert desk.pending() == {LAN}
    with desk.database.transaction() as session:
        change_person(session, desk.act, session.get_one(Person, member.id), {"email": "new@example.org"})
        change_person(session, desk.act, session.get_one(Person, other.id), {"email": LAN})
    assert desk.pending() == {"new@example.org"}
    assert desk.send(DUE).keys() == {"new@example.org"}


# Notices of failed mails


@pytest.mark.both_databases("who may be told of a failure, in statements")
@pytest.mark.parametrize("change", ["mailbox", "event", "account", "nothing"])
def test_a_notice_of_a_failure_goes_by_the_organisation_of_now(desk: Desk, change: str) -> None:
    """What waited for A's old mailbox, or B's, when the event is another's, tells nothing."""
    with desk.database.transaction() as session:
        a, b = make_organisation(session, email="a@example.org"), make_organisation(session, email="b@example.org")
        event = hidden_event(session, b)
        failed = {"recipient": "wrong@example.org", "state": FAILED, "reason": "550", "updated_at": NOW}
        assert notify_failures(session, [make_reminder(session, event, **failed).id], NOW) == 1
        make_user(session, email="c@example.org", organisation_id=a.id)
    assert desk.pending(ReminderPurpose.FAILURE) == {"b@example.org"}
    with desk.database.transaction() as session:
        if change == "mailbox":
            session.get_one(Organisation, b.id).email = "new@example.org"
        elif change == "event":
            session.get_one(Event, event.id).organisation_id = a.id
        elif change == "account":
            make_user(session, email="b@example.org", organisation_id=b.id, active=False)
    assert desk.send().keys() == ({"b@example.org"} if change == "nothing" else set())


def test_a_notice_of_a_failure_goes_to_accounts_that_may_read_the_event(desk: Desk) -> None:
    with desk.database.transaction() as session:
        b = make_organisation(session)
        event = hidden_event(session, b)
        make_user(session, email="stays@example.org", organisation_id=b.id)
        leaver = make_user(session, email="leaves@example.org", organisation_id=b.id)
        failed = {"recipient": "wrong@example.org", "state": FAILED, "reason": "550", "updated_at": NOW}
        assert notify_failures(session, [make_reminder(session, event, **failed).id], NOW) == 2
        leaver.organisation_id = make_organisation(session).id
    assert desk.send().keys() == {"stays@example.org"}


def test_a_digest_names_no_failed_mail_of_an_event_its_reader_may_not_see(desk: Desk) -> None:
    with desk.database.transaction() as session:
        a, b = make_organisation(session), make_organisation(session)
        for name, organisation in (("a", a), ("b", b)):
            make_user(session, email=f"{name}@example.org", organisation_id=organisation.id, locale=Language.EN)
        event = hidden_event(session, a, title={"vi": "Hoaphuongdo", "en": "Hoaphuongdo"})
        failed = {"recipient": "wrong@example.org", "state": FAILED, "reason": "550"}
        make_reminder(session, event, updated_at=NOW - timedelta(days=2), **failed)
        writer = OfficeMailWriter(OFFICE, SECRET)
        for purpose in (ReminderPurpose.DIGEST, ReminderPurpose.ESCALATION):
            told = {name: repr(writer.write(session, purpose, f"{name}@example.org", NOW, NOW)) for name in "ab"}
            assert "Hoaphuongdo" in told["a"], "the control"
            assert "Hoaphuongdo" not in told["b"]
            assert "wrong@example.org" not in told["b"]


# Rights that are given and taken

PRESS = "press@example.org"


@pytest.fixture
def approver(desk: Desk) -> str:
    """An approver of a department, who approves an address for all events; id of the account."""
    with desk.database.transaction() as session:
        a = make_organisation(session)
        plan_event(session, desk.act, hidden_event(session, a))
        user = make_user(session, Role.APPROVER, email=LAN, organisation_id=make_organisation(session).id)
        values = {"name": {"vi": "Báo"}, "anchor": "start", "offset": "-P1D", "audience": [f"email:{PRESS}"]}
        create_rule(session, ActionContext(user, NOW, OFFICE), values)
        return user.id


@pytest.mark.both_databases("approvals in a statement")
@pytest.mark.parametrize(
    ("loses", "regains"),
    [({"active": False}, {"active": True}), ({"role": Role.OFFICER}, {"role": Role.APPROVER})],
    ids=["disabled", "demoted"],
)
def test_who_loses_the_right_vouches_for_nothing(
    desk: Desk, approver: str, loses: dict[str, Any], regains: dict[str, Any]
) -> None:
    assert desk.pending() == {PRESS}
    desk.change(LAN, **loses)
    assert desk.pending() == set()
    desk.change(LAN, **regains)
    assert desk.pending() == {PRESS}
    with desk.database.transaction() as session:  # and nobody plans anew
        user = session.get_one(User, approver)
        for name, value in loses.items():
            setattr(user, name, value)
    assert desk.send(DUE).keys() == set()
    with desk.database.transaction(write=False) as session:
        assert session.exec(select(Reminder.state).where(Reminder.recipient == PRESS)).all() == [SKIPPED]


def test_a_protocol_office_that_is_none_any_more_vouches_for_nothing(desk: Desk, approver: str) -> None:
    with desk.database.transaction() as session:
        admin = make_user(session, Role.ADMIN)
        act = ActionContext(admin, NOW, OFFICE)
        user = session.get_one(User, approver)
        organisation = session.get_one(Organisation, user.organisation_id)
        change_organisation(session, act, organisation, {"protocol_office": True})
        change_user(session, act, user, {"role": Role.OFFICER})
    assert desk.pending() == {PRESS}
    with desk.database.transaction() as session:
        organisation = session.exec(select(Organisation).where(col(Organisation.protocol_office))).one()
        change_organisation(session, act, organisation, {"protocol_office": False})
    assert desk.pending() == set()


@pytest.mark.both_databases("readers are planned by their rights")
@pytest.mark.parametrize("right", ["approver", "organisation", "protocol office", "no organisation"])
def test_who_may_now_read_gets_what_is_to_come_and_who_may_no_more_does_not(desk: Desk, right: str) -> None:
    with desk.database.transaction() as session:
        a, b = make_organisation(session), make_organisation(session)
        make_user(session, email=LAN, organisation_id=b.id)
        make_rule(session, audience=["role:officer", "role:approver"])
        plan_event(session, desk.act, hidden_event(session, a))
    assert desk.pending() == set()
    for is_given in (True, False, True):
        match right:
            case "approver":
                desk.change(LAN, role=Role.APPROVER if is_given else Role.OFFICER)
            case "organisation":
                desk.change(LAN, organisation_id=a.id if is_given else b.id)
            case "no organisation":
                desk.change(LAN, organisation_id=None if is_given else b.id)
            case _:
                with desk.database.transaction() as session:
                    change_organisation(
                        session, desk.act, session.get_one(Organisation, b.id), {"protocol_office": is_given}
                    )
        assert desk.pending() == ({LAN} if is_given else set())
    assert desk.send(DUE).keys() == {LAN}


def test_an_approval_is_kept_with_the_rule(desk: Desk, approver: str) -> None:
    """Given with the audience by whoever may, and by nothing else."""
    act = ActionContext(None, NOW, OFFICE)
    with desk.database.transaction() as session:
        rule = session.exec(select(ReminderRule)).one()
        assert (rule.addresses_approved_by, rule.addresses_approved_at) == (approver, NOW)
        change_rule(session, act, rule, {"offset": "-P2D"})
        assert rule.addresses_approved_by == approver
        change_rule(session, act, rule, {"audience": [f"email:{PRESS}"]})
        assert rule.addresses_approved_by == approver, "it is approved already"
        wider = {"audience": [f"email:{PRESS}", "owner"]}
        change_rule(session, act, rule, wider)
        assert (rule.addresses_approved_by, rule.addresses_approved_at) == (None, NOW)
        officer = make_user(session, organisation_id=rule.organisation_id)
        version = rule.version
        with permissions.reading_as(session, officer):  # saved as it is, by somebody who could not approve it
            change_rule(session, ActionContext(officer, NOW, OFFICE), rule, wider)
        assert (rule.addresses_approved_at, rule.version) == (NOW, version)
        change_rule(session, act, rule, {"audience": ["owner"]})
        assert (rule.addresses_approved_by, rule.addresses_approved_at) == (None, None)


@pytest.mark.both_databases("people are compared with their organisations")
def test_an_organisation_somebody_moved_to_writes_no_address_for_them(desk: Desk) -> None:
    """They were put on the visit as somebody else's: what their new organisation does gives it nothing."""
    with desk.database.transaction() as session:
        before, without, after = (make_organisation(session) for _ in range(3))
        make_user(session, organisation_id=after.id)
        event = make_event(session)
        person = make_person(session, email="lan@before.example", organisation_id=before.id)
        make_member(session, event, person)
        session.flush()
        told = {"lan@before.example": Language.VI}
        assert addresses(session, ["members"], event) == told
        person.organisation_id = without.id
        session.flush()
        assert addresses(session, ["members"], event) == told, "nobody there could write it"
        person.organisation_id, person.email = after.id, "spy@after.example"
        session.flush()
        assert addresses(session, ["members"], event) == {}
        event.visibility = Visibility.PUBLIC
        assert addresses(session, ["members"], event) == {"spy@after.example": Language.VI}
