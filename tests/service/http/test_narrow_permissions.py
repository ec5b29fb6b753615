"""What officers of one organisation try at the hidden visit of another, as sequences of steps they may take.

Each attack ends in a refusal or in nothing sent; beside it stands whoever may do the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from calendars.reminders import due_times
from jobs.config import WorkerConfig
from jobs.worker import Worker
from models.accounts import Audit, User
from models.database import Database
from models.events import Event
from models.places import Organisation, Passport, Person
from models.queries import event_readers
from models.queries.audience import AudienceIndex, EventSelection
from models.reminders import Reminder, ReminderRule
from models.vocabulary import EventStatus, Language, ReminderState, Role, Visibility
from service.actions import crud
from service.actions.context import ActionContext
from service.actions.directory import directory
from service.actions.events import members
from service.actions.office_mails.office_mails import OfficeMailWriter
from service.settings import Settings
from tests import factories
from tests.jobs.conftest import NOTICE
from tests.jobs.sink import Sink
from tests.service.conftest import Caller, Clock
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

MARK = "Hoaphuongdo"
SPY = "spy@evil.example"
PASSPORT = {"number": "B7654321", "country": "LA"}
RULE = {"name": {"vi": "Nhắc"}, "anchor": "arrival", "offset": "-P200D", "catch_up": True}
PLAN = {
    "title": {"vi": "Đoàn khác"},
    "host": "hai-duong",
    "guest": "vientiane-province",
    "first_day": "2027-03-01",
    "last_day": "2027-03-02",
}


@dataclass
class World:
    """Departments A and B, the protocol office, a body without accounts; and A's hidden visit with a leader of A, a
    guest of that body and somebody of no organisation. ``a``, ``b`` and ``office`` are officers."""

    a: Caller
    b: Caller
    office: Caller
    approver: Caller
    organisations: dict[str, Organisation]
    event_id: str
    leader_id: str
    guest_id: str
    nobodys_id: str

    def may_b_read(self) -> bool:
        answer = self.b.get(f"/events/{self.event_id}")
        assert (answer.status_code, MARK in answer.text) in {(200, True), (404, False)}
        return answer.status_code == 200


@pytest.fixture
def world(database: Database, settings: Settings, clock: Clock, caller: Callable[..., Caller]) -> World:
    with database.transaction() as session:
        organisations = {name: factories.make_organisation(session) for name in ("a", "b", "guests")}
        organisations["office"] = factories.make_organisation(session, protocol_office=True)
    a, b, office = (caller(Role.OFFICER, organisation_id=organisations[name].id) for name in ("a", "b", "office"))
    with database.transaction() as session:
        act = ActionContext(session.get_one(User, a.user_id), clock.now, settings.office)
        event = factories.make_event(
            session, title={"vi": MARK}, organisation_id=organisations["a"].id, created_by=a.user_id
        )
        leader = factories.make_person(session, name="Trần Văn Chung", organisation_id=organisations["a"].id)
        guest = factories.make_person(
            session, name="Bounmy", email="bounmy@example.org", organisation_id=organisations["guests"].id
        )
        nobodys = factories.make_person(session, name="Lê Thị Hoa")
        for person in (leader, guest, nobodys):
            members.add_member(session, act, event, {"person_id": person.id})
        ids = (event.id, leader.id, guest.id, nobodys.id)
    return World(a, b, office, caller(Role.APPROVER, organisation_id=organisations["b"].id), organisations, *ids)


def is_refused(answer: TestResponse, code: str) -> bool:
    return (answer.status_code, answer.json["code"]) == (403, code)  # type: ignore[index]


def recipients(database: Database, event_id: str) -> set[str]:
    """Whom mail about an event is waiting for, or went to."""
    with database.transaction(write=False) as session:
        found = session.exec(
            select(Reminder.recipient).where(Reminder.event_id == event_id, Reminder.state != ReminderState.SKIPPED)
        )
        return set(found)


@pytest.fixture
def worker(database: Database, clock: Clock, sink: Sink, tmp_path: Path) -> Iterator[Worker]:
    config = WorkerConfig(sink.url, "Lễ tân <desk@example.org>", tmp_path, factories.OFFICE)
    made = Worker(database, config, clock, reports=OfficeMailWriter(factories.OFFICE, "s" * 40))
    yield made
    made.close()


# Reminder rules


@pytest.mark.parametrize("audience", [[f"email:{SPY}"], ["owner", f"email:{SPY.upper()}"]])
def test_an_address_of_nobody_needs_somebody_entitled(world: World, database: Database, audience: list[str]) -> None:
    rule = RULE | {"audience": audience}
    own = world.b.made("/reminder-rules", RULE | {"audience": ["owner"]})
    path = f"/reminder-rules/{own['id']}"
    for answer in (
        world.b.post("/reminder-rules", rule),
        world.b.post("/reminder-rules/preview", rule),
        world.b.patch(path, {"audience": audience}),
    ):
        assert is_refused(answer, "address_not_allowed")
        assert answer.json is not None
        assert list(answer.json["errors"]) == ["audience"]
        assert SPY in answer.json["errors"]["audience"][0].lower()
    assert SPY not in recipients(database, world.event_id)
    for who in (world.office, world.approver):
        assert who.post("/reminder-rules/preview", rule).status_code == 200
        assert who.post("/reminder-rules", rule).status_code == 201
        assert who.patch(path, {"audience": audience}).status_code == 200
        assert SPY in recipients(database, world.event_id)


@pytest.mark.both_databases("rights as conditions")
def test_an_address_somebody_has_here_is_everybodys_to_name(world: World) -> None:
    address = world.a.get("/me").json["email"]  # type: ignore[index]
    for named in (address, "Bounmy@example.org"):
        assert world.b.post("/reminder-rules", RULE | {"audience": [f"email:{named}"]}).status_code == 201


def test_who_changes_a_rule_vouches_for_its_addresses(world: World, database: Database) -> None:
    """An address approved for little is not made to hear of more by somebody who could not have named it."""
    whose = {"organisation_id": world.organisations["b"].id}
    audience = [f"email:{SPY}", "owner"]
    rule = world.office.made("/reminder-rules", RULE | whose | {"kinds": ["activity"], "audience": audience})
    path = f"/reminder-rules/{rule['id']}"
    for change in ({"kinds": []}, {"offset": "-P9D"}, {"active": False, "kinds": []}):
        assert is_refused(world.b.patch(path, change), "address_not_allowed")
    assert world.b.patch(path, {"kinds": ["activity"]}).status_code == 200  # nothing changes
    off = {"active": False, "audience": ["owner", f"email:{SPY}"], "kinds": ["activity"]}  # as a form sends it
    assert world.b.patch(path, off).status_code == 200
    assert is_refused(world.b.patch(path, {"active": True}), "address_not_allowed")
    assert world.b.patch(path, {"audience": ["owner"]}).status_code == 200
    assert SPY not in recipients(database, world.event_id)


def test_no_detour_by_a_person_with_the_address(world: World, database: Database) -> None:
    person = {"name": "Người mới", "email": SPY, "organisation_id": world.organisations["b"].id}
    world.b.made("/people", person)
    rule = world.b.made("/reminder-rules", RULE | {"audience": [f"email:{SPY}"]})
    assert SPY not in recipients(database, world.event_id)
    shown = world.a.get(f"/reminder-rules/{rule['id']}/preview?event_id={world.event_id}").json
    assert shown is not None
    assert [one["recipients"] for one in shown["reminders"]] == [[]]
    with database.transaction() as session:
        session.get_one(Event, world.event_id).visibility = Visibility.PUBLIC
    world.a.patch(f"/delegations/{world.event_id}", {"headcount": 4})
    assert SPY in recipients(database, world.event_id)  # the control: what everybody may read


@pytest.mark.parametrize("word", ["email", "role"])
def test_a_rule_tells_no_account_what_it_may_not_read(
    world: World, database: Database, settings: Settings, clock: Clock, word: str
) -> None:
    address = world.b.get("/me").json["email"]  # type: ignore[index]
    audience = [f"email:{address}"] if word == "email" else ["role:officer"]
    for author in (world.b, world.office):
        author.made("/reminder-rules", RULE | {"audience": audience})
    assert address not in recipients(database, world.event_id)
    assert not world.may_b_read()
    task = world.a.made(
        f"/events/{world.event_id}/tasks", {"title": {"vi": "Xe"}, "organisation_id": world.organisations["b"].id}
    )
    assert world.may_b_read()
    assert address in recipients(database, world.event_id)
    assert world.a.delete(f"/events/{world.event_id}/tasks/{task['id']}", "*").status_code == 204
    assert address not in recipients(database, world.event_id)
    person = {"organisation_id": world.organisations["b"].id}
    assert world.office.patch(f"/people/{world.leader_id}", person).status_code == 200
    assert address not in recipients(database, world.event_id)  # whose member it is was settled when they were added
    leader = f"/events/{world.event_id}/members/{member_of(world, world.leader_id)}"
    assert world.a.delete(leader, "*").status_code == 204
    again = world.a.made(f"/events/{world.event_id}/members", {"person_id": world.leader_id})
    assert address in recipients(database, world.event_id)
    assert world.a.delete(f"/events/{world.event_id}/members/{again['id']}", "*").status_code == 204
    assert address not in recipients(database, world.event_id)
    with database.transaction() as session:
        admin = factories.make_user(session, Role.ADMIN)
        organisation = session.get_one(Organisation, world.organisations["b"].id)
        directory.change_organisation(
            session, ActionContext(admin, clock.now, settings.office), organisation, {"protocol_office": True}
        )
    assert address in recipients(database, world.event_id)


def member_of(world: World, person_id: str) -> str:
    found = world.a.get(f"/events/{world.event_id}/members").json
    assert found is not None
    return next(str(one["id"]) for one in found if one["person"]["id"] == person_id)


@dataclass
class Legacy:
    """A rule that an older version let somebody make, and its mails to the spy: one waiting, one sent."""

    rule_id: str
    due_at: datetime


@pytest.fixture
def legacy(world: World, database: Database, settings: Settings, clock: Clock) -> Legacy:
    with database.transaction() as session:
        act = ActionContext(session.get_one(User, world.b.user_id), clock.now, settings.office)
        rule = ReminderRule(
            name={"vi": "Nhắc"}, anchor="arrival", offset="-P1D", audience=[f"email:{SPY}"], catch_up=True,
            organisation_id=world.organisations["b"].id,
        )  # fmt: skip
        crud.create(session, act, rule)
        event = session.get_one(Event, world.event_id)
        days = due_times.EventDays.of(event)
        (due,) = due_times.due_reminders(due_times.RuleFacts.of(rule), days, None)
        factories.make_reminder(session, event, rule, recipient=SPY, due_at=due.due_at)
        return Legacy(rule.id, due.due_at)


def test_an_address_is_approved_by_giving_the_audience_only(world: World, legacy: Legacy, database: Database) -> None:
    """What somebody entitled changes beside it approves nothing, even where its author made a person for it."""
    path = f"/reminder-rules/{legacy.rule_id}"
    with database.transaction(write=False) as session:
        audience = list(session.get_one(ReminderRule, legacy.rule_id).audience)
    with database.transaction() as session:
        session.exec(select(Reminder).where(Reminder.recipient == SPY)).one().state = ReminderState.SKIPPED
    own = {"name": "Của mình", "email": SPY, "organisation_id": world.organisations["b"].id}
    world.b.made("/people", own)
    for change in ({"name": {"vi": "Khác"}}, {"offset": "-P2D"}, {"active": False}, {"active": True}, {"kinds": []}):
        for who in (world.approver, world.office):
            assert who.patch(path, change).status_code == 200
            assert SPY not in recipients(database, world.event_id), change
    assert world.office.patch(path, {"audience": audience, "name": {"vi": "Duyệt"}}).status_code == 200
    assert SPY in recipients(database, world.event_id)
    assert world.approver.patch(path, {"name": {"vi": "Sau"}}).status_code == 200  # does not take it back
    assert SPY in recipients(database, world.event_id)
    assert world.b.patch(path, {"offset": "-P3D"}).status_code == 200  # who could not approve it does
    assert SPY not in recipients(database, world.event_id)


def test_the_page_shows_the_address_of_a_person_the_author_made(
    world: World, signed_in: Callable[..., Browser], database: Database
) -> None:
    world.b.made("/people", {"name": "Của mình", "email": SPY, "organisation_id": world.organisations["b"].id})
    account = world.a.get("/me").json["email"]  # type: ignore[index]
    rule = world.b.made("/reminder-rules", RULE | {"audience": [f"email:{SPY}", f"email:{account}"]})
    page = signed_in(Role.APPROVER, locale=Language.EN)
    path = f"/administration/rules/{rule['id']}"
    assert f"No internal event is sent to {SPY} until" in page.get(path).text
    assert world.approver.patch(f"/reminder-rules/{rule['id']}", {"name": {"vi": "Khác"}}).status_code == 200
    assert f"No internal event is sent to {SPY} until" in page.get(path).text
    given = {"audience": [f"email:{SPY}", f"email:{account}"]}
    assert world.approver.patch(f"/reminder-rules/{rule['id']}", given).status_code == 200
    assert "No internal event is sent to" not in page.get(path).text


@pytest.mark.parametrize("is_vouched", [False, True])
def test_a_rule_of_an_older_version_sends_nothing_hidden(
    world: World, legacy: Legacy, database: Database, worker: Worker, clock: Clock, sink: Sink, is_vouched: bool
) -> None:
    """Until somebody entitled has given its audience."""
    if is_vouched:
        given = {"audience": [f"email:{SPY}"]}
        assert world.approver.patch(f"/reminder-rules/{legacy.rule_id}", given).status_code == 200
    clock.now = legacy.due_at
    worker.tick()
    assert [mail.recipient for mail in sink.received] == ([SPY] if is_vouched else [])
    with database.transaction(write=False) as session:
        states = session.exec(select(Reminder.state).where(Reminder.recipient == SPY)).all()
    assert states == [ReminderState.SENT if is_vouched else ReminderState.SKIPPED]


def test_an_approver_approves_by_saving(
    world: World, legacy: Legacy, signed_in: Callable[..., Browser], database: Database
) -> None:
    path = f"/administration/rules/{legacy.rule_id}"
    pages = {
        who: signed_in(role, organisation_id=world.organisations["b"].id, locale=Language.EN)
        for who, role in (("officer", Role.OFFICER), ("approver", Role.APPROVER))
    }
    form = {
        "do": "change", "name.vi": "Nhắc", "offset_number": "1", "offset_unit": "D", "offset_side": "-",
        "anchor": "arrival", "emails": SPY, "catch_up": "yes", "active": "yes",
    }  # fmt: skip

    def is_withheld() -> bool:
        return f"No internal event is sent to {SPY}" in pages["approver"].get(path).text

    assert is_withheld()
    assert pages["officer"].send(path, version="1", **form).status_code == 303  # nothing changes, nothing is approved
    assert is_withheld()
    assert pages["approver"].send(path, version="1", **form).status_code == 303
    assert not is_withheld()
    assert SPY in recipients(database, world.event_id)
    with database.transaction(write=False) as session:
        trail = session.exec(select(Audit).where(Audit.entity == "reminder_rule")).all()
        assert [(one.action, one.changes) for one in trail[1:]] == [("change", {})]


@pytest.mark.parametrize("state", [ReminderState.PENDING, ReminderState.SENT])
def test_nor_does_a_cancellation_tell_of_it(
    world: World, legacy: Legacy, database: Database, clock: Clock, state: ReminderState
) -> None:
    with database.transaction() as session:
        reminder = session.exec(select(Reminder).where(Reminder.recipient == SPY)).one()
        reminder.state = state
        reminder.sent_at = clock.now if state is ReminderState.SENT else None
        factories.make_reminder(
            session, session.get_one(Event, world.event_id), recipient="bounmy@example.org", due_at=clock.now
        )
    step = {"to": "cancelled", "reason": "vì mưa"}
    assert world.a.post(f"/events/{world.event_id}/transitions", step).status_code == 200
    with database.transaction(write=False) as session:
        called_off = session.exec(
            select(Reminder.recipient).where(
                Reminder.event_id == world.event_id,
                Reminder.rule_key.startswith("cancellation"),  # type: ignore[attr-defined]
            )
        ).all()
    assert called_off == ["bounmy@example.org"]


@pytest.mark.parametrize("rule_is", ["kept", "deleted", "other audience"])
@pytest.mark.parametrize("when", ["before", "waiting"])
def test_a_cancellation_tells_nobody_more_than_they_may_read_now(
    world: World, database: Database, worker: Worker, clock: Clock, sink: Sink, rule_is: str, when: str
) -> None:
    """Told while the event was everybody's; then it is hidden, before it is cancelled or while the mail waits."""
    reader = world.b.get("/me").json["email"]  # type: ignore[index]
    approved, head = "press@example.org", "head@example.org"
    keeper = world.a.get("/me").json["email"]  # type: ignore[index]
    rule = world.office.made("/reminder-rules", RULE | {"audience": [f"email:{reader}", f"email:{SPY}"]})
    world.office.made("/reminder-rules", RULE | {"offset": "-P1D", "audience": [f"email:{approved}"]})
    told = {reader, SPY, approved, head, keeper, "bounmy@example.org"}
    with database.transaction() as session:
        event = session.get_one(Event, world.event_id)
        event.visibility = Visibility.PUBLIC
        event.head_id = factories.make_person(session, email=head).id
        for one in sorted(told):
            factories.make_reminder(
                session, event, session.get_one(ReminderRule, rule["id"]), recipient=one, due_at=clock.now,
                state=ReminderState.SENT, sent_at=clock.now,
            )  # fmt: skip
    step = {"to": "cancelled", "reason": "vì mưa"}
    hidden = {"visibility": "internal"}
    if rule_is == "deleted":
        assert world.office.delete(f"/reminder-rules/{rule['id']}").status_code == 204
    elif rule_is == "other audience":
        assert world.office.patch(f"/reminder-rules/{rule['id']}", {"audience": ["owner"]}).status_code == 200
    if when == "before":
        assert world.a.patch(f"/delegations/{world.event_id}", hidden).status_code == 200
    assert world.a.post(f"/events/{world.event_id}/transitions", step).status_code == 200
    if when == "waiting":
        with database.transaction() as session:
            session.get_one(Event, world.event_id).visibility = Visibility.INTERNAL
    assert not world.may_b_read()
    sink.received.clear()
    clock.now += NOTICE
    worker.tick()
    gone_to = sorted(mail.recipient for mail in sink.received)
    assert gone_to == sorted(told - {reader} - (set() if rule_is == "kept" else {SPY}))


def test_the_pages_refuse_the_address_in_the_readers_language(
    world: World, signed_in: Callable[..., Browser], database: Database
) -> None:
    form = {
        "name.vi": "Nhắc", "offset_number": "1", "offset_unit": "D", "offset_side": "-", "anchor": "arrival",
        "audience": "owner", "emails": SPY, "active": "yes",
    }  # fmt: skip
    told = {Language.VI: "không phải là địa chỉ của ai", Language.LO: "ບໍ່ແມ່ນທີ່ຢູ່ຂອງຜູ້ໃດ", Language.EN: "belongs to nobody"}
    for locale, sentence in told.items():
        officer = signed_in(Role.OFFICER, organisation_id=world.organisations["b"].id, locale=locale)
        answer = officer.send("/administration/rules/new", **form)
        assert (answer.status_code, sentence in answer.text) == (403, True)
        assert f'value="{SPY}"' in answer.text
    entitled = signed_in(Role.OFFICER, organisation_id=world.organisations["office"].id)
    assert entitled.send("/administration/rules/new", **form).status_code == 303


def test_planning_and_reading_follow_one_rule(world: World, database: Database, settings: Settings) -> None:
    """Whom ``role:officer`` reaches of every kind of event is exactly who may read it."""
    with database.transaction() as session:
        ids = {name: one.id for name, one in world.organisations.items()}
        people = {name: factories.make_person(session, organisation_id=one) for name, one in ids.items()}
        made = []
        for in_charge in (None, *ids.values()):
            for visibility in Visibility:
                for creator in (None, world.b.user_id):
                    values = {"organisation_id": in_charge, "visibility": visibility, "created_by": creator}
                    plain, headed, attended, tasked = (factories.make_event(session, **values) for _ in range(4))
                    headed.head_id = people["b"].id
                    factories.make_member(session, attended, people["b"])
                    factories.make_task(session, tasked, organisation_id=ids["b"])
                    made += [plain, headed, attended, tasked]
        session.flush()
        users = session.exec(select(User).where(User.role == Role.OFFICER)).all()
        found = AudienceIndex.load(session, ["role:officer"], EventSelection(tuple(one.id for one in made)))
        readers = {user.email: event_readers.reader_of(session, user) for user in users}
        outcomes = set()
        for event in made:
            reached = found.addresses(["role:officer"], event).keys()
            for email, reader in readers.items():
                may = select(Event.id).where(Event.id == event.id, event_readers.visible_to(reader))
                assert (email in reached) is (session.exec(may).first() is not None), (email, event)
                outcomes.add(email in reached)
        assert outcomes == {True, False}


# People and organisations


def steps_to_read(world: World) -> dict[str, tuple[str, dict[str, Any]]]:
    own = {"organisation_id": world.organisations["b"].id}
    return {
        "leader moved": (world.leader_id, own),
        "guest moved": (world.guest_id, own),
        "nobody's moved": (world.nobodys_id, own),
        "leader's address": (world.leader_id, {"email": SPY}),
        "guest's address": (world.guest_id, {"email": SPY}),
        "leader renamed": (world.leader_id, {"name": "Ai đó"}),
        "guest renamed": (world.guest_id, {"name": "Ai đó"}),
    }


@pytest.mark.both_databases("rights as conditions")
@pytest.mark.parametrize("is_in_a_draft", [False, True])
def test_an_officer_moves_nobody_elses_people(world: World, database: Database, is_in_a_draft: bool) -> None:
    world.office.made("/reminder-rules", RULE | {"audience": ["members"]})
    if is_in_a_draft:
        draft = world.b.made("/delegations", PLAN)["id"]
        for person_id in (world.leader_id, world.guest_id, world.nobodys_id):
            assert world.b.post(f"/events/{draft}/members", {"person_id": person_id}).status_code == 201
    for name, (person_id, change) in steps_to_read(world).items():
        answer = world.b.patch(f"/people/{person_id}", change)
        if is_in_a_draft and name == "guest renamed":
            assert answer.status_code == 200  # whoever is in charge of an event of theirs corrects a name
        else:
            assert is_refused(answer, "not_in_charge"), name
        assert not world.may_b_read(), name
    assert SPY not in recipients(database, world.event_id)
    spare = world.office.made("/people", {"name": "Người thừa", "organisation_id": world.organisations["a"].id})
    assert is_refused(world.b.delete(f"/people/{spare['id']}"), "not_in_charge")
    assert world.a.delete(f"/people/{spare['id']}").status_code == 204


def test_people_are_changed_by_their_own_and_by_the_office(world: World) -> None:
    """The control."""
    for who in (world.a, world.office, world.approver):
        for change in ({"email": "chung@example.org"}, {"name": "Trần Chung"}, {"email": None}):
            assert who.patch(f"/people/{world.leader_id}", change).status_code == 200
    for who in (world.office, world.approver):
        for change in (
            {"email": "b@example.org"},
            {"organisation_id": None},
            {"organisation_id": world.organisations["b"].id},
        ):
            assert who.patch(f"/people/{world.guest_id}", change).status_code == 200
    assert not world.may_b_read()  # they were added as somebody else's


@pytest.mark.both_databases("rights as conditions")
def test_guests_are_corrected_by_who_is_in_charge_of_their_visit(world: World) -> None:
    path = f"/people/{world.guest_id}"
    whole = world.a.get(path).json
    assert whole is not None
    kept = {name: whole[name] for name in ("email", "organisation_id")}
    assert world.a.patch(path, kept | {"name": "Bounmy S.", "phone": "020 555"}).status_code == 200
    for change in ({"email": "x@example.org"}, {"organisation_id": world.organisations["a"].id}, {"email": None}):
        assert is_refused(world.a.patch(path, change), "not_in_charge")


def test_an_account_that_is_switched_off_still_guards_its_people(world: World, database: Database) -> None:
    draft = world.b.made("/delegations", PLAN)["id"]
    world.b.made(f"/events/{draft}/members", {"person_id": world.leader_id})
    with database.transaction() as session:
        session.get_one(User, world.a.user_id).active = False
    assert is_refused(world.b.patch(f"/people/{world.leader_id}", {"name": "Ai đó"}), "not_in_charge")


def test_a_new_person_of_another_organisation_opens_nothing(world: World) -> None:
    for name in ("guests", "b"):
        person = {"name": "Trần Văn Chung", "email": SPY, "organisation_id": world.organisations[name].id}
        world.b.made("/people", person)
    assert not world.may_b_read()


def is_kept_out(answer: TestResponse) -> bool:
    """Whether somebody is refused a place in an organisation, under the field that names it."""
    return is_refused(answer, "not_in_charge") and list(answer.json["errors"]) == ["organisation_id"]  # type: ignore[index]


@pytest.mark.both_databases("rights as conditions")
@pytest.mark.parametrize("is_active", [True, False])
def test_an_officer_puts_nobody_into_anothers_organisation(world: World, database: Database, is_active: bool) -> None:
    own = world.b.made("/people", {"name": "Của mình", "email": SPY, "organisation_id": world.organisations["b"].id})
    with database.transaction() as session:
        session.get_one(User, world.a.user_id).active = is_active
    for name in ("a", "office"):
        there = {"organisation_id": world.organisations[name].id}
        assert is_kept_out(world.b.post("/people", {"name": "Người mới", "email": SPY} | there))
        assert is_kept_out(world.b.patch(f"/people/{own['id']}", there | {"name": "Khác"}))
        for who in (world.office, world.approver):
            assert who.post("/people", {"name": "Người mới"} | there).status_code == 201
    with database.transaction(write=False) as session:
        found = session.exec(select(Person.organisation_id).where(Person.email == SPY)).all()
    assert found == [world.organisations["b"].id]
    for kept in ({"organisation_id": world.organisations["b"].id}, {"organisation_id": None}):
        assert world.b.patch(f"/people/{own['id']}", kept).status_code == 200


def test_the_pages_name_the_organisation_that_is_closed(
    world: World, signed_in: Callable[..., Browser], database: Database
) -> None:
    b = signed_in(Role.OFFICER, organisation_id=world.organisations["b"].id, locale=Language.EN)
    form = {"name": "Người mới", "precedence": "5", "organisation_id": world.organisations["a"].id}
    answer = b.send("/administration/people/new", **form)
    assert (answer.status_code, "can put people there" in answer.text) == (403, True)
    assert b.send("/administration/people/new", **form | {"organisation_id": ""}).status_code == 303


def test_organisations_are_changed_by_their_own(world: World) -> None:
    for name in ("a", "guests", "office"):
        path = f"/organisations/{world.organisations[name].id}"
        for change in ({"email": SPY}, {"name": {"vi": "Khác"}}, {"aliases": ["Sở"]}, {"locality": "hai-phong"}):
            assert is_refused(world.b.patch(path, change), "not_in_charge"), (name, change)
        for who in (world.office, world.approver):
            assert who.patch(path, {"aliases": [f"Cơ quan {name}"]}).status_code == 200
    assert world.b.patch(f"/organisations/{world.organisations['b'].id}", {"email": "b@example.org"}).status_code == 200


@pytest.mark.both_databases("rights as conditions")
@pytest.mark.parametrize("name", ["SỞ Ngoại Vụ", "so ngoai vu", "Ban  Đối ngoại"])
def test_no_organisation_is_called_like_another(world: World, name: str) -> None:
    """By whomever, for a member list would take its people for the other's."""
    path = f"/organisations/{world.organisations['a'].id}"
    theirs = {"name": {"vi": "Sở Ngoại vụ", "en": "Foreign Affairs"}, "aliases": ["Ban đối ngoại"]}
    assert world.office.patch(path, theirs).status_code == 200
    own = f"/organisations/{world.organisations['b'].id}"
    place = {"locality": "hai-duong"}
    for who in (world.b, world.office, world.approver):
        for field, change in (("aliases", {"aliases": ["Khác", name]}), ("name", {"name": {"vi": "Sở B", "en": name}})):
            answers = [who.post("/organisations", {"name": {"vi": "Đơn vị mới"}} | place | change)]
            answers += [] if who is world.b else [who.patch(own, change)]
            for answer in answers:
                assert (answer.status_code, list(answer.json["errors"])) == (422, [field])  # type: ignore[index]
                assert "Sở Ngoại vụ" in answer.json["errors"][field][0]  # type: ignore[index]
    assert world.office.patch(path, theirs | {"aliases": ["Ban đối ngoại", "Sở NV"]}).status_code == 200  # its own
    assert world.b.post("/organisations", {"name": {"vi": "Sở Ngoại vụ B"}} | place).status_code == 201


def test_names_that_were_alike_before_are_not_judged(world: World, database: Database) -> None:
    with database.transaction() as session:
        session.get_one(Organisation, world.organisations["b"].id).name = dict(world.organisations["a"].name)
    path = f"/organisations/{world.organisations['b'].id}"
    whole = world.b.get(path).json
    assert whole is not None
    kept = {name: whole[name] for name in ("name", "aliases", "locality")}
    assert world.b.patch(path, kept | {"email": "b@example.org"}).status_code == 200
    assert world.office.patch(path, kept | {"aliases": ["Sở B"]}).status_code == 200


def test_officers_rename_no_organisation(world: World, signed_in: Callable[..., Browser], database: Database) -> None:
    path = f"/organisations/{world.organisations['b'].id}"
    for field, change in (("aliases", {"aliases": ["Sở X"]}), ("name", {"name": {"vi": "Sở X"}})):
        answer = world.b.patch(path, change | {"email": SPY})
        assert is_refused(answer, "not_in_charge")
        assert list(answer.json["errors"]) == [field]  # type: ignore[index]
        assert world.b.get(path).json["email"] is None  # type: ignore[index]
        for who in (world.office, world.approver):
            assert who.patch(path, change).status_code == 200
    assert world.b.patch(path, {"email": "b@example.org", "aliases": ["Sở X"]}).status_code == 200  # nothing is renamed
    page = f"/administration{path}"
    browsers = {
        role: signed_in(role, organisation_id=world.organisations["b"].id) for role in (Role.OFFICER, Role.APPROVER)
    }
    for role, is_offered in ((Role.OFFICER, False), (Role.APPROVER, True)):
        shown = browsers[role].get(page).text
        assert ('name="name.vi"' in shown, 'name="aliases"' in shown) == (is_offered, is_offered)
        assert 'name="email"' in shown
    with database.transaction(write=False) as session:
        version = str(session.get_one(Organisation, world.organisations["b"].id).version)
    sent = {"do": "change", "version": version, "locality": "hai-duong", "email": "new@example.org"}
    assert browsers[Role.OFFICER].send(page, **sent).status_code == 303
    with database.transaction(write=False) as session:
        found = session.get_one(Organisation, world.organisations["b"].id)
        assert (found.name, found.aliases, found.email) == ({"vi": "Sở X"}, ["Sở X"], "new@example.org")


def test_pages_offer_and_take_what_is_ones_own(
    world: World, signed_in: Callable[..., Browser], database: Database
) -> None:
    b = signed_in(Role.OFFICER, organisation_id=world.organisations["b"].id, locale=Language.VI)
    a = signed_in(Role.OFFICER, organisation_id=world.organisations["a"].id, locale=Language.VI)
    person = f"/administration/people/{world.leader_id}"
    organisation = f"/administration/organisations/{world.organisations['a'].id}"
    for path, sentence in ((person, "Người này thuộc"), (organisation, "Chỉ tài khoản của")):
        assert 'class="primary"' not in b.get(path).text
        assert 'class="primary"' in a.get(path).text
        sent = {"do": "change", "version": "1", "name": "Ai đó", "name.vi": "Ai đó", "email": SPY, "precedence": "1"}
        answer = b.send(path, **sent, locality="hai-duong")
        assert (answer.status_code, sentence in answer.text) == (403, True)
    assert b.send(person, do="delete", version="1").status_code == 403
    with database.transaction(write=False) as session:
        found = session.get_one(Person, world.leader_id), session.get_one(Organisation, world.organisations["a"].id)
        assert [one.email for one in found] == [None, None]
    guest = f"/administration/people/{world.guest_id}"
    shown = a.get(guest).text
    assert ('name="phone"' in shown, 'name="email"' in shown, 'name="organisation_id"' in shown) == (True, False, False)
    answer = a.send(guest, do="change", version="1", name="Bounmy", phone="020", precedence="5", email=SPY)
    assert answer.status_code == 303
    with database.transaction(write=False) as session:
        found_guest = session.get_one(Person, world.guest_id)
        assert (found_guest.phone, found_guest.email) == ("020", "bounmy@example.org")


# Member lists


@pytest.mark.parametrize("is_dry", [True, False])
def test_a_member_list_fills_in_nothing_of_somebody_elses_person(
    world: World, database: Database, is_dry: bool
) -> None:
    draft = world.b.made("/delegations", PLAN)["id"]
    unit, theirs = (world.organisations[name].name["vi"] for name in ("b", "a"))
    lines = (
        "name,email,phone,organisation",
        f"Trần Văn Chung,{SPY},0123,{theirs}",
        f"Lê Thị Hoa,two@evil.example,0456,{unit}",
    )
    text = "\n".join(lines)
    path = f"/api/v1/events/{draft}/members/import" + ("?dry_run=true" if is_dry else "")
    headers = {"Authorization": f"Bearer {world.b.token}", "Content-Type": "text/csv"}
    answer = world.b.client.post(path, data=text.encode(), headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    leader, nobodys = answer.json["rows"]
    assert (leader["person_id"], leader["changed"], set(leader["kept"])) == (world.leader_id, [], {"email", "phone"})
    assert (nobodys["changed"], set(nobodys["kept"])) == (["phone"], {"email", "organisation"})
    with database.transaction(write=False) as session:
        found = session.get_one(Person, world.leader_id)
        assert (found.email, found.phone) == (None, None)
        other = session.get_one(Person, world.nobodys_id)
        assert (other.email, other.organisation_id, other.phone) == (None, None, None if is_dry else "0456")
    assert not world.may_b_read()


@pytest.mark.parametrize("is_dry", [True, False])
def test_a_member_list_puts_nobody_new_into_anothers_organisation(
    world: World, database: Database, is_dry: bool
) -> None:
    draft = world.b.made("/delegations", PLAN)["id"]
    theirs, own, guests = (world.organisations[name].name["vi"] for name in ("a", "b", "guests"))
    lines = (
        "name,email,organisation", f"Một,{SPY},{theirs}", f"Hai,,{own}", f"Ba,,{guests}", f"Trần Văn Chung,,{theirs}",
    )  # fmt: skip

    def sent(who: Caller, event_id: str) -> TestResponse:
        path = f"/api/v1/events/{event_id}/members/import" + ("?dry_run=true" if is_dry else "")
        headers = {"Authorization": f"Bearer {who.token}", "Content-Type": "text/csv"}
        return who.client.post(path, data="\n".join(lines).encode(), headers=headers)

    answer = sent(world.b, draft)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["rows.2.organisation"])  # type: ignore[index]
    assert theirs in answer.json["errors"]["rows.2.organisation"][0]  # type: ignore[index]
    with database.transaction(write=False) as session:
        assert session.exec(select(Person).where(Person.email == SPY)).all() == []
    for who, event_id in ((world.a, world.event_id), (world.office, draft)):
        controlled = sent(who, event_id)
        wrong = ["rows.3.organisation"] if who is world.a else []
        assert list((controlled.json or {}).get("errors", {})) == wrong
        assert controlled.status_code == (422 if wrong else 200)


def test_a_member_list_still_fills_in_ones_own(world: World, database: Database) -> None:
    """The control."""
    text = "name,email,phone\nTrần Văn Chung,chung@example.org,0123\n"
    path = f"/api/v1/events/{world.event_id}/members/import"
    headers = {"Authorization": f"Bearer {world.a.token}", "Content-Type": "text/csv"}
    answer = world.a.client.post(path, data=text.encode(), headers=headers)
    assert answer.json is not None
    (row,) = answer.json["rows"]
    assert (set(row["changed"]), row["kept"]) == ({"email", "phone"}, [])
    with database.transaction(write=False) as session:
        assert session.get_one(Person, world.leader_id).email == "chung@example.org"


# Passports


def all_ways(who: Caller, person_id: str) -> list[TestResponse]:
    path = f"/people/{person_id}/passport"
    return [
        who.get(path),
        who.post(f"{path}/reveal", {"reason": "Visa"}),
        who.call("PUT", path, PASSPORT),
        who.call("DELETE", path),
    ]


@pytest.mark.parametrize("person", ["leader_id", "guest_id", "nobodys_id"])
@pytest.mark.parametrize("by_office", [False, True])
@pytest.mark.parametrize("planned", [False, True])
@pytest.mark.parametrize("as_head", [False, True])
def test_an_event_of_ones_own_opens_no_passport(
    world: World, person: str, by_office: bool, planned: bool, as_head: bool
) -> None:
    person_id = getattr(world, person)
    path = f"/people/{person_id}/passport"
    keeper = world.office if by_office else world.a
    assert keeper.call("PUT", path, PASSPORT).status_code == 200
    own = world.b.made("/delegations", PLAN | ({"head_id": person_id} if as_head else {}))["id"]
    if not as_head:
        world.b.made(f"/events/{own}/members", {"person_id": person_id})
    if planned:
        assert world.b.post(f"/events/{own}/transitions", {"to": "planned"}).status_code == 200
    assert all(is_refused(answer, "not_concerned") for answer in all_ways(world.b, person_id))
    if planned:
        assert world.b.post(f"/events/{own}/transitions", {"to": "cancelled", "reason": "thôi"}).status_code == 200
    assert world.b.delete(f"/delegations/{own}").status_code == 204
    assert all(is_refused(answer, "not_concerned") for answer in all_ways(world.b, person_id))
    entitled = [world.office, world.approver]
    if not by_office or person == "leader_id":
        entitled.append(world.a)
    else:
        assert all(is_refused(answer, "not_concerned") for answer in all_ways(world.a, person_id))
    for who in entitled:
        assert who.post(f"{path}/reveal", {"reason": "Visa"}).json == {"number": PASSPORT["number"]}


@pytest.mark.parametrize(
    "step", ["draft first", "member removed", "visit deleted", "head joins late", "storer unknown"]
)
@pytest.mark.parametrize("as_head", [False, True])
def test_no_order_of_steps_opens_what_another_department_stored(
    world: World, database: Database, step: str, as_head: bool
) -> None:
    """Nor does it take it from who stored it."""
    guest = {"name": "Khamla", "organisation_id": world.organisations["guests"].id}
    person_id = world.office.made("/people", guest)["id"]

    def visit(who: Caller) -> str:
        """A draft with the guest in it."""
        made = str(who.made("/delegations", PLAN | ({"head_id": person_id} if as_head else {}))["id"])
        if not as_head:
            who.made(f"/events/{made}/members", {"person_id": person_id})
        return made

    def plan(who: Caller, event_id: str) -> None:
        assert who.post(f"/events/{event_id}/transitions", {"to": "planned"}).status_code == 200

    sham = visit(world.b) if step == "draft first" else None
    real = visit(world.a)
    plan(world.a, real)
    assert world.a.call("PUT", f"/people/{person_id}/passport", PASSPORT).status_code == 200
    sham = sham or visit(world.b)
    plan(world.b, sham)
    if step == "member removed" and as_head:
        assert world.a.patch(f"/delegations/{real}", {"head_id": None}).status_code == 200
    elif step == "member removed":
        (member,) = world.a.get(f"/events/{real}/members").json  # type: ignore[misc]
        assert world.a.delete(f"/events/{real}/members/{member['id']}", "*").status_code == 204
    elif step == "visit deleted":
        assert (
            world.a.post(f"/events/{real}/transitions", {"to": "cancelled", "reason": "thôi"}).status_code,
            world.a.delete(f"/delegations/{real}").status_code,
        ) == (200, 204)
    elif step == "head joins late" and as_head:
        world.a.made(f"/events/{real}/members", {"person_id": person_id})
    elif step == "head joins late":
        assert world.a.patch(f"/delegations/{real}", {"head_id": person_id}).status_code == 200
    elif step == "storer unknown":
        with database.transaction() as session:
            session.get_one(Passport, person_id).person_id = world.nobodys_id
        person_id = world.nobodys_id
        world.b.made(f"/events/{sham}/members", {"person_id": person_id})
    assert all(is_refused(answer, "not_concerned") for answer in all_ways(world.b, person_id))
    keeps = [world.office, world.approver] + ([world.a] if step != "storer unknown" else [])
    for who in keeps:
        answer = who.get(f"/people/{person_id}/passport")
        assert (answer.status_code, answer.json["number"][-3:]) == (200, PASSPORT["number"][-3:])  # type: ignore[index]
    if step == "storer unknown":
        assert all(is_refused(answer, "not_concerned") for answer in all_ways(world.a, person_id))


def test_a_place_on_ones_own_list_is_not_older_than_its_person(world: World) -> None:
    """A member of long ago is turned into somebody else's guest."""
    own = world.b.made("/delegations", PLAN)["id"]
    stand_in = world.b.made("/people", {"name": "Ai đó"})
    member = world.b.made(f"/events/{own}/members", {"person_id": stand_in["id"]})
    assert world.b.post(f"/events/{own}/transitions", {"to": "planned"}).status_code == 200
    late = world.office.made("/people", {"name": "Khamla", "organisation_id": world.organisations["guests"].id})
    world.a.made(f"/events/{world.event_id}/members", {"person_id": late["id"]})
    assert world.a.call("PUT", f"/people/{late['id']}/passport", PASSPORT).status_code == 200
    turned = world.b.call("PATCH", f"/events/{own}/members/{member['id']}", {"person_id": late["id"]}, If_Match="*")
    assert turned.status_code == 200
    assert all(is_refused(answer, "not_concerned") for answer in all_ways(world.b, late["id"]))


@pytest.mark.parametrize("status", list(EventStatus))
def test_passports_of_guests_are_for_who_prepares_their_visit(
    world: World, database: Database, status: EventStatus
) -> None:
    """The control: its own visit, as long as it is ahead or under way."""
    with database.transaction() as session:
        session.get_one(Event, world.event_id).status = status
    is_current = status in {EventStatus.PLANNED, EventStatus.CONFIRMED, EventStatus.ONGOING}
    path = f"/people/{world.guest_id}/passport"
    assert world.a.call("PUT", path, PASSPORT).status_code == (200 if is_current else 403)
    assert world.a.post(f"{path}/reveal", {"reason": "Visa"}).status_code == (200 if is_current else 403)
    leader = f"/people/{world.leader_id}/passport"
    assert world.a.call("PUT", leader, PASSPORT).status_code == 200


def test_a_person_in_no_event_is_the_offices(world: World) -> None:
    person = world.b.made("/people", {"name": "Ai đó"})
    own = world.b.made("/people", {"name": "Của mình", "organisation_id": world.organisations["b"].id})
    assert is_refused(world.b.call("PUT", f"/people/{person['id']}/passport", PASSPORT), "not_concerned")
    assert world.b.call("PUT", f"/people/{own['id']}/passport", PASSPORT).status_code == 200
    assert world.office.call("PUT", f"/people/{person['id']}/passport", PASSPORT).status_code == 200


# Events of no organisation


def test_an_event_of_no_organisation_is_the_protocol_offices(
    world: World, caller: Callable[..., Caller], client: FlaskClient, database: Database, clock: Clock
) -> None:
    maker = caller(Role.OFFICER)  # of no organisation: the protocol office's own
    viewer = caller(Role.VIEWER, organisation_id=world.organisations["b"].id)
    made = maker.made("/delegations", PLAN | {"title": {"vi": MARK}})
    assert (made["organisation_id"], made["visibility"]) == (None, "internal")
    path = f"/delegations/{made['id']}"
    feed = urlsplit(world.b.made("/feeds", {"name": "Lịch", "filter": {"statuses": ["draft"]}})["url"]).path
    for who in (world.b, viewer):
        assert who.get(path).status_code == 404
        assert MARK not in who.get("/delegations").text
    assert MARK.encode() not in client.get(feed).data
    assert world.b.call("PATCH", path, {"headcount": 5}, If_Match="*").status_code == 404
    for reader in (maker, world.office, world.approver):
        assert reader.get(path).status_code == 200
    with database.transaction() as session:
        session.get_one(Event, made["id"]).visibility = Visibility.PUBLIC
    assert viewer.get(path).status_code == 200
    for method, where, body in (
        ("PATCH", path, {"headcount": 5}),
        ("DELETE", path, None),
        ("POST", f"/events/{made['id']}/members", {"person_id": world.leader_id}),
    ):
        assert is_refused(world.b.call(method, where, body, If_Match="*"), "not_in_charge")
    assert world.office.patch(path, {"headcount": 5}).status_code == 200


def test_who_made_it_keeps_it(world: World, database: Database) -> None:
    made = world.b.made("/delegations", PLAN)
    path = f"/delegations/{made['id']}"
    assert world.b.patch(path, {"organisation_id": None}).status_code == 200
    assert world.b.patch(path, {"headcount": 7}).status_code == 200
    assert world.a.get(path).status_code == 404


def test_a_deleted_event_of_no_organisation_leaves_no_trace_in_others_calendars(
    world: World, caller: Callable[..., Caller], client: FlaskClient, clock: Clock
) -> None:
    maker = caller(Role.OFFICER)
    made = maker.made("/delegations", PLAN | {"title": {"vi": MARK}})
    wish = {"name": "Lịch", "filter": {"statuses": ["draft", "cancelled"]}}
    theirs, own = (urlsplit(who.made("/feeds", wish)["url"]).path for who in (world.b, maker))
    assert MARK.encode() in client.get(own).data
    clock.move(seconds=1)
    assert maker.delete(f"/delegations/{made['id']}").status_code == 204
    assert MARK.encode() not in client.get(theirs).data
