"""The page of placements: proposed, changed and saved in one form, in three languages, without script."""

import re
from collections.abc import Callable
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from docx import Document as WordFile
from sqlmodel import select

from models.accounts import Audit
from models.database import Database
from models.event_parts import Member
from models.placements import Placement
from models.vocabulary import EventStatus, Language, MemberRole, Role, Side, Visibility
from tests import factories
from tests.service.conftest import Caller
from tests.service.documents.test_placements_api import Visit, everything, make_visit, saved
from tests.service.web.test_pages import Browser, count_queries, read, signed_in, untranslated, words

__all__ = ["signed_in"]

SignedIn = Callable[..., Browser]


@pytest.fixture
def database_kind() -> str:
    """What a page says does not depend on the database; the statements run in the tests of the API."""
    return "sqlite"


@pytest.fixture
def visit(officer: Caller, database: Database) -> Visit:
    return make_visit(officer, database)


def path_of(visit: Visit) -> str:
    return f"/events/{visit.id}/placements"


def fields(text: str) -> dict[str, str]:
    """What a browser would send of the page's form."""
    found: dict[str, str] = {}
    for tag in re.findall(r"<input [^>]*>", text):
        given = {name: unescape(value) for name, value in re.findall(r'([\w-]+)="([^"]*)"', tag)}
        if "name" in given and (given.get("type") != "checkbox" or " checked" in tag):
            found[given["name"]] = given.get("value", "")
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]*)">(.*?)</select>', text, re.DOTALL):
        listed = re.findall(r'<option value="([^"]*)"( selected)?', options)
        found[unescape(name)] = unescape(next((value for value, chosen in listed if chosen), listed[0][0]))
    return found


def send(browser: Browser, visit: Visit, do: str, form: dict[str, str] | None = None, **changed: str) -> Any:
    shown = fields(browser.get(path_of(visit)).text) if form is None else form
    return browser.post(
        path_of(visit), shown | {name.replace("__", "."): text for name, text in changed.items()} | {"do": do}
    )


def stored(database: Database, visit: Visit) -> Placement | None:
    with database.transaction(write=False) as session:
        return session.exec(select(Placement).where(Placement.event_id == visit.id)).first()


def test_an_officer_proposes_looks_it_over_and_saves(signed_in: SignedIn, visit: Visit, database: Database) -> None:
    officer = signed_in(locale=Language.EN)
    assert "Cars, rooms and seats" in words(officer.get(f"/events/{visit.id}"))
    form = fields(officer.get(path_of(visit)).text)
    for step in ("propose_vehicles", "propose_rooms", "propose_tables"):
        shown = send(officer, visit, step, form)
        assert shown.status_code == 200, shown.text
        assert "Nothing is saved yet" in words(shown)
        form = fields(shown.text)
    assert stored(database, visit) is None
    assert form[f"car.0.{visit.members['Bounkham']}"] == visit.car
    assert form[f"room.{visit.house}.{visit.members['Bounkham']}"] == "1"
    assert form[f"seat.{visit.items[0]}.{visit.members['Bounkham']}.table"] == "0"
    answer = send(officer, visit, "save", form)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{path_of(visit)}?done=saved")
    row = stored(database, visit)
    assert row is not None
    assert row.vehicles[visit.car] == visit.ids("Bounkham", "Noy", "Nguyễn Văn An")
    assert [table["form"] for table in row.tables] == ["long", "round"]
    after = officer.get(answer.headers["Location"])
    assert "The placements were saved." in words(after)
    shown = fields(after.text)
    assert shown == form | {"version": str(row.version), "next": shown["next"]}


def test_changes_by_hand_are_saved(signed_in: SignedIn, visit: Visit, officer: Caller, database: Database) -> None:
    saved(officer, visit, **everything(visit))
    browser = signed_in(locale=Language.EN)
    noy, khamla = visit.ids("Noy", "Khamla")
    form = fields(browser.get(path_of(visit)).text)
    form |= {f"car.0.{noy}": visit.bus, f"room.{visit.house}.{noy}": "", f"room.{visit.house}.{khamla}": "4"}
    form |= {f"seat.{visit.items[1]}.{noy}.table": "1", "table.0.remove": "yes"}
    assert send(browser, visit, "save", form).status_code == 303
    told = officer.get(visit.path).json
    assert noy in told["vehicles"][visit.bus]
    assert told["rooms"][visit.house] == [visit.ids("Bounkham"), visit.ids("Somphone"), [khamla]]
    assert [table["seats"] for table in told["tables"]] == [visit.ids("Bounkham", "Nguyễn Văn An", "Noy")]
    assert "forgotten" in [one["code"] for one in told["warnings"]]
    shown = words(browser.get(path_of(visit)))
    assert "Warning: Guests without a room in “house số 1” or elsewhere in those nights: Noy." in shown
    assert "Place them, or book more." in shown


def test_the_number_of_a_room_is_the_one_on_paper(signed_in: SignedIn, visit: Visit, officer: Caller) -> None:
    browser = signed_in(locale=Language.EN)
    for order in (("Bounkham", "Noy", "Khamla"), ("Khamla", "Bounkham", "Noy")):
        form = fields(browser.get(path_of(visit)).text)
        numbers = dict(zip(visit.ids(*order), ("2", "2", "4"), strict=True))
        form |= {f"room.{visit.house}.{one}": number for one, number in numbers.items()}
        assert send(browser, visit, "save", form).status_code == 303
        shown = fields(browser.get(path_of(visit)).text)
        on_page = {name: shown[f"room.{visit.house}.{visit.members[name]}"] for name in order}
        assert on_page == dict(zip(order, ("1", "1", "2"), strict=True))
        paper = officer.get(f"/events/{visit.id}/documents/rooms.docx?language=vi")
        assert paper.status_code == 200, paper.text
        printed = [[cell.text for cell in row.cells] for row in WordFile(BytesIO(paper.data)).tables[-1].rows]
        on_paper = {name: row[0] for name in order for row in printed if any(name in cell for cell in row[2:])}
        assert on_paper == on_page


def test_tables_are_added_and_proposed_at_any_item(signed_in: SignedIn, visit: Visit) -> None:
    officer = signed_in(locale=Language.EN)
    added = send(officer, visit, "add_table", new__item=visit.items[0], new__form="round", new__seats="4")
    assert "Nothing is saved yet" in words(added)
    form = fields(added.text)
    assert (form["table.0.name"], form["table.0.form"], form["table.0.seats"]) == ("1", "round", "4")
    shown = fields(send(officer, visit, "propose_tables", form).text)
    assert [shown[f"table.{number}.form"] for number in (0, 1)] == ["round", "round"]
    assert {shown[f"seat.{visit.items[0]}.{one}.table"] for one in visit.members.values()} == {"0", "1"}
    refused = send(officer, visit, "add_table", new__item="nowhere")
    assert refused.status_code == 409
    assert "Choose the item of the programme" in words(refused)
    assert send(officer, visit, "dance").status_code == 409


def test_a_programme_without_talks_has_no_tables_to_propose(signed_in: SignedIn, visit: Visit, officer: Caller) -> None:
    items = [{"day": "2027-03-10", "title": {"vi": "Tham quan"}}]
    assert officer.call("PUT", f"/events/{visit.id}/programme", {"items": items}, If_Match="*").status_code == 200
    browser = signed_in(locale=Language.EN)
    refused = send(browser, visit, "propose_tables")
    assert refused.status_code == 409
    assert "add a table to an item, then propose" in words(refused)


def test_lost_updates_are_told_and_keep_what_was_typed(
    signed_in: SignedIn, visit: Visit, officer: Caller, database: Database
) -> None:
    browser = signed_in(locale=Language.EN)
    form = fields(browser.get(path_of(visit)).text) | {f"car.0.{visit.members['Noy']}": visit.bus}
    saved(officer, visit, vehicles={visit.car: visit.ids("Khamla")})
    refused = send(browser, visit, "save", form)
    assert refused.status_code == 412
    assert fields(refused.text)[f"car.0.{visit.members['Noy']}"] == visit.bus
    assert "Show what was saved in the meantime" in words(refused)
    row = stored(database, visit)
    assert row is not None
    assert row.vehicles == {visit.car: visit.ids("Khamla")}
    # Sent again it is refused again: nobody overwrites what they have not seen.
    assert send(browser, visit, "save", fields(refused.text)).status_code == 412


def test_what_cant_be_read_is_said_and_stays_typed(signed_in: SignedIn, visit: Visit, database: Database) -> None:
    officer = signed_in(locale=Language.EN)
    name = f"room.{visit.house}.{visit.members['Noy']}"
    form = fields(officer.get(path_of(visit)).text) | {name: "the first"}
    for step in ("save", "propose_vehicles"):
        refused = send(officer, visit, step, form)
        assert refused.status_code == 422
        assert "“the first” is no room of the list: those booked are numbered from 1 to 4." in words(refused)
        assert fields(refused.text)[name] == "the first"
    assert stored(database, visit) is None


def test_a_booking_given_back_meanwhile_is_refused_by_name(
    signed_in: SignedIn, visit: Visit, officer: Caller, database: Database
) -> None:
    browser = signed_in(locale=Language.EN)
    form = fields(browser.get(path_of(visit)).text) | {f"car.0.{visit.members['Noy']}": visit.bus}
    officer.delete(f"/bookings/{visit.bus}")
    refused = send(browser, visit, "save", form)
    assert refused.status_code == 422
    assert "This event has no booking" in words(refused)
    assert stored(database, visit) is None


def test_who_may_not_change_it_reads_it(signed_in: SignedIn, officer: Caller, database: Database) -> None:
    with database.transaction() as session:
        host = factories.make_organisation(session).id
        lao = factories.make_organisation(session, locality="vientiane-province").id
    visit = make_visit(officer, database, organisation_id=host, visibility=Visibility.PUBLIC)
    hidden = make_visit(officer, database, organisation_id=host, visibility=Visibility.INTERNAL)
    for one in (visit, hidden):
        saved(officer, one, **everything(one))
    viewer = signed_in(Role.VIEWER, locale=Language.EN)
    shown = viewer.get(path_of(visit))
    assert '<fieldset class="bare" disabled>' in shown.text
    assert "Save the placements" not in words(shown)
    assert fields(shown.text)[f"car.0.{visit.members['Bounkham']}"] == visit.car
    assert viewer.post(path_of(visit), fields(shown.text) | {"do": "save"}).status_code == 403
    guests = signed_in(Role.OFFICER, locale=Language.EN, organisation_id=lao)
    for path in (path_of(visit), f"{path_of(visit)}/0.svg"):
        assert guests.get(path).status_code == 404
        assert signed_in(Role.VIEWER).get(path).status_code == 200
    assert "/placements" not in guests.get(f"/events/{visit.id}").text
    for path in (path_of(hidden), f"{path_of(hidden)}/0.svg"):
        assert guests.get(path).status_code == 404


def test_a_table_is_drawn_as_it_is_saved(signed_in: SignedIn, visit: Visit, officer: Caller) -> None:
    saved(officer, visit, **everything(visit))
    browser = signed_in(locale=Language.EN)
    page = browser.get(path_of(visit)).text
    sources = re.findall(r'<img src="([^"]*/placements/[^"]*)" alt="([^"]*)"', page)
    assert [source for source, _alt in sources] == [f"{path_of(visit)}/0.svg", f"{path_of(visit)}/1.svg"]
    assert "1 Lê Thị Bình, 2 Nguyễn Văn An, 4 Somphone" in sources[0][1]
    drawn = browser.get(sources[0][0])
    assert drawn.mimetype == "image/svg+xml"
    assert drawn.headers["Cache-Control"] == "no-store"
    assert "<svg" in drawn.text
    assert "<script" not in drawn.text
    for number in ("2", "x", "-1", "9" * 40):
        assert browser.get(f"{path_of(visit)}/{number}.svg").status_code == 404


def test_history_says_that_placements_changed(signed_in: SignedIn, visit: Visit, officer: Caller) -> None:
    saved(officer, visit, **everything(visit))
    shown = words(signed_in(locale=Language.EN).get(f"/events/{visit.id}?show=history"))
    assert "Placements changed" in shown
    assert "Cars" in shown
    assert "6 entries" in shown


@pytest.mark.parametrize("language", [Language.VI, Language.LO])
def test_the_page_is_in_the_readers_language(
    signed_in: SignedIn, visit: Visit, officer: Caller, language: Language
) -> None:
    everybody = list(visit.members.values())
    saved(
        officer, visit, vehicles={visit.car: everybody[:5], visit.bus: everybody[:1]},
        rooms={visit.house: [everybody[:3], everybody[:1]]},
        tables=[{"for": visit.items[0], "name": "1", "seats": everybody[:2]}],
    )  # fmt: skip
    officer.delete(f"/events/{visit.id}/members/{visit.members['Khamla']}", "*")
    browser = signed_in(locale=language)
    for page in (browser.get(path_of(visit)), send(browser, visit, "propose_rooms")):
        text = re.sub(r"(?:car|bus|house|hall) số 1|Chiêu đãi|Hội đàm", "", words(page))
        assert untranslated(text) == []


def test_nobody_and_nothing_booked_leads_on(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        event = factories.make_event(session, status=EventStatus.PLANNED)
        empty = event.id
    officer = signed_in(locale=Language.EN)
    assert "Nobody is on the list of people yet." in words(officer.get(f"/events/{empty}/placements"))
    with database.transaction() as session:
        factories.make_member(session, session.get_one(factories.Event, empty), side=Side.GUEST)
    shown = words(officer.get(f"/events/{empty}/placements"))
    for sentence in ("No car is booked.", "No lodging is booked.", "The programme is empty."):
        assert sentence in shown


HOSTILE = ('"><img src=x onerror=alert(1)>', "=1+1", "{{ 7*7 }}", "\u202egnp.exe", "&quot;")


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_text(
    signed_in: SignedIn, visit: Visit, officer: Caller, database: Database, name: str
) -> None:
    with database.transaction() as session:
        member = session.get_one(Member, visit.members["Noy"])
        session.get_one(factories.Person, member.person_id).name = name
    tables = [{"for": visit.items[0], "name": name, "seats": visit.ids("Noy")}]
    saved(officer, visit, vehicles={visit.car: visit.ids("Noy"), visit.bus: visit.ids("Noy")}, tables=tables)
    browser = signed_in(locale=Language.EN)
    shown = browser.get(path_of(visit))
    read(shown)
    assert "<img src=x" not in shown.text
    assert fields(shown.text)["table.0.name"] == name.replace("\u202e", "")
    assert send(browser, visit, "save").status_code == 303
    assert browser.get(f"{path_of(visit)}/0.svg").status_code == 200


@pytest.mark.parametrize("people", [1, 3])
def test_the_page_takes_a_fixed_number_of_queries(
    signed_in: SignedIn, visit: Visit, officer: Caller, database: Database, people: int
) -> None:
    with database.transaction() as session:
        event = session.get_one(factories.Event, visit.id)
        for _ in range(people):
            factories.make_member(session, event, role=MemberRole.MEMBER, side=Side.GUEST)
    saved(officer, visit, **everything(visit))
    browser = signed_in()
    assert count_queries(database, lambda: browser.get(path_of(visit))) <= 12


def test_looking_leaves_no_trace(signed_in: SignedIn, visit: Visit, database: Database) -> None:
    officer = signed_in()
    officer.get(path_of(visit))
    send(officer, visit, "propose_rooms")
    with database.transaction(write=False) as session:
        assert session.exec(select(Audit).where(Audit.entity == "placement")).all() == []
