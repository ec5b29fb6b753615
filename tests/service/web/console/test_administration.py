"""An administrator at work in a real browser: an account, a rule, a room and a day off, in each language."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from models.accounts import User
from models.database import Database
from models.i18n import NP_, translate
from models.vocabulary import Role
from tests import factories
from tests.service.web.console.conftest import LANGUAGES, Visit


def _save(page: Page, language: str, sentence: str) -> None:
    page.get_by_role("button", name=translate(sentence, language), exact=True).press("Enter")
    expect(page.get_by_role("status")).to_contain_text(translate("It was made.", language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_administrator_makes_what_is_needed(visit: Visit, language: str) -> None:
    page = visit(Role.ADMIN, language)

    def fill(label: str, text: str) -> None:
        page.get_by_label(translate(label, language), exact=True).fill(text)

    def choose(label: str, word: str) -> None:
        page.get_by_label(translate(label, language), exact=True).select_option(word)

    page.goto("/administration")
    page.get_by_role("link", name=translate("Accounts", language), exact=True).press("Enter")
    page.get_by_role("link", name=translate("Make an account", language)).press("Enter")
    fill(NP_("of a person", "Name"), "Khamla")
    fill("E-mail address", "khamla@example.org")
    fill("First password", "ba con voi di choi xa")
    _save(page, language, "Make an account")

    page.goto("/administration/rules/new")
    page.get_by_label("Tiếng Việt").fill("Nhắc đón đoàn")
    fill("How long", "14")
    fill("At what time", "08:00")
    page.get_by_label(translate("the people on its list", language), exact=True).check()
    _save(page, language, "Make a rule")
    expect(page.locator("main")).to_contain_text("08:00")

    page.goto("/administration/resources/new")
    page.locator("#name").get_by_label("English").fill("Hall B")
    fill("Seats or beds", "120")
    _save(page, language, "Add something that can be booked")

    page.goto("/administration/holidays/new")
    page.get_by_label("Tiếng Việt").fill("Nghỉ bù")
    fill("First day", "2027-03-11")
    fill("Source", "QĐ 1")
    choose("Country", "LA")
    _save(page, language, "Add a day")
    page.goto("/administration/holidays?year=2027")
    expect(page.get_by_role("table")).to_contain_text("Nghỉ bù")


def test_what_may_only_be_read_looks_like_it(visit: Visit, database: Database, account: Callable[..., User]) -> None:
    """The form of somebody else's rule: no box that looks as if one could type into it."""
    with database.transaction() as session:
        rule = factories.make_rule(session, organisation_id=factories.make_organisation(session).id).id
        elsewhere = factories.make_organisation(session).id
    stranger = account(Role.OFFICER, organisation_id=elsewhere)
    own, others = visit(Role.ADMIN, "vi"), visit(Role.OFFICER, "vi", user=stranger)
    looks = "all => all.map((one) => { const s = getComputedStyle(one); return s.borderTopStyle + s.backgroundColor; })"
    boxes = "main form input:not([type=hidden]):not([type=checkbox]), main form select"
    found = {}
    for name, page in (("own", own), ("others", others)):
        page.goto(f"/administration/rules/{rule}")
        found[name] = set(page.locator(boxes).evaluate_all(looks))
    assert found["own"]
    assert found["others"]
    assert found["own"].isdisjoint(found["others"])
    assert others.locator("main form :enabled:not([type=hidden])").count() == 0
