"""Pages show the office's day and hour of everything, what another zone's clocks show beside it, a day in order."""

import re
from collections.abc import Callable
from datetime import date, time, timedelta
from html import unescape
from typing import Any

import pytest

from calendars.days.office_clock import shown_times
from models.database import Database
from models.event_parts import ProgrammeRevision
from models.events import Performance, TrainingPhase
from models.vocabulary import EventKind, EventStatus, Language
from tests import factories
from tests.service.web.test_pages import Browser, browser, make_event, signed_in

__all__ = ["browser", "signed_in"]

pytestmark = pytest.mark.both_databases("the reads of a day's events")

MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)
NEW_YORK = "America/New_York"
SignedIn = Callable[..., Browser]
PLANNED: dict[str, Any] = {"status": EventStatus.PLANNED}


def words(html: str) -> str:
    """What people read of a piece of a page."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", html))).replace(" ,", ",").strip()


def page(reader: Browser, address: str) -> str:
    answer = reader.get(address)
    assert answer.status_code == 200, address
    return answer.text


def cell(html: str, day: int) -> str:
    """A day's cell in the week's table of hours, counted from Monday, in words."""
    row = html.partition('<tbody class="of-hours">')[2].partition("</tr>")[0]
    return words(re.findall(r"<td>(.*?)</td>", row, re.DOTALL)[day])


def half_days(html: str, day: int) -> str:
    """A day of the week's sheet, counted from Monday, in words."""
    return words(re.findall(r'<tbody class="of-day.*?</tbody>', html, re.DOTALL)[day])


@pytest.fixture
def party(database: Database) -> str:
    """20:00 in New York on Monday evening: 08:00 on Tuesday here (their clocks are on winter time)."""
    return make_event(
        database, title={"vi": "Chiêu đãi"}, first_day=MONDAY, last_day=MONDAY,
        start_time=time(20), end_time=time(22), timezone=NEW_YORK, **PLANNED,
    )  # fmt: skip


def test_the_same_instant_stands_on_the_same_day_everywhere(signed_in: SignedIn, party: str) -> None:
    reader = signed_in(locale=Language.VI)
    own = "(20:00–22:00, 23/11/2026, giờ New York)"
    week = page(reader, f"/calendar?view=week&day={MONDAY}")
    assert "Chiêu đãi" not in cell(week, 0)
    assert cell(week, 1).startswith("08:00–10:00 " + own.strip("()"))
    sheet = page(reader, f"/week?day={MONDAY}")
    assert "Chiêu đãi" not in half_days(sheet, 0)
    assert f"08:00–10:00 Chiêu đãi {own}" in half_days(sheet, 1)
    assert "Chiêu đãi" not in page(reader, f"/calendar?view=day&day={MONDAY}")
    for address in (f"/calendar?view=day&day={MONDAY + DAY}", "/", "/search?q=chieu dai"):
        assert f"24/11/2026 08:00–10:00 {own} Chiêu đãi" in words(page(reader, address)), address
    month = page(reader, f"/calendar?view=month&day={MONDAY}")
    agenda = month.partition('id="day-2026-11-24"')[2].partition("</section>")[0]
    assert "08:00–10:00" in words(agenda)
    lead = words(page(reader, f"/events/{party}"))
    assert f"24/11/2026, 08:00–10:00 (giờ Việt Nam) {own}" in lead


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "Asia/Vientiane", NEW_YORK, "Pacific/Kiritimati", "Europe/Paris"])
@pytest.mark.parametrize("hour", [0, 5, 12, 17, 23])
def test_day_view_search_and_list_say_the_same_day_in_every_zone(
    signed_in: SignedIn, database: Database, zone: str, hour: int
) -> None:
    values: dict[str, Any] = {"start_time": time(hour), "end_time": time(hour, 45), "timezone": zone}
    make_event(database, title={"vi": "Hội kiến"}, first_day=MONDAY + DAY, last_day=MONDAY + DAY, **values, **PLANNED)
    expected = shown_times(MONDAY + DAY, MONDAY + DAY, time(hour), time(hour, 45), zone, "Asia/Ho_Chi_Minh")
    reader = signed_in(locale=Language.VI)
    found = [day for day in (MONDAY, MONDAY + DAY, MONDAY + 2 * DAY)
             if "Hội kiến" in page(reader, f"/calendar?view=day&day={day}")]  # fmt: skip
    assert found == list(expected.days)
    told = f"{expected.days.first.day}/11/2026 {expected.start_time:%H:%M}–{expected.end_time:%H:%M}"
    for address in (f"/calendar?view=day&day={found[0]}", "/", "/search?q=hoi kien"):
        assert told in words(page(reader, address)), address


def test_a_days_events_are_in_the_order_of_their_hours_on_every_page(signed_in: SignedIn, database: Database) -> None:
    for start in (time(14), time(8), None, time(11)):
        title = {"vi": f"Cuộc họp {start or 'cả ngày'}"}
        make_event(database, title=title, first_day=MONDAY, last_day=MONDAY, start_time=start, **PLANNED)
    reader = signed_in(locale=Language.VI)
    addresses = (
        "/",
        "/search?q=cuoc hop",
        *(f"/calendar?view={view}&day={MONDAY}" for view in ("day", "week", "month")),
    )
    for address in addresses:
        html = page(reader, address)
        if "calendar" in address and "day=" in address and "view=day" not in address:
            html = html.partition('id="agenda"')[2]
        found = re.findall(r"Cuộc họp (cả ngày|\d\d)", html)
        assert list(dict.fromkeys(found)) == ["cả ngày", "08", "11", "14"], address


def test_an_event_over_midnight_has_its_start_on_one_day_and_its_end_on_the_next(
    signed_in: SignedIn, database: Database
) -> None:
    values: dict[str, Any] = {"title": {"vi": "Dạ hội"}, "first_day": MONDAY, "last_day": MONDAY, **PLANNED}
    make_event(database, start_time=time(22), end_time=time(2), **values)
    reader = signed_in(locale=Language.VI)
    week, sheet = page(reader, f"/calendar?view=week&day={MONDAY}"), page(reader, f"/week?day={MONDAY}")
    assert [cell(week, day)[:13].split(" ")[0] for day in (0, 1, 2)] == ["22:00–", "–02:00", ""]
    assert ["22:00– Dạ hội" in half_days(sheet, 0), "–02:00 Dạ hội" in half_days(sheet, 1)] == [True, True]
    assert "Dạ hội" not in half_days(sheet, 2)


def test_what_ends_at_midnight_is_not_on_the_next_day(signed_in: SignedIn, database: Database) -> None:
    values: dict[str, Any] = {"title": {"vi": "Tiệc tối"}, "first_day": MONDAY, "last_day": MONDAY + DAY, **PLANNED}
    make_event(database, start_time=time(20), end_time=time(0), departs_on=MONDAY, **values)
    reader = signed_in(locale=Language.VI)
    week, sheet = page(reader, f"/calendar?view=week&day={MONDAY}"), page(reader, f"/week?day={MONDAY}")
    assert cell(week, 0).startswith("20:00–00:00")
    assert "Tiệc tối" not in cell(week, 1) + half_days(sheet, 1)
    assert "20:00–00:00 Tiệc tối" in half_days(sheet, 0)
    assert "Tiệc tối" not in page(reader, f"/calendar?view=day&day={MONDAY + DAY}")


def test_performances_stand_wherever_days_are(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        troupe = factories.make_event(
            session, kind=EventKind.ART_TROUPE_VISIT, title={"vi": "Đoàn nghệ thuật"}, first_day=MONDAY,
            last_day=MONDAY + 2 * DAY, troupe={"vi": "Đoàn"}, **PLANNED,
        )  # fmt: skip
        evening = {"title": {"vi": "Đêm hữu nghị"}, "venue": {"vi": "Nhà hát"}, "day": MONDAY + DAY}
        session.add(Performance(event_id=troupe.id, time=time(19, 30), **evening))
    reader = signed_in(locale=Language.VI)
    told = "Biểu diễn: Đêm hữu nghị"
    assert f"19:30 {told}" in half_days(page(reader, f"/week?day={MONDAY}"), 1)
    assert "19:30" in cell(page(reader, f"/calendar?view=week&day={MONDAY}"), 1)
    assert told in cell(page(reader, f"/calendar?view=week&day={MONDAY}"), 1)
    assert f"{told}, 24/11/2026 19:30 – Nhà hát" in words(page(reader, f"/calendar?view=day&day={MONDAY + DAY}"))
    assert told not in page(reader, f"/calendar?view=day&day={MONDAY}")


def test_the_phase_that_is_on_stands_on_the_weeks_sheet_and_the_day(signed_in: SignedIn, database: Database) -> None:
    with database.transaction() as session:
        batch = factories.make_event(
            session, kind=EventKind.TRAINING_BATCH, title={"vi": "Lớp cán bộ"}, first_day=MONDAY,
            last_day=MONDAY + 20 * DAY, subject={"vi": "Đảng"}, **PLANNED,
        )  # fmt: skip
        for number, title in enumerate(("Tiếng Việt", "Thực tế")):
            days = {"first_day": MONDAY + 10 * number * DAY, "last_day": MONDAY + (10 * number + 9) * DAY}
            session.add(TrainingPhase(event_id=batch.id, position=number, title={"vi": title}, **days))
    reader = signed_in(locale=Language.VI)
    first, third = (page(reader, f"/week?day={MONDAY + days * DAY}") for days in (0, 14))
    assert ("Giai đoạn: Tiếng Việt" in first, "Giai đoạn: Thực tế" in first) == (True, False)
    assert ("Giai đoạn: Tiếng Việt" in third, "Giai đoạn: Thực tế" in third) == (False, True)
    assert "Giai đoạn: Tiếng Việt" in page(reader, f"/calendar?view=day&day={MONDAY}")


def test_items_of_a_moved_visit_are_not_shown_on_the_old_days(signed_in: SignedIn, database: Database) -> None:
    """Moved by one day, the item of the second day still lies on a day of the visit."""
    with database.transaction() as session:
        visit = factories.make_event(session, first_day=MONDAY, last_day=MONDAY + 2 * DAY, **PLANNED)
        item = {"day": str(MONDAY + DAY), "start_time": "09:00", "title": {"vi": "Hội đàm"}}
        revision = {"items": [item], "first_day": MONDAY, "published_at": factories.NOW}
        session.add(ProgrammeRevision(event_id=visit.id, number=1, **revision))
    reader = signed_in(locale=Language.VI)
    address = f"/calendar?view=week&day={MONDAY}"
    assert "Hội đàm" in cell(page(reader, address), 1)
    with database.transaction() as session:
        moved = session.get_one(type(visit), visit.id)
        moved.first_day, moved.last_day = MONDAY + DAY, MONDAY + 3 * DAY
        moved.arrives_on, moved.departs_on = moved.first_day, moved.last_day
    assert "Hội đàm" not in page(reader, address)
