"""Walks with a browser only: everything that somebody enters is counted, every page they stop at is looked over."""

from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Response, expect

from models.i18n import translate
from tests.service.web.console.conftest import barriers, is_wider_than_the_screen, picture


class Walk:
    """Somebody at the screen: what they enter (``entries``), the characters they type for it, the pages they come to,
    what was not taken from them at first, and where they could not go on (pages that are not there, or lead nowhere).
    """

    def __init__(self, page: Page, language: str, story: str, entries: list[str] | None = None) -> None:
        self.page = page
        self.language = language
        self.story = story
        self.entries: list[str] = [] if entries is None else entries
        self.typed = 0
        self.pages: list[str] = []
        self.refusals: list[str] = []
        self.dead_ends: list[str] = []
        page.on("response", self._arrived)

    def _arrived(self, answer: Response) -> None:
        if answer.request.is_navigation_request() and answer.frame == self.page.main_frame and answer.status != 303:
            path = urlsplit(answer.url).path
            self.pages.append(path)
            if answer.status in (409, 412, 422):
                self.refusals.append(f"{answer.status} {path}")
            elif answer.status >= 400:
                self.dead_ends.append(f"{answer.status} {path}")

    def say(self, sentence: str) -> str:
        return translate(sentence, self.language)

    def click(self, what: Locator, name: str) -> None:
        self.entries.append(f"click {name}")
        what.first.click()
        self.page.wait_for_load_state()

    def press(self, sentence: str) -> None:
        self.click(self.page.locator("main").get_by_role("button", name=self.say(sentence), exact=True), sentence)

    def follow(self, text: str) -> None:
        self.click(self.page.locator("main").get_by_role("link", name=text), text)

    def fill(self, name: str, text: str) -> None:
        self.entries.append(f"fill {name}")
        field = self.page.locator(f'[name="{name}"]:visible').first
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(text)
        elif field.get_attribute("type") == "file":
            field.set_input_files(text)
        else:
            field.fill(text)
            self.typed += len(text)

    def look(self, name: str) -> None:
        """Nothing runs over, nobody is kept out; a picture for people."""
        assert not is_wider_than_the_screen(self.page), name
        assert barriers(self.page) == [], name
        if not self.page.locator("main").locator("a[href], button").count():
            self.dead_ends.append(f"nothing leads on from {urlsplit(self.page.url).path}")
        picture(self.page, f"{self.story}-{name}-{self.language}-{self.page.viewport_size['width']}")  # type: ignore[index]

    def sees(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)
