"""What the copy of an event is called: years of the visit move, every other number stays and is named."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.copies.titles import title_for


@pytest.mark.parametrize(
    ("title", "years", "by", "becomes", "doubtful"),
    [
        ("Đoàn nghệ thuật Viêng Chăn 2027", {2027}, 1, "Đoàn nghệ thuật Viêng Chăn 2028", ()),
        ("Bồi dưỡng cán bộ (2027)", {2027}, 1, "Bồi dưỡng cán bộ (2028)", ()),
        ("ຄະນະສິລະປິນ ປີ ໒໐໒໗", {2027}, 1, "ຄະນະສິລະປິນ ປີ ໒໐໒໘", ()),
        ("Năm học 2027–2028", {2027, 2028}, 1, "Năm học 2028–2029", ()),
        ("Tết 2027", {2027}, -3, "Tết 2024", ()),
        ("Đoàn công tác", {2027}, 1, "Đoàn công tác", ()),
        # Years that are not the visit's own, papers, dates, parts of numbers.
        ("Kế hoạch 2026–2030", {2026}, 1, "Kế hoạch 2026–2030", ("2026–2030",)),
        ("Theo 12/2027/QĐ-UBND", {2027}, 1, "Theo 12/2027/QĐ-UBND", ("12/2027/QĐ-UBND",)),
        ("Ngày 10/3/2027", {2027}, 1, "Ngày 10/3/2027", ("10/3/2027",)),
        ("Gói 20270", {2027}, 1, "Gói 20270", ("Gói 20270",)),
        # Ordinals are named, never counted on.
        ("Hội chợ lần thứ 3, năm 2027", {2027}, 1, "Hội chợ lần thứ 3, năm 2028", ("thứ 3",)),
        ("Khóa XII 2027", {2027}, 1, "Khóa XII 2028", ("Khóa XII", "XII")),
        ("Hội nghị lần thứ ba", {2027}, 1, "Hội nghị lần thứ ba", ("lần thứ ba",)),
        # Within the year all of it stays, and nothing is doubtful.
        ("Đợt 2, năm 2027", {2027}, 0, "Đợt 2, năm 2027", ()),
    ],
)
def test_only_the_years_of_the_visit_move(
    title: str, years: set[int], by: int, becomes: str, doubtful: tuple[str, ...]
) -> None:
    made = title_for({"vi": title}, years, by)
    assert made.text == {"vi": becomes}
    assert made.doubtful == tuple(dict.fromkeys(doubtful))


@pytest.mark.parametrize(
    ("title", "becomes"),
    [
        ("40 năm kết nghĩa", "41 năm kết nghĩa"),
        ("40 years of friendship, 2024", "41 years of friendship, 2025"),
        ("The 40th anniversary", "The 41st anniversary"),
        ("ຄົບຮອບ ໔໐ ປີ", "ຄົບຮອບ ໔໑ ປີ"),
    ],
)
def test_a_ceremony_counts_on(title: str, becomes: str) -> None:
    made = title_for({"en": title}, {2024}, 1, {40: 41})
    assert (made.text, made.doubtful) == ({"en": becomes}, ())


@given(
    words=st.text(alphabet="ab 0127834/.-–(),໐໒໗đ", max_size=60),
    year=st.integers(2000, 2090),
    by=st.integers(-9, 9),
)
def test_nothing_but_years_of_the_visit_changes(words: str, year: int, by: int) -> None:
    """And copying back gives the title again, unless it named the other year too."""
    made = title_for({"vi": words}, {year}, by)
    split = re.compile(r"[0-9\u0ed0-\u0ed9]+")
    assert split.split(made.text["vi"]) == split.split(words)
    for before, after in zip(split.findall(words), split.findall(made.text["vi"]), strict=True):
        assert int(after) in {int(before), year + by}
        assert int(before) == year or int(after) == int(before)
        assert len(before) == len(after)
    numbers = set(map(int, split.findall(words)))
    if year + by not in numbers:
        assert title_for(made.text, {year + by}, -by).text == {"vi": words}
