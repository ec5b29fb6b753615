"""The calendar and the week's sheet in a browser: seen in three languages, walked by keyboard, printed."""

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from calendars.days.formatting import format_days
from calendars.days.spans import Days
from calendars.events.labels import kind_name, status_name
from calendars.programmes.items import ProgrammeItemValues
from models.database import Database
from models.event_parts import ProgrammeRevision
from models.i18n import NP_, translate
from models.vocabulary import EventKind, EventStatus, Role
from tests import factories
from tests.service.web.console.conftest import (
    LANGUAGES,
    PICTURES,
    SIZES,
    Visit,
    barriers,
    is_wider_than_the_screen,
    picture,
)

MONDAY, DAY = date(2026, 11, 23), timedelta(days=1)
A4_WIDTH = 1054
"""What is left of 297 mm between margins of 9 mm, in pixels of CSS."""

CUT_CELLS = """() => [...document.querySelectorAll('.sheet th, .sheet td')]
    .filter(cell => cell.scrollWidth > cell.clientWidth + 1 || cell.getBoundingClientRect().right > innerWidth)
    .map(cell => cell.innerText)"""

VIEWS = {
    "month": "/calendar?day=2027-03-10",
    "week": "/calendar?view=week&day=2027-03-10",
    "day": "/calendar?view=day&day=2027-03-10",
    "year": "/calendar?view=year&day=2027-03-10",
    "year-organisations": "/calendar?view=year&day=2027-03-10&lanes=organisation",
    "sheet": "/week?day=2027-03-10",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_view_keeps_nobody_out(visit: Visit, language: str) -> None:
    found = {}
    page = visit(Role.OFFICER, language, "phone")
    for name, path in VIEWS.items():
        page.goto(path)
        for size in ("phone", "laptop"):
            page.set_viewport_size(SIZES[size])
            picture(page, f"{name}-{language}-{size}")
            if wrong := barriers(page):
                found[f"{name} {size}"] = wrong
            if is_wider_than_the_screen(page):
                found[f"{name} {size} is wider than the screen"] = []
        page.set_viewport_size(SIZES["phone"])
    assert found == {}


def fill_a_busy_week(database: Database) -> None:
    """A usual busy week: two delegations with published programmes, a course, a signing, one visit called off."""
    with database.transaction() as session:
        office = factories.make_organisation(
            session, name={"vi": "Sở Ngoại vụ", "lo": "ພະແນກການຕ່າງປະເທດ", "en": "Foreign Affairs"}
        )
        helper = factories.make_organisation(session, name={"vi": "Văn phòng Ủy ban nhân dân thành phố"})
        for first, last, title in (
            (MONDAY, MONDAY + 2 * DAY, "Đoàn đại biểu cấp cao tỉnh Viêng Chăn thăm và làm việc"),
            (MONDAY + 3 * DAY, MONDAY + 4 * DAY, "Đoàn Sở Y tế tỉnh Viêng Chăn trao đổi kinh nghiệm"),
        ):
            event = factories.make_event(
                session,
                title={"vi": title},
                first_day=first,
                last_day=last,
                organisation_id=office.id,
                status=EventStatus.CONFIRMED,
                headcount=15,
            )
            factories.make_task(session, event, organisation_id=helper.id)
            items = [
                ProgrammeItemValues(
                    day,
                    time(hour),
                    time(hour + 1, 30),
                    {"vi": f"Hội đàm giữa lãnh đạo hai địa phương, phiên {hour}"},
                    place={"vi": "Phòng khánh tiết, trụ sở Ủy ban nhân dân"},
                    hosted_by={"vi": "Phó Chủ tịch Thường trực"},
                    attendees={"vi": "Lãnh đạo các sở, ban, ngành liên quan"},
                ).to_json()
                for day in Days(first, last)
                for hour in ((8, 14, 18) if day == first else (8, 14))
            ]
            at = datetime(2026, 11, 20, 3, tzinfo=UTC)
            session.add(ProgrammeRevision(event_id=event.id, number=1, items=items, published_at=at))
        course = {"title": {"vi": "Lớp tiếng Việt cho cán bộ tỉnh Viêng Chăn"}, "kind": EventKind.TRAINING_BATCH}
        factories.make_event(session, first_day=date(2026, 9, 1), last_day=date(2027, 6, 1), **course)
        signing = {
            "title": {"vi": "Ký biên bản ghi nhớ"},
            "kind": EventKind.ACTIVITY,
            "location": {"vi": "Hội trường A"},
        }
        factories.make_event(session, first_day=MONDAY + 4 * DAY, start_time=time(15), end_time=time(16), **signing)
        off = {"title": {"vi": "Đoàn nghệ thuật"}, "kind": EventKind.ART_TROUPE_VISIT, "status": EventStatus.POSTPONED}
        factories.make_event(session, first_day=MONDAY + 5 * DAY, **off)


def test_a_busy_week_is_one_sheet_of_paper(visit: Visit, database: Database, whole_chromium: Browser) -> None:
    fill_a_busy_week(database)
    for language in LANGUAGES:
        page = visit(Role.OFFICER, language, browser=whole_chromium)
        page.goto("/week?day=2026-11-23")
        picture(page, f"busy-sheet-{language}-laptop")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": A4_WIDTH, "height": 700})
        picture(page, f"busy-sheet-{language}-print")
        sheet = page.pdf(prefer_css_page_size=True, print_background=True)
        if PICTURES:
            (Path(PICTURES) / f"busy-sheet-{language}.pdf").write_bytes(sheet)
        assert len(re.findall(rb"/Type\s*/Page\b(?!s)", sheet)) == 1
        (box,) = set(re.findall(rb"/MediaBox\s*\[([^\]]+)\]", sheet))
        _left, _bottom, width, height = map(float, box.split())
        assert (round(width / 72 * 25.4), round(height / 72 * 25.4)) == (297, 210)
        assert page.evaluate(CUT_CELLS) == []
        assert not page.locator("nav.main-nav").is_visible()
        page.emulate_media(media="screen")
        for name in (
            "calendar?day=2026-11-23",
            "calendar?view=week&day=2026-11-23",
            "calendar?view=year&day=2026-11-23",
        ):
            page.goto(f"/{name}")
            picture(page, f"busy-{name.replace('?', '-').replace('&', '-')}-{language}")
        page.context.close()
    # Were the sheet always one page, this test could not fail.
    with database.transaction() as session:
        for number in range(30):
            factories.make_event(session, first_day=MONDAY + number % 5 * DAY, title={"vi": f"Đoàn công tác {number}"})
    page = visit(Role.OFFICER, "vi", browser=whole_chromium)
    page.goto("/week?day=2026-11-23")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", page.pdf(prefer_css_page_size=True))) > 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_officer_walks_through_the_calendar_by_keyboard(visit: Visit, database: Database, language: str) -> None:
    with database.transaction() as session:
        factories.make_event(session, first_day=date(2026, 12, 2), title={"en": "Walk to me"})
        factories.make_event(
            session, first_day=date(2026, 12, 3), title={"en": "Not planned any more"}, status=EventStatus.CANCELLED
        )
    page = visit(Role.OFFICER, language, script=False)

    def say(sentence: str) -> str:
        return translate(sentence, language)

    page.goto("/calendar")
    assert page.locator("[aria-current=date]").first.inner_text().startswith("22")
    page.locator("summary", has_text=say("Filter the events")).focus()
    page.keyboard.press("Enter")
    page.get_by_label(say("Status"), exact=True).select_option("planned")
    page.get_by_label(say("Words"), exact=True).fill("walk")
    page.keyboard.press("Enter")
    page.wait_for_url("**status=planned**")
    page.get_by_role("link", name=say(NP_("later in the calendar", "After"))).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**day=2026-12-01**")
    assert page.get_by_role("table").get_by_text("Walk to me").is_visible()
    assert page.get_by_text("Not planned any more").count() == 0
    page.get_by_label(say("To the day")).fill("2026-12-31")
    page.keyboard.press("Enter")
    page.wait_for_url("**day=2026-12-31**")
    page.get_by_role("link", name=say("Year"), exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**view=year**")
    when = format_days(date(2026, 12, 2), date(2026, 12, 2), language)
    told = ", ".join((kind_name(EventKind.DELEGATION, language), status_name(EventStatus.PLANNED, language), when))
    page.get_by_role("link").filter(has_text="Walk to me").filter(has_text=told).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/events/**")
    assert page.get_by_role("heading", level=1).inner_text() == "Walk to me"
