"""What the report on an agreement tells of money, goods, projects and learners, and how it tells what is not known."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from calendars.commitments.exchange_totals import exchange_totals
from calendars.commitments.ledger_totals import Cost, EventMoney, Goods, LedgerEntry, LedgerTotals
from calendars.days.spans import Days
from calendars.documents.agreement_ledger import (
    AgreementLedger,
    GiftAccount,
    KnownDays,
    LearnersAccount,
    LedgerPart,
    ProjectAccount,
)
from calendars.documents.agreement_report import AgreementYear
from calendars.documents.value import CellKind, Document, Heading, Paragraph, Table, plain, tables, texts
from calendars.learners.counting import LearnerCounts
from calendars.money.exchange import Rate
from calendars.money.sums import Sums
from models.vocabulary import Currency, GiftKind, KnownTo, Language, ProjectState
from tests.calendars.commitments.commitment_samples import HD, PERIOD, VC
from tests.calendars.documents.listed_visits import EN, LANGUAGES, VI
from tests.calendars.documents.test_agreement_report import HELD, made, report

VND, LAK, USD = Currency
AS_OF = date(2026, 11, 22)
RATE = Rate(USD, date(2026, 11, 1), Decimal("25410.5"), "Ngân hàng Nhà nước")


def text(vi: str) -> dict[str, str]:
    return {"vi": vi, "lo": f"{vi} (lo)", "en": f"{vi} (en)"}


LEDGER = AgreementLedger(
    LedgerPart(
        [
            GiftAccount(HD, VC, GiftKind.GOODS, text("Máy tính"), KnownDays(Days(date(2026, 1, 1), date(2026, 12, 31)),
                        KnownTo.YEAR), 1200, "bộ"),
            GiftAccount(HD, VC, GiftKind.MONEY, text("Ủng hộ"), KnownDays(Days(AS_OF, AS_OF), KnownTo.DAY),
                        value=Sums({USD: 150})),
        ],
        [
            ProjectAccount(HD, VC, text("Trường Bản Kheun"), ProjectState.UNDER_WAY, paid=Sums({VND: 5})),
            ProjectAccount(HD, VC, text("Nhà văn hóa"), ProjectState.HANDED_OVER, None, Sums({VND: 7, LAK: 9})),
            ProjectAccount(HD, VC, text("Nhà khách"), ProjectState.UNKNOWN),
        ],
        [LearnersAccount(text("Học sinh"), LearnerCounts(15, 10, 4, 1), 2)],
    ),
    LedgerPart([GiftAccount(VC, HD, GiftKind.GOODS, text("Cây giống"))], (), [LearnersAccount(None, LearnerCounts(2))]),
)  # fmt: skip


def told(ledger: AgreementLedger = LEDGER) -> AgreementYear:
    costs = {HELD[1].id: EventMoney([Cost(HD, VND, 300)], [Cost(HD, VND, 200)], [Cost(HD, VND, 100, 2026)])}
    given = [LedgerEntry(HD, VC, 2025, None, LedgerTotals(money=Sums({USD: 150}), goods=Goods(3, Sums({USD: 99}), 2)))]
    fields = {HELD[1].commitment_id or "": text("Xây dựng Đảng")}
    flows = exchange_totals((HD, VC), PERIOD, HELD, AS_OF, costs=costs, entries=given, fields=fields)
    return replace(report(), flows=flows, ledger=ledger)


def tables_below(document: Document, name: str) -> list[Table]:
    """The tables below a heading."""
    blocks = [*document.blocks]
    start = next(place for place, one in enumerate(blocks) if isinstance(one, Heading) and plain(one.text) == name)
    found: list[Table] = []
    for block in blocks[start + 1 :]:
        if isinstance(block, Heading):
            break
        found += [block] if isinstance(block, Table) else []
    return found


def section(document: Document, name: str, place: int = 0) -> Sequence[Sequence[str]]:
    """The headings and rows of a table below a heading."""
    table = tables_below(document, name)[place]
    headings = [plain(one.heading, " | ") for one in table.columns]
    return [headings, *([plain(cell, " | ") for cell in row.cells] for row in table.rows)]


OURS, THEIRS = "Do thành phố Hải Phòng chi, tặng", "Do tỉnh Viêng Chăn chi, tặng"
WAY, BACK = "Từ thành phố Hải Phòng sang tỉnh Viêng Chăn", "Từ tỉnh Viêng Chăn sang thành phố Hải Phòng"


def test_money_and_goods_stand_on_the_side_that_gave_them_each_currency_as_numbers() -> None:
    document, wording = made(told())
    assert section(document, "Kinh phí và hiện vật theo bên chi, bên tặng") == [
        ["Bên chi, bên tặng", "Kinh phí dự toán, VND", "Kinh phí được duyệt, VND", "Kinh phí đã chi, VND",
         "Kinh phí đã chi, USD", "Chưa rõ số đã chi", "Hiện vật đã tặng", "Giá trị hiện vật, USD", "Chưa rõ giá trị"],
        ["Năm 2026"],
        [OURS, "300", "200", "100", "", "0", "0", "", "0"],
        [THEIRS, "", "", "", "", "1", "0", "", "0"],
        ["Giai đoạn: 01/01/2024–31/12/2028"],
        [OURS, "300", "200", "100", "1,50", "1", "3", "0,99", "2"],
        [THEIRS, "", "", "", "", "2", "0", "", "0"],
    ]  # fmt: skip
    (table,) = tables_below(document, "Kinh phí và hiện vật theo bên chi, bên tặng")
    assert {one.kind for one in table.columns[1:]} == {CellKind.NUMBER}
    assert wording.missing == ()


def test_columns_in_which_nothing_stands_are_left_out() -> None:
    flows = exchange_totals((HD, VC), PERIOD, HELD, AS_OF)
    document, _wording = made(replace(told(), flows=flows))
    found = section(document, "Kinh phí và hiện vật theo bên chi, bên tặng")
    assert found[0] == ["Bên chi, bên tặng", "Chưa rõ số đã chi"]


def test_among_three_parties_the_giver_is_named_with_the_receiver() -> None:
    three = replace(told(), parties=(HD, VC, "laos"))
    words = "\n".join(plain(one) for one in texts(made(three)[0]))
    assert "Do thành phố Hải Phòng chi, tặng (trao đổi với tỉnh Viêng Chăn)" in words


def test_fields_of_cooperation_are_told_for_the_whole_period() -> None:
    document, _wording = made(told())
    assert section(document, "Theo lĩnh vực hợp tác")[1:] == [
        [WAY],
        ["Không thuộc lĩnh vực nào", "1", "10"],
        [BACK],
        ["Xây dựng Đảng", "2", "26"],
        ["Không thuộc lĩnh vực nào", "1", "0"],
    ]
    assert [row[:4] for row in section(document, "Theo lĩnh vực hợp tác", 1)] == [
        ["Lĩnh vực hợp tác", "Kinh phí dự toán, VND", "Kinh phí đã chi, VND", "Kinh phí đã chi, USD"],
        [OURS],
        ["Xây dựng Đảng", "300", "100", ""],
        ["Không thuộc lĩnh vực nào", "", "", "1,50"],
        [THEIRS],
        ["Xây dựng Đảng", "", "", ""],
        ["Không thuộc lĩnh vực nào", "", "", ""],
    ]


def test_gifts_projects_and_learners_say_what_is_not_known() -> None:
    document, wording = made(told())
    besides = "Ngoài giai đoạn hoặc chưa rõ ngày; không tính ở trên"
    assert section(document, "Quà tặng và hỗ trợ")[1:] == [
        ["Trong giai đoạn của thỏa thuận"],
        ["năm 2026", "Máy tính", "12 bộ", WAY, "chưa rõ"],
        ["22/11/2026", "Ủng hộ", "", WAY, "1,50"],
        [besides],
        ["chưa rõ", "Cây giống", "chưa rõ", BACK, "chưa rõ"],
    ]
    assert section(document, "Dự án") == [
        ["Dự án", "Từ bên nào đến bên nào", "Trạng thái", "Đã bàn giao", "Kinh phí dự toán, VND",
         "Kinh phí dự toán, LAK", "Kinh phí đã chi, VND"],
        ["Trong giai đoạn của thỏa thuận"],
        ["Trường Bản Kheun", WAY, "Đang thực hiện", "Chưa", "chưa rõ", "", "5"],
        ["Nhà văn hóa", WAY, "Đã bàn giao", "chưa rõ", "7", "9", "chưa rõ"],
        ["Nhà khách", WAY, "Chưa rõ", "chưa rõ", "chưa rõ", "", "chưa rõ"],
    ]  # fmt: skip
    assert section(document, "Học viên")[1:] == [
        ["Trong giai đoạn của thỏa thuận"],
        ["Học sinh", "15", "10", "4", "1", "2"],
        [besides],
        ["Không thuộc cam kết nào", "2", "0", "0", "0", "0"],
    ]
    assert wording.missing == ()


def test_dong_stands_beside_an_amount_only_when_asked_and_with_a_rate() -> None:
    plainly = "\n".join(plain(one) for one in texts(made(told())[0]))
    assert "≈" not in plainly
    document, _wording = made(told(replace(LEDGER, rates={USD: RATE})))
    words = "\n".join(plain(one) for one in texts(document))
    own = section(document, "Kinh phí và hiện vật theo bên chi, bên tặng")
    place = own[0].index("Kinh phí đã chi, USD ≈ VND")
    assert own[-2][place - 1 : place + 1] == ["1,50", "38.116"]  # 38,115.75
    assert "1 USD = 25.410,5 VND ngày 01/11/2026, nguồn: Ngân hàng Nhà nước; làm tròn đến đồng." in words
    lacking = "\n".join(plain(one) for one in texts(made(told(replace(LEDGER, rates={})))[0]))
    assert "Tính đến ngày đó chưa nhập tỷ giá USD: các số tiền này giữ nguyên." in lacking
    assert "≈ quy ra" not in lacking
    assert "≈ 0" not in lacking


def test_nothing_on_record_is_said_so() -> None:
    document, _wording = made(replace(report(), flows=(), ledger=AgreementLedger()))
    said = [plain(one.text) for one in document.blocks if isinstance(one, Paragraph)]
    assert said.count("Chưa có số liệu.") == 5


@pytest.mark.parametrize("languages", LANGUAGES, ids=",".join)
def test_every_language_is_whole(languages: Sequence[Language]) -> None:
    document, wording = made(told(replace(LEDGER, rates={USD: RATE})), *languages)
    assert wording.missing == ()
    assert all(len(row.cells) in (1, len(table.columns)) for table in tables(document) for row in table.rows)
    words = "\n".join(plain(text) for text in texts(document))
    assert ("Handed over" in words) is (EN in languages)
    assert ("Đã bàn giao" in words) is (VI in languages)
