"""The page of the other side, the page that shares, and what the event's own page says of both."""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest

from models.both_sides.proposals import Proposal
from models.both_sides.share import EventShare
from models.database import Database
from models.encryption import seal
from models.events import Event
from models.places import Organisation, Particulars, Passport, Person
from models.vocabulary import EventStatus, Role, Visibility
from service.settings import Settings
from tests import factories
from tests.factories import NOW
from tests.service.both_sides.conftest import OTHER, OWN, TwoOffices
from tests.service.web.test_pages import Browser, count_queries, signed_in

__all__ = ["signed_in"]


@pytest.fixture
def owner(two: TwoOffices, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(Role.OFFICER, organisation_id=two.body_id)


@pytest.fixture
def other(two: TwoOffices, signed_in: Callable[..., Browser]) -> Browser:
    return signed_in(Role.APPROVER, organisation_id=two.other_body_id)


def form(**values: Any) -> dict[str, Any]:
    return {"do": "share", "version": "0", "acknowledged": "yes"} | values


@pytest.mark.both_databases("pages of both sides read shares and openings")
def test_a_visit_is_shared_and_read_on_the_page_of_the_other_side(
    two: TwoOffices, owner: Browser, other: Browser, signed_in: Callable[..., Browser], database: Database
) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, two.event_id)
        task = factories.make_task(session, event, organisation_id=two.department_id, title={"vi": "Việc của phía kia"})
        factories.make_task(session, event, organisation_id=two.body_id, title={"vi": "Việc riêng"})
        factories.make_member(session, event, created_at=NOW - timedelta(days=9))
        task_id = task.id
    department = signed_in(Role.OFFICER, organisation_id=two.department_id)
    assert other.get(two.path).status_code == 404
    assert "other-side" in owner.get(two.path).text
    asked = {"ask": ["members", "passports"], "until-members": "2026-11-20", "until-passports": "2027-01-01"}
    answer = owner.send(f"{two.path}/share", **form(**asked, note="Xin sớm."))
    assert answer.status_code == 303, answer.text
    answer = other.get(two.path)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{two.path}/shared")
    page = other.get(f"{two.path}/shared").text
    assert "Việc của phía kia" in page
    assert "Việc riêng" not in page
    assert all(text in page for text in ("Danh sách đoàn", "quá hạn", "Xin sớm."))
    assert "Đánh dấu" not in page, "another body of its office does it"
    assert department.get(f"{two.path}/shared").status_code == 200
    done = {"csrf": department.csrf(f"{two.path}/shared"), "do": "task", "task": task_id, "done": "yes"}
    assert department.post(two.path, done).status_code == 303
    assert "✓" in other.get(f"{two.path}/shared").text
    preview = owner.get(f"{two.path}/shared").text
    assert "Việc của phía kia" in preview
    assert "Việc riêng" not in preview
    assert owner.send(f"{two.path}/share", do="unshare", version="1").status_code == 303
    assert other.get(f"{two.path}/shared").status_code == 404


@pytest.mark.parametrize("is_shared", [False, True])
@pytest.mark.parametrize("takes_part", [False, True])
def test_a_list_as_a_file_has_the_addresses_its_reader_reads(
    two: TwoOffices, owner: Browser, other: Browser, database: Database, *, is_shared: bool, takes_part: bool
) -> None:
    """However the other office comes to read the visit: its own people's, and no others'."""
    with database.transaction() as session:
        event = session.get_one(Event, two.event_id)
        for body, name in ((two.body_id, "home"), (two.other_body_id, "away")):
            person = factories.make_person(
                session,
                organisation_id=body,
                email=f"{name}@example.org",
                phone="0412345678" if name == "home" else "0987654321",
            )
            if name == "home" or takes_part:
                factories.make_member(session, event, person)
        if takes_part:
            factories.make_task(session, event, organisation_id=two.other_body_id)
    if is_shared:
        two.share()
    told = owner.get(f"{two.path}/members.csv").text
    assert "home@example.org" in told
    assert "0412345678" in told
    assert "away@" not in told
    answer = other.get(f"{two.path}/members.csv")
    assert answer.status_code == (200 if is_shared or takes_part else 404)
    assert "home@" not in answer.text
    assert "0412345678" not in answer.text
    assert ("away@example.org" in answer.text) is takes_part


@pytest.mark.parametrize("body", ["body_id", "other_body_id"])
def test_people_of_one_name_are_told_apart_by_addresses_that_are_read(
    two: TwoOffices, owner: Browser, database: Database, body: str
) -> None:
    with database.transaction() as session:
        for number in range(2):
            factories.make_person(
                session, name="Khamla", organisation_id=getattr(two, body), email=f"khamla{number}@example.org"
            )
    typed = {"do": "add_person", "person_id": "Khamla", "role": "member", "csrf": owner.csrf(two.path)}
    answer = owner.post(f"{two.path}?edit=person", typed)
    assert answer.status_code == 422
    assert ("khamla0@example.org" in answer.text) is (body == "body_id")


def test_the_law_is_named_and_acknowledged_first(two: TwoOffices, owner: Browser) -> None:
    page = owner.get(f"{two.path}/share").text
    assert "91/2025/QH15" in page
    body = form(ask="photos", **{"until-photos": "2027-01-01"})
    body.pop("acknowledged")
    refused = owner.send(f"{two.path}/share", **body)
    assert refused.status_code == 409
    assert "2027-01-01" in refused.text, "what was typed is still there"
    assert owner.send(f"{two.path}/share", **form(ask="photos")).status_code == 422, "until when?"


def test_who_opened_it_stands_in_both_trails_once_a_day(
    two: TwoOffices, owner: Browser, other: Browser, caller: Any, clock: Any
) -> None:
    two.share()
    history = f"{two.path}/history"
    opened = [one for one in two.owner.get(history).json if one["action"] == "open"]
    assert opened == []
    for _ in range(3):
        other.get(f"{two.path}/shared")
        two.other.get(two.path)
    opened = [one for one in two.owner.get(history).json if one["action"] == "open"]
    assert len(opened) == 2, "two accounts"
    assert owner.get(f"{two.path}/share").text.count("lần đầu") == 2
    admin = caller(Role.ADMIN, organisation_id=two.other_body_id)
    own = [one for one in admin.get("/audit?entity=event_share").json if one["action"] == "open"]
    assert [one["event_id"] for one in own] == [None, None]
    clock.move(days=1)
    two.other.get(two.path)
    assert len([one for one in two.owner.get(history).json if one["action"] == "open"]) == 3
    two.owner.get(two.path)
    assert len([one for one in two.owner.get(history).json if one["action"] == "open"]) == 3, "one's own side"


def test_who_goes_on_reading_is_named_before_the_sharing_is_taken_back(
    two: TwoOffices, owner: Browser, database: Database
) -> None:
    """A body of the other side that takes part reads the visit, shared or not."""
    two.share()
    path = f"{two.path}/share"
    assert "vẫn tiếp tục xem được" not in owner.get(path).text
    with database.transaction() as session:
        body = session.get_one(Organisation, two.department_id)
        body.name = {"vi": "So Ngoai vu ban"}
        factories.make_task(session, session.get_one(Event, two.event_id), organisation_id=body.id)
    page = owner.get(path).text
    assert "vẫn tiếp tục xem được" in page
    assert "So Ngoai vu ban" in page
    two.unshare()
    assert two.department.get(two.path).status_code == 200, "as the page said"
    assert two.other.get(two.path).status_code == 404


def test_the_first_page_lists_what_is_shared_the_overdue_first(
    two: TwoOffices, other: Browser, owner: Browser, database: Database
) -> None:
    with database.transaction() as session:
        late = factories.make_event(
            session, host="hai-duong", guest="vientiane-province", organisation_id=two.body_id,
            visibility=Visibility.INTERNAL, first_day=date(2027, 6, 1), title={"vi": "Chuyen muon"},
        )  # fmt: skip
        session.get_one(Event, two.event_id).title = {"vi": "Chuyen som"}
        late_path = f"/events/{late.id}/share"
    assert "Được chia sẻ" not in other.get("/").text
    two.share(asks=[{"what": "days", "until": "2026-12-01"}])
    body = {"asks": [{"what": "answer", "until": "2026-11-01"}], "acknowledged": True}
    assert two.owner.call("PUT", late_path, body).status_code == 200
    text = other.get("/").text.partition('id="shared"')[2]
    assert text.index("Chuyen muon") < text.index("Chuyen som")
    assert text.count("quá hạn") == 1
    assert 'id="shared"' not in owner.get("/").text


def test_the_first_page_asks_as_much_for_three_as_for_one(two: TwoOffices, other: Browser, database: Database) -> None:
    two.share()
    other.get("/")
    one = count_queries(database, partial(other.get, "/"))
    with database.transaction() as session:
        for _ in range(2):
            event = factories.make_event(
                session, host="hai-duong", guest="vientiane-province", organisation_id=two.body_id,
                visibility=Visibility.INTERNAL,
            )  # fmt: skip
            session.add(EventShare(event_id=event.id, office="vientiane-province", shared_at=NOW))
    assert count_queries(database, partial(other.get, "/")) == one


@pytest.mark.both_databases("whether an ask was given is read from lists, particulars, passports, forms and proposals")
def test_what_was_given_is_waited_for_no_more(
    two: TwoOffices, owner: Browser, other: Browser, database: Database, settings: Settings, clock: Any
) -> None:
    asks = ["members", "travel", "diets", "passports", "days", "answer"]
    two.share(asks=[{"what": what, "until": "2026-11-01"} for what in asks])
    assert "quá hạn trả lời: 6" in owner.get(two.path).text
    assert "đã có" not in other.get(f"{two.path}/shared").text
    clock.move(hours=1)
    person = two.other.made("/people", {"name": "Khamla", "organisation_id": two.other_body_id})
    member = two.owner.made(f"{two.path}/members", {"person_id": person["id"], "role": "member"})
    own = two.owner.made("/people", {"name": "Nguyễn Văn An", "organisation_id": two.body_id})
    two.owner.made(f"{two.path}/members", {"person_id": own["id"], "role": "member"})
    page = other.get(f"{two.path}/shared").text
    assert page.count("đã có từ ngày") == 1, "the list; of the hosts nothing is asked"
    assert other.get("/").text.partition('id="shared"')[2].count("quá hạn") == 5
    journey = {"arrival": {"at": "2027-03-10T14:30", "by": "QV 312"}, "answer": "accepted"}
    assert two.owner.patch(f"{two.path}/members/{member['id']}", journey, "*").status_code == 200
    with database.transaction() as session:
        row = session.get_one(Person, person["id"])
        kept = {"sex": None, "born_on": None, "nationality": None, "diet": "KHONG-HAI-SAN", "photo_id": None}
        sealed = seal(settings.secret_key, "particulars", json.dumps(kept))
        session.add(Particulars(person_id=row.id, sealed=sealed, stored_at=NOW))
        session.add(Passport(person_id=row.id, sealed_number=b"x", stored_at=NOW))
        event = session.get_one(Event, two.event_id)
        session.add(
            Proposal(
                event_id=event.id, state="accepted", first_day=event.first_day, last_day=event.last_day,
                expires_at=clock(), from_office=OWN, to_office=OTHER, made_at=clock(), answered_at=clock(),
            )
        )  # fmt: skip
    for page in (other.get(f"{two.path}/shared").text, owner.get(f"{two.path}/share").text):
        assert page.count("✓ đã có") == 6
        assert "quá hạn" not in page
        assert "KHONG-HAI-SAN" not in page
    assert other.get("/").text.partition('id="shared"')[2].count("✓ đã có") == 6
    assert "đang chờ trả lời: 0" in owner.get(two.path).text


@pytest.mark.parametrize("with_people", [False, True])
def test_what_enters_the_plan_is_offered_ticked(
    two: TwoOffices, owner: Browser, database: Database, with_people: bool
) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, two.event_id)
        event.status = EventStatus.DRAFT
        if with_people:
            factories.make_member(session, event)
        session.flush()
        version = str(event.version)
    page = owner.get(two.path).text
    assert re.search(r'name="share" value="yes" checked', page)
    assert ("91/2025/QH15" in page) is with_people
    step = {"do": "step", "to": "planned", "version": version, "share": "yes", "share_offered": "vientiane-province"}
    if with_people:
        assert owner.send(two.path, **step).status_code == 409
        assert two.owner.get(two.path).json["status"] == "draft", "nothing happened"
        step["acknowledged"] = "yes"
    assert owner.send(two.path, **step).status_code == 303
    assert two.other.get(two.path).status_code == 200
    assert 'name="share"' not in owner.get(two.path).text


def test_no_status_shares_by_itself(two: TwoOffices, owner: Browser, database: Database) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, two.event_id)
        event.status = EventStatus.DRAFT
        session.flush()
        version = str(event.version)
    offered = {"share_offered": "vientiane-province"}
    assert owner.send(two.path, do="step", to="planned", version=version, **offered).status_code == 303
    assert two.other.get(two.path).status_code == 404
    assert two.owner.call("POST", f"{two.path}/transitions", {"to": "draft"}).status_code == 200
    assert two.owner.call("POST", f"{two.path}/transitions", {"to": "planned"}).status_code == 200
    assert two.other.get(two.path).status_code == 404


@pytest.mark.parametrize("ticked", [True, False])
def test_a_new_visit_is_shared_by_its_box(two: TwoOffices, owner: Browser, ticked: bool) -> None:
    asked = "kind=delegation&direction=incoming&partner=vientiane-province"
    page = owner.get(f"/plan/days?{asked}").text
    assert re.search(r'name="share" value="yes" checked', page)
    form = {
        "do": "make", "kind": "delegation", "direction": "incoming", "partner": "vientiane-province",
        "title_vi": "Doan moi", "first_day": "2027-03-10", "last_day": "2027-03-12", "planned": "yes",
        "share_offered": "vientiane-province",
    }  # fmt: skip
    token = re.search(r'name="token" value="([^"]+)"', page)
    assert token
    sent = form | {"csrf": owner.csrf(f"/plan/days?{asked}"), "token": token[1]} | ({"share": "yes"} if ticked else {})
    answer = owner.post("/plan/days", sent)
    assert answer.status_code == 303, answer.text
    event_id = answer.headers["Location"].split("/")[2].partition("?")[0]
    assert two.other.get(f"/events/{event_id}").status_code == (200 if ticked else 404)


@pytest.mark.both_databases("the form names the offices there are before a partner is chosen")
@pytest.mark.parametrize(("partner", "status"), [("vientiane-province", 200), ("laos", 404)])
def test_the_box_is_offered_before_the_partner_is_chosen(
    two: TwoOffices, owner: Browser, partner: str, status: int
) -> None:
    page = owner.get("/plan/days?kind=delegation").text
    box = page.partition('class="share-box"')[2].partition("</div>")[0]
    assert re.search(r'name="share" value="yes" checked', box)
    assert "Viêng Chăn" in box, "with whom it could be shared"
    assert "kinh phí" in box, "what the other side reads, and what not"
    token = re.search(r'name="token" value="([^"]+)"', page)
    offered = re.search(r'name="share_offered" value="([^"]+)"', box)
    assert token
    assert offered
    form = {
        "do": "make", "kind": "delegation", "direction": "incoming", "partner": partner, "title_vi": "Doan moi",
        "first_day": "2027-03-10", "last_day": "2027-03-12", "planned": "yes", "share": "yes", "token": token[1],
        "share_offered": offered[1], "csrf": owner.csrf("/plan/days?kind=delegation"),
    }  # fmt: skip
    answer = owner.post("/plan/days", form)
    assert answer.status_code == 303, answer.text
    event_id = answer.headers["Location"].split("/")[2].partition("?")[0]
    assert two.other.get(f"/events/{event_id}").status_code == status


def test_the_stepwise_form_offers_the_box_ticked(two: TwoOffices, owner: Browser) -> None:
    asked = (
        "kind=delegation&direction=in&partner=vientiane-province&step=openings&title_vi=Doan&days=3&people=5&needs=1"
    )
    page = owner.get(f"/plan?{asked}").text
    box = page.partition('class="share-box"')[2].partition("</div>")[0]
    assert re.search(r'name="share" value="yes" checked', box), page
    assert "vientiane-province" in box


def test_another_guest_ends_the_share(two: TwoOffices) -> None:
    two.share()
    kind = f"/delegations/{two.event_id}"
    assert two.owner.patch(kind, {"headcount": 5}).status_code == 200
    assert two.other.get(two.path).status_code == 200
    assert two.owner.patch(kind, {"guest": "laos"}).status_code == 200
    assert two.other.get(two.path).status_code == 404
    assert two.owner.patch(kind, {"guest": "vientiane-province"}).status_code == 200
    assert two.other.get(two.path).status_code == 404, "shared only by sharing it anew"


def test_what_is_asked_leads_to_where_it_is_answered(two: TwoOffices, owner: Browser, other: Browser) -> None:
    two.share(asks=[{"what": one, "until": "2026-12-01"} for one in ("answer", "days", "members")], note="Xin sớm.")
    page = other.get(f"{two.path}/shared").text
    assert f'href="{two.path}/proposals"' in page
    answer = f"{two.path}/notes?visibility=shared#write"
    assert f'href="{answer}"' in page
    assert re.search(r'value="shared" checked', other.get(answer).text), "an answer is for both sides"
    assert re.search(r'value="own" checked', other.get(f"{two.path}/notes").text)
    assert "Lời nhắn của" in page, "whose words they are"
    assert answer not in owner.get(f"{two.path}/shared").text, "who only looks at it answers nothing"
    assert "ລາວ" in re.sub(r"<nav.*?</nav>", "", owner.get(f"{two.path}/share").text, flags=re.S)


@pytest.mark.both_databases("the event's page reads what waits")
def test_what_waits_for_an_office_stands_at_the_top_of_the_visit(two: TwoOffices, owner: Browser) -> None:
    two.share()
    assert "other-side" in owner.get(two.path).text
    waits = f'<li><a href="{two.path}/proposals">'
    assert waits not in owner.get(two.path).text
    days = {"first_day": "2027-04-06", "last_day": "2027-04-08"}
    assert two.other.call("POST", f"{two.path}/proposals", days).status_code == 201
    page = owner.get(two.path).text
    assert waits in page
    assert page.index(waits) < page.index('id="steps"'), "before anything else that could be done"
