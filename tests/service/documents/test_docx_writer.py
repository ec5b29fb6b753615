"""Papers as .docx, read back: words, measures against Decree 30/2020, faces, tables, hostile text."""

import re
import struct
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from typing import Any

import docx
import pytest
from docx.shared import Mm
from hypothesis import given
from hypothesis import strategies as st

from calendars.documents.value import (
    Card,
    CardForm,
    Cards,
    Column,
    Document,
    HeadForm,
    Heading,
    Items,
    PageBreak,
    Paper,
    Paragraph,
    Row,
    Run,
    Signature,
    Table,
    Text,
    plain,
    texts,
)
from models.vocabulary import Language
from service.documents import docx_writer, figures
from service.documents.docx_figures import Picture
from service.documents.docx_text import tidy, width
from tests.service.documents import docx_papers as papers
from tests.service.documents.docx_papers import NS, VI, W, both, lo, vi

PAPERS: dict[str, Document] = {
    "letter": papers.letter(),
    "party": papers.letter(papers.PARTY_HEAD),
    "lao": papers.letter(papers.LAO_HEAD),
    "programme": papers.programme(),
    "pocket": replace(papers.programme(), paper=Paper.POCKET),
    "figures": papers.figures(),
    "plates": papers.cards(CardForm.PLATE, 2),
    "badges": papers.cards(CardForm.BADGE, 9),
    "several": replace(papers.letter(), following=(papers.letter(papers.PARTY_HEAD), papers.programme())),
}


def said(document: Document) -> list[str]:
    """The lines of a value in the order in which they are read."""
    found: list[str] = []
    for paper in (document, *document.following):
        alone = replace(paper, following=())
        ordered = list(texts(alone))
        if paper.head.form is HeadForm.LAO:  # the state above all
            ordered = [*ordered[2:4], *ordered[:2], *ordered[4:]]
        found += [line for text in ordered for line in plain(text).split("\n")]
    return [line for one in found if (line := tidy(one).strip())]


def read(content: bytes) -> list[str]:
    return [line.strip() for text in papers.paragraph_texts(content) for line in text.split("\n") if line.strip()]


@pytest.mark.parametrize("name", [name for name in PAPERS if name not in ("figures", "plates", "badges")])
def test_says_what_the_value_says_in_its_order(name: str) -> None:
    assert read(docx_writer.write(PAPERS[name])) == said(PAPERS[name])


def test_figures_are_told_in_words_too() -> None:
    found = read(docx_writer.write(PAPERS["figures"]))
    assert set(said(PAPERS["figures"])) <= set(found)
    numbered = dict(pairwise(found[: found.index("Đoàn theo năm")]))
    assert [numbered[number] for number in ("1.", "2.", "3.", "4.")] == ["Ông An", "Ông Bun Mi", "Bà Bình", "ທ່ານ ຄຳ"]
    assert found[found.index("2026") :][:3] == ["2026", "4.5", "1"]


def test_a_figure_says_its_words_once() -> None:
    """Its title stands above it as text, and not in the picture; who sits where stands in the table of the paper."""
    seats = [*papers.SEATING.far, *papers.SEATING.near]
    rows = tuple(Row((vi(str(one.number)), one.name)) for one in seats if one.name)
    listed = Table("Chỗ ngồi", (Column(vi("Chỗ"), 1), Column(vi("Họ và tên"), 5)), rows)
    of = replace(PAPERS["figures"], blocks=(papers.SEATING, listed))
    found = read(docx_writer.write(of))
    for words in ("Hội đàm", "Ông An", "Bà Bình"):
        assert found.count(words) == 1
    alone = read(docx_writer.write(replace(of, blocks=(papers.SEATING,))))
    assert [alone.count(words) for words in ("Hội đàm", "Ông An")] == [1, 1]


def test_a_picture_draws_no_title(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = []
    png = figures.png
    monkeypatch.setattr(figures, "png", lambda figure, width: drawn.append(figure.title) or png(figure, width))
    docx_writer.write(PAPERS["figures"])
    assert drawn == [(), ()]


@pytest.mark.parametrize(("across", "down"), [(1000, 1000), (100, 9000), (9000, 100)])
def test_a_picture_has_room_in_width_and_height(across: int, down: int) -> None:
    content = struct.pack(">8s8xII", b"\x89PNG\r\n\x1a\n", across, down)
    picture = Picture.fitted(1, content, (165.0, 180.0), "")
    assert picture.width <= 165.01
    assert picture.height <= 180.01
    assert picture.width / picture.height == pytest.approx(across / down)


def test_a_break_begins_a_page_and_the_last_item_is_not_alone() -> None:
    of = replace(papers.letter(), blocks=(Paragraph(vi("Một")), PageBreak(), Items((vi("a"), vi("b"), vi("c")))))
    file = papers.part(docx_writer.write(of))
    assert [one for one in file.iter(f"{{{W}}}br") if one.get(f"{{{W}}}type") == "page"] == []
    assert len(file.findall(".//w:pageBreakBefore", NS)) == 1
    kept = ["".join(one.itertext()) for one in file.iter(f"{{{W}}}p") if one.find("w:pPr/w:keepNext", NS) is not None]
    assert [one for one in kept if one in ("a", "b", "c")] == ["b"]


def test_figures_are_pictures_with_their_words_as_alternative_text() -> None:
    content = docx_writer.write(PAPERS["figures"])
    file = docx.Document(BytesIO(content))
    assert len(file.inline_shapes) == 2
    for shape, words in zip(file.inline_shapes, (["Ông An", "ທ່ານ ຄຳ", "Hội đàm"], ["2026", "4.5", "Vào"]), strict=True):
        told = shape._inline.docPr.get("descr")
        assert [word for word in words if word not in told] == []
        assert shape.width.mm <= 165.1
        assert shape.height.mm > 20
    with zipfile.ZipFile(BytesIO(content)) as archive:
        pictures = [name for name in archive.namelist() if name.startswith("word/media/")]
        assert [archive.read(name)[:4] for name in pictures] == [b"\x89PNG"] * 2


@pytest.mark.parametrize("name", PAPERS)
def test_opens_with_another_program_and_bytes_are_the_same_again(name: str) -> None:
    content = docx_writer.write(PAPERS[name])
    docx.Document(BytesIO(content))
    assert docx_writer.write(PAPERS[name]) == content


@pytest.mark.parametrize(
    ("paper", "page", "margins"),
    [
        (Paper.PORTRAIT, (210, 297), {"top": (20, 25), "bottom": (20, 25), "left": (30, 35), "right": (15, 20)}),
        (Paper.LANDSCAPE, (297, 210), {"top": (20, 25), "bottom": (20, 25), "left": (30, 35), "right": (15, 20)}),
        (Paper.POCKET, (105, 148), {"top": (8, 12), "bottom": (8, 12), "left": (8, 12), "right": (8, 12)}),
    ],
)
def test_sheet_and_margins(paper: Paper, page: tuple[int, int], margins: dict[str, tuple[int, int]]) -> None:
    section = docx.Document(BytesIO(docx_writer.write(replace(papers.programme(), paper=paper)))).sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == page
    found = {side: getattr(section, f"{side}_margin") for side in margins}
    for side, (least, most) in margins.items():
        assert Mm(least) - 1000 <= found[side] <= Mm(most) + 1000, side
    assert (section.orientation == 1) == (page[0] > page[1])
    assert section.header_distance < section.top_margin


Measure = Callable[[Any], bool]
DECREE: list[tuple[str, str, tuple[float, float], dict[str, bool | None]]] = [
    # what stands there, its style, its size in points, its face
    ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "State Name", (12, 13), {"bold": True, "italic": None}),
    ("Độc lập - Tự do - Hạnh phúc", "State Motto", (13, 14), {"bold": True, "italic": None}),
    ("ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG", "Issuing Body", (12, 13), {"bold": None, "italic": None}),
    ("SỞ NGOẠI VỤ", "Issuing Body", (12, 13), {"bold": True, "italic": None}),
    ("Số: 12/KH-SNgV", "Document Number", (13, 13), {"bold": None, "italic": None}),
    ("Hải Phòng, ngày 07 tháng 3 năm 2026", "Place And Date", (13, 14), {"bold": None, "italic": True}),
    ("KẾ HOẠCH", "Title", (13, 14), {"bold": True, "italic": None}),
    ("Đón Đoàn đại biểu tỉnh Viêng Chăn", "Subtitle", (13, 14), {"bold": True, "italic": None}),
    ("Chu đáo", "List Bullet", (13, 14), {"bold": None, "italic": None}),
    ("KT. GIÁM ĐỐC", "Signature", (13, 14), {"bold": True, "italic": None}),
    ("Nguyễn Văn An", "Signature", (13, 14), {"bold": True, "italic": None}),
    ("Nơi nhận:", "Recipients Heading", (12, 12), {"bold": True, "italic": True}),
    ("- Như trên;", "Recipients", (11, 11), {"bold": None, "italic": None}),
]


@pytest.mark.parametrize(("words", "style", "sizes", "face"), DECREE, ids=[row[0] for row in DECREE])
def test_sizes_and_faces_of_the_decree(
    words: str, style: str, sizes: tuple[float, float], face: dict[str, bool | None]
) -> None:
    file = docx.Document(BytesIO(docx_writer.write(papers.letter())))
    found = [docx.text.paragraph.Paragraph(one, file) for one in file.element.body.iter(f"{{{W}}}p")]
    paragraph = next(one for one in found if one.text == words)
    assert paragraph.style is not None
    assert paragraph.style.name == style
    size, own = None, paragraph.style
    while size is None and own is not None:
        size, own = own.font.size, own.base_style
    assert size is not None
    assert sizes[0] <= size.pt <= sizes[1]
    for name, wanted in face.items():
        shown = getattr(paragraph.runs[0].font, name) or getattr(paragraph.style.font, name)
        assert bool(shown) == bool(wanted), name


def test_body_is_justified_with_a_first_line_moved_in() -> None:
    file = docx.Document(BytesIO(docx_writer.write(papers.letter())))
    body = next(one for one in file.paragraphs if one.text.startswith("Thực hiện"))
    assert body.style is not None
    assert body.style.name == "Body Text First Indent"
    assert body.alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.JUSTIFY
    assert 9.9 <= body.style.paragraph_format.first_line_indent.mm <= 12.8
    headings = {one.text: one.style.name for one in file.paragraphs if one.style and "eading" in one.style.name}
    assert headings == {"I. MỤC ĐÍCH": "Heading 1", "II. PHÂN CÔNG": "Heading 2"}


def test_one_number_centred_in_the_margin_above_from_the_second_page() -> None:
    content = docx_writer.write(papers.letter())
    section = docx.Document(BytesIO(content)).sections[0]
    assert section.different_first_page_header_footer
    assert section.first_page_header.paragraphs[0].text == ""
    number = section.header.paragraphs[0]
    assert number.alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.CENTER
    assert "PAGE" in papers.part(content, "word/header1.xml").findtext(".//w:instrText", namespaces=NS)
    assert number.style is not None
    assert 13 <= number.style.font.size.pt <= 14


def test_papers_that_follow_begin_on_a_new_page_and_count_anew() -> None:
    file = papers.part(docx_writer.write(PAPERS["several"]))
    sections = file.findall(".//w:sectPr", NS)
    assert [one.find("w:pgNumType", NS).get(f"{{{W}}}start") for one in sections] == ["1", "1", "1"]
    assert {one.find("w:type", NS).get(f"{{{W}}}val") for one in sections} == {"nextPage"}
    assert [one.find("w:pgSz", NS).get(f"{{{W}}}orient") for one in sections] == [None, None, "landscape"]


def test_the_head_is_two_blocks_beside_each_other_with_lines_below() -> None:
    file = docx.Document(BytesIO(docx_writer.write(papers.letter())))
    head = file.tables[0]
    assert [[cell.text.strip() for cell in row.cells] for row in head.rows] == [
        [
            "ỦY BAN NHÂN DÂN THÀNH PHỐ HẢI PHÒNG\nSỞ NGOẠI VỤ",
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc",
        ],
        ["Số: 12/KH-SNgV\nV/v đón đoàn", "Hải Phòng, ngày 07 tháng 3 năm 2026"],
    ]
    for cell, text, size, least, most in (
        (head.cell(0, 0), vi("SỞ NGOẠI VỤ", bold=True), 13, 1 / 3, 1 / 2),
        (head.cell(0, 1), vi("Độc lập - Tự do - Hạnh phúc", bold=True), 14, 0.98, 1.02),
    ):
        line = cell.paragraphs[-1]
        assert line._p.find(".//w:pBdr/w:top", NS) is not None
        indent = line.paragraph_format
        length = cell.width.mm - indent.left_indent.mm - indent.right_indent.mm
        assert least <= length / width(text[0], size) <= most
        assert indent.left_indent == indent.right_indent
    state = vi("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", bold=True)
    assert width(state[0], 13) < head.cell(0, 1).width.mm


def test_a_lao_head_stands_above_all_in_the_middle() -> None:
    file = docx.Document(BytesIO(docx_writer.write(papers.letter(papers.LAO_HEAD))))
    first = file.paragraphs[:2]
    assert [one.text for one in first] == [plain(papers.LAO_HEAD.state), plain(papers.LAO_HEAD.motto)]
    assert {one.style.paragraph_format.alignment for one in first if one.style} == {1}
    assert "ສາທາລະນະລັດ" not in file.tables[0].cell(0, 1).text


def test_a_party_paper_has_no_motto_and_a_line_below_the_party() -> None:
    cell = docx.Document(BytesIO(docx_writer.write(PAPERS["party"]))).tables[0].cell(0, 1)
    assert cell.text.strip() == "ĐẢNG CỘNG SẢN VIỆT NAM"
    assert cell.paragraphs[-1]._p.find(".//w:pBdr", NS) is not None


def test_signatures_stand_on_the_right_recipients_on_the_left() -> None:
    foot = docx.Document(BytesIO(docx_writer.write(papers.letter()))).tables[-1]
    assert [cell.text.split("\n")[0] for cell in foot.rows[0].cells] == ["Nơi nhận:", "KT. GIÁM ĐỐC"]
    second = Signature((lo("ຫົວໜ້າພະແນກ"),), lo("ບຸນມີ"))
    two = replace(papers.letter(), recipients=(), signatures=(papers.SIGNATURE, second))
    foot = docx.Document(BytesIO(docx_writer.write(two))).tables[-1]
    assert [cell.text.split("\n")[0] for cell in foot.rows[0].cells] == ["KT. GIÁM ĐỐC", "ຫົວໜ້າພະແນກ"]


def test_scripts_have_their_faces_and_languages() -> None:
    mixed = replace(papers.letter(), blocks=(Paragraph(vi("Ông Bun Mi (ທ່ານ ບຸນມີ) đến") + lo("ຄະນະ Hải Phòng 2026")),))
    content = docx_writer.write(mixed)
    found = {}
    for run in papers.part(content).iter(f"{{{W}}}r"):
        text = run.findtext("w:t", namespaces=NS)
        if text:
            faces = run.find("w:rPr/w:rFonts", NS)
            found[text.strip()] = (
                None if faces is None else faces.get(f"{{{W}}}cs"),
                run.find("w:rPr/w:cs", NS) is not None,
                run.find("w:rPr/w:lang", NS).get(f"{{{W}}}val"),
            )
    assert found["Ông Bun Mi ("] == (None, False, "vi-VN")
    assert found["ທ່ານ ບຸນມີ"] == ("Phetsarath OT", True, "lo-LA")
    assert found[") đến"] == (None, False, "vi-VN")
    assert found["Hải Phòng 2026"] == (None, False, "vi-VN")
    assert papers.part(content).find(".//w:rtl", NS) is None
    faces = papers.part(content, "word/styles.xml").find(".//w:rPrDefault//w:rFonts", NS)
    assert {faces.get(f"{{{W}}}{kind}") for kind in ("ascii", "hAnsi")} == {"Times New Roman"}
    assert faces.get(f"{{{W}}}cs") == "Phetsarath OT"


def test_lists_are_lists_and_each_numbered_one_begins_with_one() -> None:
    content = docx_writer.write(papers.letter())
    numbers = {
        "".join(one.itertext()): one.find("w:pPr/w:numPr/w:numId", NS).get(f"{{{W}}}val")
        for one in papers.part(content).iter(f"{{{W}}}p")
        if one.find("w:pPr/w:numPr", NS) is not None
    }
    assert numbers["Chu đáo"] == numbers["An toàn"]
    assert len({numbers["Chu đáo"], numbers["Một"], numbers["Ba"]}) == 3
    lists = papers.part(content, "word/numbering.xml")
    for words in ("Một", "Ba"):
        one = lists.find(f"w:num[@w:numId='{numbers[words]}']", NS)
        assert one.find(".//w:startOverride", NS).get(f"{{{W}}}val") == "1"


def test_tables_repeat_their_heads_break_no_row_and_fill_the_width() -> None:
    document = papers.programme(days=3, items=2)
    file = papers.part(docx_writer.write(document))
    table = file.find(".//w:tbl", NS)
    rows = table.findall("w:tr", NS)
    assert len(rows) == 1 + 3 * 3
    assert [one.find("w:trPr/w:tblHeader", NS) is not None for one in rows] == [True] + [False] * 9
    assert all(one.find("w:trPr/w:cantSplit", NS) is not None for one in rows)
    grid = [int(one.get(f"{{{W}}}w")) for one in table.findall("w:tblGrid/w:gridCol", NS)]
    assert sum(grid) == int(table.find("w:tblPr/w:tblW", NS).get(f"{{{W}}}w")) == round((297 - 30 - 15) * 1440 / 25.4)
    for row in rows:
        cells = row.findall("w:tc", NS)
        widths = [int(one.find("w:tcPr/w:tcW", NS).get(f"{{{W}}}w")) for one in cells]
        assert widths == (grid if len(cells) > 1 else [sum(grid)])
        is_group = len(cells) == 1
        assert all(one.find("w:pPr/w:keepNext", NS) is not None for one in row.iter(f"{{{W}}}p")) == is_group or (
            row is rows[0]
        )
    assert grid == pytest.approx([sum(grid) * one / 168 for one in (14, 40, 40, 26, 24, 24)], abs=1)


@pytest.mark.parametrize("shares", [(5, 22, 7, 7, 8, 11, 12, 12, 9, 14, 12, 16), (1, 90, *(1,) * 10)])
def test_no_heading_of_a_table_breaks_within_a_word(shares: tuple[int, ...]) -> None:
    names = ("STT", "Nội dung", "Số người", "Số lần", "Số lượng", "Đơn vị", "Đơn giá", "Định mức", "Tiền tệ",
             "Thành tiền", "Đơn vị chi", "Ghi chú")  # fmt: skip
    columns = tuple(Column(vi(name), share) for name, share in zip(names, shares, strict=True))
    rows = (Row(tuple(vi("1") for _name in names)),)
    made = replace(papers.programme(), blocks=(Table("Dự toán", columns, rows),))
    body = docx.Document(BytesIO(docx_writer.write(made)))
    found = [cell.width for cell in body.tables[-1].rows[0].cells]
    for name, room in zip(names, found, strict=True):
        widest = max(width((Run(word, Language.VI, bold=True),), 12) for word in name.split())
        assert Mm(widest + 3.8) <= room, name
    grid = body.tables[-1]._tbl.tblGrid.gridCol_lst
    assert sum(found) == sum(one.w for one in grid)


def test_plates_are_sheets_whose_halves_are_turned_against_each_other() -> None:
    file = papers.part(docx_writer.write(papers.cards(CardForm.PLATE, 3)))
    rows = file.findall(".//w:tr", NS)
    assert len(rows) == 3
    for row in rows:
        turned = [one.get(f"{{{W}}}val") for one in row.iter(f"{{{W}}}textDirection")]
        assert turned == ["tbRl", "btLr"]
        left, right = ("".join(cell.itertext()) for cell in row.findall("w:tc", NS))
        assert left == right + "chay"  # on the half that faces the holder only
        assert row.find("w:trPr/w:trHeight", NS).get(f"{{{W}}}hRule") == "exact"


def test_eight_badges_fill_a_sheet() -> None:
    file = papers.part(docx_writer.write(papers.cards(CardForm.BADGE, 9)))
    rows = file.findall(".//w:tr", NS)
    assert [len(one.findall("w:tc", NS)) for one in rows] == [2] * 5
    height = int(rows[0].find("w:trPr/w:trHeight", NS).get(f"{{{W}}}val")) / 1440 * 25.4
    page, margins = file.find(".//w:pgSz", NS), file.find(".//w:pgMar", NS)
    room = (int(page.get(f"{{{W}}}h")) - 2 * int(margins.get(f"{{{W}}}top"))) / 1440 * 25.4
    assert 4 * height < room < 5 * height


@pytest.mark.parametrize("letters", [5, 30, 200])
def test_a_long_name_gets_a_smaller_size_on_its_plate(letters: int) -> None:
    name = vi("M" * letters, bold=True)
    plate = replace(papers.cards(CardForm.PLATE, 1), blocks=(Cards(CardForm.PLATE, (Card(name),)),))
    size = papers.part(docx_writer.write(plate)).find(".//w:tc//w:sz", NS)
    points = int(size.get(f"{{{W}}}val")) / 2
    assert points == 16 or width(name[0], points) <= 277 - 20


def sizes_of(document: Document, style: str) -> list[float]:
    """The sizes of the paragraphs of a style, in points."""
    found = papers.part(docx_writer.write(document)).iter(f"{{{W}}}p")
    shown = [
        one for one in found if (of := one.find("w:pPr/w:pStyle", NS)) is not None and of.get(f"{{{W}}}val") == style
    ]
    return [int(size.get(f"{{{W}}}val")) / 2 for one in shown if (size := one.find(".//w:sz", NS)) is not None]


@pytest.mark.parametrize("form", CardForm)
def test_names_and_lines_of_a_set_have_one_size_each(form: CardForm) -> None:
    people = [Card(vi(name, bold=True), (vi(line),)) for name, line in (
        ("An", "Giám đốc"), ("Nguyễn Thị Bích Phượng", "Phó Chánh Văn phòng"), ("Bun Mi", "Phó Giám đốc Sở Ngoại vụ"),
    )]  # fmt: skip
    of = replace(papers.cards(form, 1), blocks=(Cards(form, tuple(people)),))
    names, below = (set(sizes_of(of, style)) for style in ("CardName", "CardText"))
    assert (len(names), len(below)) == (1, 1)
    longer = replace(of, blocks=(Cards(form, (*people, Card(vi("M" * 60, bold=True), (vi("Giám đốc"),)))),))
    *others, long = dict.fromkeys(sizes_of(longer, "CardName"))
    assert len(others) == 1
    assert long < others[0]
    assert set(sizes_of(longer, "CardText")) == below


def test_a_mark_is_small_and_not_bold() -> None:
    content = docx_writer.write(papers.cards(CardForm.PLATE, 1))
    (mark,) = [one for one in papers.part(content).iter(f"{{{W}}}r") if "".join(one.itertext()) == "chay"]
    assert int(mark.find("w:rPr/w:sz", NS).get(f"{{{W}}}val")) / 2 <= 10
    assert mark.find("w:rPr/w:b", NS) is None


def test_properties_name_the_office_and_the_paper_only() -> None:
    content = docx_writer.write(papers.letter())
    with zipfile.ZipFile(BytesIO(content)) as archive:
        names = archive.namelist()
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        everything = b"".join(map(archive.read, names)).decode()
    assert [name for name in names if name.startswith("docProps")] == ["docProps/core.xml"]
    properties = docx.Document(BytesIO(content)).core_properties
    assert properties.author == "Sở Ngoại vụ"
    assert properties.title == "KẾ HOẠCH – Đón Đoàn đại biểu tỉnh Viêng Chăn"
    told = {one.tag.rpartition("}")[2] for one in papers.part(content, "docProps/core.xml")}
    assert told == {"title", "creator"}
    assert not re.search(r"attachedTemplate|comment|TargetMode|w:rsid|/work|/home", everything)


HOSTILE = [
    '=HYPERLINK("http://evil","x")',
    "{{ 7*7 }}{% for x in range(9) %}{{p body }}",
    '#import "x": * $ #text(red)[x] \\',
    "</w:t></w:r><w:r><w:instrText>DDEAUTO c:\\\\windows</w:instrText>",
    "<!DOCTYPE x [<!ENTITY a 'b'>]>&a;&amp;\"'",
    "]]><![CDATA[x",
    "a\u202eb\u2066c\ufeffd",
    "x\x00\x01\x08\x0b\x1fy\ufffe\uffffz",
    "\ud800x",
    "đ" * 10_000,
    "ກ" * 10_000,
    "a\nb\rc\td",
    "  ",
    "😀漢字ไทย العربية",
]


def everywhere(text: str) -> Document:
    """A paper that has a text in every field."""
    one: Text = ((Run(text, VI), Run(text, Language.LO, bold=True)),)
    base = papers.letter()
    return replace(
        base,
        head=replace(
            base.head, superior=one, issuer=one, state=one, motto=one, number=one, subject=one, place_and_date=one
        ),
        title=one,
        abstract=one,
        addressee=one,
        blocks=(
            Heading(one),
            Paragraph(one),
            Items((one,)),
            Table(text, (replace(papers.programme_table().columns[0], heading=one),), (Row((one,), True), Row((one,)))),
            PageBreak(),
        ),
        signatures=(Signature((one,), one),),
        recipients=(one,),
        author=text,
        file_name=text,
    )


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text(text: str) -> None:
    document = everywhere(text)
    content = docx_writer.write(document)
    cleaned = tidy(text + text).strip() or ""
    fields = papers.paragraph_texts(content)
    squeezed = {" ".join(one.split()) for one in fields}
    assert squeezed == ({" ".join((tidy(text) + tidy(text)).split())} if cleaned else set())
    assert len(fields) == (sum(1 for one in texts(document) if one) if cleaned else 0)
    assert [one.text for one in papers.part(content).iter(f"{{{W}}}instrText")] == []
    docx.Document(BytesIO(content))


WORDS = st.text(st.characters(codec="utf-8"), max_size=30)
RUNS = st.builds(Run, WORDS, st.sampled_from(Language), st.booleans(), st.booleans())
TEXTS: st.SearchStrategy[Text] = st.lists(st.lists(RUNS, min_size=1, max_size=3).map(tuple), max_size=3).map(tuple)


@given(title=TEXTS, body=st.lists(TEXTS, max_size=4), cells=st.lists(TEXTS, min_size=2, max_size=2))
def test_any_text_is_read_back(title: Text, body: list[Text], cells: list[Text]) -> None:
    """Whatever letters a text has, what is read back are its letters, cleaned as the service cleans texts."""
    columns = papers.letter().blocks[-1].columns  # type: ignore[union-attr]
    document = replace(
        papers.letter(),
        title=title,
        blocks=(*(Paragraph(one) for one in body), Items(tuple(body)), Table("x", columns, (Row(tuple(cells)),))),
    )
    wanted = [" ".join("".join(tidy(run.text) for run in line).split()) for text in texts(document) for line in text]
    found = [" ".join(one.split()) for one in read(docx_writer.write(document))]
    assert found == [one for one in wanted if one]


def test_two_languages_stand_below_each_other() -> None:
    document = replace(papers.letter(), blocks=(Paragraph(both("Xin chào", "ສະບາຍດີ")),))
    found = read(docx_writer.write(document))
    assert found[found.index("Xin chào") + 1] == "ສະບາຍດີ"
