"""Passwords changed by their owner or set by an administrator, failed sign-ins and their limits, the trail of both."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from flask import Flask
from sqlmodel import col, select

from models.accounts import Audit, IdempotencyKey, LoginFailure, User
from models.database import Database
from models.vocabulary import Language, Role
from service.actions.accounts import accounts, credentials, login_throttling
from service.actions.context import ActionContext
from service.app import create_app
from service.http.app_context import AppContext
from service.settings import Settings
from tests.at_once import at_once
from tests.service.conftest import OWN_HASHER, OWN_NOBODY, Caller, Clock
from tests.service.web.test_pages import PASSWORD, SITE, Browser, account, browser, told, untranslated, words

__all__ = ["account", "browser"]

NEW = "vườn hoa buổi sáng"
OTHER = "tám chiếc thuyền giấy"


@pytest.fixture
def owner(app: Flask, account: User, database: Database, settings: Settings, clock: Clock) -> Caller:
    """The account with a password, calling with a token."""
    with database.transaction() as session:
        issued = accounts.issue_token(session, ActionContext(None, clock.now, settings.office), account, "phone")
        issued.row.last_used_at = clock.now
    return Caller(app.test_client(use_cookies=False), account.id, issued.secret, {"Accept-Language": "en"})


@pytest.fixture
def signed(app: Flask, account: User) -> Callable[..., Browser]:
    """Sign the account with a password in, each time in another browser."""

    def make(password: str = PASSWORD) -> Browser:
        found = Browser(app.test_client())
        found.post("/language", {"language": "en", "next": "/"})
        answer = found.post("/login", {"email": account.email, "password": password})
        assert answer.status_code == 303, answer.text
        return found

    return make


def secret_of(browser: Browser) -> str:
    cookie = browser.client.get_cookie("__Host-desk", domain="desk.example.org")
    assert cookie is not None
    return cookie.value


def trail(database: Database, **wanted: str) -> list[Audit]:
    with database.transaction(write=False) as session:
        statement = select(Audit).order_by(col(Audit.id))
        for name, value in wanted.items():
            statement = statement.where(getattr(Audit, name) == value)
        return list(session.exec(statement))


def change(who: Caller, current: str, new: str, **headers: str) -> Any:
    return who.post("/me/password", {"current": current, "new": new}, **headers)


# One's own password


def test_own_password_needs_the_present_one(owner: Caller, signed: Callable[..., Browser]) -> None:
    refused = change(owner, OTHER, NEW)
    assert (refused.status_code, set(refused.json["errors"])) == (422, {"current"})
    for new, problem in (("short", "12"), ("lanlanlan1990", "guess"), (PASSWORD, "have"), ("a" * 1001, "")):
        answer = change(owner, PASSWORD, new)
        assert (answer.status_code, set(answer.json["errors"])) == (422, {"new"}), new
        assert problem in answer.json["errors"]["new"][0]
    assert change(owner, PASSWORD, NEW).status_code == 204
    assert change(owner, PASSWORD, OTHER).status_code == 422
    signed(NEW)


def test_a_new_password_ends_all_browsers_and_no_token(owner: Caller, signed: Callable[..., Browser]) -> None:
    one, two = signed(), signed()
    assert change(owner, PASSWORD, NEW).status_code == 204
    assert [one.get("/").status_code, two.get("/").status_code] == [303, 303]
    assert owner.get("/me").status_code == 200


def test_the_browser_that_changes_the_password_stays_with_another_secret(
    app: Flask, signed: Callable[..., Browser]
) -> None:
    desk: AppContext = app.extensions["desk"]
    one, two = signed(), signed()
    before = secret_of(one)
    answer = one.client.post(
        "/api/v1/me/password",
        json={"current": PASSWORD, "new": NEW},
        headers={"X-CSRF-Token": desk.csrf_token(before)},
        base_url="https://desk.example.org",
    )
    assert answer.status_code == 204
    assert secret_of(one) != before
    assert one.get("/").status_code == 200
    assert two.get("/").status_code == 303
    one.client.set_cookie("__Host-desk", before, domain="desk.example.org", secure=True)
    assert one.get("/").status_code == 303


def test_page_changes_the_password(signed: Callable[..., Browser]) -> None:
    one, two = signed(), signed()
    before = secret_of(one)
    form = {"do": "password", "current": PASSWORD, "new": NEW, "again": NEW}
    for wrong, status in (
        ({"current": OTHER}, 422),
        ({"new": "short", "again": "short"}, 422),
        ({"again": OTHER}, 422),
    ):
        page = one.send("/account", **(form | wrong))
        assert page.status_code == status
        assert 'role="alert"' in page.text
        assert PASSWORD not in page.text
    answer = one.send("/account", **form)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account?done=password")
    assert secret_of(one) != before
    assert "The password was changed" in words(one.get("/account?done=password"))
    assert two.get("/").status_code == 303
    assert one.post("/account", form).status_code == 403  # without the form's token


def test_a_wrong_present_password_counts_like_a_failed_sign_in(
    owner: Caller, signed: Callable[..., Browser], database: Database, clock: Clock, browser: Browser
) -> None:
    page = signed()
    for _again in range(6):
        assert change(owner, OTHER, NEW, Idempotency_Key="k").status_code == 422
    for _again in range(4):
        assert page.send("/account", do="password", current=OTHER, new=NEW).status_code == 422
    refused = change(owner, PASSWORD, NEW)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "900")
    refused = page.send("/account", do="password", current=PASSWORD, new=NEW)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "900")
    assert browser.post("/login", {"email": "lan@example.org", "password": PASSWORD}).status_code == 429
    with database.transaction(write=False) as session:
        assert len(session.exec(select(LoginFailure)).all()) == 10
        assert session.exec(select(IdempotencyKey)).all() == []
    clock.move(minutes=15)
    assert change(owner, PASSWORD, NEW).status_code == 204


def test_an_account_without_a_password_has_none_to_change(officer: Caller) -> None:
    assert set(change(officer, "", NEW).json["errors"]) == {"current"}


# An administrator's reset


def test_a_password_set_by_somebody_else_must_be_changed_first(
    admin: Caller, owner: Caller, signed: Callable[..., Browser], account: User
) -> None:
    old = signed()
    assert owner.get("/me").json["must_change_password"] is False
    reset = admin.patch(f"/users/{account.id}", {"password": OTHER})
    assert reset.json["must_change_password"] is True
    assert old.get("/").headers["Location"].startswith("/login")
    assert owner.get("/me").json["must_change_password"] is True
    assert owner.get("/events").status_code == 200, "tokens go on working"
    page = signed(OTHER)
    for path in ("/", "/feeds", "/events/import"):
        assert page.get(path).headers["Location"] == "/account"
    assert page.post("/feeds", {"do": "create", "csrf": page.csrf("/account")}).headers["Location"] == "/account"
    assert page.get("/api/v1/events", Accept="application/json").json["code"] == "must_change_password"
    shown = words(page.get("/account"))
    assert "Somebody else chose your password" in shown
    assert "API tokens" not in shown.replace("API tokens and calendars", "")
    assert page.send("/account", do="token", name="x", scope="write").status_code == 403
    answer = page.send("/account", do="password", current=OTHER, new=NEW, again=NEW)
    assert answer.status_code == 303
    assert page.get("/").status_code == 200
    assert owner.get("/me").json["must_change_password"] is False


def test_api_with_a_cookie_takes_a_new_password_first(
    app: Flask, admin: Caller, signed: Callable[..., Browser], account: User
) -> None:
    desk: AppContext = app.extensions["desk"]
    assert admin.patch(f"/users/{account.id}", {"password": OTHER}).status_code == 200
    page = signed(OTHER)

    def call(method: str, path: str, body: Any = None) -> int:
        headers = {"X-CSRF-Token": desk.csrf_token(secret_of(page))}
        site = "https://desk.example.org"
        return page.client.open(f"/api/v1{path}", method=method, json=body, headers=headers, base_url=site).status_code

    assert [call("GET", "/me"), call("GET", "/tokens"), call("POST", "/tokens", {"name": "x"})] == [200, 403, 403]
    assert call("POST", "/me/password", {"current": OTHER, "new": NEW}) == 204
    assert [call("GET", "/me"), call("GET", "/tokens"), call("POST", "/tokens", {"name": "x"})] == [200, 200, 201]


def test_an_administrator_may_say_that_it_need_not_be_changed(admin: Caller, account: User) -> None:
    wish = {"password": OTHER, "must_change_password": False}
    assert admin.patch(f"/users/{account.id}", wish).json["must_change_password"] is False
    assert admin.patch(f"/users/{admin.user_id}", {"password": NEW}).json["must_change_password"] is False


def test_a_reset_password_is_held_against_the_accounts_own_words(admin: Caller, account: User) -> None:
    assert set(admin.patch(f"/users/{account.id}", {"password": "lan-lan-lan-1990"}).json["errors"]) == {"password"}
    wish = {"email": "duc.minh@example.org", "role": "viewer", "name": "Trần Đức Minh"}
    assert set(admin.post("/users", wish | {"password": "ducminh.tran12"}).json["errors"]) == {"password"}
    assert admin.post("/users", wish | {"password": "lan-lan-lan teapot"}).status_code == 201


# Failed sign-ins


def sign_in(browser: Browser, email: str, password: str = "x", address: str = "192.0.2.1") -> int:
    answer = browser.client.post(
        "/login",
        data={"email": email, "password": password},
        base_url="https://desk.example.org",
        environ_overrides={"REMOTE_ADDR": address},
    )
    if answer.status_code == 429:
        assert answer.headers["Retry-After"] == "900"
    return answer.status_code


def test_ten_failures_for_one_account_from_one_address(browser: Browser, account: User, clock: Clock) -> None:
    assert [sign_in(browser, account.email) for _ in range(11)] == [401] * 10 + [429]
    assert sign_in(browser, account.email, PASSWORD) == 429
    assert sign_in(browser, account.email, PASSWORD, "192.0.2.2") == 303, "nobody is locked out from elsewhere"
    clock.move(minutes=15)
    assert sign_in(browser, account.email, PASSWORD) == 303


def test_failures_under_a_clock_that_was_ahead_lock_nobody_out(browser: Browser, account: User, clock: Clock) -> None:
    clock.move(hours=7)
    assert [sign_in(browser, account.email) for _ in range(11)] == [401] * 10 + [429]
    clock.move(hours=-7)
    assert sign_in(browser, account.email, PASSWORD) == 303


def test_a_clock_that_is_put_back_a_little_gives_no_more_tries(browser: Browser, account: User, clock: Clock) -> None:
    assert [sign_in(browser, account.email) for _ in range(10)] == [401] * 10
    clock.move(seconds=-40)
    assert sign_in(browser, account.email, PASSWORD) == 429
    clock.move(minutes=16)
    assert sign_in(browser, account.email, PASSWORD) == 303


def test_passwords_are_hashed_as_dearly_as_owasp_asks() -> None:
    """Elsewhere in these tests they are cheap: what is counted and kept does not depend on it."""
    assert OWN_HASHER.time_cost >= 2
    assert OWN_HASHER.memory_cost >= 19 * 1024
    nobody = OWN_NOBODY.split("$")
    assert nobody[1] == "argon2id"
    assert nobody[3] == f"m={OWN_HASHER.memory_cost},t={OWN_HASHER.time_cost},p={OWN_HASHER.parallelism}"


def test_nobodys_hash_is_computed_like_one_that_was() -> None:
    """A hash that argon2 can't read would be refused at once, which tells that there is no such account."""
    assert extract_parameters(OWN_NOBODY) == extract_parameters(OWN_HASHER.hash(PASSWORD))
    with pytest.raises(VerifyMismatchError):
        OWN_HASHER.verify(OWN_NOBODY, PASSWORD)
    with pytest.raises(InvalidHashError):
        OWN_HASHER.verify(OWN_NOBODY.removeprefix("$argon2id"), PASSWORD)


@pytest.mark.both_databases("failures are counted by an upsert")
def test_a_hundred_failures_from_one_address_over_all_accounts(
    browser: Browser, account: User, clock: Clock, database: Database
) -> None:
    for number in range(login_throttling.MAX_FROM_ADDRESS):
        assert sign_in(browser, f"nobody{number}@example.org") == 401
    assert sign_in(browser, "somebody.else@example.org") == 429
    assert sign_in(browser, account.email, PASSWORD) == 429
    assert sign_in(browser, account.email, PASSWORD, "192.0.2.2") == 303
    assert [(row.entity, row.changes["address"]["to"]) for row in trail(database, action="sign_in_limit")] == [
        ("login_failure", "192.0.2.1")
    ]
    clock.move(minutes=15)
    assert sign_in(browser, account.email, PASSWORD) == 303


def test_without_the_wider_limit_spraying_goes_on(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_throttling, "MAX_FROM_ADDRESS", 10**9)
    assert {sign_in(browser, f"nobody{number}@example.org") for number in range(103)} == {401}


def test_many_at_once_get_no_further_than_one_by_one(app: Flask, account: User) -> None:
    def attempt() -> int:
        return sign_in(Browser(app.test_client()), account.email)

    assert sorted(at_once([attempt] * 16)) == [401] * 10 + [429] * 6


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("unknown", "unknown"),
        ("x" * 100, "x" * 64),
    ],
)
def test_what_one_machine_is_counted_by(address: str, counted: str) -> None:
    assert login_throttling.network_of(address) == counted


class Counting(PasswordHasher):
    """The hasher itself, which counts how often it was asked."""

    asked = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override] # noqa: A002
        self.asked += 1
        return bool(super().verify(hash, password))


def test_the_hasher_is_asked_for_unknown_known_and_disabled_accounts(
    browser: Browser, account: User, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasher = Counting()
    monkeypatch.setattr(credentials, "_hasher", hasher)
    sign_in(browser, "nobody@example.org")
    assert hasher.asked == 1
    sign_in(browser, account.email)
    assert hasher.asked == 2
    with database.transaction() as session:
        session.get_one(User, account.id).active = False
    sign_in(browser, account.email, PASSWORD)
    assert hasher.asked == 3
    with database.transaction() as session:
        session.get_one(User, account.id).password_hash = None
    sign_in(browser, account.email, PASSWORD)
    assert hasher.asked == 4


# The trail


@pytest.mark.both_databases("the trail's JSON")
def test_the_trail_tells_all_of_it_and_no_secret(
    admin: Caller, owner: Caller, signed: Callable[..., Browser], browser: Browser, account: User, database: Database
) -> None:
    signed()
    for _again in range(12):
        sign_in(browser, account.email, "a wrong but secret word", "192.0.2.9")
        sign_in(browser, "typed.my.password@here", "x", "192.0.2.9")
    change(owner, PASSWORD, NEW)
    admin.patch(f"/users/{account.id}", {"password": OTHER})
    admin.patch(f"/users/{account.id}", {"active": False})
    rows = [
        (row.action, row.entity_id, row.actor_id, row.changes) for row in trail(database)
        if row.entity in {"user", "login_failure"} and row.action != "create"
    ]  # fmt: skip
    fresh = {"password": {"from": None, "to": "new"}}
    limit = {"address": {"from": None, "to": "192.0.2.9"}}
    must = {"must_change_password": {"from": False, "to": True}}
    assert rows == [
        ("sign_in", account.id, account.id, {}),
        ("sign_in_limit", account.id, None, limit),
        ("sign_in_limit", "unknown", None, limit),
        ("change", account.id, account.id, fresh),
        ("change", account.id, admin.user_id, fresh | must),
        ("change", account.id, admin.user_id, {"active": {"from": True, "to": False}}),
    ]
    everything = str([row.model_dump() for row in trail(database)])
    for secret in (PASSWORD, NEW, OTHER, "secret word", "typed.my.password", "argon2", owner.token):
        assert secret not in everything
    with database.transaction(write=False) as session:
        failures = str([row.model_dump() for row in session.exec(select(LoginFailure))])
    assert "secret word" not in failures
    assert "typed.my.password" not in failures


# The page


@pytest.mark.parametrize("language", Language)
def test_account_page_speaks_the_readers_language(
    app: Flask, account: User, database: Database, signed: Callable[..., Browser], language: Language
) -> None:
    page = signed()
    page.post("/language", {"language": language.value, "next": "/account"})
    shown = [
        page.get("/account"),
        page.send("/account", do="token", name="Lan", scope="read", days="30"),
        page.get("/account?done=revoke"),
        page.get("/account?done=password"),
        page.send("/account", do="password", current=OTHER, new=NEW),
    ]
    with database.transaction() as session:
        session.get_one(User, account.id).must_change_password = True
    shown.append(page.get("/account"))
    assert [answer.status_code for answer in shown] == [200, 200, 200, 200, 422, 200]
    assert told("My account", language) in words(page.get("/account"))
    for answer in shown:
        assert f'<html lang="{language}">' in answer.text
        if language != "en":
            assert untranslated(words(answer)) == []


@pytest.mark.both_databases("tokens and sessions")
def test_page_makes_shows_once_and_revokes_tokens(
    signed: Callable[..., Browser], owner: Caller, admin: Caller, clock: Clock
) -> None:
    page = signed()
    assert page.send("/account", do="token", name="", scope="read").status_code == 422
    assert page.send("/account", do="token", name="x", scope="everything").status_code == 422
    made = page.send("/account", do="token", name="Bảng tin", scope="read", days="30")
    secret = made.text.split('class="address copied">')[1].split("<")[0]
    assert secret.startswith("desk_")
    shown = page.get("/account")
    assert secret not in shown.text
    for sentence in ("Read only", "Never used yet"):
        assert sentence in words(shown)
    rows = {token["name"]: token for token in owner.get("/tokens").json}
    assert (rows["Bảng tin"]["scope"], rows["Bảng tin"]["expires_at"][:10]) == ("read", "2026-12-22")
    reader = Caller(owner.client, owner.user_id, secret)
    assert reader.get("/me").status_code == 200
    assert reader.post("/people", {"name": "A"}).json["code"] == "token_scope"
    foreign = admin.made("/tokens", {"name": "other"})
    assert page.send("/account", do="revoke", token=foreign["id"]).status_code == 404
    answer = page.send("/account", do="revoke", token=rows["Bảng tin"]["id"])
    assert answer.headers["Location"] == "/account?done=revoke"
    assert reader.get("/me").status_code == 401


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_its_account_page_and_a_link_to_it(
    app: Flask, database: Database, settings: Settings, clock: Clock, role: Role
) -> None:
    with database.transaction() as session:
        values = {"email": "x@example.org", "role": role, "password": PASSWORD, "locale": Language.EN}
        accounts.create_user(session, ActionContext(None, clock.now, settings.office), values)
    page = Browser(app.test_client())
    assert page.post("/login", {"email": "x@example.org", "password": PASSWORD}).status_code == 303
    assert 'href="/account"' in page.get("/").text
    assert "My account" in words(page.get("/account"))
    assert Browser(app.test_client()).get("/account").headers["Location"] == "/login?next=/account"


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("proxies", "counted"), [(0, True), (1, False)])
def test_address_is_the_one_the_proxies_name(
    settings: Settings, app: Flask, database: Database, account: User, proxies: int, counted: bool
) -> None:
    """Without proxies nobody gets a fresh count by naming another address; behind one, others are not held up."""
    assert account.email
    made = create_app(replace(settings, proxies=proxies), database, app.extensions["desk"].clock)

    def fail(address: str) -> int:
        form = {"email": "lan@example.org", "password": "wrong wrong wrong"}
        headers = {"X-Forwarded-For": address, "Sec-Fetch-Site": "same-origin"}
        return made.test_client().post("/login", data=form, headers=headers, base_url=SITE).status_code

    assert [fail("192.0.2.1") for _ in range(11)][-1] == 429
    assert (fail("192.0.2.2") == 429) is counted
