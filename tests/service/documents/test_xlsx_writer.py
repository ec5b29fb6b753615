"""Papers as .xlsx: read back with another library, they say what the value says."""

import re
import zipfile
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from calendars.documents.value import (
    Align,
    CellKind,
    Column,
    Document,
    Head,
    HeadForm,
    Heading,
    Items,
    Paper,
    Paragraph,
    Row,
    Run,
    Signature,
    Table,
    Text,
    plain,
)
from models.vocabulary import DocumentKind, Language
from service.documents import xlsx_writer
from service.documents.xlsx_writer import MOST_OF_A_CELL, MOST_OF_A_NAME, SheetNames, text_of_cell

HOSTILE = (
    "=1+1", "+84 900", "-2+3", "@SUM(A1)", "\t=1+1", "=cmd|'/c calc'!A0", "http://x.example/", "<b>&amp;</b>",
    "{{ x }}", "#let x", "\u202eabc", "_x0041_", "a\x00b\x0bc", "'=1", "００１", "1e5", "TRUE", "x" * 10_000, "a\r\nb",
    "]]>", "💥",
)  # fmt: skip


def text(*lines: str, language: Language = Language.VI, bold: bool = False) -> Text:
    return tuple((Run(line, language, bold=bold),) for line in lines)


def table(*rows: Sequence[Text], name: str = "Danh sách", kinds: Sequence[CellKind] = ()) -> Table:
    count = len(rows[0]) if rows else 1
    kinds = kinds or [CellKind.TEXT] * count
    columns = tuple(Column(text(f"Cột {place}"), 1.0 + place, kind=kind) for place, kind in enumerate(kinds))
    return Table(name, columns, tuple(Row(tuple(row)) for row in rows))


def paper(*blocks: Any, **wanted: Any) -> Document:
    values: dict[str, Any] = {
        "kind": DocumentKind.MEMBERS,
        "languages": (Language.VI,),
        "head": Head(HeadForm.PLAIN),
        "title": text("DANH SÁCH ĐOÀN"),
        "author": "Sở Ngoại vụ",
    }
    return Document(blocks=blocks, **(values | wanted))


def sheets(document: Document) -> dict[str, list[Any]]:
    """The cells that hold something, row by row, of each sheet."""
    book = CalamineWorkbook.from_filelike(BytesIO(xlsx_writer.write(document)))
    return {
        name: [cell for row in book.get_sheet_by_name(name).to_python() for cell in row if cell != ""]
        for name in book.sheet_names
    }


def parts(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_a_paper_reads_back_as_it_is_written() -> None:
    document = paper(
        Heading(text("I. KHÁCH")),
        table([text("1"), text("Ông A", "ທ່ານ ກ")], [text("2"), text("Bà B")], name="Khách"),
        Paragraph(text("Ghi chú trước danh sách sau.")),
        table([text("Ông C")], name="Chủ"),
        Items((text("Một"), text("Hai"))),
        head=Head(
            HeadForm.STATE,
            superior=text("ỦY BAN NHÂN DÂN"),
            issuer=text("SỞ NGOẠI VỤ"),
            state=text("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
            motto=text("Độc lập - Tự do - Hạnh phúc"),
            number=text("Số: ……/DS"),
            place_and_date=text("Hải Phòng, ngày …"),
        ),
        abstract=text("Thăm và làm việc"),
        recipients=(text("Nơi nhận:"), text("- Như trên;")),
        signatures=(Signature((text("GIÁM ĐỐC"),), text("Nguyễn Văn A")),),
    )
    head = [
        "ỦY BAN NHÂN DÂN", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "SỞ NGOẠI VỤ", "Độc lập - Tự do - Hạnh phúc",
        "Số: ……/DS", "Hải Phòng, ngày …", "DANH SÁCH ĐOÀN", "Thăm và làm việc",
    ]  # fmt: skip
    found = sheets(document)
    assert list(found) == ["Khách", "Chủ"]
    assert found["Khách"] == [*head, "I. KHÁCH", "Cột 0", "Cột 1", "1", "Ông A\nທ່ານ ກ", "2", "Bà B"]
    assert sorted(found["Chủ"]) == sorted(
        [*head, "Ghi chú trước danh sách sau.", "Cột 0", "Ông C", "Một", "Hai", "Nơi nhận:", "- Như trên;", "GIÁM ĐỐC",
         "Nguyễn Văn A"]
    )  # fmt: skip


def test_numbers_and_dates_are_written_as_such_and_what_is_neither_stays_a_text() -> None:
    number, day = CellKind.NUMBER, CellKind.DATE
    en, lo = Language.EN, Language.LO
    told = [
        ("12", Language.VI, number, 12), ("1.250.000", Language.VI, number, 1_250_000),
        ("0,5", Language.VI, number, 0.5),
        ("1,250", en, number, 1250), ("0.5", en, number, 0.5), ("007", Language.VI, number, "007"),
        ("10–12", Language.VI, number, "10–12"), ("……", Language.VI, number, "……"), ("1e5", en, number, "1e5"),
        ("12345678901234567", en, number, "12345678901234567"), ("1.250", en, number, 1.25),
        ("07/02/2024", Language.VI, day, date(2024, 2, 7)), ("10/3/2027", Language.VI, day, date(2027, 3, 10)),
        ("7 ກຸມພາ 2024", lo, day, date(2024, 2, 7)), ("7 February 2024", en, day, date(2024, 2, 7)),
        ("31/02/2024", Language.VI, day, "31/02/2024"), ("năm 2008", Language.VI, day, "năm 2008"),
        ("12", Language.VI, CellKind.TEXT, "12"), ("10/3/2027", Language.VI, CellKind.TEXT, "10/3/2027"),
    ]  # fmt: skip
    for words, language, kind, expected in told:
        (cell,) = sheets(paper(table([text(words, language=language)], kinds=[kind]), title=()))["Danh sách"][1:]
        assert (type(cell) in (int, float, date)) == (not isinstance(expected, str)), words
        assert cell == expected, words


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_text(hostile: str) -> None:
    document = paper(
        table([text(hostile)], name=hostile, kinds=[CellKind.NUMBER]), title=text(hostile), abstract=text(hostile),
        author=hostile,
    )  # fmt: skip
    content = xlsx_writer.write(document)
    (cells,) = sheets(document).values()
    assert cells == [text_of_cell(hostile), text_of_cell(hostile), "Cột 0", text_of_cell(hostile)]
    for name, xml in parts(content).items():
        assert not re.search("<f[ >]|<hyperlinks>|relationships/hyperlink", xml), name


LETTERS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)


@given(st.lists(LETTERS, min_size=1, max_size=5), LETTERS)
def test_whatever_is_written_is_read_back(words: list[str], name: str) -> None:
    document = paper(table(*([text(one)] for one in words), name=name), title=())
    (cells,) = sheets(document).values()
    assert cells == ["Cột 0", *(known for one in words if (known := text_of_cell(one)))]


@given(st.lists(st.text(max_size=50) | st.sampled_from(["History", "a" * 40, "[x]", "'", "Danh sách", "💥" * 20])))
def test_names_of_sheets_are_legal_and_unlike(wanted: list[str]) -> None:
    names = SheetNames()
    given_names = [names.of(one) for one in wanted]
    assert len({one.lower() for one in given_names}) == len(given_names)
    for one in given_names:
        assert 1 <= len(one.encode("utf-16-le")) // 2 <= MOST_OF_A_NAME
        assert not re.search(r"[\[\]:*?/\\]", one)
        assert not one.startswith("'")
        assert not one.endswith("'")
        assert one.lower() != "history"


def test_the_same_paper_is_the_same_bytes_and_says_no_more_of_itself_than_its_title_and_author() -> None:
    document = paper(table([text("a")]))
    content = xlsx_writer.write(document)
    assert xlsx_writer.write(document) == content
    core = parts(content)["docProps/core.xml"]
    told = re.findall(r"<((?:dc|cp|dcterms):\w+)[^>]*>([^<]+)<", core)
    assert dict(told) == {
        "dc:title": "DANH SÁCH ĐOÀN", "dc:creator": "Sở Ngoại vụ", "cp:lastModifiedBy": "Sở Ngoại vụ",
        "dcterms:created": "2000-01-01T00:00:00Z", "dcterms:modified": "2000-01-01T00:00:00Z",
    }  # fmt: skip
    assert "hidden" not in "".join(parts(content).values())


@pytest.mark.parametrize(
    ("sheet", "size", "is_across"),
    [(Paper.PORTRAIT, "9", False), (Paper.LANDSCAPE, "9", True), (Paper.POCKET, "70", False)],
)
def test_sheets_print_as_wide_as_the_paper_with_their_heading_on_every_page(
    sheet: Paper, size: str, is_across: bool
) -> None:
    found = parts(xlsx_writer.write(paper(table([text("a"), text("b")]), paper=sheet, abstract=text("x"))))
    xml = found["xl/worksheets/sheet1.xml"]
    setup = re.search(r"<pageSetup [^>]*>", xml)
    assert setup is not None
    assert f'paperSize="{size}"' in setup[0]
    assert 'fitToHeight="0"' in setup[0]
    assert ('orientation="landscape"' in setup[0]) == is_across
    # Title, abstract and a blank row stand above the heading.
    assert "_xlnm.Print_Titles" in found["xl/workbook.xml"]
    assert "$4:$4" in found["xl/workbook.xml"]


def test_rows_of_a_group_take_the_whole_width_and_columns_their_shares() -> None:
    rows = (Row((text("Ngày 1"),), group=True), Row((text("a"), text("b"))))
    columns = (Column(text("X"), 1), Column(text("Y"), 3, align=Align.CENTRE))
    content = xlsx_writer.write(paper(Table("N", columns, rows), title=()))
    xml = parts(content)["xl/worksheets/sheet1.xml"]
    assert '<mergeCell ref="A2:B2"/>' in xml
    widths = [float(one) for one in re.findall(r'<col [^>]*width="([\d.]+)"', xml)]
    assert widths[1] == pytest.approx(3 * widths[0], rel=0.05)


def test_a_paper_without_tables_has_one_sheet_and_a_long_text_is_cut() -> None:
    found = sheets(paper(Paragraph(text("y" * 40_000))))
    assert found == {"DANH SÁCH ĐOÀN": ["DANH SÁCH ĐOÀN", "y" * (MOST_OF_A_CELL - 1) + "…"]}
    assert plain(text("a", "b")) == "a\nb"
