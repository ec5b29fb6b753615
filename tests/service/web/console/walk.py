"""Walks with a browser only: everything that somebody enters is counted, every page they stop at is looked over."""

from playwright.sync_api import Locator, Page, expect

from models.i18n import translate
from tests.service.web.console.conftest import barriers, is_wider_than_the_screen, picture


class Walk:
    """Somebody at the screen, counting what they enter."""

    def __init__(self, page: Page, language: str, story: str, entries: list[str] | None = None) -> None:
        self.page = page
        self.language = language
        self.story = story
        self.entries: list[str] = [] if entries is None else entries

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
        field = self.page.locator(f'[name="{name}"]')
        if field.evaluate("one => one.tagName") == "SELECT":
            field.select_option(text)
        elif field.get_attribute("type") == "file":
            field.set_input_files(text)
        else:
            field.fill(text)

    def look(self, name: str) -> None:
        """Nothing runs over, nobody is kept out; a picture for people."""
        assert not is_wider_than_the_screen(self.page), name
        assert barriers(self.page) == [], name
        picture(self.page, f"{self.story}-{name}-{self.language}-{self.page.viewport_size['width']}")  # type: ignore[index]

    def sees(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)
