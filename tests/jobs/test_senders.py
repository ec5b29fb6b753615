"""In whose name mails go out: each office's, as its profile says; without profiles as the settings say."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from jobs.config import WorkerConfig
from jobs.senders import sender_of
from jobs.worker import Worker
from models.accounts import User
from models.both_sides.office_profiles import OfficeProfile
from models.database import Database
from models.queries.office_profiles import OfficeFacts, OfficeProfiles
from models.vocabulary import Language, ReminderPurpose, Role
from service.actions.context import ActionContext
from service.actions.office_mails.office_mails import OfficeMailWriter
from service.actions.reminders.reminder_planning import plan_event
from tests.factories import (
    NOW,
    OFFICE,
    make_event,
    make_locality,
    make_organisation,
    make_reminder,
    make_rule,
    make_user,
)
from tests.jobs.conftest import HandClock, WorkerFactory
from tests.jobs.sink import Sink

DUE = datetime.fromisoformat("2026-12-02T00:00+07:00") - timedelta(days=1)
GUEST, CODE = "guest@elsewhere.example", "vientiane-province"
SECRET = "s" * 40
DESK = "Văn phòng lễ tân <desk@example.org>"


def other_office(session: Session, **values: object) -> User:
    """The other office: its administrator, its profile, a rule and an event of its own, which nobody is in charge of.
    Somebody without an account is told of it."""
    body = make_organisation(session, locality=CODE)
    boss = make_user(session, Role.ADMIN, organisation_id=body.id)
    if values:
        session.add(OfficeProfile(code=CODE, **values))
    session.flush()
    event = make_event(session, organisation_id=make_organisation(session, locality=CODE).id)
    make_rule(session, office=CODE, audience=[f"email:{GUEST}"])
    plan_event(session, ActionContext(None, NOW, OFFICE), event)
    return boss


def own_office(session: Session, **values: object) -> None:
    """The same of the default office."""
    if values:
        session.add(OfficeProfile(code="hai-duong", **values))
    event = make_event(session)
    make_rule(session, audience=[f"email:{GUEST}"])
    plan_event(session, ActionContext(None, NOW, OFFICE), event)


def sent(make_worker: WorkerFactory, clock: HandClock, sink: Sink, domains: frozenset[str] = frozenset()) -> list[str]:
    """``From | Reply-To | subject`` of what is sent."""
    clock.now = DUE
    worker = make_worker(mail_domains=domains)
    while worker.tick():
        pass
    return [f"{one.mail['From']} | {one.mail['Reply-To']} | {one.mail['Subject']}" for one in sink.received]


PROFILE = {
    "name": {"lo": "ຫ້ອງວ່າການ"}, "mail_name": "ຫ້ອງວ່າການແຂວງ", "mail_address": "office@vientiane.example",
}  # fmt: skip


@pytest.mark.both_databases("profiles, and the language that an office has chosen")
def test_a_mail_has_the_name_of_its_office(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    with database.transaction() as session:
        own_office(session)
        other_office(session, **PROFILE, language=Language.EN)
    home, abroad = sorted(sent(make_worker, clock, sink), key=lambda one: "office@" in one)
    assert home.startswith(f"{DESK} | None | ")
    assert "12/2026" in home
    assert abroad.startswith("ຫ້ອງວ່າການແຂວງ <desk@example.org> | office@vientiane.example | ")
    assert "Delegation" in abroad
    assert "December" in abroad


def test_the_address_is_the_sender_where_the_operator_sends_for_its_domain(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    with database.transaction() as session:
        other_office(session, **PROFILE, reply_to="answers@vientiane.example")
    (mail,) = sent(make_worker, clock, sink, frozenset({f"{CODE}:vientiane.example"}))
    assert mail.startswith("ຫ້ອງວ່າການແຂວງ <office@vientiane.example> | answers@vientiane.example | ")


def test_without_a_profile_its_place_is_named_and_no_other_office_is_answered(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    with database.transaction() as session:
        other_office(session)
    (mail,) = sent(make_worker, clock, sink)
    assert mail.startswith("ແຂວງວຽງຈັນ <desk@example.org> | None | ")


def test_the_default_office_may_have_a_profile_too(
    database: Database, make_worker: WorkerFactory, clock: HandClock, sink: Sink
) -> None:
    with database.transaction() as session:
        own_office(session, mail_name="Sở Ngoại vụ", reply_to="le-tan@example.org", language=Language.LO)
    (mail,) = sent(make_worker, clock, sink)
    assert mail.startswith("Sở Ngoại vụ <desk@example.org> | le-tan@example.org | ")
    assert "ທັນວາ" in mail


@pytest.mark.both_databases("the office of the account with an address")
def test_an_office_mail_goes_out_in_the_name_of_its_readers_office(
    database: Database, clock: HandClock, sink: Sink, tmp_path: Path
) -> None:
    with database.transaction() as session:
        make_locality(session)
        readers = other_office(session, **PROFILE), make_user(session, Role.ADMIN)
        for reader in readers:
            make_reminder(
                session, None, purpose=ReminderPurpose.WEEKLY, recipient=reader.email, due_at=DUE, rule_key="weekly"
            )
        theirs, ours = (reader.email for reader in readers)
    config = WorkerConfig(sink.url, DESK, tmp_path, OFFICE, secret_key=SECRET)
    worker = Worker(database, config, clock, reports=OfficeMailWriter(OFFICE, SECRET))
    clock.now = DUE
    while worker.tick():
        pass
    worker.close()
    found = {one.recipient: (one.mail["From"], one.mail["Reply-To"]) for one in sink.received}
    assert found[theirs] == ("ຫ້ອງວ່າການແຂວງ <desk@example.org>", "office@vientiane.example")
    assert found[ours] == (DESK, None)


@pytest.mark.both_databases("profiles of lines that were joined")
def test_a_profile_stays_with_its_line(database: Database) -> None:
    with database.transaction() as session:
        make_locality(session, "hai-phong")
        make_locality(session, successor="hai-phong", succeeded_on=NOW.date())
        session.add(OfficeProfile(code="hai-duong", mail_name="Hải Dương"))
        session.flush()
        assert OfficeProfiles.load(session).of("hai-duong").mail_name == "Hải Dương"
        other_office(session, timezone="Asia/Bangkok")
        profiles = OfficeProfiles.load(session)
        assert profiles.offices.default == "hai-phong"
        assert profiles.of("hai-phong").mail_name == "Hải Dương"
        assert (profiles.zone("hai-phong", "Asia/Tokyo"), profiles.zone(CODE, "Asia/Tokyo")) == (
            "Asia/Tokyo", "Asia/Bangkok",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "domains", "sender"),
    [
        (OfficeFacts(), "", DESK),
        (OfficeFacts(name={"vi": "Sở", "lo": "ພະແນກ"}), "", '"ພະແນກ" <desk@example.org>'),
        (OfficeFacts(mail_name='A "B" \\'), "", "\"A 'B' \" <desk@example.org>"),
        (OfficeFacts(mail_address="a@b.example"), "", DESK),
        (OfficeFacts(CODE, mail_address="a@B.example"), f"{CODE}:b.example", '"Văn phòng lễ tân" <a@B.example>'),
        (OfficeFacts("ha-noi", mail_address="a@b.example"), f"{CODE}:b.example", DESK),
        (OfficeFacts(CODE, mail_address="a@evil-b.example"), f"{CODE}:b.example", DESK),
    ],
)
def test_the_sender(facts: OfficeFacts, domains: str, sender: str) -> None:
    assert sender_of(facts, "lo", DESK, frozenset(filter(None, [domains]))) == sender
