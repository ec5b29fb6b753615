"""Day by day over 30 June and 1 July 2025, when Hải Dương became part of Hải Phòng and its bodies ended.

One department of each; the old one is in charge of a visit on either day, the new one of a third.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlmodel import select

from calendars.days.spans import Days
from models.accounts import User
from models.database import Database
from models.events import Event
from models.places import Locality
from models.queries import event_readers
from models.queries.audience import AudienceIndex, EventSelection
from models.vocabulary import Language, Role, Visibility
from service.actions import permissions
from service.actions.context import ActionContext
from service.actions.office_mails import office_mails
from service.actions.scheduling.weekly_schedule import read_week
from tests import factories
from tests.service.conftest import Caller, Clock
from tests.service.web.test_pages import Browser, signed_in, untranslated, words

__all__ = ["signed_in"]  # fixture

pytestmark = pytest.mark.both_databases("rights and filters as conditions, names of successors in joined rows")

JUNE, JULY = date(2025, 6, 30), date(2025, 7, 1)
OLD, NEW = "Sở Y tế tỉnh Hải Dương", "Sở Y tế thành phố Hải Phòng"
NAMES = {"june": OLD, "july": NEW, "new": NEW}
"""Visit → what the department in charge of it is called on its day."""


@dataclass
class Merger:
    """The two departments and their officers; the ids of the visits by name."""

    old: str
    new: str
    visits: dict[str, str]
    of_old: Caller
    of_new: Caller
    stranger: Caller


@pytest.fixture
def merger(database: Database, caller: Callable[..., Caller], clock: Clock) -> Merger:
    clock.now = datetime(2025, 6, 20, 3, tzinfo=UTC)
    with database.transaction() as session:
        factories.make_locality(session, "hai-phong")
        session.get_one(Locality, "hai-duong").successor = "hai-phong"
        session.get_one(Locality, "hai-duong").succeeded_on = JULY
        session.flush()
        new = factories.make_organisation(session, name={"vi": NEW}, locality="hai-phong", starts_on=JULY)
        old = factories.make_organisation(session, name={"vi": OLD}, ends_on=JUNE, successor_id=new.id)
        other = factories.make_organisation(session, name={"vi": "Sở Nội vụ"})
        visits = {}
        for name, day, body in (("june", JUNE, old), ("july", JULY, old), ("new", JULY, new)):
            event = factories.make_event(
                session, first_day=day, organisation_id=body.id, visibility=Visibility.INTERNAL,
                title={"vi": f"Đoàn {name}"},
            )  # fmt: skip
            factories.make_task(session, event, organisation_id=body.id, title={"vi": f"Việc {name}"})
            visits[name] = event.id
        ids = (old.id, new.id, other.id)
    officers = (caller(Role.OFFICER, organisation_id=one) for one in ids)
    return Merger(old.id, new.id, visits, *officers)


def found(caller: Caller, merger: Merger, path: str) -> set[str]:
    """The names of the visits that a list of events or tasks has."""
    names = {identity: name for name, identity in merger.visits.items()}
    return {names[one.get("event_id", one["id"])] for one in caller.get(path).json}


# Rights


def test_the_successor_reads_what_the_old_body_was_in_charge_of_and_never_the_other_way(merger: Merger) -> None:
    assert found(merger.of_new, merger, "/events") == {"june", "july", "new"}
    assert found(merger.of_old, merger, "/events") == {"june", "july"}
    assert found(merger.stranger, merger, "/events") == set()
    assert merger.of_old.get(f"/events/{merger.visits['new']}").status_code == 404


def test_it_reads_it_whole_and_does_not_change_it(merger: Merger) -> None:
    path = f"/delegations/{merger.visits['june']}"
    assert merger.of_new.get(f"/events/{merger.visits['june']}/history").status_code == 200
    answer = merger.of_new.patch(path, {"location": {"vi": "Nhà khách"}})
    assert (answer.status_code, answer.json["code"]) == (403, "not_in_charge")
    assert merger.of_old.patch(path, {"location": {"vi": "Nhà khách"}}).status_code == 200


def test_who_is_no_successor_any_more_reads_nothing(merger: Merger, admin: Caller) -> None:
    assert admin.patch(f"/organisations/{merger.old}", {"successor_id": None}).status_code == 200
    assert found(merger.of_new, merger, "/events") == {"new"}


@pytest.mark.parametrize("is_office", [False, True])
def test_a_line_opens_nothing_of_another_office(
    merger: Merger, database: Database, caller: Callable[..., Caller], is_office: bool
) -> None:
    """Wherever the operator leads it: to a body abroad, whose place has accounts or not."""
    with database.transaction() as session:
        abroad = factories.make_organisation(session, locality="vientiane-province")
        session.get_one(type(abroad), merger.old).successor_id = abroad.id
        theirs = abroad.id
    reader = caller(Role.OFFICER, organisation_id=theirs)
    if is_office:
        assert reader.get("/events").json == []
    with database.transaction() as session:
        account = session.get_one(User, reader.user_id)
        rights = event_readers.reader_of(session, account)
        assert rights.predecessors == (frozenset() if account.office else {merger.old})


def test_both_forms_of_the_right_agree(merger: Merger, database: Database) -> None:
    """Whom ``role:officer`` reaches of a visit is exactly who reads it."""
    outcomes = set()
    with database.transaction() as session:
        events = [session.get_one(Event, identity) for identity in merger.visits.values()]
        index = AudienceIndex.load(session, ["role:officer"], EventSelection(tuple(merger.visits.values())))
        for account in session.exec(select(User).where(User.role == Role.OFFICER)).all():
            reader = event_readers.reader_of(session, account)
            for event in events:
                may = session.exec(select(Event.id).where(Event.id == event.id, event_readers.visible_to(reader)))
                is_told = account.email in index.addresses(["role:officer"], event)
                assert is_told is (may.first() is not None), (account.organisation_id, event.title)
                outcomes.add(is_told)
    assert outcomes == {True, False}


# Filters


@pytest.mark.parametrize("body", ["old", "new"])
@pytest.mark.parametrize("path", ["/events?organisation_id={}", "/tasks?organisation_id={}"])
def test_a_filter_means_the_line(merger: Merger, admin: Caller, body: str, path: str) -> None:
    assert found(admin, merger, path.format(getattr(merger, body))) == {"june", "july", "new"}


def entries(client: FlaskClient, path: str) -> dict[str, str]:
    """Title → description of a calendar's visits."""
    answer = client.get(path)
    assert answer.status_code == 200
    return {
        str(one["SUMMARY"]): str(one.get("DESCRIPTION", "")) for one in Calendar.from_ical(answer.data).walk("VEVENT")
    }


@pytest.mark.parametrize("body", ["old", "new"])
def test_a_feed_means_the_line_and_names_the_body_of_the_day(
    merger: Merger, client: FlaskClient, admin: Caller, body: str
) -> None:
    wanted = {"name": "Y tế", "filter": {"organisations": [getattr(merger, body)]}, "locale": "vi", "tasks": True}
    shown = entries(client, urlsplit(admin.made("/feeds", wanted)["url"]).path)
    assert {name: [one for one in (OLD, NEW) if one in shown[f"Đoàn {name}"]] for name in NAMES} == {
        name: [body] for name, body in NAMES.items()
    }


def test_a_feed_follows_when_a_successor_is_named(merger: Merger, client: FlaskClient, admin: Caller) -> None:
    organisation = f"/organisations/{merger.old}"
    assert admin.patch(organisation, {"successor_id": None}).status_code == 200
    wanted = {"name": "Y tế", "filter": {"organisations": [merger.new]}, "locale": "vi"}
    path = urlsplit(admin.made("/feeds", wanted)["url"]).path
    own = urlsplit(merger.of_new.made("/feeds", {"name": "Của tôi", "locale": "vi"})["url"]).path
    for address in (path, own):
        assert entries(client, address).keys() == {"Đoàn new"}
    assert admin.patch(organisation, {"successor_id": merger.new}).status_code == 200
    for address in (path, own):
        assert NEW in entries(client, address)["Đoàn july"]
        assert OLD in entries(client, address)["Đoàn june"]
    assert admin.patch(f"/organisations/{merger.new}", {"name": {"vi": "Sở Y tế mới"}}).status_code == 200
    assert "Sở Y tế mới" in entries(client, path)["Đoàn july"]


# Names on pages and in mails


@pytest.mark.parametrize("visit", list(NAMES))
def test_a_page_names_the_body_of_the_day(merger: Merger, signed_in: Callable[..., Browser], visit: str) -> None:
    browser = signed_in(Role.ADMIN)
    for path in (f"/events/{merger.visits[visit]}", f"/tasks?which=all&q=Việc {visit}"):
        page = browser.get(path).text
        told = "".join(re.findall(r"<dl.*?</dl>", page, re.S)) if path.startswith("/events") else rows(page)
        assert [one for one in (OLD, NEW) if one in told] == [NAMES[visit]], path


def rows(page: str) -> str:
    """What a page says outside its filters."""
    return re.sub(r"<select.*?</select>", "", page, flags=re.S)


def test_the_weekly_schedule_names_the_bodies_of_the_days(merger: Merger, database: Database) -> None:
    with database.transaction() as session:
        week = read_week(session, Days(JUNE, date(2025, 7, 6)), "Asia/Ho_Chi_Minh", lambda one: one)
        names = {event.title["vi"]: (event.organisation_name, week.preparing[event.uid]) for event in week.events}
    assert names == {f"Đoàn {name}": ({"vi": body}, [{"vi": body}]) for name, body in NAMES.items()}


def test_the_year_has_a_lane_for_each_with_its_days(merger: Merger, signed_in: Callable[..., Browser]) -> None:
    page = rows(signed_in(Role.ADMIN).get("/calendar?view=year&day=2025-06-01&lanes=organisation").text)
    assert page.count(OLD) == page.count(NEW) > 0


@pytest.mark.parametrize(("visit", "offered"), [("june", [OLD]), ("july", [OLD, NEW]), ("new", [NEW])])
def test_a_form_offers_the_bodies_of_the_days_and_what_is_chosen(
    merger: Merger, signed_in: Callable[..., Browser], visit: str, offered: list[str]
) -> None:
    page = signed_in(Role.ADMIN).get(f"/events/{merger.visits[visit]}?edit=facts").text
    select_tag = re.search(r'<select[^>]*name="organisation_id".*?</select>', page, re.S)
    assert select_tag is not None
    assert [one for one in (OLD, NEW) if one in select_tag[0]] == offered


# What ended is said


def test_a_visit_after_the_end_says_who_carries_on(merger: Merger, admin: Caller) -> None:
    told = {name: admin.get(f"/events/{identity}").json["conflicts"] for name, identity in merger.visits.items()}
    codes = {name: [one["code"] for one in found] for name, found in told.items()}
    assert {name for name, found in codes.items() if "organisation_ended" in found} == {"july"}
    advice = next(one for one in told["july"] if one["code"] == "organisation_ended")
    assert NEW in str(advice)


@pytest.mark.parametrize("named", ["old", "new"])
@pytest.mark.parametrize("first", [JUNE, JULY])
def test_a_template_gives_its_task_to_the_body_of_the_day(
    merger: Merger, admin: Caller, database: Database, first: date, named: str
) -> None:
    """Also where the template was handed over before the successor begins."""
    wish = {"kind": "delegation", "title": {"vi": "Khám sức khỏe"}, "offset": "-P1D"}
    admin.made("/task-templates", wish | {"organisation_id": getattr(merger, named)})
    day = first.isoformat()
    plan = {"title": {"vi": "Đoàn mới"}, "host": "hai-duong", "guest": "vientiane-province"}
    made = admin.made("/delegations", plan | {"first_day": day, "last_day": day})
    assert admin.post(f"/events/{made['id']}/transitions", {"to": "planned"}).status_code == 200
    task = next(one for one in admin.get(f"/tasks?event_id={made['id']}").json if one["title"]["vi"] == "Khám sức khỏe")
    assert task["organisation_id"] == (merger.old if first == JUNE else merger.new)


def test_late_tasks_of_the_old_body_are_in_the_successors_digest(
    merger: Merger, database: Database, clock: Clock
) -> None:
    clock.move(days=15)
    with database.transaction() as session:
        account = session.get_one(User, merger.of_new.user_id)
        permissions.reads_as(session, account)
        late = office_mails._overdue(session, ActionContext(account, clock.now, factories.OFFICE))
        told = {one.title["vi"]: one.responsible for one in late.first}
    assert told.keys() >= {"Việc june", "Việc july"}
    assert (told["Việc june"], told["Việc july"]) == ([{"vi": OLD}], [{"vi": NEW}])
    assert Language.VI in told["Việc june"][0]


# Their pages


def test_the_first_page_names_who_ended_and_is_still_in_charge(
    merger: Merger, signed_in: Callable[..., Browser]
) -> None:
    told = words(signed_in(Role.ADMIN, locale="en").get("/"))
    assert "Bodies that have ended and are still in charge" in told
    assert f"{OLD} – events: 1" in told
    assert "are still in charge" not in words(signed_in(Role.OFFICER, organisation_id=merger.new, locale="en").get("/"))
    page = words(signed_in(Role.ADMIN, locale="en").get(f"/administration/organisations/{merger.old}"))
    assert "still in charge of events after that: 1." in page


@pytest.mark.parametrize("language", list(Language))
def test_the_page_of_a_body_tells_where_it_came_from_and_went(
    merger: Merger, signed_in: Callable[..., Browser], admin: Caller, language: Language
) -> None:
    parent = admin.made("/organisations", {"name": {"vi": "UBND thành phố"}, "locality": "hai-phong"})["id"]
    assert admin.patch(f"/organisations/{merger.new}", {"parent_id": parent}).status_code == 200
    reader = signed_in(Role.ADMIN, locale=language)
    pages = {one: reader.get(f"/administration/organisations/{one}") for one in (merger.old, merger.new, parent)}
    links = {
        one: re.findall(r'<li><a href="/administration/organisations/(\w+)">', page.text) for one, page in pages.items()
    }
    assert links == {merger.old: [merger.new], merger.new: [parent, merger.old], parent: [merger.new]}
    assert "30/" in words(pages[merger.new])
    place = reader.get("/administration/localities/hai-phong")
    assert '<li><a href="/administration/localities/hai-duong">' in place.text
    assert untranslated(words(place)) == [] or language is Language.EN
