"""The member list in the console: looked at, a file tried out and taken in, fetched and taken in again unchanged."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlmodel import func, select
from werkzeug.test import TestResponse

from calendars.member_lists.csv_files import read_csv
from models.accounts import Audit
from models.database import Database
from models.event_parts import Member
from models.events import Event
from models.places import Person
from models.vocabulary import Language, MemberRole, Role
from tests import factories
from tests.service.imports.test_member_import import ROWS, as_csv, as_xlsx
from tests.service.web.test_pages import Browser, browser, signed_in, words

__all__ = ["browser", "signed_in"]

SignedIn = Callable[..., Browser]
SMALL = "name,role\nTrần Lan,head\nNguyễn Minh,\n".encode()


@pytest.fixture
def event_id(database: Database) -> str:
    with database.transaction() as session:
        guests = {"locality": "vientiane-province"}
        factories.make_organisation(session, name={"vi": "Sở Ngoại vụ"}, **guests)
        factories.make_organisation(session, name={"vi": "Văn phòng tỉnh", "lo": "ຫ້ອງວ່າການແຂວງ"}, **guests)
        return factories.make_event(session).id


def counted(database: Database) -> list[int]:
    with database.transaction(write=False) as session:
        return [session.exec(select(func.count()).select_from(table)).one() for table in (Person, Member, Audit)]


def look(reader: Browser, event_id: str, content: bytes, name: str = "list.csv") -> TestResponse:
    path = f"/events/{event_id}/members"
    return reader.send(path, do="look", file=(BytesIO(content), name))


def hidden(page: TestResponse) -> dict[str, Any]:
    return dict(re.findall(r'name="(csrf|content|seen)" value="([\w=-]*)"', page.text))


def confirm(reader: Browser, event_id: str, form: dict[str, Any]) -> TestResponse:
    return reader.post(f"/events/{event_id}/members", form | {"do": "import"})


@pytest.mark.parametrize("written", [as_csv, as_xlsx])
def test_file_is_looked_at_and_then_taken_in(
    signed_in: SignedIn, database: Database, event_id: str, written: Callable[..., tuple[bytes, str]]
) -> None:
    reader, before = signed_in(locale=Language.EN), counted(database)
    page = look(reader, event_id, written(ROWS)[0])
    assert page.status_code == 200, page.text
    assert counted(database) == before
    text = words(page)
    for told in ("Will be added: 5", "Nothing is written yet.", "ບຸນມີ ສີວົງ", "New person", "Take this list in"):
        assert told in text, told
    done = confirm(reader, event_id, hidden(page))
    assert (done.status_code, done.location) == (303, f"/events/{event_id}/members?done=import")
    assert counted(database) == [before[0] + 5, before[1] + 5, before[2] + 10]
    text = words(reader.get(done.location))
    assert "The list was taken in." in text
    assert text.index("ບຸນມີ ສີວົງ") < text.index("Somchai") < text.index("An Văn Minh") < text.index("Bun Văn")
    assert "The list says nothing new." in words(look(reader, event_id, written(ROWS)[0]))


def test_preview_shows_names_in_their_scripts_and_counterparts(
    signed_in: SignedIn, database: Database, event_id: str
) -> None:
    reader, before = signed_in(locale=Language.VI), counted(database)
    rows = "name,name_lo,name_latin,counterpart\nBun My,ບຸນມີ,Bounmy,Lan\nLan,,,\n"
    page = look(reader, event_id, rows.encode())
    for told in ("Tên bằng chữ Lào", "ບຸນມີ", "Tên theo hộ chiếu", "BOUNMY", "Người đồng cấp"):
        assert told in words(page), told
    preview = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert preview.count("<td>Lan</td>") == 1
    assert counted(database) == before
    assert confirm(reader, event_id, hidden(page)).status_code == 303
    plain = look(reader, event_id, b"name\nZin\n").text.partition("<table>")[2].partition("</table>")[0]
    assert "Zin" in plain
    assert "Tên theo hộ chiếu" not in plain


def test_what_is_wrong_is_told_by_row_from_above(signed_in: SignedIn, database: Database, event_id: str) -> None:
    reader, before = signed_in(locale=Language.EN), counted(database)
    rows = "".join(f"Person {n},\n" for n in range(8))
    page = look(reader, event_id, f"name,role\nLan,chief\n{rows}Minh,boss\n".encode())
    assert page.status_code == 422
    text = words(page)
    assert text.index("Row 2, Role in the delegation : “chief”") < text.index("Row 11, Role in the delegation : “boss”")
    assert "Nothing was written." in text
    assert "Take this list in" not in text
    assert counted(database) == before


def test_confirming_takes_what_was_seen_or_nothing(signed_in: SignedIn, database: Database, event_id: str) -> None:
    reader = signed_in(locale=Language.EN)
    form = hidden(look(reader, event_id, SMALL))
    other = hidden(look(reader, event_id, SMALL.replace(b"head", b"deputy")))
    before = counted(database)
    for forged in (form | {"content": other["content"]}, form | {"seen": ""}):
        assert confirm(reader, event_id, forged).status_code == 412
    assert confirm(reader, event_id, form | {"content": "é"}).status_code in {412, 422}
    assert confirm(reader, event_id, form | {"csrf": "0"}).status_code == 403
    assert counted(database) == before
    with database.transaction() as session:
        factories.make_person(session, name="Trần Lan")
    assert confirm(reader, event_id, form).status_code == 412  # she would have been new, and is known by now


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Choose a file"),
        (b"\xff\x00\x80", "UTF-8"),
        (b"PK\x03\x04 nothing", "no XLSX workbook"),
        (b"\xd0\xcf\x11\xe0 old", "password"),
        (b"x" * 10_001, "too large"),
    ],
)
def test_file_that_is_no_list(
    signed_in: SignedIn, event_id: str, monkeypatch: pytest.MonkeyPatch, content: bytes, told: str
) -> None:
    monkeypatch.setattr("service.web.imports.member_lists.MAX_FILE", 10_000)
    page = look(signed_in(locale=Language.EN), event_id, content)
    assert page.status_code == 422
    assert told in words(page)


def test_page_without_a_file_or_a_step(signed_in: SignedIn, event_id: str) -> None:
    reader = signed_in(locale=Language.EN)
    path = f"/events/{event_id}/members"
    assert reader.send(path, do="look").status_code == 422
    assert reader.send(path, do="dance").status_code == 409
    assert reader.get("/events/nobody/members").status_code == 404


def test_large_file_comes_back_whole(signed_in: SignedIn, database: Database, event_id: str) -> None:
    reader = signed_in(locale=Language.EN)
    content = SMALL + (b" " * 120_000 + b"\n") * 4  # in the form it takes more than Flask would let through
    done = confirm(reader, event_id, hidden(look(reader, event_id, content)))
    assert done.status_code == 303
    assert counted(database)[1] == 2


@pytest.mark.parametrize("language", Language)
def test_fetched_list_taken_in_again_changes_nothing(
    signed_in: SignedIn, database: Database, event_id: str, language: Language
) -> None:
    reader = signed_in(locale=language)
    confirm(reader, event_id, hidden(look(reader, event_id, as_csv(ROWS)[0])))
    with database.transaction() as session:
        twins = [factories.make_organisation(session, name={"vi": "Trường"}) for _ in range(2)]
        event = session.get_one(factories.Event, event_id)
        boss = factories.make_person(session, name="Kham", position={"vi": "Chủ tịch", "en": "Chair"})
        factories.make_person(session, name="Kham")
        odd = factories.make_person(
            session, name="=Lan", phone="+84 912 345 678", organisation_id=twins[0].id, languages=["en", "lo"]
        )
        factories.make_member(session, event, odd, role=MemberRole.SECURITY, rank=2, counterpart_id=boss.id)
        factories.make_member(session, event, boss)
    before = counted(database)
    fetched = reader.get(f"/events/{event_id}/members.csv")
    assert fetched.mimetype == "text/csv"
    assert fetched.data.startswith(b"\xef\xbb\xbf")
    assert "attachment" in fetched.headers["Content-Disposition"]
    cells = [cell for line in fetched.text.splitlines() for cell in re.split("[;,]", line)]
    assert not [cell for cell in cells if re.match("[=+@-]", cell)]
    page = look(reader, event_id, fetched.data)
    assert page.status_code == 200, words(page)
    assert "content" not in hidden(page)  # nothing to confirm
    assert counted(database) == before


def test_template_names_the_columns_in_the_readers_language(signed_in: SignedIn, event_id: str) -> None:
    (header,) = read_csv(signed_in(locale=Language.LO).get(f"/events/{event_id}/members.csv").data)
    assert header.cells[:4] == (
        "ຊື່ ແລະ ນາມສະກຸນ", "ຊື່ເປັນຕົວອັກສອນລາວ", "ຊື່ຕາມໜັງສືຜ່ານແດນ", "ໜ້າທີ່ໃນຄະນະ",
    )  # fmt: skip


def test_ties_are_shown_and_settled_by_ranks(signed_in: SignedIn, database: Database, event_id: str) -> None:
    with database.transaction() as session:
        event = session.get_one(factories.Event, event_id)
        member = factories.make_member(session, event, factories.make_person(session, name="Bình"))
        factories.make_member(session, event, factories.make_person(session, name="An"))
    reader = signed_in(locale=Language.EN)
    told = "Stands here only by name; give ranks to settle who comes first."
    page = reader.get(f"/events/{event_id}/members")
    assert page.text.count('href="#tied"') == 2
    assert words(page).count(told) == 1, "the remark stands once, below the list"
    with database.transaction() as session:
        session.get_one(Member, member.id).rank = 1
    text = words(reader.get(f"/events/{event_id}/members"))
    assert told not in text
    assert text.index("Bình") < text.index("An ")


def test_page_is_for_officers_and_linked_for_them(signed_in: SignedIn, browser: Browser, event_id: str) -> None:
    path = f"/events/{event_id}/members"
    officer, viewer = signed_in(), signed_in(Role.VIEWER)
    assert f'href="{path}"' in officer.get(f"/events/{event_id}").text
    assert f'href="{path}"' not in viewer.get(f"/events/{event_id}").text
    for address in (path, f"{path}.csv"):
        assert officer.get(address).status_code == 200
        assert viewer.get(address).status_code == 403
        assert browser.get(address).status_code == 303


def rows_in_order(page: TestResponse) -> list[tuple[str, str, str, list[str]]]:
    """Id, version, name and the buttons of each member of the list."""
    found = []
    for row in re.findall(r'<tr id="person-(.*?)</tr>', page.text, re.S):
        version = re.search(r'name="version" value="(\d+)"', row)
        name = re.search(r"<strong>(.*?)</strong>", row)
        assert name is not None
        found.append((row[:26], version[1] if version else "", name[1], re.findall(r'name="do" value="(\w+)"', row)))
    return found


def move(reader: Browser, event_id: str, name: str, way: str) -> TestResponse:
    path = f"/events/{event_id}/members"
    [(row, version, _name, _ways)] = [one for one in rows_in_order(reader.get(path)) if one[2] == name]
    csrf = hidden(reader.get(path))["csrf"]
    return reader.post(path, {"csrf": csrf, "do": way, "row": row, "version": version})


@pytest.mark.both_databases("the lock of the event whose people are moved")
def test_order_is_set_by_moving_people_up_and_down(signed_in: SignedIn, database: Database, event_id: str) -> None:
    """Plain forms with buttons: without script and by keyboard. Role and precedence come first."""
    with database.transaction() as session:
        event = session.get_one(Event, event_id)
        for name, role, precedence in (
            ("Trần An", MemberRole.HEAD, 100),
            ("Lê Bình", MemberRole.MEMBER, 100),
            ("Lê Chi", MemberRole.MEMBER, 100),
            ("Lê Dung", MemberRole.MEMBER, 100),
            ("Vũ Giang", MemberRole.MEMBER, 5),
        ):
            factories.make_member(session, event, factories.make_person(session, name=name, precedence=precedence),
                                  role=role)  # fmt: skip
    reader = signed_in(locale=Language.EN)
    path = f"/events/{event_id}/members"
    assert [(name, ways) for _id, _version, name, ways in rows_in_order(reader.get(path))] == [
        ("Trần An", []), ("Vũ Giang", []), ("Lê Bình", ["down"]), ("Lê Chi", ["up", "down"]), ("Lê Dung", ["up"]),
    ]  # fmt: skip
    assert 'aria-label="Move Lê Chi up"' in reader.get(path).text
    done = move(reader, event_id, "Lê Dung", "up")
    assert done.status_code == 303
    assert re.search(r"/members#person-\w{26}$", done.location)
    assert move(reader, event_id, "Lê Bình", "down").status_code == 303
    page = reader.get(path)
    assert [name for _id, _version, name, _ways in rows_in_order(page)] == [
        "Trần An", "Vũ Giang", "Lê Dung", "Lê Bình", "Lê Chi",
    ]  # fmt: skip
    assert "Stands here only by name" not in words(page)
    with database.transaction(write=False) as session:
        found = session.exec(select(Person.name, Member.rank).where(Member.person_id == Person.id)).all()
    assert dict(found) == {"Trần An": None, "Vũ Giang": None, "Lê Dung": 1, "Lê Bình": 2, "Lê Chi": 3}  # type: ignore[arg-type]


def test_a_move_of_somebody_who_changed_since_or_is_elsewhere_is_refused(
    signed_in: SignedIn, database: Database, event_id: str
) -> None:
    with database.transaction() as session:
        event = session.get_one(Event, event_id)
        one = factories.make_member(session, event, factories.make_person(session, name="Lê Bình")).id
        factories.make_member(session, event, factories.make_person(session, name="Lê Chi"))
        elsewhere = factories.make_member(session, factories.make_event(session)).id
    reader = signed_in(locale=Language.EN)
    path = f"/events/{event_id}/members"
    form = {"csrf": hidden(reader.get(path))["csrf"], "do": "down"}
    before = counted(database)
    assert reader.post(path, form | {"row": one, "version": "7"}).status_code == 412
    assert reader.post(path, form | {"row": elsewhere, "version": "1"}).status_code == 404
    assert reader.post(path, form | {"row": one, "version": "1", "do": "sideways"}).status_code == 409
    assert reader.post(path, form | {"row": one, "version": "1", "do": "up"}).status_code == 303  # the first stays it
    assert counted(database) == before


def test_preview_shows_positions_and_organisations_and_misses_a_head(
    signed_in: SignedIn, database: Database, event_id: str
) -> None:
    reader = signed_in(locale=Language.EN)
    listed = "Họ và tên,Chức vụ,Đơn vị,Vai trò\nTrần Lan,Giám đốc,Sở Ngoại vụ,{role}\n"
    warning = "Nobody is named as head of the delegation"
    page = words(look(reader, event_id, listed.format(role="").encode()))
    assert "Giám đốc" in page
    assert "Sở Ngoại vụ" in page
    assert warning in page
    assert warning not in words(look(reader, event_id, listed.format(role="Trưởng đoàn").encode()))
    with database.transaction() as session:  # a head who is on the visit already will do
        event = session.get_one(Event, event_id)
        factories.make_member(session, event, factories.make_person(session, name="Lê An"), role=MemberRole.HEAD)
    assert warning not in words(look(reader, event_id, listed.format(role="").encode()))


def test_an_organisation_that_is_missing_can_be_added(signed_in: SignedIn, event_id: str) -> None:
    """Where the file names an organisation that nobody entered, the page leads to the form that enters one."""
    reader = signed_in(locale=Language.EN)
    way = 'href="/administration/organisations/new"'
    missing = look(reader, event_id, "name,organisation\nTrần Lan,Sở Chưa Có\n".encode()).text
    assert way in missing.partition("<main")[2]
    assert way not in look(reader, event_id, b"name,role\nLan,chief\n").text.partition("<main")[2]
