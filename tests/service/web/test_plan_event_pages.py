"""Planning a visit on the pages: from what an agreement owes to an event with all that is booked for it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlmodel import select
from werkzeug.test import TestResponse

from models.agreements import Agreement, AgreementParty, Anniversary, Commitment
from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.i18n import translate
from models.places import Person
from models.resources import Booking, Resource
from models.vocabulary import (
    BookingState,
    DurationUnit,
    EventKind,
    EventStatus,
    FrequencyType,
    Language,
    ResourceType,
    Role,
)
from tests import factories
from tests.service.conftest import Caller, Clock
from tests.service.web.test_pages import Browser, browser, count_queries, read, signed_in, untranslated, words

__all__ = ["browser", "signed_in"]  # fixtures

SignedIn = Callable[..., Browser]
TITLE = {"vi": "Bồi dưỡng cán bộ", "lo": "ບຳລຸງພະນັກງານ", "en": "Training of cadres"}


@pytest.fixture
def stock(database: Database) -> dict[str, str]:
    """Name → id: an agreement that runs with its commitment, and what can be booked."""
    with database.transaction() as session:
        for code in ("hai-duong", "vientiane-province"):
            factories.make_locality(session, code)
        agreement = Agreement(
            title={"vi": "Thỏa thuận", "en": "Agreement"}, starts_on=date(2024, 1, 1), ends_on=date(2028, 12, 31)
        )
        agreement.party_rows = [
            AgreementParty(locality=code, position=number)
            for number, code in enumerate(("hai-duong", "vientiane-province"))
        ]
        session.add(agreement)
        session.flush()
        common: dict[str, Any] = {
            "agreement_id": agreement.id,
            "field": {"vi": "Xây dựng Đảng", "en": "Party building"},
        }
        batch = Commitment(
            **common,
            article="1",
            title=TITLE,
            activity=EventKind.TRAINING_BATCH,
            host="hai-duong",
            guest="vientiane-province",
            headcount_min=10,
            headcount_max=15,
            duration_min=10,
            duration_max=15,
            duration_unit=DurationUnit.DAYS,
            frequency_type=FrequencyType.PER_YEAR,
            frequency_count=1,
            funded_by="hai-duong",
        )
        either = Commitment(**common, article="7", title={"vi": "Đoàn nghệ thuật"}, activity=EventKind.ART_TROUPE_VISIT)
        session.add_all([batch, either])
        made = {"agreement": agreement, "batch": batch, "either": either}
        for name, kind, values in (
            ("hall", ResourceType.ROOM, {"seats": 40}),
            ("big hall", ResourceType.ROOM, {"seats": 300}),
            ("car", ResourceType.VEHICLE, {"seats": 6}),
            ("van", ResourceType.VEHICLE, {"seats": 15}),
            ("hostel", ResourceType.LODGING, {"seats": 2, "capacity": 20}),
            ("interpreter", ResourceType.INTERPRETER, {"languages": ["vi", "lo"]}),
            ("english", ResourceType.INTERPRETER, {"languages": ["vi", "en"]}),
        ):
            made[name] = Resource(name={"vi": name, "en": name}, type=kind, locality="hai-duong", **values)
            session.add(made[name])
        session.flush()
        return {name: row.id for name, row in made.items()}


class Form:
    """The form of a page that sends somewhere: its fields as they stand, to be changed and sent."""

    def __init__(self, page: TestResponse, action: str) -> None:
        form = re.search(rf'<form method="post" action="{re.escape(action)}".*?</form>', page.text, re.S)
        assert form, "the page has no such form"
        self.fields = [
            (unescape(name), unescape(value))
            for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form[0])
        ]
        self.openings = re.findall(r'<button[^>]* name="opening" value="([^"]*)"', form[0])

    def sent(self, **more: str) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self.fields if name not in more] + list(more.items())


def openings_address(stock: dict[str, str], **changed: Any) -> str:
    wish: dict[str, Any] = {
        "commitment": stock["batch"],
        "needs": "1",
        "title_vi": TITLE["vi"],
        "title_lo": TITLE["lo"],
        "title_en": TITLE["en"],
        "people": "12",
        "days": "12",
        "from": "2027-02",
        "to": "2027-06",
        "resource": [stock["hall"], stock["van"], stock["interpreter"]],
        "step": "openings",
    }
    return "/plan?" + urlencode({name: value for name, value in (wish | changed).items() if value}, doseq=True)


def post(reader: Browser, path: str, fields: list[tuple[str, str]]) -> TestResponse:
    return reader.post(path, urlencode(fields), Content_Type="application/x-www-form-urlencoded")


def everything(database: Database) -> tuple[int, int, int]:
    """How many events, bookings and members there are."""
    with database.transaction(write=False) as session:
        return tuple(len(session.exec(select(table)).all()) for table in (Event, Booking, Member))  # type: ignore[return-value]


def test_a_commitment_fills_in_its_ranges(signed_in: SignedIn, stock: dict[str, str]) -> None:
    page = signed_in(locale=Language.EN).get(f"/plan?commitment={stock['batch']}")
    assert page.status_code == 200, page.text
    assert "10–15 people each time" in words(page)
    assert re.search(r'name="people"[^>]* value="13"', page.text)
    assert re.search(r'name="days"[^>]* value="12"', page.text)
    for language, title in TITLE.items():
        assert re.search(rf'name="title_{language}" lang="{language}" [^>]*value="{title}"', page.text)
    chosen = set(re.findall(r'name="resource" value="([^"]*)" checked', page.text))
    assert chosen == {stock["hall"], stock["van"], stock["interpreter"]}
    assert "Funded by" in words(page)


@pytest.mark.both_databases("an event and its bookings in one transaction")
def test_one_click_makes_the_event_and_its_bookings(
    signed_in: SignedIn, stock: dict[str, str], database: Database
) -> None:
    reader = signed_in(locale=Language.EN)
    page = reader.get(openings_address(stock))
    assert page.status_code == 200, page.text
    form = Form(page, "/plan")
    assert len(form.openings) == 8
    answer = post(reader, "/plan", form.sent(opening=form.openings[0]))
    assert answer.status_code == 303, answer.text
    with database.transaction(write=False) as session:
        event = session.exec(select(Event)).one()
        held = session.exec(select(Booking)).all()
        assert answer.headers["Location"] == f"/events/{event.id}?done=arranged"
        assert (event.kind, event.status, event.headcount) == (EventKind.TRAINING_BATCH, EventStatus.DRAFT, 12)
        assert (event.host, event.guest, event.funded_by) == ("hai-duong", "vientiane-province", "hai-duong")
        assert event.title == {language: f"{text} (2027)" for language, text in TITLE.items()}
        assert event.subject == TITLE
        assert event.commitment_id == stock["batch"]
        assert event.first_day.isoformat() == form.openings[0]
        assert (event.last_day - event.first_day).days == 11
        assert {one.resource_id for one in held} == {stock["hall"], stock["van"], stock["interpreter"]}
        assert {(one.first_day, one.last_day, one.state) for one in held} == {
            (event.first_day, event.last_day, BookingState.HELD)
        }
    text = words(reader.get(answer.headers["Location"]))
    assert "“Training of cadres (2027)” is made." in text
    assert "Booked with it: 3." in text


def test_openings_are_those_of_the_api(signed_in: SignedIn, stock: dict[str, str], officer: Caller) -> None:
    page = signed_in(locale=Language.EN).get(openings_address(stock, more="1"))
    query: dict[str, Any] = {"days": 12, "from": "2027-02-01", "to": "2027-06-30", "host": "hai-duong"}
    query |= {"guest": "vientiane-province", "headcount": 12, "limit": 60}
    query["resource"] = [stock["hall"], stock["van"], stock["interpreter"]]
    answer = officer.get(f"/openings?{urlencode(query, doseq=True)}", Accept_Language="en").json
    assert Form(page, "/plan").openings == [one["first_day"] for one in answer["openings"]]
    best = answer["openings"][0]
    text = words(page)
    assert f"Free days, the best first: {answer['total']}" in text
    assert f"{best['score']} of 100 points" in text
    assert all(reason["detail"] in text for reason in best["reasons"])


def test_room_taken_between_offer_and_click_makes_nothing(
    signed_in: SignedIn, stock: dict[str, str], database: Database, officer: Caller
) -> None:
    reader = signed_in(locale=Language.EN)
    form = Form(reader.get(openings_address(stock)), "/plan")
    wanted = form.openings[0]
    with database.transaction() as session:
        other = factories.make_event(
            session, first_day=date(2027, 1, 20), host="vientiane-province", guest="hai-duong", title={"en": "Rivals"}
        ).id
    taken = {"event_id": other, "resource_id": stock["van"], "from": wanted, "to": wanted}
    officer.made("/bookings", taken)
    before = everything(database)
    answer = post(reader, "/plan", form.sent(opening=wanted))
    assert answer.status_code == 409, answer.text
    assert everything(database) == before
    assert "“van” is taken by “Rivals”" in words(answer)
    again = Form(answer, "/plan")
    assert wanted not in again.openings
    assert post(reader, "/plan", again.sent(opening=again.openings[0])).status_code == 303
    assert everything(database) == (before[0] + 1, before[1] + 3, 0)


def test_titles_of_hidden_events_are_not_told(
    signed_in: SignedIn, stock: dict[str, str], database: Database, officer: Caller
) -> None:
    with database.transaction() as session:
        mine = factories.make_organisation(session).id
        other = factories.make_event(
            session,
            first_day=date(2027, 1, 20),
            host="vientiane-province",
            guest="hai-duong",
            title={"en": "SECRET"},
            organisation_id=factories.make_organisation(session).id,
        ).id
    reader = signed_in(locale=Language.EN, organisation_id=mine)
    form = Form(reader.get(openings_address(stock)), "/plan")
    wanted = form.openings[0]
    officer.made("/bookings", {"event_id": other, "resource_id": stock["van"], "from": wanted, "to": wanted})
    answer = post(reader, "/plan", form.sent(opening=wanted))
    assert answer.status_code == 409
    assert "SECRET" not in answer.text
    assert "“van” is taken by “Busy (internal)”" in words(answer)


def test_visit_that_came_in_between_is_no_opening_any_more(
    signed_in: SignedIn, stock: dict[str, str], database: Database
) -> None:
    reader = signed_in(locale=Language.EN)
    form = Form(reader.get(openings_address(stock)), "/plan")
    with database.transaction() as session:
        factories.make_event(session, first_day=date.fromisoformat(form.openings[0]))
    answer = post(reader, "/plan", form.sent(opening=form.openings[0]))
    assert answer.status_code == 409
    assert "The host has another visit to receive." in words(answer)
    assert everything(database) == (1, 0, 0)


@pytest.mark.parametrize("opening", ["", "tomorrow", "9999-12-30", "2027-02-30"])
def test_days_that_were_not_offered_are_refused(
    signed_in: SignedIn, stock: dict[str, str], database: Database, opening: str
) -> None:
    reader = signed_in(locale=Language.EN)
    form = Form(reader.get(openings_address(stock)), "/plan")
    assert post(reader, "/plan", form.sent(opening=opening)).status_code in {409, 422}
    assert everything(database) == (0, 0, 0)


def test_pressed_twice_it_makes_one_event(signed_in: SignedIn, stock: dict[str, str], database: Database) -> None:
    reader = signed_in(locale=Language.EN)
    address = openings_address(stock)
    form = Form(reader.get(address), "/plan")
    first, again, other = (
        post(reader, "/plan", form.sent(opening=form.openings[number])).headers["Location"] for number in (0, 0, 3)
    )
    assert first == again == other
    assert everything(database) == (1, 3, 0)
    fresh = Form(reader.get(address), "/plan")  # a page opened anew is another wish
    assert post(reader, "/plan", fresh.sent(opening=fresh.openings[0])).headers["Location"] != first
    assert everything(database)[0] == 2


@pytest.mark.both_databases("overlaps as a condition")
def test_people_who_must_be_free_come_along_and_planned_is_planned(
    signed_in: SignedIn, stock: dict[str, str], database: Database
) -> None:
    with database.transaction() as session:
        lan = factories.make_person(session, name="Lan").id
        factories.make_member(
            session, factories.make_event(session, first_day=date(2027, 3, 22), guest=None), session.get(Person, lan)
        )
    reader = signed_in(locale=Language.EN)
    assert f'name="person" value="{lan}"' in reader.get(openings_address(stock, step="needs", who="lan")).text
    form = Form(reader.get(openings_address(stock, person=[lan], more="1")), "/plan")
    assert not [day for day in form.openings if "2027-03-11" <= day <= "2027-03-22"]
    assert post(reader, "/plan", form.sent(opening=form.openings[0], planned="yes")).status_code == 303
    with database.transaction(write=False) as session:
        event = session.exec(select(Event).where(Event.commitment_id == stock["batch"])).one()
        assert event.status is EventStatus.PLANNED
        assert [one.person_id for one in session.exec(select(Member).where(Member.event_id == event.id))] == [lan]


def test_no_opening_says_what_stands_in_the_way_and_what_would_help(
    signed_in: SignedIn, stock: dict[str, str], database: Database, officer: Caller
) -> None:
    with database.transaction() as session:
        other = factories.make_event(session, first_day=date(2027, 1, 20), guest=None).id
    officer.made(
        "/bookings", {"event_id": other, "resource_id": stock["van"], "from": "2027-05-01", "to": "2027-06-30"}
    )
    reader = signed_in(locale=Language.EN)
    page = reader.get(openings_address(stock, **{"from": "2027-05", "to": "2027-05"}))
    text = words(page)
    assert "There are no such days" in text
    assert "Something that is to be booked is taken. (20)" in text
    helps = [unescape(one) for one in re.findall(r'<li><a href="(/plan[^"]*step=openings)">', page.text)]
    assert "Leave the vehicles out and look for some later." in text
    assert "Leave the rooms out" not in text
    for one in helps:
        assert Form(reader.get(one), "/plan").openings
    assert len(helps) == 2  # without the vehicle, or later


def test_a_troupe_chooses_among_the_holidays_of_both_countries(signed_in: SignedIn, stock: dict[str, str]) -> None:
    """And comes for one: what is offered then falls on it, holiday or not."""
    reader = signed_in(locale=Language.EN)
    page = reader.get("/plan?kind=art_troupe_visit&direction=incoming&partner=vientiane-province&step=needs"
                      "&from=2027-04&to=2027-05&needs=1")  # fmt: skip
    (menu,) = re.findall(r'<select id="festival".*?</select>', page.text, re.DOTALL)
    offered = dict(re.findall(r'<option value="(\d{4}-\d\d-\d\d)">([^<]*)</option>', menu))
    assert any("Pi Mai" in name for name in offered.values()), offered
    assert any("Reunification" in name or "Hùng" in name for name in offered.values()), offered
    assert all("2027-04-01" <= day <= "2027-05-31" for day in offered)
    (pi_mai,) = [day for day, name in offered.items() if "Pi Mai" in name and "lieu" not in name]
    found = Form(
        reader.get("/plan?kind=art_troupe_visit&direction=incoming&partner=vientiane-province&step=openings"
                   f"&from=2027-04&to=2027-05&needs=1&days=5&people=12&title_vi=X&festival={pi_mai}"), "/plan"
    ).openings  # fmt: skip
    assert found
    assert all(date.fromisoformat(one) <= date.fromisoformat(pi_mai) for one in found)
    assert all((date.fromisoformat(pi_mai) - date.fromisoformat(one)).days < 5 for one in found)


def test_the_delegation_that_blocks_is_named(signed_in: SignedIn, stock: dict[str, str], database: Database) -> None:
    """Where the host receives somebody all the time, the page says whom and when, and leads there."""
    with database.transaction() as session:
        ids = [
            factories.make_event(
                session, title={"en": f"Blocking {day}"}, first_day=date(2027, 5, day),
                last_day=date(2027, 5, min(day + 6, 31)), host="hai-duong", guest="vientiane-province",
                status=EventStatus.PLANNED,
            ).id
            for day in (1, 8, 15, 22, 29)
        ]  # fmt: skip
    reader = signed_in(locale=Language.EN)
    page = reader.get("/plan?kind=art_troupe_visit&direction=incoming&partner=vientiane-province&step=openings"
                      "&from=2027-05&to=2027-05&needs=1&days=5&people=12&title_vi=X")  # fmt: skip
    text = words(page)
    assert "The host has another visit to receive." in text
    assert "Blocking 1 , 1–7 May 2027" in text.replace("Blocking 1,", "Blocking 1 ,")
    assert [one for one in ids if f'href="/events/{one}"' in page.text] == ids


@pytest.mark.parametrize("language", Language)
def test_wrong_figures_are_named_and_kept(signed_in: SignedIn, stock: dict[str, str], language: Language) -> None:
    address = openings_address(stock, people="many", days="5000", title_vi="", title_en="", title_lo="ຊື່")
    page = signed_in(locale=language).get(address)
    assert page.status_code == 422
    text = words(page)
    assert translate("Some entries are not right.", language) in text
    if language is not Language.EN:
        for name in ("big hall", "hall", "car", "van", "hostel", "interpreter", "english", "English"):
            text = text.replace(name, "")
        assert untranslated(text) == []
    assert re.search(r'id="people"[^>]* value="many" aria-invalid="true" aria-describedby="people-wrong "', page.text)
    assert re.search(r'id="days"[^>]* value="5000" aria-invalid="true"', page.text)
    assert 'value="ຊື່"' in page.text
    right = signed_in(locale=language).get(openings_address(stock, title_vi="", title_en="", title_lo="ຊື່"))
    assert translate("A text in Vietnamese (vi) or English (en) must be there.", language) in words(right)


def test_resource_that_is_gone_and_backward_months_are_named(signed_in: SignedIn, stock: dict[str, str]) -> None:
    page = signed_in(locale=Language.EN).get(
        openings_address(stock, resource=["nothing"], **{"from": "2027-06", "to": "2027-02"})
    )
    assert page.status_code == 422
    assert "There is no resource “nothing”." in words(page)
    assert "Can't be before from." in words(page)


def test_own_days_show_clashes_first_and_write_nothing(
    signed_in: SignedIn, stock: dict[str, str], database: Database
) -> None:
    with database.transaction() as session:
        factories.make_event(session, first_day=date(2027, 3, 10), title={"vi": "Đoàn khác", "en": "Another visit"})
    reader = signed_in(locale=Language.EN)
    page = reader.get(f"/plan/days?commitment={stock['batch']}&kind=training_batch&day=2027-03-08")
    assert re.search(r'id="first_day"[^>]* value="2027-03-08"', page.text)
    assert re.search(r'id="last_day"[^>]* value="2027-03-19"', page.text)
    form = Form(page, "/plan/days")
    fields = {f"title_{language}": title for language, title in TITLE.items()}
    fields |= {"first_day": "2027-03-08", "last_day": "2027-03-19", "people": "20", "do": "look"}
    looked = post(reader, "/plan/days", form.sent(**fields))
    assert looked.status_code == 200, looked.text
    text = words(looked)
    assert "Another visit" in text
    assert "Warning: " in text
    assert everything(database) == (1, 0, 0)
    made = post(reader, "/plan/days", form.sent(**fields | {"do": "make"}))
    assert made.status_code == 303
    assert (
        post(reader, "/plan/days", form.sent(**fields | {"do": "make"})).headers["Location"]
        == (made.headers["Location"])
    )
    assert everything(database) == (2, 0, 0)


def test_meeting_is_entered_with_its_hours_and_place(
    signed_in: SignedIn, stock: dict[str, str], database: Database
) -> None:
    reader = signed_in(locale=Language.VI)
    form = Form(reader.get("/plan/days?kind=activity&day=2026-12-01"), "/plan/days")
    fields = {"title_vi": "Họp giao ban", "first_day": "2026-12-01", "last_day": "", "start_time": "08:00"}
    fields |= {"end_time": "10:00", "location_vi": "Phòng họp số 1", "activity_type": "meeting", "direction": "home"}
    late = post(reader, "/plan/days", form.sent(**fields | {"end_time": "25:00", "do": "make"}))
    assert late.status_code == 422
    assert re.search(r'id="end_time"[^>]* value="25:00" aria-invalid="true"', late.text)
    assert 'value="Họp giao ban"' in late.text
    assert post(reader, "/plan/days", form.sent(**fields | {"do": "make"})).status_code == 303
    with database.transaction(write=False) as session:
        event = session.exec(select(Event)).one()
        assert (event.kind, event.guest, event.first_day) == (EventKind.ACTIVITY, None, event.last_day)
        assert (event.start_time, event.end_time) == (time(8), time(10))
        assert event.location == {"vi": "Phòng họp số 1"}


@pytest.mark.parametrize(
    ("people", "count"), [("1.000", 1000), (" 1 000 ", 1000), ("", None), ("1.5", 422), ("1000000", 422), ("-1", 422)]
)
def test_people_are_counted_as_in_every_form(
    signed_in: SignedIn, stock: dict[str, str], database: Database, people: str, count: int | None
) -> None:
    reader = signed_in(locale=Language.EN)
    form = Form(reader.get("/plan/days?kind=activity&day=2026-12-01"), "/plan/days")
    fields = {"title_vi": "Họp", "first_day": "2026-12-01", "direction": "home", "people": people, "do": "make"}
    answer = post(reader, "/plan/days", form.sent(**fields))
    if count == 422:
        assert re.search(r'id="people"[^>]* aria-invalid="true" aria-describedby="people-wrong "', answer.text)
        assert everything(database) == (0, 0, 0)
        return
    assert answer.status_code == 303
    with database.transaction(write=False) as session:
        assert session.exec(select(Event)).one().headcount == count


def test_ceremony_is_entered_for_its_anniversary(
    signed_in: SignedIn, stock: dict[str, str], database: Database
) -> None:
    with database.transaction() as session:
        anniversary = Anniversary(title={"vi": "Quan hệ", "en": "Relations"}, origin="1984")
        session.add(anniversary)
        session.flush()
        wanted = anniversary.id
    reader = signed_in(locale=Language.EN)
    form = Form(reader.get("/plan/days?kind=anniversary"), "/plan/days")
    fields = {"title_en": "45 years", "first_day": "2029-09-18", "direction": "home", "do": "make"}
    assert "This field is required." in words(post(reader, "/plan/days", form.sent(**fields)))
    with_partner = post(reader, "/plan/days", form.sent(**fields, anniversary=wanted, partner="vientiane-province"))
    assert with_partner.status_code == 422, "a partner is not dropped because nobody travels"
    assert re.search(r'id="partner"[^>]* aria-invalid="true"', with_partner.text)
    assert "Say who travels, or choose “Nobody” as the partner" in words(with_partner)
    assert post(reader, "/plan/days", form.sent(**fields, anniversary=wanted)).status_code == 303
    with database.transaction(write=False) as session:
        event = session.exec(select(Event)).one()
        assert (event.kind, event.year, event.ordinal) == (EventKind.ANNIVERSARY, 2029, 45)


def test_delegation_abroad_has_its_sides(signed_in: SignedIn, stock: dict[str, str]) -> None:
    address = "/plan?kind=delegation&direction=out&partner=vientiane-province&step=needs"
    page = signed_in(locale=Language.EN).get(address)
    assert "Host: Vientiane Province" in words(page)
    chosen = set(re.findall(r'name="resource" value="([^"]*)" checked', page.text))
    assert chosen == {stock["interpreter"]}  # cars and halls are the host's
    nobody = signed_in(locale=Language.EN).get("/plan?kind=delegation&direction=in&step=needs")
    assert nobody.status_code == 422
    assert "Choose who the visit is with." in words(nobody)


@pytest.mark.both_databases("parties of agreements in a condition")
def test_only_commitments_of_the_kind_in_running_agreements_are_offered(
    signed_in: SignedIn, stock: dict[str, str], clock: Clock
) -> None:
    reader = signed_in(locale=Language.EN)
    offered = reader.get("/plan?kind=training_batch").text
    assert stock["batch"] in offered
    assert stock["either"] not in offered
    clock.now = datetime(2029, 1, 5, tzinfo=UTC)
    assert stock["batch"] not in signed_in(locale=Language.EN).get("/plan?kind=training_batch").text


def test_viewer_and_stranger_are_refused(signed_in: SignedIn, browser: Browser, stock: dict[str, str]) -> None:
    viewer = signed_in(Role.VIEWER)
    for path in ("/plan", "/plan/days?kind=activity"):
        assert viewer.get(path).status_code == 403
        assert viewer.post(path).status_code == 403
        assert browser.get(path).headers["Location"].startswith("/login")
    assert 'href="/plan"' not in viewer.get("/").text
    assert 'href="/plan"' in signed_in().get("/").text


def test_board_leads_to_what_is_owed(signed_in: SignedIn, stock: dict[str, str]) -> None:
    board = f"/agreements/{stock['agreement']}"
    page = signed_in(locale=Language.EN).get(board)
    links = [unescape(one) for one in re.findall(r'class="plan-this" href="([^"]*)"', page.text)]
    assert [one for one in links if "year" in one] == [
        f"/plan?commitment={stock['batch']}&year={year}" for year in (2026, 2027, 2028)
    ]
    assert f"/plan?commitment={stock['either']}" in links
    assert "selected>January 2028" in signed_in(locale=Language.EN).get(links[-2]).text
    assert "plan-this" not in signed_in(Role.VIEWER).get(board).text
    assert "plan-this" not in signed_in().get(board + "?as_of=2026-01-01").text


@pytest.mark.parametrize("language", Language)
def test_the_pages_speak_the_readers_language(signed_in: SignedIn, stock: dict[str, str], language: Language) -> None:
    reader = signed_in(name="Lan", locale=language)
    paths = ["/plan", "/plan?kind=training_batch", "/plan?kind=delegation", openings_address(stock, step="needs")]
    paths += [openings_address(stock), openings_address(stock, **{"from": "2026-12", "to": "2026-12"})]
    paths += ["/plan/days?kind=anniversary", "/plan/days?kind=activity"]
    for path in paths:
        page = reader.get(path)
        assert page.status_code == 200, path
        found = read(page)
        assert found.wrong == [], path
        assert found.open == [], path
        assert len(found.ids) == len(set(found.ids)), path
        assert {one for one in found.controls if one} <= set(found.labelled), path
        if language is not Language.EN:
            text = words(page)
            for name in ("big hall", "hall", "car", "van", "hostel", "interpreter", "english", "English"):
                text = text.replace(name, "")
            assert untranslated(text) == [], path


def test_queries_do_not_grow_with_events(signed_in: SignedIn, stock: dict[str, str], database: Database) -> None:
    reader = signed_in()
    addresses = ["/plan?kind=training_batch", openings_address(stock, step="needs"), openings_address(stock)]
    with database.transaction() as session:
        factories.make_event(session, first_day=date(2027, 3, 3))
    few = [count_queries(database, lambda address=address: reader.get(address)) for address in addresses]  # type: ignore[misc]
    with database.transaction() as session:
        for number in range(3):
            event = factories.make_event(session, first_day=date(2027, 4, 3 + number))
            factories.make_member(session, event)
            factories.make_person(session)
            session.add(Resource(name={"vi": f"r{number}"}, type=ResourceType.ROOM, locality="hai-duong", seats=9))
    assert [count_queries(database, lambda address=address: reader.get(address)) for address in addresses] == few  # type: ignore[misc]


@pytest.mark.parametrize("path", ["/", "/tasks", "/agreements", "/resources", "/reminders", "/conflicts"])
@pytest.mark.both_databases("the reads of lists that are empty")
def test_empty_pages_lead_to_what_is_done_first(signed_in: SignedIn, path: str) -> None:
    officer, viewer = signed_in().get(path).text, signed_in(Role.VIEWER).get(path).text
    for page in (officer, viewer):
        main = page[page.index("<main") : page.index("</main>")]
        assert "<code>" not in main
        assert "/api/" not in main
    assert 'href="/plan"' in officer
    assert 'href="/plan"' not in viewer


def test_what_is_due_once_in_the_period_is_planned_once(
    signed_in: SignedIn, stock: dict[str, str], database: Database
) -> None:
    with database.transaction() as session:
        batch = session.get_one(Commitment, stock["batch"])
        batch.frequency_type = FrequencyType.IN_PERIOD
    board, link = f"/agreements/{stock['agreement']}", f"/plan?commitment={stock['batch']}&amp;year=2028"
    assert link in signed_in().get(board).text
    with database.transaction() as session:
        values = {"kind": EventKind.TRAINING_BATCH, "commitment_id": stock["batch"], "headcount": 12}
        factories.make_event(session, first_day=date(2027, 3, 1), last_day=date(2027, 3, 12), **values)
    assert link not in signed_in().get(board).text
