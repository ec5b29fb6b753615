"""The sheets for drivers and hotels: one page for each, with what its reader needs and no more."""

from dataclasses import replace
from datetime import date

import pytest

from calendars.documents.facts import DocumentFacts, PersonalFacts, PersonFacts, PlacementFacts
from calendars.documents.value import plain, tables, texts
from models.vocabulary import DocumentKind, Language
from tests.calendars.documents.listed_visits import CAR, HOTEL, INCOMING, LANGUAGES, UNKNOWN, VISITS
from tests.calendars.documents.reading import made, missing

DRIVER, HOUSE = DocumentKind.DRIVER_SHEET, DocumentKind.HOTEL_SHEET
GOVERNOR, CHIEF, SPECIALIST = "member-governor", "member-chief", "member-specialist"
PLACED = replace(
    INCOMING,
    bookings=(
        replace(HOTEL, quantity=3),
        replace(CAR, note="Lái xe: ông Hùng", last_day=date(2027, 10, 14)),
        replace(CAR, id="car-2", name={"vi": "Xe 16 chỗ", "lo": "ລົດ 16 ບ່ອນ"}, is_approved=False),
    ),
    placements=PlacementFacts(
        {"car": [GOVERNOR, CHIEF], "car-2": [SPECIALIST]}, {"hotel": [[GOVERNOR], [SPECIALIST, CHIEF]]}
    ),
)


def lines(facts: DocumentFacts, kind: DocumentKind) -> list[list[str]]:
    """The words of each sheet of a paper."""
    document = made(kind, facts)
    return [[plain(text, " ") for text in texts(replace(one, following=()))] for one in (document, *document.following)]


def with_member(identity: str, **values: object) -> DocumentFacts:
    members = [replace(one, **values) if one.id == identity else one for one in PLACED.members]  # type: ignore[arg-type]
    return replace(PLACED, members=members)


def test_each_driver_has_a_sheet_with_their_own_riders() -> None:
    first, second = lines(PLACED, DRIVER)
    assert "Xe 7 chỗ, 11–14/10/2027, số chỗ: 6, Lái xe: ông Hùng" in first
    assert any("Khăm Phăn" in one for one in first)
    assert not any("Bun Mi" in one and "Khăm" not in one for one in second if "Khăm" in one)
    assert any("(chưa được phê duyệt)" in one for one in second)
    assert not any("(chưa được phê duyệt)" in one for one in first)
    assert any(one.startswith("Biển số: ……") for one in first)


def test_the_days_of_the_car_come_from_the_programme() -> None:
    first, _second = lines(PLACED, DRIVER)
    item = PLACED.programme[0]
    assert any(item.title["vi"] in one for one in first) is (CAR.first_day <= item.day <= date(2027, 10, 14))
    short = replace(
        PLACED,
        bookings=[replace(one, first_day=date(2027, 1, 1), last_day=date(2027, 1, 1)) for one in PLACED.bookings],
    )
    assert not any(item.title["vi"] in one for one in lines(short, DRIVER)[0])


def test_a_journey_stands_on_its_day() -> None:
    flight = {"at": "2027-10-11T09:40", "by": "QV312", "place": "Nội Bài"}
    found = lines(with_member(GOVERNOR, arrival=flight), DRIVER)[0]
    assert any("QV312" in one for one in found)
    assert {"09:40", "Nội Bài"} <= set(found)
    late = lines(with_member(GOVERNOR, arrival=flight | {"at": "2027-11-30T09:40"}), DRIVER)[0]
    assert not any("QV312" in one for one in late)


def test_a_hotel_reads_who_stays_from_when_to_when() -> None:
    (sheet,) = lines(with_member(GOVERNOR, departure={"at": "2027-10-13"}), HOUSE)
    table = tables(made(HOUSE, with_member(GOVERNOR, departure={"at": "2027-10-13"})))[0]
    shown = [[plain(cell, " ") for cell in row.cells] for row in table.rows]
    assert [row[0] for row in shown] == ["1", "2", "2"]
    assert shown[0][4:] == ["11/10/2027", "13/10/2027"]
    assert shown[1][4:] == ["11/10/2027", "14/10/2027"]
    assert "Số phòng: 3" in sheet


@pytest.mark.parametrize("kind", [DRIVER, HOUSE])
def test_no_sheet_tells_particulars(kind: DocumentKind) -> None:
    secret = PersonalFacts(diet="không ăn thịt lợn", passport_number="P7654321")
    for sheet in lines(with_member(GOVERNOR, personal=secret), kind):
        assert not any("thịt lợn" in one or "P7654321" in one for one in sheet)


def test_what_takes_place_in_the_house_is_said_to_it() -> None:
    item = replace(PLACED.programme[0], day=HOTEL.first_day, place={"vi": "Nhà hàng, khách sạn Hữu Nghị"})
    (sheet,) = lines(replace(PLACED, programme=(item,)), HOUSE)
    assert any(item.title["vi"] in one for one in sheet)
    (sheet,) = lines(replace(PLACED, programme=(replace(item, place={"vi": "Bảo tàng"}),)), HOUSE)
    assert not any(item.title["vi"] in one for one in sheet)


@pytest.mark.parametrize(("kind", "code"), [(DRIVER, "vehicles"), (HOUSE, "rooms")])
def test_without_placements_it_is_said_what_lacks(kind: DocumentKind, code: str) -> None:
    assert code in {one[0] for one in missing(kind, replace(PLACED, placements=None))}
    assert code not in {one[0] for one in missing(kind, PLACED)}


@pytest.mark.parametrize("kind", [DRIVER, HOUSE])
@pytest.mark.parametrize("languages", LANGUAGES)
def test_every_visit_in_every_language(kind: DocumentKind, languages: tuple[Language, ...]) -> None:
    for facts in (*VISITS.values(), UNKNOWN, PLACED, with_member(CHIEF, person=PersonFacts("p", "Khamla"))):
        assert made(kind, facts, *languages).kind is kind


def test_who_has_no_room_is_told_as_missing_and_to_the_one_house() -> None:
    placed = PlacementFacts({}, {"hotel": [[GOVERNOR]]})
    facts = replace(PLACED, placements=placed)
    told = [one[1] for one in missing(HOUSE, facts) if one[0] == "rooms"]
    names = [one.person.name for one in facts.members if one.id in (CHIEF, SPECIALIST)]
    assert len(told) == 1
    assert all(name in str(told[0]) for name in names)
    (sheet,) = lines(facts, HOUSE)
    assert any(one.startswith("Khách chưa có phòng") and all(name in one for name in names) for one in sheet)
    assert not any(one.startswith("Khách chưa có phòng") for one in lines(PLACED, HOUSE)[0]), "the control"


def test_of_several_houses_none_is_told_who_has_no_room_there() -> None:
    houses = (*PLACED.bookings, replace(HOTEL, id="other"))
    facts = replace(PLACED, bookings=houses, placements=PlacementFacts({}, {"hotel": [[GOVERNOR]]}))
    assert not any("chưa có phòng" in one for sheet in lines(facts, HOUSE) for one in sheet)
    assert "rooms" in {one[0] for one in missing(HOUSE, facts)}
