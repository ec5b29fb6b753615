"""The grid of rooms and cars in a browser: a range booked by keys alone, without script, on a phone, in Lao."""

from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from models.database import Database
from models.resources import Booking, Resource
from models.vocabulary import EventStatus, Language, ResourceType, Role
from tests import factories
from tests.service.web.console.conftest import Visit, barriers, is_wider_than_the_screen, picture

FIRST = date(2027, 3, 8)


@pytest.fixture
def bus(database: Database) -> tuple[str, str]:
    """A bus that waits to be booked beside one that is taken, and the visit it is for."""
    with database.transaction() as session:
        event = factories.make_event(
            session, title={"vi": "Đoàn đại biểu", "lo": "ຄະນະຜູ້ແທນ", "en": "Delegation"}, headcount=30,
            first_day=FIRST, last_day=FIRST + timedelta(4), status=EventStatus.PLANNED,
        )  # fmt: skip
        made = [
            Resource(name={"vi": f"Xe 45 chỗ {one}", "lo": f"ລົດ 45 ບ່ອນ {one}", "en": f"Bus {one}"},
                     type=ResourceType.VEHICLE, locality="hai-duong", seats=45)
            for one in "AB"
        ]  # fmt: skip
        session.add_all(made)
        session.flush()
        return made[0].id, event.id


def booked(database: Database, resource_id: str) -> list[tuple[date, date]]:
    with database.transaction(write=False) as session:
        found = session.exec(select(Booking).where(Booking.resource_id == resource_id)).all()
        return [(one.first_day, one.last_day) for one in found]


def address(event_id: str) -> str:
    return f"/events/{event_id}/grid?type=vehicle&seats=45&from={FIRST}&to={FIRST + timedelta(13)}"


def test_a_range_is_booked_by_keys_alone(visit: Visit, bus: tuple[str, str], database: Database) -> None:
    resource_id, event_id = bus
    page: Page = visit(Role.OFFICER, Language.VI)
    page.goto(address(event_id))
    grid = page.get_by_role("grid")
    expect(grid).to_have_count(1)
    grid.locator("td a[tabindex='0']").focus()
    for key in ("ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    expect(grid.locator("td[aria-selected='true']")).to_have_count(3)
    assert barriers(page) == []
    picture(page, "resource-grid-chosen-vi")
    page.keyboard.press("Enter")
    page.wait_for_url("**/grid/**")
    expect(page.locator("#from_day")).to_have_value((FIRST + timedelta(1)).isoformat())
    expect(page.locator("#to_day")).to_have_value((FIRST + timedelta(3)).isoformat())
    expect(page.locator("#event")).to_have_value(event_id)
    assert barriers(page) == []
    page.locator("form.card button.primary").press("Enter")
    page.wait_for_url("**done=book**")
    assert booked(database, resource_id) == [(FIRST + timedelta(1), FIRST + timedelta(3))]


@pytest.mark.parametrize(("language", "width"), [(Language.VI, 390), (Language.LO, 390), (Language.LO, 1280)])
def test_it_scrolls_in_its_own_box(visit: Visit, bus: tuple[str, str], language: Language, width: int) -> None:
    page: Page = visit(Role.OFFICER, language)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address(bus[1]))
    assert not is_wider_than_the_screen(page)
    assert barriers(page) == []
    picture(page, f"resource-grid-{language}-{width}")
    page.goto("/resources/kept")
    assert not is_wider_than_the_screen(page)
    assert barriers(page) == []


def test_without_script_a_cell_is_a_link(visit: Visit, bus: tuple[str, str], database: Database) -> None:
    resource_id, event_id = bus
    page: Page = visit(Role.OFFICER, Language.EN, "phone", script=False)
    page.goto(address(event_id))
    page.locator(f"a[href='grid/{resource_id}/2027-03-10']").click()
    page.locator("form.card button.primary").click()
    assert "done=book" in page.url
    assert booked(database, resource_id) == [(date(2027, 3, 10), date(2027, 3, 10))]
