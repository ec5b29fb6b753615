"""Papers as PDF: the words of the value in their order, each in a face that has it, and the measures of the decree."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from itertools import pairwise

import pypdfium2 as pdfium
import pytest
import yaml
from fontTools.ttLib import TTFont
from icu4py.breakers import LineBreaker
from PIL import Image

from calendars.documents.line_ends import unbroken
from calendars.documents.value import (
    Align,
    Card,
    CardForm,
    Cards,
    Chart,
    Column,
    Document,
    Head,
    HeadForm,
    Paragraph,
    Row,
    Run,
    SeatingPlan,
    Table,
    Text,
    plain,
    texts,
)
from models.errors import TooLarge
from models.vocabulary import DocumentFormat, DocumentKind
from service.documents import lao_words, pdf_child, pdf_data, pdf_writer
from service.documents.rendering import render
from tests.paths import ROOT
from tests.service.documents.papers import (
    BADGES,
    LAO,
    LAO_PLAN,
    LETTER,
    LETTERS,
    MINUTES,
    PAPERS,
    PARTY,
    PLAN,
    PLATES,
    POCKET,
    PROGRAMME,
    TASKS,
    VI,
    lo,
    vi,
    with_blocks,
)
from tests.service.documents.pdf_reading import Word, embedded_fonts, metadata, pages, pictures, squeezed

SHIPPED = {path.stem: set(TTFont(path).getBestCmap()) for path in pdf_child.FONTS.glob("*.ttf")}
"""The characters of each shipped font."""
FACES = {"Tinos": "Tinos-Regular"}
"""Names in a file that differ from those of the fonts' files."""

_written: dict[str, bytes] = {}


def written(name: str) -> bytes:
    """A paper of the tests, made once."""
    if name not in _written:
        _written[name] = pdf_writer.write(PAPERS[name])
    return _written[name]


def words_of(content: bytes) -> str:
    """The text of a file without blanks, a page after the other."""
    return squeezed("".join(page.text for page in pages(content)))


@pytest.mark.parametrize("name", [name for name in PAPERS if name not in ("plates", "seating", "chart")])
def test_a_file_has_the_words_of_its_value_in_their_order(name: str) -> None:
    document = PAPERS[name]
    whole = "".join(page.body for page in pages(written(name)))
    at = 0
    for text in texts(document):
        # Cells beside each other are read line by line, so only lines are looked for, each after the one before.
        for line in text:
            wanted = squeezed("".join(run.text for run in line))
            assert wanted in whole, f"{wanted} is not in the file"
    for block in (block for paper in (document, *document.following) for block in paper.blocks):
        if isinstance(block, Paragraph):
            place = whole.index(squeezed(plain(block.text)), at)
            at = place


@pytest.mark.parametrize("name", ["plan", "letter", "letters", "party", "lao", "programme", "pocket", "minutes"])
def test_a_file_has_no_words_that_its_value_has_not(name: str) -> None:
    document = PAPERS[name]
    rest = Counter("".join(page.body for page in pages(written(name))))
    rest.subtract(Counter("".join(squeezed(plain(text)) for text in texts(document))))
    headings = Counter(
        "".join(
            squeezed(plain(column.heading))
            for block in document.blocks
            if isinstance(block, Table)
            for column in block.columns
        )
    )
    times = len(pages(written(name))) - 1
    # Headings are repeated, and items have dashes.
    assert all(rest[letter] <= headings[letter] * times for letter in rest if letter != "-")
    assert min(rest.values()) >= 0


@pytest.mark.parametrize("name", list(PAPERS))
def test_every_character_is_drawn_with_a_face_that_has_it(name: str) -> None:
    drawn = {(word.font, word.text) for page in pages(written(name)) for word in page.words}
    assert drawn
    for font, letter in drawn:
        assert ord(letter) in SHIPPED[FACES.get(font, font)], f"{font} lacks {letter}"
        assert font != "Missing", f"no face has {letter}"


def test_fonts_are_embedded_and_no_glyph_is_the_missing_one() -> None:
    fonts = embedded_fonts(written("programme"))
    assert {name.partition("+")[2] for name in fonts} == {
        "Tinos",
        "Tinos-Bold",
        "NotoSerifLao-Regular",
        "NotoSerifLao-Bold",
    }
    assert all("+" in name for name in fonts), "subsets"
    assert all(len(font.getGlyphOrder()) > 10 for font in fonts.values())


CLUSTERS = ("🇱🇦", "\U0001f468\u200d\U0001f469")


@pytest.mark.parametrize(
    "letters", ["漢字", "สวัสดี", "مرحبا", "שלום", "😀", "🇱🇦", "\ue000", "\U0001f468\u200d\U0001f469", "ក", "한국"]
)
def test_what_no_face_has_is_seen_as_a_frame_and_copied_as_what_it_is(letters: str) -> None:
    content = pdf_writer.write(with_blocks(Paragraph(vi(letters))))
    (page,) = pages(content)
    # PDFium has no words for clusters of such characters; other readers have.
    assert Counter(squeezed(page.text)) == Counter(squeezed(letters)) or letters in CLUSTERS
    assert {name.partition("+")[2] for name in embedded_fonts(content)} == {"Missing"}
    (picture,) = pictures(content)
    assert sum(Image.open(BytesIO(picture)).convert("L").histogram()[:128]) >= 8, "there is ink"


def test_the_shipped_faces_have_all_of_vietnamese_and_lao() -> None:
    vietnamese = {*range(0x1EA0, 0x1EFA), *map(ord, "ĂăÂâĐđÊêÔôƠơƯư₫“”‘’–—…·•"), *range(0x20, 0x7F)}
    for face in ("Regular", "Bold", "Italic", "BoldItalic"):
        assert vietnamese <= SHIPPED[f"Tinos-{face}"]
    # Letters of Pali, and later ones of Khmu (0xEDE, 0xEDF), are not of Lao's alphabet.
    lao = [*range(0xE81, 0xE83), 0xE84, *range(0xE87, 0xE89), 0xE8A, 0xE8D, *range(0xE94, 0xE98), *range(0xE99, 0xEA0)]
    lao += [*range(0xEA1, 0xEA4), 0xEA5, 0xEA7, 0xEAA, 0xEAB, *range(0xEAD, 0xEBA), *range(0xEBB, 0xEBE)]
    lao += [*range(0xEC0, 0xEC5), 0xEC6, *range(0xEC8, 0xECE), *range(0xED0, 0xEDA), 0xEDC, 0xEDD]
    for face in ("Regular", "Bold"):
        assert set(lao) <= SHIPPED[f"NotoSerifLao-{face}"]


@pytest.mark.parametrize("name", ["programme", "lao", "plan"])
def test_equal_papers_have_equal_bytes(name: str) -> None:
    assert pdf_writer.write(replace(PAPERS[name])) == written(name)


def test_a_file_says_who_made_it_and_what_it_is() -> None:
    content = written("plan")
    found = metadata(content)
    assert found["Author"] == "UBND thành phố Hải Phòng"
    assert found["Title"] == f"{plain(PLAN.title)} {plain(PLAN.abstract)}"
    assert found["CreationDate"].startswith("D:20240301")
    assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in content
    assert b"/Lang(vi)" in content.replace(b" ", b"")
    assert b"/Lang(lo)" in written("lao").replace(b" ", b"")


def test_rendering_gives_the_same_file() -> None:
    assert render(PLAN, DocumentFormat.PDF) == pdf_writer.write(unbroken(PLAN))


# Measures of Decree 30/2020/NĐ-CP, annex I


@pytest.mark.parametrize(
    ("name", "width", "height"),
    [("plan", 210, 297), ("letter", 210, 297), ("programme", 297, 210), ("pocket", 105, 148), ("plates", 297, 210)],
)
def test_sheets(name: str, width: float, height: float) -> None:
    for page in pages(written(name)):
        assert (page.width, page.height) == pytest.approx((width, height), abs=0.1)


@pytest.mark.parametrize("name", ["plan", "letter", "party", "lao", "programme"])
def test_margins(name: str) -> None:
    """20–25 mm above and below, 30–35 on the left, 15–20 on the right."""
    for number, page in enumerate(pages(written(name)), 1):
        body = [word for word in page.words if number == 1 or word.top > 18]
        assert min(word.left for word in body) >= 29.9
        assert max(word.right for word in body) <= page.width - 14.9
        assert min(word.top for word in body) >= 19.5
        assert max(word.bottom for word in body) <= page.height - 19.5
    assert min(word.left for word in pages(written(name))[0].words) < 36


SIZES = [
    ("letter", "ỦY BAN NHÂN DÂN THÀNH", (12, 13), "Tinos"),
    ("letter", "SỞ NGOẠI VỤ", (12, 13), "Tinos-Bold"),
    ("plan", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", (12, 13), "Tinos-Bold"),
    ("plan", "Độc lập - Tự do - Hạnh phúc", (13, 14), "Tinos-Bold"),
    ("plan", "Số: ……/KH-UBND", (13, 13), "Tinos"),
    ("plan", "Hải Phòng, ngày", (13, 14), "Tinos-Italic"),
    ("letter", "V/v phối hợp đón", (12, 13), "Tinos"),
    ("letter", "Kính gửi: Công an", (13, 14), "Tinos"),
    ("plan", "KẾ HOẠCH", (13, 14), "Tinos-Bold"),
    ("plan", "Đón Đoàn đại biểu", (13, 14), "Tinos-Bold"),
    ("plan", "Thực hiện Chương trình", (13, 14), "Tinos"),
    ("plan", "I. MỤC ĐÍCH", (13, 14), "Tinos-Bold"),
    ("letter", "TM. ỦY BAN NHÂN DÂN", (13, 14), "Tinos-Bold"),
    ("letter", "Nguyễn Văn Ánh", (13, 14), "Tinos-Bold"),
    ("letter", "Nơi nhận:", (12, 12), "Tinos-BoldItalic"),
    ("letter", "- Như trên;", (11, 11), "Tinos"),
    ("party", "ĐẢNG CỘNG SẢN VIỆT NAM", (15, 15), "Tinos-Bold"),
    ("lao", "ສາທາລະນະລັດ ປະຊາທິປະໄຕ ປະຊາຊົນລາວ", (13, 14), "NotoSerifLao-Bold"),
]


@pytest.mark.parametrize(("name", "words", "size", "face"), SIZES)
def test_sizes_and_faces(name: str, words: str, size: tuple[float, float], face: str) -> None:
    line = pages(written(name))[0].line_of(words)
    assert all(size[0] - 0.01 <= word.size <= size[1] + 0.01 for word in line)
    assert {word.font for word in line} == {face}


def first_of(name: str, words: str) -> Word:
    """The first character of some words on page one."""
    return pages(written(name))[0].line_of(words)[0]


def middle(name: str, words: str) -> float:
    """Where the middle of some words on one line lies, in millimetres from the left."""
    line = pages(written(name))[0].line_of(words)
    return (line[0].left + line[-1].right) / 2


def test_positions_of_the_head() -> None:
    issuer, state = first_of("letter", "ỦY BAN NHÂN DÂN"), first_of("letter", "CỘNG HÒA")
    motto, number = first_of("letter", "Độc lập"), first_of("letter", "Số: 12/SNgV-LT")
    date = first_of("letter", "Hải Phòng, ngày")
    assert issuer.top == pytest.approx(state.top, abs=1.5), "both begin at the top"
    assert state.bottom < motto.bottom < number.bottom
    assert number.bottom == pytest.approx(date.bottom, abs=1.5), "number and date stand beside each other"
    assert middle("letter", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM") == pytest.approx(
        middle("letter", "Độc lập - Tự do - Hạnh phúc"), abs=0.5
    )
    assert middle("letter", "SỞ NGOẠI VỤ") == pytest.approx(middle("letter", "Số: 12/SNgV-LT"), abs=0.5)
    assert middle("letter", "SỞ NGOẠI VỤ") < 105 < middle("letter", "Độc lập - Tự do - Hạnh phúc")


def rules(name: str) -> list[tuple[float, float, float]]:
    """The lines drawn on page one: left, right, height in millimetres."""
    document = pdfium.PdfDocument(written(name))
    page = document[0]
    height = page.get_height()
    found = []
    for shape in page.get_objects(max_depth=10):
        left, bottom, right, top = shape.get_bounds() if shape.type == pdfium.raw.FPDF_PAGEOBJ_PATH else (0, 0, 0, 0)
        if right - left > 10 and top - bottom < 3:
            found.append((left / 2.8346, right / 2.8346, (height - top) / 2.8346))
    document.close()
    return found


def test_lines_of_the_head() -> None:
    """Below the motto one as long as it; below the issuing body one a third to a half as long."""
    motto = pages(written("letter"))[0].line_of("Độc lập - Tự do - Hạnh phúc")
    issuer = pages(written("letter"))[0].line_of("SỞ NGOẠI VỤ")
    below_motto = [one for one in rules("letter") if one[0] > 90]
    below_issuer = [one for one in rules("letter") if one[1] < 105]
    assert [one[1] - one[0] for one in below_motto] == [pytest.approx(motto[-1].right - motto[0].left, abs=1.5)]
    length = issuer[-1].right - issuer[0].left
    assert [length / 3 <= one[1] - one[0] <= length / 2 for one in below_issuer] == [True]
    assert motto[0].bottom - 1.5 < below_motto[0][2] < motto[0].bottom + 4


def test_the_abstract_has_a_line_and_a_letter_none() -> None:
    abstract = pages(written("plan"))[0].line_of("và làm việc tại thành phố")
    lines = [one for one in rules("plan") if one[2] > abstract[0].bottom - 3 and one[1] - one[0] < 120]
    assert lines
    assert len(rules("letter")) == 2, "only those of the head"


def test_a_party_paper_has_no_motto_and_a_star() -> None:
    (page,) = pages(written("party"))
    assert "Độclập" not in squeezed(page.text)
    assert middle("party", "ĐẢNG CỘNG SẢN VIỆT NAM") > 105
    assert "*" not in page.text, "the star is drawn"
    paths = pdfium.PdfDocument(written("party"))[0].get_objects(filter=[pdfium.raw.FPDF_PAGEOBJ_PATH], max_depth=10)
    assert len(list(paths)) >= 3 + 2


def test_a_lao_paper_has_its_state_above_all_in_the_middle() -> None:
    centre = (30 + 210 - 15) / 2
    assert middle("lao", plain(LAO_PLAN.head.state)) == pytest.approx(centre, abs=0.5)
    assert middle("lao", plain(LAO_PLAN.head.motto)) == pytest.approx(centre, abs=0.5)
    assert first_of("lao", plain(LAO_PLAN.head.motto)).bottom < first_of("lao", "ພະແນກການຕ່າງປະເທດ").top + 3


def test_pages_are_numbered_from_the_second_in_the_upper_margin() -> None:
    first, *others = pages(written("plan"))
    assert not [word for word in first.words if word.top < 19]
    assert others
    for number, page in enumerate(others, 2):
        above = [word for word in page.words if word.bottom < 20]
        assert "".join(word.text for word in above) == str(number)
        assert (above[0].left + above[-1].right) / 2 == pytest.approx((30 + 210 - 15) / 2, abs=0.5)
        assert 13 <= above[0].size <= 14


def test_papers_that_follow_are_numbered_anew() -> None:
    long = replace(LETTER, blocks=tuple(Paragraph(vi(pdf_text)) for pdf_text in [plain(LETTER.blocks[0].text)] * 14))
    found = pages(pdf_writer.write(replace(long, following=(LETTER, long))))
    numbers = ["".join(word.text for word in page.words if word.bottom < 19) for page in found]
    assert numbers == ["", "2", "", "", "2"]
    assert [("CỘNGHÒA" in squeezed(page.text)) for page in found] == [True, False, True, True, False]


def test_paragraphs_are_justified_and_their_first_line_is_indented() -> None:
    (page,) = pages(written("letter"))
    line = page.line_of(plain(LETTER.blocks[0].text))
    by_line: dict[int, list[Word]] = {}
    for word in line:
        by_line.setdefault(round(word.bottom / 2), []).append(word)
    lines = [by_line[key] for key in sorted(by_line)]
    rows = [(min(word.left for word in row), max(word.right for word in row)) for row in lines]
    assert 10 <= rows[0][0] - 30 <= 12.8
    assert all(left == pytest.approx(30, abs=0.8) for left, _right in rows[1:])
    assert all(right == pytest.approx(195, abs=0.8) for _left, right in rows[:-1])


def test_who_signs_stands_on_the_right_beside_who_gets_it() -> None:
    assert first_of("letter", "Nơi nhận:").left == pytest.approx(30, abs=0.5)
    name, above = middle("letter", "Nguyễn Văn Ánh"), middle("letter", "PHÓ CHỦ TỊCH")
    assert name == pytest.approx(above, abs=0.5)
    assert above > 105
    room = first_of("letter", "Nguyễn Văn Ánh").top - first_of("letter", "PHÓ CHỦ TỊCH").bottom
    assert 15 <= room <= 30
    assert first_of("letter", "Nơi nhận:").top < first_of("letter", "Nguyễn Văn Ánh").top


def test_both_sides_sign_beside_each_other() -> None:
    (page,) = pages(written("minutes"))
    ours, theirs = page.line_of("ĐẠI DIỆN PHÍA VIỆT NAM")[0], page.line_of("ຕາງໜ້າຝ່າຍລາວ")[0]
    assert ours.bottom == pytest.approx(theirs.bottom, abs=3)
    assert ours.right < theirs.left
    assert MINUTES.signatures


# Tables


def test_headings_are_repeated_and_no_row_stands_on_two_pages() -> None:
    found = pages(written("plan"))
    cells = [row for row in TASKS.rows if not row.group]
    for page in found[1:2]:
        assert "Thờihạn" in squeezed(page.text)
    wholes = [squeezed(page.text) for page in found]
    for row in cells:
        assert sum(squeezed(plain(row.cells[1])) in whole for whole in wholes) == 1


def test_a_group_keeps_with_the_row_after_it() -> None:
    """Whatever stands above, a group is never the last on a page."""
    for lines in range(0, 30, 3):
        above = tuple(Paragraph(vi(f"Dòng {number}")) for number in range(lines))
        found = pages(pdf_writer.write(with_blocks(*above, TASKS)))
        for page in found:
            rows = re.findall(r"Nhóm|Chuẩn", page.text)
            assert not rows or rows[-1] == "Chuẩn"


def test_a_row_longer_than_a_page_goes_on_on_the_next() -> None:
    long = Row((vi("1."), vi("Nội dung rất dài. " * 400), vi("Sở"), vi("x")))
    table = replace(TASKS, rows=(*TASKS.rows[:4], long, *TASKS.rows[5:9]))
    found = pages(pdf_writer.write(with_blocks(table)))
    assert sum(squeezed(page.text).count("dài.") for page in found) == 400
    assert all(word.bottom < 297 - 19 for page in found for word in page.words)


def test_columns_have_their_shares_and_sides() -> None:
    page = pages(written("plan"))[0]
    heading = [page.line_of(words)[0] for words in ("TT", "Nội dung")]
    width = 165 / (6 + 50 + 25 + 15)
    assert heading[0].left > 30
    assert page.line_of("Sở Ngoại vụ")[0].left == pytest.approx(30 + 56 * width + 1.2, abs=0.8)


# Plates and badges


def test_a_plate_is_read_from_both_sides() -> None:
    found = pages(written("plates"))
    assert len(found) == 3
    for page, card in zip(found, PLATES.blocks[0].cards, strict=True):
        for text in (card.name, *card.lines):
            for line in text:
                assert squeezed(page.text).count(squeezed("".join(run.text for run in line))) >= 1
        middle_of_sheet = 105
        marks = [word for word in page.words if word.size == pytest.approx(9, abs=0.1)]
        assert squeezed("".join(word.text for word in reversed(marks))) in (card.mark, card.mark[::-1])
        assert all(word.bottom < middle_of_sheet and word.weight < 600 for word in marks), "one half, small"
        letters = Counter(word.text for word in page.words if word not in marks)
        lower = Counter(word.text for word in page.words if word.top > middle_of_sheet - 1)
        assert all(count == 2 * lower[letter] for letter, count in letters.items())
        first = next(word for word in page.words if word.top > middle_of_sheet)
        turned = [word for word in page.words if word.bottom < middle_of_sheet + 1 and word.text == first.text]
        assert any(
            word.left == pytest.approx(297 - first.right, abs=1)
            and word.top == pytest.approx(210 - first.bottom, abs=1.5)
            for word in turned
        ), "one half is the other, turned by half a turn"


@pytest.mark.parametrize("form", list(CardForm))
def test_names_of_a_set_have_one_size(form: CardForm) -> None:
    people = [Card(vi(name, bold=True), (vi("Giám đốc"),)) for name in ("An", "Nguyễn Thị Bích Phượng", "Bun Mi")]
    longer = [*people, Card(vi("M" * 24, bold=True), (vi("Giám đốc"),))]

    def sizes(cards: list[Card]) -> dict[bool, set[float]]:
        found: dict[bool, set[float]] = {True: set(), False: set()}
        for page in pages(pdf_writer.write(with_blocks(Cards(form, tuple(cards))))):
            for word in page.words:
                found["Bold" in word.font or word.weight >= 600].add(round(word.size, 1))
        return found

    plain, with_long = sizes(people), sizes(longer)
    assert [len(plain[is_name]) for is_name in (True, False)] == [1, 1]
    assert (len(with_long[True]), with_long[False]) == (2, plain[False])


def test_badges_stand_eight_on_a_sheet() -> None:
    found = pages(written("badges"))
    cards = BADGES.blocks[0].cards
    assert [len(re.findall(r"Phó Tỉnh trưởng \d+", page.text)) for page in found] == [8, 3]
    assert len(cards) == 11


@pytest.mark.parametrize("form", list(CardForm))
def test_names_of_any_length_have_room(form: CardForm) -> None:
    name = "Somdet Phra Chao Boromma Setthakhatthirath " * 3
    cards = Cards(form, (Card(vi(name.strip()), (vi("Chức vụ rất dài của một cơ quan " * 5),)),))
    found = pages(pdf_writer.write(with_blocks(cards)))
    assert len(found) == 1
    assert all(word.left >= 0 and word.right <= found[0].width for word in found[0].words)
    assert squeezed(name) in squeezed(found[0].text)


# Lao


def broken_words(content: bytes, text: str) -> list[str]:
    """The words of ICU that lines of a file break."""
    breaks = {end for _start, end in LineBreaker(text, "lo").segments()}
    places = [place for place, letter in enumerate(text) if not letter.isspace()]
    drawn = [word for page in pages(content) for word in page.words]
    start = "".join(word.text for word in drawn).index(squeezed(text))
    letters = drawn[start : start + len(places)]
    found = []
    for (first, second), (before, after) in zip(pairwise(letters), pairwise(places), strict=True):
        is_new_line = second.left < first.left - 5
        if is_new_line and not any(before < one <= after for one in breaks):
            found.append(text[max(0, before - 8) : after + 8])
    return found


@pytest.mark.parametrize("width", range(12, 60, 6))
def test_no_line_of_lao_ends_inside_a_word(width: int) -> None:
    column = Table("x", (Column(lo("ເນື້ອໃນ"), width), Column(vi("…"), 100 - width)), (Row((lo(LAO), vi("…"))),))
    assert broken_words(pdf_writer.write(with_blocks(column)), LAO) == []


def test_the_check_finds_breaks_inside_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without our own breaks, Typst's part words."""
    monkeypatch.setattr(lao_words, "pieces", lambda text: [text])
    found = []
    for width in range(12, 60, 6):
        column = Table("x", (Column(lo("ເນື້ອໃນ"), width), Column(vi("…"), 100 - width)), (Row((lo(LAO), vi("…"))),))
        found += broken_words(pdf_writer.write(with_blocks(column)), LAO)
    assert found


@pytest.mark.parametrize("text", [LAO, "ກ" * 500, "", "abc", "ໄຮຟອງ, ວຽງຈັນ", " ສະບາຍດີ  (ລາວ) 12", "Ông ບຸນທະວີ."])
def test_pieces_joined_are_the_text(text: str) -> None:
    pieces = lao_words.pieces(text)
    assert "".join(piece if isinstance(piece, str) else piece[0] for piece in pieces) == text
    assert all(len(piece[0]) <= 4 * lao_words.LONGEST for piece in pieces if isinstance(piece, list))


def lao_places() -> list[str]:
    """The names in Lao of provinces and towns, without the word for what they are."""
    known = []
    for path in sorted((ROOT / "seed" / "reference").glob("*.yaml")):
        for place in yaml.safe_load(path.read_text()).get("localities", ()):
            known.append(re.sub("^(ນະຄອນຫຼວງ|ນະຄອນ|ແຂວງ|ເມືອງ)", "", place["name"]["lo"]))
    return known


def test_names_of_places_stay_whole() -> None:
    assert len(lao_places()) > 70
    for name in lao_places():
        pieces = lao_words.pieces(f"ຄະນະຜູ້ແທນແຂວງ{name}, ຢ້ຽມຢາມ")
        for part in name.replace(" - ", " ").split():
            assert any(part in piece[0] for piece in pieces if isinstance(piece, list)), (part, pieces)
    assert ["ນະຄອນໄຮຟອງ,"] in lao_words.pieces("ນະຄອນໄຮຟອງ, ແຂວງວຽງຈັນ")


@pytest.mark.parametrize("name", ["ຫງວຽນ ວັນ ອານ", "ເຈິ່ນ ດຶກ ທັ້ງ", "ບຸນທະວີ"])
def test_names_of_people_break_at_blanks_only(name: str) -> None:
    assert lao_words.pieces(name) == [one for word in name.split() for one in ([word], " ")][:-1]


def test_marks_stand_over_their_letters() -> None:
    """What is drawn for ຂັ້ນ and ທີ່ has its marks above the letters, and Ễ is one letter."""
    (page,) = pages(pdf_writer.write(with_blocks(Paragraph(lo("ຂັ້ນ ທີ່ ຜູ້ ນ້ຳ"), Align.LEFT, indent=False))))
    assert squeezed(page.text) == squeezed("ຂັ້ນ ທີ່ ຜູ້ ນ້ຳ")
    (page,) = pages(pdf_writer.write(with_blocks(Paragraph(vi("NGUYE\u0302\u0303N Ngữ"), Align.LEFT, indent=False))))
    assert [word.text for word in page.words if word.text in "Ễ"] == ["Ễ"], "composed before it is set"


# Hostile text

HOSTILE = {
    "typst": '#panic("x") #read("/etc/passwd") $x^2$ *b* _i_ `code` <label> @ref [a] {b} // c /* d */ \\u{41}',
    "typst lines": "= h - i + j / k: l -- --- ~ #let x = 1 #include 'x.typ' #import \"@preview/x:1\"",
    "jinja": "{{ 7 * 7 }} {% for x in y %} {# c #}",
    "formula": "=1+1 @SUM(A1) +1 -1 =cmd|'/c calc'!A0",
    "xml": "<script>alert(1)</script> &amp; &#x41; ]]> <!-- x -->",
    "pdf": "(x) Tj ET endstream endobj %%EOF /OpenAction << /S /JavaScript >>",
    "json": '", "is_last_short": true, "\\u0041 \\n \\',
    "quotes": "\"a\" 'b' -- --- ... ~ ©",
}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_markup_of_any_kind_is_text(words: str) -> None:
    def changed(text: Text) -> Text:
        return tuple(tuple(replace(run, text=words) for run in line) for line in text)

    for document in (everywhere(PLAN, changed), everywhere(LETTER, changed)):
        content = pdf_writer.write(document)
        count = sum(1 for text in texts(document) if text)
        assert words_of(content).count(squeezed(words)) >= count - 5, "cells beside each other are read across"
    single = pdf_writer.write(with_blocks(Paragraph(vi(words))))
    assert words_of(single) == squeezed(words)


def everywhere(document: Document, change: Callable[[Text], Text]) -> Document:
    """A paper in which every text is changed."""

    def value(part: object) -> object:
        match part:
            case tuple() if part and all(
                isinstance(line, tuple) and line and isinstance(line[0], Run) for line in part
            ):
                return change(part)
            case tuple():
                return tuple(value(one) for one in part)
            case _ if hasattr(part, "__dataclass_fields__"):
                return replace(part, **{name: value(getattr(part, name)) for name in part.__dataclass_fields__})
            case _:
                return part

    changed = value(document)
    assert isinstance(changed, Document)
    return changed


@pytest.mark.parametrize(
    "character", [chr(one) for one in (*range(0x20), 0x7F, 0x85, 0x9F, 0x2028, 0x202E, 0x2066, 0xFEFF)]
)
def test_controls_and_turned_directions_are_left_out(character: str) -> None:
    (page,) = pages(pdf_writer.write(with_blocks(Paragraph(vi(f"mot{character}hai")))))
    assert squeezed(page.text) == "mothai"
    assert [word.text for word in page.words] == list("mothai"), "in this order"


def test_half_a_character_is_none() -> None:
    (page,) = pages(pdf_writer.write(with_blocks(Paragraph(vi("a\ud800b")))))
    assert squeezed(page.text) == "a\ufffdb"


@pytest.mark.parametrize("letter", ["w", "ກ", "漢", "Ễ", "=", "\u0301"])
def test_a_word_of_ten_thousand_letters_stays_on_the_paper(letter: str) -> None:
    word = letter * 10_000
    for block in (
        Paragraph(vi(word)),
        Table("x", (Column(vi("a"), 1), Column(vi("b"), 3)), (Row((vi(word), vi("y"))),)),
    ):
        found = pages(pdf_writer.write(with_blocks(block)))
        assert all(one.left > 29 and one.right < 196 for page in found for one in page.words if one.text != "\u0301")
        assert sum(page.text.count(letter) for page in found) == 10_000 or letter == "\u0301"


@pytest.mark.parametrize("part", ["issuer", "superior", "state", "motto", "number", "subject", "place_and_date"])
def test_a_long_text_in_any_part_of_the_head_is_set(part: str) -> None:
    document = replace(PLAN, head=replace(PLAN.head, **{part: vi("w" * 10_000)}))
    assert words_of(pdf_writer.write(document)).count("w") == 10_000


def test_five_thousand_rows_are_set_or_refused() -> None:
    rows = tuple(Row((vi(f"{number}."), vi("Nội dung"), vi("Sở"), vi("x"))) for number in range(5000))
    found = pages(pdf_writer.write(with_blocks(replace(TASKS, rows=rows))))
    assert "4999." in found[-1].text


def test_more_text_than_anybody_prints_is_refused() -> None:
    rows = (Row((vi("x"), vi("Nội dung"), vi("Sở"), vi("x"))),) * 120_000
    with pytest.raises(TooLarge, match="too long"):
        pdf_writer.write(with_blocks(replace(TASKS, rows=rows)))
    with pytest.raises(TooLarge, match="too long"):
        pdf_writer.write(with_blocks(Paragraph(vi("dài " * (pdf_data.MOST_CHARACTERS // 4 + 1)))))
    with pytest.raises(TooLarge, match="too long"):
        pdf_writer.write(replace(LETTER, following=(LETTER,) * pdf_data.MOST_PAPERS))


def test_nothing_at_all_is_a_page() -> None:
    empty = Document(DocumentKind.REPORT, (VI,), Head(HeadForm.PLAIN), ())
    (page,) = pages(pdf_writer.write(empty))
    assert not page.words
    bare = with_blocks(
        Table("x", (Column((), 1),), (Row(((),)), Row(((),), group=True))),
        Table("y", (Column(vi("a"), 1),), ()),
        SeatingPlan((), ()),
        SeatingPlan((), (), round=True),
        Chart((), (), ()),
        Cards(CardForm.BADGE, ()),
        Cards(CardForm.PLATE, (Card(()),)),
    )
    assert pages(pdf_writer.write(bare))


def test_every_form_is_among_the_papers() -> None:
    assert {paper.head.form for paper in PAPERS.values()} == set(HeadForm)
    assert PARTY in PAPERS.values()
    assert LETTERS in PAPERS.values()
    assert POCKET in PAPERS.values()
    assert PROGRAMME in PAPERS.values()
