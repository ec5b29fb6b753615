"""A session that ends while somebody types: the form is there again after signing in, for them alone."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlmodel import SQLModel, col, func, select
from werkzeug.test import TestResponse

from models.accounts import Audit
from models.database import Database
from models.event_parts import Task
from models.events import Event
from models.feeds import Feed
from models.places import Organisation
from models.vocabulary import EventStatus, Language, Role
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.http.front_door import KEPT_BODY
from service.settings import Settings
from service.web import kept_forms
from tests import factories
from tests.service.conftest import Clock
from tests.service.web.test_pages import Browser, words

PASSWORD = "mot hai ba bon nam"


@pytest.fixture
def typist(app: Flask, database: Database, settings: Settings, clock: Clock) -> Callable[..., Browser]:
    """Make an account with a password, and give a browser in which it has just signed in."""

    def make(email: str = "lan@example.org", role: Role = Role.ADMIN) -> Browser:
        with database.transaction() as session:
            act = ActionContext(None, clock.now, settings.office)
            values = {"email": email, "name": email, "role": role, "password": PASSWORD, "locale": Language.EN}
            accounts.create_user(session, act, values)
        reader = Browser(app.test_client())
        assert sign_in(reader, email).status_code == 303
        return reader

    return make


@pytest.fixture
def visit(database: Database) -> str:
    with database.transaction() as session:
        event = factories.make_event(session, title={"vi": "Đoàn cán bộ"}, headcount=12, status=EventStatus.PLANNED)
        factories.make_task(session, event, title={"vi": "Đặt phòng"})
        return event.id


def sign_in(reader: Browser, email: str, **more: str) -> TestResponse:
    return reader.post("/login", {"email": email, "password": PASSWORD, "next": "/"} | more)


def hidden(page: TestResponse, name: str) -> str:
    """A hidden field of a page; empty if it is not there."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    return html.unescape(found[1]) if found else ""


def again(reader: Browser, refused: TestResponse, email: str = "lan@example.org") -> TestResponse:
    """Sign in on the page that a form was answered with, and send what comes back as the browser does."""
    assert refused.status_code == 401
    between = sign_in(reader, email, kept=hidden(refused, "kept"), next=hidden(refused, "next"))
    assert between.status_code == 200
    action = re.search(r'<form method="post" action="([^"]*)" class="stack" data-again>', between.text)
    assert action
    form = {"csrf": hidden(between, "csrf"), "kept": hidden(between, "kept")}
    return reader.post(html.unescape(action[1]), form)


def counted(database: Database) -> list[int]:
    """How much there is of what forms make, and of what was done, sign-ins aside."""
    models: tuple[type[SQLModel], ...] = (Event, Task, Feed, Organisation)
    with database.transaction(write=False) as session:
        deeds = session.exec(select(func.count()).where(col(Audit.action) != "sign_in")).one()
        return [deeds, *(session.exec(select(func.count()).select_from(model)).one() for model in models)]


def facts_form(reader: Browser, visit: str) -> dict[str, str]:
    page = reader.get(f"/events/{visit}?edit=facts")
    return {"csrf": hidden(page, "csrf"), "version": hidden(page, "version"), "do": "facts", "row": ""}


@pytest.mark.both_databases("the page is tried out")
def test_what_was_typed_is_there_again_and_can_be_saved(
    typist: Callable[..., Browser], database: Database, clock: Clock, visit: str
) -> None:
    reader = typist()
    form = facts_form(reader, visit) | {"title.vi": "Đoàn “mới” <b>", "title.lo": "ຄະນະໃໝ່", "headcount": "14"}
    clock.move(hours=13)
    refused = reader.post(f"/events/{visit}?show=tasks", form)
    assert "what you typed is kept" in words(refused)
    assert "ຄະນະໃໝ່" not in refused.text, "it is sealed"
    page = again(reader, refused)
    assert page.status_code == 200
    assert "it is not saved yet" in words(page)
    assert 'value="Đoàn “mới” &lt;b&gt;"' in page.text
    assert 'value="ຄະນະໃໝ່"' in page.text
    with database.transaction(write=False) as session:
        assert session.get_one(Event, visit).headcount == 12
    assert reader.post(f"/events/{visit}", form | {"csrf": hidden(page, "csrf")}).status_code == 303
    with database.transaction(write=False) as session:
        event = session.get_one(Event, visit)
        assert (event.title["lo"], event.headcount) == ("ຄະນະໃໝ່", 14)


FORMS: dict[str, tuple[str, dict[str, str]]] = {
    "a step": ("/events/{visit}", {"do": "step", "to": "postponed", "version": "1", "reason": "Mưa lũ"}),
    "a task of a visit": ("/events/{visit}", {"do": "task", "task": "{task}", "done": "yes"}),
    "a new task": ("/events/{visit}", {"do": "add_task", "title.vi": "Mời phiên dịch", "anchor": "-arrival"}),
    "a task of the list": ("/tasks", {"do": "done", "task": "{task}"}),
    "a feed": ("/feeds", {"do": "create", "name": "Lịch", "locale": "vi", "visits": "yes", "token": "x" * 24}),
    "an organisation": ("/administration/organisations/new", {"name.vi": "Sở Mới", "locality": "hai-duong"}),
}  # fmt: skip
"""Forms that do something when they are sent."""


@pytest.mark.parametrize("name", FORMS)
def test_showing_a_form_again_does_nothing_of_it(
    typist: Callable[..., Browser], database: Database, clock: Clock, visit: str, name: str
) -> None:
    """Whatever it asked for; the same form sent by somebody who is signed in is done."""
    reader = typist()
    with database.transaction(write=False) as session:
        task = session.exec(select(Task.id)).one()
    path, fields = FORMS[name]
    path = path.format(visit=visit)
    form = {key: text.format(task=task) for key, text in fields.items()}
    form["csrf"] = reader.csrf(f"/events/{visit}")
    before = counted(database)
    clock.move(hours=13)
    page = again(reader, reader.post(path, form))
    assert page.status_code == 200
    assert "it is not saved yet" in words(page)
    assert counted(database) == before
    for typed in ("Mưa lũ", "Mời phiên dịch", "Sở Mới"):
        assert (typed in page.text) == (typed in fields.values())
    assert reader.post(path, form | {"csrf": reader.csrf(f"/events/{visit}")}).status_code in (200, 303)
    assert counted(database) != before


def test_nobody_else_gets_to_see_it(typist: Callable[..., Browser], clock: Clock, visit: str) -> None:
    reader, other = typist(), typist("other@example.org")
    form = facts_form(reader, visit) | {"title.vi": "Thư riêng"}
    clock.move(hours=13)
    refused = reader.post(f"/events/{visit}", form)
    kept = hidden(refused, "kept")
    # Another account signs in at the same browser.
    answer = sign_in(reader, "other@example.org", kept=kept, next=f"/events/{visit}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/events/{visit}")
    # Another account sends what it found in the page.
    assert sign_in(other, "other@example.org").status_code == 303
    sent = other.post(f"/events/{visit}", {"csrf": other.csrf(f"/events/{visit}"), "kept": kept})
    assert sent.status_code == 303
    assert "Thư riêng" not in other.get(sent.headers["Location"]).text


@pytest.mark.parametrize("wrong", ["late", "elsewhere", "forged", "foreign form"])
def test_what_is_too_old_forged_or_of_another_page_is_not_shown(
    typist: Callable[..., Browser], clock: Clock, visit: str, wrong: str
) -> None:
    reader = typist()
    form = facts_form(reader, visit) | {"title.vi": "Nội dung cũ"}
    clock.move(hours=13)
    kept, path = hidden(reader.post(f"/events/{visit}", form), "kept"), f"/events/{visit}"
    if wrong == "late":
        clock.move(hours=kept_forms.LIFETIME.total_seconds() / 3600 + 1)
    if wrong == "forged":
        kept = kept[:-9] + "AAAA" + kept[-5:]
    if wrong == "elsewhere":
        path = "/feeds"
    assert sign_in(reader, "lan@example.org").status_code == 303
    token = "0" * 96 if wrong == "foreign form" else reader.csrf(f"/events/{visit}")
    answer = reader.post(path, {"csrf": token, "kept": kept})
    assert answer.status_code == (403 if wrong == "foreign form" else 303)
    assert "Nội dung cũ" not in answer.text
    if wrong != "foreign form":
        assert answer.headers["Location"] == path


def lost(answer: TestResponse) -> bool:
    return answer.status_code == 303 and "lost=yes" in answer.headers["Location"] and "kept" not in answer.text


def test_what_is_not_kept_is_said(typist: Callable[..., Browser], app: Flask, clock: Clock, visit: str) -> None:
    """What another site sends, what comes from an unknown browser or from no page of ours, and what is too long."""
    reader, path = typist(), f"/events/{visit}"
    form = facts_form(reader, visit) | {"title.vi": "Của ai?"}
    clock.move(hours=13)
    assert reader.post(path, form).status_code == 401, "the control"
    assert lost(reader.post(path, form, Sec_Fetch_Site="cross-site"))
    assert lost(reader.post(path, form | {"csrf": form["csrf"][:64]}))
    assert lost(reader.post(path, form | {"csrf": ""}))
    unknown = Browser(app.test_client()).post(path, form)
    assert (unknown.status_code, unknown.headers["Location"]) == (303, f"/login?next={path}")
    noise = "".join(chr(0x4E00 + (number * 7919) % 20_000) for number in range(20_000))
    assert lost(reader.post(path, form | {"purpose.vi": noise}))
    told = reader.get(reader.post(path, form | {"csrf": ""}).headers["Location"])
    assert "could not be kept" in words(told)
    assert reader.get(path).headers["Location"] == f"/login?next=/events/{visit}", "nothing was typed, nothing is lost"


def test_passwords_are_not_kept(typist: Callable[..., Browser], clock: Clock, visit: str) -> None:
    reader = typist()
    csrf = reader.csrf(f"/events/{visit}")
    clock.move(hours=13)
    assert lost(reader.post("/account", {"csrf": csrf, "do": "password", "current": PASSWORD, "new": "x" * 20}))
    accounts_form = {"csrf": csrf, "email": "new@example.org", "name": "N", "password": "y" * 20}
    assert lost(reader.post("/administration/accounts/new", accounts_form))


def test_a_file_is_to_be_chosen_again(typist: Callable[..., Browser], clock: Clock, visit: str) -> None:
    from io import BytesIO

    reader = typist()
    csrf = reader.csrf(f"/events/{visit}")
    clock.move(hours=13)
    form: dict[str, Any] = {"csrf": csrf, "do": "look", "kind": "delegation", "file": (BytesIO(b"BEGIN"), "a.ics")}
    page = again(reader, reader.post("/events/import", form))
    assert "A file can’t be kept: choose it again." in words(page)


def test_a_wrong_password_loses_nothing(typist: Callable[..., Browser], clock: Clock, visit: str) -> None:
    reader = typist()
    form = facts_form(reader, visit) | {"title.vi": "Còn đây"}
    clock.move(hours=13)
    refused = reader.post(f"/events/{visit}", form)
    kept = hidden(refused, "kept")
    wrong = reader.post("/login", {"email": "lan@example.org", "password": "no", "kept": kept, "next": "/"})
    assert wrong.status_code == 401
    assert hidden(wrong, "kept") == kept
    assert 'value="Còn đây"' in again(reader, wrong).text


def test_it_fits_into_what_the_door_lets_in() -> None:
    assert kept_forms.MOST_SEALED * 1.1 + 32 * 1024 <= KEPT_BODY
