"""Spreadsheets read and written: encodings, delimiters, row numbers as programs show them, formulas, bounds."""

import csv
from collections.abc import Callable, Sequence
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.member_lists.csv_files import DELIMITERS, MAX_CELL, MAX_COLUMNS, MAX_LINES, TableRow, read_csv, write_csv
from calendars.member_lists.rows import read_roster
from calendars.member_lists.xlsx_files import TypedCell, is_workbook, workbook_lines
from models.errors import Invalid
from models.i18n import Message
from models.text import one_line


def plain(lines: Sequence[TableRow]) -> list[tuple[int, tuple[str, ...]]]:
    """The lines; a cell that is refused as “!”."""
    return [(line.number, tuple("!" if isinstance(cell, Message) else cell for cell in line.cells)) for line in lines]


def read(text: str, encoding: str = "utf-8") -> list[tuple[int, tuple[str, ...]]]:
    return plain(read_csv(text.encode(encoding)))


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


# XLSX


def cell(kind: str, text: str) -> str:
    """A cell as a line has it; “!” for one that is refused."""
    (line,) = plain(workbook_lines([(1, [(1, "text", "x"), (2, kind, text), (3, "text", "x")])]))
    return line[1][1]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("text", " Đào\n Thị  Lan", "Đào Thị Lan"),
        ("text", "=1+1", "!"),
        ("text", "'=1", "=1"),
        ("text", "x" * (MAX_CELL + 1), "!"),
        ("number", "1.0", "1"),
        ("number", "123456789012345678", "123456789012345678"),
        ("number", "1E+3", "1000"),
        ("number", "0.1", "0.1"),
        ("number", "-5", "-5"),
        ("number", "1e999", "inf"),
        ("number", "9" * 10_000, "!"),
        ("bool", "1", "TRUE"),
        ("bool", "0", "FALSE"),
        ("date", "2027-03-10", "2027-03-10"),
        ("moment", "2027-03-10T00:00:00", "2027-03-10"),
        ("moment", "2027-03-10T08:30:59.999000", "2027-03-10 08:30"),
        ("time", "08:30:00", "08:30:00"),
        ("duration", "129600.0", "1 day, 12:00:00"),
        ("duration", "-86400.0", "!"),
        ("formula", "", "!"),
        ("error", "#N/A", "!"),
        ("error", "", "!"),
    ],
)
def test_values_become_what_a_person_would_have_typed(kind: str, text: str, expected: str) -> None:
    assert cell(kind, text) == expected


def test_an_error_is_named() -> None:
    (line,) = workbook_lines([(1, [(1, "error", "#N/A" * 100)])])
    assert "#N/A#N/A#N/A#N/A#N/A." in str(line.cells[0])


def refused_rows(*rows: tuple[int, Sequence[TypedCell]]) -> str:
    return refusal(lambda _content: workbook_lines(rows), b"")


A: list[TypedCell] = [(1, "text", "a")]


def test_bounds_of_workbooks() -> None:
    assert len(workbook_lines(enumerate([A] * (MAX_LINES + 1), 1))) == MAX_LINES + 1
    assert "500 lines" in refused_rows(*enumerate([A] * (MAX_LINES + 2), 1))
    assert "row 2000" in refused_rows((1, A), (2001, []))
    assert "50 columns" in refused_rows((1, [*A, (16384, "text", "b")]))
    assert plain(workbook_lines([(2, [(50, "number", "1")]), (2000, [])])) == [(2, ("",) * 49 + ("1",))]
    assert "empty" in refused_rows((1, []), (2, []))


def test_is_workbook_by_its_first_bytes() -> None:
    assert is_workbook(b"PK\x03\x04 and more")
    assert is_workbook(b"\xd0\xcf\x11\xe0")
    assert not is_workbook(b"name\n")
