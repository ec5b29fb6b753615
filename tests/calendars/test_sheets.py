"""Spreadsheets read and written: encodings, delimiters, row numbers as programs show them, formulas, bounds, bombs."""

import csv
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from io import BytesIO, StringIO
from time import monotonic
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from calendars.roster import read_roster
from calendars.sheets import DELIMITERS, MAX_CELL, MAX_COLUMNS, MAX_LINES, Line, read_csv, write_csv
from calendars.workbooks import is_workbook, read_workbook
from models.errors import Invalid
from models.i18n import Message
from models.text import one_line


def plain(lines: Sequence[Line]) -> list[tuple[int, tuple[str, ...]]]:
    """The lines; a cell that is refused as “!”."""
    return [(line.number, tuple("!" if isinstance(cell, Message) else cell for cell in line.cells)) for line in lines]


def read(text: str, encoding: str = "utf-8") -> list[tuple[int, tuple[str, ...]]]:
    return plain(read_csv(text.encode(encoding)))


def workbook_of(*rows: Sequence[Any], change: Callable[[Workbook], object] = lambda workbook: None) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    change(workbook)
    written = BytesIO()
    workbook.save(written)
    return written.getvalue()


def repacked(content: bytes, name: str, part: str | None) -> bytes:
    """An XLSX file with one part replaced, added, or taken out."""
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for other in old.namelist():
            if other != name:
                new.writestr(other, old.read(other))
        if part is not None:
            new.writestr(name, part)
    return written.getvalue()


def refusal(read_it: Callable[[bytes], object], content: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        read_it(content)
    (sentences,) = caught.value.errors.values()
    assert set(caught.value.errors) == {"file"}
    return str(sentences[0])


def named(read_it: Callable[[bytes], object], content: bytes) -> set[str]:
    """What is named as wrong; nothing when it can be read. Any other error comes through."""
    try:
        read_it(content)
    except Invalid as refused:
        return set(refused.errors) or {"an error that names nothing"}
    return set()


# CSV


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "utf-16-be-bom"])
def test_encodings(encoding: str) -> None:
    text = "tên;ຊື່\nĐào;ບຸນມີ\n"
    if encoding.endswith("-bom"):
        text, encoding = "\ufeff" + text, encoding.removesuffix("-bom")
    assert read(text, encoding) == [(1, ("tên", "ຊື່")), (2, ("Đào", "ບຸນມີ"))]


@pytest.mark.parametrize("content", [b"t\xean\n", "tên".encode("cp1258", "replace") + b"\x80", b"\xff\xfea"])
def test_other_encodings_are_refused(content: bytes) -> None:
    assert "UTF-8" in refusal(read_csv, content)


@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(delimiter: str, ending: str) -> None:
    assert read(f"a{delimiter}b{ending}1{delimiter}2{ending}") == [(1, ("a", "b")), (2, ("1", "2"))]


def test_rows_are_counted_as_programs_show_them() -> None:
    text = 'sep=;\n\na;b\n;;\n"one\nof two, lines";2\n\n3;\n'
    assert read(text) == [(2, ("a", "b")), (4, ("one of two, lines", "2")), (6, ("3",))]


def test_control_characters_go_and_quotes_are_read() -> None:
    assert read('a\x00,"b ""c"""\n\x07x\x1f,y') == [(1, ("a", 'b "c"')), (2, ("x", "y"))]


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-1+2", "@SUM(A1)", "＝1", " =1", '"\t1"', "\x01=1"])
def test_formulas_are_refused(text: str) -> None:
    assert read(f"a,b\n{text},x\n")[1] == (2, ("!", "x"))


@pytest.mark.parametrize("text", ["+84 912 345 678", "+84(0)912-345", "-5", "1=1", "a@b.example", "'=1", "''=1"])
def test_what_only_looks_like_a_formula(text: str) -> None:
    expected = text[1:] if text.startswith("'") else text
    assert read(f"a,b\n{text},x\n")[1] == (2, (expected, "x"))


def test_bounds() -> None:
    assert len(read("a\n" + "b\n" * MAX_LINES + "\n" * 100)) == MAX_LINES + 1
    assert "500 lines" in refusal(read_csv, b"a\n" + b"b\n" * (MAX_LINES + 1))
    assert "row 2000" in refusal(read_csv, b"a\n" + b"\n" * 2000)
    assert len(read("a," * MAX_COLUMNS)[0][1]) == MAX_COLUMNS
    assert "50 columns" in refusal(read_csv, b"a," * MAX_COLUMNS + b"b")
    assert read("x" * MAX_CELL) == [(1, ("x" * MAX_CELL,))]
    assert read("x" * (MAX_CELL + 1)) == [(1, ("!",))]
    for nothing in (b"", b"\n\n", b",,\n", b"\xef\xbb\xbf", b"\x00"):
        assert refusal(read_csv, nothing) == "The file is empty."
    assert "row 3" in refusal(read_csv, b'a\nb\n"c\nd\n')
    assert "quotation mark" in refusal(read_csv, b'a\n"b" c\n')


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=8)


@given(TABLES, st.sampled_from(DELIMITERS), st.sampled_from(["utf-8-sig", "utf-16"]))
def test_what_is_written_is_read_again(rows: list[list[str]], delimiter: str, encoding: str) -> None:
    rows = [["tên", "b"], *([one_line(cell) for cell in row] for row in rows)]
    written = write_csv(rows, delimiter).decode("utf-8-sig").encode(encoding)
    expected = []
    for number, row in enumerate(rows, 1):
        while row and not row[-1]:
            row = row[:-1]
        if row:
            expected.append((number, tuple(row)))
    assert plain(read_csv(written)) == expected


@given(TABLES)
def test_no_cell_that_is_written_is_a_formula(rows: list[list[str]]) -> None:
    text = write_csv(rows).decode("utf-8-sig")
    cells = [cell for row in csv.reader(StringIO(text, newline="")) for cell in row]
    assert not [cell for cell in cells if "\x1e" in cell]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


HEADERS = st.sampled_from(["name", "vai trò", "rank", "x", "", "no.", "email", "ngôn ngữ", "=1", '"', ",", ";", "\n"])


@given(st.binary(max_size=300) | st.lists(HEADERS | CELLS, max_size=12).map(lambda parts: ",".join(parts).encode()))
def test_reading_raises_nothing_but_its_own_error(content: bytes) -> None:
    assert named(lambda given: read_roster(read_csv(given)), content) <= {"file", "header"}
    assert named(lambda given: read_roster(read_workbook(given)), content) <= {"file", "header"}


# XLSX

GOOD = workbook_of(["Tên", "Hạng"], ["Lan", 1])


@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=6))
def test_damaged_workbook_is_refused_or_read(place: int, noise: bytes) -> None:
    damaged = GOOD[:place] + noise + GOOD[place + len(noise) :]
    assert named(read_workbook, damaged) <= {"file"}


def test_values_become_what_a_person_would_have_typed() -> None:
    row = ["Lan", 84912345678, 1.0, 1.5, date(2027, 3, 10), datetime(2027, 3, 10, 8, 30), time(8, 30), True, 1e300]
    (line,) = read_workbook(workbook_of(row))
    assert line.cells[:8] == (
        "Lan", "84912345678", "1", "1.5", "2027-03-10", "2027-03-10 08:30", "08:30:00", "TRUE",
    )  # fmt: skip
    assert isinstance(line.cells[8], str)


def test_formulas_are_refused_even_with_a_kept_value() -> None:
    content = workbook_of(["a", "=1+1", "x"], ["=A1"], ["'=1"])
    sheet = "xl/worksheets/sheet1.xml"
    text = zipfile.ZipFile(BytesIO(content)).read(sheet).decode()
    assert "<v />" in text or "<v></v>" in text or "<v/>" in text
    kept = text.replace("<v />", "<v>2</v>").replace("<v/>", "<v>2</v>").replace("<v></v>", "<v>2</v>")
    found = plain(read_workbook(repacked(content, sheet, kept)))
    assert found == [(1, ("a", "!", "x")), (2, ("!",)), (3, ("=1",))]


def test_first_visible_sheet_is_read_with_its_row_numbers() -> None:
    def change(workbook: Workbook) -> None:
        workbook.worksheets[0].sheet_state = "hidden"
        second = workbook.create_sheet("Đoàn")
        second["A1"], second["B5"] = "Tên", "Lan"
        second.merge_cells("A8:C9")
        workbook.create_sheet("Khác")["A1"] = "z"

    assert plain(read_workbook(workbook_of(["hidden"], change=change))) == [(1, ("Tên",)), (5, ("", "Lan"))]


def test_error_values_are_refused() -> None:
    assert plain(read_workbook(workbook_of(["a"], ["#N/A", "b"]))) == [(1, ("a",)), (2, ("!", "b"))]


def test_bounds_of_workbooks() -> None:
    assert "500 lines" in refusal(read_workbook, workbook_of(*[["a"]] * (MAX_LINES + 2)))
    assert len(read_workbook(workbook_of(*[["a"]] * (MAX_LINES + 1)))) == MAX_LINES + 1
    assert "50 columns" in refusal(read_workbook, workbook_of(["a"] * (MAX_COLUMNS + 1)))
    assert "50 columns" in refusal(read_workbook, workbook_of(["a"] + [None] * 100 + ["b"]))
    assert "empty" in refusal(read_workbook, workbook_of())
    full = [[f"Person {row} {column}" for column in range(12)] for row in range(MAX_LINES + 1)]
    assert len(read_workbook(workbook_of(*full))) == MAX_LINES + 1


MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET, STYLES, STRINGS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"
RANGES = f"<dataValidation sqref='{'A1:B2 ' * 1_000_000}'/>"
ATTRIBUTES = " ".join(f"a{number}=''" for number in range(500_000))
ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row>'


@pytest.mark.parametrize(
    ("part", "text"),
    [
        (SHEET, f'<worksheet {MAIN}><dimension ref="A1:XFD1048576"/><sheetData>{ROW}</sheetData></worksheet>'),
        (SHEET, f'<worksheet {MAIN}><sheetData>{ROW}<row r="99999999"><c><v>1</v></c></row></sheetData></worksheet>'),
        (
            SHEET,
            f"<worksheet {MAIN}><sheetData>{ROW}</sheetData><dataValidations>{RANGES}</dataValidations></worksheet>",
        ),
        (SHEET, f"<worksheet {MAIN}><sheetData>{'<row/>' * 1_000_000}</sheetData></worksheet>"),
        (SHEET, f"<worksheet {MAIN}><sheetData><row><c><v>{'9' * 10_000}</v></c></row></sheetData></worksheet>"),
        (STYLES, f"<styleSheet {MAIN}><cellXfs>{'<xf/>' * 70_000}</cellXfs></styleSheet>"),
        (STRINGS, f"<sst {MAIN}>{' ' * 31_000_000}</sst>"),
        (STRINGS, f"<sst {MAIN} {ATTRIBUTES}/>"),
        (STYLES, f"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>]><styleSheet {MAIN}>{'&a;' * 10_000}</styleSheet>"),
    ],
    ids=["dimension", "far-row", "ranges", "rows", "digits", "styles", "size", "attributes", "entities"],
)
def test_bombs_end_soon(part: str, text: str) -> None:
    content = repacked(GOOD, part, text)
    began = monotonic()
    assert named(read_workbook, content) <= {"file"}
    assert monotonic() - began < 10, "a few seconds on a busy machine"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no XLSX"),
        (b"name\nLan\n", "no XLSX"),
        (b"PK\x03\x04", "no XLSX"),
        (GOOD[: len(GOOD) // 2], "no XLSX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password"),
        (repacked(GOOD, "xl/workbook.xml", None), "no XLSX"),
        (repacked(GOOD, "[Content_Types].xml", None), "no XLSX"),
        (repacked(GOOD, SHEET, f"<worksheet {MAIN}>&boom;</worksheet>"), "no XLSX"),
        (repacked(GOOD, STYLES, "\ufeff<styleSheet/>".encode("utf-16").decode("latin-1")), "no XLSX"),
    ],
)
def test_what_is_no_workbook(content: bytes, told: str) -> None:
    assert told in refusal(read_workbook, content)


def test_is_workbook_by_its_first_bytes() -> None:
    assert is_workbook(GOOD)
    assert is_workbook(b"\xd0\xcf\x11\xe0")
    assert not is_workbook(b"name\n")
