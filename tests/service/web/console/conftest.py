"""A real browser before a real server, with the seeded programme behind it; axe-core looks at what it shows."""

import os
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, expect, sync_playwright
from werkzeug.serving import make_server

from models.accounts import User
from models.database import Database
from models.vocabulary import Language, Role
from service.actions.accounts import accounts
from service.settings import Settings, load_settings
from tests import factories
from tests.conftest import NO_CHROMIUM
from tests.paths import TESTS
from tests.service.conftest import Clock

AXE = TESTS / "js" / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"laptop": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
LANGUAGES = [language.value for language in Language]
PICTURES = os.environ.get("DESK_TEST_PICTURES")
"""A folder that takes the pictures tests make with :func:`picture`; none, no pictures."""

PATIENCE = 30_000
"""Milliseconds until what should come has not come: a machine that does much else is slow, and only failures wait."""

expect.set_options(timeout=PATIENCE)

Visit = Callable[..., Page]


WHOLE = ("chromium", "chromium-browser", "google-chrome")


def launched(kind: BrowserType, *names: str) -> Iterator[Browser]:
    """The first of these programs that is there."""
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        pytest.skip(NO_CHROMIUM)
    browser = kind.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def browser_kind() -> Iterator[BrowserType]:
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="session")
def chromium(browser_kind: BrowserType) -> Iterator[Browser]:
    """The machine's own Chromium, one per worker; its headless shell if it is there, for two thirds of the work."""
    yield from launched(browser_kind, "chromium-headless-shell", *WHOLE)


@pytest.fixture(scope="session")
def whole_chromium(browser_kind: BrowserType) -> Iterator[Browser]:
    """The browser people have, for what the shell lays out otherwise: it breaks lines of Lao at other places."""
    yield from launched(browser_kind, *WHOLE)


@pytest.fixture
def database_kind() -> str:
    """What a browser sees does not depend on the database; the pages' own tests run on both."""
    return "sqlite"


@pytest.fixture
def site() -> str:
    """The address of the server, its port kept free for it."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    return f"http://127.0.0.1:{port}"


@pytest.fixture
def settings(database_url: str, tmp_path: Path, site: str) -> Settings:
    return load_settings(
        {
            "DESK_DATABASE_URL": database_url,
            "DESK_VAR": str(tmp_path / "var"),
            "DESK_PUBLIC_URL": site,
            "DESK_SECRET_KEY": "a secret for tests, long enough to be one",
        }
    )


@pytest.fixture(autouse=True)
def with_the_programme(seeded: None) -> None:
    """Every page has something to show."""


@pytest.fixture
def served(app: Flask, site: str) -> Iterator[str]:
    """The application, answering at :func:`site`."""
    server = make_server("127.0.0.1", int(site.rsplit(":", 1)[1]), app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["desk"].afterwards.close()


@pytest.fixture
def account(database: Database) -> Callable[..., User]:
    """Make an account: ``account(Role.OFFICER, name="Lan", locale=Language.LO)``."""

    def make(role: Role = Role.OFFICER, **values: Any) -> User:
        with database.transaction() as session:
            return factories.make_user(session, role, **values)

    return make


@pytest.fixture
def visit(
    chromium: Browser, served: str, database: Database, clock: Clock, app: Flask, account: Callable[..., User]
) -> Iterator[Visit]:
    """Somebody's browser: ``visit(Role.OFFICER, "lo", "phone")`` gives its page; ``page.goto("/calendar")`` and so on.

    Anything the page's script throws, and anything its policy of content forbids, fails the test.
    """
    opened: list[BrowserContext] = []
    wrong: list[str] = []

    def make(
        role: Role | None = Role.OFFICER,
        language: str = "en",
        size: str = "laptop",
        *,
        user: User | None = None,
        script: bool = True,
        browser: Browser = chromium,
    ) -> Page:
        context = browser.new_context(
            base_url=served,
            viewport=SIZES[size],  # type: ignore[arg-type]
            locale=language,
            java_script_enabled=script,
            has_touch=size == "phone",
            reduced_motion="reduce",
        )
        opened.append(context)
        context.set_default_timeout(PATIENCE)
        if role is not None:
            who = user or account(role, locale=Language(language))
            with database.transaction() as session:
                secret = accounts.open_session(session, session.merge(who), clock.now)
            context.add_cookies(
                [{"name": app.extensions["desk"].session_cookie, "value": secret, "url": served, "httpOnly": True}]
            )
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
        return page

    yield make
    for context in opened:
        context.close()
    assert wrong == []


def picture(page: Page, name: str, *, whole: bool = True) -> None:
    """A picture of the page for people to look at, when a folder for them is given (``DESK_TEST_PICTURES``)."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=whole)


def barriers(page: Page) -> list[str]:
    """What axe-core finds serious or critical on the page: the rule and where."""
    if not AXE.exists():
        pytest.skip("axe-core is not in tests/js/node_modules")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


def is_wider_than_the_screen(page: Page) -> bool:
    """Whether the page has to be pushed sideways as a whole."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def words(page: Page) -> str:
    """What the page says, blanks drawn together."""
    return re.sub(r"\s+", " ", page.inner_text("main"))
