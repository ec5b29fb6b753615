"""Member lists taken in from CSV and XLSX: row-exact errors, nothing half written, the same file changes nothing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from sqlmodel import func, select
from werkzeug.test import TestResponse
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from calendars.member_lists.column_names import COLUMNS
from calendars.member_lists.csv_files import write_csv
from calendars.member_lists.rows import has_header, read_roster
from models.accounts import Audit, IdempotencyKey
from models.database import Database
from models.event_parts import Member
from models.places import Person
from models.reminders import Reminder
from models.vocabulary import Language, MemberRole
from service.actions.imports.xlsx_reader import read_workbook
from service.api.members import CSV, ODS, XLS, XLSX
from tests import factories
from tests.at_once import at_once
from tests.service.conftest import Caller
from tests.workbooks import workbook_of

HEADER = ["STT", "Họ và tên", "Vai trò", "Chức vụ", "Đơn vị", "Thứ bậc", "Hạng", "Email", "Số điện thoại", "Ngôn ngữ"]
ROWS: list[list[Any]] = [
    ["1", "Bun Văn", "thành viên", "Chuyên viên", "Sở Ngoại vụ", "20", "2", "", "", "vi"],
    ["2", "ບຸນມີ ສີວົງ", "ຫົວໜ້າຄະນະ", "ເຈົ້າແຂວງ", "ຫ້ອງວ່າການແຂວງ", "1", "", "bounmy@example.org", "", "ລາວ"],
    [],
    ["3", "Đào Thị Lan", "Phiên dịch", "", "so ngoai vu", "", "", "lan@example.org", "+84 912 345 678", "lo, vi"],
    ["4", "Somchai", "deputy", "", "", "2", "", "", "", ""],
    ["5", "An Văn Minh", "", "", "", "20", "1", "", "", ""],
]  # fmt: skip
IN_ORDER = ["ບຸນມີ ສີວົງ", "Somchai", "An Văn Minh", "Bun Văn", "Đào Thị Lan"]


def wrong_rows() -> list[list[Any]]:
    """The same with a wrong row 7, and a formula in row 5."""
    rows = [list(row) for row in ROWS]
    rows[5][2:6] = ["trưởng ban", "", "Sở Ngoại giao", "1.5"]
    rows[3][3] = "=HYPERLINK(1)"
    return rows


def as_csv(rows: Sequence[Sequence[Any]], delimiter: str = ";") -> tuple[bytes, str]:
    lines = [delimiter.join(str(cell) for cell in row) for row in [HEADER, *rows]]
    return b"\xef\xbb\xbf" + "\r\n".join(lines).encode(), f"{CSV}; charset=utf-8"


def as_xlsx(rows: Sequence[Sequence[Any]]) -> tuple[bytes, str]:
    def formulas(_book: Workbook, sheet: Worksheet) -> None:
        """What begins with = is a formula here, as when a person types it."""
        for number, row in enumerate([HEADER, *rows]):
            for column, cell in enumerate(row):
                if str(cell).startswith("="):
                    sheet.write_formula(number, column, cell)

    return workbook_of(*([_typed(cell) for cell in row] for row in [HEADER, *rows]), change=formulas), XLSX


def _typed(cell: str) -> Any:
    try:
        return float(cell)
    except ValueError:
        return cell or None


FORMATS: list[Callable[[Sequence[Sequence[Any]]], tuple[bytes, str]]] = [as_csv, as_xlsx]


@pytest.fixture
def event_id(database: Database) -> str:
    """A visit, and the two organisations its people come from."""
    with database.transaction() as session:
        factories.make_organisation(session, name={"vi": "Sở Ngoại vụ", "lo": "ພະແນກການຕ່າງປະເທດ"})
        factories.make_organisation(
            session, name={"vi": "Văn phòng tỉnh", "lo": "ຫ້ອງວ່າການແຂວງ"}, locality="vientiane-province"
        )
        factories.make_rule(session, audience=["members"])
        return factories.make_event(session).id


def send(who: Caller, event_id: str, content: bytes, kind: str, query: str = "", **headers: str) -> TestResponse:
    sent = {"Authorization": f"Bearer {who.token}", "Content-Type": kind, "Accept-Language": "en"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    path = f"/api/v1/events/{event_id}/members/import{query}"
    return who.client.post(path, data=content, headers=sent)


def take(who: Caller, event_id: str, text: str, query: str = "") -> TestResponse:
    return send(who, event_id, text.encode(), CSV, query)


def errors(answer: TestResponse) -> Mapping[str, list[str]]:
    assert answer.status_code == 422, answer.text
    found: Mapping[str, list[str]] = answer.json["errors"]
    return found


def counted(database: Database) -> dict[str, int]:
    tables = (Person, Member, Audit, Reminder, IdempotencyKey)
    with database.transaction(write=False) as session:
        return {table.__name__: session.exec(select(func.count()).select_from(table)).one() for table in tables}


def actions(answer: TestResponse) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    return {row["name"]: row["action"] for row in answer.json["rows"]}


def names(who: Caller, event_id: str) -> list[str]:
    return [member["person"]["name"] for member in who.get(f"/events/{event_id}/members").json]


@pytest.mark.parametrize("written", FORMATS)
def test_wrong_list_is_refused_row_by_row_and_the_corrected_one_taken(
    officer: Caller, database: Database, event_id: str, written: Callable[..., tuple[bytes, str]]
) -> None:
    before = counted(database)
    refused = errors(send(officer, event_id, *written(wrong_rows())))
    assert set(refused) == {"rows.5.position", "rows.7.role", "rows.7.organisation", "rows.7.precedence"}
    assert "Sở Ngoại vụ" in refused["rows.7.organisation"][0]
    assert "trưởng ban" in refused["rows.7.role"][0]
    assert "formula" in refused["rows.5.position"][0]
    assert counted(database) == before

    tried = send(officer, event_id, *written(ROWS), "?dry_run=true")
    assert tried.status_code == 200, tried.text
    assert counted(database) == before
    done = send(officer, event_id, *written(ROWS))
    assert done.status_code == 200, done.text
    assert [done.json[name] for name in ("dry_run", "added", "changed", "unchanged")] == [False, 5, 0, 0]
    assert [row["row"] for row in done.json["rows"]] == [2, 3, 5, 6, 7]
    made = [row["person_id"] for row in done.json["rows"]]
    assert all(made)
    unnamed = [row | {"person_id": None} for row in done.json["rows"]]
    assert tried.json == done.json | {"dry_run": True, "rows": unnamed}
    assert names(officer, event_id) == IN_ORDER
    after = counted(database)
    assert after["Person"] == before["Person"] + 5
    assert after["Audit"] == before["Audit"] + 10  # a person and a member each
    assert after["Reminder"] == before["Reminder"] + 2  # the two with an address

    again = send(officer, event_id, *written(ROWS))
    assert [again.json[name] for name in ("added", "changed", "unchanged")] == [0, 0, 5]
    assert all(row["person"] == "known" and not row["kept"] for row in again.json["rows"])
    assert [row["person_id"] for row in again.json["rows"]] == made
    assert counted(database) == after


def test_what_rows_say_of_new_people_is_kept(officer: Caller, database: Database, event_id: str) -> None:
    send(officer, event_id, *as_xlsx(ROWS))
    with database.transaction(write=False) as session:
        people = {person.name: person for person in session.exec(select(Person)).all()}
        lan, boun = people["Đào Thị Lan"], people["ບຸນມີ ສີວົງ"]
        assert (lan.email, lan.phone, lan.languages) == ("lan@example.org", "+84 912 345 678", ["lo", "vi"])
        assert (lan.precedence, boun.precedence) == (100, 1)
        assert boun.position == {"vi": "ເຈົ້າແຂວງ", "lo": "ເຈົ້າແຂວງ"}
        assert people["Bun Văn"].position == {"vi": "Chuyên viên"}
        assert boun.organisation_id != lan.organisation_id == people["Bun Văn"].organisation_id


def test_every_field_fits_its_table(officer: Caller, event_id: str) -> None:
    longest = f"name,precedence,rank,phone,position\n{'N' * 200},100000,10000,{'9' * 40},{'p' * 300}\n"
    assert take(officer, event_id, longest).status_code == 200
    over = f"name,precedence,rank,phone,position\n{'N' * 201},100001,10001,{'9' * 41},{'p' * 301}\nX,0,0,,\n"
    assert set(errors(take(officer, event_id, over))) == {
        *(f"rows.2.{name}" for name in ("name", "precedence", "rank", "phone", "position")),
        "rows.3.precedence", "rows.3.rank",
    }  # fmt: skip


def test_dry_run_of_wrong_rows_tells_the_same(officer: Caller, event_id: str) -> None:
    content = as_csv(wrong_rows())
    assert errors(send(officer, event_id, *content, "?dry_run=true")) == errors(send(officer, event_id, *content))
    assert send(officer, event_id, *content, "?dryrun=true").status_code == 422


@pytest.mark.both_databases("people are found by folded names")
def test_known_people_are_filled_in_and_never_replaced(officer: Caller, database: Database, event_id: str) -> None:
    known = officer.made(
        "/people", {"name": "Trần Đức", "position": {"vi": "Giám đốc", "en": "Director"}, "email": "duc@example.org"}
    )
    text = "name,email,position,phone,precedence,languages\nTran Duc,DUC@example.org,Phó Giám đốc,0912 345 678,7,vi\n"
    row = take(officer, event_id, text).json["rows"][0]
    assert (row["person_id"], row["person"], row["action"]) == (known["id"], "known", "added")
    assert (row["kept"], row["changed"]) == (["name", "position"], ["precedence", "phone", "languages"])
    found = officer.get(f"/people/{known['id']}").json
    assert (found["name"], found["position"]["vi"], found["phone"]) == ("Trần Đức", "Giám đốc", "0912 345 678")
    assert (found["precedence"], found["languages"]) == (7, ["vi"])
    later = "name,position,phone,precedence,role\nTrần Đức,director,0912345678,9,lái xe\n"
    row = take(officer, event_id, later).json["rows"][0]
    assert (row["action"], row["changed"], row["kept"]) == ("changed", ["role"], ["precedence"])
    assert officer.get(f"/events/{event_id}/members").json[0]["role"] == "driver"


@pytest.mark.both_databases("people are found by folded names")
def test_empty_cells_leave_role_rank_and_counterpart(officer: Caller, event_id: str) -> None:
    officer.made("/people", {"name": "Kham"})
    take(officer, event_id, "name,role,rank,counterpart\nLan,head,3,kham\n")
    take(officer, event_id, "name,role,rank,counterpart\nLan,,,\n")
    (member,) = officer.get(f"/events/{event_id}/members").json
    assert (member["role"], member["rank"], member["counterpart"]["name"]) == ("head", 3, "Kham")


def test_people_are_told_apart_by_address_and_organisation(officer: Caller, database: Database, event_id: str) -> None:
    with database.transaction() as session:
        one, other = (factories.make_organisation(session, name={"vi": name}).id for name in ("Sở Y tế", "Sở Xây dựng"))
        people = {
            name: factories.make_person(session, name="Nguyễn An", email=email, organisation_id=organisation).id
            for name, email, organisation in (("a", "a@example.org", one), ("b", "b@example.org", other))
        }
    several = errors(take(officer, event_id, "name\nNguyễn An\n"))["rows.2.email"]
    assert "a@example.org, b@example.org" in several[0]
    by_address = take(officer, event_id, "name,email\nnguyen an,B@example.org\n").json["rows"][0]
    assert by_address["person_id"] == people["b"]
    by_organisation = take(officer, event_id, "name,organisation\nnguyen an,sở y tế\n").json["rows"][0]
    assert by_organisation["person_id"] == people["a"]
    assert "Nguyễn An" in errors(take(officer, event_id, "name,email\nTrần Bình,a@example.org\n"))["rows.2.name"][0]
    moved = take(officer, event_id, "name,email,organisation\nNguyễn An,a@example.org,Sở Xây dựng\n").json["rows"][0]
    assert (moved["person_id"], moved["kept"]) == (people["a"], ["organisation"])
    new = take(officer, event_id, "name,email\nNguyễn An,c@example.org\n").json["rows"][0]
    assert new["person"] == "new"
    with database.transaction() as session:
        factories.make_person(session, name="Lê Vân", organisation_id=one)
    elsewhere = take(officer, event_id, "name,email,organisation\nLê Vân,v@example.org,Sở Xây dựng\n").json["rows"][0]
    assert elsewhere["person"] == "new"


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("name\nLan\n\nlan\n", {"rows.4.name": "row 2"}),
        ("name,email\nLan,\nlan,x@example.org\n", {"rows.3.name": "row 2"}),
        ("name,role\nLan,head\nMinh,trưởng đoàn\n", {"rows.3.role": "row 2"}),
        ("name,role\nLan,chief\n", {"rows.2.role": "Head of delegation"}),
        ("name,email\nLan,lan\n", {"rows.2.email": "name@example.org"}),
        ("name,organisation\nLan,So Ngoai vu tinh\n", {"rows.2.organisation": "Is it “Sở Ngoại vụ”?"}),
        ("name,organisation\nLan,xyz\n", {"rows.2.organisation": "Enter it first."}),
        ("name,counterpart\nLan,Nobody\n", {"rows.2.counterpart": "here or in this list"}),
        ("name,counterpart\nLan,lan\n", {"rows.2.counterpart": "their own counterpart"}),
        ("name,name_lo,counterpart\nLan,ລານ,ລານ\n", {"rows.2.counterpart": "their own counterpart"}),
        ("name,role,counterpart\nLan,chief,Nobody\n", {"rows.2.role": "Head", "rows.2.counterpart": "here or in"}),
        (
            "name,email,counterpart\nLan,,Kham\nKham,a@example.org,\nKhăm,b@example.org,\n",
            {"rows.2.counterpart": "stands in the rows 3, 4"},
        ),
        ("name,name_lo\nLan,Lan\n", {"rows.2.name_lo": "Lao script"}),
        ("name,name_latin\nLan,ລານ\n", {"rows.2.name_latin": "Latin letters"}),
        (
            f"name,name_lo,name_latin\nLan,{'ລ' * 201},{'L' * 201}\n",
            {"rows.2.name_lo": "200", "rows.2.name_latin": "200"},
        ),
        ("name,languages\nLan,vi klingon\n", {"rows.2.languages": "klingon"}),
        ("name,rank\nLan,-5\n", {"rows.2.rank": "Must be"}),
        ("name,rank\nLan,1.5\n", {"rows.2.rank": "Not a whole number."}),
        ("name,role\n,head\n", {"rows.2.name": "missing"}),
        ("name,phone\nLan,+cmd\n", {"rows.2.phone": "formula"}),
        ("name\n@SUM(1)\n", {"rows.2.name": "formula"}),
        ('name\n"\tLan"\n', {"rows.2.name": "formula"}),
        ("name,name\nLan,x\n", {"header": "twice"}),
        ("name,họ tên\nLan,x\n", {"header": "twice"}),
        ("role\nhead\n", {"header": "names is missing"}),
        ("", {"file": "empty"}),
        ('name\n"Lan\n', {"file": "quotation mark"}),
        (f"name\nLan{'n' * 1000}\n", {"rows.2.name": "1000"}),
        ("name\n" + "".join(f"Person {n}\n" for n in range(501)), {"file": "500"}),
        ("name," + "," * 50 + "x\nLan\n", {"file": "50 columns"}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(
    officer: Caller, database: Database, event_id: str, text: str, wrong: dict[str, str]
) -> None:
    before = counted(database)
    found = errors(take(officer, event_id, text))
    assert set(found) == set(wrong)
    for place, part in wrong.items():
        assert part in found[place][0]
    assert counted(database) == before


def test_head_can_be_handed_on_in_one_file(officer: Caller, event_id: str) -> None:
    take(officer, event_id, "name,role\nLan,head\n")
    assert set(errors(take(officer, event_id, "name,role\nMinh,head\n"))) == {"rows.2.role"}
    handed = take(officer, event_id, "name,role\nMinh,head\nLan,deputy\n")
    assert actions(handed) == {"Minh": "added", "Lan": "changed"}
    assert names(officer, event_id) == ["Minh", "Lan"]


def test_counterpart_is_somebody_known_and_somebody_else(officer: Caller, event_id: str) -> None:
    kham = officer.made("/people", {"name": "Kham"})
    take(officer, event_id, f"name,counterpart\nLan,{kham['id']}\n")
    member = officer.get(f"/events/{event_id}/members").json[0]
    shown = ("id", "name", "name_lo", "name_latin", "honorific", "position", "precedence", "organisation_id")
    assert member["counterpart"] == {key: kham[key] for key in shown}
    assert set(errors(take(officer, event_id, "name,counterpart\nKham,kham\n"))) == {"rows.2.counterpart"}
    officer.made("/people", {"name": "Khăm"})
    several = errors(take(officer, event_id, "name,counterpart\nLan,kham\n"))["rows.2.counterpart"]
    assert kham["id"] in several[0]


@pytest.mark.both_databases("people of one list refer to each other by foreign keys")
def test_counterparts_stand_in_the_same_list(officer: Caller, database: Database, event_id: str) -> None:
    known = officer.made("/people", {"name": "Trần Đức", "email": "duc@example.org"})
    text = (
        "name,role,side,email,counterpart\n"
        "Somchai,head,guest,,Lan\n"
        "Lan,head,host,lan@example.org,somchai\n"
        "Boun,,guest,,trần đức\n"
        "Trần Đức,,host,duc@example.org,\n"
        "An,,guest,,lan2@example.org\n"
        "Bình,,host,lan2@example.org,\n"
    )
    before = counted(database)
    wrong = errors(take(officer, event_id, f"{text}Minh,,guest,,Zin\n"))
    assert set(wrong) == {"rows.8.counterpart"}
    assert counted(database) == before
    answer = take(officer, event_id, text)
    assert actions(answer) == dict.fromkeys(("Somchai", "Lan", "Boun", "Trần Đức", "An", "Bình"), "added")
    made = counted(database)

    def told() -> dict[str, str | None]:
        found = officer.get(f"/events/{event_id}/members").json
        return {one["person"]["name"]: one["counterpart"] and one["counterpart"]["name"] for one in found}

    expected = {"Somchai": "Lan", "Lan": "Somchai", "Boun": "Trần Đức", "Trần Đức": None, "An": "Bình", "Bình": None}
    assert told() == expected
    ids = {one["person"]["name"]: one["person"]["id"] for one in officer.get(f"/events/{event_id}/members").json}
    assert ids["Trần Đức"] == known["id"]
    again = take(officer, event_id, text)
    assert set(actions(again).values()) == {"unchanged"}
    assert counted(database) == made
    assert told() == expected


@pytest.mark.both_databases("people are found by folded names")
def test_names_in_lao_script_and_as_in_the_passport(officer: Caller, database: Database, event_id: str) -> None:
    known = officer.made("/people", {"name": "ຄຳພັນ", "name_latin": "KHAMPHAN"})
    text = (
        "Họ và tên,Tên bằng chữ Lào,Tên theo hộ chiếu,Người đồng cấp\n"
        "Bun My,ບຸນມີ ສີວົງ,Bounmy Sivong,\nKhăm Phăn,ຄຳພັນ,Khamphanh,\nLan,,,ບຸນມີ ສີວົງ\n"
    )
    rows = {row["name"]: row for row in take(officer, event_id, text).json["rows"]}
    assert (rows["ຄຳພັນ"]["person_id"], rows["ຄຳພັນ"]["kept"]) == (known["id"], ["name", "name_latin"])
    assert rows["ຄຳພັນ"]["changed"] == ["name_lo"]
    people = {one["person"]["name"]: one for one in officer.get(f"/events/{event_id}/members").json}
    made = people["Bun My"]["person"]
    assert (made["name_lo"], made["name_latin"]) == ("ບຸນມີ ສີວົງ", "BOUNMY SIVONG")
    assert (people["ຄຳພັນ"]["person"]["name_lo"], people["ຄຳພັນ"]["person"]["name_latin"]) == ("ຄຳພັນ", "KHAMPHAN")
    assert people["Lan"]["counterpart"]["id"] == made["id"]
    kept = counted(database)
    assert set(actions(take(officer, event_id, text)).values()) == {"unchanged"}
    assert counted(database) == kept


def test_keyed_import_is_answered_again_also_with_a_binary_body(
    officer: Caller, database: Database, event_id: str
) -> None:
    content = as_xlsx(ROWS)
    first = send(officer, event_id, *content, Idempotency_Key="list-1")
    kept = counted(database)
    again = send(officer, event_id, *content, Idempotency_Key="list-1")
    assert (again.json, again.headers["Idempotency-Replayed"]) == (first.json, "true")
    assert counted(database) == kept
    assert send(officer, event_id, *as_xlsx(ROWS[:2]), Idempotency_Key="list-1").status_code == 422


def test_body_is_csv_or_xlsx_and_only_here(officer: Caller, viewer: Caller, event_id: str) -> None:
    refused = send(officer, event_id, b"{}", "application/json")
    assert refused.status_code == 415
    assert XLSX in refused.json["detail"]
    assert send(officer, event_id, b"name\n", "").status_code == 415
    other = officer.client.post(
        "/api/v1/people",
        data=b"name\n",
        headers={"Authorization": f"Bearer {officer.token}", "Content-Type": CSV, "Accept-Language": "en"},
    )
    assert (other.status_code, other.json["detail"]) == (415, "Send the body as application/json.")
    assert send(viewer, event_id, b"name\n", CSV).status_code == 403
    assert send(officer, "nobody", b"name\n", CSV).status_code == 404
    document = officer.get("/openapi.json").json
    body = document["paths"]["/api/v1/events/{event_id}/members/import"]["post"]["requestBody"]
    assert set(body["content"]) == {CSV, XLSX, XLS, ODS}


def test_five_hundred_rows_take_no_query_a_row_to_match(officer: Caller, database: Database, event_id: str) -> None:
    rows = [["name", "role"], *([f"Person {number}", "member"] for number in range(500))]
    done = send(officer, event_id, write_csv(rows), CSV)
    assert done.json["added"] == 500
    again = send(officer, event_id, write_csv(rows), CSV)
    assert again.json["unchanged"] == 500


def test_imports_at_once_follow_each_other(officer: Caller, database: Database, event_id: str) -> None:
    before = counted(database)
    text = "name,role\nLan,head\nMinh,\n"
    answers = at_once([lambda: take(officer, event_id, text) for _ in range(6)])
    assert [answer.status_code for answer in answers] == [200] * 6
    assert sorted(answer.json["added"] for answer in answers) == [0] * 5 + [2]
    assert counted(database)["Person"] == before["Person"] + 2


def test_role_of_the_member_table_is_what_an_empty_cell_means(officer: Caller, event_id: str) -> None:
    take(officer, event_id, "name,role\nLan,\n")
    assert officer.get(f"/events/{event_id}/members").json[0]["role"] == MemberRole.MEMBER


@pytest.mark.both_databases("ranks are found among those of other members")
def test_order_of_the_file_is_kept(officer: Caller, event_id: str) -> None:
    people = ["Vinh", "Anh", "Bounmy", "Đức", "Chanh"]
    text = "TT,name\n" + "".join(f"{number},{name}\n" for number, name in enumerate(people, 1))
    take(officer, event_id, text)
    assert names(officer, event_id) == people
    assert not any(member["tied"] for member in officer.get(f"/events/{event_id}/members").json)
    assert take(officer, event_id, text).json["unchanged"] == 5
    # A second list follows the first one.
    assert take(officer, event_id, "name\nZin\nAm\n").json["added"] == 2
    assert names(officer, event_id) == [*people, "Zin", "Am"]


def test_ranks_of_a_list_and_of_people_without_any_stay(officer: Caller, event_id: str) -> None:
    take(officer, event_id, "name,rank\nLan,2\nMinh,1\nAnh,\n")
    assert names(officer, event_id) == ["Minh", "Lan", "Anh"]
    take(officer, event_id, "name\nZin\n")
    assert names(officer, event_id) == ["Minh", "Lan", "Anh", "Zin"]


def test_list_as_an_office_sends_it(officer: Caller, event_id: str) -> None:
    """Titles above, cells merged over several rows, columns that are not known, and all of it on the second sheet."""

    def fill(workbook: Workbook, _first: Worksheet) -> None:
        sheet = workbook.add_worksheet("Danh sách")
        sheet.merge_range("A1:E1", "DANH SÁCH ĐOÀN ĐẠI BIỂU")
        for column, title in enumerate(("TT", "Họ và tên", "Đơn vị", "Vai trò", "Ghi chú")):
            sheet.write(2, column, title)
        for row, (name, role) in enumerate((("Zin", "Thư ký"), ("Bình", ""), ("An", "Phục vụ")), 3):
            sheet.write(row, 0, row - 2)
            sheet.write(row, 1, name)
            sheet.write(row, 3, role)
        sheet.merge_range("C4:C5", organisation["name"]["vi"])

    organisation = officer.made("/organisations", {"name": {"vi": "Trường Chính trị"}, "locality": "hai-duong"})
    content = workbook_of(["Bìa"], change=fill)
    answer = send(officer, event_id, content, XLSX)
    assert answer.status_code == 200, answer.text
    assert [row["name"] for row in answer.json["rows"]] == ["Zin", "Bình", "An"]
    assert answer.json["remarks"] == [
        "The column “Ghi chú” is not read: a list of people has no such column here.",
        "Nobody is named as head of the delegation, here or on the visit.",
    ]
    members = {one["person"]["name"]: one for one in officer.get(f"/events/{event_id}/members").json}
    assert {name: one["role"] for name, one in members.items()} == {"Zin": "secretary", "Bình": "member", "An": "staff"}
    belonging = {name: one["person"]["organisation_id"] for name, one in members.items()}
    assert belonging == {"Zin": organisation["id"], "Bình": organisation["id"], "An": None}


@pytest.mark.parametrize("language", Language)
def test_template_is_read_as_a_list(officer: Caller, event_id: str, language: Language) -> None:
    answer = officer.client.get(
        "/api/v1/members/template.xlsx",
        headers={"Authorization": f"Bearer {officer.token}", "Accept-Language": language.value},
    )
    assert (answer.status_code, answer.mimetype) == (200, XLSX)
    (header,) = read_workbook(answer.data)
    assert has_header([header])
    assert len(header.cells) == len(COLUMNS)
    assert not read_roster([header]).remarks
