"""The frame of every page: the menu of a telephone, the place of the menu, and what stands above the foot."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from models.database import Database
from models.holidays import OfficeHoliday
from models.i18n import translate
from models.vocabulary import HolidayCategory, Role
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.settings import Settings
from service.web.navigation import ENTRIES
from tests.service.conftest import Clock
from tests.service.web.console.conftest import LANGUAGES, Visit, barriers, is_wider_than_the_screen, picture

PASSWORD = "mot hai ba bon nam"
HEADER = 64
"""Pixels that the header of a telephone may take."""

PAGES = (
    "/",
    "/calendar?day=2027-03-10",
    "/calendar?view=week&day=2027-04-12",
    "/week?day=2027-04-12",
    "/tasks",
    "/agreements",
)


def header(page: Page) -> float:
    return float(page.evaluate("document.querySelector('header').getBoundingClientRect().height"))


def shown(page: Page) -> list[str]:
    """The entries of the menu that a reader of this screen can see: within it, and drawn."""
    found = page.evaluate(
        """() => [...document.querySelectorAll('.main-nav a')].filter((one) => {
            const box = one.getBoundingClientRect();
            return one.checkVisibility() && box.width > 0 && box.left >= 0 && box.right <= innerWidth;
        }).map((one) => one.textContent)"""
    )
    return [str(one) for one in found]


@pytest.mark.parametrize("script", [True, False])
@pytest.mark.parametrize("language", LANGUAGES)
def test_telephone_has_a_low_header_with_a_menu_of_everything(visit: Visit, language: str, script: bool) -> None:
    page = visit(Role.ADMIN, language, "phone", script=script)
    for path in PAGES:
        page.goto(path)
        assert header(page) <= HEADER, path
        assert shown(page) == []
    menu = page.get_by_label(translate("Menu", language), exact=True)
    menu.focus()
    page.keyboard.press("Space")
    assert shown(page) == [translate(entry.name, language) for entry in ENTRIES]
    for name in ("Sign out", "Search"):
        expect(page.locator("header").get_by_role("button", name=translate(name, language), exact=True)).to_be_visible()
    assert not is_wider_than_the_screen(page)
    picture(page, f"menu-{language}-phone", whole=False)
    page.locator(".main-nav").get_by_role("link", name=translate("Agreements", language), exact=True).click()
    page.wait_for_url("**/agreements")
    assert shown(page) == []
    if script:
        assert barriers(page) == []


def test_menu_goes_by_enter_and_escape_too(visit: Visit) -> None:
    page = visit(Role.OFFICER, "vi", "phone")
    page.goto("/tasks")
    menu = page.locator("#menu")
    menu.focus()
    page.keyboard.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    assert len(shown(page)) == len(ENTRIES)
    assert barriers(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).to_have_attribute("aria-expanded", "false")
    assert shown(page) == []
    expect(menu).to_be_focused()


def test_before_signing_in_the_header_is_as_low(visit: Visit) -> None:
    page = visit(None, "vi", "phone")
    page.goto("/login")
    assert header(page) <= HEADER
    expect(page.get_by_role("button", name="English")).to_be_visible()
    expect(page.locator("#menu")).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_stays_where_it_is(visit: Visit, language: str) -> None:
    """From page to page every entry, the search and the language stand at the same place."""
    page = visit(Role.ADMIN, language)
    places = {}
    for path in PAGES:
        page.goto(path)
        places[path] = page.evaluate(
            """() => [...document.querySelectorAll('.main-nav a, .brand, .languages button')]
                .map((one) => { const box = one.getBoundingClientRect(); return [box.left, box.top]; })"""
        )
    assert {path for path, place in places.items() if place != places["/"]} == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [800, 1280])
def test_nothing_runs_under_the_foot(visit: Visit, database: Database, language: str, width: int) -> None:
    """Holidays with long names in a week of few events: the table grows, and the foot stands below it."""
    name = "Ngày nghỉ bù dịp lễ Giỗ Tổ Hùng Vương theo thông báo của Bộ Nội vụ và Văn phòng Ủy ban nhân dân thành phố"
    with database.transaction() as session:
        session.add(
            OfficeHoliday(
                country="VN",
                first_day=date(2027, 4, 12),
                days=7,
                name={"vi": name, "lo": name, "en": name},
                category=HolidayCategory.PUBLIC,
                source="Thông báo",
            )
        )
    page = visit(Role.OFFICER, language)
    page.set_viewport_size({"width": width, "height": 700})
    found = {}
    for path in (
        "/calendar?view=week&day=2027-04-12",
        "/calendar?day=2027-04-12",
        "/week?day=2027-04-12",
        "/calendar?view=day&day=2027-04-14",
    ):
        page.goto(path)
        picture(page, f"long-holidays-{path.strip('/')[:20].replace('?', '-')}-{language}-{width}")
        over = page.evaluate(
            """() => {
                const foot = document.querySelector('footer').getBoundingClientRect().top;
                return [...document.querySelectorAll('main *')].filter((one) => one.checkVisibility()
                    && getComputedStyle(one).clipPath === 'none' && one.getBoundingClientRect().bottom > foot + 1)
                    .map((one) => one.outerHTML.slice(0, 60));
            }"""
        )
        if over:
            found[path] = over
    assert found == {}


@pytest.mark.parametrize("script", [True, False])
def test_what_was_typed_comes_back_after_signing_in(
    visit: Visit, database: Database, settings: Settings, clock: Clock, script: bool
) -> None:
    """A whole day in one form: the session ends, the officer signs in again on the page that says so, and goes on."""
    with database.transaction() as session:
        act = ActionContext(None, clock.now, settings.office)
        values = {"email": "lan@example.org", "name": "Lan", "role": Role.OFFICER, "password": PASSWORD, "locale": "vi"}
        accounts.create_user(session, act, values)
    page = visit(None, "vi", script=script)

    def sign_in() -> None:
        page.get_by_label(translate("E-mail address", "vi")).fill("lan@example.org")
        page.get_by_label(translate("Password", "vi"), exact=True).fill(PASSWORD)
        page.get_by_role("button", name=translate("Sign in", "vi"), exact=True).click()

    page.goto("/login?next=/administration/organisations/new")
    sign_in()
    page.get_by_label("Tiếng Việt").fill("Sở Ngoại vụ mới")
    clock.move(hours=13)
    page.locator("main form button.primary").first.click()
    page.get_by_role("alert").wait_for()
    assert barriers(page) == [] if script else True
    sign_in()
    if not script:
        page.get_by_role("button", name=translate("Show the form again", "vi")).click()
    expect(page.get_by_label("Tiếng Việt")).to_have_value("Sở Ngoại vụ mới")
    expect(page.get_by_role("alert")).to_contain_text("chưa được lưu")
    picture(page, f"kept-form-vi-{'script' if script else 'plain'}")


@pytest.mark.parametrize(
    ("language", "words"), [("vi", "3 tháng 2"), ("lo", "3 ກຸມພາ 2027"), ("en", "Wednesday 3 February 2027")]
)
def test_a_date_stands_beside_its_box_in_words(visit: Visit, language: str, words: str) -> None:
    """Whatever the browser shows in the box, 2 March and 3 February can't be taken for each other."""
    page = visit(Role.OFFICER, language)
    page.goto("/plan/days?kind=activity")
    box = page.locator("#first_day, [name=first_day]").first

    def beside() -> str:
        return str(box.evaluate("one => getComputedStyle(one.nextElementSibling, '::after').content")).strip('"')

    box.fill("2027-02-03")
    assert words in beside().replace(",", "")
    box.fill("2027-03-02")
    assert words not in beside().replace(",", "")
    box.fill("")
    assert beside() in ("", "none")
    page.goto("/calendar?day=2027-02-03")
    assert page.locator("#day + .in-words").get_attribute("data-words")
