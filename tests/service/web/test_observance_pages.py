"""Where pages show observances: the calendars, the first page, and the administration."""

from collections.abc import Callable

import pytest

from models.vocabulary import Role
from tests.service.conftest import Caller
from tests.service.scheduling.test_observances_api import NATIONAL_DAY
from tests.service.web.test_pages import Browser, browser, signed_in, words

__all__ = ["browser", "signed_in"]


@pytest.mark.parametrize("view", ["month", "week", "day"])
def test_calendars_show_the_day(officer: Caller, signed_in: Callable[..., Browser], view: str) -> None:
    officer.made("/observances", NATIONAL_DAY | {"recurs": {"calendar": "solar", "month": 12, "day": 9}})
    browser = signed_in(Role.VIEWER)
    assert "Quốc khánh Lào" in words(browser.get(f"/calendar?view={view}&day=2026-12-09"))
    assert "Quốc khánh Lào" not in words(browser.get(f"/calendar?view={view}&day=2026-10-09"))


def test_the_first_page_says_when_greetings_go_out(officer: Caller, signed_in: Callable[..., Browser]) -> None:
    soon = officer.made("/observances", NATIONAL_DAY)  # in ten days
    officer.made("/observances", NATIONAL_DAY | {"name": {"vi": "Tết Lào"}, "recurs": {"festival": "pi_mai"}})
    browser = signed_in(Role.VIEWER)
    page = words(browser.get("/"))
    assert "Quốc khánh Lào" in page
    assert "10 ngày" in page
    assert "Tết Lào" not in page
    officer.patch(f"/observances/{soon['id']}", {"greets": False})
    assert "Quốc khánh Lào" not in words(browser.get("/"))


def test_the_page_lists_the_coming_year(officer: Caller, signed_in: Callable[..., Browser]) -> None:
    officer.made("/observances", NATIONAL_DAY)
    page = words(signed_in(Role.OFFICER).get("/administration/observances"))
    assert "51" in page


def test_two_owners_are_refused_in_the_words_of_the_page(signed_in: Callable[..., Browser]) -> None:
    browser = signed_in(Role.ADMIN)
    form = {
        "name.vi": "Quốc khánh Lào", "country": "LA", "locality": "hai-duong", "organisation_id": "", "recurs": "solar",
        "recurs_month": "12", "recurs_day": "2", "since_year": "", "greets": "yes", "source": "",
    }  # fmt: skip
    answer = browser.send("/administration/observances/new", do="save", **form)
    assert answer.status_code == 422
    assert words(answer).count("Xin điền một trong ba: nước, địa phương, cơ quan.") >= 2
    assert "organisation_id;" not in words(answer)
    assert "null" not in words(answer)
