"""What holds on every page of the console in a real browser: nobody is kept out, nothing runs over."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from models.accounts import User
from models.database import Database
from models.vocabulary import Language, Role
from service.settings import Settings
from tests.service.conftest import Clock
from tests.service.web.console.conftest import SIZES, Visit, barriers, is_wider_than_the_screen, picture
from tests.service.web.populated_database import Addresses, addresses, furnish

PARTS = 4
"""Tests the pages are shared between, for workers to run side by side."""

_STEPS = 400


@pytest.fixture
def pages(app: object, database: Database, settings: Settings, clock: Clock) -> Addresses:
    with database.transaction() as session:
        return addresses(app, session, furnish(session, settings.office, clock.now))  # type: ignore[arg-type]


def named(address: str) -> str:
    return address.strip("/").replace("/", "-").replace("?", "-")[:60] or "first"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_is_kept_out_of_a_page(visit: Visit, pages: Addresses, account: Callable[..., User], part: int) -> None:
    """Every page is visited once: on a laptop and a telephone, light and dark, in each language, by keyboard
    and without script.

    Nothing serious keeps anybody out, nothing is wider than the screen, each control that can be used is stopped at
    once on the way with Tab, marked, and the way ends; and without script the page reads the same.
    """
    reader = account(Role.ADMIN, locale=Language.VI)
    laptop, without_script = visit(user=reader), visit(user=reader, script=False)
    telephones = {language: visit(Role.ADMIN, language, "phone") for language in ("lo", "en")}
    telephones["lo"].emulate_media(color_scheme="dark")  # by day on the laptop, by night on a telephone
    found = {}
    for rule, address in list(pages.items())[part::PARTS]:
        laptop.set_viewport_size(SIZES["laptop"])
        laptop.goto(address)
        picture(laptop, f"{named(rule)}-vi-laptop")
        wrong = barriers(laptop) + too_wide(laptop, "vi laptop")
        without_script.goto(address)
        if said(without_script) != said(laptop):
            wrong.append("reads otherwise without script")
        usable, reached, hidden = by_keyboard(laptop)
        if hidden or reached < usable:
            wrong.append(f"of {usable} places {reached} are reached by keyboard, unseen are {hidden}")
        laptop.set_viewport_size(SIZES["phone"])
        wrong += too_wide(laptop, "vi phone")
        for language, telephone in telephones.items():
            telephone.goto(address)
            wrong += too_wide(telephone, f"{language} phone")
        picture(telephones["lo"], f"{named(rule)}-lo-phone")
        wrong += barriers(telephones["lo"])
        if wrong:
            found[rule] = wrong
    assert found == {}


def too_wide(page: Page, what: str) -> list[str]:
    return [f"wider than the screen: {what}"] if is_wider_than_the_screen(page) else []


def said(page: Page) -> list[str]:
    """What the page says, blanks drawn together."""
    return [" ".join(text.split()) for text in page.locator("main").all_inner_texts()]


def by_keyboard(page: Page) -> tuple[int, int, list[str]]:
    """How many controls can be used, how many Tab stops at, and those of which one does not see that one is there."""
    usable = page.evaluate(
        """() => [...document.querySelectorAll(
            'a[href], button, input:not([type=hidden]), select, textarea, summary'
          )].filter((one) => !one.disabled && one.checkVisibility() && one.tabIndex >= 0
            && !(one.type === 'radio' && !one.checked)).length"""
    )
    return (usable, *walked(page))


_WATCH = """() => {
  window.stops = [];
  window.isRound = false;
  document.activeElement.blur();
  document.addEventListener('focusin', (event) => {
    const one = event.target;
    if (one.dataset.walked) {
      window.isRound = window.isRound || one !== window.stoppedAt;  // day, month and year of a date are one field
      return;
    }
    window.stoppedAt = one;
    one.dataset.walked = 'yes';
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    const marked = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    window.stops.push([one.outerHTML.slice(0, 90), marked && box.width > 0 && box.height > 0]);
  });
}"""
_AT_ONCE = 10
_TAB = {"type": "rawKeyDown", "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}


def walked(page: Page) -> tuple[int, list[str]]:
    """Tab through the page: how many places it stops at, and those where one does not see where one is."""
    page.evaluate(_WATCH)
    keys = page.context.new_cdp_session(page)  # half the messages of page.keyboard
    for _step in range(_STEPS // _AT_ONCE):
        for _press in range(_AT_ONCE):
            keys.send("Input.dispatchKeyEvent", _TAB)
        # Past the last place there is the page itself, then the first place again.
        if page.evaluate("window.isRound || document.activeElement === document.body"):
            stops = page.evaluate("window.stops")
            keys.detach()
            return len(stops), [place for place, is_seen in stops if not is_seen]
    raise AssertionError(f"after {_STEPS} steps the end of {page.url} is not reached")


def test_a_place_that_is_not_marked_is_found(visit: Visit) -> None:
    """The walk of the test above sees what is wrong: one link without a mark, the others with theirs."""
    page = visit(Role.OFFICER, "en")
    page.goto("/")
    page.evaluate("document.querySelector('main a').style.outline = 'none'")
    reached, hidden = walked(page)
    assert reached > 10
    assert len(hidden) == 1
    assert hidden[0].startswith("<a ")


def test_the_first_stop_leads_to_the_content(visit: Visit) -> None:
    page = visit(Role.OFFICER, "vi")
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_lao_is_shown_in_the_letters_that_come_with_it(visit: Visit) -> None:
    """The shipped font is what Lao is written in, tone marks above vowels included, under the page's own policy."""
    page = visit(Role.OFFICER, "lo")
    page.goto("/")
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate(
        "[...document.fonts].filter((one) => one.status === 'loaded').map((one) => one.family).join()"
    )
    assert "Noto Sans Lao" in loaded
    # A tone mark above a vowel stands higher than the vowel alone: marks that fall on each other would not.
    heights = page.evaluate(
        """() => {
          const pen = document.createElement('canvas').getContext('2d');
          pen.font = '100px "Noto Sans Lao"';
          return ['ກ', 'ກີ', 'ກີ້'].map((text) => pen.measureText(text).actualBoundingBoxAscent);
        }"""
    )
    assert heights[0] < heights[1] < heights[2]
