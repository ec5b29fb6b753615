"""Offices begin and end on the command line: what is made, what stops, what stays, what is refused with a way out."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from sqlmodel import col, select

from models.accounts import ApiToken, Audit, User
from models.both_sides.office_profiles import OfficeProfile
from models.both_sides.share import EventShare
from models.database import Database
from models.errors import NotFound
from models.events import Event
from models.norms import Norm
from models.places import Organisation, Person
from models.queries.offices import Offices
from models.reminders import Reminder, ReminderRule
from models.resources import Resource
from models.upgrades import UpgradeNote
from models.vocabulary import EventStatus, Language, ReminderState, Role
from service.actions import permissions, upgrade_notes
from service.actions.accounts import account_queries, accounts
from service.actions.context import ActionContext
from service.actions.feeds import feeds
from tests import factories
from tests.factories import NOW, OFFICE
from tests.service.runtime.test_cli import environment, run

__all__ = ["environment", "run"]

Run = Callable[..., Result]
CODE = "vientiane-province"
SOON = date.today() + timedelta(days=40)
"""The command line has the machine's clock."""


@pytest.fixture
def places(database: Database) -> None:
    with database.transaction() as session:
        for code in ("hai-duong", CODE, "vientiane-capital"):
            factories.make_locality(session, code)


def begin(run: Run, *more: str, code: str = CODE, email: str = "bounmy@vientiane.example", stdin: str = "") -> Result:
    return run("office", "create", code, "--email", email, *more, stdin=stdin)


def snapshot(database: Database) -> tuple[int, int, int]:
    with database.transaction(write=False) as session:
        counts = [len(session.exec(select(one)).all()) for one in (User, Organisation, Audit)]
    return counts[0], counts[1], counts[2]


# Beginning


@pytest.mark.usefixtures("places")
@pytest.mark.both_databases("profiles, and the offices with those that ended")
def test_an_office_begins_with_its_administrator(run: Run, database: Database) -> None:
    made = begin(run)
    assert made.exit_code == 0, made.stderr
    password = made.stdout.strip()
    with database.transaction() as session:
        user = session.exec(select(User)).one()
        body = session.get_one(Organisation, user.organisation_id)
        assert (user.role, user.locale, user.office, user.must_change_password) == (
            Role.ADMIN, Language.LO, CODE, True,
        )  # fmt: skip
        assert (body.locality, body.protocol_office, body.name["lo"]) == (CODE, True, "ຫ້ອງການພິທີການແຂວງວຽງຈັນ")
        act = ActionContext(None, NOW, OFFICE)
        assert accounts.sign_in(session, act, user.email, password, "here") is not None
        offices = Offices.load(session)
        assert (set(offices.others), offices.ended) == ({CODE}, frozenset())
        profile = session.get_one(OfficeProfile, CODE)
        assert (profile.language, profile.timezone, profile.mail_address) == (Language.LO, None, None)
    listed = run("office", "list").stdout.splitlines()
    assert [line.split("\t")[0] for line in listed] == ["hai-duong", CODE]
    assert "1 of 1 accounts active" in listed[1]


@pytest.mark.usefixtures("places")
def test_what_is_given_is_kept(run: Run, database: Database) -> None:
    sender = "ຫ້ອງວ່າການແຂວງ <office@vientiane.example>"
    more = ("--name", "Vientiane Office", "--language", "en", "--timezone", "Asia/Bangkok", "--mail-from", sender)
    made = begin(run, *more, "--password-stdin", stdin="vườn hoa buổi sáng\n")
    assert (made.exit_code, made.stdout) == (0, ""), made.stderr
    with database.transaction() as session:
        user, profile = session.exec(select(User)).one(), session.get_one(OfficeProfile, CODE)
        assert accounts.sign_in(session, ActionContext(None, NOW, OFFICE), user.email, "vườn hoa buổi sáng", "here")
        assert user.locale is Language.EN
        assert (profile.name["en"], profile.timezone) == ("Vientiane Office", "Asia/Bangkok")
        assert (profile.mail_name, profile.mail_address) == ("ຫ້ອງວ່າການແຂວງ", "office@vientiane.example")
        body = session.get_one(Organisation, user.organisation_id)
        assert (body.name["en"], body.name["vi"]) == ("Vientiane Office", "Cơ quan lễ tân tỉnh Viêng Chăn")


@pytest.mark.usefixtures("places")
def test_a_protocol_office_that_is_there_is_taken(run: Run, database: Database) -> None:
    with database.transaction() as session:
        factories.make_organisation(session, locality=CODE, protocol_office=True, ends_on=date(2020, 1, 1))
        body = factories.make_organisation(session, locality=CODE, protocol_office=True)
        factories.make_organisation(session, locality="hai-duong", protocol_office=True)
    assert begin(run).exit_code == 0
    with database.transaction() as session:
        assert session.exec(select(User)).one().organisation_id == body.id
        assert len(session.exec(select(Organisation)).all()) == 3


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("hai-duong", "desk user create"),
        ("vientiane", "vientiane-province"),
        ("xyzzy", "There is no locality"),
        ("Viêng Chăn!", "There is no locality"),
    ],
)
def test_no_office_begins_there(run: Run, database: Database, code: str, said: str) -> None:
    before = snapshot(database)
    refused = begin(run, code=code)
    assert (refused.exit_code, refused.stdout) == (2, ""), refused.stderr
    assert said in refused.stderr
    assert snapshot(database) == before


@pytest.mark.both_databases("accounts are found by the succession of localities")
def test_nor_in_a_locality_that_has_ended_or_has_one(run: Run, database: Database) -> None:
    with database.transaction() as session:
        factories.make_locality(session)
        factories.make_locality(session, "thua-thien-hue", successor=None)
        factories.make_locality(session, "da-nang")
        ended = {"successor": "da-nang", "succeeded_on": date(2025, 7, 1)}
        factories.make_locality(session, "quang-nam", **ended)
        older = factories.make_organisation(session, locality="thua-thien-hue")
        factories.make_user(session, Role.OFFICER, organisation_id=older.id, email="old@hue.example")
        session.flush()
        session.exec(select(User)).one().office = None
    said = begin(run, code="quang-nam")
    assert (said.exit_code, "da-nang" in said.stderr) == (2, True)
    said = begin(run, code="thua-thien-hue")
    assert (said.exit_code, "desk office open thua-thien-hue" in said.stderr, "old@hue.example" in said.stderr) == (
        2, True, True,
    )  # fmt: skip
    assert begin(run, code="da-nang").exit_code == 0
    again = begin(run, code="da-nang", email="other@example.org")
    assert (again.exit_code, "bounmy@vientiane.example" in again.stderr) == (2, True)
    taken = begin(run, code="hai-duong")
    assert taken.exit_code == 2


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize(
    "more",
    [
        ("--timezone", "Vientiane"),
        ("--mail-from", "the office"),
        ("--language", "th"),
    ],
)
def test_a_value_that_is_none_begins_nothing(run: Run, database: Database, more: tuple[str, ...]) -> None:
    before = snapshot(database)
    assert begin(run, *more).exit_code == 2
    assert snapshot(database) == before


@pytest.mark.usefixtures("places")
def test_an_account_of_another_office_is_not_taken(run: Run, database: Database) -> None:
    with database.transaction() as session:
        factories.make_user(session, email="lan@example.org")
    before = snapshot(database)
    refused = begin(run, email="Lan@example.org")
    assert (refused.exit_code, "lan@example.org" in refused.stderr.lower()) == (2, True)
    assert snapshot(database) == before


# Ending


@pytest.fixture
def office(run: Run, database: Database, places: None) -> User:
    """The administrator of an office with a token, a calendar, a rule and an event that is over."""
    assert begin(run).exit_code == 0
    with database.transaction() as session:
        user = session.exec(select(User)).one()
        act = ActionContext(user, NOW, OFFICE)
        accounts.issue_token(session, act, user, "x")
        feeds.create_feed(session, act, {"name": "Lịch", "filter": {}})
        factories.make_rule(session, office=CODE)
        factories.make_rule(session, office=None)
        factories.make_event(session, organisation_id=user.organisation_id, first_day=date(2024, 5, 1))
        factories.make_event(session, first_day=SOON)  # of the default office
    return user


def end(run: Run, *more: str, code: str = CODE) -> Result:
    return run("office", "end", code, *more)


@pytest.mark.both_databases("what stops and stays, by office")
def test_ending_stops_its_accounts_and_rules_and_keeps_its_events(run: Run, office: User, database: Database) -> None:
    ended = end(run)
    assert ended.exit_code == 0, ended.stderr
    assert office.email in ended.stdout
    assert "1 events" in ended.stdout
    with database.transaction(write=False) as session:
        user = session.get_one(User, office.id)
        assert (user.active, user.known_browsers) == (False, 1)
        assert session.exec(select(ApiToken)).all() == []
        rules = {rule.office: rule.active for rule in session.exec(select(ReminderRule))}
        assert rules == {CODE: False, None: True}
        offices = Offices.load(session)
        assert offices.ended == {CODE}
        kept = session.exec(select(Event.organisation_id).where(col(Event.organisation_id).is_not(None))).one()
        assert offices.of(kept) == CODE
        deeds = session.exec(select(Audit.action).where(Audit.entity == "office_profile")).all()
        assert list(deeds) == ["create", "end"]
        assert session.exec(select(Reminder).where(Reminder.state == ReminderState.SENT)).all() == []
    before = snapshot(database)
    again = end(run)
    assert (again.exit_code, "had ended already" in again.stdout) == (0, True)
    assert snapshot(database) == before


@pytest.mark.both_databases("shares of and with an office")
def test_nothing_is_shared_with_it_or_by_it_any_more(run: Run, office: User, database: Database) -> None:
    with database.transaction() as session:
        third = factories.make_organisation(session, locality="vientiane-capital")
        factories.make_user(session, Role.ADMIN, organisation_id=third.id)
        past = {"first_day": date(2024, 7, 1)}
        with_it = factories.make_event(session, **past)
        of_it = factories.make_event(session, organisation_id=office.organisation_id, **past)
        others = factories.make_event(session, guest="vientiane-capital", **past)
        for event, other in ((with_it, CODE), (of_it, "hai-duong"), (others, "vientiane-capital")):
            session.add(EventShare(event_id=event.id, office=other, shared_at=NOW))
    assert end(run).exit_code == 0
    with database.transaction(write=False) as session:
        assert [share.event_id for share in session.exec(select(EventShare))] == [others.id]


def test_it_is_said_first_what_becomes_of_what_is_to_come(run: Run, office: User, database: Database) -> None:
    with database.transaction() as session:
        body = session.get_one(Organisation, office.organisation_id)
        coming = factories.make_event(session, organisation_id=body.id, first_day=SOON)
        off = {"status": EventStatus.CANCELLED, "first_day": SOON}
        cancelled = factories.make_event(session, organisation_id=body.id, **off)
        heir = factories.make_organisation(session, name={"vi": "Sở Ngoại vụ"})
    before = snapshot(database)
    refused = end(run)
    assert (refused.exit_code, "--hand-to" in refused.stderr, "--yes" in refused.stderr) == (1, True, True)
    own = end(run, "--hand-to", body.id)
    assert own.exit_code == 2
    assert end(run, "--hand-to", "nobody of this name").exit_code == 2
    assert snapshot(database) == before
    handed = end(run, "--hand-to", "Sở Ngoại vụ")
    assert (handed.exit_code, coming.id in handed.stdout) == (0, True), handed.stderr
    with database.transaction(write=False) as session:
        assert session.get_one(Event, coming.id).organisation_id == heir.id
        assert session.get_one(Event, cancelled.id).organisation_id == body.id


def test_it_may_be_left_as_it_is(run: Run, office: User, database: Database) -> None:
    with database.transaction() as session:
        coming = factories.make_event(session, organisation_id=office.organisation_id, first_day=SOON)
    left = end(run, "--yes")
    assert (left.exit_code, coming.id in left.stdout) == (0, True), left.stderr
    with database.transaction(write=False) as session:
        assert session.get_one(Event, coming.id).organisation_id == office.organisation_id


@pytest.mark.parametrize("code", ["hai-duong", "vientiane-capital", "xyzzy"])
def test_only_an_office_ends(run: Run, office: User, database: Database, code: str) -> None:
    before = snapshot(database)
    refused = end(run, code=code)
    assert (refused.exit_code, CODE in refused.stderr) == (2, True)
    assert snapshot(database) == before


def test_it_can_begin_again_where_it_ended(run: Run, office: User, database: Database) -> None:
    assert end(run).exit_code == 0
    taken = begin(run)
    assert taken.exit_code == 2  # its former administrator's address
    assert begin(run, email="khamla@vientiane.example").exit_code == 0
    with database.transaction(write=False) as session:
        assert Offices.load(session).ended == frozenset()
        users = {user.email: user.active for user in session.exec(select(User))}
        assert users == {office.email: False, "khamla@vientiane.example": True}
        assert not session.exec(select(ReminderRule).where(ReminderRule.office == CODE)).one().active
    assert "ended" not in run("office", "list").stdout


# What an office has of its own


RULE = """
reminder_rules:
  - key: a-week-before
    name: {vi: Trước một tuần}
    anchor: arrival
    offset: -P7D
    audience: [owner]
resources:
  - key: hall
    name: {vi: Hội trường}
    type: room
    locality: PLACE
    capacity: 1
"""


@pytest.mark.both_databases("entries of files by office")
def test_the_same_file_is_loaded_for_each_office(run: Run, office: User, database: Database, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    for code, more in (("hai-duong", ()), (CODE, ("--office", CODE))):
        file.write_text(RULE.replace("PLACE", code))
        for created in (2, 0):
            loaded = run("seed", *more, str(file))
            assert (loaded.exit_code, loaded.stdout.split()[0]) == (0, str(created)), loaded.stderr
    with database.transaction(write=False) as session:
        halls = {hall.locality: hall.office for hall in session.exec(select(Resource))}
        assert halls == {"hai-duong": "hai-duong", CODE: CODE}
        named = [rule.office for rule in session.exec(select(ReminderRule)) if rule.name["vi"] == "Trước một tuần"]
        assert sorted(map(str, named)) == ["hai-duong", CODE]


@pytest.mark.parametrize(
    ("more", "said"), [(("--office", CODE), "name the files"), (("--office", "vientiane-capital", "FILE"), CODE)]
)
def test_files_are_for_an_office_that_is_there(
    run: Run, office: User, tmp_path: Path, more: tuple[str, ...], said: str
) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(RULE)
    refused = run("seed", *(str(file) if one == "FILE" else one for one in more))
    assert (refused.exit_code, said in refused.stderr) == (2, True), refused.stderr


def test_an_office_of_viet_nam_begins_with_the_norms(run: Run, database: Database) -> None:
    with database.transaction() as session:
        for code in ("hai-duong", "da-nang", CODE):
            factories.make_locality(session, code)
    for code, email in (("da-nang", "lan@example.org"), (CODE, "bounmy@vientiane.example")):
        assert begin(run, code=code, email=email).exit_code == 0
    with database.transaction(write=False) as session:
        norms = Counter(norm.office for norm in session.exec(select(Norm)))
    assert set(norms) == {"da-nang"}
    assert norms["da-nang"] > 10


def test_the_directory_of_an_office_that_ended_is_kept_by_the_default_one(
    run: Run, office: User, database: Database
) -> None:
    with database.transaction() as session:
        boss = factories.make_user(session, Role.ADMIN)
        third = factories.make_organisation(session, locality="vientiane-capital")
        other = factories.make_user(session, Role.ADMIN, organisation_id=third.id)
        theirs = factories.make_person(session, organisation_id=office.organisation_id, email="a@b.example")
        event = factories.make_event(session, organisation_id=office.organisation_id, first_day=date(2024, 6, 1))

    def kept(who: User) -> tuple[bool, bool, bool, bool]:
        with database.transaction() as session, permissions.reading_as(session, who):
            person = session.get_one(Person, theirs.id)
            return (
                permissions.hold_of(session, person) is permissions.Hold.ALL,
                permissions.is_own_place(session, CODE),
                permissions.not_to_join(session, office.organisation_id) is None,
                not permissions.hidden(session, [event.id]),
            )

    assert (kept(boss), kept(other)) == ((False,) * 4, (False,) * 4)
    assert end(run).exit_code == 0
    assert (kept(boss), kept(other)) == ((True, True, True, False), (False,) * 4)


@pytest.mark.both_databases("notes of upgrades by office")
def test_notes_of_upgrades_are_read_by_the_office_they_are_about(office: User, run: Run, database: Database) -> None:
    with database.transaction() as session:
        boss = factories.make_user(session, Role.ADMIN)
        rules = {rule.office: rule.id for rule in session.exec(select(ReminderRule))}
        for identity in (*rules.values(), "gone"):
            note = {"kind": "rule_switched_off", "entity": "reminder_rule", "entity_id": identity}
            session.add(UpgradeNote(**note, noted_at=NOW))
    for who, own in ((boss, {rules[None], "gone"}), (office, {rules[CODE]})):
        with database.transaction() as session, permissions.reading_as(session, who):
            assert {one.note.entity_id for one in upgrade_notes.unsettled(session)} == own
            act = ActionContext(who, NOW, OFFICE)
            for identity in (*rules.values(), "gone"):
                if identity not in own:
                    with pytest.raises(NotFound):
                        upgrade_notes.settle(session, act, "rule_switched_off", "reminder_rule", identity)


def test_the_first_page_counts_the_accounts_of_its_own_office(office: User, run: Run, database: Database) -> None:
    with database.transaction() as session:
        boss, colleague = factories.make_user(session, Role.ADMIN), factories.make_user(session)
    for who, is_alone in ((office, True), (boss, False), (colleague, False)):
        with database.transaction(write=False) as session, permissions.reading_as(session, who):
            assert account_queries.is_only_account(session, who.id) is is_alone
