"""An officer enters an agreement and its promises, finds them by words, plans a ceremony; in each language."""

import re

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from models.agreements import Agreement
from models.database import Database
from models.events import Event
from models.i18n import translate
from models.vocabulary import EventKind, Role
from tests.service.web.console.conftest import LANGUAGES, Visit, barriers, is_wider_than_the_screen, picture


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_document_to_the_board_and_found_again(visit: Visit, database: Database, language: str) -> None:
    page = visit(Role.OFFICER, language)

    def say(sentence: str, **values: object) -> str:
        return translate(sentence, language, **values)

    def fill(label: str, text: str, index: int = 0) -> None:
        page.get_by_label(say(label), exact=True).nth(index).fill(text)

    page.goto("/agreements")
    page.get_by_role("link", name=say("Add an agreement")).press("Enter")
    picture(page, f"agreement-form-{language}")
    page.locator("#title").get_by_label("Tiếng Việt").fill("Thỏa thuận Huế – Xê Kông 2027–2031")
    parties = page.get_by_role("group", name=say("Parties"))
    for code in ("hai-duong", "vientiane-province"):
        parties.locator(f'input[value="{code}"]').press("Space")
    fill("First day of the period", "2027-01-01")
    page.get_by_role("button", name=say("Add an agreement")).press("Enter")
    # The last day was forgotten: it is asked for, and the rest stands there still.
    expect(page.get_by_role("alert")).to_contain_text(say("Last day of the period"))
    assert barriers(page) == []
    fill("Last day of the period", "2031-12-31")
    page.get_by_role("button", name=say("Add an agreement")).press("Enter")
    expect(page.get_by_role("status")).to_contain_text(say("It was made."))
    with database.transaction(write=False) as session:
        found = session.exec(select(Agreement)).all()
        agreement = next(one for one in found if one.title.get("vi", "").startswith("Thỏa thuận Huế"))

    page.goto(f"/agreements/{agreement.id}")
    page.get_by_role("link", name=say("Add a commitment")).press("Enter")
    fill("Article", "3a")
    page.locator("#field").get_by_label("Tiếng Việt").fill("Y tế")
    page.locator("#title").get_by_label("Tiếng Việt").fill("Trao đổi bác sĩ phẫu thuật")
    page.get_by_label(say("How often"), exact=True).select_option("every")
    fill("At least so many years apart", "2")
    picture(page, f"commitment-form-{language}")
    page.get_by_role("button", name=say("Add a commitment")).press("Enter")
    expect(page.get_by_role("status")).to_contain_text(say("It was made."))
    page.goto(f"/agreements/{agreement.id}")
    expect(page.locator("table.board")).to_contain_text("Trao đổi bác sĩ phẫu thuật")
    expect(page.locator("table.board")).to_contain_text(say("Article {number}", number="3a"))

    page.goto("/tasks")
    page.get_by_label(say("Words to search for")).fill("phau thuat bac si")
    page.get_by_label(say("Words to search for")).press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    picture(page, f"search-{language}")
    assert barriers(page) == []
    page.get_by_role("link", name="Trao đổi bác sĩ phẫu thuật").press("Enter")
    expect(page).to_have_url(re.compile(rf"/agreements/{agreement.id}#commitment-"))


def test_a_ceremony_is_planned_where_it_comes_round(visit: Visit, database: Database) -> None:
    """Of the same anniversary in three languages, another year each."""
    for language in LANGUAGES:
        page = visit(Role.OFFICER, language)
        page.goto("/anniversaries")
        picture(page, f"anniversaries-{language}")
        first = page.get_by_role("link", name=re.compile(re.escape(translate("Plan its ceremony", language)))).first
        first.press("Enter")
        expect(page.get_by_label(re.compile("^Tiếng Việt"))).not_to_have_count(0)
        page.get_by_label(re.compile("^Tiếng Việt")).first.fill("Lễ kỷ niệm long trọng")
        day = page.locator('input[name="first_day"]')
        if not day.input_value():
            day.fill(str(day.get_attribute("max")))
        page.get_by_role("button", name=translate("Enter it", language), exact=True).press("Enter")
        expect(page).to_have_url(re.compile("/events/"))
    with database.transaction(write=False) as session:
        made = session.exec(select(Event).where(Event.kind == EventKind.ANNIVERSARY)).all()
        mine = [one for one in made if one.title.get("vi") == "Lễ kỷ niệm long trọng"]
        assert len({(one.anniversary_id, one.year) for one in mine}) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_telephones_show_all_of_it(visit: Visit, language: str) -> None:
    page = visit(Role.OFFICER, language, "phone")
    for name, path in {
        "search": "/search?q=vieng chan",
        "anniversaries": "/anniversaries",
        "agreements": "/administration/agreements",
        "commitment": "/administration/commitments/new",
    }.items():
        page.goto(path)
        picture(page, f"{name}-{language}-phone")
        assert not is_wider_than_the_screen(page)
        assert barriers(page) == []
