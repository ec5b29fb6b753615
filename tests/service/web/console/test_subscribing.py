"""Subscribing in a real browser: the address, its QR code read back, the ways for each program, revoking."""

import re

import pytest
from playwright.sync_api import Page

from models.vocabulary import Role
from tests.paths import TESTS
from tests.service.web.console.conftest import LANGUAGES, Visit, barriers, is_wider_than_the_screen, picture

JSQR = TESTS / "js" / "node_modules" / "jsqr" / "dist" / "jsQR.js"
MAKE = {"vi": "Tạo lịch", "lo": "ສ້າງປະຕິທິນ", "en": "Make the calendar"}
NAME = {"vi": "Tên", "lo": "ຊື່", "en": "Name"}
_READ = """async () => {
  const svg = document.querySelector('.qr svg');
  const image = new Image();
  image.src = 'data:image/svg+xml,' + encodeURIComponent(svg.outerHTML);
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 400;
  const context = canvas.getContext('2d');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, 400, 400);
  context.drawImage(image, 0, 0, 400, 400);
  return jsQR(context.getImageData(0, 0, 400, 400).data, 400, 400)?.data ?? null;
}"""


def read_back(page: Page) -> str | None:
    """What a reader that is not ours sees in the page's QR code."""
    if not JSQR.exists():
        pytest.skip("jsQR is not in tests/js/node_modules")
    page.evaluate(JSQR.read_text())
    found: str | None = page.evaluate(_READ)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_calendar_is_made_scanned_and_revoked(visit: Visit, language: str, served: str) -> None:
    page = visit(Role.VIEWER, language, "phone" if language == "lo" else "laptop")
    page.goto("/feeds")
    form = page.locator("form", has=page.get_by_role("button", name=MAKE[language]))
    form.get_by_label(NAME[language], exact=True).fill("Lịch của tôi")
    form.get_by_role("button", name=MAKE[language]).press("Enter")
    page.wait_for_selector(".issued")
    picture(page, f"subscribe-{language}")
    assert barriers(page) == []
    assert not is_wider_than_the_screen(page)

    address = page.inner_text("#address")
    assert re.fullmatch(rf"{served}/feeds/[\w-]{{40,}}\.ics", address)
    assert read_back(page) == address.replace("http://", "webcal://")
    assert page.evaluate("document.querySelector('.qr').getBoundingClientRect().width") >= 160
    assert page.get_by_role("img", name="Lịch của tôi").count() == 1
    assert page.request.get(address).status == 200
    assert "/feeds" in page.url
    assert address.rsplit("/", 1)[1] not in page.url

    page.goto("/feeds")
    assert address not in page.content()
    revoke = page.locator("details", has=page.locator("button[value=revoke]"))
    revoke.locator("summary").press("Enter")
    revoke.get_by_role("button").press("Enter")
    page.wait_for_selector("[role=status]")
    assert page.request.get(address).status == 404
