"""The days of both worlds: computed ones, the office's own over them, their names, and which may still change."""

import time
from collections.abc import Iterable
from datetime import date

import pytest

from calendars.days import holiday_names
from calendars.days.holidays import ANNOUNCED_UNTIL, Holiday, HolidayIndex, OfficeEntry, Recurrence
from calendars.days.spans import Days
from models.holidays import OfficeHoliday
from models.vocabulary import HolidayCalendar, HolidayCategory

PUBLIC, WORKDAY, FESTIVAL = HolidayCategory
BOTH = ("VN", "LA")
COMPUTED = HolidayIndex()


def entry(identity: str, category: HolidayCategory, first_day: date | None = None, **values: object) -> OfficeEntry:
    known: dict[str, object] = {"country": "VN", "name": {"vi": identity}, "source": "office"}
    return OfficeEntry(id=identity, category=category, first_day=first_day, **known | values)  # type: ignore[arg-type]


def lunar(month: int, day: int) -> Recurrence:
    return Recurrence(HolidayCalendar.LUNAR, month, day)


def solar(month: int, day: int) -> Recurrence:
    return Recurrence(HolidayCalendar.SOLAR, month, day)


def of_year(almanac: HolidayIndex, countries: Iterable[str], year: int) -> list[Holiday]:
    return almanac.between(list(countries), date(year, 1, 1), date(year, 12, 31))


def on(almanac: HolidayIndex, country: str, day: date) -> list[Holiday]:
    return almanac.between([country], day, day)


def test_days_stand_in_order_of_day_and_country() -> None:
    found = of_year(COMPUTED, ["VN", "LA", "VN"], 2027)
    assert [(one.day, one.country) for one in found] == sorted((one.day, one.country) for one in found)
    assert len(found) == len({(one.day, one.country, one.name["en"]) for one in found})
    new_year = [(one.country, one.name, one.category, one.source, one.provisional, one.id) for one in found[:2]]
    name = {"vi": "Tết Dương lịch", "lo": "ວັນປີໃໝ່ສາກົນ", "en": "New Year's Day"}
    assert [one[:3] for one in new_year] == [("LA", name, PUBLIC), ("VN", name, PUBLIC)]
    assert {(one[3].split()[0], *one[4:]) for one in new_year} == {("holidays", False, None)}


def test_a_range_includes_both_ends_and_may_cross_years() -> None:
    found = COMPUTED.between(["LA"], date(2026, 12, 2), date(2027, 1, 1))
    assert [one.day for one in found] == [date(2026, 12, 2), date(2027, 1, 1)]
    assert COMPUTED.between(["LA"], date(2026, 12, 3), date(2026, 12, 31)) == []
    assert COMPUTED.between(["LA"], date(2027, 1, 2), date(2027, 1, 1)) == []


def test_a_country_the_library_does_not_know_has_the_offices_days_only() -> None:
    assert of_year(COMPUTED, ["XX"], 2027) == []
    almanac = HolidayIndex([entry("x", PUBLIC, date(2027, 5, 5), country="XX")])
    assert [one.id for one in of_year(almanac, ["XX"], 2027)] == ["x"]
    assert not almanac.working_days(["XX"]).is_working(date(2027, 5, 5))
    assert almanac.working_days(["VN"]).is_working(date(2027, 5, 5))


def test_other_countries_keep_their_english_names() -> None:
    found = of_year(COMPUTED, ["SG"], 2027)
    assert {"en": "National Day"} in [one.name for one in found]


@pytest.mark.parametrize("country", ["VN", "LA"])
def test_every_day_has_a_name_in_three_languages(country: str) -> None:
    for year in range(1968, 2072):
        for one in of_year(COMPUTED, [country], year):
            assert list(one.name) == ["vi", "lo", "en"], one
            assert all(text and "{" not in text for text in one.name.values()), one


def test_an_unknown_name_stays_english() -> None:
    assert holiday_names.names("VN", "Day of Something New", date(2030, 1, 1)) == {"en": "Day of Something New"}


@pytest.mark.parametrize(
    ("country", "day", "vietnamese", "provisional"),
    [
        # fixed by law or by the moon: never provisional, however far away
        ("VN", date(2060, 1, 1), "Tết Dương lịch", False),
        ("VN", date(2060, 2, 2), "Mồng 1 Tết Nguyên đán", False),
        ("VN", date(2060, 9, 2), "Quốc khánh", False),
        # set anew each year, and announced
        ("VN", date(2026, 9, 1), "Quốc khánh", False),
        ("VN", date(2026, 8, 31), "Nghỉ hoán đổi với ngày 22/08/2026", False),
        ("VN", date(2025, 5, 2), "Nghỉ hoán đổi với ngày 26/04/2025", False),
        # set anew each year, not announced
        ("VN", date(2027, 2, 4), "28 Tết", True),  # month 12 of 2026 has 29 days
        ("VN", date(2027, 2, 9), "Mồng 4 Tết Nguyên đán", True),
        ("VN", date(2027, 9, 3), "Quốc khánh", True),
        ("VN", date(2027, 5, 3), "Ngày Quốc tế Lao động (nghỉ bù)", True),
        ("LA", date(2027, 5, 3), "Ngày Quốc tế Lao động (nghỉ bù)", True),
        ("LA", date(2028, 4, 17), "Tết Bunpimay (nghỉ bù)", True),
        ("LA", date(2060, 4, 14), "Tết Bunpimay", True),
        # after Thai tables
        ("LA", date(2026, 11, 24), "Lễ hội Thạt Luổng", True),
    ],
)
def test_what_may_still_be_decided_otherwise(country: str, day: date, vietnamese: str, provisional: bool) -> None:
    assert [(one.name["vi"], one.provisional) for one in on(COMPUTED, country, day)] == [(vietnamese, provisional)]
    assert set(ANNOUNCED_UNTIL) == {"VN", "LA"}


def test_lao_festivals_are_shown_but_are_no_days_off() -> None:
    festivals = [one for one in of_year(COMPUTED, ["LA"], 2027) if one.category is FESTIVAL]
    assert [one.name["lo"] for one in festivals][-1] == "ບຸນທາດຫຼວງ"
    assert len(festivals) == 8
    assert all(one.provisional for one in festivals)
    assert not any("Teacher" in one.name["en"] for year in range(1994, 2072) for one in of_year(COMPUTED, ["LA"], year))
    off = COMPUTED.off(["LA"], date(2027, 1, 1), date(2027, 12, 31))
    assert not any(one.category is not PUBLIC for day in off.values() for one in day)


def test_days_off_by_day_with_both_countries_in_them() -> None:
    off = COMPUTED.off(BOTH, date(2027, 4, 14), date(2027, 5, 1))
    assert [(day.isoformat(), [one.country for one in found]) for day, found in off.items()] == [
        ("2027-04-14", ["LA"]), ("2027-04-15", ["LA"]), ("2027-04-16", ["LA", "VN"]),
        ("2027-04-30", ["VN"]), ("2027-05-01", ["LA", "VN"]),
    ]  # fmt: skip


def test_a_day_off_of_the_office_replaces_the_computed_one() -> None:
    almanac = HolidayIndex([entry("own", PUBLIC, date(2027, 9, 1), days=3, provisional=True, source="Công văn 1")])
    found = almanac.between(["VN"], date(2027, 8, 31), date(2027, 9, 4))
    assert [(one.day.day, one.id, one.source, one.provisional) for one in found] == [
        (1, "own", "Công văn 1", True), (2, "own", "Công văn 1", True), (3, "own", "Công văn 1", True),
    ]  # fmt: skip
    assert on(almanac, "LA", date(2027, 12, 2)) == on(COMPUTED, "LA", date(2027, 12, 2))


def test_a_worked_day_of_the_office_is_not_off() -> None:
    almanac = HolidayIndex([entry("worked", WORKDAY, date(2027, 9, 3))])
    assert date(2027, 9, 3) in COMPUTED.off(BOTH, date(2027, 9, 1), date(2027, 9, 30))
    assert date(2027, 9, 3) not in almanac.off(BOTH, date(2027, 9, 1), date(2027, 9, 30))
    assert [one.category for one in on(almanac, "VN", date(2027, 9, 3))] == [WORKDAY]
    assert almanac.working_days(BOTH).is_working(date(2027, 9, 3))


def test_a_festival_of_the_office_stands_beside_the_day_off() -> None:
    almanac = HolidayIndex([entry("fair", FESTIVAL, date(2027, 9, 2), locality="hai-duong")])
    assert [(one.id, one.locality) for one in on(almanac, "VN", date(2027, 9, 2))] == [
        (None, None), ("fair", "hai-duong"),
    ]  # fmt: skip
    assert almanac.working_days(["VN"]).is_working(date(2027, 9, 2)) is False
    assert HolidayIndex([entry("fair", FESTIVAL, date(2027, 9, 6))]).working_days(["VN"]).is_working(date(2027, 9, 6))


def test_the_entry_for_the_very_day_goes_before_the_yearly_one_and_the_later_before_the_earlier() -> None:
    day = date(2027, 10, 20)
    yearly, this_time = entry("b", PUBLIC, recurs=solar(10, 20)), entry("a", WORKDAY, day)
    for entries in ([yearly, this_time], [this_time, yearly]):
        assert [one.id for one in on(HolidayIndex(entries), "VN", day)] == ["a"]
    moon = entry("c", WORKDAY, recurs=lunar(9, 21))
    assert on(HolidayIndex([moon]), "VN", day)[0].id == "c"
    assert [one.id for one in on(HolidayIndex([moon, yearly]), "VN", day)] == ["c"]


@pytest.mark.parametrize(
    ("countries", "entries", "works"),
    [
        (BOTH, [], False),
        (BOTH, [entry("w", WORKDAY, date(2027, 5, 8))], True),
        (["LA"], [entry("w", WORKDAY, date(2027, 5, 8))], False),
        (BOTH, [entry("w", WORKDAY, date(2027, 5, 8)), entry("o", PUBLIC, date(2027, 5, 8), country="LA")], False),
        ([], [entry("w", WORKDAY, date(2027, 5, 8))], False),
    ],
)
def test_a_saturday_is_worked_where_an_entry_says_so(
    countries: list[str], entries: list[OfficeEntry], works: bool
) -> None:
    assert HolidayIndex(entries).working_days(countries).is_working(date(2027, 5, 8)) is works


def test_working_days_are_counted_over_the_offices_table() -> None:
    # Friday 1 January 2026 ff.: the 2nd is off, Saturday the 10th is worked.
    almanac = HolidayIndex([entry("off", PUBLIC, date(2026, 1, 2)), entry("worked", WORKDAY, date(2026, 1, 10))])
    working = almanac.working_days(BOTH)
    assert working.shift(date(2026, 1, 1), 1) == date(2026, 1, 5)
    assert working.shift(date(2026, 1, 9), 1) == date(2026, 1, 10)
    assert working.shift(date(2026, 1, 12), -2) == date(2026, 1, 9)
    assert HolidayIndex().working_days(BOTH).shift(date(2026, 1, 1), 1) == date(2026, 1, 2)


@pytest.mark.parametrize(
    ("recurs", "days", "first", "last", "expected"),
    [
        # Côn Sơn – Kiếp Bạc
        (lunar(8, 10), 11, date(2024, 1, 1), date(2024, 12, 31), [(date(2024, 9, 12), date(2024, 9, 22))]),
        (lunar(8, 10), 11, date(2027, 1, 1), date(2028, 12, 31), [
            (date(2027, 9, 10), date(2027, 9, 20)), (date(2028, 9, 28), date(2028, 10, 8)),
        ]),
        # only its last, and only its first day in the range; a day beside it
        (lunar(8, 10), 11, date(2024, 9, 22), date(2024, 9, 22), [(date(2024, 9, 12), date(2024, 9, 22))]),
        (lunar(8, 10), 11, date(2024, 9, 1), date(2024, 9, 12), [(date(2024, 9, 12), date(2024, 9, 22))]),
        (lunar(8, 10), 11, date(2024, 9, 23), date(2024, 9, 30), []),
        # day 30 of a month with 29, 29 February, over New Year
        (lunar(1, 30), 1, date(2024, 1, 1), date(2024, 12, 31), [(date(2024, 3, 9), date(2024, 3, 9))]),
        (solar(2, 29), 1, date(2027, 1, 1), date(2028, 12, 31), [
            (date(2027, 2, 28), date(2027, 2, 28)), (date(2028, 2, 29), date(2028, 2, 29)),
        ]),
        (solar(12, 30), 5, date(2027, 1, 2), date(2027, 1, 2), [(date(2026, 12, 30), date(2027, 1, 3))]),
        # leap months never count
        (lunar(2, 10), 1, date(2023, 1, 1), date(2023, 12, 31), [(date(2023, 3, 1), date(2023, 3, 1))]),
        # outside the known years the moon tells nothing
        (lunar(8, 10), 1, date(2071, 1, 1), date(2090, 12, 31), [(date(2071, 9, 3), date(2071, 9, 3))]),
        (lunar(8, 10), 1, date(1900, 1, 1), date(1967, 12, 31), []),
    ],
)  # fmt: skip
def test_each_time_an_entry_comes_round(
    recurs: Recurrence, days: int, first: date, last: date, expected: list[tuple[date, date]]
) -> None:
    almanac = HolidayIndex([entry("it", FESTIVAL, recurs=recurs, days=days)])
    assert almanac.occurrences("it", first, last) == [Days(*one) for one in expected]
    shown = [one.day for one in almanac.between(["VN"], first, last) if one.id == "it"]
    assert shown == [day for one in expected for day in Days(*one) if first <= day <= last]


def test_an_entry_on_a_fixed_day_comes_once() -> None:
    almanac = HolidayIndex([entry("it", PUBLIC, date(2026, 12, 31), days=2)])
    assert almanac.occurrences("it", date(2027, 1, 1), date(2030, 1, 1)) == [Days(date(2026, 12, 31), date(2027, 1, 1))]
    assert on(almanac, "VN", date(2027, 1, 1))[0].id == "it"
    assert almanac.occurrences("it", date(2027, 1, 2), date(2030, 1, 1)) == []
    with pytest.raises(KeyError):
        almanac.occurrences("other", date(2027, 1, 1), date(2027, 1, 1))


def test_an_entry_of_a_row() -> None:
    row = OfficeHoliday(
        id="x", country="VN", name={"vi": "Hội"}, category=FESTIVAL, source="here", locality="hai-duong"
    )
    row.recurs = {"calendar": "lunar", "month": 8, "day": 10}
    assert OfficeEntry.of(row) == entry(
        "x", FESTIVAL, recurs=lunar(8, 10), name={"vi": "Hội"}, source="here", locality="hai-duong"
    )
    row.recurs, row.first_day = None, date(2027, 3, 10)
    assert OfficeEntry.of(row).recurs is None
    assert OfficeEntry.of(row).first_day == date(2027, 3, 10)


def test_days_off_of_a_year_are_at_hand() -> None:
    almanac = HolidayIndex([entry(f"e{n}", PUBLIC, date(2027, 3, 1 + n % 28)) for n in range(100)])
    year = (date(2027, 1, 1), date(2027, 12, 31))
    almanac.off(BOTH, *year)
    started = time.process_time()
    for _ in range(100):
        almanac.off(BOTH, *year)
    assert (time.process_time() - started) / 100 < 0.001


# Pi Mai: by the rule, until it is announced


def pi_mai(almanac: HolidayIndex, year: int) -> dict[date, bool]:
    """Its days off in a year → whether they are provisional."""
    found = of_year(almanac, ["LA"], year)
    return {one.day: one.provisional for one in found if one.category is PUBLIC and one.day.month == 4}


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2027, [14, 15, 16]),
        (2028, [13, 14, 15, 16, 17, 18]),  # a leap year begins on the 13th; Saturday and Sunday have days in lieu
        (2029, [14, 15, 16, 17, 18]),
        (2030, [14, 15, 16, 17]),
        (2032, [13, 14, 15, 16]),
        (2033, [14, 15, 16, 18]),  # the day in lieu of Saturday the 16th is the Monday after
        (2036, [13, 14, 15, 16, 17]),
    ],
)
def test_pi_mai_to_come_follows_the_rule_and_is_not_announced(year: int, days: list[int]) -> None:
    assert pi_mai(HolidayIndex(), year) == {date(year, 4, day): True for day in days}


@pytest.mark.parametrize(("year", "first"), [(2016, 13), (2020, 13), (2024, 13), (2023, 14), (2025, 14), (2026, 14)])
def test_announced_years_bear_the_rule_out(year: int, first: int) -> None:
    found = pi_mai(HolidayIndex(), year)
    assert min(found).day == first
    assert set(found.values()) == {False}


def announced(first: int, days: int, **values: object) -> OfficeEntry:
    return entry("a", PUBLIC, date(2028, 4, first), country="LA", days=days, **values)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        # The whole feast: what was expected beside it is expected no more.
        ([announced(14, 3)], {14: False, 15: False, 16: False}),
        ([announced(13, 7)], {13: False, 14: False, 15: False, 16: False, 17: False, 18: False, 19: False}),
        # A day added to it, or one of its days alone, says nothing of the others.
        ([announced(19, 1)], {13: True, 14: True, 15: True, 16: True, 17: True, 18: True, 19: False}),
        ([announced(14, 1)], {13: True, 14: False, 15: True, 16: True, 17: True, 18: True}),
        # Not announced, but the office's own guess.
        ([announced(14, 3, provisional=True)], {13: True, 14: True, 15: True, 16: True, 17: True, 18: True}),
        # Some other days off in that spring.
        (
            [announced(24, 3)],
            {13: True, 14: True, 15: True, 16: True, 17: True, 18: True, 24: False, 25: False, 26: False},
        ),
    ],
)
def test_an_announcement_replaces_what_was_expected(entries: list[OfficeEntry], expected: dict[int, bool]) -> None:
    almanac = HolidayIndex(entries)
    assert pi_mai(almanac, 2028) == {date(2028, 4, day): guess for day, guess in expected.items()}
    assert pi_mai(almanac, 2032) == pi_mai(HolidayIndex(), 2032), "other years are as they were"
