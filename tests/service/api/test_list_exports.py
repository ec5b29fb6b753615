"""Every list of the API as a file: what is in it, who gets it, what is recorded, and what no cell may do."""

import csv
import itertools
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from marshmallow import Schema, fields
from python_calamine import CalamineWorkbook
from sqlalchemy import event as sql_event
from sqlmodel import col, select
from werkzeug.test import TestResponse

from calendars.links.answers import PARTICULARS, PASSPORT
from models.accounts import Audit, User
from models.database import Database
from models.event_parts import Task
from models.file_store import FileStore
from models.places import Person
from models.vocabulary import Currency, EventKind, EventStatus, KnownTo, Language, ReminderAnchor, Role
from service.actions import list_names, permissions
from service.api.events import KIND_PATHS
from service.http import list_exports
from service.schemas.conflicts import ConflictSchema
from service.schemas.events import EventWarningSchema
from service.schemas.links import SubmissionSchema
from service.schemas.list_columns import Reading, _Items, columns_of, heading_of
from service.schemas.list_headings import HEADINGS, TITLES
from service.schemas.word_names import word_name
from service.settings import Settings
from tests import factories
from tests.service.conftest import Caller, Clock, document_of
from tests.service.files.samples import sent
from tests.service.http.document_checks import Document
from tests.service.http.test_document import EXAMPLES
from tests.service.web.populated_database import furnish

pytestmark = pytest.mark.both_databases("reads in one state of the database, and asks for the names of many ids")

ZONE = "Asia/Ho_Chi_Minh"
CLOSED_LATER = {ReminderAnchor.EXPIRY, ReminderAnchor.MILESTONE}
"""Words that nothing can have yet."""


def lists(document: Document) -> list[str]:
    """The addresses whose answer is a list."""
    return [
        path.removeprefix("/api/v1")
        for (method, path), operation in document.operations.items()
        if method == "get" and _is_list(operation)
    ]


def _is_list(operation: dict[str, Any]) -> bool:
    content = operation["responses"].get("200", {}).get("content", {})
    return content.get("application/json", {}).get("schema", {}).get("type") == "array"


def table(answer: TestResponse) -> list[list[str]]:
    """The rows of a CSV file, the headings first."""
    assert answer.status_code == 200, answer.text
    assert answer.data.startswith(b"\xef\xbb\xbf")
    text = answer.data.decode("utf-8-sig")
    separator = "," if answer.headers["Content-Language"] == "en" else ";"
    return list(csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True))


def records(answer: TestResponse) -> list[dict[str, str]]:
    headings, *rows = table(answer)
    return [dict(zip(headings, row, strict=True)) for row in rows]


def workbook(answer: TestResponse) -> list[list[Any]]:
    assert answer.status_code == 200, answer.text
    book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    (name,) = book.sheet_names
    return book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def is_same(cell: Any, text: str) -> bool:
    """Whether a workbook's cell is what the CSV file writes in English."""
    match cell:
        case datetime():
            return cell.isoformat(" ", "minutes") == text
        case date():
            return cell.isoformat() == text
        case float():
            return float(text) == cell
    return text in {str(cell), f"'{cell}"}  # with the apostrophe of what looks like a formula


@pytest.fixture
def document(app: Flask) -> Document:
    return document_of(app)


@pytest.fixture
def furnished(seeded: None, database: Database, settings: Settings, clock: Clock, admin: Caller) -> dict[str, str]:
    """A database with something in every list; what stands in the addresses."""
    with database.transaction() as session:
        visit = furnish(session, settings.office, clock.now)
        of_kind = {path: factories.make_event(session, kind=kind).id for kind, path in KIND_PATHS.items()}
        examples = {name: str(session.exec(select(column)).first()) for name, column in EXAMPLES.items()}
    FileStore(settings.files_folder).open(make=True)
    sent(admin, f"/events/{visit}/files")
    return examples | of_kind | {"event_id": visit}


# Every list


def test_every_list_of_the_document_takes_a_format(document: Document) -> None:
    found = lists(document)
    assert len(found) > 35
    for path in found:
        operation = document.operations["get", f"/api/v1{path}"]
        asked = {one["name"]: one["schema"] for one in operation["parameters"] if one["in"] == "query"}
        assert asked["format"]["enum"] == ["csv", "xlsx"], path
        assert asked["locale"]["enum"] == ["vi", "lo", "en"], path
        assert set(operation["responses"]["200"]["content"]) >= {"application/json", *list_exports.MEDIA_TYPES.values()}
    others = {
        path
        for (method, path), operation in document.operations.items()
        for one in operation.get("parameters", ())
        if one.get("name") == "format"
        and one["schema"].get("enum") == ["csv", "xlsx"]
        and (method != "get" or not _is_list(operation))
    }
    assert others == set()


def test_every_list_is_the_same_as_json_csv_and_workbook(
    document: Document, admin: Caller, furnished: dict[str, str]
) -> None:
    filled = 0
    for path in lists(document):
        address = path.format(**furnished)
        answer = admin.get(f"{address}?page_size=500" if "page_size" in _query(document, path) else address)
        rows = admin.get(f"{address}?format=csv&locale=en")
        headings, *lines = table(rows)
        total = int(re.search(r'"total": (\d+)', answer.headers.get("X-Pagination", ""))[1]) if (  # type: ignore[index]
            "X-Pagination" in answer.headers
        ) else len(answer.json)  # fmt: skip
        assert len(lines) == total or "audit" in path or path.endswith("/history"), path
        assert len(set(headings)) == len(headings), path
        if "Id" in headings and len(answer.json) == total:
            place = headings.index("Id")
            assert [line[place] for line in lines] == [one["id"] or "" for one in answer.json], path
        sheet = workbook(admin.get(f"{address}?format=xlsx&locale=en"))
        assert sheet[0] == headings
        if "audit" not in path:
            for row, line in zip(sheet[1:], lines, strict=True):
                assert all(map(is_same, row, line)), (path, row, line)
        filled += bool(lines)
        for kind, answered in (("csv", rows), ("xlsx", admin.get(f"{address}?format=xlsx"))):
            assert answered.headers["Cache-Control"] == "private, no-store"
            assert f".{kind}" in answered.headers["Content-Disposition"]
            assert answered.headers["Content-Disposition"].startswith("attachment; ")
    assert filled > 30


def _query(document: Document, path: str) -> set[str]:
    return {one["name"] for one in document.operations["get", f"/api/v1{path}"].get("parameters", ())}


def schemas(document: Document) -> Iterator[type[Schema]]:
    """The schemas of all lists."""
    for rule in document._app.url_map.iter_rules():
        view = getattr(document._app.view_functions[rule.endpoint], "view_class", None)
        get = getattr(view, "get", None)
        if getattr(get, "is_list", False):
            yield get.export.schema  # type: ignore[union-attr]


def test_every_column_has_a_heading_in_every_language_and_every_word_a_name(document: Document) -> None:
    found = list(dict.fromkeys(schemas(document)))
    assert len(found) > 25
    for schema in found:
        assert schema.__name__ in TITLES
        for language in Language:
            headings = [column.heading(language, ZONE) for column in columns_of(schema)]
            assert len(set(headings)) == len(headings), (schema, language, headings)
        for column in columns_of(schema):
            assert set(column.headings) <= set(HEADINGS.values()), (schema, column.path)
    words = {
        word
        for schema in found
        for one in (schema, *getattr(schema, "alternatives", ()))
        for held in one().dump_fields.values()
        for part in (held, getattr(held, "inner", None))
        if isinstance(part, fields.Enum)
        for word in part.enum
    }
    words = {word for word in words if not isinstance(word, Currency)}  # written as they are, beside amounts too
    named = {word for word in words if word_name(word, "vi") != word.value}
    assert {word for word in words - named if word not in CLOSED_LATER} == set()
    assert heading_of("never_heard_of") == "never heard of"


# What is in a file


def _told(schema: Schema, path: tuple[str, ...]) -> set[str]:
    """What a column tells: its own name, and the fields of several things in its cell."""
    for name in path:
        named = {one.data_key or attribute: one for attribute, one in schema.dump_fields.items()}
        one = named.get(name)
        if isinstance(one, fields.List):
            one = one.inner
        if not isinstance(one, fields.Nested):
            return {name}
        schema = one.schema
    return {path[-1], *schema.dump_fields}


def test_no_file_has_what_is_sealed(document: Document) -> None:
    """Neither what is stored of people nor what was handed in of them, which tells it field by field."""
    sealed = {*PARTICULARS, *PASSPORT, "photo_id", "before", "after"}
    for schema in set(schemas(document)):
        for column in columns_of(schema):
            assert not sealed & _told(schema(), column.path), (schema, column.path)
    assert {"before", "after"} <= _told(SubmissionSchema(), ("differences",)), "control: it would be seen"
    assert SubmissionSchema in set(schemas(document))


def test_what_is_told_by_ids_is_told_by_names_in_the_readers_language(admin: Caller, furnished: dict[str, str]) -> None:
    (line,) = [one for one in records(admin.get("/events?format=csv&locale=vi&kind=training_batch&status=planned"))
               if one["Mã"] == furnished["event_id"]]  # fmt: skip
    event = admin.get(f"/events/{furnished['event_id']}").json
    assert line["Tên gọi"] == event["title"]["vi"]
    assert line["Loại"] == "Đợt đào tạo, bồi dưỡng"
    assert line["Trạng thái"] == "Trong kế hoạch"
    assert line["Bên khách"] == event["guest_name"]["vi"]
    assert line["Bên khách (mã)"] == event["guest"]
    commitment = admin.get(f"/commitments/{event['commitment_id']}").json
    assert (line["Cam kết"], line["Cam kết (mã)"]) == (commitment["title"]["vi"], commitment["id"])
    lao = records(admin.get("/events?format=csv&kind=training_batch&status=planned", Accept_Language="lo"))
    assert event["title"]["lo"] in {one["ຊື່"] for one in lao}


def test_values_are_written_as_spreadsheets_understand_them(admin: Caller, furnished: dict[str, str]) -> None:
    made = admin.made(
        "/delegations",
        {
            "title": {"vi": "Đoàn tỉnh"}, "host": "hai-duong", "guest": "vientiane-province", "first_day": "2027-03-10",
            "last_day": "2027-03-12", "start_time": "08:30", "headcount": 12,
            "budget": {"amount": "1500.50", "currency": "USD"}, "description": {"vi": "Dòng một\nDòng hai"},
        },
    )  # fmt: skip
    asked = "/delegations?from=2027-03-10&to=2027-03-12&status=draft"
    (vi,) = records(admin.get(f"{asked}&format=csv&locale=vi"))
    (en,) = records(admin.get(f"{asked}&format=csv&locale=en"))
    assert (vi["Kinh phí"], en["Budget"], en["Budget: Currency"]) == ("1500,50", "1500.50", "USD")
    assert (en["First day"], en["Begins at"], en["People planned"]) == ("2027-03-10", "08:30", "12")
    assert en["Description"] == "Dòng một\nDòng hai"
    assert en["Changed since confirmed"] == "no"
    headings, row = workbook(admin.get(f"{asked}&format=xlsx&locale=en"))
    told = dict(zip(headings, row, strict=True))
    assert (told["First day"], told["People planned"], told["Budget"]) == (date(2027, 3, 10), 12, 1500.5)
    at = datetime.fromisoformat(made["created_at"].replace("Z", "+00:00")).replace(tzinfo=None) + timedelta(hours=7)
    assert told["Entered at (Vietnam time)"] == at.replace(microsecond=0)
    assert isinstance(told["Title"], str)


def test_what_is_known_to_a_year_has_no_day(admin: Caller, database: Database) -> None:
    with database.transaction() as session:
        for known_to, first, last in (
            (KnownTo.YEAR, date(2008, 1, 1), date(2008, 12, 31)),
            (KnownTo.MONTH, date(2021, 6, 1), date(2021, 6, 30)),
        ):
            factories.make_event(
                session, first_day=first, last_day=last, known_to=known_to, status=EventStatus.COMPLETED,
                kind=EventKind.ACTIVITY,
            )  # fmt: skip
    lines = records(admin.get("/activities?known_to=month,year&format=csv&locale=en"))
    assert [(one["First day"], one["Last day"], one["Arrival"]) for one in lines] == [
        ("2008", "2008", ""),
        ("6/2021", "6/2021", ""),
    ]
    assert [one["How exactly known"] for one in lines] == ["Known to the year", "Known to the month"]


def test_lists_within_a_row_are_lines_of_one_cell(admin: Caller, database: Database) -> None:
    body = admin.made("/organisations", {"name": {"vi": "Sở Ngoại vụ"}, "locality": "hai-duong"})
    admin.made(
        "/people",
        {
            "name": "Trần Thị Bình",
            "positions": [
                {"organisation_id": body["id"], "title": {"vi": "Chuyên viên"}, "ends_on": "2020-12-31"},
                {"organisation_id": body["id"], "title": {"vi": "Trưởng phòng"}, "starts_on": "2021-01-01"},
            ],
            "languages": ["vi", "lo"],
        },
    )
    (line,) = records(admin.get("/people?format=csv&locale=en"))
    told = line["Positions"].split("\n")
    assert len(told) == 2
    assert all(part in told[0] for part in ("Sở Ngoại vụ", "Chuyên viên", "2020-12-31"))
    assert "Trưởng phòng" in told[1]
    assert line["Languages"] == "Vietnamese, Lao"
    assert (line["Organisation"], line["Organisation (id)"]) == ("Sở Ngoại vụ", body["id"])


HOSTILE = ("=1+1", "+84 900", "-2", "@SUM(A1)", "＝1", "=cmd|'/c calc'!A0", "'=1", 'a"b;c,d', "<b>", "{{ 7*7 }}")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_cell_is_a_formula(admin: Caller, hostile: str) -> None:
    admin.made("/agreements", {"title": {"vi": hostile}, "parties": ["hai-duong", "laos"],
                               "starts_on": "2027-01-01", "ends_on": "2030-12-31",
                               "signed_at_place": {"vi": hostile}})  # fmt: skip
    (line,) = records(admin.get("/agreements?format=csv&locale=vi"))
    for heading in ("Tên gọi", "Nơi ký"):
        assert line[heading] in {hostile, f"'{hostile}"}
        assert not re.match(r"[=+\-@＝＋－＠\t\r]", line[heading])
    headings, row = workbook(answer := admin.get("/agreements?format=xlsx&locale=vi"))
    told = dict(zip(headings, row, strict=True))
    assert told["Tên gọi"] == told["Nơi ký"] == hostile
    assert b"<f>" not in answer.data


def test_a_file_holds_what_the_filters_select_in_the_order_of_the_list(
    admin: Caller, furnished: dict[str, str]
) -> None:
    for asked in ("/events?q=Viêng&from=2020-01-01", "/people?q=a", "/tasks?overdue=true", "/holidays?country=LA"):
        answer = admin.get(f"{asked}&page_size=500")
        lines = records(admin.get(f"{asked}&format=csv&locale=en"))
        assert answer.json
        assert len(lines) == len(answer.json)
        key = "Id" if "holidays" not in asked else "Date"
        assert [one[key] for one in lines] == [str(one["id" if key == "Id" else "date"]) for one in answer.json]


def test_the_whole_list_is_in_it_whatever_page_is_asked_for_and_however_it_is_read(
    admin: Caller, furnished: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    addresses = (
        "/events?format=csv", "/people?format=csv", "/conflicts?format=csv&from=2026-11-01", "/users?format=csv",
        "/anniversaries/{anniversary_id}/occurrences?format=csv",
    )  # fmt: skip
    for address in addresses:
        whole = admin.get(address.format(**furnished))
        assert len(table(whole)) > 1
        monkeypatch.setattr(list_exports, "AT_ONCE", 2)
        assert admin.get(address.format(**furnished)).data == whole.data
        if "occurrences" not in address:
            assert admin.get(f"{address}&page=2&page_size=1").data == whole.data
        monkeypatch.undo()


# Who gets it


def test_what_is_refused_says_what_would_be_right(admin: Caller, viewer: Caller) -> None:
    wrong = admin.get("/people?format=pdf")
    assert (wrong.status_code, wrong.json["errors"]["format"]) == (422, ["Phải là một trong: csv, xlsx."])
    alone = admin.get("/people?locale=vi")
    assert (alone.status_code, set(alone.json["errors"])) == (422, {"locale"})
    assert admin.get("/people?format=csv&colour=red").status_code == 422
    assert viewer.get("/users?format=csv").status_code == 403
    assert viewer.get("/events/unknown/members?format=xlsx").status_code == 404
    person = admin.made("/people", {"name": "Bình"})
    assert admin.get(f"/files/{person['id']}?format=csv").status_code == 422


def test_a_list_that_is_too_long_is_refused(admin: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        admin.made("/people", {"name": f"Người {number}"})
    monkeypatch.setattr(list_exports, "MOST_ROWS", 3)
    assert len(table(admin.get("/people?format=csv"))) == 4
    admin.made("/people", {"name": "Một người nữa"})
    for kind in ("csv", "xlsx"):
        refused = admin.get(f"/people?format={kind}")
        assert (refused.status_code, refused.json["code"]) == (422, "too_many_rows")
        assert "4" in refused.json["errors"]["format"][0]
    assert len(table(admin.get("/people?format=csv&q=nữa"))) == 2
    assert admin.get("/people").status_code == 200


def test_a_browser_gets_a_page_where_a_file_is_refused(
    app: Flask, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(list_exports, "MOST_ROWS", 0)
    admin.made("/people", {"name": "Bình"})
    headers = {"Authorization": f"Bearer {admin.token}", "Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = app.test_client().get("/api/v1/people?format=csv&locale=lo", headers=headers)
    assert (page.status_code, page.mimetype, page.headers["Content-Language"]) == (422, "text/html", "lo")
    for other in ("*/*", "text/csv", ""):
        program = app.test_client().get("/api/v1/people?format=csv", headers=headers | {"Accept": other})
        assert program.mimetype == "application/problem+json"
    assert app.test_client().get("/api/v1/people/x", headers=headers).mimetype == "application/problem+json"


def test_who_took_away_people_accounts_reminders_and_the_trail_is_recorded(
    admin: Caller, database: Database, furnished: dict[str, str]
) -> None:
    visit = furnished["event_id"]
    told = {
        "/people": ("person", "listPeople"), "/users": ("user", "listUsers"), "/audit": ("audit", "listAuditEntries"),
        "/reminders": ("reminder", "listReminders"), f"/events/{visit}/reminders": ("reminder", "listEventReminders"),
        f"/events/{visit}/members": ("member", "listEventMembers"), f"/events/{visit}/history":
        ("audit", "listEventHistory"),
    }  # fmt: skip
    for path, kind in itertools.product(told, ("csv", "xlsx")):
        before = last(database)
        count = len(table(admin.get(f"{path}?format=csv"))) if kind == "csv" else len(
            workbook(admin.get(f"{path}?format=xlsx"))
        )  # fmt: skip
        (row,) = since(database, before)
        assert (row.action, (row.entity, row.entity_id), row.actor_id) == ("export", told[path], admin.user_id)
        assert row.event_id is None
        assert {name: one["to"] for name, one in row.changes.items()} == {
            "format": kind, "rows": count - 1, "list": f"/api/v1{path}?format={kind}"
        }  # fmt: skip
    before = last(database)
    for path in ("/people", "/users", "/audit", "/reminders"):
        admin.get(path)
    for path in ("/events", "/organisations", "/tasks", "/bookings", "/agreements"):
        admin.get(f"{path}?format=csv")
    assert since(database, before) == []


def last(database: Database) -> int:
    with database.transaction(write=False) as session:
        return max(session.exec(select(Audit.id)).all() or [0])  # type: ignore[type-var]


def since(database: Database, number: int) -> list[Audit]:
    with database.transaction(write=False) as session:
        return list(session.exec(select(Audit).where(col(Audit.id) > number).order_by(col(Audit.id))))


def test_names_of_what_the_reader_may_not_see_stand_in_no_file(
    caller: Callable[..., Caller], database: Database
) -> None:
    """A person's visits are told by nobody's file; an id in a row gives no name that its own page would not."""
    with database.transaction() as session:
        mine = factories.make_organisation(session)
        other = factories.make_organisation(session)
        hidden = factories.make_event(
            session, organisation_id=other.id, title={"vi": "Chuyến đi kín"}, status=EventStatus.PLANNED
        )
        factories.make_task(session, hidden, title={"vi": "Việc kín"}, organisation_id=other.id)
        ids, mine_id, hidden_id = {"event": {hidden.id}}, mine.id, hidden.id
    reader = caller(Role.OFFICER, organisation_id=mine_id)
    for path in ("/events", "/tasks", "/bookings", "/conflicts", "/reminders", "/activities", "/delegations"):
        for kind in ("csv", "xlsx"):
            answer = reader.get(f"{path}?format={kind}")
            assert "kín" not in str(table(answer) if kind == "csv" else workbook(answer)), path
    with database.transaction(write=False) as session:
        assert list_names.names_of(session, ids)["event"] == {hidden_id: {"vi": "Chuyến đi kín"}}
        with permissions.reading_as(session, session.get_one(User, reader.user_id)):
            assert list_names.names_of(session, ids)["event"] == {}


# How it is read


def test_a_file_is_one_state_of_the_database(
    admin: Caller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever enters somebody while the list is read neither waits nor is in half of it."""
    for number in range(6):
        admin.made("/people", {"name": f"Người {number}", "precedence": 10})
    known = list_names.names_of
    written: list[int] = []

    def while_others_write(session: Any, wanted: Any) -> Any:
        with database.transaction() as writing:
            # First in the list: everybody else moves on by one.
            factories.make_person(writing, name=f"An {len(written)}", precedence=1)
        written.append(1)
        return known(session, wanted)

    monkeypatch.setattr(list_exports, "AT_ONCE", 2)
    monkeypatch.setattr(list_names, "names_of", while_others_write)
    lines = records(admin.get("/people?format=csv&locale=en"))
    assert len(written) == 3
    assert [one["Name"] for one in lines] == [f"Người {number}" for number in range(6)]
    monkeypatch.undo()
    assert len(records(admin.get("/people?format=csv&locale=en"))) == 9


def test_a_file_takes_a_fixed_number_of_queries(admin: Caller, database: Database) -> None:
    counts: list[int] = []
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sql_event.listen(database.engine, "before_cursor_execute", note)
    for more in (1, 2):
        with database.transaction() as session:
            for _one in range(more):
                event = factories.make_event(session, status=EventStatus.PLANNED)
                factories.make_member(session, event)
                factories.make_task(session, event)
                body = factories.make_organisation(session)
                factories.make_person(session, organisation_id=body.id)
        seen.clear()
        for path in ("/events", "/people", "/tasks", "/organisations"):
            assert admin.get(f"{path}?format=csv").status_code == 200
        counts.append(len(seen))
    sql_event.remove(database.engine, "before_cursor_execute", note)
    assert counts[0] == counts[1]
    with database.transaction(write=False) as session:
        assert len(session.exec(select(Task)).all()) == 3
        assert len(session.exec(select(Person)).all()) > 3


def test_codes_and_offsets_are_told_in_words(admin: Caller) -> None:
    admin.made(
        "/task-templates",
        {"kind": "delegation", "title": {"vi": "Gửi thư mời"}, "offset": "-P12D", "anchor": "arrival"},
    )
    for locale, told in (("vi", "trước 12 ngày"), ("lo", "ກ່ອນ 12"), ("en", "12 days before")):
        line = next(
            one
            for one in records(admin.get(f"/task-templates?format=csv&locale={locale}"))
            if "Gửi thư mời" in one.values()
        )
        assert any(told in cell for cell in line.values()), line
        assert "-P12D" not in line.values()


def test_a_code_of_a_warning_stands_last_and_in_no_cell_of_several() -> None:
    columns = columns_of(ConflictSchema)
    (code,) = [one for one in columns if one.path == ("code",)]
    assert code.is_id
    assert columns.index(code) >= len(columns) - sum(one.is_id for one in columns)
    warning = {"code": "overlaps", "severity": "warning", "detail": "Trùng lịch.", "advice": "Dời."}
    cell = _Items(EventWarningSchema())([warning], Reading(Language.VI, ZoneInfo("Asia/Ho_Chi_Minh")))
    assert "overlaps" not in str(cell)
    assert "Trùng lịch." in str(cell)
