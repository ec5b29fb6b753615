"""A task of an officer's day in a browser: begun at the first page, led by what the pages say, counted to its end."""

from playwright.sync_api import Locator, Page

from tests.service.web.console.walk import Walk

AT_MOST: dict[str, tuple[int, int, int]] = {
    # Pages that were looked at, the first page among them; clicks and fields; characters typed.
    "plan a batch from the board": (6, 5, 0),
    "move a visit two days": (4, 5, 20),
    "why a room is refused": (4, 4, 0),
    "publish a second revision": (5, 5, 14),
    "who was not reached": (2, 1, 0),
    "move an item to another day": (4, 4, 10),
    "a free 45-seat bus": (4, 9, 22),
    "repeat last year's troupe": (5, 4, 0),
    "undo a wrong cancellation": (4, 5, 11),
    "who was on the 2027 visit": (3, 3, 0),
    "hand a list to the hotel": (3, 3, 0),
    "take over a colleague's visits": (6, 10, 0),
    "ten working days before": (4, 6, 15),
    "the week's sheet": (2, 3, 0),
    "plan by one line": (2, 2, 50),
}
"""What each task may cost; the figures are those of ``docs/evidence/19-desk-tasks.md``."""


class DeskTask(Walk):
    """One task: it begins at the first page."""

    def __init__(self, page: Page, story: str, language: str = "vi") -> None:
        super().__init__(page, language, story)
        page.goto("/")

    def menu(self, sentence: str) -> None:
        """Go by the main menu."""
        found = self.page.get_by_role("navigation").get_by_role("link", name=self.say(sentence), exact=True)
        self.click(found, f"menu: {sentence}")

    def go(self, sentence: str) -> None:
        """Follow the link that says this in the page's language."""
        self.follow(self.say(sentence))

    def unfold(self, sentence: str) -> None:
        """Open what is folded under this."""
        self.click(self.page.locator("main summary").filter(has_text=self.say(sentence)), f"unfold: {sentence}")

    def tick(self, what: str) -> None:
        self.click(self.page.locator(what), f"tick {what}")

    def download(self, link: Locator, name: str) -> str:
        """Take a paper; the name of its file."""
        with self.page.expect_download() as begun:
            self.click(link, name)
        return begun.value.suggested_filename

    def ended(self, *refusals: str) -> None:
        """It was done without a dead end, refused only where the task is about being refused, and cost no more than
        it may."""
        cost = (len(self.pages), len(self.entries), self.typed)
        print(f"task | {self.story} | {cost[0]} | {cost[1]} | {cost[2]} | {len(self.refusals)} | {len(self.dead_ends)}")
        assert self.dead_ends == []
        assert [one.partition(" ")[0] for one in self.refusals] == list(refusals)
        for spent, allowed in zip(cost, AT_MOST[self.story], strict=True):
            assert spent <= allowed, (cost, self.pages, self.entries)
