"""Two offices on one service: what accounts of one try at the hidden visits of the other, by every door there is.

The hidden visit is that of :mod:`tests.service.http.test_permissions`, in Hải Dương, which is the default office. The
other office is Vientiane Province. Beside each attempt stands whoever may do the same.
"""

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete
from sqlmodel import col, select

from models.accounts import Audit, User
from models.agreements import Agreement, Commitment
from models.database import Database
from models.errors import Conflict
from models.estimates import EstimateLine, Payment
from models.event_parts import Member, Task, TaskTemplate
from models.events import Event
from models.i18n import translate
from models.places import Organisation, Person
from models.queries import event_readers
from models.queries.audience import AudienceIndex, EventSelection
from models.queries.offices import Offices
from models.reminders import Reminder
from models.vocabulary import EventStatus, Language, ReminderPurpose, ReminderState, Role, Visibility
from service.actions.accounts import offices
from service.actions.context import ActionContext
from service.actions.directory import directory
from service.actions.events import events, members
from service.actions.office_mails.office_mails import OfficeMailWriter
from service.settings import Settings
from tests import factories
from tests.service.conftest import Caller, Clock
from tests.service.http.test_narrow_permissions import RULE, SPY, recipients
from tests.service.http.test_permissions import MARK, World, asked, change, changes, trail, world
from tests.service.http.test_requests import operations
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in", "world"]

OTHER = "vientiane-province"


@pytest.fixture
def abroad(database: Database) -> Organisation:
    """A department of the other office."""
    with database.transaction() as session:
        return factories.make_organisation(session, locality=OTHER)


Make = Callable[[Role], Caller]


@pytest.fixture
def foreign(caller: Callable[..., Caller], abroad: Organisation) -> Make:
    """Make an account of the other office."""
    return lambda role: caller(role, organisation_id=abroad.id)


def is_refused(answer: Any, code: str, field: str = "") -> bool:
    return (answer.status_code, answer.json["code"]) == (403, code) and (not field or field in answer.json["errors"])


# Reading and changing events


@pytest.mark.both_databases("offices as conditions of every list")
@pytest.mark.parametrize("role", list(Role))
def test_nothing_tells_an_account_of_another_office(world: World, app: Flask, foreign: Make, role: Role) -> None:
    reader = foreign(role)
    for path, answers in asked(world, app, reader).items():
        for answer in answers:
            assert not world.tells(answer), (path, answer.request.full_path, answer.text)
            assert answer.status_code < 500, (path, answer.text)


def test_nor_its_protocol_office(world: World, app: Flask, caller: Callable[..., Caller], database: Database) -> None:
    with database.transaction() as session:
        office = factories.make_organisation(session, locality=OTHER, protocol_office=True)
    reader = caller(Role.OFFICER, organisation_id=office.id)
    assert not any(world.tells(one) for answers in asked(world, app, reader).values() for one in answers)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ADMIN])
def test_those_of_its_own_office_read_it_beside_another(
    world: World, app: Flask, caller: Callable[..., Caller], foreign: Make, role: Role
) -> None:
    """The control."""
    foreign(Role.ADMIN)
    for reader in (caller(role), caller(role, organisation_id=world.other.id)):
        assert reader.get(f"/events/{world.event_id}").status_code == 200
        telling = {path for path, answers in asked(world, app, reader).items() if any(map(world.tells, answers))}
        assert telling >= {"/events", "/tasks", "/reminders", "/conflicts", "/bookings", "/events/{event_id}/history"}


@pytest.mark.both_databases("offices as conditions of every page")
@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMIN])
def test_no_page_tells_them(
    world: World, app: Flask, abroad: Organisation, signed_in: Callable[..., Browser], role: Role
) -> None:
    browser = signed_in(role, organisation_id=abroad.id)
    pages = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("pages.")}
    for page in sorted(pages - {"/static/<name>", "/unsubscribe/<token>", "/login"}):
        for query in ("", f"?q={MARK}", "?from=2026-01-01&to=2027-12-31", "?state=failed"):
            answer = browser.get(world.address(page) + query)
            assert answer.status_code < 500, page
            assert not world.tells(answer), (page, query)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.APPROVER, Role.ADMIN])
def test_to_change_it_is_as_if_it_were_not_there(world: World, foreign: Make, database: Database, role: Role) -> None:
    who, before = foreign(role), trail(database)
    for method, path, body in changes(world):
        answer = change(who, method, path, body)
        assert answer.status_code in {404, 422}, (method, path, answer.text)
        assert MARK not in answer.text
    assert trail(database) == before


def test_who_leads_another_office_changes_no_public_event(world: World, foreign: Make, database: Database) -> None:
    with database.transaction() as session:
        session.get_one(Event, world.event_id).visibility = Visibility.PUBLIC
    for role in (Role.APPROVER, Role.ADMIN):
        who = foreign(role)
        assert who.get(f"/events/{world.event_id}").status_code == 200
        for method, path, body in changes(world):
            answer = change(who, method, path, body)
            assert answer.status_code in {403, 404, 422}, (method, path, answer.text)


def test_an_id_of_a_hidden_event_is_like_no_id(world: World, foreign: Make) -> None:
    reader = foreign(Role.ADMIN)
    for path in ("/tasks?event_id={}", "/reminders?event_id={}", "/bookings?event_id={}", "/audit?event_id={}"):
        known, unknown = (reader.get(path.format(one)) for one in (world.event_id, "01" + "z" * 24))
        assert (known.status_code, known.data) == (unknown.status_code, unknown.data), path
        assert known.headers.get("X-Pagination") == unknown.headers.get("X-Pagination")


def test_both_forms_of_the_rule_agree(
    world: World, database: Database, foreign: Make, caller: Callable[..., Caller]
) -> None:
    """Over organisations of both offices and none, and everything one takes part by."""
    for role in Role:
        foreign(role)
        caller(role, organisation_id=world.other.id)
        caller(role)
    with database.transaction() as session:
        mine = session.exec(select(User).where(User.role == Role.OFFICER)).all()
        ids = [*session.exec(select(Organisation.id)), None]
        made = [
            factories.make_event(session, organisation_id=one, created_by=maker)
            for one in ids
            for maker in (None, *(user.id for user in mine))
        ]
        for event in made[::3]:
            factories.make_task(session, event, organisation_id=ids[hash(event.id) % 3])
        session.flush()
        found = AudienceIndex.load(
            session, [f"role:{role}" for role in Role], EventSelection(tuple(e.id for e in made))
        )
        assert not Offices.load(session).alone
        outcomes = set()
        for user in session.exec(select(User)).all():
            reader = event_readers.reader_of(session, user)
            for event in made:
                may = session.exec(
                    select(Event.id).where(Event.id == event.id, event_readers.visible_to(reader))
                ).first()
                reached = user.email in found.addresses([f"role:{user.role}"], event)
                assert reached is (may is not None), (user, event)
                outcomes.add((user.role, reached))
        assert outcomes == {(role, one) for role in Role for one in (True, False)}


def test_who_made_it_reads_it_no_longer_once_another_office_has_it(
    world: World, caller: Callable[..., Caller], foreign: Make, abroad: Organisation, database: Database
) -> None:
    foreign(Role.VIEWER)
    maker = caller(Role.OFFICER, organisation_id=world.mine.id)
    made = maker.made(
        "/activities",
        {"title": {"vi": "Họp"}, "activity_type": "meeting", "host": "hai-duong", "first_day": "2027-01-05",
         "last_day": "2027-01-05"},
    )  # fmt: skip
    path = f"/activities/{made['id']}"
    assert maker.patch(path, {"organisation_id": world.other.id}).status_code == 200
    assert maker.get(path).status_code == 200  # within its office it stays in the hands that made it
    assert maker.patch(path, {"organisation_id": abroad.id}).status_code == 403
    with database.transaction() as session:  # the operator may
        session.get_one(Event, made["id"]).organisation_id = abroad.id
    assert maker.get(path).status_code == 404
    assert foreign(Role.VIEWER).get(path).status_code == 200


# Taking part is vouched for when it is given


@pytest.mark.both_databases("participation as a condition")
@pytest.mark.parametrize("way", ["member", "head"])
def test_a_person_who_moves_later_takes_no_right_along(
    world: World, database: Database, settings: Settings, clock: Clock, foreign: Make, abroad: Organisation, way: str
) -> None:
    reader = foreign(Role.VIEWER)
    with database.transaction() as session:
        act = ActionContext(None, clock.now, settings.office)
        event = session.get_one(Event, world.event_id)
        person = factories.make_person(session, organisation_id=world.mine.id)
        if way == "member":
            members.add_member(session, act, event, {"person_id": person.id})
        else:
            events.change_event(session, act, events.find_event(session, event.id), {"head_id": person.id})
    with database.transaction() as session:
        moved = session.get_one(Person, person.id)
        directory.change_person(session, act, moved, {"organisation_id": abroad.id})
    assert reader.get(f"/events/{world.event_id}").status_code == 404
    with database.transaction() as session:  # the control: added anew, as whose they are now
        event = events.find_event(session, world.event_id)
        if way == "member":
            session.delete(session.exec(select(Member).where(Member.person_id == person.id)).one())
            session.flush()
            members.add_member(session, act, event, {"person_id": person.id})
        else:
            events.change_event(session, act, event, {"head_id": None})
            events.change_event(session, act, event, {"head_id": person.id})
    assert reader.get(f"/events/{world.event_id}").status_code == 200


def test_another_name_in_a_members_place_is_vouched_for_anew(
    world: World, caller: Callable[..., Caller], foreign: Make, abroad: Organisation, database: Database
) -> None:
    reader, owner = foreign(Role.VIEWER), caller(Role.OFFICER, organisation_id=world.mine.id)
    with database.transaction() as session:
        guest = factories.make_person(session, organisation_id=abroad.id)
    path = f"/events/{world.event_id}/members/{world.ids['member_id']}"
    assert owner.call("PATCH", path, {"rank": 3}, If_Match="*").status_code == 200
    assert reader.get(f"/events/{world.event_id}").status_code == 404
    answer = owner.call("PATCH", path, {"person_id": guest.id}, If_Match="*")
    assert (answer.status_code, answer.json["organisation_id"]) == (200, abroad.id)  # type: ignore[index]
    assert reader.get(f"/events/{world.event_id}").status_code == 200
    wish = {"organisation_id": world.other.id}
    assert owner.call("PATCH", path, wish, If_Match="*").status_code == 422  # nobody writes it


# How much participants see


@pytest.fixture
def shared(world: World, database: Database, abroad: Organisation, foreign: Make) -> str:
    """The other office takes part in the hidden visit by a task; the task's id. The visit has a budget and bookings."""
    with database.transaction() as session:
        event = session.get_one(Event, world.event_id)
        event.budget_amount, event.budget_currency = 100_000_000, "VND"  # type: ignore[assignment]
        # The page shows what the estimate plans, which is what the budget of an event with one is.
        session.exec(select(EstimateLine).where(EstimateLine.event_id == event.id)).one().planned = 100_000_000
        return str(factories.make_task(session, event, title={"vi": "Việc của bạn"}, organisation_id=abroad.id).id)


@pytest.mark.both_databases("how much of an event, as conditions")
@pytest.mark.parametrize("role", list(Role))
def test_participants_of_another_office_see_what_concerns_them(
    world: World, foreign: Make, client: FlaskClient, shared: str, role: Role
) -> None:
    reader, event = foreign(role), f"/events/{world.event_id}"
    whole = reader.get(event).json
    assert whole is not None
    assert (whole["title"]["vi"], whole["location"]["vi"], whole["first_day"]) == (f"Đoàn {MARK}", MARK, "2026-12-02")
    assert (whole["budget"], whole["conflicts"]) == (None, [])
    assert is_refused(reader.get(f"{event}/history"), "not_in_charge")
    assert reader.get(f"{event}/reminders").json == []
    assert reader.get("/reminders").json == []
    assert reader.get(f"/reminders/{world.ids['reminder_id']}").status_code == 404
    for tasks in (f"{event}/tasks", "/tasks", f"/tasks?event_id={world.event_id}"):
        assert [one["id"] for one in reader.get(tasks).json] == [shared], tasks  # type: ignore[union-attr]
    if role is not Role.VIEWER:
        other = f"{event}/tasks/{world.ids['task_id']}"
        assert reader.call("PATCH", other, {"done": True}, If_Match="*").status_code == 404
        assert reader.call("PATCH", f"{event}/tasks/{shared}", {"done": True}, If_Match="*").status_code == 200
    assert [one["person"]["name"] for one in reader.get(f"{event}/members").json] == ["Trần Văn Chung"]  # type: ignore[union-attr]
    (booking,) = reader.get(f"{event}/bookings").json  # type: ignore[misc]
    assert (booking["note"], booking["resource_name"]["vi"]) == (None, "Hội trường lớn")
    assert reader.get(f"/bookings/{world.ids['booking_id']}").json["note"] is None  # type: ignore[index]
    programme = reader.get(f"{event}/programme").json
    assert programme is not None
    assert (len(programme["items"]), len(programme["revisions"])) == (1, 1)
    feed = urlsplit(reader.made("/feeds", {"name": "Lịch", "tasks": True, "filter": {}})["url"]).path
    calendar = client.get(feed).get_data(as_text=True)
    assert (MARK in calendar, "BEGIN:VTODO" in calendar) == (True, False)


def test_an_unpublished_programme_is_its_own_offices(
    world: World, foreign: Make, caller: Callable[..., Caller], shared: str
) -> None:
    owner, reader = caller(Role.OFFICER, organisation_id=world.mine.id), foreign(Role.OFFICER)
    path = f"/events/{world.event_id}/programme"
    items = [{"day": "2026-12-02", "title": {"vi": "Chưa công bố"}}]
    assert owner.call("PUT", path, {"items": items}, If_Match="*").status_code == 200
    assert "Chưa công bố" in owner.get(path).text
    assert "Chưa công bố" not in reader.get(path).text
    assert "Chưa công bố" not in reader.get("/events").text


def test_the_pages_show_participants_no_more(
    world: World, abroad: Organisation, signed_in: Callable[..., Browser], shared: str, database: Database
) -> None:
    guest = signed_in(Role.OFFICER, organisation_id=abroad.id, locale=Language.EN)
    owner = signed_in(Role.OFFICER, organisation_id=world.mine.id, locale=Language.EN)
    with database.transaction() as session:
        session.get_one(Task, world.ids["task_id"]).title = {"vi": "Việc nội bộ"}
    page = f"/events/{world.event_id}?show=reminders,history"
    for told in ("100,000,000", 'id="history"', "desk@example.org", "Việc nội bộ"):
        assert told in owner.get(page).text, told
        assert told not in guest.get(page).text, told
    assert "Việc của bạn" in guest.get(page).text
    for where in ("/tasks", "/search?q=noi+bo", "/week", "/"):
        assert "Việc nội bộ" not in guest.get(where).text


def test_departments_of_its_own_office_see_tasks_but_not_money_or_history(
    world: World, caller: Callable[..., Caller], database: Database, shared: str
) -> None:
    with database.transaction() as session:
        factories.make_task(session, session.get_one(Event, world.event_id), organisation_id=world.other.id)
    reader, event = caller(Role.OFFICER, organisation_id=world.other.id), f"/events/{world.event_id}"
    assert len(reader.get(f"{event}/tasks").json) == 3  # type: ignore[arg-type]
    assert reader.get(event).json["budget"] is None  # type: ignore[index]
    assert is_refused(reader.get(f"{event}/history"), "not_in_charge")
    owner = caller(Role.OFFICER, organisation_id=world.mine.id)
    assert owner.get(event).json["budget"] == {"amount": "100000000", "currency": "VND"}  # type: ignore[index]
    assert len(owner.get(f"{event}/history").json) >= 5  # type: ignore[arg-type]


def test_ones_own_reminders_are_seen_by_whoever_takes_part(
    world: World, foreign: Make, database: Database, shared: str
) -> None:
    reader = foreign(Role.VIEWER)
    address = reader.get("/me").json["email"]  # type: ignore[index]
    with database.transaction() as session:
        event = session.get_one(Event, world.event_id)
        own = factories.make_reminder(session, event, recipient=address)
    for path in ("/reminders", f"/events/{world.event_id}/reminders"):
        assert [one["id"] for one in reader.get(path).json] == [own.id]  # type: ignore[union-attr]
    assert reader.get(f"/reminders/{own.id}").status_code == 200


def test_a_digest_tells_its_reader_of_no_failed_mail_of_others(
    world: World, database: Database, settings: Settings, clock: Clock, abroad: Organisation
) -> None:
    with database.transaction() as session:
        writer = OfficeMailWriter(settings.office, settings.secret_key)
        admins = [factories.make_user(session, Role.ADMIN, organisation_id=one) for one in (abroad.id, world.mine.id)]
        letters = [
            repr(writer.write(session, ReminderPurpose.DIGEST, one.email, clock.now, clock.now)) for one in admins
        ]
        assert ["desk@example.org" in one for one in letters] == [False, True]


# Promises


@pytest.fixture
def promised(world: World, database: Database) -> dict[str, str]:
    """The hidden visit fulfils what the agreement promises for its first year."""
    with database.transaction() as session:
        commitment = session.get_one(Commitment, world.ids["commitment_id"])
        commitment.headcount_min = None
        session.get_one(Agreement, world.ids["agreement_id"]).starts_on = date(2026, 1, 1)
        event = session.get_one(Event, world.event_id)
        event.status, event.headcount = EventStatus.CONFIRMED, 3
        return {"agreement": session.get_one(Agreement, world.ids["agreement_id"]).id, "commitment": commitment.id}


@pytest.mark.both_databases("progress as its reader may know it")
def test_progress_counts_what_its_reader_may_know(
    world: World, caller: Callable[..., Caller], foreign: Make, promised: dict[str, str], database: Database
) -> None:
    outsiders = [foreign(Role.ADMIN), caller(Role.OFFICER, organisation_id=world.other.id)]
    paths = ("/progress", f"/agreements/{promised['agreement']}/progress")
    insider = caller(Role.OFFICER, organisation_id=world.mine.id)
    told = [insider.get(path).data for path in paths]
    shown = [[who.get(path).data for path in paths] for who in outsiders]
    assert all(one != other for answers in shown for one, other in zip(answers, told, strict=True))
    with database.transaction() as session:  # as if it were not there
        event = session.get_one(Event, world.event_id)
        event.commitment_id, event.first_day, event.last_day = None, event.first_day.replace(year=2045), event.last_day
        event.last_day = event.arrives_on = event.departs_on = event.first_day
    assert [[who.get(path).data for path in paths] for who in outsiders] == shown


@pytest.mark.parametrize("is_dry", [True, False])
def test_a_plan_makes_nothing_twice_and_tells_nothing(
    world: World,
    caller: Callable[..., Caller],
    foreign: Make,
    promised: dict[str, str],
    database: Database,
    is_dry: bool,
) -> None:
    foreign(Role.VIEWER)
    outsider = caller(Role.OFFICER, organisation_id=world.other.id)
    answer = outsider.post(f"/agreements/{promised['agreement']}/plan", {"dry_run": is_dry})
    assert answer.status_code == 200, answer.text
    assert not any(one in answer.text for one in (MARK, world.event_id))
    made = answer.json
    assert made is not None
    assert "2026" not in {
        one["first_day"][:4] for one in made["created"]
    }  # that year's is there, if not for this reader
    assert {one["reason"] for one in made["unplaced"]} == {translate("Busy (internal)", Language.VI)}
    whys = {why for one in made["created"] for why in one["reasons"]}
    assert whys <= {translate("The agreement still owes it.", Language.VI)}
    approver = caller(Role.APPROVER)
    again = approver.post(f"/agreements/{promised['agreement']}/plan", {"dry_run": True}).json
    assert again is not None
    if not is_dry:
        assert again["created"] == []


# Administration


@pytest.mark.both_databases("offices as conditions of the administration")
def test_accounts_are_their_own_offices(
    world: World, caller: Callable[..., Caller], foreign: Make, abroad: Organisation
) -> None:
    admin, officer = foreign(Role.ADMIN), foreign(Role.OFFICER)
    root, home = caller(Role.ADMIN), caller(Role.OFFICER, organisation_id=world.mine.id)
    seen = {who.user_id: {one["id"] for one in who.get("/users?page_size=500").json} for who in (admin, root)}  # type: ignore[union-attr]
    assert seen[admin.user_id] == {admin.user_id, officer.user_id}
    assert {root.user_id, home.user_id} <= seen[root.user_id]
    assert not seen[root.user_id] & seen[admin.user_id]
    for who, other, own in ((admin, home, officer), (root, officer, home)):
        assert who.get(f"/users/{other.user_id}").status_code == 404
        for wish in (
            {"password": "một mật khẩu đủ dài và lạ 77"},
            {"active": False},
            {"role": "admin"},
            {"email": SPY},
        ):
            assert who.call("PATCH", f"/users/{other.user_id}", wish, If_Match="*").status_code == 404
        assert who.patch(f"/users/{own.user_id}", {"name": "Khác"}).status_code == 200
    for who, organisation_id in ((admin, world.mine.id), (root, abroad.id), (admin, None)):
        wish = {"email": "new@example.org", "role": "viewer", "organisation_id": organisation_id}
        assert is_refused(who.post("/users", wish), "not_in_charge", "organisation_id")
        moved = who.patch(f"/users/{who.user_id}", {"organisation_id": organisation_id})
        assert is_refused(moved, "not_in_charge", "organisation_id")
    assert (
        admin.post("/users", {"email": "a@example.org", "role": "viewer", "organisation_id": abroad.id}).status_code
        == 201
    )
    assert root.post("/users", {"email": "b@example.org", "role": "viewer"}).status_code == 201


def test_the_first_account_of_a_body_opens_its_office(
    caller: Callable[..., Caller], database: Database, client: FlaskClient
) -> None:
    """As long as it has none it belongs to the default office, whose administrator makes the first one."""
    with database.transaction() as session:
        body = factories.make_organisation(session, locality=OTHER)
        event = factories.make_event(session, organisation_id=body.id)
    root = caller(Role.ADMIN)
    assert root.get(f"/events/{event.id}").status_code == 200
    made = root.made("/users", {"email": "first@example.org", "role": "admin", "organisation_id": body.id})
    assert made["office"] == OTHER
    assert root.get(f"/events/{event.id}").status_code == 404
    second = {"email": "second@example.org", "role": "admin", "organisation_id": body.id}
    assert is_refused(root.post("/users", second), "not_in_charge", "organisation_id")


def test_the_last_administrator_is_counted_office_by_office(foreign: Make, caller: Callable[..., Caller]) -> None:
    caller(Role.ADMIN)
    admin = foreign(Role.ADMIN)
    answer = admin.patch(f"/users/{admin.user_id}", {"role": "officer"})
    assert (answer.status_code, answer.json["code"]) == (409, "last_admin")  # type: ignore[index]


@pytest.mark.both_databases("offices as conditions of the trail")
def test_the_trail_of_another_office_is_not_read(world: World, caller: Callable[..., Caller], foreign: Make) -> None:
    admin, root = foreign(Role.ADMIN), caller(Role.ADMIN)
    made = admin.made("/people", {"name": "Người bên kia"})
    own = root.made("/people", {"name": "Người bên này"})
    shown = {who.user_id: {one["entity_id"] for one in who.get("/audit?page_size=500").json} for who in (admin, root)}  # type: ignore[union-attr]
    assert (made["id"] in shown[admin.user_id], own["id"] in shown[admin.user_id]) == (True, False)
    assert (made["id"] in shown[root.user_id], own["id"] in shown[root.user_id]) == (False, True)
    assert world.event_id in shown[root.user_id]


THINGS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "/reminder-rules": (RULE | {"audience": ["owner"]}, {"name": {"vi": "Khác"}}),
    "/task-templates": ({"kind": "delegation", "title": {"vi": "Mẫu"}, "offset": "-P7D"}, {"title": {"vi": "Khác"}}),
    "/office-holidays": (
        {"country": "VN", "name": {"vi": "Nghỉ"}, "category": "public", "first_day": "2027-03-03", "source": "thử"},
        {"name": {"vi": "Khác"}},
    ),
    "/observances": (
        {"country": "LA", "name": {"vi": "Ngày phụ nữ"}, "recurs": {"calendar": "solar", "month": 7, "day": 20}},
        {"name": {"vi": "Khác"}},
    ),
    "/exchange-rates": (
        {"currency": "USD", "day": "2026-11-02", "rate": "25410", "source": "Vietcombank"}, {"source": "Khác"},
    ),
    "/norms": (
        {"act": "Thông tư 35/2026/TT-BTC", "valid_from": "2026-05-18", "item": "drinks", "unit": "person_half_day",
         "amount": {"amount": "60000", "currency": "VND"}},
        {"verified": True},
    ),
    "/resources": (
        {"name": {"vi": "Phòng họp"}, "type": "room", "locality": "hai-duong", "capacity": 1}, {"name": {"vi": "Khác"}},
    ),
}  # fmt: skip


@pytest.mark.both_databases("offices as conditions of the administration")
@pytest.mark.parametrize("path", THINGS)
def test_rules_templates_holidays_and_rooms_are_their_makers_offices(
    caller: Callable[..., Caller], foreign: Make, path: str
) -> None:
    body, wish = THINGS[path]
    admin, root = foreign(Role.ADMIN), caller(Role.ADMIN)
    for maker, other, office in ((root, admin, "hai-duong"), (admin, root, OTHER)):
        made = maker.made(path, body)
        assert made["office"] == office
        assert maker.post(path, body | {"office": office}).status_code == 422  # read-only
        assert made["id"] in maker.get(path).text
        assert made["id"] not in other.get(path).text
        one = f"{path}/{made['id']}"
        assert other.get(one).status_code == 404
        assert other.call("PATCH", one, wish, If_Match="*").status_code == 404
        assert other.call("DELETE", one, If_Match="*").status_code == 404
        assert maker.patch(one, wish).status_code == 200
        assert maker.delete(one).status_code == 204


def test_the_pages_of_the_administration_are_their_own_offices(
    caller: Callable[..., Caller], abroad: Organisation, signed_in: Callable[..., Browser]
) -> None:
    root = caller(Role.ADMIN)
    browser = signed_in(Role.ADMIN, organisation_id=abroad.id)
    areas = {"/reminder-rules": "rules", "/task-templates": "task-templates", "/office-holidays": "office-holidays",
             "/observances": "observances", "/exchange-rates": "exchange-rates",
             "/resources": "resources", "/users": "accounts"}  # fmt: skip
    for path, area in areas.items():
        one = root.user_id if path == "/users" else root.made(path, THINGS[path][0])["id"]
        page = f"/administration/{area}"
        if browser.get(page).status_code == 404:
            page = f"/administration/{'holidays' if area == 'office-holidays' else area}"
        assert browser.get(page).status_code == 200, page
        assert one not in browser.get(page).text
        assert browser.get(f"{page}/{one}").status_code == 404


def test_a_rule_reminds_of_its_own_offices_events(
    world: World, foreign: Make, caller: Callable[..., Caller], database: Database
) -> None:
    """An approver of the other office vouches for an address: no visit of this office is sent there."""
    rule = RULE | {"audience": [f"email:{SPY}"]}
    approver = foreign(Role.APPROVER)
    made = approver.made("/reminder-rules", rule)
    previewed = approver.get(f"/reminder-rules/{made['id']}/preview")
    assert MARK not in previewed.text
    assert SPY not in recipients(database, world.event_id)
    with database.transaction() as session:
        session.get_one(Event, world.event_id).headcount = 9
    home = caller(Role.APPROVER)
    assert home.patch(f"/delegations/{world.event_id}", {"status": "planned"}).status_code == 422
    assert home.post(f"/events/{world.event_id}/transitions", {"to": "postponed", "reason": "mưa"}).status_code == 200
    again = {"to": "planned", "first_day": "2027-02-02", "last_day": "2027-02-03"}
    assert home.post(f"/events/{world.event_id}/transitions", again).status_code == 200
    assert SPY not in recipients(database, world.event_id)
    home.made("/reminder-rules", rule)  # the control
    assert SPY in recipients(database, world.event_id)


@pytest.mark.parametrize("whose", ["another's template", "another's body"])
def test_no_template_of_another_office_lets_anybody_read(
    world: World, foreign: Make, caller: Callable[..., Caller], abroad: Organisation, database: Database, whose: str
) -> None:
    admin, home = foreign(Role.ADMIN), caller(Role.OFFICER, organisation_id=world.mine.id)
    template = THINGS["/task-templates"][0]
    if whose == "another's template":
        admin.made("/task-templates", template | {"organisation_id": abroad.id})
        refused = admin.post("/task-templates", template | {"organisation_id": world.mine.id})
        assert (refused.status_code, list(refused.json["errors"])) == (422, ["organisation_id"])  # type: ignore[index]
    else:
        with database.transaction() as session:  # as it may stand there from before
            factories.make_template(session, organisation_id=abroad.id)
    own = caller(Role.ADMIN).made("/task-templates", template | {"organisation_id": world.other.id})
    plan = {
        "title": {"vi": MARK},
        "host": "hai-duong",
        "guest": OTHER,
        "first_day": "2027-03-01",
        "last_day": "2027-03-02",
    }
    made = home.made("/delegations", plan)
    assert home.post(f"/events/{made['id']}/transitions", {"to": "planned"}).status_code == 200
    assert admin.get(f"/events/{made['id']}").status_code == 404
    with database.transaction(write=False) as session:
        found = session.exec(select(Task.template_id).where(Task.event_id == made["id"])).all()
    assert found == [own["id"]]


def test_organisations_and_people_of_another_office_are_not_changed(
    world: World, foreign: Make, caller: Callable[..., Caller], abroad: Organisation, database: Database
) -> None:
    with database.transaction() as session:
        bare = factories.make_organisation(session)  # of this office, without accounts
        leader = factories.make_person(session, organisation_id=world.mine.id)
    caller(Role.VIEWER, organisation_id=world.mine.id)
    for role in (Role.OFFICER, Role.APPROVER, Role.ADMIN):
        who = foreign(role)
        for one in (world.mine, world.office, bare):
            for wish in ({"email": SPY}, {"name": {"vi": "Khác"}}, {"locality": OTHER}, {"protocol_office": True}):
                assert is_refused(who.patch(f"/organisations/{one.id}", wish), "not_in_charge"), (role, wish)
        for wish in ({"email": SPY}, {"name": "Khác"}, {"organisation_id": abroad.id}):
            assert is_refused(who.patch(f"/people/{leader.id}", wish), "not_in_charge")
        assert is_refused(who.post("/people", {"name": "Ai", "organisation_id": world.mine.id}), "not_in_charge")
    admin = foreign(Role.ADMIN)
    assert admin.patch(f"/organisations/{abroad.id}", {"email": "b@example.org"}).status_code == 200


def test_what_joins_offices_is_the_operators(
    world: World, foreign: Make, caller: Callable[..., Caller], abroad: Organisation, database: Database,
    settings: Settings, clock: Clock,
) -> None:  # fmt: skip
    with database.transaction() as session:
        for code in ("hai-phong", "laos"):
            factories.make_locality(session, code)
        bare = factories.make_organisation(session, locality="laos")  # the default office's, as nobody works there
        hidden = factories.make_event(session, title={"vi": MARK}, organisation_id=bare.id)
    admin, root = foreign(Role.ADMIN), caller(Role.ADMIN)
    day = {"succeeded_on": "2025-07-01"}
    assert root.patch("/localities/hai-duong", {"successor": "hai-phong"} | day).status_code == 200  # nothing joins
    for who in (admin, root):
        for code, successor in ((OTHER, "hai-phong"), ("laos", OTHER), (OTHER, "laos"), ("hai-duong", OTHER)):
            answer = who.patch(f"/localities/{code}", {"successor": successor} | day)
            assert is_refused(answer, "operator_only", "successor"), (code, successor)
    assert is_refused(root.patch(f"/organisations/{world.mine.id}", {"locality": OTHER}), "operator_only", "locality")
    assert root.patch(f"/organisations/{world.mine.id}", {"locality": "hai-phong"}).status_code == 200
    assert is_refused(admin.patch(f"/organisations/{abroad.id}", {"locality": "laos"}), "operator_only", "locality")
    office = {"name": {"vi": "Lễ tân"}, "locality": "hai-duong", "protocol_office": True}
    assert is_refused(admin.post("/organisations", office), "operator_only", "protocol_office")
    assert admin.get(f"/events/{hidden.id}").status_code == 404
    with database.transaction() as session:  # the operator may
        act = ActionContext(None, clock.now, settings.office)
        found = directory.crud.find(session, directory.Locality, "laos")
        directory.change_locality(session, act, found, {"successor": OTHER, "succeeded_on": clock.now.date()})
    assert admin.get(f"/events/{hidden.id}").status_code == 200


def test_rooms_of_another_office_are_not_booked(world: World, foreign: Make, caller: Callable[..., Caller]) -> None:
    who = foreign(Role.OFFICER)
    plan = {
        "title": {"vi": "Đoàn"},
        "host": OTHER,
        "guest": "hai-duong",
        "first_day": "2027-03-01",
        "last_day": "2027-03-02",
    }
    made = who.made("/delegations", plan)
    wish = {"event_id": made["id"], "resource_id": world.ids["resource_id"]}
    answer = who.post("/bookings", wish)
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["resource_id"])  # type: ignore[index]
    path = f"/openings?days=2&from=2027-03-01&to=2027-04-01&host={OTHER}&resource={world.ids['resource_id']}"
    assert who.get(path).status_code == 422


@pytest.mark.both_databases("resources of one's own office as a condition")
def test_interpreters_are_an_offices_own_people(
    world: World, foreign: Make, caller: Callable[..., Caller], database: Database
) -> None:
    """What another office lends is not named, and does not stand in the way; nobody's people work for anybody."""
    theirs, ours = foreign(Role.ADMIN), caller(Role.ADMIN)
    with database.transaction() as session:
        own = factories.make_person(session, organisation_id=world.mine.id).id
        free = factories.make_person(session).id
    wish: dict[str, Any] = {"type": "interpreter", "name": {"vi": f"Phiên dịch {MARK}"}, "languages": ["vi", "lo"]}
    taken = theirs.post("/resources", wish | {"person_id": own, "locality": OTHER})
    assert (taken.status_code, list(taken.json["errors"])) == (422, ["person_id"])  # type: ignore[index]
    for person in (own, free):
        ours.made("/resources", wish | {"person_id": person, "locality": "hai-duong"})
        again = ours.post("/resources", wish | {"person_id": person, "locality": "hai-duong"})
        assert (again.status_code, MARK in again.text) == (422, True), "one's own is named"
    taken = theirs.post("/resources", wish | {"name": {"vi": "Của họ"}, "person_id": free, "locality": OTHER})
    assert taken.status_code == 201, taken.text
    assert MARK not in taken.text


def test_accounts_from_before_offices_read_as_they_did(
    world: World, foreign: Make, caller: Callable[..., Caller], database: Database, shared: str
) -> None:
    """After an upgrade: they stay in the default office, but what narrow ones see as guests is as narrow."""
    viewer, approver = foreign(Role.VIEWER), foreign(Role.APPROVER)
    with database.transaction() as session:
        for who in (viewer, approver):
            session.get_one(User, who.user_id).office = None
    assert approver.get(f"/events/{world.event_id}/history").status_code == 200
    newer = foreign(Role.APPROVER)  # of its own office, as a guest of this visit
    assert newer.get(f"/events/{world.event_id}").status_code == 200
    assert newer.get(f"/events/{world.event_id}/history").status_code == 403
    for path in (f"/events/{world.event_id}/tasks", "/tasks"):
        assert [one["id"] for one in viewer.get(path).json] == [shared]  # type: ignore[union-attr]
    assert viewer.get(f"/events/{world.event_id}").json["budget"] is None  # type: ignore[index]
    assert caller(Role.ADMIN).get(f"/users/{viewer.user_id}").status_code == 200


def test_deleted_and_mailed_things_stay_with_their_office(
    world: World, foreign: Make, client: FlaskClient, database: Database, clock: Clock, caller: Callable[..., Caller]
) -> None:
    wish = {"name": "Lịch", "filter": {"statuses": ["planned", "draft", "cancelled"]}}
    home = caller(Role.APPROVER)
    theirs, own = (urlsplit(who.made("/feeds", wish)["url"]).path for who in (foreign(Role.ADMIN), home))
    assert MARK.encode() in client.get(own).data
    assert MARK.encode() not in client.get(theirs).data
    with database.transaction() as session:
        for reminder in session.exec(select(Reminder)):
            reminder.state = ReminderState.SKIPPED
        # One of which something was paid is never deleted.
        session.execute(delete(Payment).where(col(Payment.event_id) == world.event_id))
    clock.move(seconds=1)
    step = {"to": "cancelled", "reason": "thôi"}
    assert home.post(f"/events/{world.event_id}/transitions", step).status_code == 200
    assert home.delete(f"/delegations/{world.event_id}").status_code == 204
    clock.move(seconds=1)
    gone = client.get(theirs).data
    assert (MARK.encode() in gone, world.uid.encode() in gone) == (False, False)
    assert world.event_id not in foreign(Role.ADMIN).get("/audit?page_size=500").text
    assert world.event_id in caller(Role.ADMIN).get("/audit?page_size=500").text
    with database.transaction(write=False) as session:
        assert session.exec(select(Audit).where(Audit.event_id == world.event_id)).first() is not None


def test_a_template_of_the_default_office_from_before_works_on(
    world: World, caller: Callable[..., Caller], foreign: Make, database: Database
) -> None:
    """A row without an office is the default one's."""
    foreign(Role.VIEWER)
    with database.transaction() as session:
        template = factories.make_template(session)
        assert session.get_one(TaskTemplate, template.id).office is None
    home = caller(Role.OFFICER, organisation_id=world.mine.id)
    assert template.id in home.get("/task-templates").text
    assert template.id not in foreign(Role.OFFICER).get("/task-templates").text


SHARED_BY_ALL = ("/agreements", "/anniversaries", "/commitments", "/localities")
"""What is no office's own."""


def test_no_operation_lets_the_other_administrator_change_anything(
    world: World, app: Flask, foreign: Make, caller: Callable[..., Caller], database: Database
) -> None:
    """Every operation of the document on the things of the default office, by the highest role of the other one."""
    home, admin = caller(Role.ADMIN, organisation_id=world.mine.id), foreign(Role.ADMIN)
    things = {
        "rule_id": "/reminder-rules", "template_id": "/task-templates", "holiday_id": "/office-holidays",
        "observance_id": "/observances", "rate_id": "/exchange-rates", "norm_id": "/norms",
    }  # fmt: skip
    world.ids |= {name: home.made(path, THINGS[path][0])["id"] for name, path in things.items()}
    world.ids |= {"user_id": home.user_id, "feed_id": home.made("/feeds", {"name": "Lịch"})["id"]}
    before, tried = trail(database), 0
    for method, path, _role in operations(app):
        if method == "GET" or "{" not in path or path.startswith(SHARED_BY_ALL):
            continue
        answer = admin.call(method, world.address(path), {}, If_Match="*")
        assert 400 <= answer.status_code < 500, (method, path, answer.status_code)
        tried += 1
    assert tried > 40
    assert trail(database) == before


@pytest.mark.both_databases("accounts are found by the succession of localities")
def test_the_operator_opens_an_office_of_older_accounts(
    world: World, foreign: Make, caller: Callable[..., Caller], abroad: Organisation, database: Database,
    settings: Settings, clock: Clock,
) -> None:  # fmt: skip
    approver, root = foreign(Role.APPROVER), caller(Role.ADMIN)
    with database.transaction() as session:
        session.get_one(User, approver.user_id).office = None
        theirs = factories.make_event(session, organisation_id=abroad.id)
    for who in (approver, root):
        assert [who.get(f"/events/{one}").status_code for one in (world.event_id, theirs.id)] == [200, 200]
    act = ActionContext(None, clock.now, settings.office)
    with database.transaction() as session:
        assert [one.id for one in offices.open_office(session, act, OTHER)] == [approver.user_id]
    assert [approver.get(f"/events/{one}").status_code for one in (world.event_id, theirs.id)] == [404, 200]
    assert [root.get(f"/events/{one}").status_code for one in (world.event_id, theirs.id)] == [200, 404]
    for code, refusal in ((OTHER, "nothing_to_open"), ("hai-duong", "default_office")):
        with database.transaction() as session, pytest.raises(Conflict) as refused:
            offices.open_office(session, act, code)
        assert refused.value.code == refusal


def test_calendars_of_another_office_are_not_taken_over(foreign: Make, caller: Callable[..., Caller]) -> None:
    """A new address would be the key to all that its owner reads."""
    home, admin, root = caller(Role.OFFICER), foreign(Role.ADMIN), caller(Role.ADMIN)
    feed = home.made("/feeds", {"name": "Lịch"})["id"]
    assert feed not in admin.get("/feeds").text
    assert feed in root.get("/feeds").text
    for path in (f"/feeds/{feed}", f"/feeds/{feed}/calendar"):
        assert admin.get(path).status_code == 404
    assert admin.post(f"/feeds/{feed}/rotate").status_code == 404
    assert root.post(f"/feeds/{feed}/rotate").status_code == 200
