"""Light and dark, and what a telephone installs: colours by name only, and no page of a person in any cache."""

import json
import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from PIL import Image

from models.vocabulary import Language, Role
from service.web.appearance import COOKIE
from service.web.rendering import STATIC
from tests.service.conftest import Clock
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|%23[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\(|:\s*(?:white|black)\b")
BLACK_ON_WHITE = (".qr ", ".qr, ", ".seating img ")
"""What a camera reads, or is drawn for paper, is black on white in the dark, too."""


@pytest.fixture
def database_kind() -> str:
    """Appearance is in a cookie."""
    return "sqlite"


def without_names(css: str) -> list[str]:
    """Lines of a sheet with a colour that has no name, outside of what is printed."""
    on_screen = re.sub(r"(?s):root \{.*?\n\}", "", css).partition("@media print")[0]
    return [
        line.strip() for line in on_screen.splitlines() if COLOUR.search(line) and not line.startswith(BLACK_ON_WHITE)
    ]


def names(css: str) -> set[str]:
    return set(re.findall(r"(--[\w-]+):", "".join(re.findall(r"(?s):root \{.*?\n\}", css))))


@pytest.mark.parametrize("sheet", sorted(path.name for path in STATIC.glob("*.css")))
def test_every_colour_has_a_name(sheet: str) -> None:
    assert without_names((STATIC / sheet).read_text()) == []


def test_a_colour_without_a_name_is_seen() -> None:
    """The negative control."""
    css = ":root {\n  --ink: #123;\n}\n.a { color: var(--ink); }\n.b { color: #456; }\n.c { background: white; }\n"
    assert without_names(css + "@media print { .d { color: #789; } }") == [
        ".b { color: #456; }", ".c { background: white; }",
    ]  # fmt: skip


def test_dark_has_another_value_for_every_colour() -> None:
    light, dark = ((STATIC / name).read_text() for name in ("desk.css", "dark.css"))
    assert names(light) == names(dark)


def test_the_choice_holds_for_every_page_of_this_browser(signed_in: Callable[..., Browser]) -> None:
    reader = signed_in(Role.VIEWER)
    page = reader.get("/account").text
    assert 'media="screen and (prefers-color-scheme: dark)"' in page
    assert '<meta name="color-scheme" content="light dark">' in page
    answer = reader.post("/appearance", {"appearance": "dark", "next": "/account"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    page = reader.get("/week").text
    assert 'media="screen"' in page
    assert '<meta name="color-scheme" content="dark">' in page
    reader.post("/appearance", {"appearance": "light"})
    page = reader.get("/week").text
    assert "dark.css" not in page
    assert '<meta name="color-scheme" content="light">' in page


def test_an_unknown_choice_and_a_foreign_form_change_nothing(app: Flask) -> None:
    browser = app.test_client()
    assert browser.post("/appearance", data={"appearance": "pink"}).headers.get("Set-Cookie") is None
    foreign = browser.post("/appearance", data={"appearance": "dark"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    away = browser.post("/appearance", data={"appearance": "dark", "next": "//example.org/"})
    assert away.headers["Location"] == "/"
    assert COOKIE in away.headers["Set-Cookie"]


@pytest.mark.parametrize("language", list(Language))
def test_the_manifest_can_be_installed(app: Flask, signed_in: Callable[..., Browser], language: Language) -> None:
    reader = signed_in(Role.VIEWER, locale=language)
    named = re.search(r'<link rel="manifest" href="([^"]+)">', reader.get("/").text)
    assert named is not None
    answer = app.test_client().get(named.group(1))
    assert answer.mimetype == "application/manifest+json"
    manifest = json.loads(answer.text)
    assert (manifest["lang"], manifest["start_url"], manifest["display"]) == (language, "/", "standalone")
    assert {one["purpose"] for one in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        picture = app.test_client().get(icon["src"])
        assert picture.mimetype == "image/png"
        assert "{}x{}".format(*Image.open(BytesIO(picture.data)).size) == icon["sizes"]
    assert "manifest-src 'self'" in reader.get("/").headers["Content-Security-Policy"]


def test_no_page_of_a_person_is_in_any_cache(signed_in: Callable[..., Browser], clock: Clock) -> None:
    reader = signed_in(Role.ADMIN)
    for path in ("/", "/calendar", "/week", "/tasks", "/account", "/administration/accounts", "/help", "/search?q=an"):
        assert reader.get(path).headers["Cache-Control"] == "no-store", path
    scripts = [path for path in STATIC.glob("*.js") if "serviceWorker" in path.read_text()]
    assert scripts == []
