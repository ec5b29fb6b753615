"""Dark pages in a real browser: dark on the screen, white on paper, and readable."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from models.accounts import User
from models.vocabulary import Language, Role
from tests.service.web.console.conftest import Visit, barriers, is_wider_than_the_screen, picture

GROUND = "getComputedStyle(document.body).backgroundColor.match(/[0-9]+/g).map(Number)"


def is_dark(page: Page) -> bool:
    return sum(page.evaluate(GROUND)) < 200


def test_pages_follow_the_device_and_the_choice_goes_before_it(visit: Visit, account: Callable[..., User]) -> None:
    page = visit(user=account(Role.OFFICER, locale=Language.EN), language="en", script=False)
    page.goto("/account")
    assert not is_dark(page)
    page.emulate_media(color_scheme="dark")
    assert is_dark(page)
    page.emulate_media(color_scheme="dark", media="print")
    assert not is_dark(page)
    page.emulate_media(color_scheme="dark", media="screen")
    page.get_by_label("Light", exact=True).check()
    page.locator("section", has=page.locator("#appearance")).get_by_role("button", name="Save").click()
    assert not is_dark(page)
    page.emulate_media(color_scheme="light")
    page.get_by_label("Dark", exact=True).check()
    page.locator("section", has=page.locator("#appearance")).get_by_role("button", name="Save").click()
    assert is_dark(page)
    page.goto("/calendar")
    assert is_dark(page)


@pytest.mark.parametrize("path", ["/", "/calendar?view=year", "/week", "/feeds", "/help/planning", "/resources/grid"])
def test_dark_pages_can_be_read(visit: Visit, path: str) -> None:
    page = visit(Role.ADMIN, "vi", "phone")
    page.emulate_media(color_scheme="dark")
    page.goto(path)
    picture(page, f"dark-{path.strip('/').replace('/', '-').replace('?', '-') or 'first'}")
    assert is_dark(page)
    assert [one for one in barriers(page) if one.startswith("color-contrast")] == []
    assert not is_wider_than_the_screen(page)


def test_dark_text_on_dark_ground_would_be_seen(visit: Visit) -> None:
    """The negative control."""
    page = visit(Role.OFFICER, "en")
    page.emulate_media(color_scheme="dark")
    page.goto("/help")
    page.evaluate("document.querySelector('h1').style.color = '#222c38'")
    assert any("color-contrast" in one for one in barriers(page))
