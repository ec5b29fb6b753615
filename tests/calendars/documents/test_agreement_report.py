"""The report on a year of an agreement: figures as its page reckons them, reasons, exchange drawn and in figures."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from calendars.commitments.exchange_totals import exchange_totals
from calendars.commitments.ledger_totals import Cost, EventMoney
from calendars.commitments.progress import progress
from calendars.days.spans import Days
from calendars.documents import agreement_report
from calendars.documents.agreement_report import AgreementYear, CommitmentAccount, CountedEvent
from calendars.documents.facts import IssuerFacts
from calendars.documents.value import Chart, Document, Heading, Items, Paragraph, plain, tables, texts
from calendars.documents.wording import GAP, Wording
from models.vocabulary import Currency, EventStatus, KnownTo, Language
from tests.calendars.commitments.commitment_samples import AGREEMENT, HD, PERIOD, VC, judged, occasion
from tests.calendars.documents.listed_visits import EN, HAI_DUONG, HAI_PHONG, LANGUAGES, LO, OFFICE, VI, VIENTIANE

HELD = [
    occasion("1 in", "2024-10-07", people=12),
    occasion("1 in", "2026-03-09", people=14),
    occasion("5 agriculture", "2026-09-07", days=7, people=None),
    occasion("7 sport", "2026-12-14", days=75, people=9, status=EventStatus.DRAFT),
    occasion("1 out", "2025-05-12", people=10),
]
TITLE = {"vi": "Thỏa thuận 2024-2028", "lo": "ຂໍ້ຕົກລົງ 2024-2028", "en": "Agreement 2024–2028"}
NAMES = {HD: HAI_PHONG.name, VC: VIENTIANE.name}


def account(of: str, year: int, as_of: date) -> CommitmentAccount:
    found = progress(AGREEMENT[of], judged(AGREEMENT[of], HELD, as_of), as_of)
    told = next(one for one in found.years if one.year == year)
    known = {one.id: one for one in HELD}
    return CommitmentAccount(
        article=of.split()[0],
        field={"vi": "Lĩnh vực", "lo": "ຂະແໜງການ", "en": "Field"},
        title={"vi": f"Cam kết {of}", "lo": f"ຄຳໝັ້ນ {of}", "en": f"Commitment {of}"},
        progress=found,
        year=told,
        events=[
            CountedEvent(one, {"vi": f"Đoàn {one}", "lo": f"ຄະນະ {one}", "en": one}, known[one].days, KnownTo.DAY,
                         known[one].status)
            for one in told.event_ids
        ],
    )  # fmt: skip


def report(year: int = 2026, as_of: date = date(2026, 11, 22)) -> AgreementYear:
    paid = Cost(HD, Currency.VND, 360_000_000, 2026)
    return AgreementYear(
        title=TITLE,
        period=PERIOD,
        signed_on=date(2024, 9, 18),
        parties=(HD, VC),
        party_names={HD: HAI_DUONG.name, VC: VIENTIANE.name},
        names=NAMES,
        year=year,
        as_of=as_of,
        commitments=[account(one, year, as_of) for one in ("1 in", "1 out", "3 health", "5 agriculture", "7 sport")],
        flows=exchange_totals((HD, VC), PERIOD, HELD, as_of, costs={HELD[1].id: EventMoney(paid=[paid])}),
        issuer=IssuerFacts(OFFICE, HAI_PHONG),
    )


def made(found: AgreementYear, *languages: Language) -> tuple[Document, Wording]:
    wording = Wording(languages or (VI,))
    return agreement_report.compose(found, wording), wording


def rows(document: Document, place: int) -> list[list[str]]:
    return [[plain(cell, " | ") for cell in row.cells] for row in tables(document)[place].rows]


def test_parties_keep_the_names_of_the_day_of_signing() -> None:
    document, _wording = made(report())
    told = [plain(block.text) for block in document.blocks if isinstance(block, Paragraph)]
    assert told[:4] == [
        "Các bên: Tỉnh Hải Dương (nay là Thành phố Hải Phòng); Tỉnh Viêng Chăn",
        "Giai đoạn: 01/01/2024–31/12/2028",
        "Ngày ký: 18/9/2024",
        "Tình hình đến ngày 22/11/2026.",
    ]
    assert plain(document.abstract) == "Thỏa thuận 2024-2028\nNăm 2026"


def test_the_year_of_each_commitment_is_told_in_figures() -> None:
    document, wording = made(report())
    assert rows(document, 0) == [
        ["1", "Cam kết 1 in | Lĩnh vực", "1", "1", "0", "14", "12", "Đã thực hiện", "Chưa thực hiện"],
        ["1", "Cam kết 1 out | Lĩnh vực", "0", "0", "0", "0", "0", "Không có gì phải thực hiện.", "Đúng tiến độ"],
        ["5", "Cam kết 5 agriculture | Lĩnh vực", "1", "1", "0", "0", "7", "Đã thực hiện", "Chưa thực hiện"],
        ["7", "Cam kết 7 sport | Lĩnh vực", "1", "0", "1", "0", "0", "Có nguy cơ chậm", "Chưa thực hiện"],
    ]
    assert wording.missing == ()
    said = [plain(one.text) for one in document.blocks if isinstance(one, Paragraph)]
    assert "Năm 2026 có 1 cam kết không có gì phải thực hiện và không có hoạt động nào (các mục: 3)." in said


def test_a_year_that_owes_nothing_is_not_one_that_is_only_counted() -> None:
    owing = account("1 out", 2026, date(2026, 11, 22))
    counted = account("3 health", 2026, date(2026, 11, 22))
    assert owing.year is not None
    assert counted.year is not None
    held = [replace(one, year=replace(one.year, held=1)) for one in (owing, counted) if one.year is not None]
    document, _wording = made(replace(report(), commitments=held))
    assert [row[-2:] for row in rows(document, 0)] == [
        ["Không có gì phải thực hiện.", "Đúng tiến độ"],
        ["Chỉ thống kê", "Chỉ thống kê"],
    ]


def test_what_was_done_stands_below_its_commitment() -> None:
    document, _wording = made(report())
    assert rows(document, 1) == [
        ["Mục 1. Cam kết 1 in"],
        ["09–20/3/2026", f"Đoàn {HELD[1].id}", "Đã hoàn thành"],
        ["Mục 5. Cam kết 5 agriculture"],
        ["07–13/9/2026", f"Đoàn {HELD[2].id}", "Đã hoàn thành"],
        ["Mục 7. Cam kết 7 sport"],
        ["14/12/2026–26/02/2027", f"Đoàn {HELD[3].id}", "Dự thảo"],
    ]


def test_what_is_missed_or_at_risk_has_its_reason() -> None:
    document, _wording = made(report())
    (wanting,) = (block for block in document.blocks if isinstance(block, Items))
    assert [plain(one) for one in wanting.items] == [
        "Mục 1. Cam kết 1 in: Chưa thực hiện trong năm: 2025.",
        "Mục 5. Cam kết 5 agriculture: Chưa thực hiện trong năm: 2024, 2025.",
        f"Mục 7. Cam kết 7 sport: {report().commitments[4].progress.detail.to('vi')!s}",
    ]
    fine = replace(report(), commitments=[account("3 health", 2026, date(2026, 11, 22))])
    assert not [block for block in made(fine)[0].blocks if isinstance(block, Items)]


def test_the_exchange_of_the_year_and_of_the_period() -> None:
    document, _wording = made(report())
    assert rows(document, 2) == [
        ["Năm 2026"],
        ["Từ thành phố Hải Phòng sang tỉnh Viêng Chăn", "0", "0", "0", "0", "0"],
        ["Từ tỉnh Viêng Chăn sang thành phố Hải Phòng", "2", "14", "1", "19", "1"],
        ["Giai đoạn: 01/01/2024–31/12/2028"],
        ["Từ thành phố Hải Phòng sang tỉnh Viêng Chăn", "1", "10", "0", "12", "0"],
        ["Từ tỉnh Viêng Chăn sang thành phố Hải Phòng", "3", "26", "1", "31", "1"],
    ]


def test_every_chart_is_told_in_figures_too() -> None:
    document, _wording = made(report())
    charts = [block for block in document.blocks if isinstance(block, Chart)]
    assert [plain(one.title) for one in charts] == ["Số người", "Số ngày lưu trú", "Kinh phí đã chi, VND"]
    people, money = rows(document, 4), rows(document, 5)
    for chart, table, place in ((charts[0], people, 0), (charts[1], people, 1), (charts[2], money, 0)):
        told = {row[0]: row[1 + 2 * place :] for row in table}
        for bar in chart.bars:
            cells = told.get(plain(bar.label), ["", ""])
            values = [float(cell.replace(".", "")) if cell else None for cell in cells[: len(bar.values)]]
            assert [one or None for one in values] == [one or None for one in bar.values][: len(values)]
    assert [row[0] for row in people] == ["2024", "2025", "2026"]
    assert people[2] == ["2026", "0", "14", "0", "19"]
    assert money == [["2026", "360.000.000"]]
    assert [plain(one) for one in charts[2].series] == [
        "Do thành phố Hải Phòng chi, tặng", "Do tỉnh Viêng Chăn chi, tặng",
    ]  # fmt: skip
    assert [plain(bar.label) for bar in charts[0].bars] == ["2024", "2025", "2026", "2027", "2028"]


def test_an_agreement_without_anything_says_so() -> None:
    empty = replace(report(), commitments=(), flows=(), signed_on=None)
    document, _wording = made(empty)
    assert tables(document) == []
    headings = [block for block in document.blocks if isinstance(block, Heading)]
    assert len(headings) == 8
    assert "Chưa nhập cam kết nào." in [plain(one.text) for one in document.blocks if isinstance(one, Paragraph)]


@pytest.mark.parametrize("languages", LANGUAGES, ids=",".join)
def test_every_language_is_whole(languages: Sequence[Language]) -> None:
    document, wording = made(report(), *languages)
    assert wording.missing == ()
    for table in tables(document):
        for row in table.rows:
            assert len(row.cells) == (1 if row.group else len(table.columns))
    told = "\n".join(plain(text) for text in texts(document))
    for language in languages:
        assert TITLE[language] in told
    assert ("Commitment 1 in" in told) is (EN in languages)


def test_a_title_without_the_language_is_a_gap() -> None:
    document, wording = made(replace(report(), title={"vi": "Thỏa thuận"}), LO)
    assert plain(document.abstract).startswith(f"{GAP} (Thỏa thuận)")
    assert [(one.code, str(one.detail), one.language) for one in wording.missing] == [
        ("language", "The title of the agreement.", LO)
    ]


def test_a_long_period_is_drawn_with_its_latest_years() -> None:
    long = replace(report(), period=Days(date(1950, 1, 1), date(2028, 12, 31)))
    document, _wording = made(long)
    chart = next(block for block in document.blocks if isinstance(block, Chart))
    assert [plain(bar.label) for bar in chart.bars] == ["2024", "2025", "2026"]
