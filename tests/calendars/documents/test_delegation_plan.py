"""The yearly plan of delegations: three parts, days as closely as they are known, funding for who may read it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from calendars.days.spans import Days
from calendars.documents import delegation_plan
from calendars.documents.delegation_plan import PlannedVisit, YearPlan
from calendars.documents.facts import IssuerFacts
from calendars.documents.value import Document, Heading, Paragraph, plain, tables, texts
from calendars.documents.wording import GAP, Wording
from models.vocabulary import Direction, EventKind, EventStatus, KnownTo, Language
from tests.calendars.documents.listed_visits import GOVERNOR, HAI_PHONG, LANGUAGES, LO, OFFICE, VI, VIENTIANE


def visit(**more: Any) -> PlannedVisit:
    fields: dict[str, Any] = {
        "id": "1",
        "kind": EventKind.DELEGATION,
        "status": EventStatus.PLANNED,
        "direction": Direction.INCOMING,
        "title": {"vi": "Đoàn Viêng Chăn", "lo": "ຄະນະວຽງຈັນ", "en": "Vientiane"},
        "days": Days(date(2027, 3, 10), date(2027, 3, 21)),
        "known_to": KnownTo.DAY,
        "host": HAI_PHONG.name,
        "guest": VIENTIANE.name,
        "head": GOVERNOR,
        "people": 12,
        "purpose": {"vi": "Rà soát hợp tác", "lo": "ທົບທວນການຮ່ວມມື", "en": "Review"},
        "body": OFFICE.name,
        "sees_funding": True,
        "funded_by": HAI_PHONG.name,
        "budget": {"amount": "360000000", "currency": "VND"},
    }
    return PlannedVisit(**(fields | more))


def made(visits: Sequence[PlannedVisit], *languages: Language) -> tuple[Document, Wording]:
    wording = Wording(languages or (VI,))
    return delegation_plan.compose(YearPlan(2027, visits, IssuerFacts(OFFICE, HAI_PHONG)), wording), wording


def rows(document: Document, place: int = 0) -> list[list[str]]:
    return [[plain(cell, " | ") for cell in row.cells] for row in tables(document)[place].rows]


def test_a_visit_is_told_with_head_people_purpose_days_body_and_funding() -> None:
    document, wording = made([visit()])
    assert plain(document.title) == "KẾ HOẠCH ĐOÀN RA, ĐOÀN VÀO"
    assert plain(document.abstract) == "Năm 2027"
    assert plain(document.head.issuer) == "SỞ NGOẠI VỤ"
    assert rows(document) == [
        [
            "1",
            "Đoàn Viêng Chăn",
            "Ông Khăm Phăn Sít Thi Đăm Pha, Tỉnh trưởng",
            "12",
            "Rà soát hợp tác",
            "10–21/3/2027",
            "Bên đón: Thành phố Hải Phòng | Bên khách: Tỉnh Viêng Chăn",
            "Sở Ngoại vụ",
            "Thành phố Hải Phòng: 360.000.000 VND",
            "Trong kế hoạch",
        ]
    ]
    assert wording.missing == ()


def test_the_three_parts_stand_in_order_and_count_for_themselves() -> None:
    batch = visit(kind=EventKind.TRAINING_BATCH, direction=Direction.OUTGOING, people=None, head=None)
    document, wording = made([visit(), visit(id="2"), batch])
    assert [plain(block.text) for block in document.blocks if isinstance(block, Heading)] == [
        "Đoàn vào",
        "Đoàn ra",
        "Trong nước",
    ]
    assert [plain(block.text) for block in document.blocks if isinstance(block, Paragraph)] == [
        "Số chuyến: 2; số người: 24.",
        "Số chuyến: 1; số người: 0. (chuyến thăm chưa ghi số người: 1)",
        "Không có.",
    ]
    assert rows(document, 1)[0][1] == "Đoàn Viêng Chăn | Đợt đào tạo, bồi dưỡng"
    assert [one.code for one in wording.missing] == ["headcount"]


@pytest.mark.parametrize(
    ("days", "known_to", "vi", "lo"),
    [
        (Days(date(2027, 1, 1), date(2027, 12, 31)), KnownTo.YEAR, "năm 2027", "ປີ 2027"),
        (Days(date(2027, 6, 1), date(2027, 6, 30)), KnownTo.MONTH, "tháng 6/2027", "ເດືອນ 6/2027"),
        (Days(date(2027, 6, 1), date(2027, 6, 1)), KnownTo.DAY, "01/6/2027", "1 ມິຖຸນາ 2027"),
    ],
)
def test_days_are_told_as_closely_as_they_are_known(days: Days, known_to: KnownTo, vi: str, lo: str) -> None:
    document, _wording = made([visit(days=days, known_to=known_to)], VI, LO)
    assert rows(document)[0][5] == f"{vi} | {lo}"


@pytest.mark.parametrize("languages", LANGUAGES, ids=",".join)
def test_funding_has_a_column_only_for_who_sees_any(languages: Sequence[Language]) -> None:
    unseen = visit(sees_funding=False)
    document, _wording = made([unseen], *languages)
    assert len(tables(document)[0].columns) == 9
    assert "360" not in "".join(plain(text) for text in texts(document))
    both, _wording = made([unseen, visit(id="2")], *languages)
    assert [row[8] == "" for row in rows(both)] == [True, False]


def test_what_lacks_a_language_or_a_head_is_named() -> None:
    document, wording = made([visit(title={"vi": "Đoàn"}, purpose=None, head=None)], LO)
    assert rows(document)[0][1] == f"{GAP} (Đoàn)"
    assert {(one.code, one.language) for one in wording.missing} == {("language", LO), ("head", None)}


def test_who_goes_abroad_is_no_guest_to_the_own_office() -> None:
    abroad = visit(direction=Direction.OUTGOING, host=VIENTIANE.name, guest=HAI_PHONG.name)
    document, _wording = made([visit(), abroad], VI, Language.LO, Language.EN)
    coming, going = ([row[6] for row in rows(document, place)] for place in (0, 1))
    assert "Bên khách: Tỉnh Viêng Chăn" in coming[0]
    for words in ("Bên đón: Tỉnh Viêng Chăn", "Đoàn ta: Thành phố Hải Phòng", "ຄະນະຂອງພວກເຮົາ: ", "Our delegation: "):
        assert words in going[0], words
    assert "Bên khách" not in going[0]
