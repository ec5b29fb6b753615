"""Programmes: kept and read back, what their revisions are called, what differs between two."""

from collections import Counter
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.programmes.differences import ChangeType, ItemChange, differences
from calendars.programmes.items import ProgrammeItemValues, label

DAY = date(2027, 3, 10)


def item(title: str, start: str | None = "08:00", end: str | None = None, **values: Any) -> ProgrammeItemValues:
    """An item of 10 March 2027; ``day`` (a number) makes it another day of March."""
    day = values.pop("day", 10)
    at = {name: time.fromisoformat(hour) if hour else None for name, hour in (("start", start), ("end", end))}
    return ProgrammeItemValues(DAY.replace(day=day), at["start"], at["end"], {"vi": title}, **values)


# A few words and hours only, so that items meet.
words = st.sampled_from(["Đón đoàn", "Làm việc", "Tham quan"])
texts = st.fixed_dictionaries({"vi": words}, optional={"lo": st.sampled_from(["ຕ້ອນຮັບ", "ພົບປະ"])})
hour = st.none() | st.integers(6, 20).map(time)
items = st.builds(
    ProgrammeItemValues,
    day=st.integers(9, 13).map(lambda day: DAY.replace(day=day)),
    start_time=hour,
    end_time=hour,
    title=texts,
    place=st.none() | texts,
    travel_minutes=st.none() | st.sampled_from([15, 90]),
)
programmes = st.lists(items, max_size=12)


def keys(programme: list[ProgrammeItemValues]) -> Counter[str]:
    return Counter(one.key for one in programme)


def applied(before: list[ProgrammeItemValues], changes: list[ItemChange]) -> Counter[str]:
    """The old programme with the changes made in it."""
    found = keys(before)
    for change in changes:
        if change.was is not None:
            assert found[change.was.key] > 0, "it was not there"
            found[change.was.key] -= 1
        if change.item is not None:
            found[change.item.key] += 1
    return +found


@given(before=programmes, after=programmes)
def test_differences_lead_from_one_to_the_other(
    before: list[ProgrammeItemValues], after: list[ProgrammeItemValues]
) -> None:
    assert applied(before, differences(before, after)) == keys(after)


@given(before=programmes, after=programmes)
def test_differences_touch_nothing_that_stayed(
    before: list[ProgrammeItemValues], after: list[ProgrammeItemValues]
) -> None:
    changes = differences(before, after)
    assert all(change.item != change.was for change in changes)
    assert sum(change.was is not None for change in changes) == (keys(before) - keys(after)).total()
    assert all(bool(change.fields) == (change.kind is ChangeType.CHANGED) for change in changes)


@given(programme=programmes, data=st.data())
def test_the_same_items_in_another_order_are_no_difference(
    programme: list[ProgrammeItemValues], data: st.DataObject
) -> None:
    assert differences(programme, data.draw(st.permutations(programme))) == []


@given(before=programmes, after=programmes, data=st.data())
def test_order_makes_no_difference(
    before: list[ProgrammeItemValues], after: list[ProgrammeItemValues], data: st.DataObject
) -> None:
    other = differences(data.draw(st.permutations(before)), data.draw(st.permutations(after)))
    assert other == differences(before, after)


@given(before=programmes, after=programmes)
def test_changes_come_in_running_order(before: list[ProgrammeItemValues], after: list[ProgrammeItemValues]) -> None:
    begins = [change.shown.begins for change in differences(before, after)]
    assert begins == sorted(begins)


MEETING, DINNER = item("Làm việc", "08:00", "11:00"), item("Chiêu đãi", "18:00")


@pytest.mark.parametrize(
    ("before", "after", "kind", "fields"),
    [
        ([], [MEETING], "added", []),
        ([MEETING], [], "removed", []),
        ([MEETING], [replace(MEETING, start_time=time(9))], "changed", ["start_time"]),
        ([MEETING], [replace(MEETING, day=date(2027, 3, 12))], "changed", ["day"]),
        ([MEETING], [replace(MEETING, place={"vi": "Hội trường"}, end_time=None)], "changed", ["end_time", "place"]),
        ([MEETING], [replace(MEETING, travel_minutes=40)], "changed", ["travel_minutes"]),
        # another title at the same hour of the same day
        ([MEETING], [replace(MEETING, title={"vi": "Hội đàm"})], "changed", ["title"]),
        # the Vietnamese has changed, the Lao is the same
        (
            [replace(MEETING, title={"vi": "Làm việc", "lo": "ພົບປະ"})],
            [replace(MEETING, title={"vi": "Hội đàm", "lo": "ພົບປະ"}, start_time=time(9))],
            "changed",
            ["start_time", "title"],
        ),
    ],
)
def test_one_change_is_told_as_what_it_is(
    before: list[ProgrammeItemValues], after: list[ProgrammeItemValues], kind: str, fields: list[str]
) -> None:
    (change,) = differences([*before, DINNER], [DINNER, *after])
    assert (change.kind, change.fields) == (kind, fields)
    assert change.to_json() == {
        "change": kind,
        "item": after[0].to_json() if after else None,
        "was": before[0].to_json() if before else None,
        "fields": fields,
    }


def test_of_equal_titles_the_nearest_belong_together() -> None:
    before = [item("Lên lớp", "08:00", day=day) for day in (10, 12)]
    after = [item("Lên lớp", "08:30", day=12), item("Lên lớp", "14:00", day=10), item("Lên lớp", day=13)]
    told = [(change.was.day.day if change.was else None, change.shown.day.day) for change in differences(before, after)]
    assert told == [(10, 10), (12, 12), (None, 13)]


def test_what_stayed_is_not_taken_for_what_moved() -> None:
    """Two lessons become three: the new one is added, the others are not moved about."""
    lessons = [item("Lên lớp", day=10), item("Lên lớp", day=11)]
    (change,) = differences(lessons, [item("Lên lớp", day=9), *lessons])
    assert (change.kind, change.shown.day.day) == ("added", 9)


def test_items_without_an_hour_have_only_their_title_in_common() -> None:
    changes = differences([item("Nghỉ ngơi", None)], [item("Mua sắm", None)])
    assert sorted(change.kind for change in changes) == ["added", "removed"]


def test_many_items_of_one_title_all_find_their_pair() -> None:
    before = [item("Lên lớp", f"{number % 24:02}:00", day=1 + number % 28) for number in range(300)]
    after = [replace(one, place={"vi": str(number)}) for number, one in enumerate(before)]
    changes = differences(before, after)
    assert len(changes) == 300
    assert {change.kind for change in changes} == {"changed"}
    assert all(change.fields[-1] == "place" for change in changes)


@given(programme=programmes)
def test_written_items_read_back(programme: list[ProgrammeItemValues]) -> None:
    assert [ProgrammeItemValues.read(one.to_json()) for one in programme] == programme


def test_older_revisions_read_too() -> None:
    old = {"position": 3, "day": "2027-03-10", "start_time": "08:00", "end_time": None, "title": {"en": "A", "vi": "B"}}
    read = ProgrammeItemValues.read(old)
    assert read == replace(item("B"), title={"vi": "B", "en": "A"})
    assert list(read.title) == ["vi", "en"]
    assert read.travel_minutes is None


def test_labels() -> None:
    assert label(1) == {"vi": "Chương trình", "lo": "ກຳນົດການ", "en": "Programme"}
    assert label(2) == {"vi": "Điều chỉnh lần 1", "lo": "ສະບັບປັບປຸງຄັ້ງທີ 1", "en": "Adjustment 1"}
    assert label(12)["vi"] == "Điều chỉnh lần 11"
    label(1)["vi"] = "x"
    assert label(1)["vi"] == "Chương trình"
