"""The link that stops one of the office's mails: who may use it, what it changes, and what it never does."""

import threading
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from itsdangerous import URLSafeSerializer
from sqlmodel import col, select
from werkzeug.test import TestResponse

from models.accounts import Audit, User
from models.database import Database
from models.vocabulary import Language, ReminderPurpose, Role
from service.actions.accounts.mail_subscriptions import leaving_url
from service.runtime.logs import redact
from service.settings import Settings
from tests import factories
from tests.service.conftest import Caller
from tests.service.web.test_pages import Browser, words

WEEKLY, DIGEST = ReminderPurpose.WEEKLY, ReminderPurpose.DIGEST
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def browser(app: Flask) -> Browser:
    """Somebody who is not signed in."""
    return Browser(app.test_client())


@pytest.fixture
def reader(app: Flask, database: Database) -> User:
    with database.transaction() as session:
        return factories.make_user(session, Role.VIEWER, email="lan@example.org", locale=Language.EN)


Link = Callable[..., str]


@pytest.fixture
def link(settings: Settings, reader: User) -> Link:
    """The path of the link in the reader's mails."""

    def make(purpose: ReminderPurpose = WEEKLY, user_id: str = "") -> str:
        url = leaving_url(settings.office, settings.secret_key, user_id or reader.id, purpose)
        return url.removeprefix("https://desk.example.org")

    return make


def flags(database: Database) -> tuple[bool, bool]:
    with database.transaction(write=False) as session:
        user = session.exec(select(User).where(User.email == "lan@example.org")).one()
        return user.weekly_schedule, user.daily_digest


def trail(database: Database) -> list[tuple[str, dict[str, Any]]]:
    with database.transaction(write=False) as session:
        return [(row.action, row.changes) for row in session.exec(select(Audit).order_by(col(Audit.id)))]


def is_kept_quiet(answer: TestResponse) -> bool:
    return (answer.headers["X-Robots-Tag"], answer.headers["Referrer-Policy"]) == ("noindex", "no-referrer")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_following_the_link_changes_nothing(browser: Browser, database: Database, link: Link, method: str) -> None:
    answer = browser.open(method, link())
    assert answer.status_code == 200
    assert is_kept_quiet(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert flags(database) == (True, True)
    assert trail(database) == []


@pytest.mark.parametrize(("purpose", "after"), [(WEEKLY, (False, True)), (DIGEST, (True, False))])
def test_the_button_stops_that_mail_and_gets_it_back(
    browser: Browser, database: Database, link: Link, purpose: ReminderPurpose, after: tuple[bool, bool]
) -> None:
    path = link(purpose)
    assert "This mail goes to lan@example.org." in words(browser.get(path))
    stopped = browser.post(path, {"mails": "off"})
    assert (stopped.status_code, flags(database)) == (200, after)
    assert is_kept_quiet(stopped)
    assert "This mail no longer goes to lan@example.org." in words(stopped)
    assert 'value="on"' in stopped.text
    assert "This mail does not go to lan@example.org." in words(browser.get(path))
    back = browser.post(path, {"mails": "on"})
    assert (back.status_code, flags(database)) == (200, (True, True))
    assert "This mail goes to lan@example.org again." in words(back)


def test_one_click_of_a_mail_program(client: Any, database: Database, link: Link) -> None:
    """Without a cookie, without a token of a form, from anywhere. Source: RFC 8058 section 3.2."""
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "https://mail.example.com"}
    for body in ({"data": ONE_CLICK}, {"data": ONE_CLICK, "content_type": "multipart/form-data"}):
        answer = client.post(link(), headers=foreign, **body)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    assert flags(database) == (False, True)


@pytest.mark.both_databases("a JSON column is changed")
def test_each_change_has_one_row_in_the_trail_and_a_second_click_none(
    client: Any, database: Database, link: Link, reader: User
) -> None:
    for form in (ONE_CLICK, ONE_CLICK, {"mails": "on"}, {"mails": "on"}):
        client.post(link(), data=form)
    assert trail(database) == [
        ("unsubscribe", {"weekly_schedule": {"from": True, "to": False}}),
        ("resubscribe", {"weekly_schedule": {"from": False, "to": True}}),
    ]
    with database.transaction(write=False) as session:
        row = session.exec(select(Audit)).first()
    assert row is not None
    assert (row.actor_name, row.entity, row.entity_id) == ("lan@example.org", "user", reader.id)
    assert row.request_id


def test_several_clicks_at_once_are_one_change(app: Flask, database: Database, link: Link) -> None:
    path, answers = link(), []

    def click() -> None:
        answers.append(app.test_client().post(path, data=ONE_CLICK).status_code)

    threads = [threading.Thread(target=click) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 4
    assert [action for action, _changes in trail(database)] == ["unsubscribe"]


def signed(settings: Settings, value: Any, salt: str = "unsubscribe") -> str:
    """A token with the service's signature, for whatever value."""
    options = {"key_derivation": "hmac", "digest_method": sha256}
    return str(URLSafeSerializer(settings.secret_key, salt=salt, signer_kwargs=options).dumps(value))


def test_a_wrong_link_is_no_page(browser: Browser, database: Database, settings: Settings, reader: User) -> None:
    good = signed(settings, [reader.id, "weekly"])
    assert browser.get(f"/unsubscribe/{good}").status_code == 200, "the negative control: this one is right"
    other_key = leaving_url(settings.office, "another secret of the same length, no?", reader.id, WEEKLY)
    wrong = [
        "x",
        good[:-1],
        good.replace(".", "A.", 1),
        f"{good}\x00",
        other_key.rpartition("/")[2],
        signed(settings, [reader.id, "weekly"], salt="other"),
        signed(settings, [reader.id, "escalation"]),
        signed(settings, [reader.id, "nonsense"]),
        signed(settings, ["nobody", "weekly"]),
        signed(settings, [["a"], "weekly"]),
        signed(settings, [reader.id]),
        signed(settings, None),
        "." * 2000,
    ]
    for token in wrong:
        for method in ("GET", "POST"):
            answer = browser.open(method, f"/unsubscribe/{token}", {"mails": "off"} if method == "POST" else None)
            assert answer.status_code == 404, token
            assert is_kept_quiet(answer), token
    assert flags(database) == (True, True)


def test_an_account_that_is_disabled_has_no_page(browser: Browser, database: Database, link: Link) -> None:
    with database.transaction() as session:
        user = session.exec(select(User)).one()
        user.active = False
        session.add(user)
    assert browser.get(link()).status_code == 404
    assert browser.post(link(), ONE_CLICK).status_code == 404
    assert flags(database) == (True, True)


@pytest.mark.parametrize("language", list(Language))
def test_the_page_speaks_the_readers_language(
    browser: Browser, database: Database, link: Link, language: Language
) -> None:
    with database.transaction() as session:
        user = session.exec(select(User)).one()
        user.locale = language
        session.add(user)
    answer = browser.get(link(), Accept_Language="vi" if language is not Language.VI else "lo")
    assert answer.headers["Content-Language"] == language
    names = {"vi": "Lịch công tác tuần", "lo": "ຕາຕະລາງວຽກປະຈຳອາທິດ", "en": "Weekly schedule"}
    assert names[language] in words(answer)


def test_the_link_opens_nothing_else(browser: Browser, link: Link) -> None:
    """It is no sign-in: the page has none of an account's, and no cookie comes of it."""
    answer = browser.post(link(), {"mails": "off"})
    assert "Set-Cookie" not in answer.headers
    assert browser.get("/").status_code == 303


def test_logs_do_not_keep_the_link(link: Link) -> None:
    path = link()
    assert redact(f"GET {path}?x=1 200") == "GET /unsubscribe/…?x=1 200"


def test_administrators_switch_the_mails_of_others(admin: Caller, officer: Caller, database: Database) -> None:
    for name in ("weekly_schedule", "daily_digest"):
        answer = admin.patch(f"/users/{officer.user_id}", {name: False})
        assert (answer.status_code, answer.json[name]) == (200, False)
        assert admin.patch(f"/users/{officer.user_id}", {name: "maybe"}).status_code == 422
    assert officer.patch(f"/users/{officer.user_id}", {"daily_digest": True}, etag="x").status_code == 403
    made = admin.made("/users", {"email": "new@example.org", "role": "officer", "daily_digest": False})
    assert (made["weekly_schedule"], made["daily_digest"]) == (True, False)
