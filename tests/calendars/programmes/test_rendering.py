"""How calendars and mails write the programme published last."""

from datetime import date

import pytest

from calendars.days.spans import Days
from calendars.programmes.items import ProgrammeItemValues
from calendars.programmes.rendering import MOST_CHARACTERS, MOST_ITEMS, PublishedProgramme, heading, render_text
from tests.calendars.programmes.test_items import item

VISIT = Days(date(2027, 3, 10), date(2027, 3, 12))
PROGRAMME = PublishedProgramme(
    2,
    (
        item("Đón đoàn", None, day=10, place={"vi": "Nội Bài", "lo": "ໂນຍບ່າຍ"}),
        item("Làm việc", "08:00", "09:30", day=11),
        item("Chiêu đãi", "18:00", day=11, place={"vi": "Nhà khách"}),
    ),
)


def test_days_and_lines_in_vietnamese() -> None:
    assert render_text(PROGRAMME, "vi").lines() == [
        "Chương trình (Điều chỉnh lần 1)",
        "10/3/2027",
        "Đón đoàn – Nội Bài",
        "11/3/2027",
        "08:00–09:30 Làm việc",
        "18:00 Chiêu đãi – Nhà khách",
    ]


def test_each_language_writes_its_own_days_and_falls_back_for_words() -> None:
    assert render_text(PROGRAMME, "lo").lines()[:3] == [
        "ກຳນົດການ (ສະບັບປັບປຸງຄັ້ງທີ 1)",
        "10 ມີນາ 2027",
        "Đón đoàn – ໂນຍບ່າຍ",
    ]
    assert render_text(PROGRAMME, "en").lines()[1] == "10 March 2027"
    assert [heading(1, language) for language in ("vi", "lo", "en")] == ["Chương trình", "ກຳນົດການ", "Programme"]


def test_texts_stay_on_their_line() -> None:
    evil = PublishedProgramme(
        1, (ProgrammeItemValues(VISIT.first, None, None, {"vi": "a\r\nBcc: x\u2028b"}, {"vi": "c\x00\nd"}),)
    )
    assert render_text(evil, "vi").lines()[2:] == ["a Bcc: x b – c d"]


@pytest.mark.parametrize(("count", "more"), [(MOST_ITEMS, ""), (MOST_ITEMS + 1, "… and 1 more: https://desk/x")])
def test_so_many_items_and_no_more(count: int, more: str) -> None:
    published = PublishedProgramme(1, tuple(item(str(number)) for number in range(count)))
    text = render_text(published, "en", "https://desk/x")
    assert text.more == more
    assert [len(items) for _day, items in text.days] == [MOST_ITEMS]
    without_address = render_text(published, "en").lines()[-1]
    assert without_address == ("… and 1 more" if more else "08:00 99")


def test_so_many_characters_and_no_more() -> None:
    text = render_text(PublishedProgramme(1, (item("x" * 300, place={"vi": "y" * 20_000}),)), "en")
    ((_day, (line,)),) = text.days
    assert len(line) == MOST_CHARACTERS
    assert line.endswith("x…")


@pytest.mark.parametrize(
    ("first", "last", "is_outdated"),
    [(10, 12, False), (10, 11, False), (8, 20, False), (11, 13, True), (8, 10, True), (20, 22, True)],
)
def test_a_programme_is_outdated_when_an_item_is_on_no_day_of_the_visit(
    first: int, last: int, is_outdated: bool
) -> None:
    stay = Days(date(2027, 3, first), date(2027, 3, last))
    assert PROGRAMME.is_outdated(stay.first, stay) is is_outdated


@pytest.mark.parametrize("published_for", [10, None])
def test_items_on_the_days_of_arrival_and_departure_are_not_outdated(published_for: int | None) -> None:
    travel = PublishedProgramme(
        1, (item("Đón đoàn", day=9), item("Tiễn đoàn", day=13)), published_for and date(2027, 3, published_for)
    )
    assert not travel.is_outdated(VISIT.first, Days(date(2027, 3, 9), date(2027, 3, 13)))
    assert travel.is_outdated(VISIT.first, VISIT)


def test_a_programme_is_outdated_when_the_visit_begins_on_another_day_than_it_was_published_for() -> None:
    """Moved by a day, the item of the middle day lies on a day of the visit still, but nobody should go by it."""
    published = PublishedProgramme(1, (item("Làm việc", "08:00", "09:30", day=11),), date(2027, 3, 10))
    moved = Days(date(2027, 3, 11), date(2027, 3, 13))
    assert not published.is_outdated(VISIT.first, VISIT)
    assert published.is_outdated(moved.first, moved)
    longer = Days(date(2027, 3, 10), date(2027, 3, 14))
    assert not published.is_outdated(longer.first, longer)


def test_an_outdated_programme_says_so() -> None:
    assert render_text(PROGRAMME, "en").notes == ()
    lines = render_text(PROGRAMME, "en", is_outdated=True).lines()
    assert lines[1] == "Published before the visit was moved; a new one follows."


def test_what_was_kept_is_read_in_its_order() -> None:
    assert PublishedProgramme.read(2, [one.to_json() for one in PROGRAMME.items]) == PROGRAMME
