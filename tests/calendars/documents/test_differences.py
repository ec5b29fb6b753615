"""What a kept paper says otherwise than today, in words."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.documents.differences import differences
from calendars.documents.value import (
    Card,
    CardForm,
    Cards,
    Column,
    Document,
    Head,
    HeadForm,
    Paragraph,
    Row,
    Run,
    Seat,
    SeatingPlan,
    Signature,
    Table,
    Text,
    plain,
    texts,
)
from models.vocabulary import DocumentKind, Language
from tests.calendars.documents.test_stored import PAPERS


def vi(words: str) -> Text:
    return ((Run(words, Language.VI),),)


def row(*cells: str) -> Row:
    return Row(tuple(map(vi, cells)))


def day(words: str) -> Row:
    return Row((vi(words),), group=True)


def listed(*rows: Row) -> Document:
    columns = tuple(Column(vi(one), 10) for one in ("TT", "Nội dung", "Nơi"))
    return Document(
        DocumentKind.PROGRAMME, (Language.VI,), Head(HeadForm.PLAIN), vi("CHƯƠNG TRÌNH"),
        blocks=(Table("Chương trình", columns, rows),),
    )  # fmt: skip


def told(kept: Document, now: Document) -> list[str]:
    return [one.detail.to("en") for one in differences(kept, now)]


MONDAY, TUESDAY = day("Thứ Hai"), day("Thứ Ba")
TALKS, DINNER = row("1", "Hội đàm", "Trụ sở"), row("2", "Chiêu đãi", "Khách sạn")
KEPT = listed(MONDAY, TALKS, DINNER)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (KEPT, []),
        (listed(MONDAY, TALKS, DINNER, row("3", "Thăm nhà máy", "")), ["Chương trình: added: Thăm nhà máy."]),
        (listed(MONDAY, TALKS), ["Chương trình: removed: Chiêu đãi."]),
        (
            listed(MONDAY, row("1", "Hội đàm", "Hội trường"), DINNER),
            ["Chương trình: changed: Hội đàm (Trụ sở → Hội trường)."],
        ),
        # Whoever comes first moves the numbers of all others, which is no change of theirs.
        (
            listed(MONDAY, row("1", "Đón đoàn", ""), row("2", "Hội đàm", "Trụ sở"), row("3", "Chiêu đãi", "Khách sạn")),
            ["Chương trình: added: Đón đoàn."],
        ),
        # An item that stands below another day is otherwise, though its row is the same.
        (listed(MONDAY, TALKS, TUESDAY, DINNER), ["Chương trình: changed: Chiêu đãi (Thứ Hai → Thứ Ba)."]),
        (listed(MONDAY, DINNER, TALKS), ["Chương trình: in another order."]),
        (
            listed(MONDAY, TALKS, DINNER, *(row(str(one), f"Mục {one} a", "") for one in range(3, 8))),
            ["Chương trình: added: Mục 3 a, Mục 4 a, Mục 5 a, 2 more."],
        ),
        (replace(KEPT, blocks=()), ["Chương trình: is no longer there."]),
        (replace(KEPT, title=vi("LỊCH")), ["Title: “CHƯƠNG TRÌNH”, now “LỊCH”."]),
        (replace(KEPT, addressee=vi("Bộ Ngoại giao")), ["Addressed to: “–”, now “Bộ Ngoại giao”."]),
        (replace(KEPT, recipients=(vi("- Lưu: VT."),)), ["Recipients: “–”, now “- Lưu: VT.”."]),
        (
            replace(KEPT, signatures=(Signature((vi("GIÁM ĐỐC"),), vi("Trần Văn Chung")),)),
            ["Signed by: “–”, now “GIÁM ĐỐC; Trần Văn Chung”."],
        ),
        (replace(KEPT, blocks=(*KEPT.blocks, Paragraph(vi("Thêm")))), ["Text: “–”, now “Thêm”."]),
        (
            replace(KEPT, blocks=(*KEPT.blocks, *(Paragraph(vi(f"Đoạn {one}")) for one in range(4)))),
            ["Text: paragraphs changed: 4."],
        ),
        (replace(KEPT, following=(KEPT,)), ["Papers in the file: 1, now 2."]),
    ],
)
def test_what_differs_is_told_in_words(now: Document, expected: list[str]) -> None:
    assert told(KEPT, now) == expected


def test_an_item_of_the_same_day_and_hour_is_the_same_item() -> None:
    kept = listed(MONDAY, row("08:30", "Hội đàm", "Trụ sở"), row("10:00", "Thăm nhà máy", ""))
    now = listed(MONDAY, row("08:30", "Hội đàm cấp cao", "Trụ sở"), row("14:00", "Thăm trường", ""))
    assert told(kept, now) == [
        "Chương trình: changed: Hội đàm → Hội đàm cấp cao.",
        "Chương trình: added: Thăm trường.",
        "Chương trình: removed: Thăm nhà máy.",
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (("14:00", "Hội đàm", "Trụ sở"), ("16:00", "Hội đàm", "Trụ sở"), "14:00 → 16:00"),
        (("14:00", "Hội đàm", "Trụ sở"), ("14:00", "Hội đàm", ""), "Trụ sở → –"),
        (("", "Hội đàm", "Trụ sở"), ("14:00", "Hội đàm", "Nhà khách"), "– → 14:00; Trụ sở → Nhà khách"),
    ],
)
def test_of_a_changed_row_it_is_told_from_what_to_what(
    before: tuple[str, ...], after: tuple[str, ...], expected: str
) -> None:
    kept, now = listed(MONDAY, row(*before)), listed(MONDAY, row(*after))
    assert told(kept, now) == [f"Chương trình: changed: Hội đàm ({expected})."]


def test_a_changed_paragraph_is_told_word_by_word_a_long_one_its_beginning() -> None:
    def paper(text: str) -> Document:
        return replace(KEPT, blocks=(Paragraph(vi("Mở đầu")), Paragraph(vi(text))))

    assert told(paper("Tại Trụ sở"), paper("Tại Hội trường")) == ["Text: “Tại Trụ sở”, now “Tại Hội trường”."]
    (long,) = told(paper("Một"), paper("chữ " * 100))
    assert long.endswith("chữ …”.")
    assert len(long) < 200


def headed(issuer: str, place_and_date: str) -> Document:
    head = Head(HeadForm.STATE, issuer=vi(issuer), place_and_date=vi(place_and_date))
    return Document(DocumentKind.REPORT, (Language.VI,), head, vi("BÁO CÁO"))


def test_the_day_of_issue_is_no_difference_but_the_place_is() -> None:
    kept = headed("SỞ NGOẠI VỤ", "Hải Dương, ngày ….. tháng ….. năm 2024")
    assert told(kept, headed("SỞ NGOẠI VỤ", "Hải Dương, ngày 05 tháng 3 năm 2027")) == []
    assert told(kept, headed("SỞ NGOẠI VỤ", "Hải Phòng, ngày ….. tháng ….. năm 2024")) == [
        "Place of issue: “Hải Dương”, now “Hải Phòng”."
    ]
    assert told(kept, headed("CÔNG AN", "Hải Dương, ngày ….. tháng ….. năm 2024")) == [
        "Issued by: “SỞ NGOẠI VỤ”, now “CÔNG AN”."
    ]


def test_plates_and_seats() -> None:
    def paper(*names: str) -> Document:
        cards = tuple(Card(vi(name), (vi("Giám đốc"),)) for name in names)
        plan = SeatingPlan(vi("Bàn chính"), tuple(Seat(place, vi(name)) for place, name in enumerate(names, 1)))
        return Document(
            DocumentKind.NAME_PLATES,
            (Language.VI,),
            Head(HeadForm.PLAIN),
            (),
            blocks=(Cards(CardForm.PLATE, cards), plan),
        )

    assert told(paper("An", "Bình"), paper("An", "Chi")) == [
        "Cards: added: Chi.",
        "Cards: removed: Bình.",
        "Seating changed: Bàn chính.",
    ]


def words(document: Document) -> list[str]:
    return [plain(text) for text in texts(document)]


@given(PAPERS)
def test_a_paper_differs_not_from_itself(paper: Document) -> None:
    assert differences(paper, paper) == ()


@given(PAPERS, st.data())
def test_a_word_more_anywhere_but_in_a_day_is_a_difference(paper: Document, data: st.DataObject) -> None:
    """Wherever a text is put in, somebody is told."""
    added = vi("Chữ mới hẳn")
    where = data.draw(st.sampled_from(["issuer", "subject", "title", "abstract", "addressee", "recipients", "block"]))
    match where:
        case "issuer" | "subject":
            now = replace(paper, head=replace(paper.head, **{where: added + getattr(paper.head, where)}))
        case "recipients":
            now = replace(paper, recipients=(added, *paper.recipients))
        case "block":
            now = replace(paper, blocks=(Paragraph(added), *paper.blocks))
        case _:
            now = replace(paper, **{where: added + getattr(paper, where)})
    assert words(now) != words(paper)
    assert differences(paper, now)
    assert differences(now, paper)
