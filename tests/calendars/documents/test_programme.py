"""The programme of a visit and its pocket size: what they say, by which clock, in each language."""

from dataclasses import replace
from datetime import date, time

import pytest

from calendars.documents.facts import (
    ItemFacts,
)
from calendars.documents.value import (
    Heading,
    Items,
    Paper,
    plain,
    tables,
)
from calendars.documents.wording import GAP
from models.vocabulary import DocumentKind, Language
from tests.calendars.documents.listed_visits import (
    BATCH,
    CEREMONY,
    EN,
    ESCORT,
    INCOMING,
    LO,
    TROUPE,
    VI,
)
from tests.calendars.documents.reading import made, missing, paragraphs, rows


def test_the_programme_stands_in_running_order_below_its_days() -> None:
    assert rows(made(DocumentKind.PROGRAMME, INCOMING)) == [
        ["Thứ Hai, ngày 11/10/2027"],
        [
            "22:00–01:30 | (hôm sau)",
            "Đón đoàn tại sân bay",
            "Sân bay Nội Bài",
            "Sở Ngoại vụ",
            "Cán bộ lễ tân",
        ],
        ["Thứ Ba, ngày 12/10/2027"],
        ["08:00–09:30", "Hội đàm", "Trụ sở UBND thành phố", "", ""],
        ["18:30–20:00", "Tiệc chiêu đãi", "Nhà khách thành phố", "", ""],
    ]


@pytest.mark.parametrize("told", [set(), {"place"}, {"hosted_by"}, {"attendees"}, {"place", "hosted_by", "attendees"}])
@pytest.mark.parametrize("languages", [(VI,), (VI, LO)])
def test_a_column_of_which_nothing_is_known_is_left_out(told: set[str], languages: tuple[Language, ...]) -> None:
    names = {"place": "Địa điểm", "hosted_by": "Chủ trì", "attendees": "Thành phần dự"}
    nothing = dict.fromkeys(names.keys() - told)
    items = [replace(item, **nothing) for item in INCOMING.programme]
    (table,) = tables(made(DocumentKind.PROGRAMME, replace(INCOMING, programme=items), *languages))
    shown = {plain(column.heading[:1]) for column in table.columns}
    assert shown & set(names.values()) == {names[one] for one in told if any(getattr(item, one) for item in items)}
    assert all(len(row.cells) == len(table.columns) for row in table.rows if not row.group)


@pytest.mark.parametrize("kind", [DocumentKind.PROGRAMME, DocumentKind.PROGRAMME_POCKET])
@pytest.mark.parametrize("languages", [(VI,), (VI, LO), (LO,)])
def test_without_items_a_row_is_filled_in_by_hand(kind: DocumentKind, languages: tuple[Language, ...]) -> None:
    (table,) = tables(made(kind, replace(INCOMING, programme=[]), *languages))
    (row,) = table.rows
    told = " ".join(plain(cell, " ") for cell in row.cells)
    assert len(row.cells) == len(table.columns)
    assert GAP in told
    assert ("chưa có chương trình" in told) == (VI in languages)
    assert ("ຍັງບໍ່ມີກຳນົດການ" in told) == (LO in languages)


def test_two_languages_stand_in_columns_of_their_own_under_one_time() -> None:
    document = made(DocumentKind.PROGRAMME, INCOMING, VI, LO)
    headings = [plain(column.heading, " | ") for column in tables(document)[0].columns]
    assert headings == [
        "Thời gian | ເວລາ",
        "Nội dung",
        "ເນື້ອໃນ",
        "Địa điểm | ສະຖານທີ່",
        "Chủ trì | ເປັນປະທານ",
        "Thành phần dự | ຜູ້ເຂົ້າຮ່ວມ",
    ]
    listed = rows(document)
    assert listed[0] == ["Thứ Hai, ngày 11/10/2027 | ວັນຈັນ, ວັນທີ 11/10/2027"]
    assert listed[1][:4] == [
        "22:00–01:30 | (hôm sau) | (ມື້ຕໍ່ມາ)",
        "Đón đoàn tại sân bay",
        "ຕ້ອນຮັບຄະນະຢູ່ສະໜາມບິນ",
        f"Sân bay Nội Bài | {GAP} (Sân bay Nội Bài)",
    ]
    assert document.paper is Paper.LANDSCAPE
    assert ("language", "Items of the programme: places.", LO) in missing(DocumentKind.PROGRAMME, INCOMING, VI, LO)
    assert not missing(DocumentKind.PROGRAMME, INCOMING, VI) or all(
        language is not LO for _code, _detail, language in missing(DocumentKind.PROGRAMME, INCOMING, VI)
    )


@pytest.mark.parametrize(
    ("revision", "is_changed", "said"),
    [
        (None, False, "(chưa công bố)"),
        (1, False, None),
        (1, True, "(có thay đổi chưa công bố)"),
        (2, False, "(Điều chỉnh lần 1)"),
        (4, True, "Điều chỉnh lần 3 (có thay đổi chưa công bố)"),
    ],
)
def test_the_programme_says_which_revision_it_is(revision: int | None, is_changed: bool, said: str | None) -> None:
    facts = replace(INCOMING, revision=revision, is_changed_since=is_changed)
    told = paragraphs(made(DocumentKind.PROGRAMME, facts))
    assert told[1:] == ([said] if said else [])
    codes = {code for code, _detail, _language in missing(DocumentKind.PROGRAMME, facts)}
    assert ("publishing" in codes) is (revision is None or is_changed)


def test_hours_of_another_zone_have_the_office_clock_in_brackets() -> None:
    item = ItemFacts("fair", date(2027, 7, 5), time(20), time(22), {"vi": "Hội chợ"})
    visit = replace(INCOMING.visit, timezone="America/New_York")
    facts = replace(INCOMING, visit=visit, programme=(item,))
    document = made(DocumentKind.PROGRAMME, facts)
    assert rows(document)[1][0] == "20:00–22:00 | (07:00–09:00, 06/7/2027, giờ Việt Nam)"
    assert "Giờ ghi trong chương trình: giờ New York" in paragraphs(document)
    # A zone whose clock shows the same hours needs no word of it.
    same = replace(facts, visit=replace(visit, timezone="Asia/Vientiane"))
    assert rows(made(DocumentKind.PROGRAMME, same))[1][0] == "20:00–22:00"
    assert rows(made(DocumentKind.PROGRAMME, replace(facts, office_zone=None)))[1][0] == "20:00–22:00"


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (time(22), time(0), "22:00–00:00"),
        (time(22), time(22), "22:00–22:00 | (hôm sau)"),
        (None, time(9), "–09:00"),
        (time(9), None, "09:00"),
        (None, None, ""),
    ],
)
def test_an_item_that_ends_on_the_next_day_says_so(start: time | None, end: time | None, said: str) -> None:
    facts = replace(INCOMING, programme=(ItemFacts("one", date(2027, 10, 11), start, end, {"vi": "Việc"}),))
    assert rows(made(DocumentKind.PROGRAMME, facts))[1][0] == said


def test_who_takes_part_stands_behind_the_programme() -> None:
    document = made(DocumentKind.PROGRAMME, INCOMING)
    headings = [plain(block.text) for block in document.blocks if isinstance(block, Heading)]
    guests, hosts = (
        [plain(one, " | ") for one in block.items] for block in document.blocks if isinstance(block, Items)
    )
    assert headings == ["Bên khách: Tỉnh Viêng Chăn", "Bên đón: Thành phố Hải Phòng"]
    assert guests == [
        "Ông Khăm Phăn Sít Thi Đăm Pha, Tỉnh trưởng – Trưởng đoàn",
        "Ông Bun Mi, Chánh Văn phòng",
        f"{GAP} (ວັນນາ ພົມມະຈັນ), Văn phòng chính quyền tỉnh",
    ]
    assert hosts[0] == "Ông Trần Đức Thắng, Phó Chủ tịch"
    assert hosts[-1] == "Bà Lê Thị Hoa, Chuyên viên – Phiên dịch"


def test_a_troupe_has_its_evenings() -> None:
    document = made(DocumentKind.PROGRAMME, TROUPE)
    assert rows(document) == [
        ["Thứ Ba, ngày 12/10/2027", "20:00", "Ca nhạc", "Quảng trường"],
        ["Thứ Tư, ngày 13/10/2027", "19:30", "Múa", "Nhà văn hóa"],
    ]
    silent = replace(TROUPE, visit=replace(TROUPE.visit, performances=()))
    assert "performances" in {code for code, *_rest in missing(DocumentKind.PROGRAMME, silent)}


def test_a_batch_has_its_phases_and_composition() -> None:
    document = made(DocumentKind.PROGRAMME, BATCH, VI, LO)
    assert rows(document) == [
        ["11–12/10/2027 | 11–12 ຕຸລາ 2027", f"Tiếng Việt | {GAP} (Tiếng Việt)", ""],
        ["13–14/10/2027 | 13–14 ຕຸລາ 2027", "Chuyên môn | ວິຊາສະເພາະ", "Trung tâm thể thao | ສູນກິລາ"],
    ]
    assert "Thành phần: vận động viên: 8, huấn luyện viên: 1 | ອົງປະກອບ: ນັກກິລາ: 8, ຄູຝຶກ: 1" in paragraphs(document)
    members = made(DocumentKind.MEMBERS, BATCH)
    assert plain(members.title) == "DANH SÁCH HỌC VIÊN"
    assert "Thành phần: vận động viên: 8, huấn luyện viên: 1" in paragraphs(members)
    assert ("headcount", "People in the list: 3; of the visit: 9.", None) in missing(DocumentKind.MEMBERS, BATCH)


def test_what_a_batch_is_about_and_a_troupe_comes_for_stands_below_the_title() -> None:
    assert paragraphs(made(DocumentKind.PROGRAMME, BATCH))[1:3] == [
        "Chuyên đề: Bóng đá",
        "Cơ sở đào tạo: Trung tâm thể thao",
    ]
    assert paragraphs(made(DocumentKind.PROGRAMME_POCKET, TROUPE))[1] == "Dịp: Tết Bunpimay"
    assert ("language", "Occasion", EN) in missing(DocumentKind.PROGRAMME, TROUPE, EN)


def test_a_ceremony_has_a_programme_of_its_own_name() -> None:
    assert plain(made(DocumentKind.PROGRAMME, CEREMONY).title) == "CHƯƠNG TRÌNH LỄ KỶ NIỆM"
    assert plain(made(DocumentKind.PROGRAMME, CEREMONY).abstract) == "Lễ kỷ niệm 50 năm Hiệp ước hữu nghị"


def test_the_pocket_programme_leads_to_people_beds_and_cars() -> None:
    document = made(DocumentKind.PROGRAMME_POCKET, INCOMING)
    assert document.paper is Paper.POCKET
    assert rows(document)[1] == ["22:00–01:30 | (hôm sau)", "Đón đoàn tại sân bay | Sân bay Nội Bài"]
    contacts, lodging, cars = (
        [plain(one, " | ") for one in block.items] for block in document.blocks if isinstance(block, Items)
    )
    assert contacts == ["Phạm Văn Nam, Chuyên viên: 0900 7", "Bà Lê Thị Hoa, Chuyên viên: 0900 000 060"]
    assert lodging == ["Khách sạn Hữu Nghị"]
    assert cars == ["Xe 7 chỗ, 11/10/2027: Khăm Phăn Sít Thi Đăm Pha"]


def test_the_pocket_programme_names_what_it_lacks() -> None:
    quiet = [replace(one, person=replace(one.person, phone=None)) for one in INCOMING.members]
    visit = replace(INCOMING.visit, in_charge=replace(ESCORT, phone=None))
    silent = replace(INCOMING, visit=visit, members=quiet, bookings=())
    assert {"phone", "lodging"} <= {code for code, *_rest in missing(DocumentKind.PROGRAMME_POCKET, silent)}
    nobody = replace(INCOMING, visit=replace(INCOMING.visit, in_charge=None))
    assert "in_charge" in {code for code, *_rest in missing(DocumentKind.PROGRAMME_POCKET, nobody)}
