"""Where a line of a paper may end: ``~`` is a blank at which it may not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.documents.line_ends import LONGEST, NO_BREAK, bound, unbroken
from calendars.documents.value import (
    Column,
    Document,
    Head,
    HeadForm,
    Items,
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
from models.vocabulary import DocumentKind, Language

CASES = (
    "Kinh phí 1~600~000~đồng",
    "1.600.000~đồng cho 14~người",
    "15~tỷ~đồng",
    "1,600,000~VND",
    "2.000~USD",
    "khoảng 100~triệu",
    "Hải Phòng, ngày~07 tháng~3 năm~2024",
    "từ ngày~10/3/2027 đến ngày~21/3/2027",
    "ngày~…… tháng~…… năm~……",
    "lần~2, (lần~thứ~3), LẦN~2",
    "kỷ niệm 40~năm Ngày ký",
    "Số:~12/KH-UBND; số~30/2020/NĐ-CP",
    "Ông~Nguyễn Văn A, bà~Trần Thị B và bà con",
    "ÔNG~NGUYỄN VĂN A",
    "Kính gửi: Đồng~chí~Lê Văn An; GS.~TS.~Nguyễn Bình",
    "10–21~March~2027, 7~March~2024, June~2021",
    "28~March~– 2~April~2027",
    "Mr~Bounsone, H.E.~Ms~Khamphanh for 5~days",
    "ທ່ານ~ບຸນສອນ ເພັດລາວັນ, ທ່ານ~ນາງ~ຄຳ",
    "ວັນທີ~7/3/2024, ຄັ້ງທີ~2, ປີ~2008",
    "ຄົບຮອບ 40~ປີແຫ່ງການພົວພັນ, 14~ຄົນ",
    "10~ມີນາ~2027",
    "1.600.000~ກີບ",
    "Bàn~1A, ông ấy, 08:00 Đón đoàn, Trường Sa 2 Hải",
)
"""As papers are to have them."""


@pytest.mark.parametrize("expected", CASES)
def test_what_stays_together(expected: str) -> None:
    assert bound(expected.replace("~", " ")).replace(NO_BREAK, "~") == expected


@given(
    st.lists(st.sampled_from([*" 0123456789.,…–/", "ngày ", "Ông ", "đồng", "ປີ", "ທ່ານ ", "March", "a", "Ă"])).map(
        "".join
    )
)
def test_only_blanks_change_and_nothing_gets_too_long(text: str) -> None:
    made = bound(text)
    assert made.replace(NO_BREAK, " ") == text
    assert bound(made) == made
    assert all(len(part) <= LONGEST for part in made.split(" ") if NO_BREAK in part)


def vi(words: str) -> Text:
    return ((Run(words, Language.VI),),)


def test_every_text_of_a_paper_and_no_wider_than_a_column() -> None:
    said = vi("ngày 07 tháng 3 năm 2024")
    table = Table("Bảng", (Column(said, 1), Column(said, 30)), (Row((said, said)), Row((said,), group=True)))
    alone = Document(
        DocumentKind.PROGRAMME,
        (Language.VI,),
        Head(HeadForm.STATE, said, said, (), (), said, said, said),
        said,
        said,
        said,
        (Paragraph(said), Items((said,)), table),
        (Signature((said,), said),),
        (said,),
        Paper.PORTRAIT,
    )
    paper = replace(alone, following=(alone,))
    made = [plain(text) for text in texts(unbroken(paper)) if text]
    kept = "ngày 07 tháng 3 năm 2024".replace("y 07", f"y{NO_BREAK}07").replace("g 3", f"g{NO_BREAK}3")
    kept = kept.replace("m 2024", f"m{NO_BREAK}2024")
    # A heading and a cell of the narrow column stay breakable, in each of the two papers.
    assert made.count(plain(said)) == 4
    assert made.count(kept) == len(made) - 4
    assert [plain(text) for text in texts(paper)] == [
        plain(text).replace(NO_BREAK, " ") for text in texts(unbroken(paper))
    ]
