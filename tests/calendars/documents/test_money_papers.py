"""The estimate and the settlement as papers: rows, sums in figures and words, what is above norms, what is missing."""

from dataclasses import replace

import pytest

from calendars.documents import kinds
from calendars.documents.value import Reckoning, plain, tables
from calendars.estimates.lines import planned_sums
from models.vocabulary import Currency, DocumentKind, Language
from tests.calendars.documents.estimates import (
    CARS,
    DECIDED_BY,
    TICKETS,
    estimate_of,
    paid_example,
    planned_example,
    with_estimate,
    worked_lines,
)
from tests.calendars.documents.reading import made, missing, paragraphs, rows, words
from tests.calendars.documents.visits import VISITS

VI, LO, EN = Language.VI, Language.LO, Language.EN
ESTIMATE, SETTLEMENT = DocumentKind.ESTIMATE, DocumentKind.SETTLEMENT


def test_each_line_of_the_worked_example_is_a_row() -> None:
    document = made(ESTIMATE, with_estimate(estimate_of(worked_lines())))
    assert plain(document.title) == "DỰ TOÁN KINH PHÍ"
    found = rows(document)
    assert found[0] == [
        "1", "Thuê chỗ ở (trưởng đoàn)", "1", "3", "3", "người/đêm", "7.700.000", "7.700.000", "VND", "23.100.000", "",
        "Điều 7",
    ]  # fmt: skip
    assert found[3][:10] == [
        "4", "Ăn hằng ngày", "10", "3,5", "35", "người/ngày", "2.000.000", "2.000.000", "VND", "70.000.000",
    ]  # fmt: skip
    assert found[8][1:10] == ["Tặng hoa", "", "", "1", "bó", "1.000.000", "1.000.000", "VND", "1.000.000"]
    assert found[-1] == ["", "Cộng", "", "", "", "", "", "", "VND", "289.600.000", "", ""]
    assert len(found) == 11


def test_sums_stand_in_figures_and_in_words() -> None:
    facts = with_estimate(estimate_of(worked_lines()))
    vi = "Tổng cộng: 289.600.000 VND (bằng chữ: hai trăm tám mươi chín triệu sáu trăm nghìn đồng)."
    assert vi in paragraphs(made(ESTIMATE, facts))
    (lao,) = [one for one in paragraphs(made(ESTIMATE, facts, LO)) if "289.600.000" in one]
    assert "ສອງຮ້ອຍແປດສິບເກົ້າລ້ານຫົກແສນດົ່ງ" in lao
    (english,) = [one for one in paragraphs(made(ESTIMATE, facts, EN)) if "289,600,000" in one]
    assert english == "Total: 289,600,000 VND."
    both = [one for one in paragraphs(made(ESTIMATE, facts, VI, LO)) if "289.600.000" in one]
    assert both == [f"{vi} | {lao}"]


def test_acts_class_payer_and_who_decided() -> None:
    told = words(made(ESTIMATE, with_estimate(estimate_of(worked_lines()))))
    assert "Thông tư số 35/2026/TT-BTC" in told
    assert f"Hạng khách: Khách hạng B; căn cứ xác định: {DECIDED_BY}." in told
    assert "Bên đón chi toàn bộ" in told
    before = replace(with_estimate(estimate_of(worked_lines())))
    early = replace(before, visit=replace(before.visit, arrives_on=before.visit.arrives_on.replace(month=5, day=17)))
    assert "35/2026" not in words(made(ESTIMATE, early))


def test_currencies_stay_apart_and_what_has_no_price_is_in_no_sum() -> None:
    facts = planned_example()
    found = rows(made(ESTIMATE, facts))
    assert [row[8:10] for row in found if row[1] == "Cộng"] == [["VND", "302.100.000"], ["USD", "2.469,50"]]
    lounge = next(row for row in found if row[1].startswith("Phòng chờ"))
    assert (lounge[6], lounge[7], lounge[9], lounge[11]) == ("", "", "", "Điều 5; theo hóa đơn; chưa có đơn giá")
    assert ("price", None) in {(code, language) for code, _what, language in missing(ESTIMATE, facts)}
    cars = next(row for row in found if row[1].startswith("Thuê xe"))
    assert (cars[1], cars[4], cars[9]) == ("Thuê xe: Xe 29 chỗ", "3", "10.500.000")


def test_what_is_above_the_norm_is_named() -> None:
    document = made(ESTIMATE, planned_example())
    banquet = next(row for row in rows(document) if row[1] == "Chiêu đãi")
    assert banquet[6:8] == ["2.100.000", "2.000.000"]
    assert "Vượt định mức 2.000.000 VND" in banquet[11]
    assert "Vượt định mức: Chiêu đãi, vượt 2.000.000 VND." in paragraphs(document)
    assert "Vượt định mức" not in words(made(ESTIMATE, with_estimate(estimate_of(worked_lines()))))


def test_what_is_missing_is_listed() -> None:
    draft = with_estimate(estimate_of(worked_lines()))
    codes = {code for code, _what, _language in missing(ESTIMATE, draft)}
    assert {"approval", "unverified"} <= codes
    assert not {"price", "guest_class", "estimate"} & codes
    assert draft.estimate is not None
    no_class = replace(draft, estimate=replace(draft.estimate, guest_class=None, class_decided_by=None))
    assert "guest_class" in {code for code, _what, _language in missing(ESTIMATE, no_class)}


def test_an_approved_one_says_by_whom_and_a_changed_one_does_not() -> None:
    facts = paid_example()
    estimate = facts.estimate
    assert estimate is not None
    approved = replace(estimate, lines=estimate.lines[:-1])
    assert "Đã được Nguyễn Văn An phê duyệt ngày 02/6/2026." in paragraphs(
        made(ESTIMATE, replace(facts, estimate=approved))
    ) or "Đã được Nguyễn Văn An phê duyệt ngày 2/6/2026." in paragraphs(
        made(ESTIMATE, replace(facts, estimate=approved))
    )
    assert "phê duyệt ngày" not in words(made(ESTIMATE, facts))
    assert "approval" in {code for code, _what, _language in missing(ESTIMATE, facts)}


def test_the_settlement_sets_paid_against_approved() -> None:
    document = made(SETTLEMENT, paid_example())
    found = {row[1]: row[2:] for row in rows(document) if row[1] != "Cộng"}
    assert found["Ăn hằng ngày"][:4] == ["VND", "70.000.000", "69.000.000", "-1.000.000"]
    assert found["Ăn hằng ngày"][4].startswith("HĐ 0012, ngày ")
    assert found["Chiêu đãi"][1:4] == ["40.000.000", "41.500.000", "1.500.000"]
    assert found["Chiêu đãi"][6] == "Vượt định mức 1.500.000 VND"
    assert found["Vé đi lại"][:4] == ["USD", "", "2.469,50", "2.469,50"]
    assert found["Vé đi lại"][6] == "chưa được duyệt"
    assert found["Tặng hoa"][1:4] == ["1.000.000", "0", "-1.000.000"]
    totals = [row[2:6] for row in rows(document) if row[1] == "Cộng"]
    assert totals == [
        ["VND", "289.600.000", "110.500.000", "-179.100.000"],
        ["USD", "0,00", "2.469,50", "2.469,50"],
    ]
    told = words(document)
    assert "Đã chi: 110.500.000 VND (bằng chữ: một trăm mười triệu năm trăm nghìn đồng)." in told
    assert "Chi vượt dự toán được duyệt: 2.469,50 USD." in told
    codes = {code for code, _what, _language in missing(SETTLEMENT, paid_example())}
    assert "voucher" in codes
    assert "settled" not in codes


@pytest.mark.parametrize("languages", [(VI,), (LO,), (EN,), (VI, LO)])
def test_numbers_of_tables_follow_as_their_columns_say(languages: tuple[Language, ...]) -> None:
    (table,) = tables(made(ESTIMATE, planned_example(), *languages))
    reckoned = {place: column.reckoning for place, column in enumerate(table.columns) if column.reckoning}
    assert reckoned == {4: Reckoning.PRODUCT, 9: Reckoning.PRODUCT}
    assert [row.total for row in table.rows if row.total] == ["VND", "USD"]
    assert {plain(row.cells[table.total_by]) for row in table.rows} == {"VND", "USD"}


def test_without_an_estimate_that_the_reader_knows_there_is_neither_paper() -> None:
    for facts in (visit() for visit in VISITS.values()):
        assert not any(kinds.EVENT_KINDS[kind].applies(facts) for kind in (ESTIMATE, SETTLEMENT))  # type: ignore[misc]
        for kind in (ESTIMATE, SETTLEMENT):
            assert tables(made(kind, facts)) == []  # nor is anything invented where one is composed all the same
    draft = with_estimate(estimate_of([CARS]))
    assert [kinds.EVENT_KINDS[kind].applies(draft) for kind in (ESTIMATE, SETTLEMENT)] == [True, False]  # type: ignore[misc]


def test_no_other_paper_tells_of_money() -> None:
    facts = paid_example()
    for kind, terms in kinds.EVENT_KINDS.items():
        if not terms.is_of_money and (terms.applies is None or terms.applies(facts)):
            told = words(made(kind, facts))
            assert "289.600.000" not in told, kind
            assert "2.469" not in told, kind


def test_the_sums_are_those_of_the_service() -> None:
    estimate = planned_example().estimate
    assert estimate is not None
    assert dict(planned_sums(line.figures for line in estimate.lines)) == {
        Currency.VND: 289_600_000 + 2_000_000 + 10_500_000,
        Currency.USD: TICKETS.planned,
    }
