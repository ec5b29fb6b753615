"""Lines as officers type them, in three languages: what is read of them, and what is left in the title."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.quick_add.places import folded_names
from calendars.quick_add.reading import MOST_PEOPLE, QuickLine, read_line
from models.vocabulary import EventKind

TODAY = date(2026, 12, 1)
DELEGATION, TRAINING, TROUPE = EventKind.DELEGATION, EventKind.TRAINING_BATCH, EventKind.ART_TROUPE_VISIT
CEREMONY, ACTIVITY = EventKind.ANNIVERSARY, EventKind.ACTIVITY

PLACES = folded_names(
    [
        ("vientiane-province", ["Tỉnh Viêng Chăn", "ແຂວງວຽງຈັນ", "Vientiane Province"]),
        ("vientiane-capital", ["Thủ đô Viêng Chăn", "ນະຄອນຫຼວງວຽງຈັນ", "Vientiane Capital"]),
        ("houaphanh", ["Tỉnh Hủa Phăn", "ແຂວງຫົວພັນ", "Houaphanh Province"]),
        ("luang-prabang", ["Tỉnh Luông Pha Băng", "ແຂວງຫຼວງພະບາງ", "Luang Prabang Province"]),
        ("houaphanh", ["Sở Ngoại vụ Hủa Phăn"]),
    ]
)
VIENTIANE, CAPITAL, HOUAPHANH, LUANG = "vientiane-province", "vientiane-capital", "houaphanh", "luang-prabang"


def day(text: str) -> date:
    return date.fromisoformat(text)


# line, kind, first day, last day, people, partner, title
LINES = [
    # Vietnamese
    ("đoàn Viêng Chăn 12 người 10-14/3", DELEGATION, "2027-03-10", "2027-03-14", 12, VIENTIANE, "đoàn Viêng Chăn"),
    ("10/3/2027 đến 14/3/2027 8 người tập huấn", TRAINING, "2027-03-10", "2027-03-14", 8, None, "tập huấn"),
    ("từ ngày 30/12 đến ngày 2/1 đoàn Hủa Phăn",
     DELEGATION, "2026-12-30", "2027-01-02", None, HOUAPHANH, "đoàn Hủa Phăn"),
    ("đoàn nghệ thuật Hủa Phăn 10 tháng 3",
     TROUPE, "2027-03-10", "2027-03-10", None, HOUAPHANH, "đoàn nghệ thuật Hủa Phăn"),
    ("ngày 10 đến 14 tháng 3 năm 2028 hội thảo", ACTIVITY, "2028-03-10", "2028-03-14", None, None, "hội thảo"),
    ("họp trực tuyến 10 tháng ba", ACTIVITY, "2027-03-10", "2027-03-10", None, None, "họp trực tuyến"),
    ("hội nghị 10 tháng ba", ACTIVITY, "2027-03-10", "2027-03-10", None, None, "hội nghị"),
    ("lễ kỷ niệm 5/9/2027", CEREMONY, "2027-09-05", "2027-09-05", None, None, "lễ kỷ niệm"),
    ("Đoàn Thủ đô Viêng Chăn 20.3.2027",
     DELEGATION, "2027-03-20", "2027-03-20", None, CAPITAL, "Đoàn Thủ đô Viêng Chăn"),
    ("đoàn Sở Ngoại vụ Hủa Phăn 3/4, 6 đại biểu",
     DELEGATION, "2027-04-03", "2027-04-03", 6, HOUAPHANH, "đoàn Sở Ngoại vụ Hủa Phăn"),
    ("28/2-2/3 đoàn", DELEGATION, "2027-02-28", "2027-03-02", None, None, "đoàn"),
    ("28-2/3 đoàn", DELEGATION, "2027-02-28", "2027-03-02", None, None, "đoàn"),
    ("30-2/1/2027 đoàn", DELEGATION, "2026-12-30", "2027-01-02", None, None, "đoàn"),
    ("đoàn 10/3, 3 ngày", DELEGATION, "2027-03-10", "2027-03-12", None, None, "đoàn"),
    ("ngày mai tập huấn", TRAINING, "2026-12-02", "2026-12-02", None, None, "tập huấn"),
    ("1/12 đoàn", DELEGATION, "2026-12-01", "2026-12-01", None, None, "đoàn"),
    ("30/11 đoàn", DELEGATION, "2027-11-30", "2027-11-30", None, None, "đoàn"),
    ("29/2 đoàn", DELEGATION, "2028-02-29", "2028-02-29", None, None, "đoàn"),
    ("10/3/27 đoàn", DELEGATION, "2027-03-10", "2027-03-10", None, None, "đoàn"),
    ("đoàn 5/6/2019", DELEGATION, "2019-06-05", "2019-06-05", None, None, "đoàn"),
    ("doan vien chan 12 nguoi 10-14/3", DELEGATION, "2027-03-10", "2027-03-14", 12, VIENTIANE, "doan vien chan"),
    # English
    ("Vientiane troupe 10–14 March, 25 people", TROUPE, "2027-03-10", "2027-03-14", 25, VIENTIANE, "Vientiane troupe"),
    ("March 10-14, 2027 seminar", ACTIVITY, "2027-03-10", "2027-03-14", None, None, "seminar"),
    ("10 to 14 of March 2028 training, 8 trainees", TRAINING, "2028-03-10", "2028-03-14", 8, None, "training"),
    ("30 December to 2 January visit", DELEGATION, "2026-12-30", "2027-01-02", None, None, "visit"),
    ("2027-03-10 Houaphanh delegation",
     DELEGATION, "2027-03-10", "2027-03-10", None, HOUAPHANH, "Houaphanh delegation"),
    ("delegation on 1st May", DELEGATION, "2027-05-01", "2027-05-01", None, None, "delegation"),
    ("tomorrow seminar", ACTIVITY, "2026-12-02", "2026-12-02", None, None, "seminar"),
    # Lao
    ("ຄະນະວຽງຈັນ ໑໒ ຄົນ ວັນທີ ໑໐-໑໔ ມີນາ 2027", DELEGATION, "2027-03-10", "2027-03-14", 12, VIENTIANE, "ຄະນະວຽງຈັນ"),
    ("ຄະນະສິລະປິນຫົວພັນ 25 ຄົນ 10 ຫາ 14 ເດືອນ 3",
     TROUPE, "2027-03-10", "2027-03-14", 25, HOUAPHANH, "ຄະນະສິລະປິນຫົວພັນ"),
    ("ຝຶກອົບຮົມ 10/3/2027 ຫາ 14/3/2027 8 ທ່ານ", TRAINING, "2027-03-10", "2027-03-14", 8, None, "ຝຶກອົບຮົມ"),
    ("ກອງປະຊຸມ 5 ເດືອນ ທັນວາ ປີ 2027", ACTIVITY, "2027-12-05", "2027-12-05", None, None, "ກອງປະຊຸມ"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "kind", "first", "last", "people", "partner", "title"), LINES)
def test_reads_what_a_line_says(
    line: str, kind: EventKind, first: str, last: str, people: int | None, partner: str | None, title: str
) -> None:
    found = read_line(line, TODAY, PLACES)

    assert found.days is not None
    assert (found.kind, found.days.first, found.days.last) == (kind, day(first), day(last))
    assert (found.people, found.partner, found.title, tuple(found.left_over)) == (people, partner, title, ())


@pytest.mark.parametrize(
    ("line", "left_over"),
    [
        ("đoàn Hủa Phăn bàn việc chè", ("bàn", "việc", "chè")),
        ("31/2 đoàn", ("31", "2")),
        ("3/14 đoàn", ("3", "14")),
        ("14-10/3 đoàn", ("14",)),
        ("đoàn 999999 người", ("999999", "người")),
        ("đoàn 20/3/2027 - 10/3/2027", ("10", "3", "2027")),
    ],
)
def test_keeps_what_it_can_not_read_in_the_title(line: str, left_over: tuple[str, ...]) -> None:
    found = read_line(line, TODAY, PLACES)

    assert tuple(found.left_over) == left_over
    assert all(word in found.title for word in left_over)


@pytest.mark.parametrize(
    ("line", "is_outgoing"),
    [
        ("đoàn ta sang Luông Pha Băng 10/3", True),
        ("đoàn ra Luông Pha Băng 8 người 5/4 đến 9/4", True),
        ("đoàn vào Luông Pha Băng 10/3", False),
        ("đoàn Luông Pha Băng 10/3", False),
        ("ຄະນະໄປຫຼວງພະບາງ 10/3", True),
        ("trip to Luang Prabang 10 March", True),
    ],
)
def test_tells_who_travels(line: str, is_outgoing: bool) -> None:
    found = read_line(line, TODAY, PLACES)

    assert (found.partner, found.is_outgoing) == (LUANG, is_outgoing)


PIECES = st.sampled_from(
    [
        "đoàn", "10-14/3", "31/2", "29/2", "10/3/2027", "đến", "-", "ຫາ", "12", "người", "ຄົນ", "March", "10", "ເດືອນ",
        "Viêng Chăn", "ວຽງຈັນ", "໑໐", "2027-13-40", "0/0/0000", "99999999999", "ngày", "3", "tháng", "năm", "2027", ",",
    ]
)  # fmt: skip


@given(
    st.one_of(st.text(max_size=400), st.lists(PIECES, max_size=14).map(" ".join)),
    st.dates(min_value=date(2020, 1, 1), max_value=date(9999, 12, 31)),
)
def test_reads_any_line_and_no_day_that_is_over(line: str, today: date) -> None:
    found = read_line(line, today, PLACES)

    assert isinstance(found, QuickLine)
    assert found.people is None or 1 <= found.people <= MOST_PEOPLE
    if found.days is not None:
        assert found.days.first <= found.days.last
        # A day that is over has its year in the line, whole or as its last two figures.
        years = {found.days.first.year, found.days.last.year}
        figures = "".join(str(int(one)) if one.isdecimal() else one for one in line)
        assert found.days.first >= today or any(f"{year % 100:02}" in figures for year in years)


@given(
    first=st.dates(min_value=TODAY, max_value=date(2199, 12, 1)),
    length=st.integers(min_value=0, max_value=200),
    people=st.integers(min_value=1, max_value=MOST_PEOPLE),
)
def test_reads_back_what_is_written(first: date, length: int, people: int) -> None:
    last = date.fromordinal(min(first.toordinal() + length, date(2199, 12, 31).toordinal()))
    line = f"đoàn Hủa Phăn {people} người {first:%d/%m/%Y} - {last:%d/%m/%Y}"

    found = read_line(line, TODAY, PLACES)

    assert found.days is not None
    assert (found.days.first, found.days.last, found.people, found.partner) == (first, last, people, HOUAPHANH)


@pytest.mark.parametrize(
    ("line", "others"),
    [
        ("đoàn Viêng Chăn 10/3", [CAPITAL]),
        ("ຄະນະວຽງຈັນ 10/3", [CAPITAL]),
        ("đoàn Thủ đô Viêng Chăn 10/3", []),
        ("đoàn Hủa Phăn 10/3", []),
        ("đoàn 10/3", []),
    ],
)
def test_tells_which_other_partners_a_name_may_mean(line: str, others: list[str]) -> None:
    assert list(read_line(line, TODAY, PLACES).other_partners) == others
