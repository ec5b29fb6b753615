"""The calendar and the week's sheet in a browser: seen in three languages, walked by keyboard, printed."""

import pytest

from models.vocabulary import Role
from tests.service.console.conftest import LANGUAGES, Visit, barriers, is_wider_than_the_screen, picture

VIEWS = {
    "month": "/calendar?day=2027-03-10",
    "week": "/calendar?view=week&day=2027-03-10",
    "day": "/calendar?view=day&day=2027-03-10",
    "year": "/calendar?view=year&day=2027-03-10",
    "year-organisations": "/calendar?view=year&day=2027-03-10&lanes=organisation",
    "sheet": "/week?day=2027-03-10",
}


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_every_view_keeps_nobody_out(visit: Visit, size: str) -> None:
    found = {}
    for language in LANGUAGES:
        page = visit(Role.OFFICER, language, size)
        for name, path in VIEWS.items():
            page.goto(path)
            picture(page, f"{name}-{language}-{size}")
            if wrong := barriers(page):
                found[f"{name} {language}"] = wrong
            if is_wider_than_the_screen(page):
                found[f"{name} {language} is wider than the screen"] = []
    assert found == {}
