"""What holds on every page of the console: nobody is kept out, nothing runs over, the language is the reader's."""

import pytest

from models.vocabulary import Role
from tests.service.console.conftest import LANGUAGES, Visit, barriers, is_wider_than_the_screen, picture

PAGES = {"coming": "/", "tasks": "/tasks", "agreements": "/agreements", "resources": "/resources", "feeds": "/feeds"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_page_keeps_nobody_out(visit: Visit, language: str, size: str) -> None:
    page = visit(Role.ADMIN, language, size)
    found = {}
    for name, path in PAGES.items():
        page.goto(path)
        picture(page, f"{name}-{language}-{size}")
        if wrong := barriers(page):
            found[name] = wrong
        if is_wider_than_the_screen(page):
            found[f"{name} is wider than the screen"] = []
    assert found == {}
