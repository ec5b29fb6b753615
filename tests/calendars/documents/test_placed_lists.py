"""The lists of cars, rooms and seats: who was placed, in order; who was not is named as missing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time

import pytest

from calendars.documents.facts import BookingFacts, DocumentFacts, PersonFacts, PlacementFacts, TableSeats
from calendars.documents.kinds import EVENT_KINDS
from calendars.documents.value import Heading, PageBreak, SeatingPlan, plain, tables
from models.vocabulary import DocumentKind, Language, MemberRole, ResourceType, Side
from tests.calendars.documents.listed_visits import (
    CAR,
    HOTEL,
    INCOMING,
    LANGUAGES,
    LO,
    OUTGOING,
    UNKNOWN,
    VI,
    VISITS,
    member,
)
from tests.calendars.documents.reading import made, missing, paragraphs, rows, words

KINDS = (DocumentKind.VEHICLES, DocumentKind.ROOMS, DocumentKind.SEATING)

GOVERNOR, CHIEF, SPECIALIST = "member-governor", "member-chief", "member-specialist"
VICE_CHAIR, INTERPRETER, ESCORT = "member-vice-chair", "member-interpreter", "member-escort"

PLACED = replace(
    INCOMING,
    bookings=(replace(HOTEL, quantity=3), replace(CAR, note="Lái xe: ông Hùng")),
    placements=PlacementFacts(
        {"car": [GOVERNOR, INTERPRETER, VICE_CHAIR]},
        {"hotel": [[GOVERNOR], [], [SPECIALIST, CHIEF]]},
        [
            TableSeats("dinner", "1", [VICE_CHAIR, CHIEF, GOVERNOR], round=True),
            TableSeats("talks", "Bàn chữ U", [ESCORT, VICE_CHAIR, None, None, GOVERNOR, CHIEF]),
        ],
    ),
)


def test_cars_with_who_rides_in_them() -> None:
    document = made(DocumentKind.VEHICLES, PLACED)
    assert rows(document) == [
        ["Xe 7 chỗ, 11/10/2027, số chỗ: 6, Lái xe: ông Hùng | Biển số: …………… Lái xe: …………… Điện thoại: ……………"],
        ["1", "Ông Khăm Phăn Sít Thi Đăm Pha", "Tỉnh trưởng, Văn phòng chính quyền tỉnh", "Trưởng đoàn"],
        ["2", "Bà Lê Thị Hoa", "Chuyên viên, Sở Ngoại vụ", "Phiên dịch"],
        ["3", "Ông Trần Đức Thắng", "Phó Chủ tịch, Ủy ban nhân dân thành phố", ""],
    ]
    assert tables(document)[0].rows[0].group
    assert paragraphs(document)[-1] == "Số xe: 1"
    (gap,) = [one for one in missing(DocumentKind.VEHICLES, PLACED) if one[0] == "vehicles"]
    assert "Bun Mi" in gap[1]
    assert "Khăm Phăn" not in gap[1]


def test_rooms_with_who_sleeps_in_them() -> None:
    document = made(DocumentKind.ROOMS, PLACED)
    listed = rows(document)
    assert listed[0] == ["Khách sạn Hữu Nghị, 11–14/10/2027"]
    assert [(row[0], row[1], row[2]) for row in listed[1:]] == [
        ("1", "", "Ông Khăm Phăn Sít Thi Đăm Pha"),
        ("2", "", "…………… (ວັນນາ ພົມມະຈັນ)"),
        ("2", "", "Ông Bun Mi"),
    ]
    assert paragraphs(document)[-1] == "Số người: 3"
    assert [one for one in missing(DocumentKind.ROOMS, PLACED) if one[0] == "rooms"] == []


def test_tables_in_the_order_of_the_programme() -> None:
    document = made(DocumentKind.SEATING, PLACED)
    assert [plain(block.text) for block in document.blocks if isinstance(block, Heading)] == [
        "Hội đàm",
        "Tiệc chiêu đãi",
    ]
    talks, dinner = [block for block in document.blocks if isinstance(block, SeatingPlan)]
    assert sum(isinstance(block, PageBreak) for block in document.blocks) == 1
    assert (dinner.round, plain(dinner.title), dinner.far) == (True, "Bàn 1", ())
    assert [(seat.number, plain(seat.name)) for seat in talks.near] == [
        (1, "Phạm Văn Nam"),
        (2, "Ông Trần Đức Thắng"),
        (3, ""),
    ]
    assert [(seat.number, plain(seat.name)) for seat in talks.far] == [
        (4, ""),
        (5, "Ông Khăm Phăn Sít Thi Đăm Pha"),
        (6, "Ông Bun Mi"),
    ]
    assert plain(talks.title) == "Bàn chữ U"
    assert [row[0] for row in rows(document)] == ["1", "2", "5", "6"]
    assert rows(document)[0][3] == "Bên đón"


def test_an_odd_number_of_seats_has_the_longer_side_near() -> None:
    table = TableSeats("talks", "1", [GOVERNOR, None, CHIEF, None, ESCORT])
    facts = replace(PLACED, placements=PlacementFacts({}, {}, [table]))
    (plan,) = [block for block in made(DocumentKind.SEATING, facts).blocks if isinstance(block, SeatingPlan)]
    assert (len(plan.near), len(plan.far)) == (3, 2)


@pytest.mark.parametrize("languages", LANGUAGES, ids=",".join)
@pytest.mark.parametrize("kind", KINDS)
def test_both_languages_stand_below_each_other(kind: DocumentKind, languages: Sequence[Language]) -> None:
    document = made(kind, PLACED, *languages)
    assert len(document.title) == len(languages)
    told = words(document)
    assert ("ຄຳພັນ ສິດທິດຳພາ" in told) == (LO in languages)
    assert ("Khăm Phăn Sít Thi Đăm Pha" in told) == (languages != (LO,))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("facts", VISITS.values(), ids=VISITS)
def test_without_placements_the_paper_says_what_it_lacks(kind: DocumentKind, facts: DocumentFacts) -> None:
    for empty in (None, PlacementFacts({}, {}), PlacementFacts({"car": []}, {"hotel": [[]]}, [])):
        bare = replace(facts, placements=empty)
        assert tables(made(kind, bare)) == []
        assert [code for code, _detail, _language in missing(kind, bare) if code == kind.value] == [kind.value]


@pytest.mark.parametrize("kind", KINDS)
def test_who_is_not_of_the_visit_is_in_no_list(kind: DocumentKind) -> None:
    """Placements name ids only; of somebody whom the facts do not have, nothing is written."""
    gone = [one for one in PLACED.members if one.id != CHIEF]
    told = words(made(kind, replace(PLACED, members=gone)))
    assert "Bun Mi" not in told
    assert CHIEF not in told


def test_which_visits_they_are_for() -> None:
    def applied(facts: DocumentFacts) -> list[DocumentKind]:
        return [kind for kind in KINDS if (asks := EVENT_KINDS[kind].applies) and asks(facts)]

    assert applied(INCOMING) == list(KINDS)
    assert applied(OUTGOING) == [DocumentKind.SEATING]
    assert applied(UNKNOWN) == []


def test_cars_stand_in_order_of_time() -> None:
    late = replace(CAR, id="late", first_day=date(2027, 10, 12), last_day=date(2027, 10, 12))
    noon = replace(CAR, id="noon", start_time=time(12), end_time=time(14))
    facts = replace(
        PLACED,
        bookings=(late, noon, CAR, HOTEL),
        placements=PlacementFacts({"late": [CHIEF], "car": [GOVERNOR], "noon": [GOVERNOR]}, {}),
    )
    groups = [row[0] for row in rows(made(DocumentKind.VEHICLES, facts)) if len(row) == 1]
    assert ["12:00–14:00" in one for one in groups] == [False, True, False]
    assert groups[2].startswith("Xe 7 chỗ, 12/10/2027")


def test_drivers_without_a_seat_are_not_missed() -> None:
    driver = member(PersonFacts("driver", "Xổm Xay"), MemberRole.DRIVER, Side.GUEST)
    facts = replace(PLACED, members=(*PLACED.members, driver))
    assert not any(
        "Xổm Xay" in detail for code, detail, _ in missing(DocumentKind.VEHICLES, facts) if code == "vehicles"
    )
    assert any("Xổm Xay" in detail for code, detail, _ in missing(DocumentKind.ROOMS, facts) if code == "rooms")


@pytest.mark.parametrize(
    ("placed", "order"),
    [
        ({"bus": [CHIEF, ESCORT], "car": [VICE_CHAIR, GOVERNOR]}, ["car", "bus"]),
        ({"bus": [GOVERNOR], "car": [CHIEF]}, ["bus", "car"]),
        ({"bus": [SPECIALIST], "car": [VICE_CHAIR]}, ["bus", "car"]),
        ({"bus": [ESCORT], "car": [VICE_CHAIR]}, ["car", "bus"]),
    ],
)
def test_the_car_of_the_highest_rank_stands_first(placed: dict[str, list[str]], order: list[str]) -> None:
    names = {"car": "Xe 7 chỗ", "bus": "Xe 29 chỗ"}
    for day in (date(2027, 10, 10), date(2027, 10, 12)):
        bus = replace(CAR, id="bus", name={"vi": names["bus"]}, first_day=day, last_day=day)
        facts = replace(PLACED, bookings=(CAR, bus), placements=PlacementFacts(placed, {}))
        groups = [row[0] for row in rows(made(DocumentKind.VEHICLES, facts)) if len(row) == 1]
        assert [one.split(",")[0] for one in groups] == [names[one] for one in order]


@pytest.mark.parametrize("text", ["=1+1", '#panic("x")', "{{ 7*7 }}", "<script>", "B" * 10_000])
def test_hostile_names_of_tables_and_bookings_stay_text(text: str) -> None:
    name = {"vi": text, "lo": text, "en": text}
    facts = replace(
        PLACED,
        bookings=tuple(replace(one, name=name, note=text) for one in PLACED.bookings),
        placements=replace(PLACED.placements, tables=[TableSeats("talks", text, [GOVERNOR])]),
    )
    for kind in KINDS:
        assert text in words(made(kind, facts, VI))


def test_a_booking_of_another_kind_is_no_car() -> None:
    hall = BookingFacts("hall", "r", {"vi": "Hội trường"}, ResourceType.ROOM, 1, date(2027, 10, 11), date(2027, 10, 11))
    facts = replace(PLACED, bookings=(hall,), placements=PlacementFacts({"hall": [GOVERNOR]}, {"hall": [[GOVERNOR]]}))
    assert tables(made(DocumentKind.VEHICLES, facts)) == tables(made(DocumentKind.ROOMS, facts)) == []
