"""Signing in through a login provider: a real one on this machine, honest first, then lying in every way."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from sqlmodel import select
from werkzeug.test import TestResponse

from models.accounts import Audit, SpentState, User, WebSession
from models.database import Database
from models.vocabulary import Language, Role
from service.actions.accounts import accounts
from service.actions.context import ActionContext
from service.http import oidc
from service.settings import BadSetting, Settings, load_settings
from tests.service.accounts.provider import CLIENT_ID, CLIENT_SECRET, ProviderServer
from tests.service.conftest import Clock
from tests.service.web.test_pages import PASSWORD, SITE, Browser, account, browser, told, untranslated, words

__all__ = ["account", "browser"]

BACK = "/login/provider/back"


@pytest.fixture
def provider(clock: Clock) -> Iterator[ProviderServer]:
    """A login provider that this office uses."""
    found = ProviderServer(clock, SITE + BACK)
    yield found
    found.stop()


@pytest.fixture
def settings(database_url: str, tmp_path: Path, provider: ProviderServer) -> Settings:
    """Settings of an office with a login provider."""
    return load_settings(
        {
            "DESK_DATABASE_URL": database_url,
            "DESK_VAR": str(tmp_path / "var"),
            "DESK_PUBLIC_URL": SITE,
            "DESK_SECRET_KEY": "a secret for tests, long enough to be one",
            "DESK_OIDC_ISSUER": provider.issuer,
            "DESK_OIDC_CLIENT_ID": CLIENT_ID,
            "DESK_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "DESK_OIDC_NAME": "Cổng tỉnh",
        }
    )


def there(browser: Browser, target: str = "/agreements") -> str:
    """To the provider, who signs in at once; the address it sends the browser back to, on this site."""
    answer = browser.get(f"/login/provider?next={target}")
    assert answer.status_code == 303, answer.text
    back = requests.get(answer.headers["Location"], allow_redirects=False, timeout=5)
    assert back.status_code == 302, back.text
    parts = urlsplit(back.headers["Location"])
    assert f"{parts.scheme}://{parts.netloc}" == SITE
    return f"{parts.path}?{parts.query}"


def there_and_back(browser: Browser, target: str = "/agreements") -> TestResponse:
    return browser.get(there(browser, target))


def sessions(database: Database) -> int:
    with database.transaction(write=False) as session:
        return len(session.exec(select(WebSession)).all())


def refused(answer: TestResponse, status: int, sentence: str, database: Database) -> None:
    """The sign-in page says why, the form for passwords is on it, and no session was opened."""
    assert answer.status_code == status, answer.text
    assert sentence in words(answer)
    assert 'name="password"' in answer.text
    assert sessions(database) == 0


BROKEN = "This sign-in could not be completed"
AWAY = "The login service does not answer"


def test_an_account_with_the_verified_address_gets_in(
    browser: Browser, account: User, provider: ProviderServer, database: Database
) -> None:
    page = browser.get("/login?next=/agreements")
    assert 'href="/login/provider?next=/agreements"' in page.text
    assert "Cổng tỉnh" in words(page)
    provider.person["email"] = "LAN@Example.org"
    answer = there_and_back(browser)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/agreements")
    cookies = answer.headers.getlist("Set-Cookie")
    session_cookie = next(text for text in cookies if text.startswith("__Host-desk="))
    for part in ("; Secure", "; HttpOnly", "; Path=/", "; SameSite=Lax"):
        assert part in session_cookie
    assert any(text.startswith("__Host-desk-oidc=;") for text in cookies), "the journey's cookie is taken away"
    page = browser.get("/agreements")
    assert page.status_code == 200
    assert '<html lang="lo">' in page.text
    with database.transaction(write=False) as session:
        trail = session.exec(select(Audit).where(Audit.action == "sign_in")).one()
    assert (trail.actor_id, trail.changes) == (account.id, {"by": {"from": None, "to": "provider"}})


def test_every_journey_has_its_own_state_nonce_and_challenge(
    browser: Browser, account: User, provider: ProviderServer
) -> None:
    for _again in range(3):
        there(browser)
    for name in ("state", "nonce", "code_challenge"):
        values = {query[name] for query in provider.asked}
        assert len(values) == 3
        assert all(len(value) == 43 for value in values)


def test_an_address_told_only_as_user_info_counts(browser: Browser, account: User, provider: ProviderServer) -> None:
    provider.lies.address_in_user_info_only = True
    assert there_and_back(browser).status_code == 303


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"nonce": "of another journey"}},
        {"claims": {"nonce": None}},
        {"claims": {"aud": "another-client"}},
        {"claims": {"aud": ["another-client", CLIENT_ID], "azp": "another-client"}},
        {"claims": {"aud": None}},
        {"claims": {"iss": "https://other.example.org"}},
        {"claims": {"iss": None}},
        {"claims": {"exp": 1_000_000_000}},
        {"claims": {"exp": None}},
        {"claims": {"exp": "soon"}},
        {"claims": {"sub": None}},
        {"claims": {"at_hash": "of another token"}},
        {"foreign_key": True},
        {"unsigned": True},
        {"shared_secret": True},
        {"address_in_user_info_only": True, "foreign_user_info": True},
    ],
)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_what_does_not_hold_opens_nothing(
    browser: Browser, account: User, provider: ProviderServer, database: Database, lie: dict[str, Any]
) -> None:
    browser.language = "en"
    for name, value in lie.items():
        setattr(provider.lies, name, value)
    refused(there_and_back(browser), 400, BROKEN, database)


@pytest.mark.both_databases("a state is spent once, in a savepoint")
def test_without_the_check_of_the_nonce_a_foreign_token_would_do(
    browser: Browser, account: User, provider: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from authlib.oidc.core import IDToken

    provider.lies.claims = {"nonce": "of another journey"}
    monkeypatch.setattr(IDToken, "validate_nonce", lambda self: None)
    assert there_and_back(browser).status_code == 303


def test_a_token_that_ended_while_somebody_waited(
    browser: Browser, account: User, provider: ProviderServer, clock: Clock, database: Database
) -> None:
    browser.language = "en"
    provider.lies.claims = {"exp": int(clock.now.timestamp()) - oidc.LEEWAY_SECONDS - 1}
    refused(there_and_back(browser), 400, BROKEN, database)
    provider.lies.claims = {"exp": int(clock.now.timestamp()) - oidc.LEEWAY_SECONDS + 5}
    assert there_and_back(browser).status_code == 303


def test_a_state_opens_one_session(
    browser: Browser, account: User, provider: ProviderServer, database: Database, clock: Clock
) -> None:
    browser.post("/language", {"language": "en", "next": "/"})
    provider.lies.codes_live_on = True
    back = there(browser)
    kept = browser.client.get_cookie("__Host-desk-oidc", domain="desk.example.org")
    assert kept is not None
    assert browser.get(back).status_code == 303
    browser.client.delete_cookie("__Host-desk", domain="desk.example.org", path="/")
    with database.transaction() as session:
        accounts.end_sessions(session, session.get_one(User, account.id))
    refused(browser.get(back), 400, BROKEN, database)
    browser.client.set_cookie("__Host-desk-oidc", kept.value, domain="desk.example.org", secure=True)
    refused(browser.get(back), 400, BROKEN, database)
    with database.transaction() as session:  # the guard taken away
        session.delete(session.exec(select(SpentState)).one())
    browser.client.set_cookie("__Host-desk-oidc", kept.value, domain="desk.example.org", secure=True)
    assert browser.get(back).status_code == 303


def test_a_code_brought_by_another_browser_opens_nothing(
    app: Flask, browser: Browser, account: User, provider: ProviderServer, database: Database
) -> None:
    back = there(browser)
    victim = Browser(app.test_client(), "en")
    refused(victim.get(back), 400, BROKEN, database)
    there(victim)  # a journey of its own does not help
    refused(victim.get(back), 400, BROKEN, database)
    assert browser.get(back).status_code == 303


def test_a_journey_takes_ten_minutes_at_most(
    browser: Browser, account: User, provider: ProviderServer, database: Database, clock: Clock
) -> None:
    browser.language = "en"
    back = there(browser)
    clock.move(minutes=10)
    refused(browser.get(back), 400, BROKEN, database)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("change", ["&iss=https://other.example.org", "&error=access_denied", "no code", "no state"])
def test_an_answer_that_is_not_one_opens_nothing(
    browser: Browser, account: User, provider: ProviderServer, database: Database, change: str
) -> None:
    browser.language = "en"
    back = there(browser)
    path, _mark, query = back.partition("?")
    parts = dict(part.split("=", 1) for part in query.split("&"))
    if change.startswith("no "):
        del parts[change[3:]]
    else:
        name, _equals, value = change[1:].partition("=")
        parts[name] = value
    refused(
        browser.get(f"{path}?{'&'.join(f'{name}={value}' for name, value in parts.items())}"), 400, BROKEN, database
    )


@pytest.mark.parametrize("is_verified", [False, None, "true", 1])
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_an_address_nobody_made_sure_of_opens_nothing(
    browser: Browser, account: User, provider: ProviderServer, database: Database, is_verified: Any
) -> None:
    browser.language = "en"
    provider.lies.claims = {"email_verified": is_verified}
    refused(there_and_back(browser), 403, "has not confirmed your e-mail address", database)


def test_an_unknown_or_disabled_account_is_told_so_and_never_made(
    browser: Browser, account: User, provider: ProviderServer, database: Database
) -> None:
    browser.language = "en"
    for email in ("nam@example.org", "", None, 5, "lan@example.org\r\nx"):
        provider.lies.claims = {"email": email}
        if email is None:
            provider.lies.claims["email_verified"] = True
            provider.person["email"] = "nam@example.org"
        refused(there_and_back(browser), 403, "There is no active account for this address here", database)
    provider.lies.claims = {"email": "lan@example.org"}
    with database.transaction() as session:
        session.get_one(User, account.id).active = False
    refused(there_and_back(browser), 403, "There is no active account for this address here", database)
    with database.transaction(write=False) as session:
        assert len(session.exec(select(User)).all()) == 1


def test_a_provider_that_is_away_is_told_and_passwords_go_on(
    browser: Browser, account: User, provider: ProviderServer, database: Database
) -> None:
    browser.language = "en"
    back = there(browser)
    provider.stop()
    refused(browser.get("/login/provider?next=/agreements"), 503, AWAY, database)
    refused(browser.get(back), 400, BROKEN, database)  # the failed start took its cookie away
    assert browser.post("/login", {"email": account.email, "password": PASSWORD}).status_code == 303


def test_a_provider_that_goes_away_meanwhile_is_told(
    browser: Browser, account: User, provider: ProviderServer, database: Database
) -> None:
    browser.language = "en"
    back = there(browser)
    provider.stop()
    refused(browser.get(back), 503, AWAY, database)


def test_a_provider_that_is_somebody_else_is_not_asked(
    browser: Browser, account: User, provider: ProviderServer, database: Database
) -> None:
    browser.language = "en"
    provider.lies.other_issuer = True
    refused(browser.get("/login/provider"), 503, AWAY, database)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/%5Cevil.example", "/login/provider", "javascript:alert(1)"]
)
def test_the_way_back_leads_nowhere_else(
    browser: Browser, account: User, provider: ProviderServer, target: str
) -> None:
    assert there_and_back(browser, target).headers["Location"] == "/"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_refusals_speak_the_readers_language(
    browser: Browser, account: User, provider: ProviderServer, language: Language
) -> None:
    browser.language = language.value
    assert told("Sign in with {name}", language, name="Cổng tỉnh") in words(browser.get("/login"))
    shown = [browser.get(BACK)]
    provider.lies.claims = {"email_verified": False}
    shown.append(there_and_back(browser))
    provider.lies.claims = {"email": "nam@example.org"}
    shown.append(there_and_back(browser))
    provider.stop()
    shown.append(browser.get("/login/provider"))
    for page in shown:
        assert f'<html lang="{language}">' in page.text
        if language != "en":
            assert untranslated(words(page)) == []


def test_a_session_open_before_is_closed(
    browser: Browser, account: User, provider: ProviderServer, database: Database, settings: Settings, clock: Clock
) -> None:
    with database.transaction() as session:
        values = {"email": "nam@example.org", "role": Role.VIEWER, "password": "vườn hoa buổi sáng"}
        accounts.create_user(session, ActionContext(None, clock.now, settings.office), values)
    assert browser.post("/login", {"email": "nam@example.org", "password": "vườn hoa buổi sáng"}).status_code == 303
    assert there_and_back(browser).status_code == 303
    assert sessions(database) == 1
    assert "Lan" in words(browser.get("/account"))


# Settings

GOOD = {
    "DESK_OIDC_ISSUER": "https://login.example.org/realms/office",
    "DESK_OIDC_CLIENT_ID": CLIENT_ID,
    "DESK_OIDC_CLIENT_SECRET": CLIENT_SECRET,
}


def test_without_settings_there_is_no_button_and_no_address(
    browser: Browser, app: Flask, database: Database, clock: Clock, settings: Settings
) -> None:
    from dataclasses import replace

    from service.http.app_context import AppContext

    app.extensions["desk"] = AppContext(replace(settings, login_provider=None), database, clock)
    assert "/login/provider" not in browser.get("/login").text
    assert browser.get("/login/provider").status_code == 404
    assert browser.get(BACK).status_code == 404


def test_settings_name_the_provider_and_hide_its_secret(tmp_path: Path) -> None:
    found = load_settings(GOOD | {"DESK_VAR": str(tmp_path)})
    assert found.login_provider is not None
    assert found.login_provider.name == "login.example.org"
    assert CLIENT_SECRET not in repr(found)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DESK_OIDC_ISSUER", ""),
        ("DESK_OIDC_ISSUER", "login.example.org"),
        ("DESK_OIDC_ISSUER", "http://login.example.org"),
        ("DESK_OIDC_ISSUER", "https://me:secret@login.example.org"),
        ("DESK_OIDC_ISSUER", "https://login.example.org/?a=b"),
        ("DESK_OIDC_ISSUER", "https://[login"),
        ("DESK_OIDC_CLIENT_ID", ""),
        ("DESK_OIDC_CLIENT_SECRET", ""),
        ("DESK_OIDC_CLIENT_SECRET", "a\nb"),
        ("DESK_OIDC_NAME", "x" * 61),
    ],
)
def test_a_bad_setting_of_the_provider_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(BadSetting) as wrong:
        load_settings(GOOD | {"DESK_VAR": str(tmp_path), name: value})
    assert str(wrong.value).startswith(f"{name}=")
    assert "must" in str(wrong.value)
    assert "secret@" not in str(wrong.value)
    assert "a\nb" not in str(wrong.value)


def test_a_trip_is_told_by_its_secret_alone() -> None:
    one, same, other = (
        oidc.LoginRoundTrip("k" * 40, "a"),
        oidc.LoginRoundTrip("k" * 40, "a"),
        oidc.LoginRoundTrip("k" * 40, "b"),
    )
    read: Callable[[oidc.LoginRoundTrip], tuple[str, str, str]] = lambda trip: (trip.state, trip.nonce, trip.verifier)  # noqa: E731
    assert read(one) == read(same)
    assert len({*read(one), *read(other)}) == 6
