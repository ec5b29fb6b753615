"""The weekly schedule as a paper: the words of its page, in each language; gaps where the page takes another one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from calendars.days.holidays import Holiday
from calendars.days.spans import Days
from calendars.documents import week
from calendars.documents.facts import IssuerFacts
from calendars.documents.value import Document, Items, Paragraph, plain, tables, texts
from calendars.documents.wording import GAP, Wording
from calendars.mails.weekly_schedule import WeekSchedule, schedule
from calendars.programmes.items import ProgrammeItemValues
from calendars.programmes.rendering import PublishedProgramme
from models.vocabulary import EventStatus, HolidayCategory, Language
from tests.calendars.documents.listed_visits import HAI_PHONG, LANGUAGES, LO, VI
from tests.calendars.ical.samples import facts

MONDAY = date(2027, 4, 5)
ISSUER = IssuerFacts(None, HAI_PHONG)
VISIT = facts(
    title={"vi": "Đón đoàn", "lo": "ຕ້ອນຮັບຄະນະ", "en": "Visit"},
    location={"vi": "Hội trường", "lo": "ຫ້ອງປະຊຸມ", "en": "Hall"},
    organisation_name={"vi": "Sở Ngoại vụ", "lo": "ພະແນກການຕ່າງປະເທດ", "en": "Foreign Affairs"},
    first_day=MONDAY,
    last_day=MONDAY + timedelta(days=1),
    arrives_on=MONDAY,
    departs_on=MONDAY + timedelta(days=1),
    programme=PublishedProgramme(
        1,
        (
            ProgrammeItemValues(
                MONDAY,
                time(14),
                time(15),
                {"vi": "Hội đàm", "lo": "ພົບປະ", "en": "Talks"},
                {"vi": "Phòng 1", "lo": "ຫ້ອງ 1", "en": "Room 1"},
                {"vi": "Ông A", "lo": "ທ່ານ A", "en": "Mr A"},
            ),
        ),
    ),
)
OFF = facts(
    uid="off@desk.example",
    title={"vi": "Chuyến hoãn", "lo": "ເລື່ອນ", "en": "Postponed visit"},
    first_day=MONDAY,
    last_day=MONDAY,
    status=EventStatus.POSTPONED,
)
WEEK = WeekSchedule(
    MONDAY,
    [VISIT, OFF],
    [
        Holiday(
            MONDAY + timedelta(days=3),
            "LA",
            {"vi": "Ngày lễ", "lo": "ວັນພັກ", "en": "Holiday"},
            HolidayCategory.PUBLIC,
            "",
            False,
            None,
            None,
        )
    ],
    {VISIT.uid: [{"vi": "Văn phòng", "lo": "ຫ້ອງການ", "en": "Office"}]},
    {VISIT.uid: Days(MONDAY, MONDAY + timedelta(days=1))},
    left_out=3,
)


def made(found: WeekSchedule, *languages: Language) -> tuple[Document, Wording]:
    wording = Wording(languages)
    return week.compose(found, ISSUER, wording), wording


def rows(document: Document) -> list[list[str]]:
    return [[plain(cell, " | ") for cell in row.cells] for row in tables(document)[0].rows]


def test_a_day_stands_by_halves_with_who_presides_and_prepares() -> None:
    document, wording = made(WEEK, VI)
    assert plain(document.title) == "LỊCH CÔNG TÁC TUẦN"
    assert plain(document.abstract) == "Tuần 14 năm 2027: 05–11/4/2027"
    assert rows(document)[:7] == [
        ["Thứ Hai, ngày 05/4/2027"],
        ["Sáng", "", "", "", "", "", ""],
        [
            "Chiều",
            "14:00–15:00",
            "Hội đàm | Đón đoàn",
            "Phòng 1",
            "Ông A",
            "Sở Ngoại vụ; Văn phòng",
            "Bên khách: Tỉnh Viêng Chăn | Số người: 12",
        ],
        ["Đoàn đến:", "", "Đón đoàn (Tỉnh Viêng Chăn)", "", "", "", ""],
        ["Thứ Ba, ngày 06/4/2027"],
        [
            "Cả ngày",
            "",
            "Đón đoàn | 05–06/4/2027",
            "Hội trường",
            "",
            "",
            "Bên chủ nhà: Tỉnh Hải Dương | Bên khách: Tỉnh Viêng Chăn | Số người: 12",
        ],
        ["Sáng", "", "", "", "", "", ""],
    ]
    assert wording.missing == ()


def test_weekends_without_anything_have_one_line_and_holidays_stand_below_their_day() -> None:
    listed = rows(made(WEEK, VI)[0])
    assert ["Thứ Năm, ngày 08/4/2027 | Ngày nghỉ ở Lào: Ngày lễ"] in listed
    saturday = listed.index(["Thứ Bảy, ngày 10/4/2027"])
    assert [row[0] for row in listed[saturday:]] == [
        "Thứ Bảy, ngày 10/4/2027",
        "Cả ngày",
        "Chủ Nhật, ngày 11/4/2027",
        "Cả ngày",
    ]


def test_what_does_not_take_place_and_what_has_no_room_is_said() -> None:
    document, _wording = made(WEEK, VI)
    (off,) = (block for block in document.blocks if isinstance(block, Items))
    assert [plain(one) for one in off.items] == ["Chuyến hoãn (05/4/2027 – Đã hoãn)"]
    assert any("3" in plain(block.text) for block in document.blocks if isinstance(block, Paragraph))


@pytest.mark.parametrize("languages", LANGUAGES, ids=",".join)
def test_the_paper_has_every_word_of_the_page(languages: Sequence[Language]) -> None:
    document, _wording = made(WEEK, *languages)
    told = "\n".join(plain(text) for text in texts(document))
    for language in languages:
        table = schedule(WEEK, language)
        for day in table.days:
            for row in day.rows:
                words = (row.hours, row.what, *row.about, row.where, row.presides, *row.attends, row.prepares)
                assert all(one in told for one in words), (language, words)
            for line in day.holidays:
                assert line in told
            for travel in (*day.arriving, *day.departing):
                assert travel.title in told
        for title, became, _url in table.called_off:
            assert title in told
            assert became in told


def test_who_prepares_is_told_once_of_a_visit_and_whole() -> None:
    names = [{"vi": f"Sở số {number}"} for number in range(9)]
    (uid,) = WEEK.preparing
    document, _wording = made(replace(WEEK, preparing={uid: names}), VI)
    told = [row[5] for row in rows(document) if len(row) == 7 and "Sở số" in row[5]]
    assert len(told) == 1
    assert all(one["vi"] in told[0] for one in names)
    # So on the page and in the mail.
    table = schedule(replace(WEEK, preparing={uid: names}), VI)
    lines = [row.prepares for row in (*table.all_week, *(row for day in table.days for row in day.rows))]
    assert [one["vi"] in " ".join(lines) for one in names] == [True] * 9
    assert sum("Sở số" in line for line in lines) == 1


def test_two_languages_stand_below_each_other_in_a_cell() -> None:
    listed = rows(made(WEEK, VI, LO)[0])
    assert listed[2][:5] == [
        "Chiều | ຕອນບ່າຍ",
        "14:00–15:00",
        "Hội đàm | Đón đoàn | ພົບປະ | ຕ້ອນຮັບຄະນະ",
        "Phòng 1 | ຫ້ອງ 1",
        "Ông A | ທ່ານ A",
    ]


def test_a_text_without_the_language_is_a_gap_and_is_named() -> None:
    bare = replace(WEEK, events=[replace(VISIT, title={"vi": "Đón đoàn"}, programme=None)])
    document, wording = made(bare, LO)
    assert f"{GAP} (Đón đoàn)" in rows(document)[1][2]
    assert [(one.code, one.language) for one in wording.missing] == [("language", LO)]
    assert "Đón đoàn" in str(wording.missing[0].detail)


def test_an_empty_week_says_so() -> None:
    document, _wording = made(WeekSchedule(MONDAY, []), VI)
    assert "Tuần này chưa có lịch công tác." in [
        plain(block.text) for block in document.blocks if isinstance(block, Paragraph)
    ]


def test_what_lasts_all_week_stands_once_above_the_days() -> None:
    course = replace(VISIT, first_day=MONDAY, last_day=MONDAY + timedelta(days=20), programme=None)
    listed = rows(made(WeekSchedule(MONDAY, [course]), VI)[0])
    assert listed[0] == ["Cả tuần"]
    assert listed[1][2].startswith("Đón đoàn")
    assert sum("Đón đoàn" in row[2] for row in listed if len(row) > 1) == 1
