"""The tour of the first day: shown to new accounts only, ticked by opening, ended for good."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import select
from werkzeug.test import TestResponse

from models.accounts import FirstDay, User
from models.database import Database
from models.vocabulary import Language, Role
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.settings import Settings
from service.web.help.manual import manual
from service.web.help.tour import STEPS
from tests.service.conftest import Clock
from tests.service.web.test_pages import Browser, signed_in

__all__ = ["signed_in"]

BOTH = pytest.mark.both_databases("the row of the tour is locked and written")


@pytest.fixture
def newcomer(app: Flask, database: Database, settings: Settings, clock: Clock) -> Callable[..., FlaskClient]:
    """The browser of an account that was just made."""

    def begin(role: Role = Role.OFFICER) -> FlaskClient:
        with database.transaction() as session:
            values = {"email": f"{role}@example.org", "name": "Lan", "role": role, "locale": Language.EN}
            user = accounts.create_user(session, ActionContext(None, clock.now, settings.office), values)
            secret = accounts.open_session(session, user, clock.now)
        browser = app.test_client()
        browser.set_cookie(app.extensions["desk"].session_cookie, secret)
        return browser

    return begin


def press(browser: FlaskClient, what: str) -> TestResponse:
    token = re.search(r'name="csrf" value="([^"]+)"', browser.get("/").text)
    assert token is not None
    return browser.post("/first-day", data={"csrf": token.group(1), "do": what})


def shown(browser: FlaskClient) -> list[str]:
    """The steps on the first page."""
    card = re.search(r'(?s)aria-labelledby="first-day".*?</section>', browser.get("/").text)
    return re.findall(r'name="do" value="(\w+)">', card[0]) if card is not None else []


@BOTH
def test_a_new_account_is_shown_the_steps_it_may_go(newcomer: Callable[..., FlaskClient]) -> None:
    assert shown(newcomer(Role.OFFICER)) == [*(step.name for step in STEPS), "end"]
    assert "plan" not in shown(newcomer(Role.VIEWER))


@BOTH
def test_a_step_leads_to_its_page_and_ticks_itself(newcomer: Callable[..., FlaskClient]) -> None:
    browser = newcomer()
    assert "✓" not in browser.get("/").text
    answer = press(browser, "subscribe")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/feeds?tour=subscribe#new")
    assert browser.get("/").text.count("✓ Done") == 1
    press(browser, "subscribe")
    press(browser, "help")
    assert browser.get("/").text.count("✓ Done") == 2


@BOTH
@pytest.mark.parametrize("role", [Role.OFFICER, Role.VIEWER])
def test_the_page_of_a_step_says_what_to_look_at_and_leads_on(newcomer: Callable[..., FlaskClient], role: Role) -> None:
    """From the first step to the last by the box alone: each page has the part that the step leads to."""
    browser, steps = newcomer(role), [one for one in STEPS if role.suffices_for(one.role)]
    wanted = steps[0].name
    for number, step in enumerate(steps, 1):
        address, _mark, anchor = press(browser, wanted).headers["Location"].partition("#")
        page = browser.get(address).text
        box = re.search(r'(?s)<aside class="notice tour-box".*?</aside>', page)
        assert box is not None
        assert f"Step {number} of {len(steps)}: {step.title}" in box[0]
        assert step.look in box[0]
        assert f'id="{anchor}"' in page
        wanted = re.findall(r'name="do" value="(\w+)">', box[0])[0]
    assert wanted == "end"
    press(browser, wanted)
    assert shown(browser) == []


def test_other_pages_and_readers_have_no_box(newcomer: Callable[..., FlaskClient], app: Flask) -> None:
    browser = newcomer()
    assert "tour-box" in browser.get("/calendar?tour=visit").text
    for address in ("/calendar", "/calendar?tour=moon", "/calendar?tour=help"):
        assert "tour-box" not in browser.get(address).text
    assert "tour-box" not in newcomer(Role.VIEWER).get("/agreements?tour=plan").text
    assert "tour-box" not in app.test_client().get("/help?tour=help").text


@BOTH
def test_it_is_ended_for_good_and_begun_again_from_the_help(newcomer: Callable[..., FlaskClient]) -> None:
    browser = newcomer()
    press(browser, "visit")
    press(browser, "end")
    assert shown(browser) == []
    press(browser, "visit")
    assert shown(browser) == []
    press(browser, "begin")
    assert len(shown(browser)) == len(STEPS) + 1
    assert "✓" not in browser.get("/").text


@BOTH
def test_an_account_from_before_sees_it_only_if_it_asks(signed_in: Callable[..., Browser], database: Database) -> None:
    reader = signed_in(Role.VIEWER)
    assert "first-day" not in reader.get("/").text
    with database.transaction(write=False) as session:
        assert session.exec(select(FirstDay)).first() is None
    assert 'value="begin"' in reader.get("/help").text


def test_unknown_steps_and_forms_of_others_are_refused(newcomer: Callable[..., FlaskClient]) -> None:
    browser = newcomer()
    assert press(browser, "moon").status_code == 409
    assert browser.post("/first-day", data={"do": "end"}).status_code == 403
    assert len(shown(browser)) == len(STEPS) + 1


@BOTH
def test_the_row_goes_with_its_account(newcomer: Callable[..., FlaskClient], database: Database) -> None:
    newcomer()
    with database.transaction() as session:
        for user in session.exec(select(User)).all():
            session.delete(user)
        session.flush()
        assert session.exec(select(FirstDay)).first() is None


@pytest.mark.parametrize("language", list(Language))
def test_steps_lead_to_paragraphs_that_are_there(language: Language) -> None:
    for step in STEPS:
        name, _mark, anchor = step.place.partition("#")
        chapter = manual(language).chapter(name)
        assert chapter is not None
        assert anchor in chapter.anchors
