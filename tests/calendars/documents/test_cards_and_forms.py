"""Name plates, badges, the declaration of residence, the list of gifts."""

from dataclasses import replace
from datetime import date

import pytest

from calendars.documents.facts import GiftFacts, PlacementFacts
from calendars.documents.kinds import EVENT_KINDS
from calendars.documents.value import (
    CardForm,
    Cards,
    Table,
    plain,
)
from calendars.documents.wording import GAP
from models.vocabulary import Currency, DocumentKind, Side
from tests.calendars.documents.listed_visits import (
    INCOMING,
    LO,
    OUTGOING,
    VI,
    VISITS,
)
from tests.calendars.documents.reading import made, missing, paragraphs, rows, words
from tests.calendars.documents.visits import text


def test_plates_have_everybody_guests_first_and_the_diet_in_the_corner() -> None:
    (block,) = made(DocumentKind.NAME_PLATES, INCOMING, VI, LO).blocks
    assert isinstance(block, Cards)
    assert block.form is CardForm.PLATE
    assert [plain(card.name, " | ") for card in block.cards] == [
        "Ông Khăm Phăn Sít Thi Đăm Pha | ທ່ານ ຄຳພັນ ສິດທິດຳພາ",
        "Ông Bun Mi | ທ່ານ ບຸນມີ",
        f"{GAP} (ວັນນາ ພົມມະຈັນ) | ວັນນາ ພົມມະຈັນ",
        "Ông Trần Đức Thắng | ທ່ານ ເຈິ່ນ ດຶກ ທັ້ງ",
        f"Phạm Văn Nam | {GAP} (Phạm Văn Nam)",
        "Bà Lê Thị Hoa | ທ່ານນາງ ເລ ທິ ຮວາ",
    ]
    assert [card.mark for card in block.cards] == ["Chay", "", "", "", "", ""]
    assert [plain(line) for line in block.cards[0].lines] == [
        "Tỉnh trưởng\nເຈົ້າແຂວງ",
        "Văn phòng chính quyền tỉnh\nຫ້ອງວ່າການແຂວງ",
    ]


def test_badges_say_what_people_are_and_nothing_of_their_diet() -> None:
    (block,) = made(DocumentKind.BADGES, INCOMING).blocks
    assert isinstance(block, Cards)
    assert block.form is CardForm.BADGE
    assert [plain(block.cards[0].lines[-1]), plain(block.cards[-1].lines[-1])] == ["Trưởng đoàn", "Phiên dịch"]
    assert not any(card.mark for card in block.cards)
    assert "Chay" not in words(made(DocumentKind.BADGES, INCOMING))


def test_residence_declares_what_passports_say() -> None:
    listed = rows(made(DocumentKind.RESIDENCE, INCOMING))
    assert listed[0] == [
        "1",
        "KHAMPHANH SITTHIDAMPHA",
        "Nam",
        "02/4/1965",
        "Lào",
        "PA0123456",
        "Hộ chiếu ngoại giao",
        "31/5/2030",
        "11–14/10/2027",
        "Khách sạn Hữu Nghị",
    ]
    gap = "……"
    assert listed[1] == ["2", f"{gap} (Bun Mi)", gap, gap, "Lào", gap, gap, gap, "11–14/10/2027", "Khách sạn Hữu Nghị"]
    assert [row[1] for row in listed[1:]] == [f"{gap} (Bun Mi)", f"{gap} (ວັນນາ ພົມມະຈັນ)"]
    assert len(listed) == 3


def test_residence_lists_by_name_what_it_lacks() -> None:
    told = [detail for code, detail, _language in missing(DocumentKind.RESIDENCE, INCOMING) if code == "particulars"]
    name, passport = "Name as in the passport", "Passport number, Kind of passport, Expiry of the passport"
    assert told == [
        f"Bun Mi: {name}, Sex, Date of birth, {passport}.",
        f"ວັນນາ ພົມມະຈັນ: {name}, Sex, Date of birth, Nationality, {passport}.",
    ]


def test_residence_names_the_lodging_in_which_somebody_has_a_room() -> None:
    other = replace(INCOMING.bookings[0], id="villa", name={"vi": "Nhà khách"}, first_day=date(2027, 10, 12))
    placements = PlacementFacts({}, {"hotel": [["member-governor"]], "villa": [["member-chief"]]})
    facts = replace(INCOMING, bookings=(*INCOMING.bookings, other), placements=placements)
    assert [row[8:] for row in rows(made(DocumentKind.RESIDENCE, facts))] == [
        ["11–14/10/2027", "Khách sạn Hữu Nghị"],
        ["12–14/10/2027", "Nhà khách"],
        ["11–14/10/2027", "……"],
    ]


@pytest.mark.parametrize(
    ("name", "is_for"), [("incoming", True), ("batch", True), ("outgoing", False), ("unknown", False)]
)
def test_residence_is_declared_of_foreigners_in_viet_nam(name: str, is_for: bool) -> None:
    applies = EVENT_KINDS[DocumentKind.RESIDENCE].applies
    assert applies is not None
    assert applies(VISITS[name]) is is_for


def test_gifts_go_to_the_other_side_with_room_to_write() -> None:
    listed = rows(made(DocumentKind.GIFTS, INCOMING))
    assert [row[1] for row in listed] == [
        "Bên khách: Tỉnh Viêng Chăn",
        "Ông Khăm Phăn Sít Thi Đăm Pha",
        "Ông Bun Mi",
        f"{GAP} (ວັນນາ ພົມມະຈັນ)",
    ]
    assert {tuple(row[4:]) for row in listed} == {("", "", "")}
    outgoing = made(DocumentKind.GIFTS, OUTGOING)
    assert [row[1] for row in rows(outgoing)] == ["Bên đón: Tỉnh Viêng Chăn"]
    assert "TT-BTC" not in words(outgoing)


@pytest.mark.parametrize(
    ("first_day", "act"), [(date(2026, 5, 17), "71/2018/TT-BTC"), (date(2026, 5, 18), "35/2026/TT-BTC")]
)
def test_gifts_name_the_act_in_force_on_the_day(first_day: date, act: str) -> None:
    facts = replace(INCOMING, visit=replace(INCOMING.visit, first_day=first_day))
    (note,) = [line for line in paragraphs(made(DocumentKind.GIFTS, facts)) if "TT-BTC" in line]
    assert act in note


PICTURE = GiftFacts(
    from_side=Side.HOST,
    description=text("Tranh thêu", "ຮູບປັກ", "Embroidered picture"),
    giver_name=text("Ủy ban nhân dân thành phố", "ຄະນະກຳມະການ", "City committee"),
    receiver_name=text("Tỉnh Viêng Chăn", "ແຂວງວຽງຈັນ", "Viêng Chăn"),
    quantity=150,
    unit="bộ",
    value=2_600_000,
    currency=Currency.VND,
)


def test_gifts_that_are_entered_fill_the_list_with_their_value() -> None:
    head = INCOMING.members[0].person
    own = replace(PICTURE, receiver=head)
    unknown = replace(PICTURE, quantity=None, unit=None, value=None, currency=None)
    theirs = replace(PICTURE, from_side=Side.GUEST, giver_name=text("Đoàn khách", "ຄະນະ", "Guests"), kept_by="Bảo tàng")
    document = made(DocumentKind.GIFTS, replace(INCOMING, gifts=(own, unknown, theirs)))
    first, second = (block for block in document.blocks if isinstance(block, Table))
    cells = [[plain(cell) for cell in row.cells] for row in first.rows]
    assert [row[4:] for row in cells] == [
        ["Tranh thêu", "1,5 bộ", "Ủy ban nhân dân thành phố", "2.600.000 VND"],
        ["Tranh thêu", "", "Ủy ban nhân dân thành phố", ""],
    ], "what is not known is empty, and never 0"
    assert head.name in cells[0][1]
    assert cells[1][1] == "Tỉnh Viêng Chăn"
    (row,) = second.rows
    assert [plain(cell) for cell in row.cells][1:] == [
        "Đoàn khách", "Tranh thêu", "1,5 bộ", "Tỉnh Viêng Chăn", "Bảo tàng", "2.600.000 VND",
    ]  # fmt: skip
    assert "Quà tặng đã nhận" in words(document)


def test_what_was_only_received_leaves_room_for_what_is_given() -> None:
    theirs = replace(PICTURE, from_side=Side.GUEST)
    document = made(DocumentKind.GIFTS, replace(INCOMING, gifts=(theirs,)))
    first, second = (block for block in document.blocks if isinstance(block, Table))
    assert (len(first.rows), len(second.rows)) == (len(rows(made(DocumentKind.GIFTS, INCOMING))), 1)
