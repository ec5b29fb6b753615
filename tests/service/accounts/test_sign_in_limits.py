"""Passwords checked outside transactions, few at once; browsers that are known when strangers lock an address out."""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlmodel import func, select

from models.accounts import LoginFailure, User
from models.database import Database, in_transaction
from models.vocabulary import Role
from service.actions import outside
from service.actions.accounts import accounts, credentials, known_browsers, login_throttling
from service.actions.context import ActionContext
from service.http.app_context import AppContext
from tests.at_once import at_once
from tests.service.accounts.test_accounts import NEW, OTHER, owner, sign_in, signed, trail
from tests.service.conftest import Caller, Clock, HashedInATransaction
from tests.service.runtime.test_cli import Run, environment, run, user_create
from tests.service.web.test_pages import PASSWORD, Browser, account, browser

__all__ = ["account", "browser", "environment", "owner", "run", "signed"]

COOKIE = "__Host-desk-known"


class Gate(PasswordHasher):
    """A hasher that lets tests act while a password is checked, and hold it up."""

    def __init__(self, **work: int) -> None:
        super().__init__(**({"time_cost": 1, "memory_cost": 8, "parallelism": 1} | work))
        self.meanwhile: Callable[[], None] = lambda: None

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override] # noqa: A002
        self.meanwhile()
        return bool(super().verify(hash, password))

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        self.meanwhile()
        return super().hash(password, salt=salt)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch, account: User) -> Iterator[Gate]:
    """The service's hasher from now on."""
    made = Gate()
    monkeypatch.setattr(credentials, "_hasher", made)
    yield made
    made.meanwhile = lambda: None


def failures(database: Database) -> int:
    with database.transaction(write=False) as session:
        return session.exec(select(func.count()).select_from(LoginFailure)).one()


def known(browser: Browser) -> str:
    cookie = browser.client.get_cookie(COOKIE, domain="desk.example.org")
    return cookie.value if cookie else ""


def stranger(app: Flask, cookie: str = "") -> Browser:
    """A browser that never signed in here, with this in its cookie."""
    found = Browser(app.test_client())
    if cookie:
        found.client.set_cookie(COOKIE, cookie, domain="desk.example.org", secure=True)
    return found


# Outside transactions


@pytest.mark.both_databases("what is held while a password is checked differs")
@pytest.mark.parametrize("deed", ["sign in", "own password", "account page", "create", "change", "first password"])
def test_others_write_while_a_password_is_hashed(
    app: Flask, database: Database, admin: Caller, owner: Caller, signed: Callable[..., Browser], gate: Gate, deed: str
) -> None:
    mine = signed()
    with database.transaction() as session:
        act = ActionContext(None, app.extensions["desk"].clock(), app.extensions["desk"].settings.office)
        page_of_admin = accounts.open_session(session, session.get_one(User, admin.user_id), act.now)
    administrator = Browser(app.test_client())
    administrator.client.set_cookie("__Host-desk", page_of_admin, domain="desk.example.org", secure=True)
    written: list[int] = []

    def write() -> None:
        with database.transaction(patience=2) as session:
            session.get_one(User, admin.user_id).name = f"Quản trị {len(written)}"
        written.append(1)

    gate.meanwhile = write
    new = {"email": "duc@example.org", "role": "viewer"}
    match deed:
        case "sign in":
            assert sign_in(stranger(app), "lan@example.org", "x") == 401
            assert sign_in(stranger(app), "lan@example.org", PASSWORD) == 303
            assert sign_in(stranger(app), "nobody@example.org", PASSWORD) == 401
        case "own password":
            assert owner.post("/me/password", {"current": PASSWORD, "new": NEW}).status_code == 204
        case "account page":
            form = {"do": "password", "current": PASSWORD, "new": NEW, "again": NEW}
            assert mine.send("/account", **form).status_code == 303
        case "create":
            assert admin.post("/users", new | {"password": NEW}).status_code == 201
        case "change":
            path = f"/users/{owner.user_id}"
            assert admin.patch(path, {"password": NEW}).status_code == 200
        case "first password":
            form = {"name": "Đức", "locale": "vi", "active": "1", "password": NEW} | new
            assert administrator.send("/administration/accounts/new", **form).status_code == 303
    assert written, "nothing was hashed"


def test_commands_hash_outside_transactions(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    in_turn = credentials._in_turn

    def noting(queue: credentials.Queue, work: Callable[[], Any]) -> Any:
        seen.append(in_transaction())
        return in_turn(queue, work)

    monkeypatch.setattr(credentials, "_in_turn", noting)
    assert user_create(run, "--password-stdin", stdin=f"{PASSWORD}\n").exit_code == 0
    assert run("user", "password", "--email", "lan@example.org").exit_code == 0
    assert seen == [False, False]


def test_the_guard_sees_a_hash_inside_a_transaction(
    app: Flask, database: Database, browser: Browser, account: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with the work done where it is asked for, every sign-in of these tests would fail."""
    monkeypatch.setattr(outside, "ask", lambda key, prepare, keeps=False: prepare()())
    with pytest.raises(HashedInATransaction), app.test_request_context(), database.transaction():
        credentials.check_password(account.password_hash, PASSWORD)
    assert sign_in(browser, account.email, PASSWORD) == 500


@pytest.mark.both_databases("the attempt is counted in a transaction of its own")
def test_attempts_at_once_are_counted_before_they_are_checked(
    app: Flask, database: Database, account: User, gate: Gate
) -> None:
    counted: list[int] = []
    gate.meanwhile = lambda: counted.append(failures(database))
    assert sign_in(stranger(app), account.email, "x") == 401
    assert sign_in(stranger(app), account.email, PASSWORD) == 303
    assert counted == [1, 2], "the second is counted while it is checked"
    assert failures(database) == 1, "and taken back when it was right"


@pytest.mark.both_databases("a lock keeps attempts apart")
def test_attempts_at_once_on_many_accounts_get_no_further_either(
    app: Flask, account: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login_throttling, "MAX_FROM_ADDRESS", 5)

    def attempt(number: int) -> Callable[[], int]:
        return lambda: sign_in(stranger(app), f"nobody{number}@example.org")

    assert sorted(at_once([attempt(number) for number in range(12)])) == [401] * 5 + [429] * 7
    assert sign_in(stranger(app), account.email, PASSWORD) == 429


def test_a_password_replaced_while_it_is_checked_lets_nobody_in(
    app: Flask, database: Database, account: User, owner: Caller, gate: Gate
) -> None:
    other = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(NEW)

    def replace() -> None:
        with database.transaction() as session:
            session.get_one(User, account.id).password_hash = other

    gate.meanwhile = replace
    assert sign_in(stranger(app), account.email, PASSWORD) == 401
    assert owner.post("/me/password", {"current": PASSWORD, "new": OTHER}).status_code == 422
    assert sign_in(stranger(app), account.email, NEW) == 303


def test_an_account_switched_off_while_its_password_is_checked_stays_out(
    app: Flask, database: Database, account: User, gate: Gate
) -> None:
    def switch_off() -> None:
        with database.transaction() as session:
            session.get_one(User, account.id).active = False

    gate.meanwhile = switch_off
    assert sign_in(stranger(app), account.email, PASSWORD) == 401


@pytest.mark.both_databases("no other test runs its statement")
def test_a_hash_of_too_little_work_is_replaced(
    app: Flask, database: Database, account: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = account.password_hash
    monkeypatch.setattr(credentials, "_hasher", Gate(time_cost=2))
    assert sign_in(stranger(app), account.email, "x") == 401
    with database.transaction(write=False) as session:
        assert session.get_one(User, account.id).password_hash == before
    assert sign_in(stranger(app), account.email, PASSWORD) == 303
    with database.transaction(write=False) as session:
        stored = session.get_one(User, account.id).password_hash
    assert stored is not None
    assert ("t=2" in stored, stored != before) == (True, True)
    assert sign_in(stranger(app), account.email, PASSWORD) == 303
    assert trail(database, action="change", entity="user") == [], "the password is the same"


def test_a_new_password_that_won_t_do_is_no_failure(
    owner: Caller, signed: Callable[..., Browser], database: Database
) -> None:
    mine = signed()
    for _again in range(12):
        assert owner.post("/me/password", {"current": PASSWORD, "new": "short"}).status_code == 422
        form = {"do": "password", "current": PASSWORD, "new": "short", "again": "short"}
        assert mine.send("/account", **form).status_code == 422
    assert failures(database) == 0


# Few at once


@pytest.fixture
def held(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Strangers' passwords take until the event is set, and nobody waits long for their turn."""
    entered, release = threading.Event(), threading.Event()

    def hold() -> None:
        if threading.current_thread().name.startswith("argon2-strangers"):
            entered.set()
            release.wait(30)

    gate.meanwhile = hold
    monkeypatch.setattr(credentials, "WAIT_SECONDS", 0.2)
    monkeypatch.setattr(credentials, "_threads", credentials._Threads())
    release.entered = entered  # type: ignore[attr-defined]
    yield release
    release.set()


def test_who_waits_too_long_is_told_and_not_counted(
    app: Flask, database: Database, account: User, held: threading.Event
) -> None:
    first = threading.Thread(target=sign_in, args=(stranger(app), account.email, "x"))
    first.start()
    assert held.entered.wait(30)  # type: ignore[attr-defined]
    late = stranger(app)
    answer = late.post("/login", {"email": account.email, "password": PASSWORD})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert account.email in answer.text, "what was typed stays"
    assert PASSWORD not in answer.text
    assert failures(database) == 1, "only the one that is being checked"
    held.set()
    first.join()
    assert sign_in(late, account.email, PASSWORD) == 303


@pytest.mark.skipif(sys.platform != "linux", reason="threads have a niceness of their own on Linux only")
def test_threads_that_hash_give_way(gate: Gate, account: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(credentials, "_threads", credentials._Threads())
    found: list[int] = []
    gate.meanwhile = lambda: found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    for queue in credentials.Queue:
        assert credentials.check_password(account.password_hash, PASSWORD, queue)
    own = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert found == [min(19, own + credentials.NICENESS[queue]) for queue in credentials.Queue]
    assert found[0] > own


def test_known_browsers_don_t_queue_behind_strangers(
    app: Flask, account: User, signed: Callable[..., Browser], owner: Caller, held: threading.Event
) -> None:
    held.set()
    mine = signed()
    held.clear()
    held.entered.clear()  # type: ignore[attr-defined]  # the browser was a stranger when it signed in
    first = threading.Thread(target=sign_in, args=(stranger(app), account.email, "x"))
    first.start()
    assert held.entered.wait(30)  # type: ignore[attr-defined]
    assert sign_in(stranger(app), account.email, PASSWORD) == 503, "the control"
    assert sign_in(mine, account.email, PASSWORD) == 303
    assert owner.post("/me/password", {"current": PASSWORD, "new": NEW}).status_code == 204
    held.set()
    first.join()


# Known browsers


def lock_out(app: Flask) -> None:
    """A hundred wrong passwords from one address, one for each of many accounts."""
    attacker = stranger(app)
    for number in range(login_throttling.MAX_FROM_ADDRESS):
        assert sign_in(attacker, f"nobody{number}@example.org") == 401


@pytest.mark.both_databases("failures are counted by queries")
def test_a_known_browser_gets_in_when_strangers_locked_its_address_out(
    app: Flask, account: User, signed: Callable[..., Browser]
) -> None:
    mine = signed()
    lock_out(app)
    assert sign_in(stranger(app), account.email, PASSWORD) == 429
    assert sign_in(mine, account.email, "x") == 401
    assert sign_in(mine, account.email, PASSWORD) == 303


def test_without_its_cookie_it_is_locked_out_too(
    app: Flask, account: User, signed: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    mine = signed()
    monkeypatch.setattr(known_browsers.Cookie, "browser_of", lambda self, user: None)
    lock_out(app)
    assert sign_in(mine, account.email, PASSWORD) == 429


def test_a_known_browser_has_ten_failures_of_its_own(
    app: Flask, account: User, signed: Callable[..., Browser], clock: Clock, database: Database
) -> None:
    mine = signed()
    for _again in range(10):
        assert sign_in(stranger(app), account.email) == 401
    assert sign_in(stranger(app), account.email, PASSWORD) == 429
    assert [sign_in(mine, account.email, "x", f"192.0.2.{number}") for number in range(11)] == [401] * 10 + [429]
    assert sign_in(mine, account.email, PASSWORD) == 429
    (told,) = [row for row in trail(database, action="sign_in_limit") if row.changes["address"]["to"] != "192.0.2.1"]
    assert (told.entity_id, told.changes["address"]["to"].startswith("browser:")) == (account.id, True)
    clock.move(minutes=15)
    assert sign_in(mine, account.email, PASSWORD) == 303


def test_the_cookie_names_nobody_and_is_sent_to_us_alone(signed: Callable[..., Browser], account: User) -> None:
    mine = signed()
    cookie = mine.client.get_cookie(COOKIE, domain="desk.example.org")
    assert cookie is not None
    assert (cookie.secure, cookie.http_only, cookie.same_site, cookie.path) == (True, True, "Strict", "/")
    assert cookie.max_age == known_browsers.LIFETIME.total_seconds()
    assert [part for part in (account.id, account.email, "lan") if part in cookie.value] == []


def test_a_stolen_cookie_helps_with_no_other_account(
    app: Flask, admin: Caller, account: User, signed: Callable[..., Browser]
) -> None:
    wish = {"email": "minh@example.org", "role": "viewer", "password": NEW, "must_change_password": False}
    assert admin.post("/users", wish).status_code == 201
    stolen = known(signed())
    lock_out(app)
    assert sign_in(stranger(app, stolen), "minh@example.org", NEW) == 429
    assert sign_in(stranger(app, stolen), account.email, PASSWORD) == 303


@pytest.mark.both_databases("no other test runs its statements")
@pytest.mark.parametrize("change", ["own password", "reset", "switched off"])
def test_a_new_password_and_switching_off_make_browsers_strangers(
    app: Flask, admin: Caller, owner: Caller, account: User, signed: Callable[..., Browser], change: str
) -> None:
    old = known(signed())
    path, password = f"/users/{account.id}", NEW
    if change == "own password":
        assert owner.post("/me/password", {"current": PASSWORD, "new": NEW}).status_code == 204
    elif change == "reset":
        assert admin.patch(path, {"password": NEW}).status_code == 200
    else:
        assert admin.patch(path, {"active": False}).status_code == 200
        assert admin.patch(path, {"active": True}).status_code == 200
        password = PASSWORD
    lock_out(app)
    assert sign_in(stranger(app, old), account.email, password) == 429


def test_other_changes_leave_browsers_known(
    app: Flask, admin: Caller, account: User, signed: Callable[..., Browser]
) -> None:
    mine = signed()
    assert admin.patch(f"/users/{account.id}", {"name": "Lan Anh", "active": True}).status_code == 200
    lock_out(app)
    assert sign_in(mine, account.email, PASSWORD) == 303


def test_the_browser_that_changes_the_password_is_known_again(app: Flask, signed: Callable[..., Browser]) -> None:
    mine = signed()
    before = known(mine)
    form = {"do": "password", "current": PASSWORD, "new": NEW, "again": NEW}
    assert mine.send("/account", **form).status_code == 303
    assert known(mine) not in ("", before)
    lock_out(app)
    assert sign_in(mine, "lan@example.org", NEW) == 303


def test_an_expired_or_forged_cookie_is_ignored_without_a_word(
    app: Flask, account: User, signed: Callable[..., Browser], clock: Clock
) -> None:
    mine = known(signed())
    later = f"{mine[:22]}99991231{mine[30:]}"
    other_key = f"{'A' * 22}{mine[22:]}"
    cut = mine[:-1]
    for forged in (later, other_key, cut, "đ" * 94, "x" * 3000, "...", mine.upper()):
        answer = stranger(app, forged).post("/login", {"email": account.email, "password": PASSWORD})
        assert answer.status_code == 303
    lock_out(app)
    for forged in (later, other_key, cut, mine.upper()):
        assert sign_in(stranger(app, forged), account.email, PASSWORD) == 429, forged
    assert sign_in(stranger(app, mine), account.email, PASSWORD) == 303, "the control"
    clock.move(days=known_browsers.LIFETIME.days + 1)
    lock_out(app)
    assert sign_in(stranger(app, mine), account.email, PASSWORD) == 429


def test_a_cookie_of_another_key_is_ignored(account: User, clock: Clock) -> None:
    today = clock.now.date()
    text = known_browsers.Cookie.read("one key", "", today).with_account(account, today)
    assert known_browsers.Cookie.read("one key", text, today).browser_of(account)
    assert known_browsers.Cookie.read("another key", text, today).browser_of(account) is None


def test_four_people_share_a_browser(account: User, clock: Clock) -> None:
    today = clock.now.date()
    people = [User(id=f"{number:026}", email=f"{number}@example.org", name="", role=Role.VIEWER) for number in range(5)]
    cookie = known_browsers.Cookie.read("key", "", today)
    for person in [*people, people[4], people[4]]:
        cookie = known_browsers.Cookie.read("key", cookie.with_account(person, today), today)
    found = [cookie.browser_of(person) for person in people]
    assert [one is not None for one in found] == [False, True, True, True, True]
    assert len({*found}) == 5


def test_desk_context_reads_the_cookie(app: Flask, signed: Callable[..., Browser], account: User, clock: Clock) -> None:
    desk: AppContext = app.extensions["desk"]
    cookie = known(signed())
    with app.test_request_context(headers={"Cookie": f"{desk.known_cookie}={cookie}"}):
        assert desk.known_browser(clock.now).browser_of(account)
    with app.test_request_context():
        assert not desk.known_browser(clock.now)
