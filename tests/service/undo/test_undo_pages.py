"""Undo on pages: at once after a change, from the history, and on the list of what one did."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from models.accounts import User
from models.database import Database
from models.events import Event
from models.vocabulary import EventStatus, Language, ReminderPurpose, ReminderState, Role
from tests import factories
from tests.service.conftest import Clock
from tests.service.undo.test_undo_api import state
from tests.service.web.test_event_pages import fill_in
from tests.service.web.test_pages import Browser, count_queries, signed_in, words

__all__ = ["signed_in"]

pytestmark = pytest.mark.both_databases("reads the trail by request and by thing")


@pytest.fixture
def planner(database: Database) -> User:
    with database.transaction() as session:
        return factories.make_user(session, Role.OFFICER, locale=Language.EN)


@pytest.fixture
def browser(signed_in: Callable[..., Browser], planner: User) -> Browser:
    return signed_in(user=planner)


@pytest.fixture
def visit(database: Database) -> str:
    with database.transaction() as session:
        return f"/events/{factories.make_event(session, title={'en': 'Visit'}).id}"


def version(browser: Browser, path: str) -> str:
    found = re.search(r'name="version" value="([^"]+)"', browser.get(path).text)
    assert found
    return found[1]


def do(browser: Browser, path: str, **form: str) -> str:
    """Do something on an event's page; the address that tells of it."""
    answer = browser.send(path, version=version(browser, path), **form)
    assert answer.status_code == 303, words(answer)
    return answer.headers["Location"]


def button(browser: Browser, address: str) -> str:
    """Where the undo button that a page offers leads; empty if it offers none."""
    found = re.search(r'action="(/undo/[^"]+)"', browser.get(address).text)
    return unescape(found[1]) if found else ""


def press(browser: Browser, address: str) -> str:
    path = button(browser, address)
    assert path
    answer = browser.post(path, {"csrf": browser.csrf(address)})
    assert answer.status_code == 303, words(answer)
    return answer.headers["Location"]


def write(browser: Browser, visit: str, title: str) -> str:
    """Give the visit another title, as its form does."""
    answer = fill_in(browser, visit.split("/")[2], "facts", "facts", title__en=title)
    assert answer.status_code == 303, words(answer)
    return answer.headers["Location"]


def cancel(browser: Browser, visit: str) -> str:
    return do(browser, visit, do="step", to="cancelled", reason="Nhầm")


def status(database: Database, visit: str) -> EventStatus:
    with database.transaction() as session:
        return session.get_one(Event, visit.split("/")[2]).status


def test_a_wrong_cancellation_is_undone_where_it_is_told(browser: Browser, visit: str, database: Database) -> None:
    before = state(database)
    told = cancel(browser, visit)
    assert status(database, visit) is EventStatus.CANCELLED
    undone = press(browser, told)
    assert "It was undone." in words(browser.get(undone))
    assert state(database) == before
    assert button(browser, told) == "", "there is nothing to undo any more"
    # Undone too early: the same button does it again.
    assert "Do it again" in words(browser.get(undone))
    press(browser, undone)
    assert status(database, visit) is EventStatus.CANCELLED


def test_from_the_history_in_two_steps(browser: Browser, visit: str, database: Database) -> None:
    cancel(browser, visit)
    assert button(browser, visit) == ""
    assert "It was undone." in words(browser.get(press(browser, f"{visit}?show=history")))
    assert status(database, visit) is EventStatus.PLANNED
    assert "Undone" in words(browser.get(f"{visit}?show=history"))


def test_who_was_told_is_said_instead(browser: Browser, visit: str, database: Database, clock: Clock) -> None:
    told = cancel(browser, visit)
    with database.transaction() as session:
        event = session.get_one(Event, visit.split("/")[2])
        key = f"cancellation:{event.sequence}"
        values = {"purpose": ReminderPurpose.CANCELLATION, "rule_key": key, "state": ReminderState.SENT}
        factories.make_reminder(session, event, sent_at=clock.now, updated_at=clock.now, due_at=clock.now, **values)
    path = f"/undo/{told.split('undo=')[1].split('&')[0]}"
    assert button(browser, told) == ""
    assert "Already told" in words(browser.get(f"{visit}?show=history"))
    refused = browser.post(path, {"csrf": browser.csrf("/account")})
    assert refused.status_code == 409
    assert "have been told of this already" in words(refused)
    assert status(database, visit) is EventStatus.CANCELLED


def test_what_changed_since_is_named_as_the_form_names_it(
    browser: Browser, visit: str, signed_in: Callable[..., Browser]
) -> None:
    told = write(browser, visit, "Other")
    path = button(browser, told)
    other = signed_in(Role.ADMIN, email="boss@example.org")
    write(other, visit, "Third")
    assert button(browser, told) == ""
    refused = browser.post(path, {"csrf": browser.csrf("/account")})
    assert refused.status_code == 409
    assert "“Title” was changed since by boss@example.org" in words(refused)


def test_what_i_did(browser: Browser, visit: str, database: Database, signed_in: Callable[..., Browser]) -> None:
    cancel(browser, visit)
    page = words(browser.get("/changes"))
    assert "Status changed" in page
    assert "Visit" in page
    assert "There is nothing here." in words(signed_in(Role.ADMIN, locale=Language.EN).get("/changes"))
    undone = press(browser, "/changes")
    assert undone.startswith(visit)
    assert "Undone" in words(browser.get("/changes"))
    only = words(browser.get("/changes?show=undoable"))
    assert "Undone" not in only.replace("It was undone.", "")


def test_old_changes_are_not_listed(
    browser: Browser, visit: str, clock: Clock, signed_in: Callable[..., Browser], planner: User
) -> None:
    cancel(browser, visit)
    clock.move(days=7, seconds=1)
    browser = signed_in(user=planner)
    assert "There is nothing here." in words(browser.get("/changes"))


def test_as_many_queries_for_three_changes_as_for_one(browser: Browser, visit: str, database: Database) -> None:
    counted = []
    for number in range(3):
        write(browser, visit, f"Title {number}")
        if number != 1:
            counted.append(count_queries(database, lambda: browser.get("/changes")))
            counted.append(count_queries(database, lambda: browser.get(f"{visit}?show=history")))
    assert counted[:2] == counted[2:]


def test_somebody_elses_change(
    browser: Browser, visit: str, signed_in: Callable[..., Browser], database: Database
) -> None:
    told = cancel(browser, visit)
    path = button(browser, told)
    other = signed_in(Role.ADMIN)
    assert button(other, told) == button(other, f"{visit}?show=history") == ""
    assert other.post(path, {"csrf": other.csrf("/account")}).status_code == 403
    viewer = signed_in(Role.VIEWER)
    assert viewer.post(path, {"csrf": viewer.csrf("/account")}).status_code == 403
    assert browser.post(path).status_code == 403, "without the form's token nothing is done"
    assert status(database, visit) is EventStatus.CANCELLED
