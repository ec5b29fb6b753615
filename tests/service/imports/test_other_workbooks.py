"""Lists in .xls and .ods: read like .xlsx, in the same process with the same bounds."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from calendars.member_lists.csv_files import MAX_COLUMNS, MAX_ROWS
from calendars.member_lists.rows import read_roster
from models.database import Database
from models.errors import Invalid
from service.actions.imports import xlsx_child
from service.actions.imports.xlsx_reader import read_workbook
from service.api.members import ODS, XLS
from tests import factories
from tests.paths import TESTS
from tests.service.conftest import Caller

LISTS = Path(TESTS) / "data" / "lists"
"""``members.xls``: a hidden sheet, a sheet of notes, the list with a title, its organisation merged over three rows.
``not_names.xls``: TRUE, a number, a date and a division by zero for names. Written by xlwt 1.3."""
NAMES = ["Trần Đức Thắng", "ບຸນມີ ສີວົງ", "Lê Thị Hoà"]

_NAMESPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)


MANIFEST = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


COVERED = "<table:covered-table-cell/>"


@dataclass(frozen=True)
class Merged:
    """A text that is merged over some rows and columns."""

    text: str
    rows: int
    columns: int = 1


def cell(value: Any) -> str:
    if value is None:
        return "<table:table-cell/>"
    if value is COVERED:
        return COVERED
    if isinstance(value, Merged):
        spans = f'table:number-rows-spanned="{value.rows}" table:number-columns-spanned="{value.columns}"'
        return f'<table:table-cell office:value-type="string" {spans}><text:p>{value.text}</text:p></table:table-cell>'
    if isinstance(value, bool):
        return f'<table:table-cell office:value-type="boolean" office:boolean-value="{str(value).lower()}"/>'
    if isinstance(value, int | float):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    text = f"<text:p>{escape(value)}</text:p>"
    return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'


def ods(*sheets: Sequence[Sequence[Any]], raw: str = "") -> bytes:
    """An OpenDocument workbook, with the empty rows and columns to the edge that LibreOffice writes."""
    tables = ""
    for number, rows in enumerate(sheets):
        lines = "".join(
            f"<table:table-row>{''.join(map(cell, row))}"
            '<table:table-cell table:number-columns-repeated="16370"/></table:table-row>'
            for row in rows
        )
        empty = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
        tables += f'<table:table table:name="S{number}">{lines}{raw}{empty}</table:table>'
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMESPACES} office:version="1.3">'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    written = BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", xlsx_child._OPEN_DOCUMENT, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", MANIFEST)
    return written.getvalue()


LIST = [["DANH SÁCH ĐOÀN"], [], ["TT", "Họ và tên", "Chức vụ", "Đơn vị", "Vai trò", "Thứ bậc"],
        [1, NAMES[0], "Bí thư", "Sở Ngoại vụ", "Trưởng đoàn", 1], [2, NAMES[1], "ເຈົ້າແຂວງ", None, "Phó đoàn", 2.0],
        [3, NAMES[2], "Chuyên viên", "Sở Ngoại vụ", None, 20]]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "media_type"), [((LISTS / "members.xls").read_bytes(), XLS), (ods([["Ghi chú"]], LIST), ODS)]
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_list_is_taken_in(officer: Caller, database: Database, content: bytes, media_type: str) -> None:
    with database.transaction() as session:
        factories.make_organisation(session, name={"vi": "Sở Ngoại vụ"})
        event_id = factories.make_event(session, created_by=officer.user_id).id
    path = f"/api/v1/events/{event_id}/members/import"
    headers = {"Authorization": f"Bearer {officer.token}"}
    answer = officer.client.post(path, data=content, content_type=media_type, headers=headers)
    assert answer.status_code == 200, answer.text
    listed = officer.get(f"/events/{event_id}/members").json
    assert [(one["person"]["name"], one["role"], one["person"]["precedence"]) for one in listed] == [
        (NAMES[0], "head", 1), (NAMES[1], "deputy", 2), (NAMES[2], "member", 20),
    ]  # fmt: skip
    again = officer.client.post(path, data=content, content_type=media_type, headers=headers).json
    assert again["unchanged"] == 3


def test_merged_cells_of_an_xls_count_for_each_row() -> None:
    roster = read_roster(read_workbook((LISTS / "members.xls").read_bytes()))
    assert [one.organisation for one in roster.entries] == ["Sở Ngoại vụ"] * 3


def test_merged_cells_of_an_ods_count_for_each_row() -> None:
    """As LibreOffice writes them: the cells below are covered ones; of another sheet's nothing is taken."""
    lines = [
        ["Họ và tên", "Đơn vị", "Vai trò", "Chức vụ"],
        [NAMES[0], Merged("Sở Ngoại vụ", 3), "Trưởng đoàn", Merged("Bí thư", 2)],
        [NAMES[1], COVERED, None, COVERED],
        [NAMES[2], COVERED, None, "Chuyên viên"],
        ["Lan", "Sở Y tế", None, None],
    ]
    other = [[Merged("Ghi chú", 9, 2), COVERED], ["x", COVERED]]
    roster = read_roster(read_workbook(ods(other, lines)))
    assert [one.organisation for one in roster.entries] == [*["Sở Ngoại vụ"] * 3, "Sở Y tế"]
    assert [one.position for one in roster.entries] == ["Bí thư", "Bí thư", "Chuyên viên", None]


def test_a_merged_cell_below_repeated_rows_and_cells_is_at_its_place() -> None:
    lines = [["Họ và tên", None, None, "Đơn vị"]]
    repeated = '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>'
    first = (
        f'<table:table-row>{cell("Lan")}<table:table-cell table:number-columns-repeated="2"/>'
        f"{cell(Merged('Sở Y tế', 2000))}</table:table-row>"
    )
    second = f'<table:table-row>{cell("Hoa")}<table:table-cell table:number-columns-repeated="3"/></table:table-row>'
    roster = read_roster(read_workbook(ods(lines, raw=repeated + first + second)))
    assert [(one.name, one.organisation) for one in roster.entries] == [("Lan", "Sở Y tế"), ("Hoa", "Sở Y tế")]


@pytest.mark.parametrize(
    "content",
    [(LISTS / "not_names.xls").read_bytes(), ods([["Tên"], [True], [12345], ["2027-03-10"], ["#DIV/0!"], ["Lan"]])],
)
def test_what_is_no_name_becomes_nobody(content: bytes) -> None:
    roster = read_roster(read_workbook(content))
    assert [one.name for one in roster.entries] == ["Lan"]
    assert {"rows.2.name", "rows.3.name", "rows.4.name"} <= set(roster.errors)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ((LISTS / "members.xls").read_bytes()[:600], "password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000), "password"),
        (ods([["x"]])[:300], "no XLSX"),
        (ods([["x"]], raw="<table:table-row>"), "password|no XLSX"),
        (ods([["Tên"], *[["Lan"]] * (MAX_ROWS + 1)]), f"{MAX_ROWS}|rows"),
        (ods([["Tên"] * (MAX_COLUMNS + 2)]), f"{MAX_COLUMNS}|columns"),
        # A cell that stands for 16,000 × 1,000,000 of them.
        (
            ods(
                [["x"]],
                raw='<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type="string"'
                ' table:number-columns-repeated="16000"><text:p>x</text:p></table:table-cell></table:table-row>'
            ),
            "too much|far more|rows|no XLSX",
        ),
        (ods([["x" * 1000] for _row in range(40_000)]), "far more|rows"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_workbook(content)
    sentences = " ".join(str(one.to("en")) for one in refused.value.errors["file"])
    assert any(word in sentences for word in told.split("|")), sentences
